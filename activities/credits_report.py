"""What the steps of a settlement report change beyond its status."""

import datetime as dt
from typing import Any

from activities.credits_follow import tell_credit
from activities.credits_publish import revised as take_over
from activities.recording import DomainSteps, StepContext
from models.credits import invoicing, paying
from models.credits.kind import CREDIT_REPORT
from models.credits.messages import ByInvoice, PaidOn, PaymentFailed, RegisterInvoice, RequestInvoice
from models.credits.report_rules import (
    INVOICE_DROPPED,
    INVOICE_REFUSED,
    INVOICE_SIGNED,
    REVISED,
    AccountCooling,
    AccountMissing,
    PayoutRunning,
    PayoutUnknown,
    Status,
)
from models.credits.report_tables import CreditReport, Payout
from models.credits.rules import PayoutState, next_pay_on, payable_on
from models.files.rules import MEDIA_TYPES, FileKind, FileRole
from models.files.tables import StoredFile
from models.files.writes import attach, content
from models.harmony.rules import StepUpNeeded
from models.kernel.calendar import local_date
from models.kernel.refusals import ActNotPossible, NotFound
from models.notifications.rules import Event
from models.processes.deadlines import ESCALATE, REMIND
from models.settlements.rules import PaidInFuture
from models.tax_invoices.tables import TaxInvoice

STEP_UP = "reverse_request"
"""What 추가인증 is for here."""
ASKED = "세금계산서 역발행을 신청했습니다. 담당자 이메일로 보내드리면 다시 알려드립니다."


def request_invoice(step: StepContext) -> None:
    """「세금계산서 역발행 신청」: the invoice is on its way to the hub.

    Raises StepUpNeeded, WrittenOnOutside, FactsMissing, InvoiceFaulty.
    """
    report: CreditReport = step.document
    asked: RequestInvoice = step.payload
    if not asked.stepped_up:
        raise StepUpNeeded(purpose=STEP_UP)
    invoice = invoicing.draft_from_report(step.session, report, asked.written_on, step.now)
    report.invoice_problem, report.approval_number, report.invoiced_at = "", "", None
    step.detail["invoice"] = invoice.number
    tell(step, Event.PROGRESS_CHANGED, ASKED)


def invoice_signed(step: StepContext) -> None:
    """The tax service has the invoice, and it is what was asked for: the payment is put on its day."""
    report: CreditReport = step.document
    invoice = _invoice(step)
    report.approval_number = invoice.approval_number or ""
    report.invoiced_at = invoice.issued_at or step.now
    report.invoice_problem = ""
    step.detail["invoice"] = invoice.number
    _to_pay(step)


def confirm_invoice(step: StepContext) -> None:
    """「세금계산서 확인」: what the partner issued is in order; the payment is put on its day."""
    report: CreditReport = step.document
    invoice = step.session.get(TaxInvoice, report.tax_invoice_id) if report.tax_invoice_id else None
    if invoice is not None and invoice.issued_at is not None:
        report.invoiced_at = invoice.issued_at
    report.invoice_problem = ""
    _to_pay(step)


def _to_pay(step: StepContext) -> None:
    """지급예정일: by the day it was signed on, and never before today."""
    report: CreditReport = step.document
    signed = local_date(report.invoiced_at or step.now)
    report.pay_on = payable_on(report.month, signed, local_date(step.now), step.holidays)
    step.detail["pay_on"] = report.pay_on.isoformat()
    tell(
        step, Event.PROGRESS_CHANGED, f"세금계산서 확인이 완료되어 지급 처리중입니다. 지급예정일: {_day(report.pay_on)}"
    )


def invoice_refused(step: StepContext) -> None:
    """The supplier refused to sign: it may ask anew."""
    invoice = _invoice(step)
    _without_invoice(step, invoice, invoice.refused_reason or "공급자가 서명을 거부했습니다.")


def invoice_dropped(step: StepContext) -> None:
    """The request or the issue was taken back: the partner may ask anew."""
    invoice = _invoice(step)
    _without_invoice(step, invoice, invoice.cancel_reason or "역발행 요청이 취소되었습니다.")


def _without_invoice(step: StepContext, invoice: TaxInvoice, why: str) -> None:
    report: CreditReport = step.document
    report.invoice_problem = why
    report.approval_number, report.invoiced_at = "", None
    step.detail |= {"invoice": invoice.number, "problem": why}
    tell(step, Event.PROGRESS_CHANGED, f"세금계산서가 발행되지 않았습니다. {why} 다시 신청해 주세요.")


def register_invoice(step: StepContext) -> None:
    """정발행: the partner names the invoice it issued; as XML its signature is checked by the machine.

    Raises WrittenOnOutside, EvidenceNumberWrong, ApprovalNumberDay, ApprovalNumberTaken, ReceivedFaulty,
    InvoiceDiffers, NotFound.
    """
    report: CreditReport = step.document
    given: RegisterInvoice = step.payload
    invoicing.check_written_on(report, given.written_on, local_date(step.now))
    number = invoicing.check_number(step.session, report, given.approval_number, given.written_on)
    report.approval_number, report.written_on = number, given.written_on
    report.invoiced_at, report.invoice_problem = step.now, ""
    known = step.session.get(TaxInvoice, report.tax_invoice_id) if report.tax_invoice_id else None
    if known is not None and known.approval_number != number:
        # One that was returned: neither its certificate nor its day says anything of this one.
        report.tax_invoice_id = None
    if given.paper_file_id is not None:
        _paper(step, given.paper_file_id, number)
    tell(step, Event.PROGRESS_CHANGED, "세금계산서를 등록했습니다. 확인한 뒤 지급을 진행합니다.")


def _paper(step: StepContext, file_id: int, number: str) -> None:
    """An XML becomes the report's tax invoice, anything else a paper of the report. Raises NotFound."""
    report: CreditReport = step.document
    file = step.session.get(StoredFile, file_id)
    if file is None or step.command is None or file.created_by != step.command.actor_id:
        raise NotFound
    known = step.session.get(TaxInvoice, report.tax_invoice_id) if report.tax_invoice_id else None
    if file.media_type != MEDIA_TYPES[FileKind.XML]:
        report.tax_invoice_id = None
        title = f"세금계산서 {number}"
        attach(step.session, file, CREDIT_REPORT.key, report.id or 0, FileRole.ATTACHMENT, company_id=0, title=title)
    elif known is None:
        invoicing.receive_for_report(step.session, report, content(file), file, number, step.now)
    else:
        # Returned, and brought again as it was: it was looked at already.
        report.invoiced_at = known.issued_at or step.now


def return_invoice(step: StepContext) -> None:
    """「다시 발행 요청」: the partner reads why."""
    report: CreditReport = step.document
    report.invoice_problem = step.payload.reason
    report.approval_number, report.invoiced_at = "", None
    tell(step, Event.PROGRESS_CHANGED, f"세금계산서를 다시 발행해 주세요. {step.payload.reason}")


def pay(step: StepContext) -> None:
    """「지급 완료」: the bank paid. Raises PayoutUnknown, PayoutRunning, PaidInFuture."""
    report: CreditReport = step.document
    done: PaidOn = step.payload
    today = local_date(step.now)
    payout = _payout(step, done.payout_id)
    if payout is None and paying.live_payout(step.session, report.id or 0) is not None:
        raise PayoutRunning
    paid_on = done.paid_on or today
    if paid_on > today:
        raise PaidInFuture(field="paid_on")
    if payout is not None:
        _result(step, payout, PayoutState.PAID, paid_on=paid_on)
    report.paid_on, report.payment_problem = paid_on, ""
    report.payments += 1
    step.detail |= {"paid_on": paid_on.isoformat(), "amount": report.payable}
    tell(step, Event.AMOUNT_PAID, f"{_day(paid_on)} {report.payable:,}원을 지급했습니다.")


def payment_failed(step: StepContext) -> None:
    """「지급 실패」: the partner is asked to put its account right. Raises PayoutUnknown, PayoutRunning."""
    report: CreditReport = step.document
    failed: PaymentFailed = step.payload
    payout = _payout(step, failed.payout_id)
    if payout is None:
        payout = _unsent_dropped(step)
    if payout is not None:
        _result(step, payout, PayoutState.FAILED, failure=failed.reason)
    report.payment_problem = failed.reason
    report.payments += 1
    tell(step, Event.PROGRESS_CHANGED, f"대금을 지급하지 못했습니다. {failed.reason} 지급계좌를 확인해 주세요.")


def _unsent_dropped(step: StepContext) -> Payout | None:
    """The payment that is with the bank; one that has not gone there leaves its file, or it would be paid twice.

    Raises PayoutRunning when the bank paid it.
    """
    report_id = step.document.id or 0
    if paying.result_on_its_way(step.session, report_id):
        raise PayoutRunning
    payout = paying.live_payout(step.session, report_id)
    if payout is not None and payout.state == PayoutState.WAITING:
        paying.drop(step.session, payout, step.now)
        return None
    return payout


def _payout(step: StepContext, payout_id: int | None) -> Payout | None:
    """Raises PayoutUnknown."""
    if payout_id is None:
        return None
    payout = step.session.get(Payout, payout_id, with_for_update=True)
    if payout is None or payout.report_id != step.document.id:
        raise PayoutUnknown
    return payout


def _result(step: StepContext, payout: Payout, state: PayoutState, **facts: Any) -> None:
    """The payment's result, where the import did not write it already."""
    payout.state = state.value
    payout.result_at = payout.result_at or step.now
    for name, value in facts.items():
        setattr(payout, name, value)


def retry(step: StepContext) -> None:
    """「다시 지급」: to the account in force, on the next payment day. Raises AccountMissing, AccountCooling."""
    report: CreditReport = step.document
    if paying.account_in_force(step.session, report.group_id) is None:
        raise AccountMissing
    coming = paying.account_to_come(step.session, report.group_id)
    if coming is not None:
        raise AccountCooling(until=_day(local_date(coming.effective_at)) if coming.effective_at else "예금주 확인 뒤")
    report.pay_on = next_pay_on(local_date(step.now), step.holidays)
    report.payment_problem = ""
    step.detail["pay_on"] = report.pay_on.isoformat()
    tell(step, Event.PROGRESS_CHANGED, f"{_day(report.pay_on)}에 다시 지급합니다.")


def hold(step: StepContext) -> None:
    """「보류」: nothing is paid until it is released. Raises PayoutRunning."""
    report: CreditReport = step.document
    _out_of_file(step)
    report.held_from, report.held_reason = report.status, step.payload.reason
    tell(step, Event.PROGRESS_CHANGED, f"정산을 보류했습니다. {step.payload.reason}")


def release(step: StepContext) -> str:
    """「보류 해제」: it goes on where it was; a payment day that has passed becomes the next one."""
    report: CreditReport = step.document
    target = report.held_from or Status.PUBLISHED.value
    report.held_from, report.held_reason = None, ""
    if target == Status.PAYING:
        report.pay_on = max(report.pay_on, next_pay_on(local_date(step.now), step.holidays))
    tell(step, Event.PROGRESS_CHANGED, "정산 보류를 풀었습니다.")
    return target


def revised(step: StepContext) -> None:
    """「정산 금액 변경」 by a repeated run, while nothing was invoiced or sent to the bank. Raises ActNotPossible,
    PayoutRunning.
    """
    report: CreditReport = step.document
    if report.approval_number:
        raise ActNotPossible(kind=CREDIT_REPORT.key, status=report.status, act=REVISED)
    _out_of_file(step)
    take_over(step)


def _out_of_file(step: StepContext) -> None:
    """Not with the bank nor paid by it, and in no file that is still here. Raises PayoutRunning."""
    if _unsent_dropped(step) is not None:
        raise PayoutRunning


def remind(step: StepContext) -> None:
    """「정산 마감 임박」: what is to be done, by when; nothing where the partner has done its part."""
    report: CreditReport = step.document
    if report.status == Status.INVOICE_REQUESTED and (report.invoiced_at or report.invoice_problem):
        # Signed at the hub already, or never come there: what is left is not the partner's.
        return
    if report.status == Status.PAYMENT_FAILED:
        if paying.account_to_come(step.session, report.group_id) is not None:
            # Put right already: it is paid again as soon as the account takes effect.
            return
        words = f"대금을 지급하지 못했습니다. {report.payment_problem} 지급계좌를 확인해 주세요."
    elif local_date(step.now) > report.sign_by:
        words = f"{_done_by(report)} 기한이 지났습니다. 처리하시면 그다음 달 지급일에 지급합니다."
    else:
        words = f"{_day(report.sign_by)}까지 {_done_by(report)}을 마쳐 주세요."
    tell(step, Event.DEADLINE_NEAR, words)


def _done_by(report: CreditReport) -> str:
    return {
        Status.PUBLISHED.value: "세금계산서 역발행 신청과 서명",
        Status.INVOICE_REQUESTED.value: "세금계산서 전자서명",
    }.get(report.status, "세금계산서 발행")


def tell(step: StepContext, event: Event, words: str) -> None:
    """Everybody of the credit, once per step; each may have turned the event off."""
    report: CreditReport = step.document
    tell_credit(step.session, report, event, words, (report.workflow_id, report.step + 1), step.now)


def _day(day: dt.date) -> str:
    return f"{day:%Y.%m.%d}"


def _invoice(step: StepContext) -> TaxInvoice:
    moved: ByInvoice = step.payload
    return step.session.get_one(TaxInvoice, moved.tax_invoice_id)


STEPS = DomainSteps(
    kind=CREDIT_REPORT,
    effects={
        "request_invoice": request_invoice,
        INVOICE_SIGNED: invoice_signed,
        INVOICE_REFUSED: invoice_refused,
        INVOICE_DROPPED: invoice_dropped,
        "register_invoice": register_invoice,
        "confirm_invoice": confirm_invoice,
        "return_invoice": return_invoice,
        "pay": pay,
        "payment_failed": payment_failed,
        "retry": retry,
        "hold": hold,
        "release": release,
        REVISED: revised,
        REMIND: remind,
        ESCALATE: remind,
    },
)
