"""인증 앱: a stronger second factor, its recovery codes, and taking it off again."""

import datetime as dt
import re

import psycopg
import pyotp
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database as house
from models.auth import authenticators, rules
from models.auth.tables import Authenticator, RecoveryCode
from models.notifications.tables import Message
from models.processes.messages import Actor
from tests import engines
from tests.auth.conftest import NOW, PASSWORD, Browser, Clock, People
from web.auth.authenticator import qr_code


def set_up(browser: Browser, people: People) -> pyotp.TOTP:
    """Log in and begin; the app that scanned the code."""
    browser.log_in(people.partner)
    assert browser.get("/account/authenticator") == 200
    assert browser.post("/account/authenticator", password=PASSWORD) == 303
    assert browser.get("/account/authenticator/new") == 200
    shown = re.search(r'class="secret">([A-Z2-7 ]+)<', browser.page)
    assert shown
    assert "<svg" in browser.page
    return pyotp.TOTP(shown[1].replace(" ", ""))


def switch_on(browser: Browser, people: People) -> tuple[pyotp.TOTP, list[str]]:
    app = set_up(browser, people)
    assert browser.post("/account/authenticator/confirmation", code=app.at(NOW)) == 200
    codes = re.findall(r"<code>([A-Z2-7-]{19})</code>", browser.page)
    assert len(codes) == rules.RECOVERY_CODES
    return app, codes


def codes_sent(people: People) -> int:
    with house.working() as session:
        mine = select(Message).where(col(Message.member_id) == people.partner.id, col(Message.event) == "login_otp")
        return len(session.execute(mine).all())


def test_it_needs_the_password_and_a_first_code(browser: Browser, people: People) -> None:
    browser.log_in(people.partner)
    browser.get("/account/authenticator")
    assert browser.post("/account/authenticator", password="wrong") == 422
    assert "현재 비밀번호가 맞지 않습니다." in browser.page
    assert browser.get("/account/authenticator/new") == 303
    browser.client.cookies.clear()
    app = set_up(browser, people)
    assert browser.post("/account/authenticator/confirmation", code="000000") == 422
    browser.get("/account/authenticator")
    assert "사용 안 함" in browser.page
    browser.get("/account/authenticator/new")
    assert browser.post("/account/authenticator/confirmation", code=app.at(NOW)) == 200
    browser.get("/account/authenticator")
    assert "사용 중" in browser.page
    # The secret is not shown twice.
    assert browser.get("/account/authenticator/new") == 303


def test_the_app_takes_the_place_of_the_short_message(browser: Browser, people: People, time: Clock) -> None:
    app, _ = switch_on(browser, people)
    sent = codes_sent(people)
    browser.get("/account")
    browser.post("/logout")
    time.forward(seconds=60)
    assert browser.type_password(people.partner) == 303
    assert codes_sent(people) == sent
    browser.get("/login/code")
    assert "인증 앱 번호 입력" in browser.page
    assert "휴대폰번호가 변경되었나요?" not in browser.page
    assert browser.post("/login/code/resend") in {303, 422, 429}
    browser.type_password(people.partner)
    browser.get("/login/code")
    assert browser.post("/login/code", code="000000") == 422
    assert browser.post("/login/code", code=app.at(time.now)) == 303
    assert browser.get("/") == 200


def test_a_code_of_the_app_works_once_and_for_a_minute_and_a_half(
    browser: Browser, people: People, time: Clock
) -> None:
    app, _ = switch_on(browser, people)
    assert people.partner.id is not None
    me = Actor(member_id=people.partner.id, name="김도윤", company_id=people.partner.company_id)

    def take(code: str, at: dt.datetime) -> bool:
        with house.writing(me) as session:
            return authenticators.take(session, me.member_id, code, at)

    later = NOW + dt.timedelta(minutes=10)
    assert take(app.at(later), later)
    assert not take(app.at(later), later)
    assert not take(app.at(later - dt.timedelta(seconds=30)), later)
    assert take(app.at(later + dt.timedelta(seconds=30)), later)
    assert not take(app.at(later + dt.timedelta(seconds=120)), later)
    much = later + dt.timedelta(minutes=10)
    assert not take(app.at(much - dt.timedelta(seconds=60)), much)
    assert take(app.at(much - dt.timedelta(seconds=30)), much)


def test_a_recovery_code_opens_once(browser: Browser, people: People, time: Clock) -> None:
    _, codes = switch_on(browser, people)
    time.forward(minutes=5)
    for expected in (303, 422):
        browser.client.cookies.clear()
        browser.type_password(people.partner)
        browser.get("/login/code")
        assert browser.post("/login/code", code=codes[3].lower()) == expected
    assert "인증번호가 맞지 않습니다" in browser.page


def test_taking_it_off_needs_a_code(browser: Browser, people: People, time: Clock) -> None:
    app, codes = switch_on(browser, people)
    time.forward(minutes=5)
    browser.get("/account/authenticator")
    assert browser.post("/account/authenticator/removal", code="000000") == 422
    assert "인증 앱의 번호가 맞지 않습니다" in browser.page
    assert browser.post("/account/authenticator/removal", code=app.at(time.now)) == 303
    browser.get("/account/authenticator")
    assert "사용 안 함" in browser.page
    with house.working() as session:
        assert session.execute(select(RecoveryCode)).all() == []
        changes = select(Message).where(col(Message.event) == "authenticator_changed")
        assert len(session.execute(changes).all()) == 2
    browser.client.cookies.clear()
    browser.type_password(people.partner)
    browser.get("/login/code")
    assert "휴대폰" in browser.page
    assert codes


def test_new_recovery_codes_void_the_old(browser: Browser, people: People, time: Clock) -> None:
    app, codes = switch_on(browser, people)
    time.forward(minutes=5)
    browser.get("/account/authenticator")
    assert browser.post("/account/authenticator/recovery", code=app.at(time.now)) == 200
    fresh = re.findall(r"<code>([A-Z2-7-]{19})</code>", browser.page)
    assert len(set(fresh) | set(codes)) == 20
    browser.get("/account/authenticator")
    assert browser.post("/account/authenticator/removal", code=codes[0]) == 422
    assert browser.post("/account/authenticator/removal", code=fresh[0]) == 303


def test_guessing_is_stopped(browser: Browser, people: People) -> None:
    set_up(browser, people)
    for _ in range(9):
        assert browser.post("/account/authenticator/confirmation", code="000000") == 422
    assert browser.post("/account/authenticator/confirmation", code="000000") == 429


def test_other_sessions_end_when_it_is_switched_on(browser: Browser, people: People) -> None:
    browser.log_in(people.partner)
    before = browser.client.cookies["dongban"]
    browser.client.cookies.clear()
    switch_on(browser, people)
    browser.become(before)
    assert browser.get("/") == 303


def test_neither_secret_nor_recovery_codes_lie_readable_in_the_tables(
    browser: Browser, people: People, database: engines.Database
) -> None:
    app, codes = switch_on(browser, people)
    with psycopg.connect(database.admin_url) as connection:
        raw = connection.execute("SELECT secret FROM authenticator").fetchone()
        kept = connection.execute("SELECT code_hash FROM recovery_code").fetchall()
    assert raw is not None
    assert app.secret.encode() not in bytes(raw[0])
    assert len(kept) == 10
    assert all(code.replace("-", "").encode() not in bytes(row[0]) for code in codes for row in kept)


def test_nobody_reads_anothers_app(browser: Browser, people: People) -> None:
    switch_on(browser, people)
    assert people.buyer.id is not None
    other = Actor(member_id=people.buyer.id, name="차지애")
    with house.reading(other) as session:
        assert session.execute(select(Authenticator)).all() == []
        assert session.execute(select(RecoveryCode)).all() == []


@pytest.mark.parametrize("text", ["x", "otpauth://totp/Dongban:a%40b.example?secret=ABCDEFGH&issuer=Dongban"])
def test_the_qr_code_is_plain_svg(text: str) -> None:
    drawn = str(qr_code(text))
    assert drawn.startswith("<svg")
    assert "style=" not in drawn
    assert text not in drawn or len(text) == 1
