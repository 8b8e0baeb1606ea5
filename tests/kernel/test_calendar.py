import datetime as dt

import holidays
import pytest

from models.kernel import calendar

YEARS = range(2019, 2029)
HOLIDAYS = frozenset(holidays.country_holidays("KR", years=YEARS))
UTC = dt.UTC


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("month", "paid"),
    [
        ("2019-04", 15),
        ("2023-01", 16),
        ("2024-05", 16),
        ("2024-09", 19),
        ("2025-08", 18),
        ("2026-02", 19),
        ("2026-08", 18),
        ("2027-05", 17),
        ("2027-08", 17),
    ],
)
def test_payout_is_on_the_15th_or_the_next_business_day(month: str, paid: int) -> None:
    assert calendar.payment_day(day(f"{month}-01"), HOLIDAYS) == day(f"{month}-{paid}")


@pytest.mark.parametrize(
    ("supplied", "by"), [("2025-04", "2025-05-12"), ("2025-09", "2025-10-10"), ("2024-01", "2024-02-13")]
)
def test_an_invoice_is_issued_by_the_10th_of_the_next_month(supplied: str, by: str) -> None:
    assert calendar.issue_by(day(f"{supplied}-30" if supplied != "2024-01" else "2024-01-31"), HOLIDAYS) == day(by)


def test_december_supplies_are_invoiced_in_january() -> None:
    assert calendar.issue_by(day("2025-12-31"), HOLIDAYS) == day("2026-01-12")


def test_business_days_skip_weekends_and_the_lunar_new_year() -> None:
    assert calendar.add_business_days(day("2026-02-13"), 1, HOLIDAYS) == day("2026-02-19")
    assert calendar.add_business_days(day("2026-02-13"), 0, HOLIDAYS) == day("2026-02-13")
    assert calendar.add_business_days(day("2026-02-14"), 0, HOLIDAYS) == day("2026-02-19")
    assert calendar.business_day_on_or_before(day("2026-02-18"), HOLIDAYS) == day("2026-02-13")


def test_counting_business_days_is_adding_them_backwards() -> None:
    start = day("2026-02-10")
    for days in range(15):
        end = calendar.add_business_days(start, days, HOLIDAYS)
        assert calendar.business_days_between(start, end, HOLIDAYS) == days
        assert calendar.business_days_between(end, start, HOLIDAYS) == -days


def test_days_do_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="negative"):
        calendar.add_business_days(day("2026-02-10"), -1, HOLIDAYS)


def test_a_deadline_is_six_in_the_evening_in_seoul() -> None:
    sent = dt.datetime(2026, 2, 10, 1, 0, tzinfo=UTC)
    assert calendar.business_deadline(sent, 2, HOLIDAYS) == dt.datetime(2026, 2, 12, 9, 0, tzinfo=UTC)


def test_the_day_of_an_instant_is_seouls() -> None:
    late = dt.datetime(2026, 2, 12, 15, 30, tzinfo=UTC)
    assert calendar.local_date(late) == day("2026-02-13")
    assert calendar.business_deadline(late, 1, HOLIDAYS, hour=9) == dt.datetime(2026, 2, 19, 0, 0, tzinfo=UTC)


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        calendar.local_date(dt.datetime(2026, 2, 12))  # noqa: DTZ001 - the mistake under test


def test_a_calendar_of_holidays_only_is_refused_not_searched_for_ever() -> None:
    closed = frozenset(day("2026-01-01") + dt.timedelta(days=n) for n in range(400))
    with pytest.raises(ValueError, match="no business day"):
        calendar.business_day_on_or_after(day("2026-03-01"), closed)
    with pytest.raises(ValueError, match="no business day"):
        calendar.business_day_on_or_before(day("2026-12-01"), closed)


def test_the_next_payout_day_may_be_next_month() -> None:
    assert calendar.payment_day_on_or_after(day("2026-02-19"), HOLIDAYS) == day("2026-02-19")
    assert calendar.payment_day_on_or_after(day("2026-02-20"), HOLIDAYS) == day("2026-03-16")
    assert calendar.payment_day_on_or_after(day("2025-12-16"), HOLIDAYS) == day("2026-01-15")


def test_months_turn_over_the_year() -> None:
    assert calendar.first_of_next_month(day("2025-12-31")) == day("2026-01-01")
    assert calendar.first_of_next_month(day("2025-11-30"), 14) == day("2027-01-01")
    assert calendar.transmit_by(day("2025-12-31")) == day("2026-01-01")
