"""Pages that are open, of invoices that did not change themselves: what they show besides did."""

from sqlalchemy import update
from sqlmodel import Session, col

from models.processes.writes import announce
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.tables import TaxInvoice


def show_anew(session: Session, invoice_id: int, company_id: int) -> None:
    """Open pages of an invoice fetch it again, also those that open while this is being committed: they go by the
    version of its row, so the row is written as it is.
    """
    same = update(TaxInvoice).where(col(TaxInvoice.id) == invoice_id).values(edit_version=col(TaxInvoice.edit_version))
    session.execute(same.execution_options(synchronize_session=False))
    announce(session, TAX_INVOICE.key, invoice_id, company_id)
