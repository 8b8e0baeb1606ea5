"""The processes around a credit's account: its change, a company's change request, what everybody is told."""

import datetime as dt

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.credits.account_rules import CHANGE_RULES, CHECK_JOB, RULES, Status
    from models.credits.partner_messages import ContactNotice
    from models.processes.messages import Job, ProcessStart
    from workflows import steps
    from workflows.process import Process

ASK: ActivityConfig = {
    **steps.GATEWAY,
    "schedule_to_close_timeout": dt.timedelta(minutes=3),
    "retry_policy": RetryPolicy(initial_interval=dt.timedelta(seconds=2), maximum_attempts=3),
}
"""Not for ever: while the bank is away the change may be cancelled; it is asked anew by the process's own timer."""
ASK_AGAIN = dt.timedelta(minutes=10)


@workflow.defn
class CreditAccountWorkflow(Process):
    """지급계좌: the bank is asked for its holder, it cools off, it is paid to until another takes its place."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    @workflow.signal
    def superseded(self) -> None:
        """Another account is paid to: the step that made it so has recorded the end of this one."""
        if self.status == Status.ACTIVE:
            self.status = Status.REPLACED
            self.step += 1
            self.version += 1

    async def follow(self) -> bool:
        """While nobody knows whose the account is: ask the bank."""
        if self.status != Status.CHECKING:
            return False
        seen = self.step
        found = await self._asked()
        if not found:
            await self._pause(seen)
            return True
        async with self.lock:
            if self.step == seen:
                await self.record(found)
        return True

    async def _asked(self) -> str:
        """The act the bank's answer leads to; empty while it does not answer."""
        asked = Job(
            workflow_id=workflow.info().workflow_id,
            kind=self.start.kind,
            document_id=self.start.document_id,
            job=CHECK_JOB,
            at=workflow.now(),
        )
        try:
            found: str = await steps.perform(CHECK_JOB, asked, result_type=str, **ASK)
        except ActivityError:
            return ""
        return found

    async def _pause(self, seen: int) -> None:
        try:
            await workflow.wait_condition(lambda: self.step != seen, timeout=ASK_AGAIN)
        except TimeoutError:
            return


@workflow.defn
class CreditChangeWorkflow(Process):
    """회사정보 변경요청: somebody inside reads the 사업자등록증 and takes it over, or says why not."""

    rules = CHANGE_RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()


@workflow.defn
class CreditContactNotice:
    """Everybody of a credit hears that its 담당자 정보 was changed."""

    @workflow.run
    async def run(self, notice: ContactNotice) -> int:
        told: int = await steps.perform("tell_of_credit_contact", notice, result_type=int, **steps.DOCUMENT)
        return told
