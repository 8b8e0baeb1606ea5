"""The change request's page: before and after, its papers beside, and the page of 「승인」."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.changes import queries
from models.changes.kind import CHANGE
from models.changes.messages import ChangeOut
from models.changes.rules import Subject
from models.changes.tables import ChangeRequest
from models.changes.wording import SUBJECT
from models.members.queries import companies, member_names
from models.members.rules import CompanyKind
from models.members.tables import Member
from models.processes.messages import Actor
from web.company import show
from web.company.sides import sides
from web.documents.kinds import WebKind


def context(session: Session, actor: Actor, request: ChangeRequest) -> dict[str, Any]:
    """Everything below the head of the request's page."""
    company = companies(session, [request.company_id]).get(request.company_id)
    names = member_names(session, [request.created_by, request.member_id])
    papers = show.papers_of(session, CHANGE.key, request.id or 0)
    items = queries.items(session, request.id or 0)
    return {
        "head_note": f"{request.company_name} · {SUBJECT[request.subject]}",
        "change": request,
        "subject_words": SUBJECT[request.subject],
        "company": company,
        "company_words": show.company_words(company) if company else {},
        "requester": names.get(request.created_by, ""),
        "person": names.get(request.member_id, ""),
        "of_person": request.subject == Subject.MEMBER,
        "papers": papers,
        "paper": papers[0][0] if papers else None,
        "sides": sides(items, request.subject, _file_names(session, items, papers)),
        "may_check_registry": _may_check(actor, request, company),
        "owner_login": _login(session, request),
        **show.crumbs(actor, company, request.number),
    }


def _file_names(session: Session, items: Any, papers: Any) -> dict[int, str]:
    known = {file.id or 0: file.name for file, _ in papers}
    wanted = set()
    for item in items:
        for content in (queries.value(item.before), queries.value(item.after)):
            if isinstance(content, dict) and content.get("copy_file_id"):
                wanted.add(content["copy_file_id"])
    return show.file_names(session, sorted(wanted - known.keys())) | known


def _may_check(actor: Actor, request: ChangeRequest, company: Any) -> bool:
    numbered = company is not None and company.kind != CompanyKind.INDIVIDUAL and company.business_number
    return bool(numbered and request.subject == Subject.COMPANY and actor.side == "buyer")


def _login(session: Session, request: ChangeRequest) -> str:
    row = select(col(Member.login)).where(col(Member.id) == request.created_by)
    return session.execute(row).scalar_one_or_none() or ""


def act_context(session: Session, actor: Actor, request: ChangeRequest, act: str) -> dict[str, Any]:  # noqa: ARG001
    """The page of 「승인」 shows all of it once more."""
    return {}


WEB = WebKind(
    kind=CHANGE,
    template="changes/detail.html",
    api=ChangeOut,
    list_label="변경요청",
    list_link="/changes",
    context=context,
    act_templates={"approve": "changes/approve.html"},
    act_context=act_context,
)
