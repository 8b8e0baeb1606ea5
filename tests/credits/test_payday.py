"""The officers' morning message: once a business day, of everything together, never of nothing."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.credits_payday import day_of, tell_of_credit_day
from models import clock
from models import database as house_database
from models.credits.rules import IssueMode
from models.kernel.calendar import at_hour
from models.notifications.tables import Notification
from tests.credits.report_world import World
from tests.engines import Database


@pytest.fixture
def world(database: Database) -> World:
    del database
    return World()


def morning(day: dt.date) -> int:
    with clock.set_to(at_hour(day, 9)):
        return tell_of_credit_day()


def lines() -> list[str]:
    with house_database.working() as session:
        rows = select(Notification).where(col(Notification.event) == "credit_day").order_by(col(Notification.id))
        return [row.body for row in session.execute(rows).scalars()]


def test_one_message_a_business_day_for_each_officer(world: World) -> None:
    world.published(IssueMode.INDIVIDUAL, [1_234_567])
    world.published()
    assert morning(dt.date(2026, 2, 23)) == 0
    assert morning(dt.date(2026, 3, 15)) == 0, "a Sunday"
    assert morning(dt.date(2026, 3, 16)) == 1
    assert morning(dt.date(2026, 3, 16)) == 1
    assert lines() == ["지급일이 된 정산 1건, 1,193,837원을 지급해 주세요.\n서명 기한이 지난 정산 1건이 있습니다."]


def test_what_failed_and_what_is_to_be_checked_is_counted(world: World) -> None:
    report = world.published(IssueMode.INDIVIDUAL, [100_000])
    world.press(world.officer, report, "payment_failed", reason="계좌 해지")
    forward = world.published(IssueMode.FORWARD)
    number = "202602204100007300000077"
    world.press(world.partner, forward, "register_invoice", approval_number=number, written_on=dt.date(2026, 2, 20))
    with house_database.working() as session:
        assert day_of(session, dt.date(2026, 2, 23)).words == [
            "지급하지 못한 정산 1건이 있습니다.",
            "확인할 세금계산서 1건이 있습니다.",
        ]
