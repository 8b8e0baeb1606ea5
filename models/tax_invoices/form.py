"""A tax invoice as the boxes of the form Koreans know, the same for page and PDF.

The boxes are those of 별지 제14호 and 제16호서식 of 부가가치세법 시행규칙. Pure; amounts in whole won.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from models.etax.codes import (
    AMENDMENT_WORDS,
    FOREIGNER_NUMBER,
    FORM_WORDS,
    PURPOSE_WORDS,
    TRADE_WORDS,
    BusinessType,
    Form,
    PaymentMeans,
    Purpose,
    Trade,
)
from models.etax.document import Invoice, Line, Party
from models.kernel.identifiers import BRN_DIGITS, format_brn
from models.kernel.text import mask_passport, mask_rrn
from models.tax_invoices.rules import FOREIGN_REMARK

NOT_ISSUED = "발행되지 않은 세금계산서입니다."
NOT_ISSUED_EXEMPT = "발행되지 않은 계산서입니다."
SUPPLY_BOXES, TAX_BOXES = 11, 10
LINES_MIN = 4
FOREIGNER = "외국인"
_PLACES = ("일", "십", "백", "천")
_MYRIADS = ("", "만", "억", "조", "경")


class Copy(StrEnum):
    """Who keeps which half: the supplier the red one, the buyer the blue one."""

    SUPPLIER = "supplier"
    BUYER = "buyer"


COPY_WORDS = {Copy.SUPPLIER: "공급자 보관용", Copy.BUYER: "공급받는자 보관용"}


@dataclass(frozen=True, slots=True)
class PartyBoxes:
    """One side. `registration` is written as people read it; an individual's number is masked."""

    heading: str
    registration: str
    sub_registration: str
    name: str
    representative: str
    address: str
    business_type: str
    business_class: str
    emails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LineBoxes:
    """One line of the list; all empty for a line nobody wrote."""

    month: str = ""
    day: str = ""
    name: str = ""
    spec: str = ""
    quantity: str = ""
    unit_price: str = ""
    amount: str = ""
    tax: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class DigitBox:
    """One box of an amount: its place (「만」, 「천」 …) and the digit in it, "" for an empty one."""

    place: str
    digit: str


@dataclass(frozen=True, slots=True)
class Boxes:
    """The whole form. `approval` is the 승인번호, or says that there is none yet (`issued` false)."""

    title: str
    trade: str
    issued: bool
    approval: str
    supplier: PartyBoxes
    buyer: PartyBoxes
    broker: PartyBoxes | None
    written_on: dt.date
    supply: tuple[DigitBox, ...]
    tax: tuple[DigitBox, ...]
    exempt: bool
    charge_total: int
    tax_total: int
    blanks: int
    remarks: str
    amendment: str
    original: str
    lines: tuple[LineBoxes, ...]
    written_lines: int
    total: str
    cash: str
    cheque: str
    note: str
    credit: str
    purpose: str


def boxes(invoice: Invoice, *, lines_min: int = LINES_MIN) -> Boxes:
    """Every box of an invoice, with at least `lines_min` lines. Raises ValueError for an unknown type code."""
    form, trade = invoice.form, invoice.trade
    supply = digit_boxes(invoice.charge_total, SUPPLY_BOXES)
    paid = _paid(invoice)
    written = [_line(line, exempt=form.exempt) for line in invoice.lines]
    return Boxes(
        title=FORM_WORDS[form],
        trade="" if trade is Trade.GENERAL else TRADE_WORDS[trade],
        issued=invoice.issue_id is not None,
        approval=approval_words(invoice.issue_id, form),
        supplier=_party("공급자", invoice.supplier),
        buyer=_party("공급받는자", invoice.buyer),
        broker=_party("수탁자", invoice.broker) if invoice.broker else None,
        written_on=invoice.written_on,
        supply=supply,
        tax=() if form.exempt else digit_boxes(invoice.tax_total, TAX_BOXES),
        exempt=form.exempt,
        charge_total=invoice.charge_total,
        tax_total=invoice.tax_total,
        blanks=next((number for number, box in enumerate(supply) if box.digit), len(supply)),
        remarks="\n".join(_remark(remark) for remark in invoice.remarks),
        amendment=AMENDMENT_WORDS[invoice.amendment] if invoice.amendment else "",
        original=approval_number(invoice.original_issue_id or ""),
        lines=(*written, *[LineBoxes()] * (lines_min - len(written))),
        written_lines=len(written),
        total=f"{invoice.grand_total:,}",
        cash=paid[PaymentMeans.CASH],
        cheque=paid[PaymentMeans.CHEQUE],
        note=paid[PaymentMeans.NOTE],
        credit=paid[PaymentMeans.CREDIT],
        purpose=PURPOSE_WORDS[invoice.purpose] if invoice.purpose else " · ".join(PURPOSE_WORDS[p] for p in Purpose),
    )


def approval_words(issue_id: str | None, form: Form) -> str:
    """The 승인번호 in its three parts, or the sentence that this is not issued."""
    if issue_id:
        return approval_number(issue_id)
    return NOT_ISSUED_EXEMPT if form.exempt else NOT_ISSUED


def approval_number(issue_id: str) -> str:
    """20110210-41000019-000049c0; what is no approval number stays as it is."""
    parts = (issue_id[:8], issue_id[8:16], issue_id[16:])
    return "-".join(parts) if len(issue_id) == 24 else issue_id  # noqa: PLR2004 - 24 characters by the standard


def digit_boxes(amount: int, least: int) -> tuple[DigitBox, ...]:
    """An amount in boxes from the left, at least so many; a minus stands in the box before the first digit."""
    text = f"{amount}"
    count = max(least, len(text))
    padded = text.rjust(count)
    return tuple(DigitBox(_place(count - 1 - at), char.strip()) for at, char in enumerate(padded))


def _place(power: int) -> str:
    myriad, place = divmod(power, len(_PLACES))
    if place == 0 and myriad:
        return _MYRIADS[myriad] if myriad < len(_MYRIADS) else ""
    return _PLACES[place]


def _party(heading: str, party: Party) -> PartyBoxes:
    return PartyBoxes(
        heading=heading,
        registration=registration_words(party),
        sub_registration=party.sub_registration,
        name=party.name,
        representative=party.representative,
        address=party.address,
        business_type=party.business_type,
        business_class=party.business_class,
        emails=tuple(contact.email for contact in party.contacts if contact.email),
    )


def registration_words(party: Party) -> str:
    """120-81-47521; of a person only the birth date and the digit after it; 「외국인」 for a foreigner."""
    number = party.registration_number
    if party.kind is BusinessType.FOREIGNER or number == FOREIGNER_NUMBER:
        return FOREIGNER
    if party.kind is BusinessType.INDIVIDUAL or len(number) > BRN_DIGITS:
        return mask_rrn(number)
    return format_brn(number)


def _remark(remark: str) -> str:
    """As it is shown: a foreigner's number is masked like a person's."""
    if not remark.startswith(FOREIGN_REMARK):
        return remark
    return FOREIGN_REMARK + mask_passport(remark.removeprefix(FOREIGN_REMARK))


def _paid(invoice: Invoice) -> dict[PaymentMeans, str]:
    sums = dict.fromkeys(PaymentMeans, 0)
    for payment in invoice.payments:
        sums[payment.means] += payment.amount
    return {means: f"{amount:,}" if amount else "" for means, amount in sums.items()}


def _line(line: Line, *, exempt: bool) -> LineBoxes:
    on = line.supplied_on
    return LineBoxes(
        month=f"{on:%m}" if on else "",
        day=f"{on:%d}" if on else "",
        name=line.name,
        spec=line.spec,
        quantity=decimal_words(line.quantity),
        unit_price=decimal_words(line.unit_price),
        amount=f"{line.amount:,}",
        tax="" if exempt else f"{line.tax:,}",
        note=line.note,
    )


def decimal_words(number: Decimal | None) -> str:
    """1,200 or 2.5: grouped, without zeros at the end; "" for none."""
    if number is None:
        return ""
    text = f"{number:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def sums(invoices: Sequence[Invoice]) -> tuple[int, int, int]:
    """Supply, tax and grand total of several documents together, in won (what an amendment changes)."""
    return (
        sum(one.charge_total for one in invoices),
        sum(one.tax_total for one in invoices),
        sum(one.grand_total for one in invoices),
    )
