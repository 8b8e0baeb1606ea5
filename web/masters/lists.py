"""기준정보: the lists as grids, one declaration each."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from models.masters.rules import Master, ReasonKind
from models.masters.tables import TABLES, Goods, ItemCategory, ReasonCode, Unit
from models.masters.wording import REASON_KIND, TITLE
from web.grid import Choice, Column, Grid, Option, Segment, Text
from web.grid_filters import Filter

USED, UNUSED = "사용", "사용 중지"
ACTIVE = {"on": USED, "off": UNUSED}
TONES = {"on": "done", "off": "mute"}


def base(master: Master) -> str:
    """The address of a list."""
    return f"/admin/masters/{master.value}"


@cache
def grid(master: Master) -> Grid:
    """The list of one kind of master data; 품목 rows come with their 세분류 and 단위."""
    table = TABLES[master]
    return Grid(
        name=f"masters-{master.value}",
        title=TITLE[master],
        ident=col(table.id),
        default_sort="position",
        default_size=50,
        columns=(*_first(master), *_own(master), *_last(master)),
        filters=(
            Segment(
                key="active",
                label="사용",
                default="on",
                options=(
                    Option(value="on", label=USED, where=col(table.active).is_(True)),
                    Option(value="off", label=UNUSED, where=col(table.active).is_(False)),
                    Option(value="all", label="전체"),
                ),
            ),
            *_filters(master),
            Text(key="code", label="코드", column=col(table.code)),
            Text(key="name", label="이름", column=col(table.name)),
        ),
        empty=f"등록된 {TITLE[master]}이(가) 없습니다.",
        empty_hint="「등록」하거나 엑셀로 한꺼번에 올릴 수 있습니다.",
    )


def scope(master: Master) -> Any:
    """What filters and sorts of a list may mention."""
    rows: Any = select(TABLES[master])
    if master is Master.GOODS:
        rows = (
            select(Goods, ItemCategory, Unit)
            .join(ItemCategory, col(ItemCategory.id) == col(Goods.category_id), isouter=True)
            .join(Unit, col(Unit.id) == col(Goods.unit_id), isouter=True)
        )
    return rows


def _row(found: Any) -> Any:
    """Of a joined row the master's own part."""
    return found[0] if isinstance(found, Sequence) else found


def _first(master: Master) -> tuple[Column, ...]:
    table = TABLES[master]
    columns = (
        Column(
            key="code",
            label="코드",
            sort=col(table.code),
            value=lambda r: _row(r).code,
            href=lambda r: f"{base(master)}/{_row(r).id}",
            width=16,
        ),
        Column(key="name", label="이름", sort=col(table.name), value=lambda r: _row(r).name, width=30),
    )
    if master is not Master.REASON:
        return columns
    kind = Column(
        key="kind",
        label="구분",
        sort=col(ReasonCode.kind),
        value=lambda r: REASON_KIND[ReasonKind(r.kind)],
        width=14,
    )
    return (kind, *columns)


def _own(master: Master) -> tuple[Column, ...]:
    if master is Master.PLACE:
        return (Column(key="address", label="주소", width=40, wrap=True),)
    if master is not Master.GOODS:
        return ()
    return (
        Column(
            key="category",
            label="세분류",
            sort=col(ItemCategory.name),
            value=lambda r: r[1].name if r[1] else None,
            sheet=lambda r: r[1].code if r[1] else None,
        ),
        Column(key="spec", label="세부스펙", value=lambda r: r[0].spec, width=30, wrap=True),
        Column(
            key="unit",
            label="단위",
            sort=col(Unit.name),
            value=lambda r: r[2].name if r[2] else None,
            sheet=lambda r: r[2].code if r[2] else None,
            width=8,
        ),
        Column(
            key="needs_serial",
            label="S/N 필요",
            sort=col(Goods.needs_serial),
            value=lambda r: "Y" if r[0].needs_serial else "",
            width=10,
        ),
    )


def _last(master: Master) -> tuple[Column, ...]:
    table = TABLES[master]
    return (
        Column(
            key="position",
            label="표시 순서",
            kind="number",
            sort=col(table.position),
            value=lambda r: _row(r).position,
            width=10,
        ),
        Column(
            key="active",
            label="사용",
            kind="badge",
            words=ACTIVE,
            tones=TONES,
            sort=col(table.active),
            value=lambda r: "on" if _row(r).active else "off",
            width=10,
        ),
        Column(
            key="changed_at",
            label="변경일시",
            kind="moment",
            sort=col(table.changed_at),
            value=lambda r: _row(r).changed_at,
            width=18,
        ),
    )


def _filters(master: Master) -> tuple[Filter, ...]:
    if master is Master.REASON:
        kinds = [
            Option(value=kind.value, label=words, where=col(ReasonCode.kind) == kind.value)
            for kind, words in REASON_KIND.items()
        ]
        return (Choice(key="kind", label="구분", options=(Option(value="all", label="전체"), *kinds)),)
    if master is Master.GOODS:
        return (
            Text(key="category", label="세분류", column=col(ItemCategory.name), more=True),
            Text(key="spec", label="세부스펙", column=col(Goods.spec), more=True),
        )
    return ()
