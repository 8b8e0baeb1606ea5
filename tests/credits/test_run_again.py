"""A month that is settled again: what it carried over before, what was published, and what is with the bank."""

import datetime as dt
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import Session, col

from models import clock
from models import database as house
from models.credits import run_inputs
from models.credits.account_tables import CreditAccount
from models.credits.report_tables import CreditReport, Payout, PayoutFile
from models.credits.rules import IssueMode, PayoutState, month_after
from models.credits.run_rules import Status
from models.credits.run_tables import CreditOutcome, CreditRun
from models.credits.tables import CreditAdjustment, CreditCarry
from tests.credits import run_world
from tests.credits.run_world import MONTH, NOW, World
from tests.engines import Database

NEXT = month_after(MONTH)
IN_NEXT = NOW + dt.timedelta(days=30)


@pytest.fixture
def world(database: Database) -> World:
    del database
    return run_world.build()


def previewed(world: World, month: dt.date = MONTH, now: dt.datetime = NOW) -> CreditRun:
    run = run_world.begun(world, month, now)
    run_world.computed(run)
    return run_world.put(run, Status.PREVIEWED)


def published(run: CreditRun, now: dt.datetime = NOW) -> None:
    with clock.set_to(now):
        run_world.published(run_world.put(run, Status.PUBLISHING))
    with house.working() as session:
        session.get_one(CreditRun, run.id).finished_at = now
    run_world.put(run, Status.PUBLISHED)


def little(world: World, session: Session) -> tuple[int, int]:
    """A group with a manual line that is too little to be paid; group and line."""
    group = world.group(session)
    return group, world.adjust(session, world.media_of(session, group)[0], 4_000)


def carried(group: int) -> list[tuple[dt.date, int]]:
    with house.working() as session:
        rows = select(CreditCarry).where(col(CreditCarry.group_id) == group)
        return [(row.month, row.supply) for row in session.execute(rows).scalars()]


def outcome(run: CreditRun, group: int) -> tuple[str, str]:
    with house.working() as session:
        found = session.get_one(CreditOutcome, (run.id, group))
        return found.state, found.error


def supplies(group: int) -> list[tuple[dt.date, int]]:
    with house.working() as session:
        rows = select(CreditReport).where(col(CreditReport.group_id) == group).order_by(col(CreditReport.month))
        return [(row.month, row.supply) for row in session.execute(rows).scalars()]


def test_a_preview_with_a_carry_that_the_month_before_took_back_is_computed_again(world: World) -> None:
    with house.working() as session:
        group, _ = little(world, session)
    published(previewed(world))
    following = previewed(world, NEXT, IN_NEXT)
    with house.working() as session:
        assert run_inputs.changed(session, following) == []
        world.adjust(session, world.media_of(session, group)[0], 80_000)
    again = previewed(world)
    published(again, IN_NEXT + dt.timedelta(days=1))
    assert (outcome(again, group), carried(group)) == (("published", ""), [])
    with house.working() as session:
        assert run_inputs.changed(session, following) == ["carried"]


def test_a_carry_in_a_month_that_is_approved_is_not_taken_back(world: World) -> None:
    with house.working() as session:
        group, _ = little(world, session)
    published(previewed(world))
    with house.working() as session:
        medium = world.media_of(session, group)[0]
        world.line(session, medium, amount=90_000, month=NEXT)
    following = previewed(world, NEXT, IN_NEXT)
    with house.working() as session:
        world.adjust(session, medium, 80_000)
    again = previewed(world)
    run_world.put(following, Status.APPROVED)
    published(again, IN_NEXT)
    assert outcome(again, group) == ("failed", "carry_settled")
    assert carried(group) == [(NEXT, 4_000)]
    published(following, IN_NEXT)
    assert supplies(group) == [(NEXT, 94_000)]


def test_a_group_that_earns_nothing_any_more_is_no_longer_carried_over(world: World) -> None:
    with house.working() as session:
        group, line = little(world, session)
    published(previewed(world))
    assert carried(group) == [(NEXT, 4_000)]
    with house.working() as session:
        session.get_one(CreditAdjustment, line).cancelled_at = NOW
    again = previewed(world)
    published(again)
    assert (outcome(again, group)[0], carried(group)) == ("carried", [])


def test_a_report_does_not_become_less_than_nothing(world: World) -> None:
    with house.working() as session:
        group = world.group(session, IssueMode.INDIVIDUAL)
        medium = world.media_of(session, group)[0]
        world.line(session, medium, amount=50_000)
    published(previewed(world))
    with house.working() as session:
        world.adjust(session, medium, -60_000)
    again = previewed(world)
    published(again)
    assert outcome(again, group) == ("failed", "report_too_little")
    assert supplies(group) == [(MONTH, 50_000)]


@pytest.mark.parametrize("state", [PayoutState.SENT, PayoutState.PAID])
def test_a_report_whose_payment_is_with_the_bank_is_not_put_right(world: World, state: PayoutState) -> None:
    with house.working() as session:
        group = world.group(session, IssueMode.INDIVIDUAL)
        medium = world.media_of(session, group)[0]
        world.line(session, medium, amount=50_000)
    published(previewed(world))
    with house.working() as session:
        _paying(session, world, group, state)
        world.adjust(session, medium, 10_000)
    again = previewed(world)
    published(again)
    assert outcome(again, group) == ("failed", "report_moved_on")


def _paying(session: Session, world: World, group: int, state: PayoutState) -> None:
    report = session.execute(select(CreditReport).where(col(CreditReport.group_id) == group)).scalar_one()
    facts: dict[str, Any] = {"created_by": world.officer.member_id, "created_at": NOW}
    account = CreditAccount(
        workflow_id=f"account/{group}/1", company_id=0, case_key="", status="active", turn="system", status_since=NOW,
        group_id=group, account_version=1, bank_code="090", account_number="3333", holder="홍", consented_at=NOW,
        author_name="홍", **facts,
    )  # fmt: skip
    file = PayoutFile(number="PF20261215-001", pay_on=NOW.date(), count=1, total=1, created_name="정", **facts)
    session.add_all([account, file])
    session.flush()
    session.add(
        Payout(
            payout_file_id=file.id or 0, position=1, report_id=report.id or 0, group_id=group,
            credit_account_id=account.id or 0, bank_code="090", account_number="3333", holder="홍",
            amount=report.payable, memo="정산", state=state.value,
        )
    )  # fmt: skip
