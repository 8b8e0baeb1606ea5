"""XML from outside becomes a tree only past this door: small, UTF-8, no DTD, no comments, no instructions.

Comments and processing instructions are refused, not skipped: canonicalization drops comments, so that two
readers could see different text under one signature.
"""

import re

from lxml import etree

from models.etax.faults import Malformed
from models.etax.layout import NAMESPACE, XSI

BYTES_MAX = 512 * 1024
"""99 full lines take about 80 KB."""
DEPTH_MAX = 12
ELEMENTS_MAX = 2_000
TEXT_MAX = 16 * 1024
_DECLARATION = re.compile(rb"\A<\?xml\s[^>]*?\?>")
_ENCODING = re.compile(rb"""encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_BOM = b"\xef\xbb\xbf"
_XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
_ROOT = f"{{{NAMESPACE}}}TaxInvoice"
# What libxml2 answers in one go; a walk over all elements here would take longer than parsing did.
_COMMENTED = etree.XPath("(//comment() | //processing-instruction())/..")
_LONG_WINDED = etree.XPath(f"//text()[string-length() > {TEXT_MAX}]/..")
_WITH_ATTRIBUTES = etree.XPath("//*[@*]")
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (DEPTH_MAX + 1)})")
ROOT_ATTRIBUTES = frozenset({f"{{{XSI}}}schemaLocation"})


def tree(xml: bytes) -> etree._Element:
    """The root element. Raises Malformed; nothing is fetched, expanded or read from disk."""
    _look_at_bytes(xml)
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        collect_ids=False,
        remove_comments=False,
        remove_pis=False,
    )
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise Malformed("xml_not_well_formed", f"/line[{error.lineno or 0}]") from None
    _look_at_nodes(root)
    if root.tag != _ROOT or root.prefix is not None:
        raise Malformed("xml_root")
    return root


def _look_at_bytes(xml: bytes) -> None:
    if len(xml) > BYTES_MAX:
        raise Malformed("xml_too_large")
    declaration = _DECLARATION.match(xml.removeprefix(_BOM))
    named = _ENCODING.search(declaration[0]) if declaration else None
    if named and named[1].lower() not in {b"utf-8", b"utf8"}:
        raise Malformed("xml_encoding")
    try:
        xml.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed("xml_encoding") from None
    if b"\x00" in xml:
        raise Malformed("xml_encoding")
    # An element has two tags, or one: no element is made before this is known.
    if xml.count(b"<") > 2 * ELEMENTS_MAX:
        raise Malformed("xml_too_many_elements")
    # The bytes are UTF-8, so this sees every DTD; it also stops what a parser would do before one can ask it.
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise Malformed("xml_doctype")


def _look_at_nodes(root: etree._Element) -> None:
    if root.getroottree().docinfo.doctype or root.getprevious() is not None or root.getnext() is not None:
        raise Malformed("xml_outside_root")
    if _TOO_DEEP(root):
        raise Malformed("xml_too_deep")
    for element in _COMMENTED(root):
        raise Malformed("xml_comment", place(element))
    for element in _LONG_WINDED(root):
        raise Malformed("xml_text_too_long", place(element))
    ids: set[str] = set()
    for element in _WITH_ATTRIBUTES(root):
        _look_at_attributes(element, ids)


def _look_at_attributes(element: etree._Element, ids: set[str]) -> None:
    for name, value in element.attrib.items():
        if len(value) > TEXT_MAX:
            raise Malformed("xml_text_too_long", place(element))
        if name == _XML_ID or str(name).lower() == "id":
            if value in ids:
                raise Malformed("xml_duplicate_id", place(element))
            ids.add(str(value))


def place(element: etree._Element) -> str:
    """The path of an element, without indexes."""
    names = [element, *element.iterancestors()]
    return "/" + "/".join(etree.QName(each).localname for each in reversed(names) if isinstance(each.tag, str))
