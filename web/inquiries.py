"""Asking the outside worlds while somebody waits for a page; the worker asks, web only hands over and fetches.

Question and answer stay in a sealed row of their own; the engine carries its id.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import delete, insert, select, text
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from temporalio.client import Client, WorkflowFailureError
from temporalio.service import RPCError

from models import clock, database
from models.identity import rules
from models.identity.messages import (
    Addresses,
    CheckAnswer,
    InquiryResult,
    InquiryStart,
    InquiryState,
    Json,
    Match,
    Standing,
)
from models.identity.rules import Question, QuestionRefused, WorldAway
from models.identity.tables import Inquiry
from models.identity.wording import WORLD
from workflows.steps import EXTERNAL

WAIT_SECONDS = 14.0
START_TIMEOUT = dt.timedelta(seconds=3)
EXECUTION_TIMEOUT = dt.timedelta(seconds=20)
_ANY: TypeAdapter[Json] = TypeAdapter(dict[str, Any])


async def registry_status(request: Request, numbers: Sequence[str]) -> list[Standing]:
    """How each 사업자등록번호 (ten digits, a hundred at most) stands. Raises WorldAway, QuestionRefused."""
    said = await ask(request, Question.REGISTRY_STATUS, {"numbers": list(numbers[: rules.NUMBERS_MAX])})
    return [Standing.model_validate(row) for row in said["rows"]]


async def registry_match(
    request: Request, number: str, opened_on: dt.date, representative: str, name: str = ""
) -> Match:
    """Whether number, opening day and representative belong together. Raises WorldAway, QuestionRefused."""
    asked = {
        "number": number,
        "opened_on": opened_on.isoformat(),
        "representative": representative,
        "name": name,
    }
    said = await ask(request, Question.REGISTRY_MATCH, asked)
    return Match.model_validate(said["rows"][0])


async def addresses(request: Request, keyword: str, page: int = 1) -> Addresses:
    """A page of road addresses; nothing for a keyword that is too short. Raises WorldAway, QuestionRefused."""
    wanted = rules.clean_keyword(keyword)
    number = min(max(page, 1), rules.PAGES_MAX)
    if len(wanted) < rules.KEYWORD_CHARS_MIN:
        return Addresses(total=0, page=number, too_broad=bool(keyword.strip()))
    said = await ask(request, Question.ADDRESSES, {"keyword": wanted, "page": number})
    return Addresses.model_validate(said)


async def identity(request: Request, question: Question, check_id: int, code: str = "") -> CheckAnswer:
    """How a check stands after `question` was put to its provider. Raises WorldAway, QuestionRefused."""
    return CheckAnswer.model_validate(await ask(request, question, {"check": check_id, "code": code}))


async def ask(request: Request, question: Question, asked: Json) -> Json:
    """Put one question. Raises WorldAway when engine, worker or world do not answer in time, QuestionRefused."""
    client: Client = request.app.state.temporal
    inquiry_id = uuid.uuid4()
    await run_in_threadpool(_keep, inquiry_id, question, asked)
    world = WORLD[rules.WORLD_OF[question]]
    try:
        result = await asyncio.wait_for(_run(client, inquiry_id, question), WAIT_SECONDS)
    except (TimeoutError, RPCError, WorkflowFailureError, RuntimeError) as error:
        raise WorldAway(world=world) from error
    if result.state is InquiryState.AWAY:
        raise WorldAway(world=world)
    answer = await run_in_threadpool(_fetch, inquiry_id)
    if result.state is InquiryState.REFUSED or answer is None:
        raise QuestionRefused(world=world)
    return answer


async def _run(client: Client, inquiry_id: uuid.UUID, question: Question) -> InquiryResult:
    handle = await client.start_workflow(
        "Inquiry",
        InquiryStart(inquiry_id=str(inquiry_id), question=question),
        id=f"inquiry/{inquiry_id}",
        task_queue=EXTERNAL,
        result_type=InquiryResult,
        execution_timeout=EXECUTION_TIMEOUT,
        rpc_timeout=START_TIMEOUT,
    )
    result: InquiryResult = await handle.result()
    return result


def _keep(inquiry_id: uuid.UUID, question: Question, asked: Json) -> None:
    with database.web() as session:
        _as_asker(session, inquiry_id)
        sealed = _ANY.dump_json(asked).decode()
        row = {"id": inquiry_id, "question": question.value, "asked": sealed, "created_at": clock.now()}
        session.execute(insert(Inquiry).values(row))


def _fetch(inquiry_id: uuid.UUID) -> Json | None:
    """The answer, which is then gone."""
    with database.web() as session:
        _as_asker(session, inquiry_id)
        mine = col(Inquiry.id) == inquiry_id
        answer = session.execute(select(col(Inquiry.answer)).where(mine)).scalar_one_or_none()
        session.execute(delete(Inquiry).where(mine))
        return None if answer is None else _ANY.validate_json(answer)


def _as_asker(session: Session, inquiry_id: uuid.UUID) -> None:
    """Show this transaction the one row of this question."""
    session.execute(text("SELECT set_config('dongban.inquiry', :id, true)"), {"id": str(inquiry_id)})
