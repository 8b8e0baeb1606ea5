"""Beside a request: 사업자 상태 from the registry, and a masked number in full, each showing kept."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.auth.disclosures import Subject as Whose
from models.auth.disclosures import note
from models.changes import queries
from models.changes.tables import ChangeItem, ChangeRequest
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members.queries import companies
from models.processes.messages import REASON_LENGTH_MAX, Actor
from models.processes.queries import visible_document
from web import forms, inquiries
from web.auth.audience import require
from web.company.standing import standing_words
from web.errors import sentence
from web.forms import Parsed
from web.render import page

router = APIRouter(prefix="/changes", tags=["변경요청"], include_in_schema=False)

Buyer = Annotated[Actor, require(Role.BUYER, Role.ADMIN)]
Reader = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER)]
UNPROCESSABLE = 422


class Why(BaseModel):
    """열람 사유."""

    reason: str = Field(min_length=1, max_length=REASON_LENGTH_MAX, title="열람 사유")


@router.get("/{document_id:int}/registry")
async def registry(request: Request, actor: Buyer, document_id: int) -> Response:
    """「사업자 상태 조회」: what the tax service says of the company now."""
    number, name = await run_in_threadpool(_number_of, actor, document_id)
    standing, refused = None, ""
    try:
        found = await inquiries.registry_status(request, [number])
        standing = found[0] if found else None
    except Refusal as refusal:
        refused = sentence(refusal)
    return page(
        request,
        "company/registry.html",
        nav="/changes",
        number=number,
        name=name,
        standing=standing,
        words=standing_words(standing),
        refused=refused,
        back=f"/changes/{document_id}",
    )


def _number_of(actor: Actor, document_id: int) -> tuple[str, str]:
    with database.reading(actor) as session:
        request = visible_document(session, actor, ChangeRequest, document_id)
        company = companies(session, [request.company_id]).get(request.company_id)
        if company is None or not company.business_number:
            raise NotFound
        return company.business_number, company.name


@router.get("/{document_id:int}/items/{item_id:int}")
def ask_number(request: Request, actor: Reader, document_id: int, item_id: int) -> Response:
    """Why somebody wants to see an account number in full."""
    with database.reading(actor) as session:
        _item(session, actor, document_id, item_id)
    return _page(request, document_id, item_id, forms.blank())


def _page(
    request: Request, document_id: int, item_id: int, form: Parsed[Any], numbers: Any = None, status: int = 200
) -> Response:
    return page(
        request,
        "company/reveal.html",
        status=status,
        nav="/changes",
        form=form,
        numbers=numbers,
        action=f"/changes/{document_id}/items/{item_id}",
        back=f"/changes/{document_id}",
    )


@router.post("/{document_id:int}/items/{item_id:int}")
async def show_number(request: Request, actor: Reader, document_id: int, item_id: int) -> Response:
    """The number in full, once; who saw it and why is kept."""
    return await run_in_threadpool(_shown, request, actor, document_id, item_id, await request.form())


def _shown(request: Request, actor: Actor, document_id: int, item_id: int, data: FormData) -> Response:
    parsed = forms.parse(Why, data)
    if parsed.value is None:
        return _page(request, document_id, item_id, parsed, status=UNPROCESSABLE)
    with database.writing(actor) as session:
        asked, item = _item(session, actor, document_id, item_id)
        ip = request.client.host if request.client else ""
        whose = Whose("change_item", item_id, asked.company_name, asked.company_id)
        note(session, actor, whose, "account_number", parsed.value.reason, ip)
        numbers = [
            (label, (content or {}).get("account_number") or "", (content or {}).get("iban") or "")
            for label, content in (("변경 전", queries.value(item.before)), ("변경 후", queries.value(item.after)))
        ]
    return _page(request, document_id, item_id, forms.blank(), numbers)


def _item(session: Session, actor: Actor, document_id: int, item_id: int) -> tuple[ChangeRequest, ChangeItem]:
    """An account's item of a request this person may see. Raises NotFound."""
    asked = visible_document(session, actor, ChangeRequest, document_id)
    for item in queries.items(session, document_id):
        if item.id == item_id and item.field.startswith("account-"):
            return asked, item
    raise NotFound
