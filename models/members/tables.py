"""Companies (거래처), the people of both sides (담당자), and delegations of a role for a period (위임)."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, text, texts, won
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus


def _values(kinds: type[CompanyKind] | type[CompanyStatus] | type[MemberStatus]) -> str:
    return ", ".join(f"'{kind.value}'" for kind in kinds)


class Company(SQLModel, table=True):
    """A partner; an 개인회원 is one of kind individual with one member: every document has a tenant."""

    __tablename__ = "company"
    __table_args__ = (
        CheckConstraint(f"kind in ({_values(CompanyKind)})", name="company_kind"),
        CheckConstraint(f"status in ({_values(CompanyStatus)})", name="company_status"),
        CheckConstraint("kind = 'individual' or business_number is not null", name="company_numbered"),
        CheckConstraint("not artist_insurance or kind <> 'corporation'", name="company_artist"),
        Index("company_name", "name"),
    )

    id: int | None = big_id()
    name: str = text()
    kind: str = text(default=CompanyKind.CORPORATION.value)
    business_number: str | None = text(default=None, unique=True)
    """사업자등록번호, ten digits without hyphens."""
    corporate_number: str | None = text(default=None)
    """법인등록번호, thirteen digits without hyphens."""
    representative: str = text(default="")
    representative_foreign: bool = False
    """대표자 외국인 여부."""
    business_type: str = text(default="")
    """대표 업태."""
    business_item: str = text(default="")
    """대표 업종."""
    country: str = text(default="KR")
    """ISO 3166-1, two letters."""
    currency: str = text(default="KRW")
    artist_insurance: bool = False
    """예술인 고용보험 여부; individuals and 개인사업자 only."""
    zip_code: str = text(default="")
    address: str = text(default="")
    address_detail: str = text(default="")
    phone: str = text(default="")
    status: str = text(default=CompanyStatus.ACTIVE.value)
    status_reason: str = text(default="")
    """Why it was rejected, blocked or withdrew."""
    created_at: dt.datetime = instant()
    joined_at: dt.datetime | None = instant(default=None)
    """승인일."""
    left_at: dt.datetime | None = instant(default=None)


class Member(SQLModel, table=True):
    """One person who can log in: a partner's 담당자 (company_id set) or buyer staff (company_id empty)."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint(f"status in ({_values(MemberStatus)})", name="member_status"),
        CheckConstraint("login = lower(login)", name="member_login_lower"),
        CheckConstraint("(company_id is null) = not (roles && array['partner'])", name="member_side"),
        # Who is of Harmony is of nothing else: no role of theirs may ever open the house's own pages.
        CheckConstraint("not (roles && array['media']) or roles = array['media']", name="member_media"),
        Index("member_company", "company_id"),
        Index("member_name", "name"),
        Index("member_one_owner", "company_id", unique=True,
              postgresql_where=sql("roles @> array['partner_owner'] and status = 'active'")),
        # The same person cannot sign up twice.
        Index("member_one_person", "identity_hash", unique=True,
              postgresql_where=sql("identity_hash is not null and status in ('applying', 'active', 'dormant')")),
    )  # fmt: skip

    id: int | None = big_id()
    login: str = text(unique=True)
    """An e-mail address for partners, an English id such as ``amela.cha`` for staff; lower case."""
    name: str = text()
    email: str = text()
    phone: str = encrypted("member.phone")
    """Digits only, encrypted; shown masked."""
    birth_date: str | None = encrypted("member.birth_date", default=None)
    """ISO date, encrypted; from identity verification."""
    sex: str | None = text(default=None)
    foreign_national: bool = False
    identity_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Keyed hash of the person's CI (연계정보): finds the same person without keeping the CI readable."""
    password_hash: str = text()
    """argon2id; readable for the web role only through ``login_lookup``."""
    company_id: int | None = big_int(default=None, foreign_key="company.id")
    roles: list[str] = texts()
    status: str = text(default=MemberStatus.ACTIVE.value)
    position: str = text(default="")
    department: str = text(default="")
    extension: str = text(default="")
    """내선번호."""
    password_changed_at: dt.datetime = instant()
    password_asked_at: dt.datetime | None = instant(default=None)
    """「90일 이후 변경」: when the person last put the change off."""
    must_change_password: bool = False
    last_login_at: dt.datetime | None = instant(default=None)
    created_at: dt.datetime = instant()
    joined_at: dt.datetime | None = instant(default=None)
    """가입승인일."""
    left_at: dt.datetime | None = instant(default=None)
    left_reason: str = text(default="")


class BankAccount(SQLModel, table=True):
    """계좌: what the house pays to. Exactly one open one of a company is its 기본계좌."""

    __tablename__ = "bank_account"
    __table_args__ = (
        CheckConstraint("account_number is not null or iban is not null", name="bank_account_numbered"),
        Index("bank_account_company", "company_id", "id"),
        Index("bank_account_one_default", "company_id", unique=True,
              postgresql_where=sql("is_default and closed_at is null")),
    )  # fmt: skip

    id: int | None = big_id()
    company_id: int = big_int(foreign_key="company.id")
    country: str = text(default="KR")
    bank_code: str = text(default="")
    """KFTC code of three digits; empty for a bank abroad."""
    bank_name: str = text()
    account_number: str | None = encrypted("bank_account.account_number", default=None)
    """As typed, hyphens kept; encrypted, shown masked."""
    holder: str = encrypted("bank_account.holder")
    """예금주."""
    is_virtual: bool = False
    virtual_amount: int | None = won(default=None)
    """가상계좌(금액), minor units of the company's currency."""
    swift: str = text(default="")
    bic: str = text(default="")
    iban: str | None = encrypted("bank_account.iban", default=None)
    copy_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    """계좌사본."""
    is_default: bool = False
    created_at: dt.datetime = instant()
    closed_at: dt.datetime | None = instant(default=None)


class Delegation(SQLModel, table=True):
    """「위임」: for a period one person also acts in a role of another, and every act names both."""

    __tablename__ = "delegation"
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="delegation_period"),
        CheckConstraint("from_member_id <> to_member_id", name="delegation_other"),
        Index("delegation_to", "to_member_id", "ends_at"),
    )

    id: int | None = big_id()
    from_member_id: int = big_int(foreign_key="member.id")
    to_member_id: int = big_int(foreign_key="member.id")
    role: str = text()
    starts_at: dt.datetime = instant()
    ends_at: dt.datetime = instant()
    reason: str = text(default="")
    created_at: dt.datetime = instant()
    revoked_at: dt.datetime | None = instant(default=None)
