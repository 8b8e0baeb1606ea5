"""The two portals: who sees which menu, and what the frame around every page knows about the person."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from models.kernel.roles import Role, is_staff


class Audience(StrEnum):
    PARTNER = "partner"  # 협력사
    OFFICE = "office"  # the buying company
    MEDIA = "media"  # Harmony


@dataclass(frozen=True, slots=True)
class Link:
    """One menu entry. `count` names the number shown beside it; `roles` empty: everybody of the portal.

    `individual`: for 개인회원 only, or not for them; None: for both.
    """

    label: str
    href: str
    count: str = ""
    roles: frozenset[Role] = frozenset()
    individual: bool | None = None


@dataclass(frozen=True, slots=True)
class Group:
    label: str
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Shell:
    """What the frame shows about the person who is logged in; put into `request.state.shell` by the session.

    `session_ends_at` is the instant after which the session is idle (the page warns two minutes before).
    """

    audience: Audience
    name: str
    company: str = ""
    roles: frozenset[Role] = frozenset()
    csrf: str = ""
    inbox_count: int = 0
    notification_count: int = 0
    on_behalf_of: str = ""
    individual: bool = False
    session_ends_at: dt.datetime | None = None


OWNER = frozenset({Role.PARTNER_OWNER})
HARMONY_STAFF = frozenset({Role.MEDIA_MANAGER, Role.ADMIN})
CREDIT_STAFF = frozenset({Role.SETTLEMENT, Role.MEDIA_MANAGER, Role.ADMIN})
TOP = (Link("내 할 일", "/inbox", count="inbox"), Link("홈", "/"), Link("공지사항", "/announcements"))

PARTNER_MENU = (
    Group("", TOP),
    Group("입찰", (Link("입찰진행현황", "/bids"),)),
    Group(
        "계약",
        (
            Link("초안검토목록", "/contracts/drafts"),
            Link("계약목록", "/contracts"),
            Link("계약품목현황", "/contracts/items"),
        ),
    ),
    Group("발주", (Link("발주서목록", "/orders"), Link("발주품목현황", "/orders/items"))),
    Group(
        "입고 · 검수",
        (
            Link("납품일정계획", "/deliveries"),
            Link("입고취소확인", "/deliveries/cancellations"),
            Link("검수완료현황", "/inspections"),
            Link("검수취소확인", "/inspections/cancellations"),
        ),
    ),
    Group(
        "정산",
        (
            Link("계산서발행요청확인", "/settlements/requests"),
            Link("계산서취소요청확인", "/settlements/cancellations"),
            Link("세금계산서", "/tax-invoices"),
            Link("정산완료내역", "/settlements"),
        ),
    ),
    Group(
        "회원",
        (
            Link("회원정보", "/company", individual=True),
            Link("기업정보", "/company", roles=OWNER, individual=False),
            Link("회원정보", "/company/me", individual=False),
            Link("담당자관리", "/company/contacts", roles=OWNER, individual=False),
            Link("부담당자 가입요청", "/signups", roles=OWNER, individual=False),
        ),
    ),
)

OFFICE_MENU = (
    Group("", TOP),
    Group("입찰", (Link("입찰공고", "/bids"),)),
    Group(
        "계약",
        (
            Link("초안검토", "/contracts/drafts"),
            Link("계약목록", "/contracts"),
            Link("계약품목현황", "/contracts/items"),
        ),
    ),
    Group("발주", (Link("발주서목록", "/orders"), Link("발주품목현황", "/orders/items"))),
    Group("납품 · 입고", (Link("납품일정", "/deliveries"), Link("입고취소", "/deliveries/cancellations"))),
    Group("검수", (Link("검수현황", "/inspections"), Link("검수취소", "/inspections/cancellations"))),
    Group(
        "정산",
        (
            Link("발행요청", "/settlements/requests"),
            Link("취소요청", "/settlements/cancellations"),
            Link("세금계산서", "/tax-invoices"),
            Link("정산내역", "/settlements"),
        ),
    ),
    Group(
        "하모니",
        (
            Link("스튜디오", "/studios", roles=HARMONY_STAFF),
            Link("크레딧", "/credits", roles=HARMONY_STAFF),
            Link("초대이력", "/invitations", roles=HARMONY_STAFF),
        ),
    ),
    Group(
        "크레딧 정산",
        (
            Link("월 정산", "/credit-runs", roles=CREDIT_STAFF),
            Link("정산리포트", "/credit-reports", roles=CREDIT_STAFF),
            Link("지급 파일", "/credit-payouts", roles=CREDIT_STAFF),
            Link("매출 · 소비 자료", "/credit-imports", roles=CREDIT_STAFF),
            Link("RS 재원", "/credit-pools", roles=CREDIT_STAFF),
            Link("정정 · 수기", "/credit-adjustments", roles=CREDIT_STAFF),
            Link("지급계좌 변경", "/credit-accounts", roles=CREDIT_STAFF),
            Link("회사정보 변경요청", "/credit-changes", roles=CREDIT_STAFF),
            Link("정산 기준정보", "/credit-companies", roles=CREDIT_STAFF),
        ),
    ),
    Group(
        "관리",
        (
            Link("가입요청", "/signups", roles=frozenset({Role.ADMIN, Role.BUYER})),
            Link("전환가입", "/conversions", roles=frozenset({Role.ADMIN, Role.BUYER})),
            Link("회원", "/admin/members", roles=frozenset({Role.ADMIN})),
            Link("협력사", "/admin/suppliers", roles=frozenset({Role.ADMIN, Role.BUYER})),
            Link("변경요청", "/changes", roles=frozenset({Role.ADMIN, Role.BUYER})),
            Link("탈퇴요청", "/withdrawals", roles=frozenset({Role.ADMIN, Role.BUYER})),
            Link("위임", "/delegations"),
            Link("공지사항 관리", "/admin/announcements", roles=frozenset({Role.ADMIN})),
            Link("기준정보", "/admin/masters", roles=frozenset({Role.ADMIN})),
            Link("약관 관리", "/terms", roles=frozenset({Role.ADMIN})),
            Link("개인정보 열람 기록", "/disclosures", roles=frozenset({Role.ADMIN})),
            Link("알림 발송내역", "/notifications/sent", roles=frozenset({Role.ADMIN})),
            Link("정책", "/admin/policies", roles=frozenset({Role.ADMIN})),
        ),
    ),
)

HARMONY_MENU = (
    Group("", (Link("홈", "/harmony"), Link("공지사항", "/harmony/announcements"))),
    Group("내 하모니", (Link("내 스튜디오", "/harmony/studios"), Link("내 크레딧", "/harmony/credits"))),
    Group(
        "크레딧",
        (
            Link("정산리포트", "/harmony/credits/reports"),
            Link("월별 정산통계", "/harmony/credits/statistics"),
            Link("지급계좌 관리", "/harmony/credits/accounts"),
            Link("크레딧정보 관리", "/harmony/credits/information"),
        ),
    ),
    Group(
        "나",
        (
            Link("내 알림", "/harmony/notifications"),
            Link("내 정보", "/harmony/me"),
            Link("알림 설정", "/harmony/me/notifications"),
        ),
    ),
)

MENUS = {Audience.PARTNER: PARTNER_MENU, Audience.OFFICE: OFFICE_MENU, Audience.MEDIA: HARMONY_MENU}


def audience_of(roles: Iterable[Role]) -> Audience:
    """The portal of a person with these roles."""
    if Role.MEDIA in set(roles):
        return Audience.MEDIA
    return Audience.OFFICE if is_staff(roles) else Audience.PARTNER


def menu(shell: Shell, served: frozenset[str]) -> tuple[Group, ...]:
    """The groups this person sees; entries whose page the program does not serve are left out, never dead."""
    groups = []
    for group in MENUS[shell.audience]:
        links = tuple(link for link in group.links if link.href in served and _allowed(link, shell))
        if links:
            groups.append(Group(group.label, links))
    return tuple(groups)


FRONT_PAGES = frozenset({"/", "/harmony"})


def current(groups: Iterable[Group], path: str) -> str:
    """The entry a path belongs to: the longest that begins it; the front page only for itself."""
    hrefs = [link.href for group in groups for link in group.links]
    fitting = [h for h in hrefs if path == h or (h not in FRONT_PAGES and path.startswith(f"{h}/"))]
    return max(fitting, key=len, default="")


def _allowed(link: Link, shell: Shell) -> bool:
    if link.individual not in {None, shell.individual}:
        return False
    return not link.roles or not link.roles.isdisjoint(shell.roles)
