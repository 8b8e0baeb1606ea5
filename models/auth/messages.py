"""What the log-in hands from one of its steps to the next. Pure."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from models.processes.messages import Actor


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
