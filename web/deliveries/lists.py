"""/deliveries: the partner's plan (manual 7-1), and for the staff every round that waits for 확정 or 입고."""

from functools import cache
from typing import Any

from fastapi import APIRouter
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.deliveries import queries
from models.deliveries.rules import Status
from models.deliveries.tables import DeliveryRound
from models.deliveries.wording import WORDS
from models.inbox import waiting
from models.kernel.roles import Role
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.messages import Actor
from web.auth.audience import CurrentActor
from web.deliveries.batches import results
from web.deliveries.plan import plan_page
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.render import page

router = APIRouter(prefix="/deliveries", tags=["납품"], include_in_schema=False)

TURN = {Role.PARTNER: "공급사", Role.BUYER: "구매담당자", Role.RECEIVER: "입고담당자"}


@router.get("")
def deliveries(request: Request, actor: CurrentActor) -> Response:
    """납품일정계획 for partners, 납품일정 for the staff."""
    return plan_page(request, actor) if actor.company_id is not None else _rounds_page(request, actor)


def _rounds_page(request: Request, actor: Actor) -> Response:
    grid = _round_grid(_first_state(actor))
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, queries.rounds_with_items, who=actor)
        found = grid.fetch(session, view, queries.rounds_with_items, who=actor)
        answer = results(session, actor, request)
    acts = [act for act in ("confirm", "return") if Role.BUYER in actor.every_role]
    receiving = Role.RECEIVER in actor.every_role
    return page(
        request,
        "deliveries/rounds.html",
        grid=grid.present(view, found),
        bulk=[(WORDS.act[act], _target(act), "primary" if act == "confirm" else "danger") for act in acts],
        answer=answer,
        receiving=receiving,
    )


def _target(act: str) -> str:
    return "/deliveries/returning" if act == "return" else f"/deliveries/plan/{act}"


def _first_state(actor: Actor) -> str:
    """Buyers come to confirm, receivers to receive."""
    if Role.BUYER in actor.every_role:
        return Status.REQUESTED.value
    return Status.CONFIRMED.value if Role.RECEIVER in actor.every_role else "all"


def _pick(row: Any) -> str | None:
    return f"{row[0].id}:{row[0].version}" if row[0].status == Status.REQUESTED else None


def _of_round(key: str, label: str, **more: Any) -> Column:
    sort = col(getattr(DeliveryRound, key))
    return Column(key=key, label=label, value=lambda r: getattr(r[0], key), sort=sort, **more)


def _of_item(key: str, label: str, **more: Any) -> Column:
    sort = col(getattr(OrderItem, key))
    return Column(key=key, label=label, value=lambda r: getattr(r[1], key), sort=sort, **more)


@cache
def _round_grid(first: str) -> Grid:
    states = (Status.REQUESTED, Status.CONFIRMED, Status.PLANNED, Status.RECEIVED)
    labels = {Status.CONFIRMED: "입고 대상"}
    options = [
        Option(
            value=s.value,
            label=labels.get(s, WORDS.status[s]),
            where=col(DeliveryRound.status) == s.value,
        )
        for s in states
    ]
    return Grid(
        name="rounds",
        title="납품일정",
        ident=col(DeliveryRound.id),
        default_sort="planned_on",
        columns=_round_columns(),
        filters=(
            Segment(
                key="status",
                label="계획진행상태",
                options=(*options, Option(value="all", label="전체")),
                default=first,
            ),
            DateRange(key="day", label="납품예정일", column=col(DeliveryRound.planned_on)),
            Choice(
                key="turn",
                label="차례",
                more=True,
                options=(
                    Option(value="all", label="전체"),
                    Option(value="mine", label="내 차례", where=lambda actor: waiting(actor, DeliveryRound)),
                ),
            ),
            Text(key="order", label="발주번호", column=col(DeliveryRound.order_number)),
            Text(key="company", label="공급사", column=col(DeliveryRound.company_name), more=True),
            Text(key="name", label="품목명", column=col(DeliveryRound.item_name), more=True),
            Text(key="request", label="의뢰번호", column=col(OrderItem.request_number), more=True),
            Text(key="place", label="납품위치", column=col(DeliveryRound.place), more=True),
        ),
        pick=_pick,
        pick_label=lambda r: f"{r[0].order_number} {r[0].item_name} {r[0].round_no}차",
        empty="기다리는 납품 일정이 없습니다.",
        empty_hint="다른 계획진행상태를 골라 보세요.",
    )


def _round_columns() -> tuple[Column, ...]:
    return (
        _of_round("order_number", "발주번호", href=lambda r: f"/deliveries/{r[0].id}", width=18),
        Column(
            key="round_no",
            label="차수",
            value=lambda r: f"{r[0].round_no}차",
            sort=col(DeliveryRound.round_no),
            width=8,
        ),
        Column(
            key="status",
            label="계획진행상태",
            kind="badge",
            value=lambda r: r[0].status,
            words=WORDS.status,
            tones=WORDS.tone,
            sort=col(DeliveryRound.status),
        ),
        _of_round("company_name", "공급사"),
        _of_item("name", "품목명", width=30),
        _of_item("spec", "세부스펙", width=30),
        _of_round("planned_on", "납품예정일", kind="date"),
        _of_round("place", "납품위치"),
        _of_round("quantity", "납품 예정량", kind="number"),
        _of_round("received_quantity", "입고량", kind="number"),
        _of_item("unit", "단위", width=8),
        Column(
            key="turn",
            label="차례",
            value=lambda r: TURN.get(r[0].turn),
            sort=col(DeliveryRound.turn),
        ),
        _of_round("due_at", "남은 시간", kind="left"),
        _of_item("request_number", "의뢰번호", width=18),
        _of_item("request_item_id", "의뢰품목ID", shown=False),
        Column(
            key="requested_on",
            label="납품요청일",
            kind="date",
            value=lambda r: r[1].requested_on,
            sort=col(OrderItem.requested_on),
            shown=False,
        ),
        Column(
            key="buyer",
            label="구매담당자",
            value=lambda r: r[2].buyer_name,
            sort=col(PurchaseOrder.buyer_name),
        ),
    )
