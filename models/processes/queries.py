"""Reads of the spine: timeline, pace of steps, policies, holidays, pending acts."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import Select, func, literal_column, select
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.messages import Actor
from models.processes.tables import AuditEntry, Command, Holiday, Policy, ProcessColumns, ProcessEvent

Doc = TypeVar("Doc", bound=ProcessColumns)

PACE_SAMPLE = 200
PACE_MIN = 3


def visible_to(actor: Actor, table: type[Doc]) -> Select[Doc]:
    """Where every select of a document begins: a partner's own company's rows, all of them for the buyer's staff.

    A draft that was never sent is not the partner's yet.
    """
    rows = select(table)
    if actor.company_id is None:
        return rows
    own = rows.where(col(table.company_id) == actor.company_id)
    return own.where(getattr(table, table.SENT).is_not(None)) if table.SENT else own


def visible_document(session: Session, actor: Actor, table: type[Doc], document_id: int) -> Doc:
    """One document. Raises NotFound for another company's as for one that is not there."""
    row = visible_to(actor, table).where(col(table.id) == document_id)
    found: Doc | None = session.execute(row).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def row_version(session: Session, table: type[ProcessColumns], document_id: int) -> str:
    """The transaction that wrote a document's row last: another value is another state of it."""
    row = select(literal_column("xmin::text")).select_from(table).where(col(table.id) == document_id)
    return str(session.execute(row).scalar_one())


def holidays(session: Session) -> frozenset[dt.date]:
    return frozenset(session.execute(select(col(Holiday.day))).scalars())


def pace(session: Session, kind: str, status: str) -> Pace:
    """The policy in force for a status, or the house's default."""
    newest = (
        select(Policy)
        .where(col(Policy.kind) == kind, col(Policy.status) == status)
        .order_by(col(Policy.id).desc())
        .limit(1)
    )
    row = session.execute(newest).scalar_one_or_none()
    if row is None:
        return DEFAULT_PACE
    return Pace(row.due_days, tuple(row.remind_days), row.escalate_days)


def events(session: Session, workflow_id: str) -> Sequence[ProcessEvent]:
    """The record of one document, in step order."""
    rows = select(ProcessEvent).where(col(ProcessEvent.workflow_id) == workflow_id)
    return session.execute(rows.order_by(col(ProcessEvent.step))).scalars().all()


def created(session: Session, kind: str, document_id: int) -> AuditEntry | None:
    """Who made a document, and when."""
    first = select(AuditEntry).where(
        col(AuditEntry.kind) == kind, col(AuditEntry.document_id) == document_id, col(AuditEntry.act) == "create"
    )
    found: AuditEntry | None = session.execute(first.order_by(col(AuditEntry.id)).limit(1)).scalar_one_or_none()
    return found


def case_events(session: Session, actor: Actor, case_key: str) -> Sequence[ProcessEvent]:
    """The record of a whole case, contract to payment, in time order."""
    rows = select(ProcessEvent).where(col(ProcessEvent.case_key) == case_key)
    if actor.company_id is not None:
        rows = rows.where(col(ProcessEvent.company_id) == actor.company_id)
    return session.execute(rows.order_by(col(ProcessEvent.at), col(ProcessEvent.id))).scalars().all()


def usual_seconds(session: Session, kind: str, status: str) -> int | None:
    """Median seconds that documents of this kind stayed in a status lately; None with too few to tell."""
    sample = (
        select(col(ProcessEvent.seconds_before))
        .where(
            col(ProcessEvent.kind) == kind,
            col(ProcessEvent.status_from) == status,
            col(ProcessEvent.seconds_before).is_not(None),
        )
        .order_by(col(ProcessEvent.id).desc())
        .limit(PACE_SAMPLE)
        .subquery()
    )
    median = func.percentile_cont(0.5).within_group(sample.c.seconds_before)
    found = session.execute(select(median, func.count()).select_from(sample)).one()
    return None if found[1] < PACE_MIN else int(found[0])


def pending(session: Session, workflow_id: str, actor: Actor) -> Sequence[Command]:
    """Acts on a document that the engine has not answered yet: one's own side's."""
    rows = select(Command).where(col(Command.workflow_id) == workflow_id, col(Command.state) == "open")
    if actor.company_id is None:
        rows = rows.where(col(Command.actor_company_id).is_(None))
    else:
        rows = rows.where(col(Command.actor_company_id) == actor.company_id)
    return session.execute(rows.order_by(col(Command.id))).scalars().all()


def command(session: Session, request_id: uuid.UUID, actor: Actor) -> Command | None:
    """One's own act by its request id (the receipt, or why it was refused)."""
    row = select(Command).where(col(Command.request_id) == request_id, col(Command.actor_id) == actor.member_id)
    return session.execute(row).scalar_one_or_none()


def latest_events(session: Session, actor: Actor, limit: int) -> Sequence[ProcessEvent]:
    """What happened last on the documents one may see."""
    rows = select(ProcessEvent)
    if actor.company_id is not None:
        rows = rows.where(col(ProcessEvent.company_id) == actor.company_id)
    return session.execute(rows.order_by(col(ProcessEvent.id).desc()).limit(limit)).scalars().all()


def case_documents(session: Session, actor: Actor, table: type[Doc], case_key: str) -> Sequence[Doc]:
    """The documents of one kind in a case."""
    rows = visible_to(actor, table).where(col(table.case_key) == case_key).order_by(col(table.id))
    return session.execute(rows).scalars().all()
