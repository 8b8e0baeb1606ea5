"""Functions beside the loop, against a real database."""

import asyncio
import sys
import threading
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from models import database as house
from models.aside import PLACES, aside, elsewhere, is_aside
from tests.engines import Database

LOCK = text("SELECT pg_advisory_xact_lock(7)")
NAP = text("SELECT pg_sleep(0.02)")


async def test_one_that_waits_for_another_lets_it_go_on(database: Database) -> None:
    order = []

    def take(name: str) -> str:
        with house.working() as session:
            session.execute(LOCK)
            order.append(name)
            session.execute(NAP)
        return name

    names = [str(number) for number in range(2 * PLACES)]
    found = await asyncio.gather(*(aside(partial(take, name)) for name in names))

    assert found == names
    assert sorted(order) == sorted(names)


async def test_what_it_raises_reaches_the_caller_and_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with house.working() as session:
            session.execute(text("SELECT * FROM no_such_table"))

    for _ in range(2 * PLACES):
        with pytest.raises(ProgrammingError):
            await aside(fail)


async def test_it_goes_on_to_its_end_when_the_caller_gives_up(database: Database) -> None:
    ended = asyncio.Event()

    def nap() -> None:
        with house.working() as session:
            session.execute(NAP)
        ended.set()

    waiting = asyncio.create_task(aside(nap))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(ended.wait(), 10)


async def test_who_gives_up_leaves_the_place_taken_until_the_end(database: Database) -> None:
    """Else more are under way than have connections, and whoever waits for one stops the whole loop."""
    under_way: list[int] = []
    most = 0

    def nap(number: int) -> None:
        nonlocal most
        under_way.append(number)
        most = max(most, len(under_way))
        with house.working() as session:
            session.execute(NAP)
        under_way.remove(number)

    waiting = [asyncio.create_task(aside(partial(nap, number))) for number in range(3 * PLACES)]
    await asyncio.sleep(0)
    for one in waiting[:PLACES]:
        one.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)

    assert most == PLACES


async def test_what_is_no_statement_is_waited_for_elsewhere() -> None:
    def work() -> tuple[bool, bool]:
        return is_aside(), elsewhere(is_aside)

    assert await aside(work) == (True, False)
    assert elsewhere(is_aside) is False


async def test_who_cannot_wait_is_told_there_and_goes_on() -> None:
    await asyncio.get_running_loop().shutdown_default_executor()

    def work() -> str:
        with pytest.raises(RuntimeError, match="shutdown"):
            elsewhere(is_aside)
        return "went on"

    for _ in range(2 * PLACES):
        assert await aside(work) == "went on"


def test_two_threads_that_come_first_together_share_one_engine(database: Database) -> None:
    """Else the pool of one of them is lost with its connections open."""
    found: list[Engine] = []
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            house.dispose()
            barrier = threading.Barrier(4)

            def ask(barrier: threading.Barrier = barrier) -> None:
                barrier.wait()
                found.append(house.worker_engine())

            threads = [threading.Thread(target=ask) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert len({id(engine) for engine in found}) == 1
            found.clear()
    finally:
        sys.setswitchinterval(before)
