"""An invoice as the standard's XML: canonical form (one line, no comments), so that equal invoices give equal bytes."""

import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from models.etax.document import Contact, ImportDocument, Invoice, Line, Party, Payment
from models.etax.faults import Malformed
from models.etax.layout import NAMESPACE, SCHEMA_LOCATION, XSI
from models.kernel.calendar import KST

HEADER = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_OPEN = f'<TaxInvoice xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" xsi:schemaLocation="{SCHEMA_LOCATION}">'
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def build(invoice: Invoice, clean: Callable[[str], str] = str) -> bytes:
    """The unsigned XML. What is empty in the invoice has no element; a draft has no ExchangedDocument.

    Malformed("text_control") for text that XML cannot carry, unless `clean` takes it out. Nothing else is judged
    here: see validate.
    """
    text = "".join(
        (
            _OPEN,
            _exchanged(invoice),
            _document(invoice),
            _settlement(invoice),
            *(_line(line) for line in invoice.lines),
            "</TaxInvoice>",
        )
    )
    text = clean(text)
    if _UNWRITABLE.search(text):
        raise Malformed("text_control")
    return HEADER + text.encode()


def writable(text: str) -> str:
    """The text with what XML cannot carry replaced by U+FFFD."""
    return _UNWRITABLE.sub("\ufffd", text)


def _leaf(name: str, text: str | None) -> str:
    if text is None or text == "":
        return ""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\r", "&#xD;")
    return f"<{name}>{escaped}</{name}>"


def _branch(name: str, *parts: str) -> str:
    inside = "".join(parts)
    return f"<{name}>{inside}</{name}>" if inside else ""


def _exchanged(invoice: Invoice) -> str:
    if invoice.issued_at is None:
        return ""
    return _branch(
        "ExchangedDocument",
        _leaf("ID", invoice.exchange_id or invoice.issue_id),
        _leaf("IssueDateTime", f"{invoice.issued_at.astimezone(KST):%Y%m%d%H%M%S}"),
        _branch("ReferencedDocument", _leaf("ID", invoice.referenced_id)),
    )


def _document(invoice: Invoice) -> str:
    return _branch(
        "TaxInvoiceDocument",
        _leaf("IssueID", invoice.issue_id),
        _leaf("TypeCode", invoice.type_code),
        *(_leaf("DescriptionText", remark) for remark in invoice.remarks),
        _leaf("IssueDateTime", f"{invoice.written_on:%Y%m%d}"),
        _leaf("AmendmentStatusCode", invoice.amendment),
        _leaf("PurposeCode", invoice.purpose),
        _leaf("OriginalIssueID", invoice.original_issue_id),
        _import(invoice.import_document),
    )


def _import(document: ImportDocument | None) -> str:
    if document is None:
        return ""
    return _branch(
        "ReferencedImportDocument",
        _leaf("ID", document.number),
        _leaf("ItemQuantity", str(document.count)),
        _branch(
            "AcceptablePeriod",
            _leaf("StartDateTime", f"{document.start:%Y%m%d}"),
            _leaf("EndDateTime", f"{document.end:%Y%m%d}"),
        ),
    )


def _settlement(invoice: Invoice) -> str:
    return _branch(
        "TaxInvoiceTradeSettlement",
        _party("InvoicerParty", invoice.supplier, ("DefinedContact",)),
        _party("InvoiceeParty", invoice.buyer, ("PrimaryDefinedContact", "SecondaryDefinedContact")),
        _party("BrokerParty", invoice.broker, ("DefinedContact",)) if invoice.broker else "",
        _payments(invoice.payments),
        _branch(
            "SpecifiedMonetarySummation",
            _leaf("ChargeTotalAmount", str(invoice.charge_total)),
            _leaf("TaxTotalAmount", str(invoice.tax_total)),
            _leaf("GrandTotalAmount", str(invoice.grand_total)),
        ),
    )


def _party(name: str, party: Party, contact_names: tuple[str, ...]) -> str:
    return _branch(
        name,
        _leaf("ID", party.registration_number),
        _leaf("TypeCode", party.business_type),
        _leaf("NameText", party.name),
        _leaf("ClassificationCode", party.business_class),
        _branch(
            "SpecifiedOrganization",
            _leaf("TaxRegistrationID", party.sub_registration),
            _leaf("BusinessTypeCode", party.kind),
        ),
        _branch("SpecifiedPerson", _leaf("NameText", party.representative)),
        *(_contact(*each) for each in zip(contact_names, party.contacts, strict=False)),
        _branch("SpecifiedAddress", _leaf("LineOneText", party.address)),
    )


def _contact(name: str, contact: Contact) -> str:
    return _branch(
        name,
        _leaf("DepartmentNameText", contact.department),
        _leaf("PersonNameText", contact.name),
        _leaf("TelephoneCommunication", contact.phone),
        _leaf("URICommunication", contact.email),
    )


def _payments(payments: Iterable[Payment]) -> str:
    return "".join(
        _branch("SpecifiedPaymentMeans", _leaf("TypeCode", each.means), _leaf("PaidAmount", str(each.amount)))
        for each in payments
    )


def _line(line: Line) -> str:
    return _branch(
        "TaxInvoiceTradeLineItem",
        _leaf("SequenceNumeric", str(line.position)),
        _leaf("DescriptionText", line.note),
        _leaf("InvoiceAmount", str(line.amount)),
        _leaf("ChargeableUnitQuantity", _decimal(line.quantity)),
        _leaf("InformationText", line.spec),
        _leaf("NameText", line.name),
        _leaf("PurchaseExpiryDateTime", f"{line.supplied_on:%Y%m%d}" if line.supplied_on else None),
        _branch("TotalTax", _leaf("CalculatedAmount", str(line.tax))),
        _branch("UnitPrice", _leaf("UnitAmount", _decimal(line.unit_price))),
    )


def _decimal(number: Decimal | None) -> str | None:
    return None if number is None else f"{number:f}"
