"""When a tax invoice rings: by the policy, by the law's days, and while a hub is silent."""

import datetime as dt
from collections.abc import Iterable
from collections.abc import Set as AbstractSet

from models.kernel.calendar import CLOSING_HOUR, add_business_days, at_hour, business_day_on_or_before, local_date
from models.processes.deadlines import ESCALATE, REMIND, REMIND_HOUR, Pace
from models.processes.deadlines import alarms as pace_alarms
from models.processes.messages import Alarm

LAST_DAYS = 3
"""Business days before the legal deadline on each of which the supplier is reminded."""


def issue_alarms(
    issue_by: dt.date, since: dt.datetime, pace: Pace, holidays: frozenset[dt.date], *, reminders: bool
) -> list[Alarm]:
    """Of an invoice the supplier has not signed: by the policy, and by the law's last day `issue_by`.

    On each of the three business days before it the supplier is reminded; on the last of these, on the day itself and
    on the business day after it, the officer and the administrators are told besides. All at 10:00 in Seoul.
    """
    rings = pace_alarms(since, pace, holidays, since)
    before = _business_days_before(issue_by, LAST_DAYS, holidays)
    rings += [Alarm(at=at_hour(day, REMIND_HOUR), act=REMIND) for day in before]
    late = (before[0], issue_by, add_business_days(issue_by, 1, holidays))
    rings += [Alarm(at=at_hour(day, REMIND_HOUR), act=ESCALATE) for day in late]
    return _in_order(ring for ring in rings if ring.at > since and (reminders or ring.act != REMIND))


def transmit_alarms(transmit_by: dt.date, since: dt.datetime, holidays: frozenset[dt.date]) -> list[Alarm]:
    """Of a signed invoice the tax service has not taken: at 18:00 of the law's last day, at 10:00 of the business day
    after, and after that each business day of a week.
    """
    days = [add_business_days(transmit_by, count, holidays) for count in range(1, 6)]
    rings = [Alarm(at=at_hour(transmit_by, CLOSING_HOUR), act=ESCALATE)]
    rings += [Alarm(at=at_hour(day, REMIND_HOUR), act=ESCALATE) for day in days]
    return _in_order(ring for ring in rings if ring.at > since)


def stuck_alarms(since: dt.datetime, holidays: frozenset[dt.date]) -> list[Alarm]:
    """Of what the hub has not answered: on each of the next five business days at 10:00."""
    days = (add_business_days(local_date(since), count, holidays) for count in range(1, 6))
    return [Alarm(at=at_hour(day, REMIND_HOUR), act=ESCALATE) for day in days]


def _business_days_before(day: dt.date, count: int, holidays: frozenset[dt.date]) -> list[dt.date]:
    """The latest first."""
    found: list[dt.date] = []
    while len(found) < count:
        last = found[-1] if found else day
        found.append(business_day_on_or_before(last - dt.timedelta(days=1), holidays))
    return found


def _in_order(rings: Iterable[Alarm]) -> list[Alarm]:
    return sorted(set(rings), key=lambda ring: (ring.at, ring.act))


def last_days(issue_by: dt.date, holidays: AbstractSet[dt.date]) -> dt.date:
    """From which day on 「기한 임박」 is shown: the third business day before."""
    return _business_days_before(issue_by, LAST_DAYS, frozenset(holidays))[-1]
