"""Versions of the terms and who agreed to which, when and from where. A version is never rewritten."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import SQLModel

from models.columns import big_id, big_int, instant, text
from models.terms.rules import TermsAudience, TermsKey


def _values(words: type[TermsAudience] | type[TermsKey]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


class Terms(SQLModel, table=True):
    """One version of one text; of the versions whose time has come the latest is in force."""

    __tablename__ = "terms"
    __table_args__ = (
        CheckConstraint(f"audience in ({_values(TermsAudience)})", name="terms_audience"),
        CheckConstraint(f"key in ({_values(TermsKey)})", name="terms_key"),
        UniqueConstraint("audience", "key", "version", name="terms_version"),
    )

    id: int | None = big_id()
    audience: str = text()
    key: str = text()
    version: int
    title: str = text()
    body: str = text()
    required: bool = True
    change_note: str = text(default="")
    """What changed since the version before, said on the page that asks again."""
    effective_at: dt.datetime = instant()
    created_by: int | None = big_int(default=None)
    created_at: dt.datetime = instant()
    withdrawn_at: dt.datetime | None = instant(default=None)
    """Taken back before it took effect."""


class Consent(SQLModel, table=True):
    """One person's agreement to one version."""

    __tablename__ = "consent"
    __table_args__ = (
        UniqueConstraint("member_id", "terms_id", name="consent_once"),
        Index("consent_terms", "terms_id"),
    )

    id: int | None = big_id()
    member_id: int = big_int(foreign_key="member.id")
    terms_id: int = big_int(foreign_key="terms.id")
    at: dt.datetime = instant()
    ip: str = text(default="")
