"""Seals and signatures with their evidence: who agreed to what, having seen which pages."""

import datetime as dt
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, json, text


class Signature(SQLModel, table=True):
    """One party's 「서명」 or 직인 on one document in one version; `consents` names every paper agreed to.

    A consent: `{document_id, title, sha256, pages, seen_pages, agreed_at}`.
    """

    id: int | None = big_id()
    kind: str = text()
    document_id: int = big_int()
    version: int = Field()
    company_id: int = big_int(index=True)
    party: str = text()
    member_id: int = big_int()
    member_name: str = text()
    on_behalf_of_name: str | None = text(default=None)
    seal_file_id: int = big_int(foreign_key="stored_file.id")
    consents: list[dict[str, Any]] = json()
    ip: str = text(default="")
    agent: str = text(default="")
    signed_at: dt.datetime = instant()

    __table_args__ = (
        UniqueConstraint("kind", "document_id", "version", "party", name="signature_once"),
        Index("signature_seal_last", "company_id", "party", "id"),
    )
