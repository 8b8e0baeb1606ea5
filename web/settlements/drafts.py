"""정산 작성: which order, which of its inspected items, when the invoice is asked for."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.inspections.tables import Inspection
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.wording import sentence
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.settlements import queries, rules, writes
from models.settlements.messages import Draft, NewDraft
from models.settlements.rules import EDITABLE, ITEMS_MAX, KIND
from models.settlements.tables import Settlement
from models.settlements.wording import WORDS
from web import forms
from web.auth.audience import require
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/settlements", tags=["정산"], include_in_schema=False)

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
UNPROCESSABLE = 422


@router.get("/new")
def new_page(
    request: Request,
    actor: Officer,
    order: int | None = None,
    inspection: Annotated[list[int] | None, Query(max_length=ITEMS_MAX)] = None,
) -> Response:
    """The orders with something to settle; with `order`, a draft of its inspected items, all or those named."""
    with database.reading(actor) as session:
        if order is None:
            return page(request, "settlements/choose.html", orders=queries.unsettled_orders(session, actor))
        found = queries.order_in_force(session, actor, order)
        free = queries.unsettled_of_order(session, actor, found.number)
        named = set(inspection or ())
        ticked = [row.id for row in free if not named or row.id in named]
        form = forms.blank({"title": found.title, "inspections": ticked[:ITEMS_MAX]})
        return _form_page(request, found, free, form)


@router.post("/new")
async def chosen(request: Request, actor: Officer) -> Response:
    """From 검수완료현황: the ticked inspections as the items of a new draft. Raises OneOrderOnly, NothingToSettle."""
    form = await request.form(max_fields=5000)
    picks = [str(pick).partition(":")[0] for pick in form.getlist("selected")]
    ids = [int(pick) for pick in picks if pick.isascii() and pick.isdecimal()][:ITEMS_MAX]
    order_id = await run_in_threadpool(_one_order, actor, ids)
    named = "".join(f"&inspection={inspection_id}" for inspection_id in ids)
    return RedirectResponse(f"/settlements/new?order={order_id}{named}", 303)


@router.post("")
async def create(request: Request, actor: Officer) -> Response:
    """Save a new draft."""
    return await run_in_threadpool(_created, request, actor, await request.form(max_fields=5000))


@router.get("/{settlement_id:int}/edit")
def edit_page(request: Request, actor: Officer, settlement_id: int) -> Response:
    """The draft to change; a settlement that is past drafting shows its page."""
    with database.reading(actor) as session:
        settlement = visible_document(session, actor, Settlement, settlement_id)
        if settlement.status not in EDITABLE:
            return RedirectResponse(f"/settlements/{settlement_id}", 303)
        held = [inspection for _, inspection in queries.items(session, settlement_id)]
        form = forms.blank(
            {
                "title": settlement.title,
                "issue_request": settlement.issue_request,
                "issue_on": settlement.issue_on,
                "inspections": [row.id for row in held],
                "edit_version": settlement.edit_version,
            }
        )
        order = queries.order_in_force(session, actor, settlement.purchase_order_id)
        free = queries.unsettled_of_order(session, actor, order.number)
        return _form_page(request, order, [*held, *free], form, settlement)


@router.post("/{settlement_id:int}/edit")
async def edit(request: Request, actor: Officer, settlement_id: int) -> Response:
    """Save the draft, if nobody saved another one meanwhile."""
    form = await request.form(max_fields=5000)
    return await run_in_threadpool(_edited, request, actor, settlement_id, form)


def _one_order(actor: Actor, ids: Sequence[int]) -> int:
    with database.reading(actor) as session:
        rows = queries.inspections(session, actor, ids)
        if not rows:
            raise rules.NothingToSettle
        orders = {queries.order_in_force(session, actor, row.purchase_order_id).id for row in rows}
    if len(orders) > 1:
        raise rules.OneOrderOnly
    return orders.pop() or 0


def _created(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(NewDraft, data)
    try:
        if parsed.value is not None:
            draft = parsed.value
            with database.writing(actor) as session:
                made = once(
                    session,
                    actor,
                    KIND,
                    parsed,
                    lambda: writes.create(session, actor, draft.order_id, draft, clock.now()),
                )
            return RedirectResponse(f"/settlements/{made}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    order_id = parsed.shown("order_id")
    if not (order_id.isascii() and order_id.isdecimal()):
        raise NotFound
    with database.reading(actor) as session:
        order = queries.order_in_force(session, actor, int(order_id))
        free = queries.unsettled_of_order(session, actor, order.number)
        return _form_page(request, order, free, parsed, status=UNPROCESSABLE)


def _edited(request: Request, actor: Actor, settlement_id: int, data: FormData) -> Response:
    parsed = forms.parse(Draft, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                writes.edit(session, actor, settlement_id, parsed.value)
            return RedirectResponse(f"/settlements/{settlement_id}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    with database.reading(actor) as session:
        settlement = visible_document(session, actor, Settlement, settlement_id)
        held = [inspection for _, inspection in queries.items(session, settlement_id)]
        order = queries.order_in_force(session, actor, settlement.purchase_order_id)
        free = queries.unsettled_of_order(session, actor, order.number)
        return _form_page(request, order, [*held, *free], parsed, settlement, status=UNPROCESSABLE)


def _form_page(
    request: Request,
    order: PurchaseOrder,
    rows: Sequence[Inspection],
    form: Parsed[Any],
    settlement: Settlement | None = None,
    *,
    status: int = 200,
) -> Response:
    taxed = rules.sums((row.amount for row in rows), order.taxation)
    return page(
        request,
        "settlements/form.html",
        status=status,
        nav="/settlements",
        order=order,
        rows=list(zip(rows, taxed.lines, strict=True)),
        sums=taxed.sum,
        form=form,
        settlement=settlement,
        evidence_words=EVIDENCE_TYPE.get(order.evidence_type, order.evidence_type),
        settlement_words=SETTLEMENT_TYPE.get(order.settlement_type, order.settlement_type),
    )
