"""The page of one delivery round, and the page of 「입고」."""

from typing import Any

from sqlmodel import Session

from models import clock
from models.deliveries import queries
from models.deliveries.kind import DELIVERY
from models.deliveries.messages import RoundOut
from models.deliveries.rules import Status
from models.deliveries.tables import DeliveryRound
from models.deliveries.wording import SERIALS_DONE, SERIALS_MISSING
from models.kernel.calendar import local_date
from models.members.queries import member_names
from models.processes.messages import Actor
from web.documents.kinds import WebKind


def context(session: Session, actor: Actor, found: DeliveryRound) -> dict[str, Any]:
    """Everything below the head of the round's page."""
    item, order = queries.item_and_order(session, found.order_item_id)
    serials = queries.serials_of(session, found.id or 0)
    return {
        "head_note": f"{found.company_name} · {found.quantity:,}{item.unit} · {found.place}",
        "item": item,
        "order": order,
        "serials": serials,
        "serial_words": serial_words(found, len(serials)),
        "receipts": queries.receipts_of(session, found.id or 0),
        "buyer_name": member_names(session, [found.buyer_id]).get(found.buyer_id, ""),
        "left": found.quantity - found.received_quantity,
        "may_write_serials": found.needs_serial and found.status == Status.PLANNED and actor.company_id is not None,
    }


def serial_words(found: DeliveryRound, count: int) -> str:
    """미작성, 작성완료; "" where the product has no serial numbers."""
    if not found.needs_serial:
        return ""
    return SERIALS_DONE if count == found.quantity else SERIALS_MISSING


def act_context(session: Session, actor: Actor, found: DeliveryRound, act: str) -> dict[str, Any]:  # noqa: ARG001
    """What 「입고」 proposes: the rest of the round, today."""
    return {"today": local_date(clock.now())} if act == "receive" else {}


WEB = WebKind(
    kind=DELIVERY,
    template="deliveries/detail.html",
    api=RoundOut,
    list_label="납품일정계획",
    list_link="/deliveries",
    context=context,
    act_templates={"receive": "deliveries/receive.html"},
    act_context=act_context,
)
