"""Every rule of the forms of joining: what is taken, and what is refused with which sentence at which field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.kernel.banking import IBAN_LENGTHS, iban_fault, iban_with_check, is_bic
from models.kernel.identifiers import (
    brn_fault,
    brn_with_check,
    crn_warnings,
    normalize_phone,
    rrn_warnings,
)
from models.kernel.text import digits
from models.members import form_wording as words
from models.members.forms import CompanyForm, IndividualForm, doubts
from models.members.places import BANKS, COUNTRIES, CURRENCIES
from models.members.rules import CompanyKind
from models.settings import settings
from models.signups.messages import (
    CompanySignup,
    ContactSignup,
    NumberForm,
)
from tests.signups.cases import ACCOUNT, BAD, CHOOSE, COMPANY, GERMAN, GOOD, INDIVIDUAL, abroad, form, judged
from web.forms import parse


def test_there_are_enough_cases() -> None:
    assert len(BAD) + len(GOOD) >= 200, (len(BAD), len(GOOD))


@pytest.mark.parametrize(("of", "more", "field", "sentence"), BAD)
def test_what_is_wrong_is_told_at_its_field(of: type, more: dict[str, str], field: str, sentence: str) -> None:
    found = judged(of, **more)
    assert found.at(field) == [sentence], found.errors
    assert list(found.errors) == [field]
    assert not found.ok


@pytest.mark.parametrize(("of", "more"), GOOD)
def test_what_is_right_is_taken(of: type, more: dict[str, str]) -> None:
    found = judged(of, **more)
    assert found.ok, found.errors


def test_rules_between_the_fields_of_a_company() -> None:
    sole = judged(CompanySignup, company__kind="sole")
    assert sole.at("company-corporate_number") == [words.CRN_CORPORATION_ONLY]
    corporation = judged(CompanySignup, company__artist_insurance="1")
    assert corporation.at("company-artist_insurance") == [words.ARTIST_NOT_CORPORATION]
    abroad_ = judged(CompanySignup, company__country="US", company__zip_code="우편")
    assert abroad_.at("company-zip_code") == [words.ZIP_ABROAD]


def second(**more: str) -> dict[str, str]:
    row = ACCOUNT | {"account_number": "123-456-789012", "is_default": ""} | more
    return {f"accounts__1__{name}": value for name, value in row.items()}


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (second(is_default="1"), words.DEFAULT_MANY),
        (second() | {"accounts__0__is_default": ""}, words.DEFAULT_NONE),
        (second(account_number="3333-01-1234567"), words.ACCOUNT_TWICE),
        (second(account_number="333301-1234567"), words.ACCOUNT_TWICE),
    ],
)
def test_rules_between_accounts(more: dict[str, str], sentence: str) -> None:
    assert judged(CompanySignup, **more).at("accounts") == [sentence]


def test_several_accounts_are_taken() -> None:
    found = judged(CompanySignup, **second())
    assert found.value is not None
    assert [account.is_default for account in found.value.accounts] == [True, False]
    assert [account.bank_name for account in found.value.accounts] == ["카카오뱅크", "카카오뱅크"]


def test_no_account_and_too_many() -> None:
    none = {name: "" for name in form(CompanySignup) if name.startswith("accounts-")}
    assert parse(CompanySignup, form(CompanySignup) | none).at("accounts") == [words.ACCOUNTS_NONE]
    many: dict[str, str] = {}
    for number in range(1, 11):
        row = ACCOUNT | {"account_number": f"123-456-{number:06d}", "is_default": ""}
        many |= {f"accounts__{number}__{name}": value for name, value in row.items()}
    assert judged(CompanySignup, **many).at("accounts") == ["10개까지 쓸 수 있습니다."]


def test_everything_wrong_is_told_at_once() -> None:
    found = parse(CompanySignup, dict.fromkeys(form(CompanySignup), ""))
    expected = {
        "company-kind", "company-name", "company-phone", "company-zip_code", "company-address",
        "company-business_number", "company-representative", "company-certificate_file_id", "accounts",
        "person-extension", "person-position", "person-department", "password", "password_again",
    }  # fmt: skip
    assert set(found.errors) == expected
    assert all(len(told) == 1 for told in found.errors.values())


def test_a_sound_form_is_kept_in_one_spelling() -> None:
    found = judged(CompanySignup, company__phone="+82 2 555 1000", company__name="  나래상사\u3000주식회사 ")
    assert found.value is not None
    company = found.value.company
    assert (company.name, company.phone) == ("나래상사 주식회사", "02-555-1000")
    assert (company.business_number, company.corporate_number) == ("1208147521", "1301110006246")
    german = judged(CompanySignup, **abroad(iban="de89 3704 0044 0532 0130 00", swift="cobadeff"))
    assert german.value is not None
    account = german.value.accounts[0]
    assert (account.iban, account.swift, account.bank_code) == (GERMAN, "COBADEFF", "")


def test_passwords_are_never_shown_again() -> None:
    found = judged(ContactSignup, password="short")
    assert "short" not in repr(found.value)
    assert repr(judged(ContactSignup).value).count("**********") == 2


@pytest.mark.parametrize(
    ("number", "kind", "said"),
    [
        ("1208147521", "corporation", []),
        ("1168200276", "corporation", []),
        (brn_with_check("123451234"), "sole", []),
        ("1208147521", "sole", [words.DOUBT_KIND]),
        (brn_with_check("123451234"), "corporation", [words.DOUBT_KIND]),
        (brn_with_check("123801234"), "sole", []),
    ],
)
def test_doubts_never_refuse(number: str, kind: str, said: list[str]) -> None:
    company = COMPANY | {"business_number": number, "kind": kind, "corporate_number": ""}
    assert doubts(CompanyForm.model_validate(company)) == said


def test_a_check_digit_the_registry_dropped_is_a_doubt() -> None:
    company = CompanyForm.model_validate(COMPANY | {"corporate_number": "110111-0015672"})
    assert doubts(company) == [words.DOUBT_CRN]
    assert doubts(IndividualForm.model_validate(INDIVIDUAL)) == []


@pytest.mark.parametrize(
    ("kind", "number", "field", "sentence"),
    [
        ("", "120-81-47521", "kind", "구분을 선택해 주세요."),
        ("individual", "120-81-47521", "kind", CHOOSE),
        ("sole", "", "business_number", "사업자등록번호를 입력해 주세요."),
        ("sole", "120-81", "business_number", words.BRN_LENGTH.format(given=5)),
        ("sole", "120-81-47520", "business_number", words.BRN_WRONG),
    ],
)
def test_the_check_of_a_number(kind: str, number: str, field: str, sentence: str) -> None:
    assert parse(NumberForm, {"kind": kind, "business_number": number}).errors == {field: [sentence]}


@pytest.mark.parametrize("number", ["651-65-13513", "107-87-95297"])
def test_the_numbers_of_the_manual_are_taken_where_the_switch_is_on(
    number: str, house_settings: pytest.MonkeyPatch
) -> None:
    house_settings.setenv("SAMPLE_NUMBERS", "1")
    settings.cache_clear()
    checked = parse(NumberForm, {"kind": "corporation", "business_number": number})
    assert checked.value is not None
    assert checked.value.business_number == digits(number)
    assert judged(CompanySignup, company__business_number=number).ok
    wrong = parse(NumberForm, {"kind": "corporation", "business_number": "120-81-47522"})
    assert wrong.at("business_number") == [words.BRN_WRONG]


def test_the_choices_are_themselves_sound() -> None:
    assert all(len(code) == 3 and code.isdecimal() for code in BANKS)
    assert all(len(code) == 2 and code.isupper() for code in COUNTRIES)
    assert len(CURRENCIES) == len(set(CURRENCIES))
    assert set(CompanyKind) >= {CompanyKind.SOLE}


@given(st.text(alphabet="0123456789", min_size=9, max_size=9))
def test_one_check_digit_fits_a_business_number(nine: str) -> None:
    right = brn_with_check(nine)
    wrong = [f"{nine}{digit}" for digit in range(10) if f"{nine}{digit}" != right]
    assert all(brn_fault(number) is not None for number in wrong)
    assert brn_fault(right) in {None, "brn_component"}


@given(st.text(max_size=30))
def test_no_text_breaks_the_identifiers(text: str) -> None:
    assert brn_fault(text) is not None or len([c for c in text if c.isdigit()]) == 10
    assert isinstance(crn_warnings(text), tuple)
    assert isinstance(rrn_warnings(text), tuple)
    phone = normalize_phone(text)
    assert phone is None or normalize_phone(phone) == phone


@given(st.sampled_from(sorted(IBAN_LENGTHS)), st.data())
def test_an_iban_and_its_mutations(country: str, data: st.DataObject) -> None:
    size = IBAN_LENGTHS[country] - 4
    account = data.draw(st.text(alphabet="0123456789", min_size=size, max_size=size))
    iban = iban_with_check(country, account)
    assert iban_fault(iban) is None
    assert iban_fault(f"{iban[:4]} {iban[4:]}".lower()) is None
    place = data.draw(st.integers(min_value=4, max_value=len(iban) - 1))
    other = data.draw(st.sampled_from("0123456789").filter(lambda digit: digit != iban[place]))
    assert iban_fault(iban[:place] + other + iban[place + 1 :]) == "iban_checksum"
    assert iban_fault(iban[:-1]) in {"iban_length", "iban_shape"}


@given(st.from_regex(r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", fullmatch=True))
def test_a_bic_has_eight_or_eleven_signs(bic: str) -> None:
    assert is_bic(bic)
    assert not is_bic(bic + "Z" * 2)
    assert not is_bic(bic[:-1] + "!")


@given(st.text(alphabet="0123456789", min_size=13, max_size=13))
def test_a_resident_number_is_warned_of_never_refused(number: str) -> None:
    assert set(rrn_warnings(number)) <= {"rrn_birth_date", "rrn_checksum"}
    assert set(crn_warnings(number)) <= {"crn_checksum"}
