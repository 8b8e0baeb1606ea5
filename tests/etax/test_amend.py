"""Six reasons: how many documents, which day, which sums; amounts are mirrored to the won."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.etax.amend import DATED, DOCUMENTS, amended
from models.etax.build import build
from models.etax.codes import Amendment, PaymentMeans, Trade
from models.etax.document import Invoice, Line, Payment
from models.etax.faults import NotAmendable
from models.etax.parse import parse
from models.etax.validate import Stage, violations
from tests.etax import papers

ORIGINAL = papers.issued()
LATER = dt.date(2026, 12, 7)
CHEAPER = (Line(position=7, name="단가 인하", amount=-100_000, tax=-10_000),)
ONE_BACK = (replace(papers.LINES[1], quantity=Decimal(1), amount=22_222, tax=2_222),)
CORRECTED = replace(ORIGINAL, supplier=replace(papers.SUPPLIER, representative="김나온"))
MADE: dict[Amendment, Callable[[Invoice], tuple[Invoice, ...]]] = {
    Amendment.CORRECTION: lambda original: amended(
        original, Amendment.CORRECTION, corrected=replace(original, remarks=("고침",))
    ),
    Amendment.PRICE_CHANGE: lambda original: amended(
        original, Amendment.PRICE_CHANGE, happened_on=LATER, lines=CHEAPER
    ),
    Amendment.RETURN: lambda original: amended(original, Amendment.RETURN, happened_on=LATER, lines=ONE_BACK),
    Amendment.CANCELLATION: lambda original: amended(original, Amendment.CANCELLATION, happened_on=LATER),
    Amendment.LETTER_OF_CREDIT: lambda original: amended(original, Amendment.LETTER_OF_CREDIT, happened_on=LATER),
    Amendment.DUPLICATE: lambda original: amended(original, Amendment.DUPLICATE),
}


@pytest.mark.parametrize("reason", Amendment)
def test_each_reason_makes_right_documents_that_name_the_original(reason: Amendment) -> None:
    documents = MADE[reason](ORIGINAL)
    assert len(documents) == DOCUMENTS[reason]
    for each in documents:
        assert violations(each, Stage.DRAFT) == []
        assert parse(build(each)) == each
        assert (each.type_code[:2], each.amendment) == ("02", reason)
        assert each.original_issue_id == ORIGINAL.issue_id
        assert (each.issue_id, each.issued_at) == (None, None)
        assert each.written_on == (LATER if reason in DATED else ORIGINAL.written_on)
        assert each.charge_total + each.tax_total == each.grand_total


@pytest.mark.parametrize("reason", Amendment)
def test_the_remark_tells_the_day_the_document_does_not(reason: Amendment) -> None:
    first = MADE[reason](ORIGINAL)[0].remarks[0]
    if reason in DATED:
        assert first == "당초 작성일자 2026-11-20"
    elif reason is Amendment.LETTER_OF_CREDIT:
        assert first == "내국신용장 개설일 2026-12-07"
    else:
        assert first == ORIGINAL.remarks[0]


def test_a_correction_takes_the_whole_back_and_gives_the_right_one() -> None:
    minus, plus = amended(ORIGINAL, Amendment.CORRECTION, corrected=CORRECTED)
    assert (minus.charge_total, minus.tax_total, minus.grand_total) == (-1_033_344, -103_333, -1_136_677)
    assert minus.supplier.representative == "김가온"
    assert plus.supplier.representative == "김나온"
    assert (plus.grand_total, plus.lines) == (ORIGINAL.grand_total, ORIGINAL.lines)


def test_a_correction_of_the_rate_changes_the_trade() -> None:
    zero_rated = replace(papers.issued(papers.ZERO_RATED), remarks=ORIGINAL.remarks)
    minus, plus = amended(ORIGINAL, Amendment.CORRECTION, corrected=zero_rated)
    assert (minus.type_code, plus.type_code) == ("0201", "0202")
    assert violations(plus, Stage.DRAFT) == []


@pytest.mark.parametrize("reason", [Amendment.CANCELLATION, Amendment.DUPLICATE])
def test_the_whole_is_turned_line_by_line(reason: Amendment) -> None:
    (minus,) = MADE[reason](ORIGINAL)
    assert [(line.amount, line.tax) for line in minus.lines] == [(-line.amount, -line.tax) for line in ORIGINAL.lines]
    assert minus.lines[0].quantity == Decimal(-5)
    assert minus.lines[0].unit_price == Decimal("200000.50")
    assert [each.amount for each in minus.payments] == [-136_677, -1_000_000]
    assert minus.grand_total == -ORIGINAL.grand_total


def test_a_price_change_is_the_difference_alone_up_or_down() -> None:
    (less,) = MADE[Amendment.PRICE_CHANGE](ORIGINAL)
    assert (less.charge_total, less.tax_total, less.grand_total) == (-100_000, -10_000, -110_000)
    assert [line.position for line in less.lines] == [1]
    (more,) = amended(
        ORIGINAL,
        Amendment.PRICE_CHANGE,
        happened_on=LATER,
        lines=(Line(1, 50_000, 5_000), Line(1, 1_000, 100)),
    )
    assert (more.grand_total, [line.position for line in more.lines]) == (56_100, [1, 2])


def test_what_came_back_is_negative() -> None:
    (back,) = MADE[Amendment.RETURN](ORIGINAL)
    assert (back.charge_total, back.tax_total) == (-22_222, -2_222)
    assert back.lines[0].quantity == -1


def test_a_letter_of_credit_turns_taxed_into_zero_rated() -> None:
    taxed, zero_rated = MADE[Amendment.LETTER_OF_CREDIT](ORIGINAL)
    assert (taxed.type_code, taxed.grand_total) == ("0201", -1_136_677)
    assert (zero_rated.type_code, zero_rated.grand_total, zero_rated.tax_total) == ("0202", 1_033_344, 0)
    assert {line.tax for line in zero_rated.lines} == {0}
    consigned = papers.issued(papers.CONSIGNED)
    assert [each.type_code for each in MADE[Amendment.LETTER_OF_CREDIT](consigned)] == ["0203", "0205"]


def test_exempt_documents_are_amended_as_exempt_ones() -> None:
    (minus,) = amended(papers.issued(papers.EXEMPT), Amendment.CANCELLATION, happened_on=LATER)
    assert minus.type_code == "0401"
    assert violations(minus, Stage.DRAFT) == []


def test_an_amendment_can_be_amended() -> None:
    first = replace(papers.issued(papers.AMENDED), grand_total=ORIGINAL.grand_total)
    (minus,) = amended(first, Amendment.DUPLICATE)
    assert (minus.type_code, minus.original_issue_id) == ("0201", papers.NUMBER)
    assert violations(minus, Stage.DRAFT) == []


def test_one_means_of_payment_is_kept_several_cannot_be_guessed() -> None:
    one = replace(ORIGINAL, payments=(Payment(PaymentMeans.CREDIT, ORIGINAL.grand_total),))
    assert MADE[Amendment.PRICE_CHANGE](one)[0].payments == (Payment(PaymentMeans.CREDIT, -110_000),)
    assert MADE[Amendment.PRICE_CHANGE](ORIGINAL)[0].payments == ()


def test_there_are_never_more_than_three_remarks() -> None:
    full = replace(ORIGINAL, remarks=("하나", "둘", "셋"))
    assert MADE[Amendment.CANCELLATION](full)[0].remarks == ("당초 작성일자 2026-11-20", "하나", "둘")


REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "a draft": ("original_not_issued", lambda: amended(papers.DRAFT, Amendment.DUPLICATE)),
    "no day": ("original_date_needed", lambda: amended(ORIGINAL, Amendment.CANCELLATION)),
    "a day before": (
        "before_original",
        lambda: amended(ORIGINAL, Amendment.CANCELLATION, happened_on=papers.WRITTEN - dt.timedelta(days=1)),
    ),
    "no lines": ("change_needed", lambda: amended(ORIGINAL, Amendment.PRICE_CHANGE, happened_on=LATER)),
    "lines of nothing": (
        "change_needed",
        lambda: amended(ORIGINAL, Amendment.PRICE_CHANGE, happened_on=LATER, lines=(Line(1, 0, 0),)),
    ),
    "more back than came": (
        "returned_too_much",
        lambda: amended(ORIGINAL, Amendment.RETURN, happened_on=LATER, lines=(Line(1, 1_033_345, 0),)),
    ),
    "more tax back": (
        "returned_too_much",
        lambda: amended(ORIGINAL, Amendment.RETURN, happened_on=LATER, lines=(Line(1, 1, 103_334),)),
    ),
    "less than nothing back": (
        "returned_too_much",
        lambda: amended(ORIGINAL, Amendment.RETURN, happened_on=LATER, lines=(Line(1, -1, 0),)),
    ),
    "no correction": ("correction_needed", lambda: amended(ORIGINAL, Amendment.CORRECTION)),
    "the same again": (
        "correction_unchanged",
        lambda: amended(ORIGINAL, Amendment.CORRECTION, corrected=ORIGINAL),
    ),
    "another day": (
        "correction_written_on",
        lambda: amended(ORIGINAL, Amendment.CORRECTION, corrected=replace(CORRECTED, written_on=LATER)),
    ),
    "a letter of credit too late": (
        "letter_of_credit_late",
        lambda: amended(ORIGINAL, Amendment.LETTER_OF_CREDIT, happened_on=dt.date(2027, 1, 26)),
    ),
    "a letter of credit for what is zero-rated": (
        "letter_of_credit_taxed_only",
        lambda: MADE[Amendment.LETTER_OF_CREDIT](papers.issued(papers.ZERO_RATED)),
    ),
    "a letter of credit for what is exempt": (
        "letter_of_credit_taxed_only",
        lambda: MADE[Amendment.LETTER_OF_CREDIT](papers.issued(papers.EXEMPT)),
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_go_together_is_refused_with_its_sentence(case: str) -> None:
    code, act = REFUSED[case]
    with pytest.raises(NotAmendable) as caught:
        act()
    assert caught.value.code == code
    assert caught.value.sentence


_AMOUNTS = st.lists(st.tuples(st.integers(10, 10**12), st.integers(0, 9)), min_size=1, max_size=9)


@given(_AMOUNTS, st.sampled_from(Amendment), st.sampled_from([Trade.GENERAL, Trade.CONSIGNED]))
@settings(max_examples=100, deadline=None)
def test_whatever_was_issued_amending_adds_up(amounts: list[tuple[int, int]], reason: Amendment, trade: Trade) -> None:
    """Taxes that were rounded in any way come back to the won: they are never worked out again."""
    lines = tuple(
        Line(position=n, amount=amount, tax=amount // 10 + odd) for n, (amount, odd) in enumerate(amounts, start=1)
    )
    charge, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    original = replace(
        ORIGINAL,
        type_code=f"01{trade}",
        broker=papers.BROKER if trade.consigned else None,
        lines=lines,
        charge_total=charge,
        tax_total=tax,
        grand_total=charge + tax,
        payments=(),
    )
    back = replace(lines[0], amount=lines[0].amount // 2, tax=lines[0].tax // 2)
    documents = amended(
        original,
        reason,
        happened_on=LATER,
        lines=(back,),
        corrected=replace(original, remarks=("고침",)),
    )
    assert all(violations(each, Stage.DRAFT) == [] for each in documents)
    left = charge + tax + sum(each.grand_total for each in documents)
    half = back.amount + back.tax
    assert (
        left
        == {
            Amendment.CORRECTION: charge + tax,
            Amendment.PRICE_CHANGE: charge + tax + half,
            Amendment.RETURN: charge + tax - half,
            Amendment.CANCELLATION: 0,
            Amendment.LETTER_OF_CREDIT: charge,
            Amendment.DUPLICATE: 0,
        }[reason]
    )
