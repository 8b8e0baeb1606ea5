"""What partners change about a credit: its 담당자 and account, an individual's own facts, a company's by its paper."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, col

from models.credits import partner
from models.credits.account_rules import (
    CHANGE_KIND,
    KIND,
    AccountChangeOpen,
    ChangeOpen,
    ChangeStatus,
    Status,
    account_workflow_id,
    change_workflow_id,
)
from models.credits.account_tables import CreditAccount, CreditChange, CreditContact
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE
from models.credits.partner_messages import AccountForm, ChangeForm, ContactForm, ContactNotice, PersonForm
from models.credits.paying import account_in_force, account_to_come
from models.credits.rules import CompanyKind
from models.credits.tables import CreditPerson
from models.files.tables import StoredFile
from models.harmony.tables import CreditGroup
from models.kernel.refusals import ActNotPossible, NotFound, StaleDocument
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.writes import audit, audit_of, begin, lock_case, start_other

NOTICE = "credit_contact"
"""The kind under which everybody of a credit is told of its 담당자."""
NOBODYS = 0


def save_account(
    session: Session, actor: Actor, group: CreditGroup, form: AccountForm, now: dt.datetime
) -> CreditAccount | None:
    """「확인」 of 지급계좌 정보 수정: the contact holds at once, a changed account once it was checked and has cooled.

    The account on its way, None when only the contact was changed. Raises NotYourTurn, StaleDocument,
    AccountChangeOpen.
    """
    actor.must_hold(Role.MEDIA)
    lock_case(session, f"account/{group.id}")
    changed = _save_contact(session, actor, group, form, now)
    current = account_in_force(session, group.id or 0)
    asked = (form.bank_code, form.account_number, form.holder)
    same = current is not None and (current.bank_code, current.account_number, current.holder) == asked
    if same:
        if changed:
            _tell(session, group, changed)
        return None
    if account_to_come(session, group.id or 0) is not None:
        raise AccountChangeOpen
    if changed:
        _tell(session, group, changed)
    return _account(session, actor, group, form, now)


def _save_contact(
    session: Session, actor: Actor, group: CreditGroup, form: ContactForm, now: dt.datetime
) -> CreditContact | None:
    """The contact as typed; None when nothing of it is new. Raises StaleDocument."""
    found = session.get(CreditContact, group.id, with_for_update=True)
    if (found.edit_version if found else 0) != form.edit_version:
        raise StaleDocument(version=found.edit_version if found else 0)
    if found is not None and (found.name, found.phone, found.email) == (form.name, form.phone, form.email):
        return None
    row = found or CreditContact(
        group_id=group.id or 0, name="", phone="", email="", edit_version=0, changed_by=actor.member_id, changed_at=now
    )
    row.name, row.phone, row.email = form.name, form.phone, form.email
    row.edit_version += 1
    row.changed_by, row.changed_at = actor.member_id, now
    session.add(row)
    session.flush()
    audit_of(session, actor, (NOTICE, row.group_id, None), "edit", {"version": row.edit_version})
    return row


def _tell(session: Session, group: CreditGroup, contact: CreditContact) -> None:
    """Everybody of the credit is told by the worker: web may not write to others."""
    notice = ContactNotice(group_id=group.id or 0, edit_version=contact.edit_version)
    start_other(session, f"contact/{notice.group_id}/{notice.edit_version}", NOTICE, notice.model_dump(mode="json"))


def _account(session: Session, actor: Actor, group: CreditGroup, form: AccountForm, now: dt.datetime) -> CreditAccount:
    version = _next(session, group.id or 0)
    key = account_workflow_id(group.id or 0, version)
    made = CreditAccount(
        workflow_id=key,
        company_id=NOBODYS,
        case_key=key,
        status=Status.CHECKING.value,
        turn=Role.SYSTEM.value,
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        group_id=group.id or 0,
        account_version=version,
        bank_code=form.bank_code,
        account_number=form.account_number,
        holder=form.holder,
        consented_at=now,
        author_name=actor.name,
    )
    session.add(made)
    session.flush()
    audit(session, actor, KIND, made, "create")
    begin(session, CREDIT_ACCOUNT, made)
    return made


def _next(session: Session, group_id: int) -> int:
    newest = select(func.max(col(CreditAccount.account_version))).where(col(CreditAccount.group_id) == group_id)
    return int(session.execute(newest).scalar_one() or 0) + 1


def request_change(
    session: Session, actor: Actor, group: CreditGroup, file: StoredFile, form: ChangeForm, now: dt.datetime
) -> CreditChange:
    """「사업자등록증 수정」: somebody inside reads the paper and takes it over. Raises NotFound, ChangeOpen."""
    actor.must_hold(Role.MEDIA)
    company = partner.company_of(session, group)
    if company is None or company.kind == CompanyKind.INDIVIDUAL:
        raise NotFound
    lock_case(session, f"credit-change/{company.id}")
    opened = select(col(CreditChange.id)).where(
        col(CreditChange.credit_company_id) == company.id, col(CreditChange.status) == ChangeStatus.REQUESTED.value
    )
    if session.execute(opened.limit(1)).scalar_one_or_none() is not None:
        raise ChangeOpen
    made_before = select(func.count()).where(col(CreditChange.group_id) == group.id)
    version = int(session.execute(made_before).scalar_one()) + 1
    key = change_workflow_id(group.id or 0, version)
    made = CreditChange(
        workflow_id=key,
        company_id=NOBODYS,
        case_key=key,
        status=ChangeStatus.REQUESTED.value,
        turn=Role.MEDIA_MANAGER.value,
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
        number=f"CC{group.id:05d}-{version:02d}",
        credit_company_id=company.id or 0,
        group_id=group.id or 0,
        company_name=company.name,
        author_name=actor.name,
        file_id=file.id or 0,
        note=form.note,
    )
    session.add(made)
    try:
        session.flush()
    except IntegrityError as taken:
        # Asked for in another credit of the company, which this person does not see.
        raise ChangeOpen from taken
    audit(session, actor, CHANGE_KIND, made, "create")
    begin(session, CREDIT_CHANGE, made)
    return made


def save_person(session: Session, actor: Actor, group: CreditGroup, form: PersonForm, now: dt.datetime) -> None:
    """「정산정보 수정」 of an individual. Raises NotFound, ActNotPossible for a company, StaleDocument."""
    actor.must_hold(Role.MEDIA)
    company = partner.company_of(session, group)
    if company is None:
        raise NotFound
    if company.kind != CompanyKind.INDIVIDUAL:
        raise ActNotPossible
    found = session.get(CreditPerson, company.id, with_for_update=True)
    if (found.edit_version if found else 0) != form.edit_version:
        raise StaleDocument(version=found.edit_version if found else 0)
    row = found or CreditPerson(
        credit_company_id=company.id or 0, email="", address="", edit_version=0, changed_by=0, changed_at=now
    )
    row.email, row.zip_code, row.address = form.email, form.zip_code, form.whole_address
    row.edit_version += 1
    row.changed_by, row.changed_at = actor.member_id, now
    session.add(row)
    session.flush()
    audit_of(session, actor, ("credit_person", row.credit_company_id, None), "edit", {"version": row.edit_version})
