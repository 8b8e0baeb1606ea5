"""가입요청, and the forms people are still filling in."""

import datetime as dt
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, text
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns
from models.signups.rules import OPEN, SignupKind, SignupMode

_OPEN = "status in ({})".format(", ".join(f"'{status.value}'" for status in OPEN))


def _values(words: type[SignupKind] | type[SignupMode]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


class Signup(ProcessColumns, table=True):
    """One 가입요청; what was typed is in `content`, what it grants is written when it is approved."""

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.BUYER, Role.ADMIN})

    __tablename__ = "signup"
    __table_args__ = (
        CheckConstraint(f"signup_kind in ({_values(SignupKind)})", name="signup_kind"),
        CheckConstraint(f"mode in ({_values(SignupMode)})", name="signup_mode"),
        Index("signup_one_open", "member_id", unique=True, postgresql_where=sql(_OPEN)),
        Index("signup_one_company", "company_id", unique=True,
              postgresql_where=sql(f"signup_kind <> 'contact' and {_OPEN}")),
        Index("signup_list", "created_at", "id"),
        Index("signup_turn", "turn", "company_id", postgresql_where=sql("turn IS NOT NULL")),
    )  # fmt: skip

    number: str = text(unique=True)
    signup_kind: str = text()
    mode: str = text(default=SignupMode.NEW.value)
    company_name: str = text()
    """기업명, of an 개인회원 the person's name."""
    business_number: str | None = text(default=None)
    applicant_name: str = text()
    member_id: int = big_int(foreign_key="member.id")
    conversion_id: int | None = big_int(default=None, foreign_key="conversion.id")
    content: str = encrypted("signup.content")
    """models.signups.messages.SignupContent as JSON."""
    registry_state: str | None = text(default=None)
    """사업자 상태 by the tax service (models.identity.messages.StandingState); empty: not asked, or no answer yet."""
    registry_tax_type: str = text(default="")
    registry_closed_on: dt.date | None = Field(default=None)
    registry_at: dt.datetime | None = instant(default=None)
    decided_at: dt.datetime | None = instant(default=None)
    decided_by: str = text(default="")
    decision_reason: str = text(default="")
    """반려사유, 처리사유."""
    barred: bool = False
    """재가입 불가."""

    @property
    def is_sent(self) -> bool:
        """The end is told to the applicant alone, not to everybody of the company."""
        return False


class SignupDraft(SQLModel, table=True):
    """A form of somebody not known yet, seen by the browser that holds its token only."""

    __tablename__ = "signup_draft"
    __table_args__ = (Index("signup_draft_expires", "expires_at"), Index("signup_draft_company", "company_id"))

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    company_id: int | None = big_int(default=None)
    """Of a conversion: what was typed goes when it lapses."""
    content: str = encrypted("signup_draft.content")
    """models.signups.messages.Draft as JSON."""
    created_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
