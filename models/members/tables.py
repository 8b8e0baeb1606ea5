"""Companies (거래처), the people of both sides (담당자), and delegations of a role for a period (위임)."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import text as sql
from sqlmodel import SQLModel

from models.columns import big_id, big_int, encrypted, instant, text, texts
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
    address: str = text(default="")
    phone: str = text(default="")
    currency: str = text(default="KRW")
    status: str = text(default=CompanyStatus.ACTIVE.value)
    created_at: dt.datetime = instant()


class Member(SQLModel, table=True):
    """One person who can log in: a partner's 담당자 (company_id set) or buyer staff (company_id empty)."""

    __tablename__ = "member"
    __table_args__ = (
        CheckConstraint(f"status in ({_values(MemberStatus)})", name="member_status"),
        CheckConstraint("login = lower(login)", name="member_login_lower"),
        CheckConstraint("(company_id is null) = not (roles && array['partner'])", name="member_side"),
        Index("member_company", "company_id"),
        Index("member_name", "name"),
        Index("member_one_owner", "company_id", unique=True,
              postgresql_where=sql("roles @> array['partner_owner'] and status = 'active'")),
    )  # fmt: skip

    id: int | None = big_id()
    login: str = text(unique=True)
    """An e-mail address for partners, an English id such as ``amela.cha`` for staff; lower case."""
    name: str = text()
    email: str = text()
    phone: str = encrypted("member.phone")
    """Digits only, encrypted; shown masked."""
    password_hash: str = text()
    """argon2id; readable for the web role only through ``login_lookup``."""
    company_id: int | None = big_int(default=None, foreign_key="company.id")
    roles: list[str] = texts()
    status: str = text(default=MemberStatus.ACTIVE.value)
    position: str = text(default="")
    department: str = text(default="")
    password_changed_at: dt.datetime = instant()
    must_change_password: bool = False
    last_login_at: dt.datetime | None = instant(default=None)
    created_at: dt.datetime = instant()


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
