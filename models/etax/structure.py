"""The document held against the table of the standard: order, number, lengths, codes. It collects what it can read."""

import datetime as dt
import re
from bisect import bisect_right
from dataclasses import dataclass, field

from lxml import etree

from models.etax.layout import DS, MANY, NAMESPACE, PATTERNS, ROOT, SIGNATURE, Kind, Node
from models.etax.reading import ROOT_ATTRIBUTES
from models.etax.violations import Stage, Violation
from models.etax.wording import SENTENCES

_VALUE_FAULTS = {
    Kind.DIGITS: "not_digits",
    Kind.APPROVAL: "not_an_approval_number",
    Kind.DATE: "not_a_date",
    Kind.TIME: "not_a_time",
    Kind.WON: "not_whole_won",
    Kind.DECIMAL: "not_two_decimals",
    Kind.POSITION: "not_a_position",
}
_PATTERNS = {kind: re.compile(pattern) for kind, pattern in PATTERNS.items()}
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffd]")
_SIGNATURES = f"{{{DS}}}"
_INDEX = re.compile(r"\[(\d+)\]")
_SPACES = " \t\r\n"
_DAY = slice(0, 8)


_UNPLAIN = etree.XPath(
    "boolean(/*/text()[normalize-space()]"
    " | /*/*[not(self::ds:Signature)]/descendant-or-self::*[@* or (* and text()[normalize-space()])])",
    namespaces={"ds": DS},
)


def _labels(node: Node, path: str) -> dict[str, str]:
    found = {path: node.label}
    for child in node.children:
        found |= _labels(child, f"{path}/{child.name}")
    return found


LABELS = _labels(ROOT, f"/{ROOT.name}")
"""What people call an element, by its path without indexes."""


def _places(node: Node) -> dict[int, dict[str, int]]:
    found = {id(node): {f"{{{NAMESPACE}}}{child.name}": place for place, child in enumerate(node.children)}}
    for child in node.children:
        found |= _places(child)
    return found


_PLACES = _places(ROOT)
"""Place of each child in its parent, by the parent's identity: comparing nodes would compare their whole trees."""


@dataclass(slots=True)
class Reading:
    """What a walk over a document found. Elements that may repeat always carry their index in paths."""

    stage: Stage
    values: dict[str, str] = field(default_factory=dict)
    """Text of every leaf that is right by itself, by path."""
    present: set[str] = field(default_factory=set)
    """Every element of the standard that is there, right or not."""
    violations: list[Violation] = field(default_factory=list)
    plain: bool = False
    """No attribute below the root and no text between elements: then nobody need look for them."""

    def add(self, path: str, code: str, limit: int | str = "") -> None:
        """Note a violation with its sentence."""
        self.violations.append(Violation(path, code, f"{_label(path)}: {SENTENCES[code].format(limit=limit)}"))


def walk(root: etree._Element, stage: Stage) -> Reading:
    """Hold a tree that came through reading.tree against the standard."""
    reading = Reading(stage)
    path = f"/{ROOT.name}"
    reading.plain = not _UNPLAIN(root)
    if set(root.keys()) - ROOT_ATTRIBUTES:
        reading.add(path, "unexpected_attribute")
    children = [child for child in root if child.tag != SIGNATURE]
    _signature(reading, root, path)
    _branch(reading, ROOT, root, children, path)
    return reading


def _label(path: str) -> str:
    bare, index = _INDEX.sub("", path), _INDEX.search(path)
    while bare not in LABELS and "/" in bare[1:]:
        bare = bare.rpartition("/")[0]
    label = LABELS.get(bare, ROOT.label)
    return f"{index[1]}번째 {label}" if index else label


def _signature(reading: Reading, root: etree._Element, path: str) -> None:
    found = list(root.iter(SIGNATURE))
    path = f"{path}/Signature"
    if not found:
        if reading.stage is Stage.SIGNED:
            reading.add(path, "signature_missing")
        return
    if reading.stage is Stage.DRAFT:
        reading.add(path, "signature_present")
    if len(found) > 1:
        reading.add(f"{path}[2]", "signature_repeated")
        return
    following = found[0].getnext()
    if found[0].getparent() is not root or following is None or following.tag != _name("TaxInvoiceDocument"):
        reading.add(path, "signature_place")


def _name(local: str) -> str:
    return f"{{{NAMESPACE}}}{local}"


def _node(reading: Reading, node: Node, element: etree._Element, path: str) -> None:
    if not reading.plain and element.keys():
        reading.add(path, "unexpected_attribute")
    reading.present.add(path)
    if node.kind is None:
        _branch(reading, node, element, list(element), path)
    elif len(element):
        reading.add(path, "unexpected_element")
    else:
        _leaf(reading, node, element.text or "", path)


def _branch(reading: Reading, node: Node, element: etree._Element, children: list[etree._Element], path: str) -> None:
    if not reading.plain and any(text and text.strip(_SPACES) for text in (element.text, *(c.tail for c in element))):
        reading.add(path, "unexpected_text")
    places = _PLACES[id(node)]
    counts = [0] * len(node.children)
    read: list[tuple[int, str]] = []
    for child in children:
        place = places.get(child.tag)
        if place is None:
            if not child.tag.startswith(_SIGNATURES):
                reading.add(f"{path}/{etree.QName(child).localname}", "unknown_element")
            continue
        counts[place] += 1
        known = node.children[place]
        indexed = known.high > 1 or counts[place] > 1
        child_path = f"{path}/{known.name}[{counts[place]}]" if indexed else f"{path}/{known.name}"
        read.append((place, child_path))
        _one_of(reading, known, child, child_path, counts[place])
    for child_path in _misplaced(read):
        reading.add(child_path, "out_of_order")
    _count(reading, node, counts, path)


def _misplaced(read: list[tuple[int, str]]) -> list[str]:
    """The fewest elements that would have to move for all to stand in order."""
    places = [place for place, _ in read]
    if places == sorted(places):
        return []
    ends: list[int] = []  # index of the last element of the best ordered run of each length
    before: list[int] = []
    for index, place in enumerate(places):
        length = bisect_right(ends, place, key=places.__getitem__)
        before.append(ends[length - 1] if length else -1)
        ends[length : length + 1] = [index]
    kept, index = set(), ends[-1]
    while index >= 0:
        kept.add(index)
        index = before[index]
    return [path for index, (_, path) in enumerate(read) if index not in kept]


def _one_of(reading: Reading, node: Node, element: etree._Element, path: str, count: int) -> None:
    """One more element of a name: read it, unless there are too many."""
    if node.issued_only and reading.stage is Stage.DRAFT:
        reading.add(path, "not_for_draft")
    if count <= node.high:
        _node(reading, node, element, path)
    elif count == node.high + 1:
        reading.add(path, "too_many", node.high)


def _count(reading: Reading, node: Node, counts: list[int], path: str) -> None:
    if all(counts):
        return
    for child, count in zip(node.children, counts, strict=True):
        if not count and child.low and not (child.issued_only and reading.stage is Stage.DRAFT):
            reading.add(f"{path}/{child.name}", "missing")


def _leaf(reading: Reading, node: Node, text: str, path: str) -> None:
    fault = _text_fault(node, text) if node.kind is Kind.TEXT else _value_fault(node, text)
    if fault:
        reading.add(path, *fault)
    else:
        reading.values[path] = text


def _text_fault(node: Node, text: str) -> tuple[str, int | str] | None:
    if not text:
        return "empty", ""
    if _CONTROL.search(text):
        return "text_control", ""
    if text != text.strip(_SPACES):
        return "text_spaces", ""
    return ("too_long", node.longest) if len(text) > node.longest else None


def _value_fault(node: Node, text: str) -> tuple[str, int | str] | None:
    if not text:
        return "empty", ""
    if node.kind is Kind.CODE:
        return None if text in node.codes else ("unknown_code", "")
    kind = node.kind or Kind.TEXT
    if not _PATTERNS[kind].fullmatch(text) or (kind in {Kind.DATE, Kind.TIME} and not is_day(text[_DAY])):
        return _VALUE_FAULTS[kind], ""
    if kind is Kind.DIGITS:
        return _length_fault(node, text)
    return None


def _length_fault(node: Node, text: str) -> tuple[str, int | str] | None:
    if node.lengths and len(text) not in node.lengths:
        return "wrong_length", " 또는 ".join(str(length) for length in node.lengths)
    return ("too_long", node.longest) if len(text) > (node.longest or MANY) else None


def is_day(text: str) -> bool:
    """Whether eight digits are a day of the calendar."""
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return False
    return True
