"""The workbook of a list: its columns, and what stands in an uploaded one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.files.workbooks import BookDamaged, first_sheet
from models.masters.messages import ROWS
from models.masters.rules import IMPORT_ROWS_MAX, Master, MasterSheetTooLong, MasterSheetUnreadable
from models.masters.wording import FIELD, REASON_KIND

HEADER_ROWS_MAX = 5
YES, NO = "Y", "N"
_TRUE = frozenset({"Y", "YES", "O", "1", "TRUE", "예", "사용", "필요"})


@dataclass(frozen=True, slots=True)
class Line:
    """One filled line: its number in the sheet and what was typed, by field, as a form would send it."""

    number: int
    typed: Mapping[str, str]


def fields(master: Master) -> tuple[str, ...]:
    """The columns of a list, in the order of the sheet."""
    names = [name for name in ROWS[master].model_fields if name != "position"]
    if "kind" in names:
        names = ["kind", *(name for name in names if name != "kind")]
    return (*names, "position")


def cell(name: str, value: Any) -> Any:
    """A field as the sheet shows it."""
    if isinstance(value, bool):
        return YES if value else NO
    return next((words for kind, words in REASON_KIND.items() if name == "kind" and kind == value), value)


def read(master: Master, data: bytes) -> list[Line]:
    """The filled lines of an uploaded workbook. Raises MasterSheetUnreadable, MasterSheetTooLong."""
    try:
        lines = _lines(master, first_sheet(data, IMPORT_ROWS_MAX + HEADER_ROWS_MAX + 1))
    except BookDamaged as error:
        raise MasterSheetUnreadable from error
    if len(lines) > IMPORT_ROWS_MAX:
        raise MasterSheetTooLong(limit=IMPORT_ROWS_MAX)
    return lines


def _lines(master: Master, rows: Sequence[Sequence[Any]]) -> list[Line]:
    labels = {FIELD[name]: name for name in fields(master)}
    for index, row in enumerate(rows[:HEADER_ROWS_MAX]):
        columns = {at: labels[words] for at, words in enumerate(map(_text, row)) if words in labels}
        if {"code", "name"} <= set(columns.values()):
            read_rows = (
                Line(number, {name: _typed(name, cells[at]) for at, name in columns.items() if at < len(cells)})
                for number, cells in enumerate(rows[index + 1 :], start=index + 2)
            )
            return [line for line in read_rows if any(line.typed.values())]
    raise MasterSheetUnreadable


def _typed(name: str, value: Any) -> str:
    text = _text(value)
    if name == "needs_serial":
        return "1" if text.upper() in _TRUE else ""
    if name == "kind":
        return next((kind.value for kind, words in REASON_KIND.items() if words == text), text)
    return text


def _text(value: Any) -> str:
    """A number typed into a cell is the same as its digits."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value).strip()
