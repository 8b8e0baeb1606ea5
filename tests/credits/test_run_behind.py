"""What nobody waits for: a month's processes begin after it is published, its notices leave after them."""

import datetime as dt
import uuid
from typing import Any

import pytest
from sqlalchemy import delete, select
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.credits_begin import first_alarms
from activities.credits_statements import LOOK, plan_statements
from models import clock
from models import database as house
from models.credits.report_alarms import sign_alarms
from models.credits.run_messages import RunTask
from models.credits.run_rules import Status
from models.credits.run_tables import CreditRun
from models.notifications.tables import Message
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.messages import Alarm
from models.processes.queries import BEGINNING_MOST
from models.processes.tables import Command, Outbox
from tests import factories
from tests.credits import run_world
from tests.credits.run_world import NOW, World
from tests.engines import Database
from web import behind
from web.behind import Behind, Start
from web.starting import GENTLE_ROWS

HOUR = dt.timedelta(hours=1)


@pytest.fixture
def world(database: Database) -> World:
    return run_world.build()


class Engine:
    """Takes every start, or none."""

    def __init__(self, *, takes: bool = True) -> None:
        self.takes = takes
        self.asked: list[Start] = []

    async def __call__(self, row: Start) -> bool:
        self.asked.append(row)
        return self.takes


def published(world: World, groups: int) -> CreditRun:
    """A run that has published everything and has not finished yet."""
    with house.working() as session:
        for _ in range(groups):
            world.line(session, world.media_of(session, world.group(session))[0], amount=50_000)
    run = run_world.begun(world)
    run_world.computed(run)
    run = run_world.put(run, Status.PUBLISHING)
    with clock.set_to(NOW):
        run_world.published(run)
    return run


def starts() -> list[Outbox]:
    with house.working() as session:
        rows = select(Outbox).where(col(Outbox.kind) == "credit_report").order_by(col(Outbox.id))
        return list(session.execute(rows).scalars())


def going() -> list[str]:
    """The events of messages that may leave now."""
    with house.working() as session:
        rows = select(col(Message.event)).where(behind.may_go(session)).order_by(col(Message.event))
        return list(session.execute(rows).scalars())


async def one_round(engine: Engine, now: dt.datetime) -> int:
    with clock.set_to(now):
        return await Behind(engine, 10).round()


async def test_processes_begin_once_the_month_is_published(world: World) -> None:
    run = published(world, 3)
    engine = Engine()
    assert await one_round(engine, NOW) == 0
    run_world.put(run, Status.PUBLISHED)
    assert await one_round(engine, NOW) == 3
    assert [row.workflow_id for row in engine.asked] == [row.workflow_id for row in starts()]
    assert all(row.sent_at == NOW for row in starts())
    assert await one_round(engine, NOW + HOUR) == 0
    assert len(engine.asked) == 3


async def test_a_run_that_is_stuck_holds_up_nobody(world: World) -> None:
    published(world, 1)
    assert await one_round(Engine(), NOW + behind.PUBLISHING_MOST + HOUR) == 1


async def test_a_start_that_was_not_taken_is_tried_again_a_little_later(world: World) -> None:
    run_world.put(published(world, 1), Status.PUBLISHED)
    away = Engine(takes=False)
    assert await one_round(away, NOW) == 0
    assert await one_round(away, NOW) == 0
    assert len(away.asked) == 1
    assert [(row.sent_at, row.attempts) for row in starts()] == [(None, 1)]
    assert await one_round(Engine(), NOW + dt.timedelta(seconds=11)) == 1


async def test_statements_are_set_once_the_processes_are_there(world: World) -> None:
    run = run_world.put(published(world, 1), Status.PUBLISHED)
    task = RunTask(run_id=run.id or 0, step=run.step, at=NOW)
    with clock.set_to(NOW), pytest.raises(ApplicationError) as later:
        plan_statements(task)
    assert (later.value.type, later.value.non_retryable, later.value.next_retry_delay) == ("beginning", False, LOOK)
    with clock.set_to(NOW + BEGINNING_MOST + HOUR):
        assert len(plan_statements(task).pages) == 1
    await one_round(Engine(), NOW)
    with clock.set_to(NOW):
        assert len(plan_statements(task).pages) == 1


async def test_starts_are_gentle_beside_clicks_but_not_for_the_click_that_has_the_month_published(world: World) -> None:
    run_world.put(published(world, GENTLE_ROWS + 2), Status.PUBLISHED)
    with house.working() as session:
        session.add(pressed(world, "contract"))
    assert await one_round(Engine(), NOW) == GENTLE_ROWS
    with house.working() as session:
        session.execute(delete(Command))
        session.add(pressed(world, "credit_run"))
    assert await one_round(Engine(), NOW) == 2


def pressed(world: World, kind: str) -> Command:
    return Command(
        request_id=uuid.uuid4(),
        workflow_id=f"{kind}/1",
        kind=kind,
        document_id=1,
        act="approve",
        payload={},
        actor_id=world.officer.member_id,
        actor_name=world.officer.name,
        actor_roles=[],
        created_at=NOW,
        next_attempt_at=NOW,
    )


async def test_people_are_told_once_the_processes_are_there_and_others_at_once(world: World) -> None:
    run = published(world, 1)
    with house.working() as session:
        session.add(message(session))
    with clock.set_to(NOW):
        assert going() == ["your_turn"]
    run_world.put(run, Status.PUBLISHED)
    with clock.set_to(NOW):
        assert going() == ["your_turn"]
    with clock.set_to(NOW + BEGINNING_MOST + HOUR):
        assert going() == ["report_published", "your_turn"]
    await one_round(Engine(), NOW)
    with clock.set_to(NOW):
        assert going() == ["report_published", "your_turn"]


def message(session: Any) -> Message:
    member = factories.member(session, "다른 사람")
    return Message(
        member_id=member.id,
        channel="email",
        event="your_turn",
        recipient="a@example.com",
        body="차례",
        dedupe_key="contract/1:1",
        created_at=NOW,
    )


def test_the_alarms_up_to_the_escalation_ring_as_all_of_them_would() -> None:
    for month in range(1, 13):
        sign_by = dt.date(2026, month, 10)
        since = dt.datetime(2026, month, 1, tzinfo=dt.UTC)
        every = sign_alarms(sign_by, since, frozenset())
        first = first_alarms(every)
        assert [alarm.act for alarm in first].count(ESCALATE) == 1
        assert len(first) < len(every)
        for hours in range(0, 24 * 60, 7):
            now = since + hours * HOUR
            assert rung(first, now) == rung(every, now)


def rung(alarms: list[Alarm], now: dt.datetime) -> str:
    """What a process that looks at its alarms now does; '' while it sleeps."""
    due = {alarm.act for alarm in alarms if alarm.at <= now}
    return ESCALATE if ESCALATE in due else next(iter(due), "")


def test_alarms_without_an_escalation_are_all_kept() -> None:
    every = [Alarm(at=NOW + days * 24 * HOUR, act=REMIND) for days in range(3)]
    assert first_alarms(every) == every
    assert first_alarms([]) == []
