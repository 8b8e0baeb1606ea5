"""When a settlement report rings: the days before its invoice must be signed, and after. Pure.

The partner's people are reminded by 「정산 마감 임박」, the officer once a day of everything together (`PaydayDigest`):
a month has thousands of reports, and nobody reads thousands of messages.
"""

import datetime as dt
from collections.abc import Set as AbstractSet

from models.kernel.calendar import add_business_days, at_hour, business_day_on_or_before, local_date
from models.processes.deadlines import ESCALATE, REMIND, REMIND_HOUR
from models.processes.messages import Alarm

DAYS_BEFORE = 3
"""Business days before the last day on each of which the partner is reminded."""
LATE_WEEKS = 26
"""For how many weeks after the last day a report that is still not signed is reminded of, once a week."""
FAILED_DAYS = 20
"""How many times a payment that failed is reminded of, every second business day."""
WEEK = dt.timedelta(days=7)


def sign_alarms(sign_by: dt.date, since: dt.datetime, holidays: AbstractSet[dt.date]) -> list[Alarm]:
    """Of an invoice nobody signed yet: on the three business days before `sign_by` and on the day itself a reminder,
    on the business day after it the escalation, then a reminder a week for half a year. All at 10:00 in Seoul.
    """
    late = add_business_days(sign_by, 1, holidays)
    days = {*_business_days_before(sign_by, holidays), sign_by}
    days |= {_open(late + number * WEEK, holidays) for number in range(1, LATE_WEEKS + 1)}
    rings = [Alarm(at=at_hour(day, REMIND_HOUR), act=REMIND) for day in days]
    rings.append(Alarm(at=at_hour(late, REMIND_HOUR), act=ESCALATE))
    return _ahead(rings, since)


def failed_alarms(since: dt.datetime, holidays: AbstractSet[dt.date]) -> list[Alarm]:
    """Of a payment that failed: every second business day a reminder to put the account right."""
    day = local_date(since)
    days = (add_business_days(day, 2 * number, holidays) for number in range(1, FAILED_DAYS + 1))
    return _ahead([Alarm(at=at_hour(each, REMIND_HOUR), act=REMIND) for each in days], since)


def _ahead(rings: list[Alarm], since: dt.datetime) -> list[Alarm]:
    return sorted((ring for ring in rings if ring.at > since), key=lambda ring: (ring.at, ring.act))


def _business_days_before(day: dt.date, holidays: AbstractSet[dt.date]) -> list[dt.date]:
    found: list[dt.date] = []
    last = day
    for _ in range(DAYS_BEFORE):
        last = business_day_on_or_before(last - dt.timedelta(days=1), holidays)
        found.append(last)
    return found


def _open(day: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    return add_business_days(day, 0, holidays)
