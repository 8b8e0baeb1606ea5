"""The pages of identity as a small program of their own, with the sandbox worlds in the same process."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from models import clock
from models import database as house
from models.identity.wording import SENTENCES
from models.settings import settings
from tests import engines
from tests.identity.world import SANDBOX, InlineEngine, TestWorlds
from web import auth, errors, identity
from web.auth.audience import anyone
from web.sandbox.app import create

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
PORTAL = "http://portal.example"


@dataclass
class Clock:
    now: dt.datetime = NOW

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def time() -> Iterator[Clock]:
    here = Clock()
    with clock.set_to(lambda: here.now):
        yield here


@pytest.fixture
def sandbox(database: engines.Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    monkeypatch.setenv("PUBLIC_URL", PORTAL)
    monkeypatch.setenv("SANDBOX_URL", SANDBOX)
    settings.cache_clear()
    with TestClient(create(database.sandbox_url), base_url=SANDBOX) as client:
        for name in ("phone", "mail", "carrier", "registry"):
            client.post(f"/board/{name}", data={"delay_ms": "0"})
        yield client


@pytest.fixture
def engine(sandbox: TestClient) -> InlineEngine:
    return InlineEngine(TestWorlds(sandbox))


@pytest.fixture
def app(engine: InlineEngine) -> FastAPI:
    made = FastAPI(docs_url=None, redoc_url=None)
    made.state.temporal = engine
    errors.install(made)
    auth.install(made)
    errors.add_sentences(SENTENCES)
    made.include_router(identity.router)

    @made.get("/who", dependencies=[anyone("a page of this test")])
    def who(request: Request) -> str:
        with house.web() as session:
            return identity.checked(request, session, "signup").name

    return made


@dataclass
class Browser:
    """Follows nothing by itself; `page` is the latest answer."""

    client: TestClient
    page: str = ""
    location: str = ""
    csrf: str = field(default="", repr=False)

    def get(self, path: str, **more: Any) -> int:
        return self._took(self.client.get(path.removeprefix(PORTAL), **more))

    def post(self, path: str, **form: str) -> int:
        return self._took(self.client.post(path, data={"csrf": self.csrf, **form}))

    def _took(self, answer: Any) -> int:
        self.page, self.location = unescape(answer.text), answer.headers.get("location", "")
        if found := re.search(r'name="csrf" value="([^"]+)"', answer.text):
            self.csrf = found[1]
        return int(answer.status_code)

    def link(self, mark: str) -> str:
        """The address of the link or form with this mark."""
        found = re.search(rf'href="([^"]+)"[^>]*{mark}', self.page)
        assert found is not None, self.page
        return found[1]


@pytest.fixture
def browser(app: FastAPI, time: Clock) -> Iterator[Browser]:
    with TestClient(app, base_url=PORTAL, follow_redirects=False) as client:
        yield Browser(client)
