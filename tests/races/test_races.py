"""Presses at the same moment: exactly one effect, and whoever came second reads who was first, and when."""

import asyncio
import itertools
import re
from collections.abc import Sequence
from typing import Any

import httpx2
import psycopg
import pytest

from tests.faults import invariants
from tests.faults.driver import BUYER, PARTNER, SEAL, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.faults.person import Form, Page, Person, fresh_id
from tests.faults.running import SECOND_BUYER, Inhabited
from tests.files.samples import png

STORMS = (20, 2, 3, 5, 8)
ROUNDS = 4
DECIDED_POLLS = 200
WHO_AND_WHEN = re.compile(r"(차지애|권준|김도윤) 님이 .*\d{2}:\d{2}에")


def _rows(inhabited: Inhabited, query: str, *values: object) -> Sequence[Any]:
    with psycopg.connect(inhabited.house.database.owner_url) as connection:
        return connection.execute(query, values).fetchall()


def _effects(inhabited: Inhabited, *request_ids: str) -> int:
    """How many of these requests are in the record."""
    query = "SELECT count(*) FROM process_event WHERE request_id = ANY(%s::uuid[])"
    return int(_rows(inhabited, query, list(request_ids))[0][0])


class StormDriver(Driver):
    """Presses every button many times at once."""

    def __init__(self, people: People, ledger: Ledger) -> None:
        super().__init__(people, ledger)
        self.sizes = itertools.cycle(STORMS)
        self.presses = 0

    async def send(self, person: Person, form: Form) -> Page:
        """Many identical presses at the same moment: every one is answered with the same next page."""
        count = next(self.sizes)
        self.presses += count
        answers = await asyncio.gather(*(person.post(form, patient=False) for _ in range(count)))
        places = {(answer.status_code, answer.headers.get("location")) for answer in answers}
        assert len(places) == 1, f"{form.action} x {count}: {places}"
        assert answers[0].status_code == 303, f"{form.action}: {answers[0].status_code}"
        return await person.get(answers[0].headers["location"])


async def _draft(people: People) -> tuple[Driver, MainJob, str]:
    driver = Driver(people, Ledger())
    job = MainJob(driver)
    return driver, job, await job.draft()


async def _reviewed(people: People) -> str:
    driver, _, contract = await _draft(people)
    await driver.act(BUYER, contract, "request_review")
    await driver.act(PARTNER, contract, "complete_review")
    return contract


@pytest.mark.timeout(170)
async def test_every_button_of_the_main_job_pressed_many_times_at_once(inhabited: Inhabited, people: People) -> None:
    ledger = Ledger()
    driver = StormDriver(people, ledger)
    title = await MainJob(driver, number=90_000 + 3).run()
    owner = inhabited.house.database.owner_url
    assert len(ledger.told("done")) == len(ledger.acts) >= 22
    told = invariants.compared(owner, ledger)
    assert (told.lost, told.doubled) == ([], [])
    assert invariants.unfinished(owner, [title]) == []
    assert driver.presses > 3 * len(ledger.acts)


async def test_sent_again_after_a_cut_answer(inhabited: Inhabited, people: People) -> None:
    _, _, contract = await _draft(people)
    buyer = people[BUYER]
    form = (await buyer.get(contract)).form(f"{contract}/request-review")
    for seconds in (0.001, 0.01, 0.05):
        try:
            await buyer.client.post(form.action, data=dict(form.values), timeout=httpx2.Timeout(5, read=seconds))
        except httpx2.TimeoutException:
            continue
    page = await buyer.send(form)
    assert page.status == 200
    assert page.words("toast")
    assert _effects(inhabited, form.request_id) == 1
    again = await buyer.post(form)
    assert (again.status_code, again.headers["location"]) == (303, f"{contract}?receipt={form.request_id}")


async def test_a_request_id_with_another_content(inhabited: Inhabited, people: People) -> None:
    driver, _, contract = await _draft(people)
    await driver.act(BUYER, contract, "request_review")
    page = await driver.page_with(PARTNER, contract, f"{contract}/complete-review")
    form = page.form(f"{contract}/request-redraft").with_values(reason="첫 번째 사유")
    partner, stranger = people[PARTNER], people[SECOND_BUYER]
    assert (await partner.send(form)).status == 200
    for other in (
        form.with_values(reason="다른 사유"),
        Form(f"{contract}/complete-review", form.without("reason").values),
    ):
        page = await partner.send(other)
        assert page.status == 409
        assert "이미 보낸 요청과 내용이 다릅니다" in page.said
    # Nor may somebody else use it, who learns nothing of it.
    own = (await stranger.get(contract)).form(f"{contract}/cancel")
    page = await stranger.send(own.with_values(request_id=form.request_id, reason="다른 사람"))
    assert page.status == 409
    kept = _rows(inhabited, "SELECT act, reason FROM process_event WHERE request_id = %s", form.request_id)
    assert kept == [("request_redraft", "첫 번째 사유")]


async def _pressed(person: Person, form: Form) -> Page:
    """The page once it is known what became of the press: one that waits for another one's is followed."""
    page = await person.send(form)
    for _ in range(DECIDED_POLLS):
        if not page.words("pending"):
            break
        await asyncio.sleep(0.1)
        page = await person.get(page.url.removeprefix(str(person.client.base_url).rstrip("/")))
    return page


async def _race(inhabited: Inhabited, first: tuple[Person, Form], second: tuple[Person, Form]) -> None:
    """Both at once: one is done, the other's page says who was first and when."""
    pages = await asyncio.gather(*(_pressed(person, form) for person, form in (first, second)))
    ids = (first[1].request_id, second[1].request_id)
    assert _effects(inhabited, *ids) == 1
    done = [bool(page.words("toast")) for page in pages]
    assert sorted(done) == [False, True], [page.said for page in pages]
    loser = pages[done.index(False)]
    assert loser.status in {200, 409}
    assert WHO_AND_WHEN.search(loser.said), loser.said
    states = _rows(inhabited, "SELECT state FROM command WHERE request_id = ANY(%s::uuid[])", list(ids))
    assert sorted(row[0] for row in states) == ["done", "refused"]


async def test_two_buyers_decide_a_contract_at_once(inhabited: Inhabited, people: People) -> None:
    one, other = people[BUYER], people[SECOND_BUYER]
    for _ in range(ROUNDS):
        contract = await _reviewed(people)
        seal = (await one.get(f"{contract}/request-seal")).form(f"{contract}/request-seal").with_values(SEAL)
        cancel = (await other.get(contract)).form(f"{contract}/cancel").with_values(reason="예산 변경")
        await _race(inhabited, (one, seal), (other, cancel))


async def test_two_buyers_decide_a_delivery_at_once(inhabited: Inhabited, people: People) -> None:
    driver, job, contract = await _draft(people)
    await job.conclude(contract)
    rounds = await job.plan(await job.order(contract))
    one, other = people[BUYER], people[SECOND_BUYER]
    for position, path in enumerate(rounds):
        await job.write_serials(path, position)
        await driver.act(PARTNER, path, "request")
        confirm = (await one.get(path)).form(f"{path}/confirm")
        back = (await other.get(path)).form(f"{path}/return").with_values(reason="날짜 조정")
        await _race(inhabited, (one, confirm), (other, back))


async def test_the_same_act_by_two_people(inhabited: Inhabited, people: People) -> None:
    contract = await _reviewed(people)
    forms = [
        (people[login], (await people[login].get(contract)).form(f"{contract}/cancel").with_values(reason="취소"))
        for login in (BUYER, SECOND_BUYER)
    ]
    await _race(inhabited, forms[0], forms[1])


async def test_a_stale_tab(inhabited: Inhabited, people: People) -> None:
    driver, _, contract = await _draft(people)
    await driver.act(BUYER, contract, "request_review")
    other = people[SECOND_BUYER]
    # 계약취소 is possible in every status that follows: only the version tells that the tab is old.
    old = (await other.get(contract)).form(f"{contract}/cancel").with_values(reason="취소")
    await driver.act(PARTNER, contract, "request_redraft", reason="금액을 확인해 주세요.")
    await driver.act(BUYER, contract, "request_review")
    page = await other.send(old)
    assert page.status == 409
    assert WHO_AND_WHEN.search(page.said), page.said
    assert "차지애 님이" in page.said
    assert _effects(inhabited, old.request_id) == 0
    assert page.form(f"{contract}/cancel").request_id != old.request_id


async def test_a_form_without_a_request_id(people: People) -> None:
    _, _, contract = await _draft(people)
    form = (await people[BUYER].get(contract)).form(f"{contract}/request-review")
    for wrong in ("", "7", "x" * 64):
        page = await people[BUYER].send(form.with_values(request_id=wrong))
        assert page.status in {409, 422}, page.status
    assert (await people[BUYER].send(form.with_values(request_id=fresh_id()))).words("toast")


async def test_what_only_the_worker_finds_out_is_told_in_its_own_words(people: People) -> None:
    contract = await _reviewed(people)
    form = (await people[BUYER].get(f"{contract}/request-seal")).form(f"{contract}/request-seal")
    page = await people[BUYER].send(form.with_values({"seal_upload": ("직인.png", png(), "image/png")}))
    assert page.status == 422
    assert "직인이 너무 작습니다" in page.said
