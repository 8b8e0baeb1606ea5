"""Reads of the house's lists: choices for forms, one row, a row's history."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, select, text
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.masters.rules import PLACES, REASONS, Master, ReasonKind
from models.masters.tables import TABLES, DeliveryPlace, Goods, ItemCategory, MasterColumns, ReasonCode, Unit
from models.plain import Plain, each
from models.plain import rows as plain_rows

SUGGESTED_MAX = 300
OFFERED_MAX = 100
"""Goods offered at once."""

_PLACES: Plain[Any] = Plain(text("SELECT name FROM active_places()"))
_REASONS = text("SELECT code, name, active FROM reasons_of(:kind)")


def place_names(session: Session) -> tuple[str, ...]:
    """납품위치 to choose from; the manual's while the house has no list of its own."""
    return _places(plain_rows(session, _PLACES, {}))


def _places(found: Iterable[Any]) -> tuple[str, ...]:
    return tuple(_names(found)) or PLACES


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


_GOODS: Any = (
    select(
        col(Goods.name),
        col(ItemCategory.name).label("category"),
        col(Goods.spec),
        col(Unit.name).label("unit"),
        col(Goods.needs_serial),
    )
    .join(Unit, col(Unit.id) == col(Goods.unit_id), isouter=True)
    .join(ItemCategory, col(ItemCategory.id) == col(Goods.category_id), isouter=True)
    .where(col(Goods.active))
    .order_by(col(Goods.position), col(Goods.name), col(Goods.id))
)
_FIRST_GOODS: Plain[Any] = Plain(_GOODS.limit(OFFERED_MAX + 1))


def goods_offers(session: Session, asked: str) -> list[Offer]:
    """Goods in use whose name or code holds these words, in their order."""
    named = col(Goods.name).icontains(asked, autoescape=True) | col(Goods.code).icontains(asked, autoescape=True)
    return _offers(session.execute(_GOODS.where(named).limit(OFFERED_MAX)))


def _offers(found: Iterable[Any]) -> list[Offer]:
    return [Offer(row.name, row.category or "", row.spec, row.unit or "", row.needs_serial) for row in found]


def suggestions(session: Session) -> Suggestions:
    """Active names of every list, in their order."""
    lists = (_FIRST_GOODS, _active_names(Master.CATEGORY), _active_names(Master.UNIT), _PLACES)
    found, categories, units, places = each(session, *lists)
    goods = _offers(found)
    return Suggestions(
        categories=_names(categories),
        goods=goods[:OFFERED_MAX],
        has_more_goods=len(goods) > OFFERED_MAX,
        units=_names(units),
        places=_places(places),
    )


def _names(found: Iterable[Any]) -> list[str]:
    return [row.name for row in found]


@cache
def _active_names(master: Master) -> Plain[Any]:
    return Plain(_active(master).with_only_columns(col(TABLES[master].name)))


def _active(master: Master) -> Select[Any]:
    table = TABLES[master]
    rows = select(table).where(col(table.active)).order_by(col(table.position), col(table.name), col(table.id))
    return rows.limit(SUGGESTED_MAX)


def active(session: Session, master: Master) -> Sequence[MasterColumns]:
    """Rows in use, in their order."""
    return session.execute(_active(master)).scalars().all()


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
