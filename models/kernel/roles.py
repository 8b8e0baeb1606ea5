"""Who may act. A person holds several roles; the tables in `rules.py` name the roles of each act."""

from collections.abc import Iterable
from enum import StrEnum


class Role(StrEnum):
    PARTNER = "partner"  # 담당자: any active contact of a supplier company, or the individual supplier
    PARTNER_OWNER = "partner_owner"  # 주담당자
    BUYER = "buyer"  # 구매담당자
    REQUESTER = "requester"  # 현업담당자
    RECEIVER = "receiver"  # 입고담당자
    INSPECTOR = "inspector"  # 검수담당자
    SETTLEMENT = "settlement"  # 정산담당자
    ADMIN = "admin"  # 관리자
    SYSTEM = "system"  # a step no person takes: timers, hubs, the next process


PARTNER_SIDE = frozenset({Role.PARTNER, Role.PARTNER_OWNER})
STAFF_SIDE = frozenset({Role.BUYER, Role.REQUESTER, Role.RECEIVER, Role.INSPECTOR, Role.SETTLEMENT, Role.ADMIN})


def with_implied(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles a person holds in fact: an owner contact is a contact too."""
    held = frozenset(roles)
    return held | {Role.PARTNER} if Role.PARTNER_OWNER in held else held


def is_staff(roles: Iterable[Role]) -> bool:
    """True for people of the buying company."""
    return not STAFF_SIDE.isdisjoint(roles)
