"""What leaving asks for, is stopped by and does."""

import datetime as dt
from typing import Any

import psycopg
import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.withdrawals import erase_expired
from models import clock, database
from models.changes import writes as changes
from models.changes.rules import NotMember, NotRequester, OwnRequest
from models.changes.tables import ChangeItem, ChangeRequest
from models.contracts.tables import Contract
from models.files.rules import FileRole
from models.files.store import storage
from models.files.tables import StoredFile
from models.files.writes import attach
from models.kernel.refusals import NotFound, NotYourTurn
from models.members.rules import Sex
from models.members.tables import BankAccount, Company, Member
from models.notifications.tables import Message
from models.orders.tables import OrderItem
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.signups.messages import ApplicantFacts, SignupContent
from models.signups.queries import content_of
from models.signups.tables import Signup
from models.withdrawals import queries, rules, writes
from models.withdrawals.messages import Leaving, Why
from models.withdrawals.tables import Withdrawal
from tests import factories
from tests.changes.world import AT, BIRTH, World, stored
from tests.engines import Database
from tests.settlements.world import World as Business

WHY = {"reason_code": "OTHER", "reason": "거래를 마칩니다"}


@pytest.fixture
def world(database: Database) -> World:
    return World()


def leave(world: World, actor: Actor, **more: Any) -> Withdrawal:
    person = world.member(actor)
    typed = Leaving.model_validate(WHY | {"name": person.name, "birth_date": BIRTH} | more)
    with clock.set_to(AT), database.writing(actor) as session:
        return writes.ask_contact(session, actor, typed, AT)


def leave_company(world: World, actor: Actor | None = None, why: Why | None = None) -> Withdrawal:
    actor = actor or world.owner
    with clock.set_to(AT), database.writing(actor) as session:
        return writes.ask_company(session, actor, why or Why.model_validate(WHY), AT)


def remove(world: World, who: Actor, actor: Actor | None = None) -> Withdrawal:
    actor = actor or world.owner
    with clock.set_to(AT), database.writing(actor) as session:
        return writes.remove(session, actor, who.member_id, Why.model_validate(WHY), AT)


def test_a_contact_leaves_when_the_owner_agrees(world: World) -> None:
    made = leave(world, world.contact)
    assert (made.status, made.turn, made.origin, made.reason_words) == (
        "owner_requested",
        "partner_owner",
        "self",
        "기타",
    )
    before = world.member(world.contact)
    world.press(world.owner, made, "approve", reason="수고하셨습니다")
    member = world.member(world.contact)
    assert (member.status, member.left_reason, member.name) == ("withdrawn", "기타", "박서연")
    assert (member.phone, member.birth_date, member.identity_hash, member.email) == ("", None, None, "")
    assert member.login == f"withdrawn-{world.contact.member_id}@withdrawn.invalid"
    assert member.password_hash != before.password_hash or before.password_hash == "-"
    assert world.live_sessions(world.contact) == 0
    assert world.live_sessions(world.owner) == 1
    with database.working() as session:
        mail = session.execute(select(Message).where(col(Message.event) == "withdrawn")).scalars().one()
    assert (mail.member_id, mail.recipient, mail.channel) == (world.contact.member_id, before.email, "email")
    with pytest.raises(NotMember):
        remove(world, world.contact)


def test_an_owner_cannot_leave_alone(world: World) -> None:
    with pytest.raises(rules.OwnerMustDelegate):
        leave(world, world.owner)
    with pytest.raises(rules.OwnerMustDelegate):
        leave(world, world.single)
    with pytest.raises(rules.OwnerMustDelegate):
        remove(world, world.owner)


@pytest.mark.parametrize("wrong", [{"name": "박다른"}, {"birth_date": "1999-01-01"}, {"reason_code": "NONE"}])
def test_who_leaves_types_who_they_are(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(rules.WrongPerson) as refused:
        leave(world, world.contact, **wrong)
    assert refused.value.detail["field"] == next(iter(wrong))


def test_the_owner_ends_a_contact_at_once(world: World) -> None:
    made = remove(world, world.contact)
    assert (made.origin, made.member_id, made.created_by) == (
        "owner",
        world.contact.member_id,
        world.owner.member_id,
    )
    world.press(world.owner, made, "approve")
    assert world.member(world.contact).status == "withdrawn"
    with pytest.raises(NotYourTurn):
        remove(world, world.other, world.contact)
    with pytest.raises(NotFound):
        remove(world, world.outsider)


def test_one_request_of_a_person_and_of_a_company(world: World) -> None:
    leave(world, world.contact)
    with pytest.raises(rules.WithdrawalWaiting):
        leave(world, world.contact)
    with pytest.raises(rules.WithdrawalWaiting):
        remove(world, world.contact)
    leave_company(world, world.single, Leaving.model_validate(WHY | {"name": "이하나", "birth_date": BIRTH}))
    with pytest.raises(rules.WithdrawalWaiting):
        leave_company(world, world.single, Leaving.model_validate(WHY | {"name": "이하나", "birth_date": BIRTH}))


def test_rejected_and_called_back_nothing_happens(world: World) -> None:
    made = leave(world, world.contact)
    world.press(world.owner, made, "reject", reason="인수인계 뒤에 해 주세요")
    assert world.member(world.contact).status == "active"
    again = leave(world, world.contact)
    with pytest.raises(NotRequester):
        world.press(world.other, again, "cancel")
    world.press(world.contact, again, "cancel")
    assert world.load(Withdrawal, again.id).status == "cancelled"


def test_a_company_leaves_with_all_its_people(world: World) -> None:
    made = leave_company(world)
    assert (made.status, made.turn) == ("requested", "buyer")
    world.press(world.buyer, made, "approve")
    company = world.load(Company, world.company.id)
    assert (company.status, company.status_reason, company.name) == ("withdrawn", "기타", "(주)한빛네트웍스")
    assert {world.member(actor).status for actor in (world.owner, world.contact, world.other)} == {"withdrawn"}
    assert [world.live_sessions(actor) for actor in (world.owner, world.contact, world.other)] == [0, 0, 0]
    assert world.load(BankAccount, world.account.id).closed_at is not None
    with database.working() as session:
        told = session.execute(select(col(Message.member_id)).where(col(Message.event) == "withdrawn")).scalars()
        assert set(told) == {world.owner.member_id, world.contact.member_id, world.other.member_id}
    assert world.member(world.outsider).status == "active"


def test_an_individual_leaves(world: World) -> None:
    with pytest.raises(rules.WrongPerson):
        leave_company(world, world.single)
    made = leave_company(world, world.single, Leaving.model_validate(WHY | {"name": "이하나", "birth_date": BIRTH}))
    world.press(world.buyer, made, "approve")
    assert world.load(Company, world.person_company.id).status == "withdrawn"
    assert world.member(world.single).status == "withdrawn"


def test_open_documents_stand_in_the_way_and_are_named(world: World) -> None:
    with database.working() as session:
        company = session.get_one(Company, world.company.id)
        buyer = session.get_one(Member, world.buyer.member_id)
        shown = factories.contract(
            session, company, buyer, "review_requested", review_requested_at=factories.NOW, number="CR20260209-701"
        )
        draft = factories.contract(session, company, buyer, number="CR20260209-702")
    with pytest.raises(rules.UnfinishedBusiness) as refused:
        leave_company(world)
    assert refused.value.detail == {"count": 1, "first": "계약 CR20260209-701 (1차)"}
    with database.reading(world.owner) as session:
        found = queries.blockers(session, world.owner, world.company.id or 0)
    assert [(row.number, row.link) for row in found] == [("CR20260209-701 (1차)", f"/contracts/{shown.id}")]

    end(shown)
    made = leave_company(world)
    # The draft was never shown to the partner; the buyer deals with it before approving.
    with pytest.raises(rules.UnfinishedBusiness) as refused:
        world.press(world.buyer, made, "approve")
    assert refused.value.detail["first"] == "계약 CR20260209-702 (1차)"
    end(draft)
    world.press(world.buyer, made, "approve")
    assert world.load(Company, world.company.id).status == "withdrawn"


def end(contract: Contract) -> None:
    with database.working() as session:
        found = session.get_one(Contract, contract.id)
        found.status, found.turn = "cancelled", None


@pytest.mark.usefixtures("database")
def test_undelivered_and_unsettled_business_stands_in_the_way() -> None:
    business = Business()
    business.accept_all()
    company = business.company.id or 0
    with database.reading(business.partner) as session:
        found = queries.blockers(session, business.partner, company)
    assert {(row.kind, row.status) for row in found} == {("검수", "미정산")}
    with database.working() as session:
        item = session.execute(select(OrderItem).order_by(col(OrderItem.id)).limit(1)).scalar_one()
        item.quantity, item.amount = 2, 2 * item.unit_price
    with database.reading(business.partner) as session:
        found = queries.blockers(session, business.partner, company)
    assert ("발주", "납품미완료") in {(row.kind, row.status) for row in found}


def test_a_change_of_their_own_stands_in_a_persons_way(world: World) -> None:
    with clock.set_to(AT), database.writing(world.contact) as session:
        asked = changes.ask_member(session, world.contact, after={"name": "박지안"}, reason="개명", now=AT)
    with pytest.raises(rules.UnfinishedBusiness) as refused:
        leave(world, world.contact)
    assert refused.value.detail["first"] == f"변경요청 {asked.number}"
    with pytest.raises(rules.UnfinishedBusiness):
        remove(world, world.contact)


def test_who_became_owner_meanwhile_does_not_leave(world: World) -> None:
    made = leave(world, world.contact)
    with database.working() as session:
        session.get_one(Member, world.owner.member_id).roles = ["partner"]
        session.flush()
        session.get_one(Member, world.contact.member_id).roles = ["partner", "partner_owner"]
    now_owner = world.contact.model_copy(update={"roles": world.owner.roles})
    with pytest.raises(rules.OwnerMustDelegate):
        world.press(now_owner, made, "approve")


def test_nobody_lets_themselves_go(world: World) -> None:
    made = leave(world, world.contact)
    pretender = world.contact.model_copy(update={"roles": world.owner.roles})
    with pytest.raises(OwnRequest):
        world.press(pretender, made, "approve")


def test_others_of_the_company_do_not_see_who_wants_to_leave(world: World) -> None:
    made = leave(world, world.contact)
    for actor, sees in ((world.owner, True), (world.contact, True), (world.buyer, True), (world.other, False)):
        with database.reading(actor) as session:
            if sees:
                assert visible_document(session, actor, Withdrawal, made.id or 0).id == made.id
            else:
                with pytest.raises(NotFound):
                    visible_document(session, actor, Withdrawal, made.id or 0)


def test_after_five_years_the_rest_is_erased(world: World, request: pytest.FixtureRequest) -> None:
    made = leave_company(world, world.single, Leaving.model_validate(WHY | {"name": "이하나", "birth_date": BIRTH}))
    world.press(world.buyer, made, "approve")
    left = world.load(Withdrawal, made.id).decided_at or AT
    assert erased_at(left.replace(year=left.year + 5) - dt.timedelta(seconds=1)) == 0
    assert world.member(world.single).name == "이하나"

    assert erased_at(left.replace(year=left.year + 5) + dt.timedelta(seconds=1)) > 0
    assert erased_at(left.replace(year=left.year + 5) + dt.timedelta(seconds=1)) == 0
    assert world.member(world.single).name == "탈퇴회원"
    assert world.load(Company, world.person_company.id).name == "탈퇴회원"
    assert world.load(Withdrawal, made.id).request_reason == ""
    with psycopg.connect(request.getfixturevalue("database").admin_url) as connection:
        found = connection.execute(
            "SELECT m.name, c.name, c.address, w.company_name FROM member m JOIN company c ON c.id = m.company_id"
            " JOIN withdrawal w ON w.company_id = c.id WHERE m.id = %s",
            [world.single.member_id],
        ).fetchone()
    assert found == ("탈퇴회원", "탈퇴회원", "", "탈퇴회원")
    assert world.member(world.owner).name == "김도윤"
    with database.working() as session:
        assert session.execute(select(ChangeItem)).scalars().all() == []
        account = session.execute(
            select(BankAccount).where(col(BankAccount.company_id) == world.person_company.id)
        ).scalar_one()
        assert (account.account_number, account.holder, account.bank_name) == ("", "", "")


def erased_at(instant: dt.datetime) -> int:
    with clock.set_to(instant):
        return erase_expired()


def test_a_leap_day_counts_as_the_day_before() -> None:
    assert rules.erased_before(dt.datetime(2028, 2, 29, 3, tzinfo=dt.UTC)) == dt.datetime(2023, 2, 28, 3, tzinfo=dt.UTC)


def test_what_somebody_joined_with_goes_too(world: World) -> None:
    facts = ApplicantFacts(
        name="박서연",
        birth_date=dt.date.fromisoformat(BIRTH),
        sex=Sex.FEMALE,
        foreign_national=False,
        phone="01012345678",
        email="seoyeon@example.com",
    )
    with database.working() as session:
        signup = Signup(
            workflow_id="signup/1",
            company_id=world.company.id or 0,
            case_key="1",
            status="approved",
            status_since=AT,
            created_by=world.contact.member_id,
            created_at=AT,
            number="SG20260209-001",
            signup_kind="contact",
            company_name="(주)한빛네트웍스",
            applicant_name="박서연",
            member_id=world.contact.member_id,
            content=SignupContent(person=facts).model_dump_json(),
        )
        session.add(signup)
    world.press(world.owner, leave(world, world.contact), "approve")
    person = content_of(world.load(Signup, signup.id)).person
    assert (person.name, person.phone, person.email) == ("박서연", "", "")
    assert person.birth_date != facts.birth_date
    later = AT.replace(year=AT.year + 6)
    erased_at(later)
    kept = world.load(Signup, signup.id)
    assert (kept.applicant_name, content_of(kept).person.name) == ("탈퇴회원", "탈퇴회원")


def paper(world: World, name: str, company: Company, kind: str, document_id: int) -> StoredFile:
    with database.working() as session:
        file = session.get_one(StoredFile, stored(session, company, name))
        place = attach(session, file, kind, document_id, FileRole.ATTACHMENT, company_id=company.id, title=name)
        assert place.file_id == file.id
    assert world
    return file


def test_after_five_years_the_papers_leave_the_storage(world: World) -> None:
    copy = paper(world, "계좌사본.png", world.company, "contract", 1)
    with database.working() as session:
        own = stored(session, world.company, "통장.png")
        session.get_one(BankAccount, world.account.id).copy_file_id = own
        asked = ChangeRequest(
            workflow_id="change/1",
            company_id=world.company.id or 0,
            case_key="1",
            status="approved",
            status_since=AT,
            created_by=world.owner.member_id,
            created_at=AT,
            number="CH20260209-001",
            subject="company",
            company_name=world.company.name,
            member_id=world.owner.member_id,
            registration_file_id=stored(session, world.company, "등록증.pdf"),
        )
        session.add(asked)
        session.flush()
        certificate = session.get_one(StoredFile, asked.registration_file_id)
        for number, file in enumerate((certificate, session.get_one(StoredFile, own))):
            attach(
                session,
                file,
                "change",
                asked.id or 0,
                FileRole.ATTACHMENT,
                company_id=world.company.id,
                position=number,
            )
        other = session.get_one(StoredFile, own)
    world.press(world.buyer, leave_company(world), "approve")
    left = world.load(Company, world.company.id).left_at or AT
    erased_at(left.replace(year=left.year + 5) - dt.timedelta(seconds=1))
    assert all(storage().exists(file.sha256) for file in (certificate, other, copy))
    while erased_at(left.replace(year=left.year + 5) + dt.timedelta(seconds=1)):
        pass
    assert [storage().exists(file.sha256) for file in (certificate, other, copy)] == [False, False, True]
    with database.working() as session:
        left_over = select(col(StoredFile.id)).where(col(StoredFile.id).in_([certificate.id, other.id, copy.id]))
        assert session.execute(left_over).scalars().all() == [copy.id]


def test_who_came_back_and_was_rejected_is_erased_all_the_same(world: World) -> None:
    world.press(world.buyer, leave_company(world), "approve")
    with database.working() as session:
        company = session.get_one(Company, world.company.id)
        company.status, left = "rejected", company.left_at or AT
    erased_at(left.replace(year=left.year + 6))
    assert world.load(Company, world.company.id).representative == "탈퇴회원"


def test_who_came_back_is_not_erased(world: World) -> None:
    world.press(world.buyer, leave_company(world), "approve")
    with database.working() as session:
        company = session.get_one(Company, world.company.id)
        company.status, left = "applying", company.left_at or AT
    erased_at(left.replace(year=left.year + 6))
    assert world.load(Company, world.company.id).representative != "탈퇴회원"
