"""The pages of inspections and settlements for one person, with the engine's answer recorded at once."""

import asyncio
import re
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import APIRouter
from starlette.testclient import TestClient

from models import clock
from models.catalog import KINDS
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from models.processes.tables import Command
from tests import visiting
from tests.settlements.world import AT, World
from web import bulk, confirming, inspections, settlements
from web.documents.kinds import WebKind
from web.engine import Decision

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
    with clock.set_to(AT), TestClient(visiting.application(actor, AT, routers, webs)) as client:
        yield Desk(client, actor)


def _recorded(world: World, command: Command) -> Decision:
    kind = KINDS[command.kind]
    found = world.load(kind.table, command.document_id)
    try:
        return Decision(outcome=world.record(kind, found, command.act, AT, command.request_id))
    except Refusal as refusal:
        return Decision(refusal=refusal)
