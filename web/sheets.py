"""Real .xlsx files: text is always text (never a formula), numbers are numbers, days are days."""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import quote

from rustpy_xlsxwriter import Format, write_worksheet
from starlette.responses import Response

from models.kernel.calendar import KST
from models.kernel.refusals import Refusal

ROWS_MAX = 100_000
SHEET_NAME_LENGTH_MAX = 31
MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORBIDDEN_IN_NAME = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


NUMBER_FORMATS = {"won": "#,##0", "number": "#,##0.###", "date": "yyyy.mm.dd", "moment": "yyyy.mm.dd hh:mm"}


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """One column of a workbook; `kind` is "text", "won", "number", "date" or "moment", `width` is characters."""

    label: str
    value: Callable[[Any], Any]
    kind: str = "text"
    width: float = 16.0


class TooManyRows(Refusal):
    """The list is longer than a workbook of ours may be; facts: `limit`."""

    code: ClassVar[str] = "too_many_rows"
    status: ClassVar[int] = 422


def workbook(title: str, columns: Sequence[SheetColumn], rows: Iterable[Any]) -> bytes:
    """A workbook of one sheet with a frozen header row.

    Raises TooManyRows past 100,000 rows and ValueError for two columns of the same header.
    """
    headers = [column.label for column in columns]
    if len(set(headers)) != len(headers):
        raise ValueError(f"two columns of one name in {title}: {headers}")
    target = io.BytesIO()
    records = _records(columns, rows)
    first = next(records, None)
    if first is None:
        # Without a record the writer knows no headers: one empty row keeps them.
        first = dict.fromkeys(headers, None)
    write_worksheet(
        _chain(first, records),
        target,
        sheet_name=title.translate(_FORBIDDEN_IN_NAME)[:SHEET_NAME_LENGTH_MAX].strip() or "Sheet1",
        freeze_row=1,
        bold_headers=True,
        header_format=Format().set_bold().set_background_color("#EEF0F3"),
        column_widths={column.label: column.width for column in columns},
        column_formats=_formats(columns),
        datetime_format="yyyy-mm-dd hh:mm",
        autofilter=True,
    )
    return target.getvalue()


def attachment(body: bytes, title: str, now: dt.datetime) -> Response:
    """The workbook as a download named after the screen and the time in Seoul: 계약목록_20230209-1642.xlsx."""
    name = f"{title}_{now.astimezone(KST):%Y%m%d-%H%M}.xlsx"
    disposition = f"attachment; filename=\"list.xlsx\"; filename*=UTF-8''{quote(name)}"
    return Response(body, media_type=MEDIA_TYPE, headers={"Content-Disposition": disposition})


def _formats(columns: Sequence[SheetColumn]) -> dict[str, Format]:
    known = [(column.label, NUMBER_FORMATS.get(column.kind)) for column in columns]
    return {label: Format().set_num_format(pattern) for label, pattern in known if pattern}


def _records(columns: Sequence[SheetColumn], rows: Iterable[Any]) -> Iterator[dict[str, Any]]:
    for count, row in enumerate(rows, start=1):
        if count > ROWS_MAX:
            raise TooManyRows(limit=ROWS_MAX)
        yield {column.label: _cell(column.value(row)) for column in columns}


def _chain(first: dict[str, Any], rest: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    yield first
    yield from rest


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float | dt.date):
        return value
    if isinstance(value, Decimal):
        return float(value)
    return str(value)
