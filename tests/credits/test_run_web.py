"""The run's pages: started, looked at, approved, tried again, and the policy of the Schedule."""

import asyncio
import datetime as dt
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient
from temporalio.exceptions import ApplicationError

from activities import credits_run
from activities.recording import Recorder
from models import clock
from models import database as house
from models.catalog import KINDS
from models.credits.run_rules import COMPUTED, FINISHED, PUBLISH, Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditPolicy
from models.kernel.refusals import Refusal, rebuild
from models.kernel.roles import Role
from models.processes.messages import Actor, Outcome, Step
from models.processes.tables import Command, Outbox
from tests import factories, visiting
from tests.credits import run_world
from tests.credits.run_world import NOW, World
from tests.engines import Database
from tests.settlements.desk import Desk
from web import confirming, inbox
from web.credits import run_groups, runs
from web.engine import Decision

RECORDER = Recorder({"credit_run": credits_run.STEPS})


@pytest.fixture
def world(database: Database) -> World:
    made = run_world.build()
    with house.working() as session:
        for amount in (50_000, 80_000, 4_000):
            made.line(session, made.media_of(session, made.group(session))[0], amount=amount)
    return made


def record(run_id: int, act: str, request_id: str | None = None, at: dt.datetime = NOW) -> Outcome:
    """What the workflow does with an act."""
    with house.working() as session:
        run = session.get_one(CreditRun, run_id)
    step = Step(
        workflow_id=run.workflow_id, kind="credit_run", document_id=run_id, step=run.step + 1, act=act,
        status=run.status, targets=list(KINDS["credit_run"].rules.move(run.status, act).to), version=run.version,
        at=at, request_id=request_id,
    )  # fmt: skip
    return RECORDER.record_step(step)


@contextmanager
def desk(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    async def deliver(client: Any, command: Command) -> Decision:
        return await asyncio.to_thread(_decided, command)

    monkeypatch.setattr(confirming, "deliver", deliver)
    app = visiting.application(actor, NOW, (runs.router, run_groups.router, inbox.router), (runs.WEB,))
    with clock.set_to(NOW), TestClient(app) as client:
        yield Desk(client, actor)


def _decided(command: Command) -> Decision:
    try:
        return Decision(outcome=record(command.document_id, command.act, str(command.request_id), clock.now()))
    except ApplicationError as error:
        found: Refusal = rebuild(error.type or "", error.details[0])
        return Decision(refusal=found)


def keys(**fields: Any) -> dict[str, Any]:
    return {"csrf": "t", "request_id": str(uuid.uuid4())} | fields


def only_run() -> CreditRun:
    with house.working() as session:
        run: CreditRun = session.execute(select(CreditRun)).scalar_one()
        return run


def test_started_looked_at_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world.officer, monkeypatch) as seat:
        assert "다음 자동 실행" in seat.get("/credit-runs")
        asked = keys(month="2026-10")
        answers = [seat.client.post("/credit-runs", data=asked, follow_redirects=False) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        run = only_run()
        assert {answer.headers["location"] for answer in answers} == {f"/credit-runs/{run.id}"}
        assert "계산중" in seat.get(f"/credit-runs/{run.id}")
        run_world.computed(run)
        record(run.id or 0, COMPUTED)
        page = seat.get(f"/credit-runs/{run.id}")
        for words in ("승인 대기", "승인하고 발행", "147,400", "처음 정산합니다", "정산그룹별 금액"):
            assert words in page, words
        groups = seat.get(f"/credit-runs/{run.id}/groups", view="outliers")
        assert "확인 필요 <b>3</b>" in groups
        confirm = seat.get(f"/credit-runs/{run.id}/approve")
        assert 'name="total" value="147400"' in confirm
        wrong = seat.act(f"/credit-runs/{run.id}", "approve", groups_total="3", total="1")
        assert (wrong.status_code, only_run().status) == (409, Status.PREVIEWED)
        done = seat.act(f"/credit-runs/{run.id}", "approve", groups_total="3", total="147400")
        assert (done.status_code, only_run().status) == (303, Status.APPROVED)
        shown = seat.get(done.headers["location"])
        assert "승인했습니다" in shown


def test_a_run_that_waits_for_its_officer_is_among_what_is_to_be_done(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run is of no partner, unlike everything else that waits for somebody."""
    run = run_world.begun(world)
    run_world.computed(run)
    record(run.id or 0, COMPUTED)
    with desk(world.officer, monkeypatch) as seat:
        for address in ("/", "/inbox"):
            answer = seat.client.get(address)
            assert answer.status_code == 200, address
            assert f"/credit-runs/{run.id}" in answer.text


def test_a_repeated_run_says_what_it_leaves_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_world.begun(world)
    run_world.computed(run)
    run_world.published(run_world.put(run, Status.PUBLISHING))
    run_world.put(run, Status.PUBLISHED)
    again = run_world.begun(world)
    run_world.computed(again)
    record(again.id or 0, COMPUTED)
    with desk(world.officer, monkeypatch) as seat:
        assert "정산그룹 2개는 이미 발행한 것과 같아 그대로 둡니다." in seat.get(f"/credit-runs/{again.id}")
        assert "이미 발행한 것과 같은 2개 그룹은 그대로 두고" in seat.get(f"/credit-runs/{again.id}/approve")


def test_paused_resumed_and_a_failed_group_tried_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world.officer, monkeypatch) as seat:
        seat.client.post("/credit-runs", data=keys(month="2026-10"))
        run = only_run()
        base = f"/credit-runs/{run.id}"
        run_world.computed(run)
        record(run.id or 0, COMPUTED)
        seat.act(base, "approve", groups_total="3", total="147400")
        record(run.id or 0, PUBLISH)
        assert seat.act(base, "pause").status_code == 303
        assert "다시 시작" in seat.get(base)
        assert seat.act(base, "resume").status_code == 303
        with house.working() as session:
            row = session.get_one(CreditOutcome, (run.id, world.groups[0]))
            row.state, row.error = "failed", "no_company"
        run_world.published(only_run())
        record(run.id or 0, FINISHED)
        page = seat.get(base)
        for words in ("일부 실패", "지급처가 없습니다", "실패한 그룹 다시 시도", "이월"):
            assert words in page, words
        assert seat.act(base, "retry-group", group_ids=str(world.groups[0])).status_code == 303
        with house.working() as session:
            again = session.get_one(CreditOutcome, (run.id, world.groups[0]))
            assert (again.state, again.attempt) == ("pending", 2)
            again.state, again.error = "failed", "company_closed"
        record(run.id or 0, FINISHED)
        assert seat.act(base, "close").status_code == 422
        assert seat.act(base, "close", reason="다음 달에 정정").status_code == 303
        assert only_run().status == Status.PUBLISHED


def test_the_groups_of_a_run_come_as_a_workbook(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world.officer, monkeypatch) as seat:
        seat.client.post("/credit-runs", data=keys(month="2026-10"))
        run = only_run()
        run_world.computed(run)
        record(run.id or 0, COMPUTED)
        answers = {
            view: seat.client.get(f"/credit-runs/{run.id}/groups", params={"view": view, "format": "xlsx"})
            for view in ("all", "failed")
        }
    books = {view: openpyxl.load_workbook(io.BytesIO(answer.content)).active for view, answer in answers.items()}
    rows = list(books["all"].values)
    assert rows[0][:4] == ("정산그룹", "지급처", "발행방식", "결과")
    assert sum(row[7] for row in rows[1:]) == 147_400
    assert len(list(books["failed"].values)) <= 2


def test_a_month_that_cannot_be_settled(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world.officer, monkeypatch) as seat:
        for month, words in (("2026-11", "끝나지 않은 달"), ("어제", "2026-10처럼"), ("", "정산월")):
            answer = seat.client.post("/credit-runs", data=keys(month=month))
            assert answer.status_code == 422
            assert words in answer.text
            assert 'id="e-month"' in answer.text


def test_the_policy_is_kept_with_its_history(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world.officer, monkeypatch) as seat:
        typed = {"is_on": "1", "day": "25", "hour": "6", "timezone": "Asia/Seoul", "minimum_amount": "20,000"}
        typed |= {"outlier_percent": "30", "cooling_days": "5"}
        wrong = seat.client.post("/credit-runs/policy", data=keys(**typed | {"timezone": "Asia/Nowhere"}))
        assert (wrong.status_code, "시간대 이름" in wrong.text) == (422, True)
        saved = seat.client.post("/credit-runs/policy", data=keys(**typed))
        assert (saved.status_code, "저장했습니다" in saved.text, "25일 6시" in saved.text) == (200, True, True)
    with house.working() as session:
        assert session.execute(select(CreditPolicy)).scalar_one().minimum_amount == 20_000
        kinds = session.execute(select(col(Outbox.kind))).scalars().all()
    assert list(kinds) == ["credit_schedule"]


def test_who_does_not_settle_only_looks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.working() as session:
        manager = factories.actor(factories.member(session, "윤제휴", Role.MEDIA_MANAGER))
        buyer = factories.actor(factories.member(session, "박구매", Role.BUYER))
    run_world.begun(world)
    run = only_run()
    with desk(manager, monkeypatch) as seat:
        page = seat.get("/credit-runs")
        assert 'method="post" action="/credit-runs"' not in page
        assert seat.client.post("/credit-runs", data=keys(month="2026-10")).status_code == 403
        assert "정산 중단" not in seat.get(f"/credit-runs/{run.id}")
        assert seat.client.post("/credit-runs/policy", data=keys()).status_code == 403
    with desk(buyer, monkeypatch) as seat:
        assert seat.status("/credit-runs") == 403
        assert seat.status(f"/credit-runs/{run.id}") == 404
