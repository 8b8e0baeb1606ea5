"""The demo's lists to choose from, its notices, and a supplier that does not use the portal."""

import datetime as dt
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models import clock, database
from models.announcements.rules import Reader
from models.announcements.tables import Announcement
from models.kernel.calendar import at_hour, local_date
from models.kernel.identifiers import brn_with_check
from models.masters.rules import PLACES, REASONS
from models.masters.tables import DeliveryPlace, Goods, ItemCategory, ReasonCode, Unit
from models.members.rules import CompanyStatus
from models.members.tables import Company, Member
from ops.seed import goods
from ops.seed.goods import Good

SUPPLIER = ("새길물류 주식회사", "116820027", "한새길")
NOTICES = (
    (
        "포털 이용 안내",
        "계약, 발주, 납품, 정산을 한곳에서 처리합니다.\n하실 일은 「내 할 일」에 모여 있습니다.",
        Reader.PUBLIC,
        True,
        30,
    ),
    ("정기 점검 안내", "매월 둘째 일요일 새벽 2시부터 4시까지 점검합니다.", Reader.PUBLIC, False, 7),
    ("세금계산서 발행 안내", "발행요청을 받으신 달의 다음 달 10일까지 발행해 주세요.", Reader.PARTNER, False, 3),
    ("월 마감 일정", "정산 마감은 매월 마지막 영업일 18시입니다.", Reader.OFFICE, False, 2),
)


def load() -> None:
    """Write them once."""
    with database.working() as session:
        if session.execute(select(col(ReasonCode.id)).limit(1)).first() is not None:
            return
        now = clock.now()
        _lists(session, now)
        _notices(session, now)
        name, number, head = SUPPLIER
        session.add(
            Company(
                name=name,
                business_number=brn_with_check(number),
                representative=head,
                status=CompanyStatus.PORTAL_UNUSED.value,
                created_at=now,
            )
        )


def _lists(session: Session, now: dt.datetime) -> None:
    made: dict[str, Any] = {"created_at": now, "changed_at": now}
    products = [value for value in vars(goods).values() if isinstance(value, Good)]
    names = list(dict.fromkeys(good.category for good in products))
    units = list(dict.fromkeys(good.unit for good in products))
    categories = {n: ItemCategory(code=f"C{i:02d}", name=n, position=i, **made) for i, n in enumerate(names, start=1)}
    measures = {n: Unit(code=n.upper(), name=n, position=i, **made) for i, n in enumerate(units, start=1)}
    session.add_all([*categories.values(), *measures.values()])
    session.flush()
    session.add_all(
        Goods(
            code=f"G{place:03d}",
            name=good.name,
            position=place,
            category_id=categories[good.category].id,
            spec=good.spec,
            unit_id=measures[good.unit].id,
            needs_serial=good.needs_serial,
            **made,
        )
        for place, good in enumerate(products, start=1)
    )
    session.add_all(
        DeliveryPlace(code=name, name=name, position=place, **made) for place, name in enumerate(PLACES, start=1)
    )
    session.add_all(
        ReasonCode(kind=kind.value, code=code, name=name, position=place, **made)
        for kind, codes in REASONS.items()
        for place, (code, name) in enumerate(codes, start=1)
    )


def _notices(session: Session, now: dt.datetime) -> None:
    writer = session.execute(
        select(col(Member.id), col(Member.name)).where(col(Member.roles).contains(["admin"])).limit(1)
    ).one()
    for title, body, reader, pinned, days in NOTICES:
        starts = at_hour(local_date(now) - dt.timedelta(days=days))
        session.add(
            Announcement(
                title=title,
                body=body,
                reader=reader.value,
                pinned=pinned,
                starts_at=starts,
                published_at=starts,
                created_by=writer.id,
                created_name=writer.name,
                created_at=starts,
                changed_at=starts,
            )
        )
