"""A member's own Harmony: front page, 내 스튜디오, 내 크레딧, 내 알림."""

from typing import Annotated

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.announcements import queries as announcements
from models.auth.rules import local_path
from models.files.tables import StoredFile
from models.files.writes import content
from models.harmony import queries
from models.harmony.rules import Service, Space, SpaceRole
from models.harmony.tables import Studio
from models.harmony.wording import ROLE, SERVICE, SPACE
from models.kernel.refusals import NotFound
from models.kernel.text import mask_email
from models.notifications import queries as bells
from models.notifications import writes
from models.notifications.wording import EVENT
from models.processes.messages import Actor
from web.files import HEADERS
from web.harmony.doors import MediaActor, go
from web.notifications import bell_page
from web.render import page

router = APIRouter(prefix="/harmony", include_in_schema=False)
HOME_LINES = 5
PAGE_SIZE = 20
ROLES = {role.value: words for role, words in ROLE.items()}
SERVICES = {service.value: words for service, words in SERVICE.items()}


def home(request: Request, actor: Actor) -> Response:
    """What is mine, and what happened lately."""
    with database.reading(actor) as session:
        return page(
            request,
            "harmony/home.html",
            actor=actor,
            studios=queries.places(session, actor, Space.STUDIO),
            credits=queries.places(session, actor, Space.CREDIT),
            lines=bells.latest(session, actor, limit=HOME_LINES),
            labels=EVENT,
            announcements=announcements.front(session, actor.side, clock.now()),
            roles=ROLES,
            services=SERVICES,
        )


@router.get("/studios")
def list_studios(request: Request, actor: MediaActor) -> Response:
    """「내 스튜디오」."""
    return _places(request, actor, Space.STUDIO)


@router.get("/credits")
def list_credits(request: Request, actor: MediaActor) -> Response:
    """「내 크레딧」."""
    return _places(request, actor, Space.CREDIT)


def _places(request: Request, actor: Actor, space: Space) -> Response:
    with database.reading(actor) as session:
        places = queries.places(session, actor, space)
    return page(
        request, "harmony/places.html", places=places, label=SPACE[space], roles=ROLES, services=SERVICES, space=space
    )


@router.get("/studios/{space_id:int}")
def show_studio(request: Request, actor: MediaActor, space_id: int) -> Response:
    """One's studio and who works in it."""
    return _place(request, actor, Space.STUDIO, space_id)


@router.get("/credits/{space_id:int}")
def show_credit(request: Request, actor: MediaActor, space_id: int) -> Response:
    """One's credit and who uses it."""
    return _place(request, actor, Space.CREDIT, space_id)


def _place(request: Request, actor: Actor, space: Space, space_id: int) -> Response:
    with database.reading(actor) as session:
        found = queries.place(session, actor, space, space_id)
        people = queries.people_of(session, space, space_id)
    mine = next((one.role for one, _ in people if one.member_id == actor.member_id), "")
    return page(
        request,
        "harmony/place.html",
        place=found,
        space=space,
        label=SPACE[space],
        service=SERVICE[Service(found.service)] if isinstance(found, Studio) else "",
        people=[(one, row, mask_email(row.email)) for one, row in people],
        roles=ROLES,
        my_role=ROLE[SpaceRole(mine)] if mine else "",
        actor=actor,
    )


@router.get("/members/{member_id:int}/image")
def show_image(actor: MediaActor, member_id: int) -> Response:
    """프로필 이미지 of oneself and of those one shares a space with."""
    with database.reading(actor) as session:
        file = _image(session, member_id)
    return Response(content(file), media_type=file.media_type, headers=HEADERS)


def _image(session: Session, member_id: int) -> StoredFile:
    file_id = queries.image_of(session, member_id)
    row = session.get(StoredFile, file_id) if file_id is not None else None
    if row is None:
        raise NotFound
    return row


@router.get("/notifications")
def list_notifications(
    request: Request,
    actor: MediaActor,
    unread: bool = False,
    before: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """「내 알림」, newest first."""
    return bell_page(request, actor, "harmony/notifications.html", unread=unread, before=before)


@router.post("/notifications/{notification_id:int}/reading")
def open_notification(actor: MediaActor, notification_id: int) -> RedirectResponse:
    """Open a line: it is read now, and what it is about follows."""
    with database.writing(actor) as session:
        line = bells.one(session, actor, notification_id)
        if line is None:
            raise NotFound
        writes.mark_read(session, actor, [notification_id], clock.now())
        return go(local_path(line.link, "/harmony/notifications"))


@router.post("/notifications/reading")
def read_all(actor: MediaActor) -> RedirectResponse:
    """「모두 읽음」."""
    with database.writing(actor) as session:
        writes.mark_read(session, actor, None, clock.now())
    return go("/harmony/notifications")
