"""계정 찾기, 비밀번호 찾기, 「휴대폰번호가 변경되었나요?」."""

import datetime as dt
import re
from types import SimpleNamespace

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database as house
from models.auth import passwords, recovery, rules, writes
from models.auth.messages import Caller, Verified
from models.identity.rules import Purpose
from models.members.tables import Member
from models.notifications.tables import Message
from models.notifications.writes import send_code
from tests import factories
from tests.auth.conftest import NOW, PASSWORD, Browser, Clock, People, sent_code
from tests.auth.identities import BORN, CI, hold, know, verified
from web.auth import pace

HERE = Caller("192.0.2.1", "Firefox/140.0")
PHONE = "01012345678"
NEW_PHONE = "01099998888"
SENTENCE = "입력하신 아이디가 본인인증하신 분의 것이면"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace.even.__wrapped__, "__defaults__", (0.0,))  # type: ignore[attr-defined]


def messages(event: str) -> list[Message]:
    with house.working() as session:
        return list(session.execute(select(Message).where(col(Message.event) == event)).scalars())


def member_now(member: Member) -> Member:
    with house.working() as session:
        return session.get_one(Member, member.id)


def find(browser: Browser, **values: str) -> int:
    browser.get("/login/account")
    return browser.post("/login/account", **{"name": "김도윤", "birth_date": "1985-03-02", "phone": PHONE, **values})


def test_an_account_is_found_by_name_birth_date_and_phone_and_shown_masked(browser: Browser, people: People) -> None:
    know(people.partner)
    assert find(browser, phone="010-1234-5678") == 200
    assert recovery.mask_login(people.partner.login) in browser.page
    assert re.search(r"pe\*\*\*\*@example.com", browser.page)
    assert people.partner.login not in browser.page


@pytest.mark.parametrize("wrong", [{"name": "김도운"}, {"birth_date": "1985-03-03"}, {"phone": "01012345679"}])
def test_no_account_is_found_unless_all_three_fit(browser: Browser, people: People, wrong: dict[str, str]) -> None:
    know(people.partner)
    assert find(browser, **wrong) == 200
    assert "가입된 아이디가 없습니다" in browser.page


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [({"name": ""}, "이름"), ({"birth_date": "x"}, "생년월일"), ({"phone": "12"}, "휴대폰번호를")],
)
def test_what_is_mistyped_is_said_at_its_field(
    browser: Browser, people: People, wrong: dict[str, str], sentence: str
) -> None:
    assert find(browser, **wrong) == 422
    assert sentence in browser.page


def test_accounts_are_looked_for_only_so_often(browser: Browser, people: People, time: Clock) -> None:
    know(people.partner)
    for _ in range(5):
        assert find(browser) == 200
    assert find(browser) == 429
    assert "여러 번 시도하셨습니다" in browser.page
    time.forward(minutes=11)
    assert find(browser) == 200


def ask_password(browser: Browser, login: str) -> None:
    browser.get("/login/password")
    assert browser.post("/login/password", login=login) == 303
    assert browser.location.startswith("/identity")
    hold(browser, verified(Purpose.PASSWORD, name="김도윤", phone=PHONE))
    assert browser.get("/login/password/mail") == 200


def test_a_temporary_password_is_mailed_and_must_be_changed(browser: Browser, people: People) -> None:
    know(people.partner)
    browser.log_in(people.partner)
    open_before = browser.client.cookies["dongban"]
    browser.get("/account")
    browser.client.cookies.clear()
    ask_password(browser, people.partner.login.upper())
    assert browser.post("/login/password/mail") == 200
    assert SENTENCE in browser.page
    (mail,) = messages("temporary_password")
    assert mail.recipient == people.partner.email
    found = re.search(r"임시 비밀번호: (\S+)", mail.body)
    assert found
    temporary = found[1]
    assert rules.password_problem(temporary) is None
    assert browser.type_password(people.partner) == 422
    browser.become(open_before)
    assert browser.get("/") == 303
    browser.client.cookies.clear()
    browser.type_password(people.partner, password=temporary)
    browser.get("/login/code")
    browser.post("/login/code", code=sent_code(people.partner))
    assert browser.location == "/account/password"
    browser.get("/account/password")
    assert "임시 비밀번호로 로그인했습니다" in browser.page
    again = {"current": temporary, "new": "Dongban2@", "again": "Dongban2@"}
    assert browser.post("/account/password", **again) == 303
    assert browser.get("/") == 200


def test_the_same_is_said_whoever_asks_for_whatever_id(browser: Browser, people: People) -> None:
    know(people.partner)
    pages = []
    for login, ci in ((people.partner.login, CI), ("nobody@example.com", CI), (people.partner.login, b"x" * 32)):
        browser.client.cookies.clear()
        browser.get("/login/password")
        browser.post("/login/password", login=login)
        hold(browser, verified(Purpose.PASSWORD, name="김도윤", phone=PHONE, ci=ci))
        browser.get("/login/password/mail")
        assert browser.post("/login/password/mail") == 200
        pages.append(browser.page)
    assert pages[0] == pages[1] == pages[2]
    assert len(messages("temporary_password")) == 1


def test_an_unknown_id_costs_one_hash_like_a_known_one(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    know(people.partner)
    made: list[str] = []

    def counted(password: str) -> str:
        made.append(password)
        return passwords.hashed(password)

    monkeypatch.setattr(recovery, "hashed", counted)
    person = Verified("김도윤", BORN.isoformat(), PHONE, CI)
    told: list[object] = []
    for login in (people.partner.login, "nobody@example.com"):
        recovery.issue_temporary(login, person, NOW, lambda _session, made: told.append(made))
    assert (len(made), len(told)) == (2, 1)


async def test_an_answer_takes_its_time_whatever_was_found(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr(pace, "asyncio", SimpleNamespace(sleep=sleep))
    for work, rest in ((0.0, 0.2), (0.05, 0.15), (0.5, 0.0)):
        moments = iter((100.0, 100.0 + work))
        monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=moments.__next__))
        async with pace.even(0.2):
            pass
        assert slept.pop() == pytest.approx(rest)


def test_a_temporary_password_opens_for_a_day(people: People) -> None:
    know(people.partner)
    told: list[str] = []
    person = Verified("김도윤", BORN.isoformat(), PHONE, CI)
    assert recovery.issue_temporary(people.partner.login, person, NOW, lambda _s, made: told.append(made.password))
    late = NOW + rules.TEMPORARY_LIFE
    assert writes.begin_login(people.partner.login, told[0], HERE, late - dt.timedelta(seconds=1), send_code)
    with pytest.raises(rules.BadCredentials):
        writes.begin_login(people.partner.login, told[0], HERE, late, send_code)


@pytest.mark.parametrize("status", ["withdrawn", "blocked", "applying", "rejected"])
def test_who_may_not_log_in_gets_no_password(people: People, status: str) -> None:
    know(people.partner)
    with house.working() as session:
        session.get_one(Member, people.partner.id).status = status
    person = Verified("김도윤", BORN.isoformat(), PHONE, CI)
    assert not recovery.issue_temporary(people.partner.login, person, NOW, lambda *_: None)


def test_without_a_known_ci_name_birth_date_and_phone_must_fit(people: People) -> None:
    know(people.partner, ci=None)
    fits = Verified("김도윤", BORN.isoformat(), PHONE, b"x" * 32)
    assert recovery.issue_temporary(people.partner.login, fits, NOW, lambda *_: None)
    for wrong in (
        ("김도운", BORN.isoformat(), PHONE),
        ("김도윤", "1985-03-03", PHONE),
        ("김도윤", BORN.isoformat(), "1"),
    ):
        assert not recovery.issue_temporary(people.partner.login, Verified(*wrong, CI), NOW, lambda *_: None)


def test_a_check_is_used_once_and_lapses(browser: Browser, people: People, time: Clock) -> None:
    know(people.partner)
    ask_password(browser, people.partner.login)
    assert browser.post("/login/password/mail") == 200
    ask_password(browser, people.partner.login)
    time.forward(minutes=30)
    assert browser.post("/login/password/mail") == 422
    assert len(messages("temporary_password")) == 1


def test_passwords_are_looked_for_only_so_often(browser: Browser, people: People) -> None:
    for _ in range(5):
        browser.get("/login/password")
        assert browser.post("/login/password", login="x@example.com") == 303
    browser.get("/login/password")
    assert browser.post("/login/password", login="x@example.com") == 429


def at_code(browser: Browser, people: People) -> None:
    browser.type_password(people.partner)
    browser.get("/login/code")
    assert "휴대폰번호가 변경되었나요?" in browser.page
    assert browser.post("/login/phone") == 303
    assert browser.location.startswith("/identity")


def test_a_changed_phone_is_the_members_after_identity_verification(
    browser: Browser, people: People, time: Clock
) -> None:
    know(people.partner)
    browser.log_in(people.partner)
    elsewhere = browser.client.cookies["dongban"]
    browser.client.cookies.clear()
    time.forward(minutes=1)
    at_code(browser, people)
    old_code = sent_code(people.partner)
    time.forward(minutes=4)
    hold(browser, verified(Purpose.PHONE, name="김도윤", phone=NEW_PHONE, at=time.now))
    assert browser.get("/login/phone") == 200
    assert "010-****-8888" in browser.page
    assert browser.post("/login/phone/change") == 303
    assert browser.location == "/login/code?sent=phone"
    assert member_now(people.partner).phone == NEW_PHONE
    told = {message.channel: message.recipient for message in messages("phone_changed")}
    assert told == {"sms": PHONE, "email": people.partner.email}
    assert browser.get("/login/code?sent=phone") == 200
    assert "새 번호로 인증번호를 보냈습니다" in browser.page
    assert "010-****-8888" in browser.page
    code = sent_code(people.partner)
    assert messages("login_otp")[-1].recipient == NEW_PHONE
    assert code == old_code or browser.post("/login/code", code=old_code) == 422
    assert browser.post("/login/code", code=code) == 303
    assert browser.get("/") == 200
    browser.become(elsewhere)
    assert browser.get("/") == 303


def test_anothers_identity_changes_no_phone_and_is_counted(browser: Browser, people: People) -> None:
    know(people.partner)
    for tries in range(1, rules.OTP_TRIES_MAX + 1):
        if tries == 1:
            at_code(browser, people)
        hold(browser, verified(Purpose.PHONE, name="이몽룡", phone=NEW_PHONE, ci=b"x" * 32))
        assert browser.get("/login/phone") == 200
        assert browser.post("/login/phone/change") == 422
        assert "회원과 다릅니다" in browser.page
    assert member_now(people.partner).phone == PHONE
    hold(browser, verified(Purpose.PHONE, name="김도윤", phone=NEW_PHONE))
    browser.get("/login/phone")
    assert browser.post("/login/phone/change") == 422
    assert member_now(people.partner).phone == PHONE
    assert messages("phone_changed") == []


def test_a_check_of_another_purpose_changes_no_phone(browser: Browser, people: People) -> None:
    know(people.partner)
    at_code(browser, people)
    hold(browser, verified(Purpose.PASSWORD, name="김도윤", phone=NEW_PHONE))
    assert browser.get("/login/phone") == 303
    assert browser.location == "/login/code"


def test_without_a_password_no_phone_is_changed(browser: Browser, people: People) -> None:
    know(people.partner)
    browser.get("/login")
    assert browser.post("/login/phone") == 303
    assert browser.location == "/login"
    hold(browser, verified(Purpose.PHONE, name="김도윤", phone=NEW_PHONE))
    browser.get("/login")
    browser.post("/login/phone/change")
    assert member_now(people.partner).phone == PHONE


def test_the_way_to_the_carrier_may_take_half_an_hour(people: People) -> None:
    know(people.partner)
    challenge = writes.begin_login(people.partner.login, PASSWORD, HERE, NOW, send_code)
    person = Verified("김도윤", BORN.isoformat(), NEW_PHONE, CI)
    with pytest.raises(rules.LoggedOut):
        recovery.change_phone(challenge.token, person, NOW + rules.PHONE_CHANGE_LIFE, send_code, lambda *_: None)
    late = NOW + rules.PHONE_CHANGE_LIFE - dt.timedelta(seconds=1)
    made = recovery.change_phone(challenge.token, person, late, send_code, lambda *_: None)
    assert made.expires_at == late + rules.OTP_LIFE


def test_namesakes_do_not_find_each_other(people: People) -> None:
    know(people.partner)
    with house.working() as session:
        company = factories.company(session, "동명상사")
        other = factories.member(session, "김도윤", of=company)
    know(other, ci=b"y" * 32, born=dt.date(1990, 1, 1))
    assert recovery.find_logins("김도윤", BORN, PHONE) == [recovery.mask_login(people.partner.login)]
    assert recovery.find_logins("김도윤", dt.date(1990, 1, 1), PHONE) == [recovery.mask_login(other.login)]


def test_temporary_passwords_keep_the_rule_and_differ() -> None:
    made = {recovery.temporary_password() for _ in range(200)}
    assert len(made) == 200
    assert [one for one in made if rules.password_problem(one)] == []
    assert not set("".join(made)) & set("IlOo01")
