"""What the acts on a tax invoice carry, drafts as the officer writes them, and what the machine learns of the hub."""

import datetime as dt
from decimal import Decimal

from pydantic import BaseModel, Field

from models.orders.rules import Taxation
from models.processes.messages import Frozen
from models.processes.messages import Reason as WithReason
from models.tax_invoices.rules import LINES_MAX, REMARKS_MAX, BuyerKind, Purpose, Reason

PAYLOADS: dict[str, type[BaseModel]] = {"cancel_request": WithReason, "cancel_issue": WithReason}


class DraftLine(BaseModel):
    """품목 as it is written; won."""

    supplied_on: dt.date | None = None
    name: str = Field(min_length=1, max_length=100, title="품목")
    spec: str = Field(default="", max_length=60, title="규격")
    quantity: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, title="수량")
    unit_price: Decimal | None = Field(default=None, max_digits=18, decimal_places=2, title="단가")
    amount: int = Field(title="공급가액")
    tax: int = Field(title="세액")
    note: str = Field(default="", max_length=100, title="비고")


class Draft(BaseModel):
    """What may be changed before 「역발행 요청」; lines left out stay as they are."""

    written_on: dt.date = Field(title="작성일자")
    purpose: Purpose = Field(default=Purpose.CHARGE, title="영수/청구")
    remarks: list[str] = Field(default_factory=list, max_length=REMARKS_MAX, title="비고")
    lines: list[DraftLine] | None = Field(default=None, min_length=1, max_length=LINES_MAX, title="품목")
    edit_version: int | None = None


class SaleLine(BaseModel):
    """품목 of what the house sells; won. The tax follows from the taxation, line by line."""

    supplied_on: dt.date | None = None
    name: str = Field(min_length=1, max_length=100, title="품목")
    spec: str = Field(default="", max_length=60, title="규격")
    quantity: Decimal | None = Field(default=None, max_digits=12, decimal_places=2, title="수량")
    unit_price: Decimal | None = Field(default=None, max_digits=18, decimal_places=2, title="단가")
    amount: int = Field(title="공급가액")
    note: str = Field(default="", max_length=100, title="비고")


class Sale(BaseModel):
    """정발행: an invoice of what the house itself supplied. Never shown as it is: it may carry a 주민등록번호.

    `buyer_number`: of a business its 사업자등록번호, of a person the 주민등록번호, of a foreigner the number of the
    passport or of the registration as a foreigner.
    """

    buyer_kind: BuyerKind = Field(default=BuyerKind.BUSINESS, title="공급받는자 구분")
    buyer_number: str = Field(min_length=1, max_length=20, title="등록번호", repr=False)
    buyer_name: str = Field(min_length=1, max_length=70, title="상호 또는 성명")
    buyer_representative: str = Field(default="", max_length=30, title="대표자")
    buyer_address: str = Field(default="", max_length=150, title="주소")
    buyer_business_type: str = Field(default="", max_length=40, title="업태")
    buyer_business_item: str = Field(default="", max_length=40, title="종목")
    buyer_email: str = Field(min_length=1, max_length=40, title="이메일")
    taxation: Taxation = Field(default=Taxation.TAXED, title="과세구분")
    written_on: dt.date = Field(title="작성일자")
    purpose: Purpose = Field(default=Purpose.CHARGE, title="영수/청구")
    remarks: list[str] = Field(default_factory=list, max_length=REMARKS_MAX, title="비고")
    lines: list[SaleLine] = Field(min_length=1, max_length=LINES_MAX, title="품목")


class Amendment(BaseModel):
    """수정세금계산서: which reason, and what it needs besides.

    02 `difference` (won, minus for less) or `lines` that say it; 03 `difference` (won that came back, positive) or
    `lines`; 01 what is right: `lines`, `remarks` (parties are taken as they are now). `happened_on` is the day of the
    cause, of 02, 03, 04 and 05.
    """

    reason: Reason = Field(title="수정 사유")
    happened_on: dt.date | None = Field(default=None, title="사유가 생긴 날")
    difference: int | None = Field(default=None, title="공급가액")
    lines: list[DraftLine] | None = Field(default=None, min_length=1, max_length=LINES_MAX, title="품목")
    remarks: list[str] = Field(default_factory=list, max_length=REMARKS_MAX, title="비고")


class HubTask(Frozen):
    """Ask the hub about one document that stands at `status` here, step `step`."""

    document_id: int
    status: str
    step: int
    at: dt.datetime


class HubNews(Frozen):
    """What asking led to: the machine's acts to record, in order.

    `away`: the hub did not answer; `more`: ask again at once, after these acts.
    """

    acts: tuple[str, ...] = ()
    away: bool = False
    more: bool = False


class LineOut(BaseModel):
    """One line as the API tells it."""

    position: int
    supplied_on: dt.date | None
    name: str
    spec: str
    quantity: Decimal | None
    unit_price: Decimal | None
    amount: int
    tax: int


class TaxInvoiceOut(BaseModel):
    """A tax invoice as the API tells it. Amounts in won."""

    id: int
    number: str
    title: str
    direction: str
    company_id: int
    company_name: str
    settlement_id: int | None
    settlement_number: str
    type_code: str
    written_on: dt.date
    purpose: str | None
    amendment_reason: str | None
    original_approval_number: str | None
    currency: str
    supply_amount: int
    vat_amount: int
    total_amount: int
    supplier_number: str
    supplier_name: str
    buyer_name: str
    requested_at: dt.datetime | None
    approval_number: str | None
    issued_at: dt.datetime | None
    sent_at: dt.datetime | None
    result_code: str
    refused_reason: str
    verified_at: dt.datetime | None
    verification_problem: str
    issue_by: dt.date
    transmit_by: dt.date | None
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
