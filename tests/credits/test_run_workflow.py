"""The run's process on the engine with the real database: approved, paused, resumed, tried again, begun anew."""

import threading
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from activities import credits_publish, credits_run
from models import database as house
from models.credits.messages import Approval, Groups
from models.credits.report_tables import CreditReport
from models.credits.run_rules import PoolUnshared, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditAdjustment
from models.kernel.refusals import StaleDocument
from models.processes.messages import Outcome, Reason
from models.processes.queries import events
from models.processes.tables import Outbox
from tests.credits import run_world
from tests.credits.run_house import press, run_now, serving, until, until_status
from tests.credits.run_world import NOW, World
from tests.engines import Database


@pytest.fixture
def world(database: Database, temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(credits_run, "PAGE_GROUPS", 2)
    return run_world.build()


def _groups(world: World, count: int, amount: int = 50_000) -> None:
    with house.working() as session:
        for _ in range(count):
            world.line(session, world.media_of(session, world.group(session))[0], amount=amount)


def _reports() -> Sequence[CreditReport]:
    with house.working() as session:
        return session.execute(select(CreditReport).order_by(col(CreditReport.group_id))).scalars().all()


def _acts(run: CreditRun) -> list[str]:
    with house.working() as session:
        return [event.act for event in events(session, run.workflow_id)]


def _unsent() -> int:
    with house.working() as session:
        return len(session.execute(select(Outbox).where(col(Outbox.sent_at).is_(None))).all())


async def test_previewed_approved_published_and_every_report_lives(world: World) -> None:
    _groups(world, 5)
    run = run_world.begun(world)
    async with serving() as client:
        shown = await until_status(run, Status.PREVIEWED)
        assert (shown.groups_total, shown.total) == (5, 275_000)
        assert _reports() == []
        with pytest.raises(StaleDocument):
            await press(client, world.officer, run, "approve", Approval(groups_total=5, total=1))
        await press(client, world.officer, run, "approve", Approval(groups_total=5, total=275_000))
        done = await until_status(run, Status.PUBLISHED)
        assert (done.groups_done, done.groups_failed, done.total) == (5, 0, 275_000)
        await until(lambda: _unsent() == 0, "all processes started")
        for report in _reports():
            state = await client.get_workflow_handle(report.workflow_id).query("state", result_type=Outcome)
            assert (state.status, state.version, state.step) == ("published", 1, 1)
    assert _acts(run) == ["computed", "approve", "publish", "finished"]


async def test_paused_between_pages_and_resumed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _groups(world, 8)
    run = run_world.begun(world)
    first, go_on = threading.Event(), threading.Event()
    publish = credits_publish.publish

    def slow(session: Session, of: CreditRun, groups: Sequence[int], now: Any) -> Any:
        found = publish(session, of, groups, now)
        first.set()
        go_on.wait(20)
        return found

    monkeypatch.setattr(credits_publish, "publish", slow)
    async with serving() as client:
        await until_status(run, Status.PREVIEWED)
        await press(client, world.officer, run, "approve")
        await until(first.is_set, "the first page")
        # The page that is under way is finished; the pause waits for its transaction, no longer.
        go_on.set()
        await press(client, world.officer, run, "pause")
        await until_status(run, Status.PAUSED)
        await until(lambda: len(_reports()) in {2, 4, 6, 8}, "whole pages")
        seen = len(_reports())
        await press(client, world.officer, run, "resume") if seen < 8 else None
        if seen == 8:
            await press(client, world.officer, run, "resume")
        await until_status(run, Status.PUBLISHED)
    assert len(_reports()) == 8


async def test_a_failed_group_is_tried_again_alone(world: World) -> None:
    _groups(world, 3)
    with house.working() as session:
        bad = world.media_of(session, world.group(session))[0]
        wrong = [world.adjust(session, bad, 2**62) for _ in range(2)]
    run = run_world.begun(world)
    async with serving() as client:
        await until_status(run, Status.PREVIEWED)
        await press(client, world.officer, run, "approve")
        shown = await until_status(run, Status.INCOMPLETE)
        assert (shown.groups_done, shown.groups_failed) == (3, 1)
        with house.working() as session:
            for one in wrong:
                session.get_one(CreditAdjustment, one).cancelled_at = NOW
            world.adjust(session, bad, 70_000)
        await press(client, world.officer, run, "retry_group", Groups(group_ids=[world.groups[-1]]))
        done = await until_status(run, Status.PUBLISHED)
        assert (done.groups_done, done.groups_failed, done.supply) == (4, 0, 220_000)
    with house.working() as session:
        rows = session.execute(select(CreditOutcome).where(col(CreditOutcome.run_id) == run.id)).scalars()
        attempts = {row.group_id: row.attempt for row in rows}
    assert [attempts[group] for group in world.groups] == [1, 1, 1, 2]
    assert len(_reports()) == 4


async def test_computed_anew_before_approval_and_stopped(world: World) -> None:
    _groups(world, 2)
    run = run_world.begun(world)
    async with serving() as client:
        await until_status(run, Status.PREVIEWED)
        with house.working() as session:
            world.adjust(session, world.media[0], 10_000)
        await press(client, world.officer, run, "rerun")
        await until(lambda: run_now(run).supply == 110_000, "the new sums")
        await until_status(run, Status.PREVIEWED)
        await press(client, world.officer, run, "cancel", Reason(reason="자료를 다시 받습니다."))
        stopped = await until_status(run, Status.STOPPED)
    assert stopped.stop_reason == "자료를 다시 받습니다."
    assert _reports() == []


async def test_a_pool_nobody_shares_cannot_be_approved(world: World) -> None:
    _groups(world, 1)
    with house.working() as session:
        world.pool_of(session, 1_000)
    run = run_world.begun(world)
    async with serving() as client:
        await until_status(run, Status.PREVIEWED)
        with pytest.raises(PoolUnshared):
            await press(client, world.officer, run, "approve")


async def test_a_repeated_run_puts_a_report_right_and_tells_once(world: World) -> None:
    _groups(world, 2)
    first = run_world.begun(world)
    async with serving() as client:
        await until_status(first, Status.PREVIEWED)
        await press(client, world.officer, first, "approve")
        await until_status(first, Status.PUBLISHED)
        with house.working() as session:
            world.adjust(session, world.media[1], 10_000)
        second = run_world.begun(world)
        await until_status(second, Status.PREVIEWED)
        await press(client, world.officer, second, "approve")
        done = await until_status(second, Status.PUBLISHED)
        assert (done.groups_done, done.groups_unchanged) == (2, 1)
        await until(lambda: [report.supply for report in _reports()] == [50_000, 60_000], "the revision")
    changed = _reports()[1]
    assert (changed.run_id, changed.version, changed.step) == (second.id, 2, 2)
    with house.working() as session:
        acts = [[event.act for event in events(session, report.workflow_id)] for report in _reports()]
    assert acts == [["publish"], ["publish", "revised"]]
