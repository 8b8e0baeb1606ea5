"""The tax hub among the sandbox worlds: its tables, its addresses, its clockwork."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from web.sandbox.hub import account, api, chaos, clockwork, pages, writing
from web.sandbox.hub.core import Hub
from web.sandbox.hub.tables import TABLES

__all__ = ["ROUTES", "TABLES", "living"]

STATIC = Path(__file__).parent / "static"
ROUTES = [
    *api.ROUTES,
    *chaos.ROUTES,
    *account.ROUTES,
    *writing.ROUTES,
    *pages.ROUTES,
    Mount("/hub/static", StaticFiles(directory=STATIC)),
]


@asynccontextmanager
async def living(hub: Hub, *, ticking: bool) -> AsyncIterator[None]:
    """While the block runs the hub does by itself what is due."""
    task = asyncio.create_task(clockwork.run(hub)) if ticking else None
    yield
    if task is not None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
