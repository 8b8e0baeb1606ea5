"""본인인증 as other pages use it: begin one, and see who it was."""

import datetime as dt
from urllib.parse import urlencode

from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock
from models.auth.rules import local_path
from models.identity import limits, rules, writes
from models.identity.messages import Identity
from models.identity.rules import Purpose
from models.settings import settings
from web.auth import cookies
from web.auth.answers import SEE_OTHER
from web.auth.cookies import Cookie
from web.auth.login import caller_of

FORM_PAGE = "/identity/form"
CARRIER_PAGE = "/identity/carrier"
"""Leads to the carrier's own pages: a form may not, for the pages of the house send forms to the house only."""
RETURN_PAGE = "/identity/return"
COOKIE_LIFE = rules.CHECK_LIFE + rules.IDENTITY_LIFE
BEGIN = limits.Limit("identity", 100, 100, dt.timedelta(minutes=10))


def start(request: Request, purpose: Purpose | str, next: str) -> Response:  # noqa: A002 - as addresses say it
    """Send the browser to the carrier's pages; it comes back to `next` (a path) with the check's token in a cookie.

    Raises TooManyRequests.
    """
    now = clock.now()
    caller = caller_of(request)
    limits.admit(BEGIN, caller.ip, caller, now)
    check_token, _ = writes.begin_check(Purpose(purpose), local_path(next), now)
    answer = RedirectResponse(FORM_PAGE if settings().identity_url else CARRIER_PAGE, SEE_OTHER)
    cookies.write(answer, Cookie.IDENTITY, check_token, COOKIE_LIFE)
    return answer


def provider_page(provider_id: str) -> str:
    """Where the person goes: the sandbox carrier's own pages, or ours in front of a real provider."""
    config = settings()
    if config.identity_url:
        return FORM_PAGE
    back = urlencode({"return": f"{config.public_url}{RETURN_PAGE}"})
    return f"{config.sandbox_public_url}/pass/{provider_id}?{back}"


def token(request: Request) -> str:
    """The token of this browser's latest check, for `models.identity.writes.use`; empty without one."""
    return cookies.read(request, Cookie.IDENTITY)


def checked(request: Request, session: Session, purpose: Purpose | str) -> Identity:
    """Who the person at this browser is. Raises IdentityMissing, IdentityUsed, IdentityLapsed (after 30 minutes)."""
    return writes.checked(session, token(request), purpose)


def email_token(request: Request) -> str:
    """The token of this browser's latest 이메일인증, for `models.identity.writes.verified_email` and `use_email`."""
    return cookies.read(request, Cookie.EMAIL)


def forget(response: Response) -> None:
    """Take both tokens from the browser, after they were used."""
    cookies.clear(response, Cookie.IDENTITY, Cookie.EMAIL)
