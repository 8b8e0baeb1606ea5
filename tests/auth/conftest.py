"""A person to log in as, and the log-in pages as a small program of their own."""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated

import pytest
from fastapi import FastAPI
from sqlalchemy import select, update
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock
from models import database as house
from models.auth import passwords
from models.kernel.roles import Role
from models.members.tables import Member
from models.notifications.tables import Message
from models.processes.messages import Actor
from tests import engines, factories
from web import auth, errors, notifications, terms
from web.auth.audience import CurrentActor, require

PASSWORD = "Dongban1!"
NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)


@dataclass
class Clock:
    """The time of a test; starts at NOW and moves when told."""

    now: dt.datetime = NOW

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def time() -> Iterator[Clock]:
    here = Clock()
    with clock.set_to(lambda: here.now):
        yield here


@dataclass
class People:
    """One person of each side; all know the same password."""

    partner: Member
    buyer: Member


@pytest.fixture
def people(database: engines.Database, time: Clock) -> People:
    with house.working() as session:
        company = factories.company(session)
        partner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=company)
        buyer = factories.member(session, "차지애", Role.BUYER)
        everybody = update(Member).values(password_hash=passwords.hashed(PASSWORD))
        session.execute(everybody.execution_options(synchronize_session="fetch"))
    return People(partner, buyer)


def sent_code(member: Member) -> str:
    """The newest code on its way to a person."""
    with house.working() as session:
        newest = (
            select(Message)
            .where(col(Message.member_id) == member.id, col(Message.event) == "login_otp")
            .order_by(col(Message.id).desc())
            .limit(1)
        )
        found = re.search(r"\d{6}", session.execute(newest).scalar_one().body)
    assert found is not None
    return found[0]


@pytest.fixture
def app() -> FastAPI:
    """The log-in, the bell and two pages to protect."""
    made = FastAPI(docs_url=None, redoc_url=None)
    errors.install(made)
    auth.install(made)
    made.include_router(auth.router)
    made.include_router(notifications.router)
    made.include_router(terms.router)

    @made.get("/")
    def front(actor: CurrentActor) -> str:
        return actor.name

    @made.get("/buyers")
    def buyers(actor: Annotated[Actor, require(Role.BUYER)]) -> str:
        return actor.name

    @made.post("/acts")
    def act(actor: CurrentActor) -> str:
        return actor.name

    @made.get("/api/v1/front")
    def api_front(actor: CurrentActor) -> str:
        return actor.name

    @made.post("/api/v1/acts")
    def api_act(actor: CurrentActor) -> str:
        return actor.name

    return made


class Browser:
    """A person's browser: follows no redirect by itself, fills the forms it was shown."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url="http://portal.example", follow_redirects=False)
        self.page = ""

    def get(self, path: str) -> int:
        answer = self.client.get(path, headers={"accept": "text/html"})
        self.page = answer.text
        self.location = answer.headers.get("location", "")
        return answer.status_code

    def post(self, path: str, *, csrf: str | None = None, **values: str) -> int:
        token = self.csrf if csrf is None else csrf
        headers = {"accept": "text/html"}
        answer = self.client.post(path, data={"csrf": token, **values}, headers=headers)
        self.page = answer.text
        self.location = answer.headers.get("location", "")
        return answer.status_code

    def keep(self, cookie: str, value: str) -> None:
        """Hold a cookie instead of the one there may be."""
        for held in list(self.client.cookies.jar):
            if held.name == cookie:
                self.client.cookies.jar.clear(held.domain, held.path, held.name)
        self.client.cookies.set(cookie, value, domain="portal.example", path="/")

    def become(self, session: str) -> None:
        """Hold another session's token."""
        self.keep("dongban", session)

    @property
    def csrf(self) -> str:
        found = re.search(r'name="csrf" value="([^"]*)"', self.page)
        return found[1] if found else ""

    def type_password(self, member: Member, password: str = PASSWORD, **values: str) -> int:
        self.get("/login")
        return self.post("/login", login=member.login, password=password, **values)

    def log_in(self, member: Member) -> str:
        """Through both pages; the session's token."""
        self.type_password(member)
        self.get("/login/code")
        assert self.post("/login/code", code=sent_code(member)) == 303
        return self.client.cookies["dongban"]


@pytest.fixture
def browser(app: FastAPI, people: People) -> Browser:
    return Browser(app)


@pytest.fixture
def another(app: FastAPI) -> Callable[[], Browser]:
    return lambda: Browser(app)
