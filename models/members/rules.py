"""Companies and the people who may log in: their states, and who a person is for an act. Pure."""

from enum import StrEnum
from re import fullmatch

LOGIN_CHARS_MAX = 254  # RFC 5321 path length; the longest e-mail that can be delivered
STAFF_LOGIN = r"[a-z][a-z0-9-]{1,30}\.[a-z][a-z0-9-]{0,30}[0-9]{0,3}"
EMAIL_LOGIN = r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+"


class CompanyKind(StrEnum):
    """회원구분 with 사업자구분: what a partner is before the law."""

    CORPORATION = "corporation"
    SOLE = "sole"
    INDIVIDUAL = "individual"


class CompanyStatus(StrEnum):
    """Only ACTIVE has people who may log in. REJECTED may apply again, BLOCKED may not."""

    APPLYING = "applying"
    ACTIVE = "active"
    REJECTED = "rejected"
    PORTAL_UNUSED = "portal_unused"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"


class MemberStatus(StrEnum):
    """담당자 상태. Only ACTIVE may log in and act."""

    APPLYING = "applying"
    ACTIVE = "active"
    DORMANT = "dormant"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    BLOCKED = "blocked"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"


def normal_login(text: str) -> str:
    """One spelling for an id, however it was typed: trimmed and lower case."""
    return text.strip().lower()


def is_login(text: str) -> bool:
    """A partner's id is an e-mail address, a staff member's an English id such as ``amela.cha``."""
    return len(text) <= LOGIN_CHARS_MAX and bool(fullmatch(EMAIL_LOGIN, text) or fullmatch(STAFF_LOGIN, text))


def may_log_in(member: MemberStatus, company: CompanyStatus | None) -> bool:
    """Staff have no company; a partner's company must be active as well."""
    return member is MemberStatus.ACTIVE and company in {None, CompanyStatus.ACTIVE}
