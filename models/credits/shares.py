"""How a month's money is shared out, exact to the won. Pure; the run computes the same by SQL, page by page.

A pool is split by weight (consumption times rate) with the largest remainders, so its shares add up to it whatever the
weights are. Revenue is multiplied by its rate and cut toward zero, and so is the tax of every line: a negative line
mirrors the positive one. Sums are lines added, nothing is computed anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from models.credits.rules import MILLION, IssueMode, Source
from models.credits.run_rules import PoolUnshared
from models.kernel.money import split_largest_remainder
from models.kernel.vat import Taxed, taxed_lines, taxed_sum, vat_floor, vat_zero

INCOME_TAX_PERCENT = 3
"""사업소득 원천징수 (소득세법 129조 1항 3호)."""
LOCAL_TAX_PERCENT = 10
"""지방소득세, of the income tax."""
CUT = 10
"""Won: withheld taxes are cut to tens (국고금관리법 47조, 지방세기본법 59조)."""


@dataclass(frozen=True)
class Line:
    """What one medium earned by one business: 공급가액 in won, and what the line is called."""

    medium_id: int
    business_id: int
    source: Source
    item: str
    supply: int


@dataclass(frozen=True)
class Withheld:
    """What is kept back from a person, in won."""

    income: int
    local: int

    @property
    def total(self) -> int:
        return self.income + self.local


@dataclass(frozen=True)
class Sums:
    """A group's month: 공급가액, 세액, and what is withheld; won."""

    supply: int
    tax: int
    withheld: Withheld

    @property
    def total(self) -> int:
        return self.supply + self.tax

    @property
    def payable(self) -> int:
        """What reaches the account."""
        return self.total - self.withheld.total


@dataclass(frozen=True)
class MonthInput:
    """Everything a month is computed from, by business and medium. Amounts in won, rates in millionths."""

    pools: Mapping[int, int] = field(default_factory=dict)
    """business -> pool."""
    consumption: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """(business, medium) -> views."""
    revenue: Mapping[tuple[int, int, str], int] = field(default_factory=dict)
    """(business, medium, item) -> revenue."""
    rates: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """(business, medium) -> rate in force; what has none earns nothing."""
    items: Mapping[int, str] = field(default_factory=dict)
    """business -> what the line of its pool is called."""
    others: tuple[Line, ...] = ()
    """Manual lines, corrections and what was carried over."""


def share_pool(amount: int, weights: Mapping[int, int]) -> dict[int, int]:
    """A pool by medium. Of equal remainders the lower id has the won that is left.

    Raises PoolUnshared when money is there and no weight is, ValueError for a negative weight.
    """
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("weights must not be negative")
    if not any(weights.values()):
        if amount == 0:
            return dict.fromkeys(weights, 0)
        raise PoolUnshared
    media = sorted(weights)
    return dict(zip(media, split_largest_remainder(amount, [weights[medium] for medium in media]), strict=True))


def rated(amount: int, rate_millionths: int) -> int:
    """A share of revenue, what is below one won cut toward zero."""
    size = abs(amount) * rate_millionths // MILLION
    return -size if amount < 0 else size


def withhold(supply: int) -> Withheld:
    """3 % of what a person earned and 10 % of that, each cut to 10 won; nothing of nothing or less."""
    income = max(supply, 0) * INCOME_TAX_PERCENT // 100 // CUT * CUT
    return Withheld(income, income * LOCAL_TAX_PERCENT // 100 // CUT * CUT)


def taxed(lines: Iterable[Line], mode: IssueMode) -> tuple[Taxed, ...]:
    """공급가액 and 세액 of each line; of a person there is no tax."""
    rule = vat_zero if mode is IssueMode.INDIVIDUAL else vat_floor
    return taxed_lines((line.supply for line in lines), rule)


def sums(lines: Iterable[Line], mode: IssueMode) -> Sums:
    """What a group comes to in a month."""
    whole = taxed_sum(taxed(lines, mode))
    held = withhold(whole.supply) if mode is IssueMode.INDIVIDUAL else Withheld(0, 0)
    return Sums(whole.supply, whole.tax, held)


def is_carried(total: int, minimum: int) -> bool:
    """이월: nothing to pay, or less than the minimum; what is owed back is carried like what is too little."""
    return total < max(minimum, 1)


def outliers(total: int, before: int | None, percent: int) -> tuple[str, ...]:
    """Why an officer should look at a total beside the month before: keys of `wording.OUTLIER`."""
    found = ["negative"] if total < 0 else []
    if before is None:
        return (*found, "new")
    if before != 0:
        limit = abs(before) * percent
        found += ["more"] if (total - before) * 100 >= limit else []
        found += ["less"] if (before - total) * 100 >= limit else []
    return tuple(found)


def lines_of(month: MonthInput) -> tuple[Line, ...]:
    """Every line of a month, lines of zero left out. Raises PoolUnshared."""
    found = [*_pool_lines(month), *_revenue_lines(month), *month.others]
    return tuple(line for line in found if line.supply != 0)


def _pool_lines(month: MonthInput) -> Iterable[Line]:
    for business, amount in month.pools.items():
        weights = {
            medium: used * month.rates[business, medium]
            for (of, medium), used in month.consumption.items()
            if of == business and (business, medium) in month.rates
        }
        for medium, part in share_pool(amount, weights).items():
            yield Line(medium, business, Source.POOL, month.items[business], part)


def _revenue_lines(month: MonthInput) -> Iterable[Line]:
    for (business, medium, item), amount in month.revenue.items():
        rate = month.rates.get((business, medium))
        if rate is not None:
            yield Line(medium, business, Source.REVENUE, item, rated(amount, rate))
