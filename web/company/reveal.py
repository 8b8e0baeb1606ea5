"""An account number of one's own company in full: asked with a reason, and kept who saw it."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.auth.disclosures import unmask
from models.changes import queries
from models.kernel.refusals import NotFound
from models.members.tables import BankAccount
from models.processes.messages import REASON_LENGTH_MAX, Actor
from web import forms
from web.company.access import UNPROCESSABLE, Owner
from web.forms import Parsed
from web.render import page

router = APIRouter(prefix="/company/accounts", tags=["회원"], include_in_schema=False)


class Why(BaseModel):
    """열람 사유."""

    reason: str = Field(min_length=1, max_length=REASON_LENGTH_MAX, title="열람 사유")


@router.get("/{account_id:int}/number")
def ask_number(request: Request, actor: Owner, account_id: int) -> Response:
    """Why the number is looked at."""
    with database.reading(actor) as session:
        _account(session, actor, account_id)
    return _page(request, account_id, forms.blank())


def _page(request: Request, account_id: int, form: Parsed[Any], numbers: Any = None, status: int = 200) -> Response:
    return page(
        request,
        "company/reveal.html",
        status=status,
        nav="/company",
        form=form,
        numbers=numbers,
        action=f"/company/accounts/{account_id}/number",
        back="/company",
    )


@router.post("/{account_id:int}/number")
async def show_number(request: Request, actor: Owner, account_id: int) -> Response:
    """The number, once."""
    return await run_in_threadpool(_shown, request, actor, account_id, await request.form())


def _shown(request: Request, actor: Actor, account_id: int, data: FormData) -> Response:
    parsed = forms.parse(Why, data)
    if parsed.value is None:
        return _page(request, account_id, parsed, status=UNPROCESSABLE)
    reason, ip = parsed.value.reason, request.client.host if request.client else ""
    with database.writing(actor) as session:
        account = _account(session, actor, account_id)
        fields = [field for field in ("account_number", "iban") if getattr(account, field)]
        found = {field: unmask(session, actor, account, field, reason, ip) for field in fields}
    numbers = [(account.bank_name, found.get("account_number", ""), found.get("iban", ""))]
    return _page(request, account_id, forms.blank(), numbers)


def _account(session: Session, actor: Actor, account_id: int) -> BankAccount:
    """An open account of one's own company. Raises NotFound."""
    for account in queries.accounts(session, actor.company_id or 0):
        if account.id == account_id:
            return account
    raise NotFound
