"""The monthly run: its document, the shares and lines of its preview, and what became of each group."""

import datetime as dt
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, json, text, texts, won
from models.credits.rules import MINIMUM_AMOUNT, OUTLIER_PERCENT, OutcomeState, Source
from models.credits.run_rules import OPEN
from models.credits.tables import first_day, values
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns


class CreditRun(ProcessColumns, table=True):
    """정산 of one month, nth run. The sums are of the groups whose outcome is decided so far."""

    __tablename__ = "credit_run"

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN})

    number: str = text(unique=True)
    month: dt.date = Field()
    run_no: int = Field()
    is_scheduled: bool = Field(default=False)
    minimum_amount: int = won(default=MINIMUM_AMOUNT)
    outlier_percent: int = Field(default=OUTLIER_PERCENT)
    """As the policy was when it began."""
    groups_total: int = Field(default=0)
    groups_done: int = Field(default=0)
    groups_failed: int = Field(default=0)
    groups_carried: int = Field(default=0)
    groups_unchanged: int = Field(default=0)
    supply: int = won(default=0)
    tax: int = won(default=0)
    total: int = won(default=0)
    previous_total: int = won(default=0)
    """What the month before came to."""
    notes: list[dict[str, str]] = json(default_factory=list)
    """What the officer should know before approving: pools nobody shares, lines without a group …"""
    computed_at: dt.datetime | None = instant(default=None)
    approved_at: dt.datetime | None = instant(default=None)
    approved_by: str = text(default="")
    finished_at: dt.datetime | None = instant(default=None)
    stop_reason: str = text(default="")

    __table_args__ = (
        UniqueConstraint("month", "run_no", name="credit_run_once"),
        CheckConstraint("total = supply + tax", name="credit_run_total"),
        first_day("credit_run"),
        Index("credit_run_open", "month", unique=True, postgresql_where=sql(f"status IN ({values(OPEN)})")),
        Index("credit_run_list", "created_at", "id"),
    )  # fmt: skip


class CreditShare(SQLModel, table=True):
    """A medium's share of a pool as one run computed it; the shares of a business add up to its pool."""

    __tablename__ = "credit_share"

    run_id: int = big_int(primary_key=True, foreign_key="credit_run.id")
    business_id: int = big_int(primary_key=True, foreign_key="credit_business.id")
    medium_id: int = big_int(primary_key=True, foreign_key="credit_medium.id")
    weight: Decimal = Field(sa_type=Numeric(38, 0))
    """Consumption times the rate in millionths."""
    amount: int = won()


class CreditDraftLine(SQLModel, table=True):
    """A line of the preview: what the group's report will say if it is published by this run.

    One statement writes it from the rows it names, none of which are ever deleted; they are not looked up once more.
    """

    __tablename__ = "credit_draft_line"
    __table_args__ = (
        CheckConstraint(f"source in ({values(Source)})", name="credit_draft_line_source"),
        UniqueConstraint("run_id", "group_id", "position", name="credit_draft_line_once"),
    )

    id: int | None = big_id()
    run_id: int = big_int(foreign_key="credit_run.id")
    group_id: int = big_int()
    position: int = Field()
    medium_id: int = big_int()
    business_id: int = big_int()
    source: str = text()
    item: str = text()
    supply: int = won()
    tax: int = won()


class CreditOutcome(SQLModel, table=True):
    """What became of one group in one run; a retry and a repeated run read only this."""

    __tablename__ = "credit_outcome"
    __table_args__ = (
        CheckConstraint(f"state in ({values(OutcomeState)})", name="credit_outcome_state"),
        CheckConstraint("total = supply + tax", name="credit_outcome_total"),
        Index("credit_outcome_state_of", "run_id", "state", "group_id"),
        Index("credit_outcome_group", "group_id", "run_id"),
    )

    run_id: int = big_int(primary_key=True, foreign_key="credit_run.id")
    group_id: int = big_int(primary_key=True, foreign_key="credit_group.id")
    state: str = text()
    error: str = text(default="")
    attempt: int = Field(default=0)
    input_hash: str = text(default="")
    """SHA-256 of the group's lines and how it is invoiced; equal hashes publish and notify nothing."""
    line_count: int = Field(default=0)
    supply: int = won(default=0)
    tax: int = won(default=0)
    total: int = won(default=0)
    withheld_income: int = won(default=0)
    withheld_local: int = won(default=0)
    previous_total: int | None = won(default=None)
    """The group's total of the month before; empty where it had no report."""
    outlier: list[str] = texts(default_factory=list)
    """Why the officer should look: keys of `wording.OUTLIER`."""
    report_id: int | None = big_int(default=None, foreign_key="credit_report.id")
    decided_at: dt.datetime | None = instant(default=None)
