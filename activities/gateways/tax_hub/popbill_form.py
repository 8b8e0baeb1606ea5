"""A tax invoice in Popbill's words."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from popbill.taxinvoiceService import Contact as SdkContact
from popbill.taxinvoiceService import Taxinvoice, TaxinvoiceDetail

from activities.gateways.tax_hub.interface import Code, HubContact, Rejected
from models.etax.codes import BUSINESS_TYPE_WORDS, PURPOSE_WORDS, BusinessType, PaymentMeans
from models.etax.document import Contact, Invoice, Line, Party

REVERSE = "역발행"
PAID_BY_BUYER = "역과금"
TAXABLE, ZERO_RATED, EXEMPT = "과세", "영세", "면세"
NO_PURPOSE = "없음"
MEANS = {
    PaymentMeans.CASH: "cash",
    PaymentMeans.CHEQUE: "chkBill",
    PaymentMeans.NOTE: "note",
    PaymentMeans.CREDIT: "credit",
}
NOBODY = Contact()


@dataclass(frozen=True, slots=True)
class Form:
    """What is posted. `fields` are plain; the package's own objects are made for one call each."""

    fields: dict[str, Any]
    lines: list[dict[str, Any]]
    contacts: list[dict[str, Any]]

    def sdk(self) -> Taxinvoice:
        return Taxinvoice(
            **self.fields,
            detailList=[TaxinvoiceDetail(**line) for line in self.lines],
            addContactList=[SdkContact(**one) for one in self.contacts],
        )

    def is_described_by(self, info: Any) -> bool:
        """Whether Popbill's summary of a document (TaxinvoiceInfo) is one of this."""
        return all(
            _same(self.fields[name], getattr(info, name))
            for name in ("writeDate", "taxType", "invoicerCorpNum", "supplyCostTotal", "taxTotal", "modifyCode")
        )


def taxinvoice(key: str, invoice: Invoice, contact: HubContact) -> Form:
    """The request of the buyer. Raises Rejected for what Popbill cannot be asked to reverse: consigned, imported."""
    if invoice.broker is not None or invoice.import_document is not None:
        raise Rejected(Code.INVALID_DOCUMENT, "위수탁·수입 세금계산서는 역발행할 수 없습니다.")
    paid = dict.fromkeys(MEANS.values(), "")
    paid |= {MEANS[one.means]: str(one.amount) for one in invoice.payments}
    remarks = {f"remark{number}": text for number, text in enumerate(invoice.remarks, start=1)}
    fields = {
        "writeDate": f"{invoice.written_on:%Y%m%d}",
        "issueType": REVERSE,
        "chargeDirection": PAID_BY_BUYER,
        "taxType": _tax_type(invoice),
        "purposeType": PURPOSE_WORDS[invoice.purpose] if invoice.purpose else NO_PURPOSE,
        "modifyCode": int(invoice.amendment) if invoice.amendment else None,
        "orgNTSConfirmNum": invoice.original_issue_id,
        "supplyCostTotal": str(invoice.charge_total),
        "taxTotal": str(invoice.tax_total),
        "totalAmount": str(invoice.grand_total),
        **paid,
        **remarks,
        **_supplier(invoice.supplier, contact),
        **_buyer(invoice.buyer, key),
    }
    more = [
        {"serialNum": number, "contactName": one.name, "email": one.email}
        for number, one in enumerate(invoice.buyer.contacts[1:], start=1)
    ]
    return Form(fields, [_line(line) for line in invoice.lines], more)


def day(text: str | None) -> dt.date | None:
    """yyyyMMdd. Raises ValueError for anything else that is not empty."""
    return dt.date(int(text[:4]), int(text[4:6]), int(text[6:8])) if text else None


def _tax_type(invoice: Invoice) -> str:
    if invoice.form.exempt:
        return EXEMPT
    return ZERO_RATED if invoice.trade.zero_rated else TAXABLE


def _company(prefix: str, party: Party) -> dict[str, Any]:
    return {
        f"{prefix}CorpNum": party.registration_number,
        f"{prefix}TaxRegID": party.sub_registration or None,
        f"{prefix}CorpName": party.name,
        f"{prefix}CEOName": party.representative,
        f"{prefix}Addr": party.address,
        f"{prefix}BizType": party.business_type,
        f"{prefix}BizClass": party.business_class,
    }


def _supplier(party: Party, contact: HubContact) -> dict[str, Any]:
    known = next(iter(party.contacts), NOBODY)
    return _company("invoicer", party) | {
        "invoicerContactName": contact.name or known.name,
        "invoicerDeptName": known.department,
        "invoicerTEL": contact.phone or known.phone,
        "invoicerEmail": contact.email or known.email,
    }


def _buyer(party: Party, key: str) -> dict[str, Any]:
    known = next(iter(party.contacts), NOBODY)
    return _company("invoicee", party) | {
        "invoiceeType": BUSINESS_TYPE_WORDS[party.kind or BusinessType.BUSINESS],
        "invoiceeMgtKey": key,
        "invoiceeContactName1": known.name,
        "invoiceeDeptName1": known.department,
        "invoiceeTEL1": known.phone,
        "invoiceeEmail1": known.email,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "serialNum": line.position,
        "purchaseDT": f"{line.supplied_on:%Y%m%d}" if line.supplied_on else "",
        "itemName": line.name,
        "spec": line.spec,
        "qty": _plain(line.quantity),
        "unitCost": _plain(line.unit_price),
        "supplyCost": str(line.amount),
        "tax": str(line.tax),
        "remark": line.note,
    }


def _plain(number: Decimal | None) -> str:
    return "" if number is None else f"{number.normalize():f}"


def _same(wanted: Any, found: Any) -> bool:
    """Amounts come back as text or number, with or without what stands behind the point."""
    if wanted is None or found is None:
        return not wanted and not found
    if str(wanted) == str(found):
        return True
    try:
        return Decimal(str(wanted)) == Decimal(str(found))
    except ArithmeticError:
        return False
