"""기준정보: lists that documents choose from. Rows are switched off, never deleted; what changed is in audit_entry."""

import datetime as dt

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, text
from models.masters.rules import Master


class MasterColumns(SQLModel):
    """What every list has. `edit_version` counts saves, so that nobody overwrites what they did not see."""

    id: int | None = big_id()
    code: str = text()
    name: str = text()
    position: int = Field(default=0)
    active: bool = True
    edit_version: int = Field(default=0)
    created_at: dt.datetime = instant()
    changed_at: dt.datetime = instant()


class ItemCategory(MasterColumns, table=True):
    """세분류."""

    __tablename__ = "item_category"
    __table_args__ = (UniqueConstraint("code", name="item_category_code"),)


class Unit(MasterColumns, table=True):
    """단위."""

    __tablename__ = "unit"
    __table_args__ = (UniqueConstraint("code", name="unit_code"),)


class DeliveryPlace(MasterColumns, table=True):
    """납품위치."""

    __tablename__ = "delivery_place"
    __table_args__ = (UniqueConstraint("code", name="delivery_place_code"),)

    address: str = text(default="")


class Goods(MasterColumns, table=True):
    """품목."""

    __tablename__ = "goods"
    __table_args__ = (UniqueConstraint("code", name="goods_code"), Index("goods_name", "name"))

    category_id: int | None = big_int(default=None, foreign_key="item_category.id")
    spec: str = text(default="")
    unit_id: int | None = big_int(default=None, foreign_key="unit.id")
    needs_serial: bool = False
    """Its pieces are delivered with their serial numbers."""


class ReasonCode(MasterColumns, table=True):
    """사유 코드."""

    __tablename__ = "reason_code"
    __table_args__ = (UniqueConstraint("kind", "code", name="reason_code_code"),)

    kind: str = text()
    """models.masters.rules.ReasonKind."""


TABLES: dict[Master, type[MasterColumns]] = {
    Master.CATEGORY: ItemCategory,
    Master.GOODS: Goods,
    Master.UNIT: Unit,
    Master.PLACE: DeliveryPlace,
    Master.REASON: ReasonCode,
}
