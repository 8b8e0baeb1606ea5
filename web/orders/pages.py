"""The order's page, and the page of 「발주서확인」."""

from typing import Any

from sqlmodel import Session

from models.files.rules import SEAL
from models.kernel.identifiers import format_brn
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.queries import companies, staff_labels
from models.members.rules import CompanyKind
from models.orders import queries
from models.orders.kind import ORDER
from models.orders.messages import OrderOut
from models.orders.rules import EDITABLE, Status
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, FORM, SETTLEMENT_TYPE, TAXATION
from models.processes.messages import Actor
from models.processes.queries import pending
from models.signatures.queries import PARTNER, last_seal
from web.documents.kinds import WebKind

PREPARING = "발주서를 만들고 있습니다"


def context(session: Session, actor: Actor, order: PurchaseOrder) -> dict[str, Any]:
    """Everything below the head of the order's page."""
    buyer = Role.BUYER in actor.every_role
    versions = queries.versions(session, actor, order.number)
    company = companies(session, [order.company_id])[order.company_id]
    shown = {
        "head_note": f"{FORM[order.form]} · {order.basis} · 금 {order.amount:,} 원 (VAT 별도)",
        "items": queries.items(session, order.id or 0),
        "versions": versions,
        "form_words": FORM[order.form],
        "settlement_words": SETTLEMENT_TYPE.get(order.settlement_type, ""),
        "evidence_words": EVIDENCE_TYPE.get(order.evidence_type, ""),
        "taxation_words": TAXATION.get(order.taxation, ""),
        "buyer_label": staff_labels(session, [order.buyer_id]).get(order.buyer_id, order.buyer_name),
        "company": company,
        "company_number": format_brn(company.business_number or ""),
        "house": HOUSE,
        "house_number": format_brn(HOUSE.number),
        "paper": _paper(order),
        "may_edit": buyer and order.status in EDITABLE,
        "may_change": buyer and order.status == Status.CONFIRMED and versions[-1].id == order.id,
    }
    return shown | _not_ready(session, actor, order)


def _paper(order: PurchaseOrder) -> dict[str, Any] | None:
    """The sheet to show: the sealed one once it is made, the draft before."""
    if order.final_file_id is not None:
        return {"file_id": order.final_file_id, "pages": order.final_pages, "sha256": order.final_sha256}
    if order.draft_file_id is not None:
        return {"file_id": order.draft_file_id, "pages": order.draft_pages, "sha256": order.draft_sha256}
    return None


def _not_ready(session: Session, actor: Actor, order: PurchaseOrder) -> dict[str, Any]:
    """While the sheet is being made, 발주서확인 is shown with its reason instead of as a button."""
    if order.sheet_ready or order.status != Status.CONFIRMATION_REQUESTED:
        return {}
    moves = ORDER.rules.acts_for(order.status, actor.every_role)
    held_back = [move for move in moves if move.act == "confirm"]
    if not held_back or pending(session, order.workflow_id, actor):
        return {}
    return {
        "moves": tuple(move for move in moves if move not in held_back),
        "not_yet": [(ORDER.words.act[move.act], PREPARING) for move in held_back],
    }


def act_context(session: Session, actor: Actor, order: PurchaseOrder, act: str) -> dict[str, Any]:  # noqa: ARG001
    """What 「발주서확인」 shows beside the order: the seal used last."""
    if act != "confirm":
        return {}
    company = companies(session, [order.company_id])[order.company_id]
    individual = company.kind == CompanyKind.INDIVIDUAL
    return {
        "individual": individual,
        "last_seal": None if individual else last_seal(session, PARTNER, order.company_id),
    }


WEB = WebKind(
    kind=ORDER,
    template="orders/detail.html",
    api=OrderOut,
    list_label="발주서목록",
    list_link="/orders",
    context=context,
    act_templates={"confirm": "orders/confirm.html"},
    act_context=act_context,
    uploads={"seal_file_id": SEAL},
)
