"""What the house asks of anybody who confirms who a person is."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from models.identity.messages import IdentityRequest
from models.identity.rules import Why
from models.members.rules import Sex


@dataclass(frozen=True, slots=True)
class Confirmed:
    """A person as their carrier knows them. `ci` (연계정보) is the same for the same person everywhere."""

    name: str = field(repr=False)
    birth_date: dt.date = field(repr=False)
    sex: Sex = field(repr=False)
    foreign_national: bool = field(repr=False)
    phone: str = field(repr=False)
    """Digits only."""
    ci: str = field(repr=False)


class Declined(Exception):  # noqa: N818 - an answer of the carrier
    """The person was not confirmed. `final`: this check is over, another one may be begun."""

    def __init__(self, why: Why, *, final: bool = True) -> None:
        super().__init__(why.value)
        self.why = why
        self.final = final


class Identities(Protocol):
    """One provider of identity verification. `check` is our name for one verification; repeating a call is harmless.

    Every method raises Unavailable (try again) and Rejected (never in this form) besides what it names.
    """

    def send(self, check: str, request: IdentityRequest) -> None:
        """Have the carrier send its code or its app's question to the person. Raises Declined."""
        ...

    def confirm(self, check: str, code: str) -> None:
        """Hand over what the person typed; empty for the app. Raises Declined, not final for a wrong code."""
        ...

    def read(self, check: str) -> Confirmed | None:
        """Who it is; None while it is not finished, or not begun. Raises Declined when it failed."""
        ...
