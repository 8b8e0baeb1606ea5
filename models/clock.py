"""The one clock of the house; workflow steps pass their own instant instead."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager


def _system() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


_sources: list[Callable[[], dt.datetime]] = [_system]


def now() -> dt.datetime:
    """The current instant, UTC."""
    return _sources[-1]()


@contextmanager
def set_to(source: Callable[[], dt.datetime] | dt.datetime) -> Iterator[None]:
    """Replace the clock of this process (tests); an instant stands still, a function is asked.

    The one set last holds, in whatever order threads put theirs back.
    """

    def own() -> dt.datetime:
        return source if isinstance(source, dt.datetime) else source()

    _sources.append(own)
    try:
        yield
    finally:
        _sources.remove(own)
