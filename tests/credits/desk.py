"""The settlement office with credits' pages, for one person at a time."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import openpyxl
from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from models import catalog, clock, database
from models.auth.messages import Visit
from models.credits.wording import SENTENCES
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.kernel.roles import Role
from models.processes.messages import Actor
from tests import factories
from tests.admin.office import AT, Seat
from web import credits as credit_pages
from web import errors, footer
from web.portals import Shell, audience_of

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass
class Desk:
    """정산담당자, 제휴담당자, an administrator who may look, a buyer who may not."""

    officer: Actor
    manager: Actor
    admin: Actor
    buyer: Actor

    @contextmanager
    def seat(self, actor: Actor) -> Iterator[Seat]:
        """The pages as this person sees them."""
        with clock.set_to(AT), TestClient(_app(actor)) as client:
            yield Seat(client)


def opened() -> Desk:
    with database.working() as session:
        roles = (Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN, Role.BUYER)
        people = [factories.member(session, f"담당{at}", role) for at, role in enumerate(roles)]
        return Desk(*(factories.actor(person) for person in people))


def sheet(*rows: tuple[Any, ...], name: str = "1월.xlsx") -> dict[str, Any]:
    """An uploaded workbook."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return {"file": (name, target.getvalue(), XLSX)}


def text(*rows: tuple[Any, ...], encoding: str = "utf-8-sig", name: str = "1월.csv") -> dict[str, Any]:
    """An uploaded text in columns."""
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return {"file": (name, target.getvalue().encode(encoding), "text/csv")}


def _app(actor: Actor) -> FastAPI:
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
    errors.add_sentences(SENTENCES, FILE_SENTENCES, *(kind.words.sentences for kind in catalog.KINDS.values()))
    for router in (footer.router, credit_pages.router):
        app.include_router(router)
    return app
