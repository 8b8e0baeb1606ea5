"""Legal days, holidays as a set."""

import datetime as dt

import pytest

from models.etax.codes import Amendment
from models.etax.deadlines import (
    amended_issue_by,
    issue_by,
    letter_of_credit_in_time,
    period_end,
    return_by,
    transmit_by,
)

HOLIDAYS = frozenset({dt.date(2027, 1, 1), dt.date(2026, 12, 25), dt.date(2026, 9, 10)})


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("written", "last"),
    [
        ("2026-11-01", "2026-12-10"),
        ("2026-11-30", "2026-12-10"),
        ("2026-12-31", "2027-01-11"),  # the 10th is a Sunday
        ("2026-09-15", "2026-10-12"),  # a Saturday
        ("2026-08-15", "2026-09-11"),  # a holiday
    ],
)
def test_issue_by_the_tenth_of_the_next_month_or_the_next_business_day(written: str, last: str) -> None:
    assert issue_by(_day(written), HOLIDAYS) == _day(last)


def test_transmit_by_the_day_after_even_when_it_is_a_holiday() -> None:
    assert transmit_by(_day("2026-12-24")) == _day("2026-12-25")


@pytest.mark.parametrize(
    ("day", "end", "return_day"),
    [
        ("2026-01-01", "2026-06-30", "2026-07-27"),  # the 25th is a Saturday
        ("2026-06-30", "2026-06-30", "2026-07-27"),
        ("2026-07-01", "2026-12-31", "2027-01-25"),
        ("2026-12-31", "2026-12-31", "2027-01-25"),
    ],
)
def test_halves_of_the_year_and_their_returns(day: str, end: str, return_day: str) -> None:
    assert period_end(_day(day)) == _day(end)
    assert return_by(_day(day), HOLIDAYS) == _day(return_day)


@pytest.mark.parametrize(
    ("supplied", "opened", "in_time"),
    [
        ("2026-11-20", "2026-12-31", True),
        ("2026-11-20", "2027-01-25", True),
        ("2026-11-20", "2027-01-26", False),
        ("2026-05-20", "2026-07-27", True),  # the 25th is a Saturday
        ("2026-05-20", "2026-07-28", False),
    ],
)
def test_a_letter_of_credit_counts_until_25_days_after_the_half_year(supplied: str, opened: str, in_time: bool) -> None:
    assert letter_of_credit_in_time(_day(supplied), _day(opened), HOLIDAYS) is in_time


@pytest.mark.parametrize(
    ("reason", "happened", "last"),
    [
        (Amendment.PRICE_CHANGE, "2026-12-07", "2027-01-11"),
        (Amendment.RETURN, "2027-01-15", "2027-02-10"),
        (Amendment.CANCELLATION, "2026-11-20", "2026-12-10"),
        (Amendment.LETTER_OF_CREDIT, "2026-11-25", "2026-12-10"),
        (Amendment.LETTER_OF_CREDIT, "2026-12-20", "2027-01-11"),
        (Amendment.LETTER_OF_CREDIT, "2027-01-20", "2027-01-25"),
        (Amendment.CORRECTION, "2026-12-07", "2026-12-07"),
        (Amendment.DUPLICATE, "2026-12-06", "2026-12-07"),  # found on a Sunday
    ],
)
def test_an_amendment_has_the_day_of_its_reason(reason: Amendment, happened: str, last: str) -> None:
    assert amended_issue_by(reason, _day("2026-11-20"), _day(happened), HOLIDAYS) == _day(last)
