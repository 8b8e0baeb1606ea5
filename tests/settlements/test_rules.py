"""The settlement's table and its calculators."""

import datetime as dt
import itertools

import holidays
import pytest

from models.kernel.refusals import ActNotPossible, NotYourTurn, Refusal
from models.kernel.roles import Role
from models.kernel.transitions import problems
from models.processes.kinds import Words
from models.settlements import rules
from models.settlements.rules import RULES, Status
from models.settlements.wording import PAYABLE, WORDS

HOLIDAYS = frozenset(holidays.country_holidays("KR", years=range(2019, 2029)))
EXPECTED = {
    ("drafting", "request_issue", Role.SETTLEMENT): "issue_requested",
    ("drafting", "cancel", Role.SETTLEMENT): "cancelled",
    ("issue_requested", "acknowledge", Role.PARTNER): "acknowledged",
    ("issue_requested", "cancel", Role.SETTLEMENT): "cancelled",
    ("acknowledged", "settle", Role.SETTLEMENT): "settled",
    ("acknowledged", "cancel", Role.SETTLEMENT): "cancelled",
    ("settled", "schedule_payment", Role.SYSTEM): "payment_due",
    ("payment_due", "pay", Role.SETTLEMENT): "paid",
    ("acknowledged", "settle_by_invoice", Role.SYSTEM): "settled",
    ("payment_due", "request_cancel", Role.SETTLEMENT): "cancel_requested",
    ("payment_due", "cancel_by_invoice", Role.SYSTEM): "cancelled",
    ("cancel_requested", "confirm_cancel", Role.PARTNER): "cancel_confirmed",
    ("cancel_requested", "withdraw_cancel", Role.SETTLEMENT): "payment_due",
    ("cancel_confirmed", "finish_cancel", Role.SETTLEMENT): "cancelled",
    ("cancel_confirmed", "withdraw_cancel", Role.SETTLEMENT): "payment_due",
    ("cancel_confirmed", "cancel_by_invoice", Role.SYSTEM): "cancelled",
}


def test_the_table_is_sound() -> None:
    assert problems(RULES) == []


@pytest.mark.parametrize(("status", "act", "role"), [*itertools.product(Status, RULES.acts, Role)])
def test_every_status_act_and_role(status: str, act: str, role: Role) -> None:
    expected = EXPECTED.get((status, act, role))
    if expected is not None:
        assert RULES.next_status(status, act, [role]) == (expected,)
        return
    with pytest.raises((ActNotPossible, NotYourTurn)):
        RULES.next_status(status, act, [role])


def test_every_word_is_there() -> None:
    words: Words = WORDS
    for status in Status:
        assert all(status in table for table in (words.status, words.tone, words.step, words.hint, PAYABLE))
    for act in RULES.acts:
        assert act in words.event
    for act in set(RULES.acts) - {rules.SCHEDULE_PAYMENT, rules.SETTLE_BY_INVOICE, rules.CANCEL_BY_INVOICE}:
        assert act in words.act
        assert act in words.done
    own = [kind for kind in vars(rules).values() if isinstance(kind, type) and issubclass(kind, Refusal)]
    assert {kind.code for kind in own if kind is not Refusal} == set(words.sentences)


def test_vat_is_cut_per_line_and_added() -> None:
    sums = rules.sums([16_666, 9_999, 55, 9])
    assert [line.tax for line in sums.lines] == [1_666, 999, 5, 0]
    assert (sums.sum.supply, sums.sum.tax, sums.sum.total) == (26_729, 2_670, 29_399)


@pytest.mark.parametrize(
    ("issued", "paid"),
    [
        ("2019-03-29", "2019-04-15"),
        ("2022-12-30", "2023-01-16"),
        ("2024-04-01", "2024-05-16"),
        ("2024-08-31", "2024-09-19"),
        ("2025-07-10", "2025-08-18"),
        ("2026-01-31", "2026-02-19"),
        ("2026-07-01", "2026-08-18"),
        ("2027-04-30", "2027-05-17"),
        ("2027-07-15", "2027-08-17"),
    ],
)
def test_payment_is_on_the_15th_of_the_next_month_or_the_next_business_day(issued: str, paid: str) -> None:
    assert rules.payment_due(dt.date.fromisoformat(issued), HOLIDAYS) == dt.date.fromisoformat(paid)


@pytest.mark.parametrize("typed", ["", None, "2026", "1" * 23, "1" * 25, "A" + "1" * 23, "１" * 24, "1" * 23 + "-"])
def test_a_tax_invoice_needs_its_whole_number(typed: str | None) -> None:
    with pytest.raises(rules.EvidenceNumberWrong):
        rules.check_evidence_number("tax_invoice_auto", typed)


def test_the_serial_of_an_approval_number_may_hold_letters() -> None:
    assert rules.check_evidence_number("tax_invoice_auto", "2011021041000001900049c0") == "2011021041000001900049c0"


def test_what_comes_by_itself_is_put_in_by_hand_with_a_reason() -> None:
    rules.check_by_hand("tax_invoice_manual", None)
    rules.check_by_hand("receipt", "")
    rules.check_by_hand("tax_invoice_auto", "공급사가 다른 중계사이트에서 발행")
    for nothing in (None, "", "  "):
        with pytest.raises(rules.ByHandReasonRequired):
            rules.check_by_hand("tax_invoice_auto", nothing)


def test_a_minus_invoice_is_not_older_than_the_invoice() -> None:
    issued, today = dt.date(2026, 2, 9), dt.date(2026, 3, 2)
    rules.check_minus_on(issued, issued, today)
    rules.check_minus_on(today, None, today)
    with pytest.raises(rules.MinusBeforeInvoice):
        rules.check_minus_on(dt.date(2026, 2, 8), issued, today)
    with pytest.raises(rules.EvidenceInFuture):
        rules.check_minus_on(dt.date(2026, 3, 3), issued, today)


def test_hyphens_and_spaces_do_not_count() -> None:
    typed = "20260210-12345678 9012-3456"
    assert rules.check_evidence_number("tax_invoice_manual", typed) == "202602101234567890123456"


def test_a_receipt_may_have_any_number_or_none() -> None:
    assert rules.check_evidence_number("receipt", " ") is None
    assert rules.check_evidence_number("receipt", "R-1") == "R1"


def test_an_early_payment_needs_its_reason() -> None:
    today, due = dt.date(2026, 2, 20), dt.date(2026, 2, 19)
    rules.check_payment(due, today, due, None)
    rules.check_payment(dt.date(2026, 2, 13), today, due, "설 연휴 전 지급")
    with pytest.raises(rules.EarlyReasonRequired):
        rules.check_payment(dt.date(2026, 2, 18), today, due, " ")
    with pytest.raises(rules.PaidInFuture):
        rules.check_payment(dt.date(2026, 2, 21), today, due, None)


def test_a_settlement_stays_within_its_order() -> None:
    rules.check_within_order(110, 55, 55)
    with pytest.raises(rules.OverOrder) as refused:
        rules.check_within_order(110, 60, 55)
    assert refused.value.detail == {"left": 50, "asked": 55}
