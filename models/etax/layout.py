"""The standard's elements as one table: order, how often, what may stand in them, what people call them.

The validator, the reader and the XSD all ask this table. Sizes follow the KEC v3.0 message as implementers
publish it; lengths are counted in characters. See docs/adr/0010.
"""

from dataclasses import dataclass
from enum import StrEnum

from models.etax.codes import Amendment, BusinessType, Form, PaymentMeans, Purpose, Trade

NAMESPACE = "urn:kr:or:kec:standard:Tax:ReusableAggregateBusinessInformationEntitySchemaModule:1:0"
SCHEMA_LOCATION = f"{NAMESPACE} http://www.kec.or.kr/standard/Tax/TaxInvoiceSchemaModule_1.0.xsd"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DS = "http://www.w3.org/2000/09/xmldsig#"
SIGNATURE = f"{{{DS}}}Signature"
MANY = 999_999


class Kind(StrEnum):
    """What a leaf holds."""

    TEXT = "text"
    DIGITS = "digits"
    APPROVAL = "approval"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    WON = "won"
    DECIMAL = "decimal"
    POSITION = "position"


PATTERNS = {
    Kind.DIGITS: r"[0-9]+",
    Kind.APPROVAL: r"[0-9]{16}[0-9A-Za-z]{8}",
    Kind.DATE: r"[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])",
    Kind.TIME: r"[12][0-9]{3}(0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])([01][0-9]|2[0-3])[0-5][0-9][0-5][0-9]",
    Kind.WON: r"0|-?[1-9][0-9]{0,17}",
    Kind.DECIMAL: r"-?(0|[1-9][0-9]{0,15})(\.[0-9]{1,2})?",
    Kind.POSITION: r"[1-9][0-9]?",
}
"""Regular expressions in the common subset of XSD and Python, for the whole value."""


@dataclass(frozen=True, slots=True)
class Node:
    """An element: a leaf with `kind`, or a branch with `children`. `lengths` are those allowed, none = 1..`longest`."""

    name: str
    label: str
    kind: Kind | None = None
    longest: int = 0
    lengths: tuple[int, ...] = ()
    codes: tuple[str, ...] = ()
    children: tuple["Node", ...] = ()
    low: int = 1
    high: int = 1
    issued_only: bool = False  # may be missing as long as nobody has signed


def _text(name: str, label: str, longest: int, low: int = 0, high: int = 1) -> Node:
    return Node(name, label, Kind.TEXT, longest, low=low, high=high)


def _code(name: str, label: str, codes: tuple[str, ...], low: int = 0) -> Node:
    return Node(name, label, Kind.CODE, codes=codes, low=low)


def _leaf(name: str, label: str, kind: Kind, low: int = 1) -> Node:
    return Node(name, label, kind, low=low)


def _contact(name: str, label: str, low: int, email_low: int) -> Node:
    children = (
        _text("DepartmentNameText", f"{label} 부서명", 40),
        _text("PersonNameText", f"{label} 성명", 30),
        _text("TelephoneCommunication", f"{label} 전화번호", 20),
        _text("URICommunication", f"{label} 이메일", 40, low=email_low),
    )
    return Node(name, label, children=children, low=low)


def _party(name: str, label: str, number: tuple[int, ...], contacts: tuple[Node, ...], low: int = 1) -> Node:
    buyer = name == "InvoiceeParty"
    organization: tuple[Node, ...] = (
        Node("TaxRegistrationID", f"{label} 종사업장번호", Kind.DIGITS, lengths=(4,), low=0),
    )
    if buyer:
        organization += (_code("BusinessTypeCode", f"{label} 구분", tuple(BusinessType), low=1),)
    children = (
        Node("ID", f"{label} 등록번호", Kind.DIGITS, lengths=number),
        _text("TypeCode", f"{label} 업태", 40),
        _text("NameText", f"{label} 상호", 70, low=1),
        _text("ClassificationCode", f"{label} 종목", 40),
        Node("SpecifiedOrganization", f"{label} 사업장", children=organization, low=int(buyer)),
        Node("SpecifiedPerson", f"{label} 대표자", children=(_text("NameText", f"{label} 대표자 성명", 30, low=1),)),
        *contacts,
        Node("SpecifiedAddress", f"{label} 주소", children=(_text("LineOneText", f"{label} 주소", 150, low=1),), low=0),
    )
    return Node(name, label, children=children, low=low)


_EXCHANGED = Node(
    "ExchangedDocument",
    "전송 문서",
    children=(
        _text("ID", "전송 문서 관리번호", 24, low=1),
        _leaf("IssueDateTime", "발급일시", Kind.TIME),
        Node("ReferencedDocument", "참조 문서", children=(_text("ID", "참조 문서번호", 24, low=1),), low=0),
    ),
    issued_only=True,
)
_DOCUMENT = Node(
    "TaxInvoiceDocument",
    "계산서 기본정보",
    children=(
        Node("IssueID", "승인번호", Kind.APPROVAL, issued_only=True),
        _code("TypeCode", "계산서 종류", tuple(f"{form}{trade}" for form in Form for trade in Trade), low=1),
        _text("DescriptionText", "비고", 150, high=3),
        _leaf("IssueDateTime", "작성일자", Kind.DATE),
        _code("AmendmentStatusCode", "수정사유", tuple(Amendment)),
        _code("PurposeCode", "영수/청구", tuple(Purpose)),
        Node("OriginalIssueID", "당초승인번호", Kind.APPROVAL, low=0),
        Node(
            "ReferencedImportDocument",
            "수입신고",
            children=(
                _text("ID", "수입신고번호", 15, low=1),
                Node("ItemQuantity", "수입총건", Kind.DIGITS, longest=6),
                Node(
                    "AcceptablePeriod",
                    "일괄발급 기간",
                    children=(
                        _leaf("StartDateTime", "일괄발급 시작일", Kind.DATE),
                        _leaf("EndDateTime", "일괄발급 종료일", Kind.DATE),
                    ),
                ),
            ),
            low=0,
        ),
    ),
)
_SETTLEMENT = Node(
    "TaxInvoiceTradeSettlement",
    "거래 정보",
    children=(
        _party("InvoicerParty", "공급자", (10,), (_contact("DefinedContact", "공급자 담당자", 0, 0),)),
        _party(
            "InvoiceeParty",
            "공급받는자",
            (10, 13),
            (
                _contact("PrimaryDefinedContact", "공급받는자 담당자", 1, 1),
                _contact("SecondaryDefinedContact", "공급받는자 부담당자", 0, 0),
            ),
        ),
        _party("BrokerParty", "수탁자", (10,), (_contact("DefinedContact", "수탁자 담당자", 0, 0),), low=0),
        Node(
            "SpecifiedPaymentMeans",
            "결제방법",
            children=(
                _code("TypeCode", "결제방법", tuple(PaymentMeans), low=1),
                _leaf("PaidAmount", "결제금액", Kind.WON),
            ),
            low=0,
            high=len(PaymentMeans),
        ),
        Node(
            "SpecifiedMonetarySummation",
            "합계",
            children=(
                _leaf("ChargeTotalAmount", "공급가액 합계", Kind.WON),
                _leaf("TaxTotalAmount", "세액 합계", Kind.WON),
                _leaf("GrandTotalAmount", "총금액", Kind.WON),
            ),
        ),
    ),
)
_LINE = Node(
    "TaxInvoiceTradeLineItem",
    "품목",
    children=(
        _leaf("SequenceNumeric", "품목 일련번호", Kind.POSITION),
        _text("DescriptionText", "품목 비고", 100),
        _leaf("InvoiceAmount", "품목 공급가액", Kind.WON),
        _leaf("ChargeableUnitQuantity", "수량", Kind.DECIMAL, low=0),
        _text("InformationText", "규격", 60),
        _text("NameText", "품목명", 100),
        _leaf("PurchaseExpiryDateTime", "공급일자", Kind.DATE, low=0),
        Node("TotalTax", "품목 세액", children=(_leaf("CalculatedAmount", "품목 세액", Kind.WON),), low=0),
        Node("UnitPrice", "단가", children=(_leaf("UnitAmount", "단가", Kind.DECIMAL),), low=0),
    ),
    high=99,
)
ROOT = Node("TaxInvoice", "세금계산서", children=(_EXCHANGED, _DOCUMENT, _SETTLEMENT, _LINE))
