"""A new policy reaches a process that has been waiting: its deadline moves, its reminder rings on the new day."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from typing import Any

from sqlalchemy import select, update
from sqlmodel import col
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.contracts import STEPS
from activities.recording import Recorder
from models import catalog, clock
from models import database as house
from models.contracts.tables import Contract
from models.members.tables import Company, Member
from models.processes import deadlines, paces, queries
from models.processes.deadlines import Pace
from models.processes.messages import Outcome, ProcessStart
from models.processes.tables import Outbox, ProcessEvent
from models.processes.writes import begin
from models.settings import settings
from tests import factories
from tests.admin.office import Office, opened
from tests.conftest import TimeSkipping
from tests.engines import Database
from web.relay import Relay
from workflows import steps
from workflows.contracts import ContractWorkflow
from workflows.runtime.client import data_converter

CONTRACT = catalog.KINDS["contract"]
SLOW, QUICK = Pace(10, (9,), 11), Pace(1, (1,), 2)


async def test_a_running_process_follows_a_new_policy(database: Database, time_skipping: TimeSkipping) -> None:
    office = opened()
    async with AsyncExitStack() as stack:
        environment = await stack.enter_async_context(
            time_skipping(data_converter=data_converter(settings().payload_keys))
        )
        threads = stack.enter_context(ThreadPoolExecutor(2))
        recorder = Recorder({CONTRACT.key: STEPS})
        worker = Worker(
            environment.client,
            task_queue=steps.INTERACTIVE,
            workflows=[ContractWorkflow],
            activities=[recorder.record_step, recorder.read_alarms],
            activity_executor=threads,
        )
        async with worker:
            await _story(office, environment)


async def _story(office: Office, environment: WorkflowEnvironment) -> None:
    now = await environment.get_current_time()
    with clock.set_to(now):
        _change(office, SLOW, now)
        document_id, workflow_id, start = _waiting(office, now)
    handle: Any = await environment.client.start_workflow(
        "ContractWorkflow", start, id=workflow_id, task_queue=steps.INTERACTIVE
    )
    before = await handle.query("state", result_type=Outcome)
    assert [alarm.at for alarm in before.alarms] == _rings(now, SLOW)

    with clock.set_to(now):
        assert _change(office, QUICK, now) == 1
    with clock.set_to(now + dt.timedelta(seconds=2)):
        assert await Relay(environment.client)._starts() == 1
    # The engine's clock has to run for the signal to be worked on.
    await environment.sleep(dt.timedelta(seconds=1))
    after = await handle.query("state", result_type=Outcome)
    assert [alarm.at for alarm in after.alarms] == _rings(now, QUICK)
    with house.working() as session:
        document = session.get_one(Contract, document_id)
        assert document.due_at == deadlines.due_at(now, QUICK, queries.holidays(session))

    await environment.sleep(dt.timedelta(days=5))
    with house.working() as session:
        rows = select(ProcessEvent).where(col(ProcessEvent.document_id) == document_id).order_by(col(ProcessEvent.id))
        events = session.execute(rows).scalars().all()
    rung = [(event.act, event.at >= ring) for event, ring in zip(events, _rings(now, QUICK), strict=True)]
    assert rung == [("remind", True), ("escalate", True)]
    await handle.terminate()


def _change(office: Office, pace: Pace, now: dt.datetime) -> int:
    with house.writing(office.admin) as session:
        return paces.change(session, office.admin, CONTRACT, "review_requested", pace, now)


def _waiting(office: Office, now: dt.datetime) -> tuple[int, str, ProcessStart]:
    """A contract that waits for the partner's review since now, and how its process begins."""
    with house.working() as session:
        firm, buyer = session.get_one(Company, office.company_id), session.get_one(Member, office.buyer.member_id)
        made = factories.contract(session, firm, buyer, "review_requested", status_since=now)
        begin(session, CONTRACT, made)
        holidays = queries.holidays(session)
        start = ProcessStart(
            kind=CONTRACT.key,
            document_id=made.id or 0,
            company_id=made.company_id,
            status=made.status,
            alarms=CONTRACT.alarms(made, SLOW, holidays, now),
        )
        # The test starts it itself, under the time-skipping engine.
        session.execute(update(Outbox).values(sent_at=now))
        return made.id or 0, made.workflow_id, start


def _rings(now: dt.datetime, pace: Pace) -> list[dt.datetime]:
    with house.working() as session:
        return [alarm.at for alarm in deadlines.alarms(now, pace, queries.holidays(session), now)]
