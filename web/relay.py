"""The relay: what was kept in tables and not yet taken to the engine is taken there, again and again (ADR 1).

Runs beside the worker. Any number may run: rows are locked while they are handled, ids make repeats harmless.
"""

import asyncio
import datetime as dt
import json
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any

import psycopg
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import OperationalError
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from models import clock, database, plain
from models.aside import aside
from models.kernel.refusals import ActNotPossible
from models.notifications.tables import Message
from models.processes import queries, writes
from models.processes.tables import Command, Outbox
from models.settings import settings
from web import behind
from web.acts import explained
from web.behind import Behind, Start
from web.confirming import bring, deliver_caught_up
from web.engine import NO_WORKFLOW, is_starting
from web.listening import listen
from workflows.steps import BATCH, CREDITS, EXTERNAL, INTERACTIVE

log = logging.getLogger("relay")

IDLE_SECONDS = 1.0
ROUND = 50
MESSAGES_MAX = 200
"""In one batch: what a busy second has to say takes one process, not four."""
UNCONFIRMED_SECONDS = 2.0
CONFIRM_SECONDS_MAX = 60
BACKOFF_SECONDS_MAX = 10
RPC_TIMEOUT = dt.timedelta(seconds=4)
WORKFLOWS = {
    "contract": ("ContractWorkflow", INTERACTIVE),
    "order": ("OrderWorkflow", INTERACTIVE),
    "delivery": ("DeliveryWorkflow", INTERACTIVE),
    "inspection": ("InspectionWorkflow", INTERACTIVE),
    "settlement": ("SettlementWorkflow", INTERACTIVE),
    "tax_invoice": ("TaxInvoiceWorkflow", INTERACTIVE),
    "credit_report": ("CreditReportWorkflow", CREDITS),
    "credit_run": ("CreditRunWorkflow", INTERACTIVE),
    "credit_schedule": ("CreditScheduling", BATCH),
    "credit_account": ("CreditAccountWorkflow", INTERACTIVE),
    "credit_change": ("CreditChangeWorkflow", INTERACTIVE),
    "credit_contact": ("CreditContactNotice", INTERACTIVE),
    "change": ("ChangeWorkflow", INTERACTIVE),
    "withdrawal": ("WithdrawalWorkflow", INTERACTIVE),
    "signup": ("SignupWorkflow", INTERACTIVE),
    "conversion": ("ConversionWorkflow", INTERACTIVE),
    "dormancy": ("DormancyWorkflow", INTERACTIVE),
    "invitation": ("InvitationWorkflow", INTERACTIVE),
    "messages": ("MessageBatch", EXTERNAL),
}
TAKE: plain.Plain[Outbox] = plain.Plain(
    text("""
WITH due AS (
    SELECT id FROM outbox WHERE sent_at IS NULL AND next_attempt_at <= :now AND kind <> ALL(CAST(:behind AS text[]))
     ORDER BY id LIMIT :limit FOR UPDATE SKIP LOCKED
)
UPDATE outbox o SET attempts = o.attempts + 1,
       next_attempt_at = :now + make_interval(secs => least(2 ^ least(o.attempts + 1, 9), :most))
  FROM due WHERE o.id = due.id RETURNING o.id, o.workflow_id, o.kind, o.payload
""")
)
MARK: plain.Plain[Any] = plain.Plain(text("UPDATE outbox SET sent_at = :now WHERE id = ANY(:sent)"))


class Relay:
    """Starts, commands and message batches, each woken by its own NOTIFY and once a second."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.behind = Behind(self._start, BACKOFF_SECONDS_MAX)
        self.woken = {name: asyncio.Event() for name in writes.FOR_RELAY}

    async def run(self) -> None:
        """Until cancelled; a failing round is logged and tried again."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            for work, name, full in (
                (self._starts, writes.STARTS, ROUND),
                (self.behind.round, writes.BEHIND, 1),
                (self._commands, writes.COMMANDS, 1),
                (self._confirms, "", 1),
                (self._messages, writes.MESSAGES, MESSAGES_MAX),
            ):
                group.create_task(self._repeat(work, self.woken.get(name, asyncio.Event()), full))

    async def _repeat(self, work: Callable[[], Awaitable[int]], woken: asyncio.Event, full: int) -> None:
        """Rounds of one kind; after one that did less than `full` there is nothing more until somebody tells."""
        while True:
            # Cleared before looking: who is told while a round runs gets a round of their own.
            woken.clear()
            try:
                busy = await work()
            except (OperationalError, psycopg.OperationalError) as error:
                said = getattr(error, "orig", error)
                log.warning("the database does not answer, trying again: %s", str(said).partition("\n")[0])
                busy = 0
            except Exception:
                log.exception("round failed, trying again")
                busy = 0
            if busy < full:
                # Not `wait_for`: in Python 3.11 it forgets that it was cancelled when it is woken at the same time.
                with suppress(TimeoutError):
                    async with asyncio.timeout(IDLE_SECONDS):
                        await woken.wait()

    async def _listen(self) -> None:
        while True:
            with suppress(psycopg.Error):
                await listen(settings().worker_database_url, writes.CHANNEL, self._wake_all, self._wake)
            await asyncio.sleep(IDLE_SECONDS)

    def _wake(self, payload: str) -> None:
        with suppress(ValueError, KeyError):
            self.woken[json.loads(payload)["kind"]].set()

    def _wake_all(self) -> None:
        for woken in self.woken.values():
            woken.set()

    async def _starts(self) -> int:
        rows = await aside(self._due_starts)
        results = await asyncio.gather(*(self._start(row) for row in rows))
        if rows:
            await aside(partial(self._mark_starts, dict(zip((r.id for r in rows), results, strict=True))))
        return sum(results)

    def _due_starts(self) -> list[Outbox]:
        """Taken for a few seconds; a relay that dies here leaves the rows to the next one."""
        asked = {"now": clock.now(), "behind": list(queries.BACKGROUND), "limit": ROUND, "most": BACKOFF_SECONDS_MAX}
        with database.at_once() as session:
            return sorted(plain.rows(session, TAKE, asked), key=attrgetter("id"))

    async def _start(self, row: Outbox | Start) -> bool:
        if row.kind in {writes.REARM, writes.TELL}:
            return await self._tell(row.payload["workflow_id"], row.payload.get("signal", "policy_changed"))
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

    async def _tell(self, workflow_id: str, signal: str) -> bool:
        """Tell a running process what happened around it; one that has ended needs to know no more."""
        try:
            await self.client.get_workflow_handle(workflow_id).signal(signal, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            gone = error.status == RPCStatusCode.NOT_FOUND and error.message.startswith(NO_WORKFLOW)
            return gone and not await run_in_threadpool(self._is_starting, workflow_id)
        return True

    def _is_starting(self, workflow_id: str) -> bool:
        with database.working() as session:
            return is_starting(session, workflow_id)

    def _mark_starts(self, results: dict[int | None, bool]) -> None:
        sent = [row_id for row_id, started in results.items() if started]
        with database.at_once() as session:
            plain.execute(session, MARK, {"now": clock.now(), "sent": sent})

    async def _commands(self) -> int:
        rows = await run_in_threadpool(self._due_commands)
        decided = await asyncio.gather(*(self._apply(row) for row in rows))
        return sum(decided)

    def _due_commands(self) -> list[Command]:
        """The oldest open command of each workflow, if its time has come: commit order within a workflow."""
        now = clock.now()
        with database.working() as session:
            first = (
                select(func.min(col(Command.id))).where(col(Command.state) == "open").group_by(col(Command.workflow_id))
            )
            due = (
                select(Command)
                .where(col(Command.id).in_(first), col(Command.next_attempt_at) <= now)
                .order_by(col(Command.id))
                .limit(ROUND)
                .with_for_update(skip_locked=True)
            )
            rows = list(session.execute(due).scalars())
            for row in rows:
                row.attempts += 1
                row.next_attempt_at = now + dt.timedelta(seconds=min(1 + row.attempts, BACKOFF_SECONDS_MAX))
        return rows

    async def _apply(self, command: Command) -> bool:
        decision = await deliver_caught_up(self.client, command, self._unconfirmed, self._confirm)
        if decision.refusal is None:
            if decision.outcome is not None:
                await run_in_threadpool(self._confirm, [command.request_id])
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
        with database.working() as session:
            writes.release_next(session, workflow_id, clock.now())

    async def _confirms(self) -> int:
        """Bring acts whose answer never came back to the engine, which may have been killed before it stored them."""
        rows = await run_in_threadpool(self._overdue)
        by_workflow: dict[str, list[Command]] = {}
        for row in rows:
            by_workflow.setdefault(row.workflow_id, []).append(row)
        known = await asyncio.gather(*(bring(self.client, group) for group in by_workflow.values()))
        ids = [request_id for group in known for request_id in group]
        if ids:
            await run_in_threadpool(self._confirm, ids)
        return len(ids)

    def _overdue(self) -> list[Command]:
        now = clock.now()
        with database.working() as session:
            overdue = (
                select(Command)
                .where(
                    col(Command.state) == "done",
                    col(Command.confirmed).is_(False),
                    col(Command.decided_at) < now - dt.timedelta(seconds=UNCONFIRMED_SECONDS),
                    col(Command.next_attempt_at) <= now,
                )
                .order_by(col(Command.id))
                .limit(ROUND)
            )
            rows = list(session.execute(overdue).scalars())
            for row in rows:
                # One that cannot be brought must not keep the others from their turn.
                row.attempts += 1
                row.next_attempt_at = now + dt.timedelta(seconds=min(2**row.attempts, CONFIRM_SECONDS_MAX))
        return rows

    def _unconfirmed(self, workflow_id: str) -> Sequence[Command]:
        with database.working() as session:
            return queries.unconfirmed(session, workflow_id)

    def _confirm(self, request_ids: Sequence[uuid.UUID]) -> None:
        with database.working() as session:
            writes.confirm(session, request_ids)

    async def _messages(self) -> int:
        return await run_in_threadpool(self._batch_messages)

    def _batch_messages(self) -> int:
        """Gather queued messages; the batch and its start are one transaction."""
        with database.working() as session:
            queued = (
                select(col(Message.id))
                .where(col(Message.state) == "queued", col(Message.batch_id).is_(None), behind.may_go(session))
                .order_by(col(Message.id))
                .limit(MESSAGES_MAX)
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
            writes.wake(session, writes.STARTS)
        # Fewer than a full batch: the next one gathers for a turn.
        return len(ids) if len(ids) == MESSAGES_MAX else 0
