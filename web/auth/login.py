"""Log-in in two pages, password and one-time code, and log-out."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.announcements.queries import front
from models.announcements.tables import Announcement
from models.auth import rules, sessions, writes
from models.auth.messages import Caller, Challenge, OpenedSession
from models.kernel.refusals import Refusal
from models.members.rules import normal_login
from models.notifications.writes import send_code
from models.processes.messages import Actor
from models.terms import queries as terms
from web.auth import cookies
from web.auth.answers import HARMONY_LOGIN, LOGIN_PAGE, PASSWORD_PAGE, SEE_OTHER, login_address
from web.auth.audience import CurrentVisit, anyone, require
from web.auth.cookies import Cookie
from web.auth.visitor import csrf_of, life_limit, visit_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.render import page

CODE_PAGE = "/login/code"
STEPS_PAGE = "/login/steps"
CHALLENGE_COOKIE_LIFE = dt.timedelta(minutes=30)
OVER = (rules.LoggedOut, rules.CodeUsed, rules.CodeTriesUsed, rules.ResendsUsed)
"""After these only a new log-in helps."""

router = APIRouter(include_in_schema=False, dependencies=[anyone("log-in comes before being known")])
members = APIRouter(include_in_schema=False)


class LoginForm(BaseModel):
    login: str = Field(title="아이디", max_length=254)
    password: SecretStr = Field(title="비밀번호", max_length=200)
    remember: bool = False
    next: str = Field(default="/", max_length=2000)


class CodeForm(BaseModel):
    code: str = Field(
        title="인증번호",
        pattern=r"^ *([0-9]{3} ?[0-9]{3}|[A-Za-z2-7]{4}(-?[A-Za-z2-7]{4}){3}) *$",
        max_length=30,
    )
    """Six digits, or a recovery code of the authenticator app."""


def caller_of(request: Request) -> Caller:
    client = request.client.host if request.client else ""
    return Caller(ip=client, agent=request.headers.get("user-agent", ""))


@router.get(LOGIN_PAGE)
def show_login(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """The log-in page."""
    if visit_of(request) is not None:
        return RedirectResponse(rules.local_path(next), SEE_OTHER)
    known = cookies.read(request, Cookie.LOGIN)
    typed = blank({"login": known, "remember": bool(known), "next": rules.local_path(next)})
    with database.web() as session:
        return _login_page(request, typed, announcements=front(session, None, clock.now()))


def _login_page(
    request: Request,
    form: Parsed[Any],
    *,
    status: int = 200,
    notice: str = "",
    announcements: Sequence[Announcement] = (),
) -> Response:
    token = csrf_of(request)
    answer = page(
        request,
        "auth/login.html",
        status=status,
        form=form,
        keys={"csrf": token},
        notice=notice,
        announcements=announcements,
    )
    cookies.write(answer, Cookie.FORM, token)
    return answer


@router.post(LOGIN_PAGE)
async def log_in(request: Request) -> Response:
    """「로그인」: the password; a code goes out to the person's phone."""
    form = parse(LoginForm, await request.form())
    if form.value is None:
        return _login_page(request, form, status=422)
    asked = form.value
    try:
        challenge = await run_in_threadpool(
            writes.begin_login,
            asked.login,
            asked.password.get_secret_value(),
            caller_of(request),
            clock.now(),
            send_code,
        )
    except Refusal as refusal:
        return _login_page(request, form.refused(refusal, sentence(refusal)), status=refusal.status)
    answer = RedirectResponse(code_address(rules.local_path(asked.next)), SEE_OTHER)
    cookies.write(answer, Cookie.CHALLENGE, challenge.token, CHALLENGE_COOKIE_LIFE)
    if asked.remember and asked.login.isascii():
        cookies.write(answer, Cookie.LOGIN, normal_login(asked.login), dt.timedelta(days=cookies.REMEMBER_DAYS))
    else:
        cookies.clear(answer, Cookie.LOGIN)
    return answer


def code_address(target: str, **more: str) -> str:
    """The page of the one-time code, which leads on to `target`."""
    query = {"next": target} if target != "/" else {}
    pairs = "&".join(f"{name}={quote(value, safe='/')}" for name, value in (query | more).items())
    return f"{CODE_PAGE}?{pairs}" if pairs else CODE_PAGE


@router.get(CODE_PAGE)
def show_code(request: Request, next: str = "/", sent: str = "") -> Response:  # noqa: A002 - the address says next
    """The page of the one-time code."""
    try:
        challenge = writes.read_challenge(cookies.read(request, Cookie.CHALLENGE))
    except rules.LoggedOut:
        return RedirectResponse(login_address(rules.local_path(next)), SEE_OTHER)
    return _code_page(request, blank(), challenge, rules.local_path(next), sent=sent)


def _code_page(
    request: Request,
    form: Parsed[Any],
    challenge: Challenge,
    target: str,
    *,
    status: int = 200,
    sent: str = "",
) -> Response:
    token = csrf_of(request)
    answer = page(
        request,
        "auth/code.html",
        status=status,
        form=form,
        keys={"csrf": token},
        challenge=challenge,
        target=target,
        sent=sent,
        seconds=max(0, int((challenge.expires_at - clock.now()).total_seconds())),
    )
    cookies.write(answer, Cookie.FORM, token)
    return answer


@router.post(CODE_PAGE)
async def confirm_code(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「인증완료」: the code becomes a session, once; the session's token is always a new one."""
    token = cookies.read(request, Cookie.CHALLENGE)
    form = parse(CodeForm, await request.form())
    target = rules.local_path(next)
    if form.value is None:
        return await run_in_threadpool(_code_again, request, form, token, target, 422)
    try:
        await run_in_threadpool(writes.confirm_code, token, form.value.code.replace(" ", ""), clock.now())
    except OVER as refusal:
        return begin_again(request, refusal, target)
    except Refusal as refusal:
        again = form.with_errors({"code": sentence(refusal)})
        return await run_in_threadpool(_code_again, request, again, token, target, refusal.status)
    return await run_in_threadpool(go_on, request, token, target)


def asks_consent(session: Session, actor: Actor, now: dt.datetime) -> bool:
    """Whether new terms wait for this person's agreement (재동의)."""
    return bool(terms.unconsented(session, actor, now))


def go_on(request: Request, token: str, target: str, without: Iterable[rules.Step] = ()) -> Response:
    """After the code: the session, or the page of what must be decided first."""
    try:
        opened = writes.open_passed(
            token, caller_of(request), clock.now(), asks_consent, life=life_limit(), without=without
        )
    except rules.StepsLeft:
        return RedirectResponse(steps_address(target), SEE_OTHER)
    except rules.LoggedOut as refusal:
        return begin_again(request, refusal, target)
    return _welcome(request, opened, target)


def steps_address(target: str) -> str:
    """The page of what is left before the session."""
    return STEPS_PAGE if target == "/" else f"{STEPS_PAGE}?next={quote(target, safe='/')}"


def _code_again(request: Request, form: Parsed[Any], token: str, target: str, status: int) -> Response:
    try:
        challenge = writes.read_challenge(token)
    except rules.LoggedOut as refusal:
        return begin_again(request, refusal, target)
    return _code_page(request, form, challenge, target, status=status)


def begin_again(request: Request, refusal: Refusal, target: str) -> Response:
    """The password page with the reason why the log-in must begin again."""
    known = cookies.read(request, Cookie.LOGIN)
    typed = blank({"login": known, "remember": bool(known), "next": target})
    answer = _login_page(request, typed, status=refusal.status, notice=sentence(refusal))
    cookies.clear(answer, Cookie.CHALLENGE)
    return answer


def _welcome(request: Request, opened: OpenedSession, target: str) -> Response:
    before = visit_of(request)
    if before is not None:
        sessions.revoke_session(before.actor, before.session_id, clock.now())
    answer = RedirectResponse(PASSWORD_PAGE if opened.must_change_password else target, SEE_OTHER)
    cookies.write(answer, Cookie.SESSION, opened.token)
    cookies.clear(answer, Cookie.CHALLENGE, Cookie.FORM)
    return answer


@router.post(f"{CODE_PAGE}/resend")
async def resend_code(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「인증번호 재전송」."""
    token = cookies.read(request, Cookie.CHALLENGE)
    target = rules.local_path(next)
    try:
        await run_in_threadpool(writes.resend_code, token, clock.now(), send_code)
    except OVER as refusal:
        return begin_again(request, refusal, target)
    except Refusal as refusal:
        again: Parsed[BaseModel] = Parsed(notes=(sentence(refusal),))
        return await run_in_threadpool(_code_again, request, again, token, target, refusal.status)
    return RedirectResponse(code_address(target, sent="1"), SEE_OTHER)


@members.post("/logout")
def log_out(visit: CurrentVisit, actor: Annotated[Actor, require(old_password=True, media=True)]) -> Response:
    """「로그아웃」: this session ends here and now."""
    sessions.revoke_session(actor, visit.session_id, clock.now())
    answer = RedirectResponse(HARMONY_LOGIN if actor.side == "media" else LOGIN_PAGE, SEE_OTHER)
    cookies.clear(answer, Cookie.SESSION)
    return answer
