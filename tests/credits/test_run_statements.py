"""Statements of a run are made while nobody else wants the processor; whoever else has work does not wait for them."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from temporalio.testing import ActivityEnvironment

from activities import credits_statements, pressroom
from models import database as house
from models.credits.report_tables import CreditReport
from models.credits.run_messages import Page, PageDone
from models.credits.run_rules import Status
from models.credits.run_tables import CreditRun
from models.processes.messages import Job
from tests.credits import run_world
from tests.credits.run_world import NOW, World
from tests.engines import Database

PATIENCE_SECONDS = 60


def at_the_door(door: Path, _paper: object) -> bytes:
    """A paper that takes until the door, a named pipe, was opened from outside and closed again."""
    return door.read_bytes() or b"%PDF-"


@pytest.fixture
def world(database: Database) -> World:
    return run_world.build()


@pytest.fixture
def door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """What the one paper of a test waits at."""
    door = tmp_path / "door"
    os.mkfifo(door)
    monkeypatch.setattr(credits_statements, "credit_statement", partial(at_the_door, door))
    yield door
    pressroom.close()


def _published(world: World, status: str) -> CreditRun:
    """A run with one report."""
    with house.working() as session:
        world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_world.begun(world)
    run_world.computed(run)
    run_world.put(run, Status.PUBLISHING)
    run_world.published(run)
    return run_world.put(run, status)


def _page(run: CreditRun) -> Page:
    return run_world.pages(run, [(0, 10**9)])[0]


def _report() -> CreditReport:
    with house.working() as session:
        found: CreditReport = session.execute(select(CreditReport)).scalar_one()
        return found


def _while_it_is_made(make: Callable[[], object], door: Path, meanwhile: Callable[[], object]) -> object:
    """What `make` says, once `meanwhile` has happened and the paper is still not ready."""
    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(make)
        # Opens once the paper's own process is there to read.
        held = os.open(door, os.O_WRONLY)
        try:
            meanwhile()
            return asked.result(PATIENCE_SECONDS)
        finally:
            os.close(held)


def test_a_month_that_is_published_on_does_not_wait_for_statements(world: World, door: Path) -> None:
    run = _published(world, Status.INCOMPLETE)

    done = _while_it_is_made(
        lambda: credits_statements.build_statements(_page(run)), door, lambda: run_world.put(run, Status.PUBLISHING)
    )

    assert done == PageDone()
    assert _report().statement_file_id is None


def test_a_worker_that_ends_leaves_statements_to_the_next(world: World, door: Path) -> None:
    run = _published(world, Status.PUBLISHED)
    worker = ActivityEnvironment()

    with pytest.raises(pressroom.Unwanted):
        _while_it_is_made(
            lambda: worker.run(credits_statements.build_statements, _page(run)), door, worker.worker_shutdown
        )

    assert _report().statement_file_id is None


def test_a_worker_that_ends_leaves_a_statement_put_right_to_the_next(world: World, door: Path) -> None:
    _published(world, Status.PUBLISHED)
    report, worker = _report(), ActivityEnvironment()
    job = Job(
        workflow_id=report.workflow_id,
        kind="credit_report",
        document_id=report.id or 0,
        job="build_credit_statement",
        at=NOW,
    )

    with pytest.raises(pressroom.Unwanted):
        _while_it_is_made(lambda: worker.run(credits_statements.build_statement, job), door, worker.worker_shutdown)


def test_a_statement_that_takes_its_time_is_waited_for(
    world: World, door: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pressroom, "LOOK_SECONDS", 0.01)
    run = _published(world, Status.PUBLISHED)

    with ThreadPoolExecutor(1) as thread:
        asked = thread.submit(credits_statements.build_statements, _page(run))
        os.close(os.open(door, os.O_WRONLY))
        assert asked.result(PATIENCE_SECONDS) == PageDone(groups=1)

    assert _report().statement_file_id is not None
