"""The one clock of the house; workflow steps pass their own instant instead."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _system() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_source: Callable[[], dt.datetime] = _system


def now() -> dt.datetime:
    """The current instant, UTC."""
    return _source()


@contextmanager
def set_to(source: Callable[[], dt.datetime] | dt.datetime) -> Iterator[None]:
    """Replace the clock of this process (tests); an instant stands still, a function is asked."""
    global _source  # noqa: PLW0603 - the one switch, restored below
    before = _source
    _source = (lambda: source) if isinstance(source, dt.datetime) else source
    try:
        yield
    finally:
        _source = before
