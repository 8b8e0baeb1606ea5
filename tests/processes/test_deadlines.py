"""Deadlines by policy and by a document's own day."""

import datetime as dt

from models.kernel.calendar import at_hour
from models.processes.deadlines import day_alarms, end_of

HOLIDAYS = frozenset({dt.date(2026, 2, 16), dt.date(2026, 2, 17), dt.date(2026, 2, 18)})
FRIDAY = dt.date(2026, 2, 20)


def test_a_day_rings_in_its_morning_and_on_the_business_day_after() -> None:
    rings = day_alarms(FRIDAY, dt.datetime(2026, 1, 20, tzinfo=dt.UTC), HOLIDAYS)

    assert [(ring.act, ring.at) for ring in rings] == [
        ("remind", at_hour(FRIDAY, 10)),
        ("escalate", at_hour(dt.date(2026, 2, 23), 10)),
    ]
    assert end_of(FRIDAY) == at_hour(FRIDAY, 18)


def test_a_day_that_has_passed_rings_on_the_next_business_day() -> None:
    rings = day_alarms(dt.date(2026, 1, 15), dt.datetime(2026, 2, 13, 3, tzinfo=dt.UTC), HOLIDAYS)

    assert [ring.at for ring in rings] == [at_hour(dt.date(2026, 2, 19), 10), at_hour(FRIDAY, 10)]
