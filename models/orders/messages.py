"""What the acts on an order carry, and a draft as the buyer writes it."""

import datetime as dt

from pydantic import BaseModel, Field, field_validator

from models.orders.rules import ITEMS_MAX, EvidenceType, Taxation
from models.processes.messages import Evidence, Reason

DRAWING_CHARS_MAX = 300_000


class Confirm(Evidence):
    """「발주서확인」: what was read and agreed to, and the seal (empty: the last one used).

    `seen_pages` counts pages that were on screen; `sheet_sha256` names the sheet that was shown.
    `drawing`: strokes of the pad as JSON, for individuals.
    """

    agreed: bool = False
    seen_pages: int = Field(default=0, ge=0)
    sheet_sha256: str = Field(default="", max_length=64)
    seal_file_id: int | None = None
    drawing: str | None = Field(default=None, max_length=DRAWING_CHARS_MAX)

    @field_validator("agreed")
    @classmethod
    def _agreed(cls, agreed: bool) -> bool:
        if not agreed:
            raise ValueError("발주서를 끝까지 읽고 동의해 주세요.")
        return agreed


class RequestConfirmation(Evidence):
    """The buyer sends the order under the seal used last."""


PAYLOADS: dict[str, type[BaseModel]] = {
    "request_confirmation": RequestConfirmation,
    "confirm": Confirm,
    "refuse": Reason,
    "cancel": Reason,
}

QUANTITY_MAX = 10**9
PRICE_MAX = 10**12


class DraftItem(BaseModel):
    """One line of a draft. Of a contract's item only quantity, day and place are the buyer's to choose."""

    contract_item_id: int | None = None
    previous_item_id: int | None = None
    category: str = Field(default="", max_length=60, title="세분류")
    name: str = Field(default="", max_length=200, title="품목명")
    spec: str = Field(default="", max_length=500, title="세부스펙")
    unit: str = Field(default="EA", max_length=10, title="단위")
    quantity: int = Field(default=0, ge=0, le=QUANTITY_MAX, title="수량")
    unit_price: int = Field(default=0, ge=0, le=PRICE_MAX, title="단가")
    needs_serial: bool = False
    requested_on: dt.date | None = Field(default=None, title="납품요청일")
    requested_place: str = Field(default="", max_length=60, title="납품요청위치")
    request_number: str = Field(default="", max_length=30, title="의뢰번호")


class Draft(BaseModel):
    """An order as it is written. `contract_id` empty is a 「기타발주」, which names its company itself."""

    title: str = Field(min_length=1, max_length=200, title="발주명")
    contract_id: int | None = None
    company_id: int | None = Field(default=None, title="공급사")
    order_date: dt.date = Field(title="발주일자")
    currency: str = Field(default="KRW", pattern=r"^[A-Z]{3}$", title="통화")
    settlement_type: str = Field(default="by_inspection", pattern="^(by_inspection|instalments)$", title="정산유형")
    evidence_type: EvidenceType = Field(default=EvidenceType.TAX_INVOICE_AUTO, title="증빙유형")
    taxation: Taxation = Field(default=Taxation.TAXED, title="과세구분")
    note_to_partner: str = Field(default="", max_length=2000, title="전달사항")
    items: list[DraftItem] = Field(default_factory=list, max_length=ITEMS_MAX)


class OrderOut(BaseModel):
    """An order as the API tells it. Amounts in whole units of its currency; `total` = amount + vat."""

    id: int
    number: str
    revision: int
    form: str
    title: str
    company_id: int
    company_name: str
    contract_number: str
    basis: str
    order_date: dt.date
    currency: str
    amount: int
    vat: int
    total: int
    settlement_type: str
    evidence_type: str
    taxation: str
    buyer_name: str
    note_to_partner: str
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
    requested_at: dt.datetime | None
    confirmed_at: dt.datetime | None
    sheet_ready: bool
