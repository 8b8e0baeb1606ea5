"""The questions on a real engine: its histories, decoded, hold nobody's data."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.worker import Worker

from activities.inquiries import Inquiries
from models import database as house
from models.identity import writes
from models.identity.messages import IdentityRequest
from models.identity.rules import Carrier, CheckState, Method, Purpose, Question, WorldAway
from models.settings import settings
from tests.identity.conftest import NOW, Clock
from tests.identity.world import SOMEBODY, TestWorlds, pass_code
from web import inquiries
from workflows import inquiries as workflow
from workflows import steps
from workflows.runtime.client import connect

SECRETS = (SOMEBODY.name, SOMEBODY.phone, "1991", "19910302", "910302", SOMEBODY.ci[:24], "192.0.2.7", "가람로")
KEYWORD = "한가람로 77 가람아파트"


@pytest.fixture
async def client(temporal_server: str, sandbox: TestClient, time: Clock) -> AsyncIterator[Client]:
    made = await connect(temporal_server, settings().temporal_namespace, settings().payload_keys)
    answers = Inquiries(TestWorlds(sandbox))
    with ThreadPoolExecutor(2) as threads:
        async with Worker(
            made,
            task_queue=steps.EXTERNAL,
            workflows=[workflow.Inquiry],
            activities=[*answers.activities],
            activity_executor=threads,
        ):
            yield made


def request_to(client: Client) -> Any:
    return SimpleNamespace(app=SimpleNamespace(state=SimpleNamespace(temporal=client)))


async def whole_history(client: Client) -> str:
    """Every payload of every question, opened with the payload keys, and everything else as the engine keeps it."""
    codec = client.data_converter.payload_codec
    assert codec is not None
    told: list[str] = []
    for _ in range(100):
        found = [one async for one in client.list_workflows('WorkflowType = "Inquiry"')]
        if found and all(one.close_time for one in found):
            break
        await asyncio.sleep(0.1)
    for one in found:
        history = await client.get_workflow_handle(one.id, run_id=one.run_id).fetch_history()
        told.append(one.id)
        for event in history.events:
            told.append(event.SerializeToString().decode(errors="replace"))
            told += [opened.data.decode() for opened in await _opened(event, codec)]
    return "\n".join(told)


async def _opened(message: Any, codec: Any) -> list[Payload]:
    """Every payload below a protobuf message, decrypted."""
    found: list[Payload] = []
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        values = list(value.values()) if _is_map(field) else (list(value) if field.is_repeated else [value])
        for one in values:
            if isinstance(one, Payload):
                found += await codec.decode([one])
            elif hasattr(one, "ListFields"):
                found += await _opened(one, codec)
    return found


def _is_map(field: Any) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


async def test_no_personal_data_is_in_the_histories_of_a_whole_identification(
    client: Client, sandbox: TestClient
) -> None:
    request = request_to(client)
    token, _ = await asyncio.to_thread(writes.begin_check, Purpose.SIGNUP, "/", NOW)
    wanted = IdentityRequest(
        name=SOMEBODY.name,
        birth_date=SOMEBODY.birth_date,
        sex=SOMEBODY.sex,
        foreign_national=False,
        phone=SOMEBODY.phone,
        carrier=Carrier.SKT,
        method=Method.SMS,
        ip="192.0.2.7",
    )
    await asyncio.to_thread(writes.keep_request, token, wanted)
    with house.web() as session:
        found = writes.find_check(session, token)
    assert found is not None
    assert found.id is not None
    sent = await inquiries.identity(request, Question.IDENTITY_SEND, found.id)
    assert sent.state == CheckState.OPEN
    code = await asyncio.to_thread(pass_code, sandbox, SOMEBODY.phone)
    done = await inquiries.identity(request, Question.IDENTITY_CONFIRM, found.id, code)
    assert done.state == CheckState.VERIFIED
    await inquiries.addresses(request, KEYWORD)
    history = await whole_history(client)
    # The walk does reach the payloads: what may be there is there.
    assert "identity_confirm" in history
    assert '"state":"answered"' in history
    for secret in (*SECRETS, code):
        assert secret not in history


@pytest.mark.parametrize(
    ("question", "weather"),
    [
        (lambda request: inquiries.registry_status(request, ["1208147521"]), "registry"),
        (lambda request: inquiries.identity(request, Question.IDENTITY_READ, 1), "carrier"),
    ],
    ids=["registry", "carrier"],
)
async def test_a_world_that_is_away_is_asked_twice_and_told_as_away(
    client: Client, sandbox: TestClient, question: Callable[[Any], Awaitable[object]], weather: str
) -> None:
    await asyncio.to_thread(writes.begin_check, Purpose.SIGNUP, "/", NOW)
    await asyncio.to_thread(lambda: sandbox.post(f"/board/{weather}", data={"outage": "1"}))
    with pytest.raises(WorldAway):
        await question(request_to(client))
    history = await whole_history(client)
    assert "is away: HTTP 50" in history
    assert '"state":"away"' in history


async def test_without_an_engine_there_is_an_answer_within_seconds(sandbox: TestClient, time: Clock) -> None:
    gone = await connect("127.0.0.1:9", "default", settings().payload_keys, lazy=True)
    with pytest.raises(WorldAway):
        await asyncio.wait_for(inquiries.registry_status(request_to(gone), ["1208147521"]), 10)


async def test_without_a_worker_nobody_waits_for_ever(
    temporal_server: str, sandbox: TestClient, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inquiries, "WAIT_SECONDS", 0.5)
    alone = await connect(temporal_server, settings().temporal_namespace, settings().payload_keys)
    with pytest.raises(WorldAway):
        await inquiries.registry_status(request_to(alone), ["1208147521"])
