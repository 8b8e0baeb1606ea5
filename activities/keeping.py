"""What recording a step asks and leaves behind, in two statements: every round trip less is felt at every click."""

import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlmodel import Session, SQLModel

from models import database
from models.columns import Encrypted
from models.kernel.roles import Role
from models.members.queries import IN_TURN, in_turn
from models.notifications.writes import Addressee
from models.plain import DIALECT, driver
from models.processes import chain
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.messages import Step
from models.processes.tables import Command, ProcessColumns, ProcessEvent
from models.processes.writes import CHANNEL, COMMANDS, announcement

_SURROUNDINGS = f"""
WITH {IN_TURN}, pace AS (
    SELECT due_days, remind_days, escalate_days FROM policy
     WHERE kind = %(kind)s AND status = %(status)s ORDER BY id DESC LIMIT 1
), last AS (
    SELECT hash FROM process_event WHERE workflow_id = %(workflow_id)s ORDER BY step DESC LIMIT 1
)
SELECT pace IS NOT NULL, pace.due_days, pace.remind_days, pace.escalate_days, last.hash,
       m.id, m.name, m.phone, m.email, m.id IN (SELECT id FROM turn)
  FROM (SELECT) here LEFT JOIN pace ON true LEFT JOIN last ON true
  LEFT JOIN member m ON m.status = 'active' AND (m.id = %(author)s OR m.id IN (SELECT id FROM turn))
 ORDER BY m.id
""".encode()  # noqa: S608 - names of ours
_PHONE = Encrypted("member.phone")


class Letters(NamedTuple):
    """Lines for bells and messages to send, as rows of their tables."""

    bells: Sequence[Mapping[str, Any]]
    messages: Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Surroundings:
    """What recording needs to know beside the document: the policy of its new status, the head of its chain, and
    the people: whose turn it is (or, at the end, the partner's), and its author, if active."""

    pace: Pace
    head: str
    turn: Sequence[Addressee]
    author: Addressee | None


def surroundings(
    session: Session, step: Step, document: ProcessColumns, status: str, turn: Role | None
) -> Surroundings:
    """Read them for the status the step leads to."""
    asked = in_turn(
        Role.PARTNER if turn is None else turn, document.company_id, None if turn is None else document.turn_member_id
    )
    asked |= {"kind": step.kind, "status": status, "workflow_id": step.workflow_id, "author": document.created_by}
    rows = driver(session).execute(_SURROUNDINGS, asked, prepare=True).fetchall()
    known, due, remind, escalate, head = rows[0][:5]
    people = {row[5]: _addressee(row) for row in rows if row[5] is not None}
    return Surroundings(
        pace=Pace(due, tuple(remind), escalate) if known else DEFAULT_PACE,
        head=head or chain.GENESIS,
        turn=[people[row[5]] for row in rows if row[9]],
        author=people.get(document.created_by),
    )


def _addressee(row: Sequence[Any]) -> Addressee:
    return Addressee(row[5], row[6], _PHONE.opened(row[7]), row[8])


_EVENT = (
    "workflow_id", "step", "kind", "document_id", "company_id", "case_key", "act", "status_from", "status_to",
    "version", "request_id", "actor_id", "actor_name", "actor_company", "on_behalf_of_name", "reason", "detail",
    "outcome", "at", "seconds_before", "prev_hash", "hash",
)  # fmt: skip
_BELLS = {"member_id": "bigint", "event": "text", "title": "text", "body": "text", "link": "text"}
_MESSAGES = {
    "member_id": "bigint", "channel": "text", "event": "text", "recipient": "bytea", "subject": "text",
    "body": "bytea", "fallback_body": "bytea", "dedupe_key": "text",
}  # fmt: skip
_SEALED = {name: Encrypted(f"message.{name}") for name in ("recipient", "body", "fallback_body")}


def _unnested(prefix: str, columns: Mapping[str, str]) -> str:
    return ", ".join(f"%({prefix}_{name})s::{kind}[]" for name, kind in columns.items())


_KEEP = f"""
WITH document AS (
    UPDATE {{table}} SET {{changes}} WHERE id = %(document_id)s
), event AS (
    INSERT INTO process_event ({", ".join(_EVENT)}) VALUES ({", ".join(f"%({name})s" for name in _EVENT)})
), done AS (
    UPDATE command SET state = 'done', decided_at = %(at)s, detail = %(done)s WHERE id = %(command)s::bigint
), next AS (
    UPDATE command SET next_attempt_at = %(now)s
     WHERE workflow_id = %(workflow_id)s AND state = 'open' AND id <> %(command)s::bigint RETURNING id
), bells AS (
    INSERT INTO notification ({", ".join(_BELLS)}, workflow_id, step, created_at)
    SELECT b.*, %(workflow_id)s, %(step)s, %(at)s FROM unnest({_unnested("bell", _BELLS)}) b ON CONFLICT DO NOTHING
), messages AS (
    INSERT INTO message ({", ".join(_MESSAGES)}, state, attempts, created_at)
    SELECT m.*, 'queued', 0, %(at)s FROM unnest({_unnested("message", _MESSAGES)}) m ON CONFLICT DO NOTHING
)
SELECT pg_notify(%(channel)s, %(told)s), (SELECT count(pg_notify(%(channel)s, %(woken)s)) FROM next)
"""  # noqa: S608 - names of ours


@cache
def _statement(table: str, columns: tuple[str, ...]) -> bytes:
    return _KEEP.format(table=table, changes=", ".join(f"{name} = %(new_{name})s" for name in columns)).encode()


@cache
def _bound(table: type[ProcessColumns], column: str) -> Callable[[Any], Any]:
    """How a value of the column is handed to the driver."""
    kind = SQLModel.metadata.tables[str(table.__tablename__)].columns[column].type
    return kind.dialect_impl(DIALECT).bind_processor(DIALECT) or (lambda value: value)


def _changes(document: ProcessColumns) -> dict[str, Any]:
    changed = sorted(sqlalchemy.inspect(document).committed_state)
    return {name: _bound(type(document), name)(getattr(document, name)) for name in changed}


def keep(
    session: Session,
    document: ProcessColumns,
    event: ProcessEvent,
    command: Command | None,
    letters: Letters,
    now: dt.datetime,
) -> None:
    """Write the document and its event, decide the command, let the next one of the workflow go on, tell people and
    open pages; the last statement of the transaction, sent together with its commit.

    Raises UniqueViolation when the step was recorded before.
    """
    changes = _changes(document)
    session.expunge(document)
    facts: dict[str, Any] = {name: getattr(event, name) for name in _EVENT}
    facts |= {f"new_{name}": value for name, value in changes.items()}
    facts |= {
        "detail": json.dumps(event.detail, ensure_ascii=False),
        "outcome": json.dumps(event.outcome),
        "command": command.id if command else None,
        "done": json.dumps({"status": event.status_to, "step": event.step}),
        "now": now,
        "channel": CHANNEL,
        "told": announcement(event.kind, event.document_id, event.company_id),
        "woken": announcement(COMMANDS, 0, None),
    }
    facts |= {f"bell_{name}": [row[name] for row in letters.bells] for name in _BELLS}
    for name in _MESSAGES:
        values = [row[name] for row in letters.messages]
        facts[f"message_{name}"] = list(map(_SEALED[name].sealed, values)) if name in _SEALED else values
    database.finish(session, _statement(str(document.__tablename__), tuple(changes)), facts)
