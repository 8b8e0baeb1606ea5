"""What the house does for its members at night, run by a schedule."""

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
    """Traces past their time go; absences nobody watches are watched; terms to come are announced."""

    @workflow.run
    async def run(self) -> int:
        gone: int = await steps.perform("clear_old_traces", result_type=int, **CLEARING)
        await steps.perform("watch_absences", result_type=int, **steps.DOCUMENT)
        await steps.perform("announce_terms", result_type=int, **CLEARING)
        return gone
