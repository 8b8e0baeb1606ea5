"""Daily anchors notice what was cut from the record's end."""

import datetime as dt

import psycopg

from models import database as house
from models.processes import anchors, chain
from models.processes.tables import ProcessEvent
from tests import factories
from tests.engines import Database

DAY = dt.date(2026, 2, 9)


def event(workflow_id: str, step: int, prev: str) -> ProcessEvent:
    made = ProcessEvent(
        workflow_id=workflow_id,
        step=step,
        kind="contract",
        document_id=1,
        case_key="CR20260209-001",
        act="request_review",
        status_from="drafting",
        status_to="review_requested",
        version=step,
        detail={},
        outcome={},
        at=factories.NOW,
        prev_hash=prev,
        hash="",
    )
    made.hash = chain.digest(made)
    return made


def test_anchors_hold_until_something_they_cover_is_cut(database: Database) -> None:
    with house.working() as session:
        first = event("contract/a/1", 1, chain.GENESIS)
        session.add(first)
        session.flush()
        one = anchors.take(session, DAY, factories.NOW)
        assert anchors.take(session, DAY, factories.NOW).hash == one.hash
        session.add_all([event("contract/a/1", 2, first.hash), event("contract/b/1", 1, chain.GENESIS)])
        session.flush()
        two = anchors.take(session, DAY + dt.timedelta(days=1), factories.NOW)
        assert (one.documents, two.documents) == (1, 2)
        assert anchors.broken(session) == []

    with psycopg.connect(database.owner_url, autocommit=True) as owner:
        owner.execute("DELETE FROM process_event WHERE workflow_id = 'contract/a/1' AND step = 2")

    with house.working() as session:
        assert anchors.broken(session) == [DAY + dt.timedelta(days=1)]
