"""Asking to leave, and the 주담당자 ending a 담당자."""

import datetime as dt

from sqlalchemy.exc import IntegrityError
from sqlmodel import Session

from models.changes import queries as changes
from models.changes.rules import NotMember
from models.changes.writes import lock_membership
from models.kernel.roles import Role
from models.kernel.text import clean_line
from models.masters.queries import reason_label, reasons
from models.masters.rules import ReasonKind
from models.members.rules import CompanyKind, MemberStatus
from models.processes.messages import Actor
from models.processes.writes import audit, begin, next_number
from models.withdrawals import queries, rules
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.messages import Leaving, Why
from models.withdrawals.rules import Origin, Status, Subject
from models.withdrawals.tables import Withdrawal

PREFIX = "WD"


def reason_kind(subject: Subject) -> ReasonKind:
    """Which of the administrator's lists a 탈퇴 구분 is chosen from."""
    return ReasonKind.WITHDRAWAL if subject is Subject.COMPANY else ReasonKind.CONTACT


def ask_company(session: Session, actor: Actor, why: Why, now: dt.datetime) -> Withdrawal:
    """「탈퇴요청」 of an individual or a company.

    Raises NotYourTurn, WithdrawalWaiting, WrongPerson, UnfinishedBusiness.
    """
    actor.must_hold(Role.PARTNER_OWNER)
    company = changes.company_of(session, actor)
    company_id = company.id or 0
    lock_membership(session, company_id)
    _must_be_free(session, company_id, Subject.COMPANY, None)
    if company.kind == CompanyKind.INDIVIDUAL:
        _must_be(session, actor, why)
    check_finished(queries.blockers(session, actor, company_id))
    made = _made(session, actor, Subject.COMPANY, why, now, company.name)
    return _begin(session, actor, made)


def ask_contact(session: Session, actor: Actor, why: Leaving, now: dt.datetime) -> Withdrawal:
    """「탈퇴요청」 of a 부담당자 for themselves.

    Raises OwnerMustDelegate, WithdrawalWaiting, WrongPerson, UnfinishedBusiness.
    """
    company = changes.company_of(session, actor)
    company_id = company.id or 0
    lock_membership(session, company_id)
    me = changes.member_of(session, actor, actor.member_id)
    # The session may be older than a hand-over that came in between: the row decides.
    if Role.PARTNER_OWNER in me.roles or company.kind == CompanyKind.INDIVIDUAL:
        raise rules.OwnerMustDelegate
    _must_be_free(session, company_id, Subject.CONTACT, actor.member_id)
    _must_be(session, actor, why)
    check_finished(queries.blockers_of_member(session, actor, company_id, actor.member_id))
    made = _made(session, actor, Subject.CONTACT, why, now, company.name)
    return _begin(session, actor, made)


def remove(session: Session, actor: Actor, member_id: int, why: Why, now: dt.datetime) -> Withdrawal:
    """「담당자 탈퇴」: the withdrawal the 주담당자 approves in the same press.

    Raises NotYourTurn, NotFound, OwnerMustDelegate, NotMember, WithdrawalWaiting, UnfinishedBusiness.
    """
    actor.must_hold(Role.PARTNER_OWNER)
    company = changes.company_of(session, actor)
    company_id = company.id or 0
    lock_membership(session, company_id)
    person = changes.member_of(session, actor, member_id)
    if Role.PARTNER_OWNER in person.roles or member_id == actor.member_id:
        raise rules.OwnerMustDelegate
    if person.status not in {MemberStatus.ACTIVE, MemberStatus.DORMANT}:
        raise NotMember
    _must_be_free(session, company_id, Subject.CONTACT, member_id)
    check_finished(queries.blockers_of_member(session, actor, company_id, member_id))
    made = _made(session, actor, Subject.CONTACT, why, now, company.name)
    made.member_id = member_id
    made.origin = Origin.OWNER.value
    return _begin(session, actor, made)


def check_finished(blockers: list[queries.Blocker]) -> None:
    """Raises UnfinishedBusiness."""
    if blockers:
        raise rules.UnfinishedBusiness(count=len(blockers), first=f"{blockers[0].kind} {blockers[0].number}")


def _must_be_free(session: Session, company_id: int, subject: Subject, member_id: int | None) -> None:
    """Raises WithdrawalWaiting."""
    waiting = queries.open_withdrawal(session, company_id, subject, member_id)
    if waiting is not None:
        raise rules.WithdrawalWaiting(number=waiting.number, id=waiting.id)


def _must_be(session: Session, actor: Actor, why: Why) -> None:
    """What was typed once more is the member's own. Raises WrongPerson at its field."""
    if not isinstance(why, Leaving):
        raise rules.WrongPerson(field="name")
    me = changes.member_of(session, actor, actor.member_id)
    if clean_line(why.name) != me.name:
        raise rules.WrongPerson(field="name")
    if me.birth_date is not None and me.birth_date != why.birth_date.isoformat():
        raise rules.WrongPerson(field="birth_date")


def _made(
    session: Session, actor: Actor, subject: Subject, why: Why, now: dt.datetime, company_name: str
) -> Withdrawal:
    kind = reason_kind(subject)
    if why.reason_code not in dict(reasons(session, kind)):
        raise rules.WrongPerson(field="reason_code")
    number = next_number(session, PREFIX, now)
    status = Status.REQUESTED if subject is Subject.COMPANY else Status.OWNER_REQUESTED
    return Withdrawal(
        number=number,
        workflow_id=f"withdrawal/{number}",
        case_key=number,
        subject=subject.value,
        company_id=actor.company_id or 0,
        company_name=company_name,
        member_id=actor.member_id,
        reason_code=why.reason_code,
        reason_words=reason_label(session, kind, why.reason_code),
        request_reason=why.reason,
        status=status.value,
        turn=WITHDRAWAL.rules.turn(status),
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
    )


def _begin(session: Session, actor: Actor, made: Withdrawal) -> Withdrawal:
    """Raises WithdrawalWaiting when another came first."""
    try:
        begin(session, WITHDRAWAL, made)
    except IntegrityError as other:
        raise rules.WithdrawalWaiting(number="", id=0) from other
    audit(session, actor, WITHDRAWAL.key, made, "create")
    return made
