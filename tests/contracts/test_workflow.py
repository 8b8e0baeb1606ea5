"""The contract process on the time-skipping engine: rounds, reminders, the end."""

import datetime as dt
import uuid
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.contracts.rules import KIND, RULES
from models.kernel.roles import Role
from models.processes.messages import Act, Alarm, Job, Outcome, ProcessStart, Step
from workflows.contracts import ContractWorkflow
from workflows.steps import INTERACTIVE

JOB_OF = {"request_review": "build_contract_papers", "sign": "build_contract_finals"}


class Book:
    """Stands for the recorder: what the process asked to be recorded and worked."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.jobs: list[str] = []

    @activity.defn(name="record_step")
    async def record_step(self, step: Step) -> Outcome:
        self.steps.append(step)
        alarms = [Alarm(at=step.at + dt.timedelta(days=2), act="remind")]
        machine = step.act in {"remind", "escalate"}
        return Outcome(
            status=step.targets[0],
            version=step.version + (0 if machine else 1),
            step=step.step,
            alarms=[] if machine or RULES.is_closed(step.targets[0]) else alarms,
            jobs=[JOB_OF[step.act]] if step.act in JOB_OF else [],
        )

    @activity.defn(name="build_contract_papers")
    async def papers(self, job: Job) -> None:
        self.jobs.append(job.job)

    @activity.defn(name="build_contract_finals")
    async def finals(self, job: Job) -> None:
        self.jobs.append(job.job)

    @property
    def acts(self) -> list[str]:
        return [step.act for step in self.steps]


def act(name: str, role: Role, company: int | None = None, version: int | None = None) -> Act:
    return Act(
        request_id=str(uuid.uuid4()),
        act=name,
        member_id=1,
        company_id=company,
        roles=[role],
        expected_version=version,
    )


TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]


async def run(time_skipping: TimeSkipping, book: Book, story: Callable[[Any, WorkflowEnvironment], Any]) -> None:
    async with (
        time_skipping(data_converter=pydantic_data_converter) as environment,
        Worker(
            environment.client,
            task_queue=INTERACTIVE,
            workflows=[ContractWorkflow],
            activities=[book.record_step, book.papers, book.finals],
        ),
    ):
        handle = await environment.client.start_workflow(
            ContractWorkflow.run,
            ProcessStart(kind=KIND, document_id=7, company_id=3, status=RULES.initial),
            id="contract/CR20260209-001/1",
            task_queue=INTERACTIVE,
        )

        async def press(name: str, role: Role, company: int | None = None, version: int | None = None) -> Outcome:
            asked = act(name, role, company, version)
            outcome: Outcome = await handle.execute_update("act", asked, result_type=Outcome, id=asked.request_id)
            return outcome

        await story(press, environment)
        if RULES.is_closed(book.steps[-1].targets[0]):
            await handle.result()
        else:
            await handle.terminate()


async def test_two_review_rounds_then_seal_and_signature(time_skipping: TimeSkipping) -> None:
    book = Book()

    async def story(press: Any, _: WorkflowEnvironment) -> None:
        await press("request_review", Role.BUYER)
        await press("request_redraft", Role.PARTNER, 3)
        await press("request_review", Role.BUYER)
        await press("complete_review", Role.PARTNER, 3)
        await press("request_seal", Role.BUYER)
        done = await press("sign", Role.PARTNER, 3)
        assert (done.status, done.version) == ("completed", 6)

    await run(time_skipping, book, story)
    assert book.jobs == ["build_contract_papers", "build_contract_papers", "build_contract_finals"]
    assert [step.step for step in book.steps] == list(range(1, 7))


async def test_somebody_is_reminded_while_nothing_happens(time_skipping: TimeSkipping) -> None:
    book = Book()

    async def story(press: Any, environment: WorkflowEnvironment) -> None:
        await press("request_review", Role.BUYER)
        await environment.sleep(dt.timedelta(days=3))
        await press("cancel", Role.BUYER)

    await run(time_skipping, book, story)
    assert book.acts == ["request_review", "remind", "cancel"]


@pytest.mark.parametrize(
    ("name", "role", "company", "version", "code"),
    [
        ("complete_review", Role.PARTNER, 4, None, "not_found"),
        ("complete_review", Role.BUYER, None, None, "not_your_turn"),
        ("sign", Role.PARTNER, 3, None, "act_not_possible"),
        ("complete_review", Role.PARTNER, 3, 0, "stale_document"),
    ],
)
async def test_what_is_refused_leaves_no_step(
    time_skipping: TimeSkipping, name: str, role: Role, company: int | None, version: int | None, code: str
) -> None:
    book = Book()

    async def story(press: Any, _: WorkflowEnvironment) -> None:
        await press("request_review", Role.BUYER)
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await press(name, role, company, version)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == code

    await run(time_skipping, book, story)
    assert book.acts == ["request_review"]
