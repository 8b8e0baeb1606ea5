"""What an order's papers say, from its rows: facts, seals, evidence; and the house's attestation."""

import datetime as dt
from dataclasses import replace

from sqlalchemy import select
from sqlmodel import Session, col

from activities.contract_papers import IDENTITY, KEY_FOLDER
from activities.documents import signing
from activities.documents.audit import AuditEvent, AuditRecord, PagesSeen
from activities.documents.order import OrderLine, OrderPaper
from activities.documents.papers import Mark, Party, Seals
from models.contracts.wording import CONSENT
from models.files.tables import StoredFile
from models.files.writes import content
from models.kernel.identifiers import format_brn
from models.members.house import HOUSE
from models.members.rules import CompanyKind
from models.members.tables import Company
from models.orders import queries
from models.orders.kind import ORDER
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.queries import events
from models.processes.tables import ProcessEvent
from models.settings import settings
from models.signatures.queries import BUYER, PARTNER
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
        buyer=Party(
            name=HOUSE.name,
            registration=format_brn(HOUSE.number),
            representative=HOUSE.representative,
            address=HOUSE.address,
            contact=order.buyer_name,
        ),
        partner=_partner(company),
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


def _partner(company: Company) -> Party:
    individual = company.kind == CompanyKind.INDIVIDUAL
    number = company.business_number or ""
    return Party(
        name=company.name,
        registration="" if individual else format_brn(number),
        representative=company.representative,
        address=company.address,
        individual=individual,
    )


def signatures(session: Session, order: PurchaseOrder) -> dict[str, Signature]:
    """Party -> its newest signature on this order."""
    rows = select(Signature).where(col(Signature.kind) == ORDER.key, col(Signature.document_id) == order.id)
    return {row.party: row for row in session.execute(rows.order_by(col(Signature.id))).scalars()}


def marks(session: Session, order: PurchaseOrder) -> Seals:
    """Both seals as they lie on the paper."""
    found = signatures(session, order)
    drawn = session.get_one(Company, order.company_id).kind == CompanyKind.INDIVIDUAL
    return Seals(
        buyer=_mark(session, found.get(BUYER), drawn=False),
        partner=_mark(session, found.get(PARTNER), drawn=drawn),
    )


def _mark(session: Session, signature: Signature | None, *, drawn: bool) -> Mark | None:
    if signature is None:
        return None
    return Mark(content(session.get_one(StoredFile, signature.seal_file_id)), drawn=drawn)


def evidence(session: Session, order: PurchaseOrder) -> AuditRecord:
    """The audit pages: every person's act on the order, and what lies behind the seals."""
    found = list(events(session, order.workflow_id))
    signed = {row.signed_at: row for row in signatures(session, order).values()}
    return AuditRecord(
        draft_sha256=order.draft_sha256,
        events=[_event(e, signed.get(e.at)) for e in found if e.act not in {REMIND, ESCALATE}],
        chain_head=found[-1].hash if found else "",
        verify_at=f"{settings().public_url}/verify",
    )


def _event(event: ProcessEvent, signature: Signature | None) -> AuditEvent:
    reason = f" (사유: {event.reason})" if event.reason else ""
    plain = AuditEvent(
        at=event.at,
        who=event.actor_name or "시스템",
        what=f"{ORDER.words.event.get(event.act, event.act)}{reason}",
        organisation=event.actor_company or (HOUSE.short_name if event.actor_id else ""),
        on_behalf_of=event.on_behalf_of_name or "",
    )
    if signature is None:
        return plain
    return replace(
        plain,
        ip=signature.ip,
        identity=IDENTITY,
        consent=CONSENT if signature.party == PARTNER else "",
        pages_seen=[
            PagesSeen(consent["title"], consent["seen_pages"], consent["pages"], signature.signed_at)
            for consent in signature.consents
        ],
        evidence=f"직인·사인 SHA-256: {event.detail.get('seal_sha256', '')}",
    )


def sealed(pdf: bytes, at: dt.datetime) -> bytes:
    """The paper with the house's certification signature of that instant."""
    return signing.sign(pdf, signing.house_identity(settings().data_dir / KEY_FOLDER, at), at)
