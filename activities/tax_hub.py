"""Asking the hub: what the present status wants of it is asked for, its answer kept, and the machine's acts told.

Every call may be repeated: before anything is filed the hub is asked whether it has it, and whatever was asked for is
read back. Nothing it tells by itself is looked at here.
"""

import datetime as dt
import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cryptography import x509
from sqlmodel import Session
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities import tax_invoices, tax_left
from activities.gateways.tax_hub import choice
from activities.gateways.tax_hub.interface import (
    Code,
    HubContact,
    HubState,
    HubStatus,
    Rejected,
    Standing,
    TaxHub,
    Unavailable,
)
from activities.tax_roots import Roots
from models import clock, database
from models.etax.document import Invoice
from models.files.rules import FileKind, FileRole
from models.files.tables import StoredFile
from models.files.writes import attach, content, keep
from models.kernel.calendar import local_date
from models.processes.messages import Job
from models.processes.writes import announce
from models.settings import settings
from models.tax_invoices import drafting, queries, rules, standard
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import HubNews, HubTask
from models.tax_invoices.rules import AT_HUB, CHECK_RECEIVED_JOB, REMIND_JOB, WITHDRAW_LEFT_JOB, Status
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.verification import Verified, differences, looked_through, trusted
from models.tax_invoices.wording import MEMBERSHIP, VERIFICATION

ISSUED_AT_HUB = frozenset(
    {HubStatus.ISSUED, HubStatus.NTS_WAITING, HubStatus.NTS_SENDING, HubStatus.NTS_ACCEPTED, HubStatus.NTS_FAILED}
)
UNSENT = frozenset({HubStatus.ISSUED, HubStatus.NTS_FAILED})
UNDOABLE = frozenset({HubStatus.ISSUED, HubStatus.NTS_WAITING})
PROBLEM_LENGTH_MAX = 500


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of asking. `act`: a failure of the machine's to record; `problem`: why, as a sentence."""

    state: HubState | None
    act: str = ""
    problem: str = ""
    membership: str | None = None
    """How the supplier stands, where that was asked: `wording.MEMBERSHIP`, empty when it can sign."""
    verified: Verified | None = None
    xml: bytes = b""


class Hub:
    """The activities that reach the hub; the gateway and the roots are made when they are first needed."""

    def __init__(self, hub: Callable[[], TaxHub], roots: Callable[[], Sequence[x509.Certificate]]) -> None:
        self._hub = hub
        self._roots = roots

    @property
    def activities(self) -> Sequence[Callable[..., Any]]:
        return (self.ask_hub, self.remind_at_hub, self.withdraw_left_requests, self.check_received_tax_invoice)

    @activity.defn(name="ask_hub")
    def ask_hub(self, task: HubTask) -> HubNews:
        """Bring our knowledge of one document up to date. `away` while the hub does not answer: ask again later."""
        with database.working() as session:
            row = session.get_one(TaxInvoice, task.document_id)
            if (row.status, row.step) != (task.status, task.step) or row.status not in AT_HUB:
                return HubNews()
            asked = standard.draft(row, queries.lines(session, task.document_id))
        try:
            answer = self._looked_at(row, asked, self._answer(row, asked))
        except Unavailable as away:
            activity.logger.warning("the tax hub is away: %s", away)
            return _away(task)
        return _kept(task, answer)

    @activity.defn(name=REMIND_JOB)
    def remind_at_hub(self, job: Job) -> None:
        """Have the hub write to the supplier's contact; what it says to that changes nothing."""
        with database.working() as session:
            row = session.get_one(TaxInvoice, job.document_id)
        if row.status != Status.REQUESTED:
            return
        try:
            self._hub().remind(row.hub_key)
        except (Unavailable, Rejected) as no:
            activity.logger.warning("the tax hub did not remind: %s", no)

    @activity.defn(name=WITHDRAW_LEFT_JOB)
    def withdraw_left_requests(self, job: Job) -> None:
        """What reached the hub after the house had given it up is withdrawn; where it cannot be, people are told."""
        with database.working() as session:
            row = session.get_one(TaxInvoice, job.document_id)
        if not row.left_keys:
            return
        try:
            signed = tax_left.withdraw(self._hub(), row.left_keys)
        except Unavailable as away:
            # It is looked for again before the next request.
            activity.logger.warning("the tax hub is away: %s", away)
            return
        if signed:
            with database.working() as session:
                row = session.get_one(TaxInvoice, job.document_id, with_for_update=True)
                _doubt(session, row, _signed_before(signed))

    @activity.defn(name=CHECK_RECEIVED_JOB)
    def check_received_tax_invoice(self, job: Job) -> None:
        """Whether the certificate of an invoice issued elsewhere is to be believed; if so, its settlement follows."""
        with database.working() as session:
            row = session.get_one(TaxInvoice, job.document_id)
            if row.verified_at is not None or row.verification_problem:
                return
            xml = content(session.get_one(StoredFile, row.xml_file_id))
        try:
            found = self._trusting(looked_through(xml), xml, row.issued_at or job.at)
        except Unavailable as away:
            raise ApplicationError(str(away), type="unavailable", category=ApplicationErrorCategory.BENIGN) from away
        with database.working() as session:
            row = session.get_one(TaxInvoice, job.document_id, with_for_update=True)
            _verified(session, row, found)
            tax_invoices.settle(session, row, counted=True)
            announce(session, TAX_INVOICE.key, job.document_id, row.company_id)

    def _answer(self, row: TaxInvoice, asked: Invoice) -> Answer:
        """Do at the hub what the status wants, if the hub has not done it, and read what became of it."""
        hub = self._hub()
        now = hub.state(row.hub_key)
        if row.status == Status.FILING:
            return self._filed(row, asked) if now is None else Answer(now)
        if now is None:
            return Answer(None, problem="중계사이트에 이 문서가 없습니다.")
        if row.status == Status.CANCELLING_REQUEST and now.state == HubStatus.REQUESTED:
            return _tried(lambda: hub.cancel_request(row.hub_key, row.cancel_reason), now, rules.REQUEST_STANDS)
        if row.status == Status.CANCELLING_ISSUE and now.state in UNDOABLE:
            return _tried(lambda: hub.cancel_issue(row.hub_key, row.cancel_reason), now, rules.ISSUE_STANDS)
        if row.sending_wanted and now.state in UNSENT:
            return self._sent(row.hub_key, now)
        waits = row.membership_problem and now.state == HubStatus.REQUESTED
        return Answer(now, membership=self._standing(row) if waits else None)

    def _sent(self, key: str, now: HubState) -> Answer:
        """「국세청 즉시전송」 of what is issued, 「재전송」 of what the tax service did not take."""
        if now.state == HubStatus.ISSUED:
            return _tried(lambda: self._hub().send(key), now, rules.SENDING_STANDS)
        return _tried(lambda: self._hub().resend(key), now, "")

    def _filed(self, row: TaxInvoice, asked: Invoice) -> Answer:
        signed = tax_left.withdraw(self._hub(), row.left_keys)
        if signed:
            return Answer(None, rules.FILING_FAILED, _signed_before(signed))
        problem = self._standing(row)
        if problem == "not_member":
            return Answer(None, rules.FILING_FAILED, MEMBERSHIP[problem], problem)
        contact = HubContact(name=row.contact_name, email=row.contact_email, phone=row.contact_phone or "")
        try:
            own = drafting.is_sale(row)
            return Answer(self._hub().file(row.hub_key, asked, contact, row.title, own=own), membership=problem)
        except Rejected as no:
            why = "not_member" if no.code == Code.NOT_MEMBER else ""
            return Answer(None, rules.FILING_FAILED, _sentence(no), why)

    def _standing(self, row: TaxInvoice) -> str:
        """A key of `wording.MEMBERSHIP`, empty when the supplier can sign."""
        member = self._hub().membership(row.supplier_number)
        if member.standing is Standing.NONE:
            return "not_member"
        until = member.certificate_valid_until
        if until is not None and until < local_date(clock.now()):
            return "certificate"
        return "" if member.can_sign else "associate"

    def _looked_at(self, row: TaxInvoice, asked: Invoice, answer: Answer) -> Answer:
        """With the signed document, verified, the first time there is one."""
        state = answer.state
        if state is None or state.state not in ISSUED_AT_HUB or row.xml_file_id is not None:
            return answer
        try:
            xml = self._hub().xml(row.hub_key)
        except Rejected as no:
            if row.verification_problem:
                return answer
            return replace(answer, verified=Verified(problem="malformed", detail=_sentence(no)))
        found = looked_through(xml)
        if not found.problem and found.invoice is not None:
            found = _compared(found, asked, found.invoice, state)
        return replace(answer, verified=self._trusting(found, xml, state.issued_at or clock.now()), xml=xml)

    def _trusting(self, found: Verified, xml: bytes, at: dt.datetime) -> Verified:
        if found.problem:
            return found
        fault = trusted(xml, self._roots(), at)
        return replace(found, problem="certificate", detail=fault) if fault else found


def _signed_before(keys: Sequence[str]) -> str:
    return f"앞서 보낸 요청이 중계사이트에서 이미 발급되었습니다. 확인해 주세요. (문서번호 {', '.join(keys)})"


def _tried(ask: Callable[[], HubState], before: HubState, failure: str) -> Answer:
    """Where the document is after an act, or, refused, where it was and why."""
    try:
        return Answer(ask())
    except Rejected as no:
        if no.code == Code.UNKNOWN_KEY:
            return Answer(None, problem=_sentence(no))
        return Answer(before, failure, _sentence(no))


def _sentence(no: Rejected) -> str:
    """Why the hub said no, with what it did not like about the document."""
    found = " / ".join(f"{one.path}: {one.sentence}" for one in no.violations[:5])
    return " ".join(part for part in (no.sentence or no.code, found) if part)[:PROBLEM_LENGTH_MAX]


def _compared(found: Verified, asked: Invoice, issued: Invoice, state: HubState) -> Verified:
    if state.approval_number is None or issued.issue_id != state.approval_number:
        detail = f"{issued.issue_id} ≠ {state.approval_number}"
        return replace(found, problem="approval_number", detail=detail)
    other = differences(asked, issued)
    return replace(found, problem="content", detail=", ".join(other)) if other else found


def _away(task: HubTask) -> HubNews:
    """The page says since when the hub does not answer."""
    with database.working() as session:
        row = session.get_one(TaxInvoice, task.document_id, with_for_update=True)
        if row.hub_away_since is None:
            row.hub_away_since = clock.now()
            announce(session, TAX_INVOICE.key, task.document_id, row.company_id)
    return HubNews(away=True)


def _kept(task: HubTask, answer: Answer) -> HubNews:
    """The answer in the row, and the acts that lead to it. An answer older than the one kept is not kept."""
    with database.working() as session:
        row = session.get_one(TaxInvoice, task.document_id, with_for_update=True)
        if (row.status, row.step) != (task.status, task.step) or _is_old(row, answer.state):
            return HubNews()
        before = _shown(row)
        row.hub_away_since, row.hub_asked_at = None, clock.now()
        if answer.membership is not None:
            row.membership_problem = answer.membership
        if answer.state is not None:
            _state_kept(session, row, answer.state)
        if answer.verified is not None:
            _xml_kept(session, row, answer)
            _verified(session, row, answer.verified)
        news = _news(session, row, answer)
        if _shown(row) != before:
            announce(session, TAX_INVOICE.key, task.document_id, row.company_id)
    return news


def _is_old(row: TaxInvoice, state: HubState | None) -> bool:
    if state is None or state.version is None or row.hub_version is None:
        return False
    return state.version < row.hub_version


def _shown(row: TaxInvoice) -> tuple[object, ...]:
    return (row.hub_state, row.hub_away_since, row.hub_problem, row.membership_problem, row.verification_problem)


def _state_kept(session: Session, row: TaxInvoice, state: HubState) -> None:
    row.hub_state, row.hub_version = state.state.value, state.version
    row.issued_at = row.issued_at or state.issued_at
    row.refused_reason = state.refused_reason or row.refused_reason
    row.sent_at = state.sent_at or row.sent_at
    row.result_code = state.result_code or ""
    row.result_text = state.result_text or ""
    if row.sending_wanted and state.state not in UNSENT:
        row.sending_wanted = False
    if state.approval_number is not None and row.approval_number is None:
        if queries.holder(session, state.approval_number, row) is None:
            row.approval_number = state.approval_number
        else:
            _wrong(session, row, "approval_number", state.approval_number)


def _xml_kept(session: Session, row: TaxInvoice, answer: Answer) -> None:
    if not answer.xml:
        return
    name = f"세금계산서_{row.approval_number or row.number}.xml"
    file = keep(session, FileKind.XML, name, answer.xml, row.company_id)
    attach(
        session,
        file,
        TAX_INVOICE.key,
        row.id or 0,
        FileRole.FINAL,
        company_id=row.company_id,
        title="전자세금계산서 XML",
    )
    row.xml_file_id = file.id


def _verified(session: Session, row: TaxInvoice, found: Verified) -> None:
    if found.signer is not None:
        row.signer_name = found.signer.name
        row.signer_number = found.signer.registration_number or ""
        row.certificate_serial = found.signer.serial
        row.certificate_issuer = found.signer.issuer
        row.certificate_until = found.signer.valid_until
    if found.problem:
        _wrong(session, row, found.problem, found.detail)
    elif not row.verification_problem:
        row.verified_at = clock.now()
        if found.invoice is not None and found.invoice.issued_at is not None:
            row.issued_at = found.invoice.issued_at


def _wrong(session: Session, row: TaxInvoice, problem: str, detail: str) -> None:
    """Told once: what was found first stays."""
    if row.verification_problem:
        return
    row.verification_problem = problem
    row.verification_detail = detail[:PROBLEM_LENGTH_MAX]
    row.verified_at = None
    tax_invoices.tell_wrong(session, row, VERIFICATION[problem])


def _news(session: Session, row: TaxInvoice, answer: Answer) -> HubNews:
    if answer.act:
        row.hub_problem = answer.problem
        return HubNews(acts=(answer.act,))
    if answer.state is None:
        _doubt(session, row, answer.problem)
        return HubNews()
    if rules.is_pending(row.status, answer.state.state):
        return HubNews()
    acts = rules.way(row.status, answer.state.state)
    if acts is None:
        words = TAX_INVOICE.words.status[answer.state.state]
        _doubt(session, row, f"중계사이트는 이 문서가 「{words}」라고 합니다.")
        return HubNews()
    # What the hub said to 「재전송」 stays to be read.
    row.hub_problem = answer.problem
    row.sending_wanted = row.sending_wanted and not answer.problem
    return HubNews(acts=acts)


def _doubt(session: Session, row: TaxInvoice, problem: str) -> None:
    """The hub says what cannot be: people are told, once per step."""
    row.hub_problem = problem[:PROBLEM_LENGTH_MAX]
    tax_invoices.tell_wrong(session, row, row.hub_problem)


@functools.cache
def _configured() -> TaxHub:
    return choice.tax_hub(settings())


ACTIVITIES = Hub(_configured, Roots().certificates).activities
"""What the worker registers; nothing is asked for before the first document."""
