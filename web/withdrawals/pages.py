"""The withdrawal's page: who leaves and why, and what stands in the way."""

from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from models.changes.queries import MEMBER_SHOWN
from models.members.queries import companies, member_names
from models.members.rules import CompanyKind
from models.members.tables import Member
from models.processes.messages import Actor
from models.withdrawals import queries
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.messages import WithdrawalOut
from models.withdrawals.rules import Subject
from models.withdrawals.tables import Withdrawal
from models.withdrawals.wording import ORIGIN, SUBJECT
from web.company import show
from web.documents.kinds import WebKind


def context(session: Session, actor: Actor, withdrawal: Withdrawal) -> dict[str, Any]:
    """Everything below the head of the withdrawal's page."""
    company = companies(session, [withdrawal.company_id]).get(withdrawal.company_id)
    names = member_names(session, [withdrawal.created_by, withdrawal.member_id])
    of_company = withdrawal.subject == Subject.COMPANY
    individual = company is not None and company.kind == CompanyKind.INDIVIDUAL
    return {
        "head_note": f"{withdrawal.company_name} · {SUBJECT[withdrawal.subject]}",
        "withdrawal": withdrawal,
        "subject_words": SUBJECT[withdrawal.subject],
        "origin_words": ORIGIN[withdrawal.origin],
        "of_company": of_company,
        "individual": individual,
        "company": company,
        "company_words": show.company_words(company) if company else {},
        "requester": names.get(withdrawal.created_by, ""),
        "person": names.get(withdrawal.member_id, ""),
        "people": _people(session, withdrawal) if of_company and not individual else [],
        "blockers": _blockers(session, actor, withdrawal),
        **show.crumbs(actor, company, withdrawal.number),
    }


def _people(session: Session, withdrawal: Withdrawal) -> list[tuple[Any, dict[str, str]]]:
    """Who would leave with the company, or has left."""
    rows = select(*MEMBER_SHOWN).where(col(Member.company_id) == withdrawal.company_id).order_by(col(Member.id))
    return [(row, show.member_words(row)) for row in session.execute(rows.limit(100))]


def _blockers(session: Session, actor: Actor, withdrawal: Withdrawal) -> list[queries.Blocker]:
    if withdrawal.turn is None:
        return []
    if withdrawal.subject == Subject.COMPANY:
        return queries.blockers(session, actor, withdrawal.company_id)
    return queries.blockers_of_member(session, actor, withdrawal.company_id, withdrawal.member_id)


WEB = WebKind(
    kind=WITHDRAWAL,
    template="withdrawals/detail.html",
    api=WithdrawalOut,
    list_label="탈퇴요청",
    list_link="/withdrawals",
    context=context,
    act_templates={"approve": "withdrawals/approve.html"},
)
