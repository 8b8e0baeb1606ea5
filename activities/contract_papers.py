"""The files of a contract: drafts to review, and the finished papers with seals, record and attestation."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from activities.documents import contract as sheets
from activities.documents.audit import AuditRecord, PagesSeen
from activities.documents.papers import Seals
from activities.papers import attested, house, marks, partner, record
from models import database
from models.contracts import queries
from models.contracts.papers import CONTRACT, facts, filled
from models.contracts.rules import KIND, SettlementType
from models.contracts.tables import Contract, ContractInstalment, ContractItem, ContractPaper
from models.contracts.wording import EVENT, SETTLEMENT
from models.files.pages import page_count
from models.files.rules import FileKind, FileRole
from models.files.tables import StoredFile
from models.files.writes import attach, keep
from models.kernel.wording import won
from models.members.tables import Company
from models.processes import queries as process_queries
from models.processes.messages import Job
from models.processes.tables import ProcessEvent
from models.processes.writes import announce
from models.signatures.tables import Signature


@dataclass(frozen=True)
class _File:
    """All that is read of one contract before its papers are set, so that no transaction waits for them."""

    contract: Contract
    company: Company
    papers: Sequence[ContractPaper]
    items: Sequence[ContractItem]
    plan: Sequence[ContractInstalment]
    signatures: dict[str, Signature]
    marks: Seals
    events: Sequence[ProcessEvent]


class ContractPapers:
    """The jobs of the contract process; each may run again and changes nothing the second time."""

    def build_contract_papers(self, job: Job) -> None:
        """The draft of every paper as PDF; a round that was overtaken by the next one is left to that one."""
        with database.working() as session:
            read = _read(session, job.document_id)
        if read.contract.papers_ready:
            return
        made = [sheets.draft(_sheet(read, paper)) for paper in read.papers]
        with database.working() as session:
            contract = _locked(session, job.document_id)
            if contract.papers_ready or _state(contract) != _state(read.contract):
                return
            for paper, pdf in zip(read.papers, made, strict=True):
                _keep_draft(session, contract, session.merge(paper), pdf)
            contract.papers_ready = True
            announce(session, KIND, job.document_id, contract.company_id)

    def build_contract_finals(self, job: Job) -> None:
        """Every paper with both marks and its record, attested by the house's key."""
        with database.working() as session:
            read = _read(session, job.document_id)
        if all(paper.final_file_id for paper in read.papers):
            return
        made = [
            attested(sheets.final(_sheet(read, paper), read.marks, _record(read, paper)), job.at)
            for paper in read.papers
        ]
        with database.working() as session:
            contract = _locked(session, job.document_id)
            kept = queries.papers(session, job.document_id)
            if all(paper.final_file_id for paper in kept):
                return
            for paper, pdf in zip(kept, made, strict=True):
                _keep_final(session, contract, paper, pdf)
            announce(session, KIND, job.document_id, contract.company_id)


def _locked(session: Session, contract_id: int) -> Contract:
    row = select(Contract).where(col(Contract.id) == contract_id).with_for_update()
    found: Contract = session.execute(row).scalar_one()
    return found


def _state(contract: Contract) -> tuple[int, int]:
    return contract.review_round, contract.edit_version


def _read(session: Session, contract_id: int) -> _File:
    contract = session.get_one(Contract, contract_id)
    company = session.get_one(Company, contract.company_id)
    signatures = {found.party: found for found in queries.signatures(session, contract_id)}
    return _File(
        contract=contract,
        company=company,
        papers=queries.papers(session, contract_id),
        items=queries.contract_items(session, contract_id),
        plan=queries.instalments(session, contract_id),
        signatures=signatures,
        marks=marks(session, signatures, company),
        events=process_queries.events(session, contract.workflow_id),
    )


def _sheet(read: _File, paper: ContractPaper) -> sheets.ContractPaper:
    contract = read.contract
    settled = settlement_words(contract, read.plan)
    main = paper.template == CONTRACT
    return sheets.ContractPaper(
        number=contract.number,
        version=contract.revision,
        title=paper.title,
        name=contract.title,
        buyer=house(contract.buyer_name),
        partner=partner(read.company, contract.partner_contact),
        clauses=filled(paper.clauses, facts(contract, settled)),
        signed_on=contract.contract_date,
        items=[_item(contract, item) for item in read.items] if main else (),
        amount=contract.amount if main else None,
        currency=contract.currency,
        period=(contract.starts_on, contract.ends_on),
        payment_terms=contract.payment_terms,
        settlement=settled,
        overview=main,
    )


def settlement_words(contract: Contract, plan: Sequence[ContractInstalment]) -> str:
    """검수기반, or 분할정산 (선금 1,000,000원, 잔금 2,000,000원)."""
    words = SETTLEMENT[contract.settlement_type]
    if contract.settlement_type != SettlementType.INSTALMENTS:
        return words
    return f"{words} ({', '.join(f'{row.label} {won(row.amount)}' for row in plan)})"


def _item(contract: Contract, item: ContractItem) -> sheets.ContractItem:
    priced = contract.amount is not None
    return sheets.ContractItem(
        category=item.category,
        name=item.name,
        spec=item.spec,
        unit=item.unit,
        quantity=item.quantity if priced else None,
        unit_price=item.unit_price,
        amount=item.amount if priced else None,
    )


def _keep_draft(session: Session, contract: Contract, paper: ContractPaper, pdf: bytes) -> None:
    file = _kept(session, contract, paper, pdf, FileRole.DRAFT)
    paper.draft_file_id, paper.draft_sha256, paper.draft_pages = file.id, file.sha256, page_count(pdf)


def _keep_final(session: Session, contract: Contract, paper: ContractPaper, pdf: bytes) -> None:
    file = _kept(session, contract, paper, pdf, FileRole.FINAL)
    paper.final_file_id, paper.final_sha256, paper.final_pages = file.id, file.sha256, page_count(pdf)


def _kept(session: Session, contract: Contract, paper: ContractPaper, pdf: bytes, role: FileRole) -> StoredFile:
    state = "초안" if role is FileRole.DRAFT else "완료"
    name = f"{contract.number}_{contract.revision}차_{paper.title}_{state}.pdf"
    file = keep(session, FileKind.PDF, name, pdf, contract.company_id)
    attach(
        session,
        file,
        KIND,
        paper.contract_id,
        role,
        company_id=contract.company_id,
        title=paper.title,
        position=paper.position,
    )
    return file


def _record(read: _File, paper: ContractPaper) -> AuditRecord:
    return record(paper.draft_sha256, read.events, read.signatures, EVENT, lambda signature: _seen(signature, paper))


def _seen(signature: Signature, paper: ContractPaper) -> list[PagesSeen]:
    return [
        PagesSeen(consent["title"], consent["seen_pages"], consent["pages"], signature.signed_at)
        for consent in signature.consents
        if consent["document_id"] == paper.id and consent["seen_pages"]
    ]
