"""Random bytes, drawn many at a time.

Each drawing lets go of the interpreter, and where many threads are at work it is long until they let go of it.
"""

import os
import secrets
from collections import deque

DRAWN = 256


class Pool:
    """Hands out values of `size` random bytes, none twice: not to two threads, and not to a forked child."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: deque[bytes] = deque()
        os.register_at_fork(after_in_child=self._kept.clear)

    def draw(self) -> bytes:
        """A value nobody has had."""
        try:
            return self._kept.popleft()
        except IndexError:
            more = secrets.token_bytes(self.size * DRAWN)
            self._kept.extend(more[at : at + self.size] for at in range(self.size, len(more), self.size))
            return more[: self.size]
