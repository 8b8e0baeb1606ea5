"""정발행: an invoice the supplier issued elsewhere, brought here as its signed XML.

What the document says of itself is looked at before it is kept; whether its certificate is to be believed is the
worker's to find out, and until it has the settlement is not touched.
"""

import datetime as dt
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.etax.document import Invoice
from models.files.rules import FileKind, FileRole
from models.files.writes import attach, keep
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.tables import Company
from models.processes import queries as processes
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.processes.writes import audit, lock_case, start_process
from models.settlements.queries import evidence_holder
from models.settlements.rules import Status as Settled
from models.settlements.tables import Settlement
from models.tax_invoices import drafting, queries, refusals
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import CHECK_RECEIVED_JOB, PAPER_JOB, Direction, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import NOT_FOR_INVOICE, VERIFICATION
from models.tax_invoices.writes import Frame, new_row, save_lines

XML_BYTES_MAX = 512 * 1024


def receive_forward(
    session: Session, actor: Actor, xml: bytes, now: dt.datetime, settlement_id: int | None = None
) -> TaxInvoice:
    """Keep the invoice, for a settlement where one is named; its certificate is checked and the settlement settled
    right after. A partner brings its own, the settlement officer anybody's.

    Raises NotYourTurn, NotFound, ReceivedFaulty, ApprovalNumberTaken, AlreadyInvoiced, NotForInvoice.
    """
    actor.must_hold(Role.PARTNER, Role.SETTLEMENT)
    found = sound(xml)
    company = _company(session, actor, found)
    settlement = _settlement(session, actor, settlement_id, company, found)
    number = found.issue_id or ""
    lock_case(session, f"approval-number/{number}")
    other = queries.by_approval_number(session, number)
    taken = other.number if other else evidence_holder(session, number)
    if taken is not None:
        raise refusals.ApprovalNumberTaken(field="xml", number=taken)
    row = _kept(session, actor, found, company, settlement, now)
    file = keep(session, FileKind.XML, f"세금계산서_{number}.xml", xml, company.id)
    attach(
        session, file, TAX_INVOICE.key, row.id or 0, FileRole.FINAL, company_id=company.id, title="전자세금계산서 XML"
    )
    row.xml_file_id = file.id
    session.add(row)
    session.flush()
    start_process(session, row, TAX_INVOICE.key, jobs=[CHECK_RECEIVED_JOB, PAPER_JOB])
    audit(session, actor, TAX_INVOICE.key, row, "create", {"approval_number": number})
    return row


def sound(xml: bytes) -> Invoice:
    """The invoice, if it is whole, issued and the house's to pay. Raises ReceivedFaulty."""
    # Eight megabytes of a program that is brought a signed document now and then.
    from models.tax_invoices.verification import looked_through

    looked = looked_through(xml)
    if looked.problem or looked.invoice is None:
        why = VERIFICATION[looked.problem or "malformed"]
        raise refusals.ReceivedFaulty(field="xml", why=f"{why} {looked.detail}".strip())
    found = looked.invoice
    if not found.issue_id or found.issued_at is None:
        raise refusals.ReceivedFaulty(
            field="xml", why="승인번호가 없는 세금계산서입니다. 발급된 XML 파일을 올려 주세요."
        )
    if found.buyer.registration_number != HOUSE.number:
        raise refusals.ReceivedFaulty(field="xml", why=f"공급받는자가 {HOUSE.name}이 아닙니다.")
    return found


def _company(session: Session, actor: Actor, found: Invoice) -> Company:
    """Whose invoice it is. Raises ReceivedFaulty."""
    company = queries.company_by_number(session, found.supplier.registration_number)
    if company is None or (actor.company_id is not None and company.id != actor.company_id):
        why = (
            "우리 회사가 공급자인 세금계산서만 올릴 수 있습니다." if actor.company_id else "거래처가 아닌 공급자입니다."
        )
        raise refusals.ReceivedFaulty(field="xml", why=why)
    return company


def _settlement(
    session: Session, actor: Actor, settlement_id: int | None, company: Company, found: Invoice
) -> Settlement | None:
    """Raises NotFound, ReceivedFaulty, NotForInvoice, AlreadyInvoiced."""
    if settlement_id is None:
        return None
    rows = visible_to(actor, Settlement).where(col(Settlement.id) == settlement_id)
    settlement: Settlement | None = session.execute(rows).scalar_one_or_none()
    if settlement is None:
        raise NotFound
    lock_case(session, f"tax-invoice/{settlement.number}")
    if settlement.status != Settled.ACKNOWLEDGED:
        raise refusals.NotForInvoice(why=NOT_FOR_INVOICE["status"])
    if settlement.company_id != company.id:
        raise refusals.ReceivedFaulty(field="xml", why="정산의 공급사와 세금계산서의 공급자가 다릅니다.")
    sums = (settlement.supply_amount, settlement.vat_amount)
    if (found.charge_total, found.tax_total) != sums or found.amendment is not None:
        why = f"정산 금액 {settlement.total_amount:,}원과 세금계산서 금액 {found.grand_total:,}원이 다릅니다."
        raise refusals.ReceivedFaulty(field="xml", why=why)
    live = queries.live_of_settlement(session, settlement_id)
    if live is not None:
        raise refusals.AlreadyInvoiced(number=live.number)
    return settlement


def _kept(
    session: Session, actor: Actor, found: Invoice, company: Company, settlement: Settlement | None, now: dt.datetime
) -> TaxInvoice:
    first = found.lines[0].name
    frame = Frame(
        title=settlement.title
        if settlement
        else (f"{first} 외 {len(found.lines) - 1}건" if found.lines[1:] else first),
        company_id=company.id or 0,
        company_name=company.name,
        case_key=settlement.case_key if settlement else "",
        direction=Direction.FORWARD,
        settlement=settlement,
    )
    row = new_row(session, actor, found, frame, now)
    issued: dict[str, Any] = {
        "status": Status.NTS_ACCEPTED,
        "requested_at": now,
        "approval_number": found.issue_id,
        "issued_at": found.issued_at,
        "officer_id": settlement.officer_id if settlement else actor.member_id,
        "officer_name": settlement.officer_name if settlement else actor.name,
        "original_id": _original(session, found),
        "issue_by": drafting.issue_by(
            found, None, found.written_on, local_date(found.issued_at or now), processes.holidays(session)
        ),
        "transmit_by": drafting.transmit_by(local_date(found.issued_at or now)),
    }
    for name, value in issued.items():
        setattr(row, name, value)
    row.turn = TAX_INVOICE.rules.turn(row.status)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as taken:
        # Another company's, which this person cannot see.
        raise refusals.ApprovalNumberTaken(field="xml", number="다른 문서") from taken
    save_lines(session, row, found.lines)
    return row


def _original(session: Session, found: Invoice) -> int | None:
    original = queries.by_approval_number(session, found.original_issue_id) if found.original_issue_id else None
    return original.id if original else None
