"""What the membership forms answer at their fields. Pure."""

from collections.abc import Mapping

from models.kernel.banking import IbanFault

CHOOSE = "목록에서 골라 주세요."
NO_LETTERS = "글자가 들어가게 입력해 주세요."
PHONE = "전화번호를 02-123-4567처럼 입력해 주세요."
ZIP_HOME = "우편번호는 숫자 5자리입니다. 「우편번호 검색」으로 찾아 주세요."
ZIP_ABROAD = "우편번호를 영문, 숫자, '-'로 입력해 주세요."
BRN_LENGTH = "사업자등록번호는 숫자 10자리입니다. {given}자리를 입력하셨습니다."
BRN_WRONG = "없는 사업자등록번호입니다. 사업자등록증의 번호를 확인해 주세요."
CRN_LENGTH = "법인등록번호는 숫자 13자리입니다. {given}자리를 입력하셨습니다."
CRN_CORPORATION_ONLY = "법인등록번호는 법인사업자만 입력합니다."
ARTIST_NOT_CORPORATION = "예술인 고용보험은 개인사업자만 체크합니다."
CERTIFICATE = "사업자등록증을 첨부해 주세요."
ACCOUNT_HOME = "계좌번호는 숫자 7~16자리와 '-'로 입력해 주세요."
ACCOUNT_HYPHENS = "계좌번호는 '-'을 포함해서 입력해 주세요."
ACCOUNT_ABROAD = "해외 계좌번호는 영문과 숫자 3~34자로 입력해 주세요."
ACCOUNT_OR_IBAN = "해외 계좌는 IBAN이나 계좌번호 중 하나를 입력해 주세요."
ACCOUNT_COPY = "계좌사본을 첨부해 주세요."
ACCOUNTS_NONE = "계좌를 1건 이상 등록해 주세요."
ACCOUNT_TWICE = "같은 계좌가 두 번 있습니다. 하나를 삭제해 주세요."
DEFAULT_NONE = "기본계좌를 1건 지정해 주세요."
DEFAULT_MANY = "기본계좌는 1건만 지정할 수 있습니다."
VIRTUAL_ONLY = "가상계좌(금액)은 가상계좌를 체크한 때에만 입력합니다."
VIRTUAL_AMOUNT = "가상계좌의 금액을 1 이상으로 입력해 주세요."
ABROAD_ONLY = "국내 계좌에는 {title} 코드를 입력하지 않습니다."
BIC = "{title} 코드는 영문과 숫자 8자리 또는 11자리입니다."
EXTENSION = "연락처는 숫자 2~15자리로 입력해 주세요. '-'을 쓸 수 있습니다."
IBAN: Mapping[IbanFault, str] = {
    IbanFault.SHAPE: "IBAN은 국가 두 글자와 숫자로 시작하는 15~34자입니다.",
    IbanFault.COUNTRY: "대한민국에는 IBAN이 없습니다. 계좌번호를 입력해 주세요.",
    IbanFault.LENGTH: "IBAN의 길이가 그 나라의 길이와 다릅니다. 빠진 글자가 없는지 확인해 주세요.",
    IbanFault.CHECKSUM: "IBAN의 검증번호가 맞지 않습니다. 다시 확인해 주세요.",
}

DOUBT_CRN = "법인등록번호의 검증번호가 맞지 않습니다. 2025년 이후 부여된 번호일 수 있습니다."
DOUBT_KIND = "사업자등록번호의 가운데 두 자리가 사업자 구분과 다릅니다. 사업자등록증을 확인해 주세요."
