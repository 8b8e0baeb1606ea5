"""The shape every process shares, on the time-skipping server: acts, refusals, alarms, jobs."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from temporalio.client import Client, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from models.kernel.roles import Role
from models.processes.messages import Act, Alarm, Outcome, ProcessStart
from models.settings import settings
from tests.conftest import TimeSkipping
from tests.processes.records import Records
from workflows import steps
from workflows.contracts import ContractWorkflow
from workflows.runtime.client import data_converter

DAY = dt.timedelta(days=1)


class House:
    def __init__(self, client: Client, environment: WorkflowEnvironment, records: Records, *, one_timer: bool) -> None:
        self.one_timer = one_timer
        self.client = client
        self.environment = environment
        self.records = records

    async def start(self, status: str = "drafting", **more: Any) -> WorkflowHandle[Any, Any]:
        begin = ProcessStart(
            kind="contract", document_id=1, company_id=7, status=status, one_timer=self.one_timer, **more
        )
        return await self.client.start_workflow(
            "ContractWorkflow", begin, id=f"contract/{uuid.uuid4()}/1", task_queue=steps.INTERACTIVE
        )


@pytest.fixture(params=[True, False], ids=["one timer", "a timer for each step"])
async def house(time_skipping: TimeSkipping, request: pytest.FixtureRequest) -> AsyncIterator[House]:
    async with _house(time_skipping, one_timer=request.param) as made:
        yield made


@asynccontextmanager
async def _house(time_skipping: TimeSkipping, *, one_timer: bool = True) -> AsyncIterator[House]:
    records = Records()
    async with time_skipping(data_converter=data_converter(settings().payload_keys)) as environment:
        worker = Worker(
            environment.client,
            task_queue=steps.INTERACTIVE,
            workflows=[ContractWorkflow],
            activities=records.activities(),
        )
        async with worker:
            yield House(environment.client, environment, records, one_timer=one_timer)


def act(name: str, role: Role, version: int | None = None, company: int | None = None) -> Act:
    return Act(
        request_id=str(uuid.uuid4()), act=name, member_id=1, company_id=company, roles=[role], expected_version=version
    )


async def refusal_of(handle: WorkflowHandle[Any, Any], wish: Act) -> str:
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await handle.execute_update("act", wish, id=wish.request_id)
    assert isinstance(failed.value.cause, ApplicationError)
    return str(failed.value.cause.type)


async def press(handle: WorkflowHandle[Any, Any], wish: Act) -> Outcome:
    outcome: Outcome = await handle.execute_update("act", wish, id=wish.request_id, result_type=Outcome)
    return outcome


async def test_the_whole_way_of_a_contract_with_a_redraft(house: House) -> None:
    handle = await house.start()
    for name, role in (
        ("request_review", Role.BUYER),
        ("request_redraft", Role.PARTNER),
        ("request_review", Role.BUYER),
        ("complete_review", Role.PARTNER),
        ("request_seal", Role.BUYER),
        ("sign", Role.PARTNER),
    ):
        await press(handle, act(name, role))
    await asyncio.wait_for(handle.result(), 10)
    assert [step.step for step in house.records.steps] == [1, 2, 3, 4, 5, 6]
    assert [step.status for step in house.records.steps][2] == "redraft_requested"


async def test_wrong_role_wrong_state_stale_page_and_other_company_are_refused_without_a_step(house: House) -> None:
    handle = await house.start("review_requested", version=3)
    assert await refusal_of(handle, act("complete_review", Role.BUYER)) == "not_your_turn"
    assert await refusal_of(handle, act("sign", Role.PARTNER, company=7)) == "act_not_possible"
    assert await refusal_of(handle, act("complete_review", Role.PARTNER, version=2, company=7)) == "stale_document"
    assert await refusal_of(handle, act("complete_review", Role.PARTNER, company=8)) == "not_found"
    assert house.records.steps == []
    done = await press(handle, act("complete_review", Role.PARTNER, version=3, company=7))
    assert (done.status, done.version) == ("reviewed", 4)


async def test_a_refusal_of_the_step_reaches_the_caller_and_the_process_goes_on(house: House) -> None:
    handle = await house.start()
    house.records.refuse = "stale_document"
    assert await refusal_of(handle, act("request_review", Role.BUYER)) == "stale_document"
    house.records.refuse = None
    assert (await press(handle, act("request_review", Role.BUYER))).step == 1


async def test_of_eight_who_decide_at_once_one_decides(house: House) -> None:
    handle = await house.start("review_requested")
    wishes = [act("complete_review" if n % 2 else "request_redraft", Role.PARTNER, 0) for n in range(8)]
    answers = await asyncio.gather(*(press(handle, wish) for wish in wishes), return_exceptions=True)
    assert sum(isinstance(answer, Outcome) for answer in answers) == 1
    assert len(house.records.steps) == 1


async def test_the_same_request_twice_is_one_step(house: House) -> None:
    handle = await house.start()
    wish = act("request_review", Role.BUYER)
    first, again = await asyncio.gather(press(handle, wish), press(handle, wish))
    assert first == again
    assert len(house.records.steps) == 1


async def test_reminders_and_escalation_ring_at_their_second_and_not_after_the_act(house: House) -> None:
    now = await house.environment.get_current_time()
    house.records.alarms = [
        Alarm(at=now + 2 * DAY, act="remind"),
        Alarm(at=now + 5 * DAY, act="remind"),
        Alarm(at=now + 7 * DAY, act="escalate"),
    ]
    handle = await house.start("review_requested", alarms=house.records.alarms)

    await house.environment.sleep(6 * DAY)
    assert [step.act for step in house.records.steps] == ["remind", "remind"]
    rung = [round((step.at - now) / dt.timedelta(seconds=1)) for step in house.records.steps]
    assert all(0 <= seconds - days * 86400 <= 1 for seconds, days in zip(rung, (2, 5), strict=True))

    house.records.alarms = []
    await press(handle, act("complete_review", Role.PARTNER))
    await house.environment.sleep(10 * DAY)
    assert [step.act for step in house.records.steps] == ["remind", "remind", "complete_review"]


async def test_a_timer_that_rings_before_the_next_alarm_is_left_to_ring(time_skipping: TimeSkipping) -> None:
    async with _house(time_skipping) as house:
        now = await house.environment.get_current_time()
        handle = await house.start("review_requested", alarms=[Alarm(at=now + 2 * DAY, act="remind")])
        await house.environment.sleep(DAY)
        house.records.alarms = [Alarm(at=now + 3 * DAY, act="remind")]

        await press(handle, act("complete_review", Role.PARTNER))
        await house.environment.sleep(1.5 * DAY)
        assert [step.act for step in house.records.steps] == ["complete_review"]
        await house.environment.sleep(DAY)

        assert [step.act for step in house.records.steps] == ["complete_review", "remind"]
        told = [event.WhichOneof("attributes") for event in (await handle.fetch_history()).events]
        assert told.count("timer_started_event_attributes") == 2
        assert "timer_canceled_event_attributes" not in told


async def test_of_several_alarms_due_at_once_the_strongest_rings(house: House) -> None:
    now = await house.environment.get_current_time()
    overdue = [Alarm(at=now - 2 * DAY, act="remind"), Alarm(at=now - DAY, act="escalate")]
    await house.start("review_requested", alarms=overdue)
    await house.environment.sleep(DAY)
    assert [step.act for step in house.records.steps] == ["escalate"]


async def test_a_changed_policy_moves_the_running_alarm(house: House) -> None:
    now = await house.environment.get_current_time()
    handle = await house.start("review_requested", alarms=[Alarm(at=now + 5 * DAY, act="remind")])
    house.records.alarms = [Alarm(at=now + DAY, act="remind")]
    await handle.signal("policy_changed")
    await house.environment.sleep(2 * DAY)
    assert [step.act for step in house.records.steps] == ["remind"]


async def test_jobs_of_a_step_are_done_even_by_a_closed_document(house: House) -> None:
    house.records.jobs = {"sign": ["build_contract_papers"]}
    handle = await house.start("seal_requested")
    await press(handle, act("sign", Role.PARTNER))
    await asyncio.wait_for(handle.result(), 10)
    assert house.records.jobs_done == ["build_contract_papers"]


async def test_a_database_that_is_away_delays_the_act_and_does_not_lose_it(house: House) -> None:
    house.records.failures = 4
    handle = await house.start()
    assert (await press(handle, act("request_review", Role.BUYER))).status == "review_requested"
    assert len(house.records.steps) == 1
