"""The conversion's timers on the time-skipping engine: the code at seven days, the end at thirty."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest
from sqlalchemy import select
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models import clock, database
from models.conversions.tables import Conversion
from models.conversions.writes import send
from models.files.store import storage
from models.processes.messages import Outcome, ProcessStart
from models.processes.queries import events
from models.processes.tables import LifetimePolicy
from models.signups import drafts
from models.signups.rules import DraftGone, SignupKind, SignupMode
from models.signups.tables import SignupDraft
from tests.engines import Database
from tests.signups.world import World
from workflows.conversions import ConversionWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)
WEEK = dt.timedelta(days=7)
MONTH = dt.timedelta(days=30)


class Story:
    """One conversion whose process runs."""

    def __init__(self, world: World, environment: WorkflowEnvironment) -> None:
        self.world = world
        self.environment = environment
        self.company = world.unused()

    async def start(self) -> None:
        now = await self.environment.get_current_time()
        with clock.set_to(now), database.writing(self.world.buyer) as session:
            self.made = send(session, self.world.buyer, self.company.id or 0, "supplier@unused.example", now)
        begin = ProcessStart(
            kind="conversion", document_id=self.made.id or 0, company_id=self.company.id, status=self.made.status
        )
        self.handle: WorkflowHandle[ConversionWorkflow, None] = await self.environment.client.start_workflow(
            ConversionWorkflow.run, begin, id=self.made.workflow_id, task_queue=INTERACTIVE
        )
        await self.until("sent")

    async def until(self, status: str) -> None:
        for _ in range(300):
            state = await self.handle.query("state", result_type=Outcome)
            if state.status == status:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"never {status}: {self.row.status}")

    async def sleep_to(self, instant: dt.datetime) -> None:
        await self.environment.sleep(instant - await self.environment.get_current_time())

    @property
    def row(self) -> Conversion:
        return self.world.read(self.made)

    def recorded(self) -> list[tuple[str, dt.datetime]]:
        with database.working() as session:
            return [(event.act, event.at) for event in events(session, self.made.workflow_id)]


@asynccontextmanager
async def story(time_skipping: TimeSkipping, world: World) -> AsyncIterator[Story]:
    with ThreadPoolExecutor(4) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[ConversionWorkflow],
                activities=[world.recorder.record_step, world.recorder.read_alarms],
                activity_executor=threads,
            ),
        ):
            told = Story(world, environment)
            await told.start()
            yield told
            await (told.handle.result() if told.row.turn is None else told.handle.terminate())


@pytest.fixture
def world(database: Database) -> World:
    assert database
    return World()


async def test_the_code_ends_at_seven_days_to_the_second(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        sent_at = told.row.sent_at
        assert sent_at
        assert told.row.expires_at == sent_at + WEEK
        await told.sleep_to(sent_at + WEEK - SECOND)
        assert told.row.status == "sent"
        await told.sleep_to(sent_at + WEEK + SECOND)
        await told.until("expired")
        act, at = told.recorded()[-1]
        assert act == "expire"
        assert dt.timedelta(0) <= at - (sent_at + WEEK) < SECOND
        assert (told.row.turn, told.row.expires_at) == ("buyer", sent_at + WEEK)


async def test_the_supplier_is_reminded_once_the_day_before(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        sent_at = told.row.sent_at
        assert sent_at
        await told.sleep_to(sent_at + WEEK + SECOND)
        await told.until("expired")
        acts = [act for act, _ in told.recorded()]
        assert acts in (["send", "remind", "expire"], ["send", "remind", "escalate", "expire"])


async def test_an_unfinished_conversion_ends_after_thirty_days(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        sent_at = told.row.sent_at
        assert sent_at
        draft = world.draft(SignupKind.COMPANY, SignupMode.CONVERSION, company_id=told.company.id)
        token = drafts.begin(draft, sent_at + DAY)
        await told.sleep_to(sent_at + MONTH - SECOND)
        assert told.row.status == "expired"
        assert is_there(token, sent_at + MONTH - SECOND)
        await told.sleep_to(sent_at + MONTH + SECOND)
        await told.until("lapsed")
        act, at = told.recorded()[-1]
        assert act == "lapse"
        assert dt.timedelta(0) <= at - (sent_at + MONTH) < SECOND
        assert not is_there(token, at)
        with database.working() as session:
            assert drafts.clear_page(session, at) == 1
            assert session.execute(select(SignupDraft)).first() is None
        assert not any(storage().exists(file.sha256) for file in draft.files)


async def test_the_policy_says_how_long_a_code_and_a_conversion_live(time_skipping: TimeSkipping, world: World) -> None:
    with database.working() as session:
        for lifetime, days in (("conversion_code", 3), ("unfinished", 10)):
            session.add(LifetimePolicy(lifetime=lifetime, amount=days, changed_at=clock.now()))
    async with story(time_skipping, world) as told:
        sent_at = told.row.sent_at
        assert sent_at
        assert (told.row.expires_at, told.row.ends_at) == (sent_at + 3 * DAY, sent_at + 10 * DAY)
        await told.sleep_to(sent_at + 3 * DAY - SECOND)
        assert told.row.status == "sent"
        await told.sleep_to(sent_at + 3 * DAY + SECOND)
        await told.until("expired")
        # What was promised for a code stands; the next one follows the policy of its own day.
        with database.working() as session:
            session.add(LifetimePolicy(lifetime="unfinished", amount=60, changed_at=clock.now()))
        await told.sleep_to(sent_at + 10 * DAY - SECOND)
        assert told.row.status == "expired"
        await told.sleep_to(sent_at + 10 * DAY + SECOND)
        await told.until("lapsed")


def is_there(token: str, at: dt.datetime) -> bool:
    """Whether the browser that began a form still finds it."""
    try:
        with database.web() as session:
            drafts.read(session, token, at)
    except DraftGone:
        return False
    return True
