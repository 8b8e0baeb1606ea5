"""Agreeing to terms, and writing new versions of them."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.processes.writes import lock_case
from models.terms import queries
from models.terms.rules import TermsAudience, TermsInForce, TermsKey, takes_effect
from models.terms.tables import Consent, Terms

KIND = "terms"


def consent(session: Session, member_id: int, terms_ids: Iterable[int], now: dt.datetime, ip: str = "") -> None:
    """Keep that a person agreed to these versions; agreeing twice changes nothing."""
    rows = [{"member_id": member_id, "terms_id": terms_id, "at": now, "ip": ip} for terms_id in sorted(set(terms_ids))]
    if rows:
        session.execute(insert(Consent).on_conflict_do_nothing(), rows)


@dataclass(frozen=True)
class NewVersion:
    """What an administrator writes."""

    audience: TermsAudience
    key: TermsKey
    title: str
    body: str
    required: bool
    change_note: str
    effective_at: dt.datetime


def add_version(session: Session, actor: Actor, new: NewVersion, now: dt.datetime) -> Terms:
    """A new version, in force from its time on; whoever agreed to the one before is asked again then."""
    actor.must_hold(Role.ADMIN)
    lock_case(session, f"terms/{new.audience}/{new.key}")
    made = Terms(
        audience=new.audience.value,
        key=new.key.value,
        version=queries.next_version(session, new.audience, new.key),
        title=new.title,
        body=new.body,
        required=new.required,
        change_note=new.change_note,
        effective_at=max(new.effective_at, now),
        created_by=actor.member_id,
        created_at=now,
    )
    session.add(made)
    session.flush()
    _audit(session, actor, made, "create", now)
    return made


def withdraw(session: Session, actor: Actor, terms_id: int, now: dt.datetime) -> None:
    """Take back a version that is not in force yet. Raises TermsInForce, NotFound."""
    actor.must_hold(Role.ADMIN)
    terms = queries.version(session, terms_id)
    if terms is None or terms.withdrawn_at is not None:
        raise NotFound
    if not takes_effect(terms.effective_at, now):
        raise TermsInForce
    session.execute(update(Terms).where(col(Terms.id) == terms_id).values(withdrawn_at=now))
    _audit(session, actor, terms, "withdraw", now)


def _audit(session: Session, actor: Actor, terms: Terms, act: str, now: dt.datetime) -> None:
    facts = {"audience": terms.audience, "key": terms.key, "version": terms.version}
    session.add(
        AuditEntry(
            kind=KIND,
            document_id=terms.id or 0,
            act=act,
            actor_id=actor.member_id,
            actor_name=actor.name,
            actor_company=actor.company_name,
            detail=facts,
            at=now,
        )
    )
