"""Delivery rounds (납품 차수), serial numbers and receipts (입고)."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, text
from models.processes.tables import ProcessColumns


class DeliveryRound(ProcessColumns, table=True):
    """One round of one order item: when, where, how many. A removed round keeps its row, closed."""

    __tablename__ = "delivery_round"

    purchase_order_id: int = big_int(foreign_key="purchase_order.id", index=True)
    order_item_id: int = big_int(foreign_key="order_item.id", index=True)
    order_number: str = text()
    item_name: str = text()
    company_name: str = text()
    buyer_id: int = big_int(foreign_key="member.id")
    round_no: int = Field()
    planned_on: dt.date = Field()
    place: str = text()
    quantity: int = big_int()
    received_quantity: int = big_int(default=0)
    needs_serial: bool = Field(default=False)
    edit_version: int = Field(default=1)

    __table_args__ = (
        UniqueConstraint("order_item_id", "round_no", name="delivery_round_no"),
        CheckConstraint("quantity > 0", name="delivery_round_quantity"),
        CheckConstraint("received_quantity >= 0 AND received_quantity <= quantity", name="delivery_round_received"),
        Index("delivery_round_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )


class DeliverySerial(SQLModel, table=True):
    """시리얼번호, unique within the product for the whole house.

    `active` ends when the inspection of its round is cancelled: the piece goes back and may come again.
    """

    __tablename__ = "delivery_serial"

    id: int | None = big_id()
    delivery_round_id: int = big_int(foreign_key="delivery_round.id", index=True)
    company_id: int = big_int(index=True)
    product_key: str = text()
    serial: str = text()
    active: bool = Field(default=True)

    __table_args__ = (
        Index("delivery_serial_once", "product_key", "serial", unique=True, postgresql_where=sql("active")),
    )


class Receipt(SQLModel, table=True):
    """One 입고 of a round, whole or in part."""

    id: int | None = big_id()
    delivery_round_id: int = big_int(foreign_key="delivery_round.id", index=True)
    order_item_id: int = big_int(foreign_key="order_item.id", index=True)
    company_id: int = big_int(index=True)
    quantity: int = big_int()
    received_on: dt.date = Field()
    receiver_id: int = big_int()
    receiver_name: str = text()
    note: str = text(default="")
    created_at: dt.datetime = instant()

    __table_args__ = (CheckConstraint("quantity > 0", name="receipt_quantity"),)
