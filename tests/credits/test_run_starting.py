"""How fast reports' processes begin: at full speed, or at a share of it while somebody clicks."""

import pytest

from web.starting import GENTLE_ROWS, GENTLE_SHARE, QUIET_ROWS, Starter


def test_at_full_speed_it_learns_and_never_rests() -> None:
    starter = Starter(per_second=60)
    for _ in range(30):
        rows, at_once = starter.round(clicking=False)
        assert (rows, at_once > 2) == (QUIET_ROWS, True)
        assert starter.rest(rows, 1.0, clicking=False) == 0
    assert starter.per_second == pytest.approx(QUIET_ROWS, rel=0.01)


def test_while_somebody_clicks_it_keeps_to_its_share() -> None:
    starter = Starter(per_second=150)
    rows, at_once = starter.round(clicking=True)
    assert (rows, at_once) == (GENTLE_ROWS, 2)
    rest = starter.rest(rows, 0.05, clicking=True)
    assert rows / (0.05 + rest) == pytest.approx(150 * GENTLE_SHARE)
    assert starter.rest(rows, 5.0, clicking=True) == 0
    assert starter.per_second == 150


def test_nothing_started_nothing_learned() -> None:
    starter = Starter(per_second=10)
    assert starter.rest(0, 3.0, clicking=False) == 0
    assert starter.per_second == 10
