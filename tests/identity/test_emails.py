"""이메일인증: the code in the mail, and an address that is taken told only there."""

import datetime as dt
import re

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from models import database as house
from models.identity import rules, writes
from models.identity.limits import Limit
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.tables import Message
from tests import engines, factories
from tests.identity.conftest import NOW, Browser, Clock
from tests.identity.world import browse_as, verified_email
from web.identity import emails

SECOND = dt.timedelta(seconds=1)
ADDRESS = "garam.han@firm.example"


def mails() -> list[Message]:
    with house.working() as session:
        found = select(Message).where(col(Message.member_id).is_(None)).order_by(col(Message.id))
        return list(session.execute(found).scalars())


def _member(session: Session, login: str) -> None:
    person = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=factories.company(session))
    person.login = login
    session.flush()


def code() -> str:
    found = re.search(r"\d{6}", mails()[-1].body)
    assert found is not None, mails()[-1].body
    return found[0]


def ask(browser: Browser, email: str = ADDRESS) -> None:
    browser.get("/identity/email?next=/who")
    assert browser.post("/identity/email?next=/who", email=email) == 303
    assert browser.location == "/identity/email/code?next=/who"
    assert browser.get(browser.location) == 200


def test_who_types_the_code_owns_the_address(browser: Browser) -> None:
    ask(browser, " Garam.Han@Firm.example ")
    assert ADDRESS in browser.page
    assert browser.post("/identity/email/code?next=/who", code=f"{code()[:3]} {code()[3:]}") == 303
    assert browser.location == "/who"
    token = browser.client.cookies["dongban-email"]
    with house.web() as session:
        assert writes.verified_email(session, token) == ADDRESS
        assert writes.use_email(session, token) == ADDRESS
    with house.web() as session, pytest.raises(rules.EmailUsed):
        writes.use_email(session, token)


def test_the_mail_goes_to_the_address_and_not_to_a_member(browser: Browser) -> None:
    ask(browser)
    mail = mails()[0]
    assert (mail.recipient, mail.channel, mail.event, mail.member_id) == (ADDRESS, "email", "email_code", None)
    assert mail.expires_at == NOW + rules.EMAIL_CODE_LIFE
    assert "이메일 인증번호" in mail.subject


@pytest.mark.parametrize("status", ["active", "dormant", "blocked", "applying"])
def test_a_taken_address_is_told_in_its_mail_and_nowhere_else(browser: Browser, status: str) -> None:
    with house.working() as session:
        _member(session, "taken@firm.example")
        session.execute(Member.__table__.update().values(status=MemberStatus(status).value))  # type: ignore[attr-defined]
    ask(browser, "free@firm.example")
    free = browser.page
    browser.client.cookies.clear()
    ask(browser, "taken@firm.example")
    taken = browser.page
    assert _without_tokens(taken.replace("taken@", "free@")) == _without_tokens(free)
    assert "이미 동반 포털에 가입" in mails()[-1].body
    assert not re.search(r"\d{6}", mails()[-1].body)
    made = "123456"
    assert browser.post("/identity/email/code?next=/who", code=made) == 422
    assert "인증번호가 맞지 않습니다. 4번 더" in browser.page


def _without_tokens(page: str) -> str:
    return re.sub(r'value="[^"]{30,}"|/static/[^"]+', "", page)


def test_even_the_right_number_does_not_open_a_taken_address(browser: Browser, database: engines.Database) -> None:
    import pyotp

    from models.identity.tables import EmailCheck

    with house.working() as session:
        _member(session, "taken@firm.example")
    ask(browser, "taken@firm.example")
    with house.working() as session:
        secret = session.execute(select(col(EmailCheck.secret))).scalar_one()
    assert browser.post("/identity/email/code", code=pyotp.HOTP(secret).at(0)) == 422


@pytest.mark.parametrize("status", ["rejected", "withdrawn"])
def test_who_was_rejected_or_left_may_use_the_address_again(browser: Browser, status: str) -> None:
    with house.working() as session:
        _member(session, ADDRESS)
        session.execute(Member.__table__.update().values(status=status))  # type: ignore[attr-defined]
    ask(browser)
    assert browser.post("/identity/email/code?next=/who", code=code()) == 303


def test_the_code_holds_ten_minutes_to_the_second(browser: Browser, time: Clock) -> None:
    ask(browser)
    right = code()
    time.now = NOW + rules.EMAIL_CODE_LIFE
    assert browser.post("/identity/email/code", code=right) == 422
    assert "유효시간 10분이 지났습니다." in browser.page
    time.now = NOW + rules.EMAIL_CODE_LIFE - SECOND
    assert browser.post("/identity/email/code", code=right) == 303


def test_five_wrong_codes_void_it_until_another_is_sent(browser: Browser, time: Clock) -> None:
    ask(browser)
    right = code()
    wrong = "000000" if right != "000000" else "111111"
    for left in (4, 3, 2, 1):
        assert browser.post("/identity/email/code", code=wrong) == 422
        assert f"{left}번 더" in browser.page
    assert browser.post("/identity/email/code", code=wrong) == 422
    assert "5번 잘못 입력했습니다." in browser.page
    assert browser.post("/identity/email/code", code=right) == 422
    time.forward(seconds=31)
    assert browser.post("/identity/email/code/resend") == 303
    assert browser.post("/identity/email/code", code=right) == 422
    assert browser.post("/identity/email/code", code=code()) == 303


def test_another_code_waits_half_a_minute_and_comes_three_times(browser: Browser, time: Clock) -> None:
    ask(browser)
    assert browser.post("/identity/email/code/resend") == 429
    assert "30초 뒤에 다시" in browser.page
    for _ in range(3):
        time.forward(seconds=31)
        assert browser.post("/identity/email/code/resend") == 303
        browser.get(browser.location)
        assert "인증번호를 다시 보냈습니다." in browser.page
    time.forward(seconds=31)
    assert browser.post("/identity/email/code/resend") == 429
    assert "인증번호를 더 보낼 수 없습니다." in browser.page
    assert len(mails()) == 4


def test_mails_to_one_address_are_limited(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(emails, "SEND", Limit("email_code", 2, 60))
    for _ in range(2):
        ask(browser)
        browser.client.cookies.clear()
    browser.get("/identity/email")
    assert browser.post("/identity/email", email=ADDRESS) == 429
    assert ADDRESS in browser.page
    assert browser.post("/identity/email", email="other@firm.example") == 303


@pytest.mark.parametrize(
    "typed", ["", "garam", "garam@", "@firm.example", "a b@c", "garam@firm", "amela.cha", "x" * 300]
)
def test_what_is_no_address_is_told_at_its_field(browser: Browser, typed: str) -> None:
    browser.get("/identity/email")
    assert browser.post("/identity/email", email=typed) == 422
    assert 'id="e-email"' in browser.page
    assert mails() == []


def test_without_a_code_there_is_nothing_to_confirm(browser: Browser, time: Clock) -> None:
    assert browser.get("/identity/email/code?next=/x") == 303
    assert browser.location == "/identity/email?next=/x"
    with pytest.raises(rules.EmailUnverified):
        writes.confirm_email_code("nobody", "123456", time.now)
    with house.web() as session, pytest.raises(rules.EmailUnverified):
        writes.verified_email(session, "")
    ask(browser)
    assert browser.post("/identity/email/code", code="12") == 422


def test_a_verified_address_lapses_after_an_hour(time: Clock, database: engines.Database) -> None:
    token = verified_email(ADDRESS, at=NOW)
    time.now = NOW + rules.EMAIL_LIFE - SECOND
    with house.web() as session:
        assert writes.verified_email(session, token) == ADDRESS
    time.now = NOW + rules.EMAIL_LIFE
    with house.web() as session, pytest.raises(rules.EmailLapsed):
        writes.use_email(session, token)


def test_the_raw_tables_show_neither_address_nor_code(browser: Browser, database: engines.Database) -> None:
    ask(browser)
    sent = code()
    with psycopg.connect(database.owner_url) as raw:
        checks = raw.execute("SELECT t::text FROM email_check t").fetchall()
        rows = f"{checks}{raw.execute('SELECT t::text FROM message t').fetchall()}"  # noqa: S608 - no statement is built
    for secret in (ADDRESS, "garam", sent):
        assert secret not in rows
        assert secret.encode().hex() not in rows


def test_every_refusal_of_identity_has_a_sentence() -> None:
    from models.identity import wording

    ours = [
        made
        for made in vars(rules).values()
        if isinstance(made, type) and issubclass(made, Refusal) and made is not Refusal
    ]
    assert len(ours) > 10
    assert {made.code for made in ours} == set(wording.SENTENCES)


def test_both_cookies_can_be_taken_back(browser: Browser) -> None:
    from starlette.responses import Response

    from web import identity

    browse_as(browser.client, identity="a", email="b")
    answer = Response()
    identity.forget(answer)
    cleared = [value for name, value in answer.headers.items() if name == "set-cookie"]
    assert len(cleared) == 2
