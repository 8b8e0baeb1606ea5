"""The inspection's process on the time-skipping engine."""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.inspections.rules import KIND
from models.kernel.roles import Role
from models.processes.messages import Act, Alarm, Outcome, ProcessStart, Step
from workflows.inspections import InspectionWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]


class Book:
    """Stands for the recorder."""

    def __init__(self) -> None:
        self.acts: list[str] = []

    @activity.defn(name="record_step")
    async def record_step(self, step: Step) -> Outcome:
        self.acts.append(step.act)
        moved = step.act not in {"remind", "escalate"}
        return Outcome(status=step.targets[0], version=step.version + moved, step=step.step)


@pytest.mark.parametrize("act", ["accept", "cancel"])
async def test_an_inspector_is_reminded_and_then_decides(time_skipping: TimeSkipping, act: str) -> None:
    book = Book()
    async with (
        time_skipping(data_converter=pydantic_data_converter) as environment,
        Worker(
            environment.client,
            task_queue=INTERACTIVE,
            workflows=[InspectionWorkflow],
            activities=[book.record_step],
        ),
    ):
        soon = await environment.get_current_time() + dt.timedelta(days=2)
        handle = await environment.client.start_workflow(
            InspectionWorkflow.run,
            ProcessStart(
                kind=KIND,
                document_id=5,
                company_id=3,
                status="waiting",
                alarms=[Alarm(at=soon, act="remind"), Alarm(at=soon + dt.timedelta(days=3), act="escalate")],
            ),
            id="inspection/5",
            task_queue=INTERACTIVE,
        )

        async def press(role: Role, company: int | None) -> Outcome:
            asked = Act(request_id=str(uuid.uuid4()), act=act, member_id=1, company_id=company, roles=[role])
            outcome: Outcome = await handle.execute_update("act", asked, id=asked.request_id, result_type=Outcome)
            return outcome

        await environment.sleep(dt.timedelta(days=3))
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await press(Role.PARTNER, 3)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "not_your_turn"
        await press(Role.INSPECTOR, None)
        await handle.result()
    assert book.acts == ["remind", act]
