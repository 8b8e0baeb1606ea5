"""기업정보, 개인회원 정보 and 회원정보, with 변경요청이력."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.changes import queries
from models.changes.rules import Subject
from models.withdrawals import queries as withdrawals
from models.withdrawals.rules import Subject as Leaving
from web.company import show
from web.company.access import SEE_OTHER, Partner, is_owner
from web.render import page

router = APIRouter(prefix="/company", tags=["회원"], include_in_schema=False)

HISTORY_SIZE = 10
PageNumber = Annotated[int, Query(ge=1, le=100)]
SAVED = {
    "edit": "저장했습니다",
    "phone": "휴대폰번호를 바꿨습니다",
    "removed": "담당자를 탈퇴 처리했습니다",
}


@router.get("")
def show_company(request: Request, actor: Partner, h: PageNumber = 1, done: str = "") -> Response:
    """기업정보 of a 주담당자, 개인회원 정보 of an individual; another 담당자 sees their own 회원정보."""
    if not is_owner(actor):
        return RedirectResponse("/company/me", SEE_OTHER)
    with database.reading(actor) as session:
        company = queries.company_of(session, actor)
        individual = show.is_individual(company)
        member = queries.member_of(session, actor, actor.member_id)
        rows = withdrawals.history(session, actor, actor.company_id or 0)
        return page(
            request,
            "company/company.html",
            company=company,
            words=show.company_words(company),
            individual=individual,
            member=member,
            person=show.member_words(member),
            accounts=show.accounts(session, actor.company_id or 0),
            papers=show.papers(session, actor.company_id or 0),
            waiting=queries.open_change(session, actor.company_id or 0, Subject.COMPANY),
            leaving=withdrawals.open_withdrawal(session, company.id or 0, Leaving.COMPANY),
            **history_context(rows, h, "/company"),
            **said(done),
        )


@router.get("/me")
def show_me(request: Request, actor: Partner, h: PageNumber = 1, done: str = "") -> Response:
    """회원정보: one's own data, and one's own requests."""
    with database.reading(actor) as session:
        company = queries.company_of(session, actor)
        if show.is_individual(company):
            return RedirectResponse("/company", SEE_OTHER)
        member = queries.member_of(session, actor, actor.member_id)
        rows = withdrawals.history(session, actor, actor.company_id or 0, actor.member_id)
        return page(
            request,
            "company/me.html",
            company=company,
            member=member,
            person=show.member_words(member),
            owner=is_owner(actor),
            waiting=queries.open_change(session, company.id or 0, Subject.MEMBER, actor.member_id),
            leaving=withdrawals.open_withdrawal(session, company.id or 0, Leaving.CONTACT, actor.member_id),
            **history_context(rows, h, "/company/me"),
            **said(done),
        )


def history_context(rows: list[Any], number: int, base: str) -> dict[str, Any]:
    """One page of 변경요청이력."""
    pages = max(1, -(-len(rows) // HISTORY_SIZE))
    number = min(number, pages)
    first = (number - 1) * HISTORY_SIZE
    return {
        "history": {
            "rows": rows[first : first + HISTORY_SIZE],
            "total": len(rows),
            "first": first,
            "page": number,
            "pages": pages,
            "base": base,
        }
    }


def said(done: str) -> dict[str, Any]:
    """The toast of what was just saved; anything else in the address says nothing."""
    return {"toast": {"words": SAVED[done], "at": clock.now(), "href": ""}} if done in SAVED else {}
