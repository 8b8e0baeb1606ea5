import unicodedata

import pytest

from models.kernel import text
from models.kernel.file_names import NAME_BYTES_MAX, clean_file_name, extension, is_tricky_name


def test_lines_are_composed_trimmed_and_rid_of_hidden_signs() -> None:
    assert text.clean_line(unicodedata.normalize("NFD", "  한빛\u200b \t 네트웍스\u202e\n㈜ ")) == "한빛 네트웍스 ㈜"


def test_paragraphs_keep_their_breaks() -> None:
    assert text.clean_text("하나 \r\n둘\r\r\r\r셋\u2028넷\x00 ") == "하나\n둘\n\n셋\n넷"


def test_widths_are_narrowed_only_where_asked() -> None:
    assert text.ascii_digits("０１０－１２３４ ㎡") == "010－1234 ㎡"
    assert text.narrow("Ａｂ＠ｃ．ｃｏｍ\u3000㈜") == "Ab@c.com ㈜"
    assert text.digits("０１０-12 34가") == "0101234"
    assert text.clean_email(" Amela.Cha＠Kakao.com ") == "amela.cha@kakao.com"


@pytest.mark.parametrize(
    ("kind", "value", "masked"),
    [
        ("phone", "010-1234-5678", "010-****-5678"),
        ("phone", "01012345678", "010-****-5678"),
        ("phone", "010-123-4567", "010-****-4567"),
        ("phone", "02-079-0561", "02-****-0561"),
        ("phone", "+82 10-1234-5678", "+82-****-5678"),
        ("phone", "1577-5500", "1577-****"),
        ("phone", "112", "****"),
        ("email", "dm1004@daum.net", "dm****@daum.net"),
        ("email", "p-choi@gmail.com", "p-****@gmail.com"),
        ("email", "ab@x.kr", "a****@x.kr"),
        ("email", "a@x.kr", "****@x.kr"),
        ("email", "no mail", "****"),
        ("account", "3333-01-1234567", "33330112*****"),
        ("account", "1234567", "12*****"),
        ("account", "123", "*****"),
        ("account", "12345678901234", "12345678******"),
        ("name", "박지은", "박**"),
        ("name", "김구", "김*"),
        ("name", "John Smith", "J*** *****"),
        ("name", "", ""),
        ("rrn", "900101-1234567", "900101-1******"),
        ("rrn", "900101", "******-*******"),
    ],
)
def test_each_kind_has_one_mask(kind: str, value: str, masked: str) -> None:
    assert text.MASKS[kind](value) == masked


def test_two_spellings_of_one_phone_mask_the_same_digits() -> None:
    spellings = ["010-1234-5678", "01012345678", "０１０ １２３４ ５６７８", "010.1234.5678"]
    assert {text.mask_phone(s) for s in spellings} == {"010-****-5678"}


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("사업자등록증.pdf", "사업자등록증.pdf"),
        (unicodedata.normalize("NFD", "통장 사본.JPG"), "통장 사본.JPG"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\a.png", "a.png"),
        ("a\x00b.png", "ab.png"),
        ("jpg.\u202egpj.exe", "jpg.gpj.exe"),
        ("...", "file"),
        ("", "file"),
        ("  .hidden ", "hidden"),
        ("aux.pdf", "_aux.pdf"),
        ('a<b>:"|?*.pdf', "a_b______.pdf"),
    ],
)
def test_file_names_become_safe_and_stay_readable(name: str, clean: str) -> None:
    assert clean_file_name(name) == clean


def test_a_long_name_keeps_its_extension_and_whole_characters() -> None:
    cut = clean_file_name("가" * 300 + ".pdf")
    assert cut.endswith("가.pdf")
    assert len(cut.encode()) <= NAME_BYTES_MAX


@pytest.mark.parametrize("name", ["a/b.pdf", "a\\b.pdf", "..", "a\x00.pdf", "a\u202efdp.exe", "a\nb.pdf"])
def test_tricks_in_a_name_are_seen(name: str) -> None:
    assert is_tricky_name(name)


@pytest.mark.parametrize("name", ["사업자등록증.pdf", "a..b.pdf", unicodedata.normalize("NFD", "통장 사본 (1).jpg")])
def test_honest_names_are_no_tricks(name: str) -> None:
    assert not is_tricky_name(name)


def test_extensions_are_lower_case_and_may_be_missing() -> None:
    assert [extension(n) for n in ("A.JPG", "a.tar.gz", "a", ".pdf", "a.")] == ["jpg", "gz", "", "", ""]
