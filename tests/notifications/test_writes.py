"""Telling people: once each, in the words of the event, and only active people."""

import datetime as dt
import string

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database as house
from models.kernel.roles import Role
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications import queries, rules, wording, writes
from models.notifications.rules import CHANNELS, Channel, Event
from models.notifications.tables import Message, Notification
from models.processes.messages import Actor
from tests import engines, factories

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
FACTS = {"title": "CR20260120-007 인프라 장비구매요청", "status": "초안검토요청", "act": "검토완료"}
OFFERED = {*FACTS, "name", "url"}


@pytest.fixture
def people(database: engines.Database) -> list[Member]:
    with house.working() as session:
        return [factories.member(session, name, Role.BUYER) for name in ("차지애", "권준", "퇴사자")]


def tell(people: list[Member], event: str = "your_turn", step: int = 3) -> int:
    with house.working() as session:
        return writes.notify(
            session,
            event=event,
            members=[person.id or 0 for person in people] * 2,
            link="/contracts/7",
            workflow_id="contract/CR20260120-007/1",
            step=step,
            params=FACTS,
            now=NOW,
        )


def test_a_step_recorded_twice_tells_once(people: list[Member]) -> None:
    assert tell(people) == 3
    tell(people)
    with house.working() as session:
        lines = session.execute(select(Notification)).scalars().all()
        messages = session.execute(select(Message)).scalars().all()
        assert len(lines) == 3
        assert len(messages) == 3 * len(CHANNELS[Event.YOUR_TURN])
        assert lines[0].title == "CR20260120-007 인프라 장비구매요청: 확인하실 차례입니다"
        assert messages[0].recipient == "01012345678"
        assert "/contracts/7" in messages[0].body
        assert messages[0].fallback_body
        assert rules.sms_bytes(messages[0].fallback_body) < rules.LMS_BYTES_MAX


def test_people_who_left_are_not_told(people: list[Member]) -> None:
    with house.working() as session:
        session.get_one(Member, people[2].id).status = MemberStatus.WITHDRAWN.value
    assert tell(people) == 2
    assert tell([people[2]], step=4) == 0
    assert tell([], step=5) == 0


def test_a_mail_goes_to_the_mail_address_with_the_name(people: list[Member]) -> None:
    tell(people[:1], "closed")
    with house.working() as session:
        mail = session.execute(select(Message).where(col(Message.channel) == "email")).scalar_one()
        assert mail.recipient == people[0].email
        assert mail.body.startswith("차지애 님, 안녕하세요.")
        assert "\n" not in mail.subject


def test_addresses_and_texts_are_not_readable_in_the_database(people: list[Member]) -> None:
    tell(people[:1])
    with house.working() as session:
        raw = session.connection().exec_driver_sql("SELECT recipient, body FROM message").one()
    assert b"01012345678" not in raw[0]
    assert "인프라".encode() not in raw[1]


def test_reading_marks_ones_own_lines_only(people: list[Member]) -> None:
    tell(people[:2])
    mine = Actor(member_id=people[0].id or 0, name="차지애")
    theirs = Actor(member_id=people[1].id or 0, name="권준")
    with house.writing(mine) as session:
        line = queries.latest(session, theirs)
        assert line == []
        assert queries.unread_count(session, mine) == 1
        assert writes.mark_read(session, mine, [1, 2, 3], NOW) == 1
        assert writes.mark_read(session, mine, None, NOW) == 0
    with house.reading(theirs) as session:
        assert queries.unread_count(session, theirs) == 1
        assert queries.latest(session, theirs, unread=True)[0].read_at is None


# What an event's wording is given beside what every step offers.
MORE: dict[str, set[str]] = {
    "authenticator_changed": {"at", "change"},
    "conversion_code": {"code", "company", "house", "until"},
    "conversion_reminder": {"company", "house", "until"},
    "dormancy_warning": {"day", "seen", "span"},
    "dormant": {"span"},
    "email_code": {"code"},
    "harmony_password": {"link", "until"},
    "invitation": {"company", "inviter", "link", "role", "space", "until"},
    "invitation_reminder": {"company", "inviter", "role", "sent", "space", "until"},
    "login_otp": {"code"},
    "owner_changed": {"after", "before", "company"},
    "phone_changed": {"at", "phone"},
    "signup_barred": {"company", "kind", "number", "reason"},
    "signup_received": {"company", "decider", "kind", "number"},
    "signup_rejected": {"company", "kind", "number", "reason"},
    "staff_welcome": {"login", "password"},
    "step_up": {"code"},
    "tax_invoice_wrong": {"what"},
    "temporary_password": {"password", "until"},
    "terms_ahead": {"change", "day"},
    "withdrawn": {"company", "reason"},
}


@pytest.mark.parametrize("event", list(Event))
def test_every_event_has_its_words_for_every_channel_it_takes(event: Event) -> None:
    facts = dict.fromkeys(OFFERED | MORE.get(event.value, set()), "x")
    assert wording.EVENT[event]
    assert wording.subject(event, facts)
    for channel in CHANNELS[event]:
        assert wording.has(event, channel)
        assert wording.body(event, channel, facts)
        second = rules.fallback(channel)
        assert second is None or wording.body(event, second, facts)


def test_wordings_use_only_what_they_are_given() -> None:
    for file in wording.FOLDER.rglob("*.txt"):
        names = set(string.Template(file.read_text(encoding="utf-8")).get_identifiers())
        assert names <= OFFERED | MORE.get(file.parent.name, set()), file


def test_every_folder_is_an_event() -> None:
    assert {folder.name for folder in wording.FOLDER.iterdir()} == {event.value for event in Event}


def test_the_code_fits_one_short_message() -> None:
    text = wording.body(Event.LOGIN_OTP, Channel.SMS, {"code": "123456"})
    assert rules.sms_bytes(text) <= rules.SMS_BYTES_MAX
    assert not rules.is_long(text)
    assert rules.is_long("가" * 46)


def test_only_alimtalk_has_a_second_way() -> None:
    assert [rules.fallback(channel) for channel in Channel] == [Channel.SMS, None, None]
