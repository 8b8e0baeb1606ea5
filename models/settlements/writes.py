"""What the settlement officer writes without a step: drafts from inspected items of one order."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.inspections.tables import Inspection
from models.kernel.calendar import local_date
from models.kernel.refusals import StaleDocument
from models.kernel.roles import Role
from models.members.queries import companies
from models.orders.tables import PurchaseOrder
from models.processes.messages import Actor
from models.processes.queries import locked_document
from models.processes.writes import audit, begin, lock_case, next_number
from models.settlements import queries, rules
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import Draft
from models.settlements.rules import EDITABLE, Status
from models.settlements.tables import Settlement, SettlementItem

PREFIX = "IV"


def create(session: Session, actor: Actor, order_id: int, draft: Draft, now: dt.datetime) -> Settlement:
    """A numbered draft with its items, its process started.

    Raises NotYourTurn, NotFound, NothingToSettle, AlreadySettled, OverOrder.
    """
    actor.must_hold(Role.SETTLEMENT)
    order = queries.order_in_force(session, actor, order_id)
    # Two officers settling one order at once see each other's items and sums.
    lock_case(session, _lock(order.number))
    chosen = _chosen(session, actor, order, draft.inspections)
    number = next_number(session, PREFIX, now)
    settlement = Settlement(
        number=number,
        workflow_id=f"settlement/{number}",
        company_id=order.company_id,
        case_key=order.case_key,
        company_name=order.company_name,
        business_number=_business_number(session, order.company_id),
        purchase_order_id=order.id or 0,
        order_number=order.number,
        settlement_type=order.settlement_type,
        evidence_type=order.evidence_type,
        taxation=order.taxation,
        currency=order.currency,
        officer_id=actor.member_id,
        officer_name=actor.name,
        buyer_name=order.buyer_name,
        supply_amount=0,
        vat_amount=0,
        total_amount=0,
        status=Status.DRAFTING,
        turn=SETTLEMENT.rules.turn(Status.DRAFTING),
        turn_member_id=actor.member_id,
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        **_written(draft),
    )
    _save(session, settlement, order, chosen)
    begin(session, SETTLEMENT, settlement)
    audit(session, actor, SETTLEMENT.key, settlement, "create")
    return settlement


def edit(session: Session, actor: Actor, settlement_id: int, draft: Draft) -> Settlement:
    """Change a draft that nobody changed meanwhile; items left out can be settled anew.

    Raises NotFound, SettlementNotEditable, StaleDocument, NothingToSettle, AlreadySettled, OverOrder.
    """
    actor.must_hold(Role.SETTLEMENT)
    settlement = locked_document(session, actor, Settlement, settlement_id)
    if settlement.status not in EDITABLE:
        raise rules.SettlementNotEditable
    if settlement.edit_version != draft.edit_version:
        raise StaleDocument(version=settlement.edit_version)
    order = queries.order_in_force(session, actor, settlement.purchase_order_id)
    lock_case(session, _lock(order.number))
    session.execute(delete(SettlementItem).where(col(SettlementItem.settlement_id) == settlement.id))
    chosen = _chosen(session, actor, order, draft.inspections)
    for name, value in _written(draft).items():
        setattr(settlement, name, value)
    settlement.edit_version += 1
    _save(session, settlement, order, chosen)
    audit(session, actor, SETTLEMENT.key, settlement, "edit", {"edit_version": settlement.edit_version})
    return settlement


def _lock(order_number: str) -> str:
    return f"settle-order/{order_number}"


def _business_number(session: Session, company_id: int) -> str:
    company = companies(session, [company_id]).get(company_id)
    return (company.business_number or "") if company else ""


def _written(draft: Draft) -> dict[str, Any]:
    return {"title": draft.title, "issue_request": draft.issue_request, "issue_on": draft.issue_on}


def _chosen(session: Session, actor: Actor, order: PurchaseOrder, ids: Sequence[int]) -> list[Inspection]:
    """The ticked items, all of them of this order and free. Raises NothingToSettle, AlreadySettled."""
    wanted = set(ids)
    free = {row.id: row for row in queries.unsettled_of_order(session, actor, order.number)}
    for inspection in queries.inspections(session, actor, wanted - free.keys()):
        held = queries.holder(session, actor, inspection.id or 0)
        if held is None:
            raise rules.NothingToSettle
        raise rules.AlreadySettled(item=inspection.item_name, number=held.number)
    chosen = [row for key, row in free.items() if key in wanted]
    if not chosen or len(chosen) != len(wanted):
        raise rules.NothingToSettle
    return chosen


def _save(session: Session, settlement: Settlement, order: PurchaseOrder, chosen: Sequence[Inspection]) -> None:
    """Settlement and items with their amounts. Raises OverOrder, AlreadySettled."""
    sums = rules.sums((row.amount for row in chosen), settlement.taxation)
    settled = queries.settled_total(session, order.number, but=settlement.id)
    rules.check_within_order(order.total, settled, sums.sum.total)
    settlement.supply_amount, settlement.vat_amount = sums.sum.supply, sums.sum.tax
    settlement.total_amount = sums.sum.total
    session.add(settlement)
    session.flush()
    for position, (row, taxed) in enumerate(zip(chosen, sums.lines, strict=True), start=1):
        session.add(
            SettlementItem(
                settlement_id=settlement.id or 0,
                company_id=settlement.company_id,
                inspection_id=row.id or 0,
                position=position,
                name=row.item_name,
                spec=row.spec,
                unit=row.unit,
                quantity=row.quantity,
                unit_price=row.unit_price,
                amount=taxed.supply,
                vat=taxed.tax,
                inspected_on=local_date(row.inspected_at or settlement.created_at),
            )
        )
    try:
        session.flush()
    except IntegrityError as taken:
        # The database's last line: somebody else's settlement got an item first.
        raise rules.AlreadySettled(item=chosen[0].item_name, number="") from taken
