"""Plain functions on the event loop's own thread: while one waits for the database, the loop goes on.

A thread beside the loop gives the interpreter's lock away and takes it back some ten times for each statement, and at
each of them waits for whoever holds it: at twenty clicks at once that costs more than what the threads do. Here a
function runs in a greenlet (as in SQLAlchemy's asyncio engine) and only the driver's waiting is another. It must not
wait for anything else: no files, no network, no lock that is held across a statement.
"""

import asyncio
import contextvars
import select
from collections.abc import Callable
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

Result = TypeVar("Result")

PLACES = 12
"""Functions under way at once in one loop; the connections they need are there for each of them."""

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_READY = {Ready.R.value: Ready.R, Ready.W.value: Ready.W, Ready.RW.value: Ready.RW}


class _Aside(greenlet):  # type: ignore[misc]  # it has no types of its own
    """One function under way, and the loop it lets go on."""

    loop: asyncio.AbstractEventLoop

    def back(self) -> Any:
        """Give the thread back to the loop until it calls `switch`."""
        assert self.parent is not None  # noqa: S101 - whoever switched here
        return self.parent.switch()

    def until(self, fileno: int, wanted: int) -> Ready:
        """Let the loop go on until the socket is ready for reading or writing, as wanted."""
        if wanted & Wait.W:
            # There is nearly always room for a statement.
            asked = select.poll()
            asked.register(fileno, select.POLLIN | select.POLLOUT)
            for _, found in asked.poll(0):
                return _READY[(Ready.R if found & ~select.POLLOUT else 0) | (Ready.W if found & select.POLLOUT else 0)]
            self.loop.add_writer(fileno, self.switch, Ready.W)
        self.loop.add_reader(fileno, self.switch, Ready.R)
        try:
            return cast("Ready", self.back())
        finally:
            self.loop.remove_reader(fileno)
            if wanted & Wait.W:
                self.loop.remove_writer(fileno)


def is_aside() -> bool:
    """Whether this code runs beside an event loop, on its thread."""
    return isinstance(getcurrent(), _Aside)


def elsewhere(work: Callable[[], Result]) -> Result:
    """What waits for something else than a statement, in a thread while the loop goes on; at once in a thread."""
    own = getcurrent()
    if not isinstance(own, _Aside):
        return work()
    done = own.loop.run_in_executor(None, work)
    done.add_done_callback(own.switch)
    own.back()
    return done.result()


async def aside(work: Callable[[], Result]) -> Result:
    """Run `work` here and now, up to its end even when the caller gives up. Raises what it raises."""
    loop = asyncio.get_running_loop()
    async with _places.setdefault(loop, asyncio.Semaphore(PLACES)):
        return await asyncio.shield(_begun(loop, work))


def _begun(loop: asyncio.AbstractEventLoop, work: Callable[[], Result]) -> "asyncio.Future[Result]":
    answer: asyncio.Future[Result] = loop.create_future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # noqa: BLE001 - it is the caller's
            answer.set_exception(error)
        else:
            answer.set_result(result)

    own = _Aside(run)
    own.loop = loop
    own.gr_context = contextvars.copy_context()
    own.switch()
    return answer


class Connection(psycopg.Connection[Any]):
    """A connection of the driver that waits as its thread does and, once handed to `aside`, lets the loop go on."""

    lets_go_on = False

    def wait(self, gen: PQGen[Result], interval: float = 0.1, timeout: float | None = None) -> Result:
        own = getcurrent() if self.lets_go_on and timeout is None else None
        if not isinstance(own, _Aside):
            return super().wait(gen, interval, timeout)
        fileno = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(own.until(fileno, wanted))
        except StopIteration as end:
            return cast("Result", end.value)
