"""The settlement report, its lines, and the payments made for it."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, text, won
from models.credits.rules import IssueMode, PayoutState
from models.credits.tables import first_day, values
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns


class CreditReport(ProcessColumns, table=True):
    """정산리포트 of one group and month. `payable` = total less what is withheld."""

    __tablename__ = "credit_report"

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN})
    CREDIT: ClassVar[str | None] = "group_id"

    number: str = text(unique=True)
    group_id: int = big_int(foreign_key="credit_group.id")
    month: dt.date = Field()
    run_id: int = big_int(foreign_key="credit_run.id", index=True)
    """The run that published it, or put it right last."""
    credit_company_id: int = big_int(foreign_key="credit_company.id", index=True)
    company_name: str = text()
    group_name: str = text()
    """「상생 RS > 뉴스 > 다음스포츠 외」."""
    issue_mode: str = text()
    input_hash: str = text()
    line_count: int = Field()
    supply: int = won()
    tax: int = won()
    total: int = won()
    withheld_income: int = won(default=0)
    withheld_local: int = won(default=0)
    payable: int = won()
    sign_by: dt.date = Field()
    pay_on: dt.date = Field()
    """지급예정일; moves when the invoice is signed late or a payment fails."""
    published_at: dt.datetime = instant()
    revised_at: dt.datetime | None = instant(default=None)

    written_on: dt.date | None = Field(default=None)
    """작성일자 as asked for."""
    tax_invoice_id: int | None = big_int(default=None, foreign_key="tax_invoice.id")
    """The newest; refused and cancelled ones stay with their own record."""
    approval_number: str = text(default="")
    invoiced_at: dt.datetime | None = instant(default=None)
    """When its invoice was signed, or found in order."""
    invoice_problem: str = text(default="")
    """Why the last invoice came to nothing: the supplier's or the hub's words."""
    held_from: str | None = text(default=None)
    held_reason: str = text(default="")
    payment_problem: str = text(default="")
    payments: int = Field(default=0)
    """How often a payment was tried."""
    paid_on: dt.date | None = Field(default=None)
    statement_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")

    __table_args__ = (
        UniqueConstraint("group_id", "month", name="credit_report_once"),
        CheckConstraint("total = supply + tax", name="credit_report_total"),
        CheckConstraint("payable = total - withheld_income - withheld_local", name="credit_report_payable"),
        CheckConstraint(f"issue_mode in ({values(IssueMode)})", name="credit_report_mode"),
        first_day("credit_report"),
        Index("credit_report_invoice", "tax_invoice_id", unique=True,
              postgresql_where=sql("tax_invoice_id IS NOT NULL")),
        Index("credit_report_month", "month", "status", "id"),
        Index("credit_report_statement", "statement_file_id", postgresql_where=sql("statement_file_id IS NOT NULL")),
        Index("credit_report_due", "pay_on", "id", postgresql_where=sql("status = 'paying'")),
        Index("credit_report_turn", "turn", "id", postgresql_where=sql("turn IS NOT NULL")),
        Index("credit_report_list", "created_at", "id"),
    )  # fmt: skip


class CreditReportLine(SQLModel, table=True):
    """매체명, 품목, 공급가액, 세액, 합계 of a report, as it was published; a copy of draft lines, as those are."""

    __tablename__ = "credit_report_line"
    __table_args__ = (
        UniqueConstraint("report_id", "position", name="credit_report_line_once"),
        CheckConstraint("total = supply + tax", name="credit_report_line_total"),
        Index("credit_report_line_medium", "medium_id", "month"),
        Index("credit_report_line_group", "group_id", "month"),
    )

    id: int | None = big_id()
    report_id: int = big_int(foreign_key="credit_report.id")
    group_id: int = big_int()
    month: dt.date = Field()
    position: int = Field()
    medium_id: int = big_int()
    medium_name: str = text()
    business_id: int = big_int()
    business_name: str = text()
    source: str = text()
    item: str = text()
    supply: int = won()
    tax: int = won()
    total: int = won()


class PayoutFile(SQLModel, table=True):
    """대량이체 file: the payments of one day, made once, sent to the bank once."""

    __tablename__ = "payout_file"
    __table_args__ = (Index("payout_file_list", "pay_on", "id"),)

    id: int | None = big_id()
    number: str = text(unique=True)
    pay_on: dt.date = Field()
    count: int = Field()
    total: int = won()
    xlsx_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    csv_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    created_by: int = big_int(foreign_key="member.id")
    created_name: str = text()
    created_at: dt.datetime = instant()
    sent_at: dt.datetime | None = instant(default=None)
    """When the officer gave it to the bank."""
    sent_name: str = text(default="")
    results_at: dt.datetime | None = instant(default=None)
    closed_at: dt.datetime | None = instant(default=None)
    """When every payment of it had its result."""


class Payout(SQLModel, table=True):
    """One payment of a file, to the account that was in force when the file was made."""

    __tablename__ = "payout"
    __table_args__ = (
        UniqueConstraint("payout_file_id", "position", name="payout_place"),
        CheckConstraint(f"state in ({values(PayoutState)})", name="payout_state"),
        CheckConstraint("amount > 0", name="payout_amount"),
        Index("payout_once", "report_id", unique=True, postgresql_where=sql("state IN ('waiting', 'sent', 'paid')")),
        Index("payout_group", "group_id", "id"),
    )

    id: int | None = big_id()
    payout_file_id: int = big_int(foreign_key="payout_file.id")
    position: int = Field()
    report_id: int = big_int(foreign_key="credit_report.id", index=True)
    group_id: int = big_int()
    credit_account_id: int = big_int(foreign_key="credit_account.id")
    bank_code: str = text()
    account_number: str = encrypted("payout.account_number")
    holder: str = encrypted("payout.holder")
    amount: int = won()
    memo: str = text()
    """적요."""
    state: str = text()
    failure: str = text(default="")
    """The bank's reason, as its file has it."""
    paid_on: dt.date | None = Field(default=None)
    result_at: dt.datetime | None = instant(default=None)
