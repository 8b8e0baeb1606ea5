"""Settlements (정산) and their items."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, text, won
from models.orders.rules import Taxation
from models.processes.tables import ProcessColumns


class Settlement(ProcessColumns, table=True):
    """정산 of one order's inspected items. `total_amount` = supply_amount + vat_amount.

    What is paid is `payable_amount`: the total and what amended invoices added to it or took from it.
    """

    SENT: ClassVar[str | None] = "requested_at"

    number: str = text(unique=True)
    title: str = text()
    company_name: str = text()
    business_number: str = text(default="")
    purchase_order_id: int = big_int(foreign_key="purchase_order.id", index=True)
    order_number: str = text()
    settlement_type: str = text()
    evidence_type: str = text()
    taxation: str = text(default=Taxation.TAXED.value)
    currency: str = text(default="KRW")
    supply_amount: int = won()
    vat_amount: int = won()
    total_amount: int = won()
    amended_supply: int = won(default=0)
    amended_vat: int = won(default=0)
    """What amended invoices the tax service has add to it, minus for less."""
    issue_request: str = text(default="")
    issue_on: dt.date | None = Field(default=None)
    officer_id: int = big_int(foreign_key="member.id")
    officer_name: str = text()
    buyer_name: str = text(default="")
    requested_at: dt.datetime | None = instant(default=None)
    acknowledged_at: dt.datetime | None = instant(default=None)
    acknowledged_by: str = text(default="")
    evidence_number: str | None = text(default=None)
    evidence_issued_on: dt.date | None = Field(default=None)
    by_hand_reason: str = text(default="")
    """Why an invoice that comes by itself was put in by hand."""
    settled_at: dt.datetime | None = instant(default=None)
    cancel_reason: str = text(default="")
    cancel_requested_at: dt.datetime | None = instant(default=None)
    cancel_confirmed_at: dt.datetime | None = instant(default=None)
    cancel_confirmed_by: str = text(default="")
    minus_evidence_number: str | None = text(default=None)
    minus_issued_on: dt.date | None = Field(default=None)
    payment_due_on: dt.date | None = Field(default=None)
    paid_on: dt.date | None = Field(default=None)
    paid_amount: int | None = big_int(default=None)
    payment_reference: str = text(default="")
    early_reason: str = text(default="")
    statement_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    edit_version: int = Field(default=1)

    @property
    def amended_amount(self) -> int:
        return self.amended_supply + self.amended_vat

    @property
    def payable_amount(self) -> int:
        return self.total_amount + self.amended_amount

    __table_args__ = (
        CheckConstraint("total_amount = supply_amount + vat_amount", name="settlement_total"),
        Index(
            "settlement_evidence",
            "evidence_number",
            unique=True,
            postgresql_where=sql("evidence_number IS NOT NULL AND status <> 'cancelled'"),
        ),
        Index(
            "settlement_minus",
            "minus_evidence_number",
            unique=True,
            postgresql_where=sql("minus_evidence_number IS NOT NULL"),
        ),
        Index("settlement_list", "company_id", "created_at", "id"),
        Index("settlement_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )


class SettlementItem(SQLModel, table=True):
    """One inspected line. `active` ends with a cancelled settlement, so nothing is settled twice."""

    __tablename__ = "settlement_item"

    id: int | None = big_id()
    settlement_id: int = big_int(foreign_key="settlement.id", index=True)
    company_id: int = big_int(index=True)
    inspection_id: int = big_int(foreign_key="inspection.id")
    position: int = Field()
    name: str = text()
    spec: str = text(default="")
    unit: str = text()
    quantity: int = big_int()
    unit_price: int = won()
    amount: int = won()
    vat: int = won()
    inspected_on: dt.date = Field()
    active: bool = Field(default=True)

    __table_args__ = (
        Index("settlement_item_once", "inspection_id", unique=True, postgresql_where=sql("active")),
        CheckConstraint("amount = quantity * unit_price", name="settlement_item_amount"),
    )
