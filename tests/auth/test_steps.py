"""What stands between the right code and the session: 휴면해제, 재동의, 90 days."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database as house
from models.auth import queries, rules, writes
from models.auth.messages import Caller
from models.auth.tables import LoginSession
from models.kernel.roles import Role
from models.members.tables import Member
from models.notifications.writes import send_code
from models.processes.messages import Actor
from models.terms import writes as terms_writes
from models.terms.rules import TermsAudience, TermsKey
from models.terms.tables import Consent, Terms
from tests.auth.conftest import NOW, PASSWORD, Browser, Clock, People, sent_code

HERE = Caller("192.0.2.1", "Firefox/140.0")
DAY = dt.timedelta(days=1)


def change(member: Member, **values: object) -> None:
    with house.working() as session:
        found = session.get_one(Member, member.id)
        for name, value in values.items():
            setattr(found, name, value)


def member_now(member: Member) -> Member:
    with house.working() as session:
        return session.get_one(Member, member.id)


def new_terms(at: dt.datetime = NOW, **more: Any) -> int:
    """A version in force from `at`; its id."""
    facts: dict[str, Any] = {
        "audience": "partner", "key": "service", "version": 1, "title": "이용약관", "body": "## 제1조\n목적",
        "required": True, "change_note": "", "effective_at": at, "created_at": at,
    } | more  # fmt: skip
    with house.working() as session:
        made = Terms(**facts)
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id


def sessions_of(member: Member) -> int:
    with house.working() as session:
        mine = select(LoginSession).where(col(LoginSession.member_id) == member.id)
        return len(session.execute(mine).all())


def to_code(browser: Browser, member: Member) -> int:
    browser.type_password(member)
    browser.get("/login/code")
    return browser.post("/login/code", code=sent_code(member))


def test_new_terms_come_before_anything_else(browser: Browser, people: People) -> None:
    service, news = new_terms(), new_terms(key="marketing", title="소식 수신", required=False)
    assert to_code(browser, people.partner) == 303
    assert browser.location == "/login/steps"
    assert sessions_of(people.partner) == 0
    for page in ("/", "/notifications", "/account"):
        assert browser.get(page) == 303
        assert browser.location.startswith("/login")
    assert browser.get("/login/steps") == 200
    assert "약관 재동의" in browser.page
    assert f'href="/terms/{service}"' in browser.page
    assert f'value="{news}"' not in browser.page
    assert browser.post("/login/steps/terms") == 422
    assert "필수 항목에 모두 동의해 주세요." in browser.page
    assert browser.post("/login/steps/terms", terms=str(service)) == 303
    assert browser.location == "/"
    assert browser.get("/") == 200
    with house.working() as session:
        kept = session.execute(select(Consent)).scalar_one()
    assert (kept.member_id, kept.terms_id, kept.at, kept.ip) == (people.partner.id, service, NOW, "testclient")


def test_an_agreement_holds_until_the_next_version_takes_effect(browser: Browser, people: People, time: Clock) -> None:
    first = new_terms()
    to_code(browser, people.partner)
    browser.get("/login/steps")
    browser.post("/login/steps/terms", terms=str(first))
    second = new_terms(NOW + 2 * DAY, version=2, change_note="제2조를 고쳤습니다.")
    time.forward(days=1)
    assert to_code(browser, people.partner) == 303
    assert browser.location == "/"
    browser.post("/logout")
    time.forward(days=1)
    to_code(browser, people.partner)
    assert browser.location == "/login/steps"
    browser.get("/login/steps")
    assert "제2조를 고쳤습니다." in browser.page
    # The version of yesterday no longer counts, whoever sends it.
    assert browser.post("/login/steps/terms", terms=str(first)) == 409
    browser.get("/login/steps")
    assert browser.post("/login/steps/terms", terms=str(second)) == 303


def test_staff_are_not_asked(browser: Browser, people: People) -> None:
    new_terms()
    to_code(browser, people.buyer)
    assert browser.location == "/"


def test_the_password_question_comes_at_ninety_days_and_can_be_put_off(
    browser: Browser, people: People, time: Clock
) -> None:
    time.now = NOW + rules.PASSWORD_AGE - dt.timedelta(seconds=1)
    to_code(browser, people.partner)
    assert browser.location == "/"
    browser.get("/account")
    browser.post("/logout")
    time.now = NOW + rules.PASSWORD_AGE
    to_code(browser, people.partner)
    assert browser.location == "/login/steps"
    browser.get("/login/steps")
    assert "90일 이후 변경" in browser.page
    assert browser.post("/login/steps/password", choice="later") == 303
    assert browser.location == "/"
    assert member_now(people.partner).password_asked_at == time.now
    browser.get("/account")
    browser.post("/logout")
    time.now += rules.PASSWORD_AGE - dt.timedelta(seconds=1)
    to_code(browser, people.partner)
    assert browser.location == "/"
    browser.get("/account")
    browser.post("/logout")
    time.now += dt.timedelta(seconds=1)
    to_code(browser, people.partner)
    assert browser.location == "/login/steps"


def test_whoever_wants_a_new_password_goes_on_to_change_it(browser: Browser, people: People, time: Clock) -> None:
    time.forward(days=100)
    to_code(browser, people.partner)
    browser.get("/login/steps")
    assert browser.post("/login/steps/password", choice="now") == 303
    assert browser.location == "/account/password"
    assert browser.get("/account/password") == 200
    browser.post("/account/password", current=PASSWORD, new="Dongban2@", again="Dongban2@")
    assert member_now(people.partner).password_changed_at == time.now


def test_a_dormant_member_is_asked_and_wakes(browser: Browser, people: People) -> None:
    change(people.partner, status="dormant", last_login_at=NOW - 366 * DAY)
    to_code(browser, people.partner)
    assert browser.location == "/login/steps"
    assert browser.get("/login/steps") == 200
    assert "휴면을 해제하고 계속 이용하시겠습니까?" in browser.page
    assert "2025.02.08" in browser.page
    assert sessions_of(people.partner) == 0
    assert member_now(people.partner).status == "dormant"
    assert browser.post("/login/steps/dormant") == 303
    assert browser.location == "/"
    assert browser.get("/") == 200
    assert (member_now(people.partner).status, member_now(people.partner).last_login_at) == ("active", NOW)


def test_all_three_come_in_their_order(browser: Browser, people: People, time: Clock) -> None:
    change(people.partner, status="dormant")
    time.forward(days=400)
    service = new_terms(NOW + DAY)
    to_code(browser, people.partner)
    browser.get("/login/steps")
    assert "휴면" in browser.page
    # What comes later cannot be answered first.
    browser.post("/login/steps/terms", terms=str(service))
    assert browser.location == "/login/steps"
    browser.get("/login/steps")
    browser.post("/login/steps/dormant")
    assert browser.location == "/login/steps"
    browser.get("/login/steps")
    assert "90일 이후 변경" in browser.page
    browser.post("/login/steps/password", choice="later")
    assert browser.location == "/"


def test_the_steps_are_for_whoever_knew_the_code(browser: Browser, people: People, time: Clock) -> None:
    change(people.partner, status="dormant")
    browser.type_password(people.partner)
    browser.get("/login/code")
    for step in ("dormant", "terms", "password"):
        browser.get("/login/code")
        assert browser.post(f"/login/steps/{step}") in {303, 401}
        assert browser.location in {"/login", ""}
        assert sessions_of(people.partner) == 0
    assert member_now(people.partner).status == "dormant"
    browser.get("/login/code")
    browser.post("/login/code", code=sent_code(people.partner))
    time.forward(minutes=rules.PASSED_LIFE.total_seconds() / 60)
    assert browser.get("/login/steps") == 303
    assert browser.location == "/login"


def test_a_finished_log_in_opens_one_session(people: People) -> None:
    challenge = writes.begin_login(people.partner.login, PASSWORD, HERE, NOW, send_code)
    writes.confirm_code(challenge.token, sent_code(people.partner), NOW)
    assert writes.open_passed(challenge.token, HERE, NOW)
    with pytest.raises(rules.LoggedOut):
        writes.open_passed(challenge.token, HERE, NOW)
    with pytest.raises(rules.CodeUsed):
        writes.confirm_code(challenge.token, sent_code(people.partner), NOW)
    assert sessions_of(people.partner) == 1


def test_a_program_is_told_to_decide_on_the_pages(people: People) -> None:
    change(people.partner, status="dormant")
    challenge = writes.begin_login(people.partner.login, PASSWORD, HERE, NOW, send_code)
    with pytest.raises(rules.StepsLeft) as refused:
        writes.finish_login(challenge.token, sent_code(people.partner), HERE, NOW)
    assert refused.value.detail == {"step": "dormant"}


def test_a_program_is_not_asked_about_ninety_days(people: People, time: Clock) -> None:
    time.forward(days=100)
    challenge = writes.begin_login(people.partner.login, PASSWORD, HERE, time.now, send_code)
    assert writes.finish_login(challenge.token, sent_code(people.partner), HERE, time.now)


def test_a_log_in_proved_elsewhere_skips_the_code_but_not_the_terms(people: People) -> None:
    service = new_terms()

    def asks(session: object, actor: Actor, now: dt.datetime) -> bool:
        return actor.roles >= {Role.PARTNER}

    token = writes.begin_verified(people.partner.login, HERE, NOW)
    with pytest.raises(rules.StepsLeft):
        writes.open_passed(token, HERE, NOW, asks)
    with writes.passed(token, NOW) as (session, _, actor):
        terms_writes.consent(session, actor.member_id, [service], NOW, HERE.ip)
    opened = writes.open_passed(token, HERE, NOW)
    assert queries.visit(opened.token, NOW) is not None
    with pytest.raises(rules.BadCredentials):
        writes.begin_verified("nobody@example.com", HERE, NOW)


def test_only_administrators_write_terms(people: People) -> None:
    assert people.buyer.id is not None
    buyer = Actor(member_id=people.buyer.id, name="차지애", roles=frozenset({Role.BUYER}))
    new = terms_writes.NewVersion(
        TermsAudience.PARTNER, TermsKey.SERVICE, "약관", "글", required=True, change_note="", effective_at=NOW
    )
    with pytest.raises(Exception, match="not_your_turn"), house.writing(buyer) as session:
        terms_writes.add_version(session, buyer, new, NOW)
