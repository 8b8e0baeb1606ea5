"""정산리포트 on the house's side: every group's report, by what is to be done; the document's page and its acts."""

import datetime as dt
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.credits import invoicing, paying, payouts
from models.credits.kind import CREDIT_REPORT
from models.credits.links import report_link
from models.credits.messages import ReportOut
from models.credits.report_rules import STEPS, Status, step_index
from models.credits.report_tables import CreditReport
from models.credits.report_wording import STEP, WORDS
from models.credits.rules import IssueMode, month_after, month_key, month_of
from models.credits.wording import ISSUE_MODE, PAYOUT, PAYOUT_TONE, SOURCE
from models.kernel.calendar import local_date
from models.members.places import BANKS
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import WORDS as INVOICE_WORDS
from web.credits.office import settles
from web.documents.kinds import WebKind
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.lists import Lists
from web.render import page
from web.turns import turn_filter

BASE = "/credit-reports"
PAYOUTS = "/credit-payouts"
MONTHS_BACK = 24
UNSIGNED = (Status.PUBLISHED.value, Status.INVOICE_REQUESTED.value, Status.INVOICE_WAITING.value)

router = APIRouter(prefix=BASE, tags=["정산리포트"], include_in_schema=False)
LISTS = Lists(router)


@LISTS.page("")
def report_list(session: Session, request: Request, actor: Actor) -> Response:
    """Every report; the officer ticks what goes into a payout file before its day."""
    today = local_date(clock.now())
    grid = _grid(today)
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, listed, who=actor)
    officer = settles(actor)
    return page(
        request,
        "credits/reports.html",
        grid=grid.present(view, grid.fetch(session, view, listed, who=actor), {"view": _counts(session, actor, today)}),
        bulk=[("고른 정산 지급", f"{PAYOUTS}/new", "")] if officer else [],
        officer=officer,
    )


def listed(actor: Actor) -> Any:
    """Every report the staff's role lets it see."""
    return visible_to(actor, CreditReport)


def views(today: dt.date) -> Mapping[str, tuple[str, ColumnElement[bool] | None]]:
    """What the officer looks for every morning."""
    status = col(CreditReport.status)
    return {
        "all": ("전체", None),
        "unsigned": ("서명 대기", status.in_(UNSIGNED)),
        "late": ("기한 경과", and_(status.in_(UNSIGNED), col(CreditReport.sign_by) < today)),
        "check": ("계산서 확인", status == Status.INVOICE_CHECKING.value),
        "due": ("지급일 도래", and_(status == Status.PAYING.value, col(CreditReport.pay_on) <= today)),
        "failed": ("지급 실패", status == Status.PAYMENT_FAILED.value),
        "held": ("보류", status == Status.HELD.value),
    }


def _counts(session: Session, actor: Actor, today: dt.date) -> dict[str, int]:
    asked = {key: where for key, (_, where) in views(today).items() if where is not None}
    columns = [func.count().filter(where).label(key) for key, where in asked.items()]
    found = session.execute(listed(actor).with_only_columns(*columns)).one()
    return {key: int(number) for key, number in zip(asked, found, strict=True) if number}


def _link(row: CreditReport) -> str:
    return f"{BASE}/{row.id}"


def _pick(row: CreditReport) -> str | None:
    return f"{row.id}" if row.status == Status.PAYING else None


def _pick_label(row: CreditReport) -> str:
    return f"{row.number} {row.company_name}"


def _month(row: CreditReport) -> str:
    return month_key(row.month)


def _mode(row: CreditReport) -> str:
    return ISSUE_MODE[row.issue_mode]


def _deadline(row: CreditReport) -> dt.date | None:
    return row.sign_by if row.status in UNSIGNED else None


def _withheld(row: CreditReport) -> int:
    return row.withheld_income + row.withheld_local


def _trouble(row: CreditReport) -> str:
    return row.payment_problem or row.invoice_problem or row.held_reason


@lru_cache(8)
def _grid(today: dt.date) -> Grid:
    """A grid of its own for each day: the views are days of the calendar."""
    report = CreditReport
    months = [month_after(month_of(today), -back) for back in range(1, MONTHS_BACK + 1)]
    quick = tuple(Option(value=key, label=words, where=where) for key, (words, where) in views(today).items())
    states = [Option(value=s.value, label=WORDS.status[s], where=col(report.status) == s.value) for s in Status]
    modes = [Option(value=m.value, label=ISSUE_MODE[m], where=col(report.issue_mode) == m.value) for m in IssueMode]
    settled = [
        Option(value=month_key(month), label=month_key(month), where=col(report.month) == month) for month in months
    ]
    return Grid(
        name="credit-reports",
        title="정산리포트",
        ident=col(report.id),
        of=report,
        reads=("version", "status", "issue_mode", "withheld_income", "withheld_local", "invoice_problem", "held_reason",
               "payment_problem"),
        default_sort="-number",
        pick=_pick,
        pick_label=_pick_label,
        columns=(
            Column(key="number", label="정산리포트번호", sort=col(report.number), href=_link, width=18),
            Column(key="status", label="진행상태", kind="badge", words=WORDS.status, tones=WORDS.tone,
                   sort=col(report.status)),
            Column(key="company_name", label="회사", sort=col(report.company_name), sub=_mode, width=24),
            Column(key="group_name", label="정산그룹", sort=col(report.group_name), width=32, wrap=True),
            Column(key="month", label="정산월", value=_month, sort=col(report.month)),
            Column(key="sign_by", label="서명기한", kind="date", value=_deadline, sort=col(report.sign_by)),
            Column(key="pay_on", label="지급예정일", kind="date", sort=col(report.pay_on)),
            Column(key="total", label="합계", kind="won", sort=col(report.total)),
            Column(key="payable", label="지급액", kind="won", sort=col(report.payable)),
            Column(key="trouble", label="확인", value=_trouble, width=28, wrap=True),
            Column(key="paid_on", label="지급일", kind="date", sort=col(report.paid_on)),
            Column(key="supply", label="공급가액", kind="won", sort=col(report.supply)),
            Column(key="tax", label="세액", kind="won", sort=col(report.tax)),
            Column(key="withheld", label="원천징수", kind="won", value=_withheld),
            Column(key="mode", label="발행방식", value=_mode, shown=False),
            Column(key="written_on", label="작성일자", kind="date", sort=col(report.written_on), shown=False),
            Column(key="approval_number", label="승인번호", sort=col(report.approval_number), shown=False, width=28),
        ),
        filters=(
            Segment(key="view", label="보기", options=quick),
            Choice(key="month", label="정산월", options=(Option(value="all", label="전체"), *settled)),
            turn_filter(report),
            Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *states), more=True),
            Choice(key="mode", label="발행방식", options=(Option(value="all", label="전체"), *modes), more=True),
            DateRange(key="payable", label="지급예정일", column=col(report.pay_on), more=True),
            Text(key="company", label="회사", column=col(report.company_name), more=True),
            Text(key="group", label="정산그룹", column=col(report.group_name), more=True),
            Text(key="number", label="정산리포트번호", column=col(report.number), more=True),
        ),
        empty="조건에 맞는 정산리포트가 없습니다.",
        empty_hint="월 정산을 승인하면 정산그룹마다 한 건씩 발행됩니다.",
    )  # fmt: skip


def steps(report: CreditReport) -> list[tuple[str, str]]:
    """정산 진행현황: (words, done / now / empty) of each step."""
    mode = IssueMode(report.issue_mode)
    here = step_index(mode, report.status, report.held_from)
    last = report.status == Status.PAID
    return [
        (STEP[mode][key], "done" if number < here or last else "now" if number == here else "")
        for number, (key, _) in enumerate(STEPS[mode])
    ]


def context(session: Session, actor: Actor, report: CreditReport) -> dict[str, Any]:
    """Everything below the head of the report's page."""
    account = paying.account_in_force(session, report.group_id)
    return {
        "head_note": f"{report.company_name} · 지급액 {report.payable:,}원",
        "report": report,
        "lines": invoicing.lines_of(session, report.id or 0),
        "sources": SOURCE,
        "steps": steps(report),
        "mode_words": ISSUE_MODE[report.issue_mode],
        "month_words": month_key(report.month),
        "individual": report.issue_mode == IssueMode.INDIVIDUAL,
        "invoice": _invoice(session, actor, report),
        "invoice_words": INVOICE_WORDS,
        "account": account,
        "coming": paying.account_to_come(session, report.group_id),
        "bank_words": BANKS.get(account.bank_code, account.bank_code) if account else "",
        "payments": payouts.of_report(session, report.id or 0),
        "payout_words": PAYOUT,
        "payout_tones": PAYOUT_TONE,
        "problems": problems(session, report),
        "nav": BASE,
    }


def _invoice(session: Session, actor: Actor, report: CreditReport) -> TaxInvoice | None:
    if report.tax_invoice_id is None:
        return None
    found: TaxInvoice = visible_document(session, actor, TaxInvoice, report.tax_invoice_id)
    return found


def problems(session: Session, report: CreditReport) -> list[tuple[str, str]]:
    """(tone, sentence) of what stands in the way, the worst first."""
    told: list[tuple[str, str]] = []
    if report.status == Status.HELD:
        told.append(("stop", f"보류했습니다. {report.held_reason}"))
    if report.status == Status.PAYMENT_FAILED:
        told.append(("stop", f"지급하지 못했습니다. {report.payment_problem}"))
    if report.invoice_problem and report.status in UNSIGNED:
        told.append(("stop", report.invoice_problem))
    if report.status in {*UNSIGNED} and local_date(clock.now()) > report.sign_by:
        told.append(("wait", f"서명기한 {report.sign_by:%Y.%m.%d}이 지났습니다. 서명한 다음 달 지급일에 지급합니다."))
    payable = report.status in {Status.PAYING, Status.PAYMENT_FAILED}
    if payable and paying.account_in_force(session, report.group_id) is None:
        told.append(("stop", "지급계좌가 없어 지급 파일에 넣을 수 없습니다."))
    return told


def act_context(session: Session, actor: Actor, report: CreditReport, act: str) -> dict[str, Any]:  # noqa: ARG001
    """What the page of 「지급 완료」 needs besides the document."""
    return {"today": local_date(clock.now()), "nav": BASE}


WEB = WebKind(
    kind=CREDIT_REPORT,
    template="credits/report.html",
    api=ReportOut,
    list_label="정산리포트",
    list_link=BASE,
    context=context,
    act_templates={"pay": "credits/report_pay.html"},
    act_context=act_context,
    media_home=lambda report: report_link(report.group_id, report.id or 0),
)
