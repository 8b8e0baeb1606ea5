"""The nightly clearing away of traces past their time, run by a schedule."""

import datetime as dt

from temporalio import workflow
from temporalio.workflow import ActivityConfig

with workflow.unsafe.imports_passed_through():
    from workflows import steps

CLEARING: ActivityConfig = {
    **steps.DOCUMENT,
    "start_to_close_timeout": dt.timedelta(hours=1),
    "heartbeat_timeout": dt.timedelta(minutes=2),
}


@workflow.defn
class NightlyClearing:
    """Traces past their time go; absences nobody watches are watched."""

    @workflow.run
    async def run(self) -> int:
        gone: int = await workflow.execute_activity("clear_old_traces", result_type=int, **CLEARING)
        await workflow.execute_activity("watch_absences", result_type=int, **steps.DOCUMENT)
        return gone
