"""Refusals and forms of what the administrator does to people and companies. Pure."""

import datetime as dt
from re import fullmatch
from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from models.kernel.identifiers import normalize_phone
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.text import digits
from models.members.forms import Line, Name, Phone, checked_business_number, needed
from models.members.rules import EMAIL_LOGIN, STAFF_LOGIN, CompanyKind, normal_login

DELEGATION_DAYS_MAX = 366
REASON_CHARS_MAX = 500
PHONE_WORDS = "휴대폰번호를 010-1234-5678처럼 입력해 주세요."


class LastAdmin(Refusal):
    """Somebody has to remain who can give the role back."""

    code = "last_admin"


class NotOneself(Refusal):
    """Nobody stops or blocks themselves."""

    code = "not_oneself"


class MemberChanged(Refusal):
    """Somebody else changed this person meanwhile."""

    code = "member_changed"


class CompanyChanged(Refusal):
    """Somebody else changed this company meanwhile."""

    code = "company_changed"


class NotBlockable(Refusal):
    """A company that is in another state than the act is for."""

    code = "not_blockable"


class DelegationOver(Refusal):
    """It has ended, or was called back."""

    code = "delegation_over"


def _mobile(text: str) -> str:
    found = normalize_phone(text)
    if found is None or not digits(found).startswith("01"):
        raise ValueError(PHONE_WORDS)
    return digits(found)


def _email(text: str) -> str:
    found = normal_login(text)
    if not fullmatch(EMAIL_LOGIN, found):
        raise ValueError("이메일 주소를 확인해 주세요.")
    return found


def _staff_login(text: str) -> str:
    found = normal_login(text)
    if not fullmatch(STAFF_LOGIN, found):
        raise ValueError("영문 아이디를 amela.cha처럼 이름과 성 사이에 점을 넣어 입력해 주세요.")
    return found


Mobile = Annotated[str, AfterValidator(_mobile)]
Email = Annotated[str, AfterValidator(_email)]


class StaffForm(BaseModel):
    """임직원: who they are."""

    name: Name = Field(title="이름", max_length=50)
    email: Email = Field(title="이메일", max_length=254)
    department: Line = Field(default="", title="부서명", max_length=60)
    position: Line = Field(default="", title="직급/호칭", max_length=60)
    extension: Line = Field(default="", title="내선번호", max_length=30)


class NewStaffForm(StaffForm):
    """임직원 등록, with the English id and the roles to begin with."""

    phone: Mobile = Field(title="휴대폰번호", max_length=20)
    """What the log-in code goes to; digits only."""
    login: Annotated[str, AfterValidator(_staff_login)] = Field(title="아이디", max_length=60)
    roles: list[Role] = Field(title="역할", min_length=1)


class StaffEditForm(StaffForm):
    """As above; an empty phone leaves the one that is there."""

    phone: str = Field(default="", title="휴대폰번호", max_length=20)

    @field_validator("phone")
    @classmethod
    def _kept(cls, text: str) -> str:
        return _mobile(text) if text.strip() else ""


class Because(BaseModel):
    """Why; kept in the record."""

    reason: Line = Field(title="사유", min_length=1, max_length=REASON_CHARS_MAX)


class DelegationForm(BaseModel):
    """「위임」. Days of Seoul; the last one is lent to its end. `from_member_id` is the administrator's to say."""

    from_member_id: int | None = Field(default=None, title="위임하는 사람")
    to_member_id: int = Field(title="위임받는 사람")
    role: Role = Field(title="역할")
    starts_on: dt.date = Field(title="시작일")
    ends_on: dt.date = Field(title="종료일")
    reason: Line = Field(default="", title="사유", max_length=REASON_CHARS_MAX)


class SupplierForm(BaseModel):
    """협력사 registered by the buyer: what is known before the supplier says more by joining."""

    kind: CompanyKind = Field(title="회원구분")
    name: Name = Field(title="기업명", max_length=100)
    business_number: str = Field(default="", title="사업자등록번호", max_length=20, validate_default=True)
    representative: Line = Field(default="", title="대표자", max_length=100)
    business_type: Line = Field(default="", title="대표 업태", max_length=60)
    business_item: Line = Field(default="", title="대표 업종", max_length=60)
    phone: Phone = Field(default="", title="전화번호", max_length=30)
    zip_code: Line = Field(default="", title="우편번호", max_length=12)
    address: Line = Field(default="", title="주소", max_length=200)
    address_detail: Line = Field(default="", title="상세주소", max_length=200)

    @field_validator("business_number")
    @classmethod
    def _numbered(cls, text: str, info: ValidationInfo) -> str:
        if info.data.get("kind") is CompanyKind.INDIVIDUAL:
            return ""
        if not text.strip():
            raise ValueError(needed("사업자등록번호"))
        return checked_business_number(text, info)


class CodeForm(BaseModel):
    """Where the 인증번호 goes."""

    email: Email = Field(title="이메일", max_length=254)
