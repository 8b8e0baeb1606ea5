"""Everybody who may log in, as the administrator sees them."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Row, Select, select, text
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.kernel.roles import STAFF_SIDE, Role, is_staff
from models.members.rules import MemberStatus
from models.members.tables import Company, Member

STAFF_MAX = 500
SHOWN: tuple[Any, ...] = (
    Member.id,
    Member.login,
    Member.name,
    Member.email,
    Member.phone,
    Member.company_id,
    Member.roles,
    Member.status,
    Member.position,
    Member.department,
    Member.extension,
    Member.must_change_password,
    Member.password_changed_at,
    Member.last_login_at,
    Member.created_at,
    Member.joined_at,
    Member.left_at,
    Member.left_reason,
)
"""Not the password, nor what identity verification found: the one nobody reads, the other only for a reason."""


def members() -> Select[Any]:
    """Everybody, with their company; what the web role may see of them is row-level security's."""
    return select(*SHOWN, col(Company.name).label("company_name"), col(Company.status).label("company_status")).join(
        Company, col(Company.id) == col(Member.company_id), isouter=True
    )


def member(session: Session, member_id: int) -> Row[Any]:
    """One person. Raises NotFound."""
    found = session.execute(members().where(col(Member.id) == member_id)).one_or_none()
    if found is None:
        raise NotFound
    return found


def staff(session: Session) -> list[Row[Any]]:
    """Active people of the house, by name: who can be given something to do."""
    rows = members().where(
        col(Member.company_id).is_(None),
        col(Member.status) == MemberStatus.ACTIVE.value,
        contained_by(STAFF_SIDE),
    )
    return list(session.execute(rows.order_by(col(Member.name), col(Member.id)).limit(STAFF_MAX)).all())


def contained_by(roles: Iterable[Role]) -> Any:
    """The condition: somebody has none but these roles."""
    column: Any = col(Member.roles)
    return column.contained_by([role.value for role in roles])


def is_of_house(roles: Sequence[str]) -> bool:
    """Whether these are the roles of somebody of the buying company."""
    return is_staff(Role(role) for role in roles)


def staff_roles(roles: Sequence[str]) -> list[Role]:
    """The staff roles among these, in the house's order."""
    return [role for role in Role if role in STAFF_SIDE and role.value in roles]


_SESSIONS = text("SELECT * FROM member_sessions(:person, :now)")
_AUTHENTICATOR = text("SELECT member_authenticator(:person, :now)")
_ATTEMPTS = text("SELECT * FROM member_attempts(:person, :now)")


def live_sessions(session: Session, member_id: int, now: dt.datetime) -> list[Row[Any]]:
    """Sessions of somebody that have not ended: kind, ip, agent, created_at, last_seen_at. For administrators."""
    return list(session.execute(_SESSIONS, {"person": member_id, "now": now}).all())


def authenticator_since(session: Session, member_id: int, now: dt.datetime) -> dt.datetime | None:
    """Since when somebody's log-in codes come from their 인증 앱; None without one. For administrators."""
    found: dt.datetime | None = session.execute(_AUTHENTICATOR, {"person": member_id, "now": now}).scalar_one()
    return found


def attempts(session: Session, member_id: int, now: dt.datetime) -> list[Row[Any]]:
    """The last twenty log-ins tried under somebody's id (접속기록), newest first. For administrators."""
    return list(session.execute(_ATTEMPTS, {"person": member_id, "now": now}).all())
