"""Papers made by the thousand: in processes of their own at low priority, so that nobody's click waits for them."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from typing import TypeVar

Asked = TypeVar("Asked")
PROCESSES = 3
NICE = 15
LOOK_SECONDS = 1.0
"""How often who waits for a paper looks whether it is still wanted."""

_pools: list[ProcessPoolExecutor] = []
_lock = threading.Lock()
_begun = threading.Lock()


class Unwanted(Exception):  # noqa: N818 - what happened, not a fault
    """Nobody waits for these papers any more; those that were not begun are not made."""


def _always() -> bool:
    return True


def _end_with_the_worker() -> None:
    """A worker that is killed leaves nobody behind: they would hold its output, and whoever restarts it would wait."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
    os._exit(1)


def stand_back() -> None:
    """Work only while nobody else wants the processor, where the system knows how; else behind everybody."""
    if sys.platform == "linux":
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    else:
        os.nice(NICE)


def _begin() -> None:
    stand_back()
    threading.Thread(target=_end_with_the_worker, daemon=True).start()
    from activities.documents import typesetting

    typesetting.warm_up()


def _pool() -> ProcessPoolExecutor:
    with _lock:
        if not _pools:
            spawn = multiprocessing.get_context("spawn")
            _pools.append(ProcessPoolExecutor(PROCESSES, mp_context=spawn, initializer=_begin))
        return _pools[0]


def press_all(
    make: Callable[[Asked], bytes], papers: Iterable[Asked], wanted: Callable[[], bool] = _always
) -> list[bytes]:
    """Each paper made; the processes begin with the first and stay.

    On a busy machine that takes as long as the others want its processors: `wanted` is asked again and again meanwhile.
    Raises what `make` raises, Unwanted, and BrokenProcessPool when a process was killed: asked again, there are new
    ones.
    """
    asked: list[Future[bytes]] = []
    try:
        with bare():
            asked = [_pool().submit(make, paper) for paper in papers]
        return [_made(one, wanted) for one in asked]
    except BrokenProcessPool:
        close()
        raise
    finally:
        for one in asked:
            one.cancel()


def _made(paper: Future[bytes], wanted: Callable[[], bool]) -> bytes:
    while not wait([paper], LOOK_SECONDS).done:
        if not wanted():
            raise Unwanted
    return paper.result()


@contextmanager
def bare() -> Iterator[None]:
    """Processes begun here do not load the program that begins them, which weighs as much as all they need."""
    with _begun:
        main = sys.modules["__main__"]
        kept = {name: main.__dict__.pop(name, None) for name in ("__file__", "__spec__")}
        main.__dict__["__spec__"] = None
        try:
            yield
        finally:
            main.__dict__.update({name: value for name, value in kept.items() if value is not None})


def close() -> None:
    """End the processes (end of the worker)."""
    with _lock:
        for pool in _pools:
            pool.shutdown(wait=False, cancel_futures=True)
        _pools.clear()
