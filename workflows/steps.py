"""How activities are called: presets for recording, documents and the outside world."""

import datetime as dt

from temporalio.common import RetryPolicy
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
