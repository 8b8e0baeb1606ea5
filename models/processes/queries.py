"""Reads of the spine: timeline, pace of steps, policies, holidays, pending acts."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    Text,
    Uuid,
    bindparam,
    column,
    false,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy import table as sql_table
from sqlmodel import Session, col

from models import clock, database
from models.kernel.refusals import NotFound
from models.plain import Plain, beside, one_or_none, plain, rows, things
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.messages import Actor
from models.processes.tables import Command, Holiday, Outbox, Policy, ProcessColumns, ProcessEvent

Doc = TypeVar("Doc", bound=ProcessColumns)

HOLIDAY_SECONDS = 300.0
USUAL_SECONDS = 300.0
SHOWN_PACE_SECONDS = 10.0
PACE_SAMPLE = 200
PACE_MIN = 3
BACKGROUND = ("credit_report",)
"""Kinds of processes that begin by the thousand while nobody waits for them."""
BEGINNING_MOST = dt.timedelta(minutes=10)
"""How long the notices and papers of such processes wait for them to begin."""


# Asked on every page: built once, which costs more than running them.
_POLICY: Plain[Policy] = plain(
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
_COMMAND = select(Command).where(
    col(Command.request_id) == bindparam("request_id"), col(Command.actor_id) == bindparam("actor_id")
)

_OPEN = (
    select(Command)
    # Written out, so that a prepared statement finds the index of what is open.
    .where(col(Command.workflow_id) == bindparam("workflow_id"), col(Command.state) == literal_column("'open'"))
    .order_by(col(Command.id))
)
_PENDING = {
    "buyer": plain(_OPEN.where(col(Command.actor_company_id).is_(None))),
    "partner": plain(_OPEN.where(col(Command.actor_company_id) == bindparam("company_id"))),
}
_PENDING_OWN = plain(_OPEN.where(col(Command.actor_id) == bindparam("member_id")))


def visible_to(actor: Actor, table: type[Doc]) -> Select[Doc]:
    """Where every select of a document begins: a partner's own company's rows, all of them for the buyer's staff.

    A draft that was never sent is not the partner's yet. Of kinds with an `OFFICE` of their own only its staff sees
    any; a media partner's person sees what names them (`MEDIA`) and what is of a credit they are in (`CREDIT`).
    """
    if actor.company_id is not None and actor.side == "partner":
        return _own(table, actor.company_id)
    if table.MEDIA is not None and actor.side == "media":
        return select(table).where(getattr(table, table.MEDIA) == actor.member_id)
    if table.CREDIT is not None and actor.side == "media":
        return select(table).where(_in_credit(table, actor.member_id))
    return select(table) if may_look(actor, table) else select(table).where(false())


def _in_credit(table: type[ProcessColumns], member_id: Any) -> Any:
    """Whether a person is in a row's credit now. Harmony's table is named, not imported: the spine knows no domain."""
    inside = sql_table("space_membership", *map(column, ("member_id", "space", "space_id", "left_at")))
    mine = select(inside.c.space_id).where(
        inside.c.member_id == member_id,
        inside.c.space == literal_column("'credit'"),
        inside.c.left_at.is_(None),
    )
    return getattr(table, str(table.CREDIT)).in_(mine)


def may_look(actor: Actor, table: type[ProcessColumns]) -> bool:
    """Whether this is staff whose work these documents are."""
    return actor.is_office and (table.OFFICE is None or not table.OFFICE.isdisjoint(actor.every_role))


def _own(table: type[Doc], company_id: Any) -> Select[Doc]:
    own = select(table).where(col(table.company_id) == company_id)
    return own.where(getattr(table, table.SENT).is_not(None)) if table.SENT else own


def _sight(actor: Actor, table: type[ProcessColumns]) -> str:
    """Which rows `visible_to` leaves to this person: of the company, all, those naming them, of their credits, none."""
    if actor.side == "partner":
        return "partner"
    if table.MEDIA is not None and actor.side == "media":
        return "media"
    if table.CREDIT is not None and actor.side == "media":
        return "credit"
    return "office" if may_look(actor, table) else "nothing"


@cache
def _visible_row(table: type[Doc], sight: str) -> Select[Doc]:
    rows: Select[Doc] = select(table)
    if sight == "partner":
        rows = _own(table, bindparam("own_company"))
    elif sight == "media":
        rows = rows.where(getattr(table, str(table.MEDIA)) == bindparam("own_member"))
    elif sight == "credit":
        rows = rows.where(_in_credit(table, bindparam("own_member")))
    elif sight == "nothing":
        rows = rows.where(false())
    return rows.where(col(table.id) == bindparam("document_id"))


def _own_of(actor: Actor, document_id: int) -> dict[str, Any]:
    return {"document_id": document_id, "own_company": actor.company_id, "own_member": actor.member_id}


def visible_document(session: Session, actor: Actor, table: type[Doc], document_id: int) -> Doc:
    """One document. Raises NotFound for another company's as for one that is not there."""
    row = _visible_row(table, _sight(actor, table))
    found: Doc | None = session.execute(row, _own_of(actor, document_id)).scalar_one_or_none()
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


def shown_document(session: Session, actor: Actor, table: type[Doc], document_id: int) -> Doc:
    """`visible_document` as a plain row, to be shown. Raises NotFound.

    Its `row_version` names the transaction that wrote it last: another value is another state of it.
    """
    found: Doc | None = one_or_none(session, _shown_row(table, _sight(actor, table)), _own_of(actor, document_id))
    if found is None:
        raise NotFound
    return found


def facts_of(session: Session, actor: Actor, table: type[ProcessColumns], document_id: int) -> ProcessColumns:
    """`shown_document` with the columns every process has, and no others."""
    asked = _common_row(table, _sight(actor, table))
    found = one_or_none(session, asked, _own_of(actor, document_id))
    if found is None:
        raise NotFound
    return found


@cache
def _common_row(table: type[ProcessColumns], sight: str) -> Plain[ProcessColumns]:
    common = [table.__table__.columns[name] for name in ProcessColumns.model_fields]  # type: ignore[attr-defined]
    return Plain(_visible_row(table, sight).with_only_columns(*common))


@cache
def _shown_row(table: type[Doc], sight: str) -> Plain[Doc]:
    return Plain(_visible_row(table, sight).add_columns(literal_column("xmin::text").label("row_version")))


def holidays(session: Session) -> frozenset[dt.date]:
    """The calendar, read again every few minutes: a new holiday is announced weeks before."""

    def read() -> frozenset[dt.date]:
        return frozenset(session.execute(select(col(Holiday.day))).scalars())

    return database.kept(session, "holidays", HOLIDAY_SECONDS, read)


def pace(session: Session, kind: str, status: str) -> Pace:
    """The policy in force for a status, or the house's default."""
    row = one_or_none(session, _POLICY, {"kind": kind, "status": status})
    if row is None:
        return DEFAULT_PACE
    return Pace(row.due_days, tuple(row.remind_days), row.escalate_days)


def shown_pace(session: Session, kind: str, status: str) -> Pace:
    """`pace` for a page that says when the next reminder is due; a policy changed just now shows a moment later."""
    return database.kept(session, ("pace", kind, status), SHOWN_PACE_SECONDS, lambda: pace(session, kind, status))


def events(session: Session, workflow_id: str) -> Sequence[ProcessEvent]:
    """The record of one document, in step order."""
    return session.execute(_EVENTS, {"workflow_id": workflow_id}).scalars().all()


@dataclass(frozen=True)
class Story:
    """A document as it is shown, and what is told about it; plain rows with the columns that are shown."""

    document: Any
    """Its `row_version` names the transaction that wrote it last: another value is another state of it."""
    pending: Sequence[Any]
    """`pending` acts."""
    events: Sequence[Any]
    """The record, in step order."""
    created: Any | None
    """Who made the document, and when."""
    asked_about: Any | None
    """One's own act by its request id."""
    beside: Any = None
    """What the caller had asked in the same statement."""


_TOLD = """
(SELECT jsonb_agg(told ORDER BY told.id) FROM (
    SELECT id, act, created_at FROM command c WHERE c.workflow_id = {document}.workflow_id AND c.state = 'open'
       AND CASE WHEN :own_only THEN c.actor_id = :actor_id
                ELSE c.actor_company_id IS NOT DISTINCT FROM :own_company END) told) AS pending,
(SELECT jsonb_agg(told ORDER BY told.step) FROM (
    SELECT step, act, status_from, status_to, actor_id, actor_name, actor_company, on_behalf_of_name, reason, at
      FROM process_event e WHERE e.workflow_id = {document}.workflow_id) told) AS events,
(SELECT jsonb_agg(told) FROM (
    SELECT actor_name, actor_company, at FROM audit_entry a WHERE a.kind = :kind AND a.document_id = {document}.id
       AND a.act = 'create' ORDER BY a.id LIMIT 1) told) AS created,
(SELECT jsonb_agg(told) FROM (
    SELECT request_id, workflow_id, act, state, code, detail, created_at, decided_at
      FROM command c WHERE c.request_id = :receipt AND c.actor_id = :actor_id) told) AS mine
"""
_TYPES = (
    bindparam("own_company", type_=BigInteger),
    bindparam("kind", type_=Text),
    bindparam("receipt", type_=Uuid),
    bindparam("actor_id", type_=BigInteger),
    bindparam("own_only", type_=Boolean),
)


@cache
def _story_of(table: type[ProcessColumns], sight: str) -> Plain[Any]:
    told = text(_TOLD.replace("{document}", str(table.__tablename__))).bindparams(*_TYPES)
    row = _visible_row(table, sight).add_columns(literal_column("xmin::text").label("row_version"), told)
    return Plain(row)


def story(
    session: Session,
    actor: Actor,
    table: type[ProcessColumns],
    kind: str,
    document_id: int,
    receipt: uuid.UUID | None,
    other: Plain[Any] | None = None,
    parts: Plain[Any] | None = None,
) -> Story:
    """All of it as of one moment, with the value of an `other` statement, and with that of `parts` (for :parts_of)
    as an attribute of the document. Raises NotFound as `visible_document` does.
    """
    asked = _own_of(actor, document_id) | {
        "kind": kind,
        "receipt": receipt,
        "actor_id": actor.member_id,
        "own_only": actor.side not in _PENDING,
        "parts_of": document_id,
    }
    statement = _story_of(table, _sight(actor, table))
    statement = beside(statement, other) if other else statement
    found = one_or_none(session, beside(statement, parts, "parts") if parts else statement, asked)
    if found is None:
        raise NotFound
    return Story(
        document=found,
        pending=things(found.pending, instants=("created_at",)),
        events=things(found.events, instants=("at",)),
        created=next(iter(things(found.created, instants=("at",))), None),
        asked_about=next(iter(things(found.mine, instants=("created_at", "decided_at"))), None),
        beside=found.beside if other else None,
    )


def usual_pace(session: Session, actor: Actor, kind: str, status: str) -> int | None:
    """`usual_seconds` of what this person's side may see, remembered for a while."""
    key = ("usual", kind, status, actor.side, actor.company_id)
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
    asked = {"workflow_id": workflow_id, "company_id": actor.company_id, "member_id": actor.member_id}
    return rows(session, _PENDING.get(actor.side, _PENDING_OWN), asked)


def unconfirmed(session: Session, workflow_id: str) -> Sequence[Command]:
    """Acts of a workflow that are done, while the engine may not know it, in the order they were done in."""
    done = select(Command).where(
        col(Command.workflow_id) == workflow_id, col(Command.state) == "done", col(Command.confirmed).is_(False)
    )
    return session.execute(done.order_by(col(Command.id))).scalars().all()


def command(session: Session, request_id: uuid.UUID, actor: Actor) -> Command | None:
    """One's own act by its request id (the receipt, or why it was refused)."""
    asked = {"request_id": request_id, "actor_id": actor.member_id}
    return session.execute(_COMMAND, asked).scalar_one_or_none()


def is_beginning(session: Session) -> bool:
    """Whether processes that begin by the thousand are still to begin; those that are stuck hold up nobody."""
    lately = clock.now() - BEGINNING_MOST
    unsent = select(col(Outbox.id)).where(
        col(Outbox.kind).in_(BACKGROUND), col(Outbox.sent_at).is_(None), col(Outbox.created_at) > lately
    )
    return bool(session.execute(select(unsent.exists())).scalar_one())


def case_documents(session: Session, actor: Actor, table: type[Doc], case_key: str) -> Sequence[Doc]:
    """The documents of one kind in a case."""
    found = visible_to(actor, table).where(col(table.case_key) == case_key).order_by(col(table.id))
    return session.execute(found).scalars().all()
