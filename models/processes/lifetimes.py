"""정책의 기간: how long a code, a request nobody finishes, an invitation and an absence last; read when it matters."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlmodel import Session, col

from models.kernel.refusals import FieldErrors
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.tables import LifetimePolicy
from models.processes.writes import lock_case

HISTORY_MAX = 100
SHORTEST_MONTH_DAYS = 28
AMOUNT_MAX = 9999


class Lifetime(StrEnum):
    CODE = "conversion_code"  # 인증번호
    UNFINISHED = "unfinished"  # 마치지 않은 가입과 전환
    INVITATION = "invitation"  # 하모니 초대 링크
    DORMANCY = "dormancy"  # 휴면 전환
    NOTICE = "dormancy_notice"  # 휴면 예고


class Unit(StrEnum):
    DAYS = "days"
    MONTHS = "months"


@dataclass(frozen=True, slots=True)
class Bounds:
    """The house's default and what may be set instead."""

    usual: int
    least: int
    most: int
    unit: Unit = Unit.DAYS


BOUNDS: dict[Lifetime, Bounds] = {
    Lifetime.CODE: Bounds(7, 1, 60),
    Lifetime.UNFINISHED: Bounds(30, 1, 365),
    Lifetime.INVITATION: Bounds(7, 1, 60),
    Lifetime.DORMANCY: Bounds(12, 1, 60, Unit.MONTHS),
    Lifetime.NOTICE: Bounds(30, 1, 180),
}

NAME: dict[Lifetime, str] = {
    Lifetime.CODE: "전환 인증번호 유효기간",
    Lifetime.UNFINISHED: "마치지 않은 가입·전환 보관 기간",
    Lifetime.INVITATION: "하모니 초대 유효기간",
    Lifetime.DORMANCY: "휴면 전환까지의 기간",
    Lifetime.NOTICE: "휴면 전환 예고",
}

HINT: dict[Lifetime, str] = {
    Lifetime.CODE: "포탈미사용 협력사에 보낸 인증번호입니다. 앞으로 보내는 인증번호부터 적용됩니다.",
    Lifetime.UNFINISHED: "보내거나 쓰기 시작한 때부터 셉니다. 지나면 전환이 끝나고 입력하던 내용을 지웁니다.",
    Lifetime.INVITATION: "초대 메일의 링크입니다. 앞으로 보내는 초대 메일부터 적용됩니다.",
    Lifetime.DORMANCY: "마지막 로그인부터 셉니다. 임직원, 협력사, 하모니 사용자 모두 곧바로 따릅니다.",
    Lifetime.NOTICE: "휴면으로 바뀌기 며칠 전에 알릴지 정합니다. 곧바로 따릅니다.",
}

UNIT: dict[Unit, str] = {Unit.DAYS: "일", Unit.MONTHS: "개월"}
ABSENCE = frozenset({Lifetime.DORMANCY, Lifetime.NOTICE})
"""Those that the watches over absences follow."""


class LifetimeForm(BaseModel):
    """A whole number of the lifetime's unit."""

    amount: int = Field(ge=1, le=AMOUNT_MAX, title="기간")


def words(lifetime: Lifetime, amount: int) -> str:
    """7일, 6개월, 1년."""
    if BOUNDS[lifetime].unit is Unit.MONTHS and amount % 12 == 0:
        return f"{amount // 12}년"
    return f"{amount}{UNIT[BOUNDS[lifetime].unit]}"


def in_force(session: Session) -> dict[Lifetime, int]:
    """Every lifetime as it is now, in its unit."""
    newest = select(func.max(col(LifetimePolicy.id))).group_by(col(LifetimePolicy.lifetime))
    rows = session.execute(select(LifetimePolicy).where(col(LifetimePolicy.id).in_(newest))).scalars()
    known = {row.lifetime: row.amount for row in rows}
    return {lifetime: known.get(lifetime, bounds.usual) for lifetime, bounds in BOUNDS.items()}


def amount(session: Session, lifetime: Lifetime) -> int:
    """One lifetime as it is now, in its unit."""
    newest = (
        select(col(LifetimePolicy.amount))
        .where(col(LifetimePolicy.lifetime) == lifetime.value)
        .order_by(col(LifetimePolicy.id).desc())
        .limit(1)
    )
    found = session.execute(newest).scalar_one_or_none()
    return BOUNDS[lifetime].usual if found is None else int(found)


def span(session: Session, lifetime: Lifetime) -> dt.timedelta:
    """A lifetime in days."""
    return dt.timedelta(days=amount(session, lifetime))


def since(session: Session) -> dict[Lifetime, dt.datetime]:
    """When those that were ever changed were changed last."""
    rows = select(col(LifetimePolicy.lifetime), func.max(col(LifetimePolicy.changed_at)))
    found = session.execute(rows.group_by(col(LifetimePolicy.lifetime))).all()
    return {Lifetime(lifetime): at for lifetime, at in found}


def history(session: Session, lifetime: Lifetime) -> Sequence[LifetimePolicy]:
    """Every amount it ever had, newest first."""
    rows = select(LifetimePolicy).where(col(LifetimePolicy.lifetime) == lifetime.value)
    return session.execute(rows.order_by(col(LifetimePolicy.id).desc()).limit(HISTORY_MAX)).scalars().all()


def change(session: Session, actor: Actor, lifetime: Lifetime, wanted: int, now: dt.datetime) -> LifetimePolicy | None:
    """Put a lifetime in force from now on; None when it is the same already. Raises NotYourTurn, FieldErrors."""
    actor.must_hold(Role.ADMIN)
    lock_case(session, "lifetimes")
    known = in_force(session)
    if known[lifetime] == wanted:
        return None
    problem = _problem(known | {lifetime: wanted}, lifetime)
    if problem:
        raise FieldErrors({"amount": problem})
    row = LifetimePolicy(lifetime=lifetime.value, amount=wanted, changed_by=actor.member_id, changed_at=now)
    session.add(row)
    session.flush()
    return row


def _problem(known: dict[Lifetime, int], changed: Lifetime) -> str:
    bounds = BOUNDS[changed]
    if not bounds.least <= known[changed] <= bounds.most:
        return f"{bounds.least}~{words(changed, bounds.most)} 안에서 정해 주세요."
    if known[Lifetime.UNFINISHED] < known[Lifetime.CODE]:
        return "보관 기간은 인증번호의 유효기간보다 짧을 수 없습니다."
    if known[Lifetime.NOTICE] >= known[Lifetime.DORMANCY] * SHORTEST_MONTH_DAYS:
        return "예고는 휴면 전환까지의 기간보다 짧아야 합니다."
    return ""
