"""What batch activities share: a heartbeat while the database works, and one group's failure told from the others'."""

import contextvars
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DataError, IntegrityError, InternalError, ProgrammingError
from sqlmodel import Session
from temporalio import activity

from models.kernel.refusals import Refusal

HEARTBEAT_SECONDS = 1.0
ERROR_CHARS_MAX = 200
OF_DRIVER = (psycopg.DataError, psycopg.IntegrityError, psycopg.InternalError, psycopg.ProgrammingError)
FAULTS = (DataError, IntegrityError, InternalError, ProgrammingError, *OF_DRIVER, Refusal, ValueError, KeyError)
"""What is wrong with a group; what is wrong with the database or the connection is everybody's, and tried again."""


@contextmanager
def beating() -> Iterator[None]:
    """Tell the engine once a second that the work goes on: who is killed is replaced within seconds."""
    if not activity.in_activity():
        yield
        return
    over = threading.Event()
    context = contextvars.copy_context()

    def beat() -> None:
        while not over.wait(HEARTBEAT_SECONDS):
            activity.heartbeat()

    beater = threading.Thread(target=context.run, args=(beat,), daemon=True)
    beater.start()
    try:
        yield
    finally:
        over.set()
        beater.join()


def apart(session: Session, groups: Sequence[int], work: Callable[[Sequence[int]], object]) -> dict[int, str]:
    """Do the work for all at once, or, if that fails, for each alone; group id -> what was wrong with it."""
    if not groups:
        return {}
    if _worked(session, groups, work) is None:
        return {}
    wrong = {group: _worked(session, [group], work) for group in groups}
    return {group: why for group, why in wrong.items() if why is not None}


def _worked(session: Session, groups: Sequence[int], work: Callable[[Sequence[int]], object]) -> str | None:
    try:
        with session.begin_nested():
            work(groups)
    except FAULTS as fault:
        return words(fault)
    return None


def words(fault: Exception) -> str:
    """The first line of what is wrong; of the database's answer its message, never the values it was given."""
    if isinstance(fault, Refusal):
        return fault.code
    said = getattr(getattr(fault, "orig", fault), "diag", None)
    first = (getattr(said, "message_primary", None) or str(fault)).partition("\n")[0]
    # By whichever way a statement went, its fault has the same name.
    kind = next((kind for kind in OF_DRIVER if isinstance(fault, kind)), type(fault))
    return f"{kind.__name__}: {first}"[:ERROR_CHARS_MAX]
