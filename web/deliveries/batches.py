"""One press on several rounds: a command each, and what became of every one of them."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col
from starlette.requests import Request

from models.deliveries.kind import DELIVERY
from models.deliveries.tables import DeliveryRound
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.processes.tables import Command
from web.acts import decided
from web.errors import sentence


@dataclass(frozen=True)
class Answer:
    """The results of one press, for the top of a list."""

    words: str
    done: list[str]
    waiting: list[str]
    refused: list[tuple[str, str]]


def results(session: Session, actor: Actor, request: Request) -> Answer | None:
    """What became of the press whose batch id is in the address; only one's own."""
    try:
        batch = uuid.UUID(request.query_params.get("batch", ""))
    except ValueError:
        return None
    rows = select(Command).where(col(Command.batch_id) == batch, col(Command.actor_id) == actor.member_id)
    commands = session.execute(rows.order_by(col(Command.id))).scalars().all()
    if not commands:
        return None
    ids = [command.document_id for command in commands]
    found = visible_to(actor, DeliveryRound).where(col(DeliveryRound.id).in_(ids))
    names = {row.id: _name(row) for row in session.execute(found).scalars()}
    answer = Answer(DELIVERY.words.act[commands[0].act], [], [], [])
    for command in commands:
        _sort_in(answer, command, names.get(command.document_id, ""))
    return answer


def _name(row: Any) -> str:
    return f"{row.order_number} {row.item_name} {row.round_no}차"


def _sort_in(answer: Answer, command: Command, name: str) -> None:
    decision = decided(command)
    if decision is None or decision.pending:
        answer.waiting.append(name)
    elif decision.refusal is not None:
        answer.refused.append((name, sentence(decision.refusal, DELIVERY.words.sentences)))
    else:
        answer.done.append(name)
