"""Payout accounts and company changes: asking the bank, taking effect, telling everybody of the credit."""

import datetime as dt
import functools
from collections.abc import Callable

from sqlalchemy import select
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import credits_follow
from activities.gateways.asking import Rejected, Unavailable
from activities.gateways.bank.interface import Account, Bank
from activities.recording import DomainSteps, StepContext
from models import database
from models.credits import partner
from models.credits.account_rules import CHECK_JOB, HOLDER_DIFFERS, HOLDER_FOUND, SUPERSEDED, TAKES_EFFECT, Status
from models.credits.account_tables import CreditAccount, CreditChange, CreditContact
from models.credits.holders import same_holder
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE
from models.credits.partner_messages import ContactNotice
from models.credits.rules import CompanyKind
from models.credits.tables import CreditCompany
from models.harmony.queries import members_of
from models.harmony.rules import Space
from models.harmony.tables import CreditGroup
from models.kernel.calendar import local_date
from models.kernel.text import mask_account
from models.members.places import BANKS
from models.notifications.rules import Event
from models.notifications.writes import notify
from models.processes import chain
from models.processes.messages import Job, Outcome
from models.processes.tables import ProcessEvent
from models.processes.writes import announce, tell
from models.settings import settings

UNKNOWN = "은행에 없는 계좌입니다."
UNREACHABLE = "예금주를 확인할 수 없는 은행입니다."
DIFFERENT = "은행에 등록된 예금주와 다릅니다."
BIRTH_DIGITS = 6
LINK = "/harmony/credits/accounts"


class Holders:
    """Asking whose an account is; the answer goes into the account's own row, sealed."""

    def __init__(self, bank: Callable[[], Bank]) -> None:
        self.bank = bank

    @activity.defn(name=CHECK_JOB)
    def check_credit_account(self, job: Job) -> str:
        """The machine's act that follows. Raises ApplicationError (try again) while the bank is away."""
        with database.working() as session:
            row = session.get_one(CreditAccount, job.document_id)
            asked, typed = _account(session, row), row.holder
        found, problem = self._asked(asked, typed)
        with database.working() as session:
            row = session.get_one(CreditAccount, job.document_id, with_for_update=True)
            if row.status == Status.CHECKING:
                row.holder_found, row.holder_problem, row.checked_at = found, problem, job.at
        return HOLDER_DIFFERS if problem else HOLDER_FOUND

    def _asked(self, account: Account, typed: str) -> tuple[str | None, str]:
        try:
            found = self.bank().holder(account)
        except Rejected as no:
            activity.logger.warning("the bank refused: %s", no.code)
            return None, UNREACHABLE
        except Unavailable as away:
            raise ApplicationError(
                "the bank is away", type="unavailable", category=ApplicationErrorCategory.BENIGN
            ) from away
        if found is None:
            return None, UNKNOWN
        return found, "" if same_holder(typed, found) else DIFFERENT


def _account(session: Session, row: CreditAccount) -> Account:
    group = session.get_one(CreditGroup, row.group_id)
    company = partner.company_of(session, group)
    person = company is not None and company.kind == CompanyKind.INDIVIDUAL
    return Account(
        bank_code=row.bank_code,
        number=row.account_number,
        birth=(company.person_number or "")[:BIRTH_DIGITS] if company and person else "",
        business=(company.business_number or "") if company and not person else "",
    )


def holder_found(step: StepContext) -> str:
    """Right: a group's first account is paid to at once, a changed one after the cooling-off."""
    account: CreditAccount = step.document
    days = partner.cooling_days(step.session)
    if days == 0 or _in_force(step.session, account) is None:
        return _into_force(step)
    account.effective_at = step.now + dt.timedelta(days=days)
    step.detail["effective_on"] = local_date(account.effective_at).isoformat()
    _tell(step, f"{_words(account)} 계좌로 변경을 신청했습니다. {_day(account.effective_at)}부터 새 계좌로 지급합니다.")
    return Status.COOLING.value


def holder_differs(step: StepContext) -> None:
    """Not theirs, or no account at all: the one before stays."""
    account: CreditAccount = step.document
    step.detail["problem"] = account.holder_problem
    _tell(step, f"지급계좌를 변경하지 못했습니다. {account.holder_problem}")


def takes_effect(step: StepContext) -> None:
    """The cooling-off is over."""
    _into_force(step)


def _into_force(step: StepContext) -> str:
    account: CreditAccount = step.document
    before = _in_force(step.session, account)
    if before is not None:
        _supersede(step, before)
    account.active_since = step.now
    if account.effective_at is None:
        account.effective_at = step.now
    words = "변경되었습니다" if before is not None else "등록되었습니다"
    _tell(step, f"지급계좌가 {words}. {_words(account)}")
    credits_follow.account_changed(step.session, account.group_id, account.id or 0)
    return Status.ACTIVE.value


def _in_force(session: Session, account: CreditAccount) -> CreditAccount | None:
    row = select(CreditAccount).where(
        col(CreditAccount.group_id) == account.group_id, col(CreditAccount.status) == Status.ACTIVE.value
    )
    found: CreditAccount | None = session.execute(row.with_for_update()).scalar_one_or_none()
    return found


def _supersede(step: StepContext, old: CreditAccount) -> None:
    """Record the end of the account before in this very transaction: one account is in force at any instant.

    Its own process, which has nothing else to do any more, is told.
    """
    session = step.session
    since = old.status_since
    old.status, old.turn, old.due_at = Status.REPLACED.value, None, None
    old.version, old.step = old.version + 1, old.step + 1
    old.status_since = old.replaced_at = step.now
    session.add(old)
    session.add(_event(session, old, since, step.now))
    session.flush()
    announce(session, CREDIT_ACCOUNT.key, old.id or 0, old.company_id)
    tell(session, old.workflow_id, SUPERSEDED, SUPERSEDED)


def _event(session: Session, old: CreditAccount, since: dt.datetime, now: dt.datetime) -> ProcessEvent:
    last = select(col(ProcessEvent.hash)).where(col(ProcessEvent.workflow_id) == old.workflow_id)
    head = session.execute(last.order_by(col(ProcessEvent.step).desc()).limit(1)).scalar_one_or_none()
    outcome = Outcome(status=old.status, version=old.version, step=old.step)
    event = ProcessEvent(
        workflow_id=old.workflow_id,
        step=old.step,
        kind=CREDIT_ACCOUNT.key,
        document_id=old.id or 0,
        company_id=old.company_id,
        case_key=old.case_key,
        act=SUPERSEDED,
        status_from=Status.ACTIVE.value,
        status_to=old.status,
        version=old.version,
        detail={},
        at=now,
        outcome=outcome.model_dump(mode="json"),
        seconds_before=int((now - since).total_seconds()),
        prev_hash=head or chain.GENESIS,
        hash="",
    )
    event.hash = chain.digest(event)
    return event


def cancel(step: StepContext) -> None:
    """「변경 취소」: the account before stays."""
    account: CreditAccount = step.document
    account.cancelled_by = step.command.actor_name if step.command else ""
    _tell(step, f"지급계좌 변경을 취소했습니다. ({account.cancelled_by})")


def _tell(step: StepContext, words: str) -> None:
    """「지급정보 관리 메뉴의 정보가 변경되면 알림」: everybody of the credit, its author as well, and nobody twice."""
    account: CreditAccount = step.document
    step.author_ending = ""
    _notify(step.session, account.group_id, account.workflow_id, account.step + 1, words, step.now)


def _notify(session: Session, group_id: int, key: str, step: int, words: str, now: dt.datetime) -> int:
    group = session.get_one(CreditGroup, group_id)
    return notify(
        session,
        event=Event.PAYOUT_CHANGED.value,
        members=[one.member_id for one in members_of(session, Space.CREDIT, group_id)],
        link=LINK,
        workflow_id=key,
        step=step,
        params={"title": f"{group.company_name} “{group.name}”", "status": words, "act": ""},
        now=now,
    )


def _words(account: CreditAccount) -> str:
    return f"{BANKS.get(account.bank_code, account.bank_code)} {mask_account(account.account_number)}"


def _day(at: dt.datetime) -> str:
    return f"{local_date(at):%Y.%m.%d}"


def approve(step: StepContext) -> None:
    """「승인」: the 사업자등록증 is the company's from now on; its facts are put right on the company's page."""
    change: CreditChange = step.document
    _decided(step, change)
    company = step.session.get_one(CreditCompany, change.credit_company_id, with_for_update=True)
    company.certificate_file_id = change.file_id
    company.changed_at = step.now
    step.session.add(company)


def reject(step: StepContext) -> None:
    """「반려」: who asked reads why."""
    change: CreditChange = step.document
    change.decision_reason = step.payload.reason
    _decided(step, change)


def _decided(step: StepContext, change: CreditChange) -> None:
    change.decided_at = step.now
    change.decided_by = step.command.actor_name if step.command else ""


class Contacts:
    @activity.defn(name="tell_of_credit_contact")
    def tell_of_credit_contact(self, notice: ContactNotice) -> int:
        """How many were told; said once however often it runs."""
        with database.working() as session:
            contact = session.get_one(CreditContact, notice.group_id)
            key = f"contact/{notice.group_id}/{notice.edit_version}"
            return _notify(session, notice.group_id, key, 1, "정산 담당자 정보가 변경되었습니다.", contact.changed_at)


STEPS = DomainSteps(
    kind=CREDIT_ACCOUNT,
    effects={
        HOLDER_FOUND: holder_found,
        HOLDER_DIFFERS: holder_differs,
        TAKES_EFFECT: takes_effect,
        "cancel": cancel,
    },
)
CHANGE_STEPS = DomainSteps(kind=CREDIT_CHANGE, effects={"approve": approve, "reject": reject})


@functools.cache
def _bank() -> Bank:
    # Loaded where the house asks, which as a rule is another worker.
    from activities.gateways.bank import choice

    return choice.bank(settings())


JOBS = [Contacts().tell_of_credit_contact]
"""For the queue of people's processes."""
ACTIVITIES = [Holders(_bank).check_credit_account]
"""For the queue of what leaves the house; the gateway is made when it is first asked."""
