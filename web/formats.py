"""Values as the screens show them: the shared wording, with – for what is not there and the state of a deadline."""

import datetime as dt
from typing import NamedTuple

from models.kernel import hangul_amount, wording
from models.kernel.calendar import KST

NONE = "–"
SOON = dt.timedelta(hours=8)


class Left(NamedTuple):
    """Time to a deadline in words (「3시간 20분」); `state` is "none", "ok", "soon" (under 8 hours) or "over"."""

    words: str
    state: str


def won(amount: int | None) -> str:
    """1200000 -> 1,200,000; nothing -> –."""
    return NONE if amount is None else f"{amount:,}"


def hangul(amount: int | None) -> str:
    """금 일백이십만 원; empty for nothing."""
    return "" if amount is None else hangul_amount.hangul_amount(amount)


def number(value: float | None) -> str:
    """A count or quantity with grouping; a whole number loses its point."""
    if value is None:
        return NONE
    return f"{int(value):,}" if value == int(value) else f"{value:,}"


def date(value: dt.date | dt.datetime | None) -> str:
    """2023.02.09, the day in Seoul."""
    if value is None:
        return NONE
    day = value.astimezone(KST) if isinstance(value, dt.datetime) else value
    return wording.date(day)


def moment(value: dt.datetime | None) -> str:
    """2023.02.09 16:42 in Seoul."""
    return NONE if value is None else wording.stamp(value)


def day_words(value: dt.date | dt.datetime | None) -> str:
    """2월 13일."""
    if value is None:
        return NONE
    day = value.astimezone(KST) if isinstance(value, dt.datetime) else value
    return f"{day.month}월 {day.day}일"


def moment_words(value: dt.datetime | None, now: dt.datetime) -> str:
    """2월 7일 14:20 in Seoul, with the year when it is another than this one."""
    if value is None:
        return NONE
    at = value.astimezone(KST)
    year = "" if at.year == now.astimezone(KST).year else f"{at.year}년 "
    return f"{year}{at.month}월 {at.day}일 {at:%H:%M}"


def deadline_words(value: dt.datetime | None) -> str:
    """2월 10일 (금) 18:00까지."""
    return NONE if value is None else f"{wording.moment(value)}까지"


def iso(value: dt.date | dt.datetime | None) -> str:
    """The machine-readable form for <time datetime> and date inputs."""
    if isinstance(value, dt.datetime):
        return value.astimezone(KST).isoformat(timespec="seconds")
    return value.isoformat() if value else ""


def left(due: dt.datetime | None, now: dt.datetime) -> Left:
    """How long until `due`; past it, how long ago with 지남."""
    if due is None:
        return Left(NONE, "none")
    rest = due - now
    if rest < dt.timedelta(0):
        return Left(wording.time_left(now, due), "over")
    return Left(wording.duration(rest), "soon" if rest < SOON else "ok")
