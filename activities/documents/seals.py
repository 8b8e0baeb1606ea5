"""Seals and drawn signatures as images that can lie on paper: transparent PNG, cropped, of modest size."""

import io
import itertools
import json
import math
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFont, ImageOps

from models.files.paper_refusals import (
    SealEmpty,
    SealNotSquare,
    SealTooLarge,
    SealTooSmall,
    SealUnreadable,
    SignatureTooSmall,
    SignatureUnreadable,
)
from models.kernel.text import clean_line

SIZE_MAX_PX = 600
SOURCE_MAX_PX = 3000
SOURCE_MAX_MB = 10
SIZE_MIN_PX = 40
POINTS_MAX = 20_000
_DRAWING_MAX_BYTES = 2_000_000
_RED = (200, 32, 38)
_INK = (20, 24, 31)
_FONT = Path(__file__).parent / "fonts" / "NanumGothicBold.ttf"
# Lighter than this counts as paper, darker than the other bound as full ink; between them the edge fades.
_PAPER, _FULL = 225, 150

Stroke = list[tuple[float, float]]


def normalise_seal(data: bytes) -> bytes:
    """An uploaded seal (PNG or JPEG, up to 10 MB; 3000 px a side, photographs more) as transparent PNG of
    at most 600 px a side.

    White paper becomes transparent, margins are cut; equal input gives equal bytes. Refuses (Seal…) what is
    no image, too large, too small, empty, or more than twice as long as wide.
    """
    image = _read(data)
    image = _cut_out(image)
    box = image.getchannel("A").point(lambda a: 255 if a > 24 else 0).getbbox()  # noqa: PLR2004 - dust
    if box is None:
        raise SealEmpty
    image = image.crop(box)
    if min(image.size) < SIZE_MIN_PX:
        raise SealTooSmall(minimum_px=SIZE_MIN_PX)
    if max(image.size) > 2 * min(image.size):
        raise SealNotSquare
    image.thumbnail((SIZE_MAX_PX, SIZE_MAX_PX), Image.Resampling.LANCZOS)
    return _png(image)


def _read(data: bytes) -> Image.Image:
    too_large = SealTooLarge(limit_mb=SOURCE_MAX_MB, limit_px=SOURCE_MAX_PX)
    if len(data) > SOURCE_MAX_MB * 1_000_000:
        raise too_large
    try:
        # Only the head is read here: the size is known before any pixel takes memory. A photograph (JPEG) is
        # decoded at a fraction of its size, so a phone's twelve megapixels are fine.
        with Image.open(io.BytesIO(data), formats=("PNG", "JPEG")) as opened:
            opened.draft("RGB", (2 * SIZE_MAX_PX, 2 * SIZE_MAX_PX))
            if max(opened.size) > SOURCE_MAX_PX:
                raise too_large
            upright = ImageOps.exif_transpose(opened).convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise SealUnreadable from error
    upright.thumbnail((2 * SIZE_MAX_PX, 2 * SIZE_MAX_PX), Image.Resampling.BOX)
    return upright


def _cut_out(image: Image.Image) -> Image.Image:
    """Paper to transparent: what is opaque is judged by its darkest channel, so pale red is ink and grey is
    not.
    """
    red, green, blue, alpha = image.split()
    darkest = ImageChops.darker(ImageChops.darker(red, green), blue)
    span = _PAPER - _FULL
    ink = darkest.point(lambda v: max(0, min(255, (_PAPER - v) * 255 // span)))
    shape = ImageChops.multiply(alpha, ink)
    # What nobody sees must not fill the file: the scan's noise behind the transparent part goes.
    hidden = shape.point(lambda v: 0 if v else 255)
    colours = [ImageChops.lighter(channel, hidden) for channel in (red, green, blue)]
    return Image.merge("RGBA", (*colours, shape))


def default_seal(name: str) -> bytes:
    """A square red seal with a company's name, 「한빛네트웍스인」, as transparent PNG: for demo data and
    sandbox.
    """
    letters = "".join(clean_line(name).replace("㈜", "주식회사").replace("(주)", "주식회사").split())[:15] + "인"
    side = math.ceil(math.sqrt(len(letters)))
    size, edge = 480, 34
    cell = (size - 2 * edge) / side
    rows = math.ceil(len(letters) / side)
    image = Image.new("RGBA", (size, size), (*_RED, 0))
    pen = ImageDraw.Draw(image)
    pen.rounded_rectangle((6, 6, size - 7, size - 7), radius=28, outline=(*_RED, 255), width=16)
    tall = (size - 2 * edge) / rows
    font = ImageFont.truetype(str(_FONT), int(min(cell, tall) * 0.9))
    for index, letter in enumerate(letters):
        # Seals are read in columns from the right.
        column, row = divmod(index, rows)
        x = size - edge - cell * (column + 0.5) - _column_shift(len(letters), rows, side) * cell
        y = edge + tall * (row + 0.5)
        pen.text((x, y), letter, font=font, fill=(*_RED, 255), anchor="mm")
    return _png(image)


def _column_shift(letters: int, rows: int, side: int) -> float:
    """Half the columns that stay empty, so that the text is centred."""
    return (side - math.ceil(letters / rows)) / 2


def drawn_signature(drawing: str | bytes) -> bytes:
    """A signature from the pad as transparent PNG, at most 600 px wide.

    Takes the pad's JSON (a list of strokes, each a list of {x, y} or [x, y], or {"points": […]}) or the `d`
    of an SVG path in absolute M, L, Q and C. Refuses SignatureUnreadable and SignatureTooSmall.
    """
    strokes = [stroke for stroke in _strokes(drawing) if stroke]
    if sum(len(stroke) for stroke in strokes) > POINTS_MAX:
        raise SignatureUnreadable
    left, top, right, bottom = _box(strokes)
    if max(right - left, bottom - top) < 40 or _length(strokes) < 60:  # noqa: PLR2004 - px of the pad, 300 and wider
        raise SignatureTooSmall
    return _png(_inked(strokes, (left, top, right, bottom)))


def _inked(strokes: Sequence[Stroke], box: tuple[float, float, float, float]) -> Image.Image:
    left, top, right, bottom = box
    # Twice the size and shrunk: Pillow's lines are not smooth.
    scale = 2 * min(560 / max(right - left, 1), 240 / max(bottom - top, 1))
    half, margin = 7, 20
    size = (math.ceil((right - left) * scale) + 2 * margin, math.ceil((bottom - top) * scale) + 2 * margin)
    ink = Image.new("L", size, 0)
    pen = ImageDraw.Draw(ink)
    for stroke in strokes:
        points = [((x - left) * scale + margin, (y - top) * scale + margin) for x, y in stroke]
        pen.line(points, fill=255, width=2 * half, joint="curve")
        for x, y in points:
            pen.ellipse((x - half, y - half, x + half, y + half), fill=255)
    image = Image.new("RGBA", size, (*_INK, 0))
    image.putalpha(ink)
    return image.resize((max(1, size[0] // 2), max(1, size[1] // 2)), Image.Resampling.BOX)


def _strokes(drawing: str | bytes) -> list[Stroke]:
    if len(drawing) > _DRAWING_MAX_BYTES:
        raise SignatureUnreadable
    try:
        text = drawing.decode() if isinstance(drawing, bytes) else drawing
        strokes = _from_path(text) if text.lstrip().startswith(("M", "m")) else _from_json(text)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as error:
        raise SignatureUnreadable from error
    if not all(math.isfinite(n) and abs(n) < 100_000 for s in strokes for point in s for n in point):  # noqa: PLR2004
        raise SignatureUnreadable
    return strokes


def _from_json(text: str) -> list[Stroke]:
    found = json.loads(text)
    if not isinstance(found, list):
        raise TypeError
    return [[_point(p) for p in (group["points"] if isinstance(group, dict) else group)] for group in found]


def _point(point: Any) -> tuple[float, float]:
    x, y = (point["x"], point["y"]) if isinstance(point, dict) else (point[0], point[1])
    return float(x), float(y)


_NUMBERS = {"M": 2, "L": 2, "Q": 4, "C": 6}


def _from_path(path: str) -> list[Stroke]:
    strokes: list[Stroke] = []
    for letter, arguments in re.findall(r"([A-Za-z])([^A-Za-z]*)", path):
        numbers = [float(n) for n in re.findall(r"[-+]?[\d.]+", arguments)]
        step = _NUMBERS[letter]
        if not numbers or len(numbers) % step:
            raise ValueError(letter)
        for start in range(0, len(numbers), step):
            some = numbers[start : start + step]
            points = list(zip(some[::2], some[1::2], strict=True))
            if letter == "M":
                strokes.append(points)
            else:
                strokes[-1] += _curve([strokes[-1][-1], *points])
    return strokes


def _curve(controls: list[tuple[float, float]]) -> Stroke:
    """Points of a Bézier curve after its first one: 1 for a line, 8 for a curve."""
    if len(controls) == 2:  # noqa: PLR2004 - a line
        return controls[1:]
    return [_on_curve(controls, step / 8) for step in range(1, 9)]


def _on_curve(controls: list[tuple[float, float]], t: float) -> tuple[float, float]:
    while len(controls) > 1:
        pairs = itertools.pairwise(controls)
        controls = [(a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t) for a, b in pairs]
    return controls[0]


def _box(strokes: Sequence[Stroke]) -> tuple[float, float, float, float]:
    xs = [x for stroke in strokes for x, _ in stroke] or [0.0]
    ys = [y for stroke in strokes for _, y in stroke] or [0.0]
    return min(xs), min(ys), max(xs), max(ys)


def _length(strokes: Sequence[Stroke]) -> float:
    return sum(math.dist(a, b) for stroke in strokes for a, b in itertools.pairwise(stroke))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, format="PNG", compress_level=6)
    return out.getvalue()
