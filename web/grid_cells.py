"""Cells of list pages as strings, a whole column at a time: a macro per cell, or a function, costs too much."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter
from typing import Any, Literal

from markupsafe import Markup, escape

from models.kernel.calendar import KST
from web import formats

Kind = Literal["text", "won", "number", "date", "moment", "left", "badge"]
RIGHT = {"won", "number"}
_MARKS = re.compile("[&<>\"']").search


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `key` is the row's attribute (or `value` a function of the row), `label` its words.

    sort    SQL expression to sort by; None: not sortable
    kind    how the value is shown; "badge" needs `words` and `tones` by status
    href    address of the row's document: makes the value a link
    sub     second, quieter line (a function of the row; None or "" for none)
    beside  quieter words after the value on the same line (「1차」)
    render  the whole cell as Markup, when no kind fits
    sheet   value for the .xlsx when it differs from the shown one; `export` False leaves it out
    shown   False: off until ticked in 「열 선택」
    """

    key: str
    label: str
    sort: Any = None
    kind: Kind = "text"
    value: Callable[[Any], Any] | None = None
    href: Callable[[Any], str] | None = None
    sub: Callable[[Any], Any] | None = None
    beside: Callable[[Any], Any] | None = None
    render: Callable[[Any], Markup] | None = None
    words: Mapping[Any, str] | None = None
    tones: Mapping[Any, str] | None = None
    sheet: Callable[[Any], Any] | None = None
    export: bool = True
    shown: bool = True
    wrap: bool = False
    width: float = 16.0

    @property
    def right(self) -> bool:
        """Numbers stand right."""
        return self.kind in RIGHT

    @property
    def getter(self) -> Callable[[Any], Any]:
        """The row's value."""
        return self.value or attrgetter(self.key)

    @cached_property
    def badges(self) -> dict[Any, str]:
        """The badge of every known status."""
        tones = self.tones or {}
        return {status: _badge(words, tones.get(status, "mute")) for status, words in (self.words or {}).items()}

    def sheet_value(self, row: Any) -> Any:
        """The value for the workbook: numbers and days as such, statuses as words, instants as Seoul wall time."""
        if self.sheet:
            return self.sheet(row)
        value = self.getter(row)
        if self.kind == "badge":
            return (self.words or {}).get(value, value)
        if isinstance(value, dt.datetime):
            return value.astimezone(KST).replace(tzinfo=None)
        return value


def cells(column: Column, rows: Sequence[Any], now: dt.datetime) -> list[str]:
    """The <td> of one column for every row."""
    opening = _opening(column)
    return [f"{opening}{inner}</td>" for inner in _inners(column, rows, now)]


def _inners(column: Column, rows: Sequence[Any], now: dt.datetime) -> list[str]:
    inners = [str(column.render(row)) for row in rows] if column.render else _shown(column, rows, now)
    if column.href:
        hrefs = map(escape, map(column.href, rows))
        inners = [f'<a class="ref" href="{href}">{inner}</a>' for href, inner in zip(hrefs, inners, strict=True)]
    if column.beside:
        words = [_escaped(beside or "") for beside in map(column.beside, rows)]
        inners = [f'{inner} <span class="sub">{beside}</span>' for inner, beside in zip(inners, words, strict=True)]
    if column.sub:
        seconds = map(column.sub, rows)
        inners = [
            f'{inner}<div class="sub">{_escaped(second)}</div>' if second else inner
            for inner, second in zip(inners, seconds, strict=True)
        ]
    # A row stays a row however much somebody wrote; the whole text is on its page and in the sheet.
    return [f'<div class="clamp">{inner}</div>' for inner in inners] if column.wrap else inners


def _opening(column: Column) -> str:
    classes = ["n"] if column.right else []
    if column.wrap:
        classes.append("wrap")
    return f'<td class="{" ".join(classes)}">' if classes else "<td>"


def _shown(column: Column, rows: Sequence[Any], now: dt.datetime) -> list[str]:
    values = map(column.getter, rows)
    if column.kind == "text":
        return [formats.NONE if value is None or value == "" else _escaped(value) for value in values]
    if column.kind == "left":
        return [_left(value, now) for value in values]
    if column.kind == "badge":
        badges = column.badges
        return [badges.get(value) or _badge(str(value), "mute") for value in values]
    return list(map(_SHOW[column.kind], values))


def _escaped(value: Any) -> str:
    # To see that there is nothing to do takes a fifth of doing it.
    return value if type(value) is str and not _MARKS(value) else str(escape(value))


def _left(value: dt.datetime | None, now: dt.datetime) -> str:
    rest = formats.left(value, now)
    return f'<span class="left {rest.state}">{rest.words}</span>'


def _badge(words: str, tone: str) -> str:
    return f'<span class="badge {tone}">{escape(words)}</span>'


_SHOW: dict[str, Callable[[Any], str]] = {
    "won": formats.won,
    "number": formats.number,
    "date": formats.date,
    "moment": formats.moment,
}
