"""What recording a step asks and leaves behind, in two statements: every round trip less is felt at every click.

A step whose effect only looks and changes nothing but its document needs no transaction around them: what is read
first is locked by nobody, and what is written says which state of the document it was read in.
"""

import datetime as dt
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy
from sqlmodel import Session, SQLModel

from models import plain
from models.columns import Encrypted
from models.kernel.roles import PARTNER_SIDE, Role
from models.members.queries import IN_TURN, in_turn
from models.notifications.writes import Addressee
from models.plain import DIALECT, Plain, columns, entity, things
from models.processes import chain
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.messages import Step
from models.processes.tables import Command, ProcessColumns, ProcessEvent
from models.processes.writes import CHANNEL, COMMANDS, announcement

_AROUND = f"""
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
"""  # noqa: S608 - names of ours
_SURROUNDINGS: Plain[Any] = Plain.of(_AROUND.encode())
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
    rows = plain.rows(session, _SURROUNDINGS, asked)
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


_OPENED = f"""
WITH here AS (
    SELECT {{columns}}, xmin::text AS row_version FROM {{table}} WHERE id = %(document_id)s
), {
    IN_TURN.replace("%(of_company)s", "(SELECT company_id FROM here WHERE %(of_partner)s)").replace(
        "%(named)s", "(SELECT turn_member_id FROM here WHERE %(by_name)s)"
    )
}
SELECT here.*, {", ".join(f"c.{name}" for name in columns(Command))},
       (SELECT jsonb_build_array(due_days, remind_days, escalate_days) FROM policy
         WHERE kind = %(kind)s AND status = %(status)s ORDER BY id DESC LIMIT 1),
       (SELECT hash FROM process_event WHERE workflow_id = %(workflow_id)s ORDER BY step DESC LIMIT 1),
       (SELECT jsonb_agg(jsonb_build_array(m.id, m.name, encode(m.phone, 'hex'), m.email,
                                           m.id IN (SELECT id FROM turn)) ORDER BY m.id)
          FROM member m WHERE m.status = 'active' AND m.id IN (SELECT id FROM turn UNION SELECT created_by FROM here)),
       (SELECT jsonb_agg(told) FROM ({{beside}}) told)
  FROM here LEFT JOIN command c ON c.request_id = %(request_id)s
"""  # noqa: S608 - names of ours


NOTHING_BESIDE = "SELECT WHERE false"


@cache
def _opening(table: type[ProcessColumns], beside: str) -> Plain[Any]:
    own = ", ".join(columns(table))
    return Plain.of(_OPENED.format(table=table.__tablename__, columns=own, beside=beside).encode())


@dataclass(frozen=True)
class Opened:
    """A document, the command that asked for a step of it, and what surrounds them, as of one moment.

    `seen` names the transaction that wrote the document last; `beside` are the rows the act asked for.
    """

    document: Any
    command: Command | None
    seen: str
    around: Surroundings
    beside: Sequence[Any]


def opened(
    session: Session, table: type[ProcessColumns], step: Step, turn: Role | None, beside: str | None = None
) -> Opened | None:
    """Read them, locking nothing, for the first status the step may lead to; None without the document.

    `beside` is a SELECT of more that belongs to %(document_id)s.
    """
    asked = in_turn(Role.PARTNER if turn is None else turn, None, None) | {
        "of_partner": turn is None or turn in PARTNER_SIDE,
        "by_name": turn is not None,
        "document_id": step.document_id,
        "kind": step.kind,
        "status": step.targets[0],
        "workflow_id": step.workflow_id,
        "request_id": None if step.request_id is None else uuid.UUID(step.request_id),
    }
    row = plain.one_or_none(session, _opening(table, beside or NOTHING_BESIDE), asked)
    if row is None:
        return None
    own = len(columns(table))
    *command, policy, head, told, more = row[own + 1 :]
    document: Any = entity(table, row[:own])
    people = {one[0]: _addressee([*row[:5], *one[:2], bytes.fromhex(one[2]), one[3]]) for one in told or ()}
    around = Surroundings(
        pace=DEFAULT_PACE if policy is None else Pace(policy[0], tuple(policy[1]), policy[2]),
        head=head or chain.GENESIS,
        turn=[people[one[0]] for one in told or () if one[4]],
        author=people.get(document.created_by),
    )
    by = None if command[0] is None else entity(Command, command)
    return Opened(document, by, row[own], around, things(more))


_EVENT = (
    "workflow_id", "step", "kind", "company_id", "case_key", "act", "status_from", "status_to", "version",
    "request_id", "actor_id", "actor_name", "actor_company", "on_behalf_of_name", "reason", "detail", "outcome",
    "seconds_before", "prev_hash", "hash",
)  # fmt: skip
_BELLS = ("member_id", "event", "title", "body", "link")
_MESSAGES = ("member_id", "channel", "event", "recipient", "subject", "body", "fallback_body", "dedupe_key")
_SEALED = {name: Encrypted(f"message.{name}") for name in ("recipient", "body", "fallback_body")}


def _of(row: str, names: Sequence[str]) -> str:
    return ", ".join(f"{row}.{name}" for name in names)


# No event without its document as it was seen, nor without its command: a column that must not be empty then is.
_KEEP = f"""
WITH document AS (
    UPDATE {{table}} d SET {{changes}} FROM jsonb_populate_record(NULL::{{table}}, %(new)s) n
     WHERE d.id = %(document_id)s AND (%(seen)s::text IS NULL OR d.xmin::text = %(seen)s) RETURNING d.id
), done AS (
    UPDATE command SET state = 'done', decided_at = %(at)s, detail = %(done)s
     WHERE id = %(command)s::bigint AND state <> 'refused' RETURNING id
), event AS (
    INSERT INTO process_event ({", ".join(_EVENT)}, document_id, at)
    SELECT {_of("e", _EVENT)}, (SELECT id FROM document),
           CASE WHEN %(command)s::bigint IS NULL OR EXISTS (SELECT FROM done) THEN %(at)s::timestamptz END
      FROM jsonb_populate_record(NULL::process_event, %(event)s) e
), next AS (
    UPDATE command SET next_attempt_at = %(now)s
     WHERE workflow_id = %(workflow_id)s AND state = 'open' AND id <> %(command)s::bigint RETURNING id
), bells AS (
    INSERT INTO notification ({", ".join(_BELLS)}, workflow_id, step, created_at)
    SELECT {_of("b", _BELLS)}, %(workflow_id)s, %(step)s, %(at)s
      FROM jsonb_populate_recordset(NULL::notification, %(bells)s) b ON CONFLICT DO NOTHING
), messages AS (
    INSERT INTO message ({", ".join(_MESSAGES)}, state, attempts, created_at)
    SELECT {_of("m", _MESSAGES)}, 'queued', 0, %(at)s
      FROM jsonb_populate_recordset(NULL::message, %(messages)s) m ON CONFLICT DO NOTHING
)
SELECT pg_notify(%(channel)s, %(told)s), (SELECT count(pg_notify(%(channel)s, %(woken)s)) FROM next)
"""  # noqa: S608 - names of ours


@cache
def _statement(table: str, changed: tuple[str, ...]) -> Plain[Any]:
    changes = ", ".join(f"{name} = n.{name}" for name in changed)
    return Plain.of(_KEEP.format(table=table, changes=changes).encode())


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
    seen: str | None = None,
) -> None:
    """Write the document and its event, decide the command, let the next one of the workflow go on, tell people and
    open pages; the last statement of the transaction, sent together with its commit, or one by itself where the
    document was only `seen`.

    Raises UniqueViolation when the step was recorded before, NotNullViolation when the document has been written since.
    """
    changes = _changes(document)
    if document in session:
        session.expunge(document)
    facts: dict[str, Any] = {
        "document_id": event.document_id,
        "seen": seen,
        "new": _json(changes),
        "event": _json({name: getattr(event, name) for name in _EVENT}),
        "command": command.id if command else None,
        "done": _json({"status": event.status_to, "step": event.step}),
        "workflow_id": event.workflow_id,
        "step": event.step,
        "at": event.at,
        "now": now,
        "bells": _json([{name: row[name] for name in _BELLS} for row in letters.bells]),
        "messages": _json([{name: _sealed(row, name) for name in _MESSAGES} for row in letters.messages]),
        "channel": CHANNEL,
        "told": announcement(event.kind, event.document_id, event.company_id),
        "woken": announcement(COMMANDS, 0, None),
    }
    statement = _statement(str(document.__tablename__), tuple(changes))
    if seen is None:
        session.flush()
        plain.last(session, statement, facts)
    else:
        plain.execute(session, statement, facts)


def _sealed(row: Mapping[str, Any], name: str) -> Any:
    return _SEALED[name].sealed(row[name]) if name in _SEALED else row[name]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_written)


def _written(value: Any) -> str:
    """As the database reads it from JSON."""
    if isinstance(value, bytes):
        return f"\\x{value.hex()}"
    return value.isoformat() if isinstance(value, dt.date) else str(value)
