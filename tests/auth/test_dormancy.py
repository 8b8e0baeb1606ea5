"""휴면: warned at eleven months, asleep at a year, and a log-in that never touches the workflow."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import dormancy as activities
from models import clock
from models import database as house
from models.auth import dormancy, rules
from models.auth.messages import AbsenceStep, DormancyStart
from models.members.tables import Member
from models.notifications.tables import Message, Notification
from models.processes.lifetimes import Lifetime
from models.processes.tables import LifetimePolicy, Outbox
from tests import factories
from tests.conftest import TimeSkipping
from workflows.dormancy import DormancyWorkflow
from workflows.steps import INTERACTIVE

SECOND = dt.timedelta(seconds=1)
DAY = dt.timedelta(days=1)


def make_member(seen_at: dt.datetime) -> int:
    with house.working() as session:
        company = factories.company(session)
        member = factories.member(session, "김도윤", of=company)
        member.last_login_at = seen_at
        session.flush()
        assert member.id is not None
        return member.id


def change(member_id: int, **values: object) -> None:
    with house.working() as session:
        session.execute(update(Member).where(col(Member.id) == member_id).values(**values))


def status_of(member_id: int) -> str:
    with house.working() as session:
        return str(session.execute(select(col(Member.status)).where(col(Member.id) == member_id)).scalar_one())


def told(event: str) -> int:
    with house.working() as session:
        return len(session.execute(select(Message).where(col(Message.event) == event)).all())


class Watch:
    """One running workflow on a server whose clock is moved."""

    def __init__(self, environment: WorkflowEnvironment, handle: WorkflowHandle[Any, Any]) -> None:
        self.environment = environment
        self.handle = handle

    async def now(self) -> dt.datetime:
        return await self.environment.get_current_time()

    async def until(self, instant: dt.datetime) -> None:
        await self.environment.sleep((instant - await self.now()).total_seconds())

    async def settles(self, what: Callable[[], bool]) -> None:
        """The activity that is due runs by the wall's clock."""
        for _ in range(200):
            if await asyncio.to_thread(what):
                return
            await asyncio.sleep(0.05)
        raise AssertionError("it did not happen")


@asynccontextmanager
async def watching(
    time_skipping: TimeSkipping, begin: Callable[[dt.datetime], Awaitable[int]]
) -> AsyncIterator[tuple[Watch, int]]:
    async with time_skipping(data_converter=pydantic_data_converter) as environment:
        member_id = await begin(await environment.get_current_time())
        with ThreadPoolExecutor(4) as threads:
            worker = Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[DormancyWorkflow],
                activities=activities.ACTIVITIES,
                activity_executor=threads,
            )
            async with worker:
                handle = await environment.client.start_workflow(
                    "DormancyWorkflow",
                    DormancyStart(member_id=member_id),
                    id=dormancy.workflow_id(member_id),
                    task_queue=INTERACTIVE,
                )
                yield Watch(environment, handle), member_id
                with suppress(RPCError):
                    await handle.terminate()


def seen(instant: dt.datetime) -> Callable[[dt.datetime], Awaitable[int]]:
    async def begin(_now: dt.datetime) -> int:
        return await asyncio.to_thread(make_member, instant)

    return begin


async def seen_now(now: dt.datetime) -> int:
    return await asyncio.to_thread(make_member, now)


@pytest.mark.usefixtures("database")
async def test_warned_thirty_days_before_and_dormant_at_a_year(time_skipping: TimeSkipping) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        with house.working() as session:
            since = session.get_one(Member, member_id).last_login_at
        assert since is not None
        await watch.until(rules.dormancy_warning_at(since) - 60 * SECOND)
        assert told("dormancy_warning") == 0
        await watch.until(rules.dormancy_warning_at(since) + SECOND)
        await watch.settles(lambda: told("dormancy_warning") == 2)
        await watch.until(rules.dormant_at(since) - 60 * SECOND)
        assert status_of(member_id) == "active"
        assert told("dormant") == 0
        await watch.until(rules.dormant_at(since) + SECOND)
        await watch.settles(lambda: status_of(member_id) == "dormant")
        assert (told("dormancy_warning"), told("dormant")) == (2, 1)


@pytest.mark.usefixtures("database")
async def test_a_log_in_meanwhile_moves_everything_without_touching_the_workflow(time_skipping: TimeSkipping) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        first = await watch.now()
        await watch.until(first + 200 * DAY)
        again = await watch.now()
        await asyncio.to_thread(change, member_id, last_login_at=again)
        await watch.until(rules.dormant_at(first) + DAY)
        assert (status_of(member_id), told("dormancy_warning")) == ("active", 0)
        await watch.until(rules.dormancy_warning_at(again) + SECOND)
        await watch.settles(lambda: told("dormancy_warning") == 2)
        # Warned, the member comes: nobody is put to sleep, and the year begins anew.
        last = await watch.now()
        await asyncio.to_thread(change, member_id, last_login_at=last)
        await watch.until(rules.dormant_at(again) + DAY)
        assert status_of(member_id) == "active"
        await watch.until(rules.dormant_at(last) + SECOND)
        await watch.settles(lambda: status_of(member_id) == "dormant")
        assert told("dormancy_warning") == 4


@pytest.mark.usefixtures("database")
async def test_after_waking_the_next_absence_is_watched_by_the_same_workflow(time_skipping: TimeSkipping) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        first = await watch.now()
        await watch.until(rules.dormant_at(first) + SECOND)
        await watch.settles(lambda: status_of(member_id) == "dormant")
        await watch.until(rules.dormant_at(first) + 20 * DAY)
        woken = await watch.now()
        await asyncio.to_thread(change, member_id, status="active", last_login_at=woken)
        await watch.until(rules.dormant_at(woken) - 60 * SECOND)
        assert status_of(member_id) == "active"
        await watch.until(rules.dormant_at(woken) + SECOND)
        await watch.settles(lambda: status_of(member_id) == "dormant")


@pytest.mark.usefixtures("database")
async def test_it_goes_on_in_a_new_run_after_some_years_and_ends_with_the_membership(
    time_skipping: TimeSkipping,
) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        run = (await watch.handle.describe()).run_id
        for _ in range(6):
            await watch.until(await watch.now() + 330 * DAY)
            await asyncio.to_thread(change, member_id, last_login_at=await watch.now())
            await asyncio.sleep(0.3)
        later = await watch.environment.client.get_workflow_handle(watch.handle.id).describe()
        assert later.run_id != run
        await asyncio.to_thread(change, member_id, status="withdrawn")
        await watch.until(await watch.now() + 400 * DAY)
        whole = watch.environment.client.get_workflow_handle(watch.handle.id)
        assert await whole.result() is None
    assert told("dormant") == 0


def put(lifetime: Lifetime, amount: int) -> None:
    """As the administrator does, without the page."""
    with house.working() as session:
        session.add(LifetimePolicy(lifetime=lifetime.value, amount=amount, changed_at=clock.now()))


@pytest.mark.usefixtures("database")
async def test_the_policy_says_when_not_a_constant(time_skipping: TimeSkipping) -> None:
    await asyncio.to_thread(put, Lifetime.DORMANCY, 6)
    await asyncio.to_thread(put, Lifetime.NOTICE, 14)
    async with watching(time_skipping, seen_now) as (watch, member_id):
        with house.working() as session:
            since = session.get_one(Member, member_id).last_login_at
        assert since is not None
        asleep = rules.dormant_at(since, 6)
        await watch.until(asleep - 14 * DAY - 60 * SECOND)
        assert told("dormancy_warning") == 0
        await watch.until(asleep - 14 * DAY + SECOND)
        await watch.settles(lambda: told("dormancy_warning") == 2)
        with house.working() as session:
            mails = select(Message).where(col(Message.event) == "dormancy_warning", col(Message.channel) == "email")
            assert "6개월 동안 로그인하지 않으시면" in session.execute(mails).scalar_one().body
        await watch.until(asleep - 60 * SECOND)
        assert status_of(member_id) == "active"
        await watch.until(asleep + SECOND)
        await watch.settles(lambda: status_of(member_id) == "dormant")


@pytest.mark.usefixtures("database")
async def test_a_shorter_policy_reaches_a_watch_that_sleeps(time_skipping: TimeSkipping) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        first = await watch.now()
        await watch.until(first + 200 * DAY)
        await asyncio.to_thread(put, Lifetime.DORMANCY, 6)
        await watch.handle.signal("policy_changed")
        # Overdue already: warned at once, and still given the days of the notice.
        await watch.settles(lambda: told("dormancy_warning") == 2)
        assert status_of(member_id) == "active"
        await watch.until(first + 228 * DAY)
        assert status_of(member_id) == "active"
        await watch.until(first + 230 * DAY)
        await watch.settles(lambda: status_of(member_id) == "dormant")


@pytest.mark.usefixtures("database")
async def test_a_longer_policy_holds_even_where_no_signal_arrived(time_skipping: TimeSkipping) -> None:
    async with watching(time_skipping, seen_now) as (watch, member_id):
        first = await watch.now()
        await watch.until(rules.dormancy_warning_at(first) + DAY)
        await watch.settles(lambda: told("dormancy_warning") == 2)
        await asyncio.to_thread(put, Lifetime.DORMANCY, 24)
        await watch.until(rules.dormant_at(first) + DAY)
        assert status_of(member_id) == "active"
        # Another day is another warning.
        await watch.until(rules.dormancy_warning_at(first, 24) + DAY)
        await watch.settles(lambda: told("dormancy_warning") == 4)
        await watch.until(rules.dormant_at(first, 24) + DAY)
        await watch.settles(lambda: status_of(member_id) == "dormant")


@pytest.mark.usefixtures("database")
async def test_an_absence_is_told_once_however_often_the_step_is_tried() -> None:
    since = dt.datetime(2025, 2, 9, 1, 0, tzinfo=dt.UTC)
    member_id = make_member(since)
    early = AbsenceStep(member_id=member_id, seen_at=since, at=rules.dormancy_warning_at(since) - SECOND)
    activities.warn_of_dormancy(early)
    assert not activities.make_dormant(early).dormant
    assert told("dormancy_warning") == 0
    step = AbsenceStep(member_id=member_id, seen_at=since, at=rules.dormant_at(since))
    for _ in range(3):
        activities.warn_of_dormancy(step)
    assert told("dormancy_warning") == 2
    for _ in range(3):
        assert activities.make_dormant(step).dormant
    assert told("dormant") == 1
    with house.working() as session:
        assert len(session.execute(select(Notification)).all()) == 2


@pytest.mark.usefixtures("database")
def test_a_member_is_watched_once_and_whoever_is_not_is_found_at_night() -> None:
    since = dt.datetime(2025, 2, 9, 1, 0, tzinfo=dt.UTC)
    first, second = make_member(since), make_member(since)
    with house.working() as session:
        factories.member(session, "차지애")
        dormancy.watch(session, first)
        dormancy.watch(session, first)
    with house.working() as session:
        # The factory's member without a role is nobody who logs in.
        assert dormancy.watch_everybody(session) == 1
        assert dormancy.watch_everybody(session) == 0
    with house.working() as session:
        rows = {row.workflow_id: row for row in session.execute(select(Outbox)).scalars()}
    assert set(rows) == {f"dormancy/{first}", f"dormancy/{second}"}
    assert rows[f"dormancy/{first}"].payload == {"member_id": first}


@pytest.mark.parametrize(
    ("seen_at", "months", "asleep"),
    [
        (dt.datetime(2025, 3, 1, 12, tzinfo=dt.UTC), 12, dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)),
        (dt.datetime(2024, 2, 29, 3, tzinfo=dt.UTC), 12, dt.datetime(2025, 3, 1, 3, tzinfo=dt.UTC)),
        # 29 February in Seoul, still the 28th in UTC.
        (dt.datetime(2024, 2, 28, 20, tzinfo=dt.UTC), 12, dt.datetime(2025, 2, 28, 20, tzinfo=dt.UTC)),
        (dt.datetime(2025, 8, 31, 3, tzinfo=dt.UTC), 6, dt.datetime(2026, 3, 1, 3, tzinfo=dt.UTC)),
        (dt.datetime(2025, 12, 31, 3, tzinfo=dt.UTC), 1, dt.datetime(2026, 1, 31, 3, tzinfo=dt.UTC)),
        (dt.datetime(2025, 11, 30, 3, tzinfo=dt.UTC), 1, dt.datetime(2025, 12, 30, 3, tzinfo=dt.UTC)),
    ],
)
def test_months_are_those_of_the_calendar_in_seoul(seen_at: dt.datetime, months: int, asleep: dt.datetime) -> None:
    assert rules.dormant_at(seen_at, months) == asleep
    assert rules.dormancy_warning_at(seen_at, months, 30) == asleep - 30 * DAY
