"""A month is published while its processes are killed: every group once, told once, the sums of an undisturbed run.

`make test` kills each process once over 200 groups; `make faults` thirty times over 2,000.
"""

import asyncio
import os
import sys
import time
import uuid
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from sqlalchemy import update
from sqlmodel import col

from bench import credit_stock
from models import clock
from models import database as house_database
from models.columns import field_keys
from models.credits import run_writes
from models.credits.kind import CREDIT_RUN
from models.credits.run_rules import Status
from models.credits.run_tables import CreditRun
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, insert_command, wake
from models.settings import settings
from tests.credits import run_world
from tests.engines import Database
from tests.faults import invariants
from tests.faults.killer import Killer
from tests.faults.supervised import SupervisedHouse, supervised

LONG = int(os.environ.get("FAULT_KILLS", "4")) > 4
KILLS = 30 if LONG else 5
GROUPS, LINES = (2_000, 10) if LONG else (200, 5)
SEED = int(os.environ.get("FAULT_SEED", "20261122"))
REST_SECONDS = 900.0 if LONG else 240.0
SUMS = "SELECT rank() OVER (ORDER BY group_id), supply, tax, total, line_count FROM credit_report ORDER BY group_id"

# Each gives rows only where something is wrong.
ONCE = {
    "a group without its report": "SELECT id FROM credit_group EXCEPT SELECT group_id FROM credit_report",
    "two reports of one group": "SELECT group_id FROM credit_report GROUP BY 1 HAVING count(*) <> 1",
    "a report whose record does not begin once": """
        SELECT r.id FROM credit_report r LEFT JOIN process_event e ON e.workflow_id = r.workflow_id
         GROUP BY r.id HAVING count(*) FILTER (WHERE e.act = 'publish') <> 1""",
    "a report that is not the sum of its lines": """
        SELECT r.id FROM credit_report r JOIN credit_report_line l ON l.report_id = r.id GROUP BY r.id
        HAVING (sum(l.supply), sum(l.tax), count(*)) <> (r.supply, r.tax, r.line_count)""",
    "a group not told once": """
        SELECT r.id FROM credit_report r
          LEFT JOIN notification n ON n.workflow_id = r.workflow_id AND n.event = 'report_published'
         GROUP BY r.id HAVING count(n.id) <> 1""",
    "a group not written to once": """
        SELECT r.id FROM credit_report r
          LEFT JOIN message m ON m.dedupe_key LIKE r.workflow_id || ':1:report_published:%'
         GROUP BY r.id HAVING count(m.id) <> 1""",
    "a process not started once": """
        SELECT r.id FROM credit_report r LEFT JOIN outbox o ON o.workflow_id = r.workflow_id
         GROUP BY r.id HAVING count(o.sent_at) <> 1""",
    "an outcome that is not published": "SELECT group_id FROM credit_outcome WHERE state <> 'published'",
    "a report without its statement": "SELECT id FROM credit_report WHERE statement_file_id IS NULL",
}


def _wrong(owner_url: str) -> list[str]:
    found = []
    with psycopg.connect(owner_url) as connection:
        for what, query in ONCE.items():
            rows = connection.execute(query).fetchall()
            if rows:
                found.append(f"{what}: {len(rows)} ({rows[:3]})")
    return found


def _sums(owner_url: str) -> list[Any]:
    with psycopg.connect(owner_url) as connection:
        return connection.execute(SUMS).fetchall()


def _undisturbed(database: Database) -> list[Any]:
    """The same month, published by nobody but this process."""
    officer = credit_stock.fill(database.owner_url, field_keys(), GROUPS, LINES)
    run = _begun(officer)
    run_world.computed(run)
    run_world.published(run_world.put(run, Status.PUBLISHING))
    return _sums(database.owner_url)


def _actor(officer: int) -> Actor:
    return Actor(member_id=officer, name="정다은", roles=frozenset({Role.SETTLEMENT}))


def _begun(officer: int) -> CreditRun:
    with house_database.working() as session:
        return run_writes.open_run(session, _actor(officer), credit_stock.MONTH, clock.now())


def _approve(run: CreditRun, officer: int) -> bool:
    """「승인하고 발행」, kept as web keeps it; the relay brings it."""
    with house_database.working() as session:
        row = session.get_one(CreditRun, run.id)
        request_id = uuid.uuid4()
        press = Press(CREDIT_RUN.key, "approve", request_id, {}, frozenset({Role.SETTLEMENT}), None)
        insert_command(session, _actor(officer), row, press)
        due = update(Command).where(col(Command.request_id) == request_id).values(next_attempt_at=clock.now())
        session.execute(due.execution_options(synchronize_session=False))
        wake(session, COMMANDS)
    return True


async def _patiently(what: Callable[[], Any]) -> Any:
    """The database, too, is killed meanwhile."""
    limit = time.monotonic() + REST_SECONDS
    while True:
        try:
            found = await asyncio.to_thread(what)
        except Exception:
            found = None
            if time.monotonic() > limit:
                raise
        if found is not None:
            return found
        assert time.monotonic() < limit
        await asyncio.sleep(0.3)


def _status(run: CreditRun) -> str:
    with house_database.working() as session:
        return session.get_one(CreditRun, run.id).status


async def _published(house: SupervisedHouse, officer: int) -> Killer:
    run = await _patiently(lambda: _begun(officer))
    killer = Killer(house, KILLS, SEED, (0.2, 1.5))
    killing = asyncio.create_task(killer.run())
    await _patiently(lambda: _status(run) == Status.PREVIEWED or None)
    await _patiently(lambda: _approve(run, officer))
    await _patiently(lambda: _status(run) == Status.PUBLISHED or None)
    await killing
    await _patiently(lambda: not _wrong(house.database()) or None)
    return killer


def _use(patch: pytest.MonkeyPatch, house: SupervisedHouse) -> None:
    house_database.dispose()
    for name in ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY"):
        patch.setenv(name, house.secrets[name])
    for name in ("DATABASE_URL", "WORKER_DATABASE_URL", "WEB_DATABASE_URL"):
        patch.setenv(name, house.database(name))
    settings.cache_clear()


@pytest.mark.timeout(3600 if LONG else 600)
async def test_a_month_survives_kills(
    database: Database, house_settings: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wanted = _undisturbed(database)
    began = time.monotonic()
    with supervised() as house:
        _use(house_settings, house)
        officer = credit_stock.fill(house.database(), field_keys(), GROUPS, LINES)
        killer = await _published(house, officer)
        took = time.monotonic() - began
        wrong, sums = _wrong(house.database()), _sums(house.database())
        chains = list(invariants._chains(house.database()))
        house_database.dispose()
    with capsys.disabled():
        sys.stdout.write(f"\n{killer.summary()}; {len(sums)} groups published in {took:.0f} s, wrong: {wrong}\n")
    assert wrong == []
    assert sums == wanted
    assert chains == []
