"""Workbooks that only look like workbooks: whatever is broken inside is said to be broken."""

import io
import zipfile

import openpyxl
import pytest

from models.files.workbooks import COLUMNS_MAX, BookDamaged, first_sheet

SHEET = "xl/worksheets/sheet1.xml"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def book(*rows: tuple[object, ...]) -> bytes:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    target = io.BytesIO()
    made.save(target)
    return target.getvalue()


def with_part(name: str, body: bytes) -> bytes:
    """A sound workbook, one of whose parts is another."""
    sound, target = zipfile.ZipFile(io.BytesIO(book(("매체코드", 1)))), io.BytesIO()
    with zipfile.ZipFile(target, "w") as broken:
        for part in sound.namelist():
            broken.writestr(part, body if part == name else sound.read(part))
    return target.getvalue()


@pytest.mark.parametrize("body", [b"", b"<worksheet", b"\x00\x01", "엑셀".encode("cp949")])
@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"])
def test_a_broken_part(part: str, body: bytes) -> None:
    with pytest.raises(BookDamaged):
        first_sheet(with_part(part, body), 10)


@pytest.mark.parametrize(
    "cell", [b'<c r="A1" t="s"><v>99</v></c>', b'<c r="A1" t="d"><v>zzz</v></c>', b'<c r="A1"><v>abc</v></c>']
)
def test_a_cell_that_is_not_what_it_says(cell: bytes) -> None:
    body = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'.encode() + cell + b"</row></sheetData></worksheet>"
    with pytest.raises(BookDamaged):
        first_sheet(with_part(SHEET, body), 10)


def test_a_file_cut_anywhere_or_with_a_byte_turned_is_read_or_damaged() -> None:
    whole = book(*((f"A{n}", n) for n in range(20)))
    broken = [whole[: len(whole) * n // 20] for n in range(20)]
    places = range(0, len(whole), len(whole) // 60)
    broken += [bytes([*whole[:at], whole[at] ^ 0xFF, *whole[at + 1 :]]) for at in places]
    for data in broken:
        try:
            assert len(first_sheet(data, 30)) <= 30
        except BookDamaged:
            continue


def test_a_sheet_formatted_to_its_edge_is_read_as_far_as_it_may_be_filled() -> None:
    made = openpyxl.Workbook()
    made.active["A1"], made.active["XFD3"] = "매체코드", "끝"
    target = io.BytesIO()
    made.save(target)
    rows = first_sheet(target.getvalue(), 10)
    assert [len(row) for row in rows] == [COLUMNS_MAX] * 3
    assert rows[0][0] == "매체코드"
