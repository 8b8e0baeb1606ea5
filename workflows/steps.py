"""How activities are called: presets for recording, documents and the outside world."""

import datetime as dt
from typing import Any, Unpack

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, TimeoutType
from temporalio.exceptions import TimeoutError as Late
from temporalio.workflow import ActivityConfig, LocalActivityConfig

INTERACTIVE = "interactive"
BATCH = "batch"
EXTERNAL = "external"
CREDITS = "credits"
"""The settlement reports' own queue: thousands begin at once, and no click of anybody else waits behind them."""

# A step is a local activity: half the latency of a regular one, and idempotent by (workflow id, step) (ADR 4).
RECORD = LocalActivityConfig(
    start_to_close_timeout=dt.timedelta(seconds=30),
    local_retry_threshold=dt.timedelta(seconds=10),
    retry_policy=RetryPolicy(
        initial_interval=dt.timedelta(milliseconds=200),
        backoff_coefficient=2.0,
        maximum_interval=dt.timedelta(seconds=5),
    ),
)

DOCUMENT = ActivityConfig(
    task_queue=INTERACTIVE,
    start_to_close_timeout=dt.timedelta(seconds=60),
    retry_policy=RetryPolicy(initial_interval=dt.timedelta(seconds=1), maximum_interval=dt.timedelta(minutes=1)),
)

GATEWAY = ActivityConfig(
    task_queue=EXTERNAL,
    start_to_close_timeout=dt.timedelta(seconds=60),
    retry_policy=RetryPolicy(initial_interval=dt.timedelta(seconds=2), maximum_interval=dt.timedelta(minutes=10)),
)

FOUND_WITHIN = dt.timedelta(minutes=1)
FOUND_WITHIN_MAX = dt.timedelta(minutes=16)


async def perform(
    activity: str, *given: object, result_type: type | None = None, **config: Unpack[ActivityConfig]
) -> Any:
    """Have an idempotent activity done by whichever worker finds its task. Errors: ActivityError.

    A task on its way to a worker that is killed can be lost with it, and what never began has no start to close:
    what nobody found in time is asked for anew, with growing patience, within the whole time it may take.
    """
    patience = FOUND_WITHIN
    whole = config.get("schedule_to_close_timeout")
    ends = workflow.now() + whole if whole else None
    while True:
        asked: ActivityConfig = {**config, "schedule_to_start_timeout": patience}
        if ends:
            left = max(ends - workflow.now(), dt.timedelta(milliseconds=1))
            asked |= {"schedule_to_start_timeout": min(patience, left), "schedule_to_close_timeout": left}
        try:
            return await workflow.execute_activity(activity, args=given, result_type=result_type, **asked)
        except ActivityError as error:
            if not _nobody_found_it(error) or (ends and workflow.now() >= ends):
                raise
        patience = min(2 * patience, FOUND_WITHIN_MAX)


def _nobody_found_it(error: ActivityError) -> bool:
    return isinstance(error.cause, Late) and error.cause.type == TimeoutType.SCHEDULE_TO_START
