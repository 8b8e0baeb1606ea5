"""Contracts (계약), their items, papers and payment plan."""

import datetime as dt
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, json, text, won
from models.processes.tables import ProcessColumns


class Contract(ProcessColumns, table=True):
    """One version (차수) of a contract. Amounts are without VAT; a 단가계약 has none."""

    SENT: ClassVar[str | None] = "review_requested_at"

    number: str = text()
    revision: int = Field(default=1)
    form: str = text()
    contract_type: str = text()
    title: str = text()
    company_name: str = text()
    contract_date: dt.date = Field()
    starts_on: dt.date = Field()
    ends_on: dt.date = Field()
    currency: str = text(default="KRW")
    amount: int | None = won(default=None)
    payment_terms: str = text()
    settlement_type: str = text()
    buyer_id: int = big_int(foreign_key="member.id")
    buyer_name: str = text()
    partner_contact: str = text(default="")
    note_to_partner: str = text(default="")
    note_from_partner: str = text(default="")
    review_round: int = Field(default=0)
    review_requested_at: dt.datetime | None = instant(default=None)
    reviewed_at: dt.datetime | None = instant(default=None)
    seal_requested_at: dt.datetime | None = instant(default=None)
    completed_at: dt.datetime | None = instant(default=None)
    papers_ready: bool = Field(default=False)
    edited_at: dt.datetime = instant()
    edit_version: int = Field(default=1)

    __table_args__ = (
        UniqueConstraint("number", "revision", name="contract_number"),
        CheckConstraint("amount IS NULL OR amount >= 0", name="contract_amount"),
        CheckConstraint("starts_on <= ends_on", name="contract_period"),
        Index("contract_list", "company_id", "contract_date", "id"),
        # Carries what list, count and row-level security ask about, so that a million rows are counted in the index.
        Index(
            "contract_all",
            "contract_date",
            "id",
            postgresql_include=["status", "company_id", "review_requested_at"],
        ),
        Index("contract_review", "company_id", "review_requested_at", "id"),
        Index("contract_review_all", "review_requested_at", "id"),
        Index("contract_title", sql("pieces(title)"), postgresql_using="gin"),
        Index("contract_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )


class ContractItem(SQLModel, table=True):
    """계약품목. `amount` = quantity x unit_price, minor units, VAT excluded."""

    __tablename__ = "contract_item"

    id: int | None = big_id()
    contract_id: int = big_int(foreign_key="contract.id", index=True)
    company_id: int = big_int(index=True)
    position: int = Field()
    category: str = text(default="")
    name: str = text()
    spec: str = text(default="")
    unit: str = text(default="EA")
    quantity: int = big_int()
    unit_price: int = won()
    amount: int = won()
    needs_serial: bool = Field(default=False)
    requested_on: dt.date | None = Field(default=None)
    requested_place: str = text(default="")
    request_number: str = text(default="")
    request_item_id: int | None = big_int(default=None)

    __table_args__ = (
        CheckConstraint("quantity > 0", name="contract_item_quantity"),
        CheckConstraint("unit_price >= 0 AND amount = quantity * unit_price", name="contract_item_amount"),
    )


class ContractPaper(SQLModel, table=True):
    """One document of a contract: 계약서, 지속가능경영가이드, further ones. `clauses`: `[{heading, text}]`."""

    __tablename__ = "contract_paper"

    id: int | None = big_id()
    contract_id: int = big_int(foreign_key="contract.id", index=True)
    company_id: int = big_int(index=True)
    position: int = Field()
    title: str = text()
    template: str = text()
    clauses: list[dict[str, Any]] = json()
    draft_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    draft_sha256: str = text(default="")
    draft_pages: int = Field(default=0)
    final_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    final_sha256: str = text(default="")
    final_pages: int = Field(default=0)

    __table_args__ = (Index("contract_paper_final", "final_sha256", postgresql_where=sql("final_sha256 <> ''")),)


class ContractInstalment(SQLModel, table=True):
    """분할정산: 선금·중도금·잔금; the rows of a contract add up to its amount."""

    __tablename__ = "contract_instalment"

    id: int | None = big_id()
    contract_id: int = big_int(foreign_key="contract.id", index=True)
    company_id: int = big_int(index=True)
    position: int = Field()
    label: str = text()
    amount: int = won()
    expected_on: dt.date | None = Field(default=None)
