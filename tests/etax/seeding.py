"""Errors put into a document by the paths the validator names."""

import re
from collections.abc import Callable

from lxml import etree

from models.etax.layout import DS, NAMESPACE

Edit = Callable[[etree._Element], None]
_STEP = re.compile(r"/(\w+)(\[\d+\])?")


def find(root: etree._Element, path: str) -> etree._Element:
    """The element a path of the validator leads to."""
    below = path.removeprefix("/TaxInvoice")
    found = root.xpath("." + _STEP.sub(r"/t:\1\2", below), namespaces={"t": NAMESPACE})
    assert len(found) >= 1, path
    return found[0]


def seeded(xml: bytes, *edits: Edit) -> bytes:
    """The document with the edits made."""
    root = etree.fromstring(xml)
    for edit in edits:
        edit(root)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8"))


def said(path: str, text: str) -> Edit:
    """The element says something else."""

    def edit(root: etree._Element) -> None:
        find(root, path).text = text

    return edit


def dropped(path: str) -> Edit:
    """The element is not there."""

    def edit(root: etree._Element) -> None:
        found = find(root, path)
        found.getparent().remove(found)

    return edit


def doubled(path: str) -> Edit:
    """The element stands there twice."""

    def edit(root: etree._Element) -> None:
        found = find(root, path)
        copy = etree.fromstring(etree.tostring(found, with_tail=False))
        found.addnext(copy)

    return edit


def before(path: str, xml: str) -> Edit:
    """Other XML stands before the element."""

    def edit(root: etree._Element) -> None:
        find(root, path).addprevious(_made(xml))

    return edit


def inside(path: str, xml: str) -> Edit:
    """Other XML stands at the end of the element."""

    def edit(root: etree._Element) -> None:
        find(root, path).append(_made(xml))

    return edit


def moved_first(path: str) -> Edit:
    """The element stands before its siblings."""

    def edit(root: etree._Element) -> None:
        found = find(root, path)
        found.getparent().insert(0, found)

    return edit


def marked(path: str, name: str, value: str) -> Edit:
    """The element has an attribute."""

    def edit(root: etree._Element) -> None:
        find(root, path).set(name, value)

    return edit


def tailed(path: str, text: str) -> Edit:
    """Text stands after the element."""

    def edit(root: etree._Element) -> None:
        find(root, path).tail = text

    return edit


def _made(xml: str) -> etree._Element:
    return etree.fromstring(f'<x xmlns="{NAMESPACE}" xmlns:ds="{DS}">{xml}</x>')[0]
