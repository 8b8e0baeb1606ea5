"""정발행 작성: an invoice of what the house itself supplied, to a company, a person or a foreigner."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.calendar import local_date
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.orders.rules import Taxation
from models.orders.wording import TAXATION
from models.processes.messages import Actor
from models.tax_invoices import form, standard
from models.tax_invoices.messages import Sale
from models.tax_invoices.rules import KIND, BuyerKind, Purpose
from models.tax_invoices.selling import draft_sale, previewed
from models.tax_invoices.wording import BUYER_KIND
from web import forms
from web.auth.audience import require
from web.documents.routes import request_id_of
from web.forms import Parsed
from web.once import once
from web.render import page
from web.tax_invoices.drafts import FIELDS_MAX, SPARE_LINES, UNPROCESSABLE, refused, requested

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
FAULTS_SHOWN = 5


@router.get("/sales/new")
def sale_page(request: Request, actor: Officer) -> Response:  # noqa: ARG001 - whom the page is for
    """Whom it is for and what was supplied."""
    blank = {
        "buyer_kind": BuyerKind.BUSINESS,
        "taxation": Taxation.TAXED,
        "written_on": local_date(clock.now()),
        "purpose": Purpose.CHARGE,
    }
    return _page(request, forms.blank(blank))


@router.post("/sales")
async def sell(request: Request, actor: Officer) -> Response:
    """`then=preview` shows the document and keeps nothing, `then=keep` drafts it, `then=request` has it signed too."""
    data = await request.form(max_fields=FIELDS_MAX)
    parsed = forms.parse(Sale, data)
    then = str(data.get("then", "preview"))
    made = await run_in_threadpool(_made, request, actor, parsed, then)
    if isinstance(made, Response):
        return made
    if then == "request":
        return await requested(request, actor, made, request_id_of(parsed.request_id))
    return RedirectResponse(f"/tax-invoices/{made}", 303)


def _made(request: Request, actor: Actor, parsed: Parsed[Sale], then: str) -> int | Response:
    sale, told = parsed.value, parsed
    boxes: form.Boxes | None = None
    faults: list[str] = []
    if sale is not None:
        try:
            with database.writing(actor) as session:
                if then in {"keep", "request"}:
                    return once(session, actor, KIND, parsed, lambda: draft_sale(session, actor, sale, clock.now()))
                boxes, faults = _preview(session, actor, sale)
        except Refusal as refusal:
            told = refused(parsed, refusal)
    return _page(request, told, boxes, faults, status=UNPROCESSABLE if told.failed else 200)


def _preview(session: Session, actor: Actor, sale: Sale) -> tuple[form.Boxes, list[str]]:
    made = previewed(session, actor, sale, clock.now())
    return form.boxes(made), [one.sentence for one in standard.faults(made)][:FAULTS_SHOWN]


def _page(
    request: Request, shown: Parsed[Any], boxes: form.Boxes | None = None, faults: list[str] | None = None,
    *, status: int = 200,
) -> Response:  # fmt: skip
    return page(
        request,
        "tax_invoices/sale.html",
        status=status,
        nav="/tax-invoices",
        form=shown,
        kinds=list(BUYER_KIND.items()),
        taxations=list(TAXATION.items()),
        count=max(len(shown.rows("lines")) + 1, SPARE_LINES),
        boxes=boxes,
        faults=faults or [],
        today=local_date(clock.now()),
    )
