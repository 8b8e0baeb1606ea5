"""Orders and rounds on the time-skipping engine: loops, partial receipts, alarms, the end."""

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.deliveries.rules import RULES as DELIVERY
from models.kernel.roles import Role
from models.kernel.transitions import ProcessRules
from models.orders.rules import RULES as ORDER
from models.processes.messages import Act, Alarm, Job, Outcome, ProcessStart, Step
from workflows.deliveries import DeliveryWorkflow
from workflows.orders import OrderWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
Press = Callable[..., Awaitable[Outcome]]
JOB_OF = {"request_confirmation": "build_order_sheet", "confirm": "build_order_final"}


class Book:
    """Stands for the recorder. `targets`: which of several targets the effect takes, in turn."""

    def __init__(self, rules: ProcessRules, *targets: str) -> None:
        self.rules = rules
        self.targets = list(targets)
        self.steps: list[Step] = []
        self.jobs: list[str] = []

    @activity.defn(name="record_step")
    async def record_step(self, step: Step) -> Outcome:
        if step.act == "request" and not self.steps:
            self.steps.append(step)
            raise ApplicationError("serials_missing", {}, type="serials_missing", non_retryable=True)
        self.steps.append(step)
        machine = step.act in {"remind", "escalate"}
        status = self.targets.pop(0) if len(step.targets) > 1 else step.targets[0]
        order = self.rules is ORDER
        return Outcome(
            status=status,
            version=step.version + (0 if machine else 1),
            step=step.step,
            alarms=[],
            jobs=[JOB_OF[step.act]] if order and step.act in JOB_OF else [],
        )

    @activity.defn(name="build_order_sheet")
    async def sheet(self, job: Job) -> None:
        self.jobs.append(job.job)

    @activity.defn(name="build_order_final")
    async def final(self, job: Job) -> None:
        self.jobs.append(job.job)

    @property
    def acts(self) -> list[str]:
        return [step.act for step in self.steps]


async def run(
    time_skipping: TimeSkipping,
    book: Book,
    workflow: Any,
    story: Callable[[Press, WorkflowEnvironment], Awaitable[None]],
    **start: Any,
) -> None:
    async with (
        time_skipping(data_converter=pydantic_data_converter) as environment,
        Worker(
            environment.client,
            task_queue=INTERACTIVE,
            workflows=[workflow],
            activities=[book.record_step, book.sheet, book.final],
        ),
    ):
        begin = ProcessStart(kind=book.rules.kind, document_id=7, company_id=3, status=book.rules.initial, **start)
        handle = await environment.client.start_workflow(
            workflow.run, begin, id=f"{book.rules.kind}/7", task_queue=INTERACTIVE
        )

        async def press(name: str, role: Role, company: int | None = None) -> Outcome:
            asked = Act(request_id=str(uuid.uuid4()), act=name, member_id=1, company_id=company, roles=[role])
            outcome: Outcome = await handle.execute_update("act", asked, result_type=Outcome, id=asked.request_id)
            return outcome

        await story(press, environment)
        await handle.result()


async def test_a_refused_order_is_written_anew_and_confirmed(time_skipping: TimeSkipping) -> None:
    book = Book(ORDER)

    async def story(press: Press, _: WorkflowEnvironment) -> None:
        await press("request_confirmation", Role.BUYER)
        await press("refuse", Role.PARTNER, 3)
        await press("revise", Role.BUYER)
        await press("request_confirmation", Role.BUYER)
        with pytest.raises(WorkflowUpdateFailedError):
            await press("confirm", Role.BUYER)
        done = await press("confirm", Role.PARTNER, 3)
        assert (done.status, done.version) == ("confirmed", 5)

    await run(time_skipping, book, OrderWorkflow, story)
    # The last sheet is made although the process is closed by then.
    assert book.jobs == ["build_order_sheet", "build_order_sheet", "build_order_final"]


async def test_a_round_goes_back_and_forth_and_comes_in_parts(time_skipping: TimeSkipping) -> None:
    book = Book(DELIVERY, "confirmed", "received")

    async def story(press: Press, _: WorkflowEnvironment) -> None:
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await press("request", Role.PARTNER, 3)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "serials_missing"
        await press("request", Role.PARTNER, 3)
        await press("withdraw", Role.PARTNER, 3)
        await press("request", Role.PARTNER, 3)
        await press("return", Role.BUYER)
        await press("request", Role.PARTNER, 3)
        await press("confirm", Role.BUYER)
        part = await press("receive", Role.RECEIVER)
        assert part.status == "confirmed"
        done = await press("receive", Role.RECEIVER)
        assert done.status == "received"

    await run(time_skipping, book, DeliveryWorkflow, story)
    assert [step.step for step in book.steps] == [1, 1, 2, 3, 4, 5, 6, 7, 8]


async def test_the_alarms_of_the_planned_day_ring(time_skipping: TimeSkipping) -> None:
    book = Book(DELIVERY)
    now = dt.datetime.now(dt.UTC)
    rings = [
        Alarm(at=now + dt.timedelta(days=10), act="remind"),
        Alarm(at=now + dt.timedelta(days=11), act="escalate"),
    ]

    async def story(press: Press, environment: WorkflowEnvironment) -> None:
        await environment.sleep(dt.timedelta(days=10, hours=1))
        assert book.acts == ["remind"]
        await press("remove", Role.PARTNER, 3)

    await run(time_skipping, book, DeliveryWorkflow, story, alarms=rings)
    assert book.acts == ["remind", "remove"]
