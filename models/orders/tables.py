"""Purchase orders (발주) and their items."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, text, won
from models.orders.rules import Taxation
from models.processes.tables import ProcessColumns


class PurchaseOrder(ProcessColumns, table=True):
    """One version (차수) of an order. `amount` without VAT; `total` = amount + vat."""

    SENT: ClassVar[str | None] = "requested_at"

    __tablename__ = "purchase_order"

    number: str = text()
    revision: int = Field(default=1)
    form: str = text()
    title: str = text()
    company_name: str = text()
    contract_id: int | None = big_int(default=None, foreign_key="contract.id", index=True)
    contract_number: str = text(default="")
    basis: str = text()
    order_date: dt.date = Field()
    currency: str = text(default="KRW")
    amount: int = won()
    vat: int = won()
    total: int = won()
    settlement_type: str = text()
    evidence_type: str = text()
    taxation: str = text(default=Taxation.TAXED.value)
    buyer_id: int = big_int(foreign_key="member.id")
    buyer_name: str = text()
    note_to_partner: str = text(default="")
    requested_at: dt.datetime | None = instant(default=None)
    confirmed_at: dt.datetime | None = instant(default=None)
    sheet_ready: bool = Field(default=False)
    draft_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    draft_sha256: str = text(default="")
    draft_pages: int = Field(default=0)
    final_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    final_sha256: str = text(default="")
    final_pages: int = Field(default=0)
    edit_version: int = Field(default=1)

    __table_args__ = (
        UniqueConstraint("number", "revision", name="purchase_order_number"),
        CheckConstraint("amount >= 0 AND vat >= 0 AND total = amount + vat", name="purchase_order_total"),
        Index("purchase_order_list", "company_id", "order_date", "id"),
        Index("purchase_order_all", "order_date", "id"),
        Index("purchase_order_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )


class OrderItem(SQLModel, table=True):
    """발주품목. `product_key` names the product its serial numbers are unique within.

    `previous_item_id`: of a change order, the same item in the version before.
    """

    __tablename__ = "order_item"

    id: int | None = big_id()
    purchase_order_id: int = big_int(foreign_key="purchase_order.id", index=True)
    company_id: int = big_int(index=True)
    contract_item_id: int | None = big_int(default=None, foreign_key="contract_item.id")
    previous_item_id: int | None = big_int(default=None, foreign_key="order_item.id")
    position: int = Field()
    category: str = text(default="")
    name: str = text()
    spec: str = text(default="")
    product_key: str = text()
    unit: str = text(default="EA")
    quantity: int = big_int()
    unit_price: int = won()
    amount: int = won()
    vat: int = won()
    needs_serial: bool = Field(default=False)
    requested_on: dt.date | None = Field(default=None)
    requested_place: str = text(default="")
    request_number: str = text(default="")
    request_item_id: int | None = big_int(default=None)

    __table_args__ = (
        CheckConstraint("quantity > 0", name="order_item_quantity"),
        CheckConstraint("unit_price >= 0 AND amount = quantity * unit_price", name="order_item_amount"),
    )
