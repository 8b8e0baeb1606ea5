"""Stored files and the documents they belong to. The bytes are in the storage, by their hash."""

import datetime as dt

from sqlalchemy import CheckConstraint, Index
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, instant, text


class StoredFile(SQLModel, table=True):
    """One upload or one produced file; two uploads of the same bytes are two rows over one content."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="stored_file_sha256"),
        CheckConstraint("size > 0", name="stored_file_size"),
        Index("stored_file_content", "sha256"),
        Index("stored_file_company", "company_id", "id"),
    )

    id: int | None = big_id()
    sha256: str = text()
    """Of the content, lower-case hex; the key in the storage."""
    size: int = big_int()
    """Bytes."""
    media_type: str = text()
    """As found in the content, never as the browser said."""
    name: str = text()
    """As uploaded, cleaned (models.kernel.file_names); shown and offered on download."""
    company_id: int | None = big_int(default=None)
    """The partner it belongs to; empty: the house's own."""
    created_by: int | None = big_int(default=None)
    """The member who uploaded it; empty: a process produced it."""
    created_at: dt.datetime = instant()


class DocumentFile(SQLModel, table=True):
    """A file's place in a process document; whoever may see the document may fetch the file through it."""

    __tablename__ = "document_file"
    __table_args__ = (
        Index("document_file_of", "kind", "document_id", "role", "position", "id"),
        Index("document_file_file", "file_id"),
    )

    id: int | None = big_id()
    file_id: int = big_int(foreign_key="stored_file.id")
    kind: str = text()
    """Of the owning document, as in its ProcessRules."""
    document_id: int = big_int()
    role: str = text()
    """models.files.rules.FileRole."""
    title: str = text(default="")
    position: int = Field(default=0)
    company_id: int | None = big_int(default=None)
    created_at: dt.datetime = instant()
