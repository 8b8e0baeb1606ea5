"""A tax invoice as an object: what the standard's XML says, without its element names. Amounts are whole won."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal

from models.etax.codes import Amendment, BusinessType, Form, PaymentMeans, Purpose, Trade

REMARKS_MAX = 3
LINES_MAX = 99
BUYER_CONTACTS_MAX = 2


@dataclass(frozen=True, slots=True)
class Contact:
    """담당자. Empty text where nothing is known."""

    department: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """공급자, 공급받는자 or 수탁자. `kind` is set for the buyer only."""

    registration_number: str  # digits only: 10, or 13 for individuals and foreigners
    name: str
    representative: str
    sub_registration: str = ""  # 종사업장 번호, 4 digits
    kind: BusinessType | None = None
    address: str = ""
    business_type: str = ""  # 업태
    business_class: str = ""  # 종목
    contacts: tuple[Contact, ...] = ()  # supplier and broker one, the buyer up to two


@dataclass(frozen=True, slots=True)
class Payment:
    """A share of the grand total by means of payment."""

    means: PaymentMeans
    amount: int


@dataclass(frozen=True, slots=True)
class Line:
    """품목. `position` counts from 1; quantity and unit price have at most two decimals."""

    position: int
    amount: int  # 공급가액
    tax: int = 0  # 세액
    name: str = ""
    spec: str = ""  # 규격
    quantity: Decimal | None = None
    unit_price: Decimal | None = None
    note: str = ""
    supplied_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class ImportDocument:
    """수입신고: number, number of declarations, first and last day of the period summed up."""

    number: str
    count: int
    start: dt.date
    end: dt.date


@dataclass(frozen=True, slots=True)
class Invoice:
    """One document. A draft has neither `issue_id` (승인번호) nor `issued_at`; both come with the signature."""

    written_on: dt.date  # 작성일자
    type_code: str  # Form + Trade: "0101"
    supplier: Party
    buyer: Party
    charge_total: int
    tax_total: int
    grand_total: int
    lines: tuple[Line, ...]
    issue_id: str | None = None  # 승인번호, 24
    issued_at: dt.datetime | None = None  # aware, whole seconds
    purpose: Purpose | None = None
    amendment: Amendment | None = None
    original_issue_id: str | None = None  # 당초승인번호
    remarks: tuple[str, ...] = ()
    broker: Party | None = None
    payments: tuple[Payment, ...] = ()
    import_document: ImportDocument | None = None
    exchange_id: str | None = field(default=None)  # number of the sending; the approval number where None
    referenced_id: str | None = None  # a document this sending refers to

    @property
    def form(self) -> Form:
        """First half of the type code; ValueError for an unknown one."""
        return Form(self.type_code[:2])

    @property
    def trade(self) -> Trade:
        """Second half of the type code; ValueError for an unknown one."""
        return Trade(self.type_code[2:])


def type_code(form: Form, trade: Trade) -> str:
    """AMENDED_INVOICE, ZERO_RATED -> "0202"."""
    return f"{form}{trade}"
