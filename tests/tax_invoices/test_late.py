"""What an invoice past its legal day says on its page: which day it was, and what being late costs."""

import datetime as dt
from typing import Any

import pytest

from models import clock
from models.tax_invoices.tables import TaxInvoice
from web.tax_invoices.pages import problems

NOW = dt.datetime(2026, 12, 11, 3, tzinfo=dt.UTC)


def invoice(status: str, type_code: str = "0101", **more: Any) -> TaxInvoice:
    days: dict[str, Any] = {
        "written_on": dt.date(2026, 11, 20),
        "issue_by": dt.date(2026, 12, 10),
        "type_code": type_code,
    }
    return TaxInvoice(**days | {"status": status, "turn": "system"} | more)


def said(row: TaxInvoice, now: dt.datetime = NOW) -> str:
    with clock.set_to(now):
        return " ".join(words for _, words in problems(row))


@pytest.mark.parametrize("status", ["drafting", "filing", "requested", "cancelling_request"])
def test_the_day_of_issuing_is_over(status: str) -> None:
    words = said(invoice(status))
    assert "발급기한 2026.12.10이 지났습니다." in words
    assert "2027.01.25까지 발급하면 공급가액의 1%(지연발급), 그 뒤로는 2%(미발급)" in words


def test_a_day_before_it_says_nothing() -> None:
    assert said(invoice("requested"), NOW - dt.timedelta(days=1)) == ""


def test_an_exempt_ones_rates_are_not_those_of_the_tax() -> None:
    words = said(invoice("requested", "0301"))
    assert "발급기한 2026.12.10이 지났습니다." in words
    assert "%" not in words


@pytest.mark.parametrize("status", ["issued", "cancelling_issue", "nts_waiting", "nts_sending", "nts_failed"])
def test_the_day_of_sending_is_over(status: str) -> None:
    words = said(invoice(status, transmit_by=dt.date(2026, 12, 10)))
    assert "전송기한 2026.12.10이 지났습니다." in words
    assert "0.3%(지연전송)" in words
    assert "0.5%(미전송)" in words
    assert "발급기한" not in words


@pytest.mark.parametrize(
    "row",
    [
        invoice("nts_accepted", transmit_by=dt.date(2026, 12, 1)),
        invoice("request_cancelled"),
        invoice("requested", "0201", amendment_reason="01"),
    ],
)
def test_what_is_done_or_amends_a_mistake_says_nothing(row: TaxInvoice) -> None:
    assert "기한" not in said(row)
