"""「주담당자 권한 위임」: at once, and the old 주담당자 is logged out."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.changes import queries, writes
from models.changes.kind import CHANGE
from models.changes.messages import Delegate
from models.changes.wording import WORDS
from models.kernel.refusals import Refusal
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.processes.messages import Actor
from web import forms
from web.auth import cookies
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner, company_only
from web.company.deciding import approve_now
from web.errors import sentence
from web.forms import Parsed
from web.once import once
from web.render import page

router = APIRouter(prefix="/company/contacts", tags=["회원"], include_in_schema=False, dependencies=[company_only])

DONE_PAGE = "/company/contacts/delegated"


@router.get("/delegation")
def delegation_page(request: Request, actor: Owner, to: str = "") -> Response:
    """Whom to hand the role to, and why."""
    with database.reading(actor) as session:
        return _page(request, actor, session, forms.blank({"to_member_id": to}))


def _page(request: Request, actor: Actor, session: Session, form: Parsed[Any], status: int = 200) -> Response:
    others = select(col(Member.id), col(Member.name), col(Member.login)).where(
        col(Member.company_id) == actor.company_id,
        col(Member.id) != actor.member_id,
        col(Member.status) == MemberStatus.ACTIVE.value,
    )
    people = [(row[0], f"{row[1]} ({row[2]})") for row in session.execute(others.order_by(col(Member.name)))]
    return page(
        request,
        "company/delegation.html",
        status=status,
        nav="/company/contacts",
        form=form,
        people=people,
        company=queries.company_of(session, actor),
        actor=actor,
    )


@router.post("/delegation")
async def delegate(request: Request, actor: Owner) -> Response:
    """「위임」."""
    parsed = forms.parse(Delegate, await request.form())
    try:
        if parsed.value is not None:
            made = await run_in_threadpool(_ask, actor, parsed)
            if not await approve_now(request, actor, CHANGE, made):
                return RedirectResponse(f"/changes/{made}", SEE_OTHER)
            answer = RedirectResponse(DONE_PAGE, SEE_OTHER)
            cookies.clear(answer, Cookie.SESSION)
            return answer
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    return await run_in_threadpool(_again, request, actor, parsed)


def _ask(actor: Actor, parsed: Parsed[Delegate]) -> int:
    asked = parsed.value
    assert asked is not None  # noqa: S101 - the caller looked
    with database.writing(actor) as session:
        return once(
            session,
            actor,
            CHANGE.key,
            parsed,
            lambda: writes.ask_delegation(session, actor, asked.to_member_id, asked.reason, clock.now()),
        )


def _again(request: Request, actor: Actor, parsed: Parsed[Any]) -> Response:
    with database.reading(actor) as session:
        return _page(request, actor, session, parsed, UNPROCESSABLE)


Nobody = Annotated[None, anyone("the old 주담당자 is logged out when this is shown")]


@router.get("/delegated")
def delegated(request: Request, _: Nobody) -> Response:
    """What happened, to somebody who is not logged in any more."""
    return page(request, "company/delegated.html")
