"""What the steps of a settlement change beyond its status, and its statement."""

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col
from temporalio import activity

from activities.documents.settlement import SettlementLine, SettlementPaper, statement
from activities.papers import house, partner
from activities.recording import DomainSteps, StepContext
from models import database
from models.files.rules import FileKind, FileRole
from models.files.writes import attach, keep
from models.inspections.tables import Inspection
from models.kernel.calendar import local_date
from models.members.queries import companies
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.messages import Job
from models.processes.writes import announce
from models.settlements import queries, rules
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import Pay, Settle
from models.settlements.rules import Status
from models.settlements.tables import Settlement, SettlementItem

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
    """「정산완료」: the invoice came. Raises EvidenceNumberWrong, EvidenceNumberTaken, EvidenceInFuture."""
    settlement: Settlement = step.document
    invoice: Settle = step.payload
    number = rules.check_evidence_number(settlement.evidence_type, invoice.evidence_number)
    rules.check_issued_on(invoice.evidence_issued_on, local_date(step.now))
    _check_free(step.session, settlement, number)
    settlement.evidence_number = number
    settlement.evidence_issued_on = invoice.evidence_issued_on
    settlement.settled_at = step.now
    _mark(step.session, settlement, settled=True)


def schedule_payment(step: StepContext) -> None:
    """지급예정일: by the payment rule, from the invoice's month."""
    settlement: Settlement = step.document
    issued = settlement.evidence_issued_on or local_date(step.now)
    settlement.payment_due_on = rules.payment_due(issued, step.holidays)
    step.detail["payment_due_on"] = settlement.payment_due_on.isoformat()


def pay(step: StepContext) -> None:
    """「지급완료」. Raises PaidInFuture, EarlyReasonRequired."""
    settlement: Settlement = step.document
    payment: Pay = step.payload
    due = settlement.payment_due_on or payment.paid_on
    rules.check_payment(payment.paid_on, local_date(step.now), due, payment.early_reason)
    settlement.paid_on = payment.paid_on
    settlement.payment_reference = payment.payment_reference
    settlement.early_reason = payment.reason or "" if payment.paid_on < due else ""
    step.ending = "payment_done"


def cancel(step: StepContext) -> None:
    """「정산취소」: its items can be settled anew."""
    settlement: Settlement = step.document
    _mark(step.session, settlement, settled=False)
    step.session.execute(
        update(SettlementItem).where(col(SettlementItem.settlement_id) == settlement.id).values(active=False)
    )


def _check_free(session: Session, settlement: Settlement, number: str | None) -> None:
    """A 승인번호 names one invoice. Raises EvidenceNumberTaken."""
    if number is None:
        return
    other = select(col(Settlement.number)).where(
        col(Settlement.evidence_number) == number,
        col(Settlement.status) != Status.CANCELLED,
        col(Settlement.id) != settlement.id,
    )
    taken = session.execute(other.limit(1)).scalar_one_or_none()
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
    },
    quick={"acknowledge", rules.SCHEDULE_PAYMENT, "pay"},
)


@activity.defn(name=STATEMENT_JOB)
def build_settlement_statement(job: Job) -> None:
    """Make the statement (정산서) once and put it into the settlement."""
    with database.working() as session:
        settlement = session.get_one(Settlement, job.document_id, with_for_update=True)
        if settlement.statement_file_id is not None:
            return
        pdf = statement(_paper(session, settlement, job.at))
        file = keep(session, FileKind.PDF, f"정산서_{settlement.number}.pdf", pdf, settlement.company_id)
        attach(
            session,
            file,
            SETTLEMENT.key,
            job.document_id,
            FileRole.FINAL,
            company_id=settlement.company_id,
            title=f"정산서 {settlement.number}",
        )
        settlement.statement_file_id = file.id
        announce(session, SETTLEMENT.key, job.document_id, settlement.company_id)


def _paper(session: Session, settlement: Settlement, at: dt.datetime) -> SettlementPaper:
    company = companies(session, [settlement.company_id])[settlement.company_id]
    lines = [
        SettlementLine(
            name=item.name,
            spec=item.spec,
            unit=item.unit,
            quantity=item.quantity,
            unit_price=item.unit_price,
            amount=item.amount,
            inspected_on=item.inspected_on,
        )
        for item, _ in queries.items(session, settlement.id or 0)
    ]
    return SettlementPaper(
        number=settlement.number,
        name=settlement.title,
        buyer=house(),
        partner=partner(company),
        written_on=local_date(settlement.requested_at or at),
        lines=lines,
        supply=settlement.supply_amount,
        vat=settlement.vat_amount,
        currency=settlement.currency,
        source=settlement.order_number,
        kind=SETTLEMENT_TYPE.get(settlement.settlement_type, settlement.settlement_type),
        evidence=EVIDENCE_TYPE.get(settlement.evidence_type, settlement.evidence_type),
        officer=settlement.officer_name,
        note=settlement.issue_request,
    )


JOBS = [build_settlement_statement]
