"""수정세금계산서 작성: the reason first, what it needs, then the one or two documents and what they come to."""

import uuid
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.etax.amend import DOCUMENTS
from models.etax.codes import Amendment as EtaxReason
from models.etax.document import Invoice
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.vat import Taxed
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.tax_invoices import drafting, form, queries, standard, writes
from models.tax_invoices.messages import Amendment
from models.tax_invoices.rules import KIND, Reason, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import REASON, REASON_HINT
from web import forms
from web.acts import submit
from web.auth.audience import require
from web.documents.routes import request_id_of
from web.forms import Parsed
from web.once import once
from web.render import page
from web.tax_invoices.drafts import FIELDS_MAX, UNPROCESSABLE, line_values, refused, request_wish
from web.tax_invoices.wording import DAY_LABEL, DIFFERENCE, WRITTEN_ON

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
BOTH = "both"


@router.get("/{invoice_id:int}/amendment")
def wizard(
    request: Request, actor: Officer, invoice_id: int, reason: Annotated[str, Query(max_length=2)] = ""
) -> Response:
    """The six reasons as cards; with `reason`, what it needs."""
    with database.reading(actor) as session:
        row = visible_document(session, actor, TaxInvoice, invoice_id)
        if row.status != Status.NTS_ACCEPTED:
            return RedirectResponse(f"/tax-invoices/{invoice_id}", 303)
        if reason not in set(Reason):
            return _cards(session, request, row)
        return _form_page(session, request, row, _blank(session, row, Reason(reason)))


@router.post("/{invoice_id:int}/amendment")
async def amend(request: Request, actor: Officer, invoice_id: int) -> Response:
    """`then=preview` shows the documents, `then=keep` drafts them, `then=request` also asks the supplier."""
    data = await request.form(max_fields=FIELDS_MAX)
    parsed = forms.parse(Amendment, data)
    then = str(data.get("then", "preview"))
    made = await run_in_threadpool(_made, request, actor, invoice_id, parsed, then)
    if isinstance(made, Response):
        return made
    if then != "request":
        return RedirectResponse(f"/tax-invoices/{made[0]}", 303)
    return await _requested(request, actor, made, request_id_of(parsed.request_id))


async def _requested(request: Request, actor: Actor, made: Sequence[int], saving: uuid.UUID) -> Response:
    """Both documents of a reason go together, and the page tells what became of each."""
    batch = uuid.uuid5(saving, BOTH)
    wishes = [request_wish(one, saving, batch if len(made) > 1 else None) for one in made]
    for wish in wishes:
        try:
            await submit(request.app.state.temporal, actor, wish)
        except NotFound:
            raise
        except Refusal:
            # Kept with its command: the page it leads to says so.
            continue
    if len(made) > 1:
        return RedirectResponse(f"/bulk/{batch}", 303)
    return RedirectResponse(f"/tax-invoices/{made[0]}?receipt={wishes[0].request_id}", 303)


def _made(
    request: Request, actor: Actor, invoice_id: int, parsed: Parsed[Amendment], then: str
) -> list[int] | Response:
    told: Parsed[Any] = parsed
    previews: Sequence[Invoice] = ()
    wanted = parsed.value
    if wanted is not None:
        try:
            with database.writing(actor) as session:
                if then in {"keep", "request"}:
                    return _drafted(session, actor, invoice_id, parsed, wanted)
                previews = writes.previewed(session, actor, invoice_id, wanted, clock.now())
        except NotFound:
            raise
        except Refusal as refusal:
            told = refused(parsed, refusal)
    with database.reading(actor) as session:
        row = visible_document(session, actor, TaxInvoice, invoice_id)
        if told.shown("reason") not in set(Reason):
            return _cards(session, request, row)
        return _form_page(session, request, row, told, previews, status=UNPROCESSABLE if told.failed else 200)


def _drafted(
    session: Session, actor: Actor, invoice_id: int, parsed: Parsed[Amendment], wanted: Amendment
) -> list[int]:
    made = once(session, actor, KIND, parsed, lambda: writes.amend(session, actor, invoice_id, wanted, clock.now())[0])
    session.flush()
    first = session.get_one(TaxInvoice, made)
    # The second one was drafted in the same breath: it has the same original and the next number.
    drafted = queries.amendments(session, actor, invoice_id)
    return [row.id or 0 for row in drafted if row.created_at == first.created_at]


def _cards(session: Session, request: Request, row: TaxInvoice) -> Response:
    left = _left(session, row)
    whole = left == Taxed(row.supply_amount, row.vat_amount)
    cards = [
        {
            "reason": reason.value,
            "words": REASON[reason],
            "hint": REASON_HINT[reason],
            "count": DOCUMENTS[EtaxReason(reason)],
            "written_on": WRITTEN_ON[reason],
            "why_not": ""
            if whole or reason not in drafting.WHOLE
            else "이미 수정한 금액이 있어 전액을 되돌릴 수 없습니다.",
        }
        for reason in Reason
    ]
    opened = queries.open_amendment(session, row.id or 0)
    return page(
        request,
        "tax_invoices/amend.html",
        nav="/tax-invoices",
        invoice=row,
        cards=cards,
        opened=opened,
        left=left,
        approval=form.approval_number(row.approval_number or ""),
    )


def _blank(session: Session, row: TaxInvoice, reason: Reason) -> Parsed[Any]:
    given: dict[str, Any] = {"reason": reason.value, "remarks": list(row.remarks)}
    if reason is Reason.CORRECTION:
        given["lines"] = line_values(standard.invoice(row, queries.lines(session, row.id or 0)))
    elif reason is not Reason.DUPLICATE:
        given["happened_on"] = local_date(clock.now())
    return forms.blank(given)


def _left(session: Session, row: TaxInvoice) -> Taxed:
    return drafting.left_of(row, queries.amended_by(session, row.id or 0))


def _form_page(
    session: Session,
    request: Request,
    row: TaxInvoice,
    shown: Parsed[Any],
    previews: Sequence[Invoice] = (),
    *,
    status: int = 200,
) -> Response:
    reason = Reason(shown.shown("reason"))
    left = _left(session, row)
    supply, tax, total = form.sums(previews)
    return page(
        request,
        "tax_invoices/amend_form.html",
        status=status,
        nav="/tax-invoices",
        invoice=row,
        form=shown,
        reason=reason.value,
        words=REASON[reason],
        hint=REASON_HINT[reason],
        day_label=DAY_LABEL.get(reason, ""),
        difference=DIFFERENCE.get(reason),
        takes_lines=reason is Reason.CORRECTION,
        count=len(shown.rows("lines")) + 1,
        previews=[form.boxes(one) for one in previews],
        sums=[
            ("지금 남은 금액", left.supply, left.tax, left.supply + left.tax),
            ("이번 수정", supply, tax, total),
            ("수정한 뒤", left.supply + supply, left.tax + tax, left.supply + left.tax + total),
        ],
        today=local_date(clock.now()),
        approval=form.approval_number(row.approval_number or ""),
    )
