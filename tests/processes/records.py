"""A stand-in for step recording, for tests of the processes themselves."""

from collections.abc import Callable, Sequence
from typing import Any

from temporalio import activity
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from models.processes.messages import Alarm, Outcome, Step


class Records:
    """A stand-in for step recording: it keeps what it was asked and answers as a test says."""

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.jobs_done: list[str] = []
        self.alarms: list[Alarm] = []
        self.jobs: dict[str, list[str]] = {}
        self.refuse: str | None = None
        self.failures = 0
        self.answers: list[str] = []

    @activity.defn(name="record_step")
    async def record_step(self, step: Step) -> Outcome:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("the database is away")
        if self.refuse:
            raise ApplicationError("no", {"field": "x"}, type=self.refuse, non_retryable=True)
        self.steps.append(step)
        machine = step.act in {"remind", "escalate"}
        return Outcome(
            status=self.answers.pop(0) if self.answers else step.targets[0],
            version=step.version + (0 if machine else 1),
            step=step.step,
            alarms=[alarm for alarm in self.alarms if alarm.at > step.at],
            jobs=self.jobs.get(step.act, []),
        )

    @activity.defn(name="read_alarms")
    async def read_alarms(self, step: Step) -> list[Alarm]:
        return [alarm for alarm in self.alarms if alarm.at > step.at]

    @activity.defn(dynamic=True)
    async def job(self, args: Sequence[RawValue]) -> None:
        """Any job: a name is all a test needs."""
        assert len(args) == 1
        self.jobs_done.append(activity.info().activity_type)

    def activities(self) -> list[Callable[..., Any]]:
        return [self.record_step, self.read_alarms, self.job]
