"""Studios, credits, who is in them, who is invited, and what a person has typed before they are anybody."""

import datetime as dt
import uuid
from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, json, text
from models.harmony.rules import Space, SpaceRole
from models.kernel.roles import Role
from models.processes.tables import ProcessColumns


def _values(words: type[Space] | type[SpaceRole]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


NOBODYS = 0
"""`company_id` of documents of Harmony: no company of the procurement portal has it."""


class Studio(SQLModel, table=True):
    """스튜디오 of one medium; its settings come with its contents."""

    __tablename__ = "studio"

    id: int | None = big_id()
    name: str = text()
    company_name: str = text()
    """The media company it belongs to."""
    service: str = text()
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()
    closed_at: dt.datetime | None = instant(default=None)


class CreditGroup(SQLModel, table=True):
    """정산그룹 (크레딧): media of one company that are settled with one tax invoice."""

    __tablename__ = "credit_group"

    id: int | None = big_id()
    name: str = text()
    company_name: str = text()
    business_number: str | None = text(default=None)
    """사업자등록번호, ten digits; empty for an individual."""
    credit_company_id: int | None = big_int(default=None, foreign_key="credit_company.id", index=True)
    """Who is paid; empty until the group is set up for settling."""
    edit_version: int = Field(default=1)
    created_by: int = big_int(foreign_key="member.id")
    created_at: dt.datetime = instant()
    closed_at: dt.datetime | None = instant(default=None)


class SpaceMembership(SQLModel, table=True):
    """One person in one studio or credit, in one role."""

    __tablename__ = "space_membership"
    __table_args__ = (
        CheckConstraint(f"space in ({_values(Space)})", name="space_membership_space"),
        CheckConstraint(f"role in ({_values(SpaceRole)})", name="space_membership_role"),
        CheckConstraint("(space = 'credit') = (role = 'user')", name="space_membership_fits"),
        Index("space_membership_once", "member_id", "space", "space_id", unique=True,
              postgresql_where=sql("left_at IS NULL")),
        Index("space_membership_one_master", "space", "space_id", unique=True,
              postgresql_where=sql("role = 'master' AND left_at IS NULL")),
        Index("space_membership_space", "space", "space_id"),
    )  # fmt: skip

    id: int | None = big_id()
    member_id: int = big_int(foreign_key="member.id")
    space: str = text()
    space_id: int = big_int()
    role: str = text()
    invitation_id: int | None = big_int(default=None, foreign_key="invitation.id")
    joined_at: dt.datetime = instant()
    left_at: dt.datetime | None = instant(default=None)


class Invitation(ProcessColumns, table=True):
    """초대: one address invited to one space. The link's token is kept as its SHA-256 only."""

    OFFICE: ClassVar[frozenset[Role] | None] = frozenset({Role.MEDIA_MANAGER, Role.ADMIN})
    MEDIA: ClassVar[str | None] = "member_id"

    number: str = text(unique=True)
    space: str = text()
    space_id: int = big_int()
    space_name: str = text()
    company_name: str = text()
    role: str = text()
    email: str = text()
    """Lower case."""
    inviter_name: str = text()
    token_hash: bytes | None = Field(default=None, sa_type=LargeBinary, unique=True)
    sendings: int = Field(default=0)
    sent_at: dt.datetime | None = instant(default=None)
    expires_at: dt.datetime | None = instant(default=None)
    member_id: int | None = big_int(default=None, foreign_key="member.id")
    """Who joined by it."""

    __table_args__ = (
        CheckConstraint(f"space in ({_values(Space)})", name="invitation_space"),
        CheckConstraint("(space = 'credit') = (role = 'user')", name="invitation_fits"),
        Index("invitation_open", "space", "space_id", "email", unique=True,
              postgresql_where=sql("status IN ('preparing', 'sent')")),
        Index("invitation_list", "created_at", "id"),
    )  # fmt: skip


class HarmonyAccount(SQLModel, table=True):
    """How a member of Harmony logs in: an account of an OpenID provider, or one of the house (issuer empty)."""

    __tablename__ = "harmony_account"
    __table_args__ = (UniqueConstraint("issuer", "subject", name="harmony_account_once"),)

    member_id: int = big_int(primary_key=True, foreign_key="member.id")
    issuer: str = text(default="")
    subject: str = text()
    """The provider's name for the person; of an account of the house the invited e-mail address."""
    password_hash: str | None = text(default=None)
    """argon2id, of an account of the house."""
    image_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    """프로필 이미지."""
    created_at: dt.datetime = instant()


class HarmonyEntry(SQLModel, table=True):
    """One browser's way through log-in or joining, until it is a session. Row-level security shows it to its key."""

    __tablename__ = "harmony_entry"
    __table_args__ = (Index("harmony_entry_expires", "expires_at"),)

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    invitation_id: int | None = big_int(default=None, foreign_key="invitation.id")
    """Empty: a log-in."""
    invitation_token: bytes | None = Field(default=None, sa_type=LargeBinary)
    """SHA-256 of the link it came by; a newer mail voids it."""
    target: str = text(default="/harmony")
    terms: list[int] = json()
    consented_at: dt.datetime | None = instant(default=None)
    ip: str = text(default="")

    state_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    nonce: str | None = encrypted("harmony_entry.nonce", default=None)
    verifier: str | None = encrypted("harmony_entry.verifier", default=None)
    asked_at: dt.datetime | None = instant(default=None)
    code: str | None = encrypted("harmony_entry.code", default=None)
    returned_at: dt.datetime | None = instant(default=None)
    verified_at: dt.datetime | None = instant(default=None)
    issuer: str | None = text(default=None)
    subject: str | None = encrypted("harmony_entry.subject", default=None)
    account_name: str | None = encrypted("harmony_entry.account_name", default=None)

    password_hash: str | None = text(default=None)
    email_invited: str | None = encrypted("harmony_entry.email_invited", default=None)
    """The address the link was sent to: whoever holds the link reads its mail."""

    phone: str | None = encrypted("harmony_entry.phone", default=None)
    phone_secret: str | None = encrypted("harmony_entry.phone_secret", default=None)
    phone_sends: int = Field(default=0)
    phone_tries: int = Field(default=0)
    phone_sent_at: dt.datetime | None = instant(default=None)
    phone_confirmed_at: dt.datetime | None = instant(default=None)

    name: str | None = encrypted("harmony_entry.name", default=None)
    email: str | None = encrypted("harmony_entry.email", default=None)
    image_file_id: int | None = big_int(default=None, foreign_key="stored_file.id")
    request_id: uuid.UUID | None = Field(default=None)
    """The command that joins."""
    member_id: int | None = big_int(default=None, foreign_key="member.id")
    """Who this browser turned out to be."""
    finished_at: dt.datetime | None = instant(default=None)
    """When the session was made of it, once."""
    created_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()


class PasswordLink(SQLModel, table=True):
    """「비밀번호 찾기」 of an account of the house: what a mailed link opens, once. Seen by whoever holds the link."""

    __tablename__ = "password_link"
    __table_args__ = (Index("password_link_expires", "expires_at"),)

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    member_id: int | None = big_int(default=None, foreign_key="member.id")
    """Nobody: asked for with an address that is no account's; written all the same, so that it takes as long."""
    created_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    used_at: dt.datetime | None = instant(default=None)


class StepUp(SQLModel, table=True):
    """추가인증: a code sent to the member's telephone, for one purpose of one session."""

    __tablename__ = "step_up"
    __table_args__ = (Index("step_up_session", "session_id", "purpose", "id"),)

    id: int | None = big_id()
    member_id: int = big_int(foreign_key="member.id")
    session_id: int = big_int(foreign_key="login_session.id")
    purpose: str = text()
    channel: str = text()
    secret: str = encrypted("step_up.secret")
    phone: str | None = encrypted("step_up.phone", default=None)
    """A number that is not the member's yet, where the code confirms a new one."""
    tries: int = Field(default=0)
    sent_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    passed_at: dt.datetime | None = instant(default=None)
