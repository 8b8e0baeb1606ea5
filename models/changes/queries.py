"""Reads of change requests: what is in force, what would change, what is open."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, column, or_, select, table
from sqlmodel import Session, col

from models.changes.rules import ACCOUNT, ACCOUNT_FIELDS, COMPANY_FIELDS, OPEN, Subject
from models.changes.tables import ChangeItem, ChangeRequest
from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.members.queries import companies_visible_to
from models.members.tables import BankAccount, Company, Member
from models.processes.messages import Actor
from models.processes.queries import visible_to

# Withdrawals come later in the house's order of domains: of their table only these columns are known here.
WITHDRAWAL = table(
    "withdrawal", column("id"), column("number"), column("company_id"), column("member_id"),
    column("subject"), column("status"),
)  # fmt: skip


@dataclass(frozen=True)
class Waiting:
    """A request that is open: where it stands and what it is called."""

    id: int
    number: str


def visible(actor: Actor) -> Select[ChangeRequest]:
    """Start of every select: buyers see all, an owner its company's, another 담당자 its own."""
    rows = visible_to(actor, ChangeRequest)
    if actor.side != "partner" or Role.PARTNER_OWNER in actor.roles:
        return rows
    own = or_(col(ChangeRequest.member_id) == actor.member_id, col(ChangeRequest.created_by) == actor.member_id)
    return rows.where(own)


def company_of(session: Session, actor: Actor) -> Company:
    """The partner's own company. Raises NotFound for staff."""
    found: Company | None = None
    if actor.company_id is not None:
        own = companies_visible_to(actor).where(col(Company.id) == actor.company_id)
        found = session.execute(own).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


MEMBER_SHOWN = (
    col(Member.id),
    col(Member.login),
    col(Member.name),
    col(Member.email),
    col(Member.phone),
    col(Member.birth_date),
    col(Member.sex),
    col(Member.foreign_national),
    col(Member.identity_hash),
    col(Member.company_id),
    col(Member.roles),
    col(Member.status),
    col(Member.position),
    col(Member.department),
    col(Member.extension),
    col(Member.created_at),
    col(Member.joined_at),
    col(Member.left_at),
)
"""Not the password's hash: the web role may not read it."""


def member_of(session: Session, actor: Actor, member_id: int) -> Any:
    """A 담당자 of one's own company; for staff, of any. Raises NotFound."""
    rows = select(*MEMBER_SHOWN).where(col(Member.id) == member_id, col(Member.company_id).is_not(None))
    if actor.company_id is not None:
        rows = rows.where(col(Member.company_id) == actor.company_id)
    found = session.execute(rows).one_or_none()
    if found is None:
        raise NotFound
    return found


def facts(company: Company) -> dict[str, Any]:
    """The fields a request may change, as they are in force."""
    return {name: getattr(company, name) for name in COMPANY_FIELDS}


def accounts(session: Session, company_id: int) -> Sequence[BankAccount]:
    """The open accounts of a company, the default one first."""
    rows = select(BankAccount).where(col(BankAccount.company_id) == company_id, col(BankAccount.closed_at).is_(None))
    return session.execute(rows.order_by(col(BankAccount.is_default).desc(), col(BankAccount.id))).scalars().all()


def account_facts(account: BankAccount) -> dict[str, Any]:
    return {name: getattr(account, name) for name in ACCOUNT_FIELDS}


def items(session: Session, request_id: int) -> Sequence[ChangeItem]:
    """What differs, facts first, then accounts."""
    rows = session.execute(select(ChangeItem).where(col(ChangeItem.change_request_id) == request_id)).scalars().all()
    order = {name: place for place, name in enumerate((*COMPANY_FIELDS, "login", "owner"))}
    return sorted(rows, key=lambda row: (row.field.startswith(f"{ACCOUNT}-"), order.get(row.field, 0), row.field))


def value(text: str | None) -> Any:
    """What an item's side says; None where there is nothing."""
    return None if text is None else json.loads(text)


def kept(content: Any) -> str | None:
    """The text of an item's side."""
    return None if content is None else json.dumps(content, ensure_ascii=False, sort_keys=True)


def open_change(
    session: Session, company_id: int, subject: Subject | None = None, member_id: int | None = None
) -> Waiting | None:
    """An open request of a company, of one subject or about one person."""
    rows = select(col(ChangeRequest.id), col(ChangeRequest.number)).where(
        col(ChangeRequest.company_id) == company_id, col(ChangeRequest.status).in_(OPEN)
    )
    if subject is not None:
        rows = rows.where(col(ChangeRequest.subject) == subject.value)
    if member_id is not None:
        rows = rows.where(col(ChangeRequest.member_id) == member_id)
    found = session.execute(rows.order_by(col(ChangeRequest.id)).limit(1)).one_or_none()
    return Waiting(found[0], found[1]) if found else None


def open_withdrawal(session: Session, company_id: int, member_id: int | None = None) -> Waiting | None:
    """The open withdrawal of a company, or with `member_id` that of the company or the person."""
    whose = WITHDRAWAL.c.subject == "company"
    if member_id is not None:
        whose = or_(whose, WITHDRAWAL.c.member_id == member_id)
    rows = select(WITHDRAWAL.c.id, WITHDRAWAL.c.number).where(
        WITHDRAWAL.c.company_id == company_id, WITHDRAWAL.c.status.in_(OPEN), whose
    )
    found = session.execute(rows.limit(1)).one_or_none()
    return Waiting(found[0], found[1]) if found else None


def by_id(rows: Sequence[BankAccount]) -> Mapping[int, dict[str, Any]]:
    """Account id -> its facts."""
    return {row.id or 0: account_facts(row) for row in rows}
