"""A step's round trip beside its floor: the same clicks, in turns, so that both see the same machine."""

from collections.abc import Awaitable, Callable

from bench.load import Timings, together
from bench.report import Row, slower_than

ROUNDS = {1: 2, 20: 8, 50: 2}
CLICKS = {1: 60, 20: 240, 50: 250}
"""Clicks of one round by the number of people; rounds where a limit stands are many, since machines are not even."""
LIMIT_P50, LIMIT_P95, LIMITED = 1.6, 2.0, 20
WARMING = ((2, 20), (LIMITED, 400))
Side = Callable[[int, int], Awaitable[Timings]]
"""(people, clicks) → timings; what a click needs is made before the clock starts."""


async def round_trips(floor: Side, product: Side) -> list[Row]:
    """Rows of p50 and p95 for each number of people."""
    # Few at first, so that nobody waits on processes that have answered nothing yet; then until every
    # pooled connection knows its statements.
    for people, clicks in WARMING:
        await floor(people, clicks)
        await product(people, clicks)
    rows = []
    for people, clicks in CLICKS.items():
        floors, ours = [], []
        for _ in range(ROUNDS[people]):
            floors.append(await floor(people, clicks))
            ours.append(await product(people, clicks))
        rows += step_rows(people, together(floors), together(ours))
    return rows


def step_rows(people: int, floor: Timings, ours: Timings) -> list[Row]:
    """The two rows for one number of people; the limits stand at twenty."""
    users = f"{people}_user{'s' if people > 1 else ''}"
    p50, p95 = (LIMIT_P50, LIMIT_P95) if people == LIMITED else (None, None)
    return [
        slower_than(f"step_round_trip_p50_{users}", ours.p50, "ms", floor.p50, p50),
        slower_than(f"step_round_trip_p95_{users}", ours.p95, "ms", floor.p95, p95),
    ]
