"""Papers made by the thousand: in processes of their own at low priority, so that nobody's click waits for them."""

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing import connection
from typing import TypeVar

Asked = TypeVar("Asked")
PROCESSES = 3
NICE = 15

_pools: list[ProcessPoolExecutor] = []
_lock = threading.Lock()
_begun = threading.Lock()


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


def press_all(make: Callable[[Asked], bytes], papers: Iterable[Asked]) -> list[bytes]:
    """Each paper made; the processes begin with the first and stay. Raises what `make` raises, BrokenProcessPool when
    a process was killed: asked again, there are new ones."""
    try:
        with bare():
            made = _pool().map(make, papers)
        return list(made)
    except BrokenProcessPool:
        close()
        raise


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
