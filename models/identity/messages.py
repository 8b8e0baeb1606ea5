"""What the outside worlds told us, and what travels to ask them: ids only in workflows, never a person's data. Pure."""

import datetime as dt
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from models.identity.rules import Carrier, Method, Question
from models.members.rules import Sex
from models.processes.messages import Frozen


class Identity(Frozen):
    """A person as the carrier confirmed them. `identity_hash` is a keyed hash of the CI: equal for the same person."""

    name: str = Field(repr=False)
    birth_date: dt.date = Field(repr=False)
    sex: Sex = Field(repr=False)
    foreign_national: bool = Field(repr=False)
    phone: str = Field(repr=False)
    """Digits only."""
    identity_hash: bytes = Field(repr=False)
    verified_at: dt.datetime


class Person(Frozen):
    """What is kept, encrypted, of a confirmed person."""

    name: str = Field(repr=False)
    birth_date: dt.date = Field(repr=False)
    sex: Sex = Field(repr=False)
    foreign_national: bool = Field(repr=False)
    phone: str = Field(repr=False)


class IdentityRequest(Frozen):
    """What a carrier needs to send its code, typed on our own page."""

    name: str = Field(repr=False)
    birth_date: dt.date = Field(repr=False)
    sex: Sex = Field(repr=False)
    foreign_national: bool = Field(repr=False)
    phone: str = Field(repr=False)
    carrier: Carrier
    method: Method
    ip: str = Field(repr=False)


class StandingState(StrEnum):
    """사업자 상태 of a 사업자등록번호."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"
    UNKNOWN = "unknown"
    """Not registered with the tax service."""


class Standing(Frozen):
    """What the tax service says about one number. `closed_on`: day of closing (폐업일)."""

    number: str
    state: StandingState
    tax_type: str = ""
    closed_on: dt.date | None = None


class Match(Frozen):
    """Whether number, representative and opening day belong together (진위확인)."""

    number: str
    matches: bool


class Address(Frozen):
    """One road address. `zip_code` has five digits; `road` is the whole line without a flat's number."""

    zip_code: str
    road: str
    lot: str = ""
    """지번 주소."""
    building: str = ""


class Addresses(Frozen):
    """One page of an address search."""

    total: int
    page: int
    rows: tuple[Address, ...] = ()
    too_broad: bool = False
    """The service wants a longer keyword."""


class InquiryStart(Frozen):
    """Input of the workflow ``inquiry/<id>``: which question; what is asked stays in the table."""

    inquiry_id: str
    question: Question


class InquiryState(StrEnum):
    ANSWERED = "answered"
    AWAY = "away"
    REFUSED = "refused"


class InquiryResult(Frozen):
    """What became of a question; the answer is in the table."""

    state: InquiryState
    code: str = ""


class CheckAnswer(BaseModel):
    """How a check stands after asking the provider."""

    model_config = ConfigDict(frozen=True)

    state: str
    why: str = ""


Json = dict[str, Any]


class EmailChallenge(Frozen):
    """A code is on its way to an e-mail address; `token` names it and goes to this browser only."""

    token: str = Field(repr=False)
    email: str = Field(repr=False)
    expires_at: dt.datetime
    resends_left: int
    tries_left: int
