"""PDF: whole, openable without a password, and without scripts or launch actions."""

import io
import re
from typing import TYPE_CHECKING, Any

from models.files.rules import (
    PDF_OBJECTS_MAX,
    FileDamaged,
    FileDoubleFaced,
    FileKind,
    FileLocked,
    PdfActive,
    PdfTooComplex,
)

if TYPE_CHECKING:
    import pikepdf

PDF_SIGNATURE = b"%PDF-"
_END = b"%%EOF"
_PADDING = b"\x00\t\n\x0c\r \x1a"
_ACTIVE_NAMES = re.compile(rb"/(?:JavaScript|Launch|ImportData|RichMedia|XFA)(?![A-Za-z0-9])")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_ACTIVE_ACTIONS = frozenset({"/JavaScript", "/Launch", "/ImportData", "/Rendition"})
_ACTIVE_KEYS = frozenset({"/JS", "/JavaScript", "/XFA"})


def check_pdf(data: bytes) -> None:
    """Raises the refusal that fits: double-faced, damaged, locked, active, too complex.

    Names are looked for twice: in the raw bytes (older revisions and unreferenced objects too) and in the
    parsed objects (packed ones too).
    """
    _check_end(data)
    if _ACTIVE_NAMES.search(data) or _ACTIVE_NAMES.search(_ESCAPED.sub(_unescaped, data)):
        raise PdfActive
    _check_objects(data)


def _check_end(data: bytes) -> None:
    end = data.rfind(_END)
    if end < 0:
        raise FileDamaged
    if data[end + len(_END) :].strip(_PADDING):
        raise FileDoubleFaced(found=FileKind.PDF)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)])


def _check_objects(data: bytes) -> None:
    import pikepdf

    try:
        with pikepdf.open(io.BytesIO(data), suppress_warnings=True) as pdf:
            if not pdf.pages:
                raise FileDamaged
            _walk(pdf)
    except pikepdf.PasswordError as locked:
        raise FileLocked from locked
    except (pikepdf.PdfError, RecursionError, ValueError) as broken:
        raise FileDamaged from broken


def _walk(pdf: "pikepdf.Pdf") -> None:
    """Every object once; an object inside another is a reference, met on its own, or lies directly in it."""
    waiting: list[Any] = list(pdf.objects)
    waiting.append(pdf.trailer)
    seen = 0
    while waiting:
        seen += 1
        if seen > PDF_OBJECTS_MAX:
            raise PdfTooComplex
        waiting += _inner(waiting.pop())


def _inner(thing: Any) -> list[Any]:
    import pikepdf

    if isinstance(thing, pikepdf.Array):
        return [item for item in thing if _holds_more(item)]
    if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
        return []
    keys = set(thing.keys())
    if keys & _ACTIVE_KEYS or _name(thing, "/S") in _ACTIVE_ACTIONS or _name(thing, "/Subtype") == "/RichMedia":
        raise PdfActive
    return [item for key in keys if _holds_more(item := thing[key])]


def _holds_more(item: Any) -> bool:
    import pikepdf

    return isinstance(item, pikepdf.Array | pikepdf.Dictionary) and not item.is_indirect


def _name(thing: Any, key: str) -> str:
    import pikepdf

    value = thing.get(key)
    return str(value) if isinstance(value, pikepdf.Name) else ""
