"""Whole main jobs over HTTP as five people, contract to payment, and a ledger of what they were told."""

import asyncio
import datetime as dt
import io
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from PIL import Image, ImageDraw

from ops.seed.people import FIRMS
from tests.faults.ledger import DONE, REFUSED, Act, Ledger
from tests.faults.person import Form, NoAnswerError, Page, Person

KST = dt.timezone(dt.timedelta(hours=9))
BUYER, PARTNER = "amela.cha", "doyun.kim@hanbit.example"
RECEIVER, INSPECTOR, OFFICER = "suhyun.choi", "jimin.han", "daeun.jung"
FIVE = (BUYER, PARTNER, RECEIVER, INSPECTOR, OFFICER)
STEP_SECONDS = 240.0
POLL_SECONDS = 0.3
CONFLICT, FORBIDDEN, UNPROCESSABLE = 409, 403, 422
_serial = itertools.count(1)


def seal() -> bytes:
    """A red square on white, as a scan of a seal."""
    image = Image.new("RGB", (400, 400), (255, 255, 255))
    ImageDraw.Draw(image).rectangle((80, 80, 320, 320), outline=(200, 20, 30), width=24)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


SEAL = {"seal_upload": ("직인.png", seal(), "image/png")}


def today() -> str:
    """The day in Seoul."""
    return dt.datetime.now(KST).date().isoformat()


@dataclass
class People:
    """The five, logged in once and used by every job."""

    url: str
    sandbox: str
    by_login: dict[str, Person] = field(default_factory=dict)

    @classmethod
    def known(cls, url: str, sandbox: str, cookies: Mapping[str, Mapping[str, str]]) -> "People":
        """People who are logged in already, by their cookies."""
        return cls(url, sandbox, {login: Person(url, sandbox, login, kept) for login, kept in cookies.items()})

    async def enter(self, *logins: str) -> None:
        wanted = logins or FIVE
        self.by_login |= {login: Person(self.url, self.sandbox, login) for login in wanted}
        await asyncio.gather(*(self[login].enter() for login in wanted))

    async def close(self) -> None:
        for person in self.by_login.values():
            await person.close()

    def __getitem__(self, login: str) -> Person:
        return self.by_login[login]


class RefusedError(Exception):
    """The house refused an act of the main job, where nobody was in the way."""


class Driver:
    """Presses buttons as people do and writes down what they are told."""

    def __init__(self, people: People, ledger: Ledger) -> None:
        self.people = people
        self.ledger = ledger

    async def act(self, login: str, path: str, name: str, *, page: str = "", **typed: object) -> Act:
        """Press the button of an act on a document's page until it is known what became of it.

        `page`: where the form is, when the document's page only links to it.
        Raises RefusedError, NoAnswerError.
        """
        person = self.people[login]
        began = time.monotonic()
        action = f"{path}/{name.replace('_', '-')}"
        files = typed.pop("files", None)
        form = (await self.page_with(login, page or path, action)).form(action)
        form = form.with_values(files, **typed)  # type: ignore[arg-type]
        act = Act(form.request_id, login, path, name)
        self.ledger.acts.append(act)
        await self._told(person, act, await self.send(person, form))
        act.seconds = time.monotonic() - began
        if act.told == REFUSED:
            raise RefusedError(f"{login} {action}: {act.words}")
        return act

    async def send(self, person: Person, form: Form) -> Page:
        """How a form is sent; races send it many times."""
        return await person.send(form)

    async def _told(self, person: Person, act: Act, page: Page) -> None:
        if page.status in {CONFLICT, FORBIDDEN, UNPROCESSABLE}:
            act.told, act.words = REFUSED, page.said
            return
        limit = time.monotonic() + STEP_SECONDS
        while time.monotonic() < limit:
            shown = page.words("toast")
            if page.status == 200 and shown:
                act.told, act.words = DONE, shown[0]
                return
            receipt = await person.receipt(act.request_id)
            if receipt["state"] == "refused":
                act.told, act.words = REFUSED, str(receipt["code"])
                return
            if receipt["state"] == "unknown":
                raise NoAnswerError(f"{act.path}/{act.act} was answered {page.status}, and is not kept")
            await asyncio.sleep(POLL_SECONDS)
            page = await person.get(f"{act.path}?receipt={act.request_id}")
        raise NoAnswerError(f"{act.path}/{act.act} by {act.login} is not decided after {STEP_SECONDS:.0f} s")

    async def page_with(self, login: str, path: str, action: str) -> Page:
        """The page once it has a form for that action: papers may still be being made. Raises NoAnswerError."""
        limit = time.monotonic() + STEP_SECONDS
        while True:
            page = await self.people[login].get(path)
            if any(form.get("action") == action for form in page.tree.forms):
                return page
            if time.monotonic() > limit:
                raise NoAnswerError(f"{page.url} never had a form for {action}: {page.status} {page.said}")
            await asyncio.sleep(POLL_SECONDS)

    async def make(self, login: str, where: str, action: str, **typed: object) -> str:
        """Fill in the form of a new document and save it; its path."""
        form = (await self.page_with(login, where, action)).form(action).with_values(None, **typed)
        page = await self.send(self.people[login], form)
        path = urlsplit(page.url).path
        if page.status != 200 or path == action:
            raise RefusedError(f"{login} {action}: {page.status} {page.said}")
        self.ledger.made.append(path)
        return path


def _plan_form(page: Page) -> Form:
    """The plan's own form, with 「+」 of its first item pressed."""
    action = page.tree.xpath("//section[contains(@class, 'plan')]//form/@action")[0]
    item = page.tree.xpath("//button[@name='add']/@value")[0]
    return page.form(action).with_values(add=item)


class MainJob:
    """One contract, from its draft to the payment."""

    def __init__(self, driver: Driver, number: int | None = None) -> None:
        self.driver = driver
        self.number = number or next(_serial)
        self.title = f"장비 구매 {self.number:05d}"

    async def run(self) -> str:
        """All of it; the title."""
        contract = await self.draft()
        await self.conclude(contract)
        order = await self.order(contract)
        await self.deliver(order)
        await self.settle(order)
        self.driver.ledger.finished.append(self.title)
        return self.title

    async def draft(self) -> str:
        """The buyer's draft with one item; its path."""
        page = await self.driver.people[BUYER].get("/contracts/new")
        company = page.tree.xpath(f"//select[@name='company_id']/option[contains(., '{FIRMS[0].name}')]/@value")[0]
        return await self.driver.make(
            BUYER,
            "/contracts/new",
            "/contracts",
            company_id=company,
            title=self.title,
            ends_on=(dt.datetime.now(KST).date() + dt.timedelta(days=180)).isoformat(),
            items__0__category="네트워크",
            items__0__name=f"스위치 {self.number:05d}",
            items__0__spec="48포트",
            items__0__unit="EA",
            items__0__quantity="4",
            items__0__unit_price="1200000",
            items__0__needs_serial="1",
        )

    async def review(self, contract: str) -> None:
        """Draft to 초안검토완료, every third time by way of a redraft."""
        act = self.driver.act
        await act(BUYER, contract, "request_review")
        if self.number % 3 == 0:
            await act(PARTNER, contract, "request_redraft", reason="납품 장소를 확인해 주세요.")
            await act(BUYER, contract, "request_review")
        await act(PARTNER, contract, "complete_review")

    async def conclude(self, contract: str) -> None:
        """Review, seal, signature."""
        await self.review(contract)
        await self.driver.act(BUYER, contract, "request_seal", page=f"{contract}/request-seal", files=SEAL)
        await self.sign(contract)

    async def sign(self, contract: str) -> None:
        """Every page seen, every paper agreed to, the seal on it."""
        page = await self.driver.page_with(PARTNER, f"{contract}/sign", f"{contract}/sign")
        ticks = page.tree.xpath("//form[@id='sign']//input[@type='checkbox']")
        ticked = {tick.get("name").replace("-", "__"): tick.get("value") for tick in ticks}
        await self.driver.act(PARTNER, contract, "sign", page=f"{contract}/sign", files=SEAL, **ticked)

    async def order(self, contract: str) -> str:
        """The buyer orders all of the contract; the partner confirms. Its path."""
        number = contract.rpartition("/")[2]
        where = f"/orders/new?contract={number}"
        order = await self.driver.make(BUYER, where, "/orders", order_date=today())
        await self.driver.act(BUYER, order, "request_confirmation")
        page = await self.driver.page_with(PARTNER, f"{order}/confirm", f"{order}/confirm")
        ticks = page.tree.xpath(f"//form[@action='{order}/confirm']//input[@type='checkbox']")
        ticked = {tick.get("name").replace("-", "__"): tick.get("value") for tick in ticks}
        await self.driver.act(PARTNER, order, "confirm", page=f"{order}/confirm", files=SEAL, **ticked)
        return order

    async def deliver(self, order: str) -> None:
        """Two rounds with serials, confirmed, the first received in two parts, all inspected."""
        act = self.driver.act
        for position, (path, parts) in enumerate(zip(await self.plan(order), ((1, 1), (2,)), strict=True)):
            await self.write_serials(path, position)
            await act(PARTNER, path, "request")
            await act(BUYER, path, "confirm")
            for quantity in parts:
                page = f"{path}/receive"
                await act(RECEIVER, path, "receive", page=page, quantity=quantity, received_on=today())
        for path in await self.case_links(order, "/inspections/", 3):
            await act(INSPECTOR, path, "accept")

    async def plan(self, order: str) -> list[str]:
        """「+」 twice and 「저장」: two rounds of two; their paths."""
        partner = self.driver.people[PARTNER]
        number = (await partner.get(order)).tree.findtext(".//title").split()[0]
        where = f"/deliveries?order={number}&progress=all"
        form = _plan_form(await partner.get(where))
        for row in (0, 1):
            page = await partner.send(form)
            form = _plan_form(page).with_values(None, **{f"rows__{row}__quantity": 2})
        page = await self.driver.send(partner, form.without("add"))
        paths = sorted({str(href) for href in page.tree.xpath("//td/a[starts-with(@href, '/deliveries/')]/@href")})
        paths = [path for path in paths if path.rpartition("/")[2].isdecimal()]
        if page.status != 200 or len(paths) != 2:
            raise RefusedError(f"{PARTNER} plan of {number}: {page.status} {page.said} {paths}")
        self.driver.ledger.made += paths
        return paths

    async def write_serials(self, path: str, position: int) -> None:
        """One number a piece."""
        partner = self.driver.people[PARTNER]
        page = await partner.get(f"{path}/serials")
        name = page.tree.xpath("//form[@id='serials']//textarea/@name")[0].replace("-", "__")
        lines = "\n".join(f"SN{self.number:05d}{position}{piece}" for piece in range(2))
        page = await self.driver.send(partner, page.form("/deliveries/serials").with_values(None, **{name: lines}))
        if page.status != 200:
            raise RefusedError(f"{PARTNER} serials of {path}: {page.status} {page.said}")

    async def case_links(self, document: str, prefix: str, count: int) -> list[str]:
        """The documents of the case under that path, once there are that many."""
        page = await self.driver.people[BUYER].get(document)
        case = next(str(href) for href in page.tree.xpath("//a/@href") if str(href).startswith("/cases/"))
        limit = time.monotonic() + STEP_SECONDS
        while time.monotonic() < limit:
            page = await self.driver.people[BUYER].get(case)
            found = {str(href) for href in page.tree.xpath("//a/@href") if str(href).startswith(prefix)}
            found = {path for path in found if path.rpartition("/")[2].isdecimal()}
            if len(found) >= count:
                return sorted(found)
            await asyncio.sleep(POLL_SECONDS)
        raise NoAnswerError(f"{case} never had {count} of {prefix}")

    async def settle(self, order: str) -> str:
        """The invoice asked for, confirmed, settled and paid; its path."""
        act = self.driver.act
        where = f"/settlements/new?order={order.rpartition('/')[2]}"
        settlement = await self.driver.make(OFFICER, where, "/settlements", title=self.title)
        await act(OFFICER, settlement, "request_issue")
        await act(PARTNER, settlement, "acknowledge")
        await act(
            OFFICER,
            settlement,
            "settle",
            page=f"{settlement}/settle",
            evidence_number=f"{int(time.time()):014d}{self.number:010d}",
            evidence_issued_on=today(),
            reason="다른 곳에서 발행",
        )
        await act(
            OFFICER,
            settlement,
            "pay",
            page=f"{settlement}/pay",
            paid_on=today(),
            payment_reference=f"BANK-{self.number:06d}",
            early_reason="예산 마감",
        )
        return settlement
