"""Reads of the spine: timeline, pace of steps, policies, holidays, pending acts."""

import datetime as dt
import uuid
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam, false, func, literal_column, select
from sqlmodel import Session, col

from models import database
from models.kernel.refusals import NotFound
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.messages import Actor
from models.processes.tables import AuditEntry, Command, Holiday, Policy, ProcessColumns, ProcessEvent

Doc = TypeVar("Doc", bound=ProcessColumns)

HOLIDAY_SECONDS = 300.0
USUAL_SECONDS = 300.0
SHOWN_PACE_SECONDS = 10.0
PACE_SAMPLE = 200
PACE_MIN = 3


# Asked on every page: built once, which costs more than running them.
_POLICY = (
    select(Policy)
    .where(col(Policy.kind) == bindparam("kind"), col(Policy.status) == bindparam("status"))
    .order_by(col(Policy.id).desc())
    .limit(1)
)
_EVENTS = (
    select(ProcessEvent)
    .where(col(ProcessEvent.workflow_id) == bindparam("workflow_id"))
    .order_by(col(ProcessEvent.step))
)
_CREATED = (
    select(AuditEntry)
    .where(
        col(AuditEntry.kind) == bindparam("kind"),
        col(AuditEntry.document_id) == bindparam("document_id"),
        col(AuditEntry.act) == "create",
    )
    .order_by(col(AuditEntry.id))
    .limit(1)
)
_COMMAND = select(Command).where(
    col(Command.request_id) == bindparam("request_id"), col(Command.actor_id) == bindparam("actor_id")
)

_OPEN = (
    select(Command)
    .where(col(Command.workflow_id) == bindparam("workflow_id"), col(Command.state) == "open")
    .order_by(col(Command.id))
)
_PENDING_OFFICE = _OPEN.where(col(Command.actor_company_id).is_(None))
_PENDING_OWN = _OPEN.where(col(Command.actor_id) == bindparam("member_id"))
_PENDING_PARTNER = _OPEN.where(col(Command.actor_company_id) == bindparam("company_id"))


def visible_to(actor: Actor, table: type[Doc]) -> Select[Doc]:
    """Where every select of a document begins: a partner's own company's rows, all of them for the buyer's staff.

    A draft that was never sent is not the partner's yet. Of kinds with an `OFFICE` of their own only its staff sees
    any; a media partner's person sees what names them (`MEDIA`), nothing else.
    """
    if actor.company_id is not None and actor.side == "partner":
        return _own(table, actor.company_id)
    if table.MEDIA is not None and actor.side == "media":
        return select(table).where(getattr(table, table.MEDIA) == actor.member_id)
    return select(table) if may_look(actor, table) else select(table).where(false())


def may_look(actor: Actor, table: type[ProcessColumns]) -> bool:
    """Whether this is staff whose work these documents are."""
    return actor.is_office and (table.OFFICE is None or not table.OFFICE.isdisjoint(actor.every_role))


def _own(table: type[Doc], company_id: Any) -> Select[Doc]:
    own = select(table).where(col(table.company_id) == company_id)
    return own.where(getattr(table, table.SENT).is_not(None)) if table.SENT else own


@cache
def _visible_row(table: type[Doc], *, partner: bool) -> Select[Doc]:
    rows = _own(table, bindparam("own_company")) if partner else select(table)
    return rows.where(col(table.id) == bindparam("document_id"))


def _row_for(actor: Actor, table: type[Doc]) -> Select[Doc]:
    if actor.side == "partner" or may_look(actor, table):
        return _visible_row(table, partner=actor.side == "partner")
    return visible_to(actor, table).where(col(table.id) == bindparam("document_id"))


def visible_document(session: Session, actor: Actor, table: type[Doc], document_id: int) -> Doc:
    """One document. Raises NotFound for another company's as for one that is not there."""
    row = _row_for(actor, table)
    asked = {"document_id": document_id, "own_company": actor.company_id}
    found: Doc | None = session.execute(row, asked).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def locked_document(session: Session, actor: Actor, table: type[Doc], document_id: int) -> Doc:
    """`visible_document` as it stands now, and nobody else's to write until the transaction ends."""
    row = visible_to(actor, table).where(col(table.id) == document_id).with_for_update()
    found: Doc | None = session.execute(row.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def row_version(session: Session, table: type[ProcessColumns], document_id: int) -> str:
    """The transaction that wrote a document's row last: another value is another state of it.

    Ask before reading the document: what is written in between is then noticed, not missed.
    """
    return str(session.execute(_version_row(table), {"document_id": document_id}).scalar_one_or_none())


@cache
def _version_row(table: type[ProcessColumns]) -> Select[str]:
    return select(literal_column("xmin::text")).select_from(table).where(col(table.id) == bindparam("document_id"))


def holidays(session: Session) -> frozenset[dt.date]:
    """The calendar, read again every few minutes: a new holiday is announced weeks before."""

    def read() -> frozenset[dt.date]:
        return frozenset(session.execute(select(col(Holiday.day))).scalars())

    return database.kept(session, "holidays", HOLIDAY_SECONDS, read)


def pace(session: Session, kind: str, status: str) -> Pace:
    """The policy in force for a status, or the house's default."""
    row = session.execute(_POLICY, {"kind": kind, "status": status}).scalar_one_or_none()
    if row is None:
        return DEFAULT_PACE
    return Pace(row.due_days, tuple(row.remind_days), row.escalate_days)


def shown_pace(session: Session, kind: str, status: str) -> Pace:
    """`pace` for a page that says when the next reminder is due; a policy changed just now shows a moment later."""
    return database.kept(session, ("pace", kind, status), SHOWN_PACE_SECONDS, lambda: pace(session, kind, status))


def events(session: Session, workflow_id: str) -> Sequence[ProcessEvent]:
    """The record of one document, in step order."""
    return session.execute(_EVENTS, {"workflow_id": workflow_id}).scalars().all()


def created(session: Session, kind: str, document_id: int) -> AuditEntry | None:
    """Who made a document, and when."""
    asked = {"kind": kind, "document_id": document_id}
    found: AuditEntry | None = session.execute(_CREATED, asked).scalar_one_or_none()
    return found


def usual_pace(session: Session, actor: Actor, kind: str, status: str) -> int | None:
    """`usual_seconds` of what this person's side may see, remembered for a while."""
    key = ("usual", kind, status, actor.company_id)
    return database.kept(session, key, USUAL_SECONDS, lambda: usual_seconds(session, kind, status))


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
    rows = {"buyer": _PENDING_OFFICE, "partner": _PENDING_PARTNER}.get(actor.side, _PENDING_OWN)
    asked = {"workflow_id": workflow_id, "company_id": actor.company_id, "member_id": actor.member_id}
    return session.execute(rows, asked).scalars().all()


def unconfirmed(session: Session, workflow_id: str) -> Sequence[Command]:
    """Acts of a workflow that are done, while the engine may not know it, in the order they were done in."""
    rows = select(Command).where(
        col(Command.workflow_id) == workflow_id, col(Command.state) == "done", col(Command.confirmed).is_(False)
    )
    return session.execute(rows.order_by(col(Command.id))).scalars().all()


def command(session: Session, request_id: uuid.UUID, actor: Actor) -> Command | None:
    """One's own act by its request id (the receipt, or why it was refused)."""
    asked = {"request_id": request_id, "actor_id": actor.member_id}
    return session.execute(_COMMAND, asked).scalar_one_or_none()


def case_documents(session: Session, actor: Actor, table: type[Doc], case_key: str) -> Sequence[Doc]:
    """The documents of one kind in a case."""
    rows = visible_to(actor, table).where(col(table.case_key) == case_key).order_by(col(table.id))
    return session.execute(rows).scalars().all()
