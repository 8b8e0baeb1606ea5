"""The main job goes on while its processes are killed: nothing that was answered is lost, nothing happens twice.

`make test` kills each process once; `make faults` (FAULT_KILLS=100) is the long run.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from temporalio.client import Client

from models.settings import settings
from tests.faults import invariants
from tests.faults.driver import Driver, MainJob, People
from tests.faults.killer import Killer
from tests.faults.ledger import DONE, REFUSED, UNKNOWN, Ledger
from tests.faults.supervised import SupervisedHouse, supervised
from workflows.runtime.client import connect

KILLS = int(os.environ.get("FAULT_KILLS", "4"))
SEED = int(os.environ.get("FAULT_SEED", "20261122"))
LONG = KILLS > 4
JOBS_AT_ONCE = 4 if LONG else 2
PAUSE = (0.5, 4.0) if LONG else (1.0, 4.0)
REST_SECONDS = 150.0
"""Longer than a job of documents waits for a worker that is gone, or to be asked for again where its task was lost."""


async def _work(people: People, ledger: Ledger, killing: asyncio.Task[None]) -> None:
    """Main jobs one after another until the killer is done; the last one is finished too."""
    while True:
        await MainJob(Driver(people, ledger)).run()
        if killing.done():
            return


async def _at_rest(house: SupervisedHouse) -> list[str]:
    """What is still wrong once relay and messages have had the time to end; nothing, as a rule at once."""
    limit = time.monotonic() + REST_SECONDS
    while True:
        found = invariants.violations(house.database())
        if not found or time.monotonic() > limit:
            return found
        await asyncio.sleep(0.5)


async def _diverged(house: SupervisedHouse) -> list[str]:
    """Workflows that still say otherwise once the papers a killed worker was drawing have been drawn again."""
    client, limit = await _client(house), time.monotonic() + REST_SECONDS
    while True:
        found = await invariants.diverged(client, house.database())
        if not found or time.monotonic() > limit:
            return found
        await asyncio.sleep(2)


@contextmanager
def _keys(house: SupervisedHouse, patch: pytest.MonkeyPatch) -> Iterator[None]:
    """The engine's payloads are read with the keys of that house."""
    for name in ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY"):
        patch.setenv(name, house.secrets[name])
    settings.cache_clear()
    yield
    settings.cache_clear()


async def _client(house: SupervisedHouse) -> Client:
    return await connect(house.temporal, "default", settings().payload_keys)


@pytest.mark.timeout(7200 if LONG else 400)
async def test_main_jobs_survive_kills(house_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    began = time.monotonic()
    ledger = Ledger()
    with supervised() as house, _keys(house, house_settings):
        people = People(house.url, house.sandbox)
        await people.enter()
        killer = Killer(house, KILLS, SEED, PAUSE)
        try:
            async with asyncio.TaskGroup() as group:
                killing = group.create_task(killer.run())
                for _ in range(JOBS_AT_ONCE):
                    group.create_task(_work(people, ledger, killing))
        except BaseException:
            sys.stdout.write("\n".join(house.log.read_text(errors="replace").splitlines()[-60:]))
            raise
        finally:
            await people.close()
        broken = await _at_rest(house)
        told = invariants.compared(house.database(), ledger)
        unfinished = invariants.unfinished(house.database(), ledger.finished)
        diverged = await invariants.diverged(await _client(house), house.database())
        messages = invariants.sent_twice(house.database("ADMIN"))
        counts = ledger.counts()
        with capsys.disabled():
            sys.stdout.write(
                f"\n{killer.summary()}; {len(ledger.finished)} main jobs, {len(ledger.acts)} acts:"
                f" {counts[DONE]} done, {counts[REFUSED]} refused, {counts[UNKNOWN]} unknown;"
                f" {len(told.lost)} lost, {len(told.doubled)} doubled; {time.monotonic() - began:.0f} s\n"
            )
    assert (told.lost, told.doubled, told.contradicted) == ([], [], [])
    assert broken == []
    assert diverged == [], diverged
    assert messages == []
    assert unfinished == []
    assert counts[UNKNOWN] == 0
    assert len(ledger.finished) >= JOBS_AT_ONCE
