"""Attacks on the signature's place, profile, certificate and value."""

import base64
import re
from contextlib import suppress
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from models.etax import signature
from models.etax.build import HEADER, build
from models.etax.certificates import trust_fault
from models.etax.faults import BadSignature
from models.etax.layout import DS, NAMESPACE, SCHEMA_LOCATION, XSI
from models.etax.parse import parse
from models.etax.signature import sign, verify
from tests.etax import papers

OPEN = f'<TaxInvoice xmlns="{NAMESPACE}" xmlns:xsi="{XSI}" xsi:schemaLocation="{SCHEMA_LOCATION}">'
GOOD = build(papers.issued())
SIGNED = sign(GOOD, papers.signer())
SIGNATURE_AT = SIGNED.index(b"<ds:Signature ")
CONTENT_AT = SIGNED.index(b"<TaxInvoiceDocument>")


def _object(inside: str) -> bytes:
    return SIGNED.replace(b"</ds:KeyInfo>", f"</ds:KeyInfo><ds:Object>{inside}</ds:Object>".encode())


CONTENT = SIGNED[CONTENT_AT : -len(b"</TaxInvoice>")]
FORGED = build(replace(papers.issued(), grand_total=1))
FORGED_CONTENT = FORGED[FORGED.index(b"<TaxInvoiceDocument>") : -len(b"</TaxInvoice>")]
BODY = SIGNED.partition(b"\n")[2]
SIGNATURE = SIGNED[SIGNATURE_AT:CONTENT_AT]
HEAD = SIGNED[:SIGNATURE_AT]


def _with_content(content: bytes) -> bytes:
    return SIGNED[:CONTENT_AT] + content + b"</TaxInvoice>"


def _in_document(inside: str) -> bytes:
    return SIGNED.replace(b"<TaxInvoiceDocument>", f"<TaxInvoiceDocument>{inside}".encode())


WRAPPINGS = {
    "the signed part hidden in the signature, another in its place": (
        _object(CONTENT.decode()).replace(b"</ds:Signature>" + CONTENT, b"</ds:Signature>" + FORGED_CONTENT),
        "signature_smuggled",
    ),
    "another part before the signed one": (_with_content(FORGED_CONTENT + CONTENT), "signature_digest"),
    "another part after the signed one": (_with_content(CONTENT + FORGED_CONTENT), "signature_digest"),
    "a whole signed invoice inside another": (
        FORGED.replace(b"<TaxInvoiceDocument>", SIGNATURE + b"<TaxInvoiceDocument>").replace(
            b"</TaxInvoice>", BODY + b"</TaxInvoice>"
        ),
        "signature_repeated",
    ),
    "the signed invoice inside an unsigned one": (
        FORGED.replace(b"</TaxInvoice>", BODY + b"</TaxInvoice>"),
        "signature_place",
    ),
    "text in an element the XPath leaves out": (
        _in_document("<ExchangedDocument>0</ExchangedDocument>"),
        "signature_smuggled",
    ),
    "the same in another namespace": (
        _in_document('<ExchangedDocument xmlns="urn:x">0</ExchangedDocument>'),
        "signature_smuggled",
    ),
    "a root inside the root": (_in_document("<TaxInvoice>0</TaxInvoice>"), "signature_smuggled"),
    "a second ExchangedDocument": (
        SIGNED.replace(b"<ExchangedDocument>", b"<ExchangedDocument/><ExchangedDocument>"),
        "signature_smuggled",
    ),
    "an ExchangedDocument after the signature": (
        _with_content(CONTENT + b"<ExchangedDocument/>"),
        "signature_smuggled",
    ),
    "ExchangedDocument of another namespace": (
        SIGNED.replace(b"<ExchangedDocument>", b'<ExchangedDocument xmlns="urn:x"/><ExchangedDocument>'),
        "signature_smuggled",
    ),
    "a signature inside the signed part": (_in_document(SIGNATURE.decode()), "signature_repeated"),
    "an empty signature inside the signed part": (
        _in_document(f'<ds:Signature xmlns:ds="{DS}"/>'),
        "signature_repeated",
    ),
    "another element of the signature's namespace": (
        _in_document(f'<ds:Object xmlns:ds="{DS}"/>'),
        "signature_smuggled",
    ),
    "an attribute of the root": (SIGNED.replace(b"<TaxInvoice ", b'<TaxInvoice Id="x" '), "signature_smuggled"),
    "a language for the root": (SIGNED.replace(b"<TaxInvoice ", b'<TaxInvoice xml:lang="ko" '), "signature_smuggled"),
    "the signature first": (
        HEAD.replace(b"<ExchangedDocument>", SIGNATURE + b"<ExchangedDocument>") + CONTENT + b"</TaxInvoice>",
        "signature_place",
    ),
    "the signature last": (HEAD + CONTENT + SIGNATURE + b"</TaxInvoice>", "signature_place"),
    "the signature under another prefix": (
        SIGNED.replace(b"ds:", b"dsig:").replace(b"xmlns:ds=", b"xmlns:dsig="),
        "signature_profile",
    ),
    "no signature": (GOOD, "signature_missing"),
    "two signatures": (SIGNED.replace(SIGNATURE, SIGNATURE + SIGNATURE), "signature_repeated"),
    "the signature of another document": (
        FORGED.replace(b"<TaxInvoiceDocument>", SIGNATURE + b"<TaxInvoiceDocument>"),
        "signature_digest",
    ),
    "an object beside the key": (_object("x"), "signature_profile"),
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
def test_a_signature_cannot_be_wrapped_round_something_else(wrapping: str) -> None:
    xml, code = WRAPPINGS[wrapping]
    with pytest.raises(BadSignature) as caught:
        verify(xml)
    assert caught.value.code == code
    assert caught.value.sentence


def test_what_stands_beside_the_signed_part_is_never_read() -> None:
    """In the one place that is not signed nothing is an invoice."""
    xml = SIGNED.replace(b"</ExchangedDocument>", FORGED_CONTENT + b"</ExchangedDocument>")
    verify(xml)
    assert parse(xml) == papers.issued()


C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
CANONICAL = "CanonicalizationMethod Algorithm="
DSIG = "http://www.w3.org/2000/09/xmldsig#"
RSA_SHA256, SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256"
XSLT = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"></ds:Transform>'
LINE_NAMED = "ancestor-or-self::*[name() = 'TaxInvoiceTradeLineItem']"
PROFILES = {
    "SHA-1 digest": (SHA256, f"{DSIG}sha1"),
    "SHA-1 signature": (RSA_SHA256, f"{DSIG}rsa-sha1"),
    "HMAC": (RSA_SHA256, f"{DSIG}hmac-sha1"),
    "exclusive form": (f'{CANONICAL}"{C14N}"', f'{CANONICAL}"{EXCLUSIVE}"'),
    "form with comments": (f'{CANONICAL}"{C14N}"', f'{CANONICAL}"{C14N}#WithComments"'),
    "a reference by Id": ('URI=""', 'URI="#a"'),
    "a reference outside": ('URI=""', 'URI="http://127.0.0.1:9/x"'),
    "a reference with a type": ('URI=""', 'URI="" Type="x"'),
    "an XPath that leaves out everything": ("not(self::*", "false() and not(self::*"),
    "an XPath that leaves out more": ("ancestor-or-self::ds:Signature", LINE_NAMED),
    "an XPath whose prefix means something else": ("<ds:XPath>", '<ds:XPath xmlns:ds="urn:x">'),
    "no XPath": ("<ds:XPath>", "<ds:XPath/><ds:XPath>"),
    "a third transform": ("<ds:Transforms>", f"<ds:Transforms>{XSLT}"),
    "an enveloped transform": (
        f'<ds:Transform Algorithm="{C14N}"',
        f'<ds:Transform Algorithm="{DSIG}enveloped-signature"',
    ),
    "a second reference": ("</ds:Reference>", '</ds:Reference><ds:Reference URI=""></ds:Reference>'),
    "an Id": ("<ds:Transforms>", '<ds:Transforms Id="a">'),
    "an unknown element": ("<ds:Transforms>", "<ds:Transforms><x></x>"),
    "a truncated HMAC": ("</ds:SignatureMethod>", "<ds:HMACOutputLength>1</ds:HMACOutputLength></ds:SignatureMethod>"),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_another_profile_is_refused_though_it_is_properly_signed(profile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    old, new = PROFILES[profile]
    told = signature._SIGNED_INFO
    assert old in told
    monkeypatch.setattr("models.etax.signature._SIGNED_INFO", told.replace(old, new, 1))
    with pytest.raises(BadSignature) as caught:
        verify(sign(GOOD, papers.signer()))
    assert caught.value.code in {"signature_profile", "signature_smuggled"}


def test_the_signature_s_own_prefix_does_not_matter_the_xpath_s_does() -> None:
    own = re.sub(rb"(</?)ds:", rb"\1s:", SIGNATURE).replace(b"xmlns:ds", b"xmlns:s")
    own = own.replace(b"<s:XPath>", f'<s:XPath xmlns:ds="{DS}">'.encode())
    root = etree.fromstring(HEAD + own + CONTENT + b"</TaxInvoice>")
    info = etree.tostring(root.find(f".//{{{DS}}}SignedInfo"), method="c14n")
    value = papers.key().sign(info, padding.PKCS1v15(), hashes.SHA256())
    other = (HEAD + own + CONTENT + b"</TaxInvoice>").replace(VALUE, _base64(value))
    assert b"<s:Signature " in other
    assert verify(other).digest == verify(SIGNED).digest
    with pytest.raises(BadSignature) as caught:
        verify(other.replace(f'<s:XPath xmlns:ds="{DS}">'.encode(), b'<s:XPath xmlns:ds="urn:x">'))
    assert caught.value.code == "signature_profile"


def test_spaces_in_the_xpath_do_not_matter() -> None:
    told = signature._SIGNED_INFO
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("models.etax.signature._SIGNED_INFO", told.replace(" = ", "=").replace(" | ", "\n | "))
        other = sign(GOOD, papers.signer())
    assert verify(other).digest == verify(SIGNED).digest


def _base64(data: bytes) -> bytes:
    return base64.b64encode(data)


CERTIFICATE = SIGNED.partition(b"<ds:X509Certificate>")[2].partition(b"<")[0]
VALUE = SIGNED.partition(b"<ds:SignatureValue>")[2].partition(b"<")[0]
PARTS = {
    "somebody else's certificate": (CERTIFICATE, papers.authority().certificate_base64.encode(), "signature_value"),
    "no certificate": (CERTIFICATE, b"", "signature_profile"),
    "no base64": (CERTIFICATE, b"%%%", "signature_profile"),
    "no DER": (CERTIFICATE, _base64(b"hello"), "certificate_unreadable"),
    "certificate cut off": (CERTIFICATE, _base64(base64.b64decode(CERTIFICATE)[:-1]), "certificate_unreadable"),
    "another value": (VALUE, _base64(b"\x00" * 256), "signature_value"),
    "a short value": (VALUE, _base64(b"\x01"), "signature_value"),
    "a value of ones": (VALUE, b"====", "signature_profile"),
}


@pytest.mark.parametrize("part", PARTS)
def test_certificate_and_value_must_be_each_other_s(part: str) -> None:
    old, new, code = PARTS[part]
    with pytest.raises(BadSignature) as caught:
        verify(SIGNED.replace(old, new))
    assert caught.value.code == code


@pytest.mark.filterwarnings("ignore::cryptography.utils.CryptographyDeprecationWarning")
@pytest.mark.parametrize("change", [1, 0x20, 0xFF])
def test_a_certificate_damaged_anywhere_is_answered(change: int) -> None:
    """It is not covered by the signature it carries; who vouches for it is what tells a damaged one."""
    der, roots = base64.b64decode(CERTIFICATE), [papers.certificate(authority=True)]
    said = papers.certificate().tbs_certificate_bytes
    for at in range(len(der)):
        damaged = der[:at] + bytes([der[at] ^ change]) + der[at + 1 :]
        with suppress(BadSignature):
            found = verify(SIGNED.replace(CERTIFICATE, _base64(damaged))).certificate
            # What stands around the part that is vouched for may be written in more than one way.
            assert trust_fault(found, roots, papers.ISSUED) or found.tbs_certificate_bytes == said


def test_keys_that_are_too_short_or_of_another_sort_do_not_sign() -> None:
    weak = papers.lone(papers.key(1024))
    with pytest.raises(BadSignature) as caught:
        verify(sign(GOOD, weak))
    assert caught.value.code == "key_weak"
    with pytest.raises(BadSignature) as caught:
        verify(SIGNED.replace(CERTIFICATE, _base64(papers.curved())))
    assert caught.value.code == "key_not_rsa"


def test_what_is_signed_is_not_signed_again_and_what_is_no_invoice_not_at_all() -> None:
    with pytest.raises(BadSignature) as caught:
        sign(SIGNED, papers.signer())
    assert caught.value.code == "signature_present"
    with pytest.raises(BadSignature) as caught:
        sign(HEADER + f"{OPEN}<A/></TaxInvoice>".encode(), papers.signer())
    assert caught.value.code == "signature_place"
