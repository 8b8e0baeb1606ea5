"""An order's papers as PDF, and what they say, from its rows: facts, seals, evidence."""

from sqlalchemy import select
from sqlmodel import Session, col

from activities.documents import order as sheet
from activities.documents.audit import AuditRecord, PagesSeen
from activities.documents.order import OrderLine, OrderPaper
from activities.documents.papers import Seals
from activities.papers import attested, house, marks, partner, record
from models import database
from models.files.pages import page_count
from models.files.rules import FileKind, FileRole
from models.files.tables import StoredFile
from models.files.writes import attach, keep
from models.members.tables import Company
from models.orders import queries
from models.orders.kind import ORDER
from models.orders.rules import Status
from models.orders.tables import PurchaseOrder
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.messages import Job
from models.processes.queries import events
from models.processes.writes import announce
from models.signatures.tables import Signature


def build_order_sheet(job: Job) -> None:
    """The sheet to confirm, as PDF. Done once per request: repeated it changes nothing."""
    with database.working() as session:
        order = session.get_one(PurchaseOrder, job.document_id)
        version = order.version
        if order.sheet_ready or order.status != Status.CONFIRMATION_REQUESTED:
            return
        facts = paper(session, order)
    pdf = sheet.draft(facts)
    pages = page_count(pdf)
    with database.working() as session:
        order = session.get_one(PurchaseOrder, job.document_id, with_for_update=True)
        if order.sheet_ready or order.version != version:
            return
        file = _kept(session, order, pdf, FileRole.DRAFT)
        order.draft_file_id, order.draft_sha256, order.draft_pages = file.id, file.sha256, pages
        order.sheet_ready = True
        announce(session, ORDER.key, job.document_id, order.company_id)


def build_order_final(job: Job) -> None:
    """The confirmed sheet with both seals, its audit pages and the house's attestation; made once."""
    with database.working() as session:
        order = session.get_one(PurchaseOrder, job.document_id)
        if order.final_file_id is not None:
            return
        facts = paper(session, order)
        marks, record = seals(session, order), evidence(session, order)
    pdf = attested(sheet.final(facts, marks, record), job.at)
    pages = page_count(pdf)
    with database.working() as session:
        order = session.get_one(PurchaseOrder, job.document_id, with_for_update=True)
        if order.final_file_id is not None:
            return
        file = _kept(session, order, pdf, FileRole.FINAL)
        order.final_file_id, order.final_sha256, order.final_pages = file.id, file.sha256, pages
        announce(session, ORDER.key, job.document_id, order.company_id)


def _kept(session: Session, order: PurchaseOrder, pdf: bytes, role: FileRole) -> StoredFile:
    name = f"발주서_{order.number}_{order.revision}차.pdf"
    file = keep(session, FileKind.PDF, name, pdf, order.company_id)
    attach(session, file, ORDER.key, order.id or 0, role, company_id=order.company_id, title="발주서")
    return file


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
