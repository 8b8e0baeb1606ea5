"""One installation with a month in it, and the run that settles it."""

import asyncio
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from google.protobuf.duration_pb2 import Duration
from psycopg import sql
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from bench import credit_stock, stock
from bench.house import House, Installation
from bench.processes import answering
from models import clock, database
from models.credits.kind import CREDIT_RUN
from models.credits.run_rules import Status
from models.credits.run_tables import CreditRun
from models.credits.run_writes import open_run
from models.kernel.roles import Role
from models.keyring import Keyring
from models.processes.messages import Actor
from models.settings import read, settings
from web.acts import Wish, submit
from workflows.runtime.client import connect

WAIT_SECONDS = 900.0
TOLD = ("FIELD_KEYS", "PAYLOAD_KEYS", "SESSION_KEY", "WORKER_DATABASE_URL", "WEB_DATABASE_URL")
WRITTEN = (
    ("credit_outcome", "run_id = %(run)s"),
    ("credit_draft_line", "run_id = %(run)s"),
    ("credit_report", "run_id = %(run)s"),
    ("credit_report_line", "report_id IN (SELECT id FROM credit_report WHERE run_id = %(run)s)"),
    ("process_event", "workflow_id IN (SELECT workflow_id FROM credit_report WHERE run_id = %(run)s)"),
    ("notification", "workflow_id IN (SELECT workflow_id FROM credit_report WHERE run_id = %(run)s)"),
    ("message", "event = 'report_published'"),
    ("outbox", "workflow_id IN (SELECT workflow_id FROM credit_report WHERE run_id = %(run)s)"),
)
"""Every row a published month leaves."""


class Month:
    """One installation with a month in it, and the run that settles it."""

    def __init__(self, house: House, name: str, groups: int, lines: int) -> None:
        for key in TOLD:
            # What the month before was told is not this one's.
            os.environ.pop(key, None)
        self.installation: Installation = house.install(name)
        self.groups = groups
        asyncio.run(_register(house.temporal_address, name))
        for environment in self.installation.told.values():
            # Runs are named by their month: each installation has an engine's room of its own.
            environment["TEMPORAL_NAMESPACE"] = name  # type: ignore[index]
        told = self.installation.told["worker"]
        told = {**told, "WEB_DATABASE_URL": self.installation.told["web"]["WEB_DATABASE_URL"]}
        os.environ |= {key: told[key] for key in TOLD}
        settings.cache_clear()
        database.dispose()
        self.people = stock.fill(self.installation)
        keys = Keyring(read(told).field_keys)
        officer = credit_stock.fill(self.installation.owner_database, keys, groups, lines)
        self.officer = Actor(member_id=officer, name="정다은", roles=frozenset({Role.SETTLEMENT}))
        self.run: CreditRun | None = None

    async def client(self) -> Client:
        config = read(self.installation.told["worker"])
        return await connect(config.temporal_address, config.temporal_namespace, config.payload_keys)

    @contextmanager
    def serving(self, worker: Sequence[str] = ("worker.py", "people")) -> Iterator[tuple[int, int]]:
        """The processes of the house; the ids of worker and courier."""
        with ExitStack() as running:
            running.enter_context(self.installation.sandbox())
            people = running.enter_context(self.installation.worker(worker))
            courier = running.enter_context(self.installation.courier())
            running.enter_context(self.installation.web())
            answering(self.installation.is_healthy, "the worker")
            yield people, courier

    def begin(self) -> CreditRun:
        with database.working() as session:
            self.run = open_run(session, self.officer, credit_stock.MONTH, clock.now())
        return self.run

    def now(self) -> CreditRun:
        assert self.run is not None
        with database.working() as session:
            return session.get_one(CreditRun, self.run.id)

    def until(self, status: str) -> CreditRun:
        self.wait(lambda: self.now().status == status)
        return self.now()

    @staticmethod
    def wait(what: Any) -> Any:
        limit = time.monotonic() + WAIT_SECONDS
        while True:
            found = what()
            if found:
                return found
            if time.monotonic() > limit:
                raise TimeoutError("the run does not come to its end")
            time.sleep(0.02)  # noqa: TID251  (another process's work has nothing to wait on)

    async def approve(self) -> None:
        now = self.now()
        client = await self.client()
        await submit(
            client,
            self.officer,
            Wish(CREDIT_RUN.rules, CreditRun, now.id or 0, "approve", None, uuid.uuid4(), now.version),
        )

    def count(self, query: str) -> int:
        with psycopg.connect(self.installation.owner_database) as connection:
            row = connection.execute(query).fetchone()
        return int(row[0]) if row else 0

    def unsent(self) -> int:
        return self.count("SELECT count(*) FROM outbox WHERE kind = 'credit_report' AND sent_at IS NULL")

    def computed_and_published(self) -> float:
        """Seconds from 「정산 시작」 to the preview, and from 「승인」 to the last report."""
        began = time.perf_counter()
        self.begin()
        self.until(Status.PREVIEWED)
        seconds = time.perf_counter() - began
        began = time.perf_counter()
        asyncio.run(self.approve())
        self.until(Status.PUBLISHED)
        return seconds + time.perf_counter() - began

    def all_started(self) -> float:
        """Seconds from the first report to the last start of a process."""
        self.wait(lambda: self.unsent() == 0)
        query = "SELECT extract(epoch FROM max(sent_at) - min(created_at)) FROM outbox WHERE kind = 'credit_report'"
        with psycopg.connect(self.installation.owner_database) as connection:
            row = connection.execute(query).fetchone()
        return float(row[0]) if row else 0.0

    def plain_sql(self) -> float:
        """Seconds of writing the very rows of the run anew, a statement and a commit per table."""
        assert self.run is not None
        spent = 0.0
        with psycopg.connect(self.installation.owner_database, autocommit=True) as connection:
            for table, of in WRITTEN:
                names = {"new": sql.Identifier(f"bench_{table}"), "old": sql.Identifier(table)}
                connection.execute(sql.SQL("CREATE TABLE {new} (LIKE {old} INCLUDING ALL)").format(**names))
                copy = sql.SQL("INSERT INTO {new} SELECT * FROM {old} WHERE ").format(**names) + sql.SQL(of)
                began = time.perf_counter()
                done = connection.execute(copy, {"run": self.run.id})
                spent += time.perf_counter() - began
                assert done.rowcount >= self.groups
        return spent


async def _register(address: str, namespace: str) -> None:
    client = await Client.connect(address)
    kept = Duration(seconds=24 * 60 * 60)
    request = RegisterNamespaceRequest(namespace=namespace, workflow_execution_retention_period=kept)
    await client.workflow_service.register_namespace(request)
