"""What the people of a credit see of it: their groups by company, reports, sums of months, accounts.

Every select begins with the groups the person is in; of a company they see only those.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col

from models.credits.account_rules import ChangeStatus
from models.credits.account_rules import Status as AccountStatus
from models.credits.account_tables import CreditAccount, CreditChange, CreditContact
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import COOLING_DAYS, month_after
from models.credits.tables import CreditCompany, CreditPolicy
from models.harmony.queries import spaces_visible_to
from models.harmony.rules import Space
from models.harmony.tables import CreditGroup
from models.kernel.refusals import NotFound
from models.processes.messages import Actor
from models.processes.queries import visible_document, visible_to

GROUPS_MAX = 500
ACCOUNTS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Payee:
    """회사 (or person) with the groups of it that one is in. `id` is 0 where the group has no company yet."""

    id: int
    name: str
    business_number: str
    groups: tuple[CreditGroup, ...]
    company: CreditCompany | None

    @property
    def group_ids(self) -> list[int]:
        return [group.id or 0 for group in self.groups]


def payees(session: Session, actor: Actor) -> list[Payee]:
    """The companies of one's credits, by name, each with its groups."""
    rows = spaces_visible_to(actor, Space.CREDIT).order_by(col(CreditGroup.name), col(CreditGroup.id))
    groups = list(session.execute(rows.limit(GROUPS_MAX)).scalars())
    ids = {group.credit_company_id for group in groups if group.credit_company_id is not None}
    found = session.execute(select(CreditCompany).where(col(CreditCompany.id).in_(ids))).scalars()
    companies = {company.id: company for company in found}
    bundles: dict[tuple[int, str], list[CreditGroup]] = {}
    for group in groups:
        bundles.setdefault((group.credit_company_id or 0, group.company_name), []).append(group)
    made = [_payee(companies.get(key[0]), key[1], tuple(own)) for key, own in bundles.items()]
    return sorted(made, key=lambda one: (one.name, one.id))


def _payee(company: CreditCompany | None, name: str, groups: tuple[CreditGroup, ...]) -> Payee:
    number = company.business_number if company else groups[0].business_number
    return Payee(
        id=(company.id or 0) if company else 0,
        name=company.name if company else name,
        business_number=number or "",
        groups=groups,
        company=company,
    )


def chosen(found: Sequence[Payee], company_id: int | None) -> Payee | None:
    """The company that is asked for, else the first; None where there is none."""
    return next((one for one in found if one.id == company_id), found[0] if found else None)


def group(session: Session, actor: Actor, group_id: int) -> CreditGroup:
    """One of one's groups. Raises NotFound."""
    rows = spaces_visible_to(actor, Space.CREDIT).where(col(CreditGroup.id) == group_id)
    found: CreditGroup | None = session.execute(rows).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def company_of(session: Session, of: CreditGroup) -> CreditCompany | None:
    """Who is paid for a group; None while nobody was named."""
    return session.get(CreditCompany, of.credit_company_id) if of.credit_company_id is not None else None


def report(session: Session, actor: Actor, group_id: int, report_id: int) -> CreditReport:
    """A report of one of one's groups. Raises NotFound."""
    found = visible_document(session, actor, CreditReport, report_id)
    if found.group_id != group_id:
        raise NotFound
    return found


def reports(actor: Actor, group_ids: Iterable[int] | None = None) -> Select[CreditReport]:
    """One's reports, of these groups only where they are named."""
    rows = visible_to(actor, CreditReport)
    return rows if group_ids is None else rows.where(col(CreditReport.group_id).in_(list(group_ids)))


def neighbours(session: Session, actor: Actor, of: CreditReport) -> tuple[CreditReport | None, CreditReport | None]:
    """The group's report of the month before and of the one after, as far as there are any."""
    own = reports(actor, [of.group_id])
    before = own.where(col(CreditReport.month) < of.month).order_by(col(CreditReport.month).desc()).limit(1)
    after = own.where(col(CreditReport.month) > of.month).order_by(col(CreditReport.month)).limit(1)
    return session.execute(before).scalar_one_or_none(), session.execute(after).scalar_one_or_none()


def newest_of_groups(session: Session, actor: Actor, group_ids: Sequence[int]) -> dict[int, CreditReport]:
    """Group id -> its newest report: where the list of groups leads to."""
    newest = (
        reports(actor, group_ids)
        .ext(distinct_on(col(CreditReport.group_id)))
        .order_by(col(CreditReport.group_id), col(CreditReport.month).desc())
    )
    return {row.group_id: row for row in session.execute(newest).scalars()}


@dataclass(frozen=True, slots=True)
class Sum:
    """공급가액, 세액, 합계 in won."""

    supply: int = 0
    tax: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class MonthRow:
    """What one medium earned by one business in a month, in one report."""

    report_id: int
    group_id: int
    group_name: str
    business: str
    medium_id: int
    medium: str
    item: str
    status: str
    sum: Sum


def _lines(actor: Actor, group_ids: Sequence[int]) -> Select[CreditReportLine, CreditReport]:
    seen = reports(actor, group_ids).with_only_columns(col(CreditReport.id))
    return (
        select(CreditReportLine, CreditReport)
        .join(CreditReport, col(CreditReport.id) == col(CreditReportLine.report_id))
        .where(col(CreditReportLine.report_id).in_(seen))
    )


def month_rows(session: Session, actor: Actor, group_ids: Sequence[int], month: dt.date) -> list[MonthRow]:
    """회사의 해당 월별 사업, 매체의 모든 정산, by business, group and place in the report."""
    rows = _lines(actor, group_ids).where(col(CreditReportLine.month) == month)
    ordered = rows.order_by(
        col(CreditReportLine.business_id),
        col(CreditReport.group_name),
        col(CreditReport.id),
        col(CreditReportLine.position),
    )
    return [_row(line, of) for line, of in session.execute(ordered)]


def _row(line: CreditReportLine, of: CreditReport) -> MonthRow:
    return MonthRow(
        report_id=of.id or 0,
        group_id=of.group_id,
        group_name=of.group_name,
        business=line.business_name,
        medium_id=line.medium_id,
        medium=line.medium_name,
        item=line.item,
        status=of.status,
        sum=Sum(line.supply, line.tax, line.total),
    )


def months_of(
    session: Session, actor: Actor, group_ids: Sequence[int], last: dt.date, medium_id: int | None = None
) -> list[tuple[dt.date, Sum]]:
    """Twelve months up to `last`, those without a report as nothing; of one medium where it is named."""
    first = month_after(last, -11)
    line = CreditReportLine
    seen = reports(actor, group_ids).with_only_columns(col(CreditReport.id))
    sums = select(
        col(line.month), func.sum(col(line.supply)), func.sum(col(line.tax)), func.sum(col(line.total))
    ).where(col(line.report_id).in_(seen), col(line.month) >= first, col(line.month) <= last)
    if medium_id is not None:
        sums = sums.where(col(line.medium_id) == medium_id)
    found = {
        row[0]: Sum(int(row[1]), int(row[2]), int(row[3])) for row in session.execute(sums.group_by(col(line.month)))
    }
    months = [month_after(first, number) for number in range(12)]
    return [(month, found.get(month, Sum())) for month in months]


def media_of(session: Session, actor: Actor, group_ids: Sequence[int]) -> list[tuple[int, str]]:
    """The media that ever earned in these groups, by name as it was last settled."""
    newest = (
        _lines(actor, group_ids)
        .with_only_columns(col(CreditReportLine.medium_id), col(CreditReportLine.medium_name))
        .ext(distinct_on(col(CreditReportLine.medium_id)))
        .order_by(col(CreditReportLine.medium_id), col(CreditReportLine.month).desc())
    )
    return sorted(((row[0], row[1]) for row in session.execute(newest)), key=lambda one: one[1])


def newest_month(session: Session, actor: Actor, group_ids: Sequence[int]) -> dt.date | None:
    """The last month that was settled for these groups."""
    newest: dt.date | None = session.execute(
        reports(actor, group_ids).with_only_columns(func.max(col(CreditReport.month)))
    ).scalar_one()
    return newest


def contact(session: Session, group_id: int) -> CreditContact | None:
    """담당자 of a group the caller was allowed to find."""
    return session.get(CreditContact, group_id)


def accounts(session: Session, actor: Actor, group_id: int) -> Sequence[CreditAccount]:
    """Every version of a group's account, newest first."""
    rows = visible_to(actor, CreditAccount).where(col(CreditAccount.group_id) == group_id)
    ordered = rows.order_by(col(CreditAccount.account_version).desc()).limit(ACCOUNTS_SHOWN)
    return session.execute(ordered).scalars().all()


def accounts_of(session: Session, actor: Actor, group_ids: Sequence[int]) -> dict[int, list[CreditAccount]]:
    """Group id -> every version of its account, newest first."""
    rows = visible_to(actor, CreditAccount).where(col(CreditAccount.group_id).in_(group_ids))
    found: dict[int, list[CreditAccount]] = {}
    for account in session.execute(rows.order_by(col(CreditAccount.account_version).desc())).scalars():
        found.setdefault(account.group_id, []).append(account)
    return found


def contacts_of(session: Session, group_ids: Sequence[int]) -> dict[int, CreditContact]:
    """담당자 by group, of groups the caller was allowed to find."""
    rows = select(CreditContact).where(col(CreditContact.group_id).in_(group_ids))
    return {one.group_id: one for one in session.execute(rows).scalars()}


def in_force(found: Iterable[CreditAccount]) -> CreditAccount | None:
    """The account that is paid to now."""
    return next((one for one in found if one.status == AccountStatus.ACTIVE), None)


def to_come(found: Iterable[CreditAccount]) -> CreditAccount | None:
    """A change that has not taken effect yet."""
    return next((one for one in found if one.status in {AccountStatus.CHECKING, AccountStatus.COOLING}), None)


def last_refused(found: Sequence[CreditAccount]) -> CreditAccount | None:
    """The newest change, if the bank did not know it."""
    return found[0] if found and found[0].status == AccountStatus.REJECTED else None


def changes(session: Session, actor: Actor, group_ids: Sequence[int]) -> Sequence[CreditChange]:
    """회사정보 변경요청 of these groups, newest first."""
    rows = visible_to(actor, CreditChange).where(col(CreditChange.group_id).in_(group_ids))
    return session.execute(rows.order_by(col(CreditChange.id).desc()).limit(ACCOUNTS_SHOWN)).scalars().all()


def open_change(found: Iterable[CreditChange]) -> CreditChange | None:
    """The one that is being looked at."""
    return next((one for one in found if one.status == ChangeStatus.REQUESTED), None)


def cooling_days(session: Session) -> int:
    """How many days a changed account waits, by the policy in force."""
    newest = select(col(CreditPolicy.cooling_days)).order_by(col(CreditPolicy.id).desc()).limit(1)
    found = session.execute(newest).scalar_one_or_none()
    return COOLING_DAYS if found is None else int(found)
