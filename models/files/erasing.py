"""Files nobody may keep any longer: let go of in the transaction that erases, gone from the storage soon after.

The bytes are kept once however many rows name them, so a row is first marked (`GONE`) and a later transaction, which
holds the content against everybody who would begin to use it, deletes what no other row names. A crash in between
leaves a marked row, and the next call goes on from it.
"""

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import ColumnElement, delete, exists, select, text, update
from sqlmodel import Session, SQLModel, col

from models.files.store import storage
from models.files.tables import DocumentFile, StoredFile

GONE = ""
"""Name of a row whose content waits to be deleted: no upload is called so."""
PAGE = 200
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('content/' || :sha256, 0))")
_SHARED = text("SELECT pg_advisory_xact_lock_shared(hashtextextended('content/' || :sha256, 0))")


def hold(session: Session, sha256: str) -> None:
    """Until the transaction ends nobody deletes this content; taken before the bytes are put."""
    session.execute(_SHARED, {"sha256": sha256})


def papers(session: Session, kind: str, documents: Iterable[int]) -> list[int]:
    """Ids of the files of these documents."""
    rows = select(col(DocumentFile.file_id)).where(
        col(DocumentFile.kind) == kind, col(DocumentFile.document_id).in_(list(documents))
    )
    return list(session.execute(rows.distinct()).scalars())


def let_go(session: Session, files: Iterable[int], kinds: Collection[str]) -> None:
    """Of these files, those that only documents of these kinds name: out of the documents, and marked as gone."""
    session.flush()
    elsewhere = (col(DocumentFile.file_id) == col(StoredFile.id)) & col(DocumentFile.kind).not_in(kinds)
    free = select(col(StoredFile.id)).where(
        col(StoredFile.id).in_(sorted(set(files))),
        ~exists().where(elsewhere),
        *(~exists().where(named == col(StoredFile.id)) for named in _named_by()),
    )
    ids = session.execute(free).scalars().all()
    session.execute(delete(DocumentFile).where(col(DocumentFile.file_id).in_(ids)))
    session.execute(update(StoredFile).where(col(StoredFile.id).in_(ids)).values(name=GONE))


def _named_by() -> list[ColumnElement[int]]:
    """Every column that names a stored file, but those of documents."""
    return [
        key.parent
        for table in SQLModel.metadata.sorted_tables
        for key in table.foreign_keys
        if key.target_fullname == "stored_file.id" and table.name != DocumentFile.__tablename__
    ]


def delete_page(session: Session, spared: Collection[str]) -> int:
    """Delete up to PAGE marked files, row and content; how many. `spared`: contents in use that no row names yet."""
    marked = select(StoredFile).where(col(StoredFile.name) == GONE).order_by(col(StoredFile.id)).limit(PAGE)
    rows = session.execute(marked.with_for_update(skip_locked=True)).scalars().all()
    for row in sorted(rows, key=lambda row: row.sha256):
        session.delete(row)
    session.flush()
    forget(session, [row.sha256 for row in rows], spared)
    return len(rows)


def forget(session: Session, contents: Sequence[str], spared: Collection[str]) -> None:
    """Delete the bytes of those contents that no row names. Ended half-way it may be repeated."""
    for sha256 in sorted(set(contents) - set(spared)):
        session.execute(_LOCK, {"sha256": sha256})
        named = select(col(StoredFile.id)).where(col(StoredFile.sha256) == sha256, col(StoredFile.name) != GONE)
        if session.execute(named.limit(1)).first() is None:
            storage().delete(sha256)
