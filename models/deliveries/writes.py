"""What partners write without a step: the plan of rounds, and serial numbers."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models.deliveries import queries, rules
from models.deliveries.kind import DELIVERY
from models.deliveries.messages import Plan, PlanRow
from models.deliveries.rules import EDITABLE, Status
from models.deliveries.tables import DeliveryRound, DeliverySerial
from models.kernel.refusals import FieldErrors, NotFound, StaleDocument
from models.kernel.roles import Role
from models.masters.queries import place_names
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.deadlines import end_of
from models.processes.messages import Actor
from models.processes.writes import audit, begin, rearm

INSERT_ROWS = 1000


def save(session: Session, actor: Actor, plan: Plan, now: dt.datetime) -> int:
    """Save many lines at once, all or none; how many were new or changed.

    The order items stay locked until the commit, so people who save at the same time add up what the others left.
    Raises FieldErrors, StaleDocument, NotFound and the deliveries' refusals.
    """
    actor.must_hold(Role.PARTNER)
    items = _locked_items(session, actor, {row.item_id for row in plan.rows})
    rounds = _locked_rounds(session, actor, [row.round_id for row in plan.rows if row.round_id])
    _check_places(plan, rounds, place_names(session))
    saved = 0
    for row in plan.rows:
        item, order = items[row.item_id]
        if row.round_id is None:
            _add(session, actor, item, order, row, now)
            saved += 1
        else:
            saved += _change(session, actor, rounds[row.round_id], row)
    session.flush()
    amounts = queries.amounts(session, [item for item, _ in items.values()])
    for item_id, (item, _) in items.items():
        found = amounts[item_id]
        rules.check_planned(item.name, found.ordered, found.planned, found.given_back)
    return saved


def _locked_items(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, tuple[OrderItem, PurchaseOrder]]:
    wanted = sorted(set(ids))
    lock = select(OrderItem).where(col(OrderItem.id).in_(wanted)).order_by(col(OrderItem.id))
    session.execute(lock.with_for_update().execution_options(populate_existing=True)).scalars().all()
    open_items = queries.planned_items(actor).where(col(OrderItem.id).in_(wanted))
    found = {item.id: (item, order) for item, order in session.execute(open_items)}
    if set(wanted) - set(found):
        raise rules.ItemNotOpen
    return {item_id: pair for item_id, pair in found.items() if item_id is not None}


def _locked_rounds(session: Session, actor: Actor, ids: Iterable[int]) -> dict[int, DeliveryRound]:
    wanted = sorted(set(ids))
    rows = (
        queries.visible_to(actor)
        .where(col(DeliveryRound.id).in_(wanted))
        .order_by(col(DeliveryRound.id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    found = {row.id: row for row in session.execute(rows).scalars() if row.id is not None}
    if set(wanted) - set(found):
        raise NotFound
    return found


def _check_places(plan: Plan, rounds: Mapping[int, DeliveryRound], places: Sequence[str]) -> None:
    errors = {}
    for index, row in enumerate(plan.rows):
        before = rounds.get(row.round_id or 0)
        # A place that was taken off the list stays where it stands.
        if row.place not in places and (before is None or before.place != row.place):
            errors[f"rows-{index}-place"] = "납품위치를 목록에서 골라 주세요."
    if errors:
        raise FieldErrors(errors)


def _add(
    session: Session, actor: Actor, item: OrderItem, order: PurchaseOrder, row: PlanRow, now: dt.datetime
) -> DeliveryRound:
    highest = select(func.max(col(DeliveryRound.round_no))).where(col(DeliveryRound.order_item_id) == item.id)
    number = (session.execute(highest).scalar_one() or 0) + 1
    made = DeliveryRound(
        # The id is not known before the row is: this stands in until the flush below.
        workflow_id=f"delivery/new/{item.id}/{number}",
        company_id=item.company_id,
        case_key=order.case_key,
        status=Status.PLANNED,
        turn=DELIVERY.rules.turn(Status.PLANNED),
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        purchase_order_id=order.id or 0,
        order_item_id=item.id or 0,
        order_number=order.number,
        item_name=item.name,
        company_name=order.company_name,
        buyer_id=order.buyer_id,
        round_no=number,
        planned_on=row.planned_on,
        place=row.place,
        quantity=row.quantity,
        needs_serial=item.needs_serial,
    )
    session.add(made)
    session.flush()
    made.workflow_id = f"delivery/{made.id}"
    session.flush()
    begin(session, DELIVERY, made)
    audit(session, actor, DELIVERY.key, made, "create")
    return made


def _change(session: Session, actor: Actor, found: DeliveryRound, row: PlanRow) -> int:
    """1 when the round was changed, 0 when it stands as the form has it; a moved day moves its alarms."""
    if found.order_item_id != row.item_id:
        raise NotFound
    if (found.planned_on, found.place, found.quantity) == (row.planned_on, row.place, row.quantity):
        return 0
    _check_editable(found)
    if row.edit_version != found.edit_version:
        raise StaleDocument(version=found.edit_version)
    moved = found.planned_on != row.planned_on
    found.planned_on, found.place, found.quantity = row.planned_on, row.place, row.quantity
    found.due_at = end_of(row.planned_on)
    found.edit_version += 1
    audit(session, actor, DELIVERY.key, found, "edit", row.model_dump(mode="json"))
    if moved:
        rearm(session, found, str(found.edit_version))
    return 1


def _check_editable(found: DeliveryRound) -> None:
    if found.status not in EDITABLE:
        raise rules.RoundNotEditable(round=found.round_no, status=DELIVERY.words.status[found.status])


def write_serials(session: Session, actor: Actor, lists: Mapping[int, Sequence[str]]) -> None:
    """Replace the serial numbers of rounds (round id -> lines as typed), all or none.

    Raises SerialsNotNeeded, RoundNotEditable, SerialBad, SerialTwice, SerialCount, SerialDuplicate.
    """
    actor.must_hold(Role.PARTNER)
    rounds = _locked_rounds(session, actor, lists)
    wanted: list[dict[str, Any]] = []
    for round_id, found in rounds.items():
        serials = checked_serials(found, lists[round_id])
        key = session.get_one(OrderItem, found.order_item_id).product_key
        wanted += [
            {
                "delivery_round_id": round_id,
                "company_id": found.company_id,
                "product_key": key,
                "serial": serial,
            }
            for serial in serials
        ]
    gone = delete(DeliverySerial).where(col(DeliverySerial.delivery_round_id).in_(list(rounds)))
    session.execute(gone)
    for round_id, found in rounds.items():
        found.edit_version += 1
        audit(session, actor, DELIVERY.key, found, "serials", {"count": len(lists[round_id])})
    _insert(session, wanted)


def checked_serials(found: DeliveryRound, lines: Sequence[str]) -> list[str]:
    """The lines of one round as serial numbers. Raises as `write_serials`, except SerialDuplicate."""
    if not found.needs_serial:
        raise rules.SerialsNotNeeded
    _check_editable(found)
    serials = rules.clean_serials(lines)
    rules.check_serial_count(found.quantity, len(serials))
    return serials


def _insert(session: Session, wanted: list[dict[str, Any]]) -> None:
    # The unique key speaks for the whole house, also for rows of other companies this session cannot see. Sorted,
    # so that two who enter the same numbers wait for each other in one order.
    ordered = sorted(wanted, key=lambda row: (row["product_key"], row["serial"]))
    for start in range(0, len(ordered), INSERT_ROWS):
        part = ordered[start : start + INSERT_ROWS]
        rows = insert(DeliverySerial).values(part).on_conflict_do_nothing()
        given = rows.returning(col(DeliverySerial.delivery_round_id), col(DeliverySerial.serial))
        kept = {(found, serial) for found, serial in session.execute(given)}
        for row in part:
            if (row["delivery_round_id"], row["serial"]) not in kept:
                raise rules.SerialDuplicate(serial=row["serial"])
