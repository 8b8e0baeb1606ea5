"""What the papers have in common: parties, amounts, dates, and the block with the seals."""

import datetime as dt
import io
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from PIL import Image
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.platypus import Flowable, Table, TableStyle

from activities.documents import typesetting as setting
from activities.documents.typesetting import paragraph, printable
from models.kernel.calendar import KST
from models.kernel.hangul_amount import hangul_amount
from models.kernel.money import format_minor

_SEAL = 20 * mm
_DRAWN_WIDTH, _DRAWN_HEIGHT = 34 * mm, 15 * mm
_LINE = 16 * mm


@dataclass(frozen=True, slots=True)
class Party:
    """One side of a paper. `registration` is printed as it is: a business number, or an individual's birth
    date (never a resident number). `contact` is the person in charge, already masked where it has to be.
    """

    name: str
    registration: str = ""
    representative: str = ""
    address: str = ""
    contact: str = ""
    individual: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What a party put on the paper: the image (PNG or JPEG, transparent or not) of a seal, or a drawn
    signature.
    """

    image: bytes
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Seals:
    """The marks of both sides; None where one did not sign."""

    buyer: Mark | None = None
    partner: Mark | None = None


def day_text(day: dt.date) -> str:
    """2023년 2월 9일."""
    return f"{day.year}년 {day.month}월 {day.day}일"


def day_short(day: dt.date | None) -> str:
    """2023.02.09, or nothing."""
    return f"{day:%Y.%m.%d}" if day else ""


def moment_text(at: dt.datetime) -> str:
    """2023.02.09 14:20:05, in Korea."""
    return f"{at.astimezone(KST):%Y.%m.%d %H:%M:%S}"


def quantity_text(quantity: Decimal | int) -> str:
    """1,200 or 2.5: no trailing zeros."""
    text = f"{Decimal(quantity):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount_words(amount_minor: int, currency: str = "KRW") -> str:
    """금 일백이십만 원 (₩1,200,000, VAT 별도); other currencies in figures only."""
    figures = format_minor(amount_minor, currency)
    if currency == "KRW":
        return f"{hangul_amount(amount_minor)} (₩{figures}, VAT 별도)"
    return f"{currency} {figures} (VAT 별도)"


def must_add_up(parts: Sequence[int], total: int, what: str) -> None:
    """ValueError when the lines of a paper do not make its total: such a paper is never printed."""
    if sum(parts) != total:
        raise ValueError(f"{what}: lines make {sum(parts)}, not {total}")


@dataclass(frozen=True, slots=True)
class _Picture:
    """An image ready to be drawn, with its size in points."""

    reader: ImageReader
    width: float
    height: float


def _picture(mark: Mark) -> _Picture:
    with Image.open(io.BytesIO(mark.image)) as opened:
        image = opened.convert("RGBA")
    across, tall = (_DRAWN_WIDTH, _DRAWN_HEIGHT) if mark.drawn else (_SEAL, _SEAL)
    scale = min(across / image.width, tall / image.height)
    return _Picture(ImageReader(image), image.width * scale, image.height * scale)


class _SigningLine(Flowable):  # type: ignore[misc]
    """「대표자  김도윤  (인)」 with the seal over the 「(인)」, or 「(서명)」 under a drawn signature."""

    def __init__(self, party: Party, mark: Mark | None) -> None:
        super().__init__()
        self.who = printable("성명" if party.individual else "대표자")
        self.name = printable(party.name if party.individual else party.representative)
        self.spot = "(서명)" if party.individual else "(인)"
        self.picture = _picture(mark) if mark else None

    def wrap(self, available: float, _height: float) -> tuple[float, float]:
        self.width = available
        return available, _LINE

    def draw(self) -> None:
        pen, middle = self.canv, _LINE / 2
        half = (self.picture.width if self.picture else _SEAL) / 2
        center = self.width - max(half, 12 * mm)
        room = center - 12 - 18 * mm
        size = min(10.5, 10.5 * room / max(1.0, pdfmetrics.stringWidth(self.name, setting.BOLD, 10.5)))
        pen.setFont(setting.REGULAR, 8.2)
        pen.setFillColor(setting.INK_2)
        pen.drawString(0, middle - 3, self.who)
        pen.setFillColor(setting.INK)
        pen.setFont(setting.BOLD, max(size, 5.5))
        pen.drawString(18 * mm, middle - 3.5, self.name)
        pen.setFont(setting.REGULAR, 9)
        pen.setFillColor(setting.FAINT)
        pen.drawCentredString(center, middle - 3, self.spot)
        if self.picture:
            # The transparent part stays transparent: the mark lies over the text as ink does.
            x, y = center - self.picture.width / 2, middle - self.picture.height / 2
            pen.drawImage(self.picture.reader, x, y, self.picture.width, self.picture.height, mask="auto")


def signature_block(roles: tuple[str, str], parties: tuple[Party, Party], marks: Seals | None) -> Table:
    """Both parties side by side under their roles (「갑 (발주처)」, 「을 (공급사)」), with their marks when
    given.
    """
    given = (marks.buyer, marks.partner) if marks else (None, None)
    gap, label = 8 * mm, 18 * mm
    value = (setting.WIDTH - gap) / 2 - label
    left, right = (_lines(party) for party in parties)
    rows: list[list[Flowable | str]] = [[_head(roles[0]), "", "", _head(roles[1]), ""]]
    rows += [[*_pair(*a), "", *_pair(*b)] for a, b in zip(left, right, strict=True) if a[1] or b[1]]
    rows.append([_SigningLine(parties[0], given[0]), "", "", _SigningLine(parties[1], given[1]), ""])
    return Table(rows, colWidths=[label, value, gap, label, value], style=TableStyle(_BLOCK))


def _head(role: str) -> Flowable:
    return paragraph(role, setting.CELL_BOLD)


def _lines(party: Party) -> list[tuple[str, str]]:
    """The same number of lines for everybody, so that both sides stand level."""
    number = "생년월일" if party.individual else "사업자번호"
    name = ("성명" if party.individual else "상호", party.name)
    return [name, (number, party.registration), ("주소", party.address), ("담당자", party.contact)]


def _pair(label: str, text: str) -> tuple[Flowable | str, Flowable | str]:
    return (paragraph(label, setting.LABEL), paragraph(text, setting.CELL)) if text else ("", "")


_BLOCK: list[tuple[object, ...]] = [
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 0),
    ("TOPPADDING", (0, 0), (-1, -2), 3.5),
    ("BOTTOMPADDING", (0, 0), (-1, -2), 3),
    ("TOPPADDING", (0, -1), (-1, -1), 5),
    ("BOTTOMPADDING", (0, -1), (-1, -1), 0),
]
for _first, _last in ((0, 1), (3, 4)):
    _BLOCK += [
        ("SPAN", (_first, 0), (_last, 0)),
        ("SPAN", (_first, -1), (_last, -1)),
        ("LINEABOVE", (_first, 0), (_last, 0), 0.8, setting.INK_2),
        ("LINEBELOW", (_first, 0), (_last, 0), 0.3, setting.RULE),
    ]
