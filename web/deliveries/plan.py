"""납품일정계획 (manual 7-1): rounds beneath their order items, saved together, sent and taken back by the row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter
from sqlalchemy import func
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.deliveries import queries, writes
from models.deliveries.kind import DELIVERY
from models.deliveries.messages import Plan
from models.deliveries.rules import Status
from models.deliveries.tables import DeliveryRound
from models.deliveries.wording import PROGRESS, PROGRESS_TONE
from models.kernel.calendar import local_date
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.kernel.roles import Role
from models.masters.queries import place_names
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.messages import Actor
from web import forms, sheets
from web.auth.audience import require
from web.bulk import ROWS_MAX, run_bulk
from web.deliveries.batches import results
from web.deliveries.pages import serial_words
from web.documents.routes import completed, request_id_of
from web.errors import sentence
from web.forms import Parsed
from web.grid import Column, DateRange, Found, Grid, Option, Segment, Text, View
from web.once import once
from web.render import page

router = APIRouter(prefix="/deliveries", tags=["납품"], include_in_schema=False)

Partner = Annotated[Actor, require(Role.PARTNER)]
Planner = Annotated[Actor, require(Role.PARTNER, Role.BUYER)]
PATH = "/deliveries"
UNPROCESSABLE = 422
ACTS = frozenset({"request", "withdraw", "remove", "confirm", "return"})
CHUNK = 5000


@dataclass(frozen=True)
class Line:
    """One round on the page; `prefix` names its inputs, empty where nothing can be changed."""

    found: DeliveryRound | None
    prefix: str
    serials: str


@dataclass(frozen=True)
class Group:
    """One order item with its rounds."""

    item: OrderItem
    order: PurchaseOrder
    amounts: queries.Amounts
    lines: Sequence[Line]


def _newest_first() -> Any:
    """Orders downward, their items as they stand in the order."""
    return func.concat(col(PurchaseOrder.number), func.to_char(9999 - col(OrderItem.position), "FM0000"))


@cache
def _grid() -> Grid:
    item, order = OrderItem, PurchaseOrder
    delivered = queries.is_delivered()
    return Grid(
        name="plan",
        title="납품일정계획",
        ident=col(item.id),
        default_sort="-number",
        default_size=5,
        columns=(Column(key="number", label="발주번호", sort=_newest_first(), value=lambda r: r[1].number),),
        filters=(
            Segment(
                key="progress",
                label="납품진행상태",
                default="open",
                options=(
                    Option(value="all", label="전체"),
                    Option(value="open", label="납품미완료", where=~delivered),
                    Option(value="done", label="납품완료", where=delivered),
                ),
            ),
            Text(key="order", label="발주번호", column=col(order.number)),
            Text(key="name", label="품목명", column=col(item.name)),
            Text(key="request", label="의뢰번호", column=col(item.request_number), more=True),
            DateRange(key="asked", label="납품요청일", column=col(item.requested_on), more=True),
            DateRange(key="day", label="발주일자", column=col(order.order_date), more=True),
            Text(key="place", label="납품요청위치", column=col(item.requested_place), more=True),
        ),
        empty="납품 일정을 계획할 품목이 없습니다.",
        empty_hint="발주서를 확인하면 그 품목이 여기에 나타납니다.",
    )


def plan_page(
    request: Request,
    actor: Actor,
    form: Parsed[Any] | None = None,
    *,
    status: int = 200,
    add: int | None = None,
    refused: str = "",
) -> Response:
    """The page, with what was typed when it could not be saved, and one more empty line where one was asked for."""
    grid, view = _grid(), _view(request)
    with database.reading(actor) as session:
        if view.download:
            return _download(session, actor, grid, view)
        found = grid.fetch(session, view, queries.planned_items, who=actor)
        groups, shown = _groups(session, actor, found, form, add)
        places = place_names(session)
        answer = results(session, actor, request)
    return page(
        request,
        "deliveries/plan.html",
        status=status,
        grid=grid.present(view, found),
        groups=groups,
        form=shown,
        query=request.url.query,
        places=places,
        words=DELIVERY.words,
        progress=PROGRESS,
        progress_tone=PROGRESS_TONE,
        answer=answer,
        refused=refused,
        may_plan=Role.PARTNER in actor.every_role,
        nav=PATH,
    )


def _view(request: Request) -> View:
    """The view of the address; forms carry it on, so that a refused one shows the same items."""
    query: dict[str, list[str]] = {}
    for name, value in request.query_params.multi_items():
        query.setdefault(name, []).append(value)
    return _grid().view(PATH, query, clock.now())


def _groups(
    session: Session, actor: Actor, found: Found, form: Parsed[Any] | None, add: int | None
) -> tuple[list[Group], Parsed[Any]]:
    items = [item for item, _ in found.rows]
    ids = [item.id or 0 for item in items]
    rounds = queries.rounds_of(session, ids)
    amounts = queries.amounts(session, items)
    counts = queries.serial_counts(session, [row.id or 0 for rows in rounds.values() for row in rows])
    lines = _Lines(form or forms.blank(), place_names(session))
    groups = []
    for item, order in found.rows:
        own = amounts[item.id or 0]
        kept = [
            Line(row, lines.of(row) if actor.company_id else "", serial_words(row, counts.get(row.id or 0, 0)))
            for row in rounds.get(item.id or 0, ())
        ]
        fresh = [Line(None, prefix, "") for prefix in lines.fresh_of(item)]
        if add == item.id:
            fresh.append(Line(None, lines.added(item, own.to_plan), ""))
        groups.append(Group(item, order, own, [*kept, *fresh]))
    return groups, lines.form()


class _Lines:
    """The inputs of the page by row: as typed where there was a form, else as the database has them."""

    def __init__(self, form: Parsed[Any], places: Sequence[str]) -> None:
        self.given = form
        self.places = places
        self.values = dict(form.values)
        self.next = len(form.rows("rows"))

    def of(self, row: DeliveryRound) -> str:
        """The prefix of a round's inputs; empty when it cannot be changed now."""
        if row.status != Status.PLANNED:
            return ""
        for prefix in self.given.rows("rows"):
            if self.given.shown(f"{prefix}-round_id") == str(row.id):
                # Who saves again after reading what the other one saved means it.
                self.values[f"{prefix}-edit_version"] = [str(row.edit_version)]
                return prefix
        return self._put(
            {
                "item_id": row.order_item_id,
                "round_id": row.id,
                "edit_version": row.edit_version,
                "planned_on": row.planned_on,
                "place": row.place,
                "quantity": row.quantity,
            }
        )

    def fresh_of(self, item: OrderItem) -> list[str]:
        """Prefixes of lines that were added for an item and are not saved yet."""
        return [
            prefix
            for prefix in self.given.rows("rows")
            if self.given.shown(f"{prefix}-item_id") == str(item.id) and not self.given.shown(f"{prefix}-round_id")
        ]

    def added(self, item: OrderItem, quantity: int) -> str:
        """A new line for what is not planned yet, on the day and at the place asked for."""
        return self._put(
            {
                "item_id": item.id,
                "planned_on": item.requested_on or local_date(clock.now()),
                "place": item.requested_place if item.requested_place in self.places else self.places[0],
                "quantity": quantity or "",
            }
        )

    def form(self) -> Parsed[Any]:
        return replace(self.given, values=self.values)

    def _put(self, facts: Mapping[str, Any]) -> str:
        prefix = f"rows-{self.next}"
        self.next += 1
        self.values |= {f"{prefix}-{name}": [str(value)] for name, value in facts.items()}
        return prefix


@router.post("/plan")
async def save(request: Request, actor: Partner) -> Response:
    """「저장」 all lines of the page; 「+」 only shows one more."""
    data = await request.form(max_fields=5000)
    return await run_in_threadpool(_saved_page, request, actor, data)


def _saved_page(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(Plan, data)
    add = str(data.get("add", ""))
    if add:
        kept = Parsed[Any](values=parsed.values)
        return plan_page(request, actor, kept, add=int(add) if add.isdecimal() else None)
    refused = _save(request, actor, parsed)
    return refused if refused is not None else RedirectResponse(_back(request, saved="1"), 303)


def _save(request: Request, actor: Actor, parsed: Parsed[Plan]) -> Response | None:
    """None once saved; otherwise the page with what keeps it from being saved."""
    if parsed.value is None:
        return plan_page(request, actor, parsed, status=UNPROCESSABLE)
    try:
        with database.writing(actor) as session:
            plan = parsed.value
            once(session, actor, DELIVERY.key, parsed, lambda: _written(session, actor, plan))
    except NotFound:
        raise
    except Refusal as refusal:
        words = sentence(refusal)
        return plan_page(request, actor, parsed.refused(refusal, words), status=refusal.status, refused=words)
    return None


def _written(session: Session, actor: Actor, plan: Plan) -> None:
    writes.save(session, actor, plan, clock.now())


@router.post("/plan/{act}")
async def act_on_rounds(request: Request, actor: Planner, act: str) -> Response:
    """「확정요청」 and the like: a row's own button, or all ticked rows; lines on the page are saved first."""
    if act not in ACTS:
        raise NotFound
    data = await request.form(max_fields=5000)
    batch = request_id_of(str(data.get("request_id", "")))
    only = str(data.get("only", ""))
    picks = [only] if only else [str(pick) for pick in data.getlist("selected")]
    if not picks or len(picks) > ROWS_MAX:
        raise FieldErrors({"selected": f"납품 일정을 1건에서 {ROWS_MAX}건까지 선택해 주세요."})
    if actor.company_id is not None:
        refused = await run_in_threadpool(_save_first, request, actor, data)
        if refused is not None:
            return refused
    payload = forms.parse(DELIVERY.payload(act), data)
    if payload.value is None:
        raise FieldErrors({name: errors[0] for name, errors in payload.errors.items()})
    kept = completed(request, DELIVERY.rules, act, payload.value)
    await run_bulk(request.app.state.temporal, actor, DELIVERY, act, picks, kept, batch)
    return RedirectResponse(_back(request, batch=str(batch)), 303)


def _save_first(request: Request, actor: Actor, data: FormData) -> Response | None:
    parsed = forms.parse(Plan, data)
    if not parsed.rows("rows"):
        return None
    return _save(request, actor, parsed)


@router.post("/returning")
async def returning(request: Request, actor: Annotated[Actor, require(Role.BUYER)]) -> Response:
    """「반려」 of ticked rounds asks for the reason first."""
    data = await request.form(max_fields=5000)
    picks = [str(pick) for pick in data.getlist("selected")]
    return await run_in_threadpool(_reason_page, request, actor, picks)


def _reason_page(request: Request, actor: Actor, picks: Sequence[str]) -> Response:
    ids = [int(pick.partition(":")[0]) for pick in picks if pick.partition(":")[0].isdecimal()]
    with database.reading(actor) as session:
        rows = queries.visible_to(actor).where(col(DeliveryRound.id).in_(ids[:ROWS_MAX]))
        found = session.execute(rows.order_by(col(DeliveryRound.id))).scalars().all()
    if not found:
        raise FieldErrors({"selected": "반려할 납품 일정을 먼저 선택해 주세요."})
    return page(request, "deliveries/return.html", rounds=found, picks=picks, form=forms.blank(), nav=PATH)


def _back(request: Request, **more: str) -> str:
    """The list as it was, with what became of the press."""
    pairs = [(n, v) for n, v in request.query_params.multi_items() if n not in {"batch", "saved"}]
    return f"{PATH}?{urlencode([*pairs, *more.items()])}"


def _download(session: Session, actor: Actor, grid: Grid, view: View) -> Response:
    """Every round of every item the filters leave, items without a round as one row."""
    everything = replace(view, page=1, size=sheets.ROWS_MAX)
    pairs = list(grid.fetch(session, everything, queries.planned_items, who=actor).rows)
    rows: list[tuple[Any, ...]] = []
    for start in range(0, len(pairs), CHUNK):
        rows += _sheet_rows(session, pairs[start : start + CHUNK])
    return sheets.attachment(sheets.workbook(grid.title, _COLUMNS, rows), grid.title, view.now)


def _sheet_rows(session: Session, pairs: Sequence[Any]) -> list[tuple[Any, ...]]:
    items = [item for item, _ in pairs]
    rounds = queries.rounds_of(session, [item.id or 0 for item in items])
    amounts = queries.amounts(session, items)
    counts = queries.serial_counts(session, [r.id or 0 for found in rounds.values() for r in found])
    return [
        (item, order, amounts[item.id], row, counts.get(row.id or 0, 0) if row else 0)
        for item, order in pairs
        for row in (rounds.get(item.id) or (None,))
    ]


def _round_value(name: str) -> Any:
    return lambda r: getattr(r[3], name) if r[3] else None


_COLUMNS = (
    sheets.SheetColumn("발주번호", lambda r: r[1].number, width=18),
    sheets.SheetColumn("의뢰번호", lambda r: r[0].request_number, width=18),
    sheets.SheetColumn("의뢰품목ID", lambda r: r[0].request_item_id),
    sheets.SheetColumn("세분류", lambda r: r[0].category),
    sheets.SheetColumn("품목명", lambda r: r[0].name, width=30),
    sheets.SheetColumn("세부스펙", lambda r: r[0].spec, width=36),
    sheets.SheetColumn("납품요청위치", lambda r: r[0].requested_place),
    sheets.SheetColumn("납품요청일", lambda r: r[0].requested_on, "date"),
    sheets.SheetColumn("발주량", lambda r: r[0].quantity, "number"),
    sheets.SheetColumn("단위", lambda r: r[0].unit, width=8),
    sheets.SheetColumn("납품진행상태", lambda r: PROGRESS[r[2].progress]),
    sheets.SheetColumn("차수", lambda r: f"{r[3].round_no}차" if r[3] else None, width=8),
    sheets.SheetColumn("납품예정일", _round_value("planned_on"), "date"),
    sheets.SheetColumn("S/N", lambda r: serial_words(r[3], r[4]) if r[3] else None),
    sheets.SheetColumn("납품위치", _round_value("place")),
    sheets.SheetColumn("납품 예정량", _round_value("quantity"), "number"),
    sheets.SheetColumn("입고량", _round_value("received_quantity"), "number"),
    sheets.SheetColumn("계획진행상태", lambda r: DELIVERY.words.status[r[3].status] if r[3] else None),
)
