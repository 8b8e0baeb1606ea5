"""The garbage collector of a program that runs for months."""

import asyncio
import ctypes
import gc
import time

YOUNG, MIDDLE, OLD = 10_000, 50, 100
"""Objects made until the young are looked through; how often until the older ones are. A look at everything, with some
hundred workflows in memory, stops the program for half a second."""
POOLS = 2
"""Of memory, that the C library keeps beside each other for threads: by itself eight for each processor, and every one
holds on to what its threads once needed."""
_M_ARENA_MAX = -8
PAUSE_SECONDS = 0.5
PAUSE_SHARE = 0.1
"""Of one processor, below which a program has nothing to do."""
PAUSES = 4
"""After so many in a row any garbage is worth a look; after a single one what is `MUCH`."""
MUCH = 10
"""Looks at the young: so much was made since everything was looked at that it would spread through the memory."""


def settle() -> None:
    """Once everything is imported: what is there now stays, and is not looked at again; threads share their memory."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_M_ARENA_MAX, POOLS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, MIDDLE, OLD)


def give_back() -> None:
    """Return to the system what was freed and lies between what is still used, where the C library can."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


async def tidy() -> None:
    """Look at everything once there is nothing to do after work was done, until cancelled.

    Workflows that made room for others are garbage that only such a look finds.
    """
    looked_at = pauses = 0
    while True:
        before = time.process_time()
        await asyncio.sleep(PAUSE_SECONDS)
        idle = time.process_time() - before < PAUSE_SHARE * PAUSE_SECONDS
        pauses = pauses + 1 if idle else 0
        made = gc.get_stats()[0]["collections"] - looked_at
        if made and (pauses >= PAUSES or (pauses and made >= MUCH)):
            gc.collect()
            give_back()
            looked_at = gc.get_stats()[0]["collections"]
