"""본인인증 as a browser and the carrier meet in it."""

import datetime as dt

import psycopg
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col
from starlette.testclient import TestClient

from models import database as house
from models.identity import rules, writes
from models.identity.limits import Limit
from models.identity.rules import IDENTITY_LIFE, IdentityLapsed, IdentityMissing, IdentityUsed, Purpose
from models.identity.tables import IdentityCheck, Inquiry
from models.members.rules import Sex
from tests import engines
from tests.identity.conftest import NOW, Browser, Clock
from tests.identity.world import SOMEBODY, InlineEngine, Somebody, browse_as, through_pass, verified
from web.identity import checks

SECOND = dt.timedelta(seconds=1)


def begin(browser: Browser, purpose: str = "signup", onward: str = "/who") -> str:
    """Press 「본인인증」; the carrier's address."""
    browser.get("/identity/email")
    assert browser.post("/identity", purpose=purpose, next=onward) == 303
    assert browser.location == "/identity/carrier"
    assert browser.get("/identity/carrier") == 200
    return browser.link("data-carrier")


@pytest.mark.parametrize("method", ["SMS", "APP"])
def test_a_person_goes_to_the_carrier_and_comes_back_known(browser: Browser, sandbox: TestClient, method: str) -> None:
    address = begin(browser)
    assert browser.get("/who") == 422
    back = through_pass(sandbox, address, method=method)
    assert browser.get(back) == 303
    assert browser.location == "/who"
    assert browser.get("/who") == 200
    assert browser.page == f'"{SOMEBODY.name}"'


def test_everything_the_carrier_confirms_is_kept_with_the_hash_of_the_person(
    browser: Browser, sandbox: TestClient
) -> None:
    who = Somebody("LEE ANNA", dt.date(2003, 12, 1), Sex.FEMALE, foreign_national=True, phone="01088880000")
    browser.get(through_pass(sandbox, begin(browser), who))
    token = browser.client.cookies["dongban-identity"]
    with house.web() as session:
        found = writes.checked(session, token, Purpose.SIGNUP, NOW)
    assert (found.name, found.birth_date, found.sex, found.foreign_national, found.phone) == (
        who.name,
        who.birth_date,
        who.sex,
        True,
        who.phone,
    )
    assert found.identity_hash == who.identity_hash
    assert who.name not in repr(found)


def test_the_same_person_with_another_phone_is_the_same_person(browser: Browser, sandbox: TestClient) -> None:
    hashes = set()
    for phone in ("01011112222", "01033334444"):
        browser.get(through_pass(sandbox, begin(browser), Somebody(phone=phone)))
        with house.web() as session:
            hashes.add(writes.checked(session, browser.client.cookies["dongban-identity"], "signup").identity_hash)
    assert len(hashes) == 1
    assert len(hashes.pop()) == 32


def test_the_raw_table_shows_nobody(browser: Browser, sandbox: TestClient, database: engines.Database) -> None:
    browser.get(through_pass(sandbox, begin(browser)))
    with psycopg.connect(database.owner_url) as raw:
        row = raw.execute("SELECT t::text FROM identity_check t").fetchall()
        columns = raw.execute("SELECT person, request FROM identity_check").fetchall()
    shown = f"{row}{columns}"
    for secret in (SOMEBODY.name, SOMEBODY.phone, "1991", SOMEBODY.ci[:20]):
        assert secret not in shown
        assert secret.encode().hex() not in shown
    assert columns[0][0] is not None


def test_a_browser_without_the_token_sees_no_check(browser: Browser, sandbox: TestClient) -> None:
    browser.get(through_pass(sandbox, begin(browser)))
    with house.web() as session:
        assert session.execute(select(col(IdentityCheck.id))).all() == []
        assert session.execute(select(col(Inquiry.id))).all() == []
    browser.client.cookies.clear()
    assert browser.get("/who") == 422
    assert browser.get(checks.RETURN_PAGE) == 422
    assert "본인인증을 먼저 해 주세요." in browser.page


def test_the_web_role_cannot_say_who_somebody_is(time: Clock, database: engines.Database) -> None:
    token, _ = writes.begin_check(Purpose.SIGNUP, "/", time.now)
    with house.web() as session:
        writes.find_check(session, token)
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text("UPDATE identity_check SET state = 'verified'"))
        session.rollback()


def test_a_check_counts_for_its_own_purpose(time: Clock, database: engines.Database) -> None:
    token = verified(Purpose.PASSWORD, at=time.now)
    with house.web() as session:
        with pytest.raises(IdentityMissing):
            writes.checked(session, token, Purpose.SIGNUP)
        assert writes.checked(session, token, "password").name == SOMEBODY.name
        with pytest.raises(IdentityMissing):
            writes.checked(session, "", "password")
        with pytest.raises(IdentityMissing):
            writes.checked(session, "another", "password")


def test_a_check_lapses_after_thirty_minutes_to_the_second(time: Clock, database: engines.Database) -> None:
    token = verified(Purpose.SIGNUP, at=NOW)
    time.now = NOW + IDENTITY_LIFE - SECOND
    with house.web() as session:
        assert writes.use(session, token, Purpose.SIGNUP).name == SOMEBODY.name
        session.rollback()
    time.now = NOW + IDENTITY_LIFE
    with house.web() as session:
        with pytest.raises(IdentityLapsed):
            writes.checked(session, token, Purpose.SIGNUP)
        with pytest.raises(IdentityLapsed):
            writes.use(session, token, Purpose.SIGNUP)


def test_a_lapsed_check_says_so_on_the_page(browser: Browser, time: Clock) -> None:
    browse_as(browser.client, identity=verified(Purpose.SIGNUP, at=NOW))
    assert browser.get("/who") == 200
    time.forward(minutes=30)
    assert browser.get("/who") == 422
    assert "본인인증을 한 지 30분이 지났습니다." in browser.page


def test_a_check_is_used_once_and_only_by_what_commits(time: Clock, database: engines.Database) -> None:
    token = verified(Purpose.SIGNUP, at=time.now)
    with house.web() as session:
        writes.use(session, token, Purpose.SIGNUP)
        session.rollback()
    with house.web() as session:
        writes.use(session, token, Purpose.SIGNUP)
    with house.web() as session, pytest.raises(IdentityUsed):
        writes.use(session, token, Purpose.SIGNUP)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"cancel": True}, "본인인증을 취소하셨습니다."),
        ({"mismatch": True}, "입력하신 정보가 통신사에 등록된 정보와 다릅니다."),
    ],
)
def test_who_is_not_confirmed_reads_why_and_may_begin_again(
    browser: Browser, sandbox: TestClient, form: dict[str, bool], words: str
) -> None:
    address = begin(browser)
    if form.get("mismatch"):
        sandbox.post("/carrier", data={"phone": SOMEBODY.phone, "verdict": "mismatch"})
        with pytest.raises(AssertionError):
            through_pass(sandbox, address)
    else:
        sandbox.get(address)
        sandbox.post(f"{address.split('?', maxsplit=1)[0]}/cancel")
    assert browser.get(checks.RETURN_PAGE) == 422
    assert words in browser.page
    assert 'name="next" value="/who"' in browser.page
    assert browser.post("/identity", purpose="signup", next="/who") == 303
    assert browser.get("/who") == 422


def test_five_wrong_codes_end_the_check(browser: Browser, sandbox: TestClient) -> None:
    address = begin(browser)
    base = address.split("?", maxsplit=1)[0]
    with pytest.raises(AssertionError):
        through_pass(WrongCode(sandbox), address)  # type: ignore[arg-type]
    for _ in range(4):
        sandbox.post(f"{base}/code", data={"code": "x"})
    assert browser.get(checks.RETURN_PAGE) == 422
    assert "여러 번 잘못 입력" in browser.page


class WrongCode:
    """The worlds for somebody who types the wrong code."""

    def __init__(self, world: TestClient) -> None:
        self.world = world
        self.get = world.get

    def post(self, path: str, data: dict[str, str]) -> object:
        wrong = data | {"code": "9"} if "code" in data else data
        answer = self.world.post(path, data=wrong)
        assert answer.status_code != 422, "인증번호가 맞지 않습니다."
        return answer


def test_who_comes_back_too_early_may_go_on(browser: Browser, sandbox: TestClient, time: Clock) -> None:
    address = begin(browser)
    assert browser.get(checks.RETURN_PAGE) == 200
    assert "본인인증을 아직 마치지 않았습니다." in browser.page
    assert address in browser.page
    back = through_pass(sandbox, address)
    assert browser.get(back) == 303
    begin(browser)
    time.now += rules.CHECK_LIFE
    assert browser.get(checks.RETURN_PAGE) == 422
    assert "본인인증 시간이 지났습니다." in browser.page


def test_while_the_carrier_is_away_nothing_is_lost(browser: Browser, sandbox: TestClient, engine: InlineEngine) -> None:
    back = through_pass(sandbox, begin(browser))
    sandbox.post("/board/carrier", data={"outage": "1"})
    assert browser.get(back) == 503
    assert "본인인증 기관에서 답이 오지 않습니다." in browser.page
    assert "다시 확인" in browser.page
    sandbox.post("/board/carrier", data={})
    engine.down = True
    assert browser.get(back) == 503
    engine.down = False
    assert browser.get(back) == 303
    assert browser.get("/who") == 200


def test_a_number_whose_carrier_fails_is_told_from_a_refusal(browser: Browser, sandbox: TestClient) -> None:
    back = through_pass(sandbox, begin(browser))
    sandbox.post("/carrier", data={"phone": SOMEBODY.phone, "verdict": "broken"})
    assert browser.get(back) == 503
    sandbox.post("/carrier", data={"phone": SOMEBODY.phone, "verdict": "fine"})
    assert browser.get(back) == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_way_back_never_leads_elsewhere(browser: Browser, sandbox: TestClient, target: str) -> None:
    address = begin(browser, onward=target)
    browser.get(through_pass(sandbox, address))
    assert browser.location == "/"
    outside = address.replace("http%3A%2F%2Fportal.example", "https%3A%2F%2Fevil.example")
    assert outside != address
    fresh = outside.replace("/pass/", "/pass/0")
    assert sandbox.get(fresh).status_code == 400


def test_a_purpose_that_is_none_begins_nothing(browser: Browser) -> None:
    browser.get("/identity/email")
    assert browser.post("/identity", purpose="other", next="/") == 422
    assert browser.post("/identity") == 422
    browser.csrf = "forged"
    assert browser.post("/identity", purpose="signup", next="/") == 403


def test_beginning_is_limited_by_address(browser: Browser, time: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    few = Limit("identity", 3, 3)
    monkeypatch.setattr(checks, "BEGIN", few)
    for _ in range(3):
        begin(browser)
    assert browser.post("/identity", purpose="signup", next="/") == 429
    assert "10분 뒤에 다시 시도해 주세요." in browser.page
    time.forward(minutes=10, seconds=1)
    begin(browser)


def test_what_was_asked_and_answered_is_gone_afterwards(browser: Browser, sandbox: TestClient, time: Clock) -> None:
    browser.get(through_pass(sandbox, begin(browser)))
    with house.working() as session:
        assert session.execute(select(col(Inquiry.id))).all() == []
