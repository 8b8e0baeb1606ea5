"""The tax invoice on paper: the form of the statute in red (공급자 보관용) and in blue (공급받는자 보관용).

Up to four items both halves stand on one sheet, as the form is sold; more of them take a sheet for each copy, and
further sheets where one is not enough.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import Color, HexColor, white
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, PageBreak

from activities.documents import typesetting as setting
from activities.documents.typesetting import BOLD, INK, INK_3, REGULAR, Sheet, printable
from models.etax.document import Invoice
from models.tax_invoices.form import COPY_WORDS, LINES_MIN, Boxes, Copy, DigitBox, LineBoxes, PartyBoxes, boxes

WIDTH = setting.WIDTH / mm
INKS = {Copy.SUPPLIER: HexColor("#c02626"), Copy.BUYER: HexColor("#1d4fb8")}
TINTS = {Copy.SUPPLIER: HexColor("#fdf3f2"), Copy.BUYER: HexColor("#f1f5fd")}
ROWS_OF_SHEET = 22
"""Items on a sheet of its own, so that also an invoice with a trustee and a correction keeps to one."""
HEAD, PARTY_ROW, SUMS, AMENDED, LINES_HEAD, LINE, FOOT = 12.0, 7.8, 16.0, 6.2, 5.4, 6.2, 12.6
SMALLEST = 4.4
_LINE_WIDTHS = (7.0, 7.0, 42.0, 24.0, 14.0, 20.0, 23.0, 20.0, 13.0)
_EXEMPT_WIDTHS = (7.0, 7.0, 48.0, 28.0, 16.0, 22.0, 26.0, 16.0)


def paper(invoice: Invoice) -> bytes:
    """The invoice as PDF, both copies. One that is not issued says so, in its box and across the page."""
    form = boxes(invoice)
    name = f"{form.title} {form.approval if form.issued else ''}".strip()
    sheet = Sheet(
        title=name,
        foot=f"{name} · {form.supplier.name} → {form.buyer.name}",
        day=invoice.written_on,
        watermark="" if form.issued else "미발행",
        subject=form.title,
    )
    with setting.pressing():
        return setting.press(sheet, _story(form))


def _story(form: Boxes) -> list[Flowable]:
    if form.written_lines <= LINES_MIN and form.broker is None:
        return [_Form(form, Copy.SUPPLIER, form.lines), _Cut(), _Form(form, Copy.BUYER, form.lines)]
    sheets = [form.lines[at : at + ROWS_OF_SHEET] for at in range(0, len(form.lines), ROWS_OF_SHEET)]
    story: list[Flowable] = []
    for copy in Copy:
        for number, lines in enumerate(sheets, start=1):
            story += [_Form(form, copy, lines, f"{number} / {len(sheets)}" if len(sheets) > 1 else ""), PageBreak()]
    return story[:-1]


class _Cut(Flowable):  # type: ignore[misc]
    """Where the two halves are cut apart."""

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        return available, 11 * mm

    def draw(self) -> None:
        self.canv.setStrokeColor(INK_3)
        self.canv.setLineWidth(0.4)
        self.canv.setDash(2, 2)
        self.canv.line(0, 5.5 * mm, self.width, 5.5 * mm)
        self.canv.setDash()


@dataclass
class _Pen:
    """Draws boxes on the form; places in mm from its upper left corner."""

    canvas: Any
    height: float
    ink: Color
    tint: Color

    def label(self, text: str, x: float, y: float, width: float, height: float, size: float = 7.2) -> None:
        """A box of the form itself, in its ink."""
        self._box(x, y, width, height, self.tint)
        self.words(text, (x, y, width, height), size, "C", REGULAR, self.ink)

    def value(
        self, text: str, x: float, y: float, width: float, height: float, size: float = 8, *, align: str = "L",
        bold: bool = False,
    ) -> None:  # fmt: skip
        """A box with what was written."""
        self._box(x, y, width, height, white)
        self.words(text, (x, y, width, height), size, align, BOLD if bold else REGULAR, INK)

    def upright(self, text: str, x: float, y: float, width: float, height: float) -> None:
        """A heading whose letters stand one under the other."""
        self._box(x, y, width, height, self.tint)
        step = min(4.6, (height - 3) / len(text))
        top = y + (height - step * len(text)) / 2
        for number, letter in enumerate(text):
            self.words(letter, (x, top + step * number, width, step), 8, "C", REGULAR, self.ink)

    def outline(self, width: float) -> None:
        self.canvas.setStrokeColor(self.ink)
        self.canvas.setLineWidth(1.2)
        self.canvas.rect(0, 0, width * mm, self.height * mm, stroke=1, fill=0)

    def _box(self, x: float, y: float, width: float, height: float, fill: Color) -> None:
        self.canvas.setStrokeColor(self.ink)
        self.canvas.setLineWidth(0.4)
        self.canvas.setFillColor(fill)
        self.canvas.rect(x * mm, (self.height - y - height) * mm, width * mm, height * mm, stroke=1, fill=1)

    def words(
        self, text: str, place: tuple[float, float, float, float], size: float, align: str, font: str, ink: Color
    ) -> None:
        """Text within a box that is there already; `place` is x, y, width and height."""
        x, y, width, height = place
        room = width * mm - 4
        lines, size = _fitted(printable(text), font, size, room, height * mm)
        self.canvas.setFillColor(ink)
        self.canvas.setFont(font, size)
        leading = size * 1.22
        base = (self.height - y - height / 2) * mm + leading * len(lines) / 2 - size * 0.98
        for number, line in enumerate(lines):
            at = base - number * leading
            if align == "R":
                self.canvas.drawRightString((x + width) * mm - 2.5, at, line)
            elif align == "C":
                self.canvas.drawCentredString((x + width / 2) * mm, at, line)
            else:
                self.canvas.drawString(x * mm + 2.5, at, line)


def _fitted(text: str, font: str, size: float, width: float, height: float) -> tuple[list[str], float]:
    """Lines that keep to a box, smaller where they must; what does not fit even so ends in 「…」."""
    while True:
        lines = _broken(text, font, size, width)
        most = max(1, int(height / (size * 1.22)))
        if len(lines) <= most:
            return lines, size
        if size <= SMALLEST:
            kept = lines[:most]
            return [*kept[:-1], kept[-1][:-1] + "…"], size
        size -= 0.4


def _broken(text: str, font: str, size: float, width: float) -> list[str]:
    """Lines of a width: broken at spaces, inside a word only where it is wider than the box."""
    lines: list[str] = []
    for part in text.split("\n"):
        line = ""
        for word in part.split(" "):
            longer = f"{line} {word}" if line else word
            if pdfmetrics.stringWidth(longer, font, size) <= width:
                line = longer
                continue
            if line:
                lines.append(line)
            line = word
            while pdfmetrics.stringWidth(line, font, size) > width and len(line) > 1:
                cut = _cut(line, font, size, width)
                lines.append(line[:cut])
                line = line[cut:]
        lines.append(line)
    return lines


def _cut(word: str, font: str, size: float, width: float) -> int:
    cut = len(word) - 1
    while cut > 1 and pdfmetrics.stringWidth(word[:cut], font, size) > width:
        cut -= 1
    return cut


class _Form(Flowable):  # type: ignore[misc]
    """One copy with some of its items; `sheet` is 「1 / 3」 where they take several."""

    def __init__(self, form: Boxes, copy: Copy, lines: Sequence[LineBoxes], sheet: str = "") -> None:
        super().__init__()
        self.form, self.copy, self.lines, self.sheet = form, copy, lines, sheet
        sides = 2 if form.broker else 1
        self.tall = HEAD + 5 * PARTY_ROW * sides + SUMS + (AMENDED if form.amendment else 0)
        self.tall += LINES_HEAD + LINE * len(lines) + FOOT

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        return available, self.tall * mm

    def draw(self) -> None:
        pen = _Pen(self.canv, self.tall, INKS[self.copy], TINTS[self.copy])
        y = self._head(pen)
        half = WIDTH / 2
        _party(pen, self.form.supplier, 0, y, half)
        _party(pen, self.form.buyer, half, y, half)
        y += 5 * PARTY_ROW
        if self.form.broker:
            _party(pen, self.form.broker, 0, y, WIDTH)
            y += 5 * PARTY_ROW
        y = self._sums(pen, y)
        y = self._amended(pen, y)
        y = self._items(pen, y)
        self._foot(pen, y)
        pen.outline(WIDTH)

    def _head(self, pen: _Pen) -> float:
        form, left, row = self.form, 96.0, HEAD / 2
        pen.value("", 0, 0, left, HEAD)
        words = " ".join(form.title) + (f" ({form.trade})" if form.trade else "")
        pen.words(words, (4, 0.6, left - 8, 7.2), 15, "C", BOLD, pen.ink)
        sheet = f" · {self.sheet}" if self.sheet else ""
        pen.words(f"({COPY_WORDS[self.copy]}){sheet}", (4, 7.4, left - 8, 4.2), 7.4, "C", REGULAR, pen.ink)
        x = left
        for text, width, is_label in (
            ("책번호", 14, True),
            ("권", 13, False),
            ("호", 13, False),
            ("일련번호", 14, True),
        ):
            if is_label:
                pen.label(text, x, 0, width, row)
            else:
                pen.value("", x, 0, width, row)
                pen.words(text, (x, 0, width, row), 7.2, "R", REGULAR, pen.ink)
            x += width
        pen.value("", x, 0, WIDTH - x, row)
        pen.label("승인번호", left, row, 14, row)
        pen.value(form.approval, left + 14, row, WIDTH - left - 14, row, size=8.4, bold=form.issued)
        return HEAD

    def _sums(self, pen: _Pen, y: float) -> float:
        form = self.form
        columns: list[tuple[str, float]] = [("작성 연월일", 24.0), ("공란수", 10.0), ("공급가액", 54.0)]
        columns += [] if form.exempt else [("세액", 49.0)]
        columns.append(("비고", WIDTH - sum(width for _, width in columns)))
        x = 0.0
        for name, width in columns:
            pen.label(name, x, y, width, 5)
            x += width
        under, rest = y + 5, SUMS - 5
        pen.value(f"{form.written_on:%Y.%m.%d}", 0, under, 24, rest, size=8.6, align="C")
        pen.value(f"{form.blanks}", 24, under, 10, rest, align="C")
        _digits(pen, form.supply, 34, under, 54)
        if not form.exempt:
            _digits(pen, form.tax, 88, under, 49)
        pen.value(form.remarks, WIDTH - columns[-1][1], under, columns[-1][1], rest, size=7)
        return y + SUMS

    def _amended(self, pen: _Pen, y: float) -> float:
        if not self.form.amendment:
            return y
        pen.label("수정사유", 0, y, 20, AMENDED)
        pen.value(self.form.amendment, 20, y, 50, AMENDED)
        pen.label("당초승인번호", 70, y, 24, AMENDED)
        pen.value(self.form.original or "–", 94, y, WIDTH - 94, AMENDED)
        return y + AMENDED

    def _items(self, pen: _Pen, y: float) -> float:
        exempt = self.form.exempt
        names = ["월", "일", "품목", "규격", "수량", "단가", "공급가액", *([] if exempt else ["세액"]), "비고"]
        widths = _EXEMPT_WIDTHS if exempt else _LINE_WIDTHS
        x = 0.0
        for name, width in zip(names, widths, strict=True):
            pen.label(name, x, y, width, LINES_HEAD)
            x += width
        y += LINES_HEAD
        for line in self.lines:
            cells = [(line.month, "C"), (line.day, "C"), (line.name, "L"), (line.spec, "L"), (line.quantity, "R")]
            cells += [(line.unit_price, "R"), (line.amount, "R"), *([] if exempt else [(line.tax, "R")])]
            cells.append((line.note, "L"))
            x = 0.0
            for (text, align), width in zip(cells, widths, strict=True):
                pen.value(text, x, y, width, LINE, size=7.6, align=align)
                x += width
            y += LINE
        return y

    def _foot(self, pen: _Pen, y: float) -> None:
        form = self.form
        paid = (("합계금액", form.total), ("현금", form.cash), ("수표", form.cheque), ("어음", form.note))
        x = 0.0
        for name, amount in (*paid, ("외상미수금", form.credit)):
            width = 34.0 if name == "합계금액" else 25.0
            pen.label(name, x, y, width, 5.2)
            pen.value(amount, x, y + 5.2, width, FOOT - 5.2, size=8.6, align="R", bold=name == "합계금액")
            x += width
        pen.value(f"이 금액을 ({form.purpose}) 함", x, y, WIDTH - x, FOOT, size=8.6, align="C")


def _party(pen: _Pen, party: PartyBoxes, x: float, y: float, width: float) -> None:
    upright, label, second = 6.0, 15.0, 13.0
    pen.upright(party.heading, x, y, upright, 5 * PARTY_ROW)
    inner = x + upright
    room = width - upright - label - second
    first = room * 0.62
    rows = (
        (("등록번호", party.registration), ("종사업장", party.sub_registration)),
        (("상호\n(법인명)", party.name), ("성명\n(대표자)", party.representative)),
        (("사업장\n주소", party.address), None),
        (("업태", party.business_type), ("종목", party.business_class)),
        (("이메일", " · ".join(party.emails)), None),
    )
    for number, (one, other) in enumerate(rows):
        at = y + number * PARTY_ROW
        pen.label(one[0], inner, at, label, PARTY_ROW, 6.6)
        whole = first if other else first + second + room - first
        strong = number == 0
        pen.value(one[1], inner + label, at, whole, PARTY_ROW, size=10.4 if strong else 7.8, bold=strong)
        if other:
            pen.label(other[0], inner + label + first, at, second, PARTY_ROW, 6.6)
            pen.value(other[1], inner + label + first + second, at, room - first, PARTY_ROW, size=7.4)


def _digits(pen: _Pen, digits: Sequence[DigitBox], x: float, y: float, width: float) -> None:
    each = width / len(digits)
    for number, box in enumerate(digits):
        pen.label(box.place, x + number * each, y, each, 4, 6.2)
        pen.value(box.digit, x + number * each, y + 4, each, SUMS - 9, size=10, align="C", bold=True)
