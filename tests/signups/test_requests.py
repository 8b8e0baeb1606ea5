"""「가입요청」 as one transaction: what it makes, what it refuses, and that of two at once exactly one wins."""

import datetime as dt
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select
from sqlmodel import col
from temporalio.testing import ActivityEnvironment

from activities.retention import clear_old_traces
from models import clock, database
from models.files.rules import FileGone
from models.files.store import storage
from models.identity import rules as identity
from models.kernel.refusals import Refusal
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus
from models.members.tables import Company, Member
from models.processes.tables import AuditEntry, Outbox
from models.signups import drafts, rules, writes
from models.signups.rules import SignupKind, SignupMode
from models.signups.tables import Signup, SignupDraft
from models.terms.tables import Consent, Terms
from tests.engines import Database
from tests.signups.world import NOW, World, fresh_number, somebody


@pytest.fixture
def world(module_database: Database) -> World:
    assert module_database
    return World()


def test_a_company_and_its_first_person_apply(world: World) -> None:
    who = somebody("오나래")
    signup = world.company(who)
    company, member = world.load(Company, signup.company_id), world.load(Member, signup.member_id)
    assert (signup.status, signup.turn, signup.applicant_name) == ("requested", "buyer", "오나래")
    assert (company.status, company.kind, company.name) == ("applying", "corporation", "나래상사 주식회사")
    assert company.business_number == signup.business_number
    assert (member.status, member.company_id, member.phone) == ("applying", company.id, who.phone)
    assert member.roles == ["partner", "partner_owner"]
    assert member.identity_hash == who.identity_hash
    assert member.password_hash.startswith("$argon2id$")
    with database.working() as session:
        started = session.execute(select(Outbox).where(col(Outbox.workflow_id) == signup.workflow_id)).scalar_one()
        made = session.execute(
            select(AuditEntry).where(col(AuditEntry.kind) == "signup", col(AuditEntry.document_id) == signup.id)
        ).scalar_one()
    assert started.kind == "signup"
    assert made.act == "create"


def test_a_contact_waits_for_the_owner_and_changes_nothing_of_the_company(world: World) -> None:
    first = world.company()
    world.press(world.buyer, first, "approve")
    before = world.load(Company, first.company_id)
    signup = world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), somebody("오한결"))
    assert (signup.status, signup.turn) == ("owner_requested", "partner_owner")
    assert world.load(Company, first.company_id) == before
    assert world.load(Member, signup.member_id).roles == ["partner"]


def test_the_draft_keeps_nothing_once_it_is_sent(world: World) -> None:
    asked = world.asked(world.draft(SignupKind.INDIVIDUAL, values={"company-name": ["비밀"]}), somebody())
    with clock.set_to(NOW):
        made = writes.request(asked, NOW)
    with database.web() as session:
        left = drafts.read(session, asked.token, NOW)
    assert (left.done, left.values, left.files) == (made.number, {}, [])
    with clock.set_to(NOW), pytest.raises(rules.DraftGone):
        writes.request(asked, NOW)


def test_consents_are_kept_with_their_versions(world: World) -> None:
    with database.working() as session:
        ids = list(session.execute(select(col(Terms.id)).where(col(Terms.audience) == "partner")).scalars())
    signup = world.request(world.draft(SignupKind.INDIVIDUAL, terms=ids), somebody())
    with database.working() as session:
        agreed = session.execute(select(Consent).where(col(Consent.member_id) == signup.member_id)).scalars().all()
    assert sorted(one.terms_id for one in agreed) == sorted(ids)
    assert {one.ip for one in agreed} <= {"203.0.113.7"}


def test_identity_and_email_lapse_and_are_used_once(world: World) -> None:
    who = somebody()
    asked = world.asked(world.draft(SignupKind.INDIVIDUAL), who)
    for late, refusal in (
        (dt.timedelta(minutes=30), identity.IdentityLapsed),
        (dt.timedelta(hours=1), identity.IdentityLapsed),
    ):
        with clock.set_to(NOW + late), pytest.raises(refusal):
            writes.request(asked, NOW + late)
    almost = NOW + dt.timedelta(minutes=30, microseconds=-1)
    with clock.set_to(almost):
        writes.request(asked, almost)
        again = world.draft(SignupKind.INDIVIDUAL)
        reused = writes.Request(
            draft=again,
            form=world.form(again),
            token=drafts.begin(again, almost),
            identity_token=asked.identity_token,
            email_token=asked.email_token,
        )
        with pytest.raises(identity.IdentityUsed):
            writes.request(reused, almost)


def test_the_same_person_cannot_join_twice(world: World) -> None:
    who = somebody()
    first = world.company(who)
    with pytest.raises(rules.PersonTaken):
        world.request(world.draft(SignupKind.INDIVIDUAL), who)
    world.press(world.buyer, first, "approve")
    with pytest.raises(rules.PersonTaken):
        world.company(who)
    with pytest.raises(rules.PersonTaken):
        world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), who)


def test_the_same_email_cannot_join_twice(world: World) -> None:
    world.request(world.draft(SignupKind.INDIVIDUAL), somebody(), "same@joining.example")
    with pytest.raises(rules.EmailTaken):
        world.request(world.draft(SignupKind.INDIVIDUAL), somebody(), "same@joining.example")


def test_an_email_of_somebody_rejected_is_free_for_who_verified_it(world: World) -> None:
    first = world.request(world.draft(SignupKind.INDIVIDUAL), somebody(), "free@joining.example")
    world.press(world.buyer, first, "reject", reason="서류 미비")
    second = world.request(world.draft(SignupKind.INDIVIDUAL), somebody(), "free@joining.example")
    assert world.load(Member, second.member_id).login == "free@joining.example"
    assert world.load(Member, first.member_id).login == f"free@joining.example#{first.member_id}"


@pytest.mark.parametrize(
    ("status", "refusal"),
    [
        (CompanyStatus.ACTIVE, rules.NumberTaken),
        (CompanyStatus.APPLYING, rules.NumberTaken),
        (CompanyStatus.PORTAL_UNUSED, rules.CompanyUnused),
        (CompanyStatus.BLOCKED, rules.SignupBlocked),
    ],
)
def test_a_number_that_is_not_free(world: World, status: CompanyStatus, refusal: type[Refusal]) -> None:
    number = fresh_number()
    with database.working() as session:
        session.add(Company(name="이미 있는 회사", business_number=number, status=status.value, created_at=NOW))
    with pytest.raises(refusal):
        world.company(business_number=number)


def test_a_company_that_left_joins_anew_in_its_own_row(world: World) -> None:
    number = fresh_number()
    with database.working() as session:
        left = Company(name="돌아온 회사", business_number=number, status="withdrawn", created_at=NOW)
        session.add(left)
    assert world.company(business_number=number).company_id == left.id


def test_a_contact_of_a_company_that_is_gone(world: World) -> None:
    first = world.company()
    with pytest.raises(rules.CompanyGone):
        world.request(world.draft(SignupKind.CONTACT, company_id=first.company_id), somebody())


def test_a_blocked_person_stays_blocked_everywhere(world: World) -> None:
    who = somebody()
    world.press(world.buyer, world.company(who), "reject", reason="허위", barred=True)
    with pytest.raises(rules.SignupBlocked):
        world.request(world.draft(SignupKind.INDIVIDUAL), who)
    with pytest.raises(rules.SignupBlocked):
        world.company(who)


def test_who_was_rejected_applies_again_in_the_same_rows(world: World) -> None:
    who = somebody()
    first = world.company(who)
    world.press(world.buyer, first, "reject", reason="서류 미비")
    again = world.company(who, mode=SignupMode.AGAIN, business_number=first.business_number)
    assert (again.company_id, again.member_id) == (first.company_id, first.member_id)
    assert again.mode == "again"
    assert world.load(Member, again.member_id).status == MemberStatus.APPLYING
    single = world.request(world.draft(SignupKind.INDIVIDUAL), other := somebody())
    world.press(world.buyer, single, "reject", reason="서류 미비")
    single_again = world.request(world.draft(SignupKind.INDIVIDUAL, SignupMode.AGAIN), other)
    assert (single_again.company_id, single_again.member_id) == (single.company_id, single.member_id)


def test_somebody_else_may_apply_for_a_rejected_company(world: World) -> None:
    first = world.company()
    world.press(world.buyer, first, "reject", reason="서류 미비")
    again = world.company(somebody(), business_number=first.business_number)
    assert again.company_id == first.company_id
    assert again.member_id != first.member_id


def test_an_individual_is_a_company_of_one(world: World) -> None:
    signup = world.request(world.draft(SignupKind.INDIVIDUAL), somebody("한민지"))
    company = world.load(Company, signup.company_id)
    assert (company.kind, company.business_number, company.name) == (CompanyKind.INDIVIDUAL, None, "한민지")


def _at_once(world: World, asked: list[writes.Request]) -> Counter[str]:
    """Press all of them at the same instant; what became of each."""
    ready = threading.Barrier(len(asked))

    def press(one: writes.Request) -> str:
        ready.wait()
        try:
            writes.request(one, NOW)
        except Refusal as refusal:
            return refusal.code
        return "made"

    with clock.set_to(NOW), ThreadPoolExecutor(len(asked)) as threads:
        return Counter(threads.map(press, asked))


AT_ONCE = 6


def test_the_same_person_at_once(world: World) -> None:
    who = somebody()
    asked = [world.asked(world.draft(SignupKind.COMPANY), who, f"p{n}.{who.phone}@at.example") for n in range(AT_ONCE)]
    assert _at_once(world, asked) == {"made": 1, "person_taken": AT_ONCE - 1}


def test_the_same_email_at_once(world: World) -> None:
    asked = [world.asked(world.draft(SignupKind.INDIVIDUAL), somebody(), "once@at.example") for _ in range(AT_ONCE)]
    assert _at_once(world, asked) == {"made": 1, "signup_email_taken": AT_ONCE - 1}


def test_the_same_number_at_once(world: World) -> None:
    number = fresh_number()
    asked = [world.asked(world.draft(SignupKind.COMPANY, business_number=number), somebody()) for _ in range(AT_ONCE)]
    assert _at_once(world, asked) == {"made": 1, "number_taken": AT_ONCE - 1}
    with database.working() as session:
        held = select(func.count()).select_from(Company).where(col(Company.business_number) == number)
        assert session.execute(held).scalar_one() == 1
        asked_for = select(func.count()).select_from(Signup).where(col(Signup.business_number) == number)
        assert session.execute(asked_for).scalar_one() == 1


def test_the_same_form_pressed_twice_at_once(world: World) -> None:
    asked = world.asked(world.draft(SignupKind.INDIVIDUAL), somebody())
    assert _at_once(world, [asked] * AT_ONCE) == {"made": 1, "draft_gone": AT_ONCE - 1}


def test_two_who_cross_each_other_do_not_lock_up(world: World) -> None:
    one, two = somebody(), somebody()
    first, second = fresh_number(), fresh_number()
    asked = [
        world.asked(world.draft(SignupKind.COMPANY, business_number=first), one, "x1@at.example"),
        world.asked(world.draft(SignupKind.COMPANY, business_number=second), one, "x2@at.example"),
        world.asked(world.draft(SignupKind.COMPANY, business_number=second), two, "x1@at.example"),
        world.asked(world.draft(SignupKind.COMPANY, business_number=first), two, "x2@at.example"),
    ]
    became = _at_once(world, asked)
    assert 1 <= became["made"] <= 2
    assert sum(became.values()) == len(asked)


def test_drafts_are_seen_by_their_own_browser_only(world: World) -> None:
    token = drafts.begin(world.draft(SignupKind.INDIVIDUAL), NOW)
    with database.web() as session:
        assert session.execute(select(SignupDraft)).all() == []
        drafts.hold(session, token)
        assert len(session.execute(select(SignupDraft)).all()) == 1
        with pytest.raises(rules.DraftGone):
            drafts.read(session, token + "x", NOW)
    with database.web() as session, pytest.raises(rules.DraftGone):
        drafts.read(session, token, NOW + dt.timedelta(days=30))


def test_forms_past_their_time_go_with_what_was_uploaded(world: World) -> None:
    """Bytes that a file row or another form names stay."""
    old, younger = (world.draft(SignupKind.INDIVIDUAL) for _ in range(2))
    sent = world.draft(SignupKind.COMPANY)
    younger.files.append(old.files[0])
    drafts.begin(old, NOW)
    drafts.begin(younger, NOW + dt.timedelta(days=1))
    world.request(sent, somebody())
    drafts.begin(sent, NOW)
    with clock.set_to(NOW + dt.timedelta(days=30, minutes=1)):
        ActivityEnvironment().run(clear_old_traces)
        with database.working() as session:
            left = session.execute(select(SignupDraft).where(col(SignupDraft.expires_at) <= clock.now())).all()
    assert left == []
    there = [storage().exists(file.sha256) for file in (*old.files, *sent.files)]
    assert there == [True, False, True, True]


def test_a_file_that_is_gone_is_asked_for_again(world: World) -> None:
    draft = world.draft(SignupKind.INDIVIDUAL)
    asked = world.asked(draft, somebody())
    storage().delete(draft.files[1].sha256)
    with pytest.raises(FileGone), clock.set_to(NOW):
        writes.request(asked, NOW)
