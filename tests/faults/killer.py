"""kill -9 of one process after another while people work."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from tests.faults.supervised import KILLED, SupervisedHouse


@dataclass
class Killer:
    """A seeded, balanced schedule: every process as often as the others, in random order at random moments."""

    house: SupervisedHouse
    kills: int
    seed: int
    pause: tuple[float, float]
    """Seconds between a recovered house and the next kill, least and most."""
    recoveries: list[tuple[str, float]] = field(default_factory=list)

    def schedule(self) -> list[str]:
        """Whom to kill, in order."""
        chance = random.Random(self.seed)  # noqa: S311 - a schedule that can be repeated
        rounds = -(-self.kills // len(KILLED))
        names = [name for _ in range(rounds) for name in chance.sample(KILLED, len(KILLED))]
        return names[: self.kills]

    async def run(self) -> None:
        """All kills; each waits until the house has recovered from the one before."""
        chance = random.Random(self.seed + 1)  # noqa: S311 - as above
        for name in self.schedule():
            await asyncio.sleep(chance.uniform(*self.pause))
            self.recoveries.append((name, await asyncio.to_thread(self.house.kill, name)))

    def summary(self) -> str:
        """`100 kills (25 worker, …), recovered in 1.4 s, at most 6.2 s`."""
        counts = Counter(name for name, _ in self.recoveries)
        seconds = sorted(taken for _, taken in self.recoveries)
        each = ", ".join(f"{counts[name]} {name}" for name in KILLED)
        middle, worst = seconds[len(seconds) // 2], seconds[-1]
        return f"{len(seconds)} kills ({each}), whole again after {middle:.1f} s (median), at most {worst:.1f} s"
