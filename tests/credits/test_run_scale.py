"""Two hundred groups of ten media, by the pages a month has: sums that add up, one of everything."""

import psycopg
from sqlalchemy import select
from sqlmodel import col

from bench import credit_stock
from models import database as house
from models.columns import field_keys
from models.credits import run_writes
from models.credits.run_rules import Status
from models.kernel.roles import Role
from models.processes import chain
from models.processes.messages import Actor
from models.processes.tables import ProcessEvent
from tests.credits import run_world
from tests.engines import Database

CHECKS = {
    "reports": "SELECT count(*) FROM credit_report",
    "lines": "SELECT count(*) FROM credit_report_line",
    "events": "SELECT count(*) FROM process_event WHERE kind = 'credit_report'",
    "bells": "SELECT count(*) FROM notification",
    "messages": "SELECT count(*) FROM message",
    "starts": "SELECT count(*) FROM outbox WHERE kind = 'credit_report'",
}
DUE = "SELECT sum(trunc(amount * 0.705))::bigint, sum(div(trunc(amount * 0.705), 10))::bigint FROM credit_ledger"
PAID = "SELECT sum(supply)::bigint, sum(tax)::bigint FROM credit_report"


def test_two_hundred_groups(database: Database) -> None:
    officer = credit_stock.fill(database.owner_url, field_keys(), groups=200, lines=10)
    actor = Actor(member_id=officer, name="정다은", roles=frozenset({Role.SETTLEMENT}))
    with house.working() as session:
        run = run_writes.open_run(session, actor, credit_stock.MONTH, run_world.NOW)
    run_world.computed(run)
    run_world.published(run_world.put(run, Status.PUBLISHING))
    with psycopg.connect(database.owner_url) as connection:
        counted = {name: connection.execute(query).fetchone()[0] for name, query in CHECKS.items()}  # type: ignore[index]
        assert connection.execute(DUE).fetchone() == connection.execute(PAID).fetchone()
    with house.working() as session:
        events = session.execute(select(ProcessEvent).where(col(ProcessEvent.kind) == "credit_report")).scalars().all()
    # The database wrote the hashes; each is what the record's own rule says.
    assert [event.document_id for event in events if chain.broken_link([event]) is not None] == []
    assert counted == {"reports": 200, "lines": 2000, "events": 200, "bells": 200, "messages": 200, "starts": 200}
