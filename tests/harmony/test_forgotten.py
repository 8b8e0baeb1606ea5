"""「비밀번호 찾기」 of Harmony's own accounts: a link by mail, once, half an hour, the same words to everybody."""

import datetime as dt
import re

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock, database
from models.auth import passwords
from models.auth.tables import LoginSession
from models.harmony import forgotten, retention
from models.harmony.rules import LINK_LIFE, LinkOver
from models.harmony.tables import HarmonyAccount, PasswordLink
from models.members.tables import Member
from models.notifications.tables import Message
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.settings import settings
from tests.engines import Database
from tests.harmony.test_web import PASSWORD, _csrf, _local, _session_of, _try
from tests.harmony.world import NOW, World
from web.auth import pace

EMAIL = "me@media.example"
NEW = "Another2026!"
SECOND = dt.timedelta(seconds=1)


@pytest.fixture
def world(database: Database) -> World:
    assert database
    return World.made()


@pytest.fixture
def person(world: World) -> Actor:
    return _local(world)


@pytest.fixture
def browser(world: World, house_settings: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch) -> TestClient:
    from app import create_app

    assert world
    monkeypatch.setattr(pace, "FLOOR_SECONDS", 0.0)
    house_settings.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings.cache_clear()
    return TestClient(create_app(), follow_redirects=False)


def _mails() -> list[Message]:
    with database.working() as session:
        rows = select(Message).where(col(Message.event) == "harmony_password").order_by(col(Message.id))
        return list(session.execute(rows).scalars())


def _token() -> str:
    found = re.search(r"/harmony/password/(\S+)", _mails()[-1].body)
    assert found is not None
    return found[1]


def _ask(browser: TestClient, email: str = EMAIL) -> tuple[int, str]:
    csrf = _csrf(browser.get("/harmony/password").text)
    answer = browser.post("/harmony/password", data={"csrf": csrf, "email": email})
    return answer.status_code, answer.text


def _renew(browser: TestClient, password: str = NEW, again: str = NEW) -> tuple[int, str]:
    csrf = _csrf(browser.get("/harmony/password/new").text)
    answer = browser.post("/harmony/password/new", data={"csrf": csrf, "password": password, "again": again})
    return answer.status_code, answer.headers.get("location", "") or answer.text


@pytest.mark.usefixtures("person")
def test_from_the_login_page_to_a_new_password(browser: TestClient, person: Actor) -> None:
    with clock.set_to(NOW):
        _session_of(person, NOW)
        assert 'href="/harmony/password"' in browser.get("/harmony/login").text
        status, page = _ask(browser)
        assert (status, "링크를 보내 드렸습니다." in page) == (200, True)
        token = _token()
        opened = browser.get(f"/harmony/password/{token}")
        assert (opened.status_code, opened.headers["location"]) == (303, "/harmony/password/new")
        assert token not in browser.get("/harmony/password/new").text
        assert _renew(browser) == (303, "/harmony/login?renewed=1")
        assert "비밀번호를 바꾸었습니다." in browser.get("/harmony/login?renewed=1").text
        assert _try(browser, PASSWORD)[0] == 422
        assert _try(browser, NEW)[0] == 303
    with database.working() as session:
        live = select(func.count()).where(
            col(LoginSession.member_id) == person.member_id, col(LoginSession.revoked_at).is_(None)
        )
        assert session.execute(live).scalar_one() == 1  # the new one alone
        kept = select(AuditEntry).where(col(AuditEntry.act) == "change_password")
        assert session.execute(kept).scalar_one().actor_id == person.member_id


@pytest.mark.usefixtures("person")
def test_nobody_learns_whether_there_is_an_account(browser: TestClient) -> None:
    with clock.set_to(NOW):
        status, known = _ask(browser)
        assert len(_mails()) == 1
        again, unknown = _ask(browser, "nobody@media.example")
        assert len(_mails()) == 1

    def plain(page: str) -> str:
        page = page.replace(EMAIL, "…").replace("nobody@media.example", "…")
        return re.sub(r'value="[^"]*"', "", page)

    assert (status, plain(known)) == (again, plain(unknown))
    with database.working() as session:
        links = session.execute(select(PasswordLink).order_by(col(PasswordLink.id))).scalars().all()
    assert [link.member_id is None for link in links] == [False, True]


def test_the_account_of_another_house_has_no_password_here(world: World, browser: TestClient) -> None:
    world.person("카카오 기자")
    with clock.set_to(NOW):
        assert _ask(browser, "kakao@kakao.example")[0] == 200
    assert _mails() == []


@pytest.mark.parametrize("status", ["blocked", "withdrawn"])
def test_who_may_not_log_in_gets_no_link(browser: TestClient, person: Actor, status: str) -> None:
    with database.working() as session:
        session.get_one(Member, person.member_id).status = status
    with clock.set_to(NOW):
        assert _ask(browser)[0] == 200
    assert _mails() == []


@pytest.mark.usefixtures("person")
def test_a_link_is_good_once_for_half_an_hour_and_to_look_at_it_uses_nothing_up(browser: TestClient) -> None:
    with clock.set_to(NOW):
        _ask(browser)
        token = _token()
        for _ in range(3):
            assert browser.get(f"/harmony/password/{token}").status_code == 303
    with clock.set_to(NOW + LINK_LIFE - SECOND):
        assert browser.get(f"/harmony/password/{token}").status_code == 303
    with clock.set_to(NOW + LINK_LIFE):
        gone = browser.get(f"/harmony/password/{token}")
        assert (gone.status_code, "유효기간이 지난 링크입니다." in gone.text) == (404, True)
        assert browser.get("/harmony/password/new").status_code == 404
    forgotten.renew(token, NEW, NOW)
    with pytest.raises(LinkOver):
        forgotten.renew(token, PASSWORD, NOW)
    assert browser.get("/harmony/password/guessed").status_code == 404


@pytest.mark.parametrize(
    ("new", "again", "words"),
    [(NEW, "Different2026!", "서로 다릅니다"), ("short1!", "short1!", "8"), ("", "", "입력해 주세요")],
)
@pytest.mark.usefixtures("person")
def test_a_password_that_breaks_the_rule_is_told_at_its_field(
    browser: TestClient, new: str, again: str, words: str
) -> None:
    with clock.set_to(NOW):
        _ask(browser)
        browser.get(f"/harmony/password/{_token()}")
        status, page = _renew(browser, new, again)
        assert (status, words in page) == (422, True), page
        assert _try(browser, PASSWORD)[0] == 303


@pytest.mark.usefixtures("person")
def test_no_more_than_three_mails_about_one_account(browser: TestClient) -> None:
    with clock.set_to(NOW):
        assert [_ask(browser)[0] for _ in range(4)] == [200, 200, 200, 429]
    assert len(_mails()) == 3


@pytest.mark.parametrize("email", ["", "nobody", "a@b"])
@pytest.mark.usefixtures("person")
def test_what_is_no_address_is_told(browser: TestClient, email: str) -> None:
    with clock.set_to(NOW):
        status, page = _ask(browser, email)
    assert (status, 'id="e-email"' in page) == (422, True)


def test_a_link_is_seen_by_its_holder_only(person: Actor) -> None:
    from models.auth.messages import Caller

    forgotten.ask(EMAIL, Caller(), NOW)
    for reader in (database.web(), database.reading(person)):
        with reader as session:
            assert session.execute(select(PasswordLink)).all() == []


@pytest.mark.usefixtures("person")
def test_what_was_typed_on_the_way_in_is_cleared_away_a_week_after(browser: TestClient) -> None:
    with clock.set_to(NOW):
        _ask(browser)
    over = NOW + LINK_LIFE + retention.KEPT
    with database.working() as session:
        assert retention.clear_page(session, over) == 0
        assert retention.clear_page(session, over + SECOND) == 1
        assert session.execute(select(PasswordLink)).all() == []
        assert session.get(HarmonyAccount, session.execute(select(col(HarmonyAccount.member_id))).scalar_one())


def test_the_hash_is_that_of_the_new_password(person: Actor) -> None:
    from models.auth.messages import Caller

    forgotten.ask(EMAIL, Caller(), NOW)
    forgotten.renew(_token(), NEW, NOW)
    with database.working() as session:
        kept = session.get_one(HarmonyAccount, person.member_id).password_hash
    assert passwords.matches(kept, NEW)
