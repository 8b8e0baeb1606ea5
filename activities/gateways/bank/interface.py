"""What the house asks of a bank: whose account a number is (예금주 조회)."""

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Account:
    """An account by the bank's three digits (금융기관 공동코드) and its own number, digits only.

    `birth` (YYMMDD) or `business` (ten digits) name the holder more closely where the bank asks for one of them.
    """

    bank_code: str
    number: str = field(repr=False)
    birth: str = field(default="", repr=False)
    business: str = ""


class Bank(Protocol):
    """The banks, through whoever reaches them all."""

    def holder(self, account: Account) -> str | None:
        """예금주 as the bank writes it; None where there is no such account.

        Raises Unavailable (try again) and Rejected (never in this form, e.g. a bank nobody reaches).
        """
        ...
