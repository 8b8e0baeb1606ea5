"""Bar charts as plain numbers a template writes as SVG: no script, printable, the table below says the same."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 64, 8, 16, 26
LINES = 4
WIDEST = 44
SCALES = ((1_0000_0000, "억"), (1_0000, "만"))


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its place, what stands under it, what it says."""

    x: float
    y: float
    width: float
    height: float
    middle: float
    label: str
    value: int
    current: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A level: where it is and what it stands for (「400만」)."""

    y: float
    words: str


@dataclass(frozen=True, slots=True)
class Chart:
    width: int
    height: int
    base: float
    left: int
    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]


def bars(items: Sequence[tuple[str, int]], current: str = "") -> Chart:
    """A chart of (label, value) pairs, negative values below the base line. `current`: the label that is marked."""
    values = [value for _, value in items]
    step = _step(max([*values, 0]) - min([*values, 0]))
    high, low = _up(max([*values, 0]), step), -_up(-min([*values, 0]), step)
    high = high or step
    scale = (HEIGHT - TOP - BOTTOM) / (high - low)
    base = TOP + high * scale
    slot = (WIDTH - LEFT - RIGHT) / max(1, len(items))
    width = min(WIDEST, slot * 0.62)
    drawn = []
    for number, (label, value) in enumerate(items):
        middle = LEFT + slot * (number + 0.5)
        tall = abs(value) * scale
        drawn.append(
            Bar(
                x=round(middle - width / 2, 1),
                y=round(base - tall if value >= 0 else base, 1),
                width=round(width, 1),
                height=round(tall, 1),
                middle=round(middle, 1),
                label=label,
                value=value,
                current=label == current,
            )
        )
    levels = range(low, high + 1, step)
    lines = tuple(Line(round(base - level * scale, 1), short(level)) for level in levels)
    return Chart(WIDTH, HEIGHT, round(base, 1), LEFT, tuple(drawn), lines)


def _step(spread: int) -> int:
    """A round distance between levels: 1, 2 or 5 times a power of ten, so that about four of them cover the spread."""
    wanted = max(1, -(-spread // LINES))
    power: int = 10 ** (len(str(wanted)) - 1)
    return next(times * power for times in (1, 2, 5, 10) if times * power >= wanted)


def _up(value: int, step: int) -> int:
    return -(-max(0, value) // step) * step


def short(amount: int) -> str:
    """4000000 -> 400만, 150000000 -> 1.5억; small ones as they are."""
    for unit, words in SCALES:
        if abs(amount) >= unit:
            return f"{amount / unit:,.1f}".removesuffix(".0") + words
    return f"{amount:,}"
