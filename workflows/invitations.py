"""The process of one invitation, and asking the account provider for a person who logs in."""

import datetime as dt

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.harmony.messages import OidcAnswer, OidcTask
    from models.harmony.rules import AWAY, RULES, SEND, Status
    from models.processes.messages import ProcessStart
    from workflows import steps
    from workflows.process import Process

ASK: ActivityConfig = {
    **steps.GATEWAY,
    "start_to_close_timeout": dt.timedelta(seconds=8),
    "schedule_to_close_timeout": dt.timedelta(seconds=10),
    "retry_policy": RetryPolicy(initial_interval=dt.timedelta(milliseconds=300), maximum_attempts=2),
}
"""Somebody looks at a page that loads; an authorization code is good once, so nothing is tried for long."""


@workflow.defn
class InvitationWorkflow(Process):
    """초대: the mail goes out by itself; then it waits for the invited, its manager or its end."""

    rules = RULES

    @workflow.init
    def __init__(self, start: ProcessStart) -> None:
        super().__init__(start)

    @workflow.run
    async def run(self, start: ProcessStart) -> None:  # noqa: ARG002 - taken by __init__
        await self.live()

    async def follow(self) -> bool:
        """Written: send the mail, without anybody's act."""
        async with self.lock:
            if self.status != Status.PREPARING:
                return False
            await self.record(SEND)
            return True


@workflow.defn
class OidcInquiry:
    """One question to the OpenID provider: where to send people, or whom it sent back."""

    @workflow.run
    async def run(self, task: OidcTask) -> OidcAnswer:
        try:
            answer: OidcAnswer = await steps.perform("ask_provider", task, result_type=OidcAnswer, **ASK)
        except ActivityError:
            return OidcAnswer(refused=AWAY)
        return answer
