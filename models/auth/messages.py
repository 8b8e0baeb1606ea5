"""What the log-in hands from one of its steps to the next. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.auth import rules
from models.auth.rules import Method, Step
from models.processes.messages import Actor, Frozen


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a request comes from, for the record of log-ins (접속기록)."""

    ip: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """A one-time code to send, once per `key`, and not after it has expired."""

    member_id: int
    phone: str = field(repr=False)
    code: str = field(repr=False)
    key: str
    now: dt.datetime
    expires_at: dt.datetime


AsksConsent = Callable[[Any, Actor, dt.datetime], bool]
"""Whether a person must agree to new terms first; later domains know."""

Send = Callable[[Any, Code], None]
"""Puts a code on its way within the caller's database session; later domains know how, this one does not."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """A one-time code is on its way. `token` names the challenge; it goes to this browser only."""

    token: str = field(repr=False)
    phone: str
    """Masked."""
    expires_at: dt.datetime
    resends_left: int
    tries_left: int
    method: Method = Method.SMS


@dataclass(frozen=True, slots=True)
class Verified:
    """A person as identity verification (본인인증) knows them. `birth_date` is an ISO day, `phone` digits."""

    name: str = field(repr=False)
    birth_date: str = field(repr=False)
    phone: str = field(repr=False)
    identity_hash: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class PhoneChange:
    """Whom to tell that the phone of a log-in was changed, within the caller's session."""

    member_id: int
    name: str
    email: str = field(repr=False)
    old_phone: str = field(repr=False)
    new_phone: str = field(repr=False)
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class TemporaryPassword:
    """A temporary password to mail, within the caller's session."""

    member_id: int
    name: str
    email: str = field(repr=False)
    password: str = field(repr=False)
    at: dt.datetime
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A log-in whose code was right: who it is and what they must still decide, None when nothing."""

    actor: Actor
    step: Step | None
    password_changed_at: dt.datetime
    seen_at: dt.datetime | None


class DormancyStart(Frozen):
    """Input of `dormancy/{member}`."""

    member_id: int


class Absence(Frozen):
    """When a member was last here. `watched` false: withdrawn, blocked or gone, there is nothing more to do."""

    watched: bool
    dormant: bool
    seen_at: dt.datetime
    months: int = rules.DORMANCY_MONTHS
    notice: int = rules.NOTICE_DAYS
    """Days; both as the policy was when this was read."""

    @property
    def warned_at(self) -> dt.datetime:
        return rules.dormancy_warning_at(self.seen_at, self.months, self.notice)

    @property
    def dormant_at(self) -> dt.datetime:
        return rules.dormant_at(self.seen_at, self.months)


class AbsenceStep(Frozen):
    """Warn, or make dormant, a member who was last here at `seen_at`; nothing is done if they came since."""

    member_id: int
    seen_at: dt.datetime
    at: dt.datetime | None = None
    """Now, by the clock that woke the watch."""


@dataclass(frozen=True, slots=True)
class OpenedSession:
    token: str = field(repr=False)
    member_id: int
    must_change_password: bool
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """A live session as `open_session` found it."""

    session_id: int
    actor: Actor
    login: str
    csrf: str = field(repr=False)
    unread: int
    must_change_password: bool
    created_at: dt.datetime
    last_seen_at: dt.datetime
    ends_at: dt.datetime
    """When it ends if nothing more is done."""
    individual: bool = False
    """An 개인회원: a partner without a company to manage."""
