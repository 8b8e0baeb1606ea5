"""열람 기록: masked personal data is shown in full only through here, and every showing is kept."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlmodel import Session

from models import clock
from models.auth.rules import DisclosureReasonMissing
from models.auth.tables import Disclosure
from models.kernel.refusals import NotFound
from models.members.tables import BankAccount, Company, Member
from models.processes.messages import Actor

KEPT = dt.timedelta(days=730)
"""Access to personal data is kept two years (안전성 확보조치 기준 8조)."""

FIELDS: dict[str, tuple[str, ...]] = {
    "member": ("phone", "birth_date"),
    "bank_account": ("account_number", "iban", "holder"),
}
"""What can be unmasked, by table."""


@dataclass(frozen=True)
class Subject:
    """Whose value it is: a table and row, the name the house knows, the company."""

    kind: str
    id: int
    name: str = ""
    company_id: int | None = None


def unmask(session: Session, actor: Actor, subject: Member | BankAccount, field: str, reason: str, ip: str = "") -> str:
    """The full value of a masked field, kept in the record of who saw what.

    `subject` is a row this actor's session could read, `field` one of FIELDS. Somebody else's needs a reason.
    Raises NotFound for another field, DisclosureReasonMissing.
    """
    kind = subject.__tablename__
    if field not in FIELDS[str(kind)]:
        raise NotFound
    value = getattr(subject, field)
    note(session, actor, _subject_of(session, subject), field, reason, ip)
    return value or ""


def note(session: Session, actor: Actor, subject: Subject, field: str, reason: str, ip: str = "") -> None:
    """Keep that `actor` sees a value of `subject` in full; for values that are in no row of their own.

    Raises DisclosureReasonMissing where it is not one's own and no reason is given.
    """
    own = subject.kind == "member" and subject.id == actor.member_id
    if not own and not reason.strip():
        raise DisclosureReasonMissing
    session.add(
        Disclosure(
            actor_id=actor.member_id,
            actor_name=actor.name,
            actor_company=actor.company_name,
            subject_kind=subject.kind,
            subject_id=subject.id,
            subject_name=subject.name,
            company_id=subject.company_id,
            field=field,
            reason=reason.strip(),
            ip=ip,
            at=clock.now(),
        )
    )
    session.flush()


def _subject_of(session: Session, row: Member | BankAccount) -> Subject:
    if isinstance(row, Member):
        return Subject("member", row.id or 0, row.name, row.company_id)
    company = session.get(Company, row.company_id)
    return Subject("bank_account", row.id or 0, company.name if company else "", row.company_id)


def readable() -> Select[Any]:
    """Start of the administrator's list; row-level security leaves a partner only what they saw themselves."""
    return select(Disclosure)
