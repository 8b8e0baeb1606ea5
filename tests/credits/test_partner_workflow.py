"""The account's process on the time-skipping engine: a bank that is away, a cancelled change, the cooling's end."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.credits.account_rules import CHECK_JOB, HOLDER_DIFFERS, HOLDER_FOUND, TAKES_EFFECT, Status
from models.kernel.roles import Role
from models.processes.messages import Act, Alarm, Job, Outcome, ProcessStart
from tests.processes.records import Records
from workflows.credit_accounts import CreditAccountWorkflow
from workflows.steps import EXTERNAL, INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
COOLING = dt.timedelta(days=7)


class Counter:
    """The bank's answers, in order; the last one again and again. None: it is away."""

    def __init__(self, *answers: str | None) -> None:
        self.answers, self.asked = list(answers), 0

    @activity.defn(name=CHECK_JOB)
    async def check(self, job: Job) -> str:
        assert job.document_id == 1
        self.asked += 1
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer is None:
            raise ApplicationError("away", type="unavailable")
        return answer


@asynccontextmanager
async def process(
    time_skipping: TimeSkipping, counter: Counter, *answers: str
) -> AsyncIterator[tuple[WorkflowEnvironment, WorkflowHandle[Any, Any], Records]]:
    records = Records()
    records.answers = list(answers)
    async with time_skipping(data_converter=pydantic_data_converter) as environment:
        records.alarms = [Alarm(at=await environment.get_current_time() + COOLING, act=TAKES_EFFECT)]
        async with (
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[CreditAccountWorkflow],
                activities=records.activities(),
            ),
            Worker(environment.client, task_queue=EXTERNAL, activities=[counter.check]),
        ):
            begin = ProcessStart(kind="credit_account", document_id=1, company_id=0, status=Status.CHECKING)
            handle = await environment.client.start_workflow(
                CreditAccountWorkflow.run, begin, id=f"account/{uuid.uuid4()}", task_queue=INTERACTIVE
            )
            yield environment, handle, records


async def _until(handle: WorkflowHandle[Any, Any], status: Status) -> None:
    for _ in range(300):
        state: Outcome = await handle.query("state", result_type=Outcome)
        if state.status == status:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"never {status}")


async def _cancel(handle: WorkflowHandle[Any, Any]) -> None:
    wish = Act(request_id=str(uuid.uuid4()), act="cancel", member_id=1, company_id=None, roles=[Role.MEDIA])
    await handle.execute_update("act", wish, id=wish.request_id)


async def test_an_account_cools_off_holds_and_ends_when_another_takes_its_place(time_skipping: TimeSkipping) -> None:
    async with process(time_skipping, Counter(HOLDER_FOUND), Status.COOLING, Status.ACTIVE) as (world, handle, records):
        await _until(handle, Status.COOLING)
        await world.sleep(COOLING - dt.timedelta(minutes=5))
        assert [step.act for step in records.steps] == [HOLDER_FOUND]
        await world.sleep(dt.timedelta(minutes=10))
        await _until(handle, Status.ACTIVE)
        await handle.signal("superseded")
        await asyncio.wait_for(handle.result(), 20)
    assert [step.act for step in records.steps] == [HOLDER_FOUND, TAKES_EFFECT]


async def test_a_bank_that_is_away_is_asked_until_it_answers(time_skipping: TimeSkipping) -> None:
    counter = Counter(*[None] * 7, HOLDER_DIFFERS)
    async with process(time_skipping, counter, Status.REJECTED) as (world, handle, records):
        await world.sleep(dt.timedelta(hours=2))
        await asyncio.wait_for(handle.result(), 20)
    assert [step.act for step in records.steps] == [HOLDER_DIFFERS]
    assert counter.asked == 8


async def test_a_change_is_cancelled_while_the_bank_is_away(time_skipping: TimeSkipping) -> None:
    async with process(time_skipping, Counter(None), Status.CANCELLED) as (world, handle, records):
        await world.sleep(dt.timedelta(minutes=30))
        await _cancel(handle)
        await asyncio.wait_for(handle.result(), 20)
    assert [step.act for step in records.steps] == ["cancel"]


async def test_a_change_is_cancelled_in_its_last_minute(time_skipping: TimeSkipping) -> None:
    async with process(time_skipping, Counter(HOLDER_FOUND), Status.COOLING, Status.CANCELLED) as (
        world,
        handle,
        records,
    ):
        await _until(handle, Status.COOLING)
        await world.sleep(COOLING - dt.timedelta(minutes=1))
        await _cancel(handle)
        await asyncio.wait_for(handle.result(), 20)
    assert [step.act for step in records.steps] == [HOLDER_FOUND, "cancel"]
