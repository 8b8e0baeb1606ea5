"""Payout files (대량이체): limits, refusals, and whether the bank's results fit what was sent. Pure."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.credits.rules import PayoutState
from models.kernel.refusals import Refusal
from models.members.house import HOUSE

PAYOUTS_MAX = 10_000
"""Payments of one file."""
REASON_CHARS_MAX = 200
NO_REASON = "은행이 사유를 알려 주지 않았습니다."


class NobodyToPay(Refusal):
    """No report is due that has an account and is in no other file."""

    code = "nobody_to_pay"
    status: ClassVar[int] = 422


class PayoutTaken(Refusal):
    """A payment of one of the reports is in another file."""

    code = "payout_taken"


class FileSent(Refusal):
    """The file is with the bank: only its results decide."""

    code = "payout_file_sent"


class FileNotSent(Refusal):
    """Results come after the file went to the bank."""

    code = "payout_file_not_sent"


class FileClosed(Refusal):
    """The file was taken back."""

    code = "payout_file_closed"


class AccountsChanged(Refusal):
    """Accounts changed since the file was made: it must be made anew; fact: `count`."""

    code = "accounts_changed"


class ResultsUnreadable(Refusal):
    """The uploaded file is no sheet with the columns of results."""

    code = "results_unreadable"
    status: ClassVar[int] = 422


@dataclass(frozen=True, slots=True)
class Result:
    """One row of the bank's answer; `row` as the sheet counts, `amount` and `number` where it has them."""

    row: int
    position: int
    is_paid: bool
    reason: str = ""
    paid_on: dt.date | None = None
    amount: int | None = None
    number: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with one row of an uploaded file."""

    row: int
    sentence: str


class ResultsFaulty(Refusal):
    """Rows do not fit what was sent; fact: `count`. `faults` names each."""

    code = "results_faulty"
    status: ClassVar[int] = 422

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(count=len(faults))
        self.faults = tuple(faults)


Sent = tuple[int, str, str, str]
"""Of a payment that was sent: amount, the report's number, its state, the failure known already."""


def faults_of(results: Sequence[Result], sent: Mapping[int, Sent], made_on: dt.date, today: dt.date) -> list[Fault]:
    """Every row that names no payment, or another one than was sent, or says otherwise than was known."""
    found: list[Fault] = []
    seen: set[int] = set()
    for one in results:
        sentence = "같은 순번이 두 번 있습니다." if one.position in seen else _fault(one, sent.get(one.position))
        sentence = sentence or _day_fault(one.paid_on, made_on, today)
        seen.add(one.position)
        if sentence:
            found.append(Fault(one.row, f"순번 {one.position}: {sentence}"))
    return found


def _fault(one: Result, sent: Sent | None) -> str:
    if sent is None:
        return "이 파일에 없는 순번입니다."
    amount, number, state, failure = sent
    known = {
        PayoutState.PAID: one.is_paid,
        PayoutState.FAILED: not one.is_paid and one.reason == failure,
        PayoutState.SENT: True,
    }
    checks = (
        (one.amount in {None, amount}, f"금액이 보낸 {amount:,}원과 다릅니다."),
        (one.number in {"", number}, f"정산리포트번호가 보낸 {number}과 다릅니다."),
        (known.get(PayoutState(state), False), "이미 반영한 결과와 다릅니다."),
    )
    return next((sentence for is_right, sentence in checks if not is_right), "")


def _day_fault(paid_on: dt.date | None, made_on: dt.date, today: dt.date) -> str:
    if paid_on is None or made_on <= paid_on <= today:
        return ""
    return "지급일이 오늘보다 뒤입니다." if paid_on > today else "지급일이 지급 파일을 만든 날보다 앞섭니다."


def memo(month: dt.date) -> str:
    """적요, short enough for a passbook: 카카오2610정산."""
    return f"{HOUSE.short_name}{month:%y%m}정산"
