"""Papers made by the thousand: in processes of their own at low priority, so that nobody's click waits for them."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection
from typing import TypeVar

Asked = TypeVar("Asked")
PROCESSES = 2
NICE = 15

_pools: list[ProcessPoolExecutor] = []
_lock = threading.Lock()


def _end_with_the_worker() -> None:
    """A worker that is killed leaves nobody behind: they would hold its output, and whoever restarts it would wait."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
    os._exit(1)


def _begin() -> None:
    os.nice(NICE)
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
        return list(_pool().map(make, papers))
    except BrokenProcessPool:
        close()
        raise


def close() -> None:
    """End the processes (end of the worker)."""
    with _lock:
        for pool in _pools:
            pool.shutdown(wait=False, cancel_futures=True)
        _pools.clear()
