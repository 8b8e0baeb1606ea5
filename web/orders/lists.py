"""발주서목록 and 발주품목현황 (manual 6-1, 6-2), for the partner and, with every company, for the buyer."""

from functools import cache
from typing import Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.requests import Request
from starlette.responses import Response

from models.kernel.roles import Role
from models.members.queries import staff_named
from models.orders import queries
from models.orders.rules import Status
from models.orders.tables import OrderItem, PurchaseOrder
from models.orders.wording import FORM, WORDS
from models.processes.messages import Actor
from web.grid import Choice, Column, DateRange, Flag, Grid, Option, Text
from web.grid_sql import Scope
from web.lists import Lists
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/orders", tags=["발주"], include_in_schema=False)
LISTS = Lists(router)

TURN = {Role.PARTNER: "공급사", Role.BUYER: "구매담당자"}
SENT = (Status.CONFIRMATION_REQUESTED, Status.REFUSED, Status.CONFIRMED, Status.CANCELLED)


@LISTS.page("")
def order_list(session: Session, request: Request, actor: Actor) -> Response:
    """발주서목록."""
    grid = _order_grid(office=actor.company_id is None)
    return _answer(session, request, actor, grid, queries.listed)


@LISTS.page("/items")
def item_list(session: Session, request: Request, actor: Actor) -> Response:
    """발주품목현황: the items of completed orders."""
    grid = _item_grid(office=actor.company_id is None)
    return _answer(session, request, actor, grid, queries.ordered_items)


def _answer(session: Session, request: Request, actor: Actor, grid: Grid, scope: Scope) -> Response:
    view = grid.read(request)
    if view.download:
        return grid.download(session, view, scope, who=actor)
    found = grid.fetch(session, view, scope, who=actor)
    may_order = grid.name == "orders" and Role.BUYER in actor.every_role
    return page(request, "orders/list.html", grid=grid.present(view, found), may_order=may_order)


def _link(row: PurchaseOrder) -> str:
    return f"/orders/{row.id}"


def _company(office: bool) -> tuple[Column, ...]:
    named = Column(key="company_name", label="공급사", sort=col(PurchaseOrder.company_name))
    return (named,) if office else ()


def _company_filter(office: bool) -> tuple[Text, ...]:
    named = Text(key="company", label="공급사", column=col(PurchaseOrder.company_name), more=True)
    return (named,) if office else ()


def _buyer_filter(*, more: bool = False) -> Text:
    return Text(
        key="buyer",
        label="구매담당자",
        match=lambda typed: staff_named(col(PurchaseOrder.buyer_id), typed),
        placeholder="영문명 혹은 한글명을 입력하세요.",
        more=more,
    )


def _states(office: bool) -> Choice:
    shown = tuple(Status) if office else SENT
    options = [Option(value=s.value, label=WORDS.status[s], where=col(PurchaseOrder.status) == s.value) for s in shown]
    return Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *options))


@cache
def _order_grid(*, office: bool) -> Grid:
    order = PurchaseOrder
    return Grid(
        name="orders",
        title="발주서목록",
        ident=col(order.id),
        of=order,
        default_sort="-order_date",
        columns=(
            Column(key="number", label="발주번호", sort=col(order.number), href=_link, width=18),
            Column(
                key="revision",
                label="버전",
                sort=col(order.revision),
                value=lambda r: f"{r.revision}차",
                width=8,
            ),
            Column(key="form", label="작성유형", sort=col(order.form), value=lambda r: FORM[r.form], width=10),
            Column(
                key="status",
                label="진행상태",
                kind="badge",
                words=WORDS.status,
                tones=WORDS.tone,
                sort=col(order.status),
            ),
            Column(key="title", label="발주명", sort=col(order.title), width=36),
            *_company(office),
            Column(key="order_date", label="발주일자", kind="date", sort=col(order.order_date)),
            Column(key="turn", label="차례", value=lambda r: TURN.get(r.turn), sort=col(order.turn)),
            Column(key="due_at", label="남은 시간", kind="left", sort=col(order.due_at)),
            Column(key="buyer_name", label="구매담당자", sort=col(order.buyer_name), width=20),
            Column(key="currency", label="통화", sort=col(order.currency), width=8),
            Column(key="amount", label="발주금액", kind="won", sort=col(order.amount)),
            Column(key="note_to_partner", label="전달사항", sort=col(order.note_to_partner), width=30),
        ),
        filters=(
            DateRange(key="day", label="발주일자", column=col(order.order_date), default="1y"),
            Text(key="title", label="발주명", column=col(order.title), placeholder="발주명을 입력하세요."),
            _buyer_filter(),
            turn_filter(PurchaseOrder),
            Flag(
                key="cancelled",
                label="발주취소 포함",
                unticked=col(order.status) != Status.CANCELLED.value,
            ),
            _states(office),
            Text(key="number", label="발주번호", column=col(order.number), more=True),
            *_company_filter(office),
        ),
    )


@cache
def _item_grid(*, office: bool) -> Grid:
    item, order = OrderItem, PurchaseOrder
    return Grid(
        name="order-items",
        title="발주품목현황",
        ident=col(item.id),
        default_sort="-order_date",
        columns=_item_columns(office=office),
        filters=(
            DateRange(key="day", label="발주일자", column=col(order.order_date), default="1y"),
            Text(key="number", label="발주번호", column=col(order.number)),
            Text(key="name", label="품목명", column=col(item.name)),
            Text(key="request", label="의뢰번호", column=col(item.request_number), more=True),
            Text(key="category", label="세분류", column=col(item.category), more=True),
            Text(key="spec", label="세부스펙", column=col(item.spec), more=True),
            Text(key="title", label="발주명", column=col(order.title), more=True),
            _buyer_filter(more=True),
            *_company_filter(office),
        ),
        empty="완료된 발주의 품목이 없습니다.",
    )


def _item_columns(*, office: bool) -> tuple[Column, ...]:
    item, order = OrderItem, PurchaseOrder
    company = Column(key="company", label="공급사", value=lambda r: r[1].company_name, sort=col(order.company_name))
    return (
        _of_item("request_number", "의뢰번호", width=18),
        Column(
            key="number",
            label="발주번호",
            value=lambda r: r[1].number,
            href=lambda r: _link(r[1]),
            sort=col(order.number),
            width=18,
        ),
        Column(
            key="order_date",
            label="발주일자",
            kind="date",
            value=lambda r: r[1].order_date,
            sort=col(order.order_date),
        ),
        *((company,) if office else ()),
        Column(key="buyer", label="구매담당자", value=lambda r: r[1].buyer_name, sort=col(order.buyer_name)),
        _of_item("category", "세분류"),
        _of_item("name", "품목명", width=30),
        _of_item("spec", "세부스펙", width=36),
        _of_item("quantity", "수량", kind="number"),
        _of_item("unit", "단위", width=8),
        Column(key="currency", label="통화", value=lambda r: r[1].currency, sort=col(order.currency), width=8),
        _of_item("unit_price", "단가", kind="won"),
        _of_item("amount", "금액", kind="won"),
        Column(
            key="requested_on",
            label="납품요청일",
            kind="date",
            value=lambda r: r[0].requested_on,
            sort=col(item.requested_on),
        ),
        _of_item("requested_place", "납품요청위치"),
    )


def _of_item(name: str, label: str, **more: Any) -> Column:
    """A plain column of the item."""
    sort = col(getattr(OrderItem, name))
    return Column(key=name, label=label, value=lambda r: getattr(r[0], name), sort=sort, **more)
