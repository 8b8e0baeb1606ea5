"""`python -m bench [steps] [lists] [approvals] [credits] [etax]`: measure, print, write bench/results/latest.json."""

import datetime as dt
import signal
import sys
from collections.abc import Sequence
from types import FrameType

from bench import house, report
from bench.run import GROUPS


def main(names: Sequence[str]) -> int:
    """Run the named groups, or all; 1 when a limit is passed, 2 for a name there is not."""
    unknown = [name for name in names if name not in GROUPS]
    if unknown:
        print(f"There is no {unknown[0]!r}; ARGS may name {', '.join(GROUPS)}.", file=sys.stderr)
        return 2
    # Ended from outside, everything is stopped in order all the same.
    signal.signal(signal.SIGTERM, _end)
    about = report.machine()
    rows: list[report.Row] = []
    with house.opened() as opened:
        for name, measure in GROUPS.items():
            if not names or name in names:
                print(f"{name} …", flush=True)
                measured = report.limits_held(measure(opened), report.cores())
                print(report.table(measured), flush=True)
                rows += measured
    path = report.LATEST if not names else report.LATEST.with_name("part.json")
    report.write(rows, about, dt.datetime.now(dt.UTC), path)
    return int(any(row.verdict == "over" for row in rows))


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
