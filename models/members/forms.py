"""What people type to become or stay a partner: the company, its accounts, the person; every rule with its sentence.

Errors come out at their fields (`company-business_number`, `accounts-0-iban`). Doubts that the registries no longer
settle (the check digit of a 법인등록번호, say) are warnings, never errors: see `doubts`. Files are named by id; whoever
takes a form must see to it that the ids are the sender's own.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, ValidationInfo, field_validator

from models.kernel.banking import compact, iban_fault, is_bic
from models.kernel.identifiers import (
    BrnFault,
    BusinessKind,
    brn_fault,
    business_kind,
    crn_warnings,
    normalize_phone,
)
from models.kernel.text import clean_line, digits, narrow
from models.kernel.wording import with_josa
from models.members import form_wording as words
from models.members.places import BANKS, COUNTRIES, CURRENCIES, HOME
from models.members.rules import CompanyKind

NAME_CHARS_MAX = 100
WORDS_CHARS_MAX = 60
ADDRESS_CHARS_MAX = 200
ACCOUNTS_MAX = 10
ACCOUNT_DIGITS_MIN, ACCOUNT_DIGITS_MAX = 7, 16
VIRTUAL_AMOUNT_MAX = 10**15
EXTENSION_DIGITS_MIN, EXTENSION_DIGITS_MAX = 2, 15
_ACCOUNT_HOME = re.compile(r"[0-9]+(?:-[0-9]+)*", re.ASCII)
_ACCOUNT_ABROAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{2,33}", re.ASCII)
_EXTENSION = re.compile(r"[0-9+() -]+", re.ASCII)
_ZIP_HOME = re.compile(r"[0-9]{5}", re.ASCII)
_ZIP_ABROAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9 -]{1,11}", re.ASCII)


def needed(title: str, *, chosen: bool = False) -> str:
    """「기업명을 입력해 주세요.」"""
    return f"{with_josa(title, '을')} {'선택해' if chosen else '입력해'} 주세요."


def _line(text: str) -> str:
    return clean_line(text)


def _worded(text: str) -> str:
    """A name has letters in it, whatever else."""
    found = clean_line(text)
    if found and not any(char.isalpha() for char in found):
        raise ValueError(words.NO_LETTERS)
    return found


def _phone(text: str) -> str:
    if not text.strip():
        return ""
    found = normalize_phone(text)
    if found is None:
        raise ValueError(words.PHONE)
    return found


def _country(text: str) -> str:
    if text not in COUNTRIES:
        raise ValueError(words.CHOOSE)
    return text


def _currency(text: str) -> str:
    if text not in CURRENCIES:
        raise ValueError(words.CHOOSE)
    return text


Line = Annotated[str, AfterValidator(_line)]
Name = Annotated[str, AfterValidator(_worded)]
Phone = Annotated[str, AfterValidator(_phone)]
Country = Annotated[str, AfterValidator(_country)]
Currency = Annotated[str, AfterValidator(_currency)]


SAMPLES = "samples"
"""In the context of a validation: whether the numbers printed in the manual are taken."""
PRINTED = frozenset({"6516513513", "1078795297"})
"""They are of nobody: their check digits are wrong."""
JUDGED = {SAMPLES: True}
"""The context of a form that was found sound when it was sent."""


def checked_business_number(text: str, info: ValidationInfo) -> str:
    """Ten digits without hyphens. Raises ValueError with its sentence."""
    printed = bool(info.context and info.context.get(SAMPLES)) and digits(text) in PRINTED
    fault = brn_fault(text, checksum=not printed)
    if fault is None:
        return digits(text)
    if fault is BrnFault.LENGTH:
        raise ValueError(words.BRN_LENGTH.format(given=len(digits(text))))
    raise ValueError(words.BRN_WRONG)


class PartnerForm(BaseModel):
    """What an individual and a company have in common. A phone is kept hyphenated."""

    kind: CompanyKind = Field(title="사업자 구분")
    name: Name = Field(title="기업명", max_length=NAME_CHARS_MAX)
    country: Country = Field(default=HOME, title="국가")
    currency: Currency = Field(default="KRW", title="거래통화")
    artist_insurance: bool = Field(default=False, title="예술인 고용보험 여부")
    phone: Phone = Field(title="전화번호", max_length=30)
    zip_code: Line = Field(title="우편번호", max_length=12)
    address: Name = Field(title="주소", max_length=ADDRESS_CHARS_MAX)
    address_detail: Line = Field(default="", title="상세주소", max_length=ADDRESS_CHARS_MAX)

    @field_validator("zip_code")
    @classmethod
    def _zip(cls, text: str, info: ValidationInfo) -> str:
        home = info.data.get("country", HOME) == HOME
        found = narrow(text)
        if not (_ZIP_HOME if home else _ZIP_ABROAD).fullmatch(found):
            raise ValueError(words.ZIP_HOME if home else words.ZIP_ABROAD)
        return found


class IndividualForm(PartnerForm):
    """개인회원: the member and the partner are one."""

    kind: Literal[CompanyKind.INDIVIDUAL] = CompanyKind.INDIVIDUAL
    name: Name = Field(title="회원명", max_length=NAME_CHARS_MAX)


class CompanyForm(PartnerForm):
    """기업회원. The numbers are kept as digits."""

    kind: Literal[CompanyKind.CORPORATION, CompanyKind.SOLE] = Field(title="사업자 구분")
    business_number: str = Field(title="사업자등록번호", max_length=20)
    corporate_number: str = Field(default="", title="법인등록번호", max_length=20)
    representative: Name = Field(title="대표자 성명", max_length=NAME_CHARS_MAX)
    representative_foreign: bool = Field(default=False, title="대표자 외국인 여부")
    business_type: Line = Field(default="", title="대표 업태", max_length=WORDS_CHARS_MAX)
    business_item: Line = Field(default="", title="대표 업종", max_length=WORDS_CHARS_MAX)
    certificate_file_id: int | None = Field(default=None, title="사업자등록증", validate_default=True)

    @field_validator("artist_insurance")
    @classmethod
    def _artist(cls, ticked: bool, info: ValidationInfo) -> bool:
        if ticked and info.data.get("kind") == CompanyKind.CORPORATION:
            raise ValueError(words.ARTIST_NOT_CORPORATION)
        return ticked

    @field_validator("business_number")
    @classmethod
    def _business_number(cls, text: str, info: ValidationInfo) -> str:
        return checked_business_number(text, info)

    @field_validator("corporate_number")
    @classmethod
    def _corporate_number(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip():
            return ""
        if info.data.get("kind") == CompanyKind.SOLE:
            raise ValueError(words.CRN_CORPORATION_ONLY)
        if "crn_length" in crn_warnings(text):
            raise ValueError(words.CRN_LENGTH.format(given=len(digits(text))))
        return digits(text)

    @field_validator("certificate_file_id")
    @classmethod
    def _certificate(cls, file_id: int | None) -> int | None:
        if file_id is None:
            raise ValueError(words.CERTIFICATE)
        return file_id


def doubts(form: PartnerForm) -> list[str]:
    """What a person should look at before approving; no reason to refuse the form (korean-facts of identifiers)."""
    if not isinstance(form, CompanyForm):
        return []
    found = []
    if form.corporate_number and "crn_checksum" in crn_warnings(form.corporate_number):
        found.append(words.DOUBT_CRN)
    personal = business_kind(form.business_number) in _PERSONAL
    if personal != (form.kind is CompanyKind.SOLE):
        found.append(words.DOUBT_KIND)
    return found


_PERSONAL = frozenset({BusinessKind.PERSON_TAXED, BusinessKind.PERSON_EXEMPT, BusinessKind.PERSON_UNREGISTERED_BODY})


class AccountForm(BaseModel):
    """One row of 계좌정보. At home a bank of the list and a hyphenated number; abroad SWIFT and IBAN or number."""

    country: Country = Field(default=HOME, title="국가")
    bank_code: str = Field(default="", title="은행명", validate_default=True)
    bank_name: Line = Field(default="", title="은행명", max_length=WORDS_CHARS_MAX, validate_default=True)
    """At home the name of the code; abroad as typed."""
    account_number: str = Field(default="", title="계좌번호", max_length=40, validate_default=True)
    """At home digits and the hyphens as printed."""
    holder: Name = Field(title="예금주", max_length=NAME_CHARS_MAX)
    is_virtual: bool = Field(default=False, title="가상계좌")
    virtual_amount: int | None = Field(default=None, title="가상계좌(금액)", validate_default=True)
    """Minor units of the partner's currency."""
    copy_file_id: int | None = Field(default=None, title="계좌사본", validate_default=True)
    is_default: bool = Field(default=False, title="기본계좌")
    swift: str = Field(default="", title="SWIFT", max_length=20, validate_default=True)
    bic: str = Field(default="", title="BIC", max_length=20)
    iban: str = Field(default="", title="IBAN", max_length=50, validate_default=True)

    @property
    def number(self) -> str:
        """What the money is sent to."""
        return self.iban or self.account_number

    @field_validator("bank_code")
    @classmethod
    def _bank_code(cls, text: str, info: ValidationInfo) -> str:
        if not _at_home(info):
            return ""
        if not text:
            raise ValueError(needed("은행명", chosen=True))
        if text not in BANKS:
            raise ValueError(words.CHOOSE)
        return text

    @field_validator("bank_name")
    @classmethod
    def _bank_name(cls, text: str, info: ValidationInfo) -> str:
        if _at_home(info):
            return BANKS.get(info.data.get("bank_code", ""), "")
        if not text:
            raise ValueError(needed("은행명"))
        return text

    @field_validator("account_number")
    @classmethod
    def _account_number(cls, text: str, info: ValidationInfo) -> str:
        found = narrow(text).strip()
        if found:
            _check_account_number(found, home=_at_home(info))
        elif _at_home(info):
            raise ValueError(needed("계좌번호"))
        return found

    @field_validator("virtual_amount")
    @classmethod
    def _virtual_amount(cls, amount: int | None, info: ValidationInfo) -> int | None:
        virtual = info.data.get("is_virtual", False)
        if amount is not None and not virtual:
            raise ValueError(words.VIRTUAL_ONLY)
        if virtual and (amount is None or not 0 < amount <= VIRTUAL_AMOUNT_MAX):
            raise ValueError(words.VIRTUAL_AMOUNT)
        return amount

    @field_validator("copy_file_id")
    @classmethod
    def _copy(cls, file_id: int | None) -> int | None:
        if file_id is None:
            raise ValueError(words.ACCOUNT_COPY)
        return file_id

    @field_validator("swift")
    @classmethod
    def _swift(cls, text: str, info: ValidationInfo) -> str:
        if not text.strip() and not _at_home(info):
            raise ValueError(needed("SWIFT"))
        return _code(text, info, "SWIFT")

    @field_validator("bic")
    @classmethod
    def _bic(cls, text: str, info: ValidationInfo) -> str:
        return _code(text, info, "BIC")

    @field_validator("iban")
    @classmethod
    def _iban(cls, text: str, info: ValidationInfo) -> str:
        found = compact(text)
        if not found:
            if not _at_home(info) and info.data.get("account_number") == "":
                raise ValueError(words.ACCOUNT_OR_IBAN)
            return ""
        if _at_home(info):
            raise ValueError(words.ABROAD_ONLY.format(title="IBAN"))
        fault = iban_fault(found)
        if fault is not None:
            raise ValueError(words.IBAN[fault])
        return found


def _at_home(info: ValidationInfo) -> bool:
    return bool(info.data.get("country", HOME) == HOME)


def _check_account_number(found: str, *, home: bool) -> None:
    if not home:
        if not _ACCOUNT_ABROAD.fullmatch(found):
            raise ValueError(words.ACCOUNT_ABROAD)
        return
    if not _ACCOUNT_HOME.fullmatch(found) or not ACCOUNT_DIGITS_MIN <= len(digits(found)) <= ACCOUNT_DIGITS_MAX:
        raise ValueError(words.ACCOUNT_HOME)
    if "-" not in found:
        raise ValueError(words.ACCOUNT_HYPHENS)


def _code(text: str, info: ValidationInfo, title: str) -> str:
    found = compact(text)
    if found and _at_home(info):
        raise ValueError(words.ABROAD_ONLY.format(title=title))
    if found and not is_bic(found):
        raise ValueError(words.BIC.format(title=title))
    return found


def checked_accounts(accounts: list[AccountForm]) -> list[AccountForm]:
    """One or more, exactly one of them 「기본계좌」, none twice. Raises ValueError."""
    if not accounts:
        raise ValueError(words.ACCOUNTS_NONE)
    defaults = sum(account.is_default for account in accounts)
    if defaults != 1:
        raise ValueError(words.DEFAULT_NONE if defaults == 0 else words.DEFAULT_MANY)
    if len({_place_of(account) for account in accounts}) < len(accounts):
        raise ValueError(words.ACCOUNT_TWICE)
    return accounts


def _place_of(account: AccountForm) -> tuple[str, str, str]:
    bank = account.bank_code or account.swift or account.bank_name
    return account.country, bank, "".join(char for char in account.number if char.isalnum()).upper()


Accounts = Annotated[
    list[AccountForm],
    Field(default_factory=list, title="계좌정보", max_length=ACCOUNTS_MAX, validate_default=True),
    AfterValidator(checked_accounts),
]
"""계좌정보 as a field of a form; what is wrong with the rows together is told at the field itself."""


class PersonForm(BaseModel):
    """담당자 of a company, beyond what 본인인증 fills in."""

    extension: str = Field(title="내선번호", max_length=30)
    position: Name = Field(title="직급/호칭", max_length=WORDS_CHARS_MAX)
    department: Name = Field(title="부서명", max_length=WORDS_CHARS_MAX)

    @field_validator("extension")
    @classmethod
    def _extension(cls, text: str) -> str:
        return _checked_extension(text)


class SinglePersonForm(BaseModel):
    """담당자 of an 개인회원: 연락처 may stay empty."""

    extension: str = Field(default="", title="연락처", max_length=30)

    @field_validator("extension")
    @classmethod
    def _extension(cls, text: str) -> str:
        return _checked_extension(text) if text.strip() else ""


def _checked_extension(text: str) -> str:
    found = narrow(text).strip()
    enough = EXTENSION_DIGITS_MIN <= len(digits(found)) <= EXTENSION_DIGITS_MAX
    if not _EXTENSION.fullmatch(found) or not enough:
        raise ValueError(words.EXTENSION)
    return found
