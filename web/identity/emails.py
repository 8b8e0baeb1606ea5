"""이메일인증: an address, a code in its mail, and back."""

import datetime as dt
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth.rules import local_path
from models.identity import limits, rules, writes
from models.identity.messages import EmailChallenge
from models.kernel.refusals import Refusal
from models.kernel.text import clean_email
from models.members.rules import EMAIL_LOGIN, LOGIN_CHARS_MAX, is_login
from web.auth import cookies
from web.auth.answers import SEE_OTHER
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.identity.checks import email_token
from web.identity.frames import guest_page

EMAIL_PAGE = "/identity/email"
CODE_PAGE = "/identity/email/code"
COOKIE_LIFE = rules.EMAIL_LIFE + rules.EMAIL_CODE_LIFE
SEND = limits.Limit("email_code", 10, 60, dt.timedelta(minutes=10))
"""Mails to one address, and mails asked for from one place."""

router = APIRouter(include_in_schema=False, dependencies=[anyone("an address is verified before its owner joins")])


def _address(typed: str) -> str:
    email = clean_email(typed)
    if "@" not in email or not is_login(email):
        raise ValueError("이메일을 id@domain.com처럼 입력해 주세요.")
    return email


class EmailForm(BaseModel):
    email: Annotated[str, AfterValidator(_address)] = Field(title="이메일", max_length=LOGIN_CHARS_MAX)


class CodeForm(BaseModel):
    code: str = Field(title="인증번호", pattern=r"^ *[0-9]{3} ?[0-9]{3} *$", max_length=20)


def send_code(request: Request, email: str) -> EmailChallenge:
    """Send a code for this browser; keep `token` in its cookie with `keep`. Raises TooManyRequests and what sending
    refuses."""
    now = clock.now()
    limits.admit(SEND, email, caller_of(request), now)
    return writes.send_email_code(email, now, token=email_token(request))


def keep(response: Response, challenge: EmailChallenge) -> None:
    cookies.write(response, Cookie.EMAIL, challenge.token, COOKIE_LIFE)


@router.get(EMAIL_PAGE)
def show_email(request: Request, next: str = "/", email: str = "") -> Response:  # noqa: A002 - as addresses say it
    """Where the address is typed."""
    return _email_page(request, blank({"email": email}), local_path(next))


def _email_page(request: Request, form: Parsed[Any], onward: str, *, status: int = 200) -> Response:
    return guest_page(request, "identity/email.html", status=status, form=form, onward=onward, pattern=EMAIL_LOGIN)


@router.post(EMAIL_PAGE)
async def send(request: Request, next: str = "/") -> Response:  # noqa: A002 - as addresses say it
    """「인증번호 전송」. The same answer whether or not the address has an account: only its mail tells."""
    onward = local_path(next)
    form = parse(EmailForm, await request.form())
    if form.value is None:
        return _email_page(request, form, onward, status=422)
    try:
        challenge = await run_in_threadpool(send_code, request, form.value.email)
    except Refusal as refusal:
        return _email_page(request, form.refused(refusal, sentence(refusal)), onward, status=refusal.status)
    answer = RedirectResponse(f"{CODE_PAGE}?next={quote(onward, safe='/')}", SEE_OTHER)
    keep(answer, challenge)
    return answer


@router.get(CODE_PAGE)
def show_code(request: Request, next: str = "/", sent: str = "") -> Response:  # noqa: A002 - as addresses say it
    """Where the code is typed."""
    return _code_page(request, blank(), local_path(next), resent=bool(sent))


def _code_page(
    request: Request, form: Parsed[Any], onward: str, *, status: int = 200, resent: bool = False
) -> Response:
    token = email_token(request)
    with database.web() as session:
        made = writes.find_email_check(session, token)
        if made is None:
            return RedirectResponse(f"{EMAIL_PAGE}?next={quote(onward, safe='/')}", SEE_OTHER)
        challenge = writes.challenge_of(made, token)
    return guest_page(
        request,
        "identity/email_code.html",
        status=status,
        form=form,
        onward=onward,
        challenge=challenge,
        resent=resent,
        seconds=max(0, int((challenge.expires_at - clock.now()).total_seconds())),
    )


@router.post(CODE_PAGE)
async def confirm(request: Request, next: str = "/") -> Response:  # noqa: A002 - as addresses say it
    """「인증완료」."""
    onward = local_path(next)
    form = parse(CodeForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_code_page, request, form, onward, status=422)
    try:
        await run_in_threadpool(writes.confirm_email_code, email_token(request), form.value.code, clock.now())
    except Refusal as refusal:
        wrong = form.with_errors({"code": sentence(refusal)})
        return await run_in_threadpool(_code_page, request, wrong, onward, status=refusal.status)
    return RedirectResponse(onward, SEE_OTHER)


@router.post(f"{CODE_PAGE}/resend")
async def resend(request: Request, next: str = "/") -> Response:  # noqa: A002 - as addresses say it
    """「인증번호 재전송」."""
    onward = local_path(next)
    try:
        challenge = await run_in_threadpool(_resend, request)
    except Refusal as refusal:
        said: Parsed[Any] = Parsed(notes=(sentence(refusal),))
        return await run_in_threadpool(_code_page, request, said, onward, status=refusal.status)
    answer = RedirectResponse(f"{CODE_PAGE}?next={quote(onward, safe='/')}&sent=1", SEE_OTHER)
    keep(answer, challenge)
    return answer


def _resend(request: Request) -> EmailChallenge:
    with database.web() as session:
        made = writes.find_email_check(session, email_token(request))
    if made is None:
        raise rules.EmailUnverified
    return send_code(request, made.email)
