"""How long the traces of log-ins and messages are kept, and clearing away what is older. For the worker."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlmodel import Session, SQLModel, col

from models.auth.disclosures import KEPT as DISCLOSURES_KEPT
from models.auth.tables import Disclosure, LoginAttempt, LoginSession, OtpChallenge

ATTEMPTS_KEPT = dt.timedelta(days=730)
"""접속기록: two years, because the house processes 주민등록번호 (안전성 확보조치 기준 8조)."""
CHALLENGES_KEPT = dt.timedelta(days=7)
SESSIONS_KEPT = dt.timedelta(days=90)
PAGE = 2000

Old = Callable[[dt.datetime], ColumnElement[bool]]


def _ended(before: dt.datetime) -> ColumnElement[bool]:
    return or_(col(LoginSession.expires_at) < before, col(LoginSession.revoked_at) < before)


OLD: tuple[tuple[type[SQLModel], Any, dt.timedelta, Old], ...] = (
    # Challenges before the attempts they belong to.
    (OtpChallenge, col(OtpChallenge.id), CHALLENGES_KEPT, lambda before: col(OtpChallenge.created_at) < before),
    (LoginAttempt, col(LoginAttempt.id), ATTEMPTS_KEPT, lambda before: col(LoginAttempt.at) < before),
    (LoginSession, col(LoginSession.id), SESSIONS_KEPT, _ended),
    (Disclosure, col(Disclosure.id), DISCLOSURES_KEPT, lambda before: col(Disclosure.at) < before),
)
"""Table, its id, how long a row is kept, and which rows are older."""


def clear_page(session: Session, now: dt.datetime) -> dict[str, int]:
    """Delete up to PAGE old rows of each table; how many, by table. Ask again until there are none."""
    gone: dict[str, int] = {}
    for table, ident, kept, old in OLD:
        rows = select(ident).where(old(now - kept)).order_by(ident).limit(PAGE)
        cut = delete(table).where(ident.in_(rows)).returning(ident)
        gone[str(table.__tablename__)] = len(session.execute(cut).all())
    return gone


def remaining(session: Session, now: dt.datetime) -> int:
    """Rows that are past their time."""
    counts = (select(func.count()).select_from(table).where(old(now - kept)) for table, _, kept, old in OLD)
    return sum(int(session.execute(count).scalar_one()) for count in counts)
