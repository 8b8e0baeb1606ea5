"""The form a browser has begun: its cookie, its draft, its place among the pages of joining."""

import datetime as dt
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.identity import limits
from models.identity.messages import Identity
from models.identity.rules import Purpose
from models.kernel.refusals import Refusal
from models.processes.lifetimes import BOUNDS, Lifetime
from models.signups import drafts
from models.signups.messages import Draft
from web import identity
from web.auth import cookies
from web.auth.answers import SEE_OTHER
from web.auth.cookies import Cookie
from web.auth.login import caller_of
from web.errors import sentence
from web.identity.frames import guest_page

BEGIN_PAGES = {"individual": "/signups/individual", "company": "/signups/company"}
OUTCOME_PAGE = "/signups/outcome"
PERSON_PAGE = "/signups/person"
TERMS_PAGE = "/signups/terms"
FORM_PAGE = "/signups/form"
DONE_PAGE = "/signups/done"
STEPS = ("가입여부 확인", "약관동의", "가입정보 입력 및 요청")
SEND = limits.Limit("signup", 60, 60)

COOKIE_LIFE = dt.timedelta(days=BOUNDS[Lifetime.UNFINISHED].most)
"""The form itself says how long it is kept."""


def token_of(request: Request) -> str:
    return cookies.read(request, Cookie.SIGNUP)


def begun(request: Request) -> Draft:
    """This browser's draft. Raises DraftGone."""
    with database.web() as session:
        return drafts.read(session, token_of(request), clock.now())


def keep(request: Request, draft: Draft) -> None:
    with database.web() as session:
        drafts.save(session, token_of(request), draft)


def begin(draft: Draft, onward: str) -> Response:
    """A new draft for this browser, then on."""
    answer = RedirectResponse(onward, SEE_OTHER)
    cookies.write(answer, Cookie.SIGNUP, drafts.begin(draft, clock.now()), COOKIE_LIFE)
    return answer


def admit(request: Request, limit: limits.Limit, key: str) -> None:
    """Raises TooManyRequests."""
    limits.admit(limit, key, caller_of(request), clock.now())


def who(request: Request) -> tuple[Identity | None, str]:
    """The person at this browser, or why nobody is verified."""
    with database.web() as session:
        try:
            return identity.checked(request, session, Purpose.SIGNUP), ""
        except Refusal as refusal:
            return None, sentence(refusal)


def shown(request: Request, template: str, step: int, *, status: int = 200, **context: Any) -> Response:
    """A page of joining with its place among the three steps (1 to 3)."""
    return guest_page(request, template, status=status, steps=STEPS, step=step, **context)


def gone(request: Request, refusal: Refusal) -> Response:
    """Nothing was begun here, or too long ago: what to do instead."""
    return shown(request, "signups/gone.html", 1, status=refusal.status, words=sentence(refusal))
