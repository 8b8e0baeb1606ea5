"""Reads of the delivery plan: rounds, what was received and given back, serial numbers."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, column, func, select, table
from sqlmodel import Session, col

from models.deliveries.rules import Progress, Status, progress
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.orders.queries import ordered_items
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes import queries as processes
from models.processes.messages import Actor

# Inspections come later in the house's order of domains: of their table only these columns are known here.
INSPECTION = table("inspection", column("order_item_id"), column("quantity"), column("status"))
GIVEN_BACK = "cancelled"


@dataclass(frozen=True, slots=True)
class Amounts:
    """Whole pieces of one order item."""

    ordered: int
    planned: int
    received: int
    given_back: int

    @property
    def progress(self) -> Progress:
        return progress(self.ordered, self.received, self.given_back)

    @property
    def to_plan(self) -> int:
        """What no live round covers yet."""
        return max(self.ordered + self.given_back - self.planned, 0)


def visible_to(actor: Actor) -> Select[DeliveryRound]:
    """Start of every select of rounds; removed ones are gone from the lists."""
    return processes.visible_to(actor, DeliveryRound).where(col(DeliveryRound.status) != Status.REMOVED)


def planned_items(actor: Actor) -> Select[OrderItem, PurchaseOrder]:
    """납품일정계획: the items of confirmed orders."""
    return ordered_items(actor)


def kept_pieces() -> ColumnElement[int]:
    """Received and not given back, of an order item in SQL: the same sum as `Amounts`."""
    received = (
        select(func.coalesce(func.sum(col(Receipt.quantity)), 0))
        .where(col(Receipt.order_item_id) == col(OrderItem.id))
        .correlate(OrderItem)
        .scalar_subquery()
    )
    given_back = (
        select(func.coalesce(func.sum(INSPECTION.c.quantity), 0))
        .where(INSPECTION.c.order_item_id == col(OrderItem.id), INSPECTION.c.status == GIVEN_BACK)
        .correlate(OrderItem)
        .scalar_subquery()
    )
    kept: ColumnElement[int] = received - given_back
    return kept


def is_delivered() -> ColumnElement[bool]:
    """납품완료 in SQL: as `rules.progress` decides for one item."""
    done: ColumnElement[bool] = kept_pieces() >= col(OrderItem.quantity)
    return done


def rounds_of(session: Session, item_ids: Iterable[int]) -> Mapping[int, Sequence[DeliveryRound]]:
    """Order item id -> its live rounds in order, for items the caller was allowed to find."""
    rows = select(DeliveryRound).where(
        col(DeliveryRound.order_item_id).in_(list(item_ids)), col(DeliveryRound.status) != Status.REMOVED
    )
    grouped: dict[int, list[DeliveryRound]] = defaultdict(list)
    for row in session.execute(rows.order_by(col(DeliveryRound.round_no))).scalars():
        grouped[row.order_item_id].append(row)
    return grouped


def amounts(session: Session, items: Iterable[OrderItem]) -> dict[int, Amounts]:
    """Order item id -> its pieces."""
    ordered = {item.id: item.quantity for item in items if item.id is not None}
    ids = list(ordered)
    live = col(DeliveryRound.status) != Status.REMOVED
    planned = _sums(session, DeliveryRound.order_item_id, DeliveryRound.quantity, ids, live)
    received = _sums(session, Receipt.order_item_id, Receipt.quantity, ids)
    back = INSPECTION.c.status == GIVEN_BACK
    given_back = _sums(session, INSPECTION.c.order_item_id, INSPECTION.c.quantity, ids, back)
    return {
        item: Amounts(quantity, planned.get(item, 0), received.get(item, 0), given_back.get(item, 0))
        for item, quantity in ordered.items()
    }


def _sums(
    session: Session, key: object, quantity: object, ids: Sequence[int], *conditions: ColumnElement[bool]
) -> dict[int, int]:
    keyed, counted = col(key), col(quantity)
    rows = select(keyed, func.sum(counted)).where(keyed.in_(ids), *conditions).group_by(keyed)
    return {item: int(total) for item, total in session.execute(rows)}


def serial_counts(session: Session, round_ids: Iterable[int]) -> dict[int, int]:
    """Round id -> how many serial numbers it has."""
    key = col(DeliverySerial.delivery_round_id)
    rows = select(key, func.count()).where(key.in_(list(round_ids))).group_by(key)
    return {round_id: int(count) for round_id, count in session.execute(rows)}


def serials_of(session: Session, round_id: int) -> list[str]:
    """The serial numbers of a round the caller was allowed to find, as sorted."""
    rows = select(col(DeliverySerial.serial)).where(col(DeliverySerial.delivery_round_id) == round_id)
    return list(session.execute(rows.order_by(col(DeliverySerial.serial))).scalars())


def receipts_of(session: Session, round_id: int) -> Sequence[Receipt]:
    """What came in of a round, the first first."""
    rows = select(Receipt).where(col(Receipt.delivery_round_id) == round_id)
    return session.execute(rows.order_by(col(Receipt.id))).scalars().all()


def item_and_order(session: Session, item_id: int) -> tuple[OrderItem, PurchaseOrder]:
    """The order item of a round the caller was allowed to find."""
    item = session.get_one(OrderItem, item_id)
    return item, session.get_one(PurchaseOrder, item.purchase_order_id)


def rounds_with_items(actor: Actor) -> Select[DeliveryRound, OrderItem, PurchaseOrder]:
    """Rounds with what they deliver, for the buyer's and the receiver's lists."""
    return (
        visible_to(actor)
        .join(OrderItem, col(OrderItem.id) == col(DeliveryRound.order_item_id))
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(OrderItem.purchase_order_id))
        .with_only_columns(DeliveryRound, OrderItem, PurchaseOrder)
    )
