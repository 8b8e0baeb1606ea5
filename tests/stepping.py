"""Steps pressed as a document's process does, with their jobs, and the questions asked of a hub of paper."""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from temporalio.exceptions import ApplicationError

from activities.recording import Recorder
from activities.tax_hub import Hub
from models import clock
from models.kernel.refusals import Refusal, rebuild
from models.processes.kinds import Kind
from models.processes.messages import Job, Outcome, Step
from models.processes.tables import ProcessColumns
from models.tax_invoices.messages import HubNews, HubTask


class Stepping:
    """A world whose clock goes a minute on with every step."""

    now: dt.datetime
    recorder: Recorder
    house: Hub
    known_jobs: Iterable[Callable[..., Any]]
    """Jobs of the worker; those of the hub are known."""

    def take_step(self, kind: Kind, found: ProcessColumns, act: str, request_id: uuid.UUID | None = None) -> Outcome:
        """The step itself; without a request id it is the machine's. Raises the refusal."""
        self.now += dt.timedelta(minutes=1)
        step = Step(
            workflow_id=found.workflow_id,
            kind=kind.key,
            document_id=found.id or 0,
            step=found.step + 1,
            act=act,
            status=found.status,
            targets=[found.status] if act in {"remind", "escalate"} else list(kind.rules.move(found.status, act).to),
            version=found.version,
            at=self.now,
            request_id=str(request_id) if request_id else None,
        )
        with clock.set_to(self.now):
            try:
                outcome = self.recorder.record_step(step)
            except ApplicationError as error:
                raise refusal_of(error) from error
            self.work(kind, found, outcome.jobs)
        return outcome

    def work(self, kind: Kind, found: ProcessColumns, jobs: list[str]) -> None:
        known = {made.__name__: made for made in (*self.known_jobs, *self.house.activities)}
        for job in jobs:
            known[job](Job(workflow_id="", kind=kind.key, document_id=found.id or 0, job=job, at=self.now))

    def question(self, found: ProcessColumns) -> HubNews:
        """What the invoice's process asks when it is woken."""
        task = HubTask(document_id=found.id or 0, status=found.status, step=found.step, at=self.now)
        with clock.set_to(self.now):
            return self.house.ask_hub(task)


def refusal_of(error: ApplicationError) -> Refusal:
    """The refusal an activity ended with."""
    return rebuild(error.type or "", error.details[0] if error.details else {})
