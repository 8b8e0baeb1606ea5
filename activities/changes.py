"""What deciding a change request does: the facts in force are replaced, or the owner's role is handed on."""

from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from activities.recording import DomainSteps, StepContext
from models.auth.tables import LoginSession
from models.changes import queries, rules
from models.changes.kind import CHANGE
from models.changes.rules import ACCOUNT, Subject
from models.changes.tables import ChangeItem, ChangeRequest
from models.changes.wording import SUBJECT, WORDS, field_words
from models.changes.writes import check_successor, lock_membership
from models.kernel.roles import Role
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus
from models.members.tables import BankAccount, Company, Member
from models.notifications.accounts import send
from models.notifications.rules import Channel, Event
from models.notifications.writes import notify


def approve(step: StepContext) -> None:
    """「승인」. Raises OwnRequest, FactMoved, EmailTaken, NotMember, NoLongerOwner, HasOpenRequest."""
    request: ChangeRequest = step.document
    lock_membership(step.session, request.company_id)
    APPLIED[Subject(request.subject)](step, request)
    _decided(step)


def reject(step: StepContext) -> None:
    """「반려」. Raises OwnRequest."""
    _not_own(step)
    _decided(step)


def cancel(step: StepContext) -> None:
    """「요청취소」 by who asked or the company's owner. Raises NotRequester."""
    roles = set(step.command.actor_roles) if step.command else set()
    if _actor_id(step) != step.document.created_by and Role.PARTNER_OWNER not in roles:
        raise rules.NotRequester
    _decided(step)


def _decided(step: StepContext) -> None:
    request: ChangeRequest = step.document
    request.decided_at = step.now
    request.decided_by = step.command.actor_name if step.command else ""
    request.decision_reason = getattr(step.payload, "reason", None) or ""


def _actor_id(step: StepContext) -> int:
    return step.command.actor_id if step.command else 0


def _not_own(step: StepContext) -> None:
    """Raises OwnRequest: two eyes more than the requester's look at every change."""
    if _actor_id(step) == step.document.created_by and step.document.subject != Subject.OWNER:
        raise rules.OwnRequest


def _apply_company(step: StepContext, request: ChangeRequest) -> None:
    _not_own(step)
    company = step.session.get_one(Company, request.company_id, with_for_update=True)
    if company.status != CompanyStatus.ACTIVE:
        raise rules.NotMember
    accounts = {row.id or 0: row for row in queries.accounts(step.session, request.company_id)}
    moved = []
    for item in queries.items(step.session, request.id or 0):
        if item.field.startswith(f"{ACCOUNT}-"):
            moved.append((item, _account_of(item, accounts)))
        else:
            _replace(company, item, request.subject)
    _replace_accounts(step, request, moved)


def _replace(row: Any, item: ChangeItem, subject: str) -> None:
    """Raises FactMoved when the fact is no longer what the requester saw."""
    if (getattr(row, item.field) or None) != (queries.value(item.before) or None):
        raise rules.FactMoved(field=field_words(subject, item.field))
    after = queries.value(item.after)
    setattr(row, item.field, "" if after is None and isinstance(getattr(row, item.field), str) else after)


def _account_of(item: ChangeItem, accounts: dict[int, BankAccount]) -> BankAccount | None:
    """The open account a change is about; None for one to come. Raises FactMoved."""
    before = queries.value(item.before)
    if before is None:
        return None
    account = accounts.get(int(item.field.removeprefix(f"{ACCOUNT}-")))
    if account is None or queries.account_facts(account) != before:
        raise rules.FactMoved(field=field_words(Subject.COMPANY, item.field))
    return account


def _replace_accounts(
    step: StepContext, request: ChangeRequest, moved: list[tuple[ChangeItem, BankAccount | None]]
) -> None:
    """What differs is closed and opened anew: a payment that went to an account still finds it as it was."""
    for _, account in moved:
        if account is not None:
            account.closed_at = step.now
    step.session.flush()
    for item, _ in moved:
        after = queries.value(item.after)
        if after is not None:
            step.session.add(BankAccount(company_id=request.company_id, created_at=step.now, **after))
    step.session.flush()


def _apply_member(step: StepContext, request: ChangeRequest) -> None:
    _not_own(step)
    member = _locked_member(step.session, request.member_id)
    if member.status != MemberStatus.ACTIVE:
        raise rules.NotMember
    company = step.session.get_one(Company, request.company_id, with_for_update=True)
    for item in queries.items(step.session, request.id or 0):
        after = queries.value(item.after)
        if item.field == "login":
            _free_login(step.session, member, after)
            _tell_old_address(step, request, member)
            member.email = after
        elif item.field == "name" and company.kind == CompanyKind.INDIVIDUAL:
            company.name = after
        _replace(member, item, request.subject)


def _tell_old_address(step: StepContext, request: ChangeRequest, member: Member) -> None:
    """The mail that was the log-in until now learns of it as well as the new one."""
    facts = {
        "name": member.name,
        "title": f"{request.number} {SUBJECT[request.subject]}",
        "act": WORDS.event[step.act],
        "status": WORDS.status[rules.Status.APPROVED],
    }
    send(step.session, member.id or 0, Event.DECIDED, {Channel.EMAIL: member.email}, facts, now=step.now)


def _free_login(session: Session, member: Member, login: str) -> None:
    """Raises EmailTaken."""
    other = select(col(Member.id)).where(col(Member.login) == login, col(Member.id) != member.id)
    if session.execute(other).first() is not None:
        raise rules.EmailTaken


def _locked_member(session: Session, member_id: int) -> Member:
    return session.get_one(Member, member_id, with_for_update=True, populate_existing=True)


def _hand_over(step: StepContext, request: ChangeRequest) -> None:
    """The role moves, the old owner is logged out everywhere, both are told."""
    if _actor_id(step) != request.created_by:
        raise rules.NoLongerOwner
    before, after = (_locked_member(step.session, member_id) for member_id in (request.created_by, request.member_id))
    if Role.PARTNER_OWNER not in before.roles or before.status != MemberStatus.ACTIVE:
        raise rules.NoLongerOwner
    check_successor(step.session, request.company_id, request.member_id, request.created_by)
    before.roles = [role for role in before.roles if role != Role.PARTNER_OWNER]
    step.session.flush()
    after.roles = sorted({*after.roles, Role.PARTNER.value, Role.PARTNER_OWNER.value})
    step.session.flush()
    log_out(step, [request.created_by])
    notify(
        step.session,
        event="owner_changed",
        members=[request.created_by, request.member_id],
        link="/company/contacts",
        workflow_id=request.workflow_id,
        step=request.step + 1,
        params={"company": request.company_name, "before": before.name, "after": after.name},
        now=step.now,
    )


def log_out(step: StepContext, members: list[int]) -> None:
    """End every session of these people."""
    live = update(LoginSession).where(col(LoginSession.member_id).in_(members), col(LoginSession.revoked_at).is_(None))
    step.session.execute(live.values(revoked_at=step.now))


APPLIED = {Subject.COMPANY: _apply_company, Subject.MEMBER: _apply_member, Subject.OWNER: _hand_over}

STEPS = DomainSteps(kind=CHANGE, effects={"approve": approve, "reject": reject, "cancel": cancel})
