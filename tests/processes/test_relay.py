"""The relay's smaller promises, against an engine that answers as a test says."""

import datetime as dt
from typing import Any, cast

import pytest
from sqlalchemy import select
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from models import database as house
from models.processes import writes
from models.processes.tables import Outbox
from tests.engines import Database
from web.relay import Relay

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
