"""A tax invoice of ours as the national standard sees it, and the other way round."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from models.etax.codes import FOREIGNER_NUMBER, Amendment, BusinessType, PaymentMeans, Purpose
from models.etax.document import Contact, Invoice, Line, Party, Payment
from models.etax.violations import Stage, Violation
from models.kernel.identifiers import BRN_DIGITS
from models.tax_invoices.rules import FOREIGN_REMARK
from models.tax_invoices.tables import TaxInvoice, TaxInvoiceLine

_PAID = {
    PaymentMeans.CASH: "paid_cash",
    PaymentMeans.CHEQUE: "paid_cheque",
    PaymentMeans.NOTE: "paid_note",
    PaymentMeans.CREDIT: "paid_credit",
}


def invoice(row: TaxInvoice, lines: Sequence[TaxInvoiceLine]) -> Invoice:
    """The document as it is filed, and once it is issued as it must come back."""
    return Invoice(
        written_on=row.written_on,
        type_code=row.type_code,
        supplier=supplier(row),
        buyer=buyer(row),
        broker=Party(**row.broker) if row.broker else None,
        charge_total=row.supply_amount,
        tax_total=row.vat_amount,
        grand_total=row.total_amount,
        lines=tuple(_line(line) for line in lines),
        issue_id=row.approval_number,
        issued_at=row.issued_at,
        purpose=Purpose(row.purpose) if row.purpose else None,
        amendment=Amendment(row.amendment_reason) if row.amendment_reason else None,
        original_issue_id=row.original_approval_number,
        remarks=(*foreign_remarks(row), *row.remarks),
        payments=_payments(row),
    )


def draft(row: TaxInvoice, lines: Sequence[TaxInvoiceLine]) -> Invoice:
    """The document without what comes with the signature."""
    return replace(invoice(row, lines), issue_id=None, issued_at=None)


def supplier(row: TaxInvoice) -> Party:
    contact = Contact(name=row.contact_name, phone=row.contact_phone or "", email=row.contact_email)
    return Party(
        registration_number=row.supplier_number,
        name=row.supplier_name,
        representative=row.supplier_representative,
        sub_registration=row.supplier_branch,
        address=row.supplier_address,
        business_type=row.supplier_business_type,
        business_class=row.supplier_business_item,
        contacts=(contact,) if contact != Contact() else (),
    )


def buyer(row: TaxInvoice) -> Party:
    contact = Contact(name=row.buyer_contact_name, email=row.buyer_email)
    return Party(
        registration_number=_buyer_number(row),
        name=row.buyer_name,
        representative=row.buyer_representative,
        sub_registration=row.buyer_branch,
        kind=BusinessType(row.buyer_kind),
        address=row.buyer_address,
        business_type=row.buyer_business_type,
        business_class=row.buyer_business_item,
        contacts=(contact,) if contact != Contact() else (),
    )


def content_columns(of: Invoice) -> dict[str, Any]:
    """The columns of what the document says, parties and approval number left out."""
    paid = dict.fromkeys(_PAID.values(), 0)
    for payment in of.payments:
        paid[_PAID[payment.means]] += payment.amount
    return {
        "type_code": of.type_code,
        "written_on": of.written_on,
        "purpose": of.purpose.value if of.purpose else None,
        "amendment_reason": of.amendment.value if of.amendment else None,
        "original_approval_number": of.original_issue_id,
        "supply_amount": of.charge_total,
        "vat_amount": of.tax_total,
        "total_amount": of.grand_total,
        "remarks": [remark for remark in of.remarks if not remark.startswith(FOREIGN_REMARK)],
        **paid,
    }


def party_columns(of: Invoice) -> dict[str, Any]:
    """The columns of both parties."""
    asked = next(iter(of.supplier.contacts), Contact())
    told = next(iter(of.buyer.contacts), Contact())
    number = of.buyer.registration_number
    is_business = len(number) == BRN_DIGITS
    if of.buyer.kind is BusinessType.FOREIGNER:
        number = foreign_number(of)
    return {
        "supplier_number": of.supplier.registration_number,
        "supplier_branch": of.supplier.sub_registration,
        "supplier_name": of.supplier.name,
        "supplier_representative": of.supplier.representative,
        "supplier_address": of.supplier.address,
        "supplier_business_type": of.supplier.business_type,
        "supplier_business_item": of.supplier.business_class,
        "contact_name": asked.name,
        "contact_email": asked.email,
        "contact_phone": asked.phone or None,
        "buyer_kind": (of.buyer.kind or BusinessType.BUSINESS).value,
        "buyer_number": number if is_business else "",
        "buyer_person_number": None if is_business else number,
        "buyer_branch": of.buyer.sub_registration,
        "buyer_name": of.buyer.name,
        "buyer_representative": of.buyer.representative,
        "buyer_address": of.buyer.address,
        "buyer_business_type": of.buyer.business_type,
        "buyer_business_item": of.buyer.business_class,
        "buyer_contact_name": told.name,
        "buyer_email": told.email,
        "broker": _plain(of.broker) if of.broker else None,
    }


def foreign_remarks(row: TaxInvoice) -> tuple[str, ...]:
    """The number of a foreigner stands among the remarks, where the standard wants it, and nowhere else in clear."""
    foreign = row.buyer_kind == BusinessType.FOREIGNER and row.buyer_person_number
    return (f"{FOREIGN_REMARK}{row.buyer_person_number}",) if foreign else ()


def foreign_number(of: Invoice) -> str:
    """What the remark of a foreigner's invoice says."""
    found = [remark for remark in of.remarks if remark.startswith(FOREIGN_REMARK)]
    return found[0].removeprefix(FOREIGN_REMARK) if found else ""


def _buyer_number(row: TaxInvoice) -> str:
    if row.buyer_kind == BusinessType.FOREIGNER:
        return FOREIGNER_NUMBER
    return row.buyer_number or row.buyer_person_number or ""


def line_columns(line: Line) -> dict[str, Any]:
    return {
        "position": line.position,
        "supplied_on": line.supplied_on,
        "name": line.name,
        "spec": line.spec,
        "quantity": line.quantity,
        "unit_price": line.unit_price,
        "amount": line.amount,
        "tax": line.tax,
        "note": line.note,
    }


def faults(of: Invoice, stage: Stage = Stage.DRAFT) -> list[Violation]:
    """What the standard has against it."""
    # Heavy, and wanted by few of the pages that show invoices.
    from models.etax.validate import violations

    return violations(of, stage)


def _plain(party: Party) -> Mapping[str, str]:
    return {
        "registration_number": party.registration_number,
        "name": party.name,
        "representative": party.representative,
        "sub_registration": party.sub_registration,
        "address": party.address,
        "business_type": party.business_type,
        "business_class": party.business_class,
    }


def _line(line: TaxInvoiceLine) -> Line:
    return Line(
        position=line.position,
        amount=line.amount,
        tax=line.tax,
        name=line.name,
        spec=line.spec,
        quantity=line.quantity,
        unit_price=line.unit_price,
        note=line.note,
        supplied_on=line.supplied_on,
    )


def _payments(row: TaxInvoice) -> tuple[Payment, ...]:
    sums = [(means, getattr(row, name)) for means, name in _PAID.items()]
    return tuple(Payment(means, amount) for means, amount in sums if amount)
