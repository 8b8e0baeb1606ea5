"""What was changed outside steps, as people read it: who, when, on whose behalf, each field before and after."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.processes.writes import audit_of

HISTORY_MAX = 200


@dataclass(frozen=True)
class Change:
    """One entry of a row's history; `fields` are (field, before, after)."""

    at: dt.datetime
    who: str
    on_behalf_of: str
    act: str
    fields: Sequence[tuple[str, Any, Any]]


def history(session: Session, kind: str, row_id: int) -> list[Change]:
    """Who changed what of a row of master data, newest first."""
    rows = (
        select(AuditEntry)
        .where(col(AuditEntry.kind) == kind, col(AuditEntry.document_id) == row_id)
        .order_by(col(AuditEntry.id).desc())
        .limit(HISTORY_MAX)
    )
    return [_change(entry) for entry in session.execute(rows).scalars()]


def _change(entry: AuditEntry) -> Change:
    before, after = entry.detail.get("before") or {}, entry.detail.get("after") or {}
    names = list(dict.fromkeys([*before, *after]))
    pairs = [(name, before.get(name), after.get(name)) for name in names]
    # What was nothing and is nothing is no change, however nothing is written.
    fields = [
        (name, old, new) for name, old, new in pairs if old != new and not (_is_nothing(old) and _is_nothing(new))
    ]
    return Change(entry.at, entry.actor_name, str(entry.detail.get("on_behalf_of") or ""), entry.act, fields)


def _is_nothing(value: Any) -> bool:
    return value is None or value in ("", [])


@dataclass(frozen=True)
class Thing:
    """What was changed, by kind and id; `roles`: to whom the change is open, for 「위임」."""

    kind: str
    id: int
    roles: frozenset[Role] = frozenset({Role.ADMIN})


def keep(
    session: Session, actor: Actor, thing: Thing, act: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Keep a change in the transaction that makes it; the buyer's staff alone may read it."""
    behalf = actor.acting_for(thing.roles)
    detail: dict[str, Any] = {"before": dict(before), "after": dict(after)}
    if behalf is not None:
        detail["on_behalf_of"] = behalf.name
    audit_of(session, actor, (thing.kind, thing.id, None), act, detail)
