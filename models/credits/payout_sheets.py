"""The 대량이체 file as banks read it, and the file of results they give back. Columns are found by their names."""

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from models.credits.imports import whole_number
from models.credits.payout_rules import (
    NO_REASON,
    PAYOUTS_MAX,
    REASON_CHARS_MAX,
    Fault,
    Result,
    ResultsFaulty,
    ResultsUnreadable,
)
from models.credits.report_tables import CreditReport, Payout
from models.files.detect import TEXT_ENCODINGS
from models.files.workbooks import BookDamaged, first_sheet
from models.kernel.text import clean_line
from models.members.places import BANKS

HEADER_ROWS_MAX = 5
BYTES_MAX = 10 * 1024 * 1024
Row = tuple[Payout, CreditReport]

COLUMNS: tuple[tuple[str, Callable[[Row], Any]], ...] = (
    ("순번", lambda row: row[0].position),
    ("은행코드", lambda row: row[0].bank_code),
    ("은행명", lambda row: BANKS.get(row[0].bank_code, "")),
    ("계좌번호", lambda row: row[0].account_number),
    ("금액", lambda row: row[0].amount),
    ("예금주", lambda row: row[0].holder),
    ("적요", lambda row: row[0].memo),
    ("정산리포트번호", lambda row: row[1].number),
)
RESULT_COLUMNS = ("결과", "실패사유", "지급일")
"""What the bank adds: 성공 or 실패, why, when."""

_NAMES: Mapping[str, tuple[str, ...]] = {
    "position": ("순번", "번호", "일련번호"),
    "result": ("결과", "처리결과", "이체결과"),
    "reason": ("실패사유", "불능사유", "오류사유", "사유"),
    "paid_on": ("지급일", "이체일", "처리일"),
    "amount": ("금액", "이체금액", "입금금액"),
    "number": ("정산리포트번호",),
}
_PAID = frozenset({"성공", "정상", "완료", "지급완료", "Y", "O", "0000"})
_FAILED = frozenset({"실패", "불능", "오류", "지급실패", "N", "X"})
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DAY = re.compile(r"(\d{4})[-./]?(\d{1,2})[-./]?(\d{1,2})", re.ASCII)


def as_csv(rows: Iterable[Row]) -> bytes:
    """UTF-8 with its mark, as spreadsheets and banks' uploads read Korean; nothing in it is a formula."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([label for label, _ in COLUMNS])
    for row in rows:
        writer.writerow([_plain(value(row)) for _, value in COLUMNS])
    return target.getvalue().encode("utf-8-sig")


def _plain(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def read_results(data: bytes, name: str) -> list[Result]:
    """The bank's answer from .xlsx or .csv. Raises ResultsUnreadable, ResultsFaulty."""
    if len(data) > BYTES_MAX:
        raise ResultsUnreadable
    rows = _sheet_rows(data) if name.lower().endswith(".xlsx") else _csv_rows(data)
    at, places = _header(rows)
    found: list[Result] = []
    faults: list[Fault] = []
    for number, cells in enumerate(rows[at + 1 :], start=at + 2):
        typed = {key: _text(cells[place]) for key, place in places.items() if place < len(cells)}
        if not any(typed.values()):
            continue
        result = _result(number, typed)
        if isinstance(result, Fault):
            faults.append(result)
        else:
            found.append(result)
    if faults:
        raise ResultsFaulty(faults)
    if not found:
        raise ResultsUnreadable
    return found


def _sheet_rows(data: bytes) -> list[Sequence[Any]]:
    try:
        return first_sheet(data, PAYOUTS_MAX + HEADER_ROWS_MAX + 1)
    except BookDamaged as error:
        raise ResultsUnreadable from error


def _csv_rows(data: bytes) -> list[Sequence[Any]]:
    for encoding in TEXT_ENCODINGS:
        try:
            return list(csv.reader(io.StringIO(data.decode(encoding), newline="")))
        except UnicodeDecodeError:
            continue
        except csv.Error as error:
            raise ResultsUnreadable from error
    raise ResultsUnreadable


def _header(rows: Sequence[Sequence[Any]]) -> tuple[int, dict[str, int]]:
    """Where the row of names is, and which column is what. Raises ResultsUnreadable."""
    for at, row in enumerate(rows[:HEADER_ROWS_MAX]):
        words = ["".join(_text(cell).split()) for cell in row]
        places = {
            key: words.index(label) for key, labels in _NAMES.items() for label in reversed(labels) if label in words
        }
        if {"position", "result"} <= places.keys():
            return at, places
    raise ResultsUnreadable


def _result(row: int, typed: Mapping[str, str]) -> Result | Fault:
    position, word = whole_number(typed.get("position", "")), typed.get("result", "").upper()
    day, won = typed.get("paid_on", ""), typed.get("amount", "")
    amount = whole_number(won)
    if position is None or not 0 < position <= PAYOUTS_MAX:
        return Fault(row, "순번이 없습니다.")
    if word not in _PAID | _FAILED:
        return Fault(
            row,
            f"순번 {position}: 결과 「{typed.get('result', '')}」: 성공 또는 실패로 적어 주세요.",
        )
    paid_on = _day(day)
    if day and paid_on is None:
        return Fault(row, f"순번 {position}: 지급일 「{day}」: 날짜로 읽을 수 없습니다.")
    if won and (amount is None or amount < 0):
        return Fault(row, f"순번 {position}: 금액 「{won}」: 0 이상의 정수로 읽을 수 없습니다.")
    if amount is None and not typed.get("number"):
        # 순번 alone fits every file: the results of another day's would be taken for these payments.
        return Fault(row, f"순번 {position}: 금액이나 정산리포트번호가 없어 보낸 지급인지 확인할 수 없습니다.")
    is_paid = word in _PAID
    reason = clean_line(typed.get("reason", ""))[:REASON_CHARS_MAX]
    return Result(
        row=row,
        position=position,
        is_paid=is_paid,
        reason="" if is_paid else reason or NO_REASON,
        paid_on=paid_on,
        amount=amount,
        number=typed.get("number", ""),
    )


def _day(text: str) -> dt.date | None:
    found = _DAY.fullmatch(text[:10].strip()) if text else None
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _text(value: Any) -> str:
    """A number typed into a cell is the same as its digits, a day the same as its ISO words."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dt.date):
        return value.isoformat()[:10]
    return "" if value is None else str(value).strip()
