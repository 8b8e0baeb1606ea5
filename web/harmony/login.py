"""Log-in to Harmony: by the Kakao account (OpenID Connect, any issuer) or by an account of the house."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.auth import passwords
from models.auth import writes as sessions
from models.auth.messages import Caller
from models.auth.rules import BadCredentials, Outcome, local_path
from models.harmony import entries, queries
from models.harmony.messages import LocalLogin, OidcTask
from models.harmony.oidc import CALLBACK, authorization_address
from models.harmony.rules import NotInvited, ProviderRefused
from models.kernel.refusals import Refusal
from models.kernel.text import clean_email
from models.settings import settings
from web.auth.answers import HARMONY, HARMONY_LOGIN
from web.auth.audience import anyone
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.harmony.doors import ask_provider, enter, entry_of, go, guest_page, member_of, remember

router = APIRouter(include_in_schema=False, dependencies=[anyone("log-in comes before being known")])


def _inside(target: str) -> str:
    """A place in Harmony to go on to."""
    path = local_path(target, HARMONY)
    return path if f"{path}/".startswith(f"{HARMONY}/") else HARMONY


@router.get(HARMONY_LOGIN)
def show_login(request: Request, next: str = HARMONY) -> Response:  # noqa: A002 - the address says next
    """「카카오하모니 로그인」."""
    if member_of(request) is not None:
        return go(_inside(next))
    return _page(request, blank({"next": _inside(next)}))


def _page(request: Request, form: Parsed[Any], *, status: int = 200, notice: str = "") -> Response:
    target = _inside(form.shown("next") or HARMONY)
    renewed = "renewed" in request.query_params
    return guest_page(
        request, "harmony/login.html", status=status, form=form, notice=notice, target=target, renewed=renewed
    )


@router.post(HARMONY_LOGIN)
async def log_in(request: Request) -> Response:
    """「로그인」 with an account of the house: no code is asked for here, 추가인증 guards what needs it."""
    form = parse(LocalLogin, await request.form())
    if form.value is None:
        return _page(request, form, status=422)
    asked = form.value
    try:
        known = await run_in_threadpool(
            _check, clean_email(asked.email), asked.password.get_secret_value(), caller_of(request)
        )
        return await enter(request, known.login, _inside(asked.next))
    except Refusal as refusal:
        return _page(request, form.refused(refusal, sentence(refusal)), status=refusal.status)


def _check(email: str, password: str, caller: Caller) -> queries.Known:
    """Raises BadCredentials alike for every reason, TooManyAttempts."""
    now = clock.now()
    attempt = sessions.admit(f"harmony/{email}", caller, now)
    with database.web() as session:
        known = queries.lookup(session, "", email)
    fits = passwords.matches(known.password_hash if known else None, password)
    if known is None or not fits:
        sessions.settle(attempt, known.member_id if known else None, Outcome.FAILED)
        raise BadCredentials
    sessions.settle(attempt, known.member_id, Outcome.SUCCEEDED)
    return known


@router.get(f"{HARMONY_LOGIN}/kakao")
async def leave(request: Request, next: str = HARMONY, join: bool = False) -> Response:  # noqa: A002
    """To the provider; `join`: on the way through an invitation that this browser has begun."""
    now = clock.now()
    try:
        answer = await ask_provider(request.app.state.temporal, OidcTask(task="address"))
        token = entry_of(request) if join else ""
        if token:
            await run_in_threadpool(entries.read, token, now)
        else:
            token = await run_in_threadpool(entries.begin, now, _inside(next), caller_of(request).ip)
        asked = await run_in_threadpool(entries.ask, token, now)
    except Refusal as refusal:
        return _page(request, blank({"next": _inside(next)}), status=refusal.status, notice=sentence(refusal))
    there = authorization_address(
        settings(), answer.address, state=asked.state, nonce=asked.nonce, verifier=asked.verifier
    )
    away = go(there)
    remember(away, token)
    return away


@router.get(CALLBACK)
async def come_back(request: Request, state: str = "", code: str = "", error: str = "") -> Response:
    """Back from the provider: once, in the browser that left, within ten minutes."""
    token = entry_of(request)
    now = clock.now()
    try:
        if error or not code or not state:
            raise ProviderRefused(why=error[:40] or "no_code")
        entry_id = await run_in_threadpool(entries.come_back, token, state, code, now)
        await ask_provider(request.app.state.temporal, OidcTask(task="exchange", entry_id=entry_id))
        row, known = await run_in_threadpool(entries.known, token, now)
        if known is not None and row.invitation_id is None:
            return await enter(request, known.login, row.target, entry=token)
        if known is not None:
            return await enter(request, known.login, f"{HARMONY}/joining/further")
        if row.invitation_id is None:
            raise NotInvited
        return go(f"{HARMONY}/joining/profile" if row.consented_at else f"{HARMONY}/joining/terms")
    except Refusal as refusal:
        return _page(request, blank(), status=refusal.status, notice=sentence(refusal))
