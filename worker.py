"""Composition root of the worker: activities, workflows, relay.

`python worker.py people` serves the processes people act in, `python worker.py courier` what leaves the house and the
relay, `python worker.py batch` the monthly run and its reports, `python worker.py` all of it: a click never queues
behind a message or a batch where they are processes of their own.
"""

import asyncio
import datetime as dt
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Collection, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvloop
from temporalio.client import Client
from temporalio.worker import PollerBehaviorAutoscaling, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from activities import (
    audit,
    changes,
    contracts,
    conversions,
    credits_accounts,
    credits_payday,
    credits_report,
    credits_run,
    credits_schedule,
    deliveries,
    dormancy,
    drawn,
    harmony,
    inspections,
    orders,
    pressroom,
    retention,
    settlements,
    signups,
    tax_invoices,
    terms,
    withdrawals,
)
from activities.recording import DomainSteps, Recorder
from models import database, garbage, presence
from models.settings import settings
from workflows import steps
from workflows.audit import NightlyAudit
from workflows.changes import ChangeWorkflow
from workflows.contracts import ContractWorkflow
from workflows.conversions import ConversionWorkflow
from workflows.credit_accounts import CreditAccountWorkflow, CreditChangeWorkflow, CreditContactNotice
from workflows.credit_reports import CreditPayday, CreditReportWorkflow
from workflows.credits import CreditRunLauncher, CreditRunWorkflow, CreditScheduling
from workflows.deliveries import DeliveryWorkflow
from workflows.dormancy import DormancyWorkflow
from workflows.inquiries import Inquiry
from workflows.inspections import InspectionWorkflow
from workflows.invitations import InvitationWorkflow, OidcInquiry
from workflows.notifications import MessageBatch
from workflows.orders import OrderWorkflow
from workflows.retention import NightlyClearing
from workflows.runtime import schedules
from workflows.runtime.client import connect
from workflows.settlements import SettlementWorkflow
from workflows.signups import SignupWorkflow
from workflows.tax_invoices import TaxInvoiceWorkflow
from workflows.withdrawals import NightlyErasing, WithdrawalWorkflow

DOMAINS: dict[str, DomainSteps] = {
    module.STEPS.kind.key: module.STEPS
    for module in (
        contracts,
        orders,
        deliveries,
        inspections,
        settlements,
        tax_invoices,
        credits_report,
        credits_accounts,
        credits_run,
        changes,
        withdrawals,
        signups,
        conversions,
        harmony,
    )
} | {credits_accounts.CHANGE_STEPS.kind.key: credits_accounts.CHANGE_STEPS}
PROCESSES: Sequence[type] = (
    ContractWorkflow,
    OrderWorkflow,
    DeliveryWorkflow,
    InspectionWorkflow,
    SettlementWorkflow,
    TaxInvoiceWorkflow,
    CreditReportWorkflow,
    CreditRunWorkflow,
    CreditAccountWorkflow,
    CreditChangeWorkflow,
    ChangeWorkflow,
    WithdrawalWorkflow,
    SignupWorkflow,
    ConversionWorkflow,
    InvitationWorkflow,
)
PEOPLE, COURIER, BATCH = PARTS = ("people", "courier", "batch")
THREADS = 24
WORKFLOW_THREADS = 2
"""Workflows only calculate, and one thread at a time does: more of them take turns with the loop, which everybody waits
for."""
CACHED_WORKFLOWS = 260
"""Of some seventy kilobytes each; one that is not there is played back at its next act, a few milliseconds."""
CONNECT_RETRY_SECONDS = 1.0
RUNNER = SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules("workflows"))
"""Our files of workflows are read once, not at every start; tests read them in the sandbox as it is (ADR 12)."""


def interactive(
    client: Client,
    threads: ThreadPoolExecutor,
    queue: str = steps.INTERACTIVE,
    *,
    more_workflows: Sequence[type] = (),
    more_activities: Sequence[Callable[..., Any]] = (),
) -> Worker:
    """The worker of people's processes: their workflows, step recording, documents; the bench adds its floor."""
    recorder = Recorder(DOMAINS)
    jobs = [job for module in (contracts, orders, settlements, tax_invoices, signups) for job in module.JOBS]
    return Worker(
        client,
        workflow_runner=RUNNER,
        task_queue=queue,
        workflows=[
            *PROCESSES,
            CreditContactNotice,
            CreditPayday,
            NightlyAudit,
            DormancyWorkflow,
            NightlyClearing,
            NightlyErasing,
            *more_workflows,
        ],
        activities=[
            recorder.record_step_aside,
            recorder.read_alarms,
            *jobs,
            *audit.ACTIVITIES,
            *credits_accounts.JOBS,
            *credits_payday.ACTIVITIES,
            drawn.build_credit_statement,
            *dormancy.ACTIVITIES,
            *retention.ACTIVITIES,
            *terms.ACTIVITIES,
            *withdrawals.ACTIVITIES,
            *more_activities,
        ],
        activity_executor=threads,
        workflow_task_executor=ThreadPoolExecutor(WORKFLOW_THREADS, thread_name_prefix="workflow"),
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        max_cached_workflows=CACHED_WORKFLOWS,
        sticky_queue_schedule_to_start_timeout=dt.timedelta(seconds=2),
        graceful_shutdown_timeout=dt.timedelta(seconds=30),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


def external(client: Client, threads: ThreadPoolExecutor) -> Worker:
    """The worker of everything that leaves the house; only it loads what that takes."""
    from activities import inquiries, notifications, tax_hub

    return Worker(
        client,
        workflow_runner=RUNNER,
        task_queue=steps.EXTERNAL,
        workflows=[MessageBatch, Inquiry, OidcInquiry],
        activities=[
            *notifications.ACTIVITIES,
            *inquiries.ACTIVITIES,
            *harmony.ACTIVITIES,
            *tax_hub.ACTIVITIES,
            *credits_accounts.ACTIVITIES,
        ],
        activity_executor=threads,
        max_concurrent_activities=8,
        max_cached_workflows=CACHED_WORKFLOWS,
        sticky_queue_schedule_to_start_timeout=dt.timedelta(seconds=2),
        graceful_shutdown_timeout=dt.timedelta(seconds=30),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


def batch(client: Client, threads: ThreadPoolExecutor) -> Worker:
    """The worker of the monthly run's pages; only it loads what sets their statements."""
    from activities import credits_statements

    return Worker(
        client,
        workflow_runner=RUNNER,
        task_queue=steps.BATCH,
        workflows=[CreditRunLauncher, CreditScheduling],
        activities=[*credits_run.BATCH, *credits_schedule.BATCH_ACTIVITIES, *credits_statements.BATCH],
        activity_executor=threads,
        max_concurrent_activities=4,
        max_cached_workflows=10,
        sticky_queue_schedule_to_start_timeout=dt.timedelta(seconds=1),
        graceful_shutdown_timeout=dt.timedelta(seconds=30),
    )


def reports(client: Client, threads: ThreadPoolExecutor) -> Worker:
    """The worker of the settlement reports' processes."""
    recorder = Recorder(DOMAINS)
    return Worker(
        client,
        workflow_runner=RUNNER,
        task_queue=steps.CREDITS,
        workflows=[CreditReportWorkflow],
        activities=[recorder.record_step, recorder.read_alarms],
        activity_executor=threads,
        max_concurrent_activities=THREADS,
        max_concurrent_local_activities=THREADS,
        max_cached_workflows=CACHED_WORKFLOWS,
        sticky_queue_schedule_to_start_timeout=dt.timedelta(seconds=2),
        graceful_shutdown_timeout=dt.timedelta(seconds=30),
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
    )


async def _connected() -> Client:
    config = settings()
    while True:
        try:
            return await connect(config.needed("TEMPORAL_ADDRESS"), config.temporal_namespace, config.payload_keys)
        except RuntimeError as error:
            logging.getLogger("worker").warning("the engine does not answer yet: %s", error)
            await asyncio.sleep(CONNECT_RETRY_SECONDS)


async def main(
    parts: Collection[str] = PARTS,
    more_workflows: Sequence[type] = (),
    more_activities: Sequence[Callable[..., Any]] = (),
) -> None:
    """Serve these parts until told to stop; what is running is finished first."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    client = await _connected()
    garbage.settle()
    async with AsyncExitStack() as serving:
        await serving.enter_async_context(_beside(garbage.tidy()))
        threads = serving.enter_context(ThreadPoolExecutor(THREADS, thread_name_prefix="step"))
        if PEOPLE in parts:
            people = interactive(client, threads, more_workflows=more_workflows, more_activities=more_activities)
            await serving.enter_async_context(people)
            await serving.enter_async_context(_beside(presence.stay()))
        if COURIER in parts:
            await serving.enter_async_context(external(client, threads))
            await serving.enter_async_context(_beside(_relay(client)))
        if BATCH in parts:
            serving.callback(pressroom.close)
            await serving.enter_async_context(batch(client, threads))
            await serving.enter_async_context(reports(client, threads))
        # Work that waits goes first: whoever was killed in the middle of a month is missed by seconds.
        if COURIER in parts:
            await schedules.ensure(client)
        if BATCH in parts:
            await credits_schedule.follow(client)
        logging.getLogger("worker").info("ready")
        await stop.wait()
    database.dispose()


def serve(
    parts: Collection[str] = PARTS,
    more_workflows: Sequence[type] = (),
    more_activities: Sequence[Callable[..., Any]] = (),
) -> None:
    """`main` on the loop that web runs on as well, until it ends."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(parts, more_workflows, more_activities))


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def _relay(client: Client) -> Coroutine[Any, Any, None]:
    from web.relay import Relay

    return Relay(client).run()


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("httpx2").setLevel(logging.WARNING)
    wanted = sys.argv[1:] or PARTS
    if not set(wanted) <= set(PARTS):
        sys.exit(f"worker.py knows {', '.join(PARTS)}, not {' '.join(wanted)}")
    serve(wanted)
