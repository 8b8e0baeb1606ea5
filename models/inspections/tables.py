"""Inspections (검수), one for each receipt."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field

from models.columns import big_int, instant, text, won
from models.processes.tables import ProcessColumns


class Inspection(ProcessColumns, table=True):
    """What was received and whether it was accepted; `settled` once a live settlement holds it."""

    receipt_id: int = big_int(foreign_key="receipt.id", unique=True)
    delivery_round_id: int = big_int(foreign_key="delivery_round.id", index=True)
    order_item_id: int = big_int(foreign_key="order_item.id", index=True)
    purchase_order_id: int = big_int(foreign_key="purchase_order.id", index=True)
    order_number: str = text()
    round_no: int = Field()
    request_number: str = text(default="")
    company_name: str = text()
    category: str = text(default="")
    item_name: str = text()
    spec: str = text(default="")
    unit: str = text()
    quantity: int = big_int()
    unit_price: int = won()
    amount: int = won()
    requested_on: dt.date | None = Field(default=None)
    received_on: dt.date = Field()
    place: str = text(default="")
    inspector_id: int | None = big_int(default=None)
    inspector_name: str = text(default="")
    inspected_at: dt.datetime | None = instant(default=None)
    settled: bool = Field(default=False)

    __table_args__ = (
        CheckConstraint("quantity > 0 AND amount = quantity * unit_price", name="inspection_amount"),
        Index("inspection_list", "company_id", "inspected_at", "id"),
        Index("inspection_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )
