"""정산리포트: the list by group, and the report with 정산 진행현황 (guide p. 29–31)."""

import datetime as dt
import uuid
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import invoicing, partner
from models.credits.partner_wording import GUIDE
from models.credits.report_rules import STEPS, Status, step_index
from models.credits.report_tables import CreditReport
from models.credits.report_wording import STEP, WORDS
from models.credits.rules import IssueMode, month_key
from models.credits.wording import ISSUE_MODE
from models.files.tables import StoredFile
from models.files.writes import content
from models.kernel.refusals import NotFound, Refusal
from models.kernel.text import mask_email
from models.kernel.wording import date as day_words
from models.members.places import BANKS
from models.processes.messages import Actor
from models.tax_invoices.tables import TaxInvoice
from web.documents.view import look, page_context
from web.files import HEADERS
from web.grid import Choice, Column, Grid, Option
from web.harmony.credits.common import BASE, REPORT, REPORTS, chosen, report_page, shown
from web.harmony.doors import MediaActor, go
from web.render import page

router = APIRouter(prefix=BASE, include_in_schema=False)
YEARS_SHOWN = 6


def _link(row: CreditReport) -> str:
    return report_page(row.group_id, row.id or 0)


def _grid(found: list[partner.Payee], year: int) -> Grid:
    """The list's columns and filters; groups and years are the person's own."""
    groups = [(group, one.name) for one in found for group in one.groups]
    years = range(year, year - YEARS_SHOWN, -1)
    return Grid(
        name="credit-reports",
        title="정산리포트",
        ident=col(CreditReport.id),
        default_sort="-month",
        columns=(
            Column(key="month", label="정산월", sort=col(CreditReport.month), href=_link,
                   value=lambda row: month_key(row.month), width=10),
            Column(key="group_name", label="정산그룹", sort=col(CreditReport.group_name), href=_link, width=32,
                   sub=lambda row: row.company_name),
            Column(key="status", label="정산 진행현황", kind="badge", words=WORDS.status, tones=WORDS.tone,
                   sort=col(CreditReport.status), width=18),
            Column(key="supply", label="공급가액", kind="won", sort=col(CreditReport.supply)),
            Column(key="tax", label="세액", kind="won", sort=col(CreditReport.tax)),
            Column(key="total", label="합계", kind="won", sort=col(CreditReport.total)),
            Column(key="payable", label="지급액", kind="won", sort=col(CreditReport.payable), shown=False),
            Column(key="issue_mode", label="발행방식", value=lambda row: ISSUE_MODE[row.issue_mode], shown=False),
            Column(key="sign_by", label="서명 기한", kind="date", sort=col(CreditReport.sign_by), shown=False),
            Column(key="pay_on", label="지급예정일", kind="date", sort=col(CreditReport.pay_on)),
            Column(key="paid_on", label="지급일", kind="date", sort=col(CreditReport.paid_on)),
        ),
        filters=(
            Choice(key="group", label="정산그룹", options=(
                Option(value="all", label="전체"),
                *(Option(value=str(group.id), label=f"{group.name} ({firm})",
                         where=col(CreditReport.group_id) == group.id) for group, firm in groups),
            )),
            Choice(key="year", label="연도", options=(
                Option(value="all", label="전체"),
                *(Option(value=str(one), label=f"{one}년", where=col(CreditReport.month).between(
                    dt.date(one, 1, 1), dt.date(one, 12, 1))) for one in years),
            )),
            Choice(key="status", label="정산 진행현황", options=(
                Option(value="all", label="전체"),
                *(Option(value=status.value, label=WORDS.status[status], where=col(CreditReport.status) == status)
                  for status in Status),
            )),
        ),
    )  # fmt: skip


@router.get("/reports")
def list_reports(request: Request, actor: MediaActor) -> Response:
    """Every report of one's groups."""
    with database.reading(actor) as session:
        found, one = chosen(session, actor, None)
        grid = _grid(found, clock.now().year)
        view = grid.read(request)
        scope = partner.reports(actor)
        if view.download:
            return grid.download(session, view, scope, who=actor)
        rows = grid.fetch(session, view, scope, who=actor)
        newest = partner.newest_of_groups(session, actor, [i for one in found for i in one.group_ids])
        return page(
            request,
            "harmony/credits/reports.html",
            grid=grid.present(view, rows),
            newest=newest,
            link=report_page,
            **shown(found, one, REPORTS),
        )


@router.get("/{group_id:int}/reports")
def newest_report(actor: MediaActor, group_id: int) -> Response:
    """A group's newest report, or the list where it has none."""
    with database.reading(actor) as session:
        partner.group(session, actor, group_id)
        newest = partner.newest_of_groups(session, actor, [group_id])
    return go(report_page(group_id, newest[group_id]) if newest else REPORTS)


@router.get("/{group_id:int}/reports/{report_id:int}")
def show_report(
    request: Request,
    actor: MediaActor,
    group_id: int,
    report_id: int,
    receipt: Annotated[uuid.UUID | None, Query()] = None,
) -> Response:
    """매체별 정산금액 and 정산 진행현황."""
    return report_answer(request, actor, group_id, report_id, receipt=receipt)


def report_answer(
    request: Request,
    actor: Actor,
    group_id: int,
    report_id: int,
    *,
    receipt: uuid.UUID | None = None,
    refusal: Refusal | None = None,
) -> Response:
    """The report's page, with what was refused on it. Raises NotFound."""
    with database.reading(actor) as session:
        partner.report(session, actor, group_id, report_id)
        seen = look(session, actor, REPORT, report_id, receipt)
        context = page_context(seen, refusal) | _context(session, actor, seen.document)
        context["base"] = report_page(group_id, report_id)
        if seen.document.status == Status.PAYING:
            # Neither the partner nor anybody by name: the bank's turn on its day.
            context["turn"] |= {"title": "지급을 준비하고 있습니다.", "mine": False}
        context["crumbs"] = [("정산리포트", REPORTS), (context["number"], None)]
        return page(request, REPORT.template, status=refusal.status if refusal else 200, **context)


def _context(session: Session, actor: Actor, report: CreditReport) -> dict[str, Any]:
    found, one = chosen(session, actor, report.credit_company_id)
    mode = IssueMode(report.issue_mode)
    at = step_index(mode, report.status, report.held_from)
    held = partner.accounts(session, actor, report.group_id)
    contact = partner.contact(session, report.group_id)
    invoice = session.get(TaxInvoice, report.tax_invoice_id) if report.tax_invoice_id else None
    before, after = partner.neighbours(session, actor, report)
    own = partner.in_force(held)
    return {
        **shown(found, one, REPORTS),
        "report": report,
        "lines": invoicing.lines_of(session, report.id or 0),
        "steps": _steps(mode, at, report),
        "guide": _guide(mode, at, report, mask_email(contact.email) if contact else "담당자 이메일 미등록"),
        "step_key": STEPS[mode][at][0],
        "mode": mode.value,
        "month": month_key(report.month),
        "before": before,
        "after": after,
        "siblings": _siblings(session, actor, one, report),
        "account": own,
        "coming": partner.to_come(held),
        "bank": BANKS.get(own.bank_code, own.bank_code) if own else "",
        "invoice": invoice,
        "link": report_page,
    }


def _steps(mode: IssueMode, at: int, report: CreditReport) -> list[tuple[str, str]]:
    """(words, "done" | "now" | "") of 정산 진행현황."""
    paid = report.status == Status.PAID
    states = ["done" if number < at or paid else "now" if number == at else "" for number in range(len(STEPS[mode]))]
    return [(STEP[mode][key], state) for (key, _), state in zip(STEPS[mode], states, strict=True)]


def _guide(mode: IssueMode, at: int, report: CreditReport, email: str) -> list[str]:
    facts = {
        "sign_by": day_words(report.sign_by),
        "pay_on": day_words(report.pay_on),
        "paid_on": day_words(report.paid_on) if report.paid_on else "",
        "email": email,
    }
    return [words.format(**facts) for words in GUIDE[mode][STEPS[mode][at][0]]]


def _siblings(
    session: Session, actor: Actor, one: partner.Payee | None, report: CreditReport
) -> list[tuple[str, str, bool]]:
    """「상생 RS > 뉴스 > 다음스포츠 외 ▾」: the company's other groups of the month, else their newest report."""
    if one is None:
        return []
    newest = partner.newest_of_groups(session, actor, one.group_ids)
    month = partner.reports(actor, one.group_ids).where(col(CreditReport.month) == report.month)
    same = {row.group_id: row.id or 0 for row in session.execute(month).scalars()}
    return [
        (
            group.name,
            report_page(group.id or 0, same.get(group.id or 0, newest[group.id or 0])),
            group.id == report.group_id,
        )
        for group in one.groups
        if group.id in newest
    ]


@router.get("/{group_id:int}/reports/{report_id:int}/statement")
def show_statement(actor: MediaActor, group_id: int, report_id: int) -> Response:
    """정산명세서 as PDF."""
    with database.reading(actor) as session:
        report = partner.report(session, actor, group_id, report_id)
        file = session.get(StoredFile, report.statement_file_id) if report.statement_file_id else None
        if file is None:
            raise NotFound
        name = f"{report.number}.pdf"
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content(file), media_type=file.media_type, headers=headers)
