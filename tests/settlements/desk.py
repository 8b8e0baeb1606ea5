"""The pages of inspections and settlements for one person, with the engine's answer recorded at once."""

import asyncio
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from models import clock
from models.auth.messages import Visit
from models.catalog import KINDS
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from models.processes.tables import Command
from tests.settlements.world import AT, World
from web import bulk, confirming, errors, inspections, settlements
from web.documents.api import api_router
from web.documents.kinds import WebKind
from web.documents.routes import document_router
from web.engine import Decision
from web.portals import Shell, audience_of

VERSION = re.compile(r'name="version" value="(\d+)"')
REQUEST = re.compile(r'name="request_id" value="([0-9a-f-]{36})"')


class Desk:
    """One person's browser."""

    def __init__(self, client: TestClient, actor: Actor) -> None:
        self.client = client
        self.actor = actor

    def get(self, path: str, **query: Any) -> str:
        """The page; it must be there."""
        answer = self.client.get(path, params=query or None)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    def status(self, path: str) -> int:
        return self.client.get(path).status_code

    def act(self, base: str, act: str, **fields: Any) -> Any:
        """Send an act from its page as it is shown now; the answer, not followed."""
        shown = self.client.get(f"{base}/{act}").text
        versions, requests = VERSION.findall(shown), REQUEST.findall(shown)
        keys = {"csrf": "t", "request_id": (requests or [str(uuid.uuid4())])[-1], "version": (versions or ["0"])[-1]}
        return self.client.post(f"{base}/{act}", data=keys | fields, follow_redirects=False)


ROUTERS = (bulk.router, inspections.router, settlements.router)
KINDS_SHOWN = (inspections.WEB, settlements.WEB)


@contextmanager
def desk(
    world: World,
    actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
    routers: Sequence[APIRouter] = ROUTERS,
    webs: Sequence[WebKind] = KINDS_SHOWN,
) -> Iterator[Desk]:
    """Pages for `actor`; what they press is recorded by the world's recorder."""

    async def deliver(client: Any, command: Command) -> Decision:
        return await asyncio.to_thread(_recorded, world, command)

    monkeypatch.setattr(confirming, "deliver", deliver)
    with clock.set_to(AT), TestClient(_app(actor, routers, webs)) as client:
        yield Desk(client, actor)


def _recorded(world: World, command: Command) -> Decision:
    kind = KINDS[command.kind]
    found = world.load(kind.table, command.document_id)
    try:
        return Decision(outcome=world.record(kind, found, command.act, AT, command.request_id))
    except Refusal as refusal:
        return Decision(refusal=refusal)


def _app(actor: Actor, routers: Sequence[APIRouter], webs: Sequence[WebKind]) -> FastAPI:
    async def meet(request: Request) -> None:
        request.state.visit = Visit(
            session_id=1,
            actor=actor,
            login="t",
            csrf="t",
            unread=0,
            must_change_password=False,
            created_at=AT,
            last_seen_at=AT,
            ends_at=AT,
        )
        request.state.shell = Shell(
            audience=audience_of(actor.every_role), name=actor.name, roles=actor.every_role, csrf="t"
        )

    app = FastAPI(dependencies=[Depends(meet)])
    app.state.temporal = None
    errors.install(app)
    for kind in KINDS.values():
        errors.add_sentences(kind.words.sentences)
    for router in routers:
        app.include_router(router)
    for web in webs:
        app.include_router(document_router(web))
        app.include_router(api_router(web), prefix="/api/v1")
    return app
