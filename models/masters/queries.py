"""Reads of the house's lists: choices for forms, one row, a row's history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.masters.rules import PLACES, REASONS, Master, ReasonKind
from models.masters.tables import TABLES, DeliveryPlace, Goods, ItemCategory, MasterColumns, ReasonCode, Unit

SUGGESTED_MAX = 300
OFFERED_MAX = 100
"""Goods offered at once."""

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
    goods: Sequence["Offer"]
    has_more_goods: bool
    """The list is longer than what is offered at once: it is searched while one types."""
    units: Sequence[str]
    places: Sequence[str]


@dataclass(frozen=True, slots=True)
class Offer:
    """An 품목 with what picking it fills in."""

    name: str
    category: str
    spec: str
    unit: str
    needs_serial: bool

    @property
    def facts(self) -> str:
        """What tells it apart from others of its name."""
        return " · ".join(part for part in (self.spec, self.unit) if part)


def goods_offers(session: Session, asked: str = "", limit: int = OFFERED_MAX) -> list[Offer]:
    """Goods in use whose name or code holds these words, in their order."""
    rows = (
        select(col(Goods.name), col(ItemCategory.name), col(Goods.spec), col(Unit.name), col(Goods.needs_serial))
        .join(Unit, col(Unit.id) == col(Goods.unit_id), isouter=True)
        .join(ItemCategory, col(ItemCategory.id) == col(Goods.category_id), isouter=True)
        .where(col(Goods.active))
        .order_by(col(Goods.position), col(Goods.name), col(Goods.id))
        .limit(limit)
    )
    if asked:
        named = col(Goods.name).icontains(asked, autoescape=True) | col(Goods.code).icontains(asked, autoescape=True)
        rows = rows.where(named)
    return [
        Offer(name, category or "", spec, unit or "", needs_serial)
        for name, category, spec, unit, needs_serial in session.execute(rows)
    ]


def suggestions(session: Session) -> Suggestions:
    """Active names of every list, in their order."""
    goods = goods_offers(session, limit=OFFERED_MAX + 1)
    return Suggestions(
        categories=[row.name for row in active(session, Master.CATEGORY)],
        goods=goods[:OFFERED_MAX],
        has_more_goods=len(goods) > OFFERED_MAX,
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


@dataclass(frozen=True)
class References:
    """세분류 and 단위 by id and by code, those in use and those no longer."""

    categories: dict[int, str]
    units: dict[int, str]
    active_categories: dict[str, int]
    active_units: dict[str, int]


def references(session: Session) -> References:
    """What 품목 may name, read once for many of them."""
    categories = [(row.id or 0, row.code, row.active) for row in session.execute(select(ItemCategory)).scalars()]
    units = [(row.id or 0, row.code, row.active) for row in session.execute(select(Unit)).scalars()]
    return References(
        categories={found: code for found, code, _ in categories},
        units={found: code for found, code, _ in units},
        active_categories={code: found for found, code, used in categories if used},
        active_units={code: found for found, code, used in units if used},
    )


def facts(row: MasterColumns, known: References) -> dict[str, Any]:
    """A row as its form and its history show it: references by their codes."""
    shown: dict[str, Any] = {"code": row.code, "name": row.name}
    if isinstance(row, Goods):
        shown |= {
            "category": known.categories.get(row.category_id or 0, ""),
            "spec": row.spec,
            "unit": known.units.get(row.unit_id or 0, ""),
            "needs_serial": row.needs_serial,
        }
    elif isinstance(row, DeliveryPlace):
        shown["address"] = row.address
    elif isinstance(row, ReasonCode):
        shown = {"kind": row.kind, **shown}
    return shown | {"position": row.position, "active": row.active}
