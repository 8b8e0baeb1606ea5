"""What the acts on a conversion carry, and its beginning."""

import datetime as dt
import re

from pydantic import BaseModel, Field, field_validator

from models.kernel.text import clean_email
from models.members.rules import EMAIL_LOGIN, LOGIN_CHARS_MAX
from models.processes.messages import Reason

SEND_TO_WRONG = "이메일 주소를 name@example.com처럼 입력해 주세요."


def checked_email(text: str) -> str:
    """An address as it is compared and stored. Raises ValueError with its sentence."""
    found = clean_email(text)
    if len(found) > LOGIN_CHARS_MAX or not re.fullmatch(EMAIL_LOGIN, found):
        raise ValueError(SEND_TO_WRONG)
    return found


class Sending(BaseModel):
    """「인증번호 전송」 to an address the buyer knows."""

    company_id: int = Field(title="협력사")
    email: str = Field(title="받는 이메일", max_length=LOGIN_CHARS_MAX)

    @field_validator("email")
    @classmethod
    def _email(cls, text: str) -> str:
        return checked_email(text)


PAYLOADS: dict[str, type[BaseModel]] = {"cancel": Reason}


class ConversionOut(BaseModel):
    """A conversion as the API tells it; the code is nowhere."""

    id: int
    number: str
    company_id: int
    company_name: str
    sent_at: dt.datetime | None
    expires_at: dt.datetime | None
    sends: int
    used_at: dt.datetime | None
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
