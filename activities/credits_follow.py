"""How a settlement report follows its tax invoice and its group's account: what these press on it and say of it."""

import datetime as dt
import uuid

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import clock
from models.credits import invoicing
from models.credits.kind import CREDIT_REPORT
from models.credits.links import report_link
from models.credits.messages import ByInvoice
from models.credits.report_rules import INVOICE_SIGNED, Status
from models.credits.report_tables import CreditReport
from models.credits.report_wording import report_title
from models.harmony.queries import members_of
from models.harmony.rules import Space
from models.kernel.roles import Role
from models.notifications.rules import Event
from models.notifications.writes import notify
from models.processes.messages import Actor, command_payload
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, announce, insert_command, wake
from models.tax_invoices.tables import TaxInvoice

MACHINE = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))
SENT = "역발행 세금계산서를 담당자 이메일로 보내드렸습니다. 이메일 링크로 이동하여 전자서명해 주세요."
UNSENT = "세금계산서를 발급 서비스에 전달하지 못해 정산담당자가 확인하고 있습니다."


def tell_credit(
    session: Session, report: CreditReport, event: Event, words: str, occasion: tuple[str, int], now: dt.datetime
) -> None:
    """Everybody of a report's credit, once per occasion: a process and its step."""
    notify(
        session,
        event=event.value,
        members=[one.member_id for one in members_of(session, Space.CREDIT, report.group_id)],
        link=report_link(report.group_id, report.id or 0),
        workflow_id=occasion[0],
        step=occasion[1],
        params={"title": report_title(report), "status": words, "act": ""},
        now=now,
    )


def invoice_filed(session: Session, invoice: TaxInvoice, now: dt.datetime) -> None:
    """The hub has the request and mails it to the supplier's contact: the credit is told that it may sign."""
    report = _waiting(session, invoice)
    if report is not None:
        _noted(session, report, "")
        tell_credit(session, report, Event.PROGRESS_CHANGED, SENT, (invoice.workflow_id, invoice.step + 1), now)


def invoice_unfiled(session: Session, invoice: TaxInvoice) -> None:
    """The hub did not take the request: nothing is to be signed, until the officer has put it right."""
    report = _waiting(session, invoice)
    if report is not None:
        _noted(session, report, UNSENT)


def invoice_issued(session: Session, invoice: TaxInvoice) -> None:
    """The supplier signed at the hub: its report says so until the tax service has the invoice."""
    report = _waiting(session, invoice)
    if report is not None:
        report.invoiced_at = invoice.issued_at
        _noted(session, report, "")


def _waiting(session: Session, invoice: TaxInvoice) -> CreditReport | None:
    """The report that waits for this invoice to be signed."""
    report = invoicing.report_of(session, invoice.id)
    return report if report is not None and report.status == Status.INVOICE_REQUESTED else None


def _noted(session: Session, report: CreditReport, problem: str) -> None:
    report.invoice_problem = problem
    session.add(report)
    announce(session, CREDIT_REPORT.key, report.id or 0, report.company_id)


def invoice_accepted(session: Session, invoice: TaxInvoice) -> None:
    """The tax service has an invoice: have the machine go on with the report it is of, once."""
    if invoice.verified_at is None or invoice.verification_problem or not invoice.approval_number:
        return
    report = invoicing.report_of(session, invoice.id)
    if report is None or invoice.amendment_reason is not None:
        return
    if report.status == Status.INVOICE_REQUESTED:
        _press(session, report, INVOICE_SIGNED, invoice)
    elif report.status == Status.INVOICE_CHECKING:
        _press(session, report, "confirm_invoice", invoice)


def invoice_lost(session: Session, invoice: TaxInvoice, act: str) -> None:
    """An invoice came to nothing: `act` is INVOICE_REFUSED or INVOICE_DROPPED."""
    report = _waiting(session, invoice)
    if report is not None:
        _press(session, report, act, invoice)


def account_changed(session: Session, group_id: int, account_id: int) -> None:
    """A corrected account is in force: payments of the group that failed are tried again, without anybody's act."""
    failed = select(CreditReport).where(
        col(CreditReport.group_id) == group_id, col(CreditReport.status) == Status.PAYMENT_FAILED.value
    )
    for report in session.execute(failed.order_by(col(CreditReport.id))).scalars().all():
        _insert(
            session, report, "retry", uuid.uuid5(uuid.NAMESPACE_URL, f"{report.workflow_id}/retry/{account_id}"), {}
        )


def _press(session: Session, report: CreditReport, act: str, invoice: TaxInvoice) -> None:
    request_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{report.workflow_id}/{invoice.workflow_id}/{act}")
    payload = {} if act == "confirm_invoice" else command_payload(ByInvoice(tax_invoice_id=invoice.id or 0))
    _insert(session, report, act, request_id, payload)


def _insert(
    session: Session, report: CreditReport, act: str, request_id: uuid.UUID, payload: dict[str, object]
) -> None:
    press = Press(CREDIT_REPORT.key, act, request_id, payload, frozenset({Role.SYSTEM}), None)
    insert_command(session, MACHINE, report, press)
    # Nobody waits for the answer: the relay brings it at once.
    due = update(Command).where(col(Command.request_id) == request_id).values(next_attempt_at=clock.now())
    session.execute(due.execution_options(synchronize_session=False))
    wake(session, COMMANDS)
