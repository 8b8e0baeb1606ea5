"""The shape every human process shares: acts in, one recorded step each, alarms between."""

import asyncio
import datetime as dt
from typing import ClassVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from models.kernel.refusals import Refusal, StaleDocument
    from models.kernel.transitions import ProcessRules
    from models.processes.messages import Act, Alarm, Job, Outcome, ProcessStart, Step
    from workflows import steps

ESCALATE = "escalate"
MACHINE_ACTS = frozenset({"remind", ESCALATE})


def refused(refusal: Refusal) -> ApplicationError:
    """A refusal as the engine carries it: the code is the type, the facts are the details."""
    return ApplicationError(str(refusal), refusal.detail, type=refusal.code, non_retryable=True)


class Process:
    """Base of the process workflows; a subclass names its rules and, where it has any, its jobs."""

    rules: ClassVar[ProcessRules]

    def __init__(self, start: ProcessStart) -> None:
        self.start = start
        self.status = start.status
        self.version = start.version
        self.step = start.step
        self.alarms: list[Alarm] = list(start.alarms)
        self.jobs: list[str] = list(start.jobs)
        self.rearm_asked = False
        self.lock = asyncio.Lock()
        self.timer: asyncio.Task[None] | None = None
        self.rings_at = dt.datetime.max.replace(tzinfo=dt.UTC)

    @workflow.update(name="act")
    async def act(self, act: Act) -> Outcome:
        """One person's act; returns once it is committed. Errors: ApplicationError typed by refusal code."""
        async with self.lock:
            while True:
                # Another act may have been recorded while this one waited for the lock, or before the engine was
                # killed and forgot that it had asked for it: this one then meets the document as that one left it.
                self.check(act)
                outcome = await self.record(act.act, act.request_id)
                if not outcome.other:
                    return outcome

    @act.validator
    def check(self, act: Act) -> None:
        """Refuse, without a trace in history, what state, role or a stale page forbids."""
        try:
            if act.company_id is not None and act.company_id != self.start.company_id:
                raise ApplicationError("not found", type="not_found", non_retryable=True)
            if act.expected_version is not None and act.expected_version != self.version:
                raise StaleDocument(version=self.version)
            self.rules.next_status(self.status, act.act, frozenset(act.roles))
        except Refusal as refusal:
            raise refused(refusal) from refusal

    @workflow.signal
    def policy_changed(self) -> None:
        """The policy of deadlines, or the day the document waits for, changed: read the alarms again."""
        self.rearm_asked = True

    @workflow.query
    def state(self) -> Outcome:
        """An operator's live look."""
        return Outcome(status=self.status, version=self.version, step=self.step, alarms=self.alarms, jobs=self.jobs)

    async def live(self) -> None:
        """Until the document is closed: do the jobs a step asked for, wait for a person or an alarm."""
        while self.jobs or not self.rules.is_closed(self.status):
            if self.rearm_asked:
                await self._rearm()
            elif self.jobs:
                await self.work(self.jobs[0])
                self.jobs = self.jobs[1:]
            elif not await self.follow():
                await self._wait()
        await workflow.wait_condition(workflow.all_handlers_finished)

    async def follow(self) -> bool:
        """Where it is the machine's turn, record its act and return True; a process without one never does."""
        return False

    async def work(self, job: str) -> None:
        """Work outside the step's transaction, by an activity named after the job."""
        asked = Job(
            workflow_id=workflow.info().workflow_id,
            kind=self.start.kind,
            document_id=self.start.document_id,
            job=job,
            at=workflow.now(),
        )
        await steps.perform(job, asked, **steps.DOCUMENT)

    async def record(self, act: str, request_id: str | None = None) -> Outcome:
        """Record one step and follow where it leads. The caller holds the lock."""
        machine = act in MACHINE_ACTS
        targets = (self.status,) if machine else self.rules.move(self.status, act).to
        step = Step(
            workflow_id=workflow.info().workflow_id,
            kind=self.start.kind,
            document_id=self.start.document_id,
            step=self.step + 1,
            act=act,
            status=self.status,
            targets=list(targets),
            version=self.version,
            at=workflow.now(),
            request_id=request_id,
        )
        try:
            outcome: Outcome = await workflow.execute_local_activity(
                "record_step", step, result_type=Outcome, **steps.RECORD
            )
        except ActivityError as error:
            if isinstance(error.cause, ApplicationError):
                raise error.cause from error
            raise
        self.status, self.version, self.step = outcome.status, outcome.version, outcome.step
        self.alarms = outcome.alarms
        self.jobs = [*self.jobs, *outcome.jobs]
        return outcome

    async def _wait(self) -> None:
        seen = self.step
        if self.start.one_timer:
            await self._wait_for_timer(seen)
            return
        timeout = None
        if self.alarms:
            timeout = max(self.alarms[0].at - workflow.now(), dt.timedelta(0))
        try:
            await workflow.wait_condition(lambda: self._woken(seen), timeout=timeout)
        except TimeoutError:
            await self._ring(seen)

    def _woken(self, seen: int) -> bool:
        return self.step != seen or self.rearm_asked or bool(self.jobs)

    async def _wait_for_timer(self, seen: int) -> None:
        """With one timer for all statuses: left to ring where the next alarm is later, and then set anew.

        To cancel one and start another costs the engine two events at every step.
        """
        if self.timer is not None and self.timer.done():
            self.timer = None
        if self.alarms and (self.timer is None or self.alarms[0].at < self.rings_at):
            if self.timer is not None:
                self.timer.cancel()
            self.rings_at = self.alarms[0].at
            self.timer = asyncio.create_task(asyncio.sleep((self.rings_at - workflow.now()).total_seconds()))
        timer = self.timer
        await workflow.wait_condition(lambda: self._woken(seen) or (timer is not None and timer.done()))
        if not self._woken(seen) and self.alarms and self.alarms[0].at <= workflow.now():
            await self._ring(seen)

    async def _ring(self, seen: int) -> None:
        async with self.lock:
            if self.step == seen and self.alarms:
                # After a long stop several are due at once: the strongest speaks for all of them.
                due = [alarm.act for alarm in self.alarms if alarm.at <= workflow.now()] or [self.alarms[0].act]
                lapses = [act for act in due if act not in MACHINE_ACTS]
                await self.record((lapses or [act for act in due if act == ESCALATE] or due)[0])

    async def _rearm(self) -> None:
        self.rearm_asked = False
        async with self.lock:
            asked = Step(
                workflow_id=workflow.info().workflow_id,
                kind=self.start.kind,
                document_id=self.start.document_id,
                step=self.step,
                act="rearm",
                status=self.status,
                targets=[],
                version=self.version,
                at=workflow.now(),
            )
            self.alarms = await workflow.execute_local_activity(
                "read_alarms", asked, result_type=list[Alarm], **steps.RECORD
            )
