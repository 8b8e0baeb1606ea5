"""The house's pages of reports and payouts for one person; what is pressed is recorded at once."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import Depends, FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from models import catalog, clock
from models import database as house_database
from models.auth.messages import Visit
from models.credits.report_tables import CreditReport
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from models.processes.tables import Command
from tests.credits.report_world import World
from web import bulk, confirming, errors, footer
from web import credits as credit_pages
from web.credits import reports
from web.documents.api import api_router
from web.documents.routes import document_router
from web.engine import Decision
from web.portals import Shell, audience_of

VERSION = re.compile(r'name="version" value="(\d+)"')


class Desk:
    """One person's browser."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def get(self, path: str, **query: Any) -> str:
        """The page; it must be there."""
        answer = self.client.get(path, params=query or None)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    def status(self, path: str) -> int:
        return self.client.get(path).status_code

    def post(self, path: str, files: Any = None, **fields: Any) -> Any:
        """A form as it is sent; the answer, not followed."""
        keys = {"csrf": "t", "request_id": str(uuid.uuid4())}
        return self.client.post(path, data=keys | fields, files=files, follow_redirects=False)

    def act(self, report: CreditReport, act: str, **fields: Any) -> Any:
        """An act from the report's page as it is shown now."""
        base = f"/credit-reports/{report.id}"
        versions = VERSION.findall(self.client.get(f"{base}/{act}").text)
        return self.post(f"{base}/{act}", version=(versions or ["0"])[-1], **fields)


@contextmanager
def desk(world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Pages for `actor` at the world's hour."""

    async def deliver(client: Any, command: Command) -> Decision:
        del client
        return await asyncio.to_thread(_recorded, world, command)

    monkeypatch.setattr(confirming, "deliver", deliver)
    with clock.set_to(world.now), TestClient(_app(world, actor)) as client:
        yield Desk(client)


def _recorded(world: World, command: Command) -> Decision:
    with house_database.working() as session:
        found = session.get_one(CreditReport, command.document_id)
    try:
        return Decision(outcome=world.step(found, command.act, command.request_id))
    except Refusal as refusal:
        return Decision(refusal=refusal)


def _app(world: World, actor: Actor) -> FastAPI:
    async def meet(request: Request) -> None:
        request.state.visit = Visit(
            session_id=1,
            actor=actor,
            login="t",
            csrf="t",
            unread=0,
            must_change_password=False,
            created_at=world.now,
            last_seen_at=world.now,
            ends_at=world.now,
        )
        request.state.shell = Shell(
            audience=audience_of(actor.every_role), name=actor.name, roles=actor.every_role, csrf="t"
        )

    app = FastAPI(dependencies=[Depends(meet)])
    app.state.temporal = None
    errors.install(app)
    errors.add_sentences(*(kind.words.sentences for kind in catalog.KINDS.values()))
    for router in (bulk.router, footer.router, credit_pages.router):
        app.include_router(router)
    app.include_router(document_router(reports.WEB))
    app.include_router(api_router(reports.WEB), prefix="/api/v1")
    return app
