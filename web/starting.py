"""How fast processes are started that nobody waits for: at full speed while nobody clicks, gently while somebody does.

Starts come by the thousand when a month is published. The engine takes one start about as hard as one click, so a
click beside a full load of them would wait behind them. Pure but for the clock that is handed in.
"""

from dataclasses import dataclass

QUIET_ROWS, QUIET_AT_ONCE = 200, 16
GENTLE_ROWS, GENTLE_AT_ONCE = 10, 2
GENTLE_SHARE = 1 / 3
"""Of the speed reached while nobody clicked: slow enough not to be felt, fast enough to be done the same morning."""
STARTS_PER_SECOND_FIRST = 130.0
"""Until the engine was measured."""
LEARNING = 0.3
CLICK_SECONDS = 3.0
"""How long after a click somebody still counts as being there."""


@dataclass
class Starter:
    """Learns how many starts the engine takes a second, and keeps to a share of it while people click."""

    per_second: float = STARTS_PER_SECOND_FIRST

    def round(self, *, clicking: bool) -> tuple[int, int]:
        """How many are started next, and how many of them at a time."""
        return (GENTLE_ROWS, GENTLE_AT_ONCE) if clicking else (QUIET_ROWS, QUIET_AT_ONCE)

    def rest(self, started: int, seconds: float, *, clicking: bool) -> float:
        """Seconds to wait after a round that took so long."""
        if not started:
            return 0.0
        if clicking:
            return max(0.0, started / (self.per_second * GENTLE_SHARE) - seconds)
        if started > GENTLE_ROWS:
            self.per_second += LEARNING * (started / max(seconds, 0.001) - self.per_second)
        return 0.0
