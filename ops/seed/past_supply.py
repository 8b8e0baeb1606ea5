"""Deliveries, inspections and settlements of the past as rows, from plan to payment."""

import datetime as dt
from collections.abc import Sequence

from models.deliveries.kind import DELIVERY
from models.deliveries.rules import Status as RoundStatus
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.inspections.kind import INSPECTION
from models.inspections.rules import Status as InspectionStatus
from models.inspections.tables import Inspection
from models.kernel.calendar import local_date
from models.kernel.identifiers import brn_with_check
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.deadlines import end_of
from models.settlements.kind import SETTLEMENT
from models.settlements.rules import SCHEDULE_PAYMENT, payment_due, sums
from models.settlements.rules import Status as SettlementStatus
from models.settlements.tables import Settlement, SettlementItem
from ops.seed import people
from ops.seed.chronicle import Chronicle, Pen
from ops.seed.past import Deal, frame
from ops.seed.stage import DAEUN, JIMIN, SUHYUN
from ops.seed.supply import approval_number

INVOICED_WITHIN = dt.timedelta(days=14)
"""From a settlement's draft to its invoice, weekends and holidays included."""


def planned(
    chronicle: Chronicle,
    deal: Deal,
    of: tuple[PurchaseOrder, OrderItem],
    number: int,
    quantity: int,
    at: dt.datetime,
    *,
    serials: bool = True,
) -> tuple[DeliveryRound, Pen]:
    """예정: round `number` of an item."""
    order_row, item = of
    partner = chronicle.cast[deal.contact]
    place = f"delivery/new/{item.id}/{number}"
    planned_on = max(local_date(at), local_date(chronicle.later(at, 48, 200)))
    made = DeliveryRound(
        **frame(DELIVERY, at, partner, item.company_id, workflow_id=place, case_key=order_row.case_key),
        purchase_order_id=order_row.id or 0,
        order_item_id=item.id or 0,
        order_number=order_row.number,
        item_name=item.name,
        company_name=order_row.company_name,
        buyer_id=order_row.buyer_id,
        round_no=number,
        planned_on=planned_on,
        place=item.requested_place or "GS1",
        quantity=quantity,
        needs_serial=item.needs_serial,
    )
    made.due_at = end_of(planned_on)
    pen = chronicle.add(made, DELIVERY)
    made.workflow_id = f"delivery/{made.id}"
    if item.needs_serial and serials:
        chronicle.session.add_all(
            DeliverySerial(
                delivery_round_id=made.id or 0,
                company_id=made.company_id,
                product_key=item.product_key,
                serial=f"SN{made.id:05d}-{piece:03d}",
            )
            for piece in range(1, quantity + 1)
        )
    return made, pen


def removed(
    chronicle: Chronicle, deal: Deal, of: tuple[PurchaseOrder, OrderItem], number: int, at: dt.datetime
) -> None:
    """A round that was planned and taken off the plan again."""
    made, pen = planned(chronicle, deal, of, number, 1, at, serials=False)
    at = chronicle.later(made.created_at, 0.1, 6)
    pen.act("remove", RoundStatus.REMOVED, at, chronicle.cast[deal.contact])


def arrived(
    chronicle: Chronicle, deal: Deal, of: tuple[PurchaseOrder, OrderItem], number: int, quantity: int, at: dt.datetime
) -> tuple[Inspection, Pen]:
    """A round from 예정 to 입고완료; the inspection that waits."""
    made, pen = planned(chronicle, deal, of, number, quantity, at)
    receiver = chronicle.cast[SUHYUN]
    at = chronicle.later(at, 0.2, 5)
    pen.act("request", RoundStatus.REQUESTED, at, chronicle.cast[deal.contact])
    at = chronicle.later(at, 0.2, 7)
    pen.act("confirm", RoundStatus.CONFIRMED, at, chronicle.cast[deal.buyer])
    at = max(chronicle.opening(made.planned_on), chronicle.later(at, 1, 2))
    receipt = Receipt(
        delivery_round_id=made.id or 0,
        order_item_id=made.order_item_id,
        company_id=made.company_id,
        quantity=quantity,
        received_on=local_date(at),
        receiver_id=receiver.member_id,
        receiver_name=receiver.name,
        created_at=at,
    )
    chronicle.session.add(receipt)
    chronicle.session.flush()
    made.received_quantity = quantity
    detail = {"quantity": quantity, "receipt": receipt.id}
    pen.act("receive", RoundStatus.RECEIVED, at, receiver, detail=detail)
    return _inspection(chronicle, made, of[1], receipt)


def _inspection(
    chronicle: Chronicle, found: DeliveryRound, item: OrderItem, receipt: Receipt
) -> tuple[Inspection, Pen]:
    place = {"workflow_id": f"inspection/{receipt.id}", "case_key": found.case_key}
    made = Inspection(
        **frame(INSPECTION, receipt.created_at, chronicle.cast[SUHYUN], found.company_id, **place),
        receipt_id=receipt.id or 0,
        delivery_round_id=found.id or 0,
        order_item_id=item.id or 0,
        purchase_order_id=found.purchase_order_id,
        order_number=found.order_number,
        round_no=found.round_no,
        request_number=item.request_number,
        company_name=found.company_name,
        category=item.category,
        item_name=item.name,
        spec=item.spec,
        unit=item.unit,
        quantity=receipt.quantity,
        unit_price=item.unit_price,
        amount=receipt.quantity * item.unit_price,
        requested_on=item.requested_on,
        received_on=receipt.received_on,
        place=found.place,
    )
    return made, chronicle.add(made, INSPECTION)


def judged(chronicle: Chronicle, made: Inspection, pen: Pen, refused_for: str = "") -> dt.datetime:
    """검수완료, or 검수취소 with its reason; when."""
    inspector = chronicle.cast[JIMIN]
    at = chronicle.later(made.created_at, 0.5, 26)
    made.inspector_id, made.inspector_name = inspector.member_id, inspector.name
    if refused_for:
        pen.act("cancel", InspectionStatus.CANCELLED, at, inspector, reason=refused_for)
        return at
    made.inspected_at = at
    pen.act("accept", InspectionStatus.ACCEPTED, at, inspector)
    return at


def settlement(
    chronicle: Chronicle,
    of: PurchaseOrder,
    rows: Sequence[Inspection],
    at: dt.datetime,
    title: str,
    *,
    active: bool = True,
) -> tuple[Settlement, Pen]:
    """A draft (정산) of accepted inspections."""
    officer = chronicle.cast[DAEUN]
    number = chronicle.number("IV", at)
    amounts = sums(row.amount for row in rows)
    place = {"workflow_id": f"settlement/{number}", "case_key": of.case_key}
    made = Settlement(
        **frame(SETTLEMENT, at, officer, of.company_id, **place),
        number=number,
        title=title,
        company_name=of.company_name,
        business_number=_business_number(of.company_name),
        purchase_order_id=of.id or 0,
        order_number=of.number,
        settlement_type=of.settlement_type,
        evidence_type=of.evidence_type,
        supply_amount=amounts.sum.supply,
        vat_amount=amounts.sum.tax,
        total_amount=amounts.sum.total,
        issue_request="검수월 말일자로 발행해 주세요.",
        issue_on=local_date(at),
        officer_id=officer.member_id,
        officer_name=officer.name,
        buyer_name=of.buyer_name,
        turn_member_id=officer.member_id,
    )
    pen = chronicle.add(made, SETTLEMENT)
    for position, (row, taxed) in enumerate(zip(rows, amounts.lines, strict=True), start=1):
        kept = row.model_dump(include={"spec", "unit", "quantity", "unit_price"})
        chronicle.session.add(
            SettlementItem(
                settlement_id=made.id or 0,
                company_id=made.company_id,
                inspection_id=row.id or 0,
                position=position,
                name=row.item_name,
                amount=taxed.supply,
                vat=taxed.tax,
                inspected_on=local_date(row.inspected_at or at),
                active=active,
                **kept,
            )
        )
    return made, pen


def _business_number(name: str) -> str:
    return next(brn_with_check(firm.number) for firm in people.FIRMS if firm.name == name)


def invoiced(chronicle: Chronicle, made: Settlement, pen: Pen, deal: Deal, rows: Sequence[Inspection]) -> None:
    """From draft to 지급예정: asked for, acknowledged, settled, put on its day."""
    officer, partner = chronicle.cast[DAEUN], chronicle.cast[deal.contact]
    at = made.requested_at = chronicle.later(made.created_at, 0.1, 3)
    pen.act("request_issue", SettlementStatus.ISSUE_REQUESTED, at, officer)
    at = made.acknowledged_at = chronicle.later(at, 0.3, 12)
    made.acknowledged_by = partner.name
    pen.act("acknowledge", SettlementStatus.ACKNOWLEDGED, at, partner)
    at = made.settled_at = chronicle.later(at, 2, 30)
    made.evidence_issued_on = local_date(at)
    made.evidence_number = approval_number(made.evidence_issued_on, made.id or 0)
    for row in rows:
        row.settled = True
    pen.act("settle", SettlementStatus.SETTLED, at, officer)
    made.payment_due_on = payment_due(made.evidence_issued_on, chronicle.holidays)
    detail = {"payment_due_on": made.payment_due_on.isoformat()}
    pen.act(SCHEDULE_PAYMENT, SettlementStatus.PAYMENT_DUE, at + dt.timedelta(seconds=1), None, detail=detail)


def paid(chronicle: Chronicle, made: Settlement, pen: Pen) -> None:
    """지급완료 on its day."""
    assert made.payment_due_on is not None  # noqa: S101 - put on its day before
    at = chronicle.opening(made.payment_due_on)
    made.paid_on = made.payment_due_on
    made.paid_amount = made.payable_amount
    made.payment_reference = f"DB{made.paid_on:%Y%m%d}{made.id:06d}"
    pen.act("pay", SettlementStatus.PAID, at, chronicle.cast[DAEUN])


def latest_payment(chronicle: Chronicle, drafted_at: dt.datetime) -> dt.date:
    """The day on which a settlement drafted then is paid at the latest."""
    return payment_due(local_date(drafted_at) + INVOICED_WITHIN, chronicle.holidays)
