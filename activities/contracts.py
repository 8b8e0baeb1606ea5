"""Steps of a contract: what each act changes beside the status."""

from collections.abc import Sequence
from typing import Any

from activities import drawn
from activities.recording import DomainSteps, StepContext
from activities.sealing import command_of, keep_signature, partner_mark, seal
from models.contracts import queries
from models.contracts.kind import CONTRACT
from models.contracts.messages import Consent, RequestSeal, Sign
from models.contracts.refusals import ConsentMissing, DraftIncomplete, NotEveryPageSeen, PapersNotReady
from models.contracts.tables import Contract, ContractPaper
from models.signatures.queries import BUYER, PARTNER


def request_review(step: StepContext) -> None:
    """초안검토요청: a new round, whose papers are made right after."""
    contract: Contract = step.document
    if not queries.shown_papers(step.session, step.document.id):
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
    contract.partner_contact = command_of(step).actor_name


def request_seal(step: StepContext) -> None:
    """날인요청: the buyer's seal goes on first."""
    contract: Contract = step.document
    payload: RequestSeal = step.payload
    papers = _ready_papers(step)
    mark = seal(step, BUYER, None, payload.seal_file_id)
    consents = [_consent(step, paper, None) for paper in papers]
    keep_signature(step, BUYER, mark, consents)
    contract.seal_requested_at = step.now


def sign(step: StepContext) -> None:
    """서명: every paper seen to its end and agreed to, then the mark; the finished files are made right after."""
    contract: Contract = step.document
    payload: Sign = step.payload
    given = {consent.paper_id: consent for consent in payload.consents}
    consents = [_checked(step, paper, given.get(paper.id or 0)) for paper in _ready_papers(step)]
    keep_signature(step, PARTNER, partner_mark(step, payload), consents)
    contract.completed_at = step.now
    contract.partner_contact = command_of(step).actor_name
    contract.note_from_partner = payload.note or ""
    step.jobs.append("build_contract_finals")


def return_to_draft(step: StepContext) -> None:
    """재작성: the refused version goes back to drafting; its papers no longer hold."""
    contract: Contract = step.document
    contract.papers_ready = False
    contract.reviewed_at = None
    contract.seal_requested_at = None


def _ready_papers(step: StepContext) -> Sequence[Any]:
    found = step.beside
    papers: Sequence[Any] = queries.shown_papers(step.session, step.document.id) if found is None else found
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


STEPS = DomainSteps(
    kind=CONTRACT,
    effects={
        "request_review": request_review,
        "complete_review": complete_review,
        "request_seal": request_seal,
        "sign": sign,
        "return_to_draft": return_to_draft,
    },
    quick={"request_review", "complete_review", "return_to_draft"},
    beside={
        "complete_review": "SELECT title, draft_sha256 FROM contract_paper"
        " WHERE contract_id = %(document_id)s ORDER BY position"
    },
)

JOBS = [drawn.build_contract_papers, drawn.build_contract_finals]
