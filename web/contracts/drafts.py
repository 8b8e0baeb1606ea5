"""Drafting a contract: new, edit, autosave, preview, and the next version (변경계약)."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from models import clock, database
from models.aside import aside
from models.contracts import papers, queries, writes
from models.contracts.messages import Draft
from models.contracts.rules import EDITABLE, KIND, SettlementType, Type
from models.contracts.tables import Contract, ContractItem
from models.contracts.wording import INSTALMENT_LABELS, SETTLEMENT, STATUS, TYPE, WORDS
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.wording import sentence, stamp
from models.masters.queries import suggestions
from models.members.queries import company_choices
from models.processes.messages import Actor
from models.processes.queries import visible_document
from web import forms
from web.auth.audience import Audience, require
from web.auth.visitor import TURNED_AWAY, meet, read_form, visit_of, visiting
from web.documents.direct import Direct, DirectForm
from web.formats import NONE, date, number, won
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/contracts", tags=["계약"], include_in_schema=False)

Buyer = Annotated[Actor, require(Role.BUYER)]
BUYERS = Audience(frozenset({Role.BUYER}))
UNPROCESSABLE = 422
SPARE_ROWS = 3
FIRST_ROWS = 3
MORE_PAPER = "paper-"


@router.get("/new")
def new_page(request: Request, actor: Buyer) -> Response:
    """An empty draft with the standard papers."""
    with database.reading(actor) as session:
        return _empty(request, session, actor)


async def new_page_aside(request: Request) -> Response:
    """The same in the transaction that finds out who asks."""

    def shown() -> Response:
        with visiting(request) as (session, visit):
            return _empty(request, session, BUYERS.admit(visit))

    return await aside(shown)


def _empty(request: Request, session: Session, actor: Actor) -> Response:
    today = local_date(clock.now())
    fresh = Draft(contract_date=today, starts_on=today).model_dump()
    fresh["papers"] = [{"template": t.key, "title": t.title, "text": t.text} for t in papers.standard()]
    fresh["instalments"] = [{"label": label} for label in INSTALMENT_LABELS]
    return _form_page(request, session, actor, None, forms.blank(fresh))


@router.post("")
async def create(request: Request, actor: Buyer) -> Response:
    """Save a new draft; the buttons that add rows only show the form again."""
    return await run_in_threadpool(_saved, request, actor, None, await request.form())


async def create_aside(request: Request) -> Response:
    """The same for a sound draft, in the transaction that finds out who asks."""
    data = await read_form(request)
    parsed = forms.parse(Draft, _without_dropped(data))
    if parsed.value is None or data.get("more"):
        await meet(request)
        return await run_in_threadpool(_saved, request, BUYERS.admit(visit_of(request)), None, data)
    try:
        made = await aside(partial(_created, request, data, parsed))
    except (NotFound, *TURNED_AWAY):
        raise
    except Refusal as refusal:
        shown = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
        actor = BUYERS.admit(visit_of(request))
        return await run_in_threadpool(_refused, request, actor, None, shown, refusal.status)
    return RedirectResponse(f"/contracts/{made}", 303)


def _created(request: Request, data: FormData, parsed: Parsed[Draft]) -> int:
    with visiting(request, data) as (session, visit):
        return _made(session, BUYERS.admit(visit), parsed)


DIRECT = (
    Direct("/contracts/new", new_page_aside, "GET", BUYERS),
    DirectForm("/contracts", create_aside, BUYERS),
)
"""Before all other routes, for what browsers send by far the most."""


@router.get("/{contract_id:int}/edit")
def edit_page(request: Request, actor: Buyer, contract_id: int) -> Response:
    """The draft to change; a contract that is past drafting shows its page."""
    with database.reading(actor) as session:
        contract = visible_document(session, actor, Contract, contract_id)
        if contract.status not in EDITABLE:
            return RedirectResponse(f"/contracts/{contract_id}", 303)
        form = forms.blank(writes.draft_of(session, contract))
        return _form_page(request, session, actor, contract, form)


@router.post("/{contract_id:int}/edit")
async def edit(request: Request, actor: Buyer, contract_id: int) -> Response:
    """Save the draft, if nobody saved another one meanwhile."""
    return await run_in_threadpool(_saved, request, actor, contract_id, await request.form())


@router.post("/{contract_id:int}/autosave")
async def autosave(request: Request, actor: Buyer, contract_id: int) -> Response:
    """Save in the background while the form is open: the new edit version, or what keeps it from being saved."""
    return await run_in_threadpool(_autosaved, actor, contract_id, await request.form())


@router.post("/{contract_id:int}/revisions")
async def change(request: Request, actor: Buyer, contract_id: int) -> Response:
    """변경계약: open the next version of a completed contract."""
    await request.form()
    made = await run_in_threadpool(_changed, actor, contract_id)
    return RedirectResponse(f"/contracts/{made}/edit", 303)


@router.get("/{contract_id:int}/preview")
def preview(request: Request, actor: Annotated[Actor, require()], contract_id: int) -> Response:
    """The papers as text, with their facts filled in: to look at while drafting, and for readers of text."""
    with database.reading(actor) as session:
        contract = visible_document(session, actor, Contract, contract_id)
        return page(request, "contracts/preview.html", **_preview(session, contract))


def _preview(session: Session, contract: Contract) -> dict[str, Any]:
    facts = papers.facts(contract, SETTLEMENT[contract.settlement_type])
    shown = queries.papers(session, contract.id or 0)
    return {
        "contract": contract,
        "papers": [(paper.title, papers.filled(paper.clauses, facts)) for paper in shown],
        "preview_rows": [_preview_row(contract, item) for item in queries.contract_items(session, contract.id or 0)],
    }


def _preview_row(contract: Contract, item: ContractItem) -> list[str]:
    priced = contract.contract_type != Type.UNIT_PRICE
    quantity, amount = (number(item.quantity), won(item.amount)) if priced else (NONE, NONE)
    return [item.name, quantity, won(item.unit_price), amount]


def _saved(request: Request, actor: Actor, contract_id: int | None, data: FormData) -> Response:
    data = _without_dropped(data)
    parsed = forms.parse(Draft, data)
    more = str(data.get("more", ""))
    if more:
        with database.reading(actor) as session:
            contract = None if contract_id is None else visible_document(session, actor, Contract, contract_id)
            return _form_page(request, session, actor, contract, _with_more(parsed, more), more=more)
    try:
        made = _written(actor, contract_id, parsed)
    except NotFound:
        raise
    except Refusal as refusal:
        shown = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
        return _refused(request, actor, contract_id, shown, refusal.status)
    if made is None:
        return _refused(request, actor, contract_id, parsed)
    return RedirectResponse(f"/contracts/{made}", 303)


def _written(actor: Actor, contract_id: int | None, parsed: Parsed[Draft]) -> int | None:
    if parsed.value is None:
        return None
    with database.writing(actor) as session:
        if contract_id is None:
            return _made(session, actor, parsed)
        return writes.edit(session, actor, contract_id, parsed.value).id


def _made(session: Session, actor: Actor, parsed: Parsed[Draft]) -> int:
    draft = parsed.value
    assert draft is not None  # noqa: S101 - the caller has looked
    return once(session, actor, KIND, parsed, lambda: writes.create(session, actor, draft))


def _refused(
    request: Request, actor: Actor, contract_id: int | None, form: Parsed[Draft], status: int = UNPROCESSABLE
) -> Response:
    with database.reading(actor) as session:
        contract = None if contract_id is None else visible_document(session, actor, Contract, contract_id)
        return _form_page(request, session, actor, contract, form, status=status)


def _autosaved(actor: Actor, contract_id: int, data: FormData) -> Response:
    parsed = forms.parse(Draft, _without_dropped(data))
    if parsed.value is None:
        return JSONResponse({"errors": {name: found[0] for name, found in parsed.errors.items()}}, UNPROCESSABLE)
    with database.writing(actor) as session:
        saved = writes.edit(session, actor, contract_id, parsed.value)
        return JSONResponse({"edit_version": saved.edit_version, "saved_at": stamp(saved.edited_at)})


def _changed(actor: Actor, contract_id: int) -> int | None:
    with database.writing(actor) as session:
        return writes.start_change(session, actor, contract_id).id


def _without_dropped(data: FormData) -> FormData:
    """The form without papers ticked 「이 문서 빼기」 and without prefilled instalments that got no amount."""
    dropped = [
        name.removesuffix("dropped") for name in data if name.startswith("papers-") and name.endswith("-dropped")
    ]
    dropped += [
        name.removesuffix("amount")
        for name in data
        if name.startswith("instalments-")
        and name.endswith("-amount")
        and not (data[name] or data.get(name.replace("-amount", "-expected_on")))
    ]
    kept = [(name, value) for name, value in data.multi_items() if not name.startswith(tuple(dropped))]
    return FormData(kept)


def _with_more(parsed: Parsed[Draft], more: str) -> Parsed[BaseModel]:
    """What was typed, shown again without errors, with another paper when one was asked for."""
    values = dict(parsed.values)
    if more.startswith(MORE_PAPER) and more.removeprefix(MORE_PAPER) in papers.CHOICES:
        chosen = papers.template(more.removeprefix(MORE_PAPER))
        prefix = f"papers-{len(parsed.rows('papers'))}-"
        values |= {
            f"{prefix}template": [chosen.key],
            f"{prefix}title": [chosen.title],
            f"{prefix}text": [chosen.text],
        }
    return Parsed(values=values)


def _form_page(
    request: Request,
    session: Session,
    actor: Actor,
    contract: Contract | None,
    form: Parsed[Any],
    *,
    status: int = 200,
    more: str = "",
) -> Response:
    companies = company_choices(session, actor) if contract is None else []
    offered = suggestions(session)
    return page(
        request,
        "contracts/form.html",
        status=status,
        nav="/contracts/drafts",
        contract=contract,
        form=form,
        companies=companies,
        types=[(kind.value, TYPE[kind]) for kind in Type],
        settlements=[(kind.value, SETTLEMENT[kind]) for kind in SettlementType],
        choices=papers.choices(),
        suggestions=offered,
        status_words=STATUS[contract.status] if contract else "",
        item_rows=max(len(form.rows("items")), FIRST_ROWS) + (SPARE_ROWS if more == "items" else 0),
        plan_rows=max(len(form.rows("instalments")), 1) + (1 if more == "instalments" else 0),
        contract_day=date(contract.contract_date) if contract else "",
    )
