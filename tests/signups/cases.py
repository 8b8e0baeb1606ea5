"""Good and bad inputs of the forms of joining: each bad one with its field and its sentence."""

from typing import Any

from models.auth.wording import PASSWORD
from models.kernel.banking import IbanFault
from models.members import form_wording as words
from models.signups.messages import (
    FORMS,
    CompanyConversion,
    CompanySignup,
    ContactSignup,
    IndividualSignup,
)
from web.forms import Parsed, parse

CHOOSE = words.CHOOSE
GOOD_PASSWORD = "Joining2026!"
GERMAN = "DE89370400440532013000"

ACCOUNT = {
    "country": "KR",
    "bank_code": "090",
    "account_number": "3333-01-1234567",
    "holder": "오나래",
    "copy_file_id": "2",
    "is_default": "1",
}
ABROAD = {
    "country": "DE",
    "bank_name": "Commerzbank",
    "account_number": "",
    "holder": "Narae GmbH",
    "copy_file_id": "2",
    "is_default": "1",
    "swift": "COBADEFFXXX",
    "iban": GERMAN,
}
COMPANY = {
    "kind": "corporation",
    "name": "나래상사 주식회사",
    "business_number": "120-81-47521",
    "corporate_number": "130111-0006246",
    "representative": "오나래",
    "business_type": "도소매",
    "business_item": "전산용품",
    "country": "KR",
    "currency": "KRW",
    "phone": "02-555-1000",
    "zip_code": "63309",
    "address": "제주특별자치도 제주시 첨단로 242",
    "address_detail": "3층",
    "certificate_file_id": "1",
}
INDIVIDUAL = {
    "name": "한민지",
    "currency": "KRW",
    "phone": "010-1234-5678",
    "zip_code": "63309",
    "address": "제주시 첨단로 242",
}
CONTACT = {"extension": "02-555-1234", "position": "팀장", "department": "영업팀"}
SECRET = {"password": GOOD_PASSWORD, "password_again": GOOD_PASSWORD}


def form(of: type, **more: Any) -> dict[str, str]:
    """A sound form of this model, with single fields replaced: `company__phone`, `accounts__0__iban`."""
    fields: dict[str, str] = dict(SECRET)
    if of is CompanySignup or of is IndividualSignup:
        company = COMPANY if of is CompanySignup else INDIVIDUAL
        fields |= {f"company-{name}": value for name, value in company.items()}
        fields |= {f"accounts-0-{name}": value for name, value in ACCOUNT.items()}
    fields |= {f"person-{name}": value for name, value in CONTACT.items()}
    if of is CompanyConversion:
        fields["code"] = "1234 5678"
    return fields | {name.replace("__", "-"): value for name, value in more.items()}


def abroad(**more: str) -> dict[str, str]:
    """An account abroad instead of the one at home."""
    cleared = {f"accounts__0__{name}": "" for name in ACCOUNT}
    return cleared | {f"accounts__0__{name}": value for name, value in (ABROAD | more).items()}


def judged(of: type, **more: Any) -> Parsed[Any]:
    return parse(of, form(of, **more))


NEEDED = "{}을 입력해 주세요."
Case = tuple[type, dict[str, str], str, str]


def bad(of: type, field: str, sentence: str, *values: str) -> list[Case]:
    """The same sentence for each of these values of one field."""
    return [(of, {field: value}, field.replace("__", "-"), sentence) for value in values]


LONG = "가" * 101
BAD: list[Case] = [
    # 기업명, 회원명
    *bad(CompanySignup, "company__name", "기업명을 입력해 주세요.", "", "   "),
    *bad(CompanySignup, "company__name", words.NO_LETTERS, "1234", "---", "(12)"),
    *bad(CompanySignup, "company__name", "100자까지 쓸 수 있습니다.", LONG),
    *bad(IndividualSignup, "company__name", "회원명을 입력해 주세요.", "", "\u3000"),
    *bad(IndividualSignup, "company__name", words.NO_LETTERS, "010-1234"),
    # 사업자 구분
    *bad(CompanySignup, "company__kind", "사업자 구분을 선택해 주세요.", ""),
    *bad(CompanySignup, "company__kind", CHOOSE, "individual", "법인", "CORPORATION"),
    # 사업자등록번호
    *bad(CompanySignup, "company__business_number", "사업자등록번호를 입력해 주세요.", ""),
    *bad(CompanySignup, "company__business_number", words.BRN_LENGTH.format(given=9), "120-81-4752", "120814752"),
    *bad(CompanySignup, "company__business_number", words.BRN_LENGTH.format(given=11), "120-81-475211"),
    *bad(CompanySignup, "company__business_number", words.BRN_LENGTH.format(given=0), "abc", "없음"),
    *bad(
        CompanySignup,
        "company__business_number",
        words.BRN_WRONG,
        "120-81-47522",
        "651-65-13513",
        "107-87-95297",
        "0000000000",
        "888-88-88888",
        "100-81-47521",
        "120-00-12345",
        "120-81-00000",
    ),
    # 법인등록번호
    *bad(CompanySignup, "company__corporate_number", words.CRN_LENGTH.format(given=12), "130111-000624"),
    *bad(CompanySignup, "company__corporate_number", words.CRN_LENGTH.format(given=14), "13011100062461"),
    *bad(CompanySignup, "company__corporate_number", words.CRN_LENGTH.format(given=0), "모름"),
    # 대표자
    *bad(CompanySignup, "company__representative", "대표자 성명을 입력해 주세요.", "", " "),
    *bad(CompanySignup, "company__representative", words.NO_LETTERS, "123"),
    *bad(CompanySignup, "company__representative", "100자까지 쓸 수 있습니다.", LONG),
    *bad(CompanySignup, "company__business_type", "60자까지 쓸 수 있습니다.", "가" * 61),
    *bad(CompanySignup, "company__business_item", "60자까지 쓸 수 있습니다.", "가" * 61),
    # 국가, 거래통화
    *bad(CompanySignup, "company__country", CHOOSE, "ZZ", "kr", "대한민국"),
    *bad(CompanySignup, "company__currency", CHOOSE, "WON", "krw", "BTC"),
    *bad(IndividualSignup, "company__currency", CHOOSE, "원"),
    # 전화번호
    *bad(CompanySignup, "company__phone", "전화번호를 입력해 주세요.", "", " "),
    *bad(
        CompanySignup,
        "company__phone",
        words.PHONE,
        "123",
        "0",
        "02-12-34",
        "전화 없음",
        "555-1000",
        "02-5555-10000",
        "+1",
        "999-1234-5678",
    ),
    *bad(CompanySignup, "company__phone", "30자까지 쓸 수 있습니다.", "02-555-1000 내선 1234번으로 걸어 주세요 네네"),
    *bad(IndividualSignup, "company__phone", words.PHONE, "1234"),
    # 주소
    *bad(CompanySignup, "company__zip_code", "우편번호를 입력해 주세요.", ""),
    *bad(CompanySignup, "company__zip_code", words.ZIP_HOME, "6330", "633099", "123-456", "우편번호", "6330A"),
    *bad(CompanySignup, "company__address", "주소를 입력해 주세요.", "", " "),
    *bad(CompanySignup, "company__address", words.NO_LETTERS, "242", "1-2"),
    *bad(CompanySignup, "company__address", "200자까지 쓸 수 있습니다.", "가" * 201),
    *bad(CompanySignup, "company__address_detail", "200자까지 쓸 수 있습니다.", "가" * 201),
    *bad(IndividualSignup, "company__zip_code", words.ZIP_HOME, "63309-1"),
    *bad(IndividualSignup, "company__address", "주소를 입력해 주세요.", ""),
    # 사업자등록증
    *bad(CompanySignup, "company__certificate_file_id", words.CERTIFICATE, ""),
    # 계좌: at home
    *bad(CompanySignup, "accounts__0__country", CHOOSE, "XX"),
    *bad(CompanySignup, "accounts__0__bank_code", "은행명을 선택해 주세요.", ""),
    *bad(CompanySignup, "accounts__0__bank_code", CHOOSE, "999", "카카오뱅크", "90"),
    *bad(CompanySignup, "accounts__0__account_number", "계좌번호를 입력해 주세요.", "", " "),
    *bad(CompanySignup, "accounts__0__account_number", words.ACCOUNT_HYPHENS, "3333011234567", "1234567"),
    *bad(
        CompanySignup,
        "accounts__0__account_number",
        words.ACCOUNT_HOME,
        "3333-01-12345678901",
        "12-3456",
        "계좌-번호-1234567",
        "3333-01-",
        "-3333-011234",
        "3333--01-12345",
        "GB12-3456-7890",
    ),
    *bad(CompanySignup, "accounts__0__account_number", "40자까지 쓸 수 있습니다.", "1-" * 20 + "1"),
    *bad(CompanySignup, "accounts__0__holder", "예금주를 입력해 주세요.", "", " "),
    *bad(CompanySignup, "accounts__0__holder", words.NO_LETTERS, "1234"),
    *bad(CompanySignup, "accounts__0__holder", "100자까지 쓸 수 있습니다.", LONG),
    *bad(CompanySignup, "accounts__0__copy_file_id", words.ACCOUNT_COPY, ""),
    *bad(IndividualSignup, "accounts__0__copy_file_id", words.ACCOUNT_COPY, ""),
    *bad(CompanySignup, "accounts__0__swift", words.ABROAD_ONLY.format(title="SWIFT"), "COBADEFFXXX"),
    *bad(CompanySignup, "accounts__0__bic", words.ABROAD_ONLY.format(title="BIC"), "COBADEFF"),
    *bad(CompanySignup, "accounts__0__iban", words.ABROAD_ONLY.format(title="IBAN"), GERMAN, "KR12345678901234"),
    *bad(CompanySignup, "accounts__0__virtual_amount", words.VIRTUAL_ONLY, "1000"),
    *bad(CompanySignup, "accounts__0__virtual_amount", "숫자로 입력해 주세요.", "천원", "1.5.2"),
    *[
        (CompanySignup, {"accounts__0__is_virtual": "1", "accounts__0__virtual_amount": value},
         "accounts-0-virtual_amount", words.VIRTUAL_AMOUNT)
        for value in ("", "0", "-5", str(10**15 + 1))
    ],
    (CompanySignup, {"accounts__0__is_default": ""}, "accounts", words.DEFAULT_NONE),
    # an account abroad
    (CompanySignup, abroad(bank_name=""), "accounts-0-bank_name", "은행명을 입력해 주세요."),
    (CompanySignup, abroad(bank_name="가" * 61), "accounts-0-bank_name", "60자까지 쓸 수 있습니다."),
    (CompanySignup, abroad(swift=""), "accounts-0-swift", "SWIFT를 입력해 주세요."),
    *[
        (CompanySignup, abroad(swift=value), "accounts-0-swift", words.BIC.format(title="SWIFT"))
        for value in ("COBA", "COBADEFFXX", "COBADEFFXXXX", "1234DEFF", "COBADEF!")
    ],
    *[
        (CompanySignup, abroad(bic=value), "accounts-0-bic", words.BIC.format(title="BIC"))
        for value in ("DEUTDE", "DEUTDEFF5", "12345678")
    ],
    (CompanySignup, abroad(iban=""), "accounts-0-iban", words.ACCOUNT_OR_IBAN),
    *[
        (CompanySignup, abroad(iban=value), "accounts-0-iban", words.IBAN[IbanFault(fault)])
        for value, fault in (
            ("DE89", "iban_shape"),
            ("8937040044053201", "iban_shape"),
            ("D!89370400440532013000", "iban_shape"),
            ("DE89" + "1" * 31, "iban_shape"),
            ("KR8937040044053201", "iban_country"),
            ("DE8937040044053201300", "iban_length"),
            ("FR1420041010050500013M0260", "iban_length"),
            ("DE88370400440532013000", "iban_checksum"),
            ("GB82WEST12345698765431", "iban_checksum"),
        )
    ],
    *[
        (CompanySignup, abroad(iban="", account_number=value), "accounts-0-account_number", words.ACCOUNT_ABROAD)
        for value in ("12", "계좌 12345", "12345/678", "1" * 36)
    ],
    # 담당자
    *bad(CompanySignup, "person__extension", "내선번호를 입력해 주세요.", ""),
    *bad(CompanySignup, "person__extension", words.EXTENSION, "1", "내선 12", "1" * 16, "a-12", "12#3"),
    *bad(CompanySignup, "person__extension", "30자까지 쓸 수 있습니다.", "1" * 31),
    *bad(CompanySignup, "person__position", "직급/호칭을 입력해 주세요.", "", " "),
    *bad(CompanySignup, "person__position", words.NO_LETTERS, "1"),
    *bad(CompanySignup, "person__position", "60자까지 쓸 수 있습니다.", "가" * 61),
    *bad(CompanySignup, "person__department", "부서명을 입력해 주세요.", ""),
    *bad(CompanySignup, "person__department", words.NO_LETTERS, "--"),
    *bad(CompanySignup, "person__department", "60자까지 쓸 수 있습니다.", "가" * 61),
    *bad(ContactSignup, "person__extension", "내선번호를 입력해 주세요.", ""),
    *bad(ContactSignup, "person__extension", words.EXTENSION, "x"),
    *bad(ContactSignup, "person__position", "직급/호칭을 입력해 주세요.", ""),
    *bad(ContactSignup, "person__department", "부서명을 입력해 주세요.", ""),
    *bad(IndividualSignup, "person__extension", words.EXTENSION, "1", "없음"),
    # 비밀번호
    *bad(ContactSignup, "password", "비밀번호를 입력해 주세요.", ""),
    *bad(ContactSignup, "password", PASSWORD["password_length"], "Ab1!", "Ab1!567", "A1!" * 9, "Abcdefg1!" * 3),
    *bad(ContactSignup, "password", PASSWORD["password_chars"], "비밀번호1234!", "Join ing2026!", "Joining2026！"),
    *bad(ContactSignup, "password", PASSWORD["password_letter"], "12345678!", "!!!!1111"),
    *bad(ContactSignup, "password", PASSWORD["password_digit"], "abcdefgh!", "!!!!aaaa"),
    *bad(ContactSignup, "password", PASSWORD["password_mark"], "abcdefg1", "abcdefg1?", "abcdefg1()", "abcd_efg1"),
    *bad(ContactSignup, "password_again", "비밀번호 확인을 입력해 주세요.", ""),
    *bad(ContactSignup, "password_again", PASSWORD["password_unlike"], "Joining2026@", "joining2026!", "Joining2026! "),
    # 인증번호 of a conversion
    *bad(CompanyConversion, "code", "인증번호를 입력해 주세요.", ""),
    *bad(CompanyConversion, "code", "인증번호는 숫자 8자리입니다.", "1234567", "123456789", "1234567a", "abcdefgh"),
    *bad(CompanyConversion, "code", "인증번호는 숫자 8자리입니다.", "12.345678"),
    *bad(CompanyConversion, "person__position", "직급/호칭을 입력해 주세요.", ""),
]  # fmt: skip

GOOD: list[tuple[type, dict[str, str]]] = [
    (CompanySignup, {}),
    (IndividualSignup, {}),
    (ContactSignup, {}),
    (CompanyConversion, {}),
    (FORMS["individual", True], {"code": "12345678"}),  # type: ignore[index]
    *[(CompanySignup, {"company__name": name}) for name in ("3M", "㈜가나", "Narae Co., Ltd.", "가", "나래 & 친구들")],
    *[
        (CompanySignup, {"company__business_number": number})
        for number in (
            "1208147521", "２２０８１６２５１７", "124-81-00998", "116-82-00276", "134 86 72683", "261-81-07927",
        )
    ],
    *[
        (CompanySignup, {"company__corporate_number": number})
        for number in ("", "1301110006246", "110111-1129497", "110111-0015671", "110111-0015672", "999999-9999999")
    ],
    (CompanySignup, {"company__kind": "sole", "company__corporate_number": "", "company__artist_insurance": "1"}),
    (CompanySignup, {"company__kind": "sole", "company__corporate_number": ""}),
    (IndividualSignup, {"company__artist_insurance": "1"}),
    (CompanySignup, {"company__representative_foreign": "1", "company__representative": "Jane Doe"}),
    (CompanySignup, {"company__business_type": "", "company__business_item": ""}),
    *[
        (CompanySignup, {"company__phone": phone})
        for phone in (
            "02-123-4567", "0212345678", "031-123-4567", "010-1234-5678", "070-1234-5678", "080-123-4567",
            "1577-5500", "0505-123-4567", "+82 2 555 1000", "+82-10-1234-5678", "+1 212 555 0100",
            "０２－５５５－１０００",
        )
    ],
    *[(CompanySignup, {"company__zip_code": code}) for code in ("01000", "63309", "０６２３６")],
    *[
        (CompanySignup, {"company__country": "US", "company__zip_code": code})
        for code in ("10001", "SW1A 1AA", "D-10115", "1000-2")
    ],
    *[(CompanySignup, {"company__currency": currency}) for currency in ("USD", "EUR", "JPY")],
    (CompanySignup, {"company__address_detail": ""}),
    *[
        (CompanySignup, {"accounts__0__account_number": number})
        for number in ("123-456-789012", "12-34567", "3333-01-1234567", "1-2-3-4-5-6-7", "１２３-４５６-７８９０１２")
    ],
    *[(CompanySignup, {"accounts__0__bank_code": code}) for code in ("002", "004", "288")],
    (CompanySignup, {"accounts__0__is_virtual": "1", "accounts__0__virtual_amount": "1,200,000"}),
    *[
        (CompanySignup, abroad(**more))
        for more in (
            {},
            {"iban": "de89 3704 0044 0532 0130 00"},
            {"iban": "GB82 WEST 1234 5698 7654 32"},
            {"iban": "FR1420041010050500013M02606"},
            {"iban": "NO9386011117947"},
            {"iban": "MT84MALT011000012345MTLCAST001S"},
            {"iban": "", "account_number": "123456789"},
            {"country": "US", "iban": "", "account_number": "0001 2345-678", "swift": "CHASUS33"},
            {"country": "JP", "iban": "", "account_number": "1234567", "swift": "BOTKJPJT"},
            {"bic": "DEUTDEFF500"},
            {"swift": "cobadeff"},
        )
    ],
    *[
        (CompanySignup, {"person__extension": text})
        for text in ("12", "1234", "02-555-1234", "+82 2 555 1234", "(02) 555-1234")
    ],
    (IndividualSignup, {"person__extension": ""}),
    (IndividualSignup, {"person__extension": "02-555-1234"}),
    *[
        (ContactSignup, {"password": secret, "password_again": secret})
        for secret in ("Joining2026!", "a1!aaaaa", "A1@" * 8, "1234567z#", "p$ssw0rd", "x%y^z&9*", "abc123*def")
    ],
    *[(CompanyConversion, {"code": code}) for code in ("12345678", "1234 5678", "1234-5678", "１２３４５６７８")],
]  # fmt: skip
