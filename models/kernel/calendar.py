"""Days and deadlines in Korea. Holidays come in as a set: the table is the authority, not this code.

This module holds the only ZoneInfo of the house: one made inside a sandboxed workflow file fails.
"""

import datetime as dt
from collections.abc import Set as AbstractSet
from functools import lru_cache
from zoneinfo import ZoneInfo

KST = ZoneInfo("Asia/Seoul")
PAYMENT_DAY = 15
ISSUE_DAY = 10
CLOSING_HOUR = 18
_SATURDAY = 5
_DAYS_SEARCHED_MAX = 60


def local_date(instant: dt.datetime) -> dt.date:
    """The day in Seoul of an aware instant."""
    return _aware(instant).astimezone(KST).date()


def at_hour(day: dt.date, hour: int = 0, minute: int = 0) -> dt.datetime:
    """A wall-clock time in Seoul as an aware UTC instant."""
    return dt.datetime.combine(day, dt.time(hour, minute), KST).astimezone(dt.UTC)


def is_business_day(day: dt.date, holidays: AbstractSet[dt.date]) -> bool:
    """Monday to Friday and no holiday."""
    return day.weekday() < _SATURDAY and day not in holidays


def business_day_on_or_after(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """The day itself or the next business day."""
    for offset in range(_DAYS_SEARCHED_MAX):
        found = day + dt.timedelta(days=offset)
        if is_business_day(found, holidays):
            return found
    raise ValueError(f"no business day within {_DAYS_SEARCHED_MAX} days of {day}")


def business_day_on_or_before(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """The day itself or the business day before it."""
    for offset in range(_DAYS_SEARCHED_MAX):
        found = day - dt.timedelta(days=offset)
        if is_business_day(found, holidays):
            return found
    raise ValueError(f"no business day within {_DAYS_SEARCHED_MAX} days before {day}")


def add_business_days(day: dt.date, days: int, holidays: AbstractSet[dt.date]) -> dt.date:
    """`days` business days later, the start not counted; 0 gives the day itself or the next business day."""
    return _added(day, days, frozenset(holidays))


# Asked several times for every page and every step, always of the same few days.
@lru_cache(maxsize=1024)
def _added(day: dt.date, days: int, holidays: frozenset[dt.date]) -> dt.date:
    if days < 0:
        raise ValueError("days must not be negative")
    found = business_day_on_or_after(day, holidays) if days == 0 else day
    for _ in range(days):
        found = business_day_on_or_after(found + dt.timedelta(days=1), holidays)
    return found


def business_days_between(start: dt.date, end: dt.date, holidays: AbstractSet[dt.date]) -> int:
    """Business days after `start` up to and including `end`; negative when `end` is earlier."""
    if end < start:
        return -business_days_between(end, start, holidays)
    span = (start + dt.timedelta(days=offset) for offset in range(1, (end - start).days + 1))
    return sum(is_business_day(day, holidays) for day in span)


def business_deadline(
    instant: dt.datetime, days: int, holidays: AbstractSet[dt.date], hour: int = CLOSING_HOUR
) -> dt.datetime:
    """`days` business days after the instant's day in Seoul, at `hour` o'clock there; aware UTC."""
    return at_hour(add_business_days(local_date(instant), days, holidays), hour)


def first_of_next_month(day: dt.date, months: int = 1) -> dt.date:
    """The first day `months` months after the day's month."""
    index = day.year * 12 + day.month - 1 + months
    return dt.date(index // 12, index % 12 + 1, 1)


def payment_day(month: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Payout in the month of the given day: the 15th, or the next business day."""
    return business_day_on_or_after(month.replace(day=PAYMENT_DAY), holidays)


def payment_day_on_or_after(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """The first payout day that is not before `day`."""
    this_month = payment_day(day, holidays)
    return this_month if this_month >= day else payment_day(first_of_next_month(day), holidays)


def issue_by(supply_month: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """Last day to issue the tax invoice of a month's supplies (부가가치세법 34조 3항).

    The 10th of the following month; on a Saturday or holiday the next business day.
    """
    tenth = first_of_next_month(supply_month).replace(day=ISSUE_DAY)
    return business_day_on_or_after(tenth, holidays)


def transmit_by(issued: dt.date) -> dt.date:
    """Last day to send an issued e-tax-invoice on: the day after (부가가치세법 시행령 68조 7항)."""
    return issued + dt.timedelta(days=1)


def _aware(instant: dt.datetime) -> dt.datetime:
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant
