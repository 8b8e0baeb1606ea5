"""What an order's papers say, from its rows: facts, seals, evidence."""

from sqlalchemy import select
from sqlmodel import Session, col

from activities.documents.audit import AuditRecord, PagesSeen
from activities.documents.order import OrderLine, OrderPaper
from activities.documents.papers import Seals
from activities.papers import house, marks, partner, record
from models.members.tables import Company
from models.orders import queries
from models.orders.kind import ORDER
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.queries import events
from models.signatures.tables import Signature


def paper(session: Session, order: PurchaseOrder) -> OrderPaper:
    """The sheet's facts. Raises ValueError when the lines do not add up to the order."""
    company = session.get_one(Company, order.company_id)
    lines = [
        OrderLine(
            name=item.name,
            model=item.spec,
            quantity=item.quantity,
            unit=item.unit,
            unit_price=item.unit_price,
            amount=item.amount,
            due_on=item.requested_on,
            place=item.requested_place,
        )
        for item in queries.items(session, order.id or 0)
    ]
    return OrderPaper(
        number=order.number,
        version=order.revision,
        name=order.title,
        buyer=house(order.buyer_name),
        partner=partner(company),
        ordered_on=order.order_date,
        lines=lines,
        supply=order.amount,
        vat=order.vat,
        currency=order.currency,
        settlement=SETTLEMENT_TYPE.get(order.settlement_type, ""),
        basis=order.basis,
        evidence=EVIDENCE_TYPE.get(order.evidence_type, ""),
        message=order.note_to_partner,
    )


def signatures(session: Session, order: PurchaseOrder) -> dict[str, Signature]:
    """Party -> its newest signature on this order."""
    rows = select(Signature).where(col(Signature.kind) == ORDER.key, col(Signature.document_id) == order.id)
    return {row.party: row for row in session.execute(rows.order_by(col(Signature.id))).scalars()}


def seals(session: Session, order: PurchaseOrder) -> Seals:
    """Both seals as they lie on the sheet."""
    return marks(session, signatures(session, order), session.get_one(Company, order.company_id))


def evidence(session: Session, order: PurchaseOrder) -> AuditRecord:
    """The audit pages of the sheet."""
    found = events(session, order.workflow_id)
    return record(order.draft_sha256, found, signatures(session, order), ORDER.words.event, _seen)


def _seen(signature: Signature) -> list[PagesSeen]:
    return [
        PagesSeen(consent["title"], consent["seen_pages"], consent["pages"], signature.signed_at)
        for consent in signature.consents
    ]
