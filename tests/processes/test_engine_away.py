"""A web process that started while the engine was away: nothing has ever been connected, and nobody gets an error."""

import datetime as dt
import uuid

import pytest
from temporalio.client import Client

from models.processes.tables import Command
from models.settings import settings
from ops.ports import LOOPBACK, free_port
from web.engine import PENDING, deliver
from workflows.runtime.client import answers, connect, reaching


@pytest.fixture
async def away() -> Client:
    """A client as the web has it, of an engine that does not answer."""
    return await connect(f"{LOOPBACK}:{free_port()}", "default", settings().payload_keys, lazy=True)


def command() -> Command:
    return Command.model_construct(
        request_id=uuid.uuid4(),
        workflow_id="contract/CR20260209-001/1",
        act="complete_review",
        actor_id=1,
        actor_company_id=1,
        actor_roles=["partner"],
        expected_version=0,
        created_at=dt.datetime(2026, 2, 9, 1, tzinfo=dt.UTC),
    )


async def test_an_act_is_pending(away: Client) -> None:
    assert await deliver(away, command()) == PENDING


async def test_it_does_not_answer(away: Client) -> None:
    assert not await answers(away)


def test_a_mistake_of_ours_is_not_taken_for_an_engine_away() -> None:
    with pytest.raises(RuntimeError, match="a mistake"), reaching():
        raise RuntimeError("a mistake")
