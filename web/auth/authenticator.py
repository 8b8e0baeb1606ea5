"""「인증 앱」: switching one's own authenticator on and off, and its recovery codes."""

import io
from typing import Annotated, Any

from fastapi import APIRouter
from markupsafe import Markup
from pydantic import BaseModel, Field, SecretStr
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import authenticators, sessions, writes
from models.auth.messages import Visit
from models.auth.wording import PASSWORD
from models.identity import limits
from models.kernel.refusals import Refusal
from models.members.tables import Member
from models.notifications.accounts import tell_authenticator
from models.processes.messages import Actor
from web.auth.answers import SEE_OTHER
from web.auth.audience import CurrentVisit, require
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.render import page

PAGE = "/account/authenticator"
NEW_PAGE = f"{PAGE}/new"
GUESSES = limits.Limit("authenticator", 10, 100)
ONCE = {"cache-control": "no-store"}

router = APIRouter(include_in_schema=False)
Owner = Annotated[Actor, require()]


class BeginForm(BaseModel):
    password: SecretStr = Field(title="현재 비밀번호", max_length=200)


class CodeForm(BaseModel):
    code: str = Field(title="인증 앱 번호", min_length=6, max_length=30)


@router.get(PAGE)
def show(request: Request, actor: Owner) -> Response:
    """Whether it is on, and what can be done about it."""
    return _show(request, actor)


def _show(request: Request, actor: Actor, form: Parsed[Any] | None = None, status: int = 200) -> Response:
    with database.reading(actor) as session:
        made = authenticators.of(session, actor.member_id)
        left = authenticators.recovery_left(session, actor.member_id)
    confirmed = made.confirmed_at if made else None
    return page(request, "auth/authenticator.html", status=status, since=confirmed, left=left, form=form or blank())


@router.post(PAGE)
async def begin(request: Request, actor: Owner, visit: CurrentVisit) -> Response:
    """「인증 앱 등록」: with the password, for a session left open is not enough to lock its owner out."""
    form = parse(BeginForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_show, request, actor, form, 422)
    return await run_in_threadpool(_begin, request, actor, visit, form, form.value.password.get_secret_value())


def _begin(request: Request, actor: Actor, visit: Visit, form: Parsed[Any], password: str) -> Response:
    now = clock.now()
    try:
        limits.admit(GUESSES, str(actor.member_id), caller_of(request), now)
    except Refusal as refusal:
        return _show(request, actor, form.refused(refusal, sentence(refusal)), refusal.status)
    if not writes.is_password(visit.login, password):
        return _show(request, actor, form.with_errors({"password": PASSWORD["password_current"]}), 422)
    with database.writing(actor) as session:
        authenticators.begin(session, actor, now)
    return RedirectResponse(NEW_PAGE, SEE_OTHER)


@router.get(NEW_PAGE)
def show_new(request: Request, actor: Owner, visit: CurrentVisit) -> Response:
    """The QR code to scan, and the same secret to type."""
    return _new_page(request, actor, visit, blank())


def _new_page(request: Request, actor: Actor, visit: Visit, form: Parsed[Any], status: int = 200) -> Response:
    with database.reading(actor) as session:
        made = authenticators.of(session, actor.member_id)
        if made is None or made.confirmed_at is not None:
            return RedirectResponse(PAGE, SEE_OTHER)
        address, secret = authenticators.address(made, visit.login), made.secret
    shown = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return page(
        request,
        "auth/authenticator_new.html",
        status=status,
        headers=ONCE,
        qr=qr_code(address),
        address=address,
        secret=shown,
        form=form,
    )


def qr_code(text: str) -> Markup:
    """A QR code as inline SVG: black on white whatever the page's colours, for that is what cameras read."""
    import segno

    drawn = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        drawn, kind="svg", xmldecl=False, svgns=False, border=4, dark="#000", light="#fff", omitsize=True, nl=False,
        svgclass="qr", lineclass=None, title="인증 앱 등록 QR 코드",
    )  # fmt: skip
    return Markup(drawn.getvalue().decode())  # noqa: S704 - made of squares by the library; the title is ours


@router.post(f"{PAGE}/confirmation")
async def confirm(request: Request, actor: Owner, visit: CurrentVisit) -> Response:
    """「등록」: the first code of the app; the recovery codes are shown this once."""
    form = parse(CodeForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_new_page, request, actor, visit, form, 422)
    return await run_in_threadpool(_confirm, request, actor, visit, form, form.value.code)


def _confirm(request: Request, actor: Actor, visit: Visit, form: Parsed[Any], code: str) -> Response:
    now = clock.now()
    try:
        limits.admit(GUESSES, str(actor.member_id), caller_of(request), now)
        with database.writing(actor) as session:
            codes = authenticators.confirm(session, actor, code, now)
            _tell(session, actor, "등록")
    except Refusal as refusal:
        return _new_page(request, actor, visit, form.with_errors({"code": sentence(refusal)}), refusal.status)
    sessions.revoke_others(actor, visit.session_id, now)
    return page(request, "auth/recovery_codes.html", headers=ONCE, codes=codes, fresh=True)


def _tell(session: Session, actor: Actor, change: str) -> None:
    mail = session.execute(select(col(Member.email)).where(col(Member.id) == actor.member_id)).scalar_one()
    tell_authenticator(session, actor.member_id, actor.name, mail, change, clock.now())


@router.post(f"{PAGE}/recovery")
async def renew(request: Request, actor: Owner) -> Response:
    """「복구 코드 다시 받기」: the old ones are void."""
    form = parse(CodeForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_show, request, actor, form, 422)
    return await run_in_threadpool(_renew, request, actor, form, form.value.code)


def _renew(request: Request, actor: Actor, form: Parsed[Any], code: str) -> Response:
    now = clock.now()
    try:
        limits.admit(GUESSES, str(actor.member_id), caller_of(request), now)
        with database.writing(actor) as session:
            codes = authenticators.renew_recovery(session, actor, code, now)
            _tell(session, actor, "복구 코드 다시 받음")
    except Refusal as refusal:
        return _show(request, actor, form.with_errors({"code": sentence(refusal)}), refusal.status)
    return page(request, "auth/recovery_codes.html", headers=ONCE, codes=codes, fresh=False)


@router.post(f"{PAGE}/removal")
async def remove(request: Request, actor: Owner) -> Response:
    """「인증 앱 해제」: needs a code of it, so that a session left open cannot."""
    form = parse(CodeForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_show, request, actor, form, 422)
    return await run_in_threadpool(_remove, request, actor, form, form.value.code)


def _remove(request: Request, actor: Actor, form: Parsed[Any], code: str) -> Response:
    now = clock.now()
    try:
        limits.admit(GUESSES, str(actor.member_id), caller_of(request), now)
        with database.writing(actor) as session:
            authenticators.remove(session, actor, code, now)
            _tell(session, actor, "해제")
    except Refusal as refusal:
        return _show(request, actor, form.with_errors({"code": sentence(refusal)}), refusal.status)
    return RedirectResponse(PAGE, SEE_OTHER)
