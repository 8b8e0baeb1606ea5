"""/healthz is 200 only while database, engine and worker all answer; /livez asks for web and database alone."""

import asyncio
import signal
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from temporalio.client import Client

from models import database
from models.settings import settings
from ops.ports import LOOPBACK, free_port
from tests.faults.running import Inhabited
from web import health

ALL = {"database": True, "engine": True, "worker": True}
BACK_SECONDS = 60.0


async def _asked(client: httpx2.AsyncClient, path: str) -> tuple[int, dict[str, Any]]:
    answer = await client.get(path)
    return answer.status_code, answer.json()


async def test_a_worker_that_died_is_missed_at_once(inhabited: Inhabited) -> None:
    async with httpx2.AsyncClient(base_url=inhabited.house.url, timeout=10) as client:
        assert await _asked(client, "/healthz") == (200, ALL)
        inhabited.house.stop("worker", signal.SIGKILL)
        try:
            assert await _asked(client, "/healthz") == (503, ALL | {"worker": False})
            assert await _asked(client, "/livez") == (200, {"database": True})
        finally:
            inhabited.house.start("worker")
        limit = time.monotonic() + BACK_SECONDS
        while (await client.get("/healthz")).status_code != 200:
            assert time.monotonic() < limit
            await asyncio.sleep(0.1)


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """The health pages of a web process whose engine and database do not answer."""
    monkeypatch.setenv("WEB_DATABASE_URL", f"postgresql://dongban_web:x@{LOOPBACK}:{free_port()}/dongban")
    settings.cache_clear()
    app = FastAPI()
    app.include_router(health.router)
    app.state.temporal = asyncio.run(Client.connect(f"{LOOPBACK}:{free_port()}", lazy=True))
    with TestClient(app) as client:
        yield client
    database.dispose()
    settings.cache_clear()


def test_nobody_answers(nowhere: TestClient) -> None:
    answer = nowhere.get("/healthz")
    assert (answer.status_code, answer.json()) == (503, dict.fromkeys(ALL, False))
    answer = nowhere.get("/livez")
    assert (answer.status_code, answer.json()) == (503, {"database": False})
