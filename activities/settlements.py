"""What the steps of a settlement change beyond its status, and its statement."""

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col

from activities import drawn
from activities.recording import DomainSteps, StepContext
from models.inspections.tables import Inspection
from models.kernel.calendar import local_date
from models.settlements import queries, rules
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import ByInvoice, FinishCancel, Pay, Settle
from models.settlements.tables import Settlement, SettlementItem
from models.tax_invoices import queries as invoices
from models.tax_invoices.refusals import InvoiceUnderWay

STATEMENT_JOB = "build_settlement_statement"


def request_issue(step: StepContext) -> None:
    """「발행요청」: the partner is asked for an invoice; its statement is made. Raises NothingToSettle."""
    settlement: Settlement = step.document
    if not queries.items(step.session, settlement.id or 0):
        raise rules.NothingToSettle
    settlement.requested_at = step.now
    step.jobs.append(STATEMENT_JOB)


def acknowledge(step: StepContext) -> None:
    """「확인」: the partner knows what to issue and when."""
    settlement: Settlement = step.document
    settlement.acknowledged_at = step.now
    settlement.acknowledged_by = step.command.actor_name if step.command else ""


def settle(step: StepContext) -> None:
    """「정산완료」: the invoice came.

    Raises ByHandReasonRequired, EvidenceNumberWrong, EvidenceNumberTaken, EvidenceInFuture, InvoiceUnderWay.
    """
    settlement: Settlement = step.document
    invoice: Settle = step.payload
    rules.check_by_hand(settlement.evidence_type, invoice.reason)
    number = rules.check_evidence_number(settlement.evidence_type, invoice.evidence_number)
    rules.check_issued_on(invoice.evidence_issued_on, local_date(step.now))
    _check_alone(step)
    _check_free(step.session, settlement, number)
    settlement.by_hand_reason = invoice.reason or ""
    _settled(step, number, invoice.evidence_issued_on)


def settle_by_invoice(step: StepContext) -> None:
    """The tax service has the invoice asked for at the hub. Raises EvidenceNumberTaken."""
    invoice: ByInvoice = step.payload
    _check_free(step.session, step.document, invoice.evidence_number)
    step.detail["invoice"] = invoice.invoice_number
    _settled(step, invoice.evidence_number, invoice.evidence_issued_on)


def _settled(step: StepContext, number: str | None, issued_on: dt.date) -> None:
    settlement: Settlement = step.document
    settlement.evidence_number = number
    settlement.evidence_issued_on = issued_on
    settlement.settled_at = step.now
    _mark(step.session, settlement, settled=True)


def schedule_payment(step: StepContext) -> None:
    """지급예정일: by the payment rule, from the invoice's month."""
    settlement: Settlement = step.document
    issued = settlement.evidence_issued_on or local_date(step.now)
    settlement.payment_due_on = rules.payment_due(issued, step.holidays)
    step.detail["payment_due_on"] = settlement.payment_due_on.isoformat()


def pay(step: StepContext) -> None:
    """「지급완료」 of what amended invoices leave.

    Raises InvoiceUnderWay, NothingToPay, PaidInFuture, EarlyReasonRequired.
    """
    settlement: Settlement = step.document
    _check_amended(step)
    rules.check_payable(settlement.payable_amount)
    payment: Pay = step.payload
    due = settlement.payment_due_on or payment.paid_on
    rules.check_payment(payment.paid_on, local_date(step.now), due, payment.early_reason)
    settlement.paid_on = payment.paid_on
    settlement.paid_amount = step.detail["paid_amount"] = settlement.payable_amount
    settlement.payment_reference = payment.payment_reference
    settlement.early_reason = payment.reason or "" if payment.paid_on < due else ""
    step.ending = "payment_done"


def cancel(step: StepContext) -> None:
    """「정산취소」 before the invoice came: its items can be settled anew. Raises InvoiceUnderWay."""
    _check_alone(step)
    _released(step)


def request_cancel(step: StepContext) -> None:
    """「취소요청」: the partner is asked to take its invoice back; nothing is paid meanwhile."""
    settlement: Settlement = step.document
    settlement.cancel_reason = step.payload.reason
    settlement.cancel_requested_at = step.now
    settlement.cancel_confirmed_at, settlement.cancel_confirmed_by = None, ""


def confirm_cancel(step: StepContext) -> None:
    """「취소요청확인」: the partner knows that a minus invoice is due."""
    settlement: Settlement = step.document
    settlement.cancel_confirmed_at = step.now
    settlement.cancel_confirmed_by = step.command.actor_name if step.command else ""


def withdraw_cancel(step: StepContext) -> None:
    """「취소요청 철회」: the payment stays as it was. Raises InvoiceUnderWay."""
    _check_amended(step)
    settlement: Settlement = step.document
    settlement.cancel_reason, settlement.cancel_requested_at = "", None
    settlement.cancel_confirmed_at, settlement.cancel_confirmed_by = None, ""


def finish_cancel(step: StepContext) -> None:
    """「정산취소」 with a minus invoice that came outside the hub.

    Raises ByHandReasonRequired, EvidenceNumberWrong, EvidenceNumberTaken, MinusBeforeInvoice, InvoiceUnderWay.
    """
    settlement: Settlement = step.document
    minus: FinishCancel = step.payload
    rules.check_by_hand(settlement.evidence_type, minus.reason)
    number = rules.check_evidence_number(settlement.evidence_type, minus.evidence_number)
    rules.check_minus_on(minus.evidence_issued_on, settlement.evidence_issued_on, local_date(step.now))
    _check_amended(step)
    if number == settlement.evidence_number:
        raise rules.EvidenceNumberTaken(field="evidence_number", number=settlement.number)
    _check_free(step.session, settlement, number)
    _taken_back(step, number, minus.evidence_issued_on)


def cancel_by_invoice(step: StepContext) -> None:
    """The tax service has the minus invoice: its items can be settled anew. Raises EvidenceNumberTaken."""
    minus: ByInvoice = step.payload
    _check_free(step.session, step.document, minus.evidence_number)
    step.detail["invoice"] = minus.invoice_number
    _taken_back(step, minus.evidence_number, minus.evidence_issued_on)


def _taken_back(step: StepContext, number: str | None, issued_on: dt.date) -> None:
    settlement: Settlement = step.document
    settlement.minus_evidence_number = number
    settlement.minus_issued_on = issued_on
    _released(step)


def _released(step: StepContext) -> None:
    settlement: Settlement = step.document
    _mark(step.session, settlement, settled=False)
    step.session.execute(
        update(SettlementItem).where(col(SettlementItem.settlement_id) == settlement.id).values(active=False)
    )


def _check_alone(step: StepContext) -> None:
    """Nothing beside an invoice that is at the hub or issued. Raises InvoiceUnderWay."""
    live = invoices.live_of_settlement(step.session, step.document.id or 0)
    if live is not None:
        raise InvoiceUnderWay(number=live.number)


def _check_amended(step: StepContext) -> None:
    """Nothing beside a minus invoice that is on its way. Raises InvoiceUnderWay."""
    opened = invoices.open_amendment_of_settlement(step.session, step.document.id or 0)
    if opened is not None:
        raise InvoiceUnderWay(number=opened.number)


def _check_free(session: Session, settlement: Settlement, number: str | None) -> None:
    """A 승인번호 names one invoice. Raises EvidenceNumberTaken."""
    if number is None:
        return
    taken = queries.evidence_holder(session, number, but=settlement.id)
    other = invoices.by_approval_number(session, number)
    if taken is None and other is not None and other.settlement_id != settlement.id:
        taken = other.number
    if taken is not None:
        raise rules.EvidenceNumberTaken(field="evidence_number", number=taken)


def _mark(session: Session, settlement: Settlement, *, settled: bool) -> None:
    held = select(col(SettlementItem.inspection_id)).where(
        col(SettlementItem.settlement_id) == settlement.id, col(SettlementItem.active)
    )
    session.execute(update(Inspection).where(col(Inspection.id).in_(held)).values(settled=settled))


STEPS = DomainSteps(
    kind=SETTLEMENT,
    effects={
        "request_issue": request_issue,
        "acknowledge": acknowledge,
        "settle": settle,
        rules.SCHEDULE_PAYMENT: schedule_payment,
        "pay": pay,
        "cancel": cancel,
        "request_cancel": request_cancel,
        "confirm_cancel": confirm_cancel,
        "withdraw_cancel": withdraw_cancel,
        "finish_cancel": finish_cancel,
        rules.SETTLE_BY_INVOICE: settle_by_invoice,
        rules.CANCEL_BY_INVOICE: cancel_by_invoice,
    },
    quick={"acknowledge", rules.SCHEDULE_PAYMENT, "pay"},
)


JOBS = [drawn.build_settlement_statement]
