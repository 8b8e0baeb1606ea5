"""What the acts on an inspection carry."""

import datetime as dt

from pydantic import BaseModel, Field, field_validator

REASON_LENGTH_MAX = 1000


class Reason(BaseModel):
    """The words of an act that needs a reason; shown to the other side as they are."""

    reason: str = Field(max_length=REASON_LENGTH_MAX, title="사유")

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("사유를 입력해 주세요.")
        return reason.strip()


PAYLOADS: dict[str, type[BaseModel]] = {"cancel": Reason}


class InspectionOut(BaseModel):
    """An inspection as the API tells it. Amounts in whole won, VAT excluded."""

    id: int
    order_number: str
    round_no: int
    company_id: int
    company_name: str
    item_name: str
    spec: str
    unit: str
    quantity: int
    unit_price: int
    amount: int
    received_on: dt.date
    place: str
    inspector_name: str
    inspected_at: dt.datetime | None
    settled: bool
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
