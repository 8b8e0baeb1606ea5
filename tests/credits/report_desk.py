"""The house's pages of reports and payouts for one person; what is pressed is recorded at once."""

import asyncio
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models import clock
from models import database as house_database
from models.credits.report_tables import CreditReport
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from models.processes.tables import Command
from tests import visiting
from tests.credits.report_world import World
from web import bulk, confirming, footer
from web import credits as credit_pages
from web.credits import reports
from web.engine import Decision

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
    routers = (bulk.router, footer.router, credit_pages.router)
    return visiting.application(actor, world.now, routers, (reports.WEB,))
