"""The forms of joining, what a 가입요청 keeps of them, and what its acts carry."""

import datetime as dt
from typing import Any

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from models.auth.rules import password_problem
from models.auth.wording import PASSWORD
from models.conversions.rules import CODE_DIGITS
from models.kernel.text import digits
from models.members.forms import (
    AccountForm,
    Accounts,
    CompanyForm,
    IndividualForm,
    PersonForm,
    SinglePersonForm,
    checked_business_number,
)
from models.members.rules import CompanyKind, Sex
from models.processes.messages import REASON_LENGTH_MAX, Reason
from models.signups.rules import Answer, SignupKind, SignupMode

PASSWORD_CHARS_TYPED_MAX = 200


class Secret(BaseModel):
    """비밀번호, twice."""

    password: SecretStr = Field(title="비밀번호", max_length=PASSWORD_CHARS_TYPED_MAX)
    password_again: SecretStr = Field(title="비밀번호 확인", max_length=PASSWORD_CHARS_TYPED_MAX)

    @field_validator("password")
    @classmethod
    def _password(cls, secret: SecretStr) -> SecretStr:
        problem = password_problem(secret.get_secret_value())
        if problem:
            raise ValueError(PASSWORD[problem])
        return secret

    @field_validator("password_again")
    @classmethod
    def _again(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        first = info.data.get("password")
        if first is not None and first.get_secret_value() != secret.get_secret_value():
            raise ValueError(PASSWORD["password_unlike"])
        return secret


class Coded(BaseModel):
    """전환가입 인증번호, as the buyer sent it."""

    code: str = Field(title="인증번호", max_length=20)

    @field_validator("code")
    @classmethod
    def _code(cls, text: str) -> str:
        if len(digits(text)) != CODE_DIGITS or any(not (c.isdigit() or c in " -") for c in text):
            raise ValueError(f"인증번호는 숫자 {CODE_DIGITS}자리입니다.")
        return digits(text)


class IndividualSignup(Secret):
    """개인회원 신규가입, 재가입."""

    company: IndividualForm
    accounts: Accounts
    person: SinglePersonForm = Field(default_factory=SinglePersonForm)


class CompanySignup(Secret):
    """기업회원 신규가입, 재가입."""

    company: CompanyForm
    accounts: Accounts
    person: PersonForm


class ContactSignup(Secret):
    """부담당자 가입, 재가입."""

    person: PersonForm


class IndividualConversion(Coded, Secret):
    """포탈미사용 개인회원 전환: what the buyer registered stays."""

    person: SinglePersonForm = Field(default_factory=SinglePersonForm)


class CompanyConversion(Coded, Secret):
    """포탈미사용 기업회원 전환."""

    person: PersonForm


FORMS: dict[tuple[SignupKind, bool], type[Secret]] = {
    (SignupKind.INDIVIDUAL, False): IndividualSignup,
    (SignupKind.COMPANY, False): CompanySignup,
    (SignupKind.CONTACT, False): ContactSignup,
    (SignupKind.INDIVIDUAL, True): IndividualConversion,
    (SignupKind.COMPANY, True): CompanyConversion,
}
"""By who joins and whether by conversion."""


class NumberForm(BaseModel):
    """기업회원 가입여부 확인."""

    kind: CompanyKind = Field(title="구분")
    business_number: str = Field(title="사업자등록번호", max_length=20)

    @field_validator("kind")
    @classmethod
    def _kind(cls, kind: CompanyKind) -> CompanyKind:
        if kind is CompanyKind.INDIVIDUAL:
            raise ValueError("목록에서 골라 주세요.")
        return kind

    @field_validator("business_number")
    @classmethod
    def _number(cls, text: str, info: ValidationInfo) -> str:
        return checked_business_number(text, info)


class DraftFile(BaseModel):
    """An upload that waits in the storage for the form to be sent."""

    sha256: str
    size: int
    kind: str
    """models.files.rules.FileKind, as found in the content."""
    name: str


class Draft(BaseModel):
    """A form being filled in, kept encrypted for the browser that holds its token."""

    kind: SignupKind
    mode: SignupMode = SignupMode.NEW
    answer: Answer = Answer.NEW
    """What the last check of 가입여부 said."""
    company_id: int | None = None
    """Known beforehand: the company of a 부담당자, of a conversion, of a company that was rejected."""
    company_kind: CompanyKind | None = None
    company_name: str = ""
    business_number: str = ""
    asked_at: dt.datetime | None = None
    """가입요청일 of a request that waits (승인 대기)."""
    waits_for: str = ""
    agreed: bool = False
    """약관동의 was passed."""
    terms: list[int] = []
    email: str = ""
    """As typed last."""
    reject_reason: str = ""
    """반려사유 of the request before."""
    filled: bool = False
    """Whether the request before was put into the form."""
    values: dict[str, list[str]] = {}
    """As typed, without passwords and codes."""
    files: list[DraftFile] = []
    """Named from the form by place, counted from 1."""
    done: str = ""
    """Number of the 가입요청 once it is made."""


class ApplicantFacts(BaseModel):
    """The person as 본인인증 and the form say."""

    name: str
    birth_date: dt.date
    sex: Sex
    foreign_national: bool
    phone: str
    """Digits only."""
    email: str
    extension: str = ""
    position: str = ""
    department: str = ""


class SignupContent(BaseModel):
    """What was asked for, whole; kept encrypted with the request. No password in it."""

    company: dict[str, Any] | None = None
    """Of a CompanyForm or IndividualForm; None for 부담당자 and conversions, whose company is there."""
    accounts: list[AccountForm] = []
    person: ApplicantFacts
    terms: list[int] = []


class Approval(BaseModel):
    """「승인」, with 처리사유 if there is one."""

    reason: str | None = Field(default=None, max_length=REASON_LENGTH_MAX, title="처리사유")


class Rejection(Reason):
    """「반려」. `barred`: 재가입 불가."""

    barred: bool = Field(default=False, title="재가입 불가")


PAYLOADS: dict[str, type[BaseModel]] = {"approve": Approval, "reject": Rejection}


class SignupOut(BaseModel):
    """A 가입요청 as the API tells it; personal data stays on the page."""

    id: int
    number: str
    signup_kind: str
    mode: str
    company_id: int
    company_name: str
    business_number: str | None
    applicant_name: str
    created_at: dt.datetime
    decided_at: dt.datetime | None
    decided_by: str
    decision_reason: str
    barred: bool
    status: str
    version: int
    turn: str | None
    due_at: dt.datetime | None
