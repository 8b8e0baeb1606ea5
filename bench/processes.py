"""Child processes of a bench run: started in sessions of their own, stopped on the way out, weighed."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ops.ports import LOOPBACK
from ops.precedence import stand_back

START_SECONDS_MOST = 40.0
STOP_SECONDS_MOST = 40.0
"""A worker is allowed 30 s to finish what it has begun."""


@contextlib.contextmanager
def running(
    command: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    stop_signal: signal.Signals = signal.SIGTERM,
    identity: Mapping[str, Any] | None = None,
    *,
    back: bool = False,
) -> Iterator[int]:
    """Run `command` for the length of the block, its output in `log`; yields its process id.

    With `back` it gives way to the others, as the supervisor's children do.
    """
    with log.open("ab") as output:
        child = subprocess.Popen(
            command,
            env=dict(environment),
            cwd="/" if identity else None,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **(identity or {}),
        )
    try:
        if back:
            stand_back(child.pid)
        yield child.pid
    finally:
        _stop(child, stop_signal)


def answering(probe: Callable[[], bool], what: str, seconds: float = START_SECONDS_MOST) -> None:
    """Return as soon as the probe says yes.

    Raises: TimeoutError after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while not probe():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} does not answer after {seconds:.0f} s")
        time.sleep(0.05)  # noqa: TID251  (another process's start has nothing to wait on)


def listens(port: int) -> bool:
    """Whether the loopback port takes connections."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False


def memory_mb(pid: int) -> float:
    """Proportional set size in MiB of a process and its children: shared pages are counted once."""
    return sum(_pss_kb(process) for process in _family(pid)) / 1024


def _family(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for task in tasks for child in task.read_text().split()]
    return [pid, *(member for child in children for member in _family(child))]


def _pss_kb(pid: int) -> int:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    raise LookupError(f"no Pss line for process {pid}")


def _stop(child: subprocess.Popen[bytes], stop_signal: signal.Signals) -> None:
    if child.poll() is None:
        child.send_signal(stop_signal)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(STOP_SECONDS_MOST)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()
