"""What stands between the right code and the session: 휴면해제, 재동의, 「비밀번호 변경」 after 90 days."""

import datetime as dt
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock
from models.auth import rules, writes
from models.auth.rules import Step
from models.kernel.refusals import Refusal
from models.terms import queries as terms
from models.terms.writes import consent
from web.auth import cookies
from web.auth.answers import PASSWORD_PAGE, SEE_OTHER, login_address
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.auth.login import STEPS_PAGE, asks_consent, caller_of, go_on
from web.errors import sentence
from web.forms import Parsed, blank
from web.identity.frames import guest_page
from web.terms.forms import agreed

router = APIRouter(
    prefix=STEPS_PAGE, include_in_schema=False, dependencies=[anyone("the log-in is not finished: its own token opens")]
)


@router.get("")
def show_step(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """The page of the next thing to decide; the portal when nothing is left."""
    return _step_page(request, rules.local_path(next))


def _step_page(request: Request, target: str, form: Parsed[Any] | None = None, status: int = 200) -> Response:
    token, now = cookies.read(request, Cookie.CHALLENGE), clock.now()
    try:
        with writes.passed(token, now) as (session, made, actor):
            standing = writes.standing_in(session, made, actor, now, asks_consent)
            items = terms.unconsented(session, actor, now) if standing.step is Step.TERMS else []
    except rules.LoggedOut:
        return RedirectResponse(login_address(target), SEE_OTHER)
    if standing.step is None:
        return go_on(request, token, target)
    return guest_page(
        request,
        f"auth/step_{standing.step.value}.html",
        status=status,
        standing=standing,
        items=items,
        form=form or blank(),
        query="" if target == "/" else f"?next={quote(target, safe='/')}",
        age_days=rules.PASSWORD_AGE.days,
        unused_days=(now - standing.password_changed_at).days,
    )


@router.post("/dormant")
def wake(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「휴면해제」 [예]."""
    token, target = cookies.read(request, Cookie.CHALLENGE), rules.local_path(next)
    try:
        writes.wake(token, clock.now())
    except rules.LoggedOut:
        return RedirectResponse(login_address(target), SEE_OTHER)
    return go_on(request, token, target)


@router.post("/terms")
async def agree(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「동의하고 계속」: every required item, as it is in force now."""
    form, target = await request.form(), rules.local_path(next)
    return await run_in_threadpool(_agree, request, form, target)


def _agree(request: Request, form: FormData, target: str) -> Response:
    token, now = cookies.read(request, Cookie.CHALLENGE), clock.now()
    try:
        _keep_consent(token, form, caller_of(request).ip, now)
    except rules.LoggedOut:
        return RedirectResponse(login_address(target), SEE_OTHER)
    except Refusal as refusal:
        typed: Parsed[Any] = Parsed(values={"terms": [str(one) for one in form.getlist("terms")]})
        return _step_page(request, target, typed.with_errors({"terms": sentence(refusal)}), refusal.status)
    return go_on(request, token, target)


def _keep_consent(token: str, form: FormData, ip: str, now: dt.datetime) -> None:
    with writes.passed(token, now) as (session, _, actor):
        items = terms.unconsented(session, actor, now)
        consent(session, actor.member_id, agreed(form, items), now, ip)


@router.post("/password")
async def decide_password(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「90일 이후 변경」 puts it off and goes on; 「확인」 goes on to the page where it is changed."""
    form, target = await request.form(), rules.local_path(next)
    return await run_in_threadpool(_decide_password, request, target, later=form.get("choice") == "later")


def _decide_password(request: Request, target: str, *, later: bool) -> Response:
    token = cookies.read(request, Cookie.CHALLENGE)
    try:
        # Asked once a log-in: who says 확인 and then does not change it is asked again at the next one.
        if later:
            writes.put_off_password(token, clock.now())
            return go_on(request, token, target)
        return go_on(request, token, PASSWORD_PAGE, without=(Step.PASSWORD,))
    except rules.LoggedOut:
        return RedirectResponse(login_address(target), SEE_OTHER)
