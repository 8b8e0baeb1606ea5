"""Reads of the house's lists: choices for forms, one row, a row's history."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.masters.rules import PLACES, REASONS, Master, ReasonKind
from models.masters.tables import TABLES, Goods, ItemCategory, MasterColumns, Unit
from models.processes.tables import AuditEntry

SUGGESTED_MAX = 300
HISTORY_MAX = 200

_PLACES = text("SELECT name FROM active_places()")
_REASONS = text("SELECT code, name, active FROM reasons_of(:kind)")


def place_names(session: Session) -> tuple[str, ...]:
    """납품위치 to choose from; the manual's while the house has no list of its own."""
    return tuple(session.execute(_PLACES).scalars()) or PLACES


def reasons(session: Session, kind: ReasonKind) -> list[tuple[str, str]]:
    """사유 코드 to choose from as (code, label); the manual's while the house has none of the kind."""
    known = _known(session, kind)
    return [(code, name) for code, name, active in known if active] if known else list(REASONS[kind])


def reason_label(session: Session, kind: ReasonKind, code: str) -> str:
    """The label of a code, switched off or not; the code itself when nobody knows it."""
    names = dict(REASONS[kind]) | {found: name for found, name, _ in _known(session, kind)}
    return names.get(code, code)


def _known(session: Session, kind: ReasonKind) -> list[tuple[str, str, bool]]:
    return [(row.code, row.name, row.active) for row in session.execute(_REASONS, {"kind": kind.value})]


@dataclass(frozen=True)
class Suggestions:
    """What item forms offer while one types; free text stays possible."""

    categories: Sequence[str]
    goods: Sequence[tuple[str, str]]
    """(name, what tells it apart: 세부스펙, 단위)."""
    units: Sequence[str]
    places: Sequence[str]


def suggestions(session: Session) -> Suggestions:
    """Active names of every list, in their order."""
    unit = col(Unit.name)
    goods = (
        select(col(Goods.name), col(Goods.spec), unit)
        .join(Unit, col(Unit.id) == col(Goods.unit_id), isouter=True)
        .where(col(Goods.active))
        .order_by(col(Goods.position), col(Goods.name), col(Goods.id))
        .limit(SUGGESTED_MAX)
    )
    return Suggestions(
        categories=[row.name for row in active(session, Master.CATEGORY)],
        goods=[(name, " · ".join(part for part in (spec, of) if part)) for name, spec, of in session.execute(goods)],
        units=[row.name for row in active(session, Master.UNIT)],
        places=place_names(session),
    )


def active(session: Session, master: Master) -> Sequence[MasterColumns]:
    """Rows in use, in their order."""
    table = TABLES[master]
    rows = select(table).where(col(table.active)).order_by(col(table.position), col(table.name), col(table.id))
    return session.execute(rows.limit(SUGGESTED_MAX)).scalars().all()


def one(session: Session, master: Master, row_id: int) -> MasterColumns:
    """One row. Raises NotFound."""
    found = session.get(TABLES[master], row_id)
    if found is None:
        raise NotFound
    return found


def facts(session: Session, row: MasterColumns) -> dict[str, Any]:
    """A row as its form shows it: references by their codes."""
    shown: dict[str, Any] = {"code": row.code, "name": row.name, "position": row.position, "active": row.active}
    more = row.model_dump(exclude={*MasterColumns.model_fields, "category_id", "unit_id"})
    if isinstance(row, Goods):
        category = session.get(ItemCategory, row.category_id) if row.category_id else None
        unit = session.get(Unit, row.unit_id) if row.unit_id else None
        more |= {"category": category.code if category else "", "unit": unit.code if unit else ""}
    return shown | more


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
    fields = [(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)]
    return Change(entry.at, entry.actor_name, str(entry.detail.get("on_behalf_of") or ""), entry.act, fields)
