"""The steps of purchase orders, and their papers."""

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from activities import drawn
from activities.recording import DomainSteps, StepContext
from activities.sealing import keep_signature, partner_mark
from models.deliveries.rules import Status as RoundStatus
from models.deliveries.tables import DeliveryRound, Receipt
from models.inspections.rules import Status as InspectionStatus
from models.inspections.tables import Inspection
from models.kernel.roles import Role
from models.members.queries import members_in_turn
from models.notifications.writes import notify
from models.orders import queries, rules
from models.orders.kind import ORDER
from models.orders.messages import Confirm
from models.orders.rules import Status
from models.orders.tables import OrderItem, PurchaseOrder
from models.signatures.queries import BUYER, PARTNER, last_seal

SHEET_JOB = "build_order_sheet"
FINAL_JOB = "build_order_final"


def request_confirmation(step: StepContext) -> None:
    """The sheet is made after this step; until then nobody can confirm it."""
    order: PurchaseOrder = step.document
    if not queries.items(step.session, order.id or 0):
        raise rules.OrderEmpty
    if order.revision > 1:
        _check_against_rounds(step.session, order)
    order.requested_at = step.now
    order.turn_member_id = None
    _forget_sheet(order)
    house_seal = last_seal(step.session, BUYER, None)
    if house_seal is not None:
        keep_signature(step, BUYER, house_seal, [])
    step.jobs.append(SHEET_JOB)


def confirm(step: StepContext) -> None:
    """「발주서확인」: the seal with its evidence; the items are open for delivery planning from now on."""
    order: PurchaseOrder = step.document
    payload: Confirm = step.payload
    if not order.sheet_ready:
        raise rules.SheetNotReady
    if payload.sheet_sha256 and payload.sheet_sha256 != order.draft_sha256:
        raise rules.SheetChanged
    rules.check_read(order.draft_pages, payload.seen_pages)
    mark = partner_mark(step, payload)
    consent = {
        "document_id": order.id,
        "title": "발주서",
        "sha256": order.draft_sha256,
        "pages": order.draft_pages,
        "seen_pages": payload.seen_pages,
        "agreed_at": step.now.isoformat(),
    }
    keep_signature(step, PARTNER, mark, [consent])
    order.confirmed_at = step.now
    if order.revision > 1:
        _move_rounds(step.session, order)
    step.jobs.append(FINAL_JOB)
    _tell_partner(step, order)


def to_buyer(step: StepContext) -> None:
    """It is the turn of the buyer who wrote the order."""
    step.document.turn_member_id = step.document.buyer_id


def revise(step: StepContext) -> None:
    """Back to drafting: the refused sheet is no longer the order's."""
    to_buyer(step)
    _forget_sheet(step.document)


def _forget_sheet(order: PurchaseOrder) -> None:
    order.sheet_ready = False
    order.draft_file_id, order.draft_sha256, order.draft_pages = None, "", 0


def _tell_partner(step: StepContext, order: PurchaseOrder) -> None:
    """The process ends here, and the planning of its delivery begins."""
    notify(
        step.session,
        event="your_turn",
        members=members_in_turn(step.session, Role.PARTNER, order.company_id, None),
        link=f"/deliveries?order={order.number}",
        workflow_id=order.workflow_id,
        step=order.step + 1,
        params={
            "title": f"{ORDER.number(order)} {order.title}",
            "status": "납품 일정을 계획해 주세요",
            "act": ORDER.words.event["confirm"],
        },
        now=step.now,
    )


def _planned(session: Session, item_id: int) -> int:
    """Pieces that are planned or came; those an inspection gave back are to come once more, not besides."""
    rounds = _rounds(session, item_id)
    back = select(func.coalesce(func.sum(col(Inspection.quantity)), 0)).where(
        col(Inspection.order_item_id) == item_id, col(Inspection.status) == InspectionStatus.CANCELLED
    )
    planned = sum(row.quantity for row in rounds if row.status != RoundStatus.REMOVED)
    return planned - int(session.execute(back).scalar_one())


def _rounds(session: Session, item_id: int) -> list[DeliveryRound]:
    # Locked: their plan may not change while the order does.
    rows = select(DeliveryRound).where(col(DeliveryRound.order_item_id) == item_id)
    locked = rows.order_by(col(DeliveryRound.id)).with_for_update()
    return list(session.execute(locked.execution_options(populate_existing=True)).scalars())


def _check_against_rounds(session: Session, order: PurchaseOrder) -> None:
    """A change order cannot fall below what is planned or delivered. Raises BelowDelivered."""
    now = {item.previous_item_id: item for item in queries.items(session, order.id or 0)}
    for before in _items_before(session, order):
        planned = _planned(session, before.id or 0)
        kept = now.get(before.id)
        asked = kept.quantity if kept else 0
        if asked < planned:
            raise rules.BelowDelivered(name=before.name, planned=planned, asked=asked)


def _items_before(session: Session, order: PurchaseOrder) -> list[OrderItem]:
    """The items of the version in force before, locked against new rounds."""
    rows = (
        select(OrderItem)
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(OrderItem.purchase_order_id))
        .where(
            col(PurchaseOrder.number) == order.number,
            col(PurchaseOrder.revision) < order.revision,
            col(PurchaseOrder.status) == Status.CONFIRMED,
        )
        .order_by(col(PurchaseOrder.revision).desc(), col(OrderItem.id))
        .with_for_update(of=OrderItem)
    )
    found = list(session.execute(rows).scalars())
    return [item for item in found if item.purchase_order_id == found[0].purchase_order_id]


def _move_rounds(session: Session, order: PurchaseOrder) -> None:
    """Rounds, receipts and inspections follow their item into the new version."""
    _check_against_rounds(session, order)
    for item in queries.items(session, order.id or 0):
        if item.previous_item_id is None:
            continue
        for table in (DeliveryRound, Receipt, Inspection):
            values: dict[str, object] = {"order_item_id": item.id}
            if table is not Receipt:
                values["purchase_order_id"] = order.id
            at = col(table.order_item_id) == item.previous_item_id
            session.execute(update(table).where(at).values(values))


STEPS = DomainSteps(
    kind=ORDER,
    effects={
        "request_confirmation": request_confirmation,
        "confirm": confirm,
        "refuse": to_buyer,
        "revise": revise,
    },
    quick={"refuse", "revise"},
)
JOBS = [drawn.build_order_sheet, drawn.build_order_final]
