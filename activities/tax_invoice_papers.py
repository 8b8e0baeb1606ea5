"""The form of a tax invoice as PDF: of an issued one, and of a draft to look at."""

from activities.documents.tax_invoice import paper
from models import database
from models.files.rules import FileKind, FileRole
from models.files.writes import attach, keep
from models.processes.messages import Job
from models.processes.writes import announce
from models.tax_invoices import queries, standard
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import EDITABLE
from models.tax_invoices.showing import show_anew
from models.tax_invoices.tables import TaxInvoice


def build_tax_invoice_paper(job: Job) -> None:
    """Make the form as PDF, both copies, once, and put it into the document."""
    with database.working() as session:
        row = session.get_one(TaxInvoice, job.document_id)
        if row.pdf_file_id is not None:
            return
        found = standard.invoice(row, queries.lines(session, job.document_id))
    pdf = paper(found)
    with database.working() as session:
        row = session.get_one(TaxInvoice, job.document_id, with_for_update=True)
        if row.pdf_file_id is not None:
            return
        file = keep(session, FileKind.PDF, f"세금계산서_{row.approval_number}.pdf", pdf, row.company_id)
        title = f"세금계산서 {row.approval_number}"
        attach(session, file, TAX_INVOICE.key, job.document_id, FileRole.FINAL, company_id=row.company_id, title=title)
        row.pdf_file_id = file.id
        announce(session, TAX_INVOICE.key, job.document_id, row.company_id)


def build_tax_invoice_preview(job: Job) -> None:
    """Make the form of a draft as PDF, as it stands now and marked as not issued, for the house's eyes alone."""
    with database.working() as session:
        row = session.get_one(TaxInvoice, job.document_id)
        if row.status not in EDITABLE or queries.preview_file(session, row) is not None:
            return
        version, found = row.edit_version, standard.draft(row, queries.lines(session, job.document_id))
    pdf = paper(found)
    with database.working() as session:
        row = session.get_one(TaxInvoice, job.document_id, with_for_update=True)
        file = keep(session, FileKind.PDF, f"세금계산서_미리보기_{row.number}.pdf", pdf, None)
        title = f"미리보기 {row.number}"
        attach(
            session, file, TAX_INVOICE.key, job.document_id, FileRole.DRAFT, company_id=None, title=title,
            position=version,
        )  # fmt: skip
        show_anew(session, job.document_id, row.company_id)
