"""Amounts in words, as contracts write them: 「금 일백이십만 원」."""

from collections.abc import Iterator

_DIGITS = ("", "일", "이", "삼", "사", "오", "육", "칠", "팔", "구")
_PLACES = ("", "십", "백", "천")
_GROUPS = ("", "만", "억", "조", "경")
_GROUP = 10_000


def hangul_number(number: int) -> str:
    """일백이십만: every place with its digit (일십, 일백), so nothing can be written in front. 0 is 영.

    Raises ValueError from 10^20 on.
    """
    if number == 0:
        return "영"
    if abs(number) >= _GROUP ** len(_GROUPS):
        raise ValueError("number out of range")
    groups = [_group(value) + unit for value, unit in zip(_values(abs(number)), _GROUPS, strict=False) if value]
    return ("마이너스 " if number < 0 else "") + "".join(reversed(groups))


def hangul_amount(won: int) -> str:
    """금 일백이십만 원."""
    return f"금 {hangul_number(won)} 원"


def _values(number: int) -> Iterator[int]:
    """Groups of four digits, the lowest first."""
    while number:
        number, value = divmod(number, _GROUP)
        yield value


def _group(value: int) -> str:
    figures = reversed(f"{value}")
    parts = [_DIGITS[int(f)] + place for f, place in zip(figures, _PLACES, strict=False) if f != "0"]
    return "".join(reversed(parts))
