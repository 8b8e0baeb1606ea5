"""Months, deadlines and payment days: pure, by the calendar's vectors."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from freezegun import freeze_time
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from models import clock
from models.credits import rules
from models.credits.rules import NotAMonth
from models.kernel.calendar import is_business_day

HOLIDAYS = frozenset(country_holidays("KR", years=range(2018, 2029)))
MONTHS = st.dates(dt.date(2001, 1, 1), dt.date(2998, 12, 31)).map(rules.month_of)


def _month(text: str) -> dt.date:
    return rules.parse_month(text)


@pytest.mark.parametrize(
    ("settled", "paid"),
    [
        ("2019-02", dt.date(2019, 4, 15)),
        ("2022-11", dt.date(2023, 1, 16)),
        ("2024-03", dt.date(2024, 5, 16)),
        ("2024-07", dt.date(2024, 9, 19)),
        ("2025-06", dt.date(2025, 8, 18)),
        ("2025-12", dt.date(2026, 2, 19)),
        ("2026-06", dt.date(2026, 8, 18)),
        ("2027-03", dt.date(2027, 5, 17)),
        ("2027-06", dt.date(2027, 8, 17)),
    ],
)
def test_the_payment_day(settled: str, paid: dt.date) -> None:
    assert rules.pay_on(_month(settled), HOLIDAYS) == paid


@pytest.mark.parametrize(
    ("settled", "last"),
    [
        ("2025-03", dt.date(2025, 5, 12)),
        ("2025-08", dt.date(2025, 10, 10)),
        ("2023-12", dt.date(2024, 2, 13)),
        ("2019-02", dt.date(2019, 4, 10)),
    ],
)
def test_the_last_day_to_sign(settled: str, last: dt.date) -> None:
    assert rules.sign_by(_month(settled), HOLIDAYS) == last


@pytest.mark.parametrize(
    ("signed", "paid"),
    [
        (dt.date(2019, 3, 25), dt.date(2019, 4, 15)),
        (dt.date(2019, 4, 10), dt.date(2019, 4, 15)),
        (dt.date(2019, 4, 11), dt.date(2019, 5, 15)),
        (dt.date(2019, 4, 30), dt.date(2019, 5, 15)),
        (dt.date(2019, 5, 2), dt.date(2019, 6, 17)),
    ],
)
def test_who_signs_late_is_paid_a_month_later(signed: dt.date, paid: dt.date) -> None:
    assert rules.pay_on_when_signed(_month("2019-02"), signed, HOLIDAYS) == paid


def test_signed_late_in_december_is_paid_in_the_new_year() -> None:
    assert rules.pay_on_when_signed(_month("2025-10"), dt.date(2025, 12, 30), HOLIDAYS) == dt.date(2026, 1, 15)


@given(month=MONTHS)
def test_the_days_of_a_month_follow_each_other(month: dt.date) -> None:
    signed, paid = rules.sign_by(month, HOLIDAYS), rules.pay_on(month, HOLIDAYS)
    assert month < rules.month_after(month) < signed < paid
    assert is_business_day(signed, HOLIDAYS)
    assert is_business_day(paid, HOLIDAYS)
    assert rules.pay_on_when_signed(month, signed, HOLIDAYS) == paid
    assert rules.pay_on_when_signed(month, signed + dt.timedelta(days=1), HOLIDAYS) > paid


@given(month=MONTHS, steps=st.integers(-12, 12))
def test_months_later_and_earlier(month: dt.date, steps: int) -> None:
    later = rules.month_after(month, steps)
    assert later.day == 1
    assert rules.month_after(later, -steps) == month
    assert (later.year * 12 + later.month) - (month.year * 12 + month.month) == steps
    assert rules.parse_month(rules.month_key(month)) == month


@pytest.mark.parametrize("typed", ["2026-10", "2026.10", "2026/10", "202610", "2026년 10월", " 2026-10 ", "2026년10월"])
def test_a_month_as_people_type_it(typed: str) -> None:
    assert rules.parse_month(typed) == dt.date(2026, 10, 1)


@pytest.mark.parametrize("typed", ["", "2026", "2026-13", "2026-00", "10-2026", "1926-10", "2026-10-01", "٢٠٢٦-10"])
def test_what_is_no_month(typed: str) -> None:
    with pytest.raises(NotAMonth):
        rules.parse_month(typed)


@pytest.mark.parametrize(
    ("utc", "settled"),
    [
        ("2026-11-20T00:00:00Z", "2026-10"),
        ("2026-12-31T14:59:59Z", "2026-11"),
        ("2026-12-31T15:00:00Z", "2026-12"),
        ("2024-02-29T15:00:00Z", "2024-02"),
        ("2024-02-29T14:59:59Z", "2024-01"),
        ("2027-01-20T00:00:00Z", "2026-12"),
    ],
)
def test_the_run_settles_the_month_before_its_own_in_seoul(utc: str, settled: str) -> None:
    with freeze_time(utc):
        assert rules.settled_month(clock.now()) == _month(settled)


@pytest.mark.parametrize(
    ("utc", "zone", "settled"),
    [
        # Midnight of the first where the day begins before Seoul's, late on the 28th where it ends after it.
        ("2026-11-30T10:00:00Z", "Pacific/Kiritimati", "2026-11"),
        ("2026-03-01T07:00:00Z", "America/Los_Angeles", "2026-01"),
        ("2026-11-20T00:00:00Z", "Asia/Seoul", "2026-10"),
    ],
)
def test_the_month_is_the_one_before_the_day_the_policy_names(utc: str, zone: str, settled: str) -> None:
    assert rules.settled_month(dt.datetime.fromisoformat(utc), ZoneInfo(zone)) == _month(settled)


def test_a_new_invoice_is_written_in_the_month_after_and_never_in_the_future() -> None:
    month = _month("2026-01")
    assert rules.written_on_limits(month, dt.date(2026, 2, 20)) == (dt.date(2026, 2, 1), dt.date(2026, 2, 20))
    assert rules.written_on_limits(month, dt.date(2026, 3, 5)) == (dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert rules.default_written_on(month, dt.date(2026, 3, 5)) == dt.date(2026, 2, 28)
    assert rules.written_on_limits(_month("2024-01"), dt.date(2024, 3, 1))[1] == dt.date(2024, 2, 29)
    assert rules.default_written_on(_month("2025-12"), dt.date(2026, 1, 20)) == dt.date(2026, 1, 20)


def test_the_item_of_a_line() -> None:
    assert rules.item_of(_month("2019-02"), "상생 정산") == "19년 02월 상생 정산"
