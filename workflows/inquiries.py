"""A question of web to an outside world: asked by the worker, twice at most, while somebody waits."""

import datetime as dt

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from models.identity.messages import InquiryResult, InquiryStart, InquiryState
    from workflows import steps

ASK: ActivityConfig = {
    **steps.GATEWAY,
    "start_to_close_timeout": dt.timedelta(seconds=8),
    "schedule_to_close_timeout": dt.timedelta(seconds=12),
    "retry_policy": RetryPolicy(initial_interval=dt.timedelta(milliseconds=300), maximum_attempts=2),
}
"""Somebody looks at a page that loads: better told soon that the world is away than kept waiting."""


@workflow.defn(name="Inquiry")
class Inquiry:
    """Says only what became of the question; the answer is in its table."""

    @workflow.run
    async def run(self, start: InquiryStart) -> InquiryResult:
        try:
            result: InquiryResult = await steps.perform("answer_inquiry", start, result_type=InquiryResult, **ASK)
        except ActivityError:
            return InquiryResult(state=InquiryState.AWAY)
        return result
