"""A small Harmony for the monthly run: companies of every kind, media with rates, pools, files of the month."""

import datetime as dt
import itertools
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from activities import credits_run
from models import clock, database
from models.credits import run_writes
from models.credits.rules import CompanyKind, IssueMode, Method
from models.credits.run_messages import Page, RunTask
from models.credits.run_tables import CreditRun
from models.credits.tables import (
    CreditAdjustment,
    CreditBusiness,
    CreditCompany,
    CreditImport,
    CreditLedger,
    CreditMedium,
    CreditRate,
    RsPool,
)
from models.files.tables import StoredFile
from models.harmony.tables import CreditGroup, SpaceMembership
from models.kernel.roles import Role
from models.members.tables import Member
from models.processes.messages import Actor
from tests import factories

MONTH = dt.date(2026, 10, 1)
NOW = dt.datetime(2026, 11, 20, 0, 0, tzinfo=dt.UTC)
_serial = itertools.count(1)


@dataclass
class World:
    """Ids of what is there. Amounts are added by the tests."""

    officer: Actor
    pool: int
    revenue: int
    imports: dict[tuple[int, dt.date], int] = field(default_factory=dict)
    groups: list[int] = field(default_factory=list)
    media: list[int] = field(default_factory=list)

    def group(self, session: Session, mode: IssueMode = IssueMode.REVERSE, media: int = 1, people: int = 1) -> int:
        """A group of a company of its own, with media and people."""
        n = next(_serial)
        person = mode is IssueMode.INDIVIDUAL
        company = CreditCompany(
            kind=CompanyKind.INDIVIDUAL if person else CompanyKind.COMPANY,
            name=f"매체사 {n}",
            business_number=None if person else f"{n:010d}",
            representative="김대표",
            address="서울",
            issue_mode=mode.value,
            created_by=self.officer.member_id,
            created_at=NOW,
            changed_at=NOW,
        )
        session.add(company)
        session.flush()
        group = CreditGroup(
            name=f"정산그룹 {n}",
            company_name=company.name,
            credit_company_id=company.id,
            created_by=self.officer.member_id,
            created_at=NOW,
        )
        session.add(group)
        session.flush()
        assert group.id is not None
        self.groups.append(group.id)
        for _ in range(media):
            self.medium(session, group.id)
        for _ in range(people):
            self.person(session, group.id)
        return group.id

    def person(self, session: Session, group_id: int) -> int:
        member = factories.member(session, f"담당 {next(_serial)}", Role.MEDIA)
        assert member.id is not None
        session.add(SpaceMembership(member_id=member.id, space="credit", space_id=group_id, role="user", joined_at=NOW))
        session.flush()
        return member.id

    def medium(self, session: Session, group_id: int | None, rate: int = 1_000_000) -> int:
        n = next(_serial)
        medium = CreditMedium(
            code=f"M{n}",
            name=f"매체 {n:04d}",
            service="뉴스",
            group_id=group_id,
            created_by=self.officer.member_id,
            created_at=NOW,
        )
        session.add(medium)
        session.flush()
        assert medium.id is not None
        self.media.append(medium.id)
        for business in (self.pool, self.revenue):
            session.add(
                CreditRate(
                    medium_id=medium.id,
                    business_id=business,
                    rate_millionths=rate,
                    from_month=dt.date(2020, 1, 1),
                    created_by=self.officer.member_id,
                    created_at=NOW,
                )
            )
        session.flush()
        return medium.id

    def media_of(self, session: Session, group_id: int) -> list[int]:
        rows = select(col(CreditMedium.id)).where(col(CreditMedium.group_id) == group_id)
        return [medium or 0 for medium in session.execute(rows.order_by(col(CreditMedium.id))).scalars()]

    def pool_of(self, session: Session, amount: int, month: dt.date = MONTH) -> None:
        session.add(
            RsPool(
                business_id=self.pool,
                month=month,
                amount=amount,
                created_by=self.officer.member_id,
                created_at=NOW,
                changed_at=NOW,
            )
        )
        session.flush()

    def line(
        self,
        session: Session,
        medium: int,
        *,
        amount: int | None = None,
        used: int | None = None,
        month: dt.date = MONTH,
        item: str = "26년 10월 기타 지급",
    ) -> None:
        """One imported line: revenue, or consumption."""
        business = self.pool if used is not None else self.revenue
        key = (business, month)
        if key not in self.imports:
            file = StoredFile(
                sha256=f"{next(_serial):064d}", size=1, media_type="text/csv", name="매출.csv", created_at=NOW
            )
            session.add(file)
            session.flush()
            made = CreditImport(
                month=month,
                business_id=business,
                file_id=file.id or 0,
                file_name="매출.csv",
                sha256=file.sha256,
                state="applied",
                errors=[],
                created_by=self.officer.member_id,
                created_name="정",
                created_at=NOW,
            )
            session.add(made)
            session.flush()
            self.imports[key] = made.id or 0
        session.add(
            CreditLedger(
                import_id=self.imports[key],
                row=next(_serial),
                month=month,
                business_id=business,
                medium_id=medium,
                item=item,
                amount=amount,
                consumption=used,
            )
        )
        session.flush()

    def adjust(self, session: Session, medium: int, supply: int, **more: Any) -> int:
        facts: dict[str, Any] = {"kind": "manual", "month": MONTH, "item": "수기"} | more
        row = CreditAdjustment(
            medium_id=medium,
            business_id=self.revenue,
            supply=supply,
            reason="조정",
            created_by=self.officer.member_id,
            created_name="정",
            created_at=NOW,
            **facts,
        )
        session.add(row)
        session.flush()
        return row.id or 0


def build() -> World:
    """Two businesses and the officer."""
    with database.working() as session:
        officer: Member = factories.member(session, "정다은", Role.SETTLEMENT)
        pool = CreditBusiness(code=f"rs{next(_serial)}", name="상생 RS", item="상생 정산", method=Method.POOL.value)
        revenue = CreditBusiness(
            code=f"etc{next(_serial)}", name="기타지급", item="기타 지급", method=Method.REVENUE.value, position=1
        )
        session.add(pool)
        session.add(revenue)
        session.flush()
        return World(factories.actor(officer), pool.id or 0, revenue.id or 0)


def begun(world: World, month: dt.date = MONTH, now: dt.datetime = NOW) -> CreditRun:
    """「정산 시작」."""
    with clock.set_to(now), database.working() as session:
        return run_writes.open_run(session, world.officer, month, now)


def computed(run: CreditRun) -> None:
    """What the workflow has done while it drafts."""
    planned = credits_run.prepare(RunTask(run_id=run.id or 0, step=run.step, at=NOW))
    for page in pages(run, planned.pages):
        credits_run.compute_page(page)


def pages(run: CreditRun, spans: list[tuple[int, int]]) -> list[Page]:
    return [Page(run_id=run.id or 0, step=run.step, first=first, last=last, at=NOW) for first, last in spans]


def published(run: CreditRun) -> None:
    """What the workflow does while it publishes."""
    planned = credits_run.plan_publishing(RunTask(run_id=run.id or 0, step=run.step, at=NOW))
    for page in pages(run, planned.pages):
        credits_run.publish_page(page)


def put(run: CreditRun, status: str) -> CreditRun:
    """Put the run's document where its acts would have led it."""
    with database.working() as session:
        row = session.get_one(CreditRun, run.id)
        row.status = status
        row.step += 1
        return row
