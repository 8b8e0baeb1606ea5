"""Our XSD of the standard (none was ever public), written from the layout, and what it says about a document.

PUBLISHED is `xsd()` for other people's tools; a test keeps it equal.
"""

import threading
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lxml import etree

from models.etax.layout import DS, MANY, NAMESPACE, PATTERNS, ROOT, Kind, Node

PUBLISHED = Path(__file__).with_name("tax_invoice.xsd")
_SCHEMA = "http://www.w3.org/2001/XMLSchema"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    f'<xs:schema xmlns:xs="{_SCHEMA}" xmlns="{NAMESPACE}" targetNamespace="{NAMESPACE}" '
    'elementFormDefault="qualified">\n'
)
_SIGNATURE = f'<xs:any namespace="{DS}" processContents="skip" minOccurs="0"/>'
_TEXT = r"\S|\S.*\S"
_STEP = "  "


def xsd(*, draft: bool = False) -> str:
    """The schema; for a draft what comes with the signature may be missing."""
    lines = [*_element(ROOT, _STEP, draft=draft), "</xs:schema>", ""]
    return _HEAD + "\n".join(lines)


def objections(root: etree._Element, *, draft: bool = False) -> list[str]:
    """Paths (libxml2's) of the elements the schema objects to."""
    schema = _compiled(draft=draft)
    if schema.validate(root):
        return []
    return [str(entry.path or "/") for entry in schema.error_log]


_compiled_here = threading.local()


def _compiled(*, draft: bool) -> etree.XMLSchema:
    """One compiled schema per thread: its list of errors belongs to the object."""
    name = "draft" if draft else "issued"
    found = getattr(_compiled_here, name, None)
    if found is None:
        found = etree.XMLSchema(etree.fromstring(xsd(draft=draft).encode()))
        setattr(_compiled_here, name, found)
    return found


def _element(node: Node, indent: str, *, draft: bool) -> list[str]:
    low = 0 if draft and node.issued_only else node.low
    bounds = ("" if low else ' minOccurs="0"') + ("" if node.high == 1 else f' maxOccurs="{node.high}"')
    opening = f"{indent}<xs:element name={quoteattr(node.name)}{bounds}>"
    inner = indent + _STEP
    inside = _simple(node, inner) if node.kind else _complex(node, inner, draft=draft)
    return [opening, *inside, f"{indent}</xs:element>"]


def _complex(node: Node, indent: str, *, draft: bool) -> list[str]:
    inner = indent + 2 * _STEP
    lines = [f"{indent}<xs:complexType>", f"{indent}{_STEP}<xs:sequence>"]
    for child in node.children:
        lines += _element(child, inner, draft=draft)
        if child.name == "ExchangedDocument" and not draft:
            lines.append(inner + _SIGNATURE)
    return [*lines, f"{indent}{_STEP}</xs:sequence>", f"{indent}</xs:complexType>"]


def _simple(node: Node, indent: str) -> list[str]:
    inner = indent + 2 * _STEP
    return [
        f"{indent}<xs:simpleType>",
        f'{indent}{_STEP}<xs:restriction base="xs:string">',
        *(f"{inner}<xs:{name} value={quoteattr(value)}/>" for name, value in _facets(node)),
        f"{indent}{_STEP}</xs:restriction>",
        f"{indent}</xs:simpleType>",
    ]


def _facets(node: Node) -> list[tuple[str, str]]:
    if node.kind is Kind.CODE:
        return [("enumeration", code) for code in node.codes]
    if node.kind is Kind.TEXT:
        return [("maxLength", str(node.longest)), ("pattern", _TEXT)]
    if node.kind is Kind.DIGITS:
        lengths = [f"{{{length}}}" for length in node.lengths] or [f"{{1,{node.longest or MANY}}}"]
        return [("pattern", "|".join(f"[0-9]{length}" for length in lengths))]
    return [("pattern", PATTERNS[node.kind or Kind.TEXT])]
