"""Reads of notices: what somebody may read now, and the writers' list."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from models.announcements.rules import readers_of
from models.announcements.tables import Announcement, AnnouncementFile
from models.kernel.refusals import NotFound

FRONT_MAX = 5


def shown_to(side: str | None, now: dt.datetime) -> Select[Any]:
    """Start of every reader's select: published, within its period, for this side (None: nobody known)."""
    table = Announcement
    rows: Select[Any] = select(table).where(
        col(table.published_at).is_not(None),
        col(table.starts_at) <= now,
        or_(col(table.ends_at).is_(None), col(table.ends_at) > now),
        col(table.reader).in_([reader.value for reader in readers_of(side)]),
    )
    return rows


def front(session: Session, side: str | None, now: dt.datetime, limit: int = FRONT_MAX) -> Sequence[Announcement]:
    """Pinned ones first, then the newest: for front pages and the log-in page."""
    table = Announcement
    order = (col(table.pinned).desc(), col(table.starts_at).desc(), col(table.id).desc())
    return session.execute(shown_to(side, now).order_by(*order).limit(limit)).scalars().all()


def read(session: Session, side: str | None, announcement_id: int, now: dt.datetime) -> Announcement:
    """One notice as a reader sees it. Raises NotFound."""
    row = shown_to(side, now).where(col(Announcement.id) == announcement_id)
    return _found(session.execute(row).scalar_one_or_none())


def one(session: Session, announcement_id: int) -> Announcement:
    """One notice as its writers see it. Raises NotFound."""
    return _found(session.get(Announcement, announcement_id))


def _found(row: Announcement | None) -> Announcement:
    if row is None:
        raise NotFound
    return row


def files(session: Session, announcement_id: int) -> Sequence[AnnouncementFile]:
    """The attachments, in the order they were added."""
    rows = select(AnnouncementFile).where(col(AnnouncementFile.announcement_id) == announcement_id)
    return session.execute(rows.order_by(col(AnnouncementFile.id))).scalars().all()


def file(session: Session, announcement_id: int, file_id: int) -> AnnouncementFile:
    """One attachment of a notice the caller was allowed to find. Raises NotFound."""
    found = next((one for one in files(session, announcement_id) if one.file_id == file_id), None)
    if found is None:
        raise NotFound
    return found
