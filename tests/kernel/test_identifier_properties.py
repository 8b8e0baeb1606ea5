"""What holds for every identifier somebody could type: no surprise, one spelling, and doubts instead of rejections."""

import datetime as dt
import string

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from models.kernel import banking, identifiers
from models.kernel.banking import IBAN_LENGTHS, IbanFault, compact, iban_fault, iban_with_check, is_bic
from models.kernel.identifiers import BrnFault

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")
ANYTHING = st.text(max_size=60)
NINE = st.integers(0, 10**9 - 1).map(lambda number: f"{number:09d}")
REGISTERED = st.builds(
    lambda office, kind, serial: f"{office:03d}{kind:02d}{serial:04d}",
    st.integers(101, 999),
    st.integers(1, 99),
    st.integers(1, 9999),
)
"""Nine digits as an office gives them out."""
TWELVE = st.integers(0, 10**12 - 1).map(lambda number: f"{number:012d}")
DIGITS = st.text(string.digits, max_size=20)
DAYS = st.dates(dt.date(1800, 1, 1), dt.date(2099, 12, 31))
QUICK = settings(max_examples=150, deadline=None)


def rrn(born: dt.date, *, woman: bool, foreign: bool, serial: str) -> str:
    """Twelve digits of a number as it is given to somebody born that day."""
    first = {18: 9, 19: 1, 20: 3}[born.year // 100] + (4 if foreign and born.year >= 1900 else 0)
    digit = (0 if woman else 9) if born.year < 1900 else first + woman
    return f"{born:%y%m%d}{digit}{serial}"


def with_rrn_check(twelve: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(twelve, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return f"{twelve}{(11 - total % 11) % 10}"


def with_crn_check(twelve: str) -> str:
    total = sum(int(digit) * weight for digit, weight in zip(twelve, (1, 2) * 6, strict=True))
    return f"{twelve}{(10 - total % 10) % 10}"


@given(ANYTHING)
@QUICK
@example("\x00")
@example("１２０－８１－４７５２１")
@example("+82")
@example("٠١٠")
def test_nothing_typed_breaks_a_check(text: str) -> None:
    identifiers.brn_fault(text)
    identifiers.crn_warnings(text)
    identifiers.rrn_warnings(text)
    identifiers.rrn_birth_date(text)
    identifiers.rrn_is_foreign(text)
    phone = identifiers.normalize_phone(text)
    assert phone is None or identifiers.normalize_phone(phone) == phone
    iban_fault(text)
    is_bic(text)
    identifiers.format_brn(text)
    identifiers.format_crn(text)


class TestBusinessNumbers:
    @given(NINE)
    @QUICK
    def test_one_of_ten_last_digits_is_right(self, nine: str) -> None:
        fits = [last for last in string.digits if identifiers.brn_fault(nine + last) is not BrnFault.CHECKSUM]
        assert identifiers.brn_with_check(nine)[9] in fits
        plain = [last for last in fits if identifiers.brn_fault(nine + last) is None]
        assert len(plain) <= 1

    @given(REGISTERED, st.integers(0, 9), st.integers(1, 9))
    @QUICK
    def test_every_single_wrong_digit_is_found(self, nine: str, place: int, shift: int) -> None:
        number = identifiers.brn_with_check(nine)
        assert identifiers.brn_fault(number) is None or len(set(number)) == 1
        digit = str((int(number[place]) + shift) % 10)
        assert identifiers.brn_fault(number[:place] + digit + number[place + 1 :]) is not None

    @given(NINE)
    @QUICK
    def test_the_spelling_changes_nothing(self, nine: str) -> None:
        number = identifiers.brn_with_check(nine)
        fault = identifiers.brn_fault(number)
        shown = identifiers.format_brn(number)
        for spelling in (shown, number.translate(FULL_WIDTH), f" {shown.replace('-', ' - ')} "):
            assert identifiers.brn_fault(spelling) is fault
            assert identifiers.format_brn(spelling) == shown

    @given(DIGITS)
    @QUICK
    def test_only_ten_digits_are_a_number(self, text: str) -> None:
        assert (identifiers.brn_fault(text) is BrnFault.LENGTH) == (len(text) != 10)

    @given(REGISTERED)
    @QUICK
    def test_the_middle_digits_always_name_a_kind(self, nine: str) -> None:
        number = identifiers.brn_with_check(nine)
        assert identifiers.brn_fault(number) is None or len(set(number)) == 1
        assert identifiers.business_kind(number) in identifiers.BusinessKind


class TestCorporateNumbers:
    @given(TWELVE)
    @QUICK
    def test_a_completed_number_raises_no_doubt(self, twelve: str) -> None:
        assert identifiers.crn_warnings(with_crn_check(twelve)) == ()

    @given(TWELVE, st.sampled_from(string.digits))
    @QUICK
    def test_since_2025_thirteen_digits_are_doubted_at_most(self, twelve: str, last: str) -> None:
        """The check digit was dropped on 2025-01-31: a new number may end in anything."""
        assert identifiers.crn_warnings(twelve + last) in {(), ("crn_checksum",)}

    @given(DIGITS)
    @QUICK
    def test_only_the_length_is_a_reason_to_ask_again(self, text: str) -> None:
        assert ("crn_length" in identifiers.crn_warnings(text)) == (len(text) != 13)


class TestResidentNumbers:
    @given(DAYS, st.booleans(), st.booleans(), st.integers(0, 99999))
    @QUICK
    def test_an_old_number_tells_the_day_and_raises_no_doubt(
        self, born: dt.date, woman: bool, foreign: bool, serial: int
    ) -> None:
        number = with_rrn_check(rrn(born, woman=woman, foreign=foreign, serial=f"{serial:05d}"))
        assert identifiers.rrn_warnings(number) == ()
        assert identifiers.rrn_birth_date(number) == born
        assert identifiers.rrn_is_foreign(number) == (foreign and born.year >= 1900)
        assert identifiers.rrn_warnings(f"{number[:6]}-{number[6:]}") == ()

    @given(DAYS, st.booleans(), st.integers(0, 999999))
    @QUICK
    @example(born=dt.date(2000, 1, 1), woman=False, six=970001)
    def test_since_2020_any_six_digits_are_doubted_at_most(self, born: dt.date, woman: bool, six: int) -> None:
        """The last six digits are random since 2020-10: no place, no check digit, never a reason to refuse."""
        number = f"{rrn(born, woman=woman, foreign=False, serial='')}{six:06d}"
        assert identifiers.rrn_warnings(number) in {(), ("rrn_checksum",)}

    @given(st.integers(0, 10**13 - 1).map(lambda number: f"{number:013d}"))
    @QUICK
    def test_a_day_that_never_was_is_doubted(self, number: str) -> None:
        day = identifiers.rrn_birth_date(number)
        assert ("rrn_birth_date" in identifiers.rrn_warnings(number)) == (day is None)
        assert day is None or f"{day:%y%m%d}" == number[:6]


class TestPhones:
    @given(st.sampled_from(["010", "011", "016", "017", "018", "019"]), st.integers(0, 10**8 - 1))
    @QUICK
    def test_every_spelling_of_a_mobile_is_one_number(self, head: str, rest: int) -> None:
        plain = f"{head}{rest:08d}"
        shown = f"{head}-{plain[3:7]}-{plain[7:]}"
        spellings = (
            plain,
            shown,
            plain.translate(FULL_WIDTH),
            f"+82 {plain[1:]}",
            f"+82-(0){plain[1:]}",
            f"{head}.{plain[3:7]}.{plain[7:]}",
            f" {head} {plain[3:7]} {plain[7:]} ",
        )
        assert {identifiers.normalize_phone(spelling) for spelling in spellings} == {shown}
        assert identifiers.is_mobile(shown)

    @given(st.integers(1, 9), st.integers(0, 9), st.integers(10**6, 10**13 - 1))
    @QUICK
    def test_a_foreign_number_keeps_its_digits(self, first: int, second: int, rest: int) -> None:
        assume((first, second) != (8, 2))
        found = identifiers.normalize_phone(f"+{first}{second} {rest}")
        assert found == f"+{first}{second}{rest}"

    @given(DIGITS)
    @QUICK
    def test_what_is_stored_has_the_digits_that_were_typed(self, text: str) -> None:
        found = identifiers.normalize_phone(text)
        assert found is None or found.replace("-", "") == text


ACCOUNTS = st.text(string.digits + string.ascii_uppercase, min_size=11, max_size=30)
FREE_COUNTRIES = st.text(string.ascii_uppercase, min_size=2, max_size=2).filter(
    lambda code: code != "KR" and code not in IBAN_LENGTHS
)


def _of_country(country: str, account: str) -> str:
    return iban_with_check(country, (account * 3)[: IBAN_LENGTHS[country] - 4])


class TestIban:
    @given(st.sampled_from(sorted(IBAN_LENGTHS)), ACCOUNTS)
    @QUICK
    def test_a_completed_one_passes_in_every_spelling(self, country: str, account: str) -> None:
        iban = _of_country(country, account)
        groups = " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
        for spelling in (iban, groups, iban.lower(), groups.replace(" ", "-"), iban.translate(FULL_WIDTH)):
            assert iban_fault(spelling) is None
            assert compact(spelling) == iban

    @given(st.sampled_from(sorted(IBAN_LENGTHS)), ACCOUNTS, st.integers(4, 33), st.integers(1, 9))
    @QUICK
    def test_a_wrong_digit_is_found(self, country: str, account: str, place: int, shift: int) -> None:
        iban = _of_country(country, account)
        assume(place < len(iban) and iban[place].isdigit())
        wrong = iban[:place] + str((int(iban[place]) + shift) % 10) + iban[place + 1 :]
        assert iban_fault(wrong) is IbanFault.CHECKSUM

    @given(st.sampled_from(sorted(IBAN_LENGTHS)), st.text("0123456789", min_size=11, max_size=30))
    @QUICK
    def test_swapped_neighbours_are_found(self, country: str, account: str) -> None:
        iban = _of_country(country, account)
        for place in range(4, len(iban) - 1):
            wrong = iban[:place] + iban[place + 1] + iban[place] + iban[place + 2 :]
            assert iban_fault(wrong) is (None if wrong == iban else IbanFault.CHECKSUM)

    @given(st.sampled_from(sorted(IBAN_LENGTHS)), ACCOUNTS)
    @QUICK
    def test_a_character_too_few_is_the_wrong_length(self, country: str, account: str) -> None:
        iban = _of_country(country, account)
        short = iban_fault(iban[:-1])
        assert short is (IbanFault.LENGTH if len(iban) > banking.IBAN_CHARS_MIN else IbanFault.SHAPE)

    @given(ACCOUNTS)
    @QUICK
    def test_korea_has_none(self, account: str) -> None:
        assert iban_fault(iban_with_check("KR", account)) is IbanFault.COUNTRY

    @given(FREE_COUNTRIES, ACCOUNTS)
    @QUICK
    def test_a_country_that_is_not_known_is_judged_by_its_check_digits(self, country: str, account: str) -> None:
        assert iban_fault(iban_with_check(country, account)) is None


class TestBic:
    @given(
        st.text(string.ascii_uppercase, min_size=6, max_size=6),
        st.text(string.ascii_uppercase + string.digits, min_size=2, max_size=2),
        st.sampled_from(["", "XXX", "A1B"]),
    )
    @QUICK
    def test_eight_or_eleven_characters_in_every_spelling(self, head: str, place: str, branch: str) -> None:
        bic = head + place + branch
        assert is_bic(bic)
        assert is_bic(f" {bic.lower()} ")
        assert not is_bic(f"{bic}Z")
        assert not is_bic(bic[:-1])

    @given(st.text(string.digits, min_size=1, max_size=1), st.integers(0, 5))
    @QUICK
    def test_bank_and_country_are_letters(self, digit: str, place: int) -> None:
        bic = "CZNBKRSE"
        assert not is_bic(bic[:place] + digit + bic[place + 1 :])
