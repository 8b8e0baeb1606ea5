"""Whom the processors serve first: the web and the people's worker, where one thread each is in every click's way.

The database and the engine wake up many threads for a moment each, far more often than those two programs rest, and
every time may push them off their processor while another one is idle; for what the courier and the sandbox do nobody
waits. Measured at twenty people pressing at once: a sixth of the time a click took.
"""

import os
import time
from contextlib import suppress
from pathlib import Path

NICENESS = 10
TRIES, AGAIN_SECONDS = 3, 0.11
"""The kernel takes one change of a group from an unprivileged user every tenth of a second."""


def stand_back(pid: int) -> None:
    """Let a program that leads its session, and what it starts, give way; where the system refuses, nothing changes.

    Linux weighs whole sessions against each other where it groups by them (sched(7), "The autogroup feature"); the
    niceness of a process counts only within its own.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
    group = Path(f"/proc/{pid}/autogroup")
    for _ in range(TRIES):
        try:
            if group.exists():
                group.write_text(str(NICENESS), encoding="ascii")
        except BlockingIOError:
            time.sleep(AGAIN_SECONDS)  # noqa: TID251  (the kernel's own pause: there is nothing to wait on)
        except OSError:
            return
        else:
            return
