"""가입정보 입력 및 요청: one page on which everything typed and uploaded survives every press, up to 「가입요청」."""

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.conversions.messages import checked_email
from models.conversions.rules import KIND as CONVERSION_KIND
from models.identity.messages import Identity
from models.identity.rules import Purpose
from models.identity.writes import verified_email
from models.kernel.refusals import Refusal
from models.members.places import BANKS, COUNTRIES, CURRENCIES, HOME
from models.members.wording import COMPANY_KIND
from models.signups import drafts, writes
from models.signups.messages import Draft
from models.signups.rules import DraftGone, EmailTaken, SignupKind, SignupMode
from models.signups.wording import MODE, SIGNUP_KIND
from web import identity
from web.auth import cookies
from web.auth.answers import LOGIN_PAGE, SEE_OTHER
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed
from web.identity import emails
from web.signups import browser, typed
from web.signups.browser import DONE_PAGE, FORM_PAGE, TERMS_PAGE, begun, shown, who

router = APIRouter(prefix="/signups", include_in_schema=False, dependencies=[anyone("people fill in who they are")])

NAME_DIFFERS = "등록된 회원명과 본인인증한 이름이 다릅니다. 회원 본인의 명의로 인증해 주세요."
UNPROCESSABLE = 422
LEAVE = "leave"


@router.get("/form")
def show_form(request: Request) -> Response:
    """The form as it was left."""
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    if draft.done:
        return RedirectResponse(DONE_PAGE, SEE_OTHER)
    if not draft.agreed:
        return RedirectResponse(TERMS_PAGE, SEE_OTHER)
    person, _ = who(request)
    if person is not None and typed.begin_from_earlier(draft, person):
        browser.keep(request, draft)
    return _page(request, draft, typed.named(draft, typed.shown(draft), person))


def _page(request: Request, draft: Draft, form: Parsed[Any], *, status: int = 200) -> Response:
    person, lapsed = who(request)
    return shown(
        request,
        "signups/form.html",
        3,
        status=status,
        draft=draft,
        form=form,
        person=person,
        lapsed=lapsed if identity.token(request) else "",
        email=_email(request),
        title=f"{SIGNUP_KIND[draft.kind]} {MODE[draft.mode]}",
        individual=draft.kind is SignupKind.INDIVIDUAL,
        contact=draft.kind is SignupKind.CONTACT,
        conversion=draft.mode is SignupMode.CONVERSION,
        kind_words=COMPANY_KIND[draft.company_kind] if draft.company_kind else "",
        rows=form.rows(typed.ACCOUNTS, 1) if typed.has_accounts(draft) else [],
        kept=typed.file_names(draft),
        banks=list(BANKS.items()),
        countries=list(COUNTRIES.items()),
        currencies=[(one, one) for one in CURRENCIES],
        home=HOME,
    )


def _email(request: Request) -> str:
    """The address this browser has verified; empty for none."""
    with database.web() as session:
        try:
            return verified_email(session, identity.email_token(request))
        except Refusal:
            return ""


@router.post("/form")
async def press(request: Request) -> Response:
    """Any button of the form: what was typed and uploaded is kept first, whatever comes of the press."""
    data = await request.form()
    files = await typed.uploads(data)
    return await run_in_threadpool(_press, request, data, files)


def _press(request: Request, data: FormData, files: dict[str, tuple[str, bytes]]) -> Response:
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    if draft.done:
        return RedirectResponse(DONE_PAGE, SEE_OTHER)
    if data.get("do") == LEAVE:
        return _leave(request)
    refused = typed.take(draft, data, files)
    browser.keep(request, draft)
    if refused:
        return _page(request, draft, typed.shown(draft).with_errors(refused), status=UNPROCESSABLE)
    do, _, row = str(data.get("do") or "request").partition(":")
    return _DO.get(do, _request)(request, draft, data, row)


def _leave(request: Request) -> Response:
    """「취소」: what was typed is given up, in this browser at once."""
    drafts.give_up(browser.token_of(request), clock.now())
    answer = RedirectResponse(LOGIN_PAGE, SEE_OTHER)
    cookies.clear(answer, Cookie.SIGNUP)
    identity.forget(answer)
    return answer


def _add_account(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001 - one of a kind
    typed.add_account(draft)
    browser.keep(request, draft)
    return RedirectResponse(f"{FORM_PAGE}#accounts", SEE_OTHER)


def _remove_account(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001
    typed.remove_account(draft, row)
    browser.keep(request, draft)
    return RedirectResponse(f"{FORM_PAGE}#accounts", SEE_OTHER)


def _identity(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001
    return identity.start(request, Purpose.SIGNUP, FORM_PAGE)


def _verify_email(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001
    """「이메일인증」: the code goes to the address typed here."""
    try:
        challenge = emails.send_code(request, checked_email(draft.email))
    except ValueError as wrong:
        return _page(request, draft, typed.shown(draft).with_errors({"email": str(wrong)}), status=UNPROCESSABLE)
    except Refusal as refusal:
        form = typed.shown(draft).with_errors({"email": sentence(refusal)})
        return _page(request, draft, form, status=refusal.status)
    answer = RedirectResponse(f"{emails.CODE_PAGE}?next={FORM_PAGE}", SEE_OTHER)
    emails.keep(answer, challenge)
    return answer


def _keep(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001
    """「파일 올리기」: only keep."""
    return RedirectResponse(FORM_PAGE, SEE_OTHER)


def _request(request: Request, draft: Draft, data: FormData, row: str) -> Response:  # noqa: ARG001
    """「가입요청」."""
    form = typed.judged(draft, data)
    person, lapsed = who(request)
    missing = _missing(request, draft, person, lapsed)
    if form.value is None or missing:
        return _page(request, draft, typed.in_order(form.with_errors(missing)), status=UNPROCESSABLE)
    asked = writes.Request(
        draft=draft,
        form=form.value,
        token=browser.token_of(request),
        identity_token=identity.token(request),
        email_token=identity.email_token(request),
        ip=caller_of(request).ip,
    )
    try:
        browser.admit(request, browser.SEND, "")
        writes.request(asked, clock.now())
    except DraftGone:
        # Pressed twice: the first press has made it.
        return RedirectResponse(DONE_PAGE, SEE_OTHER)
    except Refusal as refusal:
        again = typed.refused(form, refusal, _field_of(refusal))
        return _page(request, draft, again, status=refusal.status)
    answer = RedirectResponse(DONE_PAGE, SEE_OTHER)
    identity.forget(answer)
    return answer


def _missing(request: Request, draft: Draft, person: Identity | None, lapsed: str) -> dict[str, str]:
    found = {}
    if person is None:
        found["identity"] = lapsed
    elif _is_converted_person(draft) and person.name != draft.company_name:
        found["identity"] = NAME_DIFFERS
    with database.web() as session:
        try:
            verified_email(session, identity.email_token(request))
        except Refusal as refusal:
            found["email"] = sentence(refusal)
    return found


def _is_converted_person(draft: Draft) -> bool:
    return draft.kind is SignupKind.INDIVIDUAL and draft.mode is SignupMode.CONVERSION


def _field_of(refusal: Refusal) -> str:
    if refusal.code.startswith("identity_"):
        return "identity"
    if refusal.code.startswith("email_") or isinstance(refusal, EmailTaken):
        return "email"
    return "code" if refusal.code.startswith(f"{CONVERSION_KIND}_code") or "tries" in refusal.code else ""


_DO: dict[str, Callable[[Request, Draft, FormData, str], Response]] = {
    "add-account": _add_account,
    "remove-account": _remove_account,
    "identity": _identity,
    "email": _verify_email,
    "keep": _keep,
    "request": _request,
}


@router.get("/done")
def show_done(request: Request) -> Response:
    """「회원가입 요청이 완료되었습니다.」"""
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    if not draft.done:
        return RedirectResponse(FORM_PAGE, SEE_OTHER)
    return shown(request, "signups/done.html", 3, draft=draft, contact=draft.kind is SignupKind.CONTACT)
