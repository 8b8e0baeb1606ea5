"""The tax hub among the sandbox worlds: its tables, its addresses, its clockwork."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from web.sandbox.hub import api, clockwork
from web.sandbox.hub.core import Hub
from web.sandbox.hub.tables import TABLES

__all__ = ["ROUTES", "TABLES", "living"]

ROUTES = [*api.ROUTES]


@asynccontextmanager
async def living(hub: Hub, *, ticking: bool) -> AsyncIterator[None]:
    """While the block runs the hub does by itself what is due."""
    task = asyncio.create_task(clockwork.run(hub)) if ticking else None
    yield
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
