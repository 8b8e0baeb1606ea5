"""Cells of list pages as strings: plain functions bound before the loop, because a macro per cell costs too much."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal

from markupsafe import Markup, escape

from models.kernel.calendar import KST
from web import formats

Kind = Literal["text", "won", "number", "date", "moment", "left", "badge"]
Cell = Callable[[Any], str]
RIGHT = {"won", "number"}


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


def bind(column: Column, now: dt.datetime) -> Cell:
    """The function that makes one column's <td>."""
    inner = column.render or _value(column, now)
    if column.href:
        inner = _linked(inner, column.href)
    if column.beside:
        inner = _beside(inner, column.beside)
    if column.sub:
        inner = _with_sub(inner, column.sub)
    opening = _opening(column)
    return lambda row: f"{opening}{inner(row)}</td>"


def _opening(column: Column) -> str:
    classes = ["n"] if column.right else []
    if column.wrap:
        classes.append("wrap")
    return f'<td class="{" ".join(classes)}">' if classes else "<td>"


def _value(column: Column, now: dt.datetime) -> Cell:
    get = column.getter
    if column.kind == "left":
        return lambda row: _left(get(row), now)
    if column.kind == "badge":
        badges = _badges(column)
        return lambda row: badges.get(value := get(row)) or _badge(str(value), "mute")
    show: Callable[[Any], str] = _SHOW[column.kind]
    return lambda row: show(get(row))


def _plain(value: Any) -> str:
    if value is None or value == "":
        return formats.NONE
    return str(escape(value))


def _left(value: dt.datetime | None, now: dt.datetime) -> str:
    rest = formats.left(value, now)
    return f'<span class="left {rest.state}">{rest.words}</span>'


def _badge(words: str, tone: str) -> str:
    return f'<span class="badge {tone}">{escape(words)}</span>'


def _badges(column: Column) -> dict[Any, str]:
    tones = column.tones or {}
    return {status: _badge(words, tones.get(status, "mute")) for status, words in (column.words or {}).items()}


def _linked(inner: Cell, href: Callable[[Any], str]) -> Cell:
    return lambda row: f'<a class="ref" href="{escape(href(row))}">{inner(row)}</a>'


def _beside(inner: Cell, beside: Callable[[Any], Any]) -> Cell:
    return lambda row: f'{inner(row)} <span class="sub">{escape(beside(row) or "")}</span>'


def _with_sub(inner: Cell, sub: Callable[[Any], Any]) -> Cell:
    def cell(row: Any) -> str:
        second = sub(row)
        return f'{inner(row)}<div class="sub">{escape(second)}</div>' if second else inner(row)

    return cell


_SHOW: dict[str, Callable[[Any], str]] = {
    "text": _plain,
    "won": formats.won,
    "number": formats.number,
    "date": formats.date,
    "moment": formats.moment,
}
