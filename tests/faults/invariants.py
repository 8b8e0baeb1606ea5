"""What must hold in the database after everything: read as the owner, told as sentences, none when all is well."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import dict_row
from sqlalchemy import create_engine, select
from sqlmodel import Session, col
from temporalio.client import Client, WorkflowExecutionDescription, WorkflowExecutionStatus
from temporalio.service import RPCError

from models.catalog import KINDS
from models.processes.chain import broken_link
from models.processes.tables import ProcessEvent
from tests.faults.ledger import DONE, REFUSED, Ledger

NUMBERED = {"contract": "contract", "order": "purchase_order", "settlement": "settlement"}
WHOLE_ENDS = {
    "contract": "completed",
    "purchase_order": "confirmed",
    "delivery_round": "received",
    "inspection": "accepted",
    "settlement": "paid",
}

# Each gives rows only where something is wrong.
ONCE: dict[str, str] = {
    "a command is still open": "SELECT request_id, act FROM command WHERE state = 'open'",
    "a done command without its event": """
        SELECT c.request_id, c.kind, c.act FROM command c LEFT JOIN process_event e USING (request_id)
        WHERE c.state = 'done' AND c.act <> 'create' AND e.id IS NULL""",
    "an event whose command is not done": """
        SELECT e.request_id, e.act FROM process_event e JOIN command c USING (request_id) WHERE c.state <> 'done'""",
    "a request in two events": """
        SELECT request_id FROM process_event WHERE request_id IS NOT NULL GROUP BY request_id HAVING count(*) > 1""",
    "steps with a gap": """
        SELECT workflow_id FROM process_event GROUP BY workflow_id HAVING max(step) <> count(*) OR min(step) <> 1""",
    "a receive without exactly one receipt": """
        SELECT e.document_id, count(*), (SELECT count(*) FROM receipt r WHERE r.delivery_round_id = e.document_id)
        FROM process_event e WHERE e.kind = 'delivery' AND e.act = 'receive' GROUP BY e.document_id
        HAVING count(*) <> (SELECT count(*) FROM receipt r WHERE r.delivery_round_id = e.document_id)""",
    "a receipt without exactly one inspection": """
        SELECT r.id FROM receipt r LEFT JOIN inspection i ON i.receipt_id = r.id
        GROUP BY r.id HAVING count(i.id) <> 1""",
    "a round that received more or less than its receipts": """
        SELECT d.id FROM delivery_round d LEFT JOIN receipt r ON r.delivery_round_id = d.id GROUP BY d.id
        HAVING d.received_quantity <> coalesce(sum(r.quantity), 0)""",
    "an inspection settled twice": """
        SELECT inspection_id FROM settlement_item WHERE active GROUP BY inspection_id HAVING count(*) > 1""",
    "a settled inspection that no settlement holds": """
        SELECT i.id FROM inspection i LEFT JOIN settlement_item s ON s.inspection_id = i.id AND s.active
        WHERE i.settled <> (s.id IS NOT NULL)""",
    "a settlement that is not the sum of its items": """
        SELECT s.number FROM settlement s JOIN settlement_item i ON i.settlement_id = s.id GROUP BY s.id
        HAVING s.supply_amount <> sum(i.amount) OR s.vat_amount <> sum(i.vat)""",
    "a process that was never started": "SELECT workflow_id FROM outbox WHERE sent_at IS NULL",
    "a notification twice": """
        SELECT workflow_id, step, event, member_id FROM notification
        GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "a message that did not leave": "SELECT id, state, error FROM message WHERE state NOT IN ('sent', 'failed')",
    "a message that failed": """
        SELECT id, error FROM message WHERE state = 'failed' AND error IS DISTINCT FROM 'expired'""",
    "a document signed twice in one version": """
        SELECT kind, document_id, version, party FROM signature GROUP BY 1, 2, 3, 4 HAVING count(*) > 1""",
    "a serial number of no round": """
        SELECT s.id FROM delivery_serial s LEFT JOIN delivery_round d ON d.id = s.delivery_round_id
        WHERE d.id IS NULL OR d.status = 'removed'""",
}


def violations(owner_url: str) -> list[str]:
    """The rules of the database alone."""
    found = []
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:
        for what, query in ONCE.items():
            rows = connection.execute(query).fetchall()
            if rows:
                found.append(f"{what}: {len(rows)} ({rows[:3]})")
        found += _numbers(connection)
        found += _rows_and_events(connection)
    return [*found, *_chains(owner_url)]


def _numbers(connection: Any) -> Iterator[str]:
    """Numbers run from 1 without a gap, and the counter stands at the last."""
    for kind, table in NUMBERED.items():
        rows = connection.execute(f"SELECT DISTINCT number FROM {table}").fetchall()  # noqa: S608 - names from above
        by_day: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            day, _, number = row["number"].partition("-")
            by_day[day].append(int(number))
        for day, numbers in by_day.items():
            if sorted(numbers) != list(range(1, len(numbers) + 1)):
                yield f"numbers of {kind} {day} have a gap or a double: {sorted(numbers)}"
            prefix, date = day[:2], day[2:]
            last = connection.execute(
                "SELECT last FROM number_counter WHERE prefix = %s AND day = to_date(%s, 'YYYYMMDD')", (prefix, date)
            ).fetchone()
            if last is None or last["last"] != len(numbers):
                yield f"the counter of {day} stands at {last}, {len(numbers)} are given"


def _rows_and_events(connection: Any) -> Iterator[str]:
    """A document stands where its last event left it."""
    for kind in KINDS.values():
        table = kind.table.__tablename__
        rows = connection.execute(
            f"SELECT d.workflow_id, d.status, d.step, d.version, e.status_to, e.step AS last, e.version AS seen"  # noqa: S608
            f" FROM {table} d JOIN LATERAL (SELECT * FROM process_event e WHERE e.workflow_id = d.workflow_id"
            f" ORDER BY e.step DESC LIMIT 1) e ON true"
            f" WHERE (d.status, d.step, d.version) IS DISTINCT FROM (e.status_to, e.step, e.version)"
        ).fetchall()
        if rows:
            yield f"{kind.key} rows that differ from their last event: {rows[:3]}"


def _chains(owner_url: str) -> Iterator[str]:
    engine = create_engine(owner_url.replace("postgresql://", "postgresql+psycopg://", 1))
    with Session(engine) as session:
        events: dict[str, list[ProcessEvent]] = defaultdict(list)
        for event in session.execute(select(ProcessEvent).order_by(col(ProcessEvent.step))).scalars():
            events[event.workflow_id].append(event)
        for workflow_id, chain in events.items():
            broken = broken_link(chain)
            if broken is not None:
                yield f"the chain of {workflow_id} breaks at step {broken}"
    engine.dispose()


@dataclass(frozen=True)
class Told:
    """How what people were told compares with what is kept."""

    lost: list[str]
    doubled: list[str]
    contradicted: list[str]


def compared(owner_url: str, ledger: Ledger) -> Told:
    """Acts told done that are in no event, or in more than one; acts told refused that were done all the same."""
    with psycopg.connect(owner_url) as connection:
        rows = connection.execute(
            "SELECT request_id, count(*) FROM process_event WHERE request_id IS NOT NULL GROUP BY request_id"
        ).fetchall()
    kept: dict[uuid.UUID, int] = dict(rows)
    told = {DONE: ledger.told(DONE), REFUSED: ledger.told(REFUSED)}
    return Told(
        lost=[f"{a.path}/{a.act}" for a in told[DONE] if kept.get(uuid.UUID(a.request_id), 0) == 0],
        doubled=[f"{a.path}/{a.act}" for a in ledger.acts if kept.get(uuid.UUID(a.request_id), 0) > 1],
        contradicted=[f"{a.path}/{a.act}" for a in told[REFUSED] if uuid.UUID(a.request_id) in kept],
    )


def unfinished(owner_url: str, titles: Iterable[str]) -> list[str]:
    """Cases of finished main jobs that are not whole: one of each document at its end."""
    wanted = list(titles)
    found = []
    with psycopg.connect(owner_url, row_factory=dict_row) as connection:
        contracts = connection.execute(
            "SELECT title, case_key FROM contract WHERE title = ANY(%s)", (wanted,)
        ).fetchall()
        if len(contracts) != len(wanted):
            found.append(f"{len(wanted)} main jobs made {len(contracts)} contracts")
        for contract in contracts:
            for table, end in WHOLE_ENDS.items():
                rows = connection.execute(
                    f"SELECT status FROM {table} WHERE case_key = %s",  # noqa: S608
                    (contract["case_key"],),
                ).fetchall()
                if not rows or any(row["status"] != end for row in rows):
                    found.append(f"{contract['title']}: {table} is {[row['status'] for row in rows]}")
    return found


async def diverged(client: Client, owner_url: str) -> list[str]:
    """Workflows that say otherwise than their document: state of the open ones, end of the closed ones."""
    found = []
    for kind in KINDS.values():
        with psycopg.connect(owner_url, row_factory=dict_row) as connection:
            rows = connection.execute(
                f"SELECT workflow_id, status, step, version FROM {kind.table.__tablename__}"  # noqa: S608
            ).fetchall()
        for row in rows:
            told = await _told(client, row, closed=kind.rules.is_closed(row["status"]))
            if told:
                found.append(told)
    return found


def _work(description: WorkflowExecutionDescription) -> list[str]:
    """Activities under way and why the last attempt of each failed, for the message of a failing test."""
    waiting = description.raw_description.pending_activities
    return [
        f"{one.activity_type.name}: attempt {one.attempt}, {one.last_failure.message or 'no failure'}"
        for one in waiting
    ]


async def _told(client: Client, row: dict[str, Any], *, closed: bool) -> str:
    handle = client.get_workflow_handle(row["workflow_id"])
    try:
        description = await handle.describe()
        if closed:
            ended = description.status == WorkflowExecutionStatus.COMPLETED
            return (
                "" if ended else f"{row['workflow_id']} is {row['status']}, its workflow waits for {_work(description)}"
            )
        state = await handle.query("state")
    except RPCError as error:
        return f"{row['workflow_id']}: {error.message}"
    same = (state["status"], state["step"], state["version"]) == (row["status"], row["step"], row["version"])
    return "" if same else f"{row['workflow_id']}: row {row}, workflow {state}"


def sent_twice(admin_url: str) -> list[str]:
    """Messages the sandbox world got more than once, or under the house's keys not at all."""
    with psycopg.connect(admin_url) as connection:
        twice = connection.execute(
            "SELECT key FROM sandbox.delivery WHERE status < 300 GROUP BY key HAVING count(*) > 1"
        ).fetchall()
        missing = connection.execute(
            "SELECT m.dedupe_key FROM message m LEFT JOIN sandbox.delivery d ON d.key = m.dedupe_key"
            " WHERE m.state = 'sent' AND d.id IS NULL"
        ).fetchall()
    return [f"twice: {row[0]}" for row in twice] + [f"never: {row[0]}" for row in missing]
