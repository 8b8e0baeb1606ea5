"""Masters of Harmony's credit, and what is imported and typed before a month is settled.

A month is its first day. What a person may see hangs on `group_id` (the credit they are in); masters and imports are
the house's own.
"""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, json, text, won
from models.credits.rules import (
    COOLING_DAYS,
    MILLION,
    MINIMUM_AMOUNT,
    OUTLIER_PERCENT,
    RATE_MAX,
    Adjustment,
    CompanyKind,
    ImportState,
    IssueMode,
    Method,
)


def values(words: Any) -> str:
    """The words of an enum as a list in SQL."""
    return ", ".join(f"'{word.value}'" for word in words)


def first_day(table: str, column: str = "month") -> CheckConstraint:
    """A month is named by its first day."""
    return CheckConstraint(f"extract(day from {column}) = 1", name=f"{table}_{column}")


class CreditCompany(SQLModel, table=True):
    """Who is paid: a company, a sole proprietor or a person. Its groups are what is settled (`credit_group`)."""

    __tablename__ = "credit_company"
    __table_args__ = (
        CheckConstraint(f"kind in ({values(CompanyKind)})", name="credit_company_kind"),
        CheckConstraint(f"issue_mode in ({values(IssueMode)})", name="credit_company_mode"),
        CheckConstraint("(kind = 'individual') = (issue_mode = 'individual')", name="credit_company_withheld"),
        CheckConstraint("(kind = 'individual') = (business_number is null)", name="credit_company_numbered"),
        CheckConstraint("person_number is null or kind = 'individual'", name="credit_company_person"),
        CheckConstraint("not artist or kind <> 'company'", name="credit_company_artist"),
        Index("credit_company_number", "business_number", unique=True,
              postgresql_where=sql("business_number IS NOT NULL AND closed_at IS NULL")),
        Index("credit_company_name", "name", "id"),
    )  # fmt: skip

    id: int | None = big_id()
    kind: str = text()
    name: str = text()
    business_number: str | None = text(default=None)
    """사업자등록번호, ten digits; empty for a person."""
    person_number: str | None = encrypted("credit_company.person_number", default=None)
    """주민등록번호, thirteen digits: withheld tax is reported by it."""
    representative: str = text(default="")
    zip_code: str = text(default="")
    address: str = text(default="")
    """사업장 주소; where a person lives is in `credit_person`."""
    business_type: str = text(default="")
    """업태."""
    business_item: str = text(default="")
    """종목."""
    issue_mode: str = text()
    reverse_agreed_on: dt.date | None = Field(default=None)
    """When it agreed to reverse invoices."""
    artist: bool = Field(default=False)
    """예술인 고용보험 대상."""
    certificate_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    """사업자등록증."""
    edit_version: int = Field(default=1)
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()
    changed_at: dt.datetime = instant()
    closed_at: dt.datetime | None = instant(default=None)


class CreditPerson(SQLModel, table=True):
    """정산정보 of an individual: what that person changes without anybody's approval."""

    __tablename__ = "credit_person"

    credit_company_id: int = big_int(primary_key=True, foreign_key="credit_company.id")
    email: str = encrypted("credit_person.email")
    zip_code: str = text(default="")
    address: str = encrypted("credit_person.address")
    edit_version: int = Field(default=1)
    changed_by: int = big_int(foreign_key="member.id")
    changed_at: dt.datetime = instant()


class CreditBusiness(SQLModel, table=True):
    """사업: 상생RS, 기타지급내역 …; how it earns and what its lines are called."""

    __tablename__ = "credit_business"
    __table_args__ = (CheckConstraint(f"method in ({values(Method)})", name="credit_business_method"),)

    id: int | None = big_id()
    code: str = text(unique=True)
    name: str = text()
    item: str = text()
    """What follows the month in 품목: 「상생 정산」."""
    method: str = text()
    position: int = Field(default=0)
    active: bool = Field(default=True)
    edit_version: int = Field(default=1)


class CreditMedium(SQLModel, table=True):
    """매체: what earns. It belongs to one group at a time; its studio, where it has one, manages its contents."""

    __tablename__ = "credit_medium"

    id: int | None = big_id()
    code: str = text(unique=True)
    """매체코드 of imported files; upper case."""
    name: str = text()
    service: str = text(default="")
    """뉴스, 자동차, 1boon."""
    group_id: int | None = big_int(default=None, foreign_key="credit_group.id", index=True)
    studio_id: int | None = big_int(default=None, foreign_key="studio.id", index=True)
    edit_version: int = Field(default=1)
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()
    closed_at: dt.datetime | None = instant(default=None)


class CreditRate(SQLModel, table=True):
    """요율 계약: a medium's share of a business's revenue, or its weight in the pool, from one month to another."""

    __tablename__ = "credit_rate"
    __table_args__ = (
        CheckConstraint(f"rate_millionths between 0 and {RATE_MAX}", name="credit_rate_size"),
        first_day("credit_rate", "from_month"),
        CheckConstraint("until_month is null or (until_month >= from_month and extract(day from until_month) = 1)",
                        name="credit_rate_until_month"),
        # Ranges of one number each, because equality has no GiST class without an extension.
        ExcludeConstraint(
            (sql("int8range(medium_id, medium_id, '[]')"), "&&"),
            (sql("int8range(business_id, business_id, '[]')"), "&&"),
            (sql("daterange(from_month, until_month, '[]')"), "&&"),
            name="credit_rate_once",
            using="gist",
        ),
        Index("credit_rate_of", "medium_id", "business_id", "from_month"),
    )  # fmt: skip

    id: int | None = big_id()
    medium_id: int = big_int(foreign_key="credit_medium.id")
    business_id: int = big_int(foreign_key="credit_business.id")
    rate_millionths: int = big_int(default=MILLION)
    from_month: dt.date = Field()
    until_month: dt.date | None = Field(default=None)
    """Last month it holds for; empty: until further notice."""
    contract_name: str = text(default="")
    edit_version: int = Field(default=1)
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()


class RsPool(SQLModel, table=True):
    """RS 재원: what a business shares out in a month, in won."""

    __tablename__ = "rs_pool"
    __table_args__ = (
        UniqueConstraint("business_id", "month", name="rs_pool_once"),
        CheckConstraint("amount >= 0", name="rs_pool_amount"),
        first_day("rs_pool"),
    )

    id: int | None = big_id()
    business_id: int = big_int(foreign_key="credit_business.id")
    month: dt.date = Field()
    amount: int = won()
    note: str = text(default="")
    edit_version: int = Field(default=1)
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()
    changed_at: dt.datetime = instant()


class CreditImport(SQLModel, table=True):
    """One uploaded file of revenue or consumption of one business and month. Only an applied one counts."""

    __tablename__ = "credit_import"
    __table_args__ = (
        CheckConstraint(f"state in ({values(ImportState)})", name="credit_import_state"),
        first_day("credit_import"),
        Index("credit_import_counts", "month", "business_id", unique=True,
              postgresql_where=sql("state = 'applied'")),
        Index("credit_import_list", "month", "id"),
    )  # fmt: skip

    id: int | None = big_id()
    month: dt.date = Field()
    business_id: int = big_int(foreign_key="credit_business.id")
    file_id: int = big_int(foreign_key="stored_file.id")
    file_name: str = text()
    sha256: str = text()
    state: str = text()
    line_count: int = Field(default=0)
    error_count: int = Field(default=0)
    errors: list[dict[str, Any]] = json()
    """The first of the errors: row (as the sheet counts), column, value, sentence."""
    amount: int = won(default=0)
    consumption: int = big_int(default=0)
    looked_at_id: int | None = big_int(default=None)
    """The applied import that was in force when this one was checked."""
    replaced_by_id: int | None = big_int(default=None, foreign_key="credit_import.id")
    created_by: int = big_int(foreign_key="member.id")
    created_name: str = text()
    created_at: dt.datetime = instant()
    decided_at: dt.datetime | None = instant(default=None)
    decided_name: str = text(default="")


class CreditLedger(SQLModel, table=True):
    """One imported line: revenue in won, or consumption (views) that shares the pool. Never changed."""

    __tablename__ = "credit_ledger"
    __table_args__ = (
        CheckConstraint("(amount is null) <> (consumption is null)", name="credit_ledger_one"),
        CheckConstraint("consumption >= 0", name="credit_ledger_consumption"),
        first_day("credit_ledger"),
        Index("credit_ledger_medium", "medium_id", "month"),
        Index("credit_ledger_import", "import_id", "row"),
        Index("credit_ledger_month", "month", "business_id", "medium_id"),
    )

    id: int | None = big_id()
    import_id: int = big_int(foreign_key="credit_import.id")
    row: int = Field()
    """As the sheet counts."""
    month: dt.date = Field()
    business_id: int = big_int(foreign_key="credit_business.id")
    medium_id: int = big_int(foreign_key="credit_medium.id")
    item: str = text()
    """품목; the business's own where the file has none."""
    amount: int | None = won(default=None)
    consumption: int | None = big_int(default=None)


class CreditAdjustment(SQLModel, table=True):
    """수기 입력 and 정정: a line somebody typed, settled in `month`. A correction names the month it puts right."""

    __tablename__ = "credit_adjustment"
    __table_args__ = (
        CheckConstraint(f"kind in ({values(Adjustment)})", name="credit_adjustment_kind"),
        CheckConstraint("(kind = 'correction') = (origin_month is not null)", name="credit_adjustment_origin"),
        CheckConstraint("origin_month < month", name="credit_adjustment_later"),
        CheckConstraint("supply <> 0", name="credit_adjustment_supply"),
        first_day("credit_adjustment"),
        Index("credit_adjustment_month", "month", "medium_id"),
    )

    id: int | None = big_id()
    kind: str = text()
    month: dt.date = Field()
    origin_month: dt.date | None = Field(default=None)
    medium_id: int = big_int(foreign_key="credit_medium.id")
    business_id: int = big_int(foreign_key="credit_business.id")
    item: str = text()
    supply: int = won()
    """공급가액; a negative correction takes back."""
    reason: str = text()
    created_by: int = big_int(foreign_key="member.id")
    created_name: str = text()
    created_at: dt.datetime = instant()
    cancelled_at: dt.datetime | None = instant(default=None)
    cancelled_name: str = text(default="")


class CreditCarry(SQLModel, table=True):
    """이월: a line of a group that earned less than the minimum, settled in `month` instead."""

    __tablename__ = "credit_carry"
    __table_args__ = (
        UniqueConstraint("from_month", "group_id", "medium_id", "business_id", "item", name="credit_carry_once"),
        CheckConstraint("month > from_month", name="credit_carry_later"),
        first_day("credit_carry"),
        Index("credit_carry_month", "month", "group_id"),
    )

    id: int | None = big_id()
    group_id: int = big_int(foreign_key="credit_group.id")
    from_month: dt.date = Field()
    month: dt.date = Field()
    medium_id: int = big_int(foreign_key="credit_medium.id")
    business_id: int = big_int(foreign_key="credit_business.id")
    item: str = text()
    supply: int = won()
    run_id: int = big_int(foreign_key="credit_run.id", index=True)


class CreditPolicy(SQLModel, table=True):
    """When the run begins and by which limits; the newest row holds, the others are its history."""

    __tablename__ = "credit_policy"
    __table_args__ = (
        CheckConstraint("day between 1 and 28", name="credit_policy_day"),
        CheckConstraint("hour between 0 and 23", name="credit_policy_hour"),
        CheckConstraint("minimum_amount >= 0 and outlier_percent > 0 and cooling_days >= 0",
                        name="credit_policy_limits"),
    )  # fmt: skip

    id: int | None = big_id()
    is_on: bool = Field(default=True)
    day: int = Field(default=20)
    hour: int = Field(default=9)
    timezone: str = text(default="Asia/Seoul")
    minimum_amount: int = won(default=MINIMUM_AMOUNT)
    outlier_percent: int = Field(default=OUTLIER_PERCENT)
    cooling_days: int = Field(default=COOLING_DAYS)
    changed_by: int | None = big_int(default=None)
    changed_name: str = text(default="")
    changed_at: dt.datetime = instant()
