"""The house's paper: fonts, styles, A4 pages with running feet, and text that never turns into boxes.

Equal input gives equal bytes (`invariant`): a step that is repeated makes the same file, so the same
content hash.
"""

import datetime as dt
import functools
import io
import threading
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.enums import TA_CENTER, TA_LEFT, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Flowable, Frame, PageTemplate, Paragraph, Table, TableStyle

from models.kernel import text as words

REGULAR, BOLD = "NanumGothic", "NanumGothicBold"
INK, INK_2, INK_3 = HexColor("#14181f"), HexColor("#4a5463"), HexColor("#68717f")
FAINT = HexColor("#a3acb8")
RULE, RULE_2, SHADE = HexColor("#c9cfd6"), HexColor("#e3e6ea"), HexColor("#f4f6f8")
MARGIN, TOP, BOTTOM = 20 * mm, 20 * mm, 22 * mm
WIDTH = A4[0] - 2 * MARGIN
_WATERMARK = Color(0.08, 0.10, 0.13, alpha=0.09)
_FONT_DIRECTORY = Path(__file__).parent / "fonts"

# reportlab keeps fonts and the parser of its paragraphs in module globals. The work is pure Python, so one
# build at a time costs nothing over several under the interpreter lock, and is safe in a thread pool.
_press = threading.RLock()
# Binary streams; the default is text, a quarter longer.
rl_config.useA85 = 0

# Signs that look alike where the font lacks one, spaces that would keep words together, and the invisible.
_REPLACED = {
    **dict.fromkeys((0x2011, 0x2212), "-"),
    **dict.fromkeys((0x09, 0x00A0, 0x2007, 0x202F), " "),
    **dict.fromkeys((0x200C, 0x200D, *range(0xFE00, 0xFE10)), ""),
}


@functools.cache
def _coverage() -> frozenset[int]:
    """Code points both weights can draw; the first call reads the fonts (0.6 s of CPU)."""
    faces = []
    with _press:
        for name in (REGULAR, BOLD):
            font = TTFont(name, str(_FONT_DIRECTORY / f"{name}.ttf"), asciiReadable=0)
            pdfmetrics.registerFont(font)
            faces.append(frozenset(font.face.charToGlyph))
    return faces[0] & faces[1]


def warm_up() -> None:
    """Read the fonts now, so that the first document of a worker is as fast as the others."""
    _coverage()


def printable(text: str) -> str:
    """NFC, without hidden characters; what the font lacks is written as its code point, 「[U+1F600]」.

    A box (or nothing) in a contract hides what was agreed; a code can be looked up and is in the text layer
    too.
    """
    if text.isascii() and text.isprintable():
        return text
    covered = _coverage()
    cleaned = words.without_controls(words.nfc(text)).translate(_REPLACED)
    return "".join(c if ord(c) in covered or c == "\n" else f"[U+{ord(c):04X}]" for c in cleaned)


def _style(size: float, leading: float = 1.6, **more: Any) -> ParagraphStyle:
    font = more.pop("font", REGULAR)
    return ParagraphStyle(
        f"{font}{size}{sorted(more)}",
        fontName=font,
        fontSize=size,
        leading=size * leading,
        textColor=more.pop("color", INK),
        splitLongWords=1,
        **more,
    )


BODY = _style(9.6, 1.7, spaceAfter=2.5)
# Numbered paragraphs hang by the width of their number.
ITEM = _style(9.6, 1.7, spaceAfter=2.5, leftIndent=12.5, firstLineIndent=-12.5)
HEADING_OF_TABLE = _style(10.2, 1.6, font=BOLD, spaceBefore=9, spaceAfter=2.5)
HEADING = _style(10.2, 1.6, font=BOLD, spaceBefore=9, spaceAfter=2.5, keepWithNext=1)
TITLE = _style(19, 1.4, font=BOLD, alignment=TA_CENTER)
CELL = _style(8.2, 1.4)
CELL_RIGHT = _style(8.2, 1.4, alignment=TA_RIGHT)
CELL_CENTER = _style(8.2, 1.4, alignment=TA_CENTER)
CELL_BOLD = _style(8.2, 1.4, font=BOLD)
LABEL = _style(8.2, 1.4, color=INK_2)
NOTE = _style(7.8, 1.55, color=INK_3)
LEAD = _style(10.2, 1.5, alignment=TA_CENTER)
_ALIGN = {"L": (CELL, TA_LEFT), "R": (CELL_RIGHT, TA_RIGHT), "C": (CELL_CENTER, TA_CENTER)}


def paragraph(text: str, style: ParagraphStyle = BODY) -> Paragraph:
    """Plain text as a paragraph: nothing in it is markup; line breaks stay. Words stay whole at line ends."""
    return Paragraph(escape(printable(text)).replace("\n", "<br/>"), style)


def paragraphs(text: str) -> list[Paragraph]:
    """A clause's text: one paragraph per line, lines that begin with a number hang."""
    lines = [line.strip() for line in text.split("\n")]
    return [paragraph(line, ITEM if _is_numbered(line) else BODY) for line in lines if line]


def _is_numbered(line: str) -> bool:
    head = line[:3]
    return "①" <= head[:1] <= "⑳" or (head[:1].isdigit() and head[1:2] in ".)") or head[1:3] == ". "


def _cell(text: str, width: float, align: str) -> Paragraph | str:
    """A table cell: a bare string when it fits on one line (far cheaper), else a paragraph."""
    shown = printable(text)
    style, _ = _ALIGN[align]
    fits = "\n" not in shown and pdfmetrics.stringWidth(shown, style.fontName, style.fontSize) <= width - 8
    return shown if fits else paragraph(shown, style)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a list: its head, its width in mm, and L, R or C."""

    head: str
    width: float
    align: str = "L"


def listing(columns: Sequence[Column], rows: Sequence[Sequence[str]], totals: Sequence[Sequence[str]] = ()) -> Table:
    """A table over as many pages as it needs, its head on each. `totals` are closing rows, as wide as the
    columns; their first cell spans all empty ones after it.
    """
    widths = [column.width * mm for column in columns]
    data: list[Sequence[Any]] = [[printable(column.head) for column in columns]]
    data += [[_cell(t, w, c.align) for t, w, c in zip(row, widths, columns, strict=True)] for row in rows]
    data += [[printable(t) for t in row] for row in totals]
    style = [
        ("FONT", (0, 0), (-1, -1), REGULAR, 8.2, 11),
        ("FONT", (0, 0), (-1, 0), BOLD, 7.8, 11),
        ("TEXTCOLOR", (0, 0), (-1, 0), INK_2),
        ("TEXTCOLOR", (0, 1), (-1, -1), INK),
        ("BACKGROUND", (0, 0), (-1, 0), SHADE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK_2),
        ("LINEBELOW", (0, 0), (-1, 0), 0.5, RULE),
        ("LINEBELOW", (0, 1), (-1, -1), 0.3, RULE_2),
        ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK_2),
        ("LEFTPADDING", (0, 0), (-1, -1), 4),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4),
        ("TOPPADDING", (0, 0), (-1, -1), 3.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    named = {"L": "LEFT", "R": "RIGHT", "C": "CENTER"}
    style += [("ALIGN", (i, 0), (i, -1), named[c.align]) for i, c in enumerate(columns)]
    for index, total in enumerate(totals, start=1 + len(rows)):
        style += _total_style(index, total)
    return Table(data, colWidths=widths, repeatRows=1, style=TableStyle(style))


def _total_style(row: int, total: Sequence[str]) -> list[tuple[Any, ...]]:
    filled = [i for i, text in enumerate(total) if text and i]
    last = (filled[0] if filled else len(total)) - 1
    return [
        ("SPAN", (0, row), (last, row)),
        ("ALIGN", (0, row), (last, row), "LEFT"),
        ("FONT", (0, row), (-1, row), BOLD, 8.2, 11),
        ("BACKGROUND", (0, row), (-1, row), SHADE),
        ("NOSPLIT", (0, row - 1), (-1, row)),
    ]


def facts(pairs: Sequence[tuple[str, str]], across: int = 2, wide: Sequence[str] = ()) -> Table:
    """Label and value pairs, `across` of them in a line; those named in `wide`, and the last of an
    unfinished line, take the rest of theirs.
    """
    label = 24 * mm
    value = WIDTH / across - label
    rows: list[list[Any]] = []
    style: list[tuple[Any, ...]] = list(_FACT_RULES)
    for line in _lines(pairs, across, wide):
        cells: list[Any] = []
        for name, text in line:
            style.append(("BACKGROUND", (len(cells), len(rows)), (len(cells), len(rows)), SHADE))
            cells += [paragraph(name, LABEL), paragraph(text or "–", CELL)]
        if len(line) < across:
            style.append(("SPAN", (len(cells) - 1, len(rows)), (-1, len(rows))))
            cells += [""] * (2 * across - len(cells))
        rows.append(cells)
    return Table(rows, colWidths=[label, value] * across, style=TableStyle(style))


def _lines(pairs: Sequence[tuple[str, str]], across: int, wide: Sequence[str]) -> list[list[tuple[str, str]]]:
    lines: list[list[tuple[str, str]]] = [[]]
    for pair in pairs:
        if lines[-1] and (len(lines[-1]) == across or pair[0] in wide or lines[-1][-1][0] in wide):
            lines.append([])
        lines[-1].append(pair)
    return lines


_FACT_RULES = [
    ("LINEABOVE", (0, 0), (-1, 0), 0.8, INK_2),
    ("LINEBELOW", (0, 0), (-1, -2), 0.3, RULE_2),
    ("LINEBELOW", (0, -1), (-1, -1), 0.8, INK_2),
    ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
    ("LEFTPADDING", (0, 0), (-1, -1), 6),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 4),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 4.5),
]


class Title(Flowable):  # type: ignore[misc]
    """A document's name: spaced out when it is short, as such papers are, else an ordinary heading."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = printable(text)
        self.wide = pdfmetrics.stringWidth(self.text, BOLD, 19) + 9 * len(self.text) < WIDTH * 0.7
        self.plain = paragraph(text, TITLE)

    def wrap(self, available: float, height: float) -> tuple[float, float]:
        self.width = available
        _, tall = self.plain.wrap(available, height)
        return available, tall + 14

    def draw(self) -> None:
        if not self.wide:
            self.plain.drawOn(self.canv, 0, 14)
            return
        self.canv.setFillColor(INK)
        self.canv.setFont(BOLD, 19)
        # The space after the last letter is not part of what is centred.
        self.canv.drawCentredString(self.width / 2 + 4.5, 20, self.text, charSpace=9)


@dataclass(frozen=True, slots=True)
class Sheet:
    """What stands on every page: the foot's left text, and the watermark of a draft (「초안」) or nothing.
    `day` is the paper's own date, which the file carries as its creation date: no clock is asked.
    """

    title: str
    foot: str
    day: dt.date
    watermark: str = ""
    subject: str = ""


class _Pages(Canvas):  # type: ignore[misc]
    """Holds all pages back until their number is known, then writes the feet with 「1 / 3」."""

    sheet: Sheet

    def __init__(self, *args: Any, sheet: Sheet, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sheet = sheet
        self.setDateFormatter(lambda *_now: f"D:{sheet.day:%Y%m%d}000000+09'00'")
        self.setViewerPreference("DisplayDocTitle", "true")
        self._held: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802 - reportlab's name
        self._held.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        held = self._held
        for number, page in enumerate(held, start=1):
            self.__dict__.update(page)
            self._furnish(number, len(held))
            super().showPage()
        super().save()

    def _furnish(self, number: int, total: int) -> None:
        if self.sheet.watermark:
            self.saveState()
            self.translate(A4[0] / 2, A4[1] / 2)
            self.rotate(35)
            self.setFillColor(_WATERMARK)
            self.setFont(BOLD, 150)
            self.drawCentredString(0, -50, self.sheet.watermark)
            self.restoreState()
        self.setStrokeColor(RULE_2)
        self.setLineWidth(0.4)
        self.line(MARGIN, 15 * mm, A4[0] - MARGIN, 15 * mm)
        self.setFillColor(INK_3)
        self.setFont(REGULAR, 7.6)
        self.drawString(MARGIN, 10.6 * mm, _shortened(self.sheet.foot, WIDTH - 60))
        self.drawRightString(A4[0] - MARGIN, 10.6 * mm, f"{number} / {total}")


def _shortened(text: str, width: float) -> str:
    shown = printable(text)
    if pdfmetrics.stringWidth(shown, REGULAR, 7.6) <= width:
        return shown
    while pdfmetrics.stringWidth(shown + "…", REGULAR, 7.6) > width:
        shown = shown[:-1]
    return shown.rstrip() + "…"


def press(sheet: Sheet, story: Sequence[Flowable]) -> bytes:
    """Set the story on A4 pages. Call inside `pressing()` with everything that makes the story."""
    out = io.BytesIO()
    document = BaseDocTemplate(
        out,
        pagesize=A4,
        title=printable(sheet.title),
        author="동반",
        subject=printable(sheet.subject),
        creator="동반",
        lang="ko-KR",
        invariant=1,
        pageCompression=1,
    )
    frame = Frame(MARGIN, BOTTOM, WIDTH, A4[1] - TOP - BOTTOM, 0, 0, 0, 0)
    document.addPageTemplates([PageTemplate(frames=[frame])])
    document.build(list(story), canvasmaker=functools.partial(_Pages, sheet=sheet))
    return out.getvalue()


def pressing() -> AbstractContextManager[bool]:
    """The lock under which a document is made, with the fonts loaded; use as `with pressing():`."""
    _coverage()
    return _press
