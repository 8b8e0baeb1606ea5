"""What 본인인증 and 이메일인증 change: one's phone at once, name and log-in e-mail with an approval."""

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.identity.rules import Purpose
from models.members.tables import Member
from models.notifications.tables import Message
from tests.changes.world import AT, BIRTH, World
from tests.company.desk import desk
from tests.engines import Database
from tests.identity.world import Somebody, browse_as, verified, verified_email

SEOYEON = Somebody(name="박서연", birth_date=dt.date.fromisoformat(BIRTH), phone="01099998888")


@pytest.fixture
def world(database: Database) -> World:
    return World()


def known(world: World, who: Somebody) -> None:
    """The member once joined as this person."""
    with database.working() as session:
        session.get_one(Member, world.contact.member_id).identity_hash = who.identity_hash


@pytest.mark.parametrize("hashed", [True, False])
def test_a_phone_changes_to_the_verified_one(world: World, monkeypatch: pytest.MonkeyPatch, hashed: bool) -> None:
    if hashed:
        known(world, SEOYEON)
    with desk(world, world.contact, monkeypatch) as seat:
        assert "통신사" in seat.get("/company/me/phone")
        browse_as(seat.client, identity=verified(Purpose.PHONE, SEOYEON, at=AT))
        assert "010-****-8888" in seat.get("/company/me/phone")
        done = seat.send("/company/me/phone")
        assert (done.status_code, done.headers["location"]) == (303, "/company/me?done=phone")
        assert "휴대폰번호를 바꿨습니다" in seat.get(done.headers["location"])
    assert world.member(world.contact).phone == "01099998888"
    with database.working() as session:
        told = session.execute(select(Message).where(col(Message.event) == "phone_changed")).scalars().all()
    assert {message.recipient for message in told} == {"01012345678", world.member(world.contact).email}


def test_somebody_elses_phone_is_refused(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in (Somebody(name="남의사람"), Somebody(name="박서연", birth_date=dt.date(1970, 1, 1))):
        with desk(world, world.contact, monkeypatch) as seat:
            browse_as(seat.client, identity=verified(Purpose.PHONE, who, at=AT))
            refused = seat.send("/company/me/phone")
            assert refused.status_code == 422
            assert "본인 명의로 다시 인증해 주세요" in refused.text
    with desk(world, world.contact, monkeypatch) as seat:
        late = verified(Purpose.PHONE, SEOYEON, at=AT - dt.timedelta(minutes=31))
        browse_as(seat.client, identity=late)
        assert seat.send("/company/me/phone").status_code in {409, 410, 422}
    assert world.member(world.contact).phone == "01012345678"


def test_a_name_and_an_email_are_asked_for_once_proven(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.contact, monkeypatch) as seat:
        nothing = seat.send("/company/me/change", reason="개명")
        assert nothing.status_code == 422
        assert "바뀐 내용이 없습니다" in nothing.text
        renamed = Somebody(name="박지안", birth_date=SEOYEON.birth_date)
        token = verified(Purpose.ACCOUNT, renamed, at=AT)
        browse_as(seat.client, identity=token, email=verified_email("jian@example.com", at=AT))
        page = seat.get("/company/me/change")
        assert "박지안" in page
        assert "jian@example.com" in page
        made = seat.send("/company/me/change", reason="개명")
        assert made.status_code == 303, made.text
        shown = seat.get(made.headers["location"])
        for words in ("박서연", "박지안", "jian@example.com", "주담당자 승인 대기"):
            assert words in shown, words
    before = world.member(world.contact).email
    with desk(world, world.owner, monkeypatch) as seat:
        path = f"/company/contacts/{world.contact.member_id}/request"
        assert "박지안" in seat.get(path)
        assert seat.send(path, decision="approve", reason="").status_code == 303
    member = world.member(world.contact)
    assert (member.name, member.login) == ("박지안", "jian@example.com")
    with database.working() as session:
        told = session.execute(select(col(Message.recipient)).where(col(Message.event) == "decided")).scalars()
        assert set(told) == {before, "jian@example.com"}


def test_the_same_person_under_a_new_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """개명: name and nothing else changes, of a member whose 연계정보 was recorded when joining."""
    known(world, SEOYEON)
    renamed = replace(SEOYEON, name="박지안", born_as="박서연")
    with desk(world, world.contact, monkeypatch) as seat:
        browse_as(seat.client, identity=verified(Purpose.ACCOUNT, renamed, at=AT))
        made = seat.send("/company/me/change", reason="개명")
        assert made.status_code == 303, made.text
    with desk(world, world.owner, monkeypatch) as seat:
        path = f"/company/contacts/{world.contact.member_id}/request"
        assert seat.send(path, decision="approve", reason="").status_code == 303
    member = world.member(world.contact)
    assert (member.name, member.identity_hash) == ("박지안", SEOYEON.identity_hash)
    with desk(world, world.contact, monkeypatch) as seat:
        browse_as(seat.client, identity=verified(Purpose.PHONE, renamed, at=AT))
        assert seat.send("/company/me/phone").status_code == 303
    assert world.member(world.contact).phone == SEOYEON.phone


def test_somebody_else_is_not_a_new_name(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    known(world, SEOYEON)
    with desk(world, world.contact, monkeypatch) as seat:
        browse_as(seat.client, identity=verified(Purpose.ACCOUNT, Somebody(name="남의사람"), at=AT))
        refused = seat.send("/company/me/change", reason="개명")
        assert refused.status_code == 422
        assert "본인인증한 분이 회원님과 다릅니다" in refused.text
