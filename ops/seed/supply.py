"""The acts on deliveries, inspections and settlements that demo cases are made of."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from models import clock
from models.deliveries import writes as deliveries
from models.deliveries.kind import DELIVERY
from models.deliveries.messages import Plan, PlanRow, Receive
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.inspections.kind import INSPECTION
from models.inspections.tables import Inspection
from models.kernel.calendar import first_of_next_month
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.messages import Actor, Reason
from models.settlements import writes as settlements
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import Draft, Pay, Settle
from models.settlements.tables import Settlement
from ops.seed.stage import DAEUN, JIMIN, SUHYUN, Stage

APPROVAL_SERVICE = "41000073"
"""국세청 등록번호 of an invoice service, as in an approval number."""


async def rounds(
    stage: Stage, partner: str, item: OrderItem, planned: Sequence[tuple[int, int, str]]
) -> Sequence[DeliveryRound]:
    """「저장」: rounds of an item as (days from today, pieces, place); its rounds, the first first."""

    def work(session: Session, actor: Actor) -> Sequence[DeliveryRound]:
        mine = select(DeliveryRound).where(col(DeliveryRound.order_item_id) == item.id)
        mine = mine.order_by(col(DeliveryRound.round_no))
        found = session.execute(mine).scalars().all()
        if not found:
            rows = [
                PlanRow(item_id=item.id or 0, planned_on=stage.day(day), place=place, quantity=pieces)
                for day, pieces, place in planned
            ]
            deliveries.save(session, actor, Plan(rows=rows), clock.now())
            found = session.execute(mine).scalars().all()
        return found

    return await stage.write(partner, work)


async def serials(stage: Stage, partner: str, found: DeliveryRound, prefix: str) -> None:
    """Serial numbers for every piece, UTVV001 and on."""

    def work(session: Session, actor: Actor) -> None:
        mine = col(DeliverySerial.delivery_round_id) == found.id
        if session.execute(select(col(DeliverySerial.id)).where(mine).limit(1)).first() is None:
            lines = [f"{prefix}{number:03d}" for number in range(1, found.quantity + 1)]
            deliveries.write_serials(session, actor, {found.id or 0: lines})

    await stage.write(partner, work)


async def requested(stage: Stage, partner: str, found: DeliveryRound) -> None:
    """확정요청."""
    await stage.press(partner, DELIVERY, found, "request")


async def confirmed(stage: Stage, partner: str, buyer: str, found: DeliveryRound) -> None:
    """확정: to be received."""
    await requested(stage, partner, found)
    await stage.press(buyer, DELIVERY, found, "confirm")


async def received(stage: Stage, found: DeliveryRound, pieces: int, note: str = "") -> Inspection:
    """입고 of so many pieces; the inspection that waits for them."""

    def receipts(session: Session) -> list[int]:
        mine = select(col(Receipt.id)).where(col(Receipt.delivery_round_id) == found.id)
        return [row for row in session.execute(mine.order_by(col(Receipt.id))).scalars() if row is not None]

    payload = Receive(quantity=pieces, received_on=stage.today, note=note)
    await stage.press(SUHYUN, DELIVERY, found, "receive", payload)
    # In these scripts a round is received once.
    first = (await stage.read(receipts))[0]
    return await stage.read(
        lambda session: session.execute(select(Inspection).where(col(Inspection.receipt_id) == first)).scalar_one()
    )


async def accepted(stage: Stage, found: Inspection) -> Inspection:
    """검수완료."""
    await stage.press(JIMIN, INSPECTION, found, "accept")
    return found


async def inspection_cancelled(stage: Stage, found: Inspection, reason: str) -> None:
    """검수취소."""
    await stage.press(JIMIN, INSPECTION, found, "cancel", Reason(reason=reason))


async def delivered(stage: Stage, partner: str, buyer: str, item: OrderItem, prefix: str = "") -> Inspection:
    """An item delivered in one round, received and accepted."""
    (one, *_) = await rounds(stage, partner, item, [(0, item.quantity, item.requested_place or "GS1")])
    if item.needs_serial:
        await serials(stage, partner, one, prefix)
    await confirmed(stage, partner, buyer, one)
    return await accepted(stage, await received(stage, one, item.quantity))


async def settlement(
    stage: Stage, order: PurchaseOrder, title: str, of: Sequence[Inspection], issue_request: str = ""
) -> Settlement:
    """A draft (정산) of accepted inspections."""
    draft = Draft(
        title=title,
        issue_request=issue_request,
        issue_on=stage.today,
        inspections=[row.id or 0 for row in of],
    )

    def make(session: Session, actor: Actor) -> Settlement:
        return settlements.create(session, actor, order.id or 0, draft, clock.now())

    return await stage.made(DAEUN, Settlement, col(Settlement.title) == title, make)


async def issue_requested(stage: Stage, found: Settlement) -> None:
    """발행요청."""
    await stage.press(DAEUN, SETTLEMENT, found, "request_issue")


async def acknowledged(stage: Stage, partner: str, found: Settlement) -> None:
    """확인."""
    await issue_requested(stage, found)
    await stage.press(partner, SETTLEMENT, found, "acknowledge")


async def settled(stage: Stage, partner: str, found: Settlement, issued_on: dt.date) -> None:
    """정산완료: the invoice came; the house puts the payment on its day by itself."""
    await acknowledged(stage, partner, found)
    payload = Settle(
        evidence_number=approval_number(issued_on, found.id or 0),
        evidence_issued_on=issued_on,
        reason="공급사가 다른 중계사이트에서 발행한 세금계산서",
    )
    await stage.press(DAEUN, SETTLEMENT, found, "settle", payload)

    def is_due(session: Session) -> bool:
        return session.get_one(Settlement, found.id).payment_due_on is not None

    await stage.until(f"the payment day of {found.number}", is_due)


async def paid(stage: Stage, partner: str, found: Settlement) -> None:
    """지급완료, early with a reason where the day is still to come."""
    last_month = first_of_next_month(stage.today, -1)
    await settled(stage, partner, found, last_month)
    payload = Pay(
        paid_on=stage.today,
        payment_reference=f"DB{stage.today:%Y%m%d}{found.id:06d}",
        early_reason="협력사 자금 사정에 따른 조기지급",
    )
    await stage.press(DAEUN, SETTLEMENT, found, "pay", payload)


async def settlement_cancelled(stage: Stage, found: Settlement, reason: str) -> None:
    """정산취소."""
    await stage.press(DAEUN, SETTLEMENT, found, "cancel", Reason(reason=reason))


def approval_number(issued_on: dt.date, serial: int) -> str:
    """승인번호: day, service, serial; 24 digits."""
    return f"{issued_on:%Y%m%d}{APPROVAL_SERVICE}{serial:08d}"
