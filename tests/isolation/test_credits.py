"""Harmony's credits: what is of one credit is not there for the people of another, whatever they ask."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from ops.demo_logins import PASSWORD
from ops.seed.people import FIRMS
from tests.faults.person import Person
from tests.faults.running import Inhabited
from tests.isolation import payees
from tests.isolation.foreign import PLACE, Foreign, collect
from tests.isolation.test_routes import FORBIDDEN, NOT_FOUND, SEE_OTHER, _body, _each, _routes, _shows_nothing, _unsafe
from web.auth.audience import Declared

CREDITS = "/harmony/credits"
ACCOUNT = f"{CREDITS}/accounts"


@dataclass
class Credits:
    """The people of two payees at their browsers, and what is the first one's."""

    own: Person
    other: Person
    foreign: Foreign
    reports: list[tuple[str, str]]
    """(group, report) of the first payee."""
    file: str
    """A statement of the first payee, which the second may not read."""

    def addresses(self, route: Declared) -> list[str]:
        """Every address of one of Harmony's credit routes with the first payee's ids."""
        if "report_id" in route.path:
            return [PLACE.sub("{\\1}", route.path).format(group_id=g, report_id=r) for g, r in self.reports]
        return list(self.foreign.addresses(route))


def _harmonys() -> list[Declared]:
    return [route for route in _routes() if route.path.startswith(CREDITS)]


async def _entered(inhabited: Inhabited, login: str) -> Person:
    person = Person(inhabited.house.url, inhabited.house.sandbox, "")
    page = await person.get("/harmony/login")
    page = await person.send(page.form("/harmony/login").with_values(email=login, password=PASSWORD))
    assert page.url.endswith("/harmony"), page.url
    return person


@pytest.fixture
async def of_credits(inhabited: Inhabited) -> AsyncIterator[Credits]:
    inhabited.house.forget_logins()
    with psycopg.connect(inhabited.house.database.owner_url, row_factory=dict_row) as connection:
        facts = payees.things(connection)
        query = f"SELECT group_id::text, id::text FROM credit_report WHERE group_id IN {payees.MY_GROUPS} LIMIT 3"  # noqa: S608 - our own
        reports = connection.execute(query.encode(), {"payee": payees.PAYEE.name}).fetchall()
    foreign = collect(inhabited.house.database.owner_url, FIRMS[0].name)
    own, other = [await _entered(inhabited, one.login) for one in (payees.PAYEE, payees.OTHER)]
    yield Credits(own, other, foreign, [(r["group_id"], r["id"]) for r in reports], facts["statement"][0])
    await own.close()
    await other.close()


async def _status(person: Person, method: str, address: str, wanted: frozenset[int], body: dict[str, Any]) -> str:
    answer = await person.client.request(method, address, **body)
    return "" if answer.status_code in wanted else f"{method} {address}: {answer.status_code}"


async def test_another_credit_is_not_there(of_credits: Credits) -> None:
    """Pages, forms, statements and previews of another group, with a form's token and sound fields."""
    token = (await of_credits.other.get(ACCOUNT)).form("/logout").value("csrf")
    checks = []
    for route in _harmonys():
        for address in of_credits.addresses(route) if "{" in route.path else []:
            for method in sorted(route.methods - {"HEAD"}):
                body = _body(address, token) if method in _unsafe(route) else {}
                checks.append(_status(of_credits.other, method, address, frozenset({NOT_FOUND}), body))
    assert await _each(checks) == []
    assert len(checks) > 30


async def test_its_own_people_find_it(of_credits: Credits) -> None:
    """The very same addresses are there for the first payee."""
    pages = [
        *(f"{CREDITS}/{group}/reports/{report}" for group, report in of_credits.reports),
        f"{CREDITS}/statistics/media/{of_credits.foreign.things['credit_medium'][0]}",
        f"{CREDITS}/{of_credits.reports[0][0]}/reports",
    ]
    asked = (_status(of_credits.own, "GET", page, frozenset({200, SEE_OTHER}), {}) for page in pages)
    assert await _each(asked) == []
    live = f"/live/credit_report/{of_credits.reports[0][1]}"
    async with of_credits.own.client.stream("GET", live) as followed:
        assert followed.status_code == 200
    listed = await of_credits.own.client.get(f"{CREDITS}/reports?format=xlsx")
    assert of_credits.foreign.shown_in(listed.content)


async def test_messages_lead_its_own_people_to_their_own_pages(of_credits: Credits) -> None:
    """A mail names the staff's address of a document: Harmony's people are led to theirs."""
    things = of_credits.foreign.things
    homes = {"credit_report": f"{CREDITS}/", "credit_account": ACCOUNT, "credit_change": f"{CREDITS}/information"}
    for kind, home in homes.items():
        for row in things[kind]:
            answer = await of_credits.own.client.get(f"/{kind.replace('_', '-')}s/{row}")
            assert answer.status_code == SEE_OTHER, kind
            assert answer.headers["location"].startswith(home), kind


async def test_lists_and_sums_of_another_credit_hold_nothing_of_it(of_credits: Credits) -> None:
    paths = [r.path for r in _harmonys() if "GET" in r.methods and "{" not in r.path]
    company, group = (of_credits.foreign.things[name][0] for name in ("credit_company", "credit_group"))
    asked = [
        *paths,
        *(f"{path}?{more}" for path in paths for more in ("format=xlsx", "download=true")),
        *(f"{path}?company={company}&group={group}" for path in paths),
        f"{CREDITS}/statistics?company={company}&download=true",
    ]
    assert await _each(_shows_nothing(of_credits.other, address, of_credits.foreign) for address in asked) == []


async def test_files_streams_and_the_api_tell_another_credit_nothing(of_credits: Credits) -> None:
    """A statement by its file's address, the live stream of a report, the JSON of one, and many at once."""
    things = of_credits.foreign.things
    closed = frozenset({NOT_FOUND, FORBIDDEN})
    addresses = [
        f"/files/{of_credits.file}/download",
        f"/files/{of_credits.file}/pages/1.png",
        *(
            address.format(plural=kind.replace("_", "-") + "s", kind=kind, id=row)
            for kind in ("credit_run", "credit_report", "credit_account", "credit_change")
            for row in things[kind]
            for address in ("/{plural}/{id}", "/api/v1/{plural}/{id}", "/live/{kind}/{id}")
        ),
    ]
    assert await _each(_status(of_credits.other, "GET", address, closed, {}) for address in addresses) == []
