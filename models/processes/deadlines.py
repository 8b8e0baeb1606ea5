"""Deadlines of a status by policy: due, reminders, escalation, in business days of Asia/Seoul."""

import datetime as dt
from dataclasses import dataclass

from models.kernel.calendar import business_deadline
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
