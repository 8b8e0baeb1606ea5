"""Files of revenue and consumption: read whatever columns they come with, judge every row, say what is wrong where.

A file names media by code. Nothing of it counts before somebody has looked at it and applied it.
"""

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from models.credits.rules import ITEM_CHARS_MAX, Method, NotAMonth, parse_month
from models.files.detect import TEXT_ENCODINGS
from models.files.rules import FileDamaged
from models.files.workbooks import BookDamaged, first_sheet
from models.kernel.money import AMOUNT_MAX
from models.kernel.refusals import Refusal
from models.kernel.text import clean_line, narrow

ROWS_MAX = 100_000
HEADER_ROWS_MAX = 10
CODE, NAME, ITEM, MONTH, VALUE = "code", "name", "item", "month", "value"
LABEL: Mapping[str, str] = {CODE: "매체코드", NAME: "매체명", ITEM: "품목", MONTH: "정산월"}
VALUE_LABEL: Mapping[Method, str] = {Method.REVENUE: "매출액", Method.POOL: "소비량"}
_ALIASES: Mapping[str, frozenset[str]] = {
    CODE: frozenset({"매체코드", "코드", "매체id"}),
    NAME: frozenset({"매체명", "매체"}),
    ITEM: frozenset({"품목", "내역", "항목"}),
    MONTH: frozenset({"정산월", "월", "대상월"}),
}
_VALUES: Mapping[Method, frozenset[str]] = {
    Method.REVENUE: frozenset({"매출액", "매출", "금액", "공급가액"}),
    Method.POOL: frozenset({"소비량", "소비수", "조회수", "열람수"}),
}
_UNIT = re.compile(r"\(.*?\)|\s|\*")


class ImportUnreadable(Refusal):
    """No row of the first ten names the columns; fact: `columns`."""

    code = "credit_import_unreadable"
    status = 422


class ImportTooLong(ImportUnreadable):
    """More rows than one file may have; fact: `limit`."""

    code = "credit_import_too_long"


class ImportTooMuch(ImportUnreadable):
    """Its rows come to more than an amount of the house can be; fact: `limit`."""

    code = "credit_import_too_much"


class ImportEmpty(ImportUnreadable):
    """Not one row below the head."""

    code = "credit_import_empty"


@dataclass(frozen=True, slots=True)
class Row:
    """One filled row as it was typed; `number` as the sheet counts."""

    number: int
    cells: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Known:
    """A medium a row may name."""

    id: int
    name: str
    is_open: bool
    is_grouped: bool
    is_rated: bool


@dataclass(frozen=True, slots=True)
class Good:
    """A row without fault."""

    number: int
    medium_id: int
    item: str
    value: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row, or worth knowing (`is_warning`), in a sentence."""

    number: int
    column: str
    value: str
    sentence: str
    is_warning: bool = False

    def kept(self) -> dict[str, Any]:
        """As it is kept with the import."""
        return {
            "row": self.number,
            "column": self.column,
            "value": self.value[:60],
            "sentence": self.sentence,
            "warning": self.is_warning,
        }


@dataclass(frozen=True, slots=True)
class Judged:
    """Every row of a file: what counts, what is wrong, what is worth knowing."""

    good: Sequence[Good]
    faults: Sequence[Fault]

    @property
    def errors(self) -> list[Fault]:
        return [fault for fault in self.faults if not fault.is_warning]


def read(name: str, data: bytes, method: Method) -> list[Row]:
    """The filled rows of an .xlsx or .csv. Raises ImportUnreadable, ImportTooLong, ImportEmpty, FileDamaged."""
    rows = _csv_rows(data) if name.lower().endswith(".csv") else _sheet_rows(data)
    columns: dict[int, str] = {}
    found: list[Row] = []
    for number, cells in enumerate(rows, start=1):
        if not columns:
            columns = _head(cells, method)
            if not columns and number >= HEADER_ROWS_MAX:
                break
            continue
        typed = {column: cells[at] for at, column in columns.items() if at < len(cells)}
        if any(typed.values()):
            found.append(Row(number, typed))
        if len(found) > ROWS_MAX:
            raise ImportTooLong(limit=ROWS_MAX)
    if not columns:
        raise ImportUnreadable(columns=f"{LABEL[CODE]}, {VALUE_LABEL[method]}")
    if not found:
        raise ImportEmpty
    return found


def _head(cells: Sequence[str], method: Method) -> dict[int, str]:
    """Which column is where; empty when this row names no columns."""
    wanted = {**_ALIASES, VALUE: _VALUES[method]}
    found: dict[int, str] = {}
    for at, cell in enumerate(cells):
        words = _UNIT.sub("", narrow(cell)).lower()
        column = next((key for key, names in wanted.items() if words in names), None)
        if column is not None and column not in found.values():
            found[at] = column
    return found if {CODE, VALUE} <= set(found.values()) else {}


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    text = next((found for found in (_decoded(data, encoding) for encoding in TEXT_ENCODINGS) if found is not None), "")
    head = text[:4096]
    mark = max((",", "\t", ";"), key=head.count)
    try:
        for cells in csv.reader(io.StringIO(text), delimiter=mark):
            yield [clean_line(cell) for cell in cells]
    except csv.Error as error:
        raise ImportUnreadable(columns=LABEL[CODE]) from error


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _sheet_rows(data: bytes) -> Iterator[list[str]]:
    try:
        rows = first_sheet(data, ROWS_MAX + HEADER_ROWS_MAX + 2)
    except BookDamaged as error:
        raise FileDamaged from error
    return ([_cell(cell) for cell in cells] for cells in rows)


def _cell(value: Any) -> str:
    """A number typed into a cell is the same as its digits; a day stands for its month."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return clean_line(str(value))


def judge(
    rows: Iterable[Row], known: Mapping[str, Known], month: dt.date, method: Method, standard_item: str
) -> Judged:
    """Every row against the masters, all that is wrong with each. `standard_item` is the 품목 where none is named.

    Raises ImportTooMuch.
    """
    good: list[Good] = []
    faults: list[Fault] = []
    seen: dict[tuple[int, str], int] = {}
    for row in rows:
        wrong = [*_medium_faults(row, known), *_month_faults(row, month), *_value_faults(row, method)]
        if wrong:
            faults += wrong
            continue
        medium, item = known[_code(row)], _item(row) or standard_item
        first = seen.setdefault((medium.id, item), row.number)
        if first != row.number:
            words = f"{first}번째 줄과 같은 매체와 품목입니다. 한 줄로 합쳐 주세요."
            faults.append(Fault(row.number, LABEL[CODE], _code(row), words))
            continue
        good.append(Good(row.number, medium.id, item, whole_number(row.cells.get(VALUE, "")) or 0))
        faults += _warnings(row, medium)
    if sum(abs(row.value) for row in good) > AMOUNT_MAX:
        raise ImportTooMuch(limit=AMOUNT_MAX)
    return Judged(good, faults)


def _code(row: Row) -> str:
    return row.cells.get(CODE, "").upper()


def _item(row: Row) -> str:
    return clean_line(row.cells.get(ITEM, ""))


def _medium_faults(row: Row, known: Mapping[str, Known]) -> list[Fault]:
    code, name = _code(row), clean_line(row.cells.get(NAME, ""))
    medium = known.get(code)
    if medium is None:
        words = "등록되지 않은 매체코드입니다." if code else "매체코드가 비어 있습니다."
        return [Fault(row.number, LABEL[CODE], code, words)]
    found = []
    if not medium.is_open:
        found.append(Fault(row.number, LABEL[CODE], code, "사용을 끝낸 매체입니다."))
    if name and name != medium.name:
        found.append(Fault(row.number, LABEL[NAME], name, f"이 코드의 매체명은 「{medium.name}」입니다."))
    return found


def _month_faults(row: Row, month: dt.date) -> list[Fault]:
    typed = row.cells.get(MONTH, "")
    if not typed:
        return []
    try:
        named = parse_month(typed)
    except NotAMonth:
        return [Fault(row.number, LABEL[MONTH], typed, "연월로 읽을 수 없습니다.")]
    words = f"{month:%Y-%m} 자료가 아닙니다."
    return [] if named == month else [Fault(row.number, LABEL[MONTH], typed, words)]


def _value_faults(row: Row, method: Method) -> list[Fault]:
    item, typed = _item(row), row.cells.get(VALUE, "")
    found = []
    if len(item) > ITEM_CHARS_MAX:
        found.append(Fault(row.number, LABEL[ITEM], item, f"품목은 {ITEM_CHARS_MAX}자까지입니다."))
    value = whole_number(typed)
    if value is None:
        words = "원 단위 정수로 적어 주세요." if method is Method.REVENUE else "정수로 적어 주세요."
        found.append(Fault(row.number, VALUE_LABEL[method], typed, words if typed else "값이 비어 있습니다."))
    elif method is Method.POOL and value < 0:
        found.append(Fault(row.number, VALUE_LABEL[method], typed, "소비량은 0 이상이어야 합니다."))
    return found


def _warnings(row: Row, medium: Known) -> list[Fault]:
    code = _code(row)
    found = []
    if not medium.is_grouped:
        found.append(
            Fault(row.number, LABEL[CODE], code, "정산그룹이 없거나 종료된 매체라 정산되지 않습니다.", is_warning=True)
        )
    if not medium.is_rated:
        found.append(Fault(row.number, LABEL[CODE], code, "그달의 요율이 없어 정산되지 않습니다.", is_warning=True))
    return found


def whole_number(typed: str) -> int | None:
    """1,200,000 or 1200000.0 원 or (1,200) for a minus; None for what is no whole number of our size."""
    text = narrow(typed).replace(",", "").replace("원", "").replace("₩", "").replace("−", "-").strip()
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1]}"
    if not re.fullmatch(r"[-+]?\d{1,20}(\.\d{1,10})?(e\+?\d{1,2})?", text, re.ASCII | re.IGNORECASE):
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if number != number.to_integral_value() or abs(number) > AMOUNT_MAX:
        return None
    return int(number)
