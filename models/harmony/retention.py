"""What was typed on the way in is kept no longer than its way; for the worker."""

import datetime as dt
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, SQLModel, col

from models.harmony.tables import HarmonyEntry, PasswordLink, StepUp

KEPT = dt.timedelta(days=7)
"""After their end: long enough to answer a question about yesterday."""
PAGE = 2000

OVER: tuple[tuple[type[SQLModel], Any, Any], ...] = (
    (HarmonyEntry, col(HarmonyEntry.id), col(HarmonyEntry.expires_at)),
    (PasswordLink, col(PasswordLink.id), col(PasswordLink.expires_at)),
    (StepUp, col(StepUp.id), col(StepUp.expires_at)),
)


def clear_page(session: Session, now: dt.datetime) -> int:
    """Delete up to PAGE entries, links and codes each that ended a week ago; how many."""
    gone = 0
    for table, ident, ended in OVER:
        rows = select(ident).where(ended < now - KEPT).order_by(ident).limit(PAGE)
        gone += len(session.execute(delete(table).where(ident.in_(rows)).returning(ident)).all())
    return gone
