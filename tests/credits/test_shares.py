"""Shares add up to the pool to the won, whatever is shared among whom."""

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from models.credits import shares
from models.credits.rules import MILLION, IssueMode, Source
from models.credits.run_rules import PoolUnshared
from models.credits.shares import Line, MonthInput

QUICK = settings(max_examples=200, deadline=None)
POOLS = st.integers(0, 10**13)
WEIGHTS = st.dictionaries(st.integers(1, 10**9), st.integers(0, 10**18), min_size=1, max_size=60).filter(
    lambda found: any(found.values())
)
SUPPLIES = st.integers(-(10**12), 10**12)
MODES = st.sampled_from(list(IssueMode))


def _line(supply: int, medium: int = 1) -> Line:
    return Line(medium, 1, Source.CORRECTION, "19년 02월 상생 정산", supply)


@given(pool=POOLS, weights=WEIGHTS)
@example(pool=1, weights={1: 1, 2: 1, 3: 1})
@example(pool=0, weights={1: 7})
@example(pool=10**13, weights={1: 10**18, 2: 1})
@QUICK
def test_the_shares_are_the_pool_to_the_won(pool: int, weights: dict[int, int]) -> None:
    parts = shares.share_pool(pool, weights)
    whole = sum(weights.values())
    assert sum(parts.values()) == pool
    assert set(parts) == set(weights)
    for medium, part in parts.items():
        assert abs(part * whole - pool * weights[medium]) < whole


@given(pool=POOLS, weights=WEIGHTS, factor=st.integers(1, 1000))
@QUICK
def test_only_the_ratio_of_weights_counts_and_their_order_does_not(
    pool: int, weights: dict[int, int], factor: int
) -> None:
    scaled = {medium: weight * factor for medium, weight in reversed(weights.items())}
    assert shares.share_pool(pool, scaled) == shares.share_pool(pool, weights)


@given(pool=POOLS, count=st.integers(1, 2000))
@QUICK
def test_equal_weights_differ_by_a_won_at_most_and_the_lower_id_has_it(pool: int, count: int) -> None:
    parts = shares.share_pool(pool, dict.fromkeys(range(1, count + 1), 5))
    assert sum(parts.values()) == pool
    assert max(parts.values()) - min(parts.values()) <= 1
    assert list(parts.values()) == sorted(parts.values(), reverse=True)


def test_money_without_anybody_to_share_it_is_refused() -> None:
    with pytest.raises(PoolUnshared):
        shares.share_pool(1, {1: 0, 2: 0})
    with pytest.raises(PoolUnshared):
        shares.share_pool(1, {})
    assert shares.share_pool(0, {1: 0}) == {1: 0}
    with pytest.raises(ValueError, match="negative"):
        shares.share_pool(1, {1: 2, 2: -1})


@given(supplies=st.lists(SUPPLIES, max_size=40), mode=MODES)
@QUICK
def test_a_groups_sums_are_its_lines_added(supplies: list[int], mode: IssueMode) -> None:
    lines = [_line(supply) for supply in supplies]
    found, each = shares.sums(lines, mode), shares.taxed(lines, mode)
    assert found.supply == sum(supplies)
    assert (found.tax, found.total) == (sum(line.tax for line in each), sum(line.total for line in each))
    assert found.payable == found.total - found.withheld.income - found.withheld.local
    if mode is IssueMode.INDIVIDUAL:
        assert found.tax == 0
        assert found.withheld.income % 10 == found.withheld.local % 10 == 0
    else:
        assert found.withheld.total == 0


@given(supplies=st.lists(SUPPLIES, max_size=40))
@QUICK
def test_what_is_taken_back_whole_leaves_nothing(supplies: list[int]) -> None:
    lines = [_line(supply) for supply in supplies] + [_line(-supply) for supply in supplies]
    found = shares.sums(lines, IssueMode.REVERSE)
    assert (found.supply, found.tax, found.total) == (0, 0, 0)


@given(amount=SUPPLIES, rate=st.integers(0, 10 * MILLION))
@example(amount=999_999_999_999, rate=999_999)
@QUICK
def test_a_rate_of_revenue_is_cut_toward_zero_and_mirrored(amount: int, rate: int) -> None:
    part = shares.rated(amount, rate)
    assert shares.rated(-amount, rate) == -part
    assert abs(part) * MILLION <= abs(amount) * rate < (abs(part) + 1) * MILLION


@pytest.mark.parametrize(
    ("supply", "income", "local"),
    [
        (1_234_567, 37_030, 3_700),
        (999_999, 29_990, 2_990),
        (30_000, 900, 90),
        (333, 0, 0),
        (334, 10, 0),
        (3_334, 100, 10),
        (0, 0, 0),
        (-50_000, 0, 0),
    ],
)
def test_what_is_withheld_from_a_person(supply: int, income: int, local: int) -> None:
    held = shares.withhold(supply)
    assert (held.income, held.local) == (income, local)


def test_the_guides_report() -> None:
    lines = [_line(200_000, 1), _line(4_780_000, 2), _line(4_940_000, 3)]
    found = shares.sums(lines, IssueMode.REVERSE)
    assert (found.supply, found.tax, found.total) == (9_920_000, 992_000, 10_912_000)
    assert [line.total for line in shares.taxed(lines, IssueMode.REVERSE)] == [220_000, 5_258_000, 5_434_000]


@pytest.mark.parametrize(
    ("total", "minimum", "carried"),
    [(9_999, 10_000, True), (10_000, 10_000, False), (0, 0, True), (-1, 0, True), (1, 0, False)],
)
def test_what_is_carried_over(total: int, minimum: int, carried: bool) -> None:
    assert shares.is_carried(total, minimum) is carried


@pytest.mark.parametrize(
    ("total", "before", "found"),
    [
        (150, 100, ("more",)),
        (149, 100, ()),
        (50, 100, ("less",)),
        (51, 100, ()),
        (100, None, ("new",)),
        (-1, 100, ("negative", "less")),
        (5, 0, ()),
        (100, -100, ("more",)),
    ],
)
def test_outliers(total: int, before: int | None, found: tuple[str, ...]) -> None:
    assert shares.outliers(total, before, 50) == found


def test_a_month_of_pool_revenue_and_typed_lines() -> None:
    month = MonthInput(
        pools={1: 1_000},
        consumption={(1, 10): 1, (1, 11): 2, (1, 12): 5},
        revenue={(2, 10, "뉴스 제공"): 1_001, (2, 11, "뉴스 제공"): 500},
        rates={(1, 10): MILLION, (1, 11): MILLION, (2, 10): 500_000},
        items={1: "상생 정산", 2: "콘텐츠 제공"},
        others=(_line(-30, 10), _line(0, 11)),
    )
    found = {(line.medium_id, line.source): line.supply for line in shares.lines_of(month)}
    # 12 has no rate in the pool, 11 none for revenue; a line of zero is none.
    assert found == {
        (10, Source.POOL): 333,
        (11, Source.POOL): 667,
        (10, Source.REVENUE): 500,
        (10, Source.CORRECTION): -30,
    }
