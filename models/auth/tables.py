"""Sessions, one-time codes and log-in attempts. Tokens are kept as SHA-256 only; codes are never stored."""

import datetime as dt

from sqlalchemy import Index, LargeBinary
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
    secret: str = encrypted("otp_challenge.secret")
    counter: int = 0
    tries: int = 0
    resends: int = 0
    created_at: dt.datetime = instant()
    sent_at: dt.datetime = instant()
    expires_at: dt.datetime = instant()
    used_at: dt.datetime | None = instant(default=None)


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
