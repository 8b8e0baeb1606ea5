"""The direct way to documents asks of a visitor what the other routes ask."""

import uuid
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select
from starlette.routing import Match

from models import database as house
from models.auth.rules import SESSION_IDLE
from models.contracts.tables import Contract
from models.members.tables import Company, Member
from models.processes.tables import Command
from tests import factories
from tests.auth.conftest import Browser, Clock, People
from web import contracts
from web.documents import direct
from web.engine import PENDING, Decision

FORM = {"content-type": "application/x-www-form-urlencoded", "content-length": "10", "cookie": "dongban=x"}
PAGE, ACTS = direct.direct_routes(contracts.WEB)


@pytest.fixture
def app(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> FastAPI:
    async def unanswered(*_: Any) -> Decision:
        return PENDING

    monkeypatch.setattr(direct, "follow", unanswered)
    app.state.temporal = None
    app.router.routes[:0] = [PAGE, ACTS]
    return app


@pytest.fixture
def contract(people: People) -> Contract:
    """One the partner is asked to review."""
    with house.working() as session:
        company = session.get_one(Company, people.partner.company_id)
        sent = {"review_requested_at": factories.NOW, "papers_ready": True}
        return factories.contract(session, company, people.buyer, "review_requested", **sent)


def commands() -> list[Command]:
    with house.working() as session:
        return list(session.execute(select(Command)).scalars())


def scope(path: str, method: str, headers: dict[str, str]) -> dict[str, Any]:
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}


@pytest.mark.parametrize(
    ("path", "method", "headers"),
    [
        ("/contracts/1", "GET", {}),
        ("/contracts/1", "GET", {"cookie": "dongban=x", "authorization": "Bearer x"}),
        ("/contracts/1", "HEAD", {"cookie": "dongban=x"}),
        ("/contracts/1/no-act", "POST", FORM),
        ("/contracts/1/complete-review", "GET", FORM),
        ("/contracts/1/complete-review", "POST", FORM | {"content-type": "multipart/form-data; boundary=x"}),
        ("/contracts/1/complete-review", "POST", FORM | {"content-length": "70000"}),
        ("/contracts/1/complete-review", "POST", FORM | {"x-csrf-token": "x"}),
        ("/contracts/1/complete-review", "POST", FORM | {"cookie": "other=x"}),
    ],
)
def test_what_is_unusual_is_left_to_the_other_routes(path: str, method: str, headers: dict[str, str]) -> None:
    assert {route.matches(scope(path, method, headers))[0] for route in (PAGE, ACTS)} == {Match.NONE}


def test_the_usual_is_taken() -> None:
    assert PAGE.matches(scope("/contracts/1", "GET", {"cookie": "dongban=x"}))[0] is Match.FULL
    assert ACTS.matches(scope("/contracts/1/complete-review", "POST", FORM))[0] is Match.FULL


def test_the_page_and_a_press(browser: Browser, people: People, contract: Contract) -> None:
    browser.log_in(people.partner)
    path = f"/contracts/{contract.id}"
    assert browser.get(path) == 200
    request_id = str(uuid.uuid4())
    assert browser.post(f"{path}/complete-review", request_id=request_id, version="0") == 303
    assert browser.location == f"{path}?receipt={request_id}"
    assert [(kept.act, kept.actor_id, kept.state) for kept in commands()] == [
        ("complete_review", people.partner.id, "open")
    ]
    assert browser.get(browser.location) == 200
    assert "처리 중입니다" in browser.page
    assert browser.get(f"{path}?receipt=cut-sh") == 200


def test_a_forged_press_keeps_nothing(browser: Browser, people: People, contract: Contract) -> None:
    browser.log_in(people.partner)
    path, fields = f"/contracts/{contract.id}/complete-review", {"request_id": str(uuid.uuid4()), "version": "0"}
    browser.get(f"/contracts/{contract.id}")
    token = browser.csrf
    assert browser.post(path, csrf="", **fields) == 403
    assert browser.post(path, csrf="x" * len(token), **fields) == 403
    elsewhere = {"accept": "text/html", "origin": "https://evil.example"}
    assert browser.client.post(path, data=fields | {"csrf": token}, headers=elsewhere).status_code == 403
    assert commands() == []


def test_an_ended_session_is_led_to_log_in(browser: Browser, people: People, contract: Contract, time: Clock) -> None:
    token = browser.log_in(people.partner)
    browser.get(f"/contracts/{contract.id}")
    time.now += SESSION_IDLE
    fields = {"request_id": str(uuid.uuid4()), "version": "0"}
    assert browser.post(f"/contracts/{contract.id}/complete-review", **fields) == 303
    assert browser.location.startswith("/login")
    browser.client.cookies.set("dongban", token)
    assert browser.get(f"/contracts/{contract.id}") == 303
    assert browser.location.startswith("/login")
    assert commands() == []


def test_nobody_acts_with_a_temporary_password(browser: Browser, people: People, contract: Contract) -> None:
    browser.log_in(people.partner)
    browser.get(f"/contracts/{contract.id}")
    with house.working() as session:
        session.get_one(Member, people.partner.id).must_change_password = True
    fields = {"request_id": str(uuid.uuid4()), "version": "0"}
    assert browser.post(f"/contracts/{contract.id}/complete-review", **fields) == 303
    assert browser.location.startswith("/account/password")
    assert commands() == []


def test_a_page_that_is_not_there_keeps_the_session_alive_all_the_same(
    browser: Browser, people: People, time: Clock
) -> None:
    browser.log_in(people.partner)
    for _ in range(3):
        time.now += SESSION_IDLE * 0.6
        assert browser.get("/contracts/999") == 404
        assert "/login" not in browser.location
