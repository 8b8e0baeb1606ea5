"""Harmony's own pages in front of a real database: doors, 추가인증, switches, and what a link may do."""

import datetime as dt
import re

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock, database
from models.auth import passwords
from models.auth import queries as visits
from models.auth import writes as sessions
from models.auth.messages import Caller
from models.auth.rules import BadCredentials, CodeExpired, CodeTriesUsed, CodeWrong, ResendTooSoon
from models.harmony import entries, queries, rules, stepups, writes
from models.harmony.tables import HarmonyAccount, HarmonyEntry
from models.members.tables import Member
from models.notifications.rules import SWITCHED, Channel, Event
from models.notifications.tables import Message, Notification
from models.notifications.writes import notify
from models.processes.messages import Actor
from models.settings import settings
from tests.engines import Database
from tests.harmony.world import LINK, NOW, PHONE, World, ready

PASSWORD = "Harmony2026!"


@pytest.fixture
def world(database: Database) -> World:
    return World.made()


@pytest.fixture
def browser(world: World, house_settings: pytest.MonkeyPatch) -> TestClient:
    from app import create_app

    house_settings.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings.cache_clear()
    return TestClient(create_app(), follow_redirects=False)


def _csrf(text: str) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', text)
    assert found is not None
    return found[1]


def _code(to: str = PHONE) -> str:
    with database.working() as session:
        newest = select(Message).where(col(Message.event) == "step_up").order_by(col(Message.id).desc()).limit(1)
        message = session.execute(newest).scalar_one()
    assert message.recipient == to
    found = re.search(r"\d{6}", message.body)
    assert found is not None
    return found[0]


def test_a_link_opens_and_uses_up_nothing(world: World, browser: TestClient) -> None:
    world.sent()
    with clock.set_to(NOW):
        for _ in range(3):
            answer = browser.get(f"/harmony/join/{LINK}")
            assert (answer.status_code, answer.headers["location"]) == (303, "/harmony/joining/terms")
        shown = browser.get("/harmony/joining/terms").text
        assert "다음스포츠 (에디터)" in shown
        assert LINK not in shown
        assert browser.get("/harmony/join/nothing").status_code == 404


@pytest.mark.parametrize(("seconds", "status"), [(-1, 303), (0, 410), (1, 410)])
def test_a_link_ends_after_seven_days(world: World, browser: TestClient, seconds: int, status: int) -> None:
    world.sent()
    with clock.set_to(NOW + dt.timedelta(days=7, seconds=seconds)):
        answer = browser.get(f"/harmony/join/{LINK}")
        assert answer.status_code == status
        assert status == 303 or "유효기간이 지났습니다" in answer.text


def test_the_required_terms_are_required(world: World, browser: TestClient) -> None:
    world.sent()
    with clock.set_to(NOW):
        browser.get(f"/harmony/join/{LINK}")
        shown = browser.get("/harmony/joining/terms").text
        boxes = re.findall(r'name="terms" value="(\d+)"', shown)
        assert len(boxes) == 2
        data = {"csrf": _csrf(shown), "terms": boxes[:1]}
        answer = browser.post("/harmony/joining/terms", data=data)
        assert answer.status_code == 422
        assert "필수 항목에 모두 동의해 주세요." in answer.text
        assert browser.get("/harmony/joining/profile").status_code == 409  # no account was proved yet


def test_a_guest_may_send_a_picture_only_on_the_way_through_an_invitation(world: World, browser: TestClient) -> None:
    world.sent()
    picture = {"image": ("me.png", b"x" * 200_000, "image/png")}
    with clock.set_to(NOW):
        csrf = _csrf(browser.get("/harmony/login").text)
        typed = {"csrf": csrf, "name": "새 기자", "email": "notice@media.example"}
        assert browser.post("/harmony/joining/profile", data=typed, files=picture).status_code == 403
        token, _ = ready(phone_confirmed_at=None)
        browser.cookies.set("dongban-harmony", token)
        answer = browser.post("/harmony/joining/profile", data=typed, files=picture)
        assert (answer.status_code, "휴대폰번호를 인증해 주세요." in answer.text) == (422, True)
        token, _ = ready(subject="another")
        browser.cookies.set("dongban-harmony", token)
        answer = browser.post("/harmony/joining/profile", data=typed, files=picture)
        assert answer.status_code == 422  # a picture by name only
        assert entries.read(token, NOW).image_file_id is None
        assert entries.read(token, NOW).request_id is None


def test_a_trip_to_the_provider_ends_once_and_in_the_browser_that_left(world: World) -> None:
    world.sent()
    token = entries.begin(NOW, "/harmony", "", entries.invitation(LINK, NOW))
    other = entries.begin(NOW, "/harmony", "")
    asked = entries.ask(token, NOW)
    for cookie, state in ((token, "guessed"), (other, asked.state), ("", asked.state)):
        with pytest.raises(rules.EntryOver):
            entries.come_back(cookie, state, "code", NOW)
    entries.come_back(token, asked.state, "code", NOW)
    with pytest.raises(rules.EntryOver):  # replayed
        entries.come_back(token, asked.state, "code", NOW)
    again = entries.ask(token, NOW)
    with pytest.raises(rules.EntryOver):  # of the trip before
        entries.come_back(token, asked.state, "code", NOW)
    with pytest.raises(rules.EntryOver):  # too late
        entries.come_back(token, again.state, "code", NOW + rules.OIDC_LIFE)


def test_the_telephone_is_confirmed_by_its_code(world: World) -> None:
    world.sent()
    token, _ = ready(phone_confirmed_at=None)
    entries.send_phone_code(token, PHONE, NOW)
    with pytest.raises(ResendTooSoon):
        entries.send_phone_code(token, PHONE, NOW + dt.timedelta(seconds=29))
    code = _code()
    with pytest.raises(CodeWrong):
        entries.confirm_phone(token, f"{(int(code) + 1) % 1_000_000:06d}", NOW)
    with pytest.raises(CodeExpired):
        entries.confirm_phone(token, code, NOW + dt.timedelta(minutes=5))
    entries.confirm_phone(token, code, NOW + dt.timedelta(minutes=5, seconds=-1))
    assert entries.read(token, NOW).phone_confirmed_at is not None
    # Another number has to be confirmed anew, and five wrong tries end a code.
    entries.send_phone_code(token, "01099998888", NOW + dt.timedelta(minutes=6))
    assert entries.read(token, NOW).phone_confirmed_at is None
    wrong = f"{(int(_code('01099998888')) + 1) % 1_000_000:06d}"
    later = NOW + dt.timedelta(minutes=7)
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as refusal:
            entries.confirm_phone(token, wrong, later)
        assert refusal.value.detail["left"] == left
    for _ in range(2):
        with pytest.raises(CodeTriesUsed):
            entries.confirm_phone(token, wrong, later)


def test_what_is_typed_on_the_way_is_kept_sealed(world: World, database: Database) -> None:
    world.sent()
    ready()
    with psycopg.connect(database.owner_url) as connection:
        row = connection.execute("SELECT h::text FROM harmony_entry h").fetchone()
    assert row is not None
    for secret in (PHONE, "새 기자", "notice@media.example", "sub-of-the-new-one", LINK):
        assert secret not in row[0]
        assert secret.encode().hex() not in row[0]


def test_a_row_is_seen_by_its_key_only(world: World) -> None:
    world.sent()
    token, _ = ready()
    with entries.holding(b"another key") as session:
        assert session.execute(select(HarmonyEntry)).all() == []
    with database.web() as session:
        assert session.execute(select(HarmonyEntry)).all() == []
    assert entries.read(token, NOW).name == "새 기자"


def _local(world: World) -> Actor:
    """A member with an account of the house."""
    person = world.person("기자")
    with database.working() as session:
        account = session.get_one(HarmonyAccount, person.member_id)
        account.issuer, account.subject = "", "me@media.example"
        account.password_hash = passwords.hashed(PASSWORD)
    return person


def _try(browser: TestClient, password: str, email: str = "me@media.example") -> tuple[int, str]:
    csrf = _csrf(browser.get("/harmony/login").text)
    answer = browser.post("/harmony/login", data={"csrf": csrf, "email": email, "password": password})
    return answer.status_code, answer.text


def test_log_in_needs_no_code_and_says_the_same_to_everybody(world: World, browser: TestClient) -> None:
    _local(world)
    wrong, unknown = _try(browser, "Wrong2026!"), _try(browser, PASSWORD, "nobody@media.example")
    assert wrong[0] == unknown[0] == 422
    sentence = "아이디 또는 비밀번호가 맞지 않습니다."
    assert sentence in wrong[1]
    assert sentence in unknown[1]
    assert _try(browser, PASSWORD)[0] == 303
    assert "기자 님, 안녕하세요" in browser.get("/harmony").text


def test_new_terms_are_asked_about_before_anything_else(world: World, browser: TestClient, database: Database) -> None:
    _local(world)
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("DELETE FROM consent")
    assert _try(browser, PASSWORD)[0] == 303
    assert browser.get("/harmony/studios").status_code == 303  # not logged in yet
    shown = browser.get("/login/steps?next=/harmony").text
    boxes = re.findall(r'name="terms" value="(\d+)"', shown)
    answer = browser.post("/login/steps/terms?next=/harmony", data={"csrf": _csrf(shown), "terms": boxes})
    assert answer.headers["location"] == "/harmony"
    assert "기자 님, 안녕하세요" in browser.get("/harmony").text


def test_guessing_is_locked_out(world: World, browser: TestClient) -> None:
    _local(world)
    for _ in range(5):
        assert _try(browser, "Wrong2026!")[0] == 422
    status, text = _try(browser, PASSWORD)
    assert (status, "로그인 시도가 많아" in text) == (429, True)


def test_the_procurement_log_in_is_closed_to_people_of_harmony(world: World) -> None:
    person = _local(world)
    with database.working() as session:
        login = session.get_one(Member, person.member_id).login
    for typed in (login, "me@media.example"):
        with pytest.raises(BadCredentials):
            sessions.begin_login(typed, PASSWORD, Caller(), NOW, lambda *_: None)


def _session_of(actor: Actor, at: dt.datetime) -> int:
    with database.working() as session:
        login = session.get_one(Member, actor.member_id).login
    token = sessions.begin_verified(login, Caller(), at)
    opened = sessions.open_passed(token, Caller(), at)
    visit = visits.visit(opened.token, at)
    assert visit is not None
    return visit.session_id


def test_a_step_up_holds_for_its_purpose_its_session_and_ten_minutes(world: World) -> None:
    person = world.person("기자")
    here, there = _session_of(person, NOW), _session_of(person, NOW)

    def open_to(session_id: int, purpose: str, at: dt.datetime) -> bool:
        with database.reading(person) as session:
            return queries.is_stepped_up(session, person, session_id, purpose, at)

    stepups.send(person, here, "profile", Channel.SMS, NOW)
    code = _code()
    late = NOW + dt.timedelta(minutes=5)
    with pytest.raises(CodeExpired):
        stepups.confirm(person, here, "profile", code, late)
    with pytest.raises(CodeExpired):  # another session's, another purpose's
        stepups.confirm(person, there, "profile", code, NOW)
    with pytest.raises(CodeExpired):
        stepups.confirm(person, here, "account", code, NOW)
    stepups.confirm(person, here, "profile", code, late - dt.timedelta(seconds=1))
    passed = late - dt.timedelta(seconds=1)
    assert open_to(here, "profile", passed + dt.timedelta(minutes=10, seconds=-1))
    assert not open_to(here, "profile", passed + dt.timedelta(minutes=10))
    assert not open_to(there, "profile", passed)
    assert not open_to(here, "account", passed)
    with pytest.raises(CodeExpired):  # a code works once
        stepups.confirm(person, here, "profile", code, passed)


def test_personal_data_is_behind_it(world: World, browser: TestClient) -> None:
    _local(world)
    _try(browser, PASSWORD)
    shown = browser.get("/harmony/me").text
    assert PHONE not in shown
    for method, path in (("GET", "/harmony/me/edit"), ("POST", "/harmony/me/edit"), ("POST", "/harmony/me/phone"),
                         ("POST", "/harmony/me/password")):  # fmt: skip
        answer = browser.request(method, path, data={"csrf": _csrf(shown), "name": "x", "email": "x@y.example"})
        assert answer.headers["location"].startswith("/harmony/verification?purpose=profile"), path


def test_a_code_to_ones_own_telephone_makes_no_number_of_nothing(world: World, browser: TestClient) -> None:
    """추가인증 may be asked for by any purpose, also by the one of a new number, and then goes to the one there is."""
    person = _local(world)
    _try(browser, PASSWORD)
    csrf = _csrf(browser.get("/harmony/me").text)
    for purpose in ("profile", "phone"):
        sent = browser.post(f"/harmony/verification?purpose={purpose}", data={"csrf": csrf, "channel": "sms"})
        assert sent.status_code == 303
        typed = {"csrf": csrf, "code": _code()}
        if purpose == "profile":
            assert browser.post("/harmony/verification/confirmation?purpose=profile", data=typed).status_code == 303
    answer = browser.post("/harmony/me/phone/confirmation", data=typed)
    with database.working() as session:
        assert session.get_one(Member, person.member_id).phone == PHONE
    assert answer.status_code == 422


def test_the_page_of_the_code_says_what_the_guide_says_and_keeps_what_was_chosen(
    world: World, browser: TestClient
) -> None:
    _local(world)
    _try(browser, PASSWORD)
    address = "/harmony/verification?purpose=account&next=/harmony/credits/1/account"
    shown = browser.get(address).text
    for words in ("관리자 추가인증이 필요합니다.", "카카오톡이나 SMS", "5분 동안 유효합니다.", "카카오톡 PC버전으로는"):
        assert words in shown
    assert 'href="/harmony/credits/accounts">취소' in shown
    wrong = browser.post(address, data={"csrf": _csrf(shown), "channel": "pigeon"})
    assert wrong.status_code == 422
    assert browser.post(address, data={"csrf": _csrf(shown), "channel": "sms"}).status_code == 303
    sent = browser.get(address).text
    assert "번호의 문자메시지로 인증번호를 보내드렸습니다." in sent
    assert "인증번호를 받으실 수 없나요?" in sent
    confirmation = address.replace("verification?", "verification/confirmation?")
    again = browser.post(confirmation, data={"csrf": _csrf(sent), "code": "000000"})
    assert again.status_code == 422
    assert re.search(r'value="sms" checked', again.text)
    assert again.text.count("인증번호가 맞지 않습니다.") == 2  # on top, and at its field
    assert "000000" in again.text


def _told(person: Actor, event: Event) -> tuple[int, int]:
    """Bell lines and messages a member got of an event."""
    with database.working() as session:
        notify(
            session,
            event=event.value,
            members=[person.member_id],
            link="/harmony",
            workflow_id=f"test/{event.value}",
            step=1,
            params={"title": "(주)다음스포츠 “다음스포츠”", "status": "…", "act": ""},
            now=NOW,
        )
        bells = select(Notification).where(col(Notification.event) == event.value)
        sent = select(Message).where(col(Message.event) == event.value)
        messages = session.execute(sent).scalars().all()
        assert all(one.channel == "kakaotalk" and one.fallback_body for one in messages)
        return len(session.execute(bells).all()), len(messages)


@pytest.mark.parametrize("event", SWITCHED)
def test_every_switch_is_heeded(world: World, event: Event) -> None:
    person = world.person("기자")
    others = [one for one in SWITCHED if one is not event]
    with database.writing(person) as session:
        writes.set_switches(
            session, person, {event: (False, True), others[0]: (True, False), others[1]: (False, False)}
        )
        chosen = queries.switches(session, person)
    assert chosen[event] == (False, True)
    assert chosen[others[2]] == (True, True)
    assert _told(person, event) == (0, 1)
    assert _told(person, others[0]) == (1, 0)
    assert _told(person, others[1]) == (0, 0)
    assert _told(person, others[2]) == (1, 1)


def test_the_same_address_is_not_invited_twice(world: World) -> None:
    world.invite()
    with pytest.raises(rules.AlreadyInvited):
        world.invite()
    world.invite(credit=True, role=rules.SpaceRole.USER)
