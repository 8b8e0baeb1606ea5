"""What receiving, approving and rejecting a 가입요청 change, who is told, and what the decider is shown."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.files.tables import DocumentFile
from models.identity.messages import Identity
from models.kernel.refusals import NotYourTurn, ReasonRequired, Refusal
from models.kernel.roles import Role
from models.members.tables import BankAccount, Company, Member
from models.notifications.tables import Message, Notification
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.signups import queries, rules
from models.signups.kind import SIGNUP
from models.signups.rules import SignupKind, SignupMode
from models.signups.tables import Signup
from tests import factories
from tests.engines import Database
from tests.identity.world import Somebody
from tests.signups.world import NOW, World, fresh_number, somebody


@pytest.fixture
def world(module_database: Database) -> World:
    assert module_database
    return World()


def mails(email: str) -> list[Message]:
    with database.working() as session:
        found = session.execute(select(Message).where(col(Message.channel) == "email").order_by(col(Message.id)))
        return [one for one in found.scalars() if one.recipient == email]


def bell(member_id: int, signup: Signup) -> list[str]:
    with database.working() as session:
        rows = select(col(Notification.event)).where(
            col(Notification.member_id) == member_id, col(Notification.workflow_id) == signup.workflow_id
        )
        return list(session.execute(rows).scalars())


def test_the_decider_and_the_applicant_are_told_of_a_request(world: World) -> None:
    who = somebody("오나래")
    signup = world.company(who)
    assert bell(world.buyer.member_id, signup) == ["your_turn"]
    (mail,) = mails(f"{who.phone}@joining.example")
    assert mail.event == "signup_received"
    assert signup.number in mail.body
    assert "구매담당자의 승인" in mail.body


def test_papers_get_their_place_in_the_request(world: World) -> None:
    signup = world.company()
    with database.working() as session:
        places = select(DocumentFile).where(
            col(DocumentFile.kind) == "signup", col(DocumentFile.document_id) == signup.id
        )
        found = session.execute(places.order_by(col(DocumentFile.position))).scalars().all()
    assert [one.title for one in found] == ["사업자등록증", "계좌사본"]
    assert {one.company_id for one in found} == {signup.company_id}


def test_approval_makes_company_accounts_and_person_real(world: World) -> None:
    who = somebody("오나래")
    signup = world.company(who)
    world.press(world.buyer, signup, "approve", reason="확인")
    company, member = world.load(Company, signup.company_id), world.load(Member, signup.member_id)
    assert (company.status, company.joined_at, company.representative) == ("active", NOW, "오나래")
    assert (company.phone, company.zip_code, company.corporate_number) == ("02-555-1000", "63309", "1301110006246")
    assert (member.status, member.joined_at, member.department) == ("active", NOW, "영업팀")
    with database.working() as session:
        (account,) = session.execute(
            select(BankAccount).where(col(BankAccount.company_id) == signup.company_id)
        ).scalars()
    assert (account.account_number, account.bank_name, account.is_default) == ("3333-01-1234567", "카카오뱅크", True)
    assert account.copy_file_id
    decided = world.read(signup)
    assert (decided.decided_by, decided.decided_at, decided.decision_reason) == ("차지애", NOW, "확인")
    assert [mail.event for mail in mails(f"{who.phone}@joining.example")] == ["signup_received", "signup_approved"]
    assert bell(signup.member_id, signup) == ["signup_approved"]


def test_an_account_abroad_is_kept_whole(world: World) -> None:
    from tests.signups.cases import abroad

    signup = world.request(world.draft(SignupKind.COMPANY), somebody(), **abroad())
    world.press(world.buyer, signup, "approve")
    with database.working() as session:
        (account,) = session.execute(
            select(BankAccount).where(col(BankAccount.company_id) == signup.company_id)
        ).scalars()
    assert (account.country, account.swift, account.iban) == ("DE", "COBADEFFXXX", "DE89370400440532013000")
    assert (account.account_number, account.bank_code) == (None, "")


def test_rejection_tells_why_and_leaves_the_way_open(world: World) -> None:
    who = somebody()
    signup = world.company(who)
    world.press(world.buyer, signup, "reject", reason="등록증이 흐립니다.")
    company, member = world.load(Company, signup.company_id), world.load(Member, signup.member_id)
    assert (company.status, company.status_reason, member.status) == ("rejected", "등록증이 흐립니다.", "rejected")
    mail = mails(f"{who.phone}@joining.example")[-1]
    assert mail.event == "signup_rejected"
    assert "등록증이 흐립니다." in mail.body
    found = queries.earlier(identity_of(who), SignupKind.COMPANY, signup.company_id)
    assert found is not None
    assert found.reason == "등록증이 흐립니다."
    assert found.content.company is not None
    assert set(found.files) == {found.content.company["certificate_file_id"], found.content.accounts[0].copy_file_id}
    assert queries.earlier(identity_of(somebody()), SignupKind.COMPANY, signup.company_id) is None


def identity_of(who: Somebody) -> Identity:
    return Identity(
        name=who.name,
        birth_date=who.birth_date,
        sex=who.sex,
        foreign_national=who.foreign_national,
        phone=who.phone,
        identity_hash=who.identity_hash,
        verified_at=NOW,
    )


def test_rejection_for_good_blocks_number_and_person(world: World) -> None:
    who = somebody()
    signup = world.company(who)
    world.press(world.buyer, signup, "reject", reason="허위 서류", barred=True)
    assert world.load(Company, signup.company_id).status == "blocked"
    assert world.load(Member, signup.member_id).status == "blocked"
    assert world.read(signup).barred
    mail = mails(f"{who.phone}@joining.example")[-1]
    assert (mail.event, "pcc@kakaocorp.com" in mail.body) == ("signup_barred", True)


def test_only_the_owner_decides_about_a_contact_and_rejecting_leaves_the_company(world: World) -> None:
    first = world.company()
    world.press(world.buyer, first, "approve")
    owner = world.owner_of(first)
    who = somebody("오한결")
    signup = world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), who)
    assert bell(owner.member_id, signup) == ["your_turn"]
    assert bell(world.buyer.member_id, signup) == []
    assert "해당기업 주 담당자의 승인" in mails(f"{who.phone}@joining.example")[0].body
    with pytest.raises(NotYourTurn):
        SIGNUP.rules.next_status(signup.status, "approve", world.buyer.roles)
    world.press(owner, signup, "reject", reason="직원이 아닙니다.", barred=True)
    assert world.load(Company, first.company_id).status == "active"
    assert world.load(Member, signup.member_id).status == "blocked"
    second = world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), somebody())
    world.press(owner, second, "approve")
    assert world.load(Member, second.member_id).status == "active"
    assert bell(owner.member_id, second) == ["your_turn"]
    assert bell(second.member_id, second) == ["signup_approved"]


def test_a_contact_is_not_approved_into_a_company_that_left(world: World) -> None:
    first = world.company()
    world.press(world.buyer, first, "approve")
    owner = world.owner_of(first)
    signup = world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), somebody())
    with database.working() as session:
        session.get_one(Company, first.company_id).status = "withdrawn"
    with pytest.raises(rules.CompanyGone):
        world.press(owner, signup, "approve")


def test_a_reason_is_needed_and_told() -> None:
    from pydantic import ValidationError

    from models.signups.messages import Rejection

    with pytest.raises(ValidationError, match="사유를 입력해 주세요"):
        Rejection(reason="  ")
    assert issubclass(ReasonRequired, Refusal)


def test_an_unanswered_request_is_reminded_of_and_escalates(world: World) -> None:
    signup = world.company()
    world.record(SIGNUP, signup, "remind", NOW + dt.timedelta(days=2))
    world.record(SIGNUP, signup, "escalate", NOW + dt.timedelta(days=9))
    assert bell(world.buyer.member_id, signup) == ["your_turn", "reminder", "escalation"]


def other_firm(session: object) -> Actor:
    firm = factories.company(session, "다른 회사")  # type: ignore[arg-type]
    owner = factories.member(session, "남주인", Role.PARTNER_OWNER, of=firm)  # type: ignore[arg-type]
    return factories.actor(owner, firm)


def test_who_sees_which_requests(world: World) -> None:
    first = world.company()
    world.press(world.buyer, first, "approve")
    owner = world.owner_of(first)
    contact = world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), somebody())
    with database.working() as session:
        stranger = other_firm(session)
        plain = factories.actor(
            factories.member(session, "동료", of=session.get_one(Company, first.company_id)),
            session.get_one(Company, first.company_id),
        )
        inspector = factories.actor(factories.member(session, "검수", Role.INSPECTOR))

    def seen(actor: Actor) -> set[int]:
        with database.reading(actor) as session:
            return set(session.execute(visible_to(actor, Signup).with_only_columns(col(Signup.id))).scalars())

    assert seen(owner) == {first.id, contact.id}
    assert seen(stranger) == set()
    assert seen(plain) == set()
    assert seen(inspector) == set()
    assert {first.id, contact.id} <= seen(world.buyer)
    with database.reading(world.buyer) as session:
        listed = set(session.execute(queries.decided_by(world.buyer).with_only_columns(col(Signup.id))).scalars())
    assert first.id in listed
    assert contact.id not in listed
    with database.reading(owner) as session:
        own = set(session.execute(queries.decided_by(owner).with_only_columns(col(Signup.id))).scalars())
    assert own == {contact.id}


def test_duplicates_are_hinted(world: World) -> None:
    with database.working() as session:
        session.add_all(
            [
                Company(name="(주) 달빛 상회", business_number=fresh_number(), phone="031-1", created_at=NOW),
                Company(name="다른이름", business_number=fresh_number(), phone="0317770001", created_at=NOW),
                Company(name="무관", business_number=fresh_number(), phone="031-999-0000", created_at=NOW),
            ]
        )
    signup = world.request(world.draft(SignupKind.COMPANY), somebody(), company__name="달빛상회 주식회사")
    with database.reading(world.buyer) as session:
        hints = queries.company_hints(session, world.buyer, signup, "031-777-0001")
    assert {(hint.why, hint.name) for hint in hints} >= {
        ("같은 전화번호", "다른이름"),
        ("비슷한 이름", "(주) 달빛 상회"),
    }
    assert "무관" not in {hint.name for hint in hints}


def test_a_namesake_with_the_same_phone_is_hinted(world: World) -> None:
    who = somebody("고유정")
    with database.working() as session:
        firm = factories.company(session, "먼저 온 회사")
        twin = factories.member(session, "고유정", of=firm)
        twin.phone = who.phone
        factories.member(session, "고유정", of=firm)
    signup = world.company(who)
    with database.reading(world.buyer) as session:
        found = queries.person_hints(session, world.buyer, signup, queries.content_of(signup))
    assert [(hint.why, hint.name) for hint in found] == [("같은 휴대폰번호의 담당자", "먼저 온 회사 고유정")]


@pytest.mark.parametrize(
    ("name", "core"),
    [
        ("(주)나래 상사", "나래상사"),
        ("나래상사 주식회사", "나래상사"),
        ("㈜나래", "나래"),
        ("Narae Co., Ltd.", "Narae"),
    ],
)
def test_a_name_without_its_legal_form(name: str, core: str) -> None:
    assert queries.core_name(name) == core


def test_standings(world: World) -> None:
    who = somebody()
    signup = world.company(who)
    found = queries.company_standing(signup.business_number or "")
    assert (found.answer, found.asked_at) == (rules.Answer.WAITING, NOW)
    person = queries.person_standing(identity_of(who), individual=False)
    assert (person.answer, person.waits_for) == (rules.Answer.WAITING, "buyer")
    assert queries.company_standing(fresh_number()).answer is rules.Answer.NEW
    world.press(world.buyer, signup, "reject", reason="미비")
    assert queries.company_standing(signup.business_number or "").answer is rules.Answer.REJECTED
    assert queries.person_standing(identity_of(who), individual=True).answer is rules.Answer.NEW
    again = world.company(who, mode=SignupMode.AGAIN, business_number=signup.business_number)
    world.press(world.buyer, again, "approve")
    assert queries.company_standing(signup.business_number or "").answer is rules.Answer.MEMBER
    assert queries.person_standing(identity_of(who), individual=True).answer is rules.Answer.MEMBER
