"""What tests of credits need in a database: companies, groups, media, rates, a month's imports."""

import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.credits.rules import MILLION, Adjustment, CompanyKind, ImportState, IssueMode
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
from models.kernel.identifiers import brn_with_check
from models.members.tables import Member
from tests.factories import NOW

MONTH = dt.date(2026, 1, 1)
_serial = itertools.count(1)


def business(session: Session, code: str = "RS") -> CreditBusiness:
    """One of the businesses every house has: RS shares a pool, ETC has rates of revenue."""
    found: CreditBusiness = session.execute(select(CreditBusiness).where(col(CreditBusiness.code) == code)).scalar_one()
    return found


def company(session: Session, by: Member, mode: IssueMode = IssueMode.REVERSE, **more: Any) -> CreditCompany:
    serial = next(_serial)
    person = mode is IssueMode.INDIVIDUAL
    facts: dict[str, Any] = {
        "kind": (CompanyKind.INDIVIDUAL if person else CompanyKind.COMPANY).value,
        "name": "홍길동" if person else f"(주)매체{serial}",
        "business_number": None if person else brn_with_check(f"12081{serial:04d}"),
        "person_number": "9001011234567" if person else None,
        "representative": "김대표",
        "address": "서울특별시 종로구 세종대로 1",
        "business_type": "정보통신업",
        "business_item": "온라인정보제공",
        "issue_mode": mode.value,
        "reverse_agreed_on": dt.date(2025, 1, 2) if mode is IssueMode.REVERSE else None,
        "created_by": by.id or 0,
        "created_at": NOW,
        "changed_at": NOW,
    }
    made = CreditCompany(**(facts | more))
    session.add(made)
    session.flush()
    return made


def group(session: Session, of: CreditCompany | None, by: Member, name: str = "") -> CreditGroup:
    made = CreditGroup(
        name=name or f"상생 RS > 뉴스 > 매체{next(_serial)}",
        company_name=of.name if of else "미정",
        business_number=of.business_number if of else None,
        credit_company_id=of.id if of else None,
        created_by=by.id or 0,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def user(session: Session, of: CreditGroup, person: Member) -> SpaceMembership:
    """A person of the credit."""
    made = SpaceMembership(member_id=person.id or 0, space="credit", space_id=of.id or 0, role="user", joined_at=NOW)
    session.add(made)
    session.flush()
    return made


def medium(session: Session, of: CreditGroup | None, by: Member, name: str = "") -> CreditMedium:
    serial = next(_serial)
    made = CreditMedium(
        code=f"M{serial:05d}",
        name=name or f"매체{serial}",
        service="뉴스",
        group_id=of.id if of else None,
        created_by=by.id or 0,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def rate(session: Session, of: CreditMedium, what: CreditBusiness, by: Member, **more: Any) -> CreditRate:
    facts: dict[str, Any] = {
        "medium_id": of.id or 0,
        "business_id": what.id or 0,
        "rate_millionths": MILLION,
        "from_month": dt.date(2025, 1, 1),
        "created_by": by.id or 0,
        "created_at": NOW,
    }
    made = CreditRate(**(facts | more))
    session.add(made)
    session.flush()
    return made


def pool(session: Session, amount: int, by: Member, month: dt.date = MONTH) -> RsPool:
    made = RsPool(
        business_id=business(session).id or 0,
        month=month,
        amount=amount,
        created_by=by.id or 0,
        created_at=NOW,
        changed_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def imported(
    session: Session,
    what: CreditBusiness,
    lines: Sequence[tuple[int, str, int]],
    by: Member,
    *,
    month: dt.date = MONTH,
    state: ImportState = ImportState.APPLIED,
) -> CreditImport:
    """An import of (medium id, item, amount or consumption), as the business counts."""
    serial = next(_serial)
    file = StoredFile(
        sha256=f"{serial:064d}",
        name=f"{serial}.xlsx",
        media_type="text/csv",
        size=1,
        created_by=by.id or 0,
        created_at=NOW,
    )
    session.add(file)
    session.flush()
    made = CreditImport(
        month=month,
        business_id=what.id or 0,
        file_id=file.id or 0,
        file_name=file.name,
        sha256=file.sha256,
        state=state.value,
        line_count=len(lines),
        errors=[],
        created_by=by.id or 0,
        created_name=by.name,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    key = "consumption" if what.method == "pool" else "amount"
    for row, (medium_id, item, value) in enumerate(lines, start=2):
        facts: Mapping[str, Any] = {key: value}
        session.add(
            CreditLedger(
                import_id=made.id or 0,
                row=row,
                month=month,
                business_id=what.id or 0,
                medium_id=medium_id,
                item=item,
                **facts,
            )
        )
    session.flush()
    return made


def adjustment(
    session: Session, of: CreditMedium, what: CreditBusiness, supply: int, by: Member, month: dt.date = MONTH
) -> CreditAdjustment:
    made = CreditAdjustment(
        kind=Adjustment.MANUAL.value,
        month=month,
        medium_id=of.id or 0,
        business_id=what.id or 0,
        item="수기 정산",
        supply=supply,
        reason="계약에 따른 지급",
        created_by=by.id or 0,
        created_name=by.name,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made
