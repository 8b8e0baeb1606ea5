"""The signature profile: octets held against vectors made by hand, and every way to change a signed document."""

import base64
import hashlib
import xml.dom.minidom
from collections.abc import Callable

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from models.etax.build import build
from models.etax.faults import BadSignature, Malformed
from models.etax.layout import DS, NAMESPACE, SCHEMA_LOCATION, XSI
from models.etax.parse import parse
from models.etax.reading import tree
from models.etax.signature import octets, sign, verify
from tests.etax import papers

XMLNS = f' xmlns="{NAMESPACE}" xmlns:xsi="{XSI}"'
OPEN = f'<TaxInvoice{XMLNS} xsi:schemaLocation="{SCHEMA_LOCATION}">'
EXCHANGED = "<ExchangedDocument><ID>1</ID></ExchangedDocument>"
GOOD = build(papers.issued())
SIGNED = sign(GOOD, papers.signer())
SIGNATURE_AT = SIGNED.index(b"<ds:Signature ")
CONTENT_AT = SIGNED.index(b"<TaxInvoiceDocument>")

VECTORS = {
    "one line": (
        f"{OPEN}<ExchangedDocument><ID>1</ID></ExchangedDocument><TaxInvoiceDocument>가</TaxInvoiceDocument></TaxInvoice>",
        f"{XMLNS}<TaxInvoiceDocument>가</TaxInvoiceDocument>",
    ),
    "the text of the root stays, around what is left out too": (
        f"{OPEN}\n  {EXCHANGED}\n  <ds:Signature xmlns:ds='{DS}'>x</ds:Signature>\n  <A>1</A>\n tail </TaxInvoice>",
        f"{XMLNS}\n  \n  \n  <A>1</A>\n tail ",
    ),
    "no declaration is repeated, one of its own stays": (
        f'{OPEN}<A xmlns="{NAMESPACE}"><o:B xmlns:o="urn:o" xmlns:xsi="{XSI}" o:c="1"/></A></TaxInvoice>',
        f'{XMLNS}<A><o:B xmlns:o="urn:o" o:c="1"></o:B></A>',
    ),
    "declarations stand in canonical order": (
        f'<TaxInvoice xmlns:xsi="{XSI}" xmlns:ds="{DS}" xmlns="{NAMESPACE}" xmlns:a="urn:a"><A/></TaxInvoice>',
        f' xmlns="{NAMESPACE}" xmlns:a="urn:a" xmlns:ds="{DS}" xmlns:xsi="{XSI}"<A></A>',
    ),
    "text in canonical form": (
        f"{OPEN}<A b='\"&#9;'>&#44032;&amp;&lt;&gt;<![CDATA[<&]]>&#13;\r\n&quot;'</A></TaxInvoice>",
        f'{XMLNS}<A b="&quot;&#x9;">가&amp;&lt;&gt;&lt;&amp;&#xD;\n"\'</A>',
    ),
    "attributes sorted, the root's left out": (
        f"{OPEN}<A z='2' a='1'  b = '3'></A ></TaxInvoice>",
        f'{XMLNS}<A a="1" b="3" z="2"></A>',
    ),
    "nothing but the root": (f"{OPEN}</TaxInvoice>", XMLNS),
}


@pytest.mark.parametrize("vector", VECTORS)
def test_the_octets_are_those_of_the_recipe(vector: str) -> None:
    xml, expected = VECTORS[vector]
    assert octets(tree(xml.encode())).decode() == expected


def test_a_digest_worked_out_with_nothing_but_a_text_editor_and_sha256sum() -> None:
    xml = (
        f"{OPEN}<ExchangedDocument><ID>x</ID></ExchangedDocument>"
        "<TaxInvoiceDocument><TypeCode>0101</TypeCode></TaxInvoiceDocument></TaxInvoice>"
    )
    assert hashlib.sha256(octets(tree(xml.encode()))).hexdigest() == (
        "948c119d6f6089362d6a5e876bddae211204f9d8b89e7ecdc2d1f09a400dd828"
    )


def test_the_octets_of_what_we_build_are_a_slice_of_it() -> None:
    """Built XML is canonical, so the digest can be told from its bytes without any XML library."""
    content = GOOD[GOOD.index(b"</ExchangedDocument>") + len("</ExchangedDocument>") : -len("</TaxInvoice>")]
    by_hand = XMLNS.encode() + content
    assert octets(tree(GOOD)) == by_hand
    assert octets(tree(SIGNED)) == by_hand
    digest = base64.b64encode(hashlib.sha256(by_hand).digest())
    assert b"<ds:DigestValue>" + digest + b"</ds:DigestValue>" in SIGNED
    assert verify(SIGNED).digest == base64.b64decode(digest)


def test_the_signed_info_is_canonical_in_its_place() -> None:
    """Inclusive canonicalization carries the root's declarations into SignedInfo; checked here by hand."""
    start, end = SIGNED.index(b"<ds:SignedInfo>"), SIGNED.index(b"</ds:SignedInfo>")
    inside = SIGNED[start + len(b"<ds:SignedInfo>") : end]
    by_hand = (
        f'<ds:SignedInfo xmlns="{NAMESPACE}" xmlns:ds="{DS}" xmlns:xsi="{XSI}">'.encode() + inside + b"</ds:SignedInfo>"
    )
    value = base64.b64decode(SIGNED.partition(b"<ds:SignatureValue>")[2].partition(b"<")[0])
    papers.key().public_key().verify(value, by_hand, padding.PKCS1v15(), hashes.SHA256())


def test_the_profile_of_the_standard() -> None:
    text = SIGNED.decode()
    names = [etree.QName(each).localname for each in tree(SIGNED).iter(f"{{{DS}}}*")]
    assert names == [
        "Signature",
        "SignedInfo",
        "CanonicalizationMethod",
        "SignatureMethod",
        "Reference",
        "Transforms",
        "Transform",
        "Transform",
        "XPath",
        "DigestMethod",
        "DigestValue",
        "SignatureValue",
        "KeyInfo",
        "X509Data",
        "X509Certificate",
    ]
    assert text.count("http://www.w3.org/TR/2001/REC-xml-c14n-20010315") == 2
    assert text.count("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256") == 1
    assert '<ds:Reference URI="">' in text
    assert (
        "<ds:XPath>not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] | "
        "ancestor-or-self::ds:Signature)</ds:XPath>"
    ) in text
    assert SIGNED[:SIGNATURE_AT].endswith(b"</ExchangedDocument>")


def test_only_the_signature_is_added_and_the_same_key_signs_the_same() -> None:
    end = SIGNED.index(b"</ds:Signature>") + len(b"</ds:Signature>")
    assert SIGNED[:SIGNATURE_AT] + SIGNED[end:] == GOOD
    assert sign(GOOD, papers.signer()) == SIGNED


@pytest.mark.parametrize("sort", papers.ALL)
def test_every_sort_can_be_signed_and_verified(sort: str) -> None:
    found = verify(sign(build(papers.issued(papers.ALL[sort])), papers.signer()))
    assert found.registration_number == papers.SUPPLIER_NUMBER
    assert found.certificate == papers.certificate()


def _minidom(xml_: bytes) -> bytes:
    return xml.dom.minidom.parseString(xml_.decode()).toxml(encoding="UTF-8")  # noqa: S318 - our own document


REWRITINGS: dict[str, Callable[[bytes], bytes]] = {
    "as it is": lambda xml_: xml_,
    "another library": _minidom,
    "twice": lambda xml_: _minidom(_minidom(xml_)),
    "without a declaration": lambda xml_: etree.tostring(etree.fromstring(xml_)),
    "character references": lambda xml_: etree.tostring(etree.fromstring(xml_), encoding="ascii").replace(
        b"<?xml version='1.0' encoding='ascii'?>", b""
    ),
    "canonical": lambda xml_: etree.tostring(etree.fromstring(xml_), method="c14n"),
    "byte order mark": lambda xml_: b"\xef\xbb\xbf" + xml_,
    "lines around the root": lambda xml_: xml_.replace(b"?>\n<", b"?>\r\n\r\n<") + b"\r\n",
    "quotes": lambda xml_: xml_.replace(b'URI=""', b"URI=''").replace(
        f'"{NAMESPACE}"'.encode(), f"'{NAMESPACE}'".encode()
    ),
    "short tags": lambda xml_: xml_.replace(b"></ds:DigestMethod>", b"/>").replace(b"></ds:SignatureMethod>", b" />"),
    "base64 in lines": lambda xml_: xml_.replace(b"</ds:X509Certificate>", b"\n</ds:X509Certificate>"),
    "CDATA": lambda xml_: xml_.replace(b"<TypeCode>0101<", b"<TypeCode><![CDATA[0101]]><"),
}


@pytest.mark.parametrize("rewriting", REWRITINGS)
def test_a_signature_survives_being_written_anew(rewriting: str) -> None:
    rewritten = REWRITINGS[rewriting](SIGNED)
    assert verify(rewritten).registration_number == papers.SUPPLIER_NUMBER
    assert parse(rewritten) == papers.issued()


def test_every_byte_of_the_signed_part_counts() -> None:
    """Each byte changed in turn; only what is no XML any more, or no signature, may come out."""
    end = len(SIGNED) - len(b"</TaxInvoice>")
    for at in range(CONTENT_AT, end):
        changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1]) + SIGNED[at + 1 :]
        with pytest.raises((BadSignature, Malformed)):
            verify(changed)


def test_every_byte_of_the_signed_info_and_the_value_counts() -> None:
    end = SIGNED.index(b"</ds:SignatureValue>")
    for at in range(SIGNATURE_AT, end, 3):
        changed = SIGNED[:at] + bytes([SIGNED[at] ^ 1]) + SIGNED[at + 1 :]
        with pytest.raises((BadSignature, Malformed)):
            verify(changed)


def test_every_element_of_the_signed_part_can_neither_go_nor_come_nor_move() -> None:
    count = len(list(tree(SIGNED).iter(f"{{{NAMESPACE}}}*")))
    for index in range(5, count):
        for change in (_gone, _twice, _said):
            root = tree(SIGNED)
            change(list(root.iter(f"{{{NAMESPACE}}}*"))[index])
            with pytest.raises(BadSignature):
                verify(etree.tostring(root))


def _gone(element: etree._Element) -> None:
    element.getparent().remove(element)


def _twice(element: etree._Element) -> None:
    element.addnext(etree.fromstring(etree.tostring(element, with_tail=False)))


def _said(element: etree._Element) -> None:
    element.text = (element.text or "") + " "


def test_what_the_standard_leaves_unsigned_may_change() -> None:
    """ExchangedDocument is not covered, so nothing that matters is ever taken from it alone."""
    later = SIGNED.replace(b"<IssueDateTime>20261122103005", b"<IssueDateTime>20261123103005")
    assert later != SIGNED
    assert verify(later).digest == verify(SIGNED).digest
    without = SIGNED[: SIGNED.index(b"<ExchangedDocument>")] + SIGNED[SIGNATURE_AT:]
    assert verify(without).digest == verify(SIGNED).digest
