"""The relay's smaller promises, against an engine that answers as a test says."""

import asyncio
import datetime as dt
from typing import Any, cast

import psycopg
import pytest
from sqlalchemy import select, text
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models import clock
from models import database as house
from models.processes import writes
from models.processes.tables import Outbox
from models.settings import settings
from tests.engines import Database
from web.listening import listen
from web.relay import BACKOFF_SECONDS_MAX, Relay

NOW = dt.datetime(2026, 2, 9, 1, tzinfo=dt.UTC)
AWAY = RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")
ENDED = RPCError("workflow execution already completed", RPCStatusCode.NOT_FOUND, b"")
ABSENT = RPCError("workflow not found for ID: delivery/7", RPCStatusCode.NOT_FOUND, b"")
NAMESPACE = RPCError("Namespace default is not found.", RPCStatusCode.NOT_FOUND, b"")


class Engine:
    """Keeps the signals it was sent, or fails."""

    def __init__(self, failure: RPCError | None) -> None:
        self.failure = failure
        self.signals: list[tuple[str, str]] = []

    def get_workflow_handle(self, workflow_id: str) -> Any:
        self.asked = workflow_id
        return self

    async def signal(self, name: str, *, rpc_timeout: dt.timedelta) -> None:
        assert rpc_timeout
        if self.failure:
            raise self.failure
        self.signals.append((self.asked, name))


def row(key: str, kind: str, sent_at: dt.datetime | None = None, **more: str) -> Outbox:
    payload = {"workflow_id": "delivery/7", **more}
    return Outbox(
        workflow_id=key, kind=kind, payload=payload, created_at=NOW, next_attempt_at=NOW, attempts=0, sent_at=sent_at
    )


@pytest.mark.parametrize(
    ("failure", "started", "told"),
    [
        (None, True, True),
        (AWAY, True, False),
        (NAMESPACE, True, False),
        (ENDED, True, True),
        (ABSENT, False, False),
        (ABSENT, True, True),
    ],
)
async def test_a_moved_day_is_told_until_the_engine_took_it(
    database: Database, failure: RPCError | None, started: bool, told: bool
) -> None:
    with house.working() as session:
        session.add(row("delivery/7", "delivery", NOW if started else None))
    engine = Engine(failure)

    assert await Relay(cast("Client", engine))._start(row("delivery/7/rearm/2", "rearm")) is told
    assert engine.signals == ([] if failure else [("delivery/7", "policy_changed")])


@pytest.mark.parametrize(("failure", "told"), [(None, True), (AWAY, False), (ENDED, True)])
async def test_a_signal_of_an_occasion_is_sent_until_the_engine_took_it(
    database: Database, failure: RPCError | None, told: bool
) -> None:
    with house.working() as session:
        writes.tell(session, "delivery/7", "hub_changed", "sandbox/1")
        writes.tell(session, "delivery/7", "hub_changed", "sandbox/1")
        kept = session.execute(select(Outbox)).scalars().all()
    assert [(one.workflow_id, one.kind) for one in kept] == [("delivery/7/tell/sandbox/1", "tell")]
    engine = Engine(failure)

    assert await Relay(cast("Client", engine))._start(kept[0]) is told
    assert engine.signals == ([] if failure else [("delivery/7", "hub_changed")])


def test_a_start_is_taken_once_and_what_begins_by_the_thousand_by_its_own_rounds(database: Database) -> None:
    with house.working() as session:
        kinds = {"delivery/7": "delivery", "delivery/8": "delivery", "credit-report/1": "credit_report"}
        session.add_all(row(key, kind) for key, kind in kinds.items())
        session.add(row("delivery/6", "delivery", NOW))
    relay = Relay(cast("Client", Engine(None)))

    taken = relay._due_starts()
    assert [(one.workflow_id, one.kind, one.payload) for one in taken] == [
        (key, "delivery", {"workflow_id": "delivery/7"}) for key in ("delivery/7", "delivery/8")
    ]
    assert relay._due_starts() == []
    assert [one.workflow_id for one in relay.behind._taken(1)] == ["credit-report/1"]

    relay._mark_starts({taken[0].id: True, taken[1].id: False})
    with house.working() as session:
        kept = {one.workflow_id: one for one in session.execute(select(Outbox)).scalars()}
        assert kept["delivery/7"].sent_at is not None
        assert (kept["delivery/8"].sent_at, kept["delivery/8"].attempts) == (None, 1)
        now = clock.now()
        assert now < kept["delivery/8"].next_attempt_at < now + dt.timedelta(seconds=BACKOFF_SECONDS_MAX)


@pytest.mark.parametrize("turns", range(6))
async def test_who_is_told_while_they_are_stopped_stops(turns: int) -> None:
    """A notice and the stop meet in the same few turns of the loop: the stop must not be lost."""
    begun, woken = asyncio.Event(), asyncio.Event()

    async def work() -> int:
        begun.set()
        return 0

    running = asyncio.create_task(Relay(cast("Client", Engine(None)))._repeat(work, woken, 1))
    await begun.wait()
    for _ in range(3):
        await asyncio.sleep(0)

    woken.set()
    for _ in range(turns):
        await asyncio.sleep(0)
    running.cancel()

    await asyncio.wait([running], timeout=10)
    assert running.cancelled()


CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()
"""


@pytest.mark.parametrize(("kind", "told"), [("delivery", writes.STARTS), ("credit_report", writes.BEHIND)])
async def test_a_start_wakes_the_rounds_of_its_kind_alone(database: Database, kind: str, told: str) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    begun = asyncio.Event()
    listening = asyncio.create_task(listen(settings().worker_database_url, writes.CHANNEL, begun.set, heard.put_nowait))
    await asyncio.wait_for(begun.wait(), 10)

    def start() -> None:
        with house.working() as session:
            writes.start_other(session, "one/1", kind, {})

    await asyncio.to_thread(start)
    relay = Relay(cast("Client", Engine(None)))
    relay._wake(await asyncio.wait_for(heard.get(), 10))
    assert [name for name, woken in relay.woken.items() if woken.is_set()] == [told]

    def cut_off() -> None:
        with house.working() as session:
            session.execute(text(CUT_OFF))

    await asyncio.to_thread(cut_off)
    with pytest.raises(psycopg.OperationalError):
        await asyncio.wait_for(listening, 10)
