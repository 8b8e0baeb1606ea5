"""공지사항 and their attachments."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.announcements.rules import Reader
from models.columns import big_id, big_int, instant, text

_READERS = ", ".join(f"'{reader.value}'" for reader in Reader)


class Announcement(SQLModel, table=True):
    """A notice. A draft until `published_at`; shown from `starts_at` to `ends_at`, pinned ones first."""

    __tablename__ = "announcement"
    __table_args__ = (
        CheckConstraint(f"reader in ({_READERS})", name="announcement_reader"),
        CheckConstraint("ends_at is null or ends_at > starts_at", name="announcement_period"),
        Index("announcement_shown", "pinned", "starts_at", "id"),
    )

    id: int | None = big_id()
    title: str = text()
    body: str = text()
    reader: str = text()
    pinned: bool = False
    starts_at: dt.datetime = instant()
    ends_at: dt.datetime | None = instant(default=None)
    published_at: dt.datetime | None = instant(default=None)
    edit_version: int = Field(default=0)
    created_by: int = big_int()
    created_name: str = text()
    created_at: dt.datetime = instant()
    changed_at: dt.datetime = instant()


class AnnouncementFile(SQLModel, table=True):
    """An attachment: seen with its notice. The facts of the file are copied, so that readers need no right to it."""

    __tablename__ = "announcement_file"
    __table_args__ = (Index("announcement_file_of", "announcement_id", "id"),)

    id: int | None = big_id()
    announcement_id: int = big_int(foreign_key="announcement.id")
    file_id: int = big_int(foreign_key="stored_file.id")
    name: str = text()
    sha256: str = text()
    size: int = big_int()
    """Bytes."""
    media_type: str = text()
