"""The tax invoice of a settlement report: written for its partner (역발행), or brought by it (정발행).

The report is above tax invoices: they know nothing of it, the report names its newest one.
"""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from models.credits.account_tables import CreditContact
from models.credits.report_rules import (
    ApprovalNumberDay,
    FactsMissing,
    InvoiceDiffers,
    WrittenOnOutside,
)
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import month_key, written_on_limits
from models.credits.run_tables import CreditRun
from models.credits.tables import CreditCompany
from models.etax.codes import BusinessType, Purpose
from models.etax.document import Contact, Invoice, Line, Party
from models.files.rules import FileRole
from models.files.tables import StoredFile
from models.files.writes import attach
from models.kernel.calendar import local_date
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.orders.rules import Taxation
from models.processes.messages import Actor
from models.processes.tables import ProcessEvent
from models.processes.writes import audit, begin, lock_case, start_process
from models.settlements.queries import evidence_holder
from models.settlements.rules import check_evidence_number
from models.tax_invoices import queries as invoices
from models.tax_invoices import refusals, standard
from models.tax_invoices.drafting import (
    ADDRESS_MAX,
    NAME_MAX,
    PARTY_MAX,
    REPRESENTATIVE_MAX,
    SPEC_MAX,
    TRADE_MAX,
    TYPE_CODE,
    transmit_by,
)
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.receiving import sound
from models.tax_invoices.rules import CHECK_RECEIVED_JOB, LINES_MAX, PAPER_JOB, Direction
from models.tax_invoices.rules import Status as InvoiceStatus
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.writes import Frame, new_row, save_lines

EVIDENCE = "tax_invoice"
"""What a 승인번호 is checked as."""


class NoOfficer(Refusal):
    """Nobody at the house settles: an invoice reaches somebody by name."""

    code = "no_settlement_officer"


def lines_of(session: Session, report_id: int) -> Sequence[CreditReportLine]:
    """매체별 정산금액 of a report the caller was allowed to find."""
    rows = select(CreditReportLine).where(col(CreditReportLine.report_id) == report_id)
    return session.execute(rows.order_by(col(CreditReportLine.position))).scalars().all()


def report_of(session: Session, invoice_id: int | None) -> CreditReport | None:
    """The report whose newest invoice this is."""
    row = select(CreditReport).where(col(CreditReport.tax_invoice_id) == invoice_id)
    found: CreditReport | None = session.execute(row).scalar_one_or_none()
    return found


def check_written_on(report: CreditReport, written_on: dt.date, today: dt.date) -> None:
    """Raises WrittenOnOutside."""
    first, last = written_on_limits(report.month, today)
    if not first <= written_on <= last:
        raise WrittenOnOutside(first=f"{first:%Y.%m.%d}", last=f"{last:%Y.%m.%d}", field="written_on")


def missing_facts(company: CreditCompany, contact: CreditContact | None) -> list[str]:
    """What an invoice needs of the partner and its contact and does not find, in Korean."""
    facts = {
        "사업자등록번호": company.business_number,
        "회사명": company.name,
        "대표자명": company.representative,
        "사업장 주소": company.address,
        "담당자": contact.name if contact else "",
        "담당자 이메일": contact.email if contact else "",
    }
    return [words for words, value in facts.items() if not (value or "").strip()]


def preview(
    session: Session, report: CreditReport, lines: Sequence[CreditReportLine], written_on: dt.date, today: dt.date
) -> Invoice:
    """The invoice exactly as it would be asked for, without a document. Raises WrittenOnOutside, FactsMissing."""
    check_written_on(report, written_on, today)
    company = session.get_one(CreditCompany, report.credit_company_id)
    contact = session.get(CreditContact, report.group_id)
    missing = missing_facts(company, contact)
    if missing or contact is None:
        raise FactsMissing(fields=", ".join(missing))
    return Invoice(
        written_on=written_on,
        type_code=TYPE_CODE[Taxation.TAXED],
        supplier=_supplier(company, contact),
        buyer=_house(),
        charge_total=report.supply,
        tax_total=report.tax,
        grand_total=report.total,
        lines=invoice_lines(lines, written_on),
        purpose=Purpose.CLAIM,
        remarks=(f"정산리포트 {report.number}",),
    )


def invoice_lines(lines: Sequence[CreditReportLine], written_on: dt.date) -> tuple[Line, ...]:
    """One line a line of the report; what is beyond the standard's 99 lines is summed up in the last."""
    fits = len(lines) <= LINES_MAX
    own, rest = (lines, ()) if fits else (lines[: LINES_MAX - 1], lines[LINES_MAX - 1 :])
    made = [
        Line(
            position=number,
            amount=line.supply,
            tax=line.tax,
            name=line.item[:NAME_MAX].strip(),
            spec=line.medium_name[:SPEC_MAX].strip(),
            supplied_on=written_on,
        )
        for number, line in enumerate(own, start=1)
    ]
    if rest:
        name = f"{rest[0].item} 외 {len(rest) - 1}건"[:NAME_MAX]
        supply, tax = sum(line.supply for line in rest), sum(line.tax for line in rest)
        made.append(Line(len(made) + 1, supply, tax, name, supplied_on=written_on))
    return tuple(made)


def _supplier(company: CreditCompany, contact: CreditContact) -> Party:
    return Party(
        registration_number=company.business_number or "",
        name=company.name[:PARTY_MAX],
        representative=company.representative[:REPRESENTATIVE_MAX],
        address=company.address[:ADDRESS_MAX],
        business_type=company.business_type[:TRADE_MAX],
        business_class=company.business_item[:TRADE_MAX],
        contacts=(Contact(name=contact.name, phone=contact.phone, email=contact.email),),
    )


def _house() -> Party:
    """The buyer, by its settlement desk: the partner's preview and the invoice name the same."""
    return Party(
        registration_number=HOUSE.number,
        name=HOUSE.name,
        representative=HOUSE.representative,
        kind=BusinessType.BUSINESS,
        address=HOUSE.address,
        business_type=HOUSE.business_type,
        business_class=HOUSE.business_item,
        contacts=(Contact(name=f"{HOUSE.short_name} 정산담당자", email=HOUSE.settlement_email),),
    )


def draft_from_report(session: Session, report: CreditReport, written_on: dt.date, now: dt.datetime) -> TaxInvoice:
    """The invoice the partner asked for (역발행 신청), on its way to the hub: nobody here has to press again.

    Raises WrittenOnOutside, FactsMissing, InvoiceFaulty, NoOfficer.
    """
    lines = lines_of(session, report.id or 0)
    asked = preview(session, report, lines, written_on, local_date(now))
    officer = officer_of(session, report)
    wrong = standard.faults(asked)
    if wrong:
        raise refusals.InvoiceFaulty(count=len(wrong), first=f"{wrong[0].path}: {wrong[0].sentence}")
    row = new_row(session, officer, asked, _frame(report, Direction.REVERSE), now)
    row.status = InvoiceStatus.FILING
    row.requested_at = now
    row.turn = TAX_INVOICE.rules.turn(row.status)
    session.add(row)
    session.flush()
    save_lines(session, row, asked.lines)
    begin(session, TAX_INVOICE, row)
    audit(session, officer, TAX_INVOICE.key, row, "create", {"report": report.number})
    report.tax_invoice_id = row.id
    report.written_on = written_on
    return row


def _frame(report: CreditReport, direction: Direction) -> Frame:
    return Frame(
        title=f"{month_key(report.month)} {report.group_name} 정산",
        company_id=0,
        company_name=report.company_name,
        case_key=report.case_key,
        direction=direction,
    )


def officer_of(session: Session, report: CreditReport) -> Actor:
    """Who approved the run that published the report, else the first settlement officer. Raises NoOfficer."""
    run = session.get(CreditRun, report.run_id)
    approved = (
        select(col(ProcessEvent.actor_id))
        .where(col(ProcessEvent.workflow_id) == (run.workflow_id if run else ""), col(ProcessEvent.act) == "approve")
        .order_by(col(ProcessEvent.step).desc())
        .limit(1)
    )
    approver = session.execute(approved).scalar_one_or_none()
    officers = select(col(Member.id), col(Member.name)).where(
        col(Member.company_id).is_(None),
        col(Member.status) == MemberStatus.ACTIVE.value,
        col(Member.roles).contains([Role.SETTLEMENT.value]),
    )
    found = session.execute(officers.order_by(col(Member.id) != approver, col(Member.id)).limit(1)).one_or_none()
    if found is None:
        raise NoOfficer
    return Actor(member_id=found[0], name=found[1], company_name=HOUSE.short_name, roles=frozenset({Role.SETTLEMENT}))


def check_number(session: Session, report: CreditReport, typed: str, written_on: dt.date) -> str:
    """The 승인번호 of an invoice issued elsewhere, as it is kept.

    Raises EvidenceNumberWrong, ApprovalNumberDay, ApprovalNumberTaken.
    """
    number = check_evidence_number(EVIDENCE, typed) or ""
    if not number.startswith(f"{written_on:%Y%m%d}"):
        raise ApprovalNumberDay(field="approval_number", day=f"{written_on:%Y%m%d}")
    lock_case(session, f"approval-number/{number}")
    other = invoices.by_approval_number(session, number)
    own = other is not None and other.id == report.tax_invoice_id
    taken = other.number if other is not None and not own else evidence_holder(session, number)
    row = select(col(CreditReport.number)).where(
        col(CreditReport.approval_number) == number, col(CreditReport.id) != report.id
    )
    taken = taken or session.execute(row.limit(1)).scalar_one_or_none()
    if taken is not None:
        raise refusals.ApprovalNumberTaken(field="approval_number", number=taken)
    return number


def receive_for_report(
    session: Session, report: CreditReport, xml: bytes, file: StoredFile, number: str, now: dt.datetime
) -> TaxInvoice:
    """A signed invoice the partner issued elsewhere, kept for its report; its certificate is checked right after.

    Raises ReceivedFaulty, InvoiceDiffers.
    """
    found = sound(xml)
    company = session.get_one(CreditCompany, report.credit_company_id)
    differing = {
        "승인번호": found.issue_id == number,
        "공급자 등록번호": found.supplier.registration_number == company.business_number,
        "공급가액과 세액": (found.charge_total, found.tax_total) == (report.supply, report.tax),
        "수정세금계산서 여부": found.amendment is None,
    }
    wrong = [what for what, same in differing.items() if not same]
    if wrong:
        raise InvoiceDiffers(field="paper_upload", what=", ".join(wrong))
    check_written_on(report, found.written_on, local_date(now))
    row = new_row(session, officer_of(session, report), found, _frame(report, Direction.FORWARD), now)
    row.status = InvoiceStatus.NTS_ACCEPTED
    row.turn = TAX_INVOICE.rules.turn(row.status)
    row.requested_at = now
    row.approval_number = number
    row.issued_at = found.issued_at
    row.transmit_by = transmit_by(local_date(found.issued_at or now))
    row.xml_file_id = file.id
    session.add(row)
    session.flush()
    save_lines(session, row, found.lines)
    attach(session, file, TAX_INVOICE.key, row.id or 0, FileRole.FINAL, company_id=0, title="전자세금계산서 XML")
    start_process(session, row, TAX_INVOICE.key, jobs=[CHECK_RECEIVED_JOB, PAPER_JOB])
    report.tax_invoice_id = row.id
    report.written_on = found.written_on
    return row
