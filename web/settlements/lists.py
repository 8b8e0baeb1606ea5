"""계산서발행요청확인 (manual 9-1), 정산완료내역 (9-3), and the settlement officer's list of every settlement."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models.kernel.roles import Role
from models.orders.wording import EVIDENCE_TYPE
from models.processes.messages import Actor
from models.settlements import queries
from models.settlements.rules import Status, comes_by_itself
from models.settlements.tables import Settlement
from models.settlements.wording import CONFIRMED, UNCONFIRMED, WORDS
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.grid_filters import Filter
from web.grid_sql import Scope
from web.lists import Lists
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/settlements", tags=["정산"], include_in_schema=False)
LISTS = Lists(router)

Bulk = Sequence[tuple[str, str, str]]

AMENDED = ("total_amount", "amended_supply", "amended_vat")


@LISTS.page("/requests")
def request_list(session: Session, request: Request, actor: Actor) -> Response:
    """계산서발행요청확인; the partner ticks what to confirm."""
    partner = actor.company_id is not None
    bulk = [(WORDS.act["acknowledge"], "/settlements/bulk/acknowledge", "primary")] if partner else []
    return _answer(session, request, actor, _request_grid(office=not partner), queries.requested, bulk)


@LISTS.page("/cancellations")
def cancellation_list(session: Session, request: Request, actor: Actor) -> Response:
    """계산서취소요청확인; the partner ticks what to confirm."""
    partner = actor.company_id is not None
    bulk = [(WORDS.act["confirm_cancel"], "/settlements/bulk/confirm_cancel", "primary")] if partner else []
    return _answer(session, request, actor, _cancellation_grid(office=not partner), queries.to_cancel, bulk)


@LISTS.page("")
def settlement_list(session: Session, request: Request, actor: Actor) -> Response:
    """정산완료내역 for the partner, 정산내역 at any status for the buyer's staff."""
    if actor.company_id is None:
        officer = Role.SETTLEMENT in actor.every_role
        bulk = [("일괄 역발행 요청", "/tax-invoices/requests/new", "primary")] if officer else []
        return _answer(session, request, actor, _office_grid(), queries.listed, bulk)
    return _answer(session, request, actor, _completed_grid(), queries.completed, [])


def _answer(session: Session, request: Request, actor: Actor, grid: Grid, scope: Scope, bulk: Bulk) -> Response:
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, scope, who=actor)
    found = grid.fetch(session, view, scope, who=actor)
    return page(
        request,
        "settlements/list.html",
        grid=grid.present(view, found),
        bulk=bulk,
        may_draft=Role.SETTLEMENT in actor.every_role,
    )


def _to_pay(row: Settlement) -> int:
    return row.total_amount + row.amended_supply + row.amended_vat


def _link(row: Settlement) -> str:
    return f"/settlements/{row.id}"


def _pick_unconfirmed(row: Settlement) -> str | None:
    return f"{row.id}:{row.version}" if row.status == Status.ISSUE_REQUESTED else None


def _pick_uninvoiced(row: Settlement) -> str | None:
    waits = row.status == Status.ACKNOWLEDGED and comes_by_itself(row.evidence_type)
    return f"{row.id}:{row.version}" if waits else None


def _pick_uncancelled(row: Settlement) -> str | None:
    return f"{row.id}:{row.version}" if row.status == Status.CANCEL_REQUESTED else None


def _pick_label(row: Settlement) -> str:
    return f"{row.number} {row.title}"


def _evidence_words(row: Settlement) -> str:
    return EVIDENCE_TYPE.get(row.evidence_type, row.evidence_type)


def _number_column() -> Column:
    return Column(key="number", label="정산번호", sort=col(Settlement.number), href=_link, width=18)


def _status_column() -> Column:
    return Column(
        key="status", label="진행상태", kind="badge", words=WORDS.status, tones=WORDS.tone, sort=col(Settlement.status)
    )


def _company(*, office: bool) -> tuple[Column, ...]:
    return (Column(key="company_name", label="공급사", sort=col(Settlement.company_name)),) if office else ()


def _money_columns() -> tuple[Column, ...]:
    """금액 is the supply value, as on the manual's screens; the sum with VAT can be ticked on."""
    return (
        Column(key="currency", label="통화", sort=col(Settlement.currency), width=8),
        Column(key="supply_amount", label="금액", kind="won", sort=col(Settlement.supply_amount)),
        Column(key="total_amount", label="합계 (VAT 포함)", kind="won", sort=col(Settlement.total_amount), shown=False),
    )


def _evidence_columns() -> tuple[Column, ...]:
    return (
        Column(
            key="evidence_type",
            label="증빙유형",
            value=_evidence_words,
            sort=col(Settlement.evidence_type),
            width=20,
        ),
        Column(key="evidence_number", label="증빙번호", sort=col(Settlement.evidence_number), width=28),
    )


def _payment_columns() -> tuple[Column, ...]:
    """What is paid is what amended invoices leave of the total."""
    amount = col(Settlement.total_amount) + col(Settlement.amended_supply) + col(Settlement.amended_vat)
    return (
        Column(key="to_pay", label="지급금액", kind="won", value=_to_pay, sort=amount),
        Column(key="payment_due_on", label="지급예정일", kind="date", sort=col(Settlement.payment_due_on)),
        Column(key="paid_on", label="지급완료일", kind="date", sort=col(Settlement.paid_on)),
    )


def _more_filters(*, office: bool) -> tuple[Filter, ...]:
    company = Text(key="company", label="공급사", column=col(Settlement.company_name), more=True)
    return (
        Text(key="title", label="정산명", column=col(Settlement.title), more=True),
        Text(key="number", label="정산번호", column=col(Settlement.number), more=True),
        Text(key="order", label="발주번호", column=col(Settlement.order_number), more=True),
        *((company,) if office else ()),
    )


@cache
def _request_grid(*, office: bool) -> Grid:
    confirmed = col(Settlement.acknowledged_at).is_not(None)
    return Grid(
        name="settlement-requests",
        title="계산서발행요청확인",
        ident=col(Settlement.id),
        of=Settlement,
        reads=("version", "status"),
        default_sort="-number",
        default_size=10,
        pick=None if office else _pick_unconfirmed,
        pick_label=_pick_label,
        columns=(
            _number_column(),
            *_company(office=office),
            Column(key="buyer_name", label="구매담당자", sort=col(Settlement.buyer_name), width=20),
            Column(key="title", label="제목", sort=col(Settlement.title), width=36),
            Column(key="issue_request", label="발행요청일", sort=col(Settlement.issue_on), width=28, wrap=True),
            *_money_columns(),
            Column(key="due_at", label="남은 시간", kind="left", sort=col(Settlement.due_at), value=_time_to_confirm),
            Column(
                key="acknowledged_at", label="확인일시", kind="moment", sort=col(Settlement.acknowledged_at), width=18
            ),
            Column(key="acknowledged_by", label="확인담당자", sort=col(Settlement.acknowledged_by)),
        ),
        filters=(
            Segment(
                key="confirmed",
                label="확인여부",
                options=(
                    Option(value="no", label=UNCONFIRMED, where=~confirmed),
                    Option(value="yes", label=CONFIRMED, where=confirmed),
                    Option(value="all", label="전체"),
                ),
            ),
            *_more_filters(office=office),
        ),
        empty="확인할 계산서 발행요청이 없습니다.",
        empty_hint="발행요청을 받으면 이 화면에 나타나고 알림을 보내 드립니다.",
    )


@cache
def _cancellation_grid(*, office: bool) -> Grid:
    confirmed = col(Settlement.cancel_confirmed_at).is_not(None)
    return Grid(
        name="settlement-cancellations",
        title="계산서취소요청확인",
        ident=col(Settlement.id),
        of=Settlement,
        reads=("version", "status"),
        default_sort="-number",
        default_size=10,
        pick=None if office else _pick_uncancelled,
        pick_label=_pick_label,
        columns=(
            _number_column(),
            *_company(office=office),
            Column(key="buyer_name", label="구매담당자", sort=col(Settlement.buyer_name), width=20),
            Column(key="title", label="제목", sort=col(Settlement.title), width=36),
            *_money_columns(),
            *_evidence_columns(),
            Column(key="evidence_issued_on", label="증빙발행일", kind="date", sort=col(Settlement.evidence_issued_on)),
            Column(key="cancel_reason", label="취소사유", sort=col(Settlement.cancel_reason), width=32, wrap=True),
            Column(
                key="cancel_requested_at", label="요청일시", kind="moment", sort=col(Settlement.cancel_requested_at)
            ),
            Column(
                key="cancel_confirmed_at",
                label="확인일시",
                kind="moment",
                sort=col(Settlement.cancel_confirmed_at),
                width=18,
            ),
            Column(key="cancel_confirmed_by", label="확인담당자", sort=col(Settlement.cancel_confirmed_by)),
            Column(
                key="minus_evidence_number",
                label="마이너스 증빙번호",
                sort=col(Settlement.minus_evidence_number),
                width=28,
                shown=False,
            ),
            _status_column(),
        ),
        filters=(
            Segment(
                key="confirmed",
                label="확인여부",
                options=(
                    Option(value="no", label=UNCONFIRMED, where=~confirmed),
                    Option(value="yes", label=CONFIRMED, where=confirmed),
                    Option(value="all", label="전체"),
                ),
            ),
            DateRange(key="asked", label="요청일", column=col(Settlement.cancel_requested_at), instant=True, more=True),
            *_more_filters(office=office),
        ),
        empty="확인할 계산서 취소요청이 없습니다.",
        empty_hint="취소요청을 받으면 이 화면에 나타나고 알림을 보내 드립니다.",
    )


def _time_to_confirm(row: Settlement) -> Any:
    return row.due_at if row.status == Status.ISSUE_REQUESTED else None


@cache
def _completed_grid() -> Grid:
    return Grid(
        name="settlements",
        title="정산완료내역",
        ident=col(Settlement.id),
        of=Settlement,
        reads=("version", "status", *AMENDED),
        default_sort="-number",
        default_size=10,
        columns=(
            _number_column(),
            Column(key="evidence_issued_on", label="증빙발행일", kind="date", sort=col(Settlement.evidence_issued_on)),
            Column(key="officer_name", label="정산담당자", sort=col(Settlement.officer_name)),
            Column(key="title", label="정산명", sort=col(Settlement.title), width=36),
            *_money_columns(),
            *_evidence_columns(),
            *_payment_columns(),
            _status_column(),
        ),
        filters=(
            DateRange(key="issued", label="증빙발행일", column=col(Settlement.evidence_issued_on), default="1y"),
            *_more_filters(office=False),
        ),
        empty="정산이 완료된 내역이 없습니다.",
    )


def _statuses() -> Choice:
    options = [
        Option(value=status.value, label=WORDS.status[status], where=col(Settlement.status) == status.value)
        for status in Status
    ]
    return Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *options))


@cache
def _office_grid() -> Grid:
    return Grid(
        name="settlements-office",
        title="정산내역",
        ident=col(Settlement.id),
        of=Settlement,
        reads=("version", "status", *AMENDED),
        default_sort="-number",
        pick=_pick_uninvoiced,
        pick_label=_pick_label,
        columns=(
            _number_column(),
            _status_column(),
            Column(key="title", label="정산명", sort=col(Settlement.title), width=36),
            *_company(office=True),
            Column(key="order_number", label="발주번호", sort=col(Settlement.order_number), width=18),
            *_money_columns(),
            Column(key="due_at", label="남은 시간", kind="left", sort=col(Settlement.due_at)),
            Column(key="officer_name", label="정산담당자", sort=col(Settlement.officer_name)),
            Column(key="evidence_issued_on", label="증빙발행일", kind="date", sort=col(Settlement.evidence_issued_on)),
            *_evidence_columns(),
            *_payment_columns(),
        ),
        filters=(
            DateRange(key="made", label="작성일", column=col(Settlement.created_at), instant=True, default="1y"),
            _statuses(),
            turn_filter(Settlement),
            DateRange(key="issued", label="증빙발행일", column=col(Settlement.evidence_issued_on), more=True),
            DateRange(key="payable", label="지급예정일", column=col(Settlement.payment_due_on), more=True),
            Text(key="evidence", label="증빙번호", column=col(Settlement.evidence_number), more=True),
            *_more_filters(office=True),
        ),
        empty="정산이 없습니다.",
        empty_hint="검수완료된 품목을 골라 정산을 작성해 보세요.",
    )
