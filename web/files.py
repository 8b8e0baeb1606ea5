"""Files as people get them: always through a document they may see, never by hash (architecture.md "Data")."""

from functools import lru_cache
from urllib.parse import quote

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.responses import Response

from models import database
from models.catalog import KINDS
from models.files.pages import page_png
from models.files.queries import one_of_document
from models.files.rules import MEDIA_TYPES, FileKind
from models.files.store import storage
from models.files.tables import DocumentFile, StoredFile
from models.files.writes import content
from models.kernel.refusals import NotFound
from models.processes.messages import Actor
from models.processes.queries import visible_document
from web.auth.audience import CurrentActor

PAGE_WIDTH_PX = 1240
"""A4 at 150 dots an inch."""
PAGES_KEPT = 96
PNG = MEDIA_TYPES[FileKind.PNG]
PDF = MEDIA_TYPES[FileKind.PDF]
HEADERS = {"X-Content-Type-Options": "nosniff", "Cache-Control": "private, max-age=300"}

router = APIRouter(prefix="/files", tags=["files"], include_in_schema=False)


def visible_file(session: Session, actor: Actor, file_id: int) -> StoredFile:
    """A file that is part of a document this person may see. Raises NotFound otherwise."""
    places = select(DocumentFile).where(col(DocumentFile.file_id) == file_id).order_by(col(DocumentFile.id))
    for place in session.execute(places).scalars():
        try:
            visible_document(session, actor, KINDS[place.kind].table, place.document_id)
            return one_of_document(session, actor, place.kind, place.document_id, file_id)
        except (KeyError, NotFound):
            continue
    raise NotFound


@router.get("/{file_id:int}/pages/{number:int}.png")
def show_page(actor: CurrentActor, file_id: int, number: int) -> Response:
    """One page of a PDF (from 1) as an image; of an image file the image itself is page 1."""
    with database.reading(actor) as session:
        file = visible_file(session, actor, file_id)
    if file.media_type == PDF:
        return Response(_page(file.sha256, number), media_type=PNG, headers=HEADERS)
    if number != 1 or not file.media_type.startswith("image/"):
        raise NotFound
    return Response(content(file), media_type=file.media_type, headers=HEADERS)


@router.get("/{file_id:int}/download")
def download(actor: CurrentActor, file_id: int) -> Response:
    """The file itself, as an attachment under its own name."""
    with database.reading(actor) as session:
        file = visible_file(session, actor, file_id)
    disposition = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(file.name)}"
    headers = {**HEADERS, "Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(content(file), media_type=file.media_type, headers=headers)


@lru_cache(maxsize=PAGES_KEPT)
def _page(sha256: str, number: int) -> bytes:
    """Drawing a page takes a tenth of a second; a reader scrolls back and forth. Raises NotFound past the end."""
    if number < 1:
        raise NotFound
    return page_png(storage().get(sha256), number - 1, PAGE_WIDTH_PX)
