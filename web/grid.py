"""List pages from a declaration: filters, sort, pages and the workbook come out of one address.

GRID = Grid(name="contracts", title="계약목록", ident=Contract.id, columns=(Column(...), ...),
            filters=(DateRange(...), Segment(...)), default_sort="-number")

view = GRID.read(request)                                # never fails: unknown values are the defaults
found = GRID.fetch(session, view, queries.listed, who=actor)
return page(request, "contracts/list.html", grid=GRID.present(view, found))
return GRID.download(session, view, queries.listed, who=actor)   # when view.download
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup, escape
from sqlalchemy import Select
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.kernel.calendar import KST
from web import grid_cells, sheets
from web.grid_cells import Column
from web.grid_filters import Choice, DateRange, Filter, Flag, Option, Pairs, Query, Segment, Text, contains
from web.grid_sql import Question, Scope, Source

__all__ = [
    "Choice",
    "Column",
    "DateRange",
    "Flag",
    "Found",
    "Grid",
    "Option",
    "Segment",
    "Text",
    "View",
    "contains",
]

PAGE_SIZES = (5, 10, 20, 50, 100)
COUNT_CAP = 10_000
PAGE_MAX = 1_000_000
NEIGHBOURS = 2
FETCH_ROWS = 1000
DRAWN_KEPT = 2000
Pick = Callable[[Any], str | int | None]


@dataclass(frozen=True)
class View:
    """What the address asks for, read and bounded. `sort` is a column key, "-" in front for descending."""

    path: str
    values: Mapping[str, Any]
    sort: str
    page: int
    size: int
    columns: tuple[str, ...]
    exact: bool
    download: bool
    now: dt.datetime
    today: dt.date


@dataclass(frozen=True)
class Found:
    """One page of rows; `total` is capped at 10,000 unless exact, `capped` says that there are more."""

    rows: Sequence[Any]
    total: int
    capped: bool
    page: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Grid:
    """`ident` is the unique id column of the listed rows, also the tiebreak of every sort.

    `of`: the table the rows are plain columns of: its id, those the list's columns are named after, and `reads`.
    Without it they are whole entities.
    `pick` gives a row's tick-box value (None: this row cannot be ticked); without it there are no tick boxes.
    """

    name: str
    title: str
    ident: Any
    columns: tuple[Column, ...]
    filters: tuple[Filter, ...] = ()
    of: Any = None
    reads: tuple[str, ...] = ()
    default_sort: str
    default_size: int = 20
    pick: Pick | None = None
    pick_label: Callable[[Any], str] = str
    empty: str = "조건에 맞는 내용이 없습니다."
    empty_hint: str = "기간을 넓히거나 검색 조건을 바꿔 보세요."
    _sorts: dict[str, Any] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self._sorts.update({c.key: c.sort for c in self.columns if c.sort is not None})
        if self.default_sort.removeprefix("-") not in self._sorts:
            raise ValueError(f"{self.name}: the default sort {self.default_sort} is no sortable column")

    @cached_property
    def standard_columns(self) -> tuple[str, ...]:
        """The keys of the columns shown unless the person chose others."""
        return tuple(c.key for c in self.columns if c.shown)

    def read(self, request: Request) -> View:
        """The view of an address; what cannot be understood is as if it were not there."""
        query: dict[str, list[str]] = {}
        for name, value in request.query_params.multi_items():
            query.setdefault(name, []).append(value)
        return self.view(request.url.path, query, clock.now())

    def view(self, path: str, query: Query, now: dt.datetime) -> View:
        """`read` from the parts of a request."""
        today = now.astimezone(KST).date()
        sort = _one(query, "sort")
        size = _whole(_one(query, "size"), self.default_size)
        ticked = [key for key in query.get("cols", ()) if key in {c.key for c in self.columns}]
        return View(
            path=path,
            values={f.key: f.read(query, today) for f in self.filters},
            sort=sort if sort.removeprefix("-") in self._sorts else self.default_sort,
            page=min(_whole(_one(query, "page"), 1), PAGE_MAX),
            size=size if size in PAGE_SIZES else self.default_size,
            columns=tuple(ticked) or self.standard_columns,
            exact=_one(query, "exact") == "1",
            download=_one(query, "format") == "xlsx",
            now=now,
            today=today,
        )

    def fetch(self, session: Session, view: View, scope: Scope | Select[Any], *, who: Any = None) -> Found:
        """One page of what `scope` allows a person; it must join what filters and sorts mention.

        `scope` is one and the same function at every request: the statements are kept by it.
        """
        asked = self._question(session, view, scope, who)
        loaded, total = asked.page(session, view.page)
        if loaded and total is None:
            return Found(loaded, (view.page - 1) * view.size + len(loaded), capped=False, page=view.page)
        if not loaded and view.page == 1:
            return Found((), 0, capped=False, page=1)
        if total is None:
            total = asked.count(session)
        capped = not view.exact and total > COUNT_CAP
        total = COUNT_CAP if capped else total
        if loaded:
            return Found(loaded, total, capped, view.page)
        last = max(1, -(-total // view.size))
        return Found(asked.page(session, last)[0], total, capped, last)

    def download(self, session: Session, view: View, scope: Scope | Select[Any], *, who: Any = None) -> Response:
        """Everything the filters leave as a workbook in the sort of the screen, all columns of the declaration.

        Raises TooManyRows past 100,000 rows, before any of them is loaded.
        """
        asked = self._question(session, view, scope, who)
        limit = sheets.ROWS_MAX
        if session.execute(asked.count_of_all(limit + 1)).scalar_one() > limit:
            raise sheets.TooManyRows(limit=limit)
        result = session.execute(asked.everything().execution_options(yield_per=FETCH_ROWS))
        loaded = result.scalars() if len(result.keys()) == 1 else result
        columns = [sheets.SheetColumn(c.label, c.sheet_value, c.kind, c.width) for c in self.columns if c.export]
        return sheets.attachment(sheets.workbook(self.title, columns, loaded), self.title, view.now)

    def present(self, view: View, found: Found, counts: Mapping[str, Mapping[str, int]] | None = None) -> "GridPage":
        """What the grid components draw. `counts`: numbers beside the options of a segment, by filter key."""
        return GridPage(self, view, found, counts or {})

    def _question(self, session: Session, view: View, scope: Scope | Select[Any], who: Any) -> Question:
        values = [(f, view.values[f.key]) for f in self.filters]
        return Question(
            source=self._source,
            scope=(lambda _who: scope) if isinstance(scope, Select) else scope,
            kept=not isinstance(scope, Select),
            values=tuple([f.searched(session, value) if isinstance(f, Text) else value for f, value in values]),
            sort=view.sort,
            size=view.size,
            most=None if view.exact else COUNT_CAP + 1,
            rank=self._sorts[view.sort.removeprefix("-")],
            who=who,
        )

    @cached_property
    def _source(self) -> Source:
        names = dict.fromkeys(("id", *self.reads, *(c.key for c in self.columns)))
        reads = [getattr(self.of, name) for name in names if hasattr(self.of, name)] if self.of is not None else []
        return Source(self.ident, self.filters, tuple(reads))


_drawn: dict[Any, Markup] = {}


@dataclass(frozen=True)
class GridPage:
    """A grid as the templates see it (components/grid.html)."""

    grid: Grid
    view: View
    found: Found
    counts: Mapping[str, Mapping[str, int]]

    def once(self, draw: Callable[["GridPage"], Markup], *about: Any) -> Markup:
        """What a macro draws of the view, and of `about` besides: remembered, it is the same for everybody."""
        if self.counts:
            return draw(self)
        view = self.view
        values = tuple([view.values[f.key] for f in self.grid.filters])
        place = (draw, self.grid, view.path, values, view.sort, view.size, view.columns, view.exact, view.today, about)
        known = _drawn.get(place)
        if known is None:
            if len(_drawn) >= DRAWN_KEPT:
                _drawn.clear()
            known = _drawn[place] = draw(self)
        return known

    @property
    def columns(self) -> list[Column]:
        """The shown columns, in the order of the declaration."""
        return [c for c in self.grid.columns if c.key in self.view.columns]

    @property
    def total_words(self) -> str:
        """총 218건; 총 10,000+건 when counting stopped there."""
        return f"총 {self.found.total:,}{'+' if self.found.capped else ''}건"

    @property
    def opened(self) -> bool:
        """True when a filter under 「검색 펼침」 is in use, so the fold starts open."""
        return any(f.more and f.active(self.view.values[f.key], self.view.today) for f in self.grid.filters)

    @property
    def changed(self) -> bool:
        """True when any filter differs from its default."""
        return any(f.active(self.view.values[f.key], self.view.today) for f in self.grid.filters)

    def address(self, **changes: Any) -> str:
        """The address of this view with changes: page, size, sort, exact, format, cols, or a filter's value.

        Any change but `page` goes back to the first page; defaults are left out, so the address stays short and
        a saved one keeps meaning 「최근 1주」 or the like.
        """
        pairs = self.pairs(changes)
        return f"{self.view.path}?{urlencode(pairs)}" if pairs else self.view.path

    def kept(self, *dropped: str) -> Pairs:
        """Hidden inputs of the filter form: what it keeps beside its own fields (sort, size, columns)."""
        return [(name, value) for name, value in self.pairs({}) if name in {"sort", "size", "cols"} - set(dropped)]

    def heads(self) -> list[dict[str, Any]]:
        """The header cells: label, right, href of the next sort or "", aria-sort."""
        key, descending = self.view.sort.removeprefix("-"), self.view.sort.startswith("-")
        heads = []
        for column in self.columns:
            now_sorted = column.key == key
            turned = column.key if now_sorted and descending else f"-{column.key}"
            if not now_sorted and not column.right and column.kind == "text":
                turned = column.key
            heads.append(
                {
                    "label": column.label,
                    "right": column.right,
                    "href": self.address(sort=turned) if column.sort is not None else "",
                    "aria": ("descending" if descending else "ascending") if now_sorted else "",
                }
            )
        return heads

    def body(self) -> Markup:
        """All rows of the table body, built by columns: 500 cells in less than a millisecond."""
        rows = self.found.rows
        first = (self.found.page - 1) * self.view.size + 1
        numbers = [f'<td class="n no">{number}</td>' for number in range(first, first + len(rows))]
        columns = [numbers, *(grid_cells.cells(column, rows, self.view.now) for column in self.columns)]
        if self.grid.pick:
            columns.insert(0, [self._box(self.grid.pick, row) for row in rows])
        lines = ["".join(cells) for cells in zip(*columns, strict=True)]
        return Markup("".join([f"<tr>{line}</tr>\n" for line in lines]))  # noqa: S704 - cells escape what they show

    def page_links(self) -> list[tuple[int, str]]:
        """(page, address) around the present one, with the first and last; 0 stands for a gap."""
        last, here = self.last_page, self.found.page
        near = set(range(max(1, here - NEIGHBOURS), min(last, here + NEIGHBOURS) + 1)) | {1, last}
        links: list[tuple[int, str]] = []
        for number in sorted(near):
            if links and number - links[-1][0] > 1:
                links.append((0, ""))
            links.append((number, self.address(page=number)))
        return links

    @property
    def last_page(self) -> int:
        """The last page that can be opened; of a capped list the one where counting stopped."""
        return max(1, -(-self.found.total // self.view.size))

    def _box(self, pick: Pick, row: Any) -> str:
        value = pick(row)
        if value is None:
            return '<td class="pick"></td>'
        name = escape(self.grid.pick_label(row))
        return (
            f'<td class="pick"><label><input type="checkbox" name="selected" value="{escape(value)}"'
            f' aria-label="{name} 선택"></label></td>'
        )

    def pairs(self, changes: Mapping[str, Any]) -> Pairs:
        pairs: Pairs = []
        for item in self.grid.filters:
            changed = item.key in changes
            pairs += item.write(changes[item.key], self.view.today) if changed else self._written[item.key]
        framed = {k: v for k, v in changes.items() if k in {"sort", "size", "exact", "columns"}}
        frame = replace(self.view, **framed) if framed else self.view
        pairs += self._frame_pairs(frame)
        page = changes.get("page", 1 if changes else self.found.page)
        if page != 1:
            pairs.append(("page", str(page)))
        if "format" in changes:
            pairs.append(("format", changes["format"]))
        return pairs

    @cached_property
    def _written(self) -> dict[str, Pairs]:
        # A page writes some thirty addresses, all with the same filters.
        return {f.key: f.write(self.view.values[f.key], self.view.today) for f in self.grid.filters}

    def _frame_pairs(self, view: View) -> Pairs:
        pairs: Pairs = []
        if view.sort != self.grid.default_sort:
            pairs.append(("sort", view.sort))
        if view.size != self.grid.default_size:
            pairs.append(("size", str(view.size)))
        if view.columns != self.grid.standard_columns:
            pairs += [("cols", key) for key in view.columns]
        if view.exact:
            pairs.append(("exact", "1"))
        return pairs


def _one(query: Query, name: str) -> str:
    values = query.get(name)
    return values[0] if values else ""


def _whole(text: str, default: int) -> int:
    # Longer numbers are nobody's page, and Python refuses to read very long ones.
    return (
        int(text) if text.isascii() and text.isdecimal() and len(text) < len(str(PAGE_MAX)) and int(text) else default
    )
