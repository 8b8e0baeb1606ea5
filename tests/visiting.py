"""The pages of a few routers as somebody sees them who is logged in; how people log in is not their affair."""

import datetime as dt
from collections.abc import Iterable, Mapping

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request

from models.auth.messages import Visit
from models.catalog import KINDS
from models.processes.messages import Actor
from web import errors
from web.documents.api import api_router
from web.documents.kinds import WebKind
from web.documents.routes import document_router
from web.portals import Shell, audience_of

CSRF = "t"


def enter(request: Request, actor: Actor, at: dt.datetime, *, session_id: int = 1, individual: bool = False) -> None:
    """Have the request come from that person."""
    roles = actor.every_role
    request.state.visit = Visit(
        session_id=session_id,
        actor=actor,
        login="t",
        csrf=CSRF,
        unread=0,
        must_change_password=False,
        created_at=at,
        last_seen_at=at,
        ends_at=at,
        individual=individual,
    )
    request.state.shell = Shell(audience=audience_of(roles), name=actor.name, roles=roles, csrf=CSRF)


def application(
    actor: Actor | None,
    at: dt.datetime,
    routers: Iterable[APIRouter],
    webs: Iterable[WebKind] = (),
    sentences: Iterable[Mapping[str, str]] = (),
    *,
    session_id: int = 1,
    individual: bool = False,
) -> FastAPI:
    """Those pages with the house's errors and every kind's sentences; without an actor nobody is logged in."""

    async def meet(request: Request) -> None:
        request.state.visit = request.state.shell = None
        if actor is not None:
            enter(request, actor, at, session_id=session_id, individual=individual)

    app = FastAPI(dependencies=[Depends(meet)])
    app.state.temporal = None
    errors.install(app)
    errors.add_sentences(*sentences, *(kind.words.sentences for kind in KINDS.values()))
    for router in routers:
        app.include_router(router)
    for web in webs:
        app.include_router(document_router(web))
        app.include_router(api_router(web), prefix="/api/v1")
    return app
