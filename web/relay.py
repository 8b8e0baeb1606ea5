"""The relay: what was kept in tables and not yet taken to the engine is taken there, again and again (ADR 1).

Runs beside the worker. Any number may run: rows are locked while they are handled, ids make repeats harmless.
"""

import asyncio
import datetime as dt
import logging
import uuid
from collections.abc import Awaitable, Callable
from contextlib import suppress

import psycopg
from sqlalchemy import func, select, update
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from models import clock, database
from models.kernel.refusals import ActNotPossible
from models.notifications.tables import Message
from models.processes import writes
from models.processes.tables import Command, Outbox
from models.settings import settings
from web.acts import explained
from web.engine import deliver, is_starting
from workflows.steps import EXTERNAL, INTERACTIVE

log = logging.getLogger("relay")

IDLE_SECONDS = 1.0
BATCH = 50
BACKOFF_SECONDS_MAX = 10
RPC_TIMEOUT = dt.timedelta(seconds=4)
WORKFLOWS = {
    "contract": ("ContractWorkflow", INTERACTIVE),
    "order": ("OrderWorkflow", INTERACTIVE),
    "delivery": ("DeliveryWorkflow", INTERACTIVE),
    "inspection": ("InspectionWorkflow", INTERACTIVE),
    "settlement": ("SettlementWorkflow", INTERACTIVE),
    "messages": ("MessageBatch", EXTERNAL),
}


class Relay:
    """Starts, commands and message batches, woken by NOTIFY and once a second."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.woken = asyncio.Event()

    async def run(self) -> None:
        """Until cancelled; a failing round is logged and tried again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for work in (self._starts, self._commands, self._messages):
                group.create_task(self._repeat(work))

    async def _repeat(self, work: Callable[[], Awaitable[int]]) -> None:
        while True:
            try:
                busy = await work()
            except Exception:
                log.exception("round failed, trying again")
                busy = 0
            if not busy:
                woken = self.woken
                with suppress(TimeoutError):
                    await asyncio.wait_for(woken.wait(), IDLE_SECONDS)

    async def _listen(self) -> None:
        while True:
            try:
                connection = await psycopg.AsyncConnection.connect(
                    settings().worker_database_url, autocommit=True
                )
                async with connection:
                    await connection.execute(f"LISTEN {writes.CHANNEL}".encode())
                    async for _ in connection.notifies():
                        # Everyone waiting is released, then the next round waits on a fresh event.
                        self.woken.set()
                        self.woken = asyncio.Event()
            except psycopg.Error:
                await asyncio.sleep(IDLE_SECONDS)

    async def _starts(self) -> int:
        rows = await run_in_threadpool(self._due_starts)
        results = await asyncio.gather(*(self._start(row) for row in rows))
        if rows:
            await run_in_threadpool(self._mark_starts, dict(zip((r.id for r in rows), results, strict=True)))
        return sum(results)

    def _due_starts(self) -> list[Outbox]:
        now = clock.now()
        with database.working() as session:
            due = (
                select(Outbox)
                .where(col(Outbox.sent_at).is_(None), col(Outbox.next_attempt_at) <= now)
                .order_by(col(Outbox.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = list(session.execute(due).scalars())
            for row in rows:
                # Taken for a few seconds; a relay that dies here leaves the row to the next one.
                row.attempts += 1
                row.next_attempt_at = now + dt.timedelta(seconds=min(2**row.attempts, BACKOFF_SECONDS_MAX))
        return rows

    async def _start(self, row: Outbox) -> bool:
        workflow, queue = WORKFLOWS[row.kind]
        try:
            await self.client.start_workflow(
                workflow,
                row.payload,
                id=row.workflow_id,
                task_queue=queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                rpc_timeout=RPC_TIMEOUT,
            )
        except WorkflowAlreadyStartedError:
            return True
        except RPCError as error:
            log.warning("start of %s waits: %s", row.workflow_id, error.status.name)
            return False
        return True

    def _mark_starts(self, results: dict[int | None, bool]) -> None:
        sent = [row_id for row_id, started in results.items() if started]
        with database.working() as session:
            session.execute(update(Outbox).where(col(Outbox.id).in_(sent)).values(sent_at=clock.now()))

    async def _commands(self) -> int:
        rows = await run_in_threadpool(self._due_commands)
        decided = await asyncio.gather(*(self._apply(row) for row in rows))
        return sum(decided)

    def _due_commands(self) -> list[Command]:
        """The oldest open command of each workflow, if its time has come: commit order within a workflow."""
        now = clock.now()
        with database.working() as session:
            first = (
                select(func.min(col(Command.id)))
                .where(col(Command.state) == "open")
                .group_by(col(Command.workflow_id))
            )
            due = (
                select(Command)
                .where(col(Command.id).in_(first), col(Command.next_attempt_at) <= now)
                .order_by(col(Command.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            rows = list(session.execute(due).scalars())
            for row in rows:
                row.attempts += 1
                row.next_attempt_at = now + dt.timedelta(seconds=min(1 + row.attempts, BACKOFF_SECONDS_MAX))
        return rows

    async def _apply(self, command: Command) -> bool:
        decision = await deliver(self.client, command)
        if decision.refusal is None:
            if decision.outcome is not None:
                await run_in_threadpool(self._release_next, command.workflow_id)
            return decision.outcome is not None
        return await run_in_threadpool(self._refuse, command, decision.refusal)

    def _refuse(self, command: Command, refusal: Exception) -> bool:
        with database.working() as session:
            missing = isinstance(refusal, ActNotPossible) and not refusal.detail
            if missing and is_starting(session, command.workflow_id):
                return False
            facts = explained(session, refusal, command.workflow_id)  # type: ignore[arg-type]
            writes.settle_command(session, command.request_id, facts, clock.now())
        self._release_next(command.workflow_id)
        return True

    def _release_next(self, workflow_id: str) -> None:
        """The next command of the same workflow need not wait for its own time."""
        waiting = update(Command).where(col(Command.workflow_id) == workflow_id, col(Command.state) == "open")
        with database.working() as session:
            session.execute(waiting.values(next_attempt_at=clock.now()))

    async def _messages(self) -> int:
        return await run_in_threadpool(self._batch_messages)

    def _batch_messages(self) -> int:
        """Gather queued messages; the batch and its start are one transaction."""
        with database.working() as session:
            queued = (
                select(col(Message.id))
                .where(col(Message.state) == "queued", col(Message.batch_id).is_(None))
                .order_by(col(Message.id))
                .limit(BATCH)
                .with_for_update(skip_locked=True)
            )
            ids = session.execute(queued).scalars().all()
            if not ids:
                return 0
            batch = uuid.uuid4()
            now = clock.now()
            session.execute(update(Message).where(col(Message.id).in_(ids)).values(batch_id=batch))
            session.add(
                Outbox(
                    workflow_id=f"messages/{batch}",
                    kind="messages",
                    payload={"batch_id": str(batch)},
                    created_at=now,
                    next_attempt_at=now,
                )
            )
        return len(ids)
