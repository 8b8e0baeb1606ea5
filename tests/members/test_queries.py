"""Whose turn a role means, who is an actor with what, and who sees whom."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from models import clock
from models import database as house
from models.kernel.roles import Role
from models.members import queries
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus, is_login, may_log_in, normal_login
from models.members.tables import Delegation, Member
from models.members.wording import COMPANY_KIND, COMPANY_STATUS, MEMBER_STATUS, staff_label
from models.processes.messages import Actor
from tests import engines, factories

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)


def delegation(giver: Member, taker: Member, lent: Role, **more: Any) -> Delegation:
    facts: dict[str, Any] = {
        "from_member_id": giver.id,
        "to_member_id": taker.id,
        "role": lent.value,
        "starts_at": NOW - DAY,
        "ends_at": NOW + DAY,
        "created_at": NOW,
    }
    return Delegation(**(facts | more))


@pytest.mark.parametrize("login", ["amela.cha", "jun.kwon2", "doyun@hanbit.example", "a+b@c.co.kr"])
def test_ids_are_mail_addresses_or_english_names(login: str) -> None:
    assert is_login(login)
    assert normal_login(f" {login.upper()} ") == login


@pytest.mark.parametrize("login", ["", "amela", "amela.", "@c.kr", "a b@c.kr", "a@c", "차지애", "x" * 250 + "@c.kr"])
def test_anything_else_is_no_id(login: str) -> None:
    assert not is_login(login)


def test_only_active_people_of_active_companies_log_in() -> None:
    for member in MemberStatus:
        for company in (None, *CompanyStatus):
            fits = member is MemberStatus.ACTIVE and company in {None, CompanyStatus.ACTIVE}
            assert may_log_in(member, company) == fits


def test_everything_has_a_korean_name() -> None:
    assert set(COMPANY_KIND) == set(CompanyKind)
    assert set(COMPANY_STATUS) == set(CompanyStatus)
    assert set(MEMBER_STATUS) == set(MemberStatus)
    assert staff_label("amela.cha", "차지애") == "amela.cha(차지애)"


def test_a_turn_goes_to_who_is_named_or_to_all_who_hold_the_role(database: engines.Database) -> None:
    with house.working() as session, clock.set_to(NOW):
        first, second = factories.company(session), factories.company(session)
        owner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=first)
        contact = factories.member(session, "박지은", of=first)
        factories.member(session, "남", of=second)
        amela = factories.member(session, "차지애", Role.BUYER)
        jun = factories.member(session, "권준", Role.BUYER, Role.INSPECTOR)
        left = factories.member(session, "퇴사자", Role.BUYER)
        left.status = MemberStatus.WITHDRAWN.value
        session.flush()

        def told(role: Role, company: int | None, named: int | None = None) -> list[int]:
            return queries.members_in_turn(session, role, company, named)

        assert told(Role.PARTNER, first.id) == [owner.id, contact.id]
        assert told(Role.PARTNER_OWNER, first.id) == [owner.id]
        assert told(Role.BUYER, first.id) == [amela.id, jun.id]
        assert told(Role.BUYER, first.id, jun.id) == [jun.id]
        # Somebody of the other side, gone, or without the role is not waited for.
        assert told(Role.PARTNER, first.id, amela.id) == [owner.id, contact.id]
        assert told(Role.BUYER, first.id, left.id) == [amela.id, jun.id]
        assert told(Role.SYSTEM, first.id) == []
        session.add(delegation(amela, contact, Role.BUYER))
        session.add(delegation(jun, amela, Role.INSPECTOR))
        assert told(Role.INSPECTOR, None, jun.id) == [amela.id, jun.id]


@pytest.mark.parametrize(
    ("change", "lent"),
    [
        ({}, True),
        ({"starts_at": NOW + dt.timedelta(seconds=1)}, False),
        ({"ends_at": NOW}, False),
        ({"revoked_at": NOW}, False),
        ({"role": Role.RECEIVER.value}, False),
    ],
)
def test_a_role_is_lent_for_its_time_by_who_holds_it(
    database: engines.Database, change: dict[str, Any], lent: bool
) -> None:
    with house.working() as session:
        giver = factories.member(session, "권준", Role.INSPECTOR)
        taker = factories.member(session, "차지애", Role.BUYER)
        session.add(delegation(giver, taker, Role.INSPECTOR, **change))
        session.flush()
        actor = queries.actor_of(session, taker.id or 0, NOW)
    assert actor is not None
    assert (Role.INSPECTOR in actor.delegated) == lent
    assert actor.roles == {Role.BUYER}


def test_people_who_left_are_no_actors(database: engines.Database) -> None:
    with house.working() as session:
        company = factories.company(session)
        person = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=company)
        found = queries.actor_of(session, person.id or 0, NOW)
        assert found is not None
        assert found.roles == {Role.PARTNER, Role.PARTNER_OWNER}
        assert found.company_name == company.name
        company.status = CompanyStatus.WITHDRAWN.value
        session.flush()
        assert queries.actor_of(session, person.id or 0, NOW) is None


def named(session: Session, typed: str) -> list[int | None]:
    rows = select(col(Member.id)).where(queries.staff_named(col(Member.id), typed))
    return list(session.execute(rows).scalars())


def test_names_labels_and_filters(database: engines.Database) -> None:
    with house.working() as session:
        company = factories.company(session)
        partner = factories.member(session, "김도윤", of=company)
        amela = factories.member(session, "차지애", Role.BUYER)
        amela.login = "amela.cha"
        session.flush()
        ids = [partner.id, amela.id, None, 999]
        assert queries.staff_labels(session, ids) == {partner.id: "김도윤", amela.id: "amela.cha(차지애)"}
        assert queries.member_names(session, ids) == {partner.id: "김도윤", amela.id: "차지애"}
        for typed in ("Amela", "차지", ".cha"):
            assert named(session, typed) == [amela.id]
        assert named(session, "%") == []
        assert list(queries.companies(session, [company.id, None])) == [company.id]


def test_a_partner_sees_its_own_company_and_people_and_the_staff(database: engines.Database) -> None:
    with house.working() as session:
        own, other = factories.company(session), factories.company(session)
        me = factories.member(session, "김도윤", of=own)
        factories.member(session, "남", of=other)
        staff = factories.member(session, "차지애", Role.BUYER)
    partner = Actor(member_id=me.id or 0, name="김도윤", company_id=own.id)
    buyer = Actor(member_id=staff.id or 0, name="차지애", roles=frozenset({Role.BUYER}))
    with house.reading(partner) as session:
        assert [c.id for c in queries.active_companies(session, partner)] == [own.id]
        # Without the application's own check, the database says the same.
        assert [c.id for c in session.execute(queries.companies_visible_to(buyer)).scalars()] == [own.id]
        assert set(session.execute(select(col(Member.id))).scalars()) == {me.id, staff.id}
    with house.reading(buyer) as session:
        assert len(queries.active_companies(session, buyer)) == 2
