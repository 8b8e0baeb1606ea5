"""The bell: what happened to one's documents, and which of it was read."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth.rules import local_path
from models.kernel.refusals import NotFound
from models.notifications import queries, writes
from models.notifications.wording import EVENT
from models.processes.messages import Actor
from web.auth.audience import CurrentActor
from web.render import page

router = APIRouter(include_in_schema=False)

PAGE_SIZE = 20
SEE_OTHER = 303


@router.get("/notifications")
def show_notifications(
    request: Request,
    actor: CurrentActor,
    unread: bool = False,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """Lines of the bell."""
    return bell_page(request, actor, "notifications/list.html", unread=unread, before=before)


def bell_page(request: Request, actor: Actor, template: str, *, unread: bool, before: int | None) -> Response:
    """One's own lines, newest first; the next page begins below the last line shown."""
    with database.reading(actor) as session:
        found = queries.latest(session, actor, before=before, unread=unread, limit=PAGE_SIZE + 1)
        count = queries.unread_count(session, actor)
    shown = found[:PAGE_SIZE]
    return page(
        request,
        template,
        lines=shown,
        labels=EVENT,
        unread=unread,
        unread_count=count,
        older=shown[-1].id if len(found) > PAGE_SIZE else None,
        first=before is None,
    )


@router.post("/notifications/{notification_id}/reading")
def open_notification(actor: CurrentActor, notification_id: int) -> Response:
    """Open a line: it is read now, and its document follows."""
    with database.writing(actor) as session:
        line = queries.one(session, actor, notification_id)
        if line is None:
            raise NotFound
        writes.mark_read(session, actor, [notification_id], clock.now())
        target = local_path(line.link, "/notifications")
    return RedirectResponse(target, SEE_OTHER)


@router.post("/notifications/reading")
def read_all(actor: CurrentActor) -> Response:
    """「모두 읽음」."""
    with database.writing(actor) as session:
        writes.mark_read(session, actor, None, clock.now())
    return RedirectResponse("/notifications", SEE_OTHER)
