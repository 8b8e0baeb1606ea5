from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.kernel import vat
from models.kernel.money import (
    AMOUNT_MAX,
    Money,
    format_minor,
    line_amount_floor,
    split,
    split_largest_remainder,
    split_last_takes_rest,
)

TOTALS = st.integers(-(10**12), 10**12)
WEIGHTS = st.lists(st.integers(0, 10**6), min_size=1, max_size=12).filter(any)
SPLITS = [split_largest_remainder, split_last_takes_rest]
QUICK = settings(max_examples=60, deadline=None)


@pytest.mark.parametrize("rule", SPLITS)
@given(total=TOTALS, weights=WEIGHTS)
@QUICK
def test_parts_always_add_up_and_a_minus_mirrors_its_plus(
    rule: Callable[[int, list[int]], tuple[int, ...]], total: int, weights: list[int]
) -> None:
    parts = rule(total, weights)
    assert sum(parts) == total
    assert len(parts) == len(weights)
    assert rule(-total, weights) == tuple(-part for part in parts)


@given(total=TOTALS, weights=WEIGHTS)
@QUICK
def test_no_share_is_a_whole_unit_away_from_its_due(total: int, weights: list[int]) -> None:
    whole = sum(weights)
    for part, weight in zip(split_largest_remainder(total, weights), weights, strict=True):
        assert abs(part * whole - total * weight) < whole


def test_the_manuals_instalments_leave_the_rest_to_the_last() -> None:
    assert split_last_takes_rest(50_000, [1, 1, 1]) == (16_666, 16_666, 16_668)
    assert split_largest_remainder(50_000, [1, 1, 1]) == (16_667, 16_667, 16_666)
    assert split is split_largest_remainder


def test_a_share_of_nothing_gets_nothing() -> None:
    assert split_largest_remainder(10, [1, 0, 2]) == (3, 0, 7)


@pytest.mark.parametrize("rule", SPLITS)
@pytest.mark.parametrize("weights", [[], [0, 0], [2, -1]])
def test_weights_that_mean_nothing_are_refused(
    rule: Callable[[int, list[int]], tuple[int, ...]], weights: list[int]
) -> None:
    with pytest.raises(ValueError, match="weights"):
        rule(100, weights)


def test_amounts_of_different_currencies_never_mix() -> None:
    won, dollars = Money(100), Money(100, "USD")
    for mixing in (
        lambda: won + dollars,
        lambda: won - dollars,
        lambda: won < dollars,
        lambda: won <= dollars,
    ):
        with pytest.raises(ValueError, match="do not mix"):
            mixing()
    assert won != dollars


def test_money_adds_negates_compares_and_reads() -> None:
    assert Money(1_000) + Money(200) - Money(300) == Money(900)
    assert -Money(5, "USD") == Money(-5, "USD")
    assert Money(1) < Money(2) <= Money(2)
    assert str(Money(-123_456, "USD")) == "-1,234.56"
    assert format_minor(1_200_000) == "1,200,000"


def test_money_has_a_known_currency_and_a_limit() -> None:
    with pytest.raises(ValueError, match="unknown currency"):
        Money(1, "XXX")
    with pytest.raises(ValueError, match="out of range"):
        Money(AMOUNT_MAX + 1)


def test_a_line_is_cut_toward_zero() -> None:
    assert line_amount_floor(2_500, 333) == 832
    assert line_amount_floor(-2_500, 333) == -832


@pytest.mark.parametrize("rule", [vat.vat_floor, vat.vat_ceiling, vat.vat_half_up, vat.vat_zero])
@given(supply=TOTALS)
@QUICK
def test_tax_of_a_minus_mirrors_and_stays_within_a_unit(rule: Callable[[int], int], supply: int) -> None:
    tax = rule(supply)
    assert rule(-supply) == -tax
    assert rule is vat.vat_zero or abs(tax * 10 - supply) < 10


@pytest.mark.parametrize(
    ("supply", "cut", "half_up", "up"),
    [(0, 0, 0, 0), (4, 0, 0, 1), (5, 0, 1, 1), (9, 0, 1, 1), (10, 1, 1, 1), (16_666, 1_666, 1_667, 1_667)],
)
def test_each_rounding_does_what_its_name_says(supply: int, cut: int, half_up: int, up: int) -> None:
    assert (vat.vat_floor(supply), vat.vat_half_up(supply), vat.vat_ceiling(supply)) == (cut, half_up, up)


@given(supplies=st.lists(TOTALS, max_size=30))
@QUICK
def test_the_invoice_is_the_sum_of_its_lines(supplies: list[int]) -> None:
    lines = vat.taxed_lines(supplies)
    whole = vat.taxed_sum(lines)
    assert whole.supply == sum(supplies)
    assert whole.total == sum(line.total for line in lines)
    assert vat.taxed_sum(-line for line in lines) == -whole


def test_the_order_sheet_of_the_manual_shows_tax_included() -> None:
    assert vat.taxed_sum(vat.taxed_lines([300_000, 200_000])).total == 550_000


@given(total=TOTALS)
@QUICK
def test_a_sum_with_tax_gives_its_supply_back(total: int) -> None:
    supply = vat.supply_of_total_ceiling(total)
    unreachable = abs(total) % 11 == 10
    assert total - supply == vat.vat_floor(supply) - (0 if not unreachable else 1 if total > 0 else -1)
