"""Registration numbers and phones: what can be told from the digits alone.

Checks that the registries have dropped (법인등록번호 since 2025-01-31, 주민등록번호 since 2020-10)
give warnings, never rejections.
"""

import datetime as dt
from enum import StrEnum

from models.kernel.text import digits

BRN_DIGITS = 10
CRN_DIGITS = 13
RRN_DIGITS = 13
_BRN_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_CRN_WEIGHTS = (1, 2) * 6
_RRN_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_BRN_OFFICE_MIN = 101
_CENTURIES = {"1": 1900, "2": 1900, "3": 2000, "4": 2000, "5": 1900, "6": 1900, "7": 2000, "8": 2000}
_CENTURIES |= {"9": 1800, "0": 1800}


class BrnFault(StrEnum):
    """What is wrong with a 사업자등록번호."""

    LENGTH = "brn_length"
    COMPONENT = "brn_component"
    CHECKSUM = "brn_checksum"


class BusinessKind(StrEnum):
    """What the middle digits of a 사업자등록번호 tell about its holder."""

    PERSON_TAXED = "person_taxed"  # 개인과세사업자
    PERSON_EXEMPT = "person_exempt"  # 개인면세사업자
    PERSON_UNREGISTERED_BODY = "person_body"  # 법인이 아닌 종교단체, 아파트관리사무소 등
    COMPANY = "company"  # 영리법인 본점
    COMPANY_BRANCH = "company_branch"  # 영리법인 지점
    NONPROFIT = "nonprofit"  # 비영리법인
    STATE = "state"  # 국가, 지방자치단체
    FOREIGN = "foreign"  # 외국법인


_BUSINESS_KINDS = {
    80: BusinessKind.PERSON_UNREGISTERED_BODY,
    81: BusinessKind.COMPANY,
    82: BusinessKind.NONPROFIT,
    83: BusinessKind.STATE,
    84: BusinessKind.FOREIGN,
    85: BusinessKind.COMPANY_BRANCH,
    86: BusinessKind.COMPANY,
    87: BusinessKind.COMPANY,
    88: BusinessKind.COMPANY,
    89: BusinessKind.PERSON_UNREGISTERED_BODY,
}


def brn_fault(text: str, *, checksum: bool = True) -> BrnFault | None:
    """The first fault of a 사업자등록번호, or None. `checksum=False` admits the manual's samples."""
    found = digits(text)
    if len(found) != BRN_DIGITS:
        return BrnFault.LENGTH
    office, middle, serial = int(found[:3]), int(found[3:5]), int(found[5:9])
    if office < _BRN_OFFICE_MIN or middle == 0 or serial == 0 or len(set(found)) == 1:
        return BrnFault.COMPONENT
    if checksum and _brn_check(found) != int(found[9]):
        return BrnFault.CHECKSUM
    return None


def _brn_check(found: str) -> int:
    total = sum(int(f) * w for f, w in zip(found, _BRN_WEIGHTS, strict=False))
    # The last weighted digit counts twice: as it is and as tens carried over.
    total += int(found[8]) * 5 // 10
    return (10 - total % 10) % 10


def brn_with_check(nine: str) -> str:
    """Nine digits completed by their check digit (demo data)."""
    found = digits(nine)
    if len(found) != BRN_DIGITS - 1:
        raise ValueError("nine digits expected")
    return f"{found}{_brn_check(found + '0')}"


def format_brn(text: str) -> str:
    """1208147521 -> 120-81-47521; anything else comes back as it was."""
    found = digits(text)
    return f"{found[:3]}-{found[3:5]}-{found[5:]}" if len(found) == BRN_DIGITS else text


def business_kind(text: str) -> BusinessKind:
    """What kind of holder a well-formed 사업자등록번호 has."""
    middle = int(digits(text)[3:5])
    if middle in _BUSINESS_KINDS:
        return _BUSINESS_KINDS[middle]
    return BusinessKind.PERSON_TAXED if middle < min(_BUSINESS_KINDS) else BusinessKind.PERSON_EXEMPT


def crn_warnings(text: str) -> tuple[str, ...]:
    """Doubts about a 법인등록번호: crn_length, crn_checksum. Only the length is a reason to ask again."""
    found = digits(text)
    if len(found) != CRN_DIGITS:
        return ("crn_length",)
    total = sum(int(f) * w for f, w in zip(found, _CRN_WEIGHTS, strict=False))
    return () if (10 - total % 10) % 10 == int(found[12]) else ("crn_checksum",)


def format_crn(text: str) -> str:
    """1301110006246 -> 130111-0006246; anything else comes back as it was."""
    found = digits(text)
    return f"{found[:6]}-{found[6:]}" if len(found) == CRN_DIGITS else text


def rrn_warnings(text: str) -> tuple[str, ...]:
    """Doubts about a 주민등록번호: rrn_length, rrn_birth_date, rrn_checksum (none exists since 2020-10)."""
    found = digits(text)
    if len(found) != RRN_DIGITS:
        return ("rrn_length",)
    if rrn_birth_date(found) is None:
        return ("rrn_birth_date",)
    total = sum(int(f) * w for f, w in zip(found, _RRN_WEIGHTS, strict=False))
    return () if (11 - total % 11) % 10 == int(found[12]) else ("rrn_checksum",)


def rrn_birth_date(text: str) -> dt.date | None:
    """The birth date in the first seven digits, None when there is no such day."""
    found = digits(text)
    if len(found) < 7:  # noqa: PLR2004 - six of the date, one for the century
        return None
    year = _CENTURIES[found[6]] + int(found[:2])
    try:
        return dt.date(year, int(found[2:4]), int(found[4:6]))
    except ValueError:
        return None


def rrn_is_foreign(text: str) -> bool:
    """True for 외국인등록번호 (seventh digit 5 to 8)."""
    return digits(text)[6:7] in set("5678")


_PHONE_PLANS = (
    # (prefix, total digits allowed, digits before the first hyphen)
    ("02", (9, 10), 2),
    ("050", (11, 12), 4),
    ("01", (10, 11), 3),
    ("0", (10, 11), 3),
)


def normalize_phone(text: str) -> str | None:
    """A Korean phone as it is stored and shown: 010-1234-5678, 02-123-4567, 1577-5500; None when it is none.

    Takes +82, full-width digits, any separators. It checks the shape, not whether the line exists.
    Foreign numbers keep their + and digits (7 to 15, E.164).
    """
    found = digits(text)
    if text.strip().startswith(("+", "＋")) and not found.startswith("82"):
        return f"+{found}" if 7 <= len(found) <= 15 else None  # noqa: PLR2004 - E.164
    if text.strip().startswith(("+", "＋")):
        found = "0" + found[2:].removeprefix("0")
    if len(found) == 8 and found[0] == "1" and found[1] in "568":  # noqa: PLR2004 - nationwide numbers
        return f"{found[:4]}-{found[4:]}"
    for prefix, lengths, head in _PHONE_PLANS:
        if found.startswith(prefix):
            return _hyphenated(found, head) if len(found) in lengths else None
    return None


def _hyphenated(found: str, head: int) -> str:
    return f"{found[:head]}-{found[head:-4]}-{found[-4:]}"


def is_mobile(phone: str) -> bool:
    """True for numbers that receive messages (01x)."""
    return phone.startswith("01")
