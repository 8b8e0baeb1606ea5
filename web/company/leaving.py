"""「탈퇴요청」 of an individual, a company, a 부담당자 for themselves."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.changes import queries as changes
from models.kernel.refusals import Refusal
from models.masters.queries import reasons
from models.processes.messages import Actor
from models.withdrawals import queries, writes
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.messages import Leaving, Why
from models.withdrawals.rules import Subject
from models.withdrawals.wording import OWNER_ADVICE, WORDS
from web import forms
from web.company import show
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner, Partner, is_owner
from web.errors import sentence
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/company", tags=["회원"], include_in_schema=False)


@router.get("/withdrawal")
def company_page(request: Request, actor: Owner) -> Response:
    """The company's or individual's withdrawal, or what stands in its way."""
    return _page(request, actor, Subject.COMPANY, forms.blank())


@router.get("/me/withdrawal")
def me_page(request: Request, actor: Partner) -> Response:
    """One's own withdrawal; a 주담당자 is told what to do instead."""
    return _page(request, actor, Subject.CONTACT, forms.blank())


def _page(request: Request, actor: Actor, subject: Subject, form: Parsed[Any], status: int = 200) -> Response:
    with database.reading(actor) as session:
        company = changes.company_of(session, actor)
        individual = show.is_individual(company)
        if subject is Subject.CONTACT and (is_owner(actor) or individual):
            return page(request, "company/owner_advice.html", status=status, nav="/company/me", advice=OWNER_ADVICE)
        of_company = subject is Subject.COMPANY
        me = None if of_company else actor.member_id
        return page(
            request,
            "company/withdrawal.html",
            status=status,
            nav="/company" if of_company else "/company/me",
            back="/company" if of_company else "/company/me",
            action="/company/withdrawal" if of_company else "/company/me/withdrawal",
            form=form,
            company=company,
            words=show.company_words(company),
            individual=individual,
            of_company=of_company,
            waiting=queries.open_withdrawal(session, company.id or 0, subject, me),
            blockers=_blockers(session, actor, subject),
            reasons=reasons(session, writes.reason_kind(subject)),
        )


def _blockers(session: Session, actor: Actor, subject: Subject) -> list[queries.Blocker]:
    company_id = actor.company_id or 0
    if subject is Subject.COMPANY:
        return queries.blockers(session, actor, company_id)
    return queries.blockers_of_member(session, actor, company_id, actor.member_id)


@router.post("/withdrawal")
async def ask_company(request: Request, actor: Owner) -> Response:
    """「탈퇴 요청」 of the company."""
    return await run_in_threadpool(_asked, request, actor, Subject.COMPANY, await request.form())


@router.post("/me/withdrawal")
async def ask_me(request: Request, actor: Partner) -> Response:
    """「탈퇴」 of oneself."""
    return await run_in_threadpool(_asked, request, actor, Subject.CONTACT, await request.form())


def _asked(request: Request, actor: Actor, subject: Subject, data: FormData) -> Response:
    with database.reading(actor) as session:
        individual = show.is_individual(changes.company_of(session, actor))
    model: type[BaseModel] = Leaving if individual or subject is Subject.CONTACT else Why
    parsed: Parsed[Any] = forms.parse(model, data)
    try:
        if parsed.value is not None:
            why = parsed.value
            ask = writes.ask_company if subject is Subject.COMPANY else writes.ask_contact
            with database.writing(actor) as session:
                made = once(session, actor, WITHDRAWAL.key, parsed, lambda: ask(session, actor, why, clock.now()))
            return RedirectResponse(f"/withdrawals/{made}", SEE_OTHER)
    except Refusal as refusal:
        parsed = refused(parsed, refusal)
    return _page(request, actor, subject, parsed, UNPROCESSABLE)


def refused(parsed: Parsed[Any], refusal: Refusal) -> Parsed[Any]:
    """The form with the refusal at its field, or on top."""
    words = sentence(refusal, WORDS.sentences)
    field = refusal.detail.get("field")
    return parsed.with_errors({str(field): words}) if field else parsed.refused(refusal, words)
