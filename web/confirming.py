"""The engine may be killed after a step was committed and before it stored that it asked for it.

The act is done then, and told so, while its workflow stands one step behind. Acts whose answer came from the engine
itself are noted as confirmed, many at a time; the relay brings the others to it again, under their request ids, and
so does whoever meets a workflow that is behind (ADR 1).
"""

import asyncio
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence

from starlette.concurrency import run_in_threadpool
from temporalio.client import Client

from models import database
from models.kernel.roles import Role
from models.processes import queries, writes
from models.processes.messages import Actor
from models.processes.tables import Command
from web.engine import Decision, deliver

log = logging.getLogger("confirming")

FLUSH_SECONDS = 0.5
KEPT_MAX = 10_000
HOUSE = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))
"""The program itself: no person, all companies."""

_answered: set[uuid.UUID] = set()


def note(request_id: uuid.UUID) -> None:
    """The engine has answered that this act is done."""
    if len(_answered) < KEPT_MAX:
        _answered.add(request_id)


async def run() -> None:
    """Write down what was noted, until cancelled; what a killed process had noted the relay finds out again."""
    while True:
        await asyncio.sleep(FLUSH_SECONDS)
        try:
            await run_in_threadpool(flush)
        except Exception as error:  # noqa: BLE001 - the database is away: at the next round
            log.warning("confirming later: %s", type(error).__name__)


def flush() -> None:
    """Write down what was noted."""
    known = set(_answered)
    if known:
        with database.writing(HOUSE) as session:
            writes.confirm(session, known)
        _answered.difference_update(known)


async def bring(client: Client, commands: Iterable[Command]) -> list[uuid.UUID]:
    """Ask the engine for acts that are done, oldest first; those it knows now.

    A refusal means the same: the workflow is past it, or gone.
    """
    known = []
    for command in commands:
        decision = await deliver(client, command)
        if decision.pending:
            break
        known.append(command.request_id)
    return known


Missed = Callable[[str], Sequence[Command]]
Known = Callable[[Sequence[uuid.UUID]], None]


async def deliver_caught_up(client: Client, command: Command, missed: Missed, known: Known) -> Decision:
    """`deliver`, and once more if what it met was a workflow behind its document.

    `missed` reads the acts of a workflow that the engine may not know, `known` takes those it knows now.
    """
    decision = await deliver(client, command)
    if decision.refusal is None:
        return decision
    behind = await run_in_threadpool(missed, command.workflow_id)
    if not behind:
        return decision
    await run_in_threadpool(known, await bring(client, behind))
    return await deliver(client, command)


def missed(workflow_id: str) -> list[Command]:
    """Acts of a workflow that are done, which the engine has not confirmed to this process."""
    with database.reading(HOUSE) as session:
        found = queries.unconfirmed(session, workflow_id)
        return [command for command in found if command.request_id not in _answered]


def note_all(request_ids: Iterable[uuid.UUID]) -> None:
    """`note` for many."""
    for request_id in request_ids:
        note(request_id)
