"""The engine stands still: a press is accepted, shown as 처리 중, applied once when it is back, told without a reload.

8 s in `make test`, 60 s in `make faults`.
"""

import asyncio
import os
import signal
import sys
import time
import uuid

import psycopg
import pytest

from tests.faults.driver import BUYER, PARTNER, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.faults.person import Form, Page, Person
from tests.faults.running import SECOND_BUYER
from tests.faults.streams import Stream, listening
from tests.faults.supervised import SupervisedHouse, supervised

DOWN_SECONDS = 60.0 if int(os.environ.get("FAULT_KILLS", "0")) > 4 else 8.0
ANSWER_SECONDS = 8.0
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
    async with listening(partner, live) as stream, listening(buyer, live) as other:
        _engine(house, signal.SIGSTOP)
        try:
            answered = await _accepted(contract, (partner, accept), (buyer, cancel))
            stream.woken.clear()
            other.told.clear()
        finally:
            _engine(house, signal.SIGCONT)
        back = await _applied(stream, (partner, accept), (buyer, cancel))
        assert other.told
    assert (await partner.get(f"{contract}?receipt={accept.request_id}")).words("toast")
    page = await buyer.get(f"{contract}?receipt={cancel.request_id}")
    assert "김도윤 님이" in page.said, page.said
    assert _recorded(house, accept, cancel) == ["complete_review"]
    return answered, back


def _pending(page: Page) -> bool:
    return "처리 중입니다" in " ".join(page.words("pending"))


async def _accepted(contract: str, first: tuple[Person, Form], second: tuple[Person, Form]) -> float:
    """Both presses are taken and shown as pending for as long as the engine stands still."""
    partner, accept = first
    buyer, cancel = second
    began = time.monotonic()
    page = await partner.send(accept)
    answered = time.monotonic() - began
    assert answered < ANSWER_SECONDS
    assert _pending(page)
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
