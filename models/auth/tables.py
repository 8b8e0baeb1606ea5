"""Sessions, one-time codes, authenticator apps, log-in attempts, and who saw personal data.

Tokens and recovery codes are kept as SHA-256 only; one-time codes are never stored.
"""

import datetime as dt

from sqlalchemy import Index, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, text


class LoginSession(SQLModel, table=True):
    __tablename__ = "login_session"
    __table_args__ = (Index("login_session_member", "member_id", "expires_at"),)

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    member_id: int = big_int(foreign_key="member.id")
    csrf_secret: str = text()
    created_at: dt.datetime = instant()
    last_seen_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    """Twelve hours after creation; the idle limit is counted from last_seen_at."""
    ip: str = text(default="")
    agent: str = text(default="")
    kind: str = text(default="browser")
    """browser (cookie) or api (bearer token)."""
    revoked_at: dt.datetime | None = instant(default=None)


class OtpChallenge(SQLModel, table=True):
    """Between password and session. The code is HOTP(secret, counter); resending moves the counter."""

    __tablename__ = "otp_challenge"
    __table_args__ = (Index("otp_challenge_member", "member_id", "created_at"),)

    id: int | None = big_id()
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True)
    member_id: int = big_int(foreign_key="member.id")
    attempt_id: int = big_int(foreign_key="login_attempt.id")
    purpose: str = text()
    method: str = text(default="sms")
    """sms (a code sent to the phone) or app (the person's authenticator)."""
    secret: str = encrypted("otp_challenge.secret")
    counter: int = 0
    tries: int = 0
    resends: int = 0
    created_at: dt.datetime = instant()
    sent_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    used_at: dt.datetime | None = instant(default=None)
    """When the code was right; the log-in may still ask for consent or a decision."""
    opened_at: dt.datetime | None = instant(default=None)
    """When the session was made of it, once."""


class LoginAttempt(SQLModel, table=True):
    """Who tried to log in, from where, with what outcome (접속기록); unknown ids are counted too."""

    __tablename__ = "login_attempt"
    __table_args__ = (
        Index("login_attempt_login", "login_hash", "at"),
        Index("login_attempt_ip", "ip", "at"),
    )

    id: int | None = big_id()
    login_hash: bytes = Field(sa_type=LargeBinary)
    """SHA-256 of the normalised id: people type passwords into the id field, so it is not kept readable."""
    member_id: int | None = big_int(default=None, foreign_key="member.id")
    outcome: str = text()
    ip: str = text(default="")
    agent: str = text(default="")
    at: dt.datetime = instant()


class Authenticator(SQLModel, table=True):
    """인증 앱: a person's TOTP secret (RFC 6238, 30 seconds, six digits); it counts once confirmed by a code."""

    __tablename__ = "authenticator"

    member_id: int = big_int(primary_key=True, foreign_key="member.id")
    secret: str = encrypted("authenticator.secret")
    created_at: dt.datetime = instant()
    confirmed_at: dt.datetime | None = instant(default=None)
    last_step: int = big_int(default=0)
    """The 30-second step of the last code taken: no code works twice."""


class RecoveryCode(SQLModel, table=True):
    """복구 코드: one of ten that open the door once each when the app is lost."""

    __tablename__ = "recovery_code"
    __table_args__ = (UniqueConstraint("member_id", "code_hash", name="recovery_code_once"),)

    id: int | None = big_id()
    member_id: int = big_int(foreign_key="member.id")
    code_hash: bytes = Field(sa_type=LargeBinary)
    """SHA-256 with the member's id; a code has 80 random bits, so a slow hash would add nothing."""
    created_at: dt.datetime = instant()
    used_at: dt.datetime | None = instant(default=None)


class Disclosure(SQLModel, table=True):
    """열람 기록: who saw whose masked data in full, what of it, when and why. Kept two years, never changed."""

    __tablename__ = "disclosure"
    __table_args__ = (
        Index("disclosure_at", "at"),
        Index("disclosure_subject", "subject_kind", "subject_id"),
    )

    id: int | None = big_id()
    actor_id: int = big_int(foreign_key="member.id")
    actor_name: str = text()
    actor_company: str = text(default="")
    subject_kind: str = text()
    """The table the value is of: member, bank_account, signup …"""
    subject_id: int = big_int()
    subject_name: str = text(default="")
    """Whose it is, by the name the house knows."""
    company_id: int | None = big_int(default=None)
    """The company of the subject, if it has one."""
    field: str = text()
    reason: str = text(default="")
    ip: str = text(default="")
    at: dt.datetime = instant()
