"""Step recording: one transaction for everything a step changes (ADR 2)."""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import Select, bindparam, select
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from models import clock, database
from models.kernel.refusals import Refusal, rebuild
from models.kernel.roles import Role
from models.members.queries import members_in_turn
from models.notifications.writes import notify
from models.processes import chain, deadlines, queries, writes
from models.processes.deadlines import Pace
from models.processes.kinds import Kind
from models.processes.messages import Alarm, Outcome, Step
from models.processes.tables import Command, ProcessColumns, ProcessEvent


@dataclass
class StepContext:
    """What a domain's effect may use while its step is recorded."""

    session: Session
    kind: str
    document: Any
    act: str
    payload: Any
    command: Command | None
    now: dt.datetime
    holidays: frozenset[dt.date]
    detail: dict[str, Any] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)
    turn_member_id: int | None = None
    ending: str = "closed"
    """What the partner is told when the document ends with this step."""
    author_ending: str = "decided"
    """What its author is told then, where the partner is not."""

    def start(self, kind: Kind, document: ProcessColumns) -> None:
        """Start the next process of the chain once this step is committed."""
        writes.begin(self.session, kind, document)


Effect = Callable[[StepContext], str | None]


@dataclass(frozen=True)
class DomainSteps:
    """One domain's part of recording: what it is and what its acts do beyond moving the status."""

    kind: Kind
    effects: Mapping[str, Effect]


class Recorder:
    """The activities of the spine, for all kinds."""

    def __init__(self, domains: Mapping[str, DomainSteps]) -> None:
        self.domains = domains

    @activity.defn(name="record_step")
    def record_step(self, step: Step) -> Outcome:
        """Record one step, once. Errors: ApplicationError with a refusal's code, never retried."""
        try:
            with database.working() as session:
                return _Recording(session, self.domains[step.kind], step).outcome()
        except Refusal as refusal:
            raise ApplicationError(str(refusal), refusal.detail, type=refusal.code, non_retryable=True) from refusal

    @activity.defn(name="read_alarms")
    def read_alarms(self, step: Step) -> list[Alarm]:
        """Reminders still ahead under the policy in force now (a policy changed); the deadline moves with them."""
        with database.working() as session:
            kind = self.domains[step.kind].kind
            document = session.execute(_locked(kind.table), {"id": step.document_id}).scalar_one()
            pace, holidays = queries.pace(session, step.kind, document.status), queries.holidays(session)
            due_at = kind.due_at(document, pace, holidays)
            if document.turn is not None and document.due_at != due_at:
                document.due_at = due_at
                writes.announce(session, step.kind, step.document_id, document.company_id)
            return kind.alarms(document, pace, holidays, step.at)


# Run at every step: built once.
_COMMAND = select(Command).where(col(Command.request_id) == bindparam("request_id")).with_for_update()
_LAST_HASH = (
    select(col(ProcessEvent.hash))
    .where(col(ProcessEvent.workflow_id) == bindparam("workflow_id"))
    .order_by(col(ProcessEvent.step).desc())
    .limit(1)
)


@cache
def _locked(table: type[ProcessColumns]) -> Select[Any]:
    return select(table).where(col(table.id) == bindparam("id")).with_for_update()


class _Recording:
    def __init__(self, session: Session, domain: DomainSteps, step: Step) -> None:
        self.session = session
        self.kind = domain.kind
        self.effects = domain.effects
        self.step = step
        self.paces: dict[str, Pace] = {}

    def outcome(self) -> Outcome:
        document = self.session.execute(_locked(self.kind.table), {"id": self.step.document_id}).scalar_one()
        if document.step >= self.step.step:
            return self._recorded()
        if (document.status, document.version) != (self.step.status, self.step.version):
            raise ApplicationError("document and workflow differ", type="state_diverged", non_retryable=True)
        return self._record(document)

    def _record(self, document: ProcessColumns) -> Outcome:
        command = self._command()
        context = StepContext(
            session=self.session,
            kind=self.step.kind,
            document=document,
            act=self.step.act,
            payload=self._payload(command),
            command=command,
            now=self.step.at,
            holidays=queries.holidays(self.session),
        )
        effect = self.effects.get(self.step.act)
        target = (effect(context) if effect else None) or self.step.targets[0]
        before = (document.status, document.status_since)
        # Everything is written at once, at the end.
        with self.session.no_autoflush:
            self._move(document, target, context)
            outcome = self._answer(document, context)
            self._event(document, before, context, outcome)
        if command is not None:
            command.state = "done"
            command.decided_at = self.step.at
            command.detail = {"status": target, "step": self.step.step}
            self.session.flush()
            writes.release_next(self.session, self.step.workflow_id, clock.now())
        self._tell(document, context)
        writes.announce(self.session, self.step.kind, self.step.document_id, document.company_id)
        return outcome

    def _recorded(self) -> Outcome:
        """The answer given when this step was recorded before its result reached the engine."""
        row = select(ProcessEvent).where(
            col(ProcessEvent.workflow_id) == self.step.workflow_id, col(ProcessEvent.step) == self.step.step
        )
        event: ProcessEvent = self.session.execute(row).scalar_one()
        asked = None if self.step.request_id is None else uuid.UUID(self.step.request_id)
        same = (event.act, event.request_id) == (self.step.act, asked)
        return Outcome.model_validate(event.outcome | {"other": not same})

    def _command(self) -> Command | None:
        if self.step.request_id is None:
            return None
        asked = {"request_id": uuid.UUID(self.step.request_id)}
        found: Command = self.session.execute(_COMMAND, asked).scalar_one()
        if found.state == "refused":
            # Its author has been told; a delivery that was still on its way changes nothing any more.
            raise rebuild(found.code or Refusal.code, found.detail or {})
        return found

    def _payload(self, command: Command | None) -> BaseModel:
        return self.kind.payload(self.step.act).model_validate(command.payload if command else {})

    def _move(self, document: ProcessColumns, target: str, context: StepContext) -> None:
        document.step = self.step.step
        if context.turn_member_id is not None:
            document.turn_member_id = context.turn_member_id
        if self.step.act in {deadlines.REMIND, deadlines.ESCALATE}:
            return
        turn = self.kind.rules.turn(target)
        document.status = target
        document.version += 1
        document.status_since = self.step.at
        document.turn = turn
        document.due_at = None if turn is None else self.kind.due_at(document, self._pace(target), context.holidays)

    def _pace(self, status: str) -> Pace:
        """Asked twice for the status a step leads to."""
        if status not in self.paces:
            self.paces[status] = queries.pace(self.session, self.step.kind, status)
        return self.paces[status]

    def _event(
        self,
        document: ProcessColumns,
        before: tuple[str, dt.datetime],
        context: StepContext,
        outcome: Outcome,
    ) -> None:
        last = {"workflow_id": self.step.workflow_id}
        command = context.command
        moved = document.status_since == self.step.at
        event = ProcessEvent(
            workflow_id=self.step.workflow_id,
            step=self.step.step,
            kind=self.step.kind,
            document_id=self.step.document_id,
            company_id=document.company_id,
            case_key=document.case_key,
            act=self.step.act,
            status_from=before[0],
            status_to=document.status,
            version=document.version,
            request_id=command.request_id if command else None,
            actor_id=command.actor_id if command else None,
            actor_name=command.actor_name if command else "",
            actor_company=command.actor_company if command else "",
            on_behalf_of_name=command.on_behalf_of_name if command else None,
            reason=getattr(context.payload, "reason", None),
            detail=context.detail,
            at=self.step.at,
            outcome=outcome.model_dump(mode="json"),
            seconds_before=int((self.step.at - before[1]).total_seconds()) if moved else None,
            prev_hash=self.session.execute(_LAST_HASH, last).scalar_one_or_none() or chain.GENESIS,
            hash="",
        )
        event.hash = chain.digest(event)
        self.session.add(event)

    def _tell(self, document: ProcessColumns, context: StepContext) -> None:
        actor = context.command.actor_id if context.command else None
        for event, members in self._audience(document, context):
            notify(
                self.session,
                event=event,
                members=[member for member in dict.fromkeys(members) if member != actor],
                link=self.kind.link(document),
                workflow_id=self.step.workflow_id,
                step=self.step.step,
                params={
                    "title": f"{self.kind.number(document)} {self.kind.title(document)}",
                    "status": self.kind.words.status[document.status],
                    "act": self.kind.words.event.get(self.step.act, ""),
                },
                now=self.step.at,
            )

    def _audience(self, document: ProcessColumns, context: StepContext) -> list[tuple[str, list[int]]]:
        """Who is told what: whose turn it is; of the end the partner, if it ever saw the document, and its author."""
        if document.turn is None:
            partners = members_in_turn(self.session, Role.PARTNER, document.company_id, None)
            told = partners if document.is_sent else []
            author = [document.created_by] if document.created_by not in told else []
            return [(context.ending, told), (context.author_ending, author)]
        members = members_in_turn(self.session, Role(document.turn), document.company_id, document.turn_member_id)
        if self.step.act == deadlines.ESCALATE:
            return [("escalation", [*members, document.created_by])]
        return [("reminder" if self.step.act == deadlines.REMIND else "your_turn", members)]

    def _answer(self, document: ProcessColumns, context: StepContext) -> Outcome:
        alarms: list[Alarm] = []
        if document.turn is not None and document.turn != Role.SYSTEM:
            pace = self._pace(document.status)
            alarms = self.kind.alarms(document, pace, context.holidays, self.step.at)
        return Outcome(
            status=document.status,
            version=document.version,
            step=document.step,
            alarms=alarms,
            jobs=context.jobs,
        )
