"""Which processes belong to this DATA_DIR: the supervisor's lock and the control file with its children."""

import fcntl
import json
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ops.errors import OperatorError

POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """A process, told apart from a later one that was given the same number by when it began."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Whether that very process still runs (an unreaped one does not)."""
        return bool(self.started) and started(self.pid) == self.started


def started(pid: int) -> str:
    """An opaque mark of when the process began; empty when there is none or it is a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return _started_by_ps(pid) if not Path("/proc/self").exists() else ""
    # The name in parentheses may itself hold blanks and parentheses; state is the first field after it.
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _started_by_ps(pid: int) -> str:
    run = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, began = run.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else began.strip()


def lock(data_dir: Path) -> IO[str]:
    """Make this process the one supervisor of the directory; raises OperatorError when there is another.

    The kernel drops the lock with its process, so a file left behind by a crash is no obstacle.
    """
    path = data_dir / "run.lock"
    stream = path.open("a+", encoding="utf-8")
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        stream.seek(0)
        holder = stream.read().strip() or "unknown"
        stream.close()
        raise OperatorError(
            f"Another instance (process {holder}) already runs on {data_dir}; stop it first, "
            "or choose another DATA_DIR and PORT."
        ) from None
    stream.seek(0)
    stream.truncate()
    stream.write(f"{os.getpid()}\n")
    stream.flush()
    return stream


class ControlFile:
    """DATA_DIR/run.json: the supervisor, its children and their ports, rewritten at every change."""

    def __init__(self, data_dir: Path, ports: dict[str, int]) -> None:
        self._path = data_dir / "run.json"
        self._ports = ports
        self._children: dict[str, ProcessMark] = {}

    def put(self, name: str, pid: int) -> None:
        """Note a child that was just started."""
        self._children[name] = ProcessMark(pid, started(pid))
        self.write()

    def drop(self, name: str) -> None:
        """Note that a child has ended."""
        self._children.pop(name, None)
        self.write()

    def write(self) -> None:
        """Replace the file in one step, so that a reader never sees half of it."""
        content = {
            "supervisor": os.getpid(),
            "ports": self._ports,
            "children": {name: {"pid": mark.pid, "started": mark.started} for name, mark in self._children.items()},
        }
        partial = self._path.with_suffix(".new")
        partial.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        partial.replace(self._path)

    def remove(self) -> None:
        """Everything has ended in order."""
        self._path.unlink(missing_ok=True)


def orphans(data_dir: Path) -> dict[str, ProcessMark]:
    """Children of a supervisor that was killed, still running, by name in the order they were started."""
    try:
        content = json.loads((data_dir / "run.json").read_text(encoding="utf-8"))
        marks = {
            str(name): ProcessMark(int(child["pid"]), str(child["started"]))
            for name, child in content["children"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}
    return {name: mark for name, mark in marks.items() if mark.is_alive()}


def stop(mark: ProcessMark, first: signal.Signals, patience: float) -> None:
    """End a process that is not our child and all of its group, by force after `patience` seconds."""
    for number in (first, signal.SIGKILL):
        _signal_group(mark.pid, number)
        if _ended(mark, patience):
            return


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        pass
    except PermissionError as problem:
        raise OperatorError(f"Process {pid} of the last run belongs to another user; stop it first.") from problem


def _ended(mark: ProcessMark, patience: float) -> bool:
    limit = time.monotonic() + patience
    while mark.is_alive():
        if time.monotonic() > limit:
            return False
        time.sleep(POLL_SECONDS)  # noqa: TID251  (not our child: there is nothing to wait on)
    return True
