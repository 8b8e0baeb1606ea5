"""What a partner does for its money: 세금계산서 역발행 신청 behind 추가인증, 세금계산서 등록, a payment again."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import invoicing, partner
from models.credits.messages import RegisterInvoice, RequestInvoice
from models.credits.report_rules import FactsMissing, Status
from models.credits.report_tables import CreditReport
from models.credits.rules import default_written_on, written_on_limits
from models.files.rules import FileRefusal
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.kernel.calendar import local_date
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.processes.messages import Actor
from models.tax_invoices import form as boxes
from web import forms
from web.auth.audience import CurrentVisit
from web.documents.routes import keep_uploads
from web.errors import sentence
from web.forms import Parsed
from web.harmony.credits.common import BASE, BUYER, INVOICE_PAPER, REPORT, REPORTS, guard, press, report_page
from web.harmony.credits.reports import report_answer
from web.harmony.doors import MediaActor, go
from web.render import page

router = APIRouter(prefix=BASE, include_in_schema=False)
STEP_UP = "reverse_request"
UNPROCESSABLE = 422
FIELDS = {name: name for name in ("approval_number", "written_on", "paper_upload")} | {"xml": "paper_upload"}
"""The field of a form where a refusal is said, by the one it names."""
Day = Annotated[str, Query(max_length=10)]


@router.get("/{group_id:int}/reports/{report_id:int}/invoice")
def show_preview(
    request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int, report_id: int, written_on: Day = ""
) -> Response:
    """The invoice as it will be issued, after 추가인증; 작성일자 may be changed."""
    guard(actor, visit, STEP_UP, group_id, report_id)
    given = forms.blank({"written_on": written_on}) if written_on else None
    return _preview(request, actor, group_id, report_id, given)


def _preview(
    request: Request,
    actor: Actor,
    group_id: int,
    report_id: int,
    form: Parsed[Any] | None,
    *,
    refusal: Refusal | None = None,
) -> Response:
    today = local_date(clock.now())
    with database.reading(actor) as session:
        report = partner.report(session, actor, group_id, report_id)
        if report.status != Status.PUBLISHED:
            return go(report_page(group_id, report_id))
        day = _day(form, report, today)
        known = form or forms.blank({"written_on": day})
        drawn, wrong = _drawn(session, report, day, today)
    told = refusal or wrong
    shown = _told(known, told) if told else known
    first, last = written_on_limits(report.month, today)
    return page(
        request,
        "harmony/credits/invoice.html",
        status=refusal.status if refusal else 200,
        nav=REPORTS,
        report=report,
        base=report_page(group_id, report_id),
        form=shown,
        boxes=drawn,
        missing=str(wrong.detail["fields"]) if isinstance(wrong, FactsMissing) else "",
        first=first,
        last=last,
        group_id=group_id,
        account_link=f"{BASE}/{group_id}/account",
    )


def _day(form: Parsed[Any] | None, report: CreditReport, today: dt.date) -> dt.date:
    try:
        return dt.date.fromisoformat(form.day("written_on") if form else "")
    except ValueError:
        return default_written_on(report.month, today)


def _drawn(
    session: Session, report: CreditReport, day: dt.date, today: dt.date
) -> tuple[boxes.Boxes | None, Refusal | None]:
    try:
        lines = invoicing.lines_of(session, report.id or 0)
        return boxes.boxes(invoicing.preview(session, report, lines, day, today)), None
    except Refusal as refusal:
        return None, refusal


@router.post("/{group_id:int}/reports/{report_id:int}/invoice")
async def request_invoice(
    request: Request, actor: MediaActor, visit: CurrentVisit, group_id: int, report_id: int
) -> Response:
    """「세금계산서 역발행 신청」."""
    await run_in_threadpool(guard, actor, visit, STEP_UP, group_id, report_id)
    form = forms.parse(RequestInvoice, await request.form())
    if form.value is None:
        refusal = FieldErrors({name: errors[0] for name, errors in form.errors.items()})
        return await run_in_threadpool(_preview, request, actor, group_id, report_id, form, refusal=refusal)
    asked = form.value.model_copy(update={"stepped_up": True})
    return await _press(request, actor, (group_id, report_id), "request_invoice", form, asked)


async def _press(
    request: Request, actor: Actor, where: tuple[int, int], act: str, form: Parsed[Any], payload: Any
) -> Response:
    await run_in_threadpool(_find, actor, *where)
    try:
        request_id = await press(request, actor, REPORT.kind, where[1], act, form, payload)
    except NotFound:
        raise
    except Refusal as refusal:
        return await run_in_threadpool(_again, request, actor, where, act, form, refusal)
    return go(f"{report_page(*where)}?receipt={request_id}")


def _find(actor: Actor, group_id: int, report_id: int) -> None:
    with database.reading(actor) as session:
        partner.report(session, actor, group_id, report_id)


def _again(
    request: Request, actor: Actor, where: tuple[int, int], act: str, form: Parsed[Any], refusal: Refusal
) -> Response:
    """What was typed once more where another input would do, else the report as it is now."""
    if refusal.status == UNPROCESSABLE and act == "request_invoice":
        return _preview(request, actor, *where, form, refusal=refusal)
    if refusal.status == UNPROCESSABLE and act == "register_invoice":
        return _registration(request, actor, *where, _told(form, refusal))
    return report_answer(request, actor, *where, refusal=refusal)


def _told(form: Parsed[Any], refusal: Refusal) -> Parsed[Any]:
    if isinstance(refusal, FieldErrors):
        return form.with_errors(refusal.errors)
    words = sentence(refusal, REPORT.kind.words.sentences, FILE_SENTENCES)
    field = FIELDS.get(str(refusal.detail.get("field")))
    return form.with_errors({field: words}) if field else form.refused(refusal, words)


@router.get("/{group_id:int}/reports/{report_id:int}/registration")
def show_registration(request: Request, actor: MediaActor, group_id: int, report_id: int) -> Response:
    """「세금계산서 등록」 of a company that issues its invoices itself."""
    return _registration(request, actor, group_id, report_id, None)


def _registration(request: Request, actor: Actor, group_id: int, report_id: int, form: Parsed[Any] | None) -> Response:
    today = local_date(clock.now())
    with database.reading(actor) as session:
        report = partner.report(session, actor, group_id, report_id)
    if report.status != Status.INVOICE_WAITING:
        return go(report_page(group_id, report_id))
    first, last = written_on_limits(report.month, today)
    return page(
        request,
        "harmony/credits/registration.html",
        status=UNPROCESSABLE if form is not None else 200,
        nav=REPORTS,
        report=report,
        base=report_page(group_id, report_id),
        form=form or forms.blank({"written_on": default_written_on(report.month, today)}),
        first=first,
        last=last,
        paper=INVOICE_PAPER,
        buyer=BUYER,
    )


@router.post("/{group_id:int}/reports/{report_id:int}/registration")
async def register_invoice(request: Request, actor: MediaActor, group_id: int, report_id: int) -> Response:
    """「등록」."""
    await run_in_threadpool(_find, actor, group_id, report_id)
    async with request.form() as data:
        form: Parsed[Any] = forms.parse(RegisterInvoice, data)
        try:
            form = forms.parse(RegisterInvoice, await keep_uploads(REPORT, actor, RegisterInvoice, data))
        except FileRefusal as refusal:
            wrong = _told(form, refusal)
            return await run_in_threadpool(_registration, request, actor, group_id, report_id, wrong)
    if form.value is None:
        return await run_in_threadpool(_registration, request, actor, group_id, report_id, form)
    return await _press(request, actor, (group_id, report_id), "register_invoice", form, form.value)


@router.post("/{group_id:int}/reports/{report_id:int}/retry")
async def retry(request: Request, actor: MediaActor, group_id: int, report_id: int) -> Response:
    """「다시 지급」, once the account was put right."""
    model = REPORT.kind.payload("retry")
    form = forms.parse(model, await request.form())
    return await _press(request, actor, (group_id, report_id), "retry", form, form.value)
