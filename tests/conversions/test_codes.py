"""Conversion codes: who may send them, that they are hashed, few tries, voided by the next, used once."""

import datetime as dt
import itertools
import re
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models import clock, database
from models.conversions import rules
from models.conversions.codes import code_hash, new_code
from models.conversions.kind import CONVERSION
from models.conversions.rules import RULES, Status
from models.conversions.tables import Conversion
from models.conversions.wording import WORDS
from models.conversions.writes import send, try_code
from models.kernel.refusals import ActNotPossible, NotFound, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.members.rules import CompanyKind
from models.members.tables import Company, Member
from models.notifications.tables import Message
from models.processes.messages import Actor
from models.processes.tables import Command
from models.signups import rules as signup_rules
from models.signups import writes as signup_writes
from models.signups.rules import SignupKind, SignupMode
from tests.engines import Database
from tests.signups.world import NOW, World, somebody

SECOND = dt.timedelta(seconds=1)
EXPECTED = {
    ("preparing", "send", Role.SYSTEM): "sent",
    ("sent", "use", Role.PARTNER): "used",
    ("sent", "expire", Role.SYSTEM): "expired",
    ("expired", "use", Role.PARTNER): "used",
    ("expired", "lapse", Role.SYSTEM): "lapsed",
    **{(status, "resend", role): "sent" for status in ("sent", "expired") for role in (Role.BUYER, Role.ADMIN)},
    **{(status, "cancel", role): "cancelled" for status in ("sent", "expired") for role in (Role.BUYER, Role.ADMIN)},
}


@pytest.fixture
def world(module_database: Database) -> World:
    assert module_database
    return World()


def code_in_mail(conversion: Conversion) -> str:
    """The code of the newest mail; it is nowhere else."""
    with database.working() as session:
        mails = select(Message).where(
            col(Message.event) == "conversion_code", col(Message.dedupe_key).startswith(conversion.workflow_id)
        )
        newest = session.execute(mails.order_by(col(Message.id).desc()).limit(1)).scalar_one()
    found = re.search(r"\d{4} \d{4}", newest.body)
    assert found
    return found.group()


def wrong_for(code: str) -> str:
    return "".join(str((int(digit) + 1) % 10) for digit in code if digit.isdecimal())


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []
    assert set(RULES.acts) <= set(WORDS.event)
    assert all(status in table for status in Status for table in (WORDS.status, WORDS.tone, WORDS.step, WORDS.hint))


@pytest.mark.parametrize(("status", "act", "role"), [*itertools.product(Status, RULES.acts, Role)])
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert RULES.next_status(status, act, [role]) == (expected,)
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        RULES.next_status(status, act, [role])


def test_codes_are_random_and_hashed_with_their_company(database: Database) -> None:
    assert database
    codes = {new_code() for _ in range(200)}
    assert len(codes) > 190
    assert all(re.fullmatch(r"\d{8}", code) for code in codes)
    assert code_hash(1, "1234 5678") == code_hash(1, "12345678")
    assert code_hash(1, "12345678") != code_hash(2, "12345678")


def test_the_code_is_in_the_mail_only(world: World) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    code = code_in_mail(conversion)
    assert (conversion.status, conversion.sends, conversion.sent_at) == ("sent", 1, NOW)
    assert conversion.expires_at == NOW + dt.timedelta(days=7)
    assert conversion.code_hash == code_hash(company.id or 0, code)
    plain = code.replace(" ", "")
    with database.working() as session:
        for table in ("conversion", "process_event", "command", "outbox", "audit_entry", "message", "notification"):
            rows = session.execute(text(f"SELECT to_jsonb(t)::text FROM {table} t")).scalars()  # noqa: S608
            assert not any(plain in row or code in row for row in rows), table


def test_tries_are_counted_and_end(world: World) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    code = code_in_mail(conversion)
    for left in (4, 3, 2, 1):
        with pytest.raises(rules.ConversionCodeWrong) as refused:
            try_code(company.id or 0, wrong_for(code), NOW)
        assert refused.value.detail == {"left": left}
    assert try_code(company.id or 0, code, NOW) == conversion.id
    with pytest.raises(rules.ConversionTriesUsed):
        try_code(company.id or 0, wrong_for(code), NOW)
    with pytest.raises(rules.ConversionTriesUsed):
        try_code(company.id or 0, code, NOW)
    world.press(world.buyer, conversion, "resend")
    assert try_code(company.id or 0, code_in_mail(conversion), NOW) == conversion.id


def test_guesses_side_by_side_are_all_counted(world: World) -> None:
    company = world.unused()
    wrong = wrong_for(code_in_mail(world.conversion(company)))
    ready = threading.Barrier(8)

    def guess(_: int) -> str:
        ready.wait()
        try:
            try_code(company.id or 0, wrong, NOW)
        except Refusal as refusal:
            return refusal.code
        return "right"

    with ThreadPoolExecutor(8) as threads:
        became = Counter(threads.map(guess, range(8)))
    assert became == {"conversion_code_wrong": 4, "conversion_tries_used": 4}


def test_sending_again_voids_the_code_before(world: World) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    first = code_in_mail(conversion)
    later = NOW + dt.timedelta(days=3)
    world.press(world.buyer, conversion, "resend", later)
    second = code_in_mail(conversion)
    assert first != second
    with pytest.raises(rules.ConversionCodeWrong):
        try_code(company.id or 0, first, later)
    assert try_code(company.id or 0, second, later + dt.timedelta(days=7) - SECOND) == conversion.id
    assert world.read(conversion).sends == 2


@pytest.mark.parametrize(("after", "good"), [(-SECOND, True), (dt.timedelta(0), False), (SECOND, False)])
def test_a_code_ends_seven_days_after_it_was_sent(world: World, after: dt.timedelta, *, good: bool) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    at = NOW + dt.timedelta(days=7) + after
    if good:
        assert try_code(company.id or 0, code_in_mail(conversion), at) == conversion.id
        return
    with pytest.raises(rules.ConversionCodeExpired):
        try_code(company.id or 0, code_in_mail(conversion), at)


def test_no_code_no_way_in(world: World) -> None:
    company = world.unused()
    with pytest.raises(rules.ConversionCodeNone):
        try_code(company.id or 0, "12345678", NOW)
    conversion = world.conversion(company)
    code = code_in_mail(conversion)
    world.press(world.buyer, conversion, "cancel", reason="잘못 보냄")
    with pytest.raises(rules.ConversionCodeNone):
        try_code(company.id or 0, code, NOW)


def test_only_a_buyer_sends_and_only_to_who_does_not_use_the_portal(world: World) -> None:
    company = world.unused()
    with database.working() as session:
        active = Company(name="쓰는 회사", business_number="1112233334", created_at=NOW)
        session.add(active)
        session.flush()
    partner = Actor(member_id=1, name="남", company_id=company.id, roles=frozenset({Role.PARTNER}))
    for actor, target, refusal in (
        (partner, company.id, NotYourTurn),
        (world.buyer, active.id, rules.NotPortalUnused),
        (world.buyer, 999_999, NotFound),
    ):
        with clock.set_to(NOW), pytest.raises(refusal), database.writing(actor) as session:
            send(session, actor, target or 0, "x@unused.example", NOW)
    world.conversion(company)
    with clock.set_to(NOW), pytest.raises(rules.ConversionOpen), database.writing(world.buyer) as session:
        send(session, world.buyer, company.id or 0, "x@unused.example", NOW)


def test_a_supplier_joins_with_its_code_and_the_code_is_used_up(world: World) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    code = code_in_mail(conversion)
    draft = world.draft(
        SignupKind.COMPANY, SignupMode.CONVERSION, company_id=company.id, company_name=company.name,
        business_number=company.business_number,
    )  # fmt: skip
    signup = world.request(draft, somebody("차도윤"), code=code)
    assert (signup.mode, signup.company_id, signup.conversion_id) == ("conversion", company.id, conversion.id)
    assert world.load(Company, company.id).status == "applying"
    with database.working() as session:
        (told,) = session.execute(select(Command).where(col(Command.workflow_id) == conversion.workflow_id)).scalars()
    assert (told.act, told.state, told.actor_name) == ("use", "open", "차도윤")
    world.record(CONVERSION, conversion, "use", NOW, told.request_id)
    assert world.read(conversion).status == "used"
    world.press(world.buyer, signup, "approve")
    made = world.load(Company, company.id)
    assert (made.status, made.name) == ("active", company.name)
    assert world.load(Member, signup.member_id).roles == ["partner", "partner_owner"]


def test_a_rejected_conversion_leaves_the_supplier_as_it_was(world: World) -> None:
    company = world.unused()
    code = code_in_mail(world.conversion(company))
    draft = world.draft(SignupKind.COMPANY, SignupMode.CONVERSION, company_id=company.id, company_name=company.name)
    signup = world.request(draft, somebody(), code=code)
    world.press(world.buyer, signup, "reject", reason="다른 분이 신청해 주세요.")
    assert world.load(Company, company.id).status == "portal_unused"


def test_an_individual_supplier_joins_with_its_code(world: World) -> None:
    who = somebody("김찬희")
    company = world.unused(who.name, CompanyKind.INDIVIDUAL, who.phone)
    code = code_in_mail(world.conversion(company))
    draft = world.draft(SignupKind.INDIVIDUAL, SignupMode.CONVERSION, company_id=company.id, company_name=who.name)
    signup = world.request(draft, who, code=code)
    world.press(world.buyer, signup, "approve")
    assert world.load(Company, company.id).status == "active"


def test_two_with_the_same_code_at_once(world: World) -> None:
    company = world.unused()
    code = code_in_mail(world.conversion(company))
    asked = []
    for _ in range(4):
        draft = world.draft(SignupKind.COMPANY, SignupMode.CONVERSION, company_id=company.id, company_name=company.name)
        asked.append(world.asked(draft, somebody(), code=code))
    ready = threading.Barrier(4)

    def press(one: signup_writes.Request) -> str:
        ready.wait()
        try:
            signup_writes.request(one, NOW)
        except Refusal as refusal:
            return refusal.code
        return "made"

    with clock.set_to(NOW), ThreadPoolExecutor(4) as threads:
        became = Counter(threads.map(press, asked))
    assert became["made"] == 1
    assert set(became) <= {"made", "number_taken", "conversion_code_none", "conversion_code_expired"}


def test_using_is_the_requests_own_act(world: World) -> None:
    conversion = world.conversion(world.unused())
    with database.working() as session:
        company = session.get_one(Company, conversion.company_id)
    stranger = Actor(member_id=world.buyer.member_id, name="남", company_id=company.id, roles=frozenset({Role.PARTNER}))
    with pytest.raises(rules.ConversionNotUsed):
        world.press(stranger, conversion, "use")


def test_a_used_code_is_neither_sent_anew_nor_called_back(world: World) -> None:
    company = world.unused()
    conversion = world.conversion(company)
    draft = world.draft(SignupKind.COMPANY, SignupMode.CONVERSION, company_id=company.id, company_name=company.name)
    world.request(draft, somebody(), code=code_in_mail(conversion))
    with pytest.raises(rules.ConversionUsed):
        world.press(world.buyer, conversion, "resend")
    with pytest.raises(rules.ConversionUsed):
        world.press(world.buyer, conversion, "cancel", reason="취소")


def test_a_code_cannot_be_used_for_another_company(world: World) -> None:
    mine, other = world.unused("가나상사"), world.unused("다라상사")
    code = code_in_mail(world.conversion(mine))
    world.conversion(other)
    draft = world.draft(SignupKind.COMPANY, SignupMode.CONVERSION, company_id=other.id, company_name=other.name)
    with pytest.raises((rules.ConversionCodeWrong, signup_rules.SignupRefused)):
        world.request(draft, somebody(), code=code)
