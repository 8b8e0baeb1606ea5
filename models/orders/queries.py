"""Reads of purchase orders. A partner sees an order once it was sent, of its own company only."""

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.contracts.rules import Status as ContractStatus
from models.contracts.tables import Contract, ContractItem
from models.orders.rules import Status
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes import queries as processes
from models.processes.messages import Actor

CHOICES_MAX = 300


def in_force() -> ColumnElement[bool]:
    """Confirmed, and no later version is."""
    later = aliased(PurchaseOrder)
    newer = exists().where(
        col(later.number) == col(PurchaseOrder.number),
        col(later.revision) > col(PurchaseOrder.revision),
        col(later.status) == Status.CONFIRMED,
    )
    return (col(PurchaseOrder.status) == Status.CONFIRMED) & ~newer


def listed(actor: Actor) -> Select[PurchaseOrder]:
    """발주서목록."""
    return processes.visible_to(actor, PurchaseOrder)


def ordered_items(actor: Actor) -> Select[OrderItem, PurchaseOrder]:
    """발주품목현황: the items of orders in force."""
    return (
        processes.visible_to(actor, PurchaseOrder)
        .join(OrderItem, col(OrderItem.purchase_order_id) == col(PurchaseOrder.id))
        .where(in_force())
        .with_only_columns(OrderItem, PurchaseOrder)
    )


def items(session: Session, order_id: int) -> Sequence[OrderItem]:
    """The lines of an order the caller was allowed to find."""
    rows = select(OrderItem).where(col(OrderItem.purchase_order_id) == order_id)
    return session.execute(rows.order_by(col(OrderItem.position))).scalars().all()


def versions(session: Session, actor: Actor, number: str) -> Sequence[PurchaseOrder]:
    """Every version of an order, the oldest first."""
    rows = processes.visible_to(actor, PurchaseOrder).where(col(PurchaseOrder.number) == number)
    return session.execute(rows.order_by(col(PurchaseOrder.revision))).scalars().all()


def completed_contracts(actor: Actor) -> Select[Contract]:
    """Contracts that can be ordered from: the newest completed version of each number."""
    later = aliased(Contract)
    newer = exists().where(
        col(later.number) == col(Contract.number),
        col(later.revision) > col(Contract.revision),
        col(later.status) == ContractStatus.COMPLETED,
    )
    return (
        processes.visible_to(actor, Contract)
        .where(col(Contract.status) == ContractStatus.COMPLETED, ~newer)
        .order_by(col(Contract.contract_date).desc(), col(Contract.id).desc())
    )


def contract_choices(session: Session, actor: Actor) -> Sequence[Contract]:
    """The newest of them, for a choice on screen."""
    return session.execute(completed_contracts(actor).limit(CHOICES_MAX)).scalars().all()


def contract_to_order(session: Session, actor: Actor, contract_id: int) -> Contract | None:
    """A contract that can be ordered from; None when it is not completed, replaced, or not there."""
    row = completed_contracts(actor).where(col(Contract.id) == contract_id)
    found: Contract | None = session.execute(row).scalar_one_or_none()
    return found


def contract_items(session: Session, contract_id: int) -> Sequence[ContractItem]:
    rows = select(ContractItem).where(col(ContractItem.contract_id) == contract_id)
    return session.execute(rows.order_by(col(ContractItem.position))).scalars().all()


def ordered_of_contract(session: Session, contract_number: str, but: str = "") -> dict[tuple[str, str], int]:
    """(item name, spec) -> pieces in the live orders of a contract; `but` is an order number to leave out.

    By name, since a changed contract has items of its own. While an order is being changed it holds the larger of
    the quantities in force and asked for: either may be the one that stands.
    """
    later = aliased(PurchaseOrder)
    replaced = exists().where(
        col(later.number) == col(PurchaseOrder.number),
        col(later.revision) > col(PurchaseOrder.revision),
        col(later.status) == Status.CONFIRMED,
    )
    rows = (
        select(col(PurchaseOrder.number), col(OrderItem.name), col(OrderItem.spec), func.sum(col(OrderItem.quantity)))
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(OrderItem.purchase_order_id))
        .where(
            col(PurchaseOrder.contract_number) == contract_number,
            col(PurchaseOrder.number) != but,
            col(PurchaseOrder.status) != Status.CANCELLED,
            ~replaced,
        )
        .group_by(col(PurchaseOrder.id), col(OrderItem.name), col(OrderItem.spec))
    )
    held: dict[tuple[str, str, str], int] = {}
    for number, name, spec, pieces in session.execute(rows):
        held[number, name, spec] = max(held.get((number, name, spec), 0), int(pieces))
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for (_, name, spec), pieces in held.items():
        totals[name, spec] += pieces
    return dict(totals)
