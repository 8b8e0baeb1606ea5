"""The inspection's page and the page of 검수취소."""

from typing import Any

from sqlmodel import Session

from models.inspections.kind import INSPECTION
from models.inspections.messages import InspectionOut
from models.inspections.rules import Status
from models.inspections.tables import Inspection
from models.inspections.wording import CANCEL_REASONS, SETTLED, UNSETTLED
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.settlements.queries import holder
from web.documents.kinds import WebKind


def context(session: Session, actor: Actor, inspection: Inspection) -> dict[str, Any]:
    """Everything below the head of the inspection's page."""
    settlement = holder(session, actor, inspection.id or 0)
    free = inspection.status == Status.ACCEPTED and settlement is None
    return {
        "head_note": f"{inspection.company_name} · 검수량 {inspection.quantity:,} {inspection.unit}",
        "inspection": inspection,
        "settlement": settlement,
        "settled_words": SETTLED if inspection.settled else UNSETTLED,
        "may_settle": free and Role.SETTLEMENT in actor.every_role,
    }


def act_context(session: Session, actor: Actor, inspection: Inspection, act: str) -> dict[str, Any]:  # noqa: ARG001
    """The usual reasons, offered while typing one."""
    return {"reasons": CANCEL_REASONS}


WEB = WebKind(
    kind=INSPECTION,
    template="inspections/detail.html",
    api=InspectionOut,
    list_label="검수현황",
    list_link="/inspections",
    context=context,
    act_templates={"cancel": "inspections/cancel.html"},
    act_context=act_context,
)
