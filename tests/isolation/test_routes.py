"""Every route of the application with another company's ids: 404, log-in, or nothing; the list comes from the app."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest

from models import database
from models.catalog import KINDS
from models.kernel.roles import Role
from models.processes.messages import Actor
from ops.seed.people import FIRMS
from tests.faults.driver import BUYER, PARTNER, Driver, MainJob, People
from tests.faults.ledger import Ledger
from tests.faults.person import Person, fresh_id
from tests.faults.running import STRANGER, Inhabited
from tests.faults.streams import listening
from tests.isolation.foreign import BULK, ENDLESS, PUBLIC, Foreign, NoRecipeError, collect, is_for, is_public, state
from web.auth.audience import Declared

NOT_FOUND, FORBIDDEN, SEE_OTHER, UNAUTHORIZED = 404, 403, 303, 401
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FAILURES = frozenset({500, 501, 502, 504})
"""503 is a world outside that is away, said on the page."""
TOGETHER = 8
NUMBER = re.compile(r"(?<=/)\d+(?=/|\.|$)")
"""A number standing for a thing in an address."""
EVERY_FIELD = {
    "reason": "x",
    "quantity": 1,
    "received_on": "2026-02-09",
    "evidence_issued_on": "2026-02-09",
    "paid_on": "2026-02-09",
    "payment_reference": "x",
    "written_on": "2026-02-09",
    "approval_number": "202602094100001900000001",
    "agreed": True,
    "entry_id": 1,
}
"""What the acts ask for, all in one: a sound form meets a document that is not there."""


def _routes() -> list[Declared]:
    from app import app
    from web.auth.audience import declared

    return [route for route in declared(app.routes) if route.path not in PUBLIC]


@pytest.fixture
def foreign(inhabited: Inhabited) -> Foreign:
    """What belongs to the first company; the stranger is of the second."""
    return collect(inhabited.house.database.owner_url, FIRMS[0].name)


def _unsafe(route: Declared) -> list[str]:
    return sorted(route.methods - SAFE)


async def _token(person: Person) -> str:
    found = (await person.get("/account")).tree.xpath("//input[@name='csrf']/@value")
    return str(found[0])


def _body(path: str, token: str) -> dict[str, Any]:
    """A body that would be taken if the document were one's own."""
    if path.startswith("/api/"):
        json = {"request_id": fresh_id(), "payload": EVERY_FIELD}
        return {"json": json, "headers": {"Accept": "application/json", "X-CSRF-Token": token}}
    return {"data": {"csrf": token, "request_id": fresh_id(), "title": "x", **EVERY_FIELD}}


def test_every_route_has_a_recipe(foreign: Foreign) -> None:
    missing = []
    for route in _routes():
        if "{" in route.path and route.path not in BULK:
            try:
                assert list(foreign.addresses(route)), route.path
            except NoRecipeError:
                missing.append(route.path)
    assert missing == [], "tell tests/isolation/foreign.py what their places stand for"


def test_every_route_says_whom_it_is_for() -> None:
    assert [route.path for route in _routes() if not route.audiences] == []


async def _each(asked: Iterable[Any]) -> list[str]:
    """The complaints of many checks, some at a time."""
    limit = asyncio.Semaphore(TOGETHER)

    async def one(check: Any) -> str:
        async with limit:
            return str(await check)

    return [found for found in await asyncio.gather(*(one(check) for check in asked)) if found]


async def _refused(
    person: Person, method: str, route: Declared, address: str, body: dict[str, Any], foreign: Foreign
) -> str:
    answer = await person.client.request(method, address, **body)
    allowed = {NOT_FOUND} if is_for(route, Role.PARTNER) else {NOT_FOUND, FORBIDDEN}
    shown = [mark for mark in foreign.shown_in(answer.content) if mark not in address]
    return "" if answer.status_code in allowed and not shown else f"{method} {address}: {answer.status_code} {shown}"


async def test_a_stranger_finds_nothing(inhabited: Inhabited, people: People, foreign: Foreign) -> None:
    stranger = people[STRANGER]
    token = await _token(stranger)
    before = state(inhabited.house.database.owner_url)
    checks = []
    for route in _routes():
        if "{" not in route.path or route.path in BULK:
            continue
        for address in foreign.addresses(route):
            if "GET" in route.methods:
                checks.append(_refused(stranger, "GET", route, address, {}, foreign))
            checks += [
                _refused(stranger, method, route, address, _body(address, token), foreign) for method in _unsafe(route)
            ]
    complaints = await _each(checks)
    assert complaints == []
    assert len(checks) > 200
    assert state(inhabited.house.database.owner_url) == before


async def test_the_first_company_finds_its_own(people: People, foreign: Foreign) -> None:
    # The same addresses do lead somewhere: what the stranger is refused is not merely missing.
    own = people[PARTNER]
    for kind in KINDS.values():
        if kind.table.OFFICE is not None:
            continue  # no company's
        document = foreign.things[kind.key][0]
        for address in (f"/{kind.plural}/{document}", f"/api/v1/{kind.plural}/{document}"):
            assert (await own.client.get(address)).status_code == 200, address
    assert (await own.client.get(f"/files/{foreign.things['file'][-1]}/download")).status_code == 200
    listed = await own.client.get("/contracts?format=xlsx")
    assert foreign.shown_in(listed.content)


async def _shows_nothing(person: Person, address: str, foreign: Foreign) -> str:
    answer = await person.client.get(address, follow_redirects=True)
    body = answer.content.replace(urlsplit(address).query.encode(), b"")
    # What one typed oneself may stand in the search field.
    typed = urlsplit(address).query
    shown = [mark for mark in foreign.shown_in(body) if mark not in typed]
    return f"GET {address}: {answer.status_code} {shown}" if shown or answer.status_code in FAILURES else ""


async def _not_there(person: Person, method: str, address: str, body: dict[str, Any]) -> str:
    answer = await person.client.request(method, address, **body)
    return "" if answer.status_code in {NOT_FOUND, FORBIDDEN} else f"{method} {address}: {answer.status_code}"


async def test_a_number_no_document_can_have_is_not_there(people: People, foreign: Foreign) -> None:
    own = people[PARTNER]
    token = await _token(own)
    checks = []
    for route in _routes():
        if "{" not in route.path or route.path in BULK or route.path.startswith("/live/"):
            continue
        first = next(iter(foreign.addresses(route)))
        for beyond in (2**63, 10**20):
            address = NUMBER.sub(str(beyond), first)
            if address == first or ("GET" not in route.methods and is_public(route)):
                continue
            if "GET" in route.methods:
                checks.append(_not_there(own, "GET", address, {}))
            checks += [_not_there(own, method, address, _body(address, token)) for method in _unsafe(route)]
    assert await _each(checks) == []
    assert len(checks) > 200
    for address in ("/cases/%00", "/live/contract/99999999999999999999"):
        assert (await own.client.get(address)).status_code == NOT_FOUND
    assert (await people[BUYER].client.get("/orders/new?contract=99999999999999999999")).status_code < 500


async def test_lists_and_downloads_of_a_stranger_hold_nothing_foreign(people: People, foreign: Foreign) -> None:
    paths = [r.path for r in _routes() if "GET" in r.methods and "{" not in r.path and r.path not in ENDLESS]
    addresses = [*paths, *(f"{path}?format=xlsx" for path in paths), *foreign.queries()]
    assert await _each(_shows_nothing(people[STRANGER], address, foreign) for address in addresses) == []


async def test_many_at_once_reach_no_foreign_document(inhabited: Inhabited, people: People, foreign: Foreign) -> None:
    stranger = people[STRANGER]
    token = await _token(stranger)
    owner = inhabited.house.database.owner_url
    before = state(owner)
    for kind in KINDS.values():
        for act in kind.rules.acts:
            picks = [f"{document}:0" for document in foreign.things[kind.key]]
            paths = [f"/{kind.plural}/bulk/{act.replace('_', '-')}"]
            paths += [f"/deliveries/plan/{act}"] if kind.key == "delivery" else []
            for path in paths:
                data = _body(path, token)["data"] | {"selected": picks}
                answer = await stranger.client.post(path, data=data)
                assert answer.status_code in {SEE_OTHER, NOT_FOUND, 422}, f"{path}: {answer.status_code}"
                if answer.status_code == SEE_OTHER:
                    page = await stranger.client.get(answer.headers["location"])
                    assert foreign.shown_in(page.content) == [], path
    assert state(owner) == before


async def _turned_away(client: httpx2.AsyncClient, method: str, path: str) -> str:
    answer = await client.request(method, path)
    doors = ("/login", "/harmony/login")
    to_login = answer.status_code == SEE_OTHER and answer.headers["location"].startswith(doors)
    refused = answer.status_code in {UNAUTHORIZED, FORBIDDEN} and method != "GET"
    unauthorised = answer.status_code == UNAUTHORIZED
    return "" if to_login or refused or unauthorised else f"{method} {path}: {answer.status_code}"


async def test_nobody_gets_in_without_a_log_in(inhabited: Inhabited, foreign: Foreign) -> None:
    async with httpx2.AsyncClient(base_url=inhabited.house.url, timeout=20) as client:
        checks = []
        for route in _routes():
            if is_public(route):
                continue
            addresses = [route.path]
            if "{" in route.path:
                addresses = ["/contracts/bulk/cancel"] if route.path in BULK else list(foreign.addresses(route))[:2]
            checks += [_turned_away(client, method, path) for path in addresses for method in sorted(route.methods)]
        assert await _each(checks) == []


@asynccontextmanager
async def _without_application_checks(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx2.AsyncClient]:
    """The application in this process, sure that the stranger is the buyer's staff with every role.

    Row-level security alone is told who is really asking.
    """
    from app import app
    from web.auth import visitor

    found = visitor._look_up
    scope = database.scope
    real: list[Actor] = []

    def look_up(*asked: Any, **more: Any) -> Any:
        visit, _ = found(*asked, **more)
        if visit is None:
            return None, 0
        if visit.actor.company_id is not None:
            real[:] = [visit.actor]
        staff = visit.actor.model_copy(update={"company_id": None, "roles": frozenset(Role) - {Role.MEDIA}})
        return replace(visit, actor=staff), 0

    def scoped(session: Any, actor: Actor, *, read_only: bool) -> None:
        scope(session, real[0] if real else actor, read_only=read_only)

    monkeypatch.setattr(visitor, "_look_up", look_up)
    monkeypatch.setattr(database, "scope", scoped)
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        cookies = people[STRANGER].cookies
        base = str(people[STRANGER].client.base_url)
        async with httpx2.AsyncClient(transport=transport, base_url=base, cookies=cookies, timeout=20) as client:
            yield client


async def test_row_level_security_alone_shows_nothing(
    people: People, foreign: Foreign, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaints, asked = [], 0
    others = frozenset(Role) - {Role.MEDIA}
    async with _without_application_checks(people, monkeypatch) as client:
        who = await client.get("/contracts/new")
        assert who.status_code == 200, "the application does not believe that this is a buyer"
        for route in _routes():
            if "GET" not in route.methods or route.path in ENDLESS:
                continue
            with_places = "{" in route.path
            addresses = list(foreign.addresses(route)) if with_places else [route.path, f"{route.path}?format=xlsx"]
            for address in addresses:
                answer = await client.get(address)
                asked += 1
                # A problem's own address may name what was asked for.
                shown = [mark for mark in foreign.shown_in(answer.content) if mark not in address]
                # Harmony's own pages are closed to everybody else before a row is read.
                closed = answer.status_code == FORBIDDEN and not any(is_for(route, role) for role in others)
                if (
                    shown
                    or answer.status_code >= 500
                    or (with_places and not closed and answer.status_code != NOT_FOUND)
                ):
                    complaints.append(f"{address}: {answer.status_code} {shown}")
    assert not complaints, "\n".join(complaints)
    assert asked > 100


async def test_the_live_stream_tells_a_stranger_nothing(people: People) -> None:
    driver = Driver(people, Ledger())
    contract = await MainJob(driver).draft()
    async with listening(people[STRANGER], "/live/me") as foreign, listening(people[PARTNER], "/live/me") as own:
        own.told.clear()
        foreign.told.clear()
        await driver.act(BUYER, contract, "request_review")
        await asyncio.wait_for(own.woken.wait(), 20)
        await asyncio.sleep(0.5)
        assert foreign.told == []
