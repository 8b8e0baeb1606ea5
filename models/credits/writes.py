"""What the office writes of credits that is no step: masters, pools, typed lines. Every change is kept."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel, col

from models.credits import queries, run_inputs
from models.credits.messages import (
    AdjustmentForm,
    BusinessForm,
    CompanyForm,
    GroupForm,
    MediumForm,
    PoolForm,
    RateForm,
)
from models.credits.rules import (
    Adjustment,
    CodeTaken,
    CompanyKind,
    CompanyKnown,
    MonthPublished,
    PoolTaken,
    RateOverlaps,
    item_of,
    month_key,
)
from models.credits.tables import (
    CreditAdjustment,
    CreditBusiness,
    CreditCompany,
    CreditMedium,
    CreditPerson,
    CreditRate,
    RsPool,
)
from models.harmony.tables import CreditGroup, Studio
from models.kernel.refusals import FieldErrors, StaleDocument
from models.kernel.roles import Role
from models.kernel.text import mask_rrn
from models.processes.changes import Thing, keep
from models.processes.messages import Actor
from models.processes.writes import lock_case

MANAGERS = (Role.MEDIA_MANAGER, Role.SETTLEMENT)


def kept(
    session: Session, actor: Actor, row: Any, act: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    thing = Thing(str(row.__tablename__), int(row.id or 0), frozenset(MANAGERS))
    if act == "create" or before != after:
        keep(session, actor, thing, act, before, after)


def _put(session: Session, actor: Actor, row: SQLModel, values: Mapping[str, Any], shown: tuple[str, ...]) -> None:
    """Write values into a new or locked row and keep what changed of `shown`."""
    is_new = getattr(row, "id", None) is None
    before = {} if is_new else {name: _plain(getattr(row, name)) for name in shown}
    for name, value in values.items():
        setattr(row, name, value)
    if not is_new:
        row.edit_version += 1  # type: ignore[attr-defined]
    session.add(row)
    session.flush()
    after = {name: _plain(getattr(row, name)) for name in shown}
    kept(session, actor, row, "create" if is_new else "edit", before, after)


def _must_manage(session: Session, actor: Actor) -> None:
    actor.must_hold(*MANAGERS)
    run_inputs.hold_masters(session)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _current(session: Session, table: Any, row_id: int, edit_version: int) -> Any:
    """A row to change. Raises NotFound, StaleDocument when somebody changed it since it was shown."""
    found = queries.locked(session, table, row_id)
    if found.edit_version != edit_version:
        raise StaleDocument
    return found


COMPANY_SHOWN = (
    "kind", "name", "business_number", "representative", "zip_code", "address", "business_type", "business_item",
    "issue_mode", "reverse_agreed_on", "artist",
)  # fmt: skip


def save_company(
    session: Session, actor: Actor, form: CompanyForm, now: dt.datetime, row_id: int | None = None
) -> CreditCompany:
    """지급처. Raises NotYourTurn, NotFound, StaleDocument, FieldErrors, CompanyKnown, RunPublishing."""
    _must_manage(session, actor)
    found = _current(session, CreditCompany, row_id, form.edit_version) if row_id is not None else None
    is_person = form.kind is CompanyKind.INDIVIDUAL
    faults = form.faults()
    if is_person and not form.person_number and (found is None or not found.person_number):
        faults["person_number"] = "주민등록번호를 입력해 주세요. 원천징수에 필요합니다."
    if faults:
        raise FieldErrors(faults)
    if found is not None and (found.kind, found.issue_mode) != (form.kind, form.issue_mode):
        run_inputs.payees_must_stand(session, (group.id for group in queries.groups_of(session, found.id or 0)))
    lock_case(session, "credit_company")
    number = None if is_person else form.business_number
    _must_be_new(session, number, row_id)
    values = form.model_dump(include=set(COMPANY_SHOWN)) | {
        "kind": form.kind.value,
        "issue_mode": form.issue_mode.value,
        "business_number": number,
        "changed_at": now,
    }
    if is_person:
        values |= {"zip_code": "", "address": ""}
    made = found or CreditCompany(created_by=actor.member_id, created_at=now, **values)
    _put_person_number(session, actor, made, form, is_person=is_person)
    _put(session, actor, made, values, COMPANY_SHOWN)
    if is_person:
        _put_person(session, actor, made, form, now)
    _rename_groups(session, made)
    return made


def _must_be_new(session: Session, number: str | None, row_id: int | None) -> None:
    same = select(col(CreditCompany.id)).where(
        col(CreditCompany.business_number) == number, col(CreditCompany.closed_at).is_(None)
    )
    if number and any(other != row_id for other in session.execute(same).scalars()):
        raise CompanyKnown(number=number)


def _put_person_number(
    session: Session, actor: Actor, made: CreditCompany, form: CompanyForm, *, is_person: bool
) -> None:
    """The number itself goes into no record; that it was changed does."""
    before = made.person_number
    after = (form.person_number or before) if is_person else None
    if before == after:
        return
    made.person_number = after
    if made.id is not None:
        masked = [{"person_number": mask_rrn(value) if value else ""} for value in (before, after)]
        kept(session, actor, made, "edit", masked[0], masked[1])


def _put_person(session: Session, actor: Actor, made: CreditCompany, form: CompanyForm, now: dt.datetime) -> None:
    """E-mail and address of an individual: what is left empty stays as that person has it."""
    found = session.get(CreditPerson, made.id)
    if found is None:
        found = CreditPerson(
            credit_company_id=made.id or 0, email="", address="", changed_by=actor.member_id, changed_at=now
        )
    before = (found.email, found.zip_code, found.address)
    found.email = form.email or found.email
    found.zip_code = form.zip_code or found.zip_code
    found.address = form.address or found.address
    if before != (found.email, found.zip_code, found.address):
        found.changed_by, found.changed_at, found.edit_version = actor.member_id, now, found.edit_version + 1
    session.add(found)
    session.flush()


def _rename_groups(session: Session, company: CreditCompany) -> None:
    """A group carries its company's name and number, for its people's pages and for lists."""
    for group in queries.groups_of(session, company.id or 0):
        group.company_name, group.business_number = company.name, company.business_number
        session.add(group)


def save_business(session: Session, actor: Actor, form: BusinessForm, row_id: int) -> CreditBusiness:
    """사업: its words. Raises NotYourTurn, NotFound, StaleDocument."""
    _must_manage(session, actor)
    found: CreditBusiness = _current(session, CreditBusiness, row_id, form.edit_version)
    _put(session, actor, found, form.model_dump(exclude={"edit_version"}), ("name", "item", "active"))
    return found


MEDIUM_SHOWN = ("code", "name", "service", "group_id", "studio_id")


def save_medium(
    session: Session, actor: Actor, form: MediumForm, now: dt.datetime, row_id: int | None = None
) -> CreditMedium:
    """매체. Raises NotYourTurn, NotFound, StaleDocument, CodeTaken."""
    _must_manage(session, actor)
    lock_case(session, "credit_medium")
    found = _current(session, CreditMedium, row_id, form.edit_version) if row_id is not None else None
    same = select(col(CreditMedium.id)).where(col(CreditMedium.code) == form.code)
    if any(other != row_id for other in session.execute(same).scalars()):
        raise CodeTaken(code_text=form.code)
    if form.group_id is not None:
        queries.one(session, CreditGroup, form.group_id)
    if form.studio_id is not None:
        queries.one(session, Studio, form.studio_id)
    values = form.model_dump(include=set(MEDIUM_SHOWN))
    made: CreditMedium = found or CreditMedium(created_by=actor.member_id, created_at=now, **values)
    _put(session, actor, made, values, MEDIUM_SHOWN)
    return made


def save_group(
    session: Session, actor: Actor, form: GroupForm, now: dt.datetime, row_id: int | None = None
) -> CreditGroup:
    """정산그룹. Raises NotYourTurn, NotFound, StaleDocument, FieldErrors, RunPublishing."""
    _must_manage(session, actor)
    company = session.get(CreditCompany, form.credit_company_id)
    if company is None or company.closed_at is not None:
        raise FieldErrors({"credit_company_id": "지급처를 골라 주세요."})
    found = _current(session, CreditGroup, row_id, form.edit_version) if row_id is not None else None
    if found is not None and found.credit_company_id != company.id:
        run_inputs.payees_must_stand(session, [found.id])
    values = {
        "name": form.name,
        "credit_company_id": company.id,
        "company_name": company.name,
        "business_number": company.business_number,
    }
    made: CreditGroup = found or CreditGroup(
        name=form.name, company_name=company.name, created_by=actor.member_id, created_at=now
    )
    _put(session, actor, made, values, ("name", "credit_company_id", "company_name"))
    return made


def set_closed(session: Session, actor: Actor, table: Any, row_id: int, now: dt.datetime, *, closed: bool) -> None:
    """「사용 종료」 and 「다시 사용」 of a company, medium or group. Raises NotYourTurn, NotFound."""
    _must_manage(session, actor)
    found = queries.locked(session, table, row_id)
    if (found.closed_at is not None) == closed:
        return
    if table is CreditCompany and not closed:
        _must_be_new(session, found.business_number, row_id)
    found.closed_at = now if closed else None
    found.edit_version += 1
    session.add(found)
    kept(session, actor, found, "close" if closed else "reopen", {"closed": not closed}, {"closed": closed})


RATE_SHOWN = ("medium_id", "business_id", "rate_millionths", "from_month", "until_month", "contract_name")


def save_rate(
    session: Session, actor: Actor, form: RateForm, now: dt.datetime, row_id: int | None = None
) -> CreditRate:
    """요율 계약. Raises NotYourTurn, NotFound, StaleDocument, RateOverlaps.

    Of one that is there medium and business stay.
    """
    _must_manage(session, actor)
    lock_case(session, f"credit_rate/{form.medium_id}")
    found = _current(session, CreditRate, row_id, form.edit_version) if row_id is not None else None
    medium_id = found.medium_id if found else form.medium_id
    business_id = found.business_id if found else form.business_id
    queries.one(session, CreditMedium, medium_id)
    queries.one(session, CreditBusiness, business_id)
    _must_not_overlap(session, (medium_id, business_id), form, row_id)
    values: dict[str, Any] = {
        "rate_millionths": form.rate,
        "from_month": form.from_month,
        "until_month": form.until_month,
        "contract_name": form.contract_name,
    }
    made: CreditRate = found or CreditRate(
        medium_id=medium_id, business_id=business_id, created_by=actor.member_id, created_at=now, **values
    )
    _put(session, actor, made, values, RATE_SHOWN)
    return made


def _must_not_overlap(session: Session, of: tuple[int, int], form: RateForm, row_id: int | None) -> None:
    rows = select(CreditRate).where(col(CreditRate.medium_id) == of[0], col(CreditRate.business_id) == of[1])
    for other in session.execute(rows).scalars():
        starts_before_it_ends = other.until_month is None or form.from_month <= other.until_month
        ends_after_it_starts = form.until_month is None or form.until_month >= other.from_month
        if other.id != row_id and starts_before_it_ends and ends_after_it_starts:
            until = month_key(other.until_month) if other.until_month else "계속"
            raise RateOverlaps(since=month_key(other.from_month), until=until)


def delete_rate(session: Session, actor: Actor, row_id: int) -> None:
    """「삭제」 of a rate; what was published by it stays. Raises NotYourTurn, NotFound."""
    _must_manage(session, actor)
    found = queries.locked(session, CreditRate, row_id)
    kept(session, actor, found, "delete", {name: _plain(getattr(found, name)) for name in RATE_SHOWN}, {})
    session.delete(found)


def save_pool(session: Session, actor: Actor, form: PoolForm, now: dt.datetime, row_id: int | None = None) -> RsPool:
    """RS 재원. Of one that is there business and month stay.

    Raises NotYourTurn, NotFound, StaleDocument, FieldErrors, PoolTaken, MonthApproved, MonthPublished.
    """
    actor.must_hold(Role.SETTLEMENT)
    lock_case(session, "rs_pool")
    found = _current(session, RsPool, row_id, form.edit_version) if row_id is not None else None
    business = queries.one(session, CreditBusiness, form.business_id)
    if not queries.is_pool(business):
        raise FieldErrors({"business_id": "재원을 나누는 사업을 골라 주세요."})
    if found is None:
        same = select(col(RsPool.id)).where(
            col(RsPool.business_id) == form.business_id, col(RsPool.month) == form.month
        )
        if session.execute(same).scalar_one_or_none() is not None:
            raise PoolTaken
    month = found.month if found else form.month
    if found is None or found.amount != form.amount:
        run_inputs.lock_month(session, month)
        run_inputs.must_take(session, month)
    values: dict[str, Any] = {"amount": form.amount, "note": form.note, "changed_at": now}
    made: RsPool = found or RsPool(
        business_id=form.business_id, month=form.month, created_by=actor.member_id, created_at=now, **values
    )
    _put(session, actor, made, values, ("business_id", "month", "amount", "note"))
    return made


def add_adjustment(session: Session, actor: Actor, form: AdjustmentForm, now: dt.datetime) -> CreditAdjustment:
    """「수기 입력」 or, where a month to put right is named, 「정정」.

    Raises NotYourTurn, FieldErrors, MonthApproved, MonthPublished when the medium's report of the month, or of a later
    one, is with its partner.
    """
    actor.must_hold(Role.SETTLEMENT)
    medium, business = session.get(CreditMedium, form.medium_id), session.get(CreditBusiness, form.business_id)
    if medium is None or business is None:
        raise FieldErrors({"medium_id" if medium is None else "business_id": "목록에서 골라 주세요."})
    if form.origin_month is not None and form.origin_month >= form.month:
        raise FieldErrors({"origin_month": "정정할 월은 반영월보다 앞서야 합니다."})
    run_inputs.lock_month(session, form.month)
    must_be_unsettled(session, form.medium_id, form.month)
    kind = Adjustment.MANUAL if form.origin_month is None else Adjustment.CORRECTION
    standard = item_of(form.origin_month or form.month, business.item) + (" 정정" if form.origin_month else "")
    made = CreditAdjustment(
        kind=kind.value,
        month=form.month,
        origin_month=form.origin_month,
        medium_id=form.medium_id,
        business_id=form.business_id,
        item=form.item or standard,
        supply=form.supply,
        reason=form.reason,
        created_by=actor.member_id,
        created_name=actor.name,
        created_at=now,
    )
    session.add(made)
    session.flush()
    shown = {"month": month_key(form.month), "item": made.item, "supply": made.supply, "reason": made.reason}
    kept(session, actor, made, "create", {}, shown)
    return made


def must_be_unsettled(session: Session, medium_id: int, month: dt.date) -> None:
    """Whether a line of the medium may still be put into the month. Raises MonthApproved, MonthPublished."""
    if queries.is_published(session, medium_id, month):
        raise MonthPublished(month=month_key(month))
    run_inputs.must_take(session, month)


def cancel_adjustment(session: Session, actor: Actor, row_id: int, now: dt.datetime) -> CreditAdjustment:
    """「취소」 while the month is not approved. Raises NotYourTurn, NotFound, MonthApproved, MonthPublished."""
    actor.must_hold(Role.SETTLEMENT)
    found = queries.locked(session, CreditAdjustment, row_id)
    if found.cancelled_at is not None:
        return found
    run_inputs.lock_month(session, found.month)
    must_be_unsettled(session, found.medium_id, found.month)
    found.cancelled_at, found.cancelled_name = now, actor.name
    session.add(found)
    kept(session, actor, found, "cancel", {"cancelled": False}, {"cancelled": True})
    return found
