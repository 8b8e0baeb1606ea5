"""The JSON twins of what is not a step: drafts, amendments, reminders; acts and reads are the kind's own."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from models import clock, database
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.tax_invoices import queries, standard, writes
from models.tax_invoices.messages import Amendment, Draft, LineOut, TaxInvoiceOut
from models.tax_invoices.rules import Purpose
from models.tax_invoices.tables import TaxInvoice
from web.auth.audience import CurrentActor, require

router = APIRouter(prefix="/api/v1/tax-invoices", tags=["tax-invoices"])

Officer = Annotated[Actor, require(Role.SETTLEMENT)]
CREATED, NO_CONTENT = 201, 204


class NewDraft(BaseModel):
    """Which settlement, and what only the officer knows."""

    settlement_id: int
    written_on: dt.date
    purpose: Purpose = Purpose.CHARGE


class Again(BaseModel):
    """작성일자 of the new draft."""

    written_on: dt.date


class Switch(BaseModel):
    on: bool


class AmendmentOut(BaseModel):
    """One document an amendment would make; won."""

    model_config = ConfigDict(from_attributes=True)

    type_code: str
    written_on: dt.date
    original_issue_id: str | None
    charge_total: int
    tax_total: int
    grand_total: int


def _out(row: TaxInvoice) -> TaxInvoiceOut:
    return TaxInvoiceOut.model_validate(row, from_attributes=True)


@router.post("", status_code=CREATED, operation_id="draft_tax_invoice", summary="세금계산서 작성")
def draft(actor: Officer, body: NewDraft) -> TaxInvoiceOut:
    """A draft of a settlement's invoice; ask the supplier with the act `request`."""
    with database.writing(actor) as session:
        made = writes.draft_from_settlement(
            session, actor, body.settlement_id, body.written_on, clock.now(), body.purpose
        )
        return _out(made)


@router.put("/{invoice_id}", operation_id="edit_tax_invoice", summary="세금계산서 작성 내용 수정")
def edit(actor: Officer, invoice_id: int, body: Draft) -> TaxInvoiceOut:
    """Change a draft; `edit_version` guards against somebody else's change."""
    with database.writing(actor) as session:
        return _out(writes.edit(session, actor, invoice_id, body, clock.now()))


@router.post("/{invoice_id}/draw", status_code=NO_CONTENT, operation_id="draw_tax_invoice", summary="미리보기 PDF")
def draw(actor: Officer, invoice_id: int) -> Response:
    """The draft as PDF, made by the worker; it becomes a file of the document."""
    with database.writing(actor) as session:
        writes.draw(session, actor, invoice_id)
    return Response(status_code=NO_CONTENT)


@router.get("/{invoice_id}/lines", operation_id="read_tax_invoice_lines", summary="세금계산서 품목")
def lines(actor: CurrentActor, invoice_id: int) -> list[LineOut]:
    """The items, in order."""
    with database.reading(actor) as session:
        row = visible_document(session, actor, TaxInvoice, invoice_id)
        found = standard.invoice(row, queries.lines(session, invoice_id)).lines
        return [LineOut.model_validate(line, from_attributes=True) for line in found]


@router.post("/{invoice_id}/again", status_code=CREATED, operation_id="remake_tax_invoice", summary="다시 요청")
def again(actor: Officer, invoice_id: int, body: Again) -> TaxInvoiceOut:
    """A new draft of one that was refused or cancelled."""
    with database.writing(actor) as session:
        return _out(writes.make_again(session, actor, invoice_id, body.written_on, clock.now()))


@router.post("/{invoice_id}/amendments/preview", operation_id="preview_amendment", summary="수정세금계산서 미리보기")
def preview(actor: Officer, invoice_id: int, body: Amendment) -> list[AmendmentOut]:
    """What the reason would make; nothing is kept."""
    with database.writing(actor) as session:
        made: list[Any] = list(writes.previewed(session, actor, invoice_id, body, clock.now()))
        return [AmendmentOut.model_validate(one) for one in made]


@router.post(
    "/{invoice_id}/amendments", status_code=CREATED, operation_id="amend_tax_invoice", summary="수정세금계산서 작성"
)
def amend(actor: Officer, invoice_id: int, body: Amendment) -> list[TaxInvoiceOut]:
    """Drafts of the one or two documents the reason asks for."""
    with database.writing(actor) as session:
        return [_out(row) for row in writes.amend(session, actor, invoice_id, body, clock.now())]


@router.put(
    "/{invoice_id}/reminders", status_code=NO_CONTENT, operation_id="switch_reminders", summary="자동 독촉 켜기, 끄기"
)
def switch(actor: Officer, invoice_id: int, body: Switch) -> Response:
    """Reminders to the supplier on or off."""
    with database.writing(actor) as session:
        writes.set_reminders(session, actor, invoice_id, clock.now(), on=body.on)
    return Response(status_code=NO_CONTENT)


@router.post("/{invoice_id}/reminders", status_code=NO_CONTENT, operation_id="remind_supplier", summary="지금 독촉")
def remind(actor: Officer, invoice_id: int) -> Response:
    """The supplier is reminded at once."""
    with database.writing(actor) as session:
        writes.remind_now(session, actor, invoice_id, clock.now())
    return Response(status_code=NO_CONTENT)
