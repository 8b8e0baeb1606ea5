"""Document numbers: a two-letter kind, the day and a daily running number: CR20260120-007."""

import datetime as dt
import re
from dataclasses import dataclass

KINDS = {
    "BI": "공고번호",
    "CR": "계약번호",
    "PO": "발주번호",
    "IV": "정산번호",
    "PR": "요청번호",
    "PA": "의뢰번호",
    "PX": "의뢰번호",
    "MB": "가입요청번호",
    "CV": "전환가입번호",
    "MC": "변경요청번호",
    "WD": "탈퇴요청번호",
    "IN": "초대번호",
    "TX": "세금계산서번호",
    "PF": "지급파일번호",
}
_SHAPE = re.compile(r"([A-Z]{2})(\d{4})(\d{2})(\d{2})-(\d{3,9})", re.ASCII)


@dataclass(frozen=True)
class Number:
    """The parts of a document number."""

    kind: str
    day: dt.date
    serial: int

    def __str__(self) -> str:
        return format_number(self.kind, self.day, self.serial)


def format_number(kind: str, day: dt.date, serial: int) -> str:
    """CR, 2026-01-20, 7 -> CR20260120-007; past 999 it widens. ValueError: unknown kind, serial < 1."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}")
    if serial < 1:
        raise ValueError("a serial starts at 1")
    return f"{kind}{day:%Y%m%d}-{serial:03d}"


def parse_number(text: str) -> Number | None:
    """The parts of a number as people paste it (spaces around, small letters); None when it is none."""
    found = _SHAPE.fullmatch(text.strip().upper())
    if found is None or found[1] not in KINDS:
        return None
    try:
        day = dt.date(int(found[2]), int(found[3]), int(found[4]))
    except ValueError:
        return None
    serial = int(found[5])
    # 0007 and 000 are not how a number is written, and one document has one spelling.
    return Number(found[1], day, serial) if serial and f"{serial:03d}" == found[5] else None


def with_version(number: str, version: int) -> str:
    """PO20230130-002 (1차)."""
    return f"{number} ({version}차)"
