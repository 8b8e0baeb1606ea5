"""The form of serial numbers that comes back filled in: one row for each piece."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from models.deliveries.rules import (
    SERIALS_MAX,
    SerialBad,
    SerialCount,
    SerialRowUnknown,
    SerialTwice,
    SheetUnreadable,
    clean_serials,
)
from models.files.workbooks import BookDamaged, first_sheet
from models.kernel.refusals import Refusal

ROUND = "일정번호"
SERIAL = "시리얼번호"
HEADER_ROWS_MAX = 5


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One filled row: its number in the sheet, the round it names, what stands under 시리얼번호."""

    number: int
    round_text: str
    serial: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Serial numbers by round, and what is wrong with which row."""

    lists: Mapping[int, Sequence[str]]
    faults: Sequence[tuple[int, Refusal]]


def read(data: bytes) -> list[SheetRow]:
    """The filled rows of an uploaded form. Raises SheetUnreadable for what is no such form."""
    try:
        return _rows(first_sheet(data, SERIALS_MAX + HEADER_ROWS_MAX))
    except BookDamaged as error:
        raise SheetUnreadable from error


def _rows(rows: Sequence[Sequence[Any]]) -> list[SheetRow]:
    for index, row in enumerate(rows[:HEADER_ROWS_MAX]):
        names = [_text(cell) for cell in row]
        if ROUND in names and SERIAL in names:
            at_round, at_serial = names.index(ROUND), names.index(SERIAL)
            filled = (
                SheetRow(number, _text(cells[at_round]), _text(cells[at_serial]))
                for number, cells in enumerate(rows[index + 1 :], start=index + 2)
            )
            return [found for found in filled if found.serial]
    raise SheetUnreadable


def _text(cell: Any) -> str:
    """A number typed into a cell is the same as its digits."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else str(cell).strip()


def check(rows: Sequence[SheetRow], quantities: Mapping[int, int]) -> Checked:
    """Sort the rows by round (`quantities`: round id -> pieces); every row that is wrong is named."""
    lists: dict[int, list[str]] = {round_id: [] for round_id in quantities}
    first: dict[int, int] = {}
    seen: set[tuple[int, str]] = set()
    faults: list[tuple[int, Refusal]] = []
    for row in rows:
        round_id = int(row.round_text) if row.round_text.isdecimal() else 0
        if round_id not in quantities:
            faults.append((row.number, SerialRowUnknown(given=row.round_text[:20])))
            continue
        first.setdefault(round_id, row.number)
        fault = _add(lists[round_id], row.serial, seen, round_id)
        if fault is not None:
            faults.append((row.number, fault))
    for round_id, needed in quantities.items():
        given = len(lists[round_id])
        if given != needed:
            faults.append((first.get(round_id, 0), SerialCount(needed=needed, given=given)))
    return Checked(lists, sorted(faults, key=lambda fault: fault[0]))


def _add(kept: list[str], text: str, seen: set[tuple[int, str]], round_id: int) -> Refusal | None:
    try:
        serial = clean_serials([text])[0]
    except (SerialBad, IndexError):
        return SerialBad(serial=text[:20], limit=60)
    if (round_id, serial) in seen:
        return SerialTwice(serial=serial)
    seen.add((round_id, serial))
    kept.append(serial)
    return None
