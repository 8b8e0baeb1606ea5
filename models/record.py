"""The record over all kinds of documents, as a person may read it."""

from collections.abc import Sequence

from sqlalchemy import Select, and_, false, or_, select
from sqlmodel import Session, col

from models.catalog import KINDS
from models.processes.messages import Actor
from models.processes.queries import may_look, visible_to
from models.processes.tables import ProcessEvent


def visible_events(actor: Actor) -> Select[ProcessEvent]:
    """Start of every select: the staff sees all, a partner what happened to documents it was shown."""
    rows = select(ProcessEvent)
    if actor.is_office:
        hidden = [kind.key for kind in KINDS.values() if not may_look(actor, kind.table)]
        return rows.where(col(ProcessEvent.kind).not_in(hidden)) if hidden else rows
    if actor.company_id is None:
        return rows.where(false())
    shown = [
        and_(
            col(ProcessEvent.kind) == kind.key,
            visible_to(actor, kind.table).where(col(kind.table.id) == col(ProcessEvent.document_id)).exists(),
        )
        for kind in KINDS.values()
    ]
    return rows.where(col(ProcessEvent.company_id) == actor.company_id, or_(*shown))


def case_events(session: Session, actor: Actor, case_key: str) -> Sequence[ProcessEvent]:
    """The record of a whole case, contract to payment, in time order."""
    rows = visible_events(actor).where(col(ProcessEvent.case_key) == case_key)
    return session.execute(rows.order_by(col(ProcessEvent.at), col(ProcessEvent.id))).scalars().all()


def latest_events(session: Session, actor: Actor, limit: int) -> Sequence[ProcessEvent]:
    """What happened last on the documents one may see."""
    rows = visible_events(actor).order_by(col(ProcessEvent.id).desc()).limit(limit)
    return session.execute(rows).scalars().all()
