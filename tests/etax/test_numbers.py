"""승인번호: written, read, refused."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.etax.numbers import ApprovalNumber, approval_number, format_approval_number, read_approval_number

DAY = dt.date(2026, 11, 22)


def test_a_number_is_day_registrar_and_serial() -> None:
    assert approval_number(DAY, "41000073", 7) == "202611224100007300000007"
    assert approval_number(DAY, "42000238", "001900c0") == "2026112242000238001900c0"
    assert read_approval_number("2011021041000001900049c0") == ApprovalNumber(
        dt.date(2011, 2, 10), "41000001", "900049c0"
    )


@pytest.mark.parametrize(("registrar", "serial"), [("4100007", 1), ("4100007x", 1), ("41000073", 100_000_000)])
def test_parts_of_another_shape_make_no_number(registrar: str, serial: int) -> None:
    with pytest.raises(ValueError, match="digits"):
        approval_number(DAY, registrar, serial)
    with pytest.raises(ValueError, match="digits"):
        approval_number(DAY, "41000073", -1)
    with pytest.raises(ValueError, match="digits"):
        approval_number(DAY, "41000073", "0000-001")


@pytest.mark.parametrize("text", ["", "20261122", "2026112241000073000000070", "202613224100007300000007", "가" * 24])
def test_anything_else_is_no_number(text: str) -> None:
    assert read_approval_number(text) is None
    assert format_approval_number("x") == "x"


@given(st.dates(dt.date(1000, 1, 1)), st.from_regex(r"\A[0-9]{8}\Z"), st.from_regex(r"\A[0-9A-Za-z]{8}\Z"))
def test_what_is_written_is_read_also_as_forms_print_it(day: dt.date, registrar: str, serial: str) -> None:
    number = approval_number(day, registrar, serial)
    assert len(number) == 24
    for text in (number, format_approval_number(number), f" {number} "):
        assert read_approval_number(text) == ApprovalNumber(day, registrar, serial)
