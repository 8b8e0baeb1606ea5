"""Deadlines of a status by policy: due, reminders, escalation, in business days of Asia/Seoul."""

import datetime as dt
from dataclasses import dataclass

from models.kernel.calendar import (
    CLOSING_HOUR,
    add_business_days,
    at_hour,
    business_day_on_or_after,
    business_deadline,
    local_date,
)
from models.processes.messages import Alarm

REMIND = "remind"
ESCALATE = "escalate"
REMIND_HOUR = 10


@dataclass(frozen=True)
class Pace:
    """What a policy row says, in business days from entering the status; None = never."""

    due_days: int | None
    remind_days: tuple[int, ...]
    escalate_days: int | None


# The manual is silent; the house's default (architecture.md): remind after 2 and 5, escalate after 7, due after 5.
DEFAULT_PACE = Pace(due_days=5, remind_days=(2, 5), escalate_days=7)


def due_at(since: dt.datetime, pace: Pace, holidays: frozenset[dt.date]) -> dt.datetime | None:
    """The end (18:00 in Seoul) of the last business day to act on."""
    if pace.due_days is None:
        return None
    return business_deadline(since, pace.due_days, holidays)


def alarms(since: dt.datetime, pace: Pace, holidays: frozenset[dt.date], after: dt.datetime) -> list[Alarm]:
    """Reminders and the escalation still ahead of `after`, earliest first."""
    rings = [
        Alarm(at=business_deadline(since, days, holidays, hour=REMIND_HOUR), act=REMIND) for days in pace.remind_days
    ]
    if pace.escalate_days is not None:
        at = business_deadline(since, pace.escalate_days, holidays, hour=REMIND_HOUR)
        rings.append(Alarm(at=at, act=ESCALATE))
    return sorted((ring for ring in rings if ring.at > after), key=lambda ring: (ring.at, ring.act))


def end_of(day: dt.date) -> dt.datetime:
    """When a step that waits for its own day is due: 18:00 of it in Seoul."""
    return at_hour(day, CLOSING_HOUR)


def day_alarms(day: dt.date, since: dt.datetime, holidays: frozenset[dt.date]) -> list[Alarm]:
    """Of a step with a day of its own: reminded at 10:00 on it, escalated at 10:00 on the business day after.

    A day that had begun already when the status was entered is reminded of on the next business day.
    """
    if at_hour(day, REMIND_HOUR) <= since:
        day = business_day_on_or_after(local_date(since) + dt.timedelta(days=1), holidays)
    after = add_business_days(day, 1, holidays)
    return [Alarm(at=at_hour(day, REMIND_HOUR), act=REMIND), Alarm(at=at_hour(after, REMIND_HOUR), act=ESCALATE)]
