"""Readable, prefixed lines of all processes on one stream."""

import re
import sys
from collections import deque
from typing import TextIO

COLOURS = {
    "temporal": 35,
    "worker": 32,
    "courier": 92,
    "web": 36,
    "sandbox": 33,
    "setup": 90,
    "demo": 90,
}
WIDTH = 8
ESCAPES = re.compile(r"\x1b\[[0-9;]*m")
REMEMBERED_LINES = 60
LONGEST_LINE = 2000


class Log:
    """Writes `name | line`, in colour only on a terminal, and keeps each name's last lines."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream or sys.stdout
        self._colour = self._stream.isatty()
        self._last: dict[str, deque[str]] = {}

    def line(self, name: str, text: str) -> None:
        """One line of one process; escape sequences are dropped, a very long line is cut."""
        clean = ESCAPES.sub("", text).rstrip()[:LONGEST_LINE]
        self._last.setdefault(name, deque(maxlen=REMEMBERED_LINES)).append(clean)
        prefix = f"{name:<{WIDTH}} |"
        if self._colour:
            prefix = f"\x1b[{COLOURS.get(name, 0)}m{prefix}\x1b[0m"
        self.say(f"{prefix} {clean}")

    def say(self, text: str) -> None:
        """A line of the supervisor itself. A closed terminal must not end the house."""
        try:
            print(text, file=self._stream, flush=True)
        except (BrokenPipeError, OSError):
            self._stream = sys.stderr

    def last(self, name: str) -> str:
        """The last lines of one process, for the reason of its end."""
        return "\n".join(self._last.get(name, ()))

    def forget(self, name: str) -> None:
        """Begin a new life of a process, so that `last` speaks of this one alone."""
        self._last.pop(name, None)
