"""The process of a 가입요청 on the time-skipping engine: received by itself, reminded of, escalated, decided."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from temporalio import activity
from temporalio.client import WorkflowUpdateFailedError
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models import clock, database
from models.kernel.calendar import business_deadline
from models.kernel.roles import Role
from models.processes.deadlines import DEFAULT_PACE
from models.processes.messages import Act, Actor, Job, Outcome, ProcessStart, command_payload
from models.processes.queries import events, holidays
from models.processes.writes import Press, insert_command
from models.signups import writes
from models.signups.kind import SIGNUP
from models.signups.rules import SignupKind
from tests.engines import Database
from tests.identity.world import Somebody
from tests.signups.world import NOW, World, somebody
from workflows.signups import SignupWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
looked_up: list[int] = []


@activity.defn(name="look_up_registry")
def look_up(job: Job) -> None:
    looked_up.append(job.document_id)


class Story:
    """One request whose process runs."""

    def __init__(self, world: World, environment: WorkflowEnvironment, who: Somebody) -> None:
        self.world = world
        self.environment = environment
        self.who = who

    async def start(self) -> None:
        asked = self.world.asked(self.world.draft(SignupKind.COMPANY), self.who)
        with clock.set_to(NOW):
            self.signup = writes.request(asked, NOW)
        begin = ProcessStart(
            kind="signup", document_id=self.signup.id or 0, company_id=self.signup.company_id, status="received"
        )
        self.handle = await self.environment.client.start_workflow(
            SignupWorkflow.run, begin, id=self.signup.workflow_id, task_queue=INTERACTIVE
        )
        for _ in range(300):
            if (await self.handle.query("state", result_type=Outcome)).status == "requested":
                return
            await asyncio.sleep(0.02)
        raise AssertionError(self.world.read(self.signup).status)

    async def press(self, actor: Actor, act: str, **payload: Any) -> Outcome:
        request_id = uuid.uuid4()
        kept = command_payload(SIGNUP.payload(act).model_validate(payload))
        with database.writing(actor) as session:
            press = Press(SIGNUP.key, act, request_id, kept, frozenset(actor.roles), None)
            insert_command(session, actor, self.signup, press)
        asked = Act(
            request_id=str(request_id),
            act=act,
            member_id=actor.member_id,
            company_id=actor.company_id,
            roles=sorted(actor.roles),
        )
        outcome: Outcome = await self.handle.execute_update("act", asked, id=str(request_id), result_type=Outcome)
        return outcome

    def recorded(self) -> list[tuple[str, dt.datetime]]:
        with database.working() as session:
            return [(event.act, event.at) for event in events(session, self.signup.workflow_id)]


@asynccontextmanager
async def story(time_skipping: TimeSkipping, world: World) -> AsyncIterator[Story]:
    with ThreadPoolExecutor(4) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[SignupWorkflow],
                activities=[world.recorder.record_step, look_up],
                activity_executor=threads,
            ),
        ):
            told = Story(world, environment, somebody("비밀인"))
            await told.start()
            yield told
            closed = world.read(told.signup).turn is None
            await (told.handle.result() if closed else told.handle.terminate())


@pytest.fixture
def world(database: Database) -> World:
    assert database
    return World()


async def test_reminders_and_escalation_come_on_their_business_days(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        since = told.recorded()[0][1]
        with database.working() as session:
            free = holidays(session)
        await told.environment.sleep(dt.timedelta(days=20))
        rung = told.recorded()[1:]
        assert [act for act, _ in rung] == ["remind", "remind", "escalate"]
        days = (*DEFAULT_PACE.remind_days, DEFAULT_PACE.escalate_days)
        for (_, at), day in zip(rung, days, strict=True):
            due = business_deadline(since, day or 0, free, hour=10)
            assert dt.timedelta(0) <= at - due < dt.timedelta(seconds=2)
        assert looked_up[-1] == told.signup.id
        assert (await told.press(world.buyer, "approve")).status == "approved"


async def test_nobody_else_decides(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        inspector = world.buyer.model_copy(update={"roles": frozenset({Role.INSPECTOR})})
        applicant = Actor(
            member_id=told.signup.member_id,
            name="비밀인",
            company_id=told.signup.company_id,
            roles=frozenset({Role.PARTNER, Role.PARTNER_OWNER}),
        )
        for actor, act in ((inspector, "approve"), (applicant, "approve"), (world.buyer, "receive")):
            with pytest.raises(WorkflowUpdateFailedError):
                await told.press(actor, act)
        assert (await told.press(world.buyer, "reject", reason="미비", barred=True)).status == "rejected"


async def test_the_history_knows_nobody(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        await told.press(world.buyer, "reject", reason="계좌사본이 흐립니다.")
        history = (await told.handle.fetch_history()).to_json()
        who = told.who
        for secret in (who.name, who.phone, who.birth_date.isoformat(), f"{who.phone}@joining.example",
                       "3333-01-1234567", "나래상사", "오나래", "계좌사본이"):  # fmt: skip
            assert secret not in history
