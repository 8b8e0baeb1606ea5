"""Legal days of a tax invoice: pure dates; holidays come in as a set."""

import datetime as dt
from collections.abc import Set as AbstractSet

from models.etax.codes import Amendment
from models.kernel import calendar

RETURN_DAY = 25
"""VAT returns are due on the 25th after each half year."""
_HALF = 6


def issue_by(written_on: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Last day to issue: the 10th of the next month, or the next business day (부가가치세법 34조 3항)."""
    return calendar.issue_by(written_on, holidays)


def transmit_by(issued_on: dt.date) -> dt.date:
    """Last day to send to the tax service: the day after issuing (시행령 68조 7항)."""
    return calendar.transmit_by(issued_on)


def period_end(day: dt.date) -> dt.date:
    """Last day of the VAT period (과세기간) a day lies in: 30 June or 31 December."""
    return dt.date(day.year, 6, 30) if day.month <= _HALF else dt.date(day.year, 12, 31)


def return_by(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Last day of the final VAT return (확정신고기한) for the period a day lies in."""
    following = period_end(day) + dt.timedelta(days=1)
    return calendar.business_day_on_or_after(following.replace(day=RETURN_DAY), holidays)


def letter_of_credit_in_time(written_on: dt.date, opened_on: dt.date, holidays: AbstractSet[dt.date]) -> bool:
    """Whether a 내국신용장 still makes a supply zero-rated: opened within 25 days after the supply's VAT period, or by
    the next business day where the last of them is none (시행규칙 21조).
    """
    last = period_end(written_on) + dt.timedelta(days=RETURN_DAY)
    return opened_on <= calendar.business_day_on_or_after(last, holidays)


def amended_issue_by(
    reason: Amendment, original_written_on: dt.date, happened_on: dt.date, holidays: AbstractSet[dt.date]
) -> dt.date:
    """Last day to issue an amendment (시행령 70조 1항); `happened_on` is the day of its cause, of a mistake the day it
    was found on.

    공급가액 변동, 환입, 계약의 해제: the 10th after the month it happened in. 내국신용장: the 10th after the month
    it was opened in, the 25th when that was after the VAT period. 착오정정, 이중발급: the day the mistake was found.
    """
    if reason in {Amendment.PRICE_CHANGE, Amendment.RETURN, Amendment.CANCELLATION}:
        return issue_by(happened_on, holidays)
    if reason is Amendment.LETTER_OF_CREDIT:
        late = happened_on > period_end(original_written_on)
        return return_by(original_written_on, holidays) if late else issue_by(happened_on, holidays)
    return calendar.business_day_on_or_after(happened_on, holidays)
