"""What the acts on an invitation carry, and Harmony's forms."""

from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from models.harmony.rules import EMAIL, EMAIL_CHARS_MAX, NAME_CHARS_MAX, Service, SpaceRole
from models.kernel.identifiers import brn_fault, is_mobile, normalize_phone
from models.kernel.text import clean_email, clean_line, digits
from models.processes.messages import Frozen, Reason


class Join(BaseModel):
    """「카카오하모니 시작하기」: what was typed stays, encrypted, in the entry of this browser."""

    entry_id: int


PAYLOADS: dict[str, type[BaseModel]] = {"join": Join, "cancel": Reason}


class OidcTask(Frozen):
    """Input of the workflow ``oidc/<entry>/<task>``: where to send a person, or who came back. Ids only."""

    task: str
    entry_id: int = 0


class OidcAnswer(Frozen):
    """`address`: the provider's authorization endpoint; `refused`: why an answer was not taken."""

    address: str = ""
    issuer: str = ""
    refused: str = ""


def _email(value: str) -> str:
    cleaned = clean_email(value)
    if len(cleaned) > EMAIL_CHARS_MAX or not EMAIL.fullmatch(cleaned):
        raise ValueError("이메일 주소를 확인해 주세요.")
    return cleaned


class NewStudio(BaseModel):
    """「스튜디오 만들기」."""

    name: str = Field(min_length=1, max_length=60, title="스튜디오명")
    company_name: str = Field(min_length=1, max_length=100, title="회사")
    service: Service = Field(title="서비스")


class NewCredit(BaseModel):
    """「크레딧 만들기」."""

    name: str = Field(min_length=1, max_length=60, title="크레딧명")
    company_name: str = Field(min_length=1, max_length=100, title="회사")
    business_number: str | None = Field(default=None, max_length=20, title="사업자등록번호")

    @field_validator("business_number")
    @classmethod
    def _numbered(cls, value: str | None) -> str | None:
        number = digits(value or "")
        if not number and not (value or "").strip():
            return None
        if brn_fault(number) is not None:
            raise ValueError("사업자등록번호 10자리를 확인해 주세요.")
        return number


class Invite(BaseModel):
    """「초대하기」: several addresses with `,` between them."""

    emails: str = Field(min_length=1, max_length=5000, title="초대할 이메일")
    role: SpaceRole = Field(title="역할")


class Profile(BaseModel):
    """「정보입력」 and 「내 정보」."""

    name: str = Field(min_length=1, max_length=NAME_CHARS_MAX, title="이름(닉네임)")
    email: str = Field(max_length=EMAIL_CHARS_MAX, title="공지사항 수신 이메일")

    @field_validator("name")
    @classmethod
    def _line(cls, value: str) -> str:
        if not clean_line(value):
            raise ValueError("이름(닉네임)을 입력해 주세요.")
        return clean_line(value)

    _address = field_validator("email")(_email)


class PhoneForm(BaseModel):
    """「인증」: where the code goes."""

    phone: str = Field(max_length=20, title="휴대폰번호")

    @field_validator("phone")
    @classmethod
    def _mobile(cls, value: str) -> str:
        number = digits(value)
        if not is_mobile(number) or normalize_phone(number) is None:
            raise ValueError("휴대폰번호를 확인해 주세요.")
        return number


class CodeForm(BaseModel):
    code: str = Field(title="인증번호", pattern=r"^ *[0-9]{3} ?[0-9]{3} *$", max_length=20)


class LocalLogin(BaseModel):
    email: str = Field(title="이메일", max_length=EMAIL_CHARS_MAX)
    password: SecretStr = Field(title="비밀번호", max_length=200)
    next: str = Field(default="/harmony", max_length=2000)


class NewPassword(BaseModel):
    """「이메일로 가입」."""

    password: SecretStr = Field(title="비밀번호", max_length=200)
    again: SecretStr = Field(title="비밀번호 확인", max_length=200)


class InvitationOut(BaseModel):
    """An invitation as the API tells it."""

    id: int
    number: str
    space: str
    space_id: int
    space_name: str
    company_name: str
    role: str
    email: str
    status: str
    version: int
    sendings: int
    sent_at: Any
    expires_at: Any
