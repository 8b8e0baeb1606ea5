"""Reads of settlements and of what can still be settled. Every select starts from what the person may see."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlmodel import Session, col

from models.inspections.queries import in_status
from models.inspections.rules import Status as InspectionStatus
from models.inspections.tables import Inspection
from models.kernel.refusals import NotFound
from models.orders.rules import Status as OrderStatus
from models.orders.tables import PurchaseOrder
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to
from models.settlements.rules import SETTLED_FROM_ON, Status
from models.settlements.tables import Settlement, SettlementItem

GROUPS_MAX = 300


@dataclass(frozen=True, slots=True)
class Unsettled:
    """An order with inspected items nobody settled yet; `amount` in won, VAT excluded."""

    order_id: int
    order_number: str
    order_title: str
    company_name: str
    items: int
    amount: int
    oldest: dt.datetime


def listed(actor: Actor) -> Select[Settlement]:
    """정산내역: every settlement one may see."""
    return visible_to(actor, Settlement)


def requested(actor: Actor) -> Select[Settlement]:
    """계산서발행요청확인: what a partner was asked to issue an invoice for."""
    rows = visible_to(actor, Settlement)
    return rows.where(col(Settlement.requested_at).is_not(None), col(Settlement.status) != Status.CANCELLED)


def completed(actor: Actor) -> Select[Settlement]:
    """정산완료내역: the invoice is there, the payment is to come or done."""
    return visible_to(actor, Settlement).where(col(Settlement.status).in_(SETTLED_FROM_ON))


def to_cancel(actor: Actor) -> Select[Settlement]:
    """계산서취소요청확인: whose invoice a partner was asked to take back, and those it took back."""
    return visible_to(actor, Settlement).where(col(Settlement.cancel_requested_at).is_not(None))


def evidence_holder(session: Session, number: str, but: int | None = None) -> str | None:
    """Number of the live settlement that has a 증빙번호 already, as its invoice or its minus invoice."""
    live = (col(Settlement.evidence_number) == number) & (col(Settlement.status) != Status.CANCELLED)
    row = select(col(Settlement.number)).where(
        live | (col(Settlement.minus_evidence_number) == number), col(Settlement.id).is_distinct_from(but)
    )
    return session.execute(row.limit(1)).scalar_one_or_none()


def items(session: Session, settlement_id: int) -> Sequence[tuple[SettlementItem, Inspection]]:
    """The lines of a settlement the caller was allowed to find, with what was inspected."""
    rows = (
        select(SettlementItem, Inspection)
        .join(Inspection, col(Inspection.id) == col(SettlementItem.inspection_id))
        .where(col(SettlementItem.settlement_id) == settlement_id)
        .order_by(col(SettlementItem.position))
    )
    return [(item, inspection) for item, inspection in session.execute(rows)]


def holder(session: Session, actor: Actor, inspection_id: int) -> Settlement | None:
    """The live settlement an inspection is in, if the person may see it."""
    row = (
        visible_to(actor, Settlement)
        .join(SettlementItem, col(SettlementItem.settlement_id) == col(Settlement.id))
        .where(col(SettlementItem.inspection_id) == inspection_id, col(SettlementItem.active))
    )
    found: Settlement | None = session.execute(row).scalar_one_or_none()
    return found


def is_held() -> ColumnElement[bool]:
    """Condition on inspections: a live settlement holds it."""
    return exists().where(col(SettlementItem.inspection_id) == col(Inspection.id), col(SettlementItem.active))


def unsettled(actor: Actor) -> Select[Inspection]:
    """Accepted inspections that no live settlement holds."""
    return in_status(actor, InspectionStatus.ACCEPTED).where(~col(Inspection.settled), ~is_held())


def unsettled_orders(session: Session, actor: Actor) -> list[Unsettled]:
    """Orders with something to settle, the one that waits longest first."""
    grouped = (
        unsettled(actor)
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(Inspection.purchase_order_id))
        .with_only_columns(
            func.max(col(PurchaseOrder.id)),
            col(PurchaseOrder.number),
            func.max(col(PurchaseOrder.title)),
            func.max(col(Inspection.company_name)),
            func.count(),
            func.sum(col(Inspection.amount)),
            func.min(col(Inspection.inspected_at)),
        )
        .group_by(col(PurchaseOrder.number))
        .order_by(func.min(col(Inspection.inspected_at)), col(PurchaseOrder.number))
    )
    return [
        Unsettled(row[0], row[1], row[2], row[3], row[4], int(row[5]), row[6])
        for row in session.execute(grouped.limit(GROUPS_MAX))
    ]


def order_versions(number: str) -> Select[int | None]:
    """Ids of every version of an order."""
    return select(col(PurchaseOrder.id)).where(col(PurchaseOrder.number) == number)


def unsettled_of_order(session: Session, actor: Actor, number: str) -> Sequence[Inspection]:
    """What can be settled of an order, in the order it was inspected."""
    rows = unsettled(actor).where(col(Inspection.purchase_order_id).in_(order_versions(number)))
    return session.execute(rows.order_by(col(Inspection.inspected_at), col(Inspection.id))).scalars().all()


def inspections(session: Session, actor: Actor, ids: Iterable[int]) -> Sequence[Inspection]:
    """Inspections by id, those the person may see."""
    rows = visible_to(actor, Inspection).where(col(Inspection.id).in_(list(ids)))
    return session.execute(rows.order_by(col(Inspection.inspected_at), col(Inspection.id))).scalars().all()


def order_in_force(session: Session, actor: Actor, order_id: int) -> PurchaseOrder:
    """The newest confirmed version of the order that this one is a version of. Raises NotFound."""
    asked = visible_document(session, actor, PurchaseOrder, order_id)
    newest = (
        visible_to(actor, PurchaseOrder)
        .where(col(PurchaseOrder.number) == asked.number, col(PurchaseOrder.status) == OrderStatus.CONFIRMED)
        .order_by(col(PurchaseOrder.revision).desc())
        .limit(1)
    )
    found: PurchaseOrder | None = session.execute(newest).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def settled_total(session: Session, number: str, but: int | None = None) -> int:
    """Won, VAT included, in the live settlements of an order; `but` is one to leave out."""
    rows = select(func.coalesce(func.sum(col(Settlement.total_amount)), 0)).where(
        col(Settlement.purchase_order_id).in_(order_versions(number)),
        col(Settlement.status) != Status.CANCELLED,
        col(Settlement.id).is_distinct_from(but),
    )
    return int(session.execute(rows).scalar_one())
