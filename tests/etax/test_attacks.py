"""XML made to hurt its reader is refused, and nothing is fetched, expanded or believed."""

import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.etax.build import build
from models.etax.faults import BadSignature, Malformed
from models.etax.parse import parse
from models.etax.reading import BYTES_MAX, TEXT_MAX, tree
from models.etax.signature import sign, verify
from models.etax.validate import Stage, violations
from tests.etax import papers

GOOD = build(papers.issued())
SIGNED = sign(GOOD, papers.signer())
BODY = GOOD.partition(b"\n")[2]
MEMORY_MAX = 100 * 2**20


def _with_doctype(subset: str, reference: str = "") -> bytes:
    declared = f'<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE TaxInvoice {subset}>'
    return declared.encode() + BODY.replace(b"<TypeCode>0101", b"<TypeCode>" + reference.encode(), 1)


def _laughs() -> str:
    rows = ['<!ENTITY a0 "하하하하하하하하하하">']
    rows += [f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)]
    return f"[{''.join(rows)}]"


def _in_text(text: bytes) -> bytes:
    return GOOD.replace(b"<TypeCode>0101</TypeCode>", text, 1)


SECRET = "비밀입니다"
ATTACKS: dict[str, tuple[bytes, str]] = {
    "file entity": (_with_doctype('[<!ENTITY x SYSTEM "file:///etc/hostname">]', "&x;"), "xml_doctype"),
    "http entity": (_with_doctype('[<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]', "&x;"), "xml_doctype"),
    "parameter entity": (_with_doctype('[<!ENTITY % x SYSTEM "file:///etc/hostname">%x;]'), "xml_doctype"),
    "external DTD": (_with_doctype('SYSTEM "http://127.0.0.1:9/x.dtd"'), "xml_doctype"),
    "public DTD": (_with_doctype('PUBLIC "-//x//y" "http://127.0.0.1:9/x.dtd"'), "xml_doctype"),
    "empty DTD": (_with_doctype("[]"), "xml_doctype"),
    "default attributes": (_with_doctype('[<!ATTLIST TaxInvoice Id ID "x">]'), "xml_doctype"),
    "billion laughs": (_with_doctype(_laughs(), "&a9;"), "xml_doctype"),
    "quadratic blow-up": (_with_doctype(f'[<!ENTITY x "{"가" * 20_000}">]', "&x;" * 1_000), "xml_doctype"),
    "unknown entity": (_in_text(b"<TypeCode>&x;</TypeCode>"), "xml_not_well_formed"),
    "second root": (GOOD + BODY, "xml_not_well_formed"),
    "cut off": (GOOD[:-20], "xml_not_well_formed"),
    "nothing": (b"", "xml_not_well_formed"),
    "duplicate attribute": (GOOD.replace(b"<TypeCode>", b'<TypeCode a="1" a="2">', 1), "xml_not_well_formed"),
    "control character": (_in_text(b"<TypeCode>&#x1;</TypeCode>"), "xml_not_well_formed"),
    "unbound prefix": (_in_text(b"<t:TypeCode>0101</t:TypeCode>"), "xml_not_well_formed"),
    "NUL": (GOOD.replace(b"0101", b"01\x0001"), "xml_encoding"),
    "UTF-16": (GOOD.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "xml_encoding"),
    "UTF-16 that says UTF-8": (GOOD.decode().encode("utf-16-le"), "xml_encoding"),
    "UTF-7": (GOOD.replace(b'"UTF-8"', b'"UTF-7"'), "xml_encoding"),
    "EUC-KR": (GOOD.decode().replace("UTF-8", "EUC-KR").encode("euc-kr", "replace"), "xml_encoding"),
    "broken UTF-8": (GOOD.replace("김가온".encode(), b"\xc0\xaf\xed\xa0\x80"), "xml_encoding"),
    "huge text": (_in_text(b"<TypeCode>" + b"0" * (TEXT_MAX + 1) + b"</TypeCode>"), "xml_text_too_long"),
    "huge CDATA": (_in_text(b"<TypeCode><![CDATA[" + b"<" * 3_000 + b"0" * TEXT_MAX + b"]]></TypeCode>"), ""),
    "huge attribute": (_in_text(b'<TypeCode a="' + b"0" * (TEXT_MAX + 1) + b'"/>'), "xml_text_too_long"),
    "huge file": (GOOD + b" " * BYTES_MAX, "xml_too_large"),
    "100 MB": (b"<a>" + b" " * (100 * 2**20) + b"</a>", "xml_too_large"),
    "deep": (_in_text(b"<a>" * 200 + b"</a>" * 200), "xml_too_deep"),
    "deeper than a parser goes": (_in_text(b"<a>" * 1_900 + b"</a>" * 1_900), ""),
    "many elements": (_in_text(b"<a/>" * 5_000), "xml_too_many_elements"),
    "comment": (_in_text(b"<TypeCode>01<!-- -->01</TypeCode>"), "xml_comment"),
    "instruction": (_in_text(b"<TypeCode>0101<?php x?></TypeCode>"), "xml_comment"),
    "stylesheet": (GOOD.replace(b"<TaxInvoice", b'<?xml-stylesheet href="x.xsl"?><TaxInvoice', 1), "xml_outside_root"),
    "comment after the root": (GOOD + b"<!-- x -->", "xml_outside_root"),
    "same Id twice": (
        GOOD.replace(b"<TypeCode>", b'<TypeCode Id="a">', 1).replace(b"<NameText>", b'<NameText Id="a">', 1),
        "xml_duplicate_id",
    ),
    "same id in other letters": (
        GOOD.replace(b"<TypeCode>", b'<TypeCode ID="a">', 1).replace(b"<NameText>", b'<NameText xml:id="a">', 1),
        "xml_duplicate_id",
    ),
    "another root": (GOOD.replace(b"TaxInvoice", b"TaxInvoiceResponse"), "xml_root"),
    "another namespace": (GOOD.replace(b"urn:kr:or:kec", b"urn:kr:or:kek"), "xml_root"),
    "a root with a prefix": (
        BODY.replace(b"<TaxInvoice xmlns=", b"<t:TaxInvoice xmlns:t=").replace(b"</TaxInvoice>", b"</t:TaxInvoice>"),
        "xml_root",
    ),
    "a web page": (b"<!doctype html><html></html>", ""),
    "JSON": (b'{"a": 1}', "xml_not_well_formed"),
}
DOORS: dict[str, Callable[[bytes], object]] = {
    "tree": tree,
    "parse": parse,
    "verify": verify,
    "sign": lambda xml: sign(xml, papers.signer()),
}


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("door", DOORS)
def test_every_door_refuses(attack: str, door: str) -> None:
    xml, code = ATTACKS[attack]
    with pytest.raises(Malformed) as caught:
        DOORS[door](xml)
    assert caught.value.code == code or not code
    assert caught.value.sentence


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_validator_names_the_attack_and_looks_no_further(attack: str) -> None:
    xml, code = ATTACKS[attack]
    (found,) = violations(xml)
    assert found.code == code or not code


@pytest.mark.parametrize("attack", ["billion laughs", "quadratic blow-up", "huge file", "many elements", "deep"])
def test_refusing_takes_little_memory(attack: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(Malformed):
            tree(ATTACKS[attack][0])
        assert tracemalloc.get_traced_memory()[1] < MEMORY_MAX
    finally:
        tracemalloc.stop()


@given(st.binary(max_size=2_000))
@settings(max_examples=200, deadline=None)
def test_any_bytes_at_all_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        tree(data)


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_damaged_document_is_read_or_refused_and_never_breaks_its_reader(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(SIGNED)))
    length, junk = data.draw(st.integers(0, 40)), data.draw(st.binary(max_size=20))
    damaged = SIGNED[:at] + junk + SIGNED[at + length :]
    found = violations(damaged, Stage.SIGNED)
    with suppress(Malformed):
        parse(damaged)
    with suppress(Malformed, BadSignature):
        assert verify(damaged).digest == verify(SIGNED).digest
    assert all(each.sentence for each in found)


def test_threads_do_not_read_each_other_s_faults() -> None:
    bad = GOOD.replace(b"<TypeCode>0101<", b"<TypeCode>9999<")

    def judge(number: int) -> list[str]:
        return [found.code for found in violations(bad if number % 2 else GOOD)]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(judge, range(200))) == [[], ["unknown_code"]] * 100


def test_nothing_is_included_from_disk(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text(SECRET, encoding="utf-8")
    include = f'<i:include xmlns:i="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    xml = _in_text(f"<TypeCode>0101</TypeCode>{include}".encode())
    assert SECRET not in str(parse(xml))
    assert [found.code for found in violations(xml)] == ["unknown_element"]


def test_a_schema_named_by_the_document_is_not_looked_at(tmp_path: Path) -> None:
    lax = tmp_path / "lax.xsd"
    lax.write_text("not a schema", encoding="utf-8")
    xml = GOOD.replace(b"http://www.kec.or.kr/standard/Tax/TaxInvoiceSchemaModule_1.0.xsd", lax.as_uri().encode())
    assert violations(xml) == []


def test_what_only_looks_like_an_attack_passes_as_text() -> None:
    xml = _in_text(b"<TypeCode>0101</TypeCode><DescriptionText>&lt;!DOCTYPE x&gt; &amp;a;</DescriptionText>")
    assert parse(xml).remarks[0] == "<!DOCTYPE x> &a;"


def test_a_byte_order_mark_and_cdata_are_only_ways_of_writing() -> None:
    assert parse(b"\xef\xbb\xbf" + GOOD) == papers.issued()
    assert parse(GOOD.replace(b"<TypeCode>0101", b"<TypeCode><![CDATA[0101]]>", 1)) == papers.issued()
    assert parse(BODY) == papers.issued()
