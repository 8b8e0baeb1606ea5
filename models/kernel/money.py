"""Money: whole minor units of a currency, and splits whose parts always add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

Won = NewType("Won", int)
"""Whole won. Only for signatures that mean KRW; other currencies travel as Money."""

MINOR_DIGITS = {"KRW": 0, "JPY": 0, "USD": 2, "EUR": 2, "GBP": 2, "CNY": 2}
"""Decimal places of a currency's minor unit (ISO 4217)."""

AMOUNT_MAX = 9_007_199_254_740_991
"""Largest amount in minor units: exact in JSON and in a spreadsheet cell of double precision."""


@dataclass(frozen=True, order=False)
class Money:
    """An amount in minor units (cents; whole won) with its currency. Currencies never mix (ValueError)."""

    amount_minor: int
    currency: str = "KRW"

    def __post_init__(self) -> None:
        if self.currency not in MINOR_DIGITS:
            raise ValueError(f"unknown currency {self.currency!r}")
        if abs(self.amount_minor) > AMOUNT_MAX:
            raise ValueError("amount out of range")

    def __add__(self, other: "Money") -> "Money":
        return Money(self.amount_minor + self._minor_of(other), self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.amount_minor - self._minor_of(other), self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.amount_minor, self.currency)

    def __lt__(self, other: "Money") -> bool:
        return self.amount_minor < self._minor_of(other)

    def __le__(self, other: "Money") -> bool:
        return self.amount_minor <= self._minor_of(other)

    def _minor_of(self, other: "Money") -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not mix")
        return other.amount_minor

    def __str__(self) -> str:
        return format_minor(self.amount_minor, self.currency)


def format_minor(amount_minor: int, currency: str = "KRW") -> str:
    """1200000 KRW -> 1,200,000; 123456 USD -> 1,234.56. The sign leads; no currency mark."""
    places = MINOR_DIGITS[currency]
    whole, rest = divmod(abs(amount_minor), 10**places)
    sign = "-" if amount_minor < 0 else ""
    return f"{sign}{whole:,}" + (f".{rest:0{places}d}" if places else "")


def line_amount_floor(quantity_thousandths: int, unit_price_minor: int) -> int:
    """Quantity (thousandths of a unit) x unit price, cut to a minor unit; a minus mirrors its plus."""
    product = quantity_thousandths * unit_price_minor
    return _mirrored(product, abs(product) // 1000)


def split_largest_remainder(total_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share a total by weights; units left by cutting go to the largest remainders, the earlier share first.

    The parts add up to the total; the parts of a negative total mirror those of the positive one.
    """
    _check(weights)
    size, whole = abs(total_minor), sum(weights)
    parts = [size * weight // whole for weight in weights]
    # What cutting left over is smaller than the number of shares, so one unit each is enough.
    order = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % whole), i))
    for index in order[: size - sum(parts)]:
        parts[index] += 1
    return tuple(_mirrored(total_minor, part) for part in parts)


def split_last_takes_rest(total_minor: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Share a total by weights, each cut to a minor unit, the last one takes what is left (instalments).

    The parts add up to the total; the parts of a negative total mirror those of the positive one.
    """
    _check(weights)
    size, whole = abs(total_minor), sum(weights)
    parts = [size * weight // whole for weight in weights[:-1]]
    parts.append(size - sum(parts))
    return tuple(_mirrored(total_minor, part) for part in parts)


split = split_largest_remainder


def _check(weights: Sequence[int]) -> None:
    if not weights or min(weights) < 0 or sum(weights) == 0:
        raise ValueError("weights must be non-negative and not all zero")


def _mirrored(sign_of: int, size: int) -> int:
    return -size if sign_of < 0 else size
