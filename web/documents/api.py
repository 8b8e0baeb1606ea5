"""The JSON twins of pages and acts, from the same functions: /api/v1/<plural>."""

import types
import uuid
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Query
from pydantic import BaseModel, create_model
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from models import database
from models.processes import queries
from web.acts import Wish, read_decision, submit
from web.auth.audience import CurrentActor
from web.documents.kinds import WebKind
from web.documents.routes import completed

ACCEPTED = 202
LIMIT_MAX = 200


class Receipt(BaseModel):
    """What became of an act. `pending`: accepted, applied once the engine answers; ask again by request id."""

    request_id: uuid.UUID
    state: Literal["done", "pending", "refused"]
    status: str | None = None
    code: str | None = None


def api_router(web: WebKind) -> APIRouter:
    """Read one document, and one operation for each of its acts."""
    kind = web.kind
    router = APIRouter(prefix=f"/{kind.plural}", tags=[kind.plural])

    def read(actor: CurrentActor, document_id: int) -> Any:
        with database.reading(actor) as session:
            found = queries.visible_document(session, actor, kind.table, document_id)
            return web.api.model_validate(found, from_attributes=True)

    def find(
        actor: CurrentActor,
        status: str | None = None,
        after: Annotated[int, Query(ge=0, description="id of the last document of the page before")] = 0,
        limit: Annotated[int, Query(ge=1, le=LIMIT_MAX)] = 50,
    ) -> Any:
        rows = queries.visible_to(actor, kind.table).where(col(kind.table.id) > after)
        if status is not None:
            rows = rows.where(col(kind.table.status) == status)
        with database.reading(actor) as session:
            found = session.execute(rows.order_by(col(kind.table.id)).limit(limit)).scalars()
            return [web.api.model_validate(document, from_attributes=True) for document in found]

    router.add_api_route(
        "",
        find,
        response_model=types.GenericAlias(list, (web.api,)),
        operation_id=f"list_{kind.plural}",
        summary=f"{kind.words.name} 목록",
    )
    router.add_api_route(
        "/{document_id}", read, response_model=web.api, operation_id=f"read_{kind.key}", summary=kind.words.name
    )
    for act in kind.rules.acts:
        if act in kind.words.act:
            _add_act(router, web, act)
    return router


def _add_act(router: APIRouter, web: WebKind, act: str) -> None:
    payload = web.kind.payload(act)
    body_model = create_model(
        f"{web.kind.key}_{act}",
        request_id=(uuid.UUID, ...),
        version=(int | None, None),
        payload=(payload, ...) if _has_required(payload) else (payload, payload.model_construct()),
    )

    async def do(request: Request, actor: CurrentActor, document_id: int, body: Annotated[Any, Body()]) -> Response:
        wish = Wish(
            rules=web.kind.rules,
            table=web.kind.table,
            document_id=document_id,
            act=act,
            payload=completed(request, web.kind.rules, act, body.payload),
            request_id=body.request_id,
            expected_version=body.version,
        )
        decision = await submit(request.app.state.temporal, actor, wish)
        receipt = Receipt(
            request_id=wish.request_id,
            state="pending" if decision.pending else "done",
            status=decision.outcome.status if decision.outcome else None,
        )
        return JSONResponse(receipt.model_dump(mode="json"), status_code=ACCEPTED if decision.pending else 200)

    do.__annotations__["body"] = body_model
    router.add_api_route(
        f"/{{document_id}}/{act.replace('_', '-')}",
        do,
        methods=["POST"],
        response_model=Receipt,
        operation_id=f"{web.kind.key}_{act}",
        summary=web.kind.words.act[act],
    )


def _has_required(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())


receipts = APIRouter(prefix="/receipts", tags=["receipts"])


@receipts.get("/{request_id}", operation_id="read_receipt")
def read_receipt(actor: CurrentActor, request_id: uuid.UUID) -> Receipt:
    """What became of one's own act."""
    command, decision = read_decision(actor, request_id)
    state: Literal["done", "pending", "refused"] = "pending"
    if not decision.pending:
        state = "refused" if decision.refusal else "done"
    return Receipt(
        request_id=request_id,
        state=state,
        status=decision.outcome.status if decision.outcome else None,
        code=command.code,
    )
