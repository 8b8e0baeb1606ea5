"""정정 · 수기: lines somebody types, settled in a month to come."""

from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.credits import queries, writes
from models.credits.messages import AdjustmentForm
from models.credits.rules import Adjustment
from models.credits.tables import CreditAdjustment, CreditBusiness, CreditMedium
from models.credits.wording import ADJUSTMENT
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.processes.messages import Actor
from web import forms
from web.credits import office, words
from web.credits.masters import ACTS, make_once
from web.credits.office import SEE_OTHER, UNPROCESSABLE, Looker, Officer, settles
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, Grid, Option, Segment, Text
from web.histories import entries
from web.render import page

BASE = "/credit-adjustments"
router = APIRouter(prefix=BASE, include_in_schema=False)
STATE = {"on": "유효", "off": "취소"}
STATE_TONES = {"on": "done", "off": "mute"}
LABELS = {"month": "반영월", "item": "품목", "supply": "공급가액", "reason": "사유", "cancelled": "취소"}

GRID = Grid(
    name="credit-adjustments",
    title="정정 · 수기",
    ident=col(CreditAdjustment.id),
    default_sort="-created_at",
    columns=(
        Column(
            key="item",
            label="품목",
            sort=col(CreditAdjustment.item),
            value=lambda r: r[0].item,
            href=lambda r: f"{BASE}/{r[0].id}",
            width=28,
        ),
        Column(key="kind", label="구분", value=lambda r: ADJUSTMENT[r[0].kind], sort=col(CreditAdjustment.kind)),
        Column(key="month", label="반영월", sort=col(CreditAdjustment.month), value=lambda r: words.month(r[0].month)),
        Column(key="origin", label="정정할 월", value=lambda r: words.month(r[0].origin_month)),
        Column(
            key="medium",
            label="매체명",
            sort=col(CreditMedium.name),
            value=lambda r: r[1].name,
            sub=lambda r: r[1].code,
            width=22,
        ),
        Column(key="business", label="사업", value=lambda r: r[2].name),
        Column(key="supply", label="공급가액", kind="won", sort=col(CreditAdjustment.supply),
               value=lambda r: r[0].supply),
        Column(
            key="state",
            label="상태",
            kind="badge",
            words=STATE,
            tones=STATE_TONES,
            value=lambda r: "off" if r[0].cancelled_at else "on",
        ),
        Column(key="reason", label="사유", value=lambda r: r[0].reason, width=30, wrap=True),
        Column(key="author", label="등록자", value=lambda r: r[0].created_name),
        Column(
            key="created_at",
            label="등록일시",
            kind="moment",
            sort=col(CreditAdjustment.created_at),
            value=lambda r: r[0].created_at,
        ),
    ),
    filters=(
        Segment(
            key="state",
            label="상태",
            default="on",
            options=(
                Option(value="on", label="유효", where=col(CreditAdjustment.cancelled_at).is_(None)),
                Option(value="off", label="취소", where=col(CreditAdjustment.cancelled_at).is_not(None)),
                Option(value="all", label="전체"),
            ),
        ),
        Choice(
            key="kind",
            label="구분",
            options=(
                Option(value="all", label="전체"),
                *(
                    Option(value=kind.value, label=ADJUSTMENT[kind], where=col(CreditAdjustment.kind) == kind.value)
                    for kind in Adjustment
                ),
            ),
        ),
        Text(key="medium", label="매체명", column=col(CreditMedium.name)),
        Text(key="item", label="품목", column=col(CreditAdjustment.item), more=True),
    ),
    empty="등록된 정정이나 수기 금액이 없습니다.",
    empty_hint="이미 발행한 달의 잘못은 다음 달 정산에 정정으로 넣습니다.",
)  # fmt: skip


@router.get("")
def listed(request: Request, actor: Looker) -> Response:
    """정정 · 수기."""
    return office.listed(
        request, actor, GRID, queries.adjustments(), "credits/adjustments.html", may_write=settles(actor)
    )


@router.get("/new")
def new(request: Request, actor: Officer) -> Response:
    """「등록」; a report's page brings its month and medium along."""
    asked = {key: value for key, value in request.query_params.items() if key in AdjustmentForm.model_fields}
    with database.reading(actor) as session:
        month = queries.next_month_to_settle(session, local_date(clock.now()))
        return _ask(request, session, forms.blank({"month": words.typed_month(month), **asked}))


@router.post("")
async def create(request: Request, actor: Officer) -> Response:
    """「저장」."""
    return await run_in_threadpool(_created, request, actor, await request.form())


def _created(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(AdjustmentForm, data)
    try:
        if parsed.value is not None:
            asked = parsed.value
            with database.writing(actor) as session:
                made = make_once(
                    session,
                    actor,
                    "adjustment",
                    parsed,
                    lambda: writes.add_adjustment(session, actor, asked, clock.now()),
                )
            return RedirectResponse(f"{BASE}/{made}?saved=1", SEE_OTHER)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = words.refused(parsed, refusal)
    with database.reading(actor) as session:
        return _ask(request, session, parsed, status=UNPROCESSABLE)


def _ask(request: Request, session: Session, form: Parsed[Any], status: int = 200) -> Response:
    return page(
        request,
        "credits/adjustment_new.html",
        status=status,
        form=form,
        media=queries.medium_choices(session),
        businesses=[(one.id, one.name) for one in queries.businesses(session)],
        nav=BASE,
    )


@router.get("/{row_id:int}")
def show(request: Request, actor: Looker, row_id: int) -> Response:
    """One line and what was done with it."""
    return _page(request, actor, row_id)


def _page(request: Request, actor: Actor, row_id: int, refused: str = "", status: int = 200) -> Response:
    with database.reading(actor) as session:
        row = queries.one(session, CreditAdjustment, row_id)
        medium = queries.one(session, CreditMedium, row.medium_id)
        business = queries.one(session, CreditBusiness, row.business_id)
        closed = _why_closed(session, row)
        history = entries(session, "credit_adjustment", row_id, ACTS, LABELS, _shown)
    return page(
        request,
        "credits/adjustment.html",
        status=status,
        row=row,
        medium=medium,
        business=business,
        closed=closed,
        history=history,
        kind=ADJUSTMENT[row.kind],
        month=words.month(row.month),
        origin=words.month(row.origin_month),
        state=("off" if row.cancelled_at else "on"),
        state_words=STATE,
        state_tones=STATE_TONES,
        may_write=settles(actor),
        saved="saved" in request.query_params,
        refused=refused,
        nav=BASE,
    )


def _why_closed(session: Session, row: CreditAdjustment) -> str:
    """Why it can no longer be cancelled; empty where it can."""
    try:
        writes.must_be_unsettled(session, row.medium_id, row.month)
    except Refusal as refusal:
        return sentence(refusal)
    return ""


def _shown(name: str, value: Any) -> str:
    if name == "supply":
        return f"{value:,}원"
    return words.yes(value) if isinstance(value, bool) else str(value)


@router.post("/{row_id:int}/cancellation")
async def cancel(request: Request, actor: Officer, row_id: int) -> Response:
    """「취소」."""
    return await run_in_threadpool(_cancelled, request, actor, row_id)


def _cancelled(request: Request, actor: Actor, row_id: int) -> Response:
    def refused(refusal: Refusal) -> Response:
        return _page(request, actor, row_id, refused=sentence(refusal), status=refusal.status)

    def decide(session: Session) -> object:
        return writes.cancel_adjustment(session, actor, row_id, clock.now())

    return office.decided(actor, decide, refused, f"{BASE}/{row_id}?saved=1")
