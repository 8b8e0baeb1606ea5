"""The engine's Schedule of the monthly run, kept as the policy has it."""

import asyncio
import datetime as dt
from collections.abc import Callable
from typing import Any

from temporalio import activity
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from models import database
from models.credits import run_queries
from models.credits.run_messages import APPLY_SCHEDULE, LAUNCH_QUEUE
from models.credits.tables import CreditPolicy

SCHEDULE = "credit-run"
CATCH_UP = dt.timedelta(days=62)
"""A house that stood still for two months settles both, each for its own month."""


def schedule_of(policy: CreditPolicy) -> Schedule:
    """The Schedule of a policy: once a month; starts that were missed follow one after another, none is skipped."""
    return Schedule(
        action=ScheduleActionStartWorkflow("CreditRunLauncher", id="credit-run-launcher", task_queue=LAUNCH_QUEUE),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(day_of_month=[ScheduleRange(policy.day)], hour=[ScheduleRange(policy.hour)])
            ],
            time_zone_name=policy.timezone,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ALL, catchup_window=CATCH_UP),
        state=ScheduleState(paused=not policy.is_on, note=f"policy {policy.id or 0}"),
    )


async def follow(client: Client) -> None:
    """Make the Schedule, or give the one there is the policy in force; how it was paused does not outlive that."""
    wanted = schedule_of(await asyncio.to_thread(_policy))
    try:
        await client.create_schedule(SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:

        def changed(_current: ScheduleUpdateInput) -> ScheduleUpdate:
            return ScheduleUpdate(schedule=wanted)

        await client.get_schedule_handle(SCHEDULE).update(changed)


def _policy() -> CreditPolicy:
    with database.working() as session:
        return run_queries.policy(session)


@activity.defn(name=APPLY_SCHEDULE)
async def apply_schedule() -> None:
    """The policy was changed: the Schedule follows it."""
    await follow(activity.client())


BATCH_ACTIVITIES: list[Callable[..., Any]] = [apply_schedule]
