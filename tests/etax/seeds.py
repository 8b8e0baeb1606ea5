"""Documents with one error each: where it is, what it is called, and what necessarily breaks with it."""

from dataclasses import dataclass, replace

from models.etax.codes import Purpose
from models.etax.document import Invoice
from tests.etax import papers
from tests.etax.seeding import Edit, before, doubled, dropped, inside, marked, moved_first, said, tailed

T = "/TaxInvoice"
E = f"{T}/ExchangedDocument"
D = f"{T}/TaxInvoiceDocument"
S = f"{T}/TaxInvoiceTradeSettlement"
SUPPLIER, BUYER, BROKER = f"{S}/InvoicerParty", f"{S}/InvoiceeParty", f"{S}/BrokerParty"
SUMS = f"{S}/SpecifiedMonetarySummation"
PAY = f"{S}/SpecifiedPaymentMeans"
L = f"{T}/TaxInvoiceTradeLineItem"
LC = f"{D}/ReferencedImportDocument"
ORIGINAL, AMENDMENT = f"{D}/OriginalIssueID", f"{D}/AmendmentStatusCode"
WRITTEN, TYPE = f"{D}/IssueDateTime", f"{D}/TypeCode"
CHARGE, TAX, GRAND = (f"{SUMS}/{name}TotalAmount" for name in ("Charge", "Tax", "Grand"))
TAX_1, TAX_2 = f"{L}[1]/TotalTax/CalculatedAmount", f"{L}[2]/TotalTax/CalculatedAmount"
MAIL_1, MAIL_2 = f"{BUYER}/PrimaryDefinedContact/URICommunication", f"{BUYER}/SecondaryDefinedContact/URICommunication"
MAIL, PHONE = f"{SUPPLIER}/DefinedContact/URICommunication", f"{SUPPLIER}/DefinedContact/TelephoneCommunication"
PERIOD_END = f"{LC}/AcceptablePeriod/EndDateTime"


@dataclass(frozen=True)
class Seed:
    """Edits of an invoice, what they break first, and what necessarily breaks with it."""

    edits: tuple[Edit, ...]
    path: str
    code: str
    invoice: Invoice = papers.DRAFT
    also: frozenset[tuple[str, str]] = frozenset()
    by_table: bool = True  # the XSD can tell, too


def seed(
    path: str,
    code: str,
    *edits: Edit,
    on: Invoice = papers.DRAFT,
    also: tuple[tuple[str, str], ...] = (),
    by_table: bool = True,
) -> Seed:
    """A seed of the table: structure, lengths, codes."""
    return Seed(edits, path, code, on, frozenset(also), by_table)


def rule(
    path: str, code: str, *edits: Edit, on: Invoice = papers.DRAFT, also: tuple[tuple[str, str], ...] = ()
) -> Seed:
    """A seed between fields: the XSD cannot tell."""
    return Seed(edits, path, code, on, frozenset(also), by_table=False)


def wrong(path: str, code: str, text: str, on: Invoice = papers.DRAFT) -> Seed:
    """The element says something that is wrong by itself."""
    return seed(path, code, said(path, text), on=on)


STRUCTURE = [
    seed(E, "missing", dropped(E)),
    seed(f"{E}/ID", "missing", dropped(f"{E}/ID")),
    seed(f"{E}/IssueDateTime", "missing", dropped(f"{E}/IssueDateTime")),
    seed(f"{D}/IssueID", "missing", dropped(f"{D}/IssueID")),
    seed(f"{D}/TypeCode", "missing", dropped(f"{D}/TypeCode")),
    seed(f"{D}/IssueDateTime", "missing", dropped(f"{D}/IssueDateTime")),
    seed(f"{SUPPLIER}/ID", "missing", dropped(f"{SUPPLIER}/ID")),
    seed(f"{SUPPLIER}/NameText", "missing", dropped(f"{SUPPLIER}/NameText")),
    seed(f"{SUPPLIER}/SpecifiedPerson", "missing", dropped(f"{SUPPLIER}/SpecifiedPerson")),
    seed(f"{SUPPLIER}/SpecifiedPerson/NameText", "missing", dropped(f"{SUPPLIER}/SpecifiedPerson/NameText")),
    seed(SUPPLIER, "missing", dropped(SUPPLIER)),
    seed(f"{BUYER}/ID", "missing", dropped(f"{BUYER}/ID")),
    seed(f"{BUYER}/NameText", "missing", dropped(f"{BUYER}/NameText")),
    seed(f"{BUYER}/SpecifiedOrganization", "missing", dropped(f"{BUYER}/SpecifiedOrganization")),
    seed(
        f"{BUYER}/SpecifiedOrganization/BusinessTypeCode",
        "missing",
        dropped(f"{BUYER}/SpecifiedOrganization/BusinessTypeCode"),
    ),
    seed(f"{BUYER}/PrimaryDefinedContact", "missing", dropped(f"{BUYER}/PrimaryDefinedContact")),
    seed(
        f"{BUYER}/PrimaryDefinedContact/URICommunication",
        "missing",
        dropped(f"{BUYER}/PrimaryDefinedContact/URICommunication"),
    ),
    seed(f"{BROKER}/SpecifiedPerson", "missing", dropped(f"{BROKER}/SpecifiedPerson"), on=papers.CONSIGNED),
    seed(f"{PAY}[1]/PaidAmount", "missing", dropped(f"{PAY}[1]/PaidAmount")),
    seed(f"{PAY}[2]/TypeCode", "missing", dropped(f"{PAY}[2]/TypeCode")),
    seed(SUMS, "missing", dropped(SUMS)),
    seed(f"{SUMS}/ChargeTotalAmount", "missing", dropped(f"{SUMS}/ChargeTotalAmount")),
    seed(f"{SUMS}/TaxTotalAmount", "missing", dropped(f"{SUMS}/TaxTotalAmount")),
    seed(f"{SUMS}/GrandTotalAmount", "missing", dropped(f"{SUMS}/GrandTotalAmount")),
    seed(L, "missing", dropped(f"{L}[3]"), dropped(f"{L}[2]"), dropped(f"{L}[1]")),
    seed(f"{L}[1]/SequenceNumeric", "missing", dropped(f"{L}[1]/SequenceNumeric")),
    seed(f"{L}[2]/InvoiceAmount", "missing", dropped(f"{L}[2]/InvoiceAmount")),
    seed(f"{L}[1]/TotalTax/CalculatedAmount", "missing", dropped(f"{L}[1]/TotalTax/CalculatedAmount")),
    seed(f"{L}[1]/UnitPrice/UnitAmount", "missing", dropped(f"{L}[1]/UnitPrice/UnitAmount")),
    seed(f"{LC}/ID", "missing", dropped(f"{LC}/ID"), on=papers.IMPORTED),
    seed(
        f"{LC}/AcceptablePeriod/EndDateTime",
        "missing",
        dropped(f"{LC}/AcceptablePeriod/EndDateTime"),
        on=papers.IMPORTED,
    ),
    seed(f"{D}/IssueID[2]", "too_many", doubled(f"{D}/IssueID")),
    seed(f"{D}/DescriptionText[4]", "too_many", doubled(f"{D}/DescriptionText[1]"), doubled(f"{D}/DescriptionText[1]")),
    seed(f"{SUPPLIER}/NameText[2]", "too_many", doubled(f"{SUPPLIER}/NameText")),
    seed(
        f"{L}[100]",
        "too_many",
        doubled(f"{L}[99]"),
        on=papers.FULL,
    ),
    seed(f"{D}/IssueDateTime", "out_of_order", moved_first(f"{D}/IssueDateTime")),
    seed(f"{SUPPLIER}/SpecifiedAddress", "out_of_order", moved_first(f"{SUPPLIER}/SpecifiedAddress")),
    seed(f"{L}[1]/NameText", "out_of_order", moved_first(f"{L}[1]/NameText")),
    seed(S, "out_of_order", moved_first(S)),
    seed(f"{D}/Memo", "unknown_element", inside(D, "<Memo>x</Memo>")),
    seed(
        f"{SUPPLIER}/SpecifiedOrganization/BusinessTypeCode",
        "unknown_element",
        inside(f"{SUPPLIER}/SpecifiedOrganization", "<BusinessTypeCode>01</BusinessTypeCode>"),
    ),
    seed(f"{D}/TypeCode", "unexpected_element", inside(f"{D}/TypeCode", "<TypeCode>0101</TypeCode>")),
    seed(D, "unexpected_text", tailed(f"{D}/IssueID", "0101")),
    seed(f"{D}/TypeCode", "unexpected_attribute", marked(f"{D}/TypeCode", "listID", "1")),
    seed(T, "unexpected_attribute", marked(T, "Id", "root")),
    seed(f"{T}/Signature[2]", "signature_repeated", *(before(D, "<ds:Signature/>") for _ in range(2))),
    seed(f"{T}/Signature", "signature_place", before(E, "<ds:Signature/>")),
]
VALUES = [
    wrong(f"{E}/IssueDateTime", "not_a_time", "20261122103"),
    wrong(f"{E}/IssueDateTime", "not_a_time", "20261122243005"),
    wrong(f"{E}/ID", "too_long", "1" * 25),
    wrong(f"{D}/IssueID", "not_an_approval_number", papers.NUMBER[:-1]),
    wrong(f"{D}/IssueID", "not_an_approval_number", papers.NUMBER[:8] + "4100007x" + papers.NUMBER[16:]),
    wrong(f"{D}/IssueID", "not_an_approval_number", papers.NUMBER[:-1] + "가"),
    wrong(f"{D}/IssueID", "empty", ""),
    wrong(f"{D}/TypeCode", "unknown_code", "0501"),
    wrong(f"{D}/TypeCode", "unknown_code", "0107"),
    wrong(f"{D}/TypeCode", "unknown_code", "101"),
    wrong(f"{D}/DescriptionText[1]", "too_long", "가" * 151),
    wrong(f"{D}/DescriptionText[2]", "text_control", "두\n줄"),
    wrong(f"{D}/IssueDateTime", "not_a_date", "2026-11-20"),
    wrong(f"{D}/IssueDateTime", "not_a_date", "20261320"),
    seed(f"{D}/IssueDateTime", "not_a_date", said(f"{D}/IssueDateTime", "20260230"), by_table=False),
    wrong(f"{D}/PurposeCode", "unknown_code", "03"),
    wrong(f"{D}/AmendmentStatusCode", "unknown_code", "07", on=papers.AMENDED),
    wrong(f"{D}/OriginalIssueID", "not_an_approval_number", "20261015", on=papers.AMENDED),
    wrong(f"{LC}/ID", "too_long", "1" * 16, on=replace(papers.IMPORTED)),
    wrong(f"{LC}/ItemQuantity", "not_digits", "셋", on=papers.IMPORTED),
    wrong(f"{LC}/ItemQuantity", "too_long", "1234567", on=papers.IMPORTED),
    wrong(f"{LC}/AcceptablePeriod/StartDateTime", "not_a_date", "2026", on=papers.IMPORTED),
    wrong(f"{SUPPLIER}/ID", "not_digits", "120-81-475"),
    wrong(f"{SUPPLIER}/ID", "wrong_length", "9001011234568"),
    wrong(f"{SUPPLIER}/SpecifiedOrganization/TaxRegistrationID", "wrong_length", "001"),
    wrong(f"{SUPPLIER}/NameText", "too_long", "가" * 71),
    wrong(f"{SUPPLIER}/NameText", "text_spaces", "㈜가온 "),
    wrong(f"{SUPPLIER}/TypeCode", "too_long", "가" * 41),
    wrong(f"{SUPPLIER}/ClassificationCode", "too_long", "가" * 41),
    wrong(f"{SUPPLIER}/SpecifiedPerson/NameText", "too_long", "가" * 31),
    wrong(f"{SUPPLIER}/SpecifiedAddress/LineOneText", "too_long", "가" * 151),
    wrong(f"{SUPPLIER}/DefinedContact/DepartmentNameText", "too_long", "가" * 41),
    wrong(f"{SUPPLIER}/DefinedContact/PersonNameText", "too_long", "가" * 31),
    wrong(f"{SUPPLIER}/DefinedContact/TelephoneCommunication", "too_long", "0" * 21),
    wrong(f"{BUYER}/ID", "wrong_length", "12081475210"),
    wrong(f"{BUYER}/SpecifiedOrganization/BusinessTypeCode", "unknown_code", "04"),
    wrong(f"{BUYER}/PrimaryDefinedContact/URICommunication", "too_long", "a" * 35 + "@b.com"),
    wrong(f"{BROKER}/ID", "wrong_length", "104"),
    wrong(f"{PAY}[1]/TypeCode", "unknown_code", "50"),
    wrong(f"{PAY}[2]/PaidAmount", "not_whole_won", "1000000.0"),
    wrong(f"{SUMS}/ChargeTotalAmount", "not_whole_won", "1,033,344"),
    wrong(f"{SUMS}/TaxTotalAmount", "not_whole_won", "+103333"),
    wrong(f"{SUMS}/GrandTotalAmount", "not_whole_won", "01136677"),
    wrong(f"{L}[1]/SequenceNumeric", "not_a_position", "0"),
    wrong(f"{L}[1]/SequenceNumeric", "not_a_position", "100"),
    wrong(f"{L}[1]/DescriptionText", "too_long", "가" * 101),
    wrong(f"{L}[1]/InvoiceAmount", "not_whole_won", "백만"),
    wrong(f"{L}[1]/ChargeableUnitQuantity", "not_two_decimals", "5.125"),
    wrong(f"{L}[1]/ChargeableUnitQuantity", "empty", ""),
    wrong(f"{L}[1]/InformationText", "too_long", "가" * 61),
    wrong(f"{L}[1]/NameText", "too_long", "가" * 101),
    wrong(f"{L}[1]/PurchaseExpiryDateTime", "not_a_date", "20261119120000"),
    wrong(f"{L}[1]/TotalTax/CalculatedAmount", "not_whole_won", "1e5"),
    wrong(f"{L}[1]/UnitPrice/UnitAmount", "not_two_decimals", "200000.505"),
    wrong(f"{L}[1]/UnitPrice/UnitAmount", "empty", ""),
]
VALUES = [replace(each, invoice=papers.CONSIGNED) if each.path.startswith(BROKER) else each for each in VALUES]
_PAYMENT_FITS = said(f"{PAY}[2]/PaidAmount", "999999")
RULES = [
    rule(f"{SUPPLIER}/ID", "brn", said(f"{SUPPLIER}/ID", "2208112345")),
    rule(f"{BUYER}/ID", "brn", said(f"{BUYER}/ID", "1208147522")),
    rule(f"{BROKER}/ID", "brn", said(f"{BROKER}/ID", "0000000000"), on=papers.CONSIGNED),
    rule(f"{BUYER}/ID", "buyer_number_kind", said(f"{BUYER}/ID", "9001011234568")),
    rule(f"{BUYER}/ID", "buyer_number_kind", said(f"{BUYER}/ID", papers.BUYER_NUMBER), on=papers.INDIVIDUAL),
    rule(f"{BUYER}/ID", "buyer_number_kind", said(f"{BUYER}/ID", "9999999999999"), on=papers.INDIVIDUAL),
    rule(f"{BUYER}/ID", "buyer_number_kind", said(f"{BUYER}/ID", "9001011234568"), on=papers.FOREIGNER),
    rule(f"{BUYER}/ID", "rrn_birth_date", said(f"{BUYER}/ID", "9013011234568"), on=papers.INDIVIDUAL),
    rule(f"{D}/DescriptionText", "foreigner_remark", dropped(f"{D}/DescriptionText[1]"), on=papers.FOREIGNER),
    rule(
        f"{BUYER}/ID",
        "same_party",
        said(f"{BUYER}/ID", papers.SUPPLIER_NUMBER),
        dropped(f"{SUPPLIER}/SpecifiedOrganization"),
    ),
    rule(f"{BROKER}/ID", "broker_same_party", said(f"{BROKER}/ID", papers.BUYER_NUMBER), on=papers.CONSIGNED),
    rule(MAIL_1, "email", said(MAIL_1, "kakao.example")),
    rule(MAIL_2, "email", said(MAIL_2, "a@b")),
    rule(MAIL, "email", said(MAIL, "a@b.kr,c@d.kr")),
    rule(PHONE, "phone", said(PHONE, "영업팀 내선 3")),
    rule(f"{D}/IssueID", "issue_id_day", said(f"{D}/IssueID", "202611214100007300000007")),
    rule(WRITTEN, "written_after_issue", said(f"{E}/IssueDateTime", "20261119235959")),
    rule(TYPE, "type_combination", said(TYPE, "0302"), on=papers.EXEMPT),
    rule(f"{D}/PurposeCode", "purpose_missing", dropped(f"{D}/PurposeCode")),
    rule(BROKER, "broker_missing", dropped(BROKER), on=papers.CONSIGNED),
    rule(BROKER, "broker_missing", dropped(BROKER), on=papers.ZERO_RATED_CONSIGNED),
    rule(BROKER, "broker_forbidden", said(TYPE, "0101"), on=papers.CONSIGNED),
    rule(LC, "import_missing", dropped(LC), on=papers.IMPORTED),
    rule(LC, "import_forbidden", said(TYPE, "0101"), on=replace(papers.IMPORTED, purpose=Purpose.CLAIM)),
    rule(PERIOD_END, "import_period", said(PERIOD_END, "20261031"), on=papers.IMPORTED),
    rule(f"{LC}/ItemQuantity", "import_count", said(f"{LC}/ItemQuantity", "0"), on=papers.IMPORTED),
    rule(AMENDMENT, "amendment_missing", dropped(AMENDMENT), on=papers.AMENDED),
    rule(
        AMENDMENT,
        "amendment_forbidden",
        said(TYPE, "0101"),
        on=papers.AMENDED,
        also=((ORIGINAL, "original_forbidden"),),
    ),
    rule(ORIGINAL, "original_missing", dropped(ORIGINAL), on=papers.AMENDED),
    rule(ORIGINAL, "original_forbidden", inside(D, f"<OriginalIssueID>{papers.ORIGINAL}</OriginalIssueID>")),
    rule(ORIGINAL, "original_is_itself", said(ORIGINAL, papers.NUMBER), on=papers.AMENDED),
    rule(ORIGINAL, "original_id_day", said(ORIGINAL, "20269915" + papers.ORIGINAL[8:]), on=papers.AMENDED),
    rule(WRITTEN, "amendment_written_on", said(AMENDMENT, "01"), on=papers.AMENDED),
    rule(WRITTEN, "amendment_written_on", said(AMENDMENT, "06"), on=papers.AMENDED),
    rule(WRITTEN, "amendment_before_original", said(ORIGINAL, "20261121" + papers.ORIGINAL[8:]), on=papers.AMENDED),
    rule(GRAND, "amendment_sign", said(AMENDMENT, "03"), on=papers.AMENDED),
    rule(GRAND, "amendment_sign", said(AMENDMENT, "04"), on=papers.AMENDED),
    rule(
        CHARGE,
        "letter_of_credit_sign",
        said(AMENDMENT, "05"),
        said(ORIGINAL, "20261120" + papers.ORIGINAL[8:]),
        on=papers.AMENDED,
    ),
    rule(GRAND, "grand_total", said(GRAND, "1136676"), _PAYMENT_FITS),
    rule(TAX, "tax_not_zero", said(TYPE, "0102"), also=((TAX_1, "line_tax_not_zero"), (TAX_2, "line_tax_not_zero"))),
    rule(TAX, "tax_not_zero", said(TYPE, "0301"), also=((TAX_1, "line_tax_not_zero"), (TAX_2, "line_tax_not_zero"))),
    rule(TAX, "tax_zero", said(TYPE, "0101"), on=papers.ZERO_RATED),
    rule(
        TAX,
        "tax_sign",
        said(TAX, "5000"),
        said(GRAND, "-45000"),
        said(f"{PAY}[1]/PaidAmount", "-45000"),
        said(TAX_1, "5000"),
        on=papers.MINUS,
        also=((TAX_1, "line_tax_sign"),),
    ),
    rule(f"{L}[2]/TotalTax", "line_tax_missing", dropped(f"{L}[2]/TotalTax"), said(TAX_1, "103333")),
    rule(TAX_2, "line_tax_sign", said(TAX_2, "-1"), said(TAX_1, "103334")),
    rule(CHARGE, "lines_charge_total", said(f"{L}[1]/InvoiceAmount", "1000003")),
    rule(TAX, "lines_tax_total", said(TAX_1, "100001")),
    rule(f"{L}[2]/SequenceNumeric", "line_sequence", said(f"{L}[2]/SequenceNumeric", "1")),
    rule(PAY, "payments_total", said(f"{PAY}[1]/PaidAmount", "136678")),
    rule(f"{PAY}[2]/TypeCode", "payment_repeated", said(f"{PAY}[2]/TypeCode", "10")),
]

SEEDS = [*STRUCTURE, *VALUES, *RULES]
