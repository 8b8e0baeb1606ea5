"""The settlement's process on the time-skipping engine, its steps recorded in a real database."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.settlements import JOBS
from models import database
from models.kernel.calendar import at_hour, local_date
from models.processes.messages import Act, Actor, Outcome, ProcessStart, command_payload
from models.processes.queries import events, holidays
from models.processes.tables import ProcessEvent
from models.processes.writes import Press, insert_command
from models.settlements.kind import SETTLEMENT
from models.settlements.rules import payment_due
from models.settlements.tables import Settlement
from tests.engines import Database
from tests.settlements.world import APPROVAL, World
from workflows.settlements import SettlementWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]


class Story:
    """One settlement whose process runs; people press its acts."""

    def __init__(self, world: World, environment: WorkflowEnvironment) -> None:
        self.world = world
        self.environment = environment
        self.settlement = world.draft()

    async def start(self) -> None:
        begin = ProcessStart(
            kind=SETTLEMENT.key,
            document_id=self.settlement.id or 0,
            company_id=self.settlement.company_id,
            status=self.settlement.status,
        )
        self.handle = await self.environment.client.start_workflow(
            SettlementWorkflow.run, begin, id=self.settlement.workflow_id, task_queue=INTERACTIVE
        )

    async def press(self, actor: Actor, act: str, **payload: Any) -> Outcome:
        request_id = uuid.uuid4()
        await asyncio.to_thread(self._keep, actor, act, request_id, payload)
        asked = Act(
            request_id=str(request_id),
            act=act,
            member_id=actor.member_id,
            company_id=actor.company_id,
            roles=sorted(actor.roles),
        )
        outcome: Outcome = await self.handle.execute_update("act", asked, id=str(request_id), result_type=Outcome)
        return outcome

    def _keep(self, actor: Actor, act: str, request_id: uuid.UUID, payload: dict[str, Any]) -> None:
        kept = command_payload(SETTLEMENT.payload(act).model_validate(payload))
        roles = frozenset(actor.roles)
        with database.writing(actor) as session:
            insert_command(session, actor, self.settlement, Press(SETTLEMENT.key, act, request_id, kept, roles, None))

    async def acknowledged(self) -> None:
        await self.press(self.world.officer, "request_issue")
        await self.press(self.world.partner, "acknowledge")

    async def settle(self, issued: dt.date) -> Settlement:
        """Settled, and the payment on its day by the process itself."""
        facts = {"evidence_number": APPROVAL, "evidence_issued_on": issued, "reason": "다른 곳에서 발행"}
        await self.press(self.world.officer, "settle", **facts)
        for _ in range(200):
            state = await self.handle.query("state", result_type=Outcome)
            if state.status == "payment_due":
                break
            await asyncio.sleep(0.02)
        return self.world.read(self.settlement)

    async def today(self) -> dt.date:
        return local_date(await self.environment.get_current_time())

    def recorded(self) -> list[ProcessEvent]:
        with database.working() as session:
            return list(events(session, self.settlement.workflow_id))


@asynccontextmanager
async def story(time_skipping: TimeSkipping, world: World) -> AsyncIterator[Story]:
    with ThreadPoolExecutor(4) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[SettlementWorkflow],
                activities=[world.recorder.record_step, *JOBS],
                activity_executor=threads,
            ),
        ):
            told = Story(world, environment)
            await told.start()
            yield told
            with database.working() as session:
                closed = session.get_one(Settlement, told.settlement.id).turn is None
            await (told.handle.result() if closed else told.handle.terminate())


@pytest.fixture
def world(database: Database) -> World:
    made = World()
    made.accept_all()
    return made


@pytest.mark.parametrize(
    ("issued", "paid"),
    [("2025-07-10", "2025-08-18"), ("2026-01-31", "2026-02-19"), ("2026-07-01", "2026-08-18")],
)
async def test_the_process_itself_puts_the_payment_on_its_day(
    time_skipping: TimeSkipping, world: World, issued: str, paid: str
) -> None:
    async with story(time_skipping, world) as told:
        await told.acknowledged()
        found = await told.settle(dt.date.fromisoformat(issued))

        assert (found.status, found.payment_due_on) == ("payment_due", dt.date.fromisoformat(paid))
        assert found.due_at == at_hour(dt.date.fromisoformat(paid), 18)
        last = told.recorded()[-1]
        assert (last.act, last.actor_id, last.status_to) == ("schedule_payment", None, "payment_due")
        assert found.statement_file_id is not None


async def test_the_officer_is_reminded_on_the_morning_of_the_day_and_not_before(
    time_skipping: TimeSkipping, world: World
) -> None:
    async with story(time_skipping, world) as told:
        await told.acknowledged()
        issued = await told.today()
        with database.working() as session:
            due = payment_due(issued, holidays(session))
        found = await told.settle(issued)
        assert found.payment_due_on == due

        now = await told.environment.get_current_time()
        await told.environment.sleep(at_hour(due, 9) - now)
        assert told.recorded()[-1].act == "schedule_payment"
        await told.environment.sleep(dt.timedelta(hours=2))
        ring = told.recorded()[-1]
        assert ring.act == "remind"
        assert dt.timedelta(0) <= ring.at - at_hour(due, 10) < dt.timedelta(minutes=1)

        await told.press(told.world.officer, "pay", paid_on=due, payment_reference="KB-1")
        assert [event.act for event in told.recorded()][-2:] == ["remind", "pay"]
        assert world.read(told.settlement).status == "paid"


async def test_an_early_payment_without_its_reason_is_refused_and_then_taken(
    time_skipping: TimeSkipping, world: World
) -> None:
    async with story(time_skipping, world) as told:
        await told.acknowledged()
        today = await told.today()
        await told.settle(today)
        facts = {"paid_on": today, "payment_reference": "KB-1"}
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await told.press(told.world.officer, "pay", **facts)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "early_reason_required"

        outcome = await told.press(told.world.officer, "pay", **facts, early_reason="연휴 전 지급")
        assert outcome.status == "paid"


async def test_nobody_takes_the_step_of_the_house(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        await told.acknowledged()
        for actor, act in ((world.partner, "settle"), (world.officer, "schedule_payment")):
            payload = {"evidence_number": APPROVAL, "evidence_issued_on": "2026-02-01"}
            with pytest.raises(WorkflowUpdateFailedError):
                await told.press(actor, act, **payload)
        assert world.read(told.settlement).status == "acknowledged"
