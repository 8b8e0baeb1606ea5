"""The Schedule on the development engine: it fires, buffers, catches up after a stop, fills in the past; each month
once, whatever it does."""

import asyncio
import contextlib
import datetime as dt
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col
from temporalio.client import (
    Client,
    ScheduleBackfill,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

import worker
from activities import credits_run, credits_schedule
from bench.processes import listens, running
from models import clock
from models import database as house
from models.credits import run_queries, run_writes
from models.credits.messages import PolicyForm
from models.credits.run_messages import Occasion
from models.credits.run_tables import CreditRun
from models.credits.tables import CreditPolicy
from models.settings import settings
from ops import temporal
from ops.ports import LOOPBACK, choose
from tests.credits import run_world
from tests.credits.run_house import client_of, serving, until
from tests.credits.run_world import World
from tests.engines import Database

KST = dt.timezone(dt.timedelta(hours=9))


@pytest.fixture
def world(database: Database) -> World:
    return run_world.build()


def _runs() -> list[tuple[str, bool]]:
    with house.working() as session:
        rows = session.execute(select(CreditRun).order_by(col(CreditRun.id))).scalars()
        return [(row.workflow_id, row.is_scheduled) for row in rows]


async def _spec(client: Client, spec: ScheduleSpec) -> None:
    def changed(current: ScheduleUpdateInput) -> ScheduleUpdate:
        return ScheduleUpdate(schedule=replace(current.description.schedule, spec=spec))

    await client.get_schedule_handle(credits_schedule.SCHEDULE).update(changed)


async def test_it_is_due_on_the_day_and_hour_of_the_policy_in_seoul(world: World, temporal_server: str) -> None:
    client = await client_of()
    await credits_schedule.follow(client)
    told = await client.get_schedule_handle(credits_schedule.SCHEDULE).describe()
    due = [at.astimezone(KST) for at in told.info.next_action_times[:3]]
    assert [(at.day, at.hour, at.minute) for at in due] == [(20, 9, 0)] * 3
    assert len({at.month for at in due}) == 3
    policy = CreditPolicy(changed_at=run_world.NOW)
    assert run_writes.next_launch(policy, dt.datetime.now(dt.UTC)) == told.info.next_action_times[0]
    assert told.schedule.policy.overlap is ScheduleOverlapPolicy.BUFFER_ALL


def test_the_first_at_midnight_is_of_the_policy_s_own_month(world: World) -> None:
    """Where the day begins earlier than in Seoul, Seoul still has the month before."""
    with house.working() as session:
        policy = CreditPolicy(day=1, hour=0, timezone="Pacific/Kiritimati", changed_at=run_world.NOW)
        policy.changed_by, policy.changed_name = world.officer.member_id, "정"
        session.add(policy)
    with house.working() as session:
        due = run_writes.next_launch(run_queries.policy(session), run_world.NOW)
    assert due is not None
    with clock.set_to(due):
        credits_run.open_run(Occasion(scheduled_at=due))
    assert _runs() == [("run/2026-11/1", True)]


async def test_it_fires_and_begins_the_month_once_however_often(world: World, temporal_server: str) -> None:
    async with serving() as client:
        await credits_schedule.follow(client)
        await _spec(client, ScheduleSpec(intervals=[ScheduleIntervalSpec(every=dt.timedelta(seconds=1))]))
        handle = client.get_schedule_handle(credits_schedule.SCHEDULE)

        async def fired() -> int:
            return (await handle.describe()).info.num_actions

        for _ in range(200):
            if await fired() >= 3:
                break
            await asyncio.sleep(0.1)
        assert await fired() >= 3
        await handle.pause()
        await handle.trigger(overlap=ScheduleOverlapPolicy.ALLOW_ALL)
        await until(lambda: len(_runs()) == 1, "the run")
        found = _runs()
        run = client.get_workflow_handle(found[0][0])
        for _ in range(100):
            with contextlib.suppress(Exception):
                if (await run.describe()).id == found[0][0]:
                    break
            await asyncio.sleep(0.05)
        assert (await run.describe()).id == found[0][0]
    last = dt.datetime.now(KST).date().replace(day=1) - dt.timedelta(days=1)
    assert _runs() == [(f"run/{last:%Y-%m}/1", True)]


async def test_the_past_is_filled_in_month_by_month_one_after_another(world: World, temporal_server: str) -> None:
    client = await client_of()
    await credits_schedule.follow(client)
    handle = client.get_schedule_handle(credits_schedule.SCHEDULE)
    past = ScheduleBackfill(
        start_at=dt.datetime(2026, 6, 1, tzinfo=KST),
        end_at=dt.datetime(2026, 9, 1, tzinfo=KST),
        overlap=ScheduleOverlapPolicy.BUFFER_ALL,
    )
    await handle.backfill(past)
    # Nobody serves the queue yet: one has begun, the others wait for it.
    for _ in range(100):
        told = await handle.describe()
        if told.info.running_actions:
            break
        await asyncio.sleep(0.05)
    assert len((await handle.describe()).info.running_actions) == 1
    async with serving(relay=False):
        await until(lambda: len(_runs()) == 3, "three months")
        await handle.backfill(past)
        for _ in range(100):
            told = await handle.describe()
            if told.info.num_actions >= 6 and not told.info.running_actions:
                break
            await asyncio.sleep(0.05)
    assert _runs() == [(f"run/2026-{month:02d}/1", True) for month in (5, 6, 7)]


@contextlib.contextmanager
def _engine(engine: temporal.Engine, log: Path) -> Iterator[None]:
    """An engine with a file, killed at the end."""
    with running(engine.command(), {"PATH": ""}, log, signal.SIGKILL):
        limit = 400
        while not listens(engine.ports["temporal"]) and limit:
            limit -= 1
            subprocess.run(["sleep", "0.05"], check=True)  # noqa: S607
        yield


async def test_what_was_due_while_the_engine_was_down_is_caught_up(
    world: World, house_settings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ports = choose(temporal.PORTS, tmp_path / "ports.json")
    engine = temporal.Engine(temporal.program(), ports, tmp_path / "engine.db", "default")
    house_settings.setenv("TEMPORAL_ADDRESS", f"{LOOPBACK}:{ports['temporal']}")
    settings.cache_clear()
    log = tmp_path / "engine.log"
    with _engine(engine, log):
        client = await worker._connected()
        await credits_schedule.follow(client)
        due = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=4)
        await _spec(client, _once_at(due))
        told = await client.get_schedule_handle(credits_schedule.SCHEDULE).describe()
        assert told.info.num_actions == 0
    await asyncio.sleep(max(0.0, (due - dt.datetime.now(dt.UTC)).total_seconds()) + 1)
    with _engine(engine, log):
        client = await worker._connected()
        async with serving(relay=False):
            await until(lambda: len(_runs()) == 1, "the missed month")
            told = await client.get_schedule_handle(credits_schedule.SCHEDULE).describe()
            assert (told.info.num_actions, told.info.num_actions_missed_catchup_window) == (1, 0)


def _once_at(due: dt.datetime) -> ScheduleSpec:
    """One second of one day."""
    text = f"{due.second} {due.minute} {due.hour} {due.day} {due.month} * {due.year}"
    return ScheduleSpec(cron_expressions=[text])


async def test_a_saved_policy_reaches_the_engine(world: World, temporal_server: str) -> None:
    async with serving() as client:
        await credits_schedule.follow(client)
        form = PolicyForm(is_on=False, day=7, hour=5, minimum_amount=20_000, outlier_percent=30, cooling_days=3)
        with house.writing(world.officer) as session:
            run_writes.save_policy(session, world.officer, form, clock.now())
        handle = client.get_schedule_handle(credits_schedule.SCHEDULE)
        for _ in range(200):
            told = await handle.describe()
            if told.schedule.state.paused:
                break
            await asyncio.sleep(0.1)
        calendar = told.schedule.spec.calendars[0]
        assert (told.schedule.state.paused, calendar.day_of_month[0].start, calendar.hour[0].start) == (True, 7, 5)
    with house.working() as session:
        assert run_queries.policy(session).minimum_amount == 20_000
