"""「위임」: who lent which role to whom, for how long."""

import datetime as dt
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from models.kernel.calendar import at_hour, local_date
from models.kernel.refusals import FieldErrors, NotFound
from models.kernel.roles import STAFF_SIDE, Role
from models.members import directory
from models.members.administration import DELEGATION_DAYS_MAX, DelegationForm, DelegationOver
from models.members.tables import Delegation, Member
from models.processes.changes import Thing, keep
from models.processes.messages import Actor
from models.processes.writes import lock_case

Giver, Deputy = aliased(Member, name="giver"), aliased(Member, name="deputy")
ONE_DAY = dt.timedelta(days=1)


def state_of(delegation: Delegation, now: dt.datetime) -> str:
    """ahead, now, over or revoked."""
    if delegation.revoked_at is not None:
        return "revoked"
    if now < delegation.starts_at:
        return "ahead"
    return "now" if now < delegation.ends_at else "over"


def visible_to(actor: Actor) -> Any:
    """Delegations with both names: all for the administrator, for others those they gave or were given."""
    rows: Any = (
        select(
            Delegation,
            col(Giver.login).label("giver_login"),
            col(Giver.name).label("giver_name"),
            col(Deputy.login).label("deputy_login"),
            col(Deputy.name).label("deputy_name"),
        )
        .join(Giver, col(Giver.id) == col(Delegation.from_member_id))
        .join(Deputy, col(Deputy.id) == col(Delegation.to_member_id))
    )
    if Role.ADMIN in actor.every_role:
        return rows
    me = actor.member_id
    return rows.where(or_(col(Delegation.from_member_id) == me, col(Delegation.to_member_id) == me))


def lend(session: Session, actor: Actor, form: DelegationForm, now: dt.datetime) -> Delegation:
    """「위임」 of one's own role, or by the administrator of anybody's. Raises NotYourTurn, FieldErrors."""
    actor.must_hold(*STAFF_SIDE)
    giver_id = form.from_member_id or actor.member_id
    if giver_id != actor.member_id:
        actor.must_hold(Role.ADMIN)
    lock_case(session, f"delegations/{giver_id}")
    giver, deputy = _staff(session, giver_id, "from_member_id"), _staff(session, form.to_member_id, "to_member_id")
    _check(session, giver, form, local_date(now))
    starts = max(at_hour(form.starts_on), now)
    made = Delegation(
        from_member_id=giver_id,
        to_member_id=form.to_member_id,
        role=form.role.value,
        starts_at=starts,
        ends_at=at_hour(form.ends_on + ONE_DAY),
        reason=form.reason,
        created_at=now,
    )
    session.add(made)
    session.flush()
    after = {
        "from": giver.name,
        "to": deputy.name,
        "role": form.role.value,
        "starts_on": form.starts_on.isoformat(),
        "ends_on": form.ends_on.isoformat(),
        "reason": form.reason,
    }
    keep(session, actor, _thing(made), "create", {}, after)
    return made


def _staff(session: Session, member_id: int, field: str) -> Any:
    found = next((person for person in directory.staff(session) if person.id == member_id), None)
    if found is None:
        raise FieldErrors({field: "임직원 목록에서 골라 주세요."})
    return found


def _check(session: Session, giver: Any, form: DelegationForm, today: dt.date) -> None:
    errors = {}
    if form.to_member_id == giver.id:
        errors["to_member_id"] = "본인에게는 위임할 수 없습니다."
    if form.role.value not in giver.roles:
        errors["role"] = f"{giver.name} 님에게 없는 역할입니다."
    if form.ends_on < max(form.starts_on, today):
        errors["ends_on"] = "종료일은 시작일과 오늘보다 빠를 수 없습니다."
    elif (form.ends_on - form.starts_on).days >= DELEGATION_DAYS_MAX:
        errors["ends_on"] = "위임은 1년까지 할 수 있습니다."
    if not errors and _overlaps(session, giver.id, form):
        errors["starts_on"] = "같은 사람에게 같은 역할을 이 기간에 이미 위임했습니다."
    if errors:
        raise FieldErrors(errors)


def _overlaps(session: Session, giver_id: int, form: DelegationForm) -> bool:
    same = select(col(Delegation.id)).where(
        col(Delegation.from_member_id) == giver_id,
        col(Delegation.to_member_id) == form.to_member_id,
        col(Delegation.role) == form.role.value,
        col(Delegation.revoked_at).is_(None),
        col(Delegation.starts_at) < at_hour(form.ends_on + ONE_DAY),
        col(Delegation.ends_at) > at_hour(form.starts_on),
    )
    return session.execute(same.limit(1)).first() is not None


def revoke(session: Session, actor: Actor, delegation_id: int, now: dt.datetime) -> None:
    """「위임 취소」 by who gave it, or by the administrator. Raises NotFound, DelegationOver."""
    row = select(Delegation).where(col(Delegation.id) == delegation_id).with_for_update()
    found: Delegation | None = session.execute(row).scalar_one_or_none()
    allowed = found is not None and (found.from_member_id == actor.member_id or Role.ADMIN in actor.every_role)
    if found is None or not allowed:
        raise NotFound
    if state_of(found, now) in {"over", "revoked"}:
        raise DelegationOver
    found.revoked_at = now
    keep(session, actor, _thing(found), "revoke", {}, {"role": found.role})


def _thing(delegation: Delegation) -> Thing:
    return Thing("delegation", delegation.id or 0)
