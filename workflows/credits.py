"""The monthly settlement run: computed and published in pages, acted on by the settlement officer; its launcher."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

from temporalio import workflow
from temporalio.common import RetryPolicy, SearchAttributeKey
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.credits import run_messages
    from models.credits.run_messages import Occasion, Page, PageDone, Pages, RunTask
    from models.credits.run_rules import COMPUTED, COMPUTING_FAILED, FINISHED, PUBLISH, RULES, Status
    from models.processes.messages import ProcessStart
    from workflows import steps
    from workflows.process import Process

PAGES_AT_ONCE = 3
"""Two keep the database busy while one of them talks to the engine; more would only take it from people."""
PAGE = ActivityConfig(
    task_queue=steps.BATCH,
    start_to_close_timeout=dt.timedelta(minutes=5),
    heartbeat_timeout=dt.timedelta(seconds=3),
    retry_policy=RetryPolicy(
        initial_interval=dt.timedelta(milliseconds=200),
        backoff_coefficient=2.0,
        maximum_interval=dt.timedelta(seconds=5),
    ),
)
SCHEDULED_START = SearchAttributeKey.for_datetime("TemporalScheduledStartTime")


@workflow.defn
class CreditRunWorkflow(Process):
    """월 정산: drafted by the machine, approved by a person, published page by page, paused and resumed between pages.

    What has become of each group is in the database; a page that is done twice finds nothing left to do.
    """

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    async def follow(self) -> bool:
        """The machine's turn: compute, begin to publish, publish."""
        if self.status == Status.DRAFTING:
            await self._compute()
        elif self.status == Status.APPROVED:
            await self._record_if(Status.APPROVED, self.step, PUBLISH)
        elif self.status == Status.PUBLISHING:
            await self._publish()
        else:
            return False
        return True

    async def work(self, job: str) -> None:
        """The statements' PDFs, once everything is published: page by page, in the background."""
        if job != run_messages.STATEMENTS:
            await super().work(job)
            return
        planned = await self._planned(run_messages.STATEMENTS)
        await self._paged(run_messages.STATEMENT_PAGE, planned.pages, lambda: self.status != Status.PUBLISHING)

    async def _compute(self) -> None:
        seen = self.step
        try:
            planned = await self._planned(run_messages.PREPARE)
        except ActivityError:
            # What is wrong for the moment was tried again; this is wrong for good, and a person's to put right.
            await self._record_if(Status.DRAFTING, seen, COMPUTING_FAILED)
            return
        await self._paged(run_messages.COMPUTE, planned.pages, lambda: self._still(Status.DRAFTING, seen))
        await self._record_if(Status.DRAFTING, seen, COMPUTED)

    async def _publish(self) -> None:
        """Until nothing is left, paused, or asked to try a group again, which is then in the next plan."""
        seen = self.step
        planned = await self._planned(run_messages.PLAN)
        if planned.pages:
            await self._paged(run_messages.PUBLISH_PAGE, planned.pages, lambda: self.status == Status.PUBLISHING)
        else:
            await self._record_if(Status.PUBLISHING, seen, FINISHED)

    def _still(self, status: str, step: int) -> bool:
        return self.status == status and self.step == step

    async def _record_if(self, status: str, step: int, act: str) -> None:
        """The machine's act, unless somebody acted meanwhile."""
        async with self.lock:
            if self._still(status, step):
                await self.record(act)

    async def _planned(self, activity: str) -> Pages:
        """`fault` where it was refused for good; what is wrong for the moment is tried again."""
        task = RunTask(run_id=self.start.document_id, step=self.step, at=workflow.now())
        found: Pages = await steps.perform(activity, task, result_type=Pages, **PAGE)
        return found

    async def _paged(self, activity: str, pages: list[tuple[int, int]], wanted: Callable[[], bool]) -> None:
        """All pages in a small window; none is begun any more once they are not wanted."""
        waiting = iter(pages)
        step, at = self.step, workflow.now()

        async def worker() -> None:
            for first, last in waiting:
                if not wanted():
                    return
                page = Page(run_id=self.start.document_id, step=step, first=first, last=last, at=at)
                await steps.perform(activity, page, result_type=PageDone, **PAGE)

        workers: list[Awaitable[None]] = [worker() for _ in range(PAGES_AT_ONCE)]
        await asyncio.gather(*workers)


@workflow.defn
class CreditRunLauncher:
    """What the Schedule starts: has the run of the month begun, once however often it is asked for.

    The month comes from the time the Schedule meant, not from when the engine was there to start it.
    """

    @workflow.run
    async def run(self) -> str:
        """The workflow id of the month's run; empty when the month has one already."""
        meant = workflow.info().typed_search_attributes.get(SCHEDULED_START) or workflow.info().start_time
        begun: str = await steps.perform(run_messages.OPEN_RUN, Occasion(scheduled_at=meant), result_type=str, **PAGE)
        return begun


@workflow.defn
class CreditScheduling:
    """Has the Schedule follow the policy that was saved."""

    @workflow.run
    async def run(self, start: dict[str, str]) -> None:  # noqa: ARG002 - what an outbox row carries
        await steps.perform(run_messages.APPLY_SCHEDULE, **PAGE)
