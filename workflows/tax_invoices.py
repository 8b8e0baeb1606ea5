"""The process of one tax invoice: acts of people here, and what the hub says when it is asked."""

import datetime as dt

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.processes.messages import Job, ProcessStart
    from models.tax_invoices.messages import HubNews, HubTask
    from models.tax_invoices.rules import (
        AT_HUB,
        CHECK_RECEIVED_JOB,
        PREVIEW_JOB,
        REMIND_JOB,
        RULES,
        WITHDRAW_LEFT_JOB,
        Status,
        ask_after,
        retry_after,
    )
    from workflows import steps
    from workflows.process import Process

REMIND = "remind"
ASK: ActivityConfig = {
    **steps.GATEWAY,
    "schedule_to_close_timeout": dt.timedelta(minutes=3),
    "retry_policy": RetryPolicy(initial_interval=dt.timedelta(seconds=2), maximum_attempts=3),
}
"""Not for ever: while a hub is away the process must still ring its alarms; it asks anew by its own timer."""
TELL: ActivityConfig = {**ASK, "retry_policy": RetryPolicy(maximum_attempts=2)}
CHECK: ActivityConfig = {**steps.GATEWAY}
OUTSIDE = {REMIND_JOB: TELL, WITHDRAW_LEFT_JOB: TELL, CHECK_RECEIVED_JOB: CHECK}
"""Jobs that leave the house."""


@workflow.defn
class TaxInvoiceWorkflow(Process):
    """세금계산서: drafted and requested here, signed and sent on at the hub.

    A webhook only wakes it. It asks the hub where the document is and records the acts that lead there, so that
    what came twice, too late, in another order or from somebody else changes nothing.
    """

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)
        self.changed = False
        self.reminder_asked = False
        self.asked_in = ""
        self.asked_for_nothing = 0
        self.failures = 0
        self.ask_at: dt.datetime | None = None

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    @workflow.signal
    def hub_changed(self) -> None:
        """Somebody says the hub has news: look. Of a draft the only news is that a request given up is there."""
        self.changed = True
        if self.status == Status.DRAFTING and WITHDRAW_LEFT_JOB not in self.jobs:
            self.jobs = [*self.jobs, WITHDRAW_LEFT_JOB]

    @workflow.signal
    def remind_supplier(self) -> None:
        """「독촉」: remind now."""
        self.reminder_asked = True

    @workflow.signal
    def paper_wanted(self) -> None:
        """「미리보기 PDF」 of a draft."""
        if self.status == Status.DRAFTING and PREVIEW_JOB not in self.jobs:
            self.jobs = [*self.jobs, PREVIEW_JOB]

    async def follow(self) -> bool:
        """While the document is at the hub: ask, or wait for a reason to."""
        if self.status not in AT_HUB:
            return False
        if workflow.info().is_continue_as_new_suggested() and not self.reminder_asked:
            await self._begin_anew()
        if self.reminder_asked:
            await self._remind()
        elif self._should_ask():
            await self._ask()
        else:
            await self._watch()
        return True

    async def work(self, job: str) -> None:
        """Jobs at the hub go where all goes that leaves the house; what may fail there is let go when it does."""
        config = OUTSIDE.get(job)
        if config is None:
            await super().work(job)
            return
        asked = Job(
            workflow_id=workflow.info().workflow_id,
            kind=self.start.kind,
            document_id=self.start.document_id,
            job=job,
            at=workflow.now(),
        )
        try:
            await steps.perform(job, asked, **config)
        except ActivityError:
            if config is not TELL:
                raise

    def _should_ask(self) -> bool:
        fresh = self.asked_in != self.status
        return fresh or self.changed or self.ask_at is None or self.ask_at <= workflow.now()

    async def _ask(self) -> None:
        self.changed = False
        seen = self.step
        news = await self._news()
        async with self.lock:
            if self.step != seen:
                # Somebody acted while the hub was asked: what it answered was to another question.
                return
            for act in news.acts:
                await self.record(act)
        self._plan(news)

    async def _news(self) -> HubNews:
        task = HubTask(document_id=self.start.document_id, status=self.status, step=self.step, at=workflow.now())
        try:
            news: HubNews = await steps.perform("ask_hub", task, result_type=HubNews, **ASK)
        except ActivityError:
            return HubNews(away=True)
        return news

    def _plan(self, news: HubNews) -> None:
        """When to ask next without being told to."""
        self.asked_in = self.status
        if news.away:
            self.ask_at = workflow.now() + retry_after(self.failures)
            self.failures += 1
            return
        self.failures = 0
        self.asked_for_nothing = 0 if news.acts else self.asked_for_nothing + 1
        self.ask_at = workflow.now() + ask_after(self.status, self.asked_for_nothing)

    async def _remind(self) -> None:
        self.reminder_asked = False
        async with self.lock:
            if self.status == Status.REQUESTED:
                await self.record(REMIND)

    async def _watch(self) -> None:
        """Until an act, news, a job, the next alarm or the next time to ask."""
        seen = self.step
        due = [at for at in (self.ask_at, *(alarm.at for alarm in self.alarms[:1])) if at is not None]
        timeout = max(min(due) - workflow.now(), dt.timedelta(0))
        try:
            await workflow.wait_condition(
                lambda: self.step != seen or self.rearm_asked or self.changed or self.reminder_asked or bool(self.jobs),
                timeout=timeout,
            )
        except TimeoutError:
            if self.alarms and self.alarms[0].at <= workflow.now():
                await self._ring(seen)

    async def _begin_anew(self) -> None:
        """A year of asking is a long history: go on under a new run, with all that is known."""
        await workflow.wait_condition(workflow.all_handlers_finished)
        if self.reminder_asked or self.rearm_asked:
            # Asked for meanwhile, and the next run would not know of it: first that.
            return
        workflow.continue_as_new(
            ProcessStart(
                kind=self.start.kind,
                document_id=self.start.document_id,
                company_id=self.start.company_id,
                status=self.status,
                version=self.version,
                step=self.step,
                alarms=self.alarms,
                jobs=self.jobs,
            )
        )
