"""Change and withdrawal on the time-skipping engine: who waits is reminded, then escalated, and still decides."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import holidays
import pytest
from sqlalchemy import select
from sqlmodel import col
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import withdrawals as steps_of
from models import clock, database
from models.changes.writes import ask_member
from models.kernel.roles import Role
from models.processes.kinds import Kind
from models.processes.messages import Act, Actor, Outcome, ProcessStart, command_payload
from models.processes.tables import Command, Holiday, Outbox, ProcessColumns, ProcessEvent
from models.processes.writes import Press, insert_command
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.messages import Leaving
from models.withdrawals.tables import Withdrawal
from models.withdrawals.writes import ask_contact
from tests.changes.world import BIRTH, World
from workflows.changes import ChangeWorkflow
from workflows.steps import INTERACTIVE
from workflows.withdrawals import NightlyErasing, WithdrawalWorkflow

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
PROCESS: dict[str, Any] = {"change": ChangeWorkflow, "withdrawal": WithdrawalWorkflow}
WHY = {"name": "박서연", "birth_date": BIRTH, "reason_code": "LEFT", "reason": "퇴사"}


@pytest.fixture(name="world")
def made_world(request: pytest.FixtureRequest) -> World:
    request.getfixturevalue("database")
    made = World()
    with database.working() as session:
        for day, name in holidays.country_holidays("KR", years=range(2025, 2029)).items():
            session.merge(Holiday(day=day, name=name))
    return made


@asynccontextmanager
async def engine(time_skipping: TimeSkipping, world: World) -> AsyncIterator[WorkflowEnvironment]:
    with ThreadPoolExecutor(4) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[ChangeWorkflow, WithdrawalWorkflow, NightlyErasing],
                activities=[world.recorder.record_step, world.recorder.read_alarms, *steps_of.ACTIVITIES],
                activity_executor=threads,
            ),
        ):
            yield environment


def start_of(row: ProcessColumns) -> ProcessStart:
    """The start as it waits in the outbox."""
    with database.working() as session:
        found = session.execute(select(col(Outbox.payload)).where(col(Outbox.workflow_id) == row.workflow_id))
        return ProcessStart.model_validate(found.scalar_one())


async def begin(environment: WorkflowEnvironment, row: ProcessColumns) -> WorkflowHandle[Any, Any]:
    begun = await asyncio.to_thread(start_of, row)
    return await environment.client.start_workflow(
        PROCESS[begun.kind].run, begun, id=row.workflow_id, task_queue=INTERACTIVE
    )


def kept(actor: Actor, kind: Kind, row: ProcessColumns, act: str, payload: dict[str, Any]) -> Act:
    """The press as a command, and what the engine is told of it."""
    request_id = uuid.uuid4()
    with database.working() as session:
        found = session.get_one(type(row), row.id)
        status, version = found.status, found.version
    roles = kind.rules.move(status, act).roles
    wanted = command_payload(kind.payload(act).model_validate(payload))
    with database.writing(actor) as session:
        insert_command(session, actor, found, Press(kind.key, act, request_id, wanted, roles, version))
    return Act(
        request_id=str(request_id),
        act=act,
        member_id=actor.member_id,
        company_id=actor.company_id,
        roles=sorted(actor.every_role),
        expected_version=version,
    )


async def press(
    handle: WorkflowHandle[Any, Any], actor: Actor, kind: Kind, row: ProcessColumns, act: str, **payload: Any
) -> Outcome:
    wish = await asyncio.to_thread(kept, actor, kind, row, act, payload)
    outcome: Outcome = await handle.execute_update("act", wish, id=wish.request_id, result_type=Outcome)
    return outcome


def acts_of(row: ProcessColumns) -> list[str]:
    with database.working() as session:
        rows = select(col(ProcessEvent.act)).where(col(ProcessEvent.workflow_id) == row.workflow_id)
        return list(session.execute(rows.order_by(col(ProcessEvent.step))).scalars())


async def leaving(environment: WorkflowEnvironment, world: World) -> Withdrawal:
    now = await environment.get_current_time()

    def ask() -> Withdrawal:
        with clock.set_to(now), database.writing(world.contact) as session:
            return ask_contact(session, world.contact, Leaving.model_validate(WHY), now)

    return await asyncio.to_thread(ask)


async def test_an_owner_who_does_not_answer_is_reminded_and_escalated(
    time_skipping: TimeSkipping, world: World
) -> None:
    async with engine(time_skipping, world) as environment:
        made = await leaving(environment, world)
        handle = await begin(environment, made)
        await environment.sleep(dt.timedelta(days=20))
        assert await asyncio.to_thread(acts_of, made) == ["remind", "remind", "escalate"]
        outcome = await press(handle, world.owner, WITHDRAWAL, made, "approve")
        assert outcome.status == "approved"
        await asyncio.wait_for(handle.result(), 20)
    assert world.member(world.contact).status == "withdrawn"


async def test_who_comes_second_is_refused(time_skipping: TimeSkipping, world: World) -> None:
    async with engine(time_skipping, world) as environment:
        made = await leaving(environment, world)
        handle = await begin(environment, made)
        both = [
            press(handle, world.owner, WITHDRAWAL, made, "approve"),
            press(handle, world.contact, WITHDRAWAL, made, "cancel"),
        ]
        answers = await asyncio.gather(*both, return_exceptions=True)
    done = [answer for answer in answers if isinstance(answer, Outcome)]
    refused = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
    assert (len(done), len(refused)) == (1, 1)
    assert isinstance(refused[0].cause, ApplicationError)
    assert refused[0].cause.type in {"stale_document", "act_not_possible"}
    left = world.member(world.contact).status == "withdrawn"
    assert left == (done[0].status == "approved")


async def test_other_roles_decide_nothing(time_skipping: TimeSkipping, world: World) -> None:
    now = dt.datetime(2026, 2, 9, tzinfo=dt.UTC)
    with clock.set_to(now), database.writing(world.owner) as session:
        asked = ask_member(session, world.owner, after={"name": "김새이름"}, reason="개명", now=now)
    async with engine(time_skipping, world) as environment:
        handle = await begin(environment, asked)
        wish = Act(request_id=str(uuid.uuid4()), act="approve", member_id=1, company_id=None, roles=[Role.INSPECTOR])
        with pytest.raises(WorkflowUpdateFailedError) as refused:
            await handle.execute_update("act", wish, id=wish.request_id)
        assert isinstance(refused.value.cause, ApplicationError)
        assert refused.value.cause.type == "not_your_turn"
    with database.working() as session:
        assert session.execute(select(Command)).scalars().all() == []


async def test_the_night_erases_until_nothing_is_left(time_skipping: TimeSkipping, world: World) -> None:
    async with engine(time_skipping, world) as environment:
        erased = await environment.client.execute_workflow(
            NightlyErasing.run, id="nightly-erasing", task_queue=INTERACTIVE
        )
    assert erased == 0
