"""What the house asks of an account provider (OpenID Connect Core 1.0, authorization code flow with PKCE)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from activities.gateways.asking import Unavailable

__all__ = ["Account", "Provider", "Refused", "Unavailable"]


class Refused(Exception):  # noqa: N818 - an answer
    """The provider, or our own look at its answer, says no; `why` is a word for the log, never personal."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the provider names: `subject` is its own lasting name for the person."""

    issuer: str
    subject: str = field(repr=False)
    name: str = field(repr=False, default="")


class Provider(Protocol):
    """One issuer and our registration with it."""

    issuer: str

    def authorization_endpoint(self) -> str:
        """Where people are sent. Raises Unavailable, Refused."""
        ...

    def exchange(self, code: str, verifier: str, nonce: str, now: dt.datetime) -> Account:
        """The person a code stands for. Raises Unavailable, Refused."""
        ...
