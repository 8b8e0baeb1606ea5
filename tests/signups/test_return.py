"""Who left may come back: the company under its number, the person under a new e-mail."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.members.tables import BankAccount, Company, Member
from models.signups import queries
from models.signups.rules import Answer
from tests.engines import Database
from tests.signups.world import NOW, World, somebody

LATER = NOW + dt.timedelta(days=30)


@pytest.fixture
def world(module_database: Database) -> World:
    assert module_database
    return World()


def test_a_company_that_left_joins_again_under_its_number(world: World) -> None:
    who = somebody("오나래")
    first = world.company(who)
    world.press(world.buyer, first, "approve")
    world.leave(first)
    number = first.business_number or ""
    assert queries.company_standing(number).answer is Answer.NEW

    second = world.company(who, business_number=number)
    assert second.company_id == first.company_id
    assert second.member_id != first.member_id
    world.press(world.buyer, second, "approve")
    company = world.load(Company, first.company_id)
    assert (company.status, company.left_at, company.status_reason) == ("active", None, "")
    assert world.load(Member, first.member_id).status == "withdrawn"
    assert world.load(Member, second.member_id).status == "active"
    with database.working() as session:
        accounts = session.execute(
            select(BankAccount).where(col(BankAccount.company_id) == company.id).order_by(col(BankAccount.id))
        ).scalars()
        assert [account.closed_at is None for account in accounts] == [False, True]
