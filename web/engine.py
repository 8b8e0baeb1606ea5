"""Taking a kept command to the engine and understanding its answer; used by the click itself and by the relay."""

import asyncio
import datetime as dt
import logging
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col
from temporalio.client import Client, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from models.kernel.refusals import ActNotPossible, Refusal, known_codes, rebuild
from models.kernel.roles import Role
from models.processes.messages import Act, Outcome
from models.processes.tables import Command, Outbox
from workflows.runtime.client import reaching

UPDATE_TIMEOUT = dt.timedelta(seconds=4)
START_WAIT_SECONDS = 3.0
START_POLL_SECONDS = 0.03
NO_WORKFLOW = ("workflow not found", "workflow execution already completed", "workflow update was aborted")
"""How the engine says that a workflow never was, has ended, or ended before it took this update."""

log = logging.getLogger("engine")


@dataclass(frozen=True)
class Decision:
    """What became of a command: done, refused with its reason, or (both empty) not known yet."""

    outcome: Outcome | None = None
    refusal: Refusal | None = None

    @property
    def pending(self) -> bool:
        return self.outcome is None and self.refusal is None


PENDING = Decision()


def as_act(command: Command) -> Act:
    return Act(
        request_id=str(command.request_id),
        act=command.act,
        member_id=command.actor_id,
        company_id=command.actor_company_id,
        roles=[Role(role) for role in command.actor_roles],
        expected_version=command.expected_version,
    )


async def deliver(client: Client, command: Command) -> Decision:
    """Ask the engine to apply a command, under its request id: asked twice it is applied once."""
    handle = client.get_workflow_handle(command.workflow_id)
    update = handle.execute_update(
        "act",
        as_act(command),
        id=str(command.request_id),
        result_type=Outcome,
        rpc_timeout=UPDATE_TIMEOUT,
    )
    try:
        with reaching():
            return Decision(outcome=await asyncio.wait_for(update, UPDATE_TIMEOUT.total_seconds() + 0.5))
    except WorkflowUpdateFailedError as error:
        return _refused(error.cause)
    except (TimeoutError, WorkflowUpdateRPCTimeoutOrCancelledError):
        return PENDING
    except RPCError as error:
        # An engine that comes back also says of its namespace, or of the update, that it was not found.
        if error.status == RPCStatusCode.NOT_FOUND and error.message.startswith(NO_WORKFLOW):
            return Decision(refusal=ActNotPossible())
        log.info("%s of %s waits: %s %s", command.act, command.workflow_id, error.status.name, error.message)
        return PENDING


def _refused(cause: BaseException | None) -> Decision:
    if isinstance(cause, ApplicationError) and cause.type in known_codes():
        facts = cause.details[0] if cause.details else {}
        return Decision(refusal=rebuild(cause.type, facts))
    # Not one of ours: the workflow was cut off or has a bug; the relay asks again.
    return PENDING


def is_starting(session: Session, workflow_id: str) -> bool:
    """Is the workflow still to be started from the outbox?"""
    unsent = select(col(Outbox.id)).where(col(Outbox.workflow_id) == workflow_id, col(Outbox.sent_at).is_(None))
    return session.execute(unsent).first() is not None
