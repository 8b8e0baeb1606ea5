"""What the acts on a change request carry, and the forms that ask for one. No personal data travels in an act."""

import datetime as dt

from pydantic import BaseModel, Field, field_validator

from models.processes.messages import REASON_LENGTH_MAX, Reason


class Approve(BaseModel):
    """「승인」: words for the requester, if any."""

    reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="처리사유")


PAYLOADS: dict[str, type[BaseModel]] = {"approve": Approve, "reject": Reason}


class Asked(BaseModel):
    """요청사유 of a request."""

    reason: str = Field(max_length=REASON_LENGTH_MAX, title="요청사유")

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("요청사유를 입력해 주세요.")
        return reason.strip()


class Delegate(BaseModel):
    """「주담당자 권한 위임」."""

    to_member_id: int = Field(title="변경할 주담당자")
    reason: str = Field(max_length=REASON_LENGTH_MAX, title="변경사유")

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("변경사유를 입력해 주세요.")
        return reason.strip()


class ChangeOut(BaseModel):
    """A change request as the API tells it; what changes is on its page only."""

    id: int
    number: str
    subject: str
    company_id: int
    company_name: str
    request_reason: str
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
    created_at: dt.datetime
    decided_at: dt.datetime | None
    decided_by: str
    decision_reason: str
