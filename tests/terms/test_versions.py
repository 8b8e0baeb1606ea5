"""Versions in force, consents, and the administrator's pages, on a real database."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from activities.terms import announce_terms
from models import clock
from models import database as house
from models.kernel.roles import Role
from models.members.tables import Member
from models.notifications.tables import Message
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.terms import queries, standard, writes
from models.terms.rules import TermsAudience, TermsInForce, TermsKey
from models.terms.tables import Consent, Terms
from tests import engines, factories
from tests.auth.conftest import NOW, Browser, Clock, People, another, app, browser, people, time

__all__ = ["another", "app", "browser", "people", "time"]

DAY = dt.timedelta(days=1)


def version(number: int, at: dt.datetime, key: str = "service", audience: str = "partner", **more: Any) -> int:
    with house.working() as session:
        facts: dict[str, Any] = {
            "audience": audience, "key": key, "version": number, "title": "이용약관", "body": "글",
            "required": True, "effective_at": at, "created_at": NOW,
        }  # fmt: skip
        made = Terms(**(facts | more))
        session.add(made)
        session.flush()
        assert made.id is not None
        return made.id


def in_force(now: dt.datetime, audience: str = "partner") -> list[tuple[str, int]]:
    with house.web() as session:
        return [(terms.key, terms.version) for terms in queries.current(session, audience, now)]


@pytest.mark.usefixtures("database")
def test_the_latest_version_whose_time_has_come_is_in_force() -> None:
    version(1, NOW - 10 * DAY)
    version(2, NOW)
    version(3, NOW + DAY)
    version(4, NOW - DAY, withdrawn_at=NOW)
    version(1, NOW - DAY, key="privacy")
    version(1, NOW - DAY, audience="media")
    before = NOW - dt.timedelta(seconds=1)
    assert in_force(before) == [("service", 1), ("privacy", 1)]
    assert in_force(NOW) == [("service", 2), ("privacy", 1)]
    assert in_force(NOW + DAY) == [("service", 3), ("privacy", 1)]
    assert in_force(NOW, "media") == [("service", 1)]


def actor_of(member: Member, *roles: Role) -> Actor:
    assert member.id is not None
    held = frozenset(roles) or frozenset(Role(role) for role in member.roles)
    return Actor(member_id=member.id, name=member.name, company_id=member.company_id, roles=held)


def test_a_person_agrees_to_versions_and_once(people: People) -> None:
    first, optional = version(1, NOW), version(1, NOW, key="marketing", required=False)
    partner = actor_of(people.partner)
    with house.writing(partner) as session:
        assert [terms.id for terms in queries.unconsented(session, partner, NOW)] == [first]
        for _ in range(2):
            writes.consent(session, partner.member_id, [first, optional], NOW, "192.0.2.1")
        assert queries.unconsented(session, partner, NOW) == []
        assert [(terms.id, at) for terms, at in queries.given(session, partner.member_id)] == [
            (optional, NOW),
            (first, NOW),
        ]
    version(2, NOW + DAY)
    with house.reading(partner) as session:
        assert queries.unconsented(session, partner, NOW) == []
        assert [terms.version for terms in queries.unconsented(session, partner, NOW + DAY)] == [2]


def test_nobody_agrees_for_another_nor_reads_anothers_consent(people: People) -> None:
    first = version(1, NOW)
    partner, buyer = actor_of(people.partner), actor_of(people.buyer)
    with house.writing(partner) as session:
        writes.consent(session, partner.member_id, [first], NOW)
    with house.reading(buyer) as session:
        assert session.execute(select(Consent)).all() == []
    with pytest.raises(DBAPIError), house.writing(buyer) as session:
        writes.consent(session, partner.member_id, [first], NOW)


def test_an_agreement_cannot_be_changed_by_any_program(people: People, database: engines.Database) -> None:
    first = version(1, NOW)
    partner = actor_of(people.partner)
    with house.writing(partner) as session:
        writes.consent(session, partner.member_id, [first], NOW)
    for url in (database.web_url, database.worker_url):
        with psycopg.connect(url) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("UPDATE consent SET at = now()")


def test_partners_write_no_terms(people: People) -> None:
    version(1, NOW)
    partner = actor_of(people.partner)
    row = {"audience": "partner", "key": "service", "version": 9, "title": "x", "body": "x", "effective_at": NOW}
    with pytest.raises(DBAPIError), house.writing(partner) as session:
        session.execute(insert(Terms).values(**row, created_at=NOW, required=True, change_note=""))
    with pytest.raises(DBAPIError), house.writing(partner) as session:
        session.execute(update(Terms).values(withdrawn_at=NOW))


def test_a_version_is_numbered_audited_and_taken_back_only_before_its_time(people: People) -> None:
    admin = actor_of(people.buyer, Role.ADMIN)
    new = writes.NewVersion(
        TermsAudience.PARTNER, TermsKey.SERVICE, "이용약관", "글", required=True, change_note="", effective_at=NOW + DAY
    )
    with house.writing(admin) as session:
        first = writes.add_version(session, admin, new, NOW)
        second = writes.add_version(session, admin, new, NOW)
        assert (first.version, second.version) == (1, 2)
        assert first.id is not None
        assert second.id is not None
        writes.withdraw(session, admin, second.id, NOW + DAY - dt.timedelta(seconds=1))
        with pytest.raises(TermsInForce):
            writes.withdraw(session, admin, first.id, NOW + DAY)
    with house.working() as session:
        acts = session.execute(select(col(AuditEntry.act)).order_by(col(AuditEntry.id))).scalars().all()
    assert acts == ["create", "create", "withdraw"]
    assert in_force(NOW + 2 * DAY) == [("service", 1)]


@pytest.mark.usefixtures("database")
def test_a_new_house_begins_with_terms_for_both_portals_once() -> None:
    for _ in range(2):
        with house.working() as session:
            standard.put(session, NOW)
    assert in_force(NOW) == [("service", 1), ("privacy", 1)]
    assert in_force(NOW, "media") == [("service", 1), ("privacy", 1)]


def test_everybody_concerned_hears_of_terms_to_come_once(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("activities.terms.activity.heartbeat", lambda *_: None)
    monkeypatch.setattr("activities.terms.PAGE", 1)
    with house.working() as session:
        company = factories.company(session, "다른상사")
        factories.member(session, "이하나", of=company)
    version(1, NOW)
    with clock.set_to(NOW):
        assert announce_terms() == 0
        version(2, NOW + 10 * DAY, change_note="제6조를 고쳤습니다.")
        version(3, NOW + 20 * DAY, required=False)
        assert announce_terms() == 2
        assert announce_terms() == 0
    with house.working() as session:
        mails = list(session.execute(select(Message).where(col(Message.event) == "terms_ahead")).scalars())
    assert {mail.member_id for mail in mails} & {people.partner.id}
    assert people.buyer.id not in {mail.member_id for mail in mails}
    assert "2026.02.19" in mails[0].body
    assert "제6조를 고쳤습니다." in mails[0].body


def as_admin(browser: Browser, people: People) -> None:
    with house.working() as session:
        session.get_one(Member, people.buyer.id).roles = ["admin", "buyer"]
    browser.log_in(people.buyer)


def test_an_administrator_writes_the_next_version(browser: Browser, people: People, time: Clock) -> None:
    version(1, NOW - DAY, title="이용약관", body="## 제1조\n처음 글")
    as_admin(browser, people)
    assert browser.get("/terms") == 200
    assert "시행 중" in browser.page
    assert browser.get("/terms/new?audience=partner&key=service") == 200
    assert "처음 글" in browser.page
    typed = {
        "audience": "partner", "key": "service", "title": "이용약관", "body": "## 제1조\n새 글", "required": "1",
        "change_note": "제1조", "effective_on": "2026-03-01",
    }  # fmt: skip
    for wrong in ({"title": ""}, {"body": ""}, {"key": "x"}, {"effective_on": "2026-02-08"}, {"effective_on": "x"}):
        browser.get("/terms/new")
        assert browser.post("/terms", **(typed | wrong)) == 422
    browser.get("/terms/new")
    assert browser.post("/terms", **typed) == 303
    browser.get("/terms")
    assert "2026.03.01 00:00" in browser.page
    assert "시행 예정" in browser.page
    assert in_force(dt.datetime(2026, 2, 28, 14, 59, tzinfo=dt.UTC)) == [("service", 1)]
    assert in_force(dt.datetime(2026, 2, 28, 15, 0, tzinfo=dt.UTC)) == [("service", 2)]
    assert browser.get("/terms/2") == 200
    assert "새 글" in browser.page
    browser.get("/terms")
    assert browser.post("/terms/2/withdrawal") == 303
    assert browser.get("/terms/2") == 404
    browser.get("/terms")
    assert "거둠" in browser.page
    assert browser.post("/terms/1/withdrawal") == 409
    assert browser.get("/terms?audience=media") == 200
    assert "총 0건" in browser.page
    assert browser.get("/terms?format=xlsx") == 200


def test_the_text_is_for_everybody_the_list_is_not(browser: Browser, people: People) -> None:
    first = version(1, NOW, body="## 제1조 <b>\n<script>alert(1)</script>")
    assert browser.get(f"/terms/{first}") == 200
    assert "<script>alert" not in browser.page
    assert "<h3>제1조 &lt;b&gt;</h3>" in browser.page
    assert browser.get("/terms/999") == 404
    browser.log_in(people.buyer)
    for page in ("/terms", "/terms/new"):
        assert browser.get(page) == 403
    browser.get("/notifications")
    assert browser.post("/terms", title="x") == 403
    assert browser.post(f"/terms/{first}/withdrawal") == 403
