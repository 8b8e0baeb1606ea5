"""People of the product with a browser of their own: pressing 「검토완료」, closing a draft, opening lists."""

import asyncio
import dataclasses
import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from http import HTTPStatus

import psycopg
from temporalio.client import Client

from bench import stock
from bench.floor import STARTS_AT_ONCE
from bench.house import Installation
from bench.load import Browser, Timings, UnexpectedReplyError, fields_of, form_of, timed, timed_each
from bench.stock import Review, Stock, Visitor
from models.processes.deadlines import DEFAULT_PACE, alarms
from models.processes.messages import ProcessStart
from web.auth.cookies import Cookie
from workflows import steps

REVIEWED = "검토완료로 처리했습니다"
CLOSED = "계약취소 상태로 끝났습니다"
QUIET_SECONDS_MOST = 120.0
OPEN_MESSAGES = "SELECT count(*) FROM message WHERE state IN ('queued', 'sending')"


def browser_of(installation: Installation, who: Visitor) -> Browser:
    """A browser that carries the person's session."""
    browser = Browser(installation.base_url)
    browser.remember(Cookie.SESSION.value, who.token)
    # The second page of a visit, not the first: the type is in the browser's cache.
    browser.remember("fonts", "1")
    return browser


@dataclasses.dataclass(slots=True)
class Reviewers:
    """Partners pressing 「검토완료」, each on a contract of their own company."""

    installation: Installation
    stock: Stock
    client: Client
    made: int = 0

    async def press(self, people: int, clicks: int) -> Timings:
        """POST → committed → redirected page that says so, `people` at a time.

        The contracts, their processes and the opened pages are there before the clock starts; what was sent to
        people has left the house before it returns, so that nothing of it weighs on the next round.
        """
        timings = await (await self.ready(people, clicks)).press()
        await quiet(self.installation)
        return timings

    async def ready(self, people: int, clicks: int) -> "Hands":
        """That many pages opened, their processes waiting."""
        now = dt.datetime.now(dt.UTC)
        waiting = stock.reviews(self.installation, self.made + 1, clicks, people, now)
        self.made += clicks
        await self._start(waiting, now)
        partners = {who.company_id: who for who in self.stock.partners}
        dealt: dict[int, list[Review]] = defaultdict(list)
        for review in waiting:
            dealt[review.company_id].append(review)
        browsers = [browser_of(self.installation, partners[company]) for company in dealt]
        hands = [partners[company] for company in dealt]
        forms = [[await self._opened(browsers[n], r) for r in own] for n, own in enumerate(dealt.values())]
        return Hands(browsers, hands, forms)

    async def _opened(self, browser: Browser, review: Review) -> tuple[str, dict[str, str]]:
        action = f"/contracts/{review.contract_id}/complete-review"
        page = await browser.get(f"/contracts/{review.contract_id}")
        return action, form_of(page.text, action)

    async def _start(self, waiting: Sequence[Review], now: dt.datetime) -> None:
        rings = alarms(now, DEFAULT_PACE, frozenset(), now)

        async def start(_person: int, review: Review) -> None:
            state = ProcessStart(
                kind="contract",
                document_id=review.contract_id,
                company_id=review.company_id,
                status="review_requested",
                version=1,
                step=1,
                alarms=rings,
                one_timer=True,
            )
            await self.client.start_workflow(
                "ContractWorkflow", state, id=review.workflow_id, task_queue=steps.INTERACTIVE
            )

        await timed(STARTS_AT_ONCE, waiting, start)


@dataclasses.dataclass(frozen=True, slots=True)
class Hands:
    """Opened pages, about to be pressed."""

    browsers: list[Browser]
    people: list[Visitor]
    forms: list[list[tuple[str, dict[str, str]]]]

    async def press(self) -> Timings:
        """Each person presses their own, one after the other."""

        async def press(person: int, form: tuple[str, dict[str, str]]) -> None:
            action, fields = form
            reply = await self.browsers[person].post(action, fields | {"csrf": self.people[person].csrf})
            if REVIEWED not in reply.text:
                raise UnexpectedReplyError(f"{reply.url} answered {reply.status} and does not say {REVIEWED!r}")

        timings = await timed_each(self.forms, press)
        for browser in self.browsers:
            browser.close()
        return timings


async def quiet(installation: Installation) -> None:
    """Wait until no message of this house is on its way any more. Raises TimeoutError."""
    async with asyncio.timeout(QUIET_SECONDS_MOST):
        while await asyncio.to_thread(_open_messages, installation):  # noqa: ASYNC110  (another process: no event)
            await asyncio.sleep(0.1)


def _open_messages(installation: Installation) -> int:
    with psycopg.connect(installation.owner_database) as connection:
        row = connection.execute(OPEN_MESSAGES).fetchone()
    return int(row[0]) if row else 0


@dataclasses.dataclass(slots=True)
class Approvers:
    """Buyers, each taking whole documents from the empty form to their end."""

    installation: Installation
    stock: Stock
    typed: dict[str, str] = dataclasses.field(default_factory=dict)

    async def close_many(self, people: int, flows: int) -> Timings:
        """Whole flows, `people` at a time; each is counted when the last page says that the process ended."""
        browsers = [browser_of(self.installation, who) for who in self.stock.buyers[:people]]

        async def flow(person: int, number: int) -> None:
            await self._flow(browsers[person], number)

        timings = await timed(people, range(flows), flow)
        for browser in browsers:
            browser.close()
        return timings

    async def _flow(self, browser: Browser, number: int) -> None:
        page = await browser.get("/contracts/new")
        # Everything the form has is sent; what differs from one form to the next is read from this one.
        if not self.typed:
            self.typed = fields_of(page.text, "/contracts") | self._filled_in()
        form = self.typed | form_of(page.text, "/contracts") | {"title": f"사무용품 구매요청 {number}"}
        made = await browser.post("/contracts", form)
        if made.status != HTTPStatus.OK or made.url == "/contracts":
            raise UnexpectedReplyError(f"the draft was not taken: {made.status} at {made.url}")
        action = f"{made.url.partition('?')[0]}/cancel"
        last = await browser.post(action, form_of(made.text, action) | {"reason": "중복 요청"})
        if CLOSED not in last.text:
            raise UnexpectedReplyError(f"{last.url} answered {last.status} and does not say {CLOSED!r}")

    def _filled_in(self) -> dict[str, str]:
        today = dt.datetime.now(dt.UTC).date()
        return {
            "company_id": str(self.stock.partners[0].company_id),
            "contract_date": today.isoformat(),
            "starts_on": today.isoformat(),
            "ends_on": (today + dt.timedelta(days=365)).isoformat(),
            "items-0-name": "방화벽 FG-1100E",
            "items-0-quantity": "50",
            "items-0-unit_price": "24000",
        }
