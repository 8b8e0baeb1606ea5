"""Masters of credits, imports and typed lines, as the office sees them. People of Harmony read elsewhere."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Select, and_, func, or_, select
from sqlmodel import Session, SQLModel, col

from models.credits.account_tables import CreditAccount, CreditContact
from models.credits.imports import Known
from models.credits.report_tables import CreditReport
from models.credits.rules import (
    ImportState,
    Method,
    month_after,
)
from models.credits.tables import (
    CreditAdjustment,
    CreditBusiness,
    CreditCompany,
    CreditImport,
    CreditLedger,
    CreditMedium,
    CreditPerson,
    CreditRate,
    RsPool,
)
from models.harmony.tables import CreditGroup, Studio
from models.kernel.identifiers import format_brn
from models.kernel.refusals import NotFound

Row = TypeVar("Row", bound=SQLModel)
CHOICES_MAX = 5000
DIFFERENCES_MAX = 200
_ACTIVE_ACCOUNT = "active"


def one(session: Session, table: type[Row], row_id: int) -> Row:
    """A row by id. Raises NotFound."""
    found = session.get(table, row_id)
    if found is None:
        raise NotFound
    return found


def locked(session: Session, table: type[Row], row_id: int) -> Row:
    """A row by id, nobody else's to write until the transaction ends. Raises NotFound."""
    rows: Any = select(table).where(getattr(table, "id") == row_id).with_for_update()  # noqa: B009 - any table's id
    found: Row | None = session.execute(rows.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def businesses(session: Session, *, all_of_them: bool = False) -> Sequence[CreditBusiness]:
    rows = select(CreditBusiness).order_by(col(CreditBusiness.position), col(CreditBusiness.id))
    return session.execute(rows if all_of_them else rows.where(col(CreditBusiness.active))).scalars().all()


def companies() -> Select[*tuple[Any, ...]]:
    """지급처 with how many groups each has."""
    groups = (
        select(col(CreditGroup.credit_company_id).label("of"), func.count().label("groups"))
        .where(col(CreditGroup.closed_at).is_(None))
        .group_by(col(CreditGroup.credit_company_id))
        .subquery()
    )
    return select(CreditCompany, groups.c.groups).join(groups, groups.c["of"] == col(CreditCompany.id), isouter=True)


def groups() -> Select[*tuple[Any, ...]]:
    """정산그룹 with company, number of media, whether there is an account in use and a contact."""
    media = (
        select(col(CreditMedium.group_id).label("of"), func.count().label("media"))
        .where(col(CreditMedium.closed_at).is_(None))
        .group_by(col(CreditMedium.group_id))
        .subquery()
    )
    active = and_(col(CreditAccount.group_id) == col(CreditGroup.id), col(CreditAccount.status) == _ACTIVE_ACCOUNT)
    return (
        select(CreditGroup, CreditCompany, media.c.media, col(CreditAccount.bank_code), col(CreditContact.group_id))
        .join(CreditCompany, col(CreditCompany.id) == col(CreditGroup.credit_company_id), isouter=True)
        .join(media, media.c["of"] == col(CreditGroup.id), isouter=True)
        .join(CreditAccount, active, isouter=True)
        .join(CreditContact, col(CreditContact.group_id) == col(CreditGroup.id), isouter=True)
    )


def media() -> Select[*tuple[Any, ...]]:
    """매체 with group and studio."""
    return (
        select(CreditMedium, CreditGroup, Studio)
        .join(CreditGroup, col(CreditGroup.id) == col(CreditMedium.group_id), isouter=True)
        .join(Studio, col(Studio.id) == col(CreditMedium.studio_id), isouter=True)
    )


def rates() -> Select[*tuple[Any, ...]]:
    """요율 계약 with medium and business."""
    return (
        select(CreditRate, CreditMedium, CreditBusiness)
        .join(CreditMedium, col(CreditMedium.id) == col(CreditRate.medium_id))
        .join(CreditBusiness, col(CreditBusiness.id) == col(CreditRate.business_id))
    )


def pools() -> Select[*tuple[Any, ...]]:
    """RS 재원 with business."""
    return select(RsPool, CreditBusiness).join(CreditBusiness, col(CreditBusiness.id) == col(RsPool.business_id))


def imports() -> Select[*tuple[Any, ...]]:
    """매출 · 소비 자료 with business."""
    return select(CreditImport, CreditBusiness).join(
        CreditBusiness, col(CreditBusiness.id) == col(CreditImport.business_id)
    )


def adjustments() -> Select[*tuple[Any, ...]]:
    """수기 입력 and 정정 with medium and business."""
    return (
        select(CreditAdjustment, CreditMedium, CreditBusiness)
        .join(CreditMedium, col(CreditMedium.id) == col(CreditAdjustment.medium_id))
        .join(CreditBusiness, col(CreditBusiness.id) == col(CreditAdjustment.business_id))
    )


def company_choices(session: Session) -> list[tuple[int, str]]:
    """지급처 to choose from, by name."""
    rows = select(col(CreditCompany.id), col(CreditCompany.name), col(CreditCompany.business_number))
    open_ones = rows.where(col(CreditCompany.closed_at).is_(None)).order_by(col(CreditCompany.name)).limit(CHOICES_MAX)
    found = session.execute(open_ones)
    return [(row[0] or 0, f"{row[1]} ({format_brn(row[2])})" if row[2] else row[1]) for row in found]


def group_choices(session: Session) -> list[tuple[int, str]]:
    """정산그룹 to choose from, by company and name."""
    rows = select(col(CreditGroup.id), col(CreditGroup.name), col(CreditGroup.company_name))
    open_ones = rows.where(col(CreditGroup.closed_at).is_(None))
    ordered = open_ones.order_by(col(CreditGroup.company_name), col(CreditGroup.name)).limit(CHOICES_MAX)
    return [(row[0] or 0, f"{row[2]} · {row[1]}") for row in session.execute(ordered)]


def studio_choices(session: Session) -> list[tuple[int, str]]:
    """스튜디오 to choose from, by name."""
    rows = select(col(Studio.id), col(Studio.name)).where(col(Studio.closed_at).is_(None))
    return [(row[0] or 0, row[1]) for row in session.execute(rows.order_by(col(Studio.name)).limit(CHOICES_MAX))]


def medium_choices(session: Session) -> list[tuple[int, str]]:
    """매체 to choose from, by name."""
    rows = select(col(CreditMedium.id), col(CreditMedium.name), col(CreditMedium.code))
    open_ones = rows.where(col(CreditMedium.closed_at).is_(None)).order_by(col(CreditMedium.name)).limit(CHOICES_MAX)
    return [(row[0] or 0, f"{row[1]} ({row[2]})") for row in session.execute(open_ones)]


def media_of(session: Session, group_id: int) -> Sequence[CreditMedium]:
    rows = select(CreditMedium).where(col(CreditMedium.group_id) == group_id, col(CreditMedium.closed_at).is_(None))
    return session.execute(rows.order_by(col(CreditMedium.name), col(CreditMedium.id))).scalars().all()


def groups_of(session: Session, company_id: int) -> Sequence[CreditGroup]:
    rows = select(CreditGroup).where(
        col(CreditGroup.credit_company_id) == company_id, col(CreditGroup.closed_at).is_(None)
    )
    return session.execute(rows.order_by(col(CreditGroup.name), col(CreditGroup.id))).scalars().all()


def rates_of(session: Session, medium_id: int) -> list[tuple[CreditRate, CreditBusiness]]:
    """A medium's rates, the newest first."""
    found = rates().where(col(CreditRate.medium_id) == medium_id).order_by(col(CreditRate.from_month).desc())
    return [(row[0], row[2]) for row in session.execute(found)]


def person_of(session: Session, company_id: int) -> CreditPerson | None:
    return session.get(CreditPerson, company_id)


def known_media(session: Session, business_id: int, month: dt.date) -> dict[str, Known]:
    """Every medium a row of a file may name, by code, and whether it would be settled."""
    holds = and_(
        col(CreditRate.medium_id) == col(CreditMedium.id),
        col(CreditRate.business_id) == business_id,
        col(CreditRate.from_month) <= month,
        or_(col(CreditRate.until_month).is_(None), col(CreditRate.until_month) >= month),
    )
    in_group = and_(col(CreditGroup.id) == col(CreditMedium.group_id), col(CreditGroup.closed_at).is_(None))
    rows = (
        select(CreditMedium, col(CreditRate.id), col(CreditGroup.id))
        .join(CreditRate, holds, isouter=True)
        .join(CreditGroup, in_group, isouter=True)
    )
    return {
        medium.code: Known(
            id=medium.id or 0,
            name=medium.name,
            is_open=medium.closed_at is None,
            is_grouped=group_id is not None,
            is_rated=rate_id is not None,
        )
        for medium, rate_id, group_id in session.execute(rows)
    }


def applied_import(session: Session, business_id: int, month: dt.date) -> CreditImport | None:
    """The file that counts for a business and month."""
    row = select(CreditImport).where(
        col(CreditImport.business_id) == business_id,
        col(CreditImport.month) == month,
        col(CreditImport.state) == ImportState.APPLIED.value,
    )
    found: CreditImport | None = session.execute(row).scalar_one_or_none()
    return found


@dataclass(frozen=True)
class Difference:
    """What a medium has by the file that counts and by the one looked at."""

    code: str
    name: str
    before: int
    after: int

    @property
    def change(self) -> int:
        return self.after - self.before


def differences(session: Session, new_id: int, old_id: int | None) -> list[Difference]:
    """Media whose sum differs between two files, the largest difference first."""
    value = func.coalesce(col(CreditLedger.amount), col(CreditLedger.consumption))
    new = func.coalesce(func.sum(value).filter(col(CreditLedger.import_id) == new_id), 0)
    old = func.coalesce(func.sum(value).filter(col(CreditLedger.import_id) == (old_id or 0)), 0)
    rows = (
        select(col(CreditMedium.code), col(CreditMedium.name), old, new)
        .join(CreditLedger, col(CreditLedger.medium_id) == col(CreditMedium.id))
        .where(col(CreditLedger.import_id).in_([new_id, old_id or 0]))
        .group_by(col(CreditMedium.id))
        .having(new != old)
        .order_by(func.abs(new - old).desc(), col(CreditMedium.code))
        .limit(DIFFERENCES_MAX)
    )
    return [Difference(row[0], row[1], int(row[2]), int(row[3])) for row in session.execute(rows)]


def lines_of(session: Session, import_id: int, limit: int = 200) -> list[tuple[CreditLedger, CreditMedium]]:
    """The first lines of a file."""
    rows = (
        select(CreditLedger, CreditMedium)
        .join(CreditMedium, col(CreditMedium.id) == col(CreditLedger.medium_id))
        .where(col(CreditLedger.import_id) == import_id)
        .order_by(col(CreditLedger.row))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in session.execute(rows)]


def is_published(session: Session, medium_id: int, month: dt.date) -> bool:
    """Whether the medium's group has its report of the month."""
    row = (
        select(func.count())
        .select_from(CreditReport)
        .join(CreditMedium, col(CreditMedium.group_id) == col(CreditReport.group_id))
        .where(col(CreditMedium.id) == medium_id, col(CreditReport.month) == month)
    )
    return bool(session.execute(row).scalar_one())


def next_month_to_settle(session: Session, today: dt.date) -> dt.date:
    """The month a line typed now would go into: the one after the newest published, at least the last one over."""
    newest = session.execute(select(func.max(col(CreditReport.month)))).scalar_one()
    over = month_after(today.replace(day=1), -1)
    return max(over, month_after(newest)) if newest else over


def is_pool(business: CreditBusiness) -> bool:
    return business.method == Method.POOL.value
