"""Step recording: one transaction for everything a step changes (ADR 2)."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from typing import Any

import sqlalchemy
from psycopg.errors import NotNullViolation
from pydantic import BaseModel
from sqlalchemy import Select, bindparam, select
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.keeping import Letters, Opened, Surroundings, keep, opened, surroundings
from models import clock, database
from models.aside import aside
from models.kernel.refusals import Refusal, rebuild
from models.kernel.roles import Role
from models.notifications.writes import Addressee, Occasion, Row, compose
from models.plain import filled
from models.processes import chain, deadlines, queries, writes
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
    beside: Sequence[Any] | None = None
    """What the act's SELECT of `DomainSteps.beside` found, where the step is recorded at once."""
    detail: dict[str, Any] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)
    turn_member_id: int | None = None
    ending: str = "closed"
    """What the partner is told when the document ends with this step."""
    author_ending: str = "decided"
    """What its author is told then, where the partner is not; empty where the effect tells everybody itself."""

    def start(self, kind: Kind, document: ProcessColumns) -> None:
        """Start the next process of the chain once this step is committed."""
        writes.begin(self.session, kind, document)


Effect = Callable[[StepContext], str | None]


@dataclass(frozen=True)
class DomainSteps:
    """One domain's part of recording: what it is and what its acts do beyond moving the status."""

    kind: Kind
    effects: Mapping[str, Effect]
    quick: Collection[str] = frozenset()
    """Acts whose effects look up rows at most, and change nothing but the document and what the context has."""
    beside: Mapping[str, str] = field(default_factory=dict)
    """A SELECT of what a quick act looks up for %(document_id)s: read together with the document."""

    def is_quick(self, act: str) -> bool:
        return act in self.quick or act not in self.effects


class Recorder:
    """The activities of the spine, for all kinds."""

    def __init__(self, domains: Mapping[str, DomainSteps]) -> None:
        self.domains = domains

    @activity.defn(name="record_step")
    def record_step(self, step: Step) -> Outcome:
        """Record one step, once. Errors: ApplicationError with a refusal's code, never retried."""
        domain = self.domains[step.kind]
        outcome = None
        try:
            if domain.is_quick(step.act):
                with database.at_once() as session:
                    outcome = _Recording(session, domain, step).at_once()
            if outcome is None:
                with database.working() as session:
                    outcome = _Recording(session, domain, step).outcome()
        except Refusal as refusal:
            raise ApplicationError(str(refusal), refusal.detail, type=refusal.code, non_retryable=True) from refusal
        return outcome

    @activity.defn(name="record_step")
    async def record_step_aside(self, step: Step) -> Outcome:
        """`record_step` on the worker's own thread, where it waits for nothing but the database."""
        work = partial(self.record_step, step)
        return await (aside(work) if self.domains[step.kind].is_quick(step.act) else asyncio.to_thread(work))

    @activity.defn(name="read_alarms")
    def read_alarms(self, step: Step) -> list[Alarm]:
        """Reminders still ahead under the policy in force now (a policy changed); the deadline moves with them."""
        with database.working() as session:
            kind = self.domains[step.kind].kind
            document = session.execute(_locked(kind.table, asked=False), {"id": step.document_id}).scalar_one()
            pace, holidays = queries.pace(session, step.kind, document.status), queries.holidays(session)
            due_at = kind.due_at(document, pace, holidays)
            if document.turn is not None and document.due_at != due_at:
                document.due_at = due_at
                writes.announce(session, step.kind, step.document_id, document.company_id)
            return kind.alarms(document, pace, holidays, step.at)


# Run at every step: built once.
@cache
def _locked(table: type[ProcessColumns], *, asked: bool) -> Select[*tuple[Any, ...]]:
    """The document, and the command that asked for the step beside it, both held until the transaction ends."""
    if not asked:
        return select(table).where(col(table.id) == bindparam("id")).with_for_update()
    both = select(table, Command).join(Command, col(Command.request_id) == bindparam("request_id"))
    return both.where(col(table.id) == bindparam("id")).with_for_update()


class _Recording:
    def __init__(self, session: Session, domain: DomainSteps, step: Step) -> None:
        self.session = session
        self.kind = domain.kind
        self.effects = domain.effects
        self.beside = domain.beside
        self.step = step

    def outcome(self) -> Outcome:
        document, command = self._open()
        if document.step >= self.step.step:
            return self._recorded()
        if (document.status, document.version) != (self.step.status, self.step.version):
            raise ApplicationError("document and workflow differ", type="state_diverged", non_retryable=True)
        if command is not None and command.state == "refused":
            # Its author has been told; a delivery that was still on its way changes nothing any more.
            raise rebuild(command.code or Refusal.code, command.detail or {})
        return self._record(document, command)

    def at_once(self) -> Outcome | None:
        """`outcome` of a quick act; None where it takes the document's lock to tell what became of it."""
        if not self.step.targets:
            return None
        turn, beside = self.kind.rules.turn(self.step.targets[0]), self.beside.get(self.step.act)
        found = opened(self.session, self.kind.table, self.step, turn, beside)
        if found is None or not self._stands(found):
            return None
        try:
            return self._record(found.document, found.command, found)
        except NotNullViolation:
            return None

    def _stands(self, found: Opened) -> bool:
        """Whether the document is as the workflow knows it, and the command is still to be done."""
        document, command = found.document, found.command
        known = (document.step, document.status, document.version)
        asked = self.step.request_id is None if command is None else command.state != "refused"
        return asked and known == (self.step.step - 1, self.step.status, self.step.version)

    def _open(self) -> tuple[Any, Command | None]:
        if self.step.request_id is None:
            only = self.session.execute(_locked(self.kind.table, asked=False), {"id": self.step.document_id})
            return only.scalar_one(), None
        asked = {"id": self.step.document_id, "request_id": uuid.UUID(self.step.request_id)}
        both = self.session.execute(_locked(self.kind.table, asked=True), asked).one()
        return both[0], both[1]

    def _record(self, document: ProcessColumns, command: Command | None, found: Opened | None = None) -> Outcome:
        context = StepContext(
            session=self.session,
            kind=self.step.kind,
            document=document,
            act=self.step.act,
            payload=self._payload(command),
            command=command,
            now=self.step.at,
            holidays=queries.holidays(self.session),
            beside=found.beside if found and self.step.act in self.beside else None,
        )
        effect = self.effects.get(self.step.act)
        target = (effect(context) if effect else None) or self.step.targets[0]
        if found and (self.session.new or self.session.deleted or self.session.dirty):
            raise RuntimeError(f"{self.step.act} is not quick: it writes more than its document")
        before = (document.status, document.status_since)
        around = found.around if found and self._is_around(found, target, context) else None
        # Everything is written at once, at the end.
        with self.session.no_autoflush:
            around = self._move(document, target, context, around)
            outcome = self._answer(document, context, around)
            event = self._event(document, before, context, outcome, around.head)
            letters = self._letters(document, context, around)
        keep(self.session, document, event, command, letters, clock.now(), found.seen if found else None)
        return outcome

    def _is_around(self, found: Opened, target: str, context: StepContext) -> bool:
        """Whether what was read beside the document is what its new status and turn ask for."""
        changed = sqlalchemy.inspect(found.document).committed_state
        named = context.turn_member_id is None and "turn_member_id" not in changed and "company_id" not in changed
        return named and target == self.step.targets[0]

    def _recorded(self) -> Outcome:
        """The answer given when this step was recorded before its result reached the engine."""
        row = select(ProcessEvent).where(
            col(ProcessEvent.workflow_id) == self.step.workflow_id, col(ProcessEvent.step) == self.step.step
        )
        event: ProcessEvent = self.session.execute(row).scalar_one()
        asked = None if self.step.request_id is None else uuid.UUID(self.step.request_id)
        same = (event.act, event.request_id) == (self.step.act, asked)
        return Outcome.model_validate(event.outcome | {"other": not same})

    def _payload(self, command: Command | None) -> BaseModel:
        return self.kind.payload(self.step.act).model_validate(command.payload if command else {})

    def _move(
        self, document: ProcessColumns, target: str, context: StepContext, around: Surroundings | None
    ) -> Surroundings:
        document.step = self.step.step
        if context.turn_member_id is not None:
            document.turn_member_id = context.turn_member_id
        moves = self.step.act not in {deadlines.REMIND, deadlines.ESCALATE}
        status = target if moves else document.status
        turn = self.kind.rules.turn(status)
        if around is None and (self.session.new or any(row is not document for row in self.session.dirty)):
            # Who is told may be whom the effect has just let in.
            self.session.flush()
        around = around or surroundings(self.session, self.step, document, status, turn)
        if moves:
            document.status = target
            document.version += 1
            document.status_since = self.step.at
            document.turn = turn
            document.due_at = None if turn is None else self.kind.due_at(document, around.pace, context.holidays)
        return around

    def _event(
        self,
        document: ProcessColumns,
        before: tuple[str, dt.datetime],
        context: StepContext,
        outcome: Outcome,
        head: str,
    ) -> ProcessEvent:
        command = context.command
        moved = document.status_since == self.step.at
        event = filled(
            ProcessEvent,
            {
                "workflow_id": self.step.workflow_id,
                "step": self.step.step,
                "kind": self.step.kind,
                "document_id": self.step.document_id,
                "company_id": document.company_id,
                "case_key": document.case_key,
                "act": self.step.act,
                "status_from": before[0],
                "status_to": document.status,
                "version": document.version,
                "request_id": command.request_id if command else None,
                "actor_id": command.actor_id if command else None,
                "actor_name": command.actor_name if command else "",
                "actor_company": command.actor_company if command else "",
                "on_behalf_of_name": command.on_behalf_of_name if command else None,
                "reason": getattr(context.payload, "reason", None),
                "detail": context.detail,
                "at": self.step.at,
                "outcome": outcome.model_dump(mode="json"),
                "seconds_before": int((self.step.at - before[1]).total_seconds()) if moved else None,
                "prev_hash": head,
                "hash": "",
            },
        )
        event.hash = chain.digest(event)
        return event

    def _letters(self, document: ProcessColumns, context: StepContext, around: Surroundings) -> Letters:
        actor = context.command.actor_id if context.command else None
        bells: list[Row] = []
        messages: list[Row] = []
        for event, people in self._audience(document, context, around):
            occasion = Occasion(
                event=event,
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
            more_bells, more_messages = compose(
                self.session, occasion, [person for person in people if person.id != actor]
            )
            bells += more_bells
            messages += more_messages
        return Letters(bells, messages)

    def _audience(
        self, document: ProcessColumns, context: StepContext, around: Surroundings
    ) -> list[tuple[str, Sequence[Addressee]]]:
        """Who is told what: whose turn it is; of the end the partner, if it ever saw the document, and its author."""
        author = [around.author] if around.author else []
        if document.turn is None:
            told = around.turn if document.is_sent else []
            own = [one for one in author if one not in told]
            return [(context.ending, told), *([(context.author_ending, own)] if context.author_ending else [])]
        if self.step.act == deadlines.ESCALATE:
            return [("escalation", [*around.turn, *(person for person in author if person not in around.turn)])]
        return [("reminder" if self.step.act == deadlines.REMIND else "your_turn", around.turn)]

    def _answer(self, document: ProcessColumns, context: StepContext, around: Surroundings) -> Outcome:
        alarms: list[Alarm] = []
        rings = document.turn != Role.SYSTEM or document.status in self.kind.rings
        if document.turn is not None and rings:
            alarms = self.kind.alarms(document, around.pace, context.holidays, self.step.at)
        return Outcome(
            status=document.status,
            version=document.version,
            step=document.step,
            alarms=alarms,
            jobs=context.jobs,
        )
