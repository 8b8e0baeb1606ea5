"""The statement (정산서) of a settlement as PDF."""

import datetime as dt

from sqlmodel import Session

from activities.documents.settlement import SettlementLine, SettlementPaper, statement
from activities.papers import house, partner
from models import database
from models.files.rules import FileKind, FileRole
from models.files.writes import attach, keep
from models.kernel.calendar import local_date
from models.members.queries import companies
from models.orders.wording import EVIDENCE_TYPE, SETTLEMENT_TYPE
from models.processes.messages import Job
from models.processes.writes import announce
from models.settlements import queries
from models.settlements.kind import SETTLEMENT
from models.settlements.tables import Settlement


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
