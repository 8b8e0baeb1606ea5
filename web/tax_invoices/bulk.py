"""「일괄 역발행 요청」 and 「서명 독촉」 of many: one press, a result for each."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlalchemy import exists, select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.calendar import local_date
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.wording import sentence
from models.members.tables import Company
from models.orders.rules import EvidenceType
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.settlements.rules import Status as Settled
from models.settlements.tables import Settlement
from models.tax_invoices import drafting, queries, refusals, writes
from models.tax_invoices.rules import DEAD, KIND, Purpose
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import NOT_FOR_INVOICE, WORDS
from web import forms
from web.acts import submit
from web.auth.audience import require
from web.bulk import ROWS_MAX, TOGETHER
from web.documents.routes import request_id_of
from web.forms import Parsed
from web.once import once
from web.render import page
from web.tax_invoices.drafts import FIELDS_MAX, UNPROCESSABLE, NewInvoice, drafted, request_wish

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)

Officer = Annotated[Actor, require(Role.SETTLEMENT)]


class Requests(BaseModel):
    """One 작성일자 for all that is ticked."""

    written_on: dt.date = Field(title="작성일자")
    purpose: Purpose = Field(default=Purpose.CHARGE, title="영수/청구")
    selected: list[int] = Field(min_length=1, max_length=ROWS_MAX, title="정산")


@dataclass(frozen=True)
class Candidate:
    """A settlement that waits for its invoice; `problem` says what has to be done first."""

    settlement: Settlement
    problem: str


@dataclass(frozen=True)
class Result:
    """What became of one row; `state` as of a command: done, open, refused."""

    number: str
    title: str
    link: str
    state: str
    why: str


@router.get("/requests/new")
def requests_page(
    request: Request, actor: Officer, settlement: Annotated[list[int] | None, Query(max_length=ROWS_MAX)] = None
) -> Response:
    """Settlements that wait for an invoice, all or those named; what can be asked for is ticked."""
    with database.reading(actor) as session:
        found = candidates(session, actor, settlement)
        ready = [one.settlement.id for one in found if not one.problem]
        shown = forms.blank({"written_on": local_date(clock.now()), "purpose": Purpose.CHARGE, "selected": ready})
        return _requests_page(request, found, shown)


@router.post("/requests/new")
async def chosen(request: Request, actor: Officer) -> Response:  # noqa: ARG001 - whom the route is for
    """From 정산내역: the ticked settlements, to look at before they are asked for."""
    form = await request.form(max_fields=FIELDS_MAX)
    picks = [str(pick).partition(":")[0] for pick in form.getlist("selected")]
    ids = [pick for pick in picks if pick.isascii() and pick.isdecimal()][:ROWS_MAX]
    if not ids:
        raise FieldErrors({"selected": "역발행을 요청할 정산을 먼저 선택해 주세요."})
    return RedirectResponse("/tax-invoices/requests/new?" + "&".join(f"settlement={one}" for one in ids), 303)


@router.post("/requests")
async def request_all(request: Request, actor: Officer) -> Response:
    """Draft and ask, each by itself: one that is refused holds up no other."""
    data = await request.form(max_fields=FIELDS_MAX)
    parsed = forms.parse(Requests, data)
    wanted = parsed.value
    if wanted is None:
        return await run_in_threadpool(_again, request, actor, parsed)
    batch = request_id_of(parsed.request_id)
    limit = asyncio.Semaphore(TOGETHER)

    async def one(settlement_id: int) -> Result:
        async with limit:
            return await _requested(request, actor, settlement_id, wanted, batch)

    results = await asyncio.gather(*(one(settlement_id) for settlement_id in dict.fromkeys(wanted.selected)))
    return _results(request, "역발행 요청", results)


async def _requested(request: Request, actor: Actor, settlement_id: int, wanted: Requests, batch: uuid.UUID) -> Result:
    saving = uuid.uuid5(batch, f"{KIND}/{settlement_id}")
    new = NewInvoice(settlement_id=settlement_id, written_on=wanted.written_on, purpose=wanted.purpose)
    pressed = Parsed(value=new, values={"request_id": [str(saving)]})

    def draft() -> int:
        with database.writing(actor) as session:
            return once(session, actor, KIND, pressed, lambda: drafted(session, actor, new))

    try:
        made = await run_in_threadpool(draft)
    except Refusal as refusal:
        return await run_in_threadpool(_of_settlement, actor, settlement_id, _said(refusal))
    try:
        decision = await submit(request.app.state.temporal, actor, request_wish(made, saving, batch))
    except Refusal as refusal:
        return await run_in_threadpool(_of_invoice, actor, made, "refused", _said(refusal))
    return await run_in_threadpool(_of_invoice, actor, made, "open" if decision.pending else "done")


def _said(refusal: Refusal) -> str:
    return sentence(refusal, WORDS.sentences)


def _of_settlement(actor: Actor, settlement_id: int, why: str) -> Result:
    with database.reading(actor) as session:
        rows = visible_to(actor, Settlement).where(col(Settlement.id) == settlement_id)
        found = session.execute(rows).scalar_one_or_none()
        number, title = (found.number, found.title) if found else (f"{settlement_id}", "")
        return Result(number, title, f"/settlements/{settlement_id}", "refused", why)


def _of_invoice(actor: Actor, invoice_id: int, state: str, why: str = "") -> Result:
    with database.reading(actor) as session:
        found = session.execute(visible_to(actor, TaxInvoice).where(col(TaxInvoice.id) == invoice_id)).scalar_one()
        return Result(found.number, found.title, f"/tax-invoices/{invoice_id}", state, why)


def _again(request: Request, actor: Actor, parsed: Parsed[Requests]) -> Response:
    named = [int(text) for text in parsed.values.get("selected", ()) if text.isascii() and text.isdecimal()]
    with database.reading(actor) as session:
        return _requests_page(request, candidates(session, actor, named or None), parsed, status=UNPROCESSABLE)


def _requests_page(request: Request, found: Sequence[Candidate], shown: Parsed[Any], *, status: int = 200) -> Response:
    return page(
        request,
        "tax_invoices/requests.html",
        status=status,
        nav="/tax-invoices",
        rows=found,
        form=shown,
        today=local_date(clock.now()),
        ready=sum(not one.problem for one in found),
        rows_max=ROWS_MAX,
    )


def candidates(session: Session, actor: Actor, ids: Iterable[int] | None = None) -> list[Candidate]:
    """Acknowledged settlements of 세금계산서(자동입력) without a live invoice, or those named, the oldest first."""
    live = exists(
        select(col(TaxInvoice.id)).where(
            col(TaxInvoice.settlement_id) == col(Settlement.id),
            col(TaxInvoice.amendment_reason).is_(None),
            col(TaxInvoice.status).not_in(sorted(DEAD)),
        )
    )
    rows = visible_to(actor, Settlement).order_by(col(Settlement.acknowledged_at), col(Settlement.id)).limit(ROWS_MAX)
    if ids is None:
        rows = rows.where(
            col(Settlement.status) == Settled.ACKNOWLEDGED,
            col(Settlement.evidence_type) == EvidenceType.TAX_INVOICE_AUTO,
            ~live,
        )
    else:
        rows = rows.where(col(Settlement.id).in_(list(ids)))
    return [Candidate(one, _problem(session, one)) for one in session.execute(rows).scalars().all()]


def _problem(session: Session, settlement: Settlement) -> str:
    why = writes.why_not(settlement)
    if why:
        return NOT_FOR_INVOICE[why]
    try:
        live = queries.live_of_settlement(session, settlement.id or 0)
        if live is not None:
            raise refusals.AlreadyInvoiced(number=live.number)
        contact = queries.contact_of(session, settlement.company_id)
        if contact is None:
            raise refusals.ContactMissing
        drafting.supplier(session.get_one(Company, settlement.company_id), contact)
    except Refusal as refusal:
        return _said(refusal)
    return ""


@router.post("/reminders")
async def remind_all(request: Request, actor: Officer) -> Response:
    """「서명 독촉」 of what is ticked in the list."""
    form = await request.form(max_fields=FIELDS_MAX)
    picks = [str(pick).partition(":")[0] for pick in form.getlist("selected")]
    ids = [int(pick) for pick in dict.fromkeys(picks) if pick.isascii() and pick.isdecimal()][:ROWS_MAX]
    if not ids:
        raise FieldErrors({"selected": "독촉할 세금계산서를 먼저 선택해 주세요."})
    results = await run_in_threadpool(lambda: [_reminded(actor, one) for one in ids])
    return _results(request, "서명 독촉", results)


def _reminded(actor: Actor, invoice_id: int) -> Result:
    try:
        with database.writing(actor) as session:
            writes.remind_now(session, actor, invoice_id, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _of_invoice(actor, invoice_id, "refused", _said(refusal))
    return _of_invoice(actor, invoice_id, "done")


def _results(request: Request, words: str, results: Sequence[Result]) -> Response:
    states = [one.state for one in results]
    return page(
        request,
        "tax_invoices/results.html",
        nav="/tax-invoices",
        words=words,
        rows=results,
        done=states.count("done"),
        waiting=states.count("open"),
        refused=states.count("refused"),
    )
