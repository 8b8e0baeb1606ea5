"""세금계산서 역발행 신청: the preview before there is a document, the draft, and what is done to it without a step."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.etax.codes import Purpose as EtaxPurpose
from models.etax.document import Invoice
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.wording import sentence
from models.members.house import HOUSE
from models.members.tables import Company
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.settlements.queries import items
from models.settlements.tables import Settlement
from models.tax_invoices import drafting, form, queries, refusals, standard, writes
from models.tax_invoices.messages import Draft
from models.tax_invoices.rules import EDITABLE, KIND, Purpose
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import NOT_FOR_INVOICE, WORDS
from web import forms
from web.acts import Wish, submit
from web.auth.audience import CurrentActor, require
from web.documents.routes import request_id_of
from web.forms import Parsed
from web.once import once
from web.render import page
from web.tax_invoices.pages import WEB, edit_form

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
UNPROCESSABLE = 422
FIELDS_MAX = 2000
SPARE_LINES = 2


class NewInvoice(BaseModel):
    """What the officer says of a settlement's invoice; everything else the settlement says."""

    settlement_id: int
    written_on: dt.date = Field(title="작성일자")
    purpose: Purpose = Field(default=Purpose.CHARGE, title="영수/청구")
    then: str = ""


@dataclass(frozen=True)
class Preview:
    """The invoice as it would be issued, or why it cannot be drawn."""

    boxes: form.Boxes | None
    problem: str


@router.get("/new")
def new_page(request: Request, actor: Officer, settlement: int) -> Response:
    """The preview of a settlement's invoice; 작성일자 is the day asked for when that is past, else today."""
    with database.reading(actor) as session:
        found = visible_document(session, actor, Settlement, settlement)
        today = local_date(clock.now())
        written_on = found.issue_on if found.issue_on is not None and found.issue_on < today else today
        shown = forms.blank({"settlement_id": settlement, "written_on": written_on, "purpose": Purpose.CHARGE})
        return _new_page(session, request, actor, found, shown)


@router.post("")
async def create(request: Request, actor: Officer) -> Response:
    """Draft it; with `then=request` the supplier is asked at once, with `then=preview` nothing is kept."""
    data = await request.form(max_fields=FIELDS_MAX)
    parsed = forms.parse(NewInvoice, data)
    made = await run_in_threadpool(_created, request, actor, parsed)
    if isinstance(made, Response):
        return made
    if parsed.value is not None and parsed.value.then == "request":
        return await requested(request, actor, made, request_id_of(parsed.request_id))
    return RedirectResponse(f"/tax-invoices/{made}", 303)


async def requested(request: Request, actor: Actor, invoice_id: int, saving: uuid.UUID) -> Response:
    """역발행 요청 of a draft made by the same press; what became of it its page says."""
    wish = request_wish(invoice_id, saving)
    try:
        await submit(request.app.state.temporal, actor, wish)
    except Refusal as refusal:
        if isinstance(refusal, NotFound):
            raise
    return RedirectResponse(f"/tax-invoices/{invoice_id}?receipt={wish.request_id}", 303)


def request_wish(invoice_id: int, saving: uuid.UUID, batch: uuid.UUID | None = None) -> Wish:
    """「역발행 요청」 right after the draft; pressed twice it is one."""
    kind = WEB.kind
    return Wish(
        rules=kind.rules,
        table=kind.table,
        document_id=invoice_id,
        act="request",
        payload=kind.payload("request")(),
        request_id=uuid.uuid5(saving, f"{KIND}/{invoice_id}/request"),
        expected_version=None,
        batch_id=batch,
    )


def _created(request: Request, actor: Actor, parsed: Parsed[NewInvoice]) -> int | Response:
    told = parsed
    wanted = parsed.value
    if wanted is not None and wanted.then != "preview":
        try:
            with database.writing(actor) as session:
                return once(session, actor, KIND, parsed, lambda: drafted(session, actor, wanted))
        except NotFound:
            raise
        except Refusal as refusal:
            told = refused(parsed, refusal)
    settlement_id = parsed.shown("settlement_id")
    if not (settlement_id.isascii() and settlement_id.isdecimal()):
        raise NotFound
    with database.reading(actor) as session:
        found = visible_document(session, actor, Settlement, int(settlement_id))
        return _new_page(session, request, actor, found, told, status=UNPROCESSABLE if told.failed else 200)


def drafted(session: Session, actor: Actor, wanted: NewInvoice) -> TaxInvoice:
    """Raises what `writes.draft_from_settlement` raises."""
    return writes.draft_from_settlement(
        session, actor, wanted.settlement_id, wanted.written_on, clock.now(), wanted.purpose
    )


def refused(parsed: Parsed[Any], refusal: Refusal) -> Parsed[Any]:
    """The form under a refusal, at its field where it names one."""
    words = sentence(refusal, WORDS.sentences)
    field = refusal.detail.get("field")
    return parsed.with_errors({str(field): words}) if field else parsed.refused(refusal, words)


def _new_page(
    session: Session, request: Request, actor: Actor, settlement: Settlement, shown: Parsed[Any], *, status: int = 200
) -> Response:
    live = queries.live_of_settlement(session, settlement.id or 0)
    why = writes.why_not(settlement)
    return page(
        request,
        "tax_invoices/new.html",
        status=status,
        nav="/tax-invoices",
        settlement=settlement,
        form=shown,
        live=live,
        why="" if live else NOT_FOR_INVOICE.get(why, ""),
        preview=_preview(session, actor, settlement, shown),
        today=local_date(clock.now()),
    )


def _preview(session: Session, actor: Actor, settlement: Settlement, shown: Parsed[Any]) -> Preview:
    day = shown.day("written_on")
    written_on = dt.date.fromisoformat(day) if day else local_date(clock.now())
    lines = [item for item, _ in items(session, settlement.id or 0)]
    purpose = EtaxPurpose(shown.shown("purpose")) if shown.shown("purpose") in set(EtaxPurpose) else EtaxPurpose.CLAIM
    try:
        content = drafting.of_settlement(settlement, lines, written_on, purpose)
        return Preview(form.boxes(_between(session, actor, settlement, content)), "")
    except Refusal as refusal:
        return Preview(None, sentence(refusal, WORDS.sentences))


def _between(session: Session, actor: Actor, settlement: Settlement, content: Invoice) -> Invoice:
    """The content with both parties as they are now. Raises PartyIncomplete, ContactMissing."""
    contact = queries.contact_of(session, settlement.company_id)
    if contact is None:
        raise refusals.ContactMissing
    supplier = drafting.supplier(session.get_one(Company, settlement.company_id), contact)
    buyer = drafting.buyer(HOUSE, queries.person(session, actor.member_id))
    return replace(content, supplier=supplier, buyer=buyer)


@router.get("/{invoice_id:int}/edit")
def edit_page(request: Request, actor: Officer, invoice_id: int) -> Response:
    """The draft with its items to change; one that is past drafting shows its page."""
    with database.reading(actor) as session:
        row = visible_document(session, actor, TaxInvoice, invoice_id)
        if row.status not in EDITABLE:
            return RedirectResponse(f"/tax-invoices/{invoice_id}", 303)
        return _edit_page(request, row, _with_lines(session, row))


def _with_lines(session: Session, row: TaxInvoice) -> Parsed[Any]:
    lines = line_values(standard.draft(row, queries.lines(session, row.id or 0)))
    values = dict(edit_form(row).values) | dict(forms.blank({"lines": lines}).values)
    return Parsed(values=values)


def line_values(of: Invoice) -> list[dict[str, Any]]:
    """Its items as they stand in inputs: decimals without zeros at the end."""
    return [
        standard.line_columns(line)
        | {
            "quantity": form.decimal_words(line.quantity).replace(",", ""),
            "unit_price": form.decimal_words(line.unit_price).replace(",", ""),
        }
        for line in of.lines
    ]


def _edit_page(request: Request, row: TaxInvoice, shown: Parsed[Any], *, status: int = 200) -> Response:
    return page(
        request,
        "tax_invoices/edit.html",
        status=status,
        nav="/tax-invoices",
        invoice=row,
        form=shown,
        count=len(shown.rows("lines")) + SPARE_LINES,
        today=local_date(clock.now()),
    )


@router.post("/{invoice_id:int}/edit")
async def edit(request: Request, actor: Officer, invoice_id: int) -> Response:
    """Save the draft, if nobody saved another one meanwhile."""
    data = await request.form(max_fields=FIELDS_MAX)
    return await run_in_threadpool(_edited, request, actor, invoice_id, data)


def _edited(request: Request, actor: Actor, invoice_id: int, data: FormData) -> Response:
    parsed = forms.parse(Draft, data)
    told: Parsed[Any] = parsed
    if parsed.value is not None:
        try:
            with database.writing(actor) as session:
                writes.edit(session, actor, invoice_id, parsed.value, clock.now())
            return RedirectResponse(f"/tax-invoices/{invoice_id}?done=saved", 303)
        except NotFound:
            raise
        except Refusal as refusal:
            told = refused(parsed, refusal)
    with database.reading(actor) as session:
        row = visible_document(session, actor, TaxInvoice, invoice_id)
        if not told.rows("lines"):
            known = _with_lines(session, row)
            told = Parsed(
                values=dict(known.values) | dict(told.values),
                errors=told.errors,
                notes=told.notes,
                labels=told.labels,
            )
        return _edit_page(request, row, told, status=UNPROCESSABLE)


Write = Callable[[Session, Actor, int], Any]


@router.post("/{invoice_id:int}/again")
async def again(request: Request, actor: Officer, invoice_id: int) -> Response:
    """「다시 요청」: a new draft of one that ended without an invoice."""
    saving = forms.parse(Nothing, await request.form())

    def make() -> int:
        with database.writing(actor) as session:
            now = clock.now()

            def made() -> TaxInvoice:
                return writes.make_again(session, actor, invoice_id, local_date(now), now)

            return once(session, actor, KIND, saving, made)

    return RedirectResponse(f"/tax-invoices/{await run_in_threadpool(make)}", 303)


class Nothing(BaseModel):
    """A button without fields."""


@router.post("/{invoice_id:int}/reminder")
def remind(actor: Officer, invoice_id: int) -> Response:
    """「지금 독촉」."""
    return _written(actor, invoice_id, "reminded", lambda s, a, i: writes.remind_now(s, a, i, clock.now()))


@router.post("/{invoice_id:int}/reminders")
async def set_reminders(request: Request, actor: Officer, invoice_id: int) -> Response:
    """「자동 독촉 켜기」, 「자동 독촉 끄기」."""
    on = (await request.form()).get("on") == "1"

    def write(session: Session, who: Actor, found: int) -> TaxInvoice:
        return writes.set_reminders(session, who, found, clock.now(), on=on)

    done = "reminders_on" if on else "reminders_off"
    return await run_in_threadpool(_written, actor, invoice_id, done, write)


@router.post("/{invoice_id:int}/draw")
def draw(actor: Officer, invoice_id: int) -> Response:
    """「미리보기 PDF」: the worker draws the draft; the page shows the file when it is there."""
    return _written(actor, invoice_id, "drawn", writes.draw)


@router.post("/{invoice_id:int}/ask")
def ask(actor: CurrentActor, invoice_id: int) -> Response:
    """「상태 확인」: the hub is asked now."""
    return _written(actor, invoice_id, "asked", lambda s, a, i: writes.ask_now(s, a, i, clock.now()))


def _written(actor: Actor, invoice_id: int, done: str, write: Write) -> Response:
    with database.writing(actor) as session:
        write(session, actor, invoice_id)
    return RedirectResponse(f"/tax-invoices/{invoice_id}?done={done}", 303)
