"""Writing an order: from a completed contract or without one, changing a draft, and 변경발주."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.contracts.rules import Type as ContractType
from models.contracts.tables import Contract, ContractItem
from models.contracts.wording import TYPE
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.masters.queries import place_names, suggestions
from models.members.queries import company_choices
from models.orders import queries, writes
from models.orders.kind import ORDER
from models.orders.messages import Draft
from models.orders.rules import EDITABLE, Taxation
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE, TAXATION
from models.processes.messages import Actor
from models.processes.queries import visible_document
from web import forms
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/orders", tags=["발주"], include_in_schema=False)

Buyer = Annotated[Actor, require(Role.BUYER)]
UNPROCESSABLE = 422
FIRST_ROWS = 3
SPARE_ROWS = 3
TAXED: dict[str, Any] = {"taxation": Taxation.TAXED}


@router.get("/new")
def new_page(request: Request, actor: Buyer, contract: int | None = None, *, other: bool = False) -> Response:
    """First what to order from; then the draft, filled from the contract."""
    today = local_date(clock.now())
    with database.reading(actor) as session:
        if contract is None and not other:
            choices = queries.contract_choices(session, actor)
            return page(request, "orders/new.html", choices=choices, types=TYPE, nav="/orders")
        if contract is None:
            fresh = {"order_date": today, "currency": "KRW", "settlement_type": "by_inspection"} | TAXED
            return _form_page(request, session, actor, None, None, forms.blank(fresh))
        found = queries.contract_to_order(session, actor, contract)
        if found is None:
            raise NotFound
        fresh = TAXED | {
            "title": found.title,
            "contract_id": found.id,
            "order_date": today,
            "items": _prefilled(session, found),
        }
        return _form_page(request, session, actor, None, found, forms.blank(fresh))


@router.post("")
async def create(request: Request, actor: Buyer) -> Response:
    """Save a new draft; 「줄 추가」 only shows the form again."""
    return await run_in_threadpool(_saved, request, actor, None, await request.form())


@router.get("/{order_id:int}/edit")
def edit_page(request: Request, actor: Buyer, order_id: int) -> Response:
    """The draft to change; an order past drafting shows its page."""
    with database.reading(actor) as session:
        order = visible_document(session, actor, PurchaseOrder, order_id)
        if order.status not in EDITABLE:
            return RedirectResponse(f"/orders/{order_id}", 303)
        contract = _contract_of(session, actor, order)
        form = forms.blank(_draft_of(session, order, contract))
        return _form_page(request, session, actor, order, contract, form)


@router.post("/{order_id:int}/edit")
async def edit(request: Request, actor: Buyer, order_id: int) -> Response:
    """Save the draft, if nobody saved another one meanwhile."""
    return await run_in_threadpool(_saved, request, actor, order_id, await request.form())


@router.post("/{order_id:int}/revisions")
async def change(request: Request, actor: Buyer, order_id: int) -> Response:
    """변경발주: open the next version of a confirmed order."""
    await request.form()
    made = await run_in_threadpool(_changed, actor, order_id)
    return RedirectResponse(f"/orders/{made}/edit", 303)


def _changed(actor: Actor, order_id: int) -> int | None:
    with database.writing(actor) as session:
        return writes.change(session, actor, order_id, clock.now()).id


def _prefilled(session: Session, contract: Contract) -> list[dict[str, Any]]:
    """The contract's items with what it leaves; a 단가계약 fixes no quantity."""
    return [
        {
            "contract_item_id": item.id,
            "quantity": left,
            "requested_on": item.requested_on,
            "requested_place": item.requested_place,
        }
        for item, left in _left(session, contract)
    ]


def _left(session: Session, contract: Contract, but: str = "") -> list[tuple[ContractItem, int | None]]:
    """Items with the pieces that may still be ordered; None: as many as wanted."""
    ordered = queries.ordered_of_contract(session, contract.number, but)
    unlimited = contract.contract_type == ContractType.UNIT_PRICE
    return [
        (item, None if unlimited else max(item.quantity - ordered.get((item.name, item.spec), 0), 0))
        for item in queries.contract_items(session, contract.id or 0)
    ]


def _contract_of(session: Session, actor: Actor, order: PurchaseOrder) -> Contract | None:
    if order.contract_id is None:
        return None
    return queries.contract_to_order(session, actor, order.contract_id)


def _draft_of(session: Session, order: PurchaseOrder, contract: Contract | None) -> dict[str, Any]:
    """The draft as its form shows it; of a contract every item, ordered or not."""
    kept = order.model_dump(
        include={"title", "order_date", "currency", "settlement_type", "evidence_type", "taxation", "note_to_partner"}
    )
    fields = set(Draft.model_fields["items"].annotation.__args__[0].model_fields)  # type: ignore[union-attr]
    rows = [item.model_dump(include=fields) for item in queries.items(session, order.id or 0)]
    if contract is not None:
        by_item = {row["contract_item_id"]: row for row in rows}
        rows = [
            by_item.get(item.id, {"contract_item_id": item.id, "requested_place": item.requested_place})
            for item in queries.contract_items(session, contract.id or 0)
        ]
    return kept | {"items": rows, "edit_version": order.edit_version}


def _saved(request: Request, actor: Actor, order_id: int | None, data: FormData) -> Response:
    parsed = forms.parse(Draft, data)
    if data.get("more"):
        return _again(request, actor, order_id, Parsed(values=parsed.values), spare=SPARE_ROWS)
    try:
        made = _written(actor, order_id, parsed, str(data.get("edit_version", "")))
    except NotFound:
        raise
    except Refusal as refusal:
        return _again(request, actor, order_id, parsed.refused(refusal, sentence(refusal)), refusal.status)
    if made is None:
        return _again(request, actor, order_id, parsed, UNPROCESSABLE)
    return RedirectResponse(f"/orders/{made}", 303)


def _written(actor: Actor, order_id: int | None, parsed: Parsed[Draft], edit_version: str) -> int | None:
    if parsed.value is None:
        return None
    with database.writing(actor) as session:
        if order_id is None:
            draft = parsed.value
            return once(session, actor, ORDER.key, parsed, lambda: writes.create(session, actor, draft, clock.now()))
        version = int(edit_version) if edit_version.isdecimal() else 0
        return writes.edit(session, actor, order_id, parsed.value, version).id


def _again(
    request: Request,
    actor: Actor,
    order_id: int | None,
    form: Parsed[Any],
    status: int = 200,
    *,
    spare: int = 0,
) -> Response:
    """What was typed, shown again."""
    with database.reading(actor) as session:
        order = None if order_id is None else visible_document(session, actor, PurchaseOrder, order_id)
        if order is not None:
            contract = _contract_of(session, actor, order)
        else:
            chosen = form.shown("contract_id")
            contract = queries.contract_to_order(session, actor, int(chosen)) if chosen.isdecimal() else None
        return _form_page(request, session, actor, order, contract, form, status=status, spare=spare)


def _form_page(
    request: Request,
    session: Session,
    actor: Actor,
    order: PurchaseOrder | None,
    contract: Contract | None,
    form: Parsed[Any],
    *,
    status: int = 200,
    spare: int = 0,
) -> Response:
    return page(
        request,
        "orders/form.html",
        status=status,
        nav="/orders",
        order=order,
        contract=contract,
        form=form,
        number=ORDER.number(order) if order else "",
        lines=_left(session, contract, order.number if order else "") if contract else [],
        companies=company_choices(session, actor) if not contract else [],
        settlements=list(SETTLEMENT_TYPE.items()),
        evidences=list(EVIDENCE_TYPE.items()),
        taxations=list(TAXATION.items()),
        places=place_names(session),
        suggestions=suggestions(session),
        rows=max(len(form.rows("items")), FIRST_ROWS) + spare,
    )
