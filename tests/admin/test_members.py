"""회원: everybody in one list, roles given and taken, accounts stopped, sessions ended, locks opened."""

import datetime as dt
import hashlib

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col

from models import clock, database
from models.auth.tables import Authenticator, Disclosure, LoginAttempt, LoginSession, RecoveryCode
from models.kernel.roles import STAFF_SIDE, Role
from models.members import writes
from models.members.tables import Delegation, Member
from models.notifications.tables import Message
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from tests.admin.office import AT, Office, member, opened
from tests.engines import Database

NEW = {
    "login": "haneul.park",
    "name": "박하늘",
    "email": "haneul.park@dongban.example",
    "phone": "010-1234-5678",
    "department": "구매팀",
    "roles": ["buyer", "receiver"],
}


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _audited(member_id: int) -> list[AuditEntry]:
    with database.working() as session:
        rows = select(AuditEntry).where(col(AuditEntry.kind) == "member", col(AuditEntry.document_id) == member_id)
        return list(session.execute(rows.order_by(col(AuditEntry.id))).scalars())


def test_the_list_holds_everybody_masked_and_filters(office: Office) -> None:
    with office.seat(office.admin) as seat:
        everybody = seat.get("/admin/members")
        assert all(name in everybody for name in ("차지애", "최수현", "김도윤", "(주)한빛네트웍스"))
        assert "01012345678" not in everybody
        assert "김도윤" not in seat.get("/admin/members", side="office")
        assert "차지애" not in seat.get("/admin/members", side="partner")
        assert "최수현" not in seat.get("/admin/members", role="buyer")
        assert "최수현" in seat.get("/admin/members", name="수현")
        sheet = seat.client.get("/admin/members?format=xlsx")
        assert sheet.content.startswith(b"PK")
        assert b"01012345678" not in sheet.content


def test_nobody_else_sees_or_changes_members(office: Office) -> None:
    person = office.other.member_id
    for actor in (office.buyer, office.receiver, office.partner):
        with office.seat(actor) as seat:
            assert seat.status("/admin/members") == 403
            assert seat.status(f"/admin/members/{person}") == 403
            for act in (
                "roles",
                "suspension",
                "resumption",
                "sessions/end",
                "unlocking",
                "password",
                "disclosure",
                "edit",
            ):
                assert seat.post(f"/admin/members/{person}/{act}", reason="x", roles="admin").status_code == 403
            assert seat.post("/admin/members", **NEW).status_code == 403
    with office.seat(office.admin) as seat:
        assert seat.status("/admin/members/999999") == 404
        assert seat.post("/admin/members/999999/roles", roles="admin").status_code == 404


def test_roles_are_given_and_taken_and_each_change_is_kept(office: Office) -> None:
    person = office.buyer.member_id
    with office.seat(office.admin) as seat:
        page = seat.done(f"/admin/members/{person}/roles", roles=["buyer", "inspector"])
        assert "역할을 바꾸었습니다." in page
        assert "검수담당자" in page
        assert sorted(member(person).roles) == ["buyer", "inspector"]
        none = seat.post(f"/admin/members/{person}/roles")
        assert (none.status_code, "역할을 하나 이상 골라 주세요." in none.text) == (422, True)
        seat.done(f"/admin/members/{person}/roles", roles=["inspector"])
        seat.done(f"/admin/members/{person}/roles", roles=["inspector"])
    kept = [(one.act, one.actor_name, one.detail) for one in _audited(person)]
    assert kept == [
        ("roles", "오민석", {"before": {"roles": ["buyer"]}, "after": {"roles": ["buyer", "inspector"]}}),
        ("roles", "오민석", {"before": {"roles": ["buyer", "inspector"]}, "after": {"roles": ["inspector"]}}),
    ]


def test_a_partner_gets_no_role_of_the_house(office: Office) -> None:
    person = office.partner.member_id
    with office.seat(office.admin) as seat:
        assert 'name="roles"' not in seat.get(f"/admin/members/{person}")
        assert seat.post(f"/admin/members/{person}/roles", roles="admin").status_code == 404
    assert member(person).roles == ["partner"]


def test_the_house_never_loses_its_last_administrator(office: Office) -> None:
    first, second = office.admin.member_id, office.second_admin.member_id
    with office.seat(office.admin) as seat:
        own = seat.post(f"/admin/members/{first}/suspension", reason="쉬기")
        assert (own.status_code, "본인의 계정은" in own.text) == (409, True)
        seat.done(f"/admin/members/{second}/roles", roles="buyer")
        last = seat.post(f"/admin/members/{first}/roles", roles="buyer")
        assert (last.status_code, "관리자가 한 명도 남지 않게 됩니다." in last.text) == (409, True)
    assert member(first).roles == ["admin"]


def test_suspension_ends_every_session_and_resumption_lets_in_again(office: Office) -> None:
    person = office.buyer.member_id
    with database.working() as session:
        session.add(_session(person, b"one"))
    with office.seat(office.admin) as seat:
        assert "203.0.113.9" in seat.get(f"/admin/members/{person}")
        missing = seat.post(f"/admin/members/{person}/suspension", reason=" ")
        assert (missing.status_code, "사유를 입력해 주세요." in missing.text) == (422, True)
        page = seat.done(f"/admin/members/{person}/suspension", reason="휴직")
        assert "휴직" in page
        assert "로그인 중인 기기가 없습니다." in page
        assert member(person).status == "blocked"
        seat.done(f"/admin/members/{person}/resumption", reason="복직")
    found = member(person)
    assert (found.status, found.left_at) == ("active", None)
    assert [one.act for one in _audited(person)] == ["suspend", "resume"]


def _session(person: int, token: bytes) -> LoginSession:
    return LoginSession(
        token_hash=token,
        member_id=person,
        csrf_secret="s",
        created_at=AT,
        last_seen_at=AT,
        expires_at=AT + dt.timedelta(hours=12),
        ip="203.0.113.9",
        agent="Firefox",
    )


def test_all_sessions_of_a_person_can_be_ended(office: Office) -> None:
    person = office.partner.member_id
    with database.working() as session:
        session.add_all(
            [_session(person, b"one"), _session(person, b"two"), _session(office.buyer.member_id, b"three")]
        )
    with office.seat(office.admin) as seat:
        seat.done(f"/admin/members/{person}/sessions/end")
    with database.working() as session:
        left = session.execute(
            select(col(LoginSession.member_id)).where(col(LoginSession.revoked_at).is_(None))
        ).scalars()
        assert list(left) == [office.buyer.member_id]
    assert _audited(person)[0].detail["after"] == {"sessions": 2}


def test_a_locked_log_in_is_opened(office: Office) -> None:
    person = office.buyer.member_id
    login = hashlib.sha256(member(person).login.encode()).digest()
    with database.working() as session:
        for minutes in range(9):
            session.add(LoginAttempt(login_hash=login, outcome="failed", at=AT - dt.timedelta(minutes=minutes)))
    with office.seat(office.admin) as seat:
        assert "잠금 해제" in seat.get(f"/admin/members/{person}")
        page = seat.done(f"/admin/members/{person}/unlocking")
        assert "까지 잠겨 있습니다" not in page
        assert "실패 (잠금 해제됨)" in page
    assert _audited(person)[0].detail["after"] == {"attempts": 9}


def test_staff_are_made_with_a_temporary_password_in_their_mail_only(office: Office) -> None:
    with office.seat(office.admin) as seat:
        page = seat.done("/admin/members", **NEW)
        assert "임시 비밀번호를 이메일로 보냈습니다." in page
        twice = seat.post("/admin/members", **NEW)
        assert (twice.status_code, "이미 쓰고 있는 아이디입니다." in twice.text) == (422, True)
        wrong = seat.post(
            "/admin/members", **{**NEW, "login": "한글", "phone": "02-123-4567", "email": "x", "roles": []}
        )
        for words in ("영문 아이디를", "휴대폰번호를 010-", "이메일 주소를 확인해"):
            assert words in wrong.text
    with database.working() as session:
        made = session.execute(select(Member).where(col(Member.login) == NEW["login"])).scalar_one()
        assert (made.phone, made.must_change_password, sorted(made.roles)) == (
            "01012345678",
            True,
            ["buyer", "receiver"],
        )
        raw = session.execute(text("SELECT phone FROM member WHERE login = 'haneul.park'")).scalar_one()
        assert b"01012345678" not in bytes(raw)
        mail = session.execute(select(Message).where(col(Message.event) == "staff_welcome")).scalar_one()
        assert mail.recipient == NEW["email"]
        password = mail.body.split("임시 비밀번호: ")[1].split()[0]
    assert all(password not in str(one.detail) for one in _audited(made.id or 0))


def test_staff_are_edited_and_get_a_new_temporary_password(office: Office) -> None:
    person = office.buyer.member_id
    before = member(person)
    with office.seat(office.admin) as seat:
        assert "차지애" in seat.get(f"/admin/members/{person}/edit")
        facts = {"name": "차지애", "email": "amela.cha@dongban.example", "department": "구매1팀"}
        assert "구매1팀" in seat.done(f"/admin/members/{person}/edit", **facts)
        assert member(person).phone == before.phone
        seat.done(f"/admin/members/{person}/edit", **facts, phone="010-9999-0000")
        assert "임시 비밀번호를 이메일로 보내고" in seat.done(f"/admin/members/{person}/password")
        assert seat.status(f"/admin/members/{office.partner.member_id}/edit") == 404
        assert seat.post(f"/admin/members/{office.partner.member_id}/password").status_code == 404
    after = member(person)
    assert (after.phone, after.must_change_password) == ("01099990000", True)
    assert after.password_hash != before.password_hash
    assert "01099990000" not in str([one.detail for one in _audited(person)])


def test_personal_data_is_shown_for_a_reason_that_is_kept(office: Office) -> None:
    person = office.partner.member_id
    with office.seat(office.admin) as seat:
        assert "01012345678" not in seat.get(f"/admin/members/{person}")
        assert seat.post(f"/admin/members/{person}/disclosure", reason="").status_code == 422
        shown = seat.post(f"/admin/members/{person}/disclosure", reason="본인 확인 전화")
        assert (shown.status_code, "01012345678" in shown.text) == (200, True)
    with database.working() as session:
        kept = session.execute(select(Disclosure).order_by(col(Disclosure.id))).scalars().all()
    assert [(one.subject_id, one.field, one.reason) for one in kept] == [
        (person, "phone", "본인 확인 전화"),
        (person, "birth_date", "본인 확인 전화"),
    ]


def test_the_database_itself_asks_who_is_an_administrator(office: Office) -> None:
    """Even a program that believes a buyer to be the administrator cannot give roles away."""
    liar = office.buyer.model_copy(update={"roles": frozenset(STAFF_SIDE)})
    with (
        clock.set_to(AT),
        pytest.raises(ProgrammingError, match="only an administrator"),
        database.writing(liar) as session,
    ):
        writes.give_roles(session, liar, liar.member_id, [Role.ADMIN], AT)
    with pytest.raises(ProgrammingError), database.writing(office.partner) as session:
        session.execute(text("SELECT * FROM member_sessions(:person, now())"), {"person": office.buyer.member_id})
    assert member(office.buyer.member_id).roles == ["buyer"]


def test_a_deputy_administrator_acts_on_behalf_of_who_lent_the_role(office: Office) -> None:
    from models.members.queries import actor_of

    with database.working() as session:
        session.add(
            Delegation(
                from_member_id=office.admin.member_id,
                to_member_id=office.receiver.member_id,
                role="admin",
                starts_at=AT - dt.timedelta(days=1),
                ends_at=AT + dt.timedelta(days=1),
                created_at=AT,
            )
        )
    with database.working() as session:
        deputy = actor_of(session, office.receiver.member_id, AT)
    assert isinstance(deputy, Actor)
    with office.seat(deputy) as seat:
        page = seat.done(f"/admin/members/{office.buyer.member_id}/roles", roles=["buyer", "settlement"])
        assert "오민석 대신" in page
    with database.working() as session:
        session.execute(update(Delegation).values(revoked_at=AT))
    with pytest.raises(ProgrammingError), database.writing(deputy) as session:
        writes.give_roles(session, deputy, office.buyer.member_id, [Role.ADMIN], AT)


def _with_app(member_id: int) -> None:
    with database.working() as session:
        session.add(Authenticator(member_id=member_id, secret="JBSWY3DPEHPK3PXP", created_at=AT, confirmed_at=AT))
        session.add(RecoveryCode(member_id=member_id, code_hash=b"1" * 32, created_at=AT))


def test_a_lost_authenticator_is_taken_off_by_the_administrator_for_a_reason(office: Office) -> None:
    _with_app(office.partner.member_id)
    path = f"/admin/members/{office.partner.member_id}"
    with office.seat(office.admin) as seat:
        assert "인증 앱 사용 중" in seat.get(path)
        assert seat.post(f"{path}/authenticator", reason="").status_code == 422
        page = seat.done(f"{path}/authenticator", reason="휴대폰과 복구 코드를 모두 분실")
        assert "인증 앱을 해제하고" in page
        assert "인증 앱 사용 중" not in page
        assert "휴대폰과 복구 코드를 모두 분실" in page
        # Twice is once too often.
        assert seat.post(f"{path}/authenticator", reason="다시").status_code == 409
    with database.working() as session:
        assert session.get(Authenticator, office.partner.member_id) is None
        assert session.execute(select(RecoveryCode)).all() == []
        told = select(Message).where(col(Message.event) == "authenticator_changed")
        mail = session.execute(told).scalar_one()
    assert (mail.recipient, "관리자가 해제" in mail.body) == (member(office.partner.member_id).email, True)


def test_nobody_takes_off_their_own_authenticator_here_and_nobody_else_may(office: Office) -> None:
    _with_app(office.admin.member_id)
    path = f"/admin/members/{office.admin.member_id}/authenticator"
    with office.seat(office.admin) as seat:
        assert seat.post(path, reason="제 것").status_code == 409
    for actor in (office.buyer, office.partner):
        with office.seat(actor) as seat:
            assert seat.post(path, reason="남의 것").status_code == 403
        with database.writing(actor) as session, pytest.raises(ProgrammingError):
            session.execute(text("SELECT authenticator_reset(:person, :now)"), {"person": 1, "now": AT})
    with database.working() as session:
        assert session.get(Authenticator, office.admin.member_id) is not None
