"""What the house asks of the business registry."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from models.identity.messages import Match, Standing


@dataclass(frozen=True, slots=True)
class Business:
    """A business as it presents itself (진위확인). `number` has ten digits."""

    number: str
    opened_on: dt.date
    representative: str = field(repr=False)
    name: str = ""


class Registry(Protocol):
    """The tax service. Both methods raise Unavailable (try again) and Rejected (never in this form)."""

    def status(self, numbers: Sequence[str]) -> list[Standing]:
        """How each 사업자등록번호 (ten digits, at most a hundred of them) stands today, in the order asked."""
        ...

    def match(self, businesses: Sequence[Business]) -> list[Match]:
        """Whether number, opening day and representative belong together."""
        ...
