import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.kernel import identifiers
from models.kernel.identifiers import BrnFault, BusinessKind
from models.kernel.numbers import KINDS, Number, format_number, parse_number, with_version


@pytest.mark.parametrize(
    "number",
    ["120-81-47521", "220-81-62517", "124-81-00998", "116-82-00276", "134-86-72683", "２６１８１０７９２７"],
)
def test_real_business_numbers_pass(number: str) -> None:
    assert identifiers.brn_fault(number) is None


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("651-65-13513", BrnFault.CHECKSUM),
        ("107-87-95297", BrnFault.CHECKSUM),
        ("120-00-12345", BrnFault.COMPONENT),
        ("123-45-67890", BrnFault.CHECKSUM),
        ("888-88-88888", BrnFault.COMPONENT),
        ("000-00-00000", BrnFault.COMPONENT),
        ("100-81-47521", BrnFault.COMPONENT),
        ("120-81-00003", BrnFault.COMPONENT),
        ("120-81-4752", BrnFault.LENGTH),
        ("", BrnFault.LENGTH),
    ],
)
def test_wrong_business_numbers_name_their_fault(number: str, fault: BrnFault) -> None:
    assert identifiers.brn_fault(number) is fault


def test_the_manuals_samples_pass_without_the_checksum() -> None:
    assert identifiers.brn_fault("651-65-13513", checksum=False) is None


@given(st.integers(0, 10**9 - 1))
@settings(max_examples=60, deadline=None)
def test_a_completed_number_passes_and_one_wrong_digit_does_not(nine: int) -> None:
    number = identifiers.brn_with_check(f"{nine:09d}")
    assert identifiers.brn_fault(number) is not BrnFault.CHECKSUM
    wrong = number[:9] + str((int(number[9]) + 1) % 10)
    assert identifiers.brn_fault(wrong) is not None


def test_business_numbers_are_shown_with_hyphens() -> None:
    assert identifiers.format_brn("1208147521") == "120-81-47521"
    assert identifiers.format_brn("12081") == "12081"
    with pytest.raises(ValueError, match="nine"):
        identifiers.brn_with_check("12")


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        ("120-81-47521", BusinessKind.COMPANY),
        ("116-82-00276", BusinessKind.NONPROFIT),
        ("651-65-13513", BusinessKind.PERSON_TAXED),
        ("651-92-13513", BusinessKind.PERSON_EXEMPT),
        ("651-83-13513", BusinessKind.STATE),
    ],
)
def test_the_middle_digits_tell_the_kind(number: str, kind: BusinessKind) -> None:
    assert identifiers.business_kind(number) is kind


@pytest.mark.parametrize("number", ["130111-0006246", "110111-1129497", "110111-0015671"])
def test_real_corporate_numbers_raise_no_doubt(number: str) -> None:
    assert identifiers.crn_warnings(number) == ()
    assert identifiers.format_crn(number.replace("-", "")) == number


def test_corporate_numbers_are_doubted_not_refused() -> None:
    assert identifiers.crn_warnings("130111-0006247") == ("crn_checksum",)
    assert identifiers.crn_warnings("130111-000624") == ("crn_length",)
    assert identifiers.format_crn("130111") == "130111"


def test_resident_numbers_are_doubted_not_refused() -> None:
    assert identifiers.rrn_warnings("900101-1234568") == ()
    assert identifiers.rrn_warnings("000101-3970001") in {(), ("rrn_checksum",)}
    assert identifiers.rrn_warnings("900101-1234567") == ("rrn_checksum",)
    assert identifiers.rrn_warnings("901301-1234567") == ("rrn_birth_date",)
    assert identifiers.rrn_warnings("900101") == ("rrn_length",)


def test_the_seventh_digit_tells_century_and_nationality() -> None:
    assert identifiers.rrn_birth_date("000229-3") == dt.date(2000, 2, 29)
    assert identifiers.rrn_birth_date("000229-1") is None
    assert identifiers.rrn_birth_date("990101-9") == dt.date(1899, 1, 1)
    assert identifiers.rrn_birth_date("9901") is None
    assert identifiers.rrn_is_foreign("900101-5234567")
    assert not identifiers.rrn_is_foreign("900101-1234567")


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("01012345678", "010-1234-5678"),
        ("０１０ １２３４ ５６７８", "010-1234-5678"),
        ("+82 10-1234-5678", "010-1234-5678"),
        ("+82 (0)10 1234 5678", "010-1234-5678"),
        ("010-123-4567", "010-123-4567"),
        ("02-079-0561", "02-079-0561"),
        ("0212345678", "02-1234-5678"),
        ("0311234567", "031-123-4567"),
        ("070.1234.5678", "070-1234-5678"),
        ("05051234567", "0505-123-4567"),
        ("1577-5500", "1577-5500"),
        ("+1 650-253-0000", "+16502530000"),
        ("1234", None),
        ("010-1234", None),
        ("+1", None),
        ("91012345678", None),
        ("", None),
    ],
)
def test_phones_get_one_spelling(typed: str, stored: str | None) -> None:
    assert identifiers.normalize_phone(typed) == stored
    if stored:
        assert identifiers.normalize_phone(stored) == stored


def test_only_mobiles_take_messages() -> None:
    assert identifiers.is_mobile("010-1234-5678")
    assert not identifiers.is_mobile("02-123-4567")


DAY = dt.date(2026, 1, 20)


def test_document_numbers_are_written_and_widen() -> None:
    assert format_number("CR", DAY, 7) == "CR20260120-007"
    assert format_number("IV", DAY, 1000) == "IV20260120-1000"
    assert with_version("PO20230130-002", 1) == "PO20230130-002 (1차)"


@given(kind=st.sampled_from(sorted(KINDS)), day=st.dates(dt.date(1000, 1, 1)), serial=st.integers(1, 10**9 - 1))
@settings(max_examples=60, deadline=None)
def test_what_is_written_reads_back(kind: str, day: dt.date, serial: int) -> None:
    number = Number(kind, day, serial)
    assert parse_number(str(number)) == number
    assert parse_number(f" {str(number).lower()} ") == number


@pytest.mark.parametrize(
    "text",
    [
        "CR20260120-000",
        "CR20260120-0007",
        "XX20260120-001",
        "CR20260230-001",
        "CR20260120001",
        "원20260120-001",
        "",
    ],
)
def test_what_is_no_number_is_none(text: str) -> None:
    assert parse_number(text) is None


def test_a_number_has_a_known_kind_and_starts_at_one() -> None:
    with pytest.raises(ValueError, match="kind"):
        format_number("XX", DAY, 1)
    with pytest.raises(ValueError, match="starts"):
        format_number("CR", DAY, 0)
