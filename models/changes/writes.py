"""What partners write: their own fields at once, and the requests that somebody else decides on."""

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models import clock
from models.auth.messages import PhoneChange
from models.auth.tables import LoginSession
from models.changes import queries, rules
from models.changes.kind import CHANGE
from models.changes.rules import MEMBER_FIELDS, Status, Subject
from models.changes.tables import ChangeItem, ChangeRequest
from models.files.rules import FileRole
from models.files.tables import StoredFile
from models.files.writes import attach
from models.kernel.refusals import NotFound, NotYourTurn, StaleDocument
from models.kernel.roles import Role
from models.members.rules import CompanyKind, MemberStatus
from models.members.tables import Member
from models.notifications.accounts import tell_phone_changed
from models.processes.messages import Actor
from models.processes.tables import AuditEntry
from models.processes.writes import audit, begin, lock_case, next_number

PREFIX = "MC"
REGISTRATION = "사업자등록증"
ACCOUNT_COPY = "계좌사본"
OWN_COMPANY = ("phone",)
OWN_MEMBER = ("position", "department", "extension")
_EDIT_COMPANY = text("SELECT edit_own_company(:phone)")
Sides = Mapping[str, tuple[Any, Any]]


def lock_membership(session: Session, company_id: int) -> None:
    """One at a time decides who belongs to a company and what it is: requests, approvals, hand-overs, leaving."""
    lock_case(session, f"membership/{company_id}")


def mark(row: Any, fields: Sequence[str]) -> str:
    """A mark of what somebody saw before editing it; another mark later means that it was written meanwhile."""
    content = "\x1f".join(str(getattr(row, name)) for name in fields)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def edit_company(session: Session, actor: Actor, phone: str, seen: str) -> None:
    """「수정」: the company's own fields at once. Raises NotYourTurn, StaleDocument."""
    actor.must_hold(Role.PARTNER_OWNER)
    lock_membership(session, actor.company_id or 0)
    if mark(queries.company_of(session, actor), OWN_COMPANY) != seen:
        raise StaleDocument
    if session.execute(_EDIT_COMPANY, {"phone": phone}).scalar_one_or_none() is None:
        raise NotYourTurn
    _audit(session, actor, "company", actor.company_id or 0, "edit", OWN_COMPANY)


def edit_member(session: Session, actor: Actor, values: Mapping[str, str], seen: str) -> None:
    """「수정」: one's own fields at once. Raises StaleDocument."""
    lock_membership(session, actor.company_id or 0)
    if mark(queries.member_of(session, actor, actor.member_id), OWN_MEMBER) != seen:
        raise StaleDocument
    wanted = {name: values[name] for name in OWN_MEMBER if name in values}
    session.execute(update(Member).where(col(Member.id) == actor.member_id).values(**wanted))
    _audit(session, actor, "member", actor.member_id, "edit", wanted)


def change_phone(session: Session, actor: Actor, phone: str, keep: int, now: dt.datetime) -> None:
    """The mobile number 본인인증 found, which the caller has compared with the member.

    Every session but `keep` ends, and the old number is told: who took the account over would not tell.
    """
    me = queries.member_of(session, actor, actor.member_id)
    session.execute(update(Member).where(col(Member.id) == actor.member_id).values(phone=phone))
    others = update(LoginSession).where(
        col(LoginSession.member_id) == actor.member_id,
        col(LoginSession.id) != keep,
        col(LoginSession.revoked_at).is_(None),
    )
    session.execute(others.values(revoked_at=now))
    tell_phone_changed(session, PhoneChange(actor.member_id, me.name, me.email, me.phone, phone, now))
    _audit(session, actor, "member", actor.member_id, "phone", OWN_COMPANY)


def _audit(session: Session, actor: Actor, kind: str, row_id: int, act: str, fields: Iterable[str]) -> None:
    """Which fields were written, never what is in them."""
    session.add(
        AuditEntry(
            kind=kind,
            document_id=row_id,
            company_id=actor.company_id,
            act=act,
            actor_id=actor.member_id,
            actor_name=actor.name,
            actor_company=actor.company_name,
            detail={"fields": sorted(fields)},
            at=clock.now(),
        )
    )


def ask_company(
    session: Session,
    actor: Actor,
    *,
    after: Mapping[str, Any],
    accounts: Sequence[Mapping[str, Any]] | None,
    reason: str,
    registration_file_id: int | None,
    now: dt.datetime,
) -> ChangeRequest:
    """「변경요청」 of a company or an individual; `accounts` None leaves them as they are.

    Raises NotYourTurn, ChangeOpen, WithdrawalOpen, NothingChanged, RegistrationMissing, NotFound (a file of others).
    """
    actor.must_hold(Role.PARTNER_OWNER)
    company = queries.company_of(session, actor)
    company_id = company.id or 0
    _admit(session, actor, Subject.COMPANY)
    sides: dict[str, tuple[Any, Any]] = dict(
        rules.differing(queries.facts(company), after, rules.changeable(company.kind))
    )
    if accounts is not None:
        there = queries.by_id(queries.accounts(session, company_id))
        sides |= rules.account_changes(there, list(accounts))
    if not sides:
        raise rules.NothingChanged
    if company.kind != CompanyKind.INDIVIDUAL and registration_file_id is None:
        raise rules.RegistrationMissing(field="registration_upload")
    made = _request(session, actor, Subject.COMPANY, company.name, reason, now)
    made.registration_file_id = registration_file_id
    _begin(session, actor, made, sides)
    _attach(session, actor, made, sides)
    return made


def ask_member(
    session: Session, actor: Actor, *, after: Mapping[str, Any], reason: str, now: dt.datetime
) -> ChangeRequest:
    """「변경요청」 of one's own name or log-in e-mail, both proven before.

    Raises ChangeOpen, WithdrawalOpen, NothingChanged.
    """
    company = queries.company_of(session, actor)
    _admit(session, actor, Subject.MEMBER)
    me = queries.member_of(session, actor, actor.member_id)
    before = {name: getattr(me, name) for name in MEMBER_FIELDS}
    sides = rules.differing(before, {**before, **after}, MEMBER_FIELDS)
    if not sides:
        raise rules.NothingChanged
    made = _request(session, actor, Subject.MEMBER, company.name, reason, now)
    _begin(session, actor, made, sides)
    return made


def ask_delegation(session: Session, actor: Actor, to_member_id: int, reason: str, now: dt.datetime) -> ChangeRequest:
    """「주담당자 권한 위임」: the request the owner approves in the same press.

    Raises NotYourTurn, NotMember, HasOpenRequest, ChangeOpen, WithdrawalOpen.
    """
    actor.must_hold(Role.PARTNER_OWNER)
    company = queries.company_of(session, actor)
    lock_membership(session, company.id or 0)
    to = check_successor(session, company.id or 0, to_member_id, actor.member_id)
    _admit(session, actor, Subject.OWNER)
    made = _request(session, actor, Subject.OWNER, company.name, reason, now)
    made.member_id = to_member_id
    _begin(session, actor, made, {"owner": (actor.name, to)})
    return made


def check_successor(session: Session, company_id: int, to_member_id: int, owner_id: int) -> str:
    """The name of who may become 주담당자. Raises NotMember, HasOpenRequest. The caller holds the membership lock."""
    row = select(col(Member.name)).where(
        col(Member.id) == to_member_id,
        col(Member.id) != owner_id,
        col(Member.company_id) == company_id,
        col(Member.status) == MemberStatus.ACTIVE.value,
    )
    name: str | None = session.execute(row).scalar_one_or_none()
    if name is None:
        raise rules.NotMember
    waiting = queries.open_change(session, company_id, Subject.MEMBER, to_member_id)
    leaving = queries.open_withdrawal(session, company_id, to_member_id)
    if waiting or leaving:
        raise rules.HasOpenRequest(number=(waiting or leaving).number)  # type: ignore[union-attr]
    return name


def _admit(session: Session, actor: Actor, subject: Subject) -> None:
    """Nothing of the kind is open. Raises ChangeOpen, WithdrawalOpen."""
    company_id = actor.company_id or 0
    lock_membership(session, company_id)
    about = actor.member_id if subject is Subject.MEMBER else None
    waiting = queries.open_change(session, company_id, subject, about)
    if waiting:
        raise rules.ChangeOpen(number=waiting.number, id=waiting.id)
    leaving = queries.open_withdrawal(session, company_id, about)
    if leaving and subject is not Subject.OWNER:
        raise rules.WithdrawalOpen(number=leaving.number, id=leaving.id)


def _request(
    session: Session, actor: Actor, subject: Subject, company_name: str, reason: str, now: dt.datetime
) -> ChangeRequest:
    number = next_number(session, PREFIX, now)
    status: Status = rules.first_status(subject, owner=Role.PARTNER_OWNER in actor.roles)
    return ChangeRequest(
        number=number,
        workflow_id=f"change/{number}",
        case_key=number,
        subject=subject.value,
        company_id=actor.company_id or 0,
        company_name=company_name,
        member_id=actor.member_id,
        request_reason=reason,
        status=status.value,
        turn=CHANGE.rules.turn(status),
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
    )


def _begin(session: Session, actor: Actor, made: ChangeRequest, sides: Sides) -> None:
    """The request with what differs, its process started. Raises ChangeOpen when another came first."""
    try:
        begin(session, CHANGE, made)
    except IntegrityError as other:
        raise rules.ChangeOpen(number="", id=0) from other
    session.add_all(
        ChangeItem(
            change_request_id=made.id or 0,
            company_id=made.company_id,
            field=field,
            before=queries.kept(before),
            after=queries.kept(after),
        )
        for field, (before, after) in sides.items()
    )
    audit(session, actor, CHANGE.key, made, "create", {"fields": sorted(sides)})


def _attach(session: Session, actor: Actor, made: ChangeRequest, sides: Sides) -> None:
    """The certificate and new account copies become part of the request."""
    papers = [(made.registration_file_id, REGISTRATION)]
    for before, after in sides.values():
        if isinstance(after, dict):
            copy = after.get("copy_file_id")
            papers += [(copy, ACCOUNT_COPY)] if copy and copy != (before or {}).get("copy_file_id") else []
    for position, (file_id, title) in enumerate(papers):
        if file_id is not None:
            file = session.get(StoredFile, file_id)
            if file is None or file.company_id != actor.company_id:
                raise NotFound
            attach(
                session, file, CHANGE.key, made.id or 0, FileRole.ATTACHMENT,
                company_id=made.company_id, title=title, position=position,
            )  # fmt: skip
