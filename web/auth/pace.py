"""Answers that take the same time whatever was found: nobody learns from a clock whether an account exists."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FLOOR_SECONDS = 1.0
"""Longer than a password hash, a few statements and a mail in the queue take together."""


@asynccontextmanager
async def even(floor: float = FLOOR_SECONDS) -> AsyncIterator[None]:
    """The block ends no earlier than `floor` seconds after it began."""
    began = time.monotonic()
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, floor - (time.monotonic() - began)))
