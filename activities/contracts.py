"""Steps of a contract: what each act changes beside the status."""

import json
from collections.abc import Sequence
from typing import Any

from activities.contract_papers import ContractPapers
from activities.documents.seals import drawn_signature, normalise_seal
from activities.recording import DomainSteps, StepContext
from models.contracts import queries
from models.contracts.kind import CONTRACT
from models.contracts.messages import Consent, RequestSeal, Sign
from models.contracts.refusals import (
    ConsentMissing,
    DraftIncomplete,
    NotEveryPageSeen,
    PapersNotReady,
    SealMissing,
    SealNotYours,
    SignatureMissing,
)
from models.contracts.rules import KIND
from models.contracts.tables import Contract, ContractPaper
from models.files.rules import FileKind, FileRole
from models.files.store import digest
from models.files.tables import StoredFile
from models.files.writes import attach, content, keep
from models.kernel.refusals import ActNotPossible
from models.members.rules import CompanyKind
from models.members.tables import Company
from models.processes.tables import Command
from models.signatures.queries import BUYER, PARTNER, last_seal
from models.signatures.tables import Signature


def request_review(step: StepContext) -> None:
    """초안검토요청: a new round, whose papers are made right after."""
    contract: Contract = step.document
    if not queries.papers(step.session, step.document.id):
        raise DraftIncomplete(what="계약서가 없습니다.")
    contract.review_round += 1
    contract.review_requested_at = step.now
    contract.reviewed_at = None
    contract.papers_ready = False
    step.detail["round"] = contract.review_round
    step.jobs.append("build_contract_papers")


def complete_review(step: StepContext) -> None:
    """검토완료: only what could be read can be agreed to."""
    contract: Contract = step.document
    step.detail["papers"] = _named(_ready_papers(step))
    contract.reviewed_at = step.now
    contract.partner_contact = _command(step).actor_name


def request_seal(step: StepContext) -> None:
    """날인요청: the buyer's seal goes on first."""
    contract: Contract = step.document
    payload: RequestSeal = step.payload
    papers = _ready_papers(step)
    seal = _seal(step, BUYER, None, payload.seal_file_id)
    consents = [_consent(step, paper, None) for paper in papers]
    _sign(step, BUYER, seal, consents)
    contract.seal_requested_at = step.now


def sign(step: StepContext) -> None:
    """서명: every paper seen to its end and agreed to, then the mark; the finished files are made right after."""
    contract: Contract = step.document
    payload: Sign = step.payload
    given = {consent.paper_id: consent for consent in payload.consents}
    consents = [_checked(step, paper, given.get(paper.id or 0)) for paper in _ready_papers(step)]
    _sign(step, PARTNER, _partner_mark(step, payload), consents)
    contract.completed_at = step.now
    contract.partner_contact = _command(step).actor_name
    contract.note_from_partner = payload.note or ""
    step.jobs.append("build_contract_finals")


def return_to_draft(step: StepContext) -> None:
    """재작성: the refused version goes back to drafting; its papers no longer hold."""
    contract: Contract = step.document
    contract.papers_ready = False
    contract.reviewed_at = None
    contract.seal_requested_at = None


def _command(step: StepContext) -> Command:
    if step.command is None:
        # No machine signs: a step without a person is a mistake of the program.
        raise ActNotPossible
    return step.command


def _ready_papers(step: StepContext) -> Sequence[ContractPaper]:
    papers = queries.papers(step.session, step.document.id)
    if not step.document.papers_ready or not papers:
        raise PapersNotReady
    return papers


def _named(papers: Sequence[ContractPaper]) -> list[dict[str, Any]]:
    return [{"title": paper.title, "sha256": paper.draft_sha256} for paper in papers]


def _checked(step: StepContext, paper: ContractPaper, given: Consent | None) -> dict[str, Any]:
    seen = (given.seen_pages if given else None) or 0
    if seen != paper.draft_pages:
        raise NotEveryPageSeen(paper=paper.title, seen=seen, pages=paper.draft_pages)
    if given is None or not given.agreed:
        raise ConsentMissing(paper=paper.title)
    return _consent(step, paper, seen)


def _consent(step: StepContext, paper: ContractPaper, seen: int | None) -> dict[str, Any]:
    return {
        "document_id": paper.id,
        "title": paper.title,
        "sha256": paper.draft_sha256,
        "pages": paper.draft_pages,
        "seen_pages": seen,
        "agreed_at": step.now.isoformat(),
    }


def _partner_mark(step: StepContext, payload: Sign) -> StoredFile:
    contract: Contract = step.document
    company = step.session.get_one(Company, contract.company_id)
    if company.kind != CompanyKind.INDIVIDUAL:
        return _seal(step, PARTNER, contract.company_id, payload.seal_file_id)
    if payload.drawing:
        image = drawn_signature(payload.drawing)
        return keep(step.session, FileKind.PNG, "사인.png", image, contract.company_id)
    if payload.seal_file_id is None:
        raise SignatureMissing
    return _uploaded(step, contract.company_id, payload.seal_file_id)


def _seal(step: StepContext, party: str, company_id: int | None, file_id: int | None) -> StoredFile:
    """The seal used last, or the upload of this very person made ready for paper."""
    last = last_seal(step.session, party, company_id)
    if file_id is None and last is None:
        raise SealMissing
    if last is not None and file_id in {None, last.id}:
        return last
    return _uploaded(step, company_id, file_id or 0)


def _uploaded(step: StepContext, company_id: int | None, file_id: int) -> StoredFile:
    file = step.session.get(StoredFile, file_id)
    if file is None or file.created_by != _command(step).actor_id:
        raise SealNotYours
    image = normalise_seal(content(file))
    return keep(step.session, FileKind.PNG, "직인.png", image, company_id)


def _sign(step: StepContext, party: str, seal: StoredFile, consents: list[dict[str, Any]]) -> None:
    """Keep the act with its evidence; the evidence's hash goes into the chained record."""
    command = _command(step)
    contract: Contract = step.document
    signature = Signature(
        kind=KIND,
        document_id=step.document.id,
        version=contract.version,
        company_id=contract.company_id,
        party=party,
        member_id=command.actor_id,
        member_name=command.actor_name,
        on_behalf_of_name=command.on_behalf_of_name,
        seal_file_id=seal.id or 0,
        consents=consents,
        ip=step.payload.ip,
        agent=step.payload.agent,
        signed_at=step.now,
    )
    step.session.add(signature)
    attach(
        step.session,
        seal,
        KIND,
        step.document.id,
        FileRole.SEAL,
        company_id=seal.company_id,
        title=party,
    )
    step.detail["papers"] = [{"title": c["title"], "sha256": c["sha256"]} for c in consents]
    step.detail["seal_sha256"] = seal.sha256
    step.detail["evidence_sha256"] = evidence_digest(signature, seal.sha256)


def evidence_digest(signature: Signature, seal_sha256: str) -> str:
    """SHA-256 over who signed what, when, from where, with which mark: canonical JSON."""
    facts = {
        "party": signature.party,
        "member_id": signature.member_id,
        "on_behalf_of": signature.on_behalf_of_name,
        "consents": signature.consents,
        "ip": signature.ip,
        "agent": signature.agent,
        "signed_at": signature.signed_at.isoformat(),
        "seal": seal_sha256,
    }
    return digest(json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode())


STEPS = DomainSteps(
    kind=CONTRACT,
    effects={
        "request_review": request_review,
        "complete_review": complete_review,
        "request_seal": request_seal,
        "sign": sign,
        "return_to_draft": return_to_draft,
    },
)

_PAPERS = ContractPapers()
JOBS = [_PAPERS.build_contract_papers, _PAPERS.build_contract_finals]
