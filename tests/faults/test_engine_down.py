"""The engine stands still: a press is accepted, shown as 처리 중, applied once when it is back, told without a reload.

8 s in `make test`, 60 s in `make faults`.
"""

import asyncio
import os
import signal
import sys
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import psycopg
import pytest
from playwright.async_api import Page as Tab
from playwright.async_api import async_playwright, expect

from tests.faults.driver import BUYER, PARTNER, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.faults.person import Form, Page, Person
from tests.faults.running import SECOND_BUYER
from tests.faults.streams import Stream, listening
from tests.faults.supervised import SupervisedHouse, supervised
from tests.journeys.conftest import ARGUMENTS, CHROMIUM

DOWN_SECONDS = 60.0 if int(os.environ.get("FAULT_KILLS", "0")) > 4 else 8.0
BACK_SECONDS = 30.0


def _engine(house: SupervisedHouse, number: signal.Signals) -> None:
    mark = house.mark("temporal")
    assert mark is not None
    os.kill(mark.pid, number)


async def _decided(person: Person, request_id: str) -> str:
    limit = time.monotonic() + BACK_SECONDS
    while time.monotonic() < limit:
        state = str((await person.receipt(request_id))["state"])
        if state != "pending":
            return state
        await asyncio.sleep(0.1)
    return "pending"


@pytest.mark.timeout(240)
async def test_engine_down(capsys: pytest.CaptureFixture[str]) -> None:
    with supervised() as house:
        people = People(house.url, house.sandbox)
        await people.enter(BUYER, SECOND_BUYER, PARTNER)
        try:
            taken = await _press_while_down(house, people)
        finally:
            await people.close()
    with capsys.disabled():
        sys.stdout.write(
            f"\nengine down {DOWN_SECONDS:.0f} s: press answered in {taken[0]:.1f} s,"
            f" applied and told {taken[1]:.1f} s after it was back\n"
        )


async def _press_while_down(house: SupervisedHouse, people: People) -> tuple[float, float]:
    """Seconds until the press was answered, and from the engine's return until it was applied and told."""
    driver = Driver(people, Ledger())
    contract = await MainJob(driver).draft()
    await driver.act(BUYER, contract, "request_review")
    partner, buyer = people[PARTNER], people[SECOND_BUYER]
    action = f"{contract}/complete-review"
    accept = (await driver.page_with(PARTNER, contract, action)).form(action)
    cancel = (await buyer.get(contract)).form(f"{contract}/cancel").with_values(reason="예산 변경")
    live = f"/live/contract/{contract.rpartition('/')[2]}"
    async with AsyncExitStack() as stack:
        stream = await stack.enter_async_context(listening(partner, live))
        other = await stack.enter_async_context(listening(buyer, live))
        _engine(house, signal.SIGSTOP)
        try:
            answered = await _accepted(contract, (partner, accept), (buyer, cancel))
            # Where a browser that pressed was led.
            tab = await stack.enter_async_context(_browser(partner, f"{contract}?receipt={accept.request_id}"))
            await expect(tab.locator("[data-live=pending]")).to_contain_text("처리 중입니다")
            stream.woken.clear()
            other.told.clear()
        finally:
            _engine(house, signal.SIGCONT)
        back = await _applied(stream, (partner, accept), (buyer, cancel))
        assert other.told
        # Nobody touched this page since: what became of the act came by itself.
        await expect(tab.locator("[data-live=timeline]")).to_contain_text("초안 검토완료", timeout=15_000)
        await expect(tab.locator("[data-live=pending]")).not_to_contain_text("처리 중")
        assert await tab.evaluate("window.opened") is True
    assert (await partner.get(f"{contract}?receipt={accept.request_id}")).words("toast")
    page = await buyer.get(f"{contract}?receipt={cancel.request_id}")
    assert "김도윤 님이" in page.said, page.said
    assert _recorded(house, accept, cancel) == ["complete_review"]
    return answered, back


@asynccontextmanager
async def _browser(person: Person, path: str) -> AsyncIterator[Tab]:
    """A page of that person open in chromium, marked so that a reload would show."""
    if CHROMIUM is None:
        pytest.fail("this needs a browser: install the Debian package chromium", pytrace=False)
    base = str(person.client.base_url).rstrip("/")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = await browser.new_context(base_url=base, locale="ko-KR")
        await context.add_cookies(
            [{"name": name, "value": value, "url": base} for name, value in person.cookies.items()]
        )
        tab = await context.new_page()
        await tab.goto(path)
        await tab.evaluate("window.opened = true")
        await expect(tab.locator(".live-mark")).not_to_have_attribute("data-off", "")
        yield tab
        await browser.close()


def _pending(page: Page) -> bool:
    return "처리 중입니다" in " ".join(page.words("pending"))


async def _accepted(contract: str, first: tuple[Person, Form], second: tuple[Person, Form]) -> float:
    """Both presses are taken and shown as pending for as long as the engine stands still."""
    partner, accept = first
    buyer, cancel = second
    began = time.monotonic()
    page = await partner.send(accept)
    answered = time.monotonic() - began
    assert _pending(page), (answered, page.said, page.words("toast"), page.words("pending"))
    # The other side's act waits behind it; a page opened anew shows the same, and offers no second press.
    assert _pending(await buyer.send(cancel))
    page = await partner.get(contract)
    assert _pending(page)
    assert page.tree.xpath(f"//form[starts-with(@action, '{contract}/')]") == []
    assert (await partner.post(accept)).status_code == 303
    await asyncio.sleep(max(0.0, DOWN_SECONDS - (time.monotonic() - began)))
    assert (await partner.receipt(accept.request_id))["state"] == "pending"
    return answered


async def _applied(stream: Stream, first: tuple[Person, Form], second: tuple[Person, Form]) -> float:
    """The open page is told; the first press is done, the second refused."""
    began = time.monotonic()
    await asyncio.wait_for(stream.woken.wait(), BACK_SECONDS)
    assert await _decided(first[0], first[1].request_id) == "done"
    assert await _decided(second[0], second[1].request_id) == "refused"
    assert set(stream.told) == {"changed"}
    return time.monotonic() - began


def _recorded(house: SupervisedHouse, *forms: Form) -> list[str]:
    with psycopg.connect(house.database()) as connection:
        rows = connection.execute(
            "SELECT act FROM process_event WHERE request_id = ANY(%s)",
            ([uuid.UUID(form.request_id) for form in forms],),
        ).fetchall()
    return [row[0] for row in rows]
