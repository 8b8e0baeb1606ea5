"""Reads of files: always as part of a document, or as an upload of one's own that waits to be used."""

from sqlalchemy import Select, or_, select
from sqlmodel import Session, col

from models.files.tables import DocumentFile, StoredFile
from models.kernel.refusals import NotFound
from models.processes.messages import Actor


def visible(actor: Actor) -> Select[StoredFile]:
    """The start of every select: the house sees all, a partner its company's files and its own uploads."""
    rows = select(StoredFile)
    if actor.is_office:
        return rows
    own = col(StoredFile.created_by) == actor.member_id
    if actor.company_id is None:
        return rows.where(own)
    return rows.where(or_(col(StoredFile.company_id) == actor.company_id, own))


def one_of_document(session: Session, actor: Actor, kind: str, document_id: int, file_id: int) -> StoredFile:
    """One file through its document. Raises NotFound: not part of it, or not for this person."""
    rows = (
        visible(actor)
        .join(DocumentFile, col(DocumentFile.file_id) == col(StoredFile.id))
        .where(
            col(StoredFile.id) == file_id,
            col(DocumentFile.kind) == kind,
            col(DocumentFile.document_id) == document_id,
        )
        .limit(1)
    )
    found: StoredFile | None = session.execute(rows).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found
