"""XML to object. What it needs must be there once and readable; whether the rest is right is for validate to say."""

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TypeVar

from lxml import etree

from models.etax.codes import Amendment, BusinessType, Form, PaymentMeans, Purpose, Trade
from models.etax.document import Contact, ImportDocument, Invoice, Line, Party, Payment
from models.etax.faults import Malformed
from models.etax.layout import NAMESPACE, PATTERNS, Kind
from models.etax.reading import tree
from models.kernel.calendar import KST

T = TypeVar("T")
_WON = re.compile(PATTERNS[Kind.WON])
_DECIMAL = re.compile(PATTERNS[Kind.DECIMAL])
_DIGITS = re.compile(PATTERNS[Kind.DIGITS])


def parse(xml: bytes) -> Invoice:
    """The invoice an XML states, signed or not. Malformed(code, path) when it cannot be read as one.

    An element that may stand once and stands twice is refused, never chosen from.
    """
    return read(tree(xml))


def read(root: etree._Element) -> Invoice:
    """The same for a tree that came through reading.tree."""
    top = _Place(root, "/TaxInvoice")
    exchanged, document = top.maybe("ExchangedDocument"), top.one("TaxInvoiceDocument")
    settlement = top.one("TaxInvoiceTradeSettlement")
    summation = settlement.one("SpecifiedMonetarySummation")
    issue_id = document.text("IssueID")
    exchange_id = exchanged.text("ID") if exchanged else ""
    broker = settlement.maybe("BrokerParty")
    return Invoice(
        issue_id=issue_id or None,
        issued_at=exchanged.needed("IssueDateTime", _instant) if exchanged else None,
        exchange_id=exchange_id if exchange_id not in {"", issue_id} else None,
        referenced_id=_referenced(exchanged),
        written_on=document.needed("IssueDateTime", _day),
        type_code=document.needed("TypeCode", _type_code),
        purpose=document.value("PurposeCode", Purpose),
        amendment=document.value("AmendmentStatusCode", Amendment),
        original_issue_id=document.text("OriginalIssueID") or None,
        remarks=tuple(document.texts("DescriptionText")),
        import_document=_import(document),
        supplier=_party(settlement.one("InvoicerParty"), ("DefinedContact",)),
        buyer=_party(settlement.one("InvoiceeParty"), ("PrimaryDefinedContact", "SecondaryDefinedContact")),
        broker=_party(broker, ("DefinedContact",)) if broker else None,
        payments=tuple(_payment(each) for each in settlement.every("SpecifiedPaymentMeans")),
        charge_total=summation.needed("ChargeTotalAmount", _won),
        tax_total=summation.value("TaxTotalAmount", _won) or 0,
        grand_total=summation.needed("GrandTotalAmount", _won),
        lines=tuple(_line(each) for each in top.every("TaxInvoiceTradeLineItem")),
    )


class _Place:
    """An element with its path; children by local name in the standard's namespace."""

    def __init__(self, element: etree._Element, path: str) -> None:
        self._path = path
        self._children: dict[str, list[etree._Element]] = {}
        for child in element:
            name = etree.QName(child)
            if name.namespace == NAMESPACE:
                self._children.setdefault(name.localname, []).append(child)

    def every(self, name: str) -> list["_Place"]:
        found = self._children.get(name, [])
        return [_Place(each, f"{self._path}/{name}[{index}]") for index, each in enumerate(found, start=1)]

    def maybe(self, name: str) -> "_Place | None":
        found = self._single(name)
        return None if found is None else _Place(found, f"{self._path}/{name}")

    def one(self, name: str) -> "_Place":
        found = self.maybe(name)
        if found is None:
            raise Malformed("missing", f"{self._path}/{name}")
        return found

    def text(self, name: str) -> str:
        found = self._single(name)
        return "" if found is None else self._text(found, name)

    def texts(self, name: str) -> list[str]:
        return [self._text(each, name) for each in self._children.get(name, [])]

    def value(self, name: str, read_value: Callable[[str], T]) -> T | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return read_value(text)
        except (ValueError, InvalidOperation):
            raise Malformed("unreadable", f"{self._path}/{name}") from None

    def needed(self, name: str, read_value: Callable[[str], T]) -> T:
        found = self.value(name, read_value)
        if found is None:
            raise Malformed("missing", f"{self._path}/{name}")
        return found

    def _single(self, name: str) -> etree._Element | None:
        found = self._children.get(name, [])
        if len(found) > 1:
            raise Malformed("too_many", f"{self._path}/{name}[2]")
        return found[0] if found else None

    def _text(self, element: etree._Element, name: str) -> str:
        if len(element):
            raise Malformed("unexpected_element", f"{self._path}/{name}")
        return element.text or ""


def _party(place: _Place, contact_names: tuple[str, ...]) -> Party:
    organization, person = place.maybe("SpecifiedOrganization"), place.maybe("SpecifiedPerson")
    address = place.maybe("SpecifiedAddress")
    contacts = [place.maybe(name) for name in contact_names]
    return Party(
        registration_number=place.text("ID"),
        name=place.text("NameText"),
        representative=person.text("NameText") if person else "",
        sub_registration=organization.text("TaxRegistrationID") if organization else "",
        kind=organization.value("BusinessTypeCode", BusinessType) if organization else None,
        address=address.text("LineOneText") if address else "",
        business_type=place.text("TypeCode"),
        business_class=place.text("ClassificationCode"),
        contacts=tuple(_contact(each) for each in contacts if each),
    )


def _contact(place: _Place) -> Contact:
    return Contact(
        department=place.text("DepartmentNameText"),
        name=place.text("PersonNameText"),
        phone=place.text("TelephoneCommunication"),
        email=place.text("URICommunication"),
    )


def _payment(place: _Place) -> Payment:
    return Payment(means=place.needed("TypeCode", PaymentMeans), amount=place.needed("PaidAmount", _won))


def _line(place: _Place) -> Line:
    tax, price = place.maybe("TotalTax"), place.maybe("UnitPrice")
    return Line(
        position=place.needed("SequenceNumeric", _number),
        note=place.text("DescriptionText"),
        amount=place.needed("InvoiceAmount", _won),
        quantity=place.value("ChargeableUnitQuantity", _decimal),
        spec=place.text("InformationText"),
        name=place.text("NameText"),
        supplied_on=place.value("PurchaseExpiryDateTime", _day),
        tax=(tax.value("CalculatedAmount", _won) if tax else None) or 0,
        unit_price=price.value("UnitAmount", _decimal) if price else None,
    )


def _import(document: _Place) -> ImportDocument | None:
    place = document.maybe("ReferencedImportDocument")
    if place is None:
        return None
    period = place.one("AcceptablePeriod")
    return ImportDocument(
        number=place.text("ID"),
        count=place.needed("ItemQuantity", _number),
        start=period.needed("StartDateTime", _day),
        end=period.needed("EndDateTime", _day),
    )


def _referenced(exchanged: _Place | None) -> str | None:
    found = exchanged.maybe("ReferencedDocument") if exchanged else None
    return (found.text("ID") or None) if found else None


def _type_code(text: str) -> str:
    return f"{Form(text[:2])}{Trade(text[2:])}"


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


def _won(text: str) -> int:
    return int(_matched(_WON, text))


def _number(text: str) -> int:
    return int(_matched(_DIGITS, text))


def _decimal(text: str) -> Decimal:
    return Decimal(_matched(_DECIMAL, text))


def _day(text: str) -> dt.date:
    _matched(_DIGITS, text)
    return dt.datetime.strptime(text, "%Y%m%d").replace(tzinfo=KST).date()


def _instant(text: str) -> dt.datetime:
    _matched(_DIGITS, text)
    return dt.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=KST).astimezone(dt.UTC)
