"""The pages of members for one person, with the engine's answer recorded at once."""

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
from models.catalog import KINDS
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from models.processes.tables import Command
from tests import visiting
from tests.changes.world import AT, World
from web import changes, company, confirming, files, identity, inbox, withdrawals
from web.engine import Decision

HIDDEN = re.compile(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"')


class Desk:
    """One person's browser."""

    def __init__(self, client: TestClient, actor: Actor) -> None:
        self.client = client
        self.actor = actor

    def get(self, path: str) -> str:
        """The page; it must be there."""
        answer = self.client.get(path)
        assert answer.status_code == 200, answer.text[:2000]
        return answer.text

    def status(self, path: str) -> int:
        return self.client.get(path, follow_redirects=False).status_code

    def send(self, path: str, files: Any = None, **fields: Any) -> Any:
        """Send a form with what its page has hidden in it; the answer, not followed."""
        hidden = dict(HIDDEN.findall(self.client.get(path).text))
        keys = {"csrf": "t", "request_id": str(uuid.uuid4())} | hidden
        data = {name.replace("__", "-"): value for name, value in (keys | fields).items()}
        return self.client.post(path, data=data, files=files, follow_redirects=False)


@contextmanager
def desk(world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Pages for `actor`; what they press is recorded by the world's recorder."""

    async def deliver(client: Any, command: Command) -> Decision:
        return await asyncio.to_thread(_recorded, world, command)

    monkeypatch.setattr(confirming, "deliver", deliver)
    with clock.set_to(AT), TestClient(_app(actor, individual=actor == world.single)) as client:
        yield Desk(client, actor)


def _recorded(world: World, command: Command) -> Decision:
    kind = KINDS[command.kind]
    found = world.load(kind.table, command.document_id)
    try:
        return Decision(outcome=world.record(kind, found, command.act, command.request_id))
    except Refusal as refusal:
        return Decision(refusal=refusal)


def _app(actor: Actor, *, individual: bool) -> FastAPI:
    routers = (inbox.router, files.router, identity.router, company.router, changes.router, withdrawals.router)
    webs = (changes.WEB, withdrawals.WEB)
    app = visiting.application(actor, AT, routers, webs, individual=individual)
    app.state.act_pages = {kind: frozenset() for kind in KINDS} | {
        web.kind.key: frozenset(web.act_templates) for web in webs
    }
    return app
