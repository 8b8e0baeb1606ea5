"""Which terms are in force, and which of them a person has not agreed to."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from models import clock
from models.processes.messages import Actor
from models.terms.rules import TermsAudience, TermsKey
from models.terms.tables import Consent, Terms

VERSIONS_MAX = 500
_ORDER = {key.value: place for place, key in enumerate(TermsKey)}


def current(session: Session, audience: str, now: dt.datetime | None = None) -> list[Terms]:
    """The versions in force for an audience, in reading order: service, privacy, marketing."""
    newest = (
        select(Terms)
        .ext(distinct_on(col(Terms.key)))
        .where(
            col(Terms.audience) == TermsAudience(audience).value,
            col(Terms.effective_at) <= (now or clock.now()),
            col(Terms.withdrawn_at).is_(None),
        )
        .order_by(col(Terms.key), col(Terms.effective_at).desc(), col(Terms.version).desc())
    )
    return sorted(session.execute(newest).scalars(), key=lambda terms: _ORDER[terms.key])


def unconsented(session: Session, actor: Actor, now: dt.datetime | None = None) -> list[Terms]:
    """What a person must agree to before anything else; nothing for the house's own people."""
    if actor.side not in set(TermsAudience):
        return []
    required = [terms for terms in current(session, actor.side, now) if terms.required]
    agreed = set(consented(session, actor.member_id, [terms.id for terms in required if terms.id]))
    return [terms for terms in required if terms.id not in agreed]


def consented(session: Session, member_id: int, terms_ids: Sequence[int]) -> list[int]:
    """Of these versions, the ones a person agreed to."""
    given = select(col(Consent.terms_id)).where(
        col(Consent.member_id) == member_id, col(Consent.terms_id).in_(list(terms_ids))
    )
    return list(session.execute(given).scalars())


def given(session: Session, member_id: int) -> list[tuple[Terms, dt.datetime]]:
    """Every version a person agreed to and when, newest first."""
    rows = (
        select(Terms, col(Consent.at))
        .join(Consent, col(Consent.terms_id) == col(Terms.id))
        .where(col(Consent.member_id) == member_id)
        .order_by(col(Consent.at).desc(), col(Terms.id).desc())
        .limit(VERSIONS_MAX)
    )
    return [(terms, at) for terms, at in session.execute(rows)]


def versions() -> Select[Terms]:
    """Start of the list of versions: the terms are public."""
    return select(Terms)


def version(session: Session, terms_id: int) -> Terms | None:
    return session.get(Terms, terms_id)


def next_version(session: Session, audience: str, key: str) -> int:
    """The number the next version of a text gets."""
    newest = select(func.max(col(Terms.version))).where(col(Terms.audience) == audience, col(Terms.key) == key)
    return int(session.execute(newest).scalar_one() or 0) + 1


def ahead(session: Session, now: dt.datetime) -> list[Terms]:
    """Versions whose time has not come, soonest first."""
    waiting = select(Terms).where(col(Terms.effective_at) > now, col(Terms.withdrawn_at).is_(None))
    return list(session.execute(waiting.order_by(col(Terms.effective_at), col(Terms.id)).limit(50)).scalars())
