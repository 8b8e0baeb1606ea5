"""열람 기록: nothing masked is shown in full without a line in the record."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError

import models.registry  # noqa: F401 - the tables an account's row refers to
from models import database as house
from models.auth import disclosures, retention
from models.auth.rules import DisclosureReasonMissing
from models.auth.tables import Disclosure, LoginAttempt, LoginSession, OtpChallenge
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.members.tables import BankAccount, Member
from models.notifications import retention as messages
from models.notifications.tables import Message
from models.processes.messages import Actor
from tests import engines
from tests.auth.conftest import NOW, Browser, People, sent_code
from tests.auth.identities import know

DAY = dt.timedelta(days=1)


def buyer_of(people: People) -> Actor:
    assert people.buyer.id is not None
    return Actor(member_id=people.buyer.id, name="차지애", company_name="카카오", roles=frozenset({Role.BUYER}))


def account(people: People) -> int:
    with house.working() as session:
        made = BankAccount(
            company_id=people.partner.company_id or 0, bank_name="카카오뱅크", account_number="3333-01-1234567",
            holder="김도윤", is_default=True, created_at=NOW,
        )  # fmt: skip
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id


def lines() -> list[Disclosure]:
    with house.working() as session:
        return list(session.execute(select(Disclosure).order_by(Disclosure.id)).scalars())  # type: ignore[arg-type]


def ask(browser: Browser, **values: str) -> int:
    browser.get("/notifications")
    return browser.post("/disclosures", **values)


def test_a_value_is_shown_for_a_reason_and_kept(browser: Browser, people: People) -> None:
    know(people.partner)
    number = account(people)
    browser.log_in(people.buyer)
    member = {"kind": "member", "id": str(people.partner.id)}
    assert ask(browser, **member, field="phone") == 422
    assert "열람 사유를 입력해 주세요." in browser.page
    assert "01012345678" not in browser.page
    assert lines() == []
    assert ask(browser, **member, field="phone", reason="전화 문의") == 200
    assert "01012345678" in browser.page
    assert ask(browser, **member, field="birth_date", reason="가입 심사") == 200
    assert "1985-03-02" in browser.page
    bank = {"kind": "bank_account", "id": str(number), "field": "account_number", "reason": "대금 지급"}
    assert ask(browser, **bank, back="https://evil.example") == 200
    assert "3333-01-1234567" in browser.page
    assert "evil" not in browser.page
    kept = [(line.actor_name, line.subject_name, line.field, line.reason, line.ip) for line in lines()]
    assert kept == [
        ("차지애", "김도윤", "phone", "전화 문의", "testclient"),
        ("차지애", "김도윤", "birth_date", "가입 심사", "testclient"),
        ("차지애", "(주)한빛네트웍스", "account_number", "대금 지급", "testclient"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [{"field": "password_hash"}, {"field": "name"}, {"kind": "company"}, {"id": "999"}, {"id": "x"}, {"kind": ""}],
)
def test_nothing_else_is_shown(browser: Browser, people: People, wrong: dict[str, str]) -> None:
    browser.log_in(people.buyer)
    about = {"kind": "member", "id": str(people.partner.id), "field": "phone", "reason": "전화"}
    assert ask(browser, **(about | wrong)) == 404
    assert lines() == []


def test_partners_do_not_look(browser: Browser, people: People) -> None:
    browser.log_in(people.partner)
    about = {"kind": "member", "id": str(people.buyer.id), "field": "phone", "reason": "전화"}
    assert ask(browser, **about) == 403
    assert browser.get("/disclosures") == 403


def test_one_own_value_needs_no_reason_and_is_kept_all_the_same(people: People) -> None:
    assert people.partner.id is not None
    me = Actor(
        member_id=people.partner.id,
        name="김도윤",
        company_id=people.partner.company_id,
        roles=frozenset({Role.PARTNER}),
    )
    with house.writing(me) as session:
        disclosures.note(session, me, disclosures.Subject("member", me.member_id, me.name), "phone", "")
        with pytest.raises(DisclosureReasonMissing):
            disclosures.note(session, me, disclosures.Subject("member", 1000, "남"), "phone", "  ")
        with pytest.raises(NotFound):
            disclosures.unmask(session, me, Member(id=me.member_id, name="김도윤"), "name", "x")
    assert len(lines()) == 1


def test_a_line_is_in_ones_own_name_and_stays(people: People, database: engines.Database) -> None:
    buyer = buyer_of(people)
    forged: dict[str, Any] = {
        "actor_id": people.partner.id,
        "actor_name": "남",
        "subject_kind": "member",
        "subject_id": 1,
        "at": NOW,
    }
    with pytest.raises(DBAPIError), house.writing(buyer) as session:
        session.add(Disclosure(**forged, field="phone"))
    with house.writing(buyer) as session:
        disclosures.note(session, buyer, disclosures.Subject("member", 1, "김도윤"), "phone", "전화")
    with psycopg.connect(database.web_url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("DELETE FROM disclosure")
    assert people.partner.id is not None
    partner = Actor(
        member_id=people.partner.id,
        name="김도윤",
        company_id=people.partner.company_id,
        roles=frozenset({Role.PARTNER}),
    )
    with house.reading(partner) as session:
        assert session.execute(disclosures.readable()).all() == []


def test_the_administrator_reads_who_looked(browser: Browser, people: People) -> None:
    buyer = buyer_of(people)
    with house.writing(buyer) as session:
        disclosures.note(session, buyer, disclosures.Subject("member", 1, "김도윤"), "phone", "전화 문의")
    with house.working() as session:
        session.get_one(Member, people.buyer.id).roles = ["admin"]
    browser.log_in(people.buyer)
    assert browser.get("/disclosures") == 200
    assert "전화 문의" in browser.page
    assert "휴대폰번호" in browser.page
    assert browser.get("/disclosures?field=birth_date") == 200
    assert "전화 문의" not in browser.page
    assert browser.get("/disclosures?format=xlsx") == 200


def test_traces_past_their_time_go_and_the_others_stay(browser: Browser, people: People) -> None:
    browser.log_in(people.partner)
    assert sent_code(people.partner)
    buyer = buyer_of(people)
    with house.writing(buyer) as session:
        disclosures.note(session, buyer, disclosures.Subject("member", 1, "김도윤"), "phone", "전화")

    def clear(after: dt.timedelta) -> dict[str, int]:
        with house.working() as session:
            return retention.clear_page(session, NOW + after)

    def counts() -> list[int]:
        with house.working() as session:
            return [len(session.execute(select(table)).all()) for table in (
                OtpChallenge, LoginAttempt, LoginSession, Disclosure)]  # fmt: skip

    assert sum(clear(7 * DAY).values()) == 0
    clear(7 * DAY + dt.timedelta(seconds=1))
    assert counts() == [0, 1, 1, 1]
    clear(91 * DAY)
    assert counts() == [0, 1, 0, 1]
    clear(730 * DAY)
    assert counts() == [0, 1, 0, 1]
    clear(730 * DAY + dt.timedelta(seconds=1))
    assert counts() == [0, 0, 0, 0]
    with house.working() as session:
        assert retention.remaining(session, NOW + 1000 * DAY) == 0


def test_the_words_of_old_messages_are_forgotten(people: People) -> None:
    def put(event: str, state: str, key: str) -> None:
        with house.working() as session:
            session.add(
                Message(
                    member_id=people.partner.id, channel="email", event=event, recipient="a@b.example", body="글",
                    dedupe_key=key, state=state, created_at=NOW,
                )
            )  # fmt: skip

    put("temporary_password", "sent", "1")
    put("your_turn", "sent", "2")
    put("temporary_password", "queued", "3")

    def forget(after: dt.timedelta) -> int:
        with house.working() as session:
            return messages.forget_page(session, NOW + after)

    assert forget(30 * DAY) == 0
    assert forget(31 * DAY) == 1
    assert forget(31 * DAY) == 0
    assert forget(366 * DAY) == 1
    with house.working() as session:
        rows = {row.dedupe_key: row for row in session.execute(select(Message)).scalars()}
    assert [(rows[key].body, rows[key].recipient) for key in "123"] == [("-", "-"), ("-", "-"), ("글", "a@b.example")]
