"""Notices as the administrator writes them: drafts, publishing, taking down; nothing is deleted."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.announcements import queries
from models.announcements.messages import Draft
from models.announcements.rules import FILES_MAX, AnnouncementChanged, TooManyFiles
from models.announcements.tables import Announcement, AnnouncementFile
from models.files.tables import StoredFile
from models.kernel.calendar import KST, at_hour
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.processes.changes import Thing, keep
from models.processes.messages import Actor

ONE_DAY = dt.timedelta(days=1)


def save(
    session: Session,
    actor: Actor,
    draft: Draft,
    uploads: Sequence[StoredFile],
    now: dt.datetime,
    announcement_id: int | None = None,
) -> Announcement:
    """Write a notice, or change one that nobody changed meanwhile; it stays as published as it was.

    Raises NotYourTurn, NotFound, AnnouncementChanged, TooManyFiles.
    """
    actor.must_hold(Role.ADMIN)
    found = _locked(session, announcement_id) if announcement_id is not None else None
    if found is not None and found.edit_version != draft.edit_version:
        raise AnnouncementChanged
    before = facts(session, found) if found is not None else {}
    made = found or Announcement(
        title="", body="", reader="", starts_at=now, created_by=actor.member_id, created_name=actor.name,
        created_at=now, changed_at=now,
    )  # fmt: skip
    made.title, made.body, made.reader, made.pinned = draft.title, draft.body, draft.reader.value, draft.pinned
    made.starts_at = at_hour(draft.starts_on)
    made.ends_at = at_hour(draft.ends_on + ONE_DAY) if draft.ends_on else None
    made.changed_at = now
    made.edit_version += found is not None
    session.add(made)
    session.flush()
    _attach(session, made, draft.drop, uploads)
    after = facts(session, made)
    if before != after:
        keep(session, actor, _thing(made), "edit" if before else "create", before, after)
    return made


def _attach(session: Session, made: Announcement, drop: Sequence[int], uploads: Sequence[StoredFile]) -> None:
    own = col(AnnouncementFile.announcement_id) == made.id
    if drop:
        session.execute(delete(AnnouncementFile).where(own, col(AnnouncementFile.file_id).in_(drop)))
    for file in uploads:
        session.add(
            AnnouncementFile(
                announcement_id=made.id or 0,
                file_id=file.id or 0,
                name=file.name,
                sha256=file.sha256,
                size=file.size,
                media_type=file.media_type,
            )
        )
    session.flush()
    if len(queries.files(session, made.id or 0)) > FILES_MAX:
        raise TooManyFiles(limit=FILES_MAX)


def publish(session: Session, actor: Actor, announcement_id: int, now: dt.datetime, *, shown: bool) -> Announcement:
    """「게시」 from its first day on, or 「내리기」 back to a draft. Raises NotYourTurn, NotFound."""
    actor.must_hold(Role.ADMIN)
    found = _locked(session, announcement_id)
    if (found.published_at is not None) == shown:
        return found
    found.published_at = now if shown else None
    found.edit_version += 1
    found.changed_at = now
    change = ({"published": not shown}, {"published": shown})
    keep(session, actor, _thing(found), "publish" if shown else "withdraw", *change)
    return found


def facts(session: Session, row: Announcement) -> dict[str, Any]:
    """A notice as its history tells it."""
    last = row.ends_at - ONE_DAY if row.ends_at else None
    return {
        "title": row.title,
        "body": row.body,
        "reader": row.reader,
        "pinned": row.pinned,
        "starts_on": row.starts_at.astimezone(KST).date().isoformat(),
        "ends_on": last.astimezone(KST).date().isoformat() if last else "",
        "files": [file.name for file in queries.files(session, row.id or 0)],
    }


def _locked(session: Session, announcement_id: int) -> Announcement:
    row = select(Announcement).where(col(Announcement.id) == announcement_id).with_for_update()
    found: Announcement | None = session.execute(row.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _thing(row: Announcement) -> Thing:
    return Thing("announcement", row.id or 0)
