"""The usual way to a document's page and through its acts: one transaction, no other thread, no machinery in between.

These routes stand before those of `document_router` and do the same. They take what a browser with a session sends
by far the most; everything else (programs, files, guests, unknown acts) falls through to them.
"""

import uuid
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from models.aside import aside
from models.kernel.refusals import Refusal
from models.plain import rows
from models.processes.messages import Actor
from web import forms
from web.acts import Kept, Wish, follow, keep
from web.auth import cookies
from web.auth.audience import Audience
from web.auth.cookies import Cookie
from web.auth.visitor import TURNED_AWAY, meet, read_form, visit_of, visiting
from web.documents.kinds import WebKind
from web.documents.routes import act_name, answer, not_taken, perform, taken, wished
from web.documents.view import look

FORM_BYTES_MAX = 64 * 1024
URLENCODED = "application/x-www-form-urlencoded"
EVERYBODY = Audience()


class Direct(Route):
    """A route of one method for those of its audience who are logged in by a browser."""

    def __init__(self, path: str, endpoint: Any, method: str, audience: Audience = EVERYBODY) -> None:
        super().__init__(path, endpoint, methods=[method], include_in_schema=False)
        self.methods = {method}
        self.audience = audience

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Only in full: what is not taken here is another route's."""
        match, found = super().matches(scope)
        if match is Match.FULL and self.takes(Request(scope), found["path_params"]):
            return match, found
        return Match.NONE, {}

    def takes(self, request: Request, places: dict[str, Any]) -> bool:  # noqa: ARG002 - acts have more to say
        return bool(cookies.read(request, Cookie.SESSION)) and "authorization" not in request.headers


class DirectForm(Direct):
    """A form without files; read before it is known who asks, as a guest's is."""

    def __init__(self, path: str, endpoint: Any, audience: Audience = EVERYBODY) -> None:
        super().__init__(path, endpoint, "POST", audience)

    def takes(self, request: Request, places: dict[str, Any]) -> bool:
        size = request.headers.get("content-length", "")
        small = size.isdecimal() and int(size) <= FORM_BYTES_MAX and "x-csrf-token" not in request.headers
        plain = small and request.headers.get("content-type", "").startswith(URLENCODED)
        return plain and super().takes(request, places)


class DirectAct(DirectForm):
    """The acts of one kind."""

    def __init__(self, path: str, endpoint: Any, acts: frozenset[str]) -> None:
        super().__init__(path, endpoint)
        self.acts = acts

    def takes(self, request: Request, places: dict[str, Any]) -> bool:
        return act_name(places["act"]) in self.acts and super().takes(request, places)


def direct_routes(web: WebKind) -> list[Direct]:
    """The page and the acts of one kind."""
    # Where Harmony has a page of its own, its people are led there from here.
    audience = Audience(media=web.media_home is not None)

    async def show(request: Request) -> Response:
        return await aside(partial(shown, request))

    def shown(request: Request) -> Response:
        document_id: int = request.path_params["document_id"]
        receipt = _receipt(request)
        with visiting(request, counted=False) as (session, visit):
            actor = audience.admit(visit)
            counting = getattr(request.app.state, "counting_inbox", None)
            tasks = counting(actor) if counting and actor.side != "media" else None
            try:
                seen = look(session, actor, web, document_id, receipt, tasks)
            except Refusal:
                _tell(request, rows(session, tasks, {})[0].waiting if tasks else 0)
                raise
            _tell(request, seen.story.beside or 0)
            return answer(request, actor, web, seen)

    async def do(request: Request) -> Response:
        return await press(request, web, request.path_params["document_id"], act_name(request.path_params["act"]))

    path = f"/{web.kind.plural}/{{document_id:int}}"
    return [Direct(path, show, "GET", audience), DirectAct(f"{path}/{{act}}", do, frozenset(web.kind.rules.acts))]


def _tell(request: Request, tasks: int) -> None:
    """How many steps wait for this person, for the frame of the page."""
    request.state.shell = replace(request.state.shell, inbox_count=tasks)


def _receipt(request: Request) -> uuid.UUID | None:
    """The act after which the page is opened; an address that was cut short opens the page all the same."""
    with suppress(KeyError, ValueError):
        return uuid.UUID(request.query_params["receipt"])
    return None


async def press(request: Request, web: WebKind, document_id: int, act: str) -> Response:
    """`perform` that finds out who asks in the transaction that keeps the act."""
    data = await read_form(request)
    parsed = forms.parse(web.kind.payload(act), data)
    try:
        wish = wished(request, web, document_id, act, parsed)
    except Refusal:
        await meet(request)
        return await perform(request, EVERYBODY.admit(visit_of(request)), web, document_id, act)
    try:
        actor, kept = await aside(partial(_keep, request, data, wish))
        await follow(request.app.state.temporal, actor, kept)
    except TURNED_AWAY:
        raise
    except Refusal as refusal:
        return await not_taken(request, EVERYBODY.admit(visit_of(request)), web, document_id, act, parsed, refusal)
    return taken(web, wish)


def _keep(request: Request, form: FormData, wish: Wish) -> tuple[Actor, Kept]:
    with visiting(request, form) as (session, visit):
        actor = EVERYBODY.admit(visit)
        return actor, keep(session, actor, wish)
