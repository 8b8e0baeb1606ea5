"""The report's process on the engine that skips time: the 10th, the 15th, next business days, month and year ends."""

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

from activities.credits_payday import day_of
from models import clock
from models import database as house_database
from models.credits.kind import CREDIT_REPORT
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode, month_after, pay_on, sign_by
from models.kernel.calendar import at_hour, local_date
from models.processes import queries
from models.processes.deadlines import DEFAULT_PACE
from models.processes.messages import Act, Actor, Outcome, ProcessStart, command_payload
from models.processes.tables import ProcessEvent
from models.processes.writes import Press, insert_command
from tests.credits.report_world import World
from tests.engines import Database
from workflows.credit_reports import CreditReportWorkflow
from workflows.steps import INTERACTIVE

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]


class Story:
    """One published report whose process runs; people and machines press its acts."""

    def __init__(self, world: World, environment: WorkflowEnvironment, report: CreditReport) -> None:
        self.world = world
        self.environment = environment
        self.report = report

    async def start(self) -> None:
        with house_database.working() as session:
            days = queries.holidays(session)
        begin = ProcessStart(
            kind=CREDIT_REPORT.key,
            document_id=self.report.id or 0,
            company_id=0,
            status=self.report.status,
            alarms=CREDIT_REPORT.alarms(self.report, DEFAULT_PACE, days, self.report.status_since),
        )
        self.handle = await self.environment.client.start_workflow(
            CreditReportWorkflow.run, begin, id=self.report.workflow_id, task_queue=INTERACTIVE
        )

    async def press(self, actor: Actor, act: str, **payload: Any) -> Outcome:
        """As web and relay do: the command, then the update under its id."""
        request_id = uuid.uuid4()
        self.world.now = await self.environment.get_current_time()
        await asyncio.to_thread(self._keep, actor, act, request_id, payload)
        asked = Act(
            request_id=str(request_id),
            act=act,
            member_id=actor.member_id,
            company_id=None,
            roles=sorted(actor.roles),
        )
        outcome: Outcome = await self.handle.execute_update("act", asked, id=str(request_id), result_type=Outcome)
        return outcome

    def _keep(self, actor: Actor, act: str, request_id: uuid.UUID, payload: dict[str, Any]) -> None:
        kept = command_payload(CREDIT_REPORT.payload(act).model_validate(payload))
        with house_database.working() as session:
            press = Press(CREDIT_REPORT.key, act, request_id, kept, frozenset(actor.roles), None)
            insert_command(session, actor, self.report, press)

    async def until(self, day: dt.date, hour: int) -> None:
        """Let time pass to an hour of Seoul."""
        now = await self.environment.get_current_time()
        await self.environment.sleep(at_hour(day, hour) - now)

    def rings(self) -> list[tuple[str, dt.date]]:
        """The reminders and escalations recorded so far, by their days."""
        return [(one.act, local_date(one.at)) for one in self.events() if one.act in {"remind", "escalate"}]

    def events(self) -> list[ProcessEvent]:
        with house_database.working() as session:
            return list(queries.events(session, self.report.workflow_id))


@asynccontextmanager
async def story(
    time_skipping: TimeSkipping, published: dt.date, mode: IssueMode = IssueMode.REVERSE
) -> AsyncIterator[Story]:
    """A report published at 10:00 of a day, the month before settled; the engine's clock stands there."""
    with ThreadPoolExecutor(4) as threads:
        async with time_skipping(data_converter=pydantic_data_converter) as environment:
            now = await environment.get_current_time()
            await environment.sleep(at_hour(published, 10) - now)
            world = await asyncio.to_thread(World, month_after(published.replace(day=1), -1))
            world.now = at_hour(published, 10)
            report = await asyncio.to_thread(world.published, mode)
            worker = Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[CreditReportWorkflow],
                activities=[world.recorder.record_step, world.recorder.read_alarms],
                activity_executor=threads,
            )
            async with worker:
                told = Story(world, environment, report)
                await told.start()
                yield told
                closed = world.read(report).turn is None
                await (told.handle.result() if closed else told.handle.terminate())


PUBLISHED = dt.date(2027, 2, 19)
"""A Friday; settled is January 2027: to be signed by 10 March, paid on 15 March."""


async def test_the_partner_is_reminded_before_the_tenth_on_it_and_told_when_it_is_over(
    time_skipping: TimeSkipping, database: Database
) -> None:
    del database
    async with story(time_skipping, PUBLISHED) as told:
        await told.until(dt.date(2027, 3, 5), 9)
        assert told.rings() == []
        await told.until(dt.date(2027, 3, 12), 9)
        assert told.rings() == [
            ("remind", dt.date(2027, 3, 5)),
            ("remind", dt.date(2027, 3, 8)),
            ("remind", dt.date(2027, 3, 9)),
            ("remind", dt.date(2027, 3, 10)),
            ("escalate", dt.date(2027, 3, 11)),
        ]
        hours = {at_hour(day, 10) for _, day in told.rings()}
        assert {event.at.replace(second=0, microsecond=0) for event in told.events()} == hours
        await told.until(dt.date(2027, 3, 19), 9)
        assert told.rings()[5:] == [("remind", dt.date(2027, 3, 18))]


async def test_forward_is_reminded_until_it_is_registered_and_the_officer_confirms(
    time_skipping: TimeSkipping, database: Database
) -> None:
    del database
    async with story(time_skipping, PUBLISHED, IssueMode.FORWARD) as told:
        await told.until(dt.date(2027, 3, 8), 12)
        assert [day.day for _, day in told.rings()] == [5, 8]
        facts = {"approval_number": "202702264100007300000077", "written_on": dt.date(2027, 2, 26)}
        await told.press(told.world.partner, "register_invoice", **facts)
        await told.press(told.world.officer, "confirm_invoice")
        found = told.world.read(told.report)
        assert (found.status, found.pay_on) == ("paying", dt.date(2027, 3, 15))
        await told.until(dt.date(2027, 3, 14), 12)
        assert [day.day for _, day in told.rings()] == [5, 8]


async def test_an_individual_waits_for_its_day_and_is_paid(time_skipping: TimeSkipping, database: Database) -> None:
    del database
    async with story(time_skipping, PUBLISHED, IssueMode.INDIVIDUAL) as told:
        await told.until(dt.date(2027, 3, 15), 11)
        assert told.rings() == []
        with house_database.working() as session:
            morning = day_of(session, dt.date(2027, 3, 15))
            assert (morning.due, morning.amount) == (1, told.report.payable)
            assert day_of(session, dt.date(2027, 3, 14)).due == 0
        outcome = await told.press(told.world.officer, "pay")
        assert outcome.status == "paid"


async def test_failed_it_is_reminded_of_until_it_is_tried_again(
    time_skipping: TimeSkipping, database: Database
) -> None:
    del database
    async with story(time_skipping, PUBLISHED, IssueMode.INDIVIDUAL) as told:
        await told.until(dt.date(2027, 3, 15), 15)
        await told.press(told.world.officer, "payment_failed", reason="계좌 해지")
        await told.until(dt.date(2027, 3, 20), 12)
        assert [day.day for _, day in told.rings()] == [17, 19]
        await told.press(told.world.partner, "retry")
        found = told.world.read(told.report)
        assert (found.status, found.pay_on) == ("paying", dt.date(2027, 4, 15))
        await told.until(dt.date(2027, 4, 14), 12)
        assert len(told.rings()) == 2


async def test_a_refusal_reaches_who_pressed_and_the_process_goes_on(
    time_skipping: TimeSkipping, database: Database
) -> None:
    del database
    async with story(time_skipping, PUBLISHED) as told:
        for day in (dt.date(2027, 2, 20), dt.date(2027, 1, 31)):
            with pytest.raises(WorkflowUpdateFailedError) as refused:
                await told.press(told.world.partner, "request_invoice", written_on=day, stepped_up=True)
            assert isinstance(refused.value.cause, ApplicationError)
            assert refused.value.cause.type == "written_on_outside"
        with clock.set_to(told.world.now):
            await told.press(told.world.partner, "request_invoice", written_on=PUBLISHED, stepped_up=True)
        assert told.world.read(told.report).status == "invoice_requested"
        await told.until(dt.date(2027, 3, 8), 12)
        assert [day.day for _, day in told.rings()] == [5, 8]


YEARS = (
    # published, last day to sign, day of payment
    ("2027-12-20", "2028-01-10", "2028-01-17"),  # year change; the 15th is a Saturday
    ("2028-01-20", "2028-02-10", "2028-02-15"),  # January's 20th for December: leap year
    ("2028-02-29", "2028-03-10", "2028-03-15"),  # published on the leap day
    ("2026-12-31", "2027-01-11", "2027-01-15"),  # the last day of a year; the 10th is a Sunday
    ("2027-04-20", "2027-05-10", "2027-05-17"),  # the 15th is a Saturday
)


@pytest.mark.parametrize(("published", "signed", "paid"), YEARS)
async def test_the_days_of_a_month_across_month_ends_leap_years_and_new_years(
    time_skipping: TimeSkipping, database: Database, published: str, signed: str, paid: str
) -> None:
    del database
    last, payday = dt.date.fromisoformat(signed), dt.date.fromisoformat(paid)
    async with story(time_skipping, dt.date.fromisoformat(published)) as told:
        assert (told.report.sign_by, told.report.pay_on) == (last, payday)
        await told.until(last, 11)
        assert told.rings()[-1] == ("remind", last)
        await told.until(last + dt.timedelta(days=4), 11)
        assert [act for act, day in told.rings() if day > last] == ["escalate"]


@pytest.mark.parametrize(
    ("settled", "day"),
    [
        ("2019-02", "2019-04-15"),
        ("2022-11", "2023-01-16"),
        ("2024-03", "2024-05-16"),
        ("2024-07", "2024-09-19"),
        ("2025-06", "2025-08-18"),
        ("2025-12", "2026-02-19"),
        ("2026-06", "2026-08-18"),
        ("2027-03", "2027-05-17"),
        ("2027-06", "2027-08-17"),
    ],
)
def test_the_published_vectors_of_payment_days(database: Database, settled: str, day: str) -> None:
    del database
    World()
    with house_database.working() as session:
        days = queries.holidays(session)
    month = dt.date.fromisoformat(f"{settled}-01")
    assert pay_on(month, days) == dt.date.fromisoformat(day)
    assert sign_by(month, days) < pay_on(month, days)
