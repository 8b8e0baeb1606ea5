"""House and hub in one process with one clock, and everything that can go wrong between them.

The house is its real workflows on a time-skipping engine, its activities, database, relay and doors; the hub is the
sandbox's, its clockwork driven by the test. Time is the engine's; both sides read it.
"""

import asyncio
import datetime as dt
import hashlib
import hmac
import json
import random
import uuid
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2
from sqlalchemy import select
from sqlmodel import col
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities import settlements as settlement_steps
from activities import tax_invoices as invoice_steps
from activities.gateways.tax_hub.sandbox import STATES
from activities.recording import Recorder
from activities.tax_hub import Hub as HubActivities
from models import clock, database
from models.kernel.calendar import local_date
from models.kernel.identifiers import brn_with_check
from models.members.tables import Company
from models.processes.kinds import Kind
from models.processes.messages import Actor, command_payload
from models.processes.queries import events
from models.processes.tables import Outbox, ProcessColumns, ProcessEvent
from models.processes.writes import Press, insert_command
from models.settings import settings
from models.settlements.kind import SETTLEMENT
from models.settlements.tables import Settlement
from models.tax_invoices.events import HubEvent
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import AT_HUB
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.writes import draft_from_settlement, make_again
from tests.gateways.hub_world import SandboxOffice, Wire
from tests.settlements.world import World
from web.relay import Relay
from web.sandbox.hub import authority
from web.sandbox.hub.machine import Forbidden
from workflows.settlements import SettlementWorkflow
from workflows.steps import EXTERNAL, INTERACTIVE
from workflows.tax_invoices import TaxInvoiceWorkflow

TimeSkipping = Callable[..., AbstractAsyncContextManager[WorkflowEnvironment]]
Row = TypeVar("Row", TaxInvoice, Settlement)
REFUSED = 401
MOMENT = dt.timedelta(seconds=20)
ODD = dt.timedelta(seconds=7)
STRANGER = "a secret of somebody else entirely"


@dataclass
class Weather:
    """What befalls the messages besides what the hub itself does to them. Chances in percent."""

    lost: int = 0
    replayed: int = 0
    forged: int = 0
    lied: int = 0
    """Untrue, and signed with the right secret all the same."""


@dataclass
class Told:
    """What was answered to messages that should not have come."""

    forged: list[int] = field(default_factory=list)
    replayed: list[int] = field(default_factory=list)
    lied: list[int] = field(default_factory=list)


class Storm:
    house: httpx2.ASGITransport

    def __init__(self, environment: WorkflowEnvironment, office: SandboxOffice, wire: Wire, seed: int) -> None:
        self.environment = environment
        self.office = office
        self.wire = wire
        self.luck = random.Random(seed)  # noqa: S311 - weather
        self.weather = Weather()
        self.told = Told()
        self.relay = Relay(environment.client)
        self.engine_is_away = False
        self.now = dt.datetime.min.replace(tzinfo=dt.UTC)
        self.everywhere: list[str] = []
        """Every key there ever was."""

    async def settle_down(self, prices: tuple[int, ...]) -> list[Settlement]:
        """A company that can be invoiced, and settlements it has acknowledged, one for each price."""
        self.world = await asyncio.to_thread(_world, prices)
        made = [await asyncio.to_thread(self.world.draft, number) for number in self.world.ids]
        await self.pass_by(MOMENT)
        for actor, act in ((self.world.officer, "request_issue"), (self.world.partner, "acknowledge")):
            for row in made:
                await self.press(actor, SETTLEMENT, row, act)
            await self.pass_by(MOMENT)
        found = [await self.read(row) for row in made]
        assert {row.status for row in found} == {"acknowledged"}
        return found

    async def draft(self, settlement: Settlement) -> TaxInvoice:
        def work() -> TaxInvoice:
            officer = self.world.officer
            with database.writing(officer) as session:
                return draft_from_settlement(session, officer, settlement.id or 0, self.today, self.now)

        return self._seen(await asyncio.to_thread(work))

    async def again(self, row: TaxInvoice) -> TaxInvoice:
        """「다시 요청」."""

        def work() -> TaxInvoice:
            officer = self.world.officer
            with database.writing(officer) as session:
                return make_again(session, officer, row.id or 0, self.today, self.now)

        return self._seen(await asyncio.to_thread(work))

    def _seen(self, row: TaxInvoice) -> TaxInvoice:
        self.everywhere.append(row.hub_key)
        return row

    @property
    def today(self) -> dt.date:
        return local_date(self.now)

    async def read(self, row: Row) -> Row:
        def work() -> Row:
            with database.working() as session:
                return session.get_one(type(row), row.id)

        return await asyncio.to_thread(work)

    async def press(self, actor: Actor, kind: Kind, row: ProcessColumns, act: str, **payload: Any) -> None:
        """As a browser does; the relay brings it, engine there or not."""

        def work() -> None:
            with database.working() as session:
                found = session.get_one(type(row), row.id)
            wanted = command_payload(kind.payload(act).model_validate(payload))
            roles = kind.rules.move(found.status, act).roles
            with database.writing(actor) as session:
                insert_command(session, actor, found, Press(kind.key, act, uuid.uuid4(), wanted, roles, found.version))

        await asyncio.to_thread(work)

    async def officer(self, row: TaxInvoice, act: str, **payload: Any) -> bool:
        """Press, if the page shows the button now."""
        found = await self.read(row)
        can = any(move.act == act for move in TAX_INVOICE.rules.moves if move.status == found.status)
        if can:
            await self.press(self.world.officer, TAX_INVOICE, found, act, **payload)
        return can

    async def pass_by(self, span: dt.timedelta) -> None:
        """Time goes on for everybody; then what is due happens, in an order nobody chose.

        A few odd seconds more than asked: the process waits in whole minutes, and the time-skipping engine strands a
        run whose timer fires while a task that cancels it is with the worker (temporalio/sdk-java issue 3088).
        """
        span += ODD
        self.now = await self.environment.get_current_time() + span
        await self.environment.sleep(span)
        self.now = await self.environment.get_current_time()
        rounds: list[Callable[[], Coroutine[Any, Any, None]]] = [self._hub, self._strangers]
        if not self.engine_is_away:
            rounds.append(self._relay)
        self.luck.shuffle(rounds)
        for work in rounds:
            await work()

    async def _hub(self) -> None:
        await asyncio.to_thread(self.office.tick)

    async def _relay(self) -> None:
        await self.relay._starts()
        await self.relay._commands()

    async def _strangers(self) -> None:
        if self.luck.randrange(100) < self.weather.forged and self.everywhere:
            self.told.forged.append(await self._knock(*self._forgery()))
        if self.luck.randrange(100) < self.weather.lied and self.everywhere:
            self.told.lied.append(await self._knock(*self._lie()))
        if self.luck.randrange(100) < self.weather.replayed and self.wire.sent:
            self.told.replayed.append(await self._knock(*self.luck.choice(self.wire.sent)))

    def _forgery(self) -> tuple[bytes, dict[str, str]]:
        """Signed by somebody who does not know the secret, or not signed, or signed for another body."""
        body, right = self._lie()
        secret, over = self.luck.choice([(STRANGER, body), ("", body), (settings().tax_hub_secret, b"{}")])
        return body, right | {"hub-signature": _signature(secret, right["hub-timestamp"], over)}

    def _lie(self) -> tuple[bytes, dict[str, str]]:
        """That an invoice was accepted, or refused, by somebody who knows the secret."""
        state = self.luck.choice(["SENDING_COMPLETED", "REQUEST_REFUSED", "ISSUANCE_CANCELLED", "ISSUED"])
        said = {"id": str(uuid.uuid4()), "key": self.luck.choice(self.everywhere), "state": state}
        body = json.dumps(said | {"state_version": 99}).encode()
        stamp = str(int(self.now.timestamp()))
        signature = _signature(settings().tax_hub_secret, stamp, body)
        return body, {"hub-event-id": said["id"], "hub-timestamp": stamp, "hub-signature": signature}

    async def _knock(self, body: bytes, headers: Mapping[str, str]) -> int:
        return await asyncio.to_thread(self.office.call, self.deliver, body, headers)

    async def deliver(self, body: bytes, headers: Mapping[str, str]) -> int:
        """At the house's door, over the loop of whoever calls."""
        if self.luck.randrange(100) < self.weather.lost:
            return 0
        async with httpx2.AsyncClient(transport=self.house, base_url="http://house.example") as client:
            answer = await client.post("/hooks/tax-hub", content=body, headers=dict(headers))
        return answer.status_code

    async def supplier(self, row: TaxInvoice, act: str, *more: str) -> bool:
        """Sign or refuse at the hub, if that is there and lets one; whether it was done."""

        def work() -> bool:
            weather = self.office.call(self.office.desk.weather)
            if weather.is_down(self.now) or self.office.state_of(row.hub_key) is None:
                return False
            with suppress(Forbidden):
                getattr(self.office, act)(row.hub_key, *more)
                return True
            return False

        return await asyncio.to_thread(work)

    async def rows(self) -> list[TaxInvoice]:
        def work() -> list[TaxInvoice]:
            with database.working() as session:
                return list(session.execute(select(TaxInvoice).order_by(col(TaxInvoice.id))).scalars())

        return await asyncio.to_thread(work)

    async def at_hub(self, row: TaxInvoice) -> str | None:
        return await asyncio.to_thread(self.office.state_of, row.hub_key)

    async def standing(self) -> dict[str, tuple[str, int]]:
        """Of every document at the hub its state, and how many times it was issued."""
        return await asyncio.to_thread(self.office.standing)

    async def untold(self) -> int:
        """How many wakings have not reached a process that still runs: this engine has own words for one that ended."""

        def work() -> int:
            with database.working() as session:
                unsent = session.execute(select(Outbox).where(col(Outbox.sent_at).is_(None))).scalars().all()
                ended = select(col(TaxInvoice.workflow_id)).where(col(TaxInvoice.turn).is_(None))
                closed = set(session.execute(ended).scalars())
            return sum(1 for row in unsent if row.payload.get("workflow_id") not in closed)

        return await asyncio.to_thread(work)

    async def recorded(self, row: ProcessColumns) -> list[ProcessEvent]:
        def work() -> list[ProcessEvent]:
            with database.working() as session:
                return list(events(session, row.workflow_id))

        return await asyncio.to_thread(work)

    async def heard(self) -> list[HubEvent]:
        def work() -> list[HubEvent]:
            with database.working() as session:
                return list(session.execute(select(HubEvent)).scalars())

        return await asyncio.to_thread(work)

    async def is_quiet(self) -> bool:
        """Nothing is under way any more, and house and hub agree on every document."""
        at_hub, rows = await self.standing(), await self.rows()
        told = {key: STATES[state] for key, (state, _) in at_hub.items() if state in STATES}
        return all(row.status not in AT_HUB and told.get(row.hub_key) == row.status for row in rows)


def _signature(secret: str, stamp: str, over: bytes) -> str:
    return "v1=" + hmac.new(secret.encode(), stamp.encode() + b"." + over, hashlib.sha256).hexdigest()


def _world(prices: tuple[int, ...]) -> World:
    made = World(prices=prices)
    with database.working() as session:
        company = session.get_one(Company, made.company.id)
        company.business_number = brn_with_check("220811234")
        company.representative, company.address = "김한빛", "서울특별시 강남구 테헤란로 1"
        company.business_type, company.business_item = "도매 및 소매업", "컴퓨터 및 주변장치"
    made.accept_all()
    return made


@asynccontextmanager
async def storm(time_skipping: TimeSkipping, url: str, seed: int) -> AsyncIterator[Storm]:
    """A house with no documents yet and an empty hub, in fair weather."""
    import app

    wire = Wire()
    holder: list[Storm] = []
    with (
        clock.set_to(lambda: holder[0].now if holder else dt.datetime.now(dt.UTC)),
        ThreadPoolExecutor(8) as threads,
    ):
        async with time_skipping(data_converter=pydantic_data_converter) as environment:
            opened = SandboxOffice.open(url, wire)
            office = await asyncio.to_thread(opened.__enter__)
            try:
                made = Storm(environment, office, wire, seed)
                made.now = await environment.get_current_time()
                made.house = httpx2.ASGITransport(app=app.create_app())
                wire.house = made.deliver
                holder.append(made)
                _, root = await asyncio.to_thread(office.call, authority.root, office.desk)
                async with _workers(environment, HubActivities(lambda: office.hub, lambda: [root]), threads):
                    yield made
            finally:
                await asyncio.to_thread(opened.__exit__, None, None, None)


@asynccontextmanager
async def _workers(
    environment: WorkflowEnvironment, hub: HubActivities, threads: ThreadPoolExecutor
) -> AsyncIterator[None]:
    recorder = Recorder({"settlement": settlement_steps.STEPS, "tax_invoice": invoice_steps.STEPS})
    async with (
        Worker(
            environment.client,
            task_queue=INTERACTIVE,
            workflows=[SettlementWorkflow, TaxInvoiceWorkflow],
            activities=[
                recorder.record_step,
                recorder.read_alarms,
                *settlement_steps.JOBS,
                *invoice_steps.JOBS,
            ],
            activity_executor=threads,
        ),
        Worker(environment.client, task_queue=EXTERNAL, activities=[*hub.activities], activity_executor=threads),
    ):
        yield
