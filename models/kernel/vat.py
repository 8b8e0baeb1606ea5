"""Value added tax of 10 %, each rounding with its name. Tax is computed per line and the lines are added.

No statute rounds a single invoice; the e-tax-invoice hubs offer cutting, rounding up and rounding half up,
and cutting (절사) is what a tax of 0 below 10 won implies. Minus invoices mirror their originals, they are
never recomputed.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

RATE_PERCENT = 10


@dataclass(frozen=True)
class Taxed:
    """Supply value, tax and their sum, in minor units."""

    supply: int
    tax: int

    @property
    def total(self) -> int:
        return self.supply + self.tax

    def __add__(self, other: "Taxed") -> "Taxed":
        return Taxed(self.supply + other.supply, self.tax + other.tax)

    def __neg__(self) -> "Taxed":
        return Taxed(-self.supply, -self.tax)


def vat_floor(supply: int) -> int:
    """절사: what is below one unit is dropped, toward zero."""
    return _mirrored(supply, abs(supply) * RATE_PERCENT // 100)


def vat_ceiling(supply: int) -> int:
    """절상: what is below one unit counts as one, away from zero."""
    return _mirrored(supply, -(-abs(supply) * RATE_PERCENT // 100))


def vat_half_up(supply: int) -> int:
    """반올림: half a unit and more counts as one, away from zero."""
    return _mirrored(supply, (abs(supply) * RATE_PERCENT + 50) // 100)


def vat_zero(supply: int) -> int:  # noqa: ARG001 - one shape for every rule
    """영세율, 면세: no tax."""
    return 0


def taxed_lines(supplies: Iterable[int], rule: Callable[[int], int] = vat_floor) -> tuple[Taxed, ...]:
    """Tax of every line by one rule."""
    return tuple(Taxed(supply, rule(supply)) for supply in supplies)


def taxed_sum(lines: Iterable[Taxed]) -> Taxed:
    """The invoice's sums: the lines added, nothing computed anew."""
    return sum(lines, Taxed(0, 0))


def supply_of_total_ceiling(total: int) -> int:
    """The supply value inside a sum that includes tax: supply + vat_floor(supply) == total where possible.

    Sums of 11k + 10 won have no such supply value; there total - supply is one won below the cut tax.
    """
    return _mirrored(total, -(-abs(total) * 100 // (100 + RATE_PERCENT)))


def _mirrored(sign_of: int, size: int) -> int:
    return -size if sign_of < 0 else size
