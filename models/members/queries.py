"""Who people and companies are, and whose turn a role means."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, any_, bindparam, false, select
from sqlalchemy.dialects.postgresql import array
from sqlmodel import Session, col

from models import clock
from models.kernel.roles import PARTNER_SIDE, Role, with_implied
from models.members.house import HOUSE
from models.members.rules import CompanyStatus, MemberStatus
from models.members.tables import Company, Delegation, Member
from models.members.wording import staff_label
from models.plain import Plain, rows
from models.processes.messages import Actor, Person

CHOICES_MAX = 500

_CHOICES: Plain[Company] = Plain(
    select(col(Company.id), col(Company.name))
    .where(col(Company.status) == CompanyStatus.ACTIVE.value)
    .order_by(col(Company.name), col(Company.id))
    .limit(CHOICES_MAX)
)
_NAMES: Plain[Member] = Plain(
    select(col(Member.id), col(Member.login), col(Member.name), col(Member.company_id)).where(
        col(Member.id) == any_(bindparam("ids"))
    )
)


def companies_visible_to(actor: Actor) -> Select[Company]:
    """Start of every select on companies: staff see all, a partner its own."""
    companies = select(Company)
    if actor.is_office:
        return companies
    return companies.where(false() if actor.company_id is None else col(Company.id) == actor.company_id)


def actor_of(session: Session, member_id: int, now: dt.datetime) -> Actor | None:
    """The person as an actor, delegated roles included; None unless active. For the worker and the loader.

    Web gets the same from ``open_session`` in the round trip that finds the session.
    """
    found = session.execute(
        select(col(Member.id), col(Member.name), col(Member.company_id), col(Member.roles), col(Company.name))
        .join(Company, col(Company.id) == col(Member.company_id), isouter=True)
        .where(col(Member.id) == member_id, col(Member.status) == MemberStatus.ACTIVE.value)
        .where(col(Company.id).is_(None) | (col(Company.status) == CompanyStatus.ACTIVE.value))
    ).one_or_none()
    if found is None:
        return None
    own = with_implied(Role(role) for role in found[3])
    return Actor(
        member_id=found[0],
        name=found[1],
        company_id=found[2],
        company_name=found[4] or ("" if Role.MEDIA in own else HOUSE.short_name),
        roles=own,
        delegated={} if Role.MEDIA in own else delegated_to(session, member_id, found[2], now),
    )


def delegated_to(session: Session, member_id: int, company_id: int | None, now: dt.datetime) -> dict[Role, Person]:
    """Roles lent to a person now and by whom; who lost the role, left or is of another side lends nothing."""
    lent = (
        select(col(Delegation.role), col(Member.id), col(Member.name))
        .join(Member, col(Member.id) == col(Delegation.from_member_id))
        .where(
            col(Delegation.to_member_id) == member_id,
            col(Delegation.revoked_at).is_(None),
            col(Delegation.starts_at) <= now,
            col(Delegation.ends_at) > now,
            col(Member.status) == MemberStatus.ACTIVE.value,
            col(Member.roles).contains(array([col(Delegation.role)])),
            col(Member.company_id).is_not_distinct_from(company_id),
            ~col(Member.roles).contains([Role.MEDIA.value]),
        )
        .order_by(col(Delegation.id))
    )
    return {Role(role): Person(member_id=giver, name=name) for role, giver, name in session.execute(lent)}


IN_TURN = """holders AS (
    SELECT id FROM member
     WHERE status = 'active' AND roles @> ARRAY[%(role)s]
       AND company_id IS NOT DISTINCT FROM %(of_company)s::bigint
     ORDER BY id LIMIT 500
), asked AS (
    SELECT id FROM holders
     WHERE id = %(named)s
        OR NOT %(only_named)s AND NOT EXISTS (SELECT 1 FROM holders h WHERE h.id = %(named)s::bigint)
), turn AS (
    SELECT id FROM asked
     UNION
    SELECT d.to_member_id FROM delegation d JOIN asked ON asked.id = d.from_member_id
     WHERE d.role = %(role)s AND d.revoked_at IS NULL AND d.starts_at <= %(now)s AND d.ends_at > %(now)s
)"""
"""Whom to tell that it is the turn of a role: who is named on the document, else all who hold it.

A named person who left or no longer holds the role is not waited for. Those it is delegated to today are told as
well. A medium's step is nobody's but whom the document names: all who have the role would be every medium.
The beginning of a statement that takes `in_turn`'s parameters.
"""
_IN_TURN = f"WITH {IN_TURN} SELECT id FROM turn ORDER BY id"  # noqa: S608 - no value in it


def in_turn(role: Role, company_id: int | None, named: int | None) -> dict[str, Any]:
    """Parameters of IN_TURN; partners' roles are of a company, the others of the staff."""
    return {
        "role": role.value,
        "of_company": company_id if role in PARTNER_SIDE else None,
        "named": named,
        "only_named": role is Role.MEDIA,
        "now": clock.now(),
    }


def members_in_turn(session: Session, role: Role, company_id: int | None, named: int | None) -> list[int]:
    """The people of IN_TURN; the machine's turn is nobody's."""
    if role is Role.SYSTEM:
        return []
    asked = in_turn(role, company_id, named)
    session.flush()
    return list(session.connection().exec_driver_sql(_IN_TURN, asked).scalars())


def staff_labels(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Member id -> 「amela.cha(차지애)」 for staff, the name alone for partners; unknown ids are left out."""
    wanted = {member for member in ids if member is not None}
    if not wanted:
        return {}
    return {
        found.id or 0: staff_label(found.login, found.name) if found.company_id is None else found.name
        for found in rows(session, _NAMES, {"ids": list(wanted)})
    }


def member_names(session: Session, ids: Iterable[int | None]) -> dict[int, str]:
    """Member id -> Korean name."""
    wanted = {member for member in ids if member is not None}
    if not wanted:
        return {}
    found = select(col(Member.id), col(Member.name)).where(col(Member.id).in_(wanted))
    return {member: name for member, name in session.execute(found)}  # noqa: C416 - rows are not pairs to mypy


def staff_named(column: Any, typed: str) -> Any:
    """Condition: the staff member in `column` has the typed words in the English id or the Korean name."""
    found = select(col(Member.id)).where(
        col(Member.company_id).is_(None),
        col(Member.login).icontains(typed, autoescape=True) | col(Member.name).icontains(typed, autoescape=True),
    )
    return column.in_(found.limit(CHOICES_MAX))


def companies(session: Session, ids: Iterable[int | None]) -> dict[int, Company]:
    """Company id -> company."""
    wanted = {company for company in ids if company is not None}
    if not wanted:
        return {}
    found = session.execute(select(Company).where(col(Company.id).in_(wanted))).scalars()
    return {company.id: company for company in found if company.id is not None}


def company_choices(session: Session, actor: Actor) -> list[tuple[int, str]]:
    """`active_companies` as id and name, for the office's forms; nothing for others."""
    found = rows(session, _CHOICES, {}) if actor.is_office else []
    return [(company.id or 0, company.name) for company in found]


def active_companies(session: Session, actor: Actor) -> list[Company]:
    """Companies that can be chosen for a new document, by name."""
    found = companies_visible_to(actor).where(col(Company.status) == CompanyStatus.ACTIVE.value)
    return list(session.execute(found.order_by(col(Company.name), col(Company.id)).limit(CHOICES_MAX)).scalars())
