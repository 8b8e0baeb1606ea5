"""Schedules of the house, made or brought up to date when a worker starts."""

import datetime as dt
from collections.abc import Callable

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
    ScheduleUpdate,
    ScheduleUpdateInput,
)

from workflows.steps import INTERACTIVE

SEOUL = "Asia/Seoul"

NIGHTLY_AUDIT = Schedule(
    action=ScheduleActionStartWorkflow("NightlyAudit", id="nightly-audit", task_queue=INTERACTIVE),
    spec=ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(23)], minute=[ScheduleRange(50)])], time_zone_name=SEOUL
    ),
    policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=dt.timedelta(days=2)),
)

NIGHTLY_ERASING = Schedule(
    action=ScheduleActionStartWorkflow("NightlyErasing", id="nightly-erasing", task_queue=INTERACTIVE),
    spec=ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(20)])], time_zone_name=SEOUL
    ),
    policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=dt.timedelta(days=2)),
)

NIGHTLY_CLEARING = Schedule(
    action=ScheduleActionStartWorkflow("NightlyClearing", id="nightly-clearing", task_queue=INTERACTIVE),
    spec=ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(3)], minute=[ScheduleRange(30)])], time_zone_name=SEOUL
    ),
    policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=dt.timedelta(days=2)),
)

CREDIT_PAYDAY = Schedule(
    action=ScheduleActionStartWorkflow("CreditPayday", id="credit-payday", task_queue=INTERACTIVE),
    spec=ScheduleSpec(
        calendars=[ScheduleCalendarSpec(hour=[ScheduleRange(9)], minute=[ScheduleRange(0)])], time_zone_name=SEOUL
    ),
    policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=dt.timedelta(hours=12)),
)

SCHEDULES = {
    "nightly-clearing": NIGHTLY_CLEARING,
    "nightly-audit": NIGHTLY_AUDIT,
    "nightly-erasing": NIGHTLY_ERASING,
    "credit-payday": CREDIT_PAYDAY,
}


async def ensure(client: Client) -> None:
    """Create each schedule, or give a running one today's definition."""
    for name, schedule in SCHEDULES.items():
        try:
            await client.create_schedule(name, schedule)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(name).update(_updated(schedule))


def _updated(schedule: Schedule) -> Callable[[ScheduleUpdateInput], ScheduleUpdate]:
    def update(current: ScheduleUpdateInput) -> ScheduleUpdate:
        schedule.state = current.description.schedule.state
        return ScheduleUpdate(schedule=schedule)

    return update
