"""Object to XML to object loses nothing, and XML to object to XML gives the same bytes."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from models.etax.build import HEADER, build
from models.etax.codes import (
    Amendment,
    BusinessType,
    Form,
    PaymentMeans,
    Purpose,
    Trade,
)
from models.etax.document import Contact, ImportDocument, Invoice, Line, Party, Payment, type_code
from models.etax.faults import Malformed
from models.etax.layout import NAMESPACE
from models.etax.parse import parse
from models.etax.reading import tree
from models.etax.signature import sign
from tests.etax import papers
from tests.etax.seeding import doubled, dropped, inside, said, seeded

D = "/TaxInvoice/TaxInvoiceDocument"
S = "/TaxInvoice/TaxInvoiceTradeSettlement"
L = "/TaxInvoice/TaxInvoiceTradeLineItem"


@pytest.mark.parametrize("sort", papers.ALL)
def test_every_sort_comes_back_as_it_was(sort: str) -> None:
    for invoice in (papers.ALL[sort], papers.issued(papers.ALL[sort])):
        xml = build(invoice)
        assert parse(xml) == invoice
        assert build(parse(xml)) == xml


@pytest.mark.parametrize("sort", papers.ALL)
def test_a_signed_document_says_what_the_unsigned_said(sort: str) -> None:
    xml = build(papers.issued(papers.ALL[sort]))
    signed = sign(xml, papers.signer())
    assert parse(signed) == parse(xml)
    assert build(parse(signed)) == xml


def test_built_xml_is_canonical() -> None:
    """So its octets need no second form: what is stored is what is digested."""
    xml = build(papers.issued())
    assert xml == HEADER + etree.tostring(tree(xml), method="c14n")


def test_the_order_of_the_standard() -> None:
    root = tree(build(papers.issued(papers.IMPORTED)))
    names = [etree.QName(each).localname for each in root.iter(f"{{{NAMESPACE}}}*")]
    for ordered in (
        ["ExchangedDocument", "ID", "IssueDateTime", "TaxInvoiceDocument", "IssueID", "TypeCode", "DescriptionText"],
        ["InvoicerParty", "ID", "TypeCode", "NameText", "ClassificationCode", "SpecifiedOrganization"],
        ["SpecifiedPerson", "NameText", "DefinedContact", "DepartmentNameText", "PersonNameText"],
        ["ChargeTotalAmount", "TaxTotalAmount", "GrandTotalAmount", "TaxInvoiceTradeLineItem", "SequenceNumeric"],
    ):
        assert any(names[at : at + len(ordered)] == ordered for at in range(len(names)))
    line = [etree.QName(each).localname for each in root.findall(f"{{{NAMESPACE}}}TaxInvoiceTradeLineItem")[0]]
    assert line == [
        "SequenceNumeric",
        "DescriptionText",
        "InvoiceAmount",
        "ChargeableUnitQuantity",
        "InformationText",
        "NameText",
        "PurchaseExpiryDateTime",
        "TotalTax",
        "UnitPrice",
    ]


def test_what_is_empty_has_no_element() -> None:
    xml = build(papers.SMALL).decode()
    for name in ("DescriptionText", "ChargeableUnitQuantity", "UnitPrice", "SpecifiedAddress", "DefinedContact>"):
        assert f"<{name}" not in xml.replace("PrimaryDefinedContact", "")


def test_instants_are_written_in_seoul_and_read_as_utc() -> None:
    late = dt.datetime(2026, 12, 31, 15, 0, 0, tzinfo=dt.UTC)
    xml = build(replace(papers.issued(), issued_at=late))
    assert b"<IssueDateTime>20270101000000</IssueDateTime>" in xml
    assert parse(xml).issued_at == late


def test_a_number_of_sending_is_kept_when_it_is_another() -> None:
    invoice = replace(papers.issued(), exchange_id="HOUSE-0001", referenced_id="PO20261101-001")
    assert parse(build(invoice)) == invoice


def test_text_that_xml_cannot_carry_is_refused() -> None:
    for bad in ("\x00", "\x0b", "\ud800", "\ufffe"):
        with pytest.raises(Malformed) as caught:
            build(replace(papers.DRAFT, remarks=(f"가{bad}나",)))
        assert caught.value.code == "text_control"


@pytest.mark.parametrize(
    ("edit", "code", "path"),
    [
        (dropped(D), "missing", D),
        (dropped(f"{D}/TypeCode"), "missing", f"{D}/TypeCode"),
        (said(f"{D}/TypeCode", "0199"), "unreadable", f"{D}/TypeCode"),
        (said(f"{D}/IssueDateTime", "20260230"), "unreadable", f"{D}/IssueDateTime"),
        (said(f"{D}/IssueDateTime", "２０２６１１２０"), "unreadable", f"{D}/IssueDateTime"),
        (said(f"{S}/SpecifiedMonetarySummation/GrandTotalAmount", "1_000"), "unreadable", None),
        (said(f"{L}[1]/UnitPrice/UnitAmount", "NaN"), "unreadable", f"{L}[1]/UnitPrice/UnitAmount"),
        (said(f"{L}[1]/UnitPrice/UnitAmount", "1E+9"), "unreadable", f"{L}[1]/UnitPrice/UnitAmount"),
        (said(f"{S}/SpecifiedPaymentMeans[2]/TypeCode", "99"), "unreadable", f"{S}/SpecifiedPaymentMeans[2]/TypeCode"),
        (doubled(f"{D}/IssueID"), "too_many", f"{D}/IssueID[2]"),
        (doubled(S), "too_many", f"{S}[2]"),
        (doubled(f"{S}/InvoicerParty/NameText"), "too_many", f"{S}/InvoicerParty/NameText[2]"),
        (inside(f"{D}/IssueID", "<b>0</b>"), "unexpected_element", f"{D}/IssueID"),
    ],
)
def test_what_cannot_be_read_is_malformed_where_it_stands(edit: object, code: str, path: str | None) -> None:
    assert callable(edit)
    with pytest.raises(Malformed) as caught:
        parse(seeded(build(papers.issued()), edit))
    assert caught.value.code == code
    assert caught.value.sentence
    if path:
        assert caught.value.path == path


def test_elements_of_other_namespaces_say_nothing() -> None:
    def foreign(root: etree._Element) -> None:
        etree.SubElement(root[1], "{urn:other}TypeCode").text = "0401"

    assert parse(seeded(build(papers.issued()), foreign)) == papers.issued()


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=40)
_MORE = _TEXT.filter(bool)
_DAY = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
_WON = st.integers(-(10**17), 10**17)
_DECIMAL = st.none() | st.decimals(-(10**12), 10**12, places=2).map(lambda number: number + Decimal(0))
_SECONDS = st.datetimes(dt.datetime(1991, 1, 1), dt.datetime(2099, 12, 31))  # noqa: DTZ001 - naive by hypothesis' rule
_CONTACT = st.builds(Contact, _TEXT, _TEXT, _TEXT, _MORE)


def _parties(kind: BusinessType | None, contacts: int) -> st.SearchStrategy[Party]:
    return st.builds(
        Party,
        _MORE,
        _MORE,
        _MORE,
        sub_registration=_TEXT,
        kind=st.just(kind) if kind is None else st.sampled_from(BusinessType),
        address=_TEXT,
        business_type=_TEXT,
        business_class=_TEXT,
        contacts=st.lists(_CONTACT, max_size=contacts).map(tuple),
    )


_LINE = st.builds(
    Line,
    st.integers(1, 99),
    _WON,
    _WON,
    _TEXT,
    _TEXT,
    _DECIMAL,
    _DECIMAL,
    _TEXT,
    st.none() | _DAY,
)
_INVOICES = st.builds(
    Invoice,
    written_on=_DAY,
    type_code=st.builds(type_code, st.sampled_from(Form), st.sampled_from(Trade)),
    supplier=_parties(None, 1),
    buyer=_parties(BusinessType.BUSINESS, 2),
    charge_total=_WON,
    tax_total=_WON,
    grand_total=_WON,
    lines=st.lists(_LINE, min_size=1, max_size=5).map(tuple),
    issue_id=st.none() | _MORE,
    issued_at=_SECONDS.map(lambda naive: naive.replace(microsecond=0, tzinfo=dt.UTC)),
    purpose=st.none() | st.sampled_from(Purpose),
    amendment=st.none() | st.sampled_from(Amendment),
    original_issue_id=st.none() | _MORE,
    remarks=st.lists(_MORE, max_size=3).map(tuple),
    broker=st.none() | _parties(None, 1),
    payments=st.lists(st.builds(Payment, st.sampled_from(PaymentMeans), _WON), max_size=4).map(tuple),
    import_document=st.none() | st.builds(ImportDocument, _MORE, st.integers(0, 999_999), _DAY, _DAY),
)


@given(_INVOICES)
@settings(max_examples=150, deadline=None)
def test_any_invoice_comes_back_as_it_was(invoice: Invoice) -> None:
    xml = build(invoice)
    assert parse(xml) == invoice
    assert build(parse(xml)) == xml
