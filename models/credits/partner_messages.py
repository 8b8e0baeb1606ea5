"""What partners type about their credit: whom to ask, where to pay, where to write."""

from typing import Any

from pydantic import BaseModel, Field, field_validator

from models.credits.rules import NAME_CHARS_MAX
from models.harmony.rules import EMAIL, EMAIL_CHARS_MAX
from models.kernel.identifiers import is_mobile, normalize_phone
from models.kernel.text import ascii_digits, clean_email, clean_line, digits
from models.members.places import BANKS
from models.processes.messages import Frozen

ACCOUNT_DIGITS_MIN, ACCOUNT_DIGITS_MAX = 7, 16


def _email(value: str) -> str:
    cleaned = clean_email(value)
    if len(cleaned) > EMAIL_CHARS_MAX or not EMAIL.fullmatch(cleaned):
        raise ValueError("이메일 주소를 확인해 주세요.")
    return cleaned


class ContactForm(BaseModel):
    """담당자 정보 of a group."""

    name: str = Field(min_length=1, max_length=NAME_CHARS_MAX, title="담당자 이름")
    phone: str = Field(max_length=20, title="연락처")
    email: str = Field(max_length=EMAIL_CHARS_MAX, title="이메일")
    edit_version: int = 0

    @field_validator("name")
    @classmethod
    def _line(cls, value: str) -> str:
        if not clean_line(value):
            raise ValueError("담당자 이름을 입력해 주세요.")
        return clean_line(value)

    @field_validator("phone")
    @classmethod
    def _mobile(cls, value: str) -> str:
        number = digits(value)
        if not is_mobile(number) or normalize_phone(number) is None:
            raise ValueError("휴대폰번호를 확인해 주세요.")
        return number

    _address = field_validator("email")(_email)


class AccountForm(ContactForm):
    """「지급계좌 정보 수정」: contact and account together, as the guide's window has them."""

    bank_code: str = Field(title="은행")
    account_number: str = Field(max_length=30, title="계좌번호")
    holder: str = Field(min_length=1, max_length=60, title="예금주")
    agreed: bool = Field(default=False, title="개인정보 수집 및 이용 동의")

    @field_validator("bank_code")
    @classmethod
    def _bank(cls, value: str) -> str:
        if value not in BANKS:
            raise ValueError("은행을 골라 주세요.")
        return value

    @field_validator("account_number")
    @classmethod
    def _number(cls, value: str) -> str:
        typed = ascii_digits(value).strip()
        number = digits(typed)
        if not ACCOUNT_DIGITS_MIN <= len(number) <= ACCOUNT_DIGITS_MAX or typed.replace("-", "") != number:
            raise ValueError("계좌번호를 숫자로 입력해 주세요. '-'는 넣지 않아도 됩니다.")
        return number

    @field_validator("holder")
    @classmethod
    def _named(cls, value: str) -> str:
        if not clean_line(value):
            raise ValueError("예금주를 입력해 주세요.")
        return clean_line(value)

    @field_validator("agreed")
    @classmethod
    def _consented(cls, value: bool) -> bool:
        if not value:
            raise ValueError("개인정보 수집 및 이용에 동의해 주셔야 지급 처리가 가능합니다.")
        return value


class PersonForm(BaseModel):
    """「정산정보 수정」 of an individual."""

    email: str = Field(max_length=EMAIL_CHARS_MAX, title="이메일")
    zip_code: str = Field(default="", max_length=5, pattern=r"^([0-9]{5})?$", title="우편번호")
    address: str = Field(min_length=1, max_length=150, title="주소")
    address_detail: str = Field(default="", max_length=50, title="상세주소")
    edit_version: int = 0

    _address = field_validator("email")(_email)

    @property
    def whole_address(self) -> str:
        """Street and detail in one line."""
        return clean_line(f"{self.address} {self.address_detail}")


class ChangeForm(BaseModel):
    """「사업자등록증 수정」."""

    note: str = Field(default="", max_length=500, title="변경 내용")


class ContactNotice(Frozen):
    """Input of the workflow ``contact/<group>/<version>``: whose 담당자 정보 was changed. Ids only."""

    group_id: int
    edit_version: int


def account_values(contact: Any, account: Any) -> dict[str, Any]:
    """What the edit window shows first: the contact and account in force."""
    values: dict[str, Any] = {"edit_version": 0}
    if contact is not None:
        values |= {name: getattr(contact, name) for name in ("name", "phone", "email", "edit_version")}
    if account is not None:
        values |= {name: getattr(account, name) for name in ("bank_code", "account_number", "holder")}
    return values
