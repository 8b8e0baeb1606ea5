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
    MEDIA_MANAGER = "media_manager"  # 제휴담당자
    MEDIA = "media"  # a person of a media partner (Harmony), by membership of studios and credits
    SYSTEM = "system"  # a step no person takes: timers, hubs, the next process


PARTNER_SIDE = frozenset({Role.PARTNER, Role.PARTNER_OWNER})
STAFF_SIDE = frozenset(
    {
        Role.BUYER,
        Role.REQUESTER,
        Role.RECEIVER,
        Role.INSPECTOR,
        Role.SETTLEMENT,
        Role.ADMIN,
        Role.MEDIA_MANAGER,
    }
)
MEDIA_SIDE = frozenset({Role.MEDIA})


def with_implied(roles: Iterable[Role]) -> frozenset[Role]:
    """The roles a person holds in fact: an owner contact is a contact too."""
    held = frozenset(roles)
    return held | {Role.PARTNER} if Role.PARTNER_OWNER in held else held


def is_staff(roles: Iterable[Role]) -> bool:
    """True for people of the buying company."""
    return not STAFF_SIDE.isdisjoint(roles)


def side_of(roles: Iterable[Role], company_id: int | None) -> str:
    """`buyer`, `partner`, `media` or `nobody`: no company alone makes nobody staff, a staff role must say so.

    The machine's own role counts as the house. Who is of Harmony is of nothing else, whatever else is held.
    """
    held = frozenset(roles)
    if not MEDIA_SIDE.isdisjoint(held):
        return "media"
    if company_id is not None:
        return "partner"
    return "buyer" if is_staff(held) or Role.SYSTEM in held else "nobody"
