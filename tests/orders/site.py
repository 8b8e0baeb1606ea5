"""The pages of orders and deliveries over HTTP, with steps recorded at once instead of by the engine."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.testclient import TestClient

from models.processes.messages import Actor
from tests import visiting
from tests.orders.world import NOW, World
from web import bulk, deliveries, errors, files, orders
from web.acts import Wish
from web.documents import routes
from web.documents.routes import document_router
from web.engine import Decision

INPUT = re.compile(r'name="(rows-\d+-[a-z_]+)"[^>]*? value="([^"]*)"')
CHOSEN = re.compile(r'<select [^>]*name="([^"]+)".*?<option value="([^"]*)" selected', re.DOTALL)


class Site:
    """A browser for each person, on one small program."""

    def __init__(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.people = {
            "buyer": world.buyer,
            "receiver": world.receiver,
            "partner": world.partner,
            "second": world.second,
        }
        app = FastAPI()
        app.state.temporal = None
        errors.install(app)
        for web in (orders.WEB, deliveries.WEB):
            errors.add_sentences(web.kind.words.sentences)
        app.middleware("http")(self._as_somebody)
        for router in (bulk.router, files.router, orders.router, deliveries.router):
            app.include_router(router)
        for web in (orders.WEB, deliveries.WEB):
            app.include_router(document_router(web))
        monkeypatch.setattr(routes, "submit", self._submit)
        monkeypatch.setattr(bulk, "submit", self._submit)
        self.client = TestClient(app, base_url="http://portal.example", follow_redirects=False)

    def actor(self, who: str) -> Actor:
        return self.world.actor(self.people[who])

    async def _as_somebody(self, request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        visiting.enter(request, self.actor(request.headers["x-as"]), NOW)
        return await go_on(request)

    async def _submit(self, client: Any, actor: Actor, wish: Wish) -> Decision:
        made = await run_in_threadpool(self.world.wished, actor, wish)
        return Decision(outcome=made)

    def get(self, who: str, path: str) -> Any:
        return self.client.get(path, headers={"x-as": who, "accept": "text/html"})

    def post(self, who: str, path: str, data: dict[str, Any] | None = None, files: dict[str, Any] | None = None) -> Any:
        body = {"csrf": visiting.CSRF, "request_id": f"{self.world.next_id():032x}"} | (data or {})
        return self.client.post(path, data=body, files=files, headers={"x-as": who, "accept": "text/html"})


def plan_fields(text: str) -> dict[str, str]:
    """The lines of the plan as a browser would send them back."""
    found = dict(INPUT.findall(text))
    chosen = {name: value for name, value in CHOSEN.findall(text) if name.startswith("rows-")}
    return found | chosen


def part(text: str, start: str, end: str) -> str:
    """What stands between two marks of a page."""
    return text.split(start, 1)[1].split(end, 1)[0]
