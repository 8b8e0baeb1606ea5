"""What the steps of a 가입요청 change: papers in their place, company, accounts and person made real."""

import datetime as dt

from sqlalchemy import select
from sqlmodel import Session, col
from temporalio import activity

from activities.recording import DomainSteps, StepContext
from models import clock, database
from models.auth import dormancy
from models.files.rules import FileRole
from models.files.tables import StoredFile
from models.files.writes import attach
from models.kernel.refusals import ActNotPossible
from models.members.forms import JUDGED, AccountForm, CompanyForm, IndividualForm, PartnerForm
from models.members.house import HOUSE
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus
from models.members.tables import BankAccount, Company, Member
from models.notifications.rules import Event
from models.notifications.writes import send_mail
from models.processes.messages import Job
from models.processes.writes import announce
from models.settings import settings
from models.signups import rules
from models.signups.kind import SIGNUP
from models.signups.messages import Rejection, SignupContent
from models.signups.queries import content_of
from models.signups.rules import RECEIVE, SignupKind, SignupMode
from models.signups.tables import Signup
from models.signups.wording import ACCOUNT_COPY, CERTIFICATE, SIGNUP_KIND
from models.signups.writes import note_registry

REGISTRY_JOB = "look_up_registry"


def receive(step: StepContext) -> str:
    """The request came in: its papers get their place, the applicant a mail, the decider a turn."""
    signup: Signup = step.document
    content = content_of(signup)
    _attach_papers(step.session, signup, content)
    decider = "해당기업 주 담당자" if signup.signup_kind == SignupKind.CONTACT else "구매담당자"
    _mail(step, Event.SIGNUP_RECEIVED, content, decider=decider)
    if signup.business_number and signup.signup_kind == SignupKind.COMPANY:
        step.jobs.append(REGISTRY_JOB)
    return rules.first_turn(signup.signup_kind).value


def approve(step: StepContext) -> None:
    """「승인」: the company, its accounts and the person become real. Raises CompanyGone, PersonTaken."""
    signup: Signup = step.document
    content = content_of(signup)
    company = _company(step.session, signup)
    member = _member(step.session, signup)
    if signup.signup_kind == SignupKind.CONTACT:
        if company.status != CompanyStatus.ACTIVE:
            raise rules.CompanyGone
    else:
        if company.status != CompanyStatus.APPLYING:
            raise rules.CompanyGone
        _open_company(step, company, content)
    member.status = MemberStatus.ACTIVE.value
    member.joined_at = step.now
    dormancy.watch(step.session, member.id or 0)
    _decided(step, step.payload.reason or "")
    step.author_ending = Event.SIGNUP_APPROVED.value


def reject(step: StepContext) -> None:
    """「반려」: the applicant may ask again, or with 「재가입 불가」 never; a supplier of the buyer's stays one."""
    signup: Signup = step.document
    decision: Rejection = step.payload
    member = _member(step.session, signup)
    member.status = (MemberStatus.BLOCKED if decision.barred else MemberStatus.REJECTED).value
    if signup.signup_kind != SignupKind.CONTACT:
        company = _company(step.session, signup)
        company.status = _after_rejection(signup, barred=decision.barred).value
        company.status_reason = decision.reason
    signup.barred = decision.barred
    step.detail["barred"] = decision.barred
    _decided(step, decision.reason)
    event = Event.SIGNUP_BARRED if decision.barred else Event.SIGNUP_REJECTED
    _mail(step, event, content_of(signup), reason=decision.reason)


def _after_rejection(signup: Signup, *, barred: bool) -> CompanyStatus:
    if barred:
        return CompanyStatus.BLOCKED
    return CompanyStatus.PORTAL_UNUSED if signup.mode == SignupMode.CONVERSION else CompanyStatus.REJECTED


def _decided(step: StepContext, reason: str) -> None:
    signup: Signup = step.document
    signup.decided_at = step.now
    signup.decided_by = step.command.actor_name if step.command else ""
    signup.decision_reason = reason


def _company(session: Session, signup: Signup) -> Company:
    row = select(Company).where(col(Company.id) == signup.company_id).with_for_update()
    company: Company = session.execute(row).scalar_one()
    return company


def _member(session: Session, signup: Signup) -> Member:
    row = select(Member).where(col(Member.id) == signup.member_id).with_for_update()
    member: Member = session.execute(row).scalar_one()
    if member.status != MemberStatus.APPLYING:
        raise ActNotPossible(kind=SIGNUP.key, status=signup.status, act="approve")
    return member


def _open_company(step: StepContext, company: Company, content: SignupContent) -> None:
    if content.company is not None:
        _fill(company, _form(content.company))
    for account in content.accounts:
        step.session.add(_account(company, account, step.now))
    company.status = CompanyStatus.ACTIVE.value
    company.status_reason = ""
    company.joined_at = step.now
    company.left_at = None


def _form(facts: dict[str, object]) -> PartnerForm:
    individual = facts.get("kind") == CompanyKind.INDIVIDUAL
    return (IndividualForm if individual else CompanyForm).model_validate(facts, context=JUDGED)


def _fill(company: Company, form: PartnerForm) -> None:
    """The company's facts as they were asked for; its number is what it was found by."""
    for name in PartnerForm.model_fields:
        setattr(company, name, getattr(form, name))
    company.kind = form.kind.value
    if isinstance(form, CompanyForm):
        company.corporate_number = form.corporate_number or None
        company.representative = form.representative
        company.representative_foreign = form.representative_foreign
        company.business_type = form.business_type
        company.business_item = form.business_item


def _account(company: Company, account: AccountForm, now: dt.datetime) -> BankAccount:
    facts = account.model_dump()
    facts |= {"account_number": account.account_number or None, "iban": account.iban or None}
    return BankAccount(company_id=company.id or 0, created_at=now, **facts)


def _attach_papers(session: Session, signup: Signup, content: SignupContent) -> None:
    papers = []
    if content.company and content.company.get("certificate_file_id"):
        papers.append((int(content.company["certificate_file_id"]), CERTIFICATE))
    many = len(content.accounts) > 1
    for number, account in enumerate(content.accounts, start=1):
        if account.copy_file_id:
            papers.append((account.copy_file_id, f"{ACCOUNT_COPY} {number}" if many else ACCOUNT_COPY))
    for position, (file_id, title) in enumerate(papers):
        attach(
            session,
            session.get_one(StoredFile, file_id),
            SIGNUP.key,
            signup.id or 0,
            FileRole.ATTACHMENT,
            company_id=signup.company_id,
            title=title,
            position=position,
        )


def _mail(step: StepContext, event: Event, content: SignupContent, **more: str) -> None:
    signup: Signup = step.document
    facts = {
        "name": signup.applicant_name,
        "company": signup.company_name,
        "kind": SIGNUP_KIND[signup.signup_kind],
        "house": HOUSE.short_name,
        "number": signup.number,
        **more,
    }
    send_mail(
        step.session,
        to=content.person.email,
        event=event,
        params=facts,
        key=f"{signup.workflow_id}:{signup.step + 1}:{event.value}",
        now=step.now,
    )


@activity.defn(name=REGISTRY_JOB)
def look_up_registry(job: Job) -> None:
    """What the tax service says of the applicant's number, kept for whoever decides. Repeating is free."""
    # A client of HTTP is loaded with the first question.
    from activities.gateways.registry.choice import registry

    with database.working() as session:
        number = session.get_one(Signup, job.document_id).business_number
    if not number:
        return
    found = registry(settings()).status([number])
    with database.working() as session:
        signup = session.get_one(Signup, job.document_id)
        if found:
            note_registry(session, signup, found[0], clock.now())
        announce(session, SIGNUP.key, job.document_id, signup.company_id)


STEPS = DomainSteps(kind=SIGNUP, effects={RECEIVE: receive, "approve": approve, "reject": reject})
JOBS = [look_up_registry]
