"""공지사항 of Harmony: its people read those for media partners and for everybody, guests the latter."""

from contextlib import AbstractContextManager
from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.announcements import queries
from models.processes.messages import Actor
from web.announcements.reading import PAGE_SIZE, attachment
from web.auth.audience import anyone
from web.harmony.doors import member_of
from web.render import page

PATH = "/harmony/announcements"
router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[anyone("notices for everybody are read before log-in; the others are chosen by who asks")],
)


def reading(actor: Actor | None) -> AbstractContextManager[Session]:
    """What this person of Harmony, or a guest, may see."""
    return database.reading(actor) if actor else database.web()


@router.get("")
def listed(request: Request, p: Annotated[int, Query(ge=1, le=500)] = 1) -> Response:
    """The list, pinned ones first."""
    actor = member_of(request)
    with reading(actor) as session:
        found = queries.front(session, actor.side if actor else None, clock.now(), limit=p * PAGE_SIZE + 1)
    return page(
        request,
        "harmony/announcements.html",
        announcements=found[(p - 1) * PAGE_SIZE : p * PAGE_SIZE],
        page_number=p,
        more=len(found) > p * PAGE_SIZE,
        base=PATH,
        nav=PATH,
    )


@router.get("/{announcement_id:int}")
def show(request: Request, announcement_id: int) -> Response:
    """One notice with its attachments."""
    actor = member_of(request)
    with reading(actor) as session:
        found = queries.read(session, actor.side if actor else None, announcement_id, clock.now())
        files = queries.files(session, announcement_id)
    return page(request, "harmony/announcement.html", announcement=found, files=files, base=PATH, nav=PATH)


@router.get("/{announcement_id:int}/files/{file_id:int}")
def download(request: Request, announcement_id: int, file_id: int) -> Response:
    """An attachment, under its own name."""
    actor = member_of(request)
    with reading(actor) as session:
        queries.read(session, actor.side if actor else None, announcement_id, clock.now())
        file = queries.file(session, announcement_id, file_id)
    return attachment(file)
