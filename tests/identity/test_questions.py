"""Questions to the registry and the address book, while these answer and while they do not."""

import datetime as dt

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlmodel import col
from starlette.requests import Request
from starlette.testclient import TestClient

from models import database as house
from models.identity import rules
from models.identity.limits import Limit
from models.identity.rules import clean_keyword
from models.identity.tables import EmailCheck, IdentityCheck, Inquiry
from tests.identity.conftest import Browser, Clock
from tests.identity.world import InlineEngine, verified, verified_email
from web import inquiries
from web.auth.audience import anyone
from web.identity import addresses

NUMBER = "1208147521"


@pytest.fixture
def asking(app: FastAPI, browser: Browser) -> Browser:
    @app.get("/status", dependencies=[anyone("a page of this test")])
    async def status(request: Request, numbers: str) -> list[str]:
        return [one.state.value for one in await inquiries.registry_status(request, numbers.split(","))]

    @app.get("/match", dependencies=[anyone("a page of this test")])
    async def match(request: Request, opened: dt.date) -> bool:
        return (await inquiries.registry_match(request, NUMBER, opened, "정다온")).matches

    return browser


def test_a_number_is_asked_and_nothing_of_it_stays(asking: Browser, sandbox: TestClient) -> None:
    sandbox.post("/registry", data={"number": "2208162517", "state": "closed"})
    assert asking.get(f"/status?numbers={NUMBER},2208162517") == 200
    assert asking.page == '["active","closed"]'
    assert asking.get("/match?opened=1995-02-16") == 200
    assert asking.page == "true"
    with house.working() as session:
        assert session.execute(select(col(Inquiry.id))).all() == []


def test_a_registry_that_is_away_is_said_to_be_away(asking: Browser, sandbox: TestClient, engine: InlineEngine) -> None:
    sandbox.post("/board/registry", data={"outage": "1"})
    assert asking.get(f"/status?numbers={NUMBER}") == 503
    assert "국세청 사업자 조회에서 답이 오지 않습니다." in asking.page
    sandbox.post("/board/registry", data={})
    engine.down = True
    assert asking.get(f"/status?numbers={NUMBER}") == 503
    engine.down = False
    assert asking.get(f"/status?numbers={NUMBER}") == 200


def test_what_nobody_came_for_is_forgotten(asking: Browser, engine: InlineEngine) -> None:
    engine.down = True
    asking.get(f"/status?numbers={NUMBER}")
    engine.down = False
    with house.working() as session:
        assert len(session.execute(select(col(Inquiry.id))).all()) == 1
        old = dt.datetime(2026, 2, 8, tzinfo=dt.UTC)
        session.execute(update(Inquiry).values(created_at=old))
    asking.get(f"/status?numbers={NUMBER}")
    with house.working() as session:
        assert session.execute(select(col(Inquiry.id))).all() == []


def test_people_and_addresses_of_yesterday_are_forgotten(asking: Browser, time: Clock) -> None:
    verified("signup", at=time.now)
    verified_email("garam@firm.example", at=time.now)

    def left() -> int:
        with house.working() as session:
            people = session.execute(select(col(IdentityCheck.id))).all()
            return len(people) + len(session.execute(select(col(EmailCheck.id))).all())

    time.forward(hours=24)
    asking.get(f"/status?numbers={NUMBER}")
    assert left() == 2
    time.forward(seconds=1)
    asking.get(f"/status?numbers={NUMBER}")
    assert left() == 0


def test_addresses_are_found_page_by_page(browser: Browser) -> None:
    assert browser.get("/addresses") == 200
    assert browser.get("/addresses?keyword=세종대로+110") == 200
    assert "04524" in browser.page
    assert 'data-road="서울특별시 중구 세종대로 110' in browser.page
    assert browser.get("/addresses?keyword=서울특별시") == 200
    assert 'rel="next"' in browser.page
    assert 'rel="prev"' not in browser.page
    assert browser.get("/addresses?keyword=서울특별시&page=2") == 200
    assert 'rel="prev"' in browser.page
    assert browser.get("/addresses?keyword=서울특별시&page=99999") == 200
    assert browser.get("/addresses?keyword=없는동네이름") == 200
    assert "찾는 주소가 없습니다." in browser.page


def test_the_dialog_gets_the_results_alone(browser: Browser) -> None:
    assert browser.get("/addresses?keyword=세종대로+110", headers={"X-Live": "1"}) == 200
    assert "<html" not in browser.page
    assert 'data-zip="04524"' in browser.page


@pytest.mark.parametrize("keyword", ["서", "%", "%=<>", "select"])
def test_a_keyword_of_nothing_wants_more(browser: Browser, engine: InlineEngine, keyword: str) -> None:
    assert browser.get("/addresses", params={"keyword": keyword}) == 200
    assert "더 자세히 입력해 주세요." in browser.page
    assert engine.started == []


def test_while_the_address_book_is_away_one_types(browser: Browser, engine: InlineEngine) -> None:
    engine.down = True
    assert browser.get("/addresses?keyword=세종대로") == 503
    assert "주소를 직접 입력하실 수도 있습니다." in browser.page
    assert 'value="세종대로"' in browser.page


def test_looking_up_is_limited_by_address(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "SEARCH", Limit("addresses", 2, 2))
    for _ in range(2):
        assert browser.get("/addresses?keyword=세종대로") == 200
    assert browser.get("/addresses?keyword=세종대로") == 429


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("세종대로 110", "세종대로 110"),
        ("  세종대로   110 ", "세종대로 110"),
        ("세종대로%=><110", "세종대로 110"),
        ("SELECT * FROM 세종대로", "* FROM 세종대로"),
        ("세종대로' OR '1", "세종대로 1"),
        ("가" * 200, "가" * rules.KEYWORD_CHARS_MAX),
        ("오류동", "오류동"),
        ("UNION타워", "UNION타워"),
    ],
)
def test_keywords_are_cleaned_of_what_the_service_refuses(typed: str, asked: str) -> None:
    assert clean_keyword(typed) == asked
