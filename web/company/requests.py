"""담당자 요청 상세 「저장」: 승인 or 반려 of what a 부담당자 asked for."""

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.kernel.refusals import NotFound, Refusal
from models.processes.kinds import Kind
from models.processes.messages import REASON_LENGTH_MAX, Actor
from web import forms
from web.acts import Wish, submit
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner
from web.company.contacts import open_request, request_page_of
from web.documents.routes import request_id_of
from web.errors import sentence
from web.forms import Parsed

router = APIRouter(prefix="/company/contacts", tags=["회원"], include_in_schema=False)


class Decision(BaseModel):
    """승인처리 상태."""

    decision: Literal["approve", "reject"] = Field(title="승인처리 상태")
    reason: str = Field(default="", max_length=REASON_LENGTH_MAX, title="변경처리사유")


@router.post("/{member_id:int}/request")
async def decide(request: Request, actor: Owner, member_id: int) -> Response:
    """「저장」."""
    parsed = forms.parse(Decision, await request.form())
    try:
        if parsed.value is not None:
            kind, document_id = await run_in_threadpool(_found, actor, member_id)
            if parsed.value.decision == "reject" and not parsed.value.reason:
                unreasoned = parsed.with_errors({"reason": "반려 사유를 입력해 주세요."})
                return await run_in_threadpool(_again, request, actor, member_id, unreasoned)
            await submit(request.app.state.temporal, actor, _wish(kind, document_id, parsed))
            return RedirectResponse(f"/{kind.plural}/{document_id}?receipt={parsed.request_id}", SEE_OTHER)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    return await run_in_threadpool(_again, request, actor, member_id, parsed)


def _found(actor: Actor, member_id: int) -> tuple[Kind, int]:
    with database.reading(actor) as session:
        kind, asked = open_request(session, actor, member_id)
        return kind, asked.id or 0


def _wish(kind: Kind, document_id: int, parsed: Parsed[Decision]) -> Wish:
    value = parsed.value
    assert value is not None  # noqa: S101 - the caller looked
    return Wish(
        rules=kind.rules,
        table=kind.table,
        document_id=document_id,
        act=value.decision,
        payload=kind.payload(value.decision).model_validate({"reason": value.reason or None}),
        request_id=request_id_of(parsed.request_id),
        expected_version=parsed.version,
    )


def _again(request: Request, actor: Actor, member_id: int, parsed: Parsed[Any]) -> Response:
    with database.reading(actor) as session:
        return request_page_of(request, actor, session, member_id, parsed, UNPROCESSABLE)
