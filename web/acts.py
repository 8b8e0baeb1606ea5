"""A person's step: kept as a command, taken to the engine, answered (architecture.md "No click is lost")."""

import asyncio
import uuid
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from temporalio.client import Client

from models import clock, database
from models.kernel.refusals import ActNotPossible, NotFound, Refusal, StaleDocument, rebuild
from models.kernel.roles import Role
from models.kernel.transitions import ProcessRules
from models.kernel.wording import moment
from models.processes import queries, writes
from models.processes.messages import Actor, Outcome, command_payload
from models.processes.tables import Command, ProcessColumns, ProcessEvent
from web.confirming import deliver_caught_up, missed, note, note_all
from web.engine import PENDING, START_POLL_SECONDS, START_WAIT_SECONDS, Decision

MACHINE_ACTS = ("remind", "escalate")
EARLIER_WAIT_SECONDS = 1.5
EARLIER_POLL_SECONDS = 0.1


@dataclass(frozen=True)
class Wish:
    """What a person asked for: one act on one document, as the page they saw it on."""

    rules: ProcessRules
    table: type[ProcessColumns]
    document_id: int
    act: str
    payload: BaseModel | None
    request_id: uuid.UUID
    expected_version: int | None
    batch_id: uuid.UUID | None = None


async def submit(client: Client, actor: Actor, wish: Wish) -> Decision:
    """Keep the act, then ask the engine. Raises the refusal when it is refused.

    Pending means: accepted, applied once the engine answers; the page follows it live.
    """
    return await follow(client, actor, await run_in_threadpool(_keep_alone, actor, wish))


@dataclass(frozen=True)
class Kept:
    """An act as it is kept, and what is known of it already."""

    command: Command
    known: Decision | None
    starting: bool
    """Its workflow is still to be started."""


async def follow(client: Client, actor: Actor, kept: Kept) -> Decision:
    """Ask the engine for what is kept. Raises the refusal when it is refused."""
    command, known = kept.command, kept.known
    if known is not None:
        decision = await _followed(actor, command) if known.pending else known
        return _unless_refused(decision)
    decision = await _deliver_when_started(client, command, starting=kept.starting)
    if decision.refusal is not None:
        refusal = await run_in_threadpool(_settle, command, decision.refusal)
        raise refusal
    if decision.outcome is not None:
        note(command.request_id)
    return decision


def _keep_alone(actor: Actor, wish: Wish) -> Kept:
    with database.writing(actor) as session:
        return keep(session, actor, wish)


def keep(session: Session, actor: Actor, wish: Wish) -> Kept:
    """Write down who wants what, as the last of the caller's transaction. Raises NotFound."""
    document = queries.facts_of(session, actor, wish.table, wish.document_id)
    press = writes.Press(
        kind=wish.rules.kind,
        act=wish.act,
        request_id=wish.request_id,
        payload=command_payload(wish.payload),
        permitted=_permitted(wish, document),
        expected_version=wish.expected_version,
        batch_id=wish.batch_id,
    )
    refusal = _early_refusal(session, actor, wish, document)
    command: Any = writes.insert_command(session, actor, document, press, is_last=refusal is None)
    known = decided(command)
    if known is not None or command.waits:
        return Kept(command, known or PENDING, starting=False)
    if refusal is not None:
        writes.settle_command(session, command.request_id, refusal, clock.now())
        return Kept(command, Decision(refusal=refusal), starting=False)
    return Kept(command, None, starting=command.starting)


def _permitted(wish: Wish, document: ProcessColumns) -> frozenset[Role]:
    try:
        return wish.rules.move(document.status, wish.act).roles
    except ActNotPossible:
        return frozenset()


def _early_refusal(session: Session, actor: Actor, wish: Wish, document: ProcessColumns) -> Refusal | None:
    """What the tables already forbid needs no engine; a race is decided by the workflow all the same."""
    try:
        if wish.expected_version is not None and wish.expected_version != document.version:
            raise StaleDocument(version=document.version)
        wish.rules.next_status(document.status, wish.act, actor.every_role)
    except Refusal as refusal:
        return explained(session, refusal, document.workflow_id)
    return None


def decided(command: Command) -> Decision | None:
    """The decision a command row already carries."""
    if command.state == "done":
        detail = command.detail or {}
        return Decision(outcome=Outcome(status=str(detail.get("status")), version=0, step=int(detail.get("step", 0))))
    if command.state == "refused":
        return Decision(refusal=rebuild(command.code or "refused", command.detail or {}))
    return None


def _unless_refused(decision: Decision) -> Decision:
    if decision.refusal is not None:
        raise decision.refusal
    return decision


async def _followed(actor: Actor, command: Command) -> Decision:
    """What becomes of an act that waits for an earlier one, which as a rule takes a moment; then PENDING."""
    waited = 0.0
    while waited < EARLIER_WAIT_SECONDS:
        await asyncio.sleep(EARLIER_POLL_SECONDS)
        waited += EARLIER_POLL_SECONDS
        _, decision = await run_in_threadpool(read_decision, actor, command.request_id)
        if not decision.pending:
            return decision
    return PENDING


async def _deliver_when_started(client: Client, command: Command, *, starting: bool) -> Decision:
    """A document made a moment ago may have no workflow yet; wait for it a little, then leave it to the relay."""
    waited = 0.0
    while True:
        decision = await deliver_caught_up(client, command, missed, note_all)
        absent = isinstance(decision.refusal, ActNotPossible) and not decision.refusal.detail
        if not absent or not starting:
            return decision
        if waited >= START_WAIT_SECONDS:
            return PENDING
        await asyncio.sleep(START_POLL_SECONDS)
        waited += START_POLL_SECONDS


def _settle(command: Command, refusal: Refusal) -> Refusal:
    """Close the command as refused, with who was first; what was done meanwhile stays done."""
    with database.web() as session:
        actor = Actor(
            member_id=command.actor_id,
            name=command.actor_name,
            company_id=command.actor_company_id,
            roles=frozenset(Role(role) for role in command.actor_roles),
        )
        database.scope(session, actor, read_only=False)
        facts = explained(session, refusal, command.workflow_id)
        writes.settle_command(session, command.request_id, facts, clock.now())
        return facts


def explained(session: Session, refusal: Refusal, workflow_id: str) -> Refusal:
    """The refusal with who acted last and when, if somebody else's act is why."""
    if not isinstance(refusal, ActNotPossible | StaleDocument):
        return refusal
    last = (
        select(ProcessEvent)
        .where(
            col(ProcessEvent.workflow_id) == workflow_id,
            col(ProcessEvent.act).not_in(MACHINE_ACTS),
            col(ProcessEvent.actor_id).is_not(None),
        )
        .order_by(col(ProcessEvent.step).desc())
        .limit(1)
    )
    event = session.execute(last).scalar_one_or_none()
    if event is None:
        return refusal
    return type(refusal)(
        **refusal.detail,
        by=f"{event.actor_name} 님",
        at=moment(event.at),
        did=event.act,
        did_kind=event.kind,
    )


def read_decision(actor: Actor, request_id: uuid.UUID) -> tuple[Command, Decision]:
    """One's own act and what became of it. Raises NotFound."""
    with database.reading(actor) as session:
        command = queries.command(session, request_id, actor)
        if command is None:
            raise NotFound
        return command, decided(command) or PENDING
