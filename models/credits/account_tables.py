"""Where a group is paid to and whom to ask, and what a company asks to have changed."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_int, encrypted, instant, text
from models.credits.account_rules import OPEN, Status
from models.credits.tables import values
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns


class CreditAccount(ProcessColumns, table=True):
    """지급계좌 of a group, one version of it; the newest `active` one is paid to."""

    __tablename__ = "credit_account"

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN})
    CREDIT: ClassVar[str | None] = "group_id"

    group_id: int = big_int(foreign_key="credit_group.id")
    account_version: int = Field()
    bank_code: str = text()
    """금융기관 공동코드, three digits."""
    account_number: str = encrypted("credit_account.account_number")
    """Digits only."""
    holder: str = encrypted("credit_account.holder")
    """예금주, as typed."""
    holder_found: str | None = encrypted("credit_account.holder_found", default=None)
    """예금주, as the bank knows it."""
    holder_problem: str = text(default="")
    checked_at: dt.datetime | None = instant(default=None)
    consented_at: dt.datetime = instant()
    effective_at: dt.datetime | None = instant(default=None)
    """When the cooling-off ends."""
    active_since: dt.datetime | None = instant(default=None)
    replaced_at: dt.datetime | None = instant(default=None)
    cancelled_by: str = text(default="")
    author_name: str = text()

    __table_args__ = (
        UniqueConstraint("group_id", "account_version", name="credit_account_once"),
        CheckConstraint("bank_code ~ '^[0-9]{3}$'", name="credit_account_bank"),
        Index("credit_account_active", "group_id", unique=True,
              postgresql_where=sql(f"status = '{Status.ACTIVE.value}'")),
        Index("credit_account_open", "group_id", unique=True,
              postgresql_where=sql(f"status IN ({values(OPEN)})")),
    )  # fmt: skip


class CreditContact(SQLModel, table=True):
    """담당자 of a group: who signs and is asked."""

    __tablename__ = "credit_contact"

    group_id: int = big_int(primary_key=True, foreign_key="credit_group.id")
    name: str = encrypted("credit_contact.name")
    phone: str = encrypted("credit_contact.phone")
    email: str = encrypted("credit_contact.email")
    edit_version: int = Field(default=1)
    changed_by: int = big_int(foreign_key="member.id")
    changed_at: dt.datetime = instant()


class CreditChange(ProcessColumns, table=True):
    """회사정보 변경요청: a 사업자등록증 that somebody inside reads and takes over."""

    __tablename__ = "credit_change"

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN})
    CREDIT: ClassVar[str | None] = "group_id"

    number: str = text(unique=True)
    credit_company_id: int = big_int(foreign_key="credit_company.id", index=True)
    group_id: int = big_int(foreign_key="credit_group.id")
    """The credit it was asked in."""
    company_name: str = text()
    author_name: str = text()
    file_id: int = big_int(foreign_key="stored_file.id")
    note: str = text(default="")
    decided_at: dt.datetime | None = instant(default=None)
    decided_by: str = text(default="")
    decision_reason: str = text(default="")

    __table_args__ = (
        Index("credit_change_open", "credit_company_id", unique=True, postgresql_where=sql("status = 'requested'")),
        Index("credit_change_list", "created_at", "id"),
    )
