"""Checks of people and e-mail addresses by those who are not known yet, and questions to the outside worlds.

A row is seen by the browser that holds its token and by nobody else (models/policies.py); only the worker writes who
a person is.
"""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, Index, LargeBinary
from sqlmodel import Field, SQLModel

from models.columns import big_id, encrypted, instant, text
from models.identity.rules import CheckState, Purpose


def _values(words: type[CheckState] | type[Purpose]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


class IdentityCheck(SQLModel, table=True):
    """One 본인인증: begun by a browser, finished by a carrier, used once."""

    __tablename__ = "identity_check"
    __table_args__ = (
        CheckConstraint(f"state in ({_values(CheckState)})", name="identity_check_state"),
        CheckConstraint(f"purpose in ({_values(Purpose)})", name="identity_check_purpose"),
        CheckConstraint(
            "(state = 'verified') = (verified_at is not null and person is not null and identity_hash is not null)",
            name="identity_check_verified",
        ),
        CheckConstraint("used_at is null or state = 'verified'", name="identity_check_used"),
        Index("identity_check_created", "created_at"),
    )

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    provider_id: str = text(unique=True)
    """The provider's name for this check, ours to choose."""
    purpose: str = text()
    next: str = text()
    """The page to go on to: a path of this portal."""
    state: str = text(default=CheckState.OPEN.value)
    why: str = text(default="")
    """models.identity.rules.Why of a refusal."""
    request: str | None = encrypted("identity_check.request", default=None)
    """What was typed on our own page, for the carrier; emptied when the check ends."""
    person: str | None = encrypted("identity_check.person", default=None)
    """models.identity.messages.Person as JSON."""
    identity_hash: bytes | None = Field(default=None, sa_type=LargeBinary)
    """Keyed hash of the person's CI (연계정보); the CI itself is not kept."""
    created_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    """When the person must have finished at the carrier."""
    verified_at: dt.datetime | None = instant(default=None)
    used_at: dt.datetime | None = instant(default=None)


class EmailCheck(SQLModel, table=True):
    """One 이메일인증. The code is HOTP(secret, counter)."""

    __tablename__ = "email_check"
    __table_args__ = (
        CheckConstraint("used_at is null or verified_at is not null", name="email_check_used"),
        Index("email_check_created", "created_at"),
    )

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    email: str = encrypted("email_check.email")
    secret: str = encrypted("email_check.secret")
    taken: bool = False
    """The address belongs to a member: no code can be right, and only the mail says why."""
    counter: int = 0
    sends: int = 1
    tries: int = 0
    created_at: dt.datetime = instant()
    sent_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    verified_at: dt.datetime | None = instant(default=None)
    used_at: dt.datetime | None = instant(default=None)


class Inquiry(SQLModel, table=True):
    """A question to an outside world and its answer, both sealed; gone when the answer was fetched."""

    __tablename__ = "inquiry"
    __table_args__ = (Index("inquiry_created", "created_at"),)

    id: uuid.UUID = Field(primary_key=True)
    question: str = text()
    asked: str = encrypted("inquiry.asked")
    answer: str | None = encrypted("inquiry.answer", default=None)
    created_at: dt.datetime = instant()


class RateUse(SQLModel, table=True):
    """One use of something that is limited; the subject (an address, a phone) is kept as a hash."""

    __tablename__ = "rate_use"
    __table_args__ = (Index("rate_use_of", "bucket", "subject", "at"),)

    id: int | None = big_id()
    bucket: str = text()
    subject: bytes = Field(sa_type=LargeBinary)
    at: dt.datetime = instant()
