"""검수대기, 검수완료현황 (manual 8-1) and what was cancelled, for the partner and, of all companies, the buyer."""

from collections.abc import Sequence
from functools import cache, partial

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models.inspections import queries
from models.inspections.rules import Status
from models.inspections.tables import Inspection
from models.inspections.wording import SETTLED, UNSETTLED, WORDS
from models.kernel.calendar import local_date
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.grid import Column, DateRange, Grid, Option, Segment, Text
from web.grid_filters import Filter
from web.lists import Lists
from web.render import page

router = APIRouter(prefix="/inspections", tags=["검수"], include_in_schema=False)
LISTS = Lists(router)

WAITING_COUNT_MAX = 1000
SCOPES = {status: partial(queries.in_status, status=status) for status in Status}
SETTLED_WORDS = {False: UNSETTLED, True: SETTLED}
SETTLED_TONES = {False: "wait", True: "done"}
Bulk = Sequence[tuple[str, str, str]]


@LISTS.page("")
def accepted_list(session: Session, request: Request, actor: Actor) -> Response:
    """검수완료현황; the settlement officer ticks what to settle."""
    officer = Role.SETTLEMENT in actor.every_role
    bulk = [("정산 작성", "/settlements/new", "primary")] if officer else []
    return _answer(session, request, actor, Status.ACCEPTED, _accepted_grid(_office(actor), picking=officer), bulk)


@LISTS.page("/waiting")
def waiting_list(session: Session, request: Request, actor: Actor) -> Response:
    """검수대기; the inspector ticks what to accept."""
    inspector = Role.INSPECTOR in actor.every_role
    bulk = [(WORDS.act["accept"], "/inspections/bulk/accept", "primary")] if inspector else []
    return _answer(session, request, actor, Status.WAITING, _waiting_grid(_office(actor), picking=inspector), bulk)


@LISTS.page("/cancelled")
def cancelled_list(session: Session, request: Request, actor: Actor) -> Response:
    """검수취소: what was given back."""
    return _answer(session, request, actor, Status.CANCELLED, _cancelled_grid(_office(actor)), [])


def _office(actor: Actor) -> bool:
    return actor.company_id is None


def _answer(session: Session, request: Request, actor: Actor, status: Status, grid: Grid, bulk: Bulk) -> Response:
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, SCOPES[status], who=actor)
    found = grid.fetch(session, view, SCOPES[status], who=actor)
    waiting = queries.waiting_count(session, actor, WAITING_COUNT_MAX)
    return page(
        request,
        "inspections/list.html",
        nav="/inspections",
        grid=grid.present(view, found),
        bulk=bulk,
        tab=status.value,
        waiting=waiting,
    )


def _link(row: Inspection) -> str:
    return f"/inspections/{row.id}"


def _pick(row: Inspection) -> str:
    return f"{row.id}:{row.version}"


def _pick_unsettled(row: Inspection) -> str | None:
    return None if row.settled else _pick(row)


def _pick_label(row: Inspection) -> str:
    return f"{row.order_number} {row.item_name}"


def _company(*, office: bool) -> tuple[Column, ...]:
    return (Column(key="company_name", label="공급사", sort=col(Inspection.company_name)),) if office else ()


def _item_columns(*, office: bool) -> tuple[Column, ...]:
    """What was ordered, in the manual's order."""
    return (
        Column(key="request_number", label="의뢰번호", sort=col(Inspection.request_number)),
        Column(key="order_number", label="발주번호", sort=col(Inspection.order_number), width=18),
        *_company(office=office),
        Column(key="category", label="세분류", sort=col(Inspection.category)),
        Column(key="item_name", label="품목명", sort=col(Inspection.item_name), href=_link, width=30),
        Column(key="spec", label="세부스펙", sort=col(Inspection.spec), width=30, wrap=True),
        Column(key="unit", label="단위", sort=col(Inspection.unit), width=8),
    )


def _amount_columns() -> tuple[Column, ...]:
    return (
        Column(key="quantity", label="검수량", kind="number", sort=col(Inspection.quantity)),
        Column(key="unit_price", label="단가", kind="won", sort=col(Inspection.unit_price)),
        Column(key="amount", label="금액", kind="won", sort=col(Inspection.amount)),
    )


def _delivery_columns() -> tuple[Column, ...]:
    return (
        Column(key="requested_on", label="납품요청일", kind="date", sort=col(Inspection.requested_on)),
        Column(key="received_on", label="납품일", kind="date", sort=col(Inspection.received_on)),
        Column(key="place", label="납품위치", sort=col(Inspection.place)),
    )


def _more_filters(*, office: bool) -> tuple[Filter, ...]:
    company = Text(key="company", label="공급사", column=col(Inspection.company_name), more=True)
    return (
        Text(key="item", label="품목명", column=col(Inspection.item_name), more=True),
        Text(key="order", label="발주번호", column=col(Inspection.order_number), more=True),
        Text(key="request", label="의뢰번호", column=col(Inspection.request_number), more=True),
        *((company,) if office else ()),
    )


@cache
def _accepted_grid(office: bool, *, picking: bool) -> Grid:
    return Grid(
        name="inspections",
        title="검수완료현황",
        ident=col(Inspection.id),
        of=Inspection,
        reads=("version", "settled"),
        default_sort="-inspected_at",
        pick=_pick_unsettled if picking else None,
        pick_label=_pick_label,
        columns=(
            Column(
                key="inspected_at",
                label="검수완료일",
                kind="date",
                sort=col(Inspection.inspected_at),
                sheet=lambda row: row.inspected_at and local_date(row.inspected_at),
            ),
            Column(key="inspector_name", label="검수담당자", sort=col(Inspection.inspector_name)),
            *_item_columns(office=office),
            *_amount_columns(),
            *_delivery_columns(),
            Column(
                key="settled",
                label="정산구분",
                kind="badge",
                words=SETTLED_WORDS,
                tones=SETTLED_TONES,
                sort=col(Inspection.settled),
            ),
        ),
        filters=(
            DateRange(key="done", label="검수완료일", column=col(Inspection.inspected_at), instant=True, default="1y"),
            Segment(
                key="settled",
                label="정산구분",
                options=(
                    Option(value="no", label=UNSETTLED, where=col(Inspection.settled).is_(False)),
                    Option(value="yes", label=SETTLED, where=col(Inspection.settled).is_(True)),
                    Option(value="all", label="전체"),
                ),
            ),
            *_more_filters(office=office),
            Text(key="inspector", label="검수담당자", column=col(Inspection.inspector_name), more=True),
        ),
        empty="검수가 완료된 품목이 없습니다.",
    )


@cache
def _waiting_grid(office: bool, *, picking: bool) -> Grid:
    return Grid(
        name="inspections-waiting",
        title="검수대기",
        ident=col(Inspection.id),
        of=Inspection,
        reads=("version", "settled"),
        default_sort="due_at",
        pick=_pick if picking else None,
        pick_label=_pick_label,
        columns=(
            Column(key="due_at", label="남은 시간", kind="left", sort=col(Inspection.due_at)),
            *_item_columns(office=office),
            *_amount_columns(),
            *_delivery_columns(),
        ),
        filters=(
            DateRange(key="received", label="납품일", column=col(Inspection.received_on)),
            *_more_filters(office=office),
        ),
        empty="검수를 기다리는 품목이 없습니다.",
        empty_hint="입고되면 이 화면에 나타납니다.",
    )


@cache
def _cancelled_grid(office: bool) -> Grid:
    return Grid(
        name="inspections-cancelled",
        title="검수취소",
        ident=col(Inspection.id),
        of=Inspection,
        reads=("version", "settled"),
        default_sort="-status_since",
        columns=(
            Column(
                key="status_since",
                label="검수취소일",
                kind="date",
                sort=col(Inspection.status_since),
                sheet=lambda row: local_date(row.status_since),
            ),
            Column(key="inspector_name", label="검수담당자", sort=col(Inspection.inspector_name)),
            *_item_columns(office=office),
            *_amount_columns(),
            *_delivery_columns(),
        ),
        filters=(
            DateRange(
                key="cancelled", label="검수취소일", column=col(Inspection.status_since), instant=True, default="1y"
            ),
            *_more_filters(office=office),
        ),
        empty="취소된 검수가 없습니다.",
    )
