"""Messages doubled, swapped, lost, late, forged and replayed, a hub that is down: every invoice ends right, once."""

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable

import pytest

from activities.gateways.tax_hub.sandbox import STATES
from models.processes import chain
from models.settlements.rules import SETTLE_BY_INVOICE
from models.settlements.tables import Settlement
from models.tax_invoices.rules import Status
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.tax_invoices.storm import MOMENT, REFUSED, Storm, TimeSkipping, storm

pytestmark = pytest.mark.timeout(600)  # a day and a half of six invoices, beside other tests
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
STEP = 30 * MINUTE
"""How often everybody is looked after: what people do is hours apart, and what they race at falls into one step."""
PRICES = (10_000, 20_000, 30_000, 40_000, 50_000, 60_000)
SIGNED_ONCE = ("supplier_signed", "accepted")


class Fates:
    """What people do with six invoices, each at an hour of its own; what cannot be done yet is tried again later."""

    def __init__(self, at: Storm, rows: list[TaxInvoice]) -> None:
        self.at = at
        self.signed, self.refused, self.withdrawn, self.raced, self.undone, self.late = rows
        self.remade: TaxInvoice | None = None
        begun = at.now
        hours = [at.luck.uniform(0.5, 6) for _ in range(6)]
        self.plans: list[tuple[dt.datetime, Callable[[], object]]] = [
            (begun + hours[0] * HOUR, lambda: at.supplier(self.signed, "sign")),
            (begun + hours[1] * HOUR, lambda: at.supplier(self.refused, "refuse", "수량이 다릅니다")),
            (begun + hours[2] * HOUR, lambda: at.officer(self.withdrawn, "cancel_request", reason="금액을 고칩니다")),
            (begun + hours[3] * HOUR, lambda: at.officer(self.raced, "cancel_request", reason="금액을 고칩니다")),
            (begun + hours[3] * HOUR + MINUTE, lambda: at.supplier(self.raced, "sign")),
            (begun + hours[4] * HOUR, lambda: at.supplier(self.undone, "sign")),
            (begun + hours[4] * HOUR + MINUTE, lambda: at.officer(self.undone, "cancel_issue", reason="계약 해제")),
            (begun + 9 * HOUR, self._again),
            (begun + (9 + hours[5]) * HOUR, lambda: at.supplier(self.late, "sign")),
        ]

    async def live(self) -> None:
        """Those whose hour has come act; the raced signature and the undoing are tried for a while only."""
        for plan in [one for one in self.plans if one[0] <= self.at.now]:
            gives_up = plan[0] + 3 * HOUR < self.at.now
            if await plan[1]() or gives_up:  # type: ignore[misc]
                self.plans.remove(plan)
        for row in await self.at.rows():
            if row.status == Status.NTS_FAILED:
                await self.at.officer(row, "resend")

    async def _again(self) -> bool:
        """「다시 요청」 of the refused one, once the house knows that it was refused."""
        if (await self.at.read(self.refused)).status != Status.REFUSED:
            return False
        remade = self.remade = await self.at.again(self.refused)
        self.plans += [
            (self.at.now + MINUTE, lambda: self.at.officer(remade, "request")),
            (self.at.now + HOUR, lambda: self.at.supplier(remade, "sign")),
        ]
        return True


async def _begin(at: Storm) -> tuple[list[Settlement], Fates]:
    settlements = await at.settle_down(PRICES)
    rows = [await at.draft(settlement) for settlement in settlements]
    await at.pass_by(MOMENT)
    for row in rows:
        assert await at.officer(row, "request")
    await at.pass_by(MOMENT)
    return settlements, Fates(at, rows)


async def _nothing_ran_ahead(at: Storm) -> None:
    """What a stranger says never shows: the house calls accepted only what the hub has sent."""
    at_hub = await at.standing()
    for row in await at.rows():
        if row.status == Status.NTS_ACCEPTED:
            assert at_hub[row.hub_key][0] == "SENDING_COMPLETED"
        if row.approval_number is not None:
            assert at_hub[row.hub_key][1] == 1


async def _live_through(at: Storm, fates: Fates, days: float, step: dt.timedelta) -> None:
    until = at.now + days * DAY
    while at.now < until:
        await at.pass_by(step)
        await fates.live()
        await _nothing_ran_ahead(at)


async def _calm(at: Storm, fates: Fates) -> None:
    """Fair weather again, until everything that was under way has arrived."""
    at.weather.lost = at.weather.forged = at.weather.replayed = at.weather.lied = 0
    at.engine_is_away = False
    await asyncio.to_thread(
        at.office.weather, lost_percent=0, api_failure_percent=0, failure_percent=0, down_until=None, pace="instant"
    )
    for _ in range(60):
        await at.pass_by(HOUR)
        await fates.live()
        if not fates.plans and await at.is_quiet():
            break
    # What the machine pressed on the settlements arrives.
    for _ in range(3):
        await at.pass_by(MINUTE)


async def _each_is_right_and_issued_once(at: Storm, settlements: list[Settlement], fates: Fates) -> None:
    rows, at_hub = await at.rows(), await at.standing()
    assert set(at_hub) == {row.hub_key for row in rows}
    for row in rows:
        told, issued = at_hub[row.hub_key]
        assert row.status == STATES[told].value, f"{row.number} is {row.status} here and {told} at the hub"
        acts = Counter(event.act for event in await at.recorded(row))
        assert all(acts[act] <= 1 for act in SIGNED_ONCE), acts
        assert issued <= 1
        if row.status == Status.NTS_ACCEPTED:
            assert row.verified_at is not None, row.verification_detail
            assert (row.verification_problem, row.xml_file_id is None, row.pdf_file_id is None) == ("", False, False)
        await _chain_holds(at, row)
    numbers = [row.approval_number for row in rows if row.approval_number]
    assert len(numbers) == len(set(numbers))
    for settlement in settlements:
        await _settled_once(at, settlement, [row for row in rows if row.settlement_id == settlement.id])
    assert (await at.read(fates.withdrawn)).status == Status.REQUEST_CANCELLED
    assert (await at.read(fates.refused)).status == Status.REFUSED
    assert (await at.read(fates.raced)).status in {Status.REQUEST_CANCELLED, Status.NTS_ACCEPTED}
    assert (await at.read(fates.undone)).status in {Status.ISSUE_CANCELLED, Status.NTS_ACCEPTED}
    assert fates.remade is not None
    for row in (fates.signed, fates.late, fates.remade):
        assert (await at.read(row)).status == Status.NTS_ACCEPTED


async def _chain_holds(at: Storm, row: TaxInvoice) -> None:
    before, status = "", Status.DRAFTING.value
    for number, event in enumerate(await at.recorded(row), start=1):
        assert (event.step, event.status_from, event.prev_hash) == (number, status, before or event.prev_hash)
        assert event.hash == chain.digest(event)
        before, status = event.hash, event.status_to
    assert status == row.status


async def _settled_once(at: Storm, settlement: Settlement, rows: list[TaxInvoice]) -> None:
    accepted = [row for row in rows if row.status == Status.NTS_ACCEPTED]
    assert len(accepted) <= 1
    found = await at.read(settlement)
    acts = Counter(event.act for event in await at.recorded(settlement))
    assert acts[SETTLE_BY_INVOICE] == len(accepted)
    if accepted:
        assert (found.status, found.evidence_number) == ("payment_due", accepted[0].approval_number)
    else:
        assert found.status == "acknowledged"


@pytest.mark.parametrize("seed", [1, 2])
async def test_messages_fivefold_swapped_lost_forged_and_replayed(
    time_skipping: TimeSkipping, database: Database, seed: int
) -> None:
    async with storm(time_skipping, database.sandbox_url, seed) as at:
        settlements, fates = await _begin(at)
        at.weather.lost, at.weather.forged, at.weather.replayed, at.weather.lied = 20, 50, 60, 30
        await asyncio.to_thread(
            at.office.weather,
            seed=f"storm-{seed}",
            copies=5,
            shuffle_seconds=3 * 3600,
            drop_percent=20,
            forge_percent=50,
            lost_percent=15,
            api_failure_percent=15,
            failure_percent=30,
            pace="real",
        )
        await _live_through(at, fates, 0.8, STEP)
        await _calm(at, fates)
        await _each_is_right_and_issued_once(at, settlements, fates)
        assert at.told.forged
        assert set(at.told.forged) <= {REFUSED, 0}
        assert 202 in at.told.lied
        sent = Counter(headers["hub-event-id"] for _, headers in at.wire.sent)
        assert max(sent.values()) >= 5
        heard = Counter(event.event_id for event in await at.heard())
        assert set(heard.values()) == {1}
        assert {event.outcome for event in await at.heard()} == {"woken"}


async def test_every_message_a_day_late(time_skipping: TimeSkipping, database: Database) -> None:
    async with storm(time_skipping, database.sandbox_url, 3) as at:
        settlements, fates = await _begin(at)
        at.weather.replayed = 50
        await asyncio.to_thread(at.office.weather, delay_seconds=86_400, copies=2, pace="real")
        await _live_through(at, fates, 0.8, STEP)
        # The house asked by itself meanwhile; what comes now is old news.
        before = {row.number: row.status for row in await at.rows()}
        await _calm(at, fates)
        await _each_is_right_and_issued_once(at, settlements, fates)
        assert Status.NTS_ACCEPTED in before.values()
        recorded = {row.number: len(await at.recorded(row)) for row in await at.rows()}
        for _ in range(26):
            await at.pass_by(HOUR)
        assert len(await at.heard()) > len(recorded)
        assert {row.number: len(await at.recorded(row)) for row in await at.rows()} == recorded
        assert await at.untold() == 0
        await _each_is_right_and_issued_once(at, settlements, fates)


async def test_a_hub_down_for_an_hour_and_an_engine_after_it(time_skipping: TimeSkipping, database: Database) -> None:
    async with storm(time_skipping, database.sandbox_url, 4) as at:
        settlements, fates = await _begin(at)
        await at.pass_by(30 * MINUTE)
        await asyncio.to_thread(at.office.go_away, at.now + HOUR)
        await _live_through(at, fates, 0.5 / 24, 5 * MINUTE)
        waits = await at.read(fates.signed)
        assert waits.status == Status.REQUESTED
        at.engine_is_away = True
        await _live_through(at, fates, 1.5 / 24, 10 * MINUTE)
        at.engine_is_away = False
        await _live_through(at, fates, 0.5, STEP)
        await _calm(at, fates)
        await _each_is_right_and_issued_once(at, settlements, fates)
        assert all(row.hub_away_since is None for row in await at.rows())


async def test_a_hub_that_is_down_from_the_first_is_asked_when_it_comes(
    time_skipping: TimeSkipping, database: Database
) -> None:
    async with storm(time_skipping, database.sandbox_url, 5) as at:
        (settlement,) = await at.settle_down((10_000,))
        row = await at.draft(settlement)
        await asyncio.to_thread(at.office.go_away, at.now + HOUR)
        await at.pass_by(MOMENT)
        assert await at.officer(row, "request")
        for _ in range(5):
            await at.pass_by(10 * MINUTE)
        waits = await at.read(row)
        assert (waits.status, waits.hub_away_since is None) == (Status.FILING, False)
        assert await at.at_hub(row) is None
        for _ in range(4):
            await at.pass_by(15 * MINUTE)
        filed = await at.read(row)
        assert (filed.status, filed.hub_away_since) == (Status.REQUESTED, None)
        assert await at.supplier(row, "sign")
        for _ in range(8):
            await at.pass_by(MINUTE)
        assert (await at.read(row)).status == Status.NTS_ACCEPTED
        assert (await at.read(settlement)).status == "payment_due"


async def test_without_any_message_the_house_finds_out_by_itself(
    time_skipping: TimeSkipping, database: Database
) -> None:
    async with storm(time_skipping, database.sandbox_url, 6) as at:
        (settlement,) = await at.settle_down((10_000,))
        row = await at.draft(settlement)
        await asyncio.to_thread(at.office.weather, drop_percent=100)
        await at.pass_by(MOMENT)
        assert await at.officer(row, "request")
        await at.pass_by(MOMENT)
        await at.pass_by(2 * HOUR)
        assert await at.supplier(row, "sign")
        for _ in range(7):
            await at.pass_by(HOUR)
        assert (await at.read(row)).status == Status.NTS_ACCEPTED
        assert (await at.read(settlement)).status == "payment_due"
        assert await at.heard() == []
