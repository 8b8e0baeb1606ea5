"""The report's table holds in every status, for every act and role; when it rings, by pure dates."""

import datetime as dt
import itertools

import pytest
from pydantic import ValidationError

from models.credits.kind import CREDIT_REPORT
from models.credits.messages import RegisterInvoice
from models.credits.report_alarms import FAILED_DAYS, LATE_WEEKS, failed_alarms, sign_alarms
from models.credits.report_rules import FIRST, RULES, STEPS, Status, step_index
from models.credits.report_wording import STEP
from models.credits.rules import IssueMode
from models.kernel.calendar import at_hour, is_business_day, local_date
from models.kernel.refusals import ActNotPossible, NotYourTurn
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.processes.timeline import is_back

HOLIDAYS = frozenset({dt.date(2027, 3, 1), dt.date(2027, 3, 9)})
SINCE = at_hour(dt.date(2027, 2, 19), 10)
TENTH = dt.date(2027, 3, 10)


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []
    assert set(FIRST.values()) == {RULES.initial, *RULES.entries}


@pytest.mark.parametrize(("status", "act"), list(itertools.product(Status, RULES.acts)))
def test_every_act_is_open_to_its_roles_in_its_statuses_only(status: Status, act: str) -> None:
    moves = [move for move in RULES.moves if (move.status, move.act) == (status, act)]
    for role in Role:
        if not moves:
            with pytest.raises(ActNotPossible):
                RULES.next_status(status, act, {role})
        elif role in moves[0].roles:
            assert RULES.next_status(status, act, {role}) == moves[0].to
        else:
            with pytest.raises(NotYourTurn):
                RULES.next_status(status, act, {role})


def test_money_leaves_by_the_house_alone() -> None:
    for move in RULES.moves:
        if Status.PAID in move.to or move.act in {"confirm_invoice", "hold", "release", "payment_failed"}:
            assert Role.MEDIA not in move.roles


def test_every_step_of_every_kind_has_its_words_and_a_held_report_keeps_its_place() -> None:
    for mode, steps in STEPS.items():
        assert [key for key, _ in steps] == list(STEP[mode])
    assert step_index(IssueMode.REVERSE, Status.HELD, Status.PAYING) == 2
    assert step_index(IssueMode.INDIVIDUAL, Status.PAID) == 1


def test_reminders_are_on_business_days_before_the_tenth_on_it_and_weekly_after() -> None:
    rings = sign_alarms(TENTH, SINCE, HOLIDAYS)
    days = [(ring.act, local_date(ring.at)) for ring in rings]
    assert days[:5] == [
        ("remind", dt.date(2027, 3, 4)),
        ("remind", dt.date(2027, 3, 5)),
        ("remind", dt.date(2027, 3, 8)),
        ("remind", TENTH),
        ("escalate", dt.date(2027, 3, 11)),
    ]
    assert days[5] == ("remind", dt.date(2027, 3, 18))
    assert len(days) == 5 + LATE_WEEKS
    assert all(is_business_day(day, HOLIDAYS) for _, day in days)


def test_what_is_published_after_the_tenth_rings_only_ahead() -> None:
    late = at_hour(dt.date(2027, 3, 20), 12)
    assert all(ring.at > late for ring in sign_alarms(TENTH, late, HOLIDAYS))


def test_a_failed_payment_rings_every_second_business_day_and_ends() -> None:
    days = [local_date(ring.at) for ring in failed_alarms(at_hour(dt.date(2027, 3, 5), 15), HOLIDAYS)]
    assert days[:2] == [dt.date(2027, 3, 10), dt.date(2027, 3, 12)]
    assert len(days) == FAILED_DAYS


def test_the_day_of_payment_itself_rings_for_nobody() -> None:
    assert Status.PAYING in CREDIT_REPORT.rings
    assert RULES.turn(Status.PAYING) is Role.SYSTEM


def test_an_invoice_of_its_own_is_no_step_back() -> None:
    ahead = RULES.planned_after(Status.INVOICE_WAITING)
    assert ahead == (Status.INVOICE_CHECKING, Status.PAYING, Status.PAID)
    assert not is_back(RULES, Status.INVOICE_WAITING, Status.INVOICE_CHECKING)
    assert is_back(RULES, Status.INVOICE_CHECKING, Status.INVOICE_WAITING)


@pytest.mark.parametrize("typed", ["20261122-41000019-00000001", " 202611224100001900000001 "])
def test_a_number_is_taken_as_people_write_it(typed: str) -> None:
    given = RegisterInvoice(approval_number=typed, written_on=dt.date(2026, 11, 22))
    assert given.approval_number == "202611224100001900000001"


def test_a_short_number_is_told_its_length() -> None:
    with pytest.raises(ValidationError, match="승인번호 24자리"):
        RegisterInvoice(approval_number="123", written_on=dt.date(2026, 11, 22))
