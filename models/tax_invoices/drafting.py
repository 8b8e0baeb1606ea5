"""What a new tax invoice says: of a settlement, of companies, of an original and a reason. Pure but for row types."""

import datetime as dt
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from decimal import Decimal

from models.etax import amend as etax_amend
from models.etax import deadlines
from models.etax.codes import FOREIGNER_NUMBER, BusinessType, Form, Purpose, Trade
from models.etax.codes import Amendment as EtaxReason
from models.etax.document import Contact, Invoice, Line, Party, type_code
from models.etax.faults import NotAmendable
from models.kernel.vat import Taxed, taxed_lines, taxed_sum, vat_floor
from models.members.house import HOUSE, House
from models.members.tables import Company, Member
from models.orders.rules import VAT_OF, Taxation
from models.settlements.tables import Settlement, SettlementItem
from models.tax_invoices import refusals, rules
from models.tax_invoices.messages import Amendment, Sale
from models.tax_invoices.rules import BuyerKind, Reason
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import BUYER_NUMBER, PARTY, REASON

Days = AbstractSet[dt.date]

TYPE_CODE: Mapping[str, str] = {
    Taxation.TAXED: type_code(Form.INVOICE, Trade.GENERAL),
    Taxation.ZERO_RATED: type_code(Form.INVOICE, Trade.ZERO_RATED),
    Taxation.EXEMPT: type_code(Form.EXEMPT, Trade.GENERAL),
}
FULL = frozenset({Reason.TERMINATION, Reason.DUPLICATE})
"""Reasons that take back the whole original."""
WHOLE = FULL | {Reason.CORRECTION, Reason.LETTER_OF_CREDIT}
"""Reasons that begin with a minus of the whole original."""
_NOBODY = Party(registration_number="", name="", representative="")
NAME_MAX, SPEC_MAX, PARTY_MAX, REPRESENTATIVE_MAX, ADDRESS_MAX, TRADE_MAX = 100, 60, 70, 30, 150, 40


def of_settlement(
    settlement: Settlement, items: Sequence[SettlementItem], written_on: dt.date, purpose: Purpose
) -> Invoice:
    """The content of a settlement's invoice, without parties; amounts as they were settled, nothing computed anew."""
    return Invoice(
        written_on=written_on,
        type_code=TYPE_CODE[settlement.taxation],
        supplier=_NOBODY,
        buyer=_NOBODY,
        charge_total=settlement.supply_amount,
        tax_total=settlement.vat_amount,
        grand_total=settlement.total_amount,
        lines=_lines(items, written_on),
        purpose=purpose,
        remarks=(f"정산번호 {settlement.number}",),
    )


def _lines(items: Sequence[SettlementItem], written_on: dt.date) -> tuple[Line, ...]:
    """One line an item; what is beyond the standard's 99 lines is summed up in the last."""
    fits = len(items) <= rules.LINES_MAX
    own, rest = (items, ()) if fits else (items[: rules.LINES_MAX - 1], items[rules.LINES_MAX - 1 :])
    lines = [_line(number, item) for number, item in enumerate(own, start=1)]
    if rest:
        name = f"{rest[0].name} 외 {len(rest) - 1}건"[:NAME_MAX]
        amount, tax = sum(item.amount for item in rest), sum(item.vat for item in rest)
        lines.append(Line(len(lines) + 1, amount, tax, name, supplied_on=min(written_on, rest[0].inspected_on)))
    return tuple(lines)


def _line(position: int, item: SettlementItem) -> Line:
    return Line(
        position=position,
        amount=item.amount,
        tax=item.vat,
        name=item.name[:NAME_MAX].strip(),
        spec=item.spec[:SPEC_MAX].strip(),
        quantity=Decimal(item.quantity),
        unit_price=Decimal(item.unit_price),
        supplied_on=item.inspected_on,
    )


def supplier(company: Company, contact: Member) -> Party:
    """The partner as 공급자. Raises PartyIncomplete."""
    facts = {
        "사업자등록번호": company.business_number or "",
        "상호": company.name,
        "대표자": company.representative,
        "사업장 주소": company.address,
    }
    _check("supplier", facts)
    return Party(
        registration_number=company.business_number or "",
        name=company.name[:PARTY_MAX],
        representative=company.representative[:REPRESENTATIVE_MAX],
        address=f"{company.address} {company.address_detail}".strip()[:ADDRESS_MAX],
        business_type=company.business_type[:TRADE_MAX],
        business_class=company.business_item[:TRADE_MAX],
        contacts=(Contact(department=contact.department, name=contact.name, phone=contact.phone, email=contact.email),),
    )


def buyer(house: House, officer: Member) -> Party:
    """The house as 공급받는자; the officer is whom the invoice reaches."""
    return Party(
        registration_number=house.number,
        name=house.name,
        representative=house.representative,
        kind=BusinessType.BUSINESS,
        address=house.address,
        business_type=house.business_type,
        business_class=house.business_item,
        contacts=(Contact(name=officer.name, email=officer.email),),
    )


def is_sale(row: TaxInvoice) -> bool:
    """정발행 of what the house itself supplied: no partner's document, and the house signs it."""
    return not row.company_id and row.supplier_number == HOUSE.number


def of_sale(sale: Sale, house: House, officer: Member) -> Invoice:
    """정발행: the house as 공급자, its officer as whoever is asked to sign; tax per line, the lines added.

    Raises BuyerNumberWrong.
    """
    number = rules.check_buyer_number(sale.buyer_kind, sale.buyer_number, BUYER_NUMBER)
    foreign = sale.buyer_kind is BuyerKind.FOREIGNER
    taxed = taxed_lines([line.amount for line in sale.lines], VAT_OF[sale.taxation])
    total = taxed_sum(taxed)
    remarks = tuple(remark.strip() for remark in sale.remarks if remark.strip())
    return Invoice(
        written_on=sale.written_on,
        type_code=TYPE_CODE[sale.taxation],
        supplier=replace(buyer(house, officer), kind=None),
        buyer=Party(
            registration_number=FOREIGNER_NUMBER if foreign else number,
            name=sale.buyer_name,
            representative=sale.buyer_representative or sale.buyer_name[:REPRESENTATIVE_MAX],
            kind=BusinessType(sale.buyer_kind),
            address=sale.buyer_address,
            business_type=sale.buyer_business_type,
            business_class=sale.buyer_business_item,
            contacts=(Contact(name=sale.buyer_name[:REPRESENTATIVE_MAX], email=sale.buyer_email),),
        ),
        charge_total=total.supply,
        tax_total=total.tax,
        grand_total=total.total,
        lines=tuple(
            Line(position=at, tax=one.tax, **line.model_dump())
            for at, (line, one) in enumerate(zip(sale.lines, taxed, strict=True), start=1)
        ),
        purpose=Purpose(sale.purpose),
        remarks=((f"{rules.FOREIGN_REMARK}{number}",) if foreign else ()) + remarks,
    )


def _check(party: str, facts: dict[str, str]) -> None:
    missing = rules.missing_facts(facts, list(facts))
    if missing:
        raise refusals.PartyIncomplete(party=PARTY[party], missing=", ".join(missing))


def issue_by(
    content: Invoice, happened_on: dt.date | None, original_day: dt.date, found_on: dt.date, holidays: Days
) -> dt.date:
    """The law's last day to issue it; `found_on` is the day of the draft, when a mistake was found at the latest."""
    if content.amendment is None:
        return deadlines.issue_by(content.written_on, holidays)
    return deadlines.amended_issue_by(content.amendment, original_day, happened_on or found_on, holidays)


def transmit_by(issued_on: dt.date) -> dt.date:
    """The law's last day to send it to the tax service."""
    return deadlines.transmit_by(issued_on)


def left_of(row: TaxInvoice, amended: Taxed) -> Taxed:
    """What is left of an invoice after the amendments the tax service has."""
    return Taxed(row.supply_amount, row.vat_amount) + amended


def amended(
    original: Invoice, fresh: Invoice, amendment: Amendment, left: Taxed, today: dt.date, holidays: Days = frozenset()
) -> tuple[Invoice, ...]:
    """The documents of a reason. `fresh` is the original with both parties as they are now; `left` of it in won.

    Raises HappenedOnWrong, AmendmentTooLarge, AmendmentEmpty, AmendmentRefused.
    """
    reason = amendment.reason
    if amendment.happened_on is not None:
        rules.check_happened_on(amendment.happened_on, original.written_on, today)
    if reason in WHOLE and left != Taxed(original.charge_total, original.tax_total):
        raise refusals.AmendmentTooLarge(field="reason", left=left.supply, asked=original.charge_total)
    corrected = _corrected(fresh, amendment) if reason is Reason.CORRECTION else None
    lines = _difference(original, amendment, left) if reason in {Reason.PRICE_CHANGE, Reason.RETURN} else ()
    try:
        made = etax_amend.amended(
            original,
            EtaxReason(reason),
            happened_on=amendment.happened_on,
            lines=lines,
            corrected=corrected,
            holidays=holidays,
        )
    except NotAmendable as fault:
        raise refusals.AmendmentRefused(why=fault.sentence) from fault
    people = (fresh.supplier.contacts, fresh.buyer.contacts)
    return tuple(_reaching(one, *people) for one in made)


def _reaching(of: Invoice, suppliers: tuple[Contact, ...], buyers: tuple[Contact, ...]) -> Invoice:
    """Parties as the original names them, but the people as they are now."""
    return replace(of, supplier=replace(of.supplier, contacts=suppliers), buyer=replace(of.buyer, contacts=buyers))


def _corrected(fresh: Invoice, amendment: Amendment) -> Invoice:
    """The document as it should have been: parties as they are now, and what the officer wrote anew."""
    lines = fresh.lines
    if amendment.lines is not None:
        lines = tuple(Line(position=n, **line.model_dump()) for n, line in enumerate(amendment.lines, start=1))
    charge, tax = sum(line.amount for line in lines), sum(line.tax for line in lines)
    same = (charge, tax) == (fresh.charge_total, fresh.tax_total)
    return replace(
        fresh,
        lines=lines,
        charge_total=charge,
        tax_total=tax,
        grand_total=charge + tax,
        remarks=tuple(remark.strip() for remark in amendment.remarks if remark.strip()) or fresh.remarks,
        payments=fresh.payments if same else (),
    )


def _difference(original: Invoice, amendment: Amendment, left: Taxed) -> tuple[Line, ...]:
    """What is added (02) or came back (03, in the original's sign). Raises AmendmentEmpty, AmendmentTooLarge."""
    if amendment.lines is not None:
        lines = tuple(Line(position=n, **line.model_dump()) for n, line in enumerate(amendment.lines, start=1))
    else:
        amount = amendment.difference or 0
        tax = _tax(original, amount, left)
        lines = (Line(1, amount, tax, REASON[amendment.reason], supplied_on=amendment.happened_on),)
    charge = sum(line.amount for line in lines)
    if charge == 0:
        raise refusals.AmendmentEmpty(field="difference")
    taken = charge if amendment.reason is Reason.RETURN else -charge
    if taken > left.supply:
        raise refusals.AmendmentTooLarge(field="difference", left=left.supply, asked=taken)
    return lines


def _tax(original: Invoice, amount: int, left: Taxed) -> int:
    """VAT of a difference; of all that is left it is the VAT that is left, whatever one line would come to."""
    if original.form.exempt or original.trade.zero_rated:
        return 0
    if abs(amount) == left.supply:
        return left.tax if amount > 0 else -left.tax
    return vat_floor(amount)
