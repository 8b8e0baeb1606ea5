"""The filters of list pages: each reads its part of the address, says its WHERE, and writes itself back."""

import calendar
import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, ColumnElement, and_, any_, cast, func, literal
from sqlalchemy.types import NullType

from models.kernel.calendar import KST
from models.kernel.text import clean_line

Query = Mapping[str, Sequence[str]]
Clause = ColumnElement[bool] | Callable[[Any], ColumnElement[bool]]
"""A condition, or a function of the person who asks (for 「내 차례」)."""
Pairs = list[tuple[str, str]]

TEXT_LENGTH_MAX = 100
QUICK_RANGES = (("1w", "1주"), ("1m", "1개월"), ("3m", "3개월"), ("6m", "6개월"))
_MONTHS = {"1m": 1, "3m": 3, "6m": 6, "1y": 12}


def contains(column: Any, text: str) -> ColumnElement[bool]:
    """Case-insensitive search inside a column; % and _ in the text are ordinary characters."""
    found: ColumnElement[bool] = column.icontains(text, autoescape=True)
    return found


def range_start(quick: str, today: dt.date) -> dt.date:
    """The first day of a quick range that ends today: a week, or the same day some months before."""
    if quick == "1w":
        return today - dt.timedelta(days=7)
    months = today.year * 12 + today.month - 1 - _MONTHS[quick]
    year, month = divmod(months, 12)
    return dt.date(year, month + 1, min(today.day, calendar.monthrange(year, month + 1)[1]))


def first(query: Query, name: str) -> str | None:
    """The first value of a name in the address, cleaned; None when the name is not there."""
    values = query.get(name)
    return clean_line(values[0])[:TEXT_LENGTH_MAX] if values else None


@dataclass(frozen=True, kw_only=True)
class Filter(ABC):
    """`more`: shown only under 「검색 펼침」. A value that cannot be read is the default, never an error."""

    key: str
    label: str
    more: bool = False
    kind: ClassVar[str]

    @abstractmethod
    def read(self, query: Query, today: dt.date) -> Any: ...

    @abstractmethod
    def where(self, value: Any, who: Any) -> ColumnElement[bool] | None: ...

    @abstractmethod
    def write(self, value: Any, today: dt.date) -> Pairs:
        """The address form; empty when the value is the default."""

    def active(self, value: Any, today: dt.date) -> bool:
        """True when the person changed it."""
        return bool(self.write(value, today))


@dataclass(frozen=True)
class Hits:
    """A search word the database was asked about: ids of the rows that have it (`{1,7}`), None where those are many."""

    words: str
    ids: str | None


@dataclass(frozen=True, kw_only=True)
class Text(Filter):
    """A search word; `match` builds its condition, by default inside `column`.

    `hits` finds the rows by an index, as ids of `ident`, before the list is asked for: for lists of many rows.
    """

    column: Any = None
    match: Callable[[str], ColumnElement[bool]] | None = None
    hits: Callable[[Any, str], str | None] | None = None
    ident: Any = None
    placeholder: str = ""
    kind: ClassVar[str] = "text"

    def read(self, query: Query, today: dt.date) -> str:  # noqa: ARG002 - the filters share one form
        return first(query, self.key) or ""

    def searched(self, session: Any, value: str) -> str | Hits:
        """The value as `where` takes it, once the database was asked where there is an index."""
        if not value or self.hits is None:
            return value
        return Hits(value, self.hits(session, value))

    def where(self, value: str | Hits, who: Any) -> ColumnElement[bool] | None:  # noqa: ARG002 - same
        if not value:
            return None
        if isinstance(value, Hits):
            return self._among(value)
        return self.match(value) if self.match else contains(self.column, value)

    def write(self, value: str, today: dt.date) -> Pairs:  # noqa: ARG002 - same
        return [(self.key, value)] if value else []

    def _among(self, found: Hits) -> ColumnElement[bool]:
        # Many are said so that the planner expects them and walks the list in its order until the page is full.
        many: ColumnElement[bool] = func.strpos(func.lower(self.column), func.lower(found.words)) > 0
        few: ColumnElement[bool] = self.ident == any_(cast(literal(found.ids, NullType()), ARRAY(BigInteger)))
        return many if found.ids is None else few


@dataclass(frozen=True, kw_only=True)
class Option:
    value: str
    label: str
    where: Clause | None = None


@dataclass(frozen=True, kw_only=True)
class Choice(Filter):
    """One of several; the first option is the default unless `default` names another. Shown as a select."""

    options: tuple[Option, ...]
    default: str | None = None
    kind: ClassVar[str] = "choice"

    @property
    def standing(self) -> str:
        """The value taken when the address says nothing."""
        return self.default if self.default is not None else self.options[0].value

    def read(self, query: Query, today: dt.date) -> str:  # noqa: ARG002 - the filters share one form
        value = first(query, self.key)
        return value if value in {o.value for o in self.options} and value is not None else self.standing

    def where(self, value: str, who: Any) -> ColumnElement[bool] | None:
        clause = next((o.where for o in self.options if o.value == value), None)
        return clause(who) if callable(clause) and not isinstance(clause, ColumnElement) else clause

    def write(self, value: str, today: dt.date) -> Pairs:  # noqa: ARG002 - same
        return [] if value == self.standing else [(self.key, value)]


@dataclass(frozen=True, kw_only=True)
class Segment(Choice):
    """A choice whose few options stand side by side: 「미확인 / 확인 / 전체」, 「전체 / 내 차례」."""

    kind: ClassVar[str] = "segment"


@dataclass(frozen=True, kw_only=True)
class Flag(Filter):
    """A tick box such as 「계약취소 포함」: `unticked` is the condition while it is off, `ticked` while on."""

    unticked: Clause | None = None
    ticked: Clause | None = None
    kind: ClassVar[str] = "flag"

    def read(self, query: Query, today: dt.date) -> bool:  # noqa: ARG002 - the filters share one form
        return first(query, self.key) == "1"

    def where(self, value: bool, who: Any) -> ColumnElement[bool] | None:
        clause = self.ticked if value else self.unticked
        return clause(who) if callable(clause) and not isinstance(clause, ColumnElement) else clause

    def write(self, value: bool, today: dt.date) -> Pairs:  # noqa: ARG002 - same
        return [(self.key, "1")] if value else []


Range = tuple[dt.date | None, dt.date | None]


@dataclass(frozen=True, kw_only=True)
class DateRange(Filter):
    """From day to day, both included, in Seoul. `instant`: the column is a timestamptz, not a date.

    `default` is a quick range ("1w", "1m", "3m", "6m", "1y") or "" for no limit; an empty date in the address is
    no limit on that side.
    """

    column: Any
    instant: bool = False
    default: str = ""
    kind: ClassVar[str] = "dates"

    def read(self, query: Query, today: dt.date) -> Range:
        texts = first(query, f"{self.key}_from"), first(query, f"{self.key}_to")
        if texts == (None, None):
            return self._standing(today)
        start, end = _day(texts[0]), _day(texts[1])
        return (end, start) if start and end and end < start else (start, end)

    def where(self, value: Range, who: Any) -> ColumnElement[bool] | None:  # noqa: ARG002 - same form
        start, end = value
        parts: list[ColumnElement[bool]] = []
        if start:
            parts.append(self.column >= (_midnight(start) if self.instant else start))
        if end and end < dt.date.max:
            after = end + dt.timedelta(days=1)
            parts.append(self.column < (_midnight(after) if self.instant else after))
        return and_(*parts) if parts else None

    def write(self, value: Range, today: dt.date) -> Pairs:
        if value == self._standing(today):
            return []
        return [(f"{self.key}_{side}", day.isoformat() if day else "") for side, day in _sides(value)]

    def quick(self, today: dt.date) -> list[tuple[str, Range]]:
        """The manual's four ranges as (words, range)."""
        return [(words, (range_start(name, today), today)) for name, words in QUICK_RANGES]

    def _standing(self, today: dt.date) -> Range:
        return (range_start(self.default, today), today) if self.default else (None, None)


def _sides(value: Range) -> list[tuple[str, dt.date | None]]:
    return [("from", value[0]), ("to", value[1])]


def _day(text: str | None) -> dt.date | None:
    try:
        day = dt.date.fromisoformat((text or "").replace(".", "-"))
    except ValueError:
        return None
    # Beyond these years a day has no timestamptz in every zone.
    return day if dt.date(1900, 1, 1) <= day <= dt.date(2999, 12, 31) else None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), KST)
