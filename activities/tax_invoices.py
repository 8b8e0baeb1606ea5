"""What the steps of a tax invoice change beyond its status, and the jobs that follow them."""

import uuid
from collections.abc import Mapping

from pydantic import BaseModel
from sqlalchemy import update
from sqlmodel import Session, col

from activities import credits_follow, drawn
from activities.recording import DomainSteps, Effect, StepContext
from models import clock
from models.credits.report_rules import INVOICE_DROPPED, INVOICE_REFUSED
from models.kernel.calendar import local_date
from models.kernel.roles import Role
from models.kernel.vat import Taxed
from models.notifications.rules import Event
from models.notifications.writes import notify
from models.processes.deadlines import ESCALATE, REMIND
from models.processes.messages import Actor, command_payload
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, announce, insert_command, wake
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import ByInvoice
from models.settlements.rules import CANCEL_BY_INVOICE, CANCELLING, SETTLE_BY_INVOICE
from models.settlements.rules import Status as Settled
from models.settlements.tables import Settlement
from models.tax_invoices import drafting, queries, refusals, rules, standard
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import PAPER_JOB, REMIND_JOB, WITHDRAW_LEFT_JOB, Reason
from models.tax_invoices.showing import show_anew
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.wording import NOT_FOR_INVOICE, paid_words
from models.tax_invoices.writes import new_key

MACHINE = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))
TAKING_BACK = frozenset({Reason.PRICE_CHANGE, Reason.RETURN, Reason.TERMINATION, Reason.DUPLICATE})
"""Reasons whose minus invoice, when nothing is left, undoes the settlement."""


def request(step: StepContext) -> None:
    """「역발행 요청」: from here on the partner sees it. Raises FutureWrittenOn, InvoiceFaulty, NotForInvoice."""
    row: TaxInvoice = step.document
    rules.check_written_on(row.written_on, local_date(step.now))
    _check_settlement(step.session, row)
    wrong = standard.faults(standard.draft(row, queries.lines(step.session, row.id or 0)))
    if wrong:
        raise refusals.InvoiceFaulty(count=len(wrong), first=f"{wrong[0].path}: {wrong[0].sentence}")
    row.requested_at = step.now
    row.hub_problem = row.membership_problem = ""


def _check_settlement(session: Session, row: TaxInvoice) -> None:
    """The settlement may have moved on since the draft. Raises NotForInvoice."""
    if row.settlement_id is None or row.amendment_reason is not None:
        return
    settlement = session.get_one(Settlement, row.settlement_id)
    if settlement.status != Settled.ACKNOWLEDGED:
        raise refusals.NotForInvoice(why=NOT_FOR_INVOICE["status"])


def filed(step: StepContext) -> None:
    """The hub has it."""
    credits_follow.invoice_filed(step.session, step.document, step.now)


def filing_failed(step: StepContext) -> None:
    """The hub did not take it: a draft again, under a key the hub has never heard."""
    row: TaxInvoice = step.document
    row.requested_at = None
    row.left_keys = [*row.left_keys, row.hub_key][-rules.LEFT_KEYS_MAX :]
    row.hub_key = new_key(row.number)
    row.hub_state, row.hub_version = None, None
    step.detail["problem"] = row.hub_problem
    step.jobs.append(WITHDRAW_LEFT_JOB)
    credits_follow.invoice_unfiled(step.session, row)


def cancel(step: StepContext) -> None:
    """「작성취소」: what may have reached the hub of it after all is withdrawn there."""
    if step.document.left_keys:
        step.jobs.append(WITHDRAW_LEFT_JOB)
    dropped(step)


def keep_reason(step: StepContext) -> None:
    """「요청취소」, 「발행취소」: the hub is told why."""
    step.document.cancel_reason = step.payload.reason
    step.document.sending_wanted = False
    step.document.hub_problem = ""


def stands(step: StepContext) -> None:
    """The hub did not undo it."""
    step.detail["problem"] = step.document.hub_problem


def sending_stands(step: StepContext) -> None:
    """The hub did not send it now: it goes as the supplier has set it there."""
    step.document.sending_wanted = False
    stands(step)


def supplier_signed(step: StepContext) -> None:
    """Issued: the law's day to send it on runs; its paper is made."""
    row: TaxInvoice = step.document
    row.transmit_by = drafting.transmit_by(local_date(row.issued_at or step.now))
    step.detail["approval_number"] = row.approval_number
    if row.verification_problem:
        step.detail["problem"] = row.verification_problem
    step.jobs.append(PAPER_JOB)
    credits_follow.invoice_issued(step.session, row)


def supplier_refused(step: StepContext) -> None:
    step.detail["refused_reason"] = step.document.refused_reason
    step.ending = "decided"
    credits_follow.invoice_lost(step.session, step.document, INVOICE_REFUSED)


def dropped(step: StepContext) -> None:
    """Taken back before there was one: who asked for it may ask again."""
    credits_follow.invoice_lost(step.session, step.document, INVOICE_DROPPED)


def rejected(step: StepContext) -> None:
    """The tax service did not take it: the officer's turn."""
    row: TaxInvoice = step.document
    row.turn_member_id = row.officer_id
    step.detail["result_code"] = row.result_code


def send(step: StepContext) -> None:
    """「국세청 즉시전송」, 「재전송」: the hub is told by the machine."""
    step.document.sending_wanted = True
    step.document.hub_problem = ""


def accepted(step: StepContext) -> None:
    """The tax service has it: the settlement follows, if the document is what it should be."""
    row: TaxInvoice = step.document
    step.detail["result_code"] = row.result_code
    row.sending_wanted = False
    settle(step.session, row, counted=False)


def settle(session: Session, row: TaxInvoice, *, counted: bool) -> None:
    """Have the machine press 「정산완료」 or 「정산취소」 of the settlement, once however often it is asked for; of a
    settlement report's invoice it goes on with the report.

    `counted`: whether the row is among the accepted ones already.
    """
    if row.settlement_id is None:
        credits_follow.invoice_accepted(session, row)
        return
    if row.verified_at is None or row.verification_problem or not row.approval_number:
        return
    settlement = session.get_one(Settlement, row.settlement_id)
    if row.amendment_reason is not None:
        _count(session, row, settlement, counted=counted)
    if row.amendment_reason is None:
        if settlement.status == Settled.ACKNOWLEDGED:
            _press(session, row, settlement, SETTLE_BY_INVOICE)
        return
    if settlement.status in {Settled.PAYMENT_DUE, *CANCELLING} and _takes_back(session, row, counted=counted):
        _press(session, row, settlement, CANCEL_BY_INVOICE)


def _count(session: Session, row: TaxInvoice, settlement: Settlement, *, counted: bool) -> None:
    """The payment follows what the tax service has: all amendments, added anew each time."""
    known = queries.amendments_of_settlement(session, settlement.id or 0)
    own = Taxed(0, 0) if counted else Taxed(row.supply_amount, row.vat_amount)
    before = settlement.payable_amount
    settlement.amended_supply, settlement.amended_vat = known.supply + own.supply, known.tax + own.tax
    announce(session, SETTLEMENT.key, settlement.id or 0, settlement.company_id)
    if settlement.paid_amount is not None and settlement.payable_amount != before:
        tell_wrong(session, row, paid_words(settlement.number, settlement.payable_amount - settlement.paid_amount))


def _takes_back(session: Session, row: TaxInvoice, *, counted: bool) -> bool:
    """Whether nothing is left of the settlement's invoices with this minus invoice."""
    if row.amendment_reason not in TAKING_BACK or row.total_amount >= 0:
        return False
    net = queries.net_of_settlement(session, row.settlement_id or 0)
    own = (0, 0) if counted else (row.supply_amount, row.vat_amount)
    return (net.supply + own[0], net.tax + own[1]) == (0, 0)


def _press(session: Session, row: TaxInvoice, settlement: Settlement, act: str) -> None:
    moves = {move.act: move for move in SETTLEMENT.rules.moves if move.status == settlement.status}
    if act not in moves:
        return
    payload = ByInvoice(
        evidence_number=row.approval_number or "",
        evidence_issued_on=local_date(row.issued_at or clock.now()),
        invoice_number=row.number,
    )
    request_id = uuid.uuid5(uuid.NAMESPACE_URL, f"{row.workflow_id}/{act}")
    _insert(session, settlement, act, request_id, payload)


def _insert(session: Session, settlement: Settlement, act: str, request_id: uuid.UUID, payload: BaseModel) -> None:
    press = Press(SETTLEMENT.key, act, request_id, command_payload(payload), frozenset({Role.SYSTEM}), None)
    insert_command(session, MACHINE, settlement, press)
    # Nobody waits for the answer: the relay brings it at once.
    due = update(Command).where(col(Command.request_id) == request_id).values(next_attempt_at=clock.now())
    session.execute(due.execution_options(synchronize_session=False))
    wake(session, COMMANDS)


def reminded(step: StepContext) -> None:
    """The supplier was told here; the hub writes to its contact besides."""
    row: TaxInvoice = step.document
    row.reminded_at = step.now
    row.reminders += 1
    step.jobs.append(REMIND_JOB)


def escalated(step: StepContext) -> None:
    """Besides those the recording tells, the officer and the administrators."""
    row: TaxInvoice = step.document
    tell_office(
        step.session,
        row,
        "escalation",
        row.step + 1,
        {"status": TAX_INVOICE.words.status[row.status], "act": TAX_INVOICE.words.event[ESCALATE]},
    )


def tell_office(session: Session, row: TaxInvoice, event: str, number: int, params: Mapping[str, str]) -> None:
    """Tell the officer of the invoice and the administrators, once per step."""
    notify(
        session,
        event=event,
        members=[row.officer_id, *queries.administrators(session)],
        link=TAX_INVOICE.link(row),
        workflow_id=row.workflow_id,
        step=number,
        params={"title": f"{row.number} {row.title}", **params},
        now=clock.now(),
    )


def tell_wrong(session: Session, row: TaxInvoice, what: str) -> None:
    """Something about the document is not as it should be."""
    tell_office(session, row, Event.TAX_INVOICE_WRONG, row.step, {"what": what})


def _beside(effect: Effect | None) -> Effect:
    """An effect, and word of it to the open pages of what the invoice amends and of its settlement."""

    def follow(step: StepContext) -> str | None:
        target = effect(step) if effect else None
        row: TaxInvoice = step.document
        if row.original_id is not None:
            show_anew(step.session, row.original_id, row.company_id)
        if row.settlement_id is not None:
            announce(step.session, SETTLEMENT.key, row.settlement_id, row.company_id)
        return target

    return follow


_EFFECTS: Mapping[str, Effect] = {
    "request": request,
    "cancel": cancel,
    "cancel_request": keep_reason,
    "cancel_issue": keep_reason,
    "send": send,
    "resend": send,
    rules.FILED: filed,
    rules.FILING_FAILED: filing_failed,
    rules.REQUEST_STANDS: stands,
    rules.ISSUE_STANDS: stands,
    rules.SENDING_STANDS: sending_stands,
    rules.SUPPLIER_SIGNED: supplier_signed,
    rules.SUPPLIER_REFUSED: supplier_refused,
    rules.REQUEST_WITHDRAWN: dropped,
    rules.ISSUE_WITHDRAWN: dropped,
    rules.REJECTED: rejected,
    rules.ACCEPTED: accepted,
    REMIND: reminded,
    ESCALATE: escalated,
}
STEPS = DomainSteps(
    kind=TAX_INVOICE,
    effects={act: _beside(_EFFECTS.get(act)) for act in {move.act for move in TAX_INVOICE.rules.moves} | set(_EFFECTS)},
)


JOBS = [drawn.build_tax_invoice_paper, drawn.build_tax_invoice_preview]
