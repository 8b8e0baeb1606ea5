"""Writes of files. Bytes go first: a row never points to nothing, and bytes without a row do no harm."""

from sqlalchemy import select
from sqlmodel import Session, col

from models.clock import now
from models.files.detect import check
from models.files.erasing import hold
from models.files.rules import ANY, MEDIA_TYPES, FileKind, FileRole, Use
from models.files.store import Storage, digest, storage
from models.files.tables import DocumentFile, StoredFile
from models.kernel.file_names import clean_file_name
from models.processes.writes import lock_case


def stage(
    session: Session,
    actor_user_id: int,
    company_id: int | None,
    name: str,
    data: bytes,
    use: Use = ANY,
    store: Storage | None = None,
) -> StoredFile:
    """Keep an upload until a form uses it; its kind is found in the content. Raises a FileRefusal."""
    kind = check(name, data, use)
    return _kept(session, kind, name, data, company_id=company_id, created_by=actor_user_id, store=store)


def stage_once(
    session: Session, actor_user_id: int, company_id: int | None, name: str, data: bytes, use: Use = ANY
) -> StoredFile:
    """`stage`, but the same person's same file is kept once: a form that is sent again says the same as before."""
    check(name, data, use)
    sha256 = digest(data)
    lock_case(session, f"stage/{actor_user_id}/{sha256}")
    before = select(StoredFile).where(
        col(StoredFile.created_by) == actor_user_id,
        col(StoredFile.sha256) == sha256,
        col(StoredFile.name) == clean_file_name(name),
    )
    found: StoredFile | None = session.execute(before.order_by(col(StoredFile.id)).limit(1)).scalar_one_or_none()
    return found or stage(session, actor_user_id, company_id, name, data, use)


def keep(
    session: Session,
    kind: FileKind,
    name: str,
    data: bytes,
    company_id: int | None,
    store: Storage | None = None,
) -> StoredFile:
    """Keep a file that a process produced (a contract's PDF): trusted, so not looked into."""
    return _kept(session, kind, name, data, company_id=company_id, created_by=None, store=store)


def attach(
    session: Session,
    file: StoredFile,
    kind: str,
    document_id: int,
    role: FileRole,
    *,
    company_id: int | None,
    title: str = "",
    position: int = 0,
) -> DocumentFile:
    """Give a file its place in a document; the newest in a place is the one in force."""
    if file.id is None:
        raise ValueError("the file has no row yet")
    place = DocumentFile(
        file_id=file.id,
        kind=kind,
        document_id=document_id,
        role=role.value,
        title=title,
        position=position,
        company_id=company_id,
        created_at=now(),
    )
    session.add(place)
    session.flush()
    return place


def content(file: StoredFile, store: Storage | None = None) -> bytes:
    """The bytes of a row the caller was allowed to find. Raises StorageError."""
    return (store or storage()).get(file.sha256)


def _kept(
    session: Session,
    kind: FileKind,
    name: str,
    data: bytes,
    *,
    company_id: int | None,
    created_by: int | None,
    store: Storage | None,
) -> StoredFile:
    hold(session, digest(data))
    sha256 = (store or storage()).put(data)
    if sha256 != digest(data):
        raise AssertionError("the storage kept something else")
    file = StoredFile(
        sha256=sha256,
        size=len(data),
        media_type=MEDIA_TYPES[kind],
        name=clean_file_name(name),
        company_id=company_id,
        created_by=created_by,
        created_at=now(),
    )
    session.add(file)
    session.flush()
    return file
