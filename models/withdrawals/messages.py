"""What the acts on a withdrawal carry, and the forms that ask for one."""

import datetime as dt

from pydantic import BaseModel, Field, field_validator

from models.processes.messages import REASON_LENGTH_MAX, Reason


class Approve(BaseModel):
    """「승인」: words for the requester, if any."""

    reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="처리사유")


PAYLOADS: dict[str, type[BaseModel]] = {"approve": Approve, "reject": Reason}


class Why(BaseModel):
    """탈퇴 구분 and 사유."""

    reason_code: str = Field(max_length=40, title="탈퇴 요청 구분")
    reason: str = Field(max_length=REASON_LENGTH_MAX, title="탈퇴 사유")

    @field_validator("reason_code")
    @classmethod
    def _chosen(cls, code: str) -> str:
        if not code.strip():
            raise ValueError("탈퇴 요청 구분을 선택해 주세요.")
        return code.strip()

    @field_validator("reason")
    @classmethod
    def _given(cls, reason: str) -> str:
        if not reason.strip():
            raise ValueError("탈퇴사유를 입력해 주세요.")
        return reason.strip()


class Leaving(Why):
    """A person types who they are once more."""

    name: str = Field(max_length=100, title="성명")
    birth_date: dt.date = Field(title="생년월일")


class WithdrawalOut(BaseModel):
    """A withdrawal as the API tells it."""

    id: int
    number: str
    subject: str
    origin: str
    company_id: int
    company_name: str
    reason_words: str
    request_reason: str
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
    created_at: dt.datetime
    decided_at: dt.datetime | None
    decided_by: str
    decision_reason: str
