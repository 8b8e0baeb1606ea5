"""Writes of the spine that are not steps: numbers, outbox rows, commands, announcements."""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import bindparam, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models import clock, database
from models.kernel.calendar import KST
from models.kernel.numbers import format_number
from models.kernel.refusals import Refusal, RequestReused
from models.kernel.roles import Role
from models.plain import Plain, execute, last, one_or_none, rows, together
from models.processes import queries
from models.processes.kinds import Kind
from models.processes.messages import Actor, Alarm, ProcessStart
from models.processes.tables import AuditEntry, Command, NumberCounter, Outbox, ProcessColumns

CHANNEL = "dongban"
STARTS, BEHIND, COMMANDS, MESSAGES = "starts", "behind", "commands", "messages"
FOR_RELAY = frozenset({STARTS, BEHIND, COMMANDS, MESSAGES})
"""Kinds of announcement that wake the relay's rounds and mean nothing to an open page."""
_NOTIFY: Plain[Any] = Plain(text("SELECT pg_notify(:channel, :payload)"))
_LOCK: Plain[Any] = Plain(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"))
_SHARE: Plain[Any] = Plain(text("SELECT pg_advisory_xact_lock_shared(hashtextextended(:key, 0))"))
CREATE = "create"
REARM = "rearm"
TELL = "tell"
"""Kind of an outbox row that sends a running workflow the signal it names."""


def next_number(session: Session, prefix: str, now: dt.datetime) -> str:
    """The next document number of the day in Seoul; the counter row stays locked until the document is committed."""
    day = now.astimezone(KST).date()
    (counter,) = rows(session, _taken(), {"prefix": prefix, "day": day, "last": 1})
    return format_number(prefix, day, counter.last)


@cache
def _taken() -> Plain[NumberCounter]:
    row = insert(NumberCounter)
    row = row.on_conflict_do_update(index_elements=["prefix", "day"], set_={"last": col(NumberCounter.last) + 1})
    return Plain(row.returning(col(NumberCounter.last)), ("prefix", "day", "last"))


def begin(session: Session, kind: Kind, document: ProcessColumns) -> None:
    """A new document's first deadline, and its workflow once this transaction commits."""
    alarms = place(session, kind, document)
    start_process(session, document, kind.key, alarms=alarms)


def place(session: Session, kind: Kind, document: ProcessColumns) -> list[Alarm]:
    """A new document with its first deadline, without its workflow yet; when it is to be reminded of."""
    pace, holidays = queries.pace(session, kind.key, document.status), queries.holidays(session)
    document.due_at = kind.due_at(document, pace, holidays)
    session.add(document)
    session.flush()
    return kind.alarms(document, pace, holidays, document.status_since)


def start_process(session: Session, document: ProcessColumns, kind: str, **state: Any) -> None:
    """Have the document's workflow started once this transaction commits (twice asked is once started)."""
    assert document.id is not None  # noqa: S101 - flushed by the caller; a start without its row would be a bug
    start = ProcessStart(
        kind=kind,
        document_id=document.id,
        company_id=document.company_id,
        status=document.status,
        version=document.version,
        step=document.step,
        one_timer=True,
        **state,
    )
    _send(session, document.workflow_id, kind, start.model_dump(mode="json"))


def start_other(session: Session, workflow_id: str, kind: str, payload: dict[str, Any]) -> None:
    """Have a workflow that is no document's started once this transaction commits; twice asked is once started."""
    _send(session, workflow_id, kind, payload)


def rearm(session: Session, document: ProcessColumns, occasion: str) -> None:
    """Have the running workflow read its alarms again: the day it waits for was moved. `occasion` names the move."""
    payload = {"workflow_id": document.workflow_id}
    _send(session, f"{document.workflow_id}/{REARM}/{occasion}", REARM, payload)


def tell(session: Session, workflow_id: str, signal: str, occasion: str) -> None:
    """Have a running workflow sent a signal once this transaction commits, engine there or not. Once per occasion."""
    payload = {"workflow_id": workflow_id, "signal": signal}
    _send(session, f"{workflow_id}/{TELL}/{occasion}", TELL, payload)


def _send(session: Session, key: str, kind: str, payload: dict[str, Any]) -> None:
    now = clock.now()
    values = {
        "workflow_id": key,
        "kind": kind,
        "payload": Jsonb(payload),
        "created_at": now,
        "next_attempt_at": now,
        "attempts": 0,
    }
    execute(session, _outbox(tuple(values)), values)
    wake(session, BEHIND if kind in queries.BACKGROUND else STARTS)


@cache
def _outbox(given: tuple[str, ...]) -> Plain[Any]:
    return Plain(insert(Outbox).on_conflict_do_nothing(index_elements=["workflow_id"]), given)


def audit(
    session: Session, actor: Actor, kind: str, document: ProcessColumns, act: str, detail: dict[str, Any] | None = None
) -> None:
    """Keep who wrote what outside a step, in the transaction of the write: `create`, `edit`, a domain's own."""
    audit_of(session, actor, (kind, document.id or 0, document.company_id), act, detail)


def audit_of(
    session: Session,
    actor: Actor,
    what: tuple[str, int, int | None],
    act: str,
    detail: dict[str, Any] | None = None,
) -> None:
    """`audit` of what is no document: (kind, id, company), the company empty where only the house may see it."""
    kind, document_id, company_id = what
    values = {
        "kind": kind,
        "document_id": document_id,
        "company_id": company_id,
        "act": act,
        "actor_id": actor.member_id,
        "actor_name": actor.name,
        "actor_company": actor.company_name,
        "detail": Jsonb(detail or {}),
        "at": clock.now(),
    }
    execute(session, _audit(tuple(values)), values)


@cache
def _audit(given: tuple[str, ...]) -> Plain[Any]:
    return Plain(insert(AuditEntry), given)


def announce(session: Session, kind: str, document_id: int, company_id: int | None, **more: Any) -> None:
    """Tell open pages at commit; readers re-check what they may see."""
    execute(session, _NOTIFY, {"channel": CHANNEL, "payload": announcement(kind, document_id, company_id, **more)})


def announcement(kind: str, document_id: int, company_id: int | None, **more: Any) -> str:
    """What is told on CHANNEL of one document."""
    return json.dumps({"kind": kind, "id": document_id, "company": company_id, **more}, separators=(",", ":"))


def wake(session: Session, rounds: str) -> None:
    """Have the relay look at STARTS, BEHIND, COMMANDS or MESSAGES at commit instead of at its next turn."""
    announce(session, rounds, 0, None)


def payload_hash(act: str, payload: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps([act, payload], sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Press:
    """One press of a button, as it is kept. `permitted`: the roles the act is open to, for 「위임」."""

    kind: str
    act: str
    request_id: uuid.UUID
    payload: dict[str, Any]
    permitted: frozenset[Role]
    expected_version: int | None
    batch_id: uuid.UUID | None = None


@cache
def _keep(given: tuple[str, ...]) -> Plain[Command]:
    row = insert(Command).on_conflict_do_nothing(index_elements=["request_id"])
    return Plain(row.returning(Command, *_standing()), given)


def _standing() -> tuple[Any, Any]:
    """Whether an earlier act of a command's workflow is still open, and whether that is still to be started."""
    earlier: Any = aliased(Command)
    # Columns of the row itself: as columns of its table a RETURNING would look at all of them.
    workflow_id: Any = literal_column("command.workflow_id")
    before: Any = literal_column("command.id")
    # Written out, so that a prepared statement finds the index of what is open.
    waits = select(earlier.id).where(
        earlier.workflow_id == workflow_id, earlier.state == literal_column("'open'"), earlier.id < before
    )
    starts = select(col(Outbox.id)).where(col(Outbox.workflow_id) == workflow_id, col(Outbox.sent_at).is_(None))
    return waits.exists().label("waits"), starts.exists().label("starting")


_KEPT: Plain[Command] = Plain(select(Command, *_standing()).where(col(Command.request_id) == bindparam("request_id")))


def insert_command(
    session: Session, actor: Actor, document: ProcessColumns, press: Press, *, is_last: bool = False
) -> Command:
    """Keep the act before the engine is asked; the same request id returns the row it already has, both plain and
    with `waits` (for an earlier act of the workflow) and `starting` (its workflow is still to be).

    With `is_last` the transaction is committed by it. Raises RequestReused when that row is another act, document or
    payload.
    """
    behalf = actor.acting_for(press.permitted, document.turn_member_id)
    now = clock.now()
    values = {
        "request_id": press.request_id,
        "batch_id": press.batch_id,
        "workflow_id": document.workflow_id,
        "kind": press.kind,
        "document_id": document.id,
        "company_id": document.company_id,
        "act": press.act,
        "payload": Jsonb(press.payload),
        "expected_version": press.expected_version,
        "actor_id": actor.member_id,
        "actor_name": actor.name,
        "actor_company_id": actor.company_id,
        "actor_company": actor.company_name,
        "actor_roles": sorted(role.value for role in actor.every_role),
        "on_behalf_of_id": behalf.member_id if behalf else None,
        "on_behalf_of_name": behalf.name if behalf else None,
        "state": "open",
        "created_at": now,
        "next_attempt_at": now + dt.timedelta(seconds=6),
        "attempts": 0,
        "confirmed": False,
    }
    row: Command | None = next(iter((last if is_last else rows)(session, _keep(tuple(values)), values)), None)
    if row is None:
        if is_last:
            database.scope(session, actor, read_only=False)
        row = one_or_none(session, _KEPT, {"request_id": press.request_id})
    # The id of another company's act exists, but cannot be seen.
    if row is None or (row.workflow_id, row.actor_id) != (document.workflow_id, actor.member_id):
        raise RequestReused
    if payload_hash(row.act, row.payload) != payload_hash(press.act, press.payload):
        raise RequestReused
    return row


@dataclass(frozen=True)
class Saving:
    """One press of 「저장」 that makes something new; kept as a command that was done at once, act `create`."""

    kind: str
    request_id: uuid.UUID
    content: dict[str, Any]


def saved_before(session: Session, actor: Actor, saving: Saving) -> int | None:
    """What an earlier press with the same id made; None for the first, while others with it wait for its commit.

    Raises RequestReused when that press was somebody else's or had another content.
    """
    with together(session):
        lock_case(session, f"saving/{saving.request_id}")
        row = one_or_none(session, _KEPT, {"request_id": saving.request_id})
    if row is None:
        return None
    if (row.actor_id, row.payload) != (actor.member_id, _fingerprint(saving)):
        raise RequestReused
    return row.document_id


def keep_saving(session: Session, actor: Actor, saving: Saving, made: Any) -> None:
    """Remember what a press made (a document, another row with an id, nothing), in the transaction that makes it.

    Raises RequestReused.
    """
    now = clock.now()
    values = {
        "request_id": saving.request_id,
        "workflow_id": getattr(made, "workflow_id", ""),
        "kind": saving.kind,
        "document_id": made.id if made else 0,
        "company_id": getattr(made, "company_id", actor.company_id),
        "act": CREATE,
        "payload": Jsonb(_fingerprint(saving)),
        "actor_id": actor.member_id,
        "actor_name": actor.name,
        "actor_company_id": actor.company_id,
        "actor_company": actor.company_name,
        "actor_roles": sorted(role.value for role in actor.every_role),
        "state": "done",
        "detail": Jsonb({"status": getattr(made, "status", ""), "step": 0}),
        "created_at": now,
        "decided_at": now,
        "next_attempt_at": now,
        "attempts": 0,
        "confirmed": True,
    }
    if one_or_none(session, _keep(tuple(values)), values) is None:
        raise RequestReused


def _fingerprint(saving: Saving) -> dict[str, Any]:
    return {"sha256": payload_hash(CREATE, saving.content)}


def settle_command(session: Session, request_id: uuid.UUID, refusal: Refusal, now: dt.datetime) -> bool:
    """Close an open command as refused; False when it was decided already."""
    closed = (
        update(Command)
        .where(col(Command.request_id) == request_id, col(Command.state) == "open")
        .values(state="refused", code=refusal.code, detail=refusal.detail, decided_at=now)
        .returning(col(Command.kind), col(Command.document_id), col(Command.company_id), col(Command.workflow_id))
    )
    row = session.execute(closed).one_or_none()
    if row is not None:
        announce(session, row[0], row[1], row[2])
        release_next(session, row[3], now)
    return row is not None


def confirm(session: Session, request_ids: Iterable[uuid.UUID]) -> None:
    """Note that the engine knows of these acts."""
    known = update(Command).where(col(Command.request_id).in_(list(request_ids)), col(Command.confirmed).is_(False))
    session.execute(known.values(confirmed=True))


def release_next(session: Session, workflow_id: str, now: dt.datetime) -> None:
    """A command that waited for an earlier one of its workflow need not wait for its own time."""
    if session.execute(_RELEASE, {"of": workflow_id, "now": now}).first() is not None:
        wake(session, COMMANDS)


_RELEASE = (
    update(Command)
    .where(col(Command.workflow_id) == bindparam("of"), col(Command.state) == "open")
    .values(next_attempt_at=bindparam("now"))
    .returning(col(Command.id))
    .execution_options(synchronize_session=False)
)


def lock_case(session: Session, key: str) -> None:
    """Serialise writers of one business key for the rest of the transaction."""
    execute(session, _LOCK, {"key": key})


def share_case(session: Session, key: str) -> None:
    """Hold off whoever locks the key for the rest of the transaction; who shares it does not wait for each other."""
    execute(session, _SHARE, {"key": key})
