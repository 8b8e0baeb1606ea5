"""What the administrator does to people and companies. The database's own doors ask who is an administrator."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, Text, bindparam, select, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.columns import Encrypted
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.kernel.roles import Role
from models.members import administration as admin
from models.members import directory
from models.members.administration import NewStaffForm, StaffEditForm, SupplierForm
from models.members.queries import companies_visible_to
from models.members.rules import CompanyStatus, MemberStatus
from models.members.tables import Company
from models.processes.changes import Thing, keep
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.processes.writes import lock_case

TAKEN = "이미 쓰고 있는 아이디입니다."
NUMBER_TAKEN = "이미 등록된 사업자등록번호입니다."
SUPPLIER_KEEPERS = frozenset({Role.ADMIN, Role.BUYER})
BLOCKABLE = frozenset(
    {CompanyStatus.ACTIVE, CompanyStatus.REJECTED, CompanyStatus.PORTAL_UNUSED, CompanyStatus.WITHDRAWN}
)
_REFUSED: dict[str, type[Refusal]] = {
    "last_admin": admin.LastAdmin,
    "not_oneself": admin.NotOneself,
    "member_changed": admin.MemberChanged,
}
_SEALED = Encrypted("member.phone")
_ADD = text(
    "SELECT staff_add(:login, :name, :email, :phone, :secret, :roles, :department, :position, :extension, :now)"
).bindparams(bindparam("phone", type_=_SEALED), bindparam("roles", type_=ARRAY(Text)))
_EDIT = text("SELECT staff_edit(:person, :name, :email, :phone, :department, :position, :extension, :now)").bindparams(
    bindparam("phone", type_=_SEALED)
)
_ROLES = text("SELECT staff_roles(:person, :before, :held, :now)").bindparams(
    bindparam("before", type_=ARRAY(Text)), bindparam("held", type_=ARRAY(Text))
)
_SECRET = text("SELECT staff_secret(:person, :secret, :now)")
_STATUS = text("SELECT member_status(:person, :before, :wanted, :why, :now)")
_END = text("SELECT end_sessions(:person, :now)")
_RESET = text("SELECT authenticator_reset(:person, :now)")
_UNLOCK = text("SELECT unlock_login(:person, :now)")


def add_staff(session: Session, actor: Actor, form: NewStaffForm, secret: str, now: dt.datetime) -> int:
    """「임직원 등록」 under a temporary password (`secret` is its hash). Raises NotYourTurn, FieldErrors."""
    actor.must_hold(Role.ADMIN)
    facts = form.model_dump(mode="json")
    try:
        with session.begin_nested():
            made: int = session.execute(_ADD, facts | {"secret": secret, "now": now}).scalar_one()
    except IntegrityError as taken:
        raise FieldErrors({"login": TAKEN}) from taken
    after = {name: value for name, value in facts.items() if name != "phone"}
    keep(session, actor, Thing("member", made), "create", {}, after)
    return made


def edit_staff(session: Session, actor: Actor, member_id: int, form: StaffEditForm, now: dt.datetime) -> None:
    """Who a staff member is; the id stays. Raises NotYourTurn, NotFound."""
    actor.must_hold(Role.ADMIN)
    person = directory.member(session, member_id)
    facts = form.model_dump(mode="json")
    asked = facts | {"person": member_id, "phone": facts["phone"] or None, "now": now}
    if not session.execute(_EDIT, asked).scalar_one():
        raise NotFound
    names = [name for name in facts if name != "phone"]
    before = {name: getattr(person, name) for name in names}
    after = {name: facts[name] for name in names}
    if facts["phone"] and facts["phone"] != person.phone:
        before, after = before | {"phone": "이전 번호"}, after | {"phone": "새 번호"}
    if before != after:
        keep(session, actor, Thing("member", member_id), "edit", before, after)


def give_roles(session: Session, actor: Actor, member_id: int, roles: Sequence[Role], now: dt.datetime) -> None:
    """What a staff member may do from now on. Raises NotYourTurn, NotFound, FieldErrors, LastAdmin, MemberChanged."""
    actor.must_hold(Role.ADMIN)
    person = directory.member(session, member_id)
    if not directory.is_of_house(person.roles):
        raise NotFound
    held = sorted({role.value for role in roles})
    if not held:
        raise FieldErrors({"roles": "역할을 하나 이상 골라 주세요."})
    if held == sorted(person.roles):
        return
    verdict = session.execute(
        _ROLES, {"person": member_id, "before": list(person.roles), "held": held, "now": now}
    ).scalar_one()
    if verdict == "no_staff_role":
        raise FieldErrors({"roles": "임직원에게 줄 수 있는 역할이 아닙니다."})
    _settle(verdict)
    keep(session, actor, Thing("member", member_id), "roles", {"roles": sorted(person.roles)}, {"roles": held})


def give_password(session: Session, actor: Actor, member_id: int, secret: str, now: dt.datetime) -> str:
    """A staff member's temporary password (`secret` is its hash) in place of the old one; where to mail it to.

    Raises NotYourTurn, NotFound.
    """
    actor.must_hold(Role.ADMIN)
    directory.member(session, member_id)
    address: str | None = session.execute(_SECRET, {"person": member_id, "secret": secret, "now": now}).scalar_one()
    if address is None:
        raise NotFound
    keep(session, actor, Thing("member", member_id), "password", {}, {"email": address})
    return address


def suspend(session: Session, actor: Actor, member_id: int, reason: str, now: dt.datetime) -> None:
    """「이용 중지」: nobody logs in as this person any more, and who is in is out.

    Raises NotYourTurn, NotFound, NotOneself, LastAdmin, MemberChanged.
    """
    _turn(session, actor, member_id, (MemberStatus.ACTIVE, MemberStatus.BLOCKED), reason, now)


def resume(session: Session, actor: Actor, member_id: int, reason: str, now: dt.datetime) -> None:
    """「이용 재개」. Raises NotYourTurn, NotFound, MemberChanged."""
    _turn(session, actor, member_id, (MemberStatus.BLOCKED, MemberStatus.ACTIVE), reason, now)


def _turn(
    session: Session,
    actor: Actor,
    member_id: int,
    ends: tuple[MemberStatus, MemberStatus],
    reason: str,
    now: dt.datetime,
) -> None:
    actor.must_hold(Role.ADMIN)
    directory.member(session, member_id)
    before, wanted = ends
    asked = {"person": member_id, "before": before.value, "wanted": wanted.value, "why": reason, "now": now}
    _settle(session.execute(_STATUS, asked).scalar_one())
    act = "resume" if wanted is MemberStatus.ACTIVE else "suspend"
    after = {"status": wanted.value, "reason": reason}
    keep(session, actor, Thing("member", member_id), act, {"status": before.value}, after)


def _settle(verdict: str) -> None:
    if verdict in _REFUSED:
        raise _REFUSED[verdict]


def end_sessions(session: Session, actor: Actor, member_id: int, now: dt.datetime) -> int:
    """「모든 로그인 종료」; how many there were. Raises NotYourTurn, NotFound."""
    actor.must_hold(Role.ADMIN)
    directory.member(session, member_id)
    ended: int = session.execute(_END, {"person": member_id, "now": now}).scalar_one()
    keep(session, actor, Thing("member", member_id), "end_sessions", {}, {"sessions": ended})
    return ended


def unlock(session: Session, actor: Actor, member_id: int, now: dt.datetime) -> int:
    """「잠금 해제」: failures no longer count; how many there were. Raises NotYourTurn, NotFound."""
    actor.must_hold(Role.ADMIN)
    directory.member(session, member_id)
    cleared: int = session.execute(_UNLOCK, {"person": member_id, "now": now}).scalar_one()
    keep(session, actor, Thing("member", member_id), "unlock", {}, {"attempts": cleared})
    return cleared


def reset_authenticator(session: Session, actor: Actor, member_id: int, reason: str, now: dt.datetime) -> None:
    """「인증 앱 해제」 for somebody who lost the app and the recovery codes: codes go to the phone again.

    Raises NotYourTurn, NotFound, NotOneself, MemberChanged.
    """
    actor.must_hold(Role.ADMIN)
    directory.member(session, member_id)
    _settle(session.execute(_RESET, {"person": member_id, "now": now}).scalar_one())
    keep(session, actor, Thing("member", member_id), "reset_authenticator", {}, {"reason": reason})


def register_supplier(session: Session, actor: Actor, form: SupplierForm, now: dt.datetime) -> Company:
    """「포탈미사용 협력사 등록」. Raises NotYourTurn, FieldErrors."""
    actor.must_hold(*SUPPLIER_KEEPERS)
    company = Company(status=CompanyStatus.PORTAL_UNUSED.value, created_at=now, **_written(form))
    _flush(session, company)
    keep(session, actor, _company(company), "create", {}, _facts(company))
    return company


def edit_supplier(session: Session, actor: Actor, company_id: int, form: SupplierForm) -> Company:
    """Facts of a supplier that is not in the portal; one that is changes them itself (변경요청).

    Raises NotYourTurn, NotFound, NotBlockable, FieldErrors.
    """
    actor.must_hold(*SUPPLIER_KEEPERS)
    company = _locked(session, actor, company_id)
    if company.status != CompanyStatus.PORTAL_UNUSED:
        raise admin.NotBlockable
    before = _facts(company)
    for name, value in _written(form).items():
        setattr(company, name, value)
    _flush(session, company)
    if before != _facts(company):
        keep(session, actor, _company(company), "edit", before, _facts(company))
    return company


def block(session: Session, actor: Actor, company_id: int, reason: str, now: dt.datetime) -> Company:
    """「가입불가 지정」: it can neither log in nor apply. Raises NotYourTurn, NotFound, NotBlockable."""
    actor.must_hold(Role.ADMIN)
    company = _locked(session, actor, company_id)
    if company.status not in BLOCKABLE:
        raise admin.NotBlockable
    before = company.status
    company.status, company.status_reason, company.left_at = CompanyStatus.BLOCKED.value, reason, now
    keep(session, actor, _company(company), "block", {"status": before}, {"status": company.status, "reason": reason})
    return company


def unblock(session: Session, actor: Actor, company_id: int, reason: str) -> Company:
    """「가입불가 해제」: back to what it was. Raises NotYourTurn, NotFound, NotBlockable."""
    actor.must_hold(Role.ADMIN)
    company = _locked(session, actor, company_id)
    if company.status != CompanyStatus.BLOCKED:
        raise admin.NotBlockable
    company.status, company.status_reason, company.left_at = _before_block(session, company_id).value, "", None
    keep(
        session,
        actor,
        _company(company),
        "unblock",
        {"status": CompanyStatus.BLOCKED.value},
        {"status": company.status, "reason": reason},
    )
    return company


def _before_block(session: Session, company_id: int) -> CompanyStatus:
    """Who was rejected for good was an applicant before, and may apply again."""
    last = (
        select(col(AuditEntry.detail))
        .where(
            col(AuditEntry.kind) == "company",
            col(AuditEntry.document_id) == company_id,
            col(AuditEntry.act) == "block",
        )
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    )
    detail: dict[str, Any] | None = session.execute(last).scalar_one_or_none()
    return CompanyStatus(detail["before"]["status"]) if detail else CompanyStatus.REJECTED


def note_code(session: Session, actor: Actor, company_id: int, number: str) -> None:
    """Keep in a supplier's history that its 인증번호 was sent."""
    keep(session, actor, Thing("company", company_id, SUPPLIER_KEEPERS), "send_code", {}, {"number": number})


def _company(company: Company) -> Thing:
    return Thing("company", company.id or 0, SUPPLIER_KEEPERS)


def _locked(session: Session, actor: Actor, company_id: int) -> Company:
    lock_case(session, f"company/{company_id}")
    row = companies_visible_to(actor).where(col(Company.id) == company_id).with_for_update()
    found: Company | None = session.execute(row.execution_options(populate_existing=True)).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _written(form: SupplierForm) -> dict[str, Any]:
    return form.model_dump(mode="json") | {"business_number": form.business_number or None}


def _facts(company: Company) -> dict[str, Any]:
    return {name: getattr(company, name) or "" for name in SupplierForm.model_fields}


def _flush(session: Session, company: Company) -> None:
    try:
        with session.begin_nested():
            session.add(company)
            session.flush()
    except IntegrityError as taken:
        raise FieldErrors({"business_number": NUMBER_TAKEN}) from taken
