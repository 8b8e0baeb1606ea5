"""정산리포트: the list by group, and the report with 정산 진행현황 (guide p. 29–31)."""

import datetime as dt
import uuid
from collections.abc import Set as AbstractSet
from typing import Annotated, Any

from fastapi import APIRouter, Query
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.credits import invoicing, partner
from models.credits.report_rules import Status
from models.credits.report_tables import CreditReport
from models.credits.report_wording import WORDS
from models.credits.rules import IssueMode, month_key
from models.credits.wording import ISSUE_MODE
from models.files.tables import StoredFile
from models.files.writes import content
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.text import mask_email
from models.members.places import BANKS
from models.processes.messages import Actor
from models.processes.queries import holidays
from web.documents.view import look, page_context
from web.files import HEADERS
from web.grid import Choice, Column, Grid, Option
from web.harmony.credits.common import BASE, BUYER, REPORT, REPORTS, chosen, report_page, shown
from web.harmony.credits.progress import Progress
from web.harmony.doors import MediaActor, go
from web.render import page

router = APIRouter(prefix=BASE, include_in_schema=False)
YEARS_SHOWN = 6
CARDS_MAX = 12
"""Groups with a card each above the list; who has more chooses in the list."""


def _link(row: CreditReport) -> str:
    return report_page(row.group_id, row.id or 0)


def _grid(found: list[partner.Payee], today: dt.date, days: AbstractSet[dt.date]) -> Grid:
    """The list's columns and filters; groups and years are the person's own. `days`: holidays, for 지급예정일."""
    groups = [(group, one.name) for one in found for group in one.groups]
    years = range(today.year, today.year - YEARS_SHOWN, -1)
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
            Column(key="pay_on", label="지급예정일", kind="date", sort=col(CreditReport.pay_on),
                   value=lambda row: row.pay_on if row.paid_on else Progress(row, today, days).pay_on),
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
        grid = _grid(found, local_date(clock.now()), holidays(session))
        view = grid.read(request)
        scope = partner.reports(actor)
        if view.download:
            return grid.download(session, view, scope, who=actor)
        rows = grid.fetch(session, view, scope, who=actor)
        ids = [i for one in found for i in one.group_ids]
        cards = partner.newest_of_groups(session, actor, ids) if len(ids) <= CARDS_MAX else None
        return page(
            request,
            "harmony/credits/reports.html",
            grid=grid.present(view, rows),
            cards=cards,
            words=WORDS,
            link=_link,
            **shown(found, one, REPORTS),
        )


@router.get("/{group_id:int}/reports")
def newest_report(actor: MediaActor, group_id: int) -> Response:
    """A group's newest report, or the list where it has none."""
    with database.reading(actor) as session:
        partner.group(session, actor, group_id)
        newest = partner.newest_of_groups(session, actor, [group_id])
    return go(report_page(group_id, newest[group_id].id or 0) if newest else REPORTS)


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
        context["turn"] = context["progress"].turn(context["turn"])
        context["crumbs"] = [("정산리포트", REPORTS), (context["number"], None)]
        return page(request, REPORT.template, status=refusal.status if refusal else 200, **context)


def _context(session: Session, actor: Actor, report: CreditReport) -> dict[str, Any]:
    found, one = chosen(session, actor, report.credit_company_id)
    held = partner.accounts(session, actor, report.group_id)
    coming = partner.to_come(held)
    progress = Progress(report, local_date(clock.now()), holidays(session), corrected=coming is not None)
    contact = partner.contact(session, report.group_id)
    company = one.company if one else None
    artist = progress.mode is IssueMode.INDIVIDUAL and company is not None and company.artist
    before, after = partner.neighbours(session, actor, report)
    own = partner.in_force(held)
    return {
        **shown(found, one, REPORTS),
        "report": report,
        "lines": invoicing.lines_of(session, report.id or 0),
        "progress": progress,
        "guide": progress.guide(mask_email(contact.email) if contact else "담당자 이메일 미등록", artist=artist),
        "mode": progress.mode.value,
        "buyer": BUYER if report.status == Status.INVOICE_WAITING else (),
        "month": month_key(report.month),
        "before": before,
        "after": after,
        "siblings": _siblings(session, actor, one, report),
        "account": own,
        "coming": coming,
        "bank": BANKS.get(own.bank_code, own.bank_code) if own else "",
        "link": report_page,
    }


def _siblings(
    session: Session, actor: Actor, one: partner.Payee | None, report: CreditReport
) -> list[tuple[str, str, bool]]:
    """「상생 RS > 뉴스 > 다음스포츠 외 ▾」: the company's other groups of the month, else their newest report."""
    if one is None:
        return []
    newest = partner.newest_of_groups(session, actor, one.group_ids)
    month = partner.reports(actor, one.group_ids).where(col(CreditReport.month) == report.month)
    shown = newest | {row.group_id: row for row in session.execute(month).scalars()}
    return [
        (
            group.name,
            _link(shown[group.id or 0]),
            group.id == report.group_id,
        )
        for group in one.groups
        if group.id in shown
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
