"""The invited person's act: kept as a command like every step, though its author may be nobody yet."""

import uuid

from starlette.concurrency import run_in_threadpool
from temporalio.client import Client

from models import clock
from models.harmony import entries, queries
from models.harmony.messages import Join
from models.harmony.rules import KIND, RULES, EntryOver, check_open
from models.harmony.tables import HarmonyEntry
from models.kernel.refusals import Refusal
from models.processes import queries as processes
from models.processes import writes
from models.processes.messages import Actor, command_payload
from models.processes.tables import Command
from web.acts import decided
from web.confirming import deliver_caught_up, missed, note, note_all
from web.engine import Decision


async def press(client: Client, actor: Actor, token: str, act: str) -> Decision:
    """`join` or `decline` of the invitation this browser came by. Raises the refusal when it is refused.

    Pressed twice it is one command: its id stays in the entry.
    """
    command = await run_in_threadpool(_keep, actor, token, act)
    known = decided(command)
    if known is None:
        known = await deliver_caught_up(client, command, missed, note_all)
        if known.refusal is not None:
            await run_in_threadpool(_settle, actor, command, known.refusal)
        elif known.outcome is not None:
            note(command.request_id)
    if known.refusal is not None:
        await run_in_threadpool(_forget, token, command.request_id)
        raise known.refusal
    return known


def _keep(actor: Actor, token: str, act: str) -> Command:
    now = clock.now()
    with entries.changing(token, now) as (_, row):
        row.request_id = row.request_id or uuid.uuid4()
        entry_id, request_id, link = row.id or 0, row.request_id, row.invitation_token
    if link is None:
        raise EntryOver
    with entries.holding(link, actor) as session:
        invitation = queries.by_link(session, link)
        before = processes.command(session, request_id, actor)
        if before is not None:
            return before
        check_open(invitation.status, invitation.expires_at, now)
        one = writes.Press(
            kind=KIND,
            act=act,
            request_id=request_id,
            payload=command_payload(Join(entry_id=entry_id) if act == "join" else None),
            permitted=RULES.move(invitation.status, act).roles,
            expected_version=None,
        )
        return writes.insert_command(session, actor, invitation, one)


def _settle(actor: Actor, command: Command, refusal: Refusal) -> None:
    with entries.holding(b"", actor) as session:
        writes.settle_command(session, command.request_id, refusal, clock.now())


def _forget(token: str, request_id: uuid.UUID) -> None:
    """What was refused may be pressed again, as another act."""
    with entries.changing(token, clock.now()) as (_, row):
        if row.request_id == request_id:
            row.request_id = None


def standing(actor: Actor, row: HarmonyEntry) -> Decision | None:
    """What became of the entry's act; None when there is none or it is not decided yet."""
    if row.request_id is None:
        return None
    with entries.holding(b"", actor, read_only=True) as session:
        command = processes.command(session, row.request_id, actor)
        return decided(command) if command else None
