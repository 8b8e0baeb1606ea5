"""The contract's page, and the pages of 날인요청 and 서명."""

from typing import Any

from sqlmodel import Session

from models.contracts import queries
from models.contracts.kind import CONTRACT
from models.contracts.messages import ContractOut
from models.contracts.rules import EDITABLE, Form, SettlementType, Status, Type
from models.contracts.tables import Contract, ContractPaper
from models.contracts.wording import FORM, PARTY, SETTLEMENT, TYPE
from models.files.rules import SEAL
from models.kernel.roles import Role
from models.members.queries import companies
from models.members.rules import CompanyKind
from models.processes.messages import Actor
from models.processes.queries import pending
from models.signatures.queries import BUYER, PARTNER, last_seal
from web.documents.kinds import WebKind

REVIEWING = EDITABLE | {Status.REVIEW_REQUESTED, Status.REVIEWED}
PREPARING = "문서를 만들고 있습니다"


def context(session: Session, actor: Actor, contract: Any) -> dict[str, Any]:
    """Everything below the head of the contract's page."""
    parts = queries.parts(contract.parts)
    buyer = Role.BUYER in actor.every_role
    shown = {
        "head_note": head_note(contract),
        "papers": parts.papers,
        "items": parts.items,
        "instalments": parts.instalments if contract.settlement_type == SettlementType.INSTALMENTS else [],
        "signatures": parts.signatures,
        "versions": queries.versions(session, actor, contract.number) if _may_have_others(contract) else [contract],
        "settlement_words": SETTLEMENT[contract.settlement_type],
        "type_words": TYPE[contract.contract_type],
        "form_words": FORM[contract.form],
        "party_words": PARTY,
        "priced": contract.contract_type != Type.UNIT_PRICE,
        "final": contract.status == Status.COMPLETED,
        "may_edit": buyer and contract.status in EDITABLE,
        "may_change": buyer and contract.status == Status.COMPLETED,
        "is_change": contract.form == Form.CHANGE,
    }
    if contract.status in REVIEWING:
        place = ("초안검토목록", "/contracts/drafts")
        shown |= {"crumbs": [place, (CONTRACT.number(contract), None)], "nav": place[1]}
    return shown | _not_ready(session, actor, contract)


def _may_have_others(contract: Contract) -> bool:
    """A second version follows the completed first."""
    return contract.revision > 1 or contract.status == Status.COMPLETED


def head_note(contract: Contract) -> str:
    """신규계약 · 일반계약 · 금 1,200,000 원 (VAT 별도)."""
    amount = "단가계약 금액 –" if contract.amount is None else f"금 {contract.amount:,} 원 (VAT 별도)"
    return f"{FORM[contract.form]} · {TYPE[contract.contract_type]} · {amount}"


def _not_ready(session: Session, actor: Actor, contract: Contract) -> dict[str, Any]:
    """While the papers are being made, 검토완료 is shown with its reason instead of as a button."""
    if contract.papers_ready or contract.status != Status.REVIEW_REQUESTED:
        return {}
    moves = CONTRACT.rules.acts_for(contract.status, actor.every_role)
    if not moves or pending(session, contract.workflow_id, actor):
        return {}
    held_back = [m for m in moves if m.act == "complete_review"]
    return {
        "moves": tuple(m for m in moves if m not in held_back),
        "not_yet": [(CONTRACT.words.act[m.act], PREPARING) for m in held_back],
    }


def act_context(session: Session, actor: Actor, contract: Contract, act: str) -> dict[str, Any]:  # noqa: ARG001
    """What the pages of 날인요청 and 서명 show beside the contract: the seal used last."""
    if act == "request_seal":
        return {"last_seal": last_seal(session, BUYER, None)}
    if act != "sign":
        return {}
    company = companies(session, [contract.company_id])[contract.company_id]
    individual = company.kind == CompanyKind.INDIVIDUAL
    return {
        "individual": individual,
        "company": company,
        "last_seal": None if individual else last_seal(session, PARTNER, contract.company_id),
        "readable": [paper for paper in queries.papers(session, contract.id or 0) if is_readable(paper)],
    }


def is_readable(paper: ContractPaper) -> bool:
    """A paper whose draft has been made."""
    return paper.draft_file_id is not None


WEB = WebKind(
    kind=CONTRACT,
    template="contracts/detail.html",
    api=ContractOut,
    list_label="계약목록",
    list_link="/contracts",
    context=context,
    parts=queries.PARTS,
    act_templates={"request_seal": "contracts/seal.html", "sign": "contracts/sign.html"},
    act_context=act_context,
    uploads={"seal_file_id": SEAL},
)
