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
from functools import partial
from typing import Any, TypeVar, cast
from weakref import WeakKeyDictionary

import psycopg
from greenlet import getcurrent, greenlet
from psycopg.abc import PQGen
from psycopg.waiting import Ready, Wait

Result = TypeVar("Result")

PLACES = 6
"""Functions under way at once in one loop; the connections they need are there for each of them."""

_places: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_BOTH = select.POLLIN | select.POLLOUT


class _Aside(greenlet):  # type: ignore[misc]  # it has no types of its own
    """One function under way.

    The loop's methods are called outside of it alone: a loop may keep pointers to its own stack, which lies elsewhere
    while this one's is in its place.
    """

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__(work)
        self.loop = asyncio.get_running_loop()
        self.answer: asyncio.Future[Any] = self.loop.create_future()
        self.gr_context = contextvars.copy_context()

    def go_on(self, found: Any = None) -> None:
        """From the loop: run until it waits again, and see to what it waits for."""
        step: Callable[[], Any] = partial(self.switch, *(() if found is None else (found,)))
        while True:
            try:
                asked = step()
            except BaseException as error:  # noqa: BLE001 - it is the caller's
                self.answer.set_exception(error)
                return
            if self.dead:
                self.answer.set_result(asked)
                return
            try:
                asked()
            except Exception as error:  # noqa: BLE001 - it is the one's who waits in vain
                step = partial(self.throw, error)
            else:
                return

    def wait(self, watch: Callable[[], None]) -> Any:
        """From inside: let the loop go on until what `watch` begins there ends with `go_on`."""
        assert self.parent is not None  # noqa: S101 - whoever switched here
        return self.parent.switch(watch)

    def until(self, fileno: int, wanted: int) -> Ready:
        """From inside: wait until the socket is ready for reading or writing, as wanted."""
        if wanted & Wait.W:
            # There is nearly always room for a statement.
            asked = select.poll()
            asked.register(fileno, _BOTH)
            for _, found in asked.poll(0):
                return Ready((Ready.R if found & ~select.POLLOUT else 0) | (Ready.W if found & select.POLLOUT else 0))
        return cast("Ready", self.wait(partial(self._watch, fileno, wanted)))

    def _watch(self, fileno: int, wanted: int) -> None:
        self.loop.add_reader(fileno, self._ready, fileno, wanted, Ready.R)
        if wanted & Wait.W:
            self.loop.add_writer(fileno, self._ready, fileno, wanted, Ready.W)

    def _ready(self, fileno: int, wanted: int, found: Ready) -> None:
        self.loop.remove_reader(fileno)
        if wanted & Wait.W:
            self.loop.remove_writer(fileno)
        self.go_on(found)


def is_aside() -> bool:
    """Whether this code runs beside an event loop, on its thread."""
    return isinstance(getcurrent(), _Aside)


def elsewhere(work: Callable[[], Result]) -> Result:
    """What waits for something else than a statement, in a thread while the loop goes on; at once in a thread."""
    own = getcurrent()
    if not isinstance(own, _Aside):
        return work()

    def begin() -> None:
        own.loop.run_in_executor(None, work).add_done_callback(own.go_on)

    done: asyncio.Future[Result] = own.wait(begin)
    return done.result()


async def aside(work: Callable[[], Result]) -> Result:
    """Run `work` here and now, up to its end even when the caller gives up. Raises what it raises."""
    places = _places.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(PLACES))
    await places.acquire()
    own = _Aside(work)
    own.answer.add_done_callback(lambda _: places.release())
    own.go_on()
    result: Result = await asyncio.shield(own.answer)
    return result


class Connection(psycopg.Connection[Any]):
    """A connection of the driver that waits as its thread does and, once handed to `aside`, lets the loop go on."""

    lets_go_on = False
    wire: Any = None
    """What `models.wire` knows of it."""

    def _deallocate(self, name: bytes | None) -> PQGen[None]:
        # At a rollback the driver drops every statement the server has, those of `models.wire` with its own.
        if name is None:
            self.wire = None
        yield from super()._deallocate(name)

    def cursor(self, *args: Any, **named: Any) -> Any:
        if self.wire is not None and self.wire.sent:
            # It would wait for answers that come only when somebody asks for them.
            raise psycopg.ProgrammingError("statements are under way")
        return super().cursor(*args, **named)

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
