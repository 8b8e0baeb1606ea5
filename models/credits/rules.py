"""Harmony's credit: who is paid for which media, by which rates, and when (guide ch. credit; harmony.md §3). Pure.

A month's revenue is settled in the month after it: month M is computed and published in M+1 (작성일자 lies there too),
its invoice is signed by the 10th of M+2 and paid on the 15th of M+2, each moved to the next business day. Who signs
later is paid on the 15th of a later month. Months are named by their first day.
"""

import datetime as dt
import re
from collections.abc import Set as AbstractSet
from enum import StrEnum
from typing import ClassVar

from models.kernel.calendar import (
    ISSUE_DAY,
    business_day_on_or_after,
    first_of_next_month,
    local_date,
    payment_day,
    payment_day_on_or_after,
)
from models.kernel.refusals import Refusal

MILLION = 1_000_000
"""A rate is whole millionths: 70 % is 700,000."""
RATE_MAX = 10 * MILLION
ITEM_CHARS_MAX = 100
NAME_CHARS_MAX = 60
REASON_CHARS_MAX = 500
MINIMUM_AMOUNT = 10_000
"""Won: what a group earns below this is carried over; the policy row decides."""
OUTLIER_PERCENT = 50
"""A group whose total differs from the month before by this much and more is shown to the officer."""
COOLING_DAYS = 7
"""How many days pass before a changed account is paid to."""
PAGE_GROUPS = 850
"""Groups of one batch activity, at most. Between two of them the database rests until the engine has spoken."""


class CompanyKind(StrEnum):
    COMPANY = "company"  # 법인
    SOLE = "sole"  # 개인사업자
    INDIVIDUAL = "individual"  # 개인


class IssueMode(StrEnum):
    """Who writes the tax invoice; of an individual there is none, tax is withheld instead."""

    REVERSE = "reverse"  # 역발행
    FORWARD = "forward"  # 정발행
    INDIVIDUAL = "individual"  # 개인 (원천징수)


class Method(StrEnum):
    """How a business earns."""

    POOL = "pool"  # a pool of the month is shared by consumption
    REVENUE = "revenue"  # a rate of the imported revenue


class Source(StrEnum):
    """Where a line of a report comes from; also their order in it."""

    POOL = "pool"  # share of the month's pool
    REVENUE = "revenue"  # rate of the revenue
    MANUAL = "manual"  # 수기 입력
    CORRECTION = "correction"  # 정정
    CARRY = "carry"  # 이월


class ImportState(StrEnum):
    REJECTED = "rejected"  # 오류: nothing was kept but the errors
    CHECKED = "checked"  # 검증완료: read without an error, not counted yet
    APPLIED = "applied"  # 반영
    REPLACED = "replaced"  # 대체됨
    DISCARDED = "discarded"  # 취소


class Adjustment(StrEnum):
    MANUAL = "manual"
    CORRECTION = "correction"


class OutcomeState(StrEnum):
    """What became of one group in one run."""

    PENDING = "pending"
    COMPUTED = "computed"  # in the preview
    PUBLISHED = "published"
    UNCHANGED = "unchanged"  # published before, the same input
    CARRIED = "carried"  # 이월: under the minimum, no report
    EMPTY = "empty"  # earned nothing
    FAILED = "failed"


class PayoutState(StrEnum):
    WAITING = "waiting"  # in a file that has not gone to the bank
    SENT = "sent"
    PAID = "paid"
    FAILED = "failed"
    DROPPED = "dropped"  # taken out before it was sent


MODES_OF: dict[CompanyKind, tuple[IssueMode, ...]] = {
    CompanyKind.COMPANY: (IssueMode.REVERSE, IssueMode.FORWARD),
    CompanyKind.SOLE: (IssueMode.REVERSE, IssueMode.FORWARD),
    CompanyKind.INDIVIDUAL: (IssueMode.INDIVIDUAL,),
}


class RateOverlaps(Refusal):
    """Another rate of the medium and business holds in some of these months; facts: `since`, `until`."""

    code = "rate_overlaps"


class PoolTaken(Refusal):
    """The business has a pool for the month."""

    code = "pool_taken"


class CodeTaken(Refusal):
    """Another medium has the code; fact: `code_text`."""

    code = "medium_code_taken"


class CompanyKnown(Refusal):
    """A company with this 사업자등록번호 is there already; fact: `number`."""

    code = "credit_company_known"


class SameFile(Refusal):
    """This very file is counted already; facts: `month`, `at`."""

    code = "same_file"


class ImportNotReady(Refusal):
    """Only a file without errors that was not decided yet can be applied or discarded."""

    code = "import_not_ready"


class ImportOutdated(Refusal):
    """Another file was applied since this one was checked: its effect must be looked at again."""

    code = "import_outdated"


class MonthPublished(Refusal):
    """Reports of the month's media are with their partners; what is put right goes into a later month."""

    code = "month_published"


class NotAMonth(Refusal):
    """What was given names no month."""

    code = "not_a_month"
    status: ClassVar[int] = 422


_MONTH = re.compile(r"\s*(\d{4})\s*(?:[-./년]\s*)?(0?[1-9]|1[0-2])\s*월?\s*", re.ASCII)


def month_of(day: dt.date) -> dt.date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_after(month: dt.date, months: int = 1) -> dt.date:
    """The month `months` later; negative: earlier."""
    return first_of_next_month(month, months)


def parse_month(text: str) -> dt.date:
    """2026-10, 2026.10, 202610 or 「2026년 10월」. Raises NotAMonth."""
    found = _MONTH.fullmatch(text)
    if found is None or not 2000 <= int(found[1]) <= 2999:  # noqa: PLR2004 - years of this product
        raise NotAMonth
    return dt.date(int(found[1]), int(found[2]), 1)


def month_key(month: dt.date) -> str:
    """2026-10."""
    return f"{month:%Y-%m}"


def settled_month(instant: dt.datetime, zone: dt.tzinfo | None = None) -> dt.date:
    """What a run that begins at this instant settles: the month before the instant's month in a zone, or in Seoul."""
    here = instant.astimezone(zone).date() if zone else local_date(instant)
    return month_after(month_of(here), -1)


def item_of(month: dt.date, what: str) -> str:
    """「19년 02월 상생 정산」."""
    return f"{month:%y}년 {month:%m}월 {what}"


def sign_by(month: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Last day to sign the invoice of a month's report: the 10th of M+2, or the next business day."""
    return business_day_on_or_after(month_after(month, 2).replace(day=ISSUE_DAY), holidays)


def pay_on(month: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """When a month's report is paid: the 15th of M+2, or the next business day."""
    return payment_day(month_after(month, 2), holidays)


def pay_on_when_signed(month: dt.date, signed: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Signed by the last day: `pay_on`. Later: the 15th of the month after the one it was signed in."""
    if signed <= sign_by(month, holidays):
        return pay_on(month, holidays)
    return payment_day(month_after(month_of(signed)), holidays)


def payable_on(month: dt.date, signed: dt.date, today: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """When a report is paid whose invoice was signed on `signed`: by the rule, and never before today."""
    return max(pay_on_when_signed(month, signed, holidays), next_pay_on(today, holidays))


def next_pay_on(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """The first payment day that is not before `day`: of a payment that is tried again."""
    return payment_day_on_or_after(day, holidays)


def written_on_limits(month: dt.date, today: dt.date) -> tuple[dt.date, dt.date]:
    """First and last day the 작성일자 of a month's invoice may be: in M+1 and never in the future."""
    first = month_after(month)
    return first, min(today, month_after(month, 2) - dt.timedelta(days=1))


def default_written_on(month: dt.date, today: dt.date) -> dt.date:
    """The 작성일자 offered first: today, or the last day of M+1 once that month is over."""
    first, last = written_on_limits(month, today)
    return max(first, last)
