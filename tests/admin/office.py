"""The buying company's office with its pages, for one person at a time."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from sqlmodel import Session
from starlette.testclient import TestClient

from models import clock, database
from models.announcements.wording import SENTENCES as ANNOUNCEMENT_SENTENCES
from models.auth.wording import SENTENCES as AUTH_SENTENCES
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.kernel.roles import Role
from models.masters.wording import SENTENCES as MASTER_SENTENCES
from models.members.administration_wording import SENTENCES as ADMINISTRATION_SENTENCES
from models.members.tables import Company, Member
from models.processes.messages import Actor
from tests import factories, visiting
from web import admin, announcements, footer, masters

AT = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)


class Seat:
    """One person's browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> str:
        """The page; it must be there."""
        answer = self.client.get(path, params=query or None)
        assert answer.status_code == 200, f"{answer.status_code} {answer.text[:2000]}"
        return answer.text

    def status(self, path: str) -> int:
        return int(self.client.get(path, follow_redirects=False).status_code)

    def post(self, path: str, *, files: Any = None, **fields: Any) -> Any:
        """The answer, not followed."""
        return self.client.post(path, data={"csrf": "t", **fields}, files=files, follow_redirects=False)

    def done(self, path: str, *, files: Any = None, **fields: Any) -> str:
        """Press; the page one is sent to."""
        answer = self.post(path, files=files, **fields)
        assert answer.status_code == 303, f"{answer.status_code} {answer.text[:3000]}"
        return self.get(answer.headers["location"])


@dataclass
class Office:
    """An administrator, two buyers, a receiver, and a supplier with its contact."""

    admin: Actor
    second_admin: Actor
    buyer: Actor
    other: Actor
    receiver: Actor
    partner: Actor
    company_id: int

    @contextmanager
    def seat(self, actor: Actor | None, at: dt.datetime = AT) -> Iterator[Seat]:
        """The pages as this person sees them; None: somebody who is not logged in."""
        with clock.set_to(at), TestClient(_app(actor)) as client:
            yield Seat(client)


def opened() -> Office:
    with database.working() as session:
        firm = factories.company(session)
        return Office(
            admin=_actor(session, "오민석", Role.ADMIN),
            second_admin=_actor(session, "나관리", Role.ADMIN),
            buyer=_actor(session, "차지애", Role.BUYER),
            other=_actor(session, "권준", Role.BUYER),
            receiver=_actor(session, "최수현", Role.RECEIVER),
            partner=_actor(session, "김도윤", of=firm),
            company_id=firm.id or 0,
        )


def _actor(session: Session, name: str, *roles: Role, of: Company | None = None) -> Actor:
    return factories.actor(factories.member(session, name, *roles, of=of), of)


def member(member_id: int) -> Member:
    """A row as the tables hold it."""
    with database.working() as session:
        return session.get_one(Member, member_id)


def _app(actor: Actor | None) -> FastAPI:
    sentences = (
        ADMINISTRATION_SENTENCES,
        MASTER_SENTENCES,
        ANNOUNCEMENT_SENTENCES,
        FILE_SENTENCES,
        AUTH_SENTENCES,
    )
    routers = (footer.router, announcements.router, masters.router, admin.router)
    return visiting.application(actor, AT, routers, sentences=sentences)
