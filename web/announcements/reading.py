"""공지사항 as people read it: without log-in those for everybody, inside those of one's own side."""

from contextlib import AbstractContextManager
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.announcements import queries
from models.announcements.tables import AnnouncementFile
from models.files.store import storage
from models.processes.messages import Actor
from web.auth.audience import anyone
from web.auth.visitor import visit_of
from web.render import page

router = APIRouter(
    prefix="/announcements",
    include_in_schema=False,
    dependencies=[anyone("notices for everybody are read before log-in; the others are chosen by who asks")],
)

PAGE_SIZE = 20


@router.get("")
def listed(request: Request, p: Annotated[int, Query(ge=1, le=500)] = 1) -> Response:
    """The list, pinned ones first."""
    actor, now = _actor(request), clock.now()
    if actor is not None and actor.side == "media":
        return _to_harmony(request)
    with _session(actor) as session:
        found = queries.front(session, _side(actor), now, limit=p * PAGE_SIZE + 1)
    shown = found[(p - 1) * PAGE_SIZE : p * PAGE_SIZE]
    return page(
        request,
        _template(actor, "list"),
        announcements=shown,
        page_number=p,
        more=len(found) > p * PAGE_SIZE,
        nav="/announcements",
    )


@router.get("/{announcement_id:int}")
def show(request: Request, announcement_id: int) -> Response:
    """One notice with its attachments."""
    actor = _actor(request)
    if actor is not None and actor.side == "media":
        return _to_harmony(request)
    with _session(actor) as session:
        found = queries.read(session, _side(actor), announcement_id, clock.now())
        files = queries.files(session, announcement_id)
    return page(
        request, _template(actor, "detail"), announcement=found, files=files, preview=False, nav="/announcements"
    )


@router.get("/{announcement_id:int}/files/{file_id:int}")
def download(request: Request, announcement_id: int, file_id: int) -> Response:
    """An attachment, under its own name."""
    actor = _actor(request)
    with _session(actor) as session:
        queries.read(session, _side(actor), announcement_id, clock.now())
        file = queries.file(session, announcement_id, file_id)
    return attachment(file)


def attachment(file: AnnouncementFile) -> Response:
    """The bytes, never shown as a page of ours."""
    disposition = f"attachment; filename=\"file\"; filename*=UTF-8''{quote(file.name)}"
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(storage().get(file.sha256), media_type=file.media_type, headers=headers)


def _to_harmony(request: Request) -> Response:
    """People of Harmony read notices in their own portal."""
    return RedirectResponse(f"/harmony{request.url.path}", 303)


def _actor(request: Request) -> Actor | None:
    visit = visit_of(request)
    return visit.actor if visit else None


def _side(actor: Actor | None) -> str | None:
    return actor.side if actor else None


def _session(actor: Actor | None) -> AbstractContextManager[Session]:
    return database.reading(actor) if actor else database.web()


def _template(actor: Actor | None, name: str) -> str:
    return f"announcements/{name}.html" if actor else f"announcements/public_{name}.html"
