"""The process on the time-skipping engine, its steps in a real database, with a hub of paper that never calls."""

import asyncio
import datetime as dt
import time
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import tax_invoices
from activities.gateways.tax_hub.interface import HubStatus
from models import clock, database
from models.kernel.calendar import add_business_days, at_hour, local_date
from models.processes.messages import Act, Actor, Outcome, command_payload
from models.processes.queries import events, holidays, pace
from models.processes.tables import ProcessEvent
from models.processes.writes import Press, insert_command
from models.tax_invoices import alarms, queries, writes
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.tax_invoices.paper_hub import PaperHub
from tests.tax_invoices.world import World
from workflows.steps import EXTERNAL, INTERACTIVE
from workflows.tax_invoices import TaxInvoiceWorkflow

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
COMPUTING_SECONDS = 60.0
RUNNING = PendingActivityState.PENDING_ACTIVITY_STATE_STARTED
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


class Story:
    """One invoice whose process runs; the engine's clock is everybody's."""

    def __init__(self, world: World, environment: WorkflowEnvironment) -> None:
        self.world = world
        self.environment = environment
        self.now = dt.datetime.now(dt.UTC)

    @property
    def hub(self) -> PaperHub:
        return self.world.hub

    async def start(self) -> None:
        self.now = self.world.now = await self.environment.get_current_time()
        self.invoice = await asyncio.to_thread(self.world.draft_invoice, None, local_date(self.now))
        self.handle = await self.environment.client.start_workflow(
            TaxInvoiceWorkflow.run,
            await asyncio.to_thread(self.world.started, self.invoice),
            id=self.invoice.workflow_id,
            task_queue=INTERACTIVE,
        )

    async def press(self, actor: Actor, act: str, **payload: Any) -> Outcome:
        request_id = uuid.uuid4()

        def keep() -> None:
            kept = command_payload(TAX_INVOICE.payload(act).model_validate(payload))
            with database.writing(actor) as session:
                press = Press(TAX_INVOICE.key, act, request_id, kept, frozenset(actor.roles), None)
                insert_command(session, actor, self.invoice, press)

        await asyncio.to_thread(keep)
        asked = Act(
            request_id=str(request_id),
            act=act,
            member_id=actor.member_id,
            company_id=actor.company_id,
            roles=sorted(actor.roles),
        )
        outcome: Outcome = await self.handle.execute_update("act", asked, id=str(request_id), result_type=Outcome)
        return outcome

    async def officer(self, act: str, **payload: Any) -> Outcome:
        return await self.press(self.world.officer, act, **payload)

    async def at_rest(self) -> None:
        """Until nothing it asked for is being done: what is tried again later may be waited for."""
        limit = time.monotonic() + COMPUTING_SECONDS
        # A query is answered once all signals before it have been seen to.
        await self.handle.query("state", result_type=Outcome)
        while time.monotonic() < limit:
            found = (await self.handle.describe()).raw_description.pending_activities
            if not any(one.state == RUNNING or one.attempt <= 1 for one in found):
                return
            await asyncio.sleep(0.02)
        raise AssertionError("an activity does not end")

    async def pass_by(self, span: dt.timedelta) -> None:
        """A whole minute is also how long an activity may take: the time-skipping engine strands a run whose timer
        fires while what cancels it is on its way (temporalio/sdk-java issue 3088), so what runs ends first.
        """
        await self.at_rest()
        await self.environment.sleep(span)
        self.now = await self.environment.get_current_time()

    async def until(self, status: str) -> TaxInvoice:
        """Without any time passing but what the machine needs to compute; beside other work that may be long."""
        limit = time.monotonic() + COMPUTING_SECONDS
        while time.monotonic() < limit:
            found = await self.read()
            if found.status == status:
                return found
            await asyncio.sleep(0.02)
        raise AssertionError(f"{(await self.read()).status} instead of {status}")

    async def requested(self) -> TaxInvoice:
        await self.officer("request")
        return await self.until("requested")

    async def sign(self) -> None:
        key = (await self.read()).hub_key
        await asyncio.to_thread(self.hub.sign, key)

    async def read(self) -> TaxInvoice:
        return await asyncio.to_thread(self.world.read, self.invoice)

    async def recorded(self, *acts: str) -> list[ProcessEvent]:
        def work() -> list[ProcessEvent]:
            with database.working() as session:
                return [one for one in events(session, self.invoice.workflow_id) if not acts or one.act in acts]

        return await asyncio.to_thread(work)


@asynccontextmanager
async def story(time_skipping: TimeSkipping, world: World) -> AsyncIterator[Story]:
    holder: list[Story] = []
    with clock.set_to(lambda: holder[0].now if holder else dt.datetime.now(dt.UTC)), ThreadPoolExecutor(8) as threads:
        async with (
            time_skipping(data_converter=pydantic_data_converter) as environment,
            Worker(
                environment.client,
                task_queue=INTERACTIVE,
                workflows=[TaxInvoiceWorkflow],
                activities=[world.recorder.record_step, world.recorder.read_alarms, *tax_invoices.JOBS],
                activity_executor=threads,
            ),
            Worker(
                environment.client,
                task_queue=EXTERNAL,
                activities=[*world.house.activities],
                activity_executor=threads,
            ),
        ):
            told = Story(world, environment)
            await told.start()
            holder.append(told)
            yield told
            closed = (await told.read()).turn is None
            await (asyncio.wait_for(told.handle.result(), 30) if closed else told.handle.terminate())


@pytest.fixture
def world(database: Database) -> World:
    return World()


async def test_the_whole_way_without_a_single_webhook(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        made = await told.requested()
        await told.sign()
        await told.pass_by(11 * MINUTE)
        await told.until("issued")
        await asyncio.to_thread(told.hub.transmit, made.hub_key)
        await told.pass_by(3 * MINUTE)
        found = await told.until("nts_accepted")
        assert found.verified_at is not None
        assert [event.act for event in await told.recorded()] == [
            "request", "filed", "supplier_signed", "queued", "sending", "accepted",
        ]  # fmt: skip
    assert await asyncio.to_thread(world.follow) == ["settle_by_invoice"]


async def test_a_webhook_only_wakes_it(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        await told.requested()
        asked = told.hub.count("state")
        for _ in range(5):
            await told.handle.signal("hub_changed")
        await told.pass_by(MINUTE)
        assert (await told.read()).status == "requested"
        assert asked < told.hub.count("state") <= asked + 6
        await told.sign()
        await told.handle.signal("hub_changed")
        await told.until("issued")


async def test_a_draft_is_drawn_when_it_is_asked_for(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:

        def drawn() -> int | None:
            with database.working() as session:
                return queries.preview_file(session, session.get_one(TaxInvoice, told.invoice.id))

        assert drawn() is None
        for _ in range(2):
            await told.handle.signal(writes.DRAW_SIGNAL)
        await told.at_rest()
        assert await asyncio.to_thread(drawn) is not None
        await told.requested()
        await told.handle.signal(writes.DRAW_SIGNAL)
        assert (await told.handle.query("state", result_type=Outcome)).jobs == []


async def test_a_long_history_goes_on_under_a_new_run(
    time_skipping: TimeSkipping, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine suggests it once; nothing that was known or asked for is forgotten."""
    long = {"is": False}
    monkeypatch.setattr(
        workflow.Info,
        "is_continue_as_new_suggested",
        lambda info: long["is"] and info.continued_run_id is None,
    )
    async with story(time_skipping, world) as told:
        made = await told.requested()
        first = (await told.handle.describe()).run_id
        before = await told.handle.query("state", result_type=Outcome)
        long["is"] = True
        await told.handle.signal(writes.REMIND_SIGNAL)
        await told.pass_by(MINUTE)
        anew = told.environment.client.get_workflow_handle(made.workflow_id)
        assert (await anew.describe()).run_id != first
        assert [event.act for event in await told.recorded()][-1] == "remind"
        assert told.hub.count("remind") == 1
        after = await anew.query("state", result_type=Outcome)
        assert (after.status, after.step) == ("requested", before.step + 1)
        assert after.alarms[-1] == before.alarms[-1]
        await told.officer("cancel_request", reason="금액 오류")
        await told.until("request_cancelled")
        assert [event.step for event in await told.recorded()] == [1, 2, 3, 4, 5]
        told.handle = anew


async def test_reminders_and_escalations_until_the_law_has_passed(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        made = await told.requested()
        with database.working() as session:
            free = holidays(session)
            policy = pace(session, TAX_INVOICE.key, "requested")
        expected = alarms.issue_alarms(made.issue_by, made.status_since, policy, free, reminders=True)
        await told.pass_by((made.issue_by - local_date(told.now)).days * DAY + 5 * DAY)
        rung = [(event.act, event.at.replace(microsecond=0)) for event in await told.recorded("remind", "escalate")]
        days = {ring.at for ring in expected}
        assert [at for _, at in rung] == sorted(days)
        escalated = [local_date(at) for act, at in rung if act == "escalate"]
        after = add_business_days(made.issue_by, 1, free)
        assert escalated[-3:] == [local_date(at) for at in sorted(days)[-3:]]
        assert escalated[-2:] == [made.issue_by, after]
        reminded = [at for act, at in rung if act == "remind"]
        assert told.hub.count("remind") == len(reminded) == (await told.read()).reminders
        count = told.hub.count("state")
        await told.pass_by(30 * DAY)
        assert len(await told.recorded("remind", "escalate")) == len(rung)
        assert told.hub.count("state") - count <= 30 * 4 + 1
        await told.sign()
        await told.pass_by(6 * HOUR)
        await told.until("issued")


async def test_reminders_can_be_switched_off_and_sent_at_once(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        made = await told.requested()

        def switch() -> None:
            with database.writing(world.officer) as session:
                writes.set_reminders(session, world.officer, made.id or 0, told.now, on=False)

        await asyncio.to_thread(switch)
        await told.handle.signal("policy_changed")
        await told.pass_by((made.issue_by - local_date(told.now)).days * DAY + 5 * DAY)
        assert await told.recorded("remind") == []
        assert len(await told.recorded("escalate")) >= 3
        await told.handle.signal(writes.REMIND_SIGNAL)
        await told.pass_by(MINUTE)
        assert len(await told.recorded("remind")) == 1
        assert told.hub.count("remind") == 1


async def test_a_hub_down_for_an_hour_and_for_days(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        told.hub.away = True
        await told.officer("request")
        await told.pass_by(HOUR)
        found = await told.read()
        assert (found.status, found.hub_away_since is not None) == ("filing", True)
        told.hub.away = False
        await told.pass_by(31 * MINUTE)
        found = await told.until("requested")
        assert found.hub_away_since is None
        assert told.hub.count("file") == 1
        told.hub.away = True
        await told.officer("cancel_request", reason="금액 오류")
        await told.pass_by(5 * DAY)
        assert (await told.read()).status == "cancelling_request"
        assert len(await told.recorded("escalate")) >= 2
        told.hub.away = False
        await told.pass_by(31 * MINUTE)
        await told.until("request_cancelled")
        assert told.hub.count("cancel_request") == 1


async def test_a_signed_invoice_nobody_sends_rings_by_the_law(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        await told.requested()
        await told.sign()
        await told.handle.signal("hub_changed")
        issued = await told.until("issued")
        assert issued.transmit_by == local_date(told.now) + DAY
        await told.pass_by(3 * DAY)
        rung = [event.at.replace(microsecond=0) for event in await told.recorded("escalate")]
        assert rung[0] == at_hour(issued.transmit_by, 18)
        told.hub.move(issued.hub_key, HubStatus.NTS_WAITING)
        await told.handle.signal("hub_changed")
        await told.until("nts_waiting")
        await told.officer("cancel_issue", reason="금액 오류")
        await told.until("issued")  # the paper hub undoes an issue only before it waits
        assert (await told.recorded())[-2].act in {"issue_stands", "cancel_issue"}


async def test_what_comes_in_while_the_hub_is_asked_is_asked_anew(time_skipping: TimeSkipping, world: World) -> None:
    async with story(time_skipping, world) as told:
        made = await told.requested()
        state = told.hub.state

        def slowly(key: str) -> Any:
            told.hub.state = state  # type: ignore[method-assign]
            waiting = asyncio.run_coroutine_threadsafe(told.officer("cancel_request", reason="금액 오류"), loop)
            answer = state(key)
            waiting.result(30)
            told.hub.sign(key)
            return answer

        loop = asyncio.get_running_loop()
        told.hub.state = slowly  # type: ignore[method-assign]
        await told.handle.signal("hub_changed")
        found = await told.until("issued")
        assert [event.act for event in await told.recorded()][-2:] == ["cancel_request", "supplier_signed"]
        assert told.hub.papers[made.hub_key].issued == 1
        assert found.cancel_reason == "금액 오류"
