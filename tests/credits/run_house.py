"""The worker's parts, the relay and one officer's presses, on the development engine, for the monthly run."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from pydantic import BaseModel
from temporalio.client import Client

import worker
from models import database
from models.credits.kind import CREDIT_RUN
from models.credits.run_tables import CreditRun
from models.processes.messages import Actor
from models.settings import settings
from web.acts import Wish, submit
from web.relay import Relay
from workflows.runtime.client import connect

PATIENCE_SECONDS = 40.0


async def client_of() -> Client:
    """The engine of this test."""
    config = settings()
    return await connect(config.temporal_address, config.temporal_namespace, config.payload_keys)


@asynccontextmanager
async def serving(*, relay: bool = True) -> AsyncIterator[Client]:
    """Everything the monthly run needs."""
    client = await client_of()
    async with AsyncExitStack() as stack:
        threads = stack.enter_context(ThreadPoolExecutor(worker.THREADS))
        for part in (worker.interactive, worker.batch, worker.reports):
            await stack.enter_async_context(part(client, threads))
        if relay:
            await stack.enter_async_context(worker._beside(worker._relay(client)))
        yield client


def run_now(run: CreditRun) -> CreditRun:
    with database.working() as session:
        return session.get_one(CreditRun, run.id)


async def until(what: Callable[[], Any], words: str) -> Any:
    """Wait until it is so. Raises AssertionError."""
    limit = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        found = await asyncio.to_thread(what)
        if found:
            return found
        assert asyncio.get_running_loop().time() < limit, f"never: {words}"
        await asyncio.sleep(0.05)


async def until_status(run: CreditRun, status: str) -> CreditRun:
    def reached() -> CreditRun | None:
        now = run_now(run)
        return now if now.status == status else None

    found: CreditRun = await until(reached, status)
    return found


async def press(client: Client, actor: Actor, run: CreditRun, act: str, payload: BaseModel | None = None) -> None:
    """One press of the officer, as from the page shown now. Raises the refusal."""
    now = await asyncio.to_thread(run_now, run)
    wish = Wish(
        rules=CREDIT_RUN.rules,
        table=CreditRun,
        document_id=run.id or 0,
        act=act,
        payload=payload,
        request_id=uuid.uuid4(),
        expected_version=now.version,
    )
    await submit(client, actor, wish)


__all__ = ["Relay", "client_of", "press", "run_now", "serving", "until", "until_status"]
