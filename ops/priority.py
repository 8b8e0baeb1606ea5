"""Who goes first where the processors do not suffice for all."""

import os
from contextlib import suppress
from pathlib import Path

NICENESS = 12


def give_way(pid: int) -> None:
    """Have a child that leads a session of its own take what the others leave.

    Linux shares its processors among sessions first (sched_autogroup): there the niceness of a process counts among
    those of its own session only, and the session has one as well. A system without that knows no such file.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, NICENESS)
        Path(f"/proc/{pid}/autogroup").write_text(str(NICENESS))
