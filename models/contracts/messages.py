"""Payloads of contract acts, and the draft as a form or an API client sends it."""

import datetime as dt

from pydantic import BaseModel, Field

from models.contracts.rules import PAYMENT_TERMS, SettlementType, Type
from models.processes.messages import Evidence, Reason

ITEMS_MAX = 300
PAPERS_MAX = 10
INSTALMENTS_MAX = 12
CONSENTS_MAX = PAPERS_MAX
DRAWING_CHARS_MAX = 300_000


class Consent(BaseModel):
    """One paper: how many of its pages were seen to the end, and whether 「내용에 동의합니다」 was ticked."""

    paper_id: int
    agreed: bool = False
    seen_pages: int | None = None


class RequestSeal(Evidence):
    """The buyer's seal: an upload, else the one used last."""

    seal_file_id: int | None = None


class Sign(Evidence):
    """The partner's 「서명」. `drawing`: strokes of the pad as JSON, for individuals."""

    consents: list[Consent] = Field(default=[], max_length=CONSENTS_MAX)
    seal_file_id: int | None = None
    drawing: str | None = Field(default=None, max_length=DRAWING_CHARS_MAX)
    note: str | None = Field(title="공급사 전달사항", default=None, max_length=1000)


PAYLOADS: dict[str, type[BaseModel]] = {
    "request_seal": RequestSeal,
    "sign": Sign,
    "request_redraft": Reason,
    "refuse_signature": Reason,
    "end": Reason,
    "cancel": Reason,
}


class ItemRow(BaseModel):
    """One line; amounts in whole won."""

    category: str | None = Field(title="세분류", default=None, max_length=100)
    name: str | None = Field(title="품목명", default=None, max_length=200)
    spec: str | None = Field(title="세부스펙", default=None, max_length=500)
    unit: str | None = Field(title="단위", default="EA", max_length=20)
    quantity: int | None = Field(default=None, title="수량")
    unit_price: int | None = Field(default=None, title="단가")
    needs_serial: bool = False
    requested_on: dt.date | None = Field(default=None, title="납품요청일")
    requested_place: str | None = Field(title="납품요청위치", default=None, max_length=100)


class InstalmentRow(BaseModel):
    label: str | None = Field(title="구분", default=None, max_length=50)
    amount: int | None = Field(default=None, title="금액")
    expected_on: dt.date | None = Field(default=None, title="예정일")


class PaperRow(BaseModel):
    template: str = Field(max_length=40)
    title: str | None = Field(default=None, max_length=100, title="문서 이름")
    text: str | None = Field(default=None, max_length=40_000, title="내용")


class Draft(BaseModel):
    """A contract being drafted. What is missing is told by `drafting.faults`, in sentences at the fields."""

    company_id: int | None = Field(default=None, title="공급사")
    title: str | None = Field(default=None, max_length=200, title="계약명")
    contract_type: Type = Type.GENERAL
    contract_date: dt.date | None = Field(default=None, title="계약일자")
    starts_on: dt.date | None = Field(default=None, title="계약 시작일")
    ends_on: dt.date | None = Field(default=None, title="계약 종료일")
    payment_terms: str | None = Field(title="지불방법", default=PAYMENT_TERMS, max_length=300)
    settlement_type: SettlementType = SettlementType.BY_INSPECTION
    note_to_partner: str | None = Field(title="전달사항", default=None, max_length=1000)
    items: list[ItemRow] = Field(title="계약품목", default=[], max_length=ITEMS_MAX)
    instalments: list[InstalmentRow] = Field(title="분할정산", default=[], max_length=INSTALMENTS_MAX)
    papers: list[PaperRow] = Field(title="문서", default=[], max_length=PAPERS_MAX)
    edit_version: int | None = None


class ContractOut(BaseModel):
    """A contract as the API tells it. Amounts in whole won, VAT excluded."""

    id: int
    number: str
    revision: int
    form: str
    contract_type: str
    title: str
    company_id: int
    company_name: str
    contract_date: dt.date
    starts_on: dt.date
    ends_on: dt.date
    currency: str
    amount: int | None
    payment_terms: str
    settlement_type: str
    buyer_name: str
    partner_contact: str
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
    review_round: int
    review_requested_at: dt.datetime | None
    reviewed_at: dt.datetime | None
    seal_requested_at: dt.datetime | None
    completed_at: dt.datetime | None
    papers_ready: bool
