import dataclasses
import io
import struct
import zipfile

import pikepdf
import pytest

from models.files import rules
from models.files.detect import check, kind_of
from models.files.rules import ANY, PAPER, SEAL, SHEET, FileKind, FileRefusal
from models.files.wording import ROLE, SENTENCES
from models.kernel import wording
from models.kernel.refusals import by_code, known_codes
from tests.files import samples


def refused(name: str, data: bytes, use: rules.Use = ANY) -> str:
    """The code of the refusal; its sentence must be whole."""
    with pytest.raises(FileRefusal) as caught:
        check(name, data, use)
    assert caught.value.status == 422
    assert wording.sentence(caught.value, SENTENCES) != wording.SENTENCES["refused"]
    return caught.value.code


@pytest.mark.parametrize(
    ("name", "data", "kind"),
    [
        ("사진.jpg", samples.jpeg(), FileKind.JPEG),
        ("사진.JPEG", samples.jpeg(progressive=True), FileKind.JPEG),
        ("직인.png", samples.png(), FileKind.PNG),
        ("사업자등록증.pdf", samples.pdf(), FileKind.PDF),
        ("사업자등록증.pdf", samples.pdf(packed=True), FileKind.PDF),
        ("시리얼번호.xlsx", samples.sheet(), FileKind.XLSX),
    ],
)
def test_honest_files_are_taken_by_their_content(name: str, data: bytes, kind: FileKind) -> None:
    assert check(name, data, ANY) is kind
    assert kind_of(data) is kind


def test_xml_is_taken_where_an_invoice_is_brought_and_nowhere_else() -> None:
    invoices = dataclasses.replace(ANY, kinds=frozenset({FileKind.XML, FileKind.PDF}))
    sound = b'\xef\xbb\xbf<?xml version="1.0" encoding="UTF-8"?><TaxInvoice/>'
    assert check("세금계산서.xml", sound, invoices) is FileKind.XML
    assert "XML" in invoices.words
    assert ".xml" in invoices.accept
    assert refused("세금계산서.xml", sound) == "file_type_wrong"
    assert refused("세금계산서.pdf", sound, invoices) == "file_name_mismatch"
    declared = sound.replace(b"<TaxInvoice/>", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert refused("세금계산서.xml", declared, invoices) == "file_type_wrong"


def test_padding_behind_a_picture_is_no_second_face() -> None:
    assert check("a.png", samples.png() + b"\x00\x00\n", ANY) is FileKind.PNG


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", samples.pdf()),
        ("a.jpg", samples.png()),
        ("a.pdf", samples.sheet()),
        ("a.xlsx", samples.jpeg()),
    ],
)
def test_a_right_name_does_not_cover_a_wrong_type(name: str, data: bytes) -> None:
    assert refused(name, data) == "file_name_mismatch"


def test_the_place_decides_which_kinds_it_takes() -> None:
    assert refused("a.xlsx", samples.sheet(), PAPER) == "file_type_wrong"
    assert refused("a.pdf", samples.pdf(), SEAL) == "file_type_wrong"
    assert refused("a.png", samples.png(), SHEET) == "file_type_wrong"


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>', "SVG, HTML, XML 파일은"),
        ("a.png", b'<?xml version="1.0"?><svg/>', "SVG, HTML, XML 파일은"),
        ("a.pdf", b"<!DOCTYPE html><html></html>", "SVG, HTML, XML 파일은"),
        ("a.jpg", b"GIF89a" + b"\x00" * 20, "GIF 그림은"),
        ("a.jpg", b"\x00\x00\x00\x20ftypheic" + b"\x00" * 20, "HEIC 사진이나 동영상은"),
        ("a.jpg", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WEBP 그림은"),
        ("a.pdf", b"MZ\x90\x00", "실행 파일은"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "예전 형식이거나"),
        ("a.xlsx", samples.archive_of({"word/document.xml": b"<x/>"}), "압축 파일이나"),
        ("a.pdf", b"#!/bin/sh\n" + samples.pdf(), "앞에 다른 내용이 붙은 PDF 파일은"),
        ("a.pdf", b"hello", "알 수 없는 형식의 파일은"),
        ("a.exe", samples.png(), "이름이 .exe인 파일은"),
        ("noending", samples.png(), "확장자가 없는 파일은"),
    ],
)
def test_other_things_are_named_in_the_sentence(name: str, data: bytes, found: str) -> None:
    with pytest.raises(rules.FileTypeWrong) as caught:
        check(name, data, PAPER)
    told = wording.sentence(caught.value, SENTENCES)
    assert told.startswith(found)
    assert told.endswith("JPG, JPEG, PNG, PDF 파일을 올려 주세요.")


@pytest.mark.parametrize("data", [b"<TaxInvoice/>", b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x/>'])
def test_where_xml_is_taken_nobody_is_told_that_it_is_not(data: bytes) -> None:
    with pytest.raises(rules.FileTypeWrong) as caught:
        check("a.xml", data, dataclasses.replace(ANY, kinds=frozenset({FileKind.XML, FileKind.PDF})))
    told = wording.sentence(caught.value, SENTENCES)
    assert told == "HTML, SVG 또는 형식에 맞지 않는 XML 파일은 올릴 수 없습니다. PDF, XML 파일을 올려 주세요."


@pytest.mark.parametrize("name", ["../a.png", "a\x00.png", "C:\\a.png", "a\u202egnp.exe", "..", "a\n.png"])
def test_tricks_in_the_name_are_refused(name: str) -> None:
    assert refused(name, samples.png()) == "file_name_unsafe"


def test_size_has_a_limit_and_a_floor() -> None:
    assert refused("a.pdf", b"") == "file_empty"
    assert refused("a.pdf", b"%PDF-" + b"\x00" * (30 * 1024 * 1024)) == "file_too_large"
    # Exactly the limit is looked into, and found broken.
    assert refused("a.pdf", b"%PDF-" + b"\x00" * (30 * 1024 * 1024 - 5)) == "file_damaged"


@pytest.mark.parametrize(("width", "height"), [(50_000, 50_000), (20_001, 1), (10_000, 8_001)])
def test_a_pixel_bomb_is_refused_from_its_header(width: int, height: int) -> None:
    assert refused("a.png", samples.png_claiming(width, height)) == "image_too_large"


def test_a_jpeg_pixel_bomb_too() -> None:
    data = samples.jpeg()
    frame = data.index(b"\xff\xc0") + 5
    assert refused("a.jpg", data[:frame] + struct.pack(">HH", 65_000, 65_000) + data[frame + 4 :]) == (
        "image_too_large"
    )


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.png", samples.png() + b"<html><script>alert(1)</script>"),
        ("a.jpg", samples.jpeg() + b"MZ\x90\x00"),
        ("a.jpg", samples.jpeg() + samples.archive_of({"a.txt": b"x"})),
        ("a.pdf", samples.pdf() + b"PK and more"),
        ("a.pdf", samples.pdf() + samples.archive_of({"a.txt": b"x"})),
        ("a.pdf", samples.pdf().replace(b"%PDF-", b"%PDF-<script>alert(1)</script>\n%PDF-", 1)),
        ("a.xlsx", samples.sheet() + b"more"),
    ],
)
def test_what_is_a_second_thing_as_well_is_refused(name: str, data: bytes) -> None:
    assert refused(name, data) == "file_double_faced"


def test_an_archive_hidden_inside_a_picture_is_found() -> None:
    hidden = samples.png_chunk(b"zzZz", samples.archive_of({"a.txt": b"x"}))
    whole = samples.png()
    end = whole.index(b"IEND") - 4
    assert refused("a.png", whole[:end] + hidden + whole[end:]) == "file_double_faced"


def test_an_archive_with_something_before_it_is_no_sheet() -> None:
    assert refused("a.xlsx", b"PK\x03\x04" + b"\x00" * 60 + samples.sheet()) == "file_double_faced"


@pytest.mark.parametrize("cut", [9, 20, 40, -1, -13])
def test_a_broken_off_png_is_damaged(cut: int) -> None:
    assert refused("a.png", samples.png()[:cut]) == "file_damaged"


@pytest.mark.parametrize("cut", [3, 4, 12, 200, -1, -2])
def test_a_broken_off_jpeg_is_damaged(cut: int) -> None:
    assert refused("a.jpg", samples.jpeg()[:cut]) == "file_damaged"


def test_a_png_with_a_wrong_checksum_is_damaged() -> None:
    data = bytearray(samples.png())
    data[-20] ^= 0xFF
    assert refused("a.png", bytes(data)) == "file_damaged"


def test_a_png_without_a_header_or_with_no_size_is_damaged() -> None:
    end = samples.png_chunk(b"IEND", b"")
    assert refused("a.png", b"\x89PNG\r\n\x1a\n" + end) == "file_damaged"
    assert refused("a.png", samples.png_claiming(0, 5)) == "file_damaged"


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("kind", ["JavaScript", "Launch", "ImportData", "Rendition"])
def test_active_pdfs_are_refused_packed_or_not(kind: str, *, packed: bool) -> None:
    assert refused("a.pdf", samples.pdf({"/OpenAction": samples.action(kind)}, packed=packed)) == "pdf_active"


def test_a_script_deep_inside_direct_objects_is_found() -> None:
    nested = pikepdf.Array([1, pikepdf.Dictionary(Kids=pikepdf.Array([samples.action("JavaScript")]))])
    assert refused("a.pdf", samples.pdf({"/Odd": nested}, packed=True)) == "pdf_active"


def test_a_script_under_an_escaped_name_is_found() -> None:
    plain = samples.pdf({"/OpenAction": samples.action("JavaScript")})
    assert refused("a.pdf", plain.replace(b"/JavaScript", b"/J#61vaScri#70t")) == "pdf_active"


def test_forms_with_their_own_scripts_are_refused() -> None:
    form = pikepdf.Dictionary(XFA="<xdp/>", Fields=pikepdf.Array([]))
    assert refused("a.pdf", samples.pdf({"/AcroForm": form}, packed=True)) == "pdf_active"


def test_a_link_to_a_page_is_no_script() -> None:
    jump = pikepdf.Dictionary(S=pikepdf.Name("/GoTo"), D=pikepdf.Array([0, pikepdf.Name("/Fit")]))
    assert check("a.pdf", samples.pdf({"/OpenAction": jump}), ANY) is FileKind.PDF


def test_a_pdf_behind_a_password_is_locked() -> None:
    assert refused("a.pdf", samples.pdf(password="secret")) == "file_locked"


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF", b"%PDF-1.7 nothing", samples.pdf()[:200]])
def test_a_broken_pdf_is_damaged(data: bytes) -> None:
    assert refused("a.pdf", data) == "file_damaged"


def test_a_pdf_of_too_many_objects_is_not_looked_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.files.pdfs.PDF_OBJECTS_MAX", 3)
    assert refused("a.pdf", samples.pdf()) == "pdf_too_complex"


def test_a_sheet_that_unpacks_beyond_measure_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused("a.xlsx", samples.sheet_with({"xl/media/zero": b"\x00" * 20_000_000})) == ("archive_too_large")
    monkeypatch.setattr("models.files.archives.SHEET_BYTES_MAX", 1_000)
    assert refused("a.xlsx", samples.sheet()) == "archive_too_large"


def test_a_sheet_of_too_many_parts_is_refused() -> None:
    assert refused("a.xlsx", samples.sheet_with({f"xl/x{n}": b"" for n in range(2_001)})) == ("archive_too_large")


def test_a_sheet_whose_parts_share_their_bytes_is_refused() -> None:
    """The directory names one packed part many times: small on disk, endless unpacked."""
    whole = samples.sheet_with({f"xl/x{n:03d}": b"" for n in range(300)})
    at = whole.index(b"PK\x01\x02")
    size = struct.pack("<I", 40_000)
    spoiled = bytearray(whole)
    for start in range(at, len(whole) - 46):
        if whole[start : start + 4] == b"PK\x01\x02" and whole[start + 46 : start + 50] == b"xl/x":
            spoiled[start + 20 : start + 24] = size
    assert refused("a.xlsx", bytes(spoiled)) == "archive_too_large"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("xl/vbaProject.bin", "sheet_active"),
        ("xl/macrosheets/sheet1.xml", "sheet_active"),
        ("xl/activeX/activeX1.bin", "sheet_active"),
        ("payload.exe", "sheet_active"),
        ("../evil.xml", "file_damaged"),
        ("/etc/passwd", "file_damaged"),
        ("c:/windows/x.xml", "file_damaged"),
        ("XL/workbook.xml", "file_damaged"),
    ],
)
def test_parts_that_do_not_belong_in_a_sheet(name: str, code: str) -> None:
    assert refused("a.xlsx", samples.sheet_with({name: b"x"})) == code


def test_a_macro_workbook_under_a_plain_name_is_refused() -> None:
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    assert refused("a.xlsx", samples.archive_of({"[Content_Types].xml": macro, "xl/workbook.xml": b"x"})) == (
        "sheet_active"
    )


def test_a_workbook_of_another_type_is_damaged() -> None:
    parts = {"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"x"}
    assert refused("a.xlsx", samples.archive_of(parts)) == "file_damaged"


def test_a_locked_part_is_locked() -> None:
    whole = bytearray(samples.sheet())
    directory = whole.index(b"PK\x01\x02")
    whole[directory + 8] |= 1
    assert refused("a.xlsx", bytes(whole)) == "file_locked"


def test_an_unusual_packing_is_not_opened() -> None:
    out = io.BytesIO(samples.sheet())
    with zipfile.ZipFile(out, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/odd.xml", b"x")
    assert refused("a.xlsx", out.getvalue()) == "file_damaged"


def test_every_file_refusal_has_a_sentence_and_every_role_a_word() -> None:
    codes = {code for code in known_codes() if issubclass(by_code(code), FileRefusal)}
    assert codes == set(SENTENCES)
    assert set(ROLE) == set(rules.FileRole)
    assert set(rules.MEDIA_TYPES) == set(FileKind)


def test_a_place_tells_the_browser_what_it_takes() -> None:
    assert (PAPER.accept, PAPER.words) == (".jpg,.jpeg,.png,.pdf", "JPG, JPEG, PNG, PDF")
