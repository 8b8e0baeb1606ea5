"""The steps of delivery rounds: what each act changes beside the status."""

from sqlalchemy import delete, func, select
from sqlmodel import col

from activities.recording import DomainSteps, StepContext
from models.deliveries import rules
from models.deliveries.kind import DELIVERY
from models.deliveries.messages import Receive
from models.deliveries.rules import Status
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.inspections.kind import INSPECTION
from models.inspections.tables import Inspection
from models.kernel.calendar import KST
from models.kernel.roles import Role
from models.members.queries import members_in_turn
from models.notifications.writes import notify
from models.orders.tables import OrderItem, PurchaseOrder


def request(step: StepContext) -> None:
    """확정요청: with every serial number, to the buyer of the order."""
    found: DeliveryRound = step.document
    if found.needs_serial:
        count = select(func.count()).where(col(DeliverySerial.delivery_round_id) == found.id)
        have = step.session.execute(count).scalar_one()
        if have != found.quantity:
            raise rules.SerialsMissing(item=found.item_name, round=found.round_no, needed=found.quantity, have=have)
    found.turn_member_id = found.buyer_id


def to_partner(step: StepContext) -> None:
    """Back to 예정."""
    step.document.turn_member_id = None


def confirm(step: StepContext) -> None:
    """확정: 입고대상."""
    step.document.turn_member_id = None


def remove(step: StepContext) -> None:
    """A removed round gives its serial numbers back."""
    mine = col(DeliverySerial.delivery_round_id) == step.document.id
    step.session.execute(delete(DeliverySerial).where(mine))
    step.document.turn_member_id = None


def receive(step: StepContext) -> str:
    """입고: a receipt and its inspection; the round is done once all of it came."""
    found: DeliveryRound = step.document
    payload: Receive = step.payload
    item = step.session.get_one(OrderItem, found.order_item_id)
    order = step.session.get_one(PurchaseOrder, found.purchase_order_id)
    left = found.quantity - found.received_quantity
    today = step.now.astimezone(KST).date()
    rules.check_receipt(left, payload.quantity, payload.received_on, today, order.order_date)
    receipt = Receipt(
        delivery_round_id=found.id or 0,
        order_item_id=found.order_item_id,
        company_id=found.company_id,
        quantity=payload.quantity,
        received_on=payload.received_on,
        receiver_id=step.command.actor_id if step.command else 0,
        receiver_name=step.command.actor_name if step.command else "",
        note=payload.note,
        created_at=step.now,
    )
    step.session.add(receipt)
    step.session.flush()
    found.received_quantity += payload.quantity
    step.detail |= {"quantity": payload.quantity, "receipt": receipt.id or 0}
    _inspect(step, found, receipt, item)
    if found.received_quantity < found.quantity:
        return Status.CONFIRMED
    return Status.RECEIVED


def _inspect(step: StepContext, found: DeliveryRound, receipt: Receipt, item: OrderItem) -> None:
    """검수대기 for what came in, told to the inspectors."""
    initial = INSPECTION.rules.initial
    turn = Role(INSPECTION.rules.turns[initial] or Role.INSPECTOR)
    inspection = Inspection(
        workflow_id=f"{INSPECTION.key}/{receipt.id}",
        company_id=found.company_id,
        case_key=found.case_key,
        status=initial,
        turn=turn,
        status_since=step.now,
        created_by=receipt.receiver_id,
        created_at=step.now,
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
    step.start(INSPECTION, inspection)
    notify(
        step.session,
        event="your_turn",
        members=members_in_turn(step.session, turn, found.company_id, None),
        link=f"/inspections/{inspection.id}",
        workflow_id=inspection.workflow_id,
        step=0,
        params={
            "title": f"{found.order_number} {item.name}",
            "status": "검수대기",
            "act": DELIVERY.words.event["receive"],
        },
        now=step.now,
    )


STEPS = DomainSteps(
    kind=DELIVERY,
    effects={
        "request": request,
        "withdraw": to_partner,
        "return": to_partner,
        "confirm": confirm,
        "remove": remove,
        "receive": receive,
    },
    quick={"withdraw", "return"},
)
JOBS: list[object] = []
