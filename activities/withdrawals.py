"""What a withdrawal does: access ends, what nothing asks for is erased; and the nightly erasing after five years."""

import datetime as dt
from collections.abc import Iterable, Sequence

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session, col
from temporalio import activity

from activities.recording import DomainSteps, StepContext
from models import clock, database
from models.auth.tables import Authenticator, LoginSession, RecoveryCode
from models.changes.kind import CHANGE
from models.changes.rules import NotMember, NotRequester, OwnRequest
from models.changes.rules import Subject as ChangeSubject
from models.changes.tables import ChangeItem, ChangeRequest
from models.changes.writes import lock_membership
from models.files import erasing
from models.kernel.roles import Role
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus
from models.members.tables import BankAccount, Company, Delegation, Member
from models.notifications.writes import notify
from models.signups import drafts
from models.signups.kind import SIGNUP
from models.signups.messages import ApplicantFacts, SignupContent
from models.signups.queries import content_of
from models.signups.rules import SignupKind
from models.signups.tables import Signup
from models.withdrawals import queries, rules
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.rules import ERASE_BATCH, ERASED_NAME, Subject
from models.withdrawals.tables import Withdrawal
from models.withdrawals.writes import check_finished

NO_HASH = "-"
NO_DAY = dt.date(1900, 1, 1)
PAPERS_OF = (SIGNUP.key, CHANGE.key)
"""Kinds of documents whose papers are about the member itself."""


def approve(step: StepContext) -> None:
    """「승인」. Raises UnfinishedBusiness, OwnerMustDelegate, OwnRequest, AlreadyLeft."""
    withdrawal: Withdrawal = step.document
    lock_membership(step.session, withdrawal.company_id)
    if withdrawal.subject == Subject.COMPANY:
        _end_company(step, withdrawal)
    else:
        _end_contact(step, withdrawal)
    _decided(step)


def reject(step: StepContext) -> None:
    """「반려」."""
    _decided(step)


def cancel(step: StepContext) -> None:
    """「요청취소」 by who asked or the company's owner. Raises NotRequester."""
    roles = set(step.command.actor_roles) if step.command else set()
    if _actor_id(step) != step.document.created_by and Role.PARTNER_OWNER not in roles:
        raise NotRequester
    _decided(step)


def _decided(step: StepContext) -> None:
    withdrawal: Withdrawal = step.document
    withdrawal.decided_at = step.now
    withdrawal.decided_by = step.command.actor_name if step.command else ""
    withdrawal.decision_reason = getattr(step.payload, "reason", None) or ""


def _actor_id(step: StepContext) -> int:
    return step.command.actor_id if step.command else 0


def _end_company(step: StepContext, withdrawal: Withdrawal) -> None:
    company = step.session.get_one(Company, withdrawal.company_id, with_for_update=True)
    if company.status != CompanyStatus.ACTIVE:
        raise rules.AlreadyLeft
    check_finished(queries.blockers(step.session, queries.HOUSE, withdrawal.company_id))
    people = _members(step.session, withdrawal.company_id)
    _tell(step, withdrawal, [person.id or 0 for person in people])
    company.status = CompanyStatus.WITHDRAWN.value
    company.status_reason = withdrawal.reason_words
    company.left_at = step.now
    close = update(BankAccount).where(
        col(BankAccount.company_id) == withdrawal.company_id, col(BankAccount.closed_at).is_(None)
    )
    step.session.execute(close.values(closed_at=step.now))
    _end(step, withdrawal, people)


def _end_contact(step: StepContext, withdrawal: Withdrawal) -> None:
    person = step.session.get_one(Member, withdrawal.member_id, with_for_update=True, populate_existing=True)
    if Role.PARTNER_OWNER in person.roles:
        raise rules.OwnerMustDelegate
    if _actor_id(step) == withdrawal.member_id:
        raise OwnRequest
    if person.status not in {MemberStatus.ACTIVE, MemberStatus.DORMANT}:
        raise NotMember
    found = queries.blockers_of_member(step.session, queries.HOUSE, withdrawal.company_id, withdrawal.member_id)
    check_finished(found)
    _tell(step, withdrawal, [withdrawal.member_id])
    _end(step, withdrawal, [person])


def _members(session: Session, company_id: int) -> Sequence[Member]:
    rows = select(Member).where(
        col(Member.company_id) == company_id, col(Member.status) != MemberStatus.WITHDRAWN.value
    )
    return session.execute(rows.order_by(col(Member.id)).with_for_update()).scalars().all()


def _tell(step: StepContext, withdrawal: Withdrawal, members: list[int]) -> None:
    """Said while the address is still known."""
    notify(
        step.session,
        event="withdrawn",
        members=members,
        link="/login",
        workflow_id=withdrawal.workflow_id,
        step=withdrawal.step + 1,
        params={"company": withdrawal.company_name, "reason": withdrawal.reason_words},
        now=step.now,
    )


def _end(step: StepContext, withdrawal: Withdrawal, people: Iterable[Member]) -> None:
    ids = []
    for person in people:
        ids.append(person.id or 0)
        _erase_at_once(person, step.now, withdrawal.reason_words)
    live = update(LoginSession).where(col(LoginSession.member_id).in_(ids), col(LoginSession.revoked_at).is_(None))
    step.session.execute(live.values(revoked_at=step.now))
    lent = update(Delegation).where(
        or_(col(Delegation.from_member_id).in_(ids), col(Delegation.to_member_id).in_(ids)),
        col(Delegation.revoked_at).is_(None),
    )
    step.session.execute(lent.values(revoked_at=step.now))
    asked = select(col(ChangeRequest.id)).where(
        col(ChangeRequest.member_id).in_(ids), col(ChangeRequest.subject) == ChangeSubject.MEMBER.value
    )
    step.session.execute(delete(ChangeItem).where(col(ChangeItem.change_request_id).in_(asked)))
    for secret in (Authenticator, RecoveryCode):
        step.session.execute(delete(secret).where(col(secret.member_id).in_(ids)))
    for signup in _signups(step.session, ids):
        content = content_of(signup)
        signup.content = content.model_copy(update={"person": _unreachable(content.person)}).model_dump_json()
    step.session.flush()


def _signups(session: Session, members: Iterable[int]) -> Sequence[Signup]:
    """What people joined with."""
    rows = select(Signup).where(col(Signup.member_id).in_(list(members))).order_by(col(Signup.id))
    return session.execute(rows).scalars().all()


def _unreachable(person: ApplicantFacts) -> ApplicantFacts:
    """The applicant without what no law asks to keep."""
    gone = {"birth_date": NO_DAY, "phone": "", "email": "", "extension": "", "position": "", "department": ""}
    return person.model_copy(update=gone)


def _erase_at_once(person: Member, now: dt.datetime, why: str) -> None:
    """Everything no law asks to keep; the name stays beside what the person did (models/withdrawals/rules.py)."""
    person.status = MemberStatus.WITHDRAWN.value
    person.left_at = now
    person.left_reason = why
    person.login = rules.login_after(person.id or 0)
    person.email = ""
    person.phone = ""
    person.birth_date = None
    person.sex = None
    person.identity_hash = None
    person.password_hash = NO_HASH
    person.position = person.department = person.extension = ""
    person.roles = [role for role in person.roles if role != Role.PARTNER_OWNER]


STEPS = DomainSteps(kind=WITHDRAWAL, effects={"approve": approve, "reject": reject, "cancel": cancel})


@activity.defn(name="erase_expired")
def erase_expired() -> int:
    """Erase a batch of what has been kept long enough, files too; how many rows. Call again until it says 0."""
    now = clock.now()
    before = rules.erased_before(now)
    with database.working() as session:
        erased = (
            _erase_people(session, before)
            + _erase_companies(session, before)
            + _erase_accounts(session, before)
            + _erase_requests(session, before)
        )
    with database.working() as session:
        return erased + erasing.delete_page(session, drafts.contents(session, now))


def _erase_people(session: Session, before: dt.datetime) -> int:
    kept = select(Member).where(
        col(Member.status) == MemberStatus.WITHDRAWN.value,
        col(Member.left_at) < before,
        col(Member.name) != ERASED_NAME,
    )
    people = session.execute(kept.order_by(col(Member.id)).limit(ERASE_BATCH).with_for_update()).scalars().all()
    for person in people:
        person.name = ERASED_NAME
        person.left_reason = ""
    for signup in _signups(session, [person.id or 0 for person in people]):
        nobody = _unreachable(content_of(signup).person).model_copy(update={"name": ERASED_NAME})
        signup.content = SignupContent(person=nobody).model_dump_json()
        signup.applicant_name = ERASED_NAME
        if signup.signup_kind == SignupKind.INDIVIDUAL:
            signup.company_name = ERASED_NAME
    return len(people)


def _erase_companies(session: Session, before: dt.datetime) -> int:
    """An individual's company is the person; of a firm what names people goes, and the papers it sent."""
    kept = select(Company).where(
        # Who left may have asked to come back and been rejected; whoever came back has no day of leaving.
        col(Company.status).not_in([CompanyStatus.ACTIVE.value, CompanyStatus.APPLYING.value]),
        col(Company.left_at) < before,
        col(Company.representative) != ERASED_NAME,
    )
    found = session.execute(kept.order_by(col(Company.id)).limit(ERASE_BATCH).with_for_update()).scalars().all()
    for company in found:
        company.representative = ERASED_NAME
        company.phone = ""
        if company.kind == CompanyKind.INDIVIDUAL:
            company.name = ERASED_NAME
            company.zip_code = company.address = company.address_detail = ""
            named = update(Withdrawal).where(col(Withdrawal.company_id) == company.id)
            session.execute(named.values(company_name=ERASED_NAME))
            asked = update(ChangeRequest).where(col(ChangeRequest.company_id) == company.id)
            session.execute(asked.values(company_name=ERASED_NAME))
    _erase_papers(session, [company.id or 0 for company in found])
    return len(found)


def _erase_papers(session: Session, companies: list[int]) -> None:
    """사업자등록증 and whatever else came with sign-ups and changes."""
    of_companies = update(ChangeRequest).where(col(ChangeRequest.company_id).in_(companies))
    session.execute(of_companies.values(registration_file_id=None))
    for table, kind in ((Signup, SIGNUP.key), (ChangeRequest, CHANGE.key)):
        sent = session.execute(select(col(table.id)).where(col(table.company_id).in_(companies))).scalars().all()
        erasing.let_go(session, erasing.papers(session, kind, [one or 0 for one in sent]), PAPERS_OF)


def _erase_accounts(session: Session, before: dt.datetime) -> int:
    closed = select(BankAccount).where(col(BankAccount.closed_at) < before, col(BankAccount.bank_name) != "")
    found = session.execute(closed.order_by(col(BankAccount.id)).limit(ERASE_BATCH).with_for_update()).scalars().all()
    copies = [account.copy_file_id for account in found if account.copy_file_id is not None]
    for account in found:
        account.account_number = account.holder = account.bank_name = account.bank_code = ""
        account.swift = account.bic = ""
        account.iban = account.copy_file_id = None
    erasing.let_go(session, copies, PAPERS_OF)
    return len(found)


def _erase_requests(session: Session, before: dt.datetime) -> int:
    """What change requests would have changed, and the words of those who left."""
    decided = select(col(ChangeRequest.id)).where(col(ChangeRequest.decided_at) < before)
    old = select(col(ChangeItem.id)).where(col(ChangeItem.change_request_id).in_(decided)).limit(ERASE_BATCH)
    gone = session.execute(delete(ChangeItem).where(col(ChangeItem.id).in_(old)).returning(col(ChangeItem.id))).all()
    said = select(col(Withdrawal.id)).where(col(Withdrawal.decided_at) < before, col(Withdrawal.request_reason) != "")
    quiet = update(Withdrawal).where(col(Withdrawal.id).in_(said.limit(ERASE_BATCH))).values(request_reason="")
    return len(gone) + len(session.execute(quiet.returning(col(Withdrawal.id))).all())


ACTIVITIES = [erase_expired]
