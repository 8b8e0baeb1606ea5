"""What the acts on a settlement carry, and a draft as the officer writes it."""

import datetime as dt

from pydantic import BaseModel, Field, computed_field, field_validator

from models.processes.messages import REASON_LENGTH_MAX, Reason
from models.settlements.rules import CANCEL_BY_INVOICE, ITEMS_MAX, SETTLE_BY_INVOICE


class Settle(BaseModel):
    """「정산완료」: the invoice that came. Of a receipt the number may be empty.

    What should have come by itself, 세금계산서(자동입력), is put in by hand with a reason.
    """

    evidence_number: str | None = Field(default=None, max_length=60, title="증빙번호")
    evidence_issued_on: dt.date = Field(title="증빙발행일")
    reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="직접 입력하는 사유")


class ByInvoice(BaseModel):
    """What the machine puts in: number and day of issue of the invoice (or minus invoice) the tax service has."""

    evidence_number: str
    evidence_issued_on: dt.date
    invoice_number: str
    """Our own number of it."""


class FinishCancel(BaseModel):
    """「정산취소」 with the minus invoice that came outside the hub. Of a receipt the number may be empty."""

    evidence_number: str | None = Field(default=None, max_length=60, title="마이너스 증빙번호")
    evidence_issued_on: dt.date = Field(title="마이너스 증빙발행일")
    reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="직접 입력하는 사유")


class Pay(BaseModel):
    """「지급완료」: when the money left, and under which reference of the bank."""

    paid_on: dt.date = Field(title="지급일")
    payment_reference: str = Field(min_length=1, max_length=100, title="지급 참조번호")
    early_reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="조기지급 사유")

    @field_validator("payment_reference")
    @classmethod
    def _referred(cls, reference: str) -> str:
        if not reference.strip():
            raise ValueError("지급 참조번호를 입력해 주세요.")
        return reference.strip()

    @property
    def reason(self) -> str | None:
        """What the record keeps as the reason of the step."""
        return (self.early_reason or "").strip() or None


PAYLOADS: dict[str, type[BaseModel]] = {
    "cancel": Reason,
    "settle": Settle,
    "pay": Pay,
    "request_cancel": Reason,
    "finish_cancel": FinishCancel,
    SETTLE_BY_INVOICE: ByInvoice,
    CANCEL_BY_INVOICE: ByInvoice,
}


class Draft(BaseModel):
    """A settlement as it is written: inspected items of one order, and when its invoice is asked for."""

    title: str = Field(min_length=1, max_length=200, title="정산명")
    issue_request: str = Field(default="", max_length=500, title="발행요청일")
    issue_on: dt.date | None = Field(default=None, title="발행 희망일")
    inspections: list[int] = Field(default_factory=list, max_length=ITEMS_MAX, title="정산품목")
    edit_version: int | None = None


class NewDraft(Draft):
    """A draft of an order that has none yet for these items."""

    order_id: int


class SettlementOut(BaseModel):
    """A settlement as the API tells it. Amounts in minor units of the currency."""

    id: int
    number: str
    title: str
    company_id: int
    company_name: str
    order_number: str
    settlement_type: str
    evidence_type: str
    taxation: str
    currency: str
    supply_amount: int
    vat_amount: int
    total_amount: int
    amended_supply: int
    amended_vat: int
    paid_amount: int | None
    issue_request: str
    issue_on: dt.date | None
    officer_name: str
    buyer_name: str
    requested_at: dt.datetime | None
    acknowledged_at: dt.datetime | None
    acknowledged_by: str
    evidence_number: str | None
    evidence_issued_on: dt.date | None
    settled_at: dt.datetime | None
    cancel_reason: str
    cancel_requested_at: dt.datetime | None
    cancel_confirmed_at: dt.datetime | None
    cancel_confirmed_by: str
    minus_evidence_number: str | None
    minus_issued_on: dt.date | None
    payment_due_on: dt.date | None
    paid_on: dt.date | None
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def payable_amount(self) -> int:
        """What is paid: the total and what amended invoices made of it."""
        return self.total_amount + self.amended_supply + self.amended_vat
