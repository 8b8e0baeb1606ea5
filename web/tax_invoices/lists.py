"""세금계산서 목록: by state and by legal deadline, for the office every company's, for a partner its own."""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from fastapi import APIRouter
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, func, or_
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.kernel.calendar import add_business_days, local_date
from models.kernel.roles import Role
from models.processes import queries as processes
from models.processes.messages import Actor
from models.tax_invoices import queries
from models.tax_invoices.alarms import LAST_DAYS
from models.tax_invoices.form import approval_number
from models.tax_invoices.rules import LATE_SENDING, UNSIGNED, Direction, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import DIRECTION, FORM, REASON, TRADE, WORDS
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.grid_filters import Filter
from web.lists import Lists
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/tax-invoices", tags=["세금계산서"], include_in_schema=False)
LISTS = Lists(router)

HELD = (Status.DRAFTING, *sorted(UNSIGNED))
"""Not signed yet: the deadline of issuing runs."""


@LISTS.page("")
def invoice_list(session: Session, request: Request, actor: Actor) -> Response:
    """세금계산서 목록; the officer ticks what to request or to remind of."""
    today = local_date(clock.now())
    soon = add_business_days(today, LAST_DAYS, processes.holidays(session))
    office = actor.company_id is None
    grid = _grid(office=office, today=today, soon=soon)
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, queries.listed, who=actor)
    officer = Role.SETTLEMENT in actor.every_role
    counts = {"view": _counts(session, actor, today, soon)}
    return page(
        request,
        "tax_invoices/list.html",
        grid=grid.present(view, grid.fetch(session, view, queries.listed, who=actor), counts),
        bulk=_bulk(officer=officer),
        officer=officer,
        office=office,
    )


def _bulk(*, officer: bool) -> Sequence[tuple[str, str, str]]:
    if not officer:
        return ()
    return (
        ("서명 독촉", "/tax-invoices/reminders", ""),
        (WORDS.act["request"], "/tax-invoices/bulk/request", ""),
    )


def views(today: dt.date, soon: dt.date) -> Mapping[str, tuple[str, ColumnElement[bool] | None]]:
    """The quick views: what people look for every morning. `soon` is the third business day from today."""
    status, issue_by = col(TaxInvoice.status), col(TaxInvoice.issue_by)
    held = status.in_(HELD)
    unsent = status.in_(sorted(LATE_SENDING))
    return {
        "all": ("전체", None),
        "waiting": ("서명 대기", status == Status.REQUESTED),
        "soon": ("기한 임박", and_(held, issue_by >= today, issue_by <= soon)),
        "over": ("기한 경과", or_(and_(held, issue_by < today), and_(unsent, col(TaxInvoice.transmit_by) < today))),
        "failed": ("전송실패", status == Status.NTS_FAILED),
        "check": ("확인 필요", _needs_look()),
    }


def _needs_look() -> ColumnElement[bool]:
    """Something is wrong that no timer mends: verification, membership, what the hub said."""
    return or_(
        col(TaxInvoice.verification_problem) != "",
        and_(col(TaxInvoice.status).in_(HELD), col(TaxInvoice.membership_problem) != ""),
        and_(col(TaxInvoice.turn).is_not(None), col(TaxInvoice.hub_problem) != ""),
    )


def _counts(session: Session, actor: Actor, today: dt.date, soon: dt.date) -> dict[str, int]:
    asked = {key: where for key, (_, where) in views(today, soon).items() if where is not None}
    columns = [func.count().filter(where).label(key) for key, where in asked.items()]
    found = session.execute(queries.listed(actor).with_only_columns(*columns)).one()
    return {key: int(number) for key, number in zip(asked, found, strict=True) if number}


def _link(row: TaxInvoice) -> str:
    return f"/tax-invoices/{row.id}"


def _pick(row: TaxInvoice) -> str | None:
    return f"{row.id}:{row.version}" if row.status in {Status.DRAFTING, Status.REQUESTED} else None


def _pick_label(row: TaxInvoice) -> str:
    return f"{row.number} {row.title}"


def kind_words(row: TaxInvoice) -> str:
    """세금계산서, 수정세금계산서 (영세율) …"""
    trade = row.type_code[2:]
    return FORM[row.type_code[:2]] + (f" ({TRADE[trade]})" if trade != "01" else "")


def _deadline(row: TaxInvoice) -> dt.date | None:
    """The day of the law that runs now: for issuing, then for sending."""
    if row.status in HELD:
        return row.issue_by
    return row.transmit_by if row.status in LATE_SENDING else None


def _deadline_words(row: TaxInvoice) -> str:
    if row.status in HELD:
        return "발급기한"
    return "전송기한" if row.status in LATE_SENDING else ""


def _trouble(row: TaxInvoice) -> str:
    """What a person has to look at, in two words."""
    if row.verification_problem:
        return "검증 문제"
    if row.status in HELD and row.membership_problem:
        return "회원자격"
    return "중계사이트" if row.turn is not None and row.hub_problem else ""


def _reason(row: TaxInvoice) -> str:
    return REASON[row.amendment_reason] if row.amendment_reason else ""


def _columns(*, office: bool) -> tuple[Column, ...]:
    invoice = TaxInvoice
    company = (Column(key="company_name", label="공급사", sort=col(invoice.company_name), width=24),) if office else ()
    return (
        Column(key="number", label="세금계산서번호", sort=col(invoice.number), href=_link, width=20),
        Column(
            key="status",
            label="진행상태",
            kind="badge",
            words=WORDS.status,
            tones=WORDS.tone,
            sort=col(invoice.status),
        ),
        Column(
            key="issue_by", label="기한", kind="date", value=_deadline, sub=_deadline_words, sort=col(invoice.issue_by)
        ),
        Column(key="due_at", label="남은 시간", kind="left", sort=col(invoice.due_at), export=False),
        Column(key="title", label="제목", sort=col(invoice.title), width=36, sub=kind_words, wrap=True),
        *company,
        Column(key="written_on", label="작성일자", kind="date", sort=col(invoice.written_on)),
        Column(key="supply_amount", label="공급가액", kind="won", sort=col(invoice.supply_amount)),
        Column(key="vat_amount", label="세액", kind="won", sort=col(invoice.vat_amount)),
        Column(key="total_amount", label="합계금액", kind="won", sort=col(invoice.total_amount), shown=False),
        Column(key="approval_number", label="승인번호", sort=col(invoice.approval_number), value=_approval, width=30),
        Column(key="issued_at", label="발급일시", kind="moment", sort=col(invoice.issued_at), width=18),
        Column(key="sent_at", label="전송일시", kind="moment", sort=col(invoice.sent_at), width=18, shown=False),
        Column(key="trouble", label="확인", value=_trouble),
        Column(key="reminders", label="독촉", kind="number", sort=col(invoice.reminders), shown=office),
        Column(key="reminded_at", label="마지막 독촉", kind="moment", sort=col(invoice.reminded_at), shown=False),
        Column(
            key="settlement_number",
            label="정산번호",
            sort=col(invoice.settlement_number),
            render=_settlement,
            sheet=_settlement_number,
            width=18,
        ),
        Column(key="kind", label="종류", value=kind_words, shown=False, width=20),
        Column(key="direction", label="발행구분", value=_direction, shown=False, width=10),
        Column(key="amendment_reason", label="수정사유", value=_reason, shown=False, width=22),
        Column(key="officer_name", label="정산담당자", sort=col(invoice.officer_name), shown=office),
    )


def _approval(row: TaxInvoice) -> str:
    return approval_number(row.approval_number or "")


def _direction(row: TaxInvoice) -> str:
    return DIRECTION[row.direction]


def _settlement_number(row: TaxInvoice) -> str:
    return row.settlement_number


def _filters(*, office: bool, today: dt.date, soon: dt.date) -> tuple[Filter, ...]:
    invoice = TaxInvoice
    quick = tuple(Option(value=key, label=words, where=where) for key, (words, where) in views(today, soon).items())
    states = [Option(value=s.value, label=WORDS.status[s], where=col(invoice.status) == s.value) for s in Status]
    ways = [Option(value=d.value, label=DIRECTION[d], where=col(invoice.direction) == d.value) for d in Direction]
    company = Text(key="company", label="공급사", column=col(invoice.company_name), more=True)
    return (
        Segment(key="view", label="보기", options=quick),
        DateRange(key="written", label="작성일자", column=col(invoice.written_on)),
        turn_filter(TaxInvoice),
        Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *states), more=True),
        Choice(key="direction", label="발행구분", options=(Option(value="all", label="전체"), *ways), more=True),
        Choice(
            key="form",
            label="종류",
            options=(
                Option(value="all", label="전체"),
                Option(value="first", label="원본", where=col(invoice.amendment_reason).is_(None)),
                Option(value="amended", label="수정", where=col(invoice.amendment_reason).is_not(None)),
            ),
            more=True,
        ),
        Text(key="number", label="세금계산서번호", column=col(invoice.number), more=True),
        Text(key="approval", label="승인번호", match=_approval_like, more=True),
        Text(key="settlement", label="정산번호", column=col(invoice.settlement_number), more=True),
        Text(key="title", label="제목", column=col(invoice.title), more=True),
        *((company,) if office else ()),
    )


def _approval_like(typed: str) -> ColumnElement[bool]:
    """As it is printed or as it is kept: hyphens say nothing."""
    found: ColumnElement[bool] = col(TaxInvoice.approval_number).icontains(typed.replace("-", ""), autoescape=True)
    return found


@lru_cache(8)
def _grid(*, office: bool, today: dt.date, soon: dt.date) -> Grid:
    """A grid of its own for each day: the quick views are days of the calendar."""
    return Grid(
        name="tax-invoices" if office else "tax-invoices-partner",
        title="세금계산서 목록" if office else "세금계산서",
        ident=col(TaxInvoice.id),
        of=TaxInvoice,
        reads=(
            "version",
            "status",
            "type_code",
            "transmit_by",
            "turn",
            "settlement_id",
            "direction",
            "amendment_reason",
            "verification_problem",
            "membership_problem",
            "hub_problem",
        ),
        default_sort="-number",
        pick=_pick if office else None,
        pick_label=_pick_label,
        columns=_columns(office=office),
        filters=_filters(office=office, today=today, soon=soon),
        empty="조건에 맞는 세금계산서가 없습니다.",
        empty_hint="정산의 세금계산서 역발행 신청에서 세금계산서를 만듭니다."
        if office
        else "역발행 요청을 받으면 이 화면에 나타나고 알림을 보내 드립니다.",
    )


def _settlement(row: Any) -> Markup:
    if row.settlement_id is None:
        return Markup("–")
    link = Markup('<a class="ref" href="{}">{}</a>')
    return link.format(f"/settlements/{row.settlement_id}", row.settlement_number)
