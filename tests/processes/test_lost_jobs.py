"""A task that was lost on its way to a worker is asked for again; what has an end of its own keeps it."""

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
from temporalio import activity, workflow
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ActivityError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.workflow import ActivityConfig

from models.settings import settings
from workflows import steps

BRIEF = dt.timedelta(seconds=1)
done: list[tuple[int, int]] = []


@workflow.defn
class Asking:
    """One job on a queue that some workers serve, or nobody."""

    @workflow.run
    async def run(self, queue: str, seconds: float) -> str:
        config: ActivityConfig = {**steps.DOCUMENT, "task_queue": queue}
        if seconds:
            config["schedule_to_close_timeout"] = dt.timedelta(seconds=seconds)
        try:
            found: str = await steps.perform("add_up", 2, 3, result_type=str, **config)
        except ActivityError:
            return "late"
        return found


@activity.defn
async def add_up(one: int, other: int) -> str:
    done.append((one, other))
    return str(one + other)


@pytest.fixture
async def client(temporal_server: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Client]:
    """The engine that tells time truly: the time-skipping one stands still while a job waits for its worker."""
    monkeypatch.setattr(steps, "FOUND_WITHIN", BRIEF)
    monkeypatch.setattr(steps, "FOUND_WITHIN_MAX", 2 * BRIEF)
    made = await Client.connect(temporal_server, namespace=settings().temporal_namespace)
    async with Worker(made, task_queue="asking", workflows=[Asking], workflow_runner=UnsandboxedWorkflowRunner()):
        yield made


async def _asked(client: Client, queue: str, seconds: float = 0) -> WorkflowHandle[Any, str]:
    return await client.start_workflow(
        Asking.run, args=[queue, seconds], id=f"asking/{uuid.uuid4()}", task_queue="asking"
    )


async def _scheduled(handle: WorkflowHandle[Any, str]) -> list[Any]:
    events = (await handle.fetch_history()).events
    return [
        event.activity_task_scheduled_event_attributes
        for event in events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


async def test_a_job_nobody_found_is_asked_for_again_with_growing_patience(client: Client) -> None:
    queue = str(uuid.uuid4())
    handle = await _asked(client, queue)
    while len(asked := await _scheduled(handle)) < 4:  # noqa: ASYNC110 - the engine's own work
        await asyncio.sleep(0.05)
    patience = [each.schedule_to_start_timeout.ToTimedelta() / BRIEF for each in asked]
    assert patience == [1, 2, 2, 2]
    done.clear()
    async with Worker(client, task_queue=queue, activities=[add_up]):
        assert await handle.result() == "5"
    assert done == [(2, 3)]


async def test_what_has_an_end_of_its_own_ends_then(client: Client) -> None:
    handle = await _asked(client, str(uuid.uuid4()), 3 * BRIEF.total_seconds())
    assert await handle.result() == "late"
    asked = await _scheduled(handle)
    assert asked[0].schedule_to_close_timeout.ToTimedelta() == 3 * BRIEF
    assert all(each.schedule_to_close_timeout.ToTimedelta() < 2 * BRIEF for each in asked[1:])
    assert len(asked) in {2, 3}
