"""The standard's signature: RSA-SHA256 over everything but ExchangedDocument and the signature itself.

The octets are the ones the tax service's side digests, which no XML signature library gives: the omitted root
leaves its namespace declarations (not its attributes) and its text, and no child repeats a declaration. That
is the canonical form of the whole document with the root's tags cut down to the declarations. See docs/adr/0010.
"""

import base64
import binascii
import copy
import hashlib
import hmac
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree

from models.etax.build import HEADER
from models.etax.certificates import UNREADABLE, CertificateIdentity, Credential, identity, public_key
from models.etax.faults import BadCertificate, BadSignature
from models.etax.layout import DS, NAMESPACE, ROOT, SIGNATURE
from models.etax.reading import ROOT_ATTRIBUTES, tree

C14N = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
XPATH = "http://www.w3.org/TR/1999/REC-xpath-19991116"
RSA_SHA256 = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"
EXPRESSION = (
    "not(self::*[name() = 'TaxInvoice'] | ancestor-or-self::*[name() = 'ExchangedDocument'] | "
    "ancestor-or-self::ds:Signature)"
)
_SIGNED_INFO = (
    f'<ds:CanonicalizationMethod Algorithm="{C14N}"></ds:CanonicalizationMethod>'
    f'<ds:SignatureMethod Algorithm="{RSA_SHA256}"></ds:SignatureMethod>'
    '<ds:Reference URI=""><ds:Transforms>'
    f'<ds:Transform Algorithm="{C14N}"></ds:Transform>'
    f'<ds:Transform Algorithm="{XPATH}"><ds:XPath>{EXPRESSION}</ds:XPath></ds:Transform>'
    f'</ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"></ds:DigestMethod>'
    "<ds:DigestValue>%s</ds:DigestValue></ds:Reference>"
)
_SIGNATURE = (
    f'<ds:Signature xmlns="{NAMESPACE}" xmlns:ds="{DS}"><ds:SignedInfo>%s</ds:SignedInfo>'
    "<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>%s"
    "</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
)
_DOCUMENT, _EXCHANGED = f"{{{NAMESPACE}}}TaxInvoiceDocument", f"{{{NAMESPACE}}}ExchangedDocument"
_KNOWN = frozenset({f"{{{NAMESPACE}}}{node.name}" for node in ROOT.children})
_SMUGGLED = etree.XPath(
    "boolean(/*/*//*[local-name() = 'TaxInvoice' or local-name() = 'ExchangedDocument']"
    " | /*/*[not(self::ds:Signature)]//ds:* | /*/ds:Signature//*[not(self::ds:*)])",
    namespaces={"ds": DS},
)
"""Below the root's children: names the XPath leaves out, parts of a signature outside it, other things inside it."""
_SHAPE = [
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
_ATTRIBUTES = (
    {"CanonicalizationMethod": ("Algorithm", C14N), "SignatureMethod": ("Algorithm", RSA_SHA256)}
    | {"Reference": ("URI", ""), "DigestMethod": ("Algorithm", SHA256)}
)  # fmt: skip
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature that holds: whose certificate, and the digest of what it covers. Trust is a question of its own."""

    certificate: x509.Certificate
    identity: CertificateIdentity
    digest: bytes

    @property
    def registration_number(self) -> str | None:
        """사업자등록번호 the certificate names, None when it names none."""
        return self.identity.registration_number


def sign(xml: bytes, credential: Credential) -> bytes:
    """The document with the signature before TaxInvoiceDocument, in canonical form.

    Malformed for XML that may not come in, BadSignature for one that has a signature or no place for one.
    """
    root = tree(xml)
    if root.find(f".//{SIGNATURE}") is not None:
        raise BadSignature("signature_present")
    document = root.find(_DOCUMENT)
    if document is None:
        raise BadSignature("signature_place")
    digest = base64.b64encode(hashlib.sha256(octets(root)).digest()).decode()
    signature = etree.fromstring(_SIGNATURE % (_SIGNED_INFO % digest, "", credential.certificate_base64))
    document.addprevious(signature)
    value = credential.key.sign(_canonical(signature[0]), padding.PKCS1v15(), hashes.SHA256())
    signature[1].text = base64.b64encode(value).decode()
    return HEADER + _canonical(root)


def verify(xml: bytes) -> Signed:
    """The signer of a document, BadSignature(code) when the signature does not hold, Malformed for unfit XML."""
    return verify_tree(tree(xml))


def verify_tree(root: etree._Element) -> Signed:
    """The same for a tree that came through reading.tree."""
    signature = _only_signature(root)
    _refuse_smuggling(root, signature)
    parts = _parts(signature)
    certificate = _certificate(parts["X509Certificate"])
    try:
        key, holder = public_key(certificate), identity(certificate)
    except BadCertificate as fault:
        raise BadSignature(fault.code) from None
    digest = hashlib.sha256(octets(root)).digest()
    if not hmac.compare_digest(digest, _decoded(parts["DigestValue"])):
        raise BadSignature("signature_digest")
    try:
        key.verify(
            _decoded(parts["SignatureValue"]), _canonical(parts["SignedInfo"]), padding.PKCS1v15(), hashes.SHA256()
        )
    except InvalidSignature:
        raise BadSignature("signature_value") from None
    return Signed(certificate, holder, digest)


def octets(root: etree._Element) -> bytes:
    """What the digest is taken over."""
    kept = copy.deepcopy(root)
    for element in list(kept):
        if element.tag in {SIGNATURE, _EXCHANGED}:
            _cut_out(element)
    for name in list(kept.attrib):
        del kept.attrib[name]
    canonical = _canonical(kept)
    # A quotation mark cannot stand inside a canonical attribute, so the first `">` ends the start tag.
    start = canonical.index(b'">')
    declarations = canonical[len(b"<TaxInvoice") : start + 1]
    return declarations + canonical[start + 2 : -len(b"</TaxInvoice>")]


def _canonical(element: etree._Element) -> bytes:
    return bytes(etree.tostring(element, method="c14n", exclusive=False, with_comments=False, with_tail=False))


def _cut_out(element: etree._Element) -> None:
    """Remove the element and keep the text after it."""
    parent, before = element.getparent(), element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)


def _only_signature(root: etree._Element) -> etree._Element:
    found = list(root.iter(SIGNATURE))
    if not found:
        raise BadSignature("signature_missing")
    if len(found) > 1:
        raise BadSignature("signature_repeated")
    following = found[0].getnext()
    if found[0].getparent() is not root or following is None or following.tag != _DOCUMENT:
        raise BadSignature("signature_place")
    return found[0]


def _refuse_smuggling(root: etree._Element, signature: etree._Element) -> None:
    """The XPath leaves out by written name wherever it stands, so such names may stand only where we read none."""
    if set(root.attrib) - ROOT_ATTRIBUTES:
        raise BadSignature("signature_smuggled")
    names = [element.tag for element in root if element is not signature and element.prefix is None]
    if len(names) != len(root) - 1 or set(names) - _KNOWN or names.count(_EXCHANGED) > 1:
        raise BadSignature("signature_smuggled")
    if _SMUGGLED(root):
        raise BadSignature("signature_smuggled")


def _parts(signature: etree._Element) -> dict[str, etree._Element]:
    """The signature's elements by name, after all of them were found to be exactly the profile's."""
    elements = list(signature.iterdescendants())
    names = [etree.QName(element).localname for element in elements]
    if names != _SHAPE or any(etree.QName(element).namespace != DS for element in elements):
        raise BadSignature("signature_profile")
    for element, name in zip(elements, names, strict=True):
        expected = dict([_ATTRIBUTES[name]]) if name in _ATTRIBUTES else {}
        if name != "Transform" and dict(element.attrib) != expected:
            raise BadSignature("signature_profile")
    transforms = [dict(element.attrib) for element in elements if element.tag == f"{{{DS}}}Transform"]
    if transforms != [{"Algorithm": C14N}, {"Algorithm": XPATH}]:
        raise BadSignature("signature_profile")
    parts = dict(zip(names, elements, strict=True))
    if _squeezed(parts["XPath"].text) != _squeezed(EXPRESSION) or parts["XPath"].nsmap.get("ds") != DS:
        raise BadSignature("signature_profile")
    return parts


def _squeezed(text: str | None) -> str:
    return re.sub(r"\s+", "", text or "")


def _decoded(element: etree._Element) -> bytes:
    text = _squeezed(element.text)
    if not _BASE64.fullmatch(text):
        raise BadSignature("signature_profile")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadSignature("signature_profile") from None


def _certificate(element: etree._Element) -> x509.Certificate:
    der = _decoded(element)
    try:
        return x509.load_der_x509_certificate(der)
    except UNREADABLE:
        raise BadSignature("certificate_unreadable") from None
