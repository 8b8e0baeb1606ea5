"""승인번호: day of writing (8), the registrar's number at the tax service (8 digits), serial (8, may hold letters)."""

import datetime as dt
import re
from dataclasses import dataclass

LENGTH = 24
_REGISTRAR = re.compile(r"\d{8}", re.ASCII)
_SERIAL = re.compile(r"[0-9A-Za-z]{8}", re.ASCII)
_SERIAL_MAX = 99_999_999


@dataclass(frozen=True, slots=True)
class ApprovalNumber:
    """The parts of a 승인번호."""

    written_on: dt.date
    registrar: str
    serial: str

    def __str__(self) -> str:
        return f"{self.written_on:%Y%m%d}{self.registrar}{self.serial}"


def approval_number(written_on: dt.date, registrar: str, serial: int | str) -> str:
    """2026-11-22, "41000073", 7 -> "202611224100007300000007". ValueError for parts of another shape."""
    if isinstance(serial, int):
        if not 0 <= serial <= _SERIAL_MAX:
            raise ValueError(f"a serial has eight digits, not {serial}")
        serial = f"{serial:08d}"
    if not _REGISTRAR.fullmatch(registrar) or not _SERIAL.fullmatch(serial):
        raise ValueError("a registrar has eight digits, a serial eight digits or letters")
    return str(ApprovalNumber(written_on, registrar, serial))


def read_approval_number(text: str) -> ApprovalNumber | None:
    """The parts of a 승인번호 (hyphens and spaces as people paste it are fine), None when it is none."""
    found = re.sub(r"[\s-]", "", text)
    registrar, serial = found[8:16], found[16:]
    if not (_REGISTRAR.fullmatch(found[:8]) and _REGISTRAR.fullmatch(registrar) and _SERIAL.fullmatch(serial)):
        return None
    try:
        day = dt.date(int(found[:4]), int(found[4:6]), int(found[6:8]))
    except ValueError:
        return None
    return ApprovalNumber(day, registrar, serial)


def format_approval_number(text: str) -> str:
    """20261122-41000073-00000007, as forms print it; anything else comes back as it was."""
    return f"{text[:8]}-{text[8:16]}-{text[16:]}" if len(text) == LENGTH else text
