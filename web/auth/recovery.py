"""「계정 찾기」, 「비밀번호 찾기」, 「휴대폰번호가 변경되었나요?」."""

import datetime as dt
from typing import Annotated, Any
from urllib.parse import quote, unquote

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import recovery, rules, writes
from models.auth.messages import PhoneChange, Verified
from models.identity import limits
from models.identity import writes as identity
from models.identity.messages import Identity
from models.identity.rules import Purpose
from models.kernel.identifiers import normalize_phone
from models.kernel.refusals import Refusal
from models.kernel.text import clean_line, digits
from models.members.rules import normal_login
from models.notifications.accounts import mail_temporary_password, tell_phone_changed
from models.notifications.writes import send_code
from web.auth import cookies, pace
from web.auth.answers import SEE_OTHER, login_address
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.auth.login import CODE_PAGE, OVER, begin_again, caller_of, code_address
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.identity.checks import checked, forget, start, token
from web.identity.frames import guest_page

ACCOUNT_PAGE = "/login/account"
PASSWORD_PAGE = "/login/password"  # noqa: S105 - an address
PHONE_PAGE = "/login/phone"
RECOVERY_LIFE = dt.timedelta(hours=1)

router = APIRouter(include_in_schema=False, dependencies=[anyone("who has lost a part of the key cannot log in")])


def _phone(typed: str) -> str:
    found = normalize_phone(typed)
    if found is None:
        raise ValueError("휴대폰번호를 010-1234-5678처럼 입력해 주세요.")
    return digits(found)


class FindForm(BaseModel):
    name: Annotated[str, AfterValidator(clean_line)] = Field(title="이름", min_length=1, max_length=60)
    birth_date: dt.date = Field(title="생년월일")
    phone: Annotated[str, AfterValidator(_phone)] = Field(title="휴대폰번호", max_length=20)


class PasswordForm(BaseModel):
    login: str = Field(title="아이디", min_length=1, max_length=254)


@router.get(ACCOUNT_PAGE)
def show_find(request: Request) -> Response:
    """「계정 찾기」."""
    return guest_page(request, "auth/find_account.html", form=blank(), found=None)


@router.post(ACCOUNT_PAGE)
async def find(request: Request) -> Response:
    """The masked ids of the person with that name, birth date and phone; only so often."""
    form = parse(FindForm, await request.form())
    if form.value is None:
        return guest_page(request, "auth/find_account.html", status=422, form=form, found=None)
    asked, caller = form.value, caller_of(request)
    try:
        await run_in_threadpool(limits.admit, limits.FIND_ACCOUNT, asked.phone, caller, clock.now())
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal))
        return guest_page(request, "auth/find_account.html", status=refusal.status, form=again, found=None)
    async with pace.even():
        found = await run_in_threadpool(recovery.find_logins, asked.name, asked.birth_date, asked.phone)
    return guest_page(request, "auth/find_account.html", form=form, found=found)


@router.get(PASSWORD_PAGE)
def show_password(request: Request) -> Response:
    """「비밀번호 찾기」: whose."""
    typed = blank({"login": cookies.read(request, Cookie.LOGIN)})
    return guest_page(request, "auth/find_password.html", form=typed)


@router.post(PASSWORD_PAGE)
async def ask_password(request: Request) -> Response:
    """Whatever the id, the way goes on to identity verification."""
    form = parse(PasswordForm, await request.form())
    if form.value is None:
        return guest_page(request, "auth/find_password.html", status=422, form=form)
    login = normal_login(form.value.login)
    try:
        await run_in_threadpool(limits.admit, limits.FIND_PASSWORD, login, caller_of(request), clock.now())
        answer = await run_in_threadpool(start, request, Purpose.PASSWORD, f"{PASSWORD_PAGE}/mail")
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal))
        return guest_page(request, "auth/find_password.html", status=refusal.status, form=again)
    cookies.write(answer, Cookie.RECOVERY, quote(login), RECOVERY_LIFE)
    return answer


@router.get(f"{PASSWORD_PAGE}/mail")
def show_mail(request: Request) -> Response:
    """Back from the carrier's: one more press, for the old password ends with it."""
    login = _looked_for(request)
    try:
        with database.web() as session:
            checked(request, session, Purpose.PASSWORD)
    except Refusal as refusal:
        return _password_again(request, refusal)
    if not login:
        return RedirectResponse(PASSWORD_PAGE, SEE_OTHER)
    return guest_page(request, "auth/send_password.html", form=blank(), login=login, sent=False)


def _looked_for(request: Request) -> str:
    return normal_login(unquote(cookies.read(request, Cookie.RECOVERY)))[:254]


def _password_again(request: Request, refusal: Refusal) -> Response:
    note: Parsed[Any] = Parsed(notes=(sentence(refusal),))
    return guest_page(request, "auth/find_password.html", status=refusal.status, form=note)


@router.post(f"{PASSWORD_PAGE}/mail")
async def mail_password(request: Request) -> Response:
    """「임시 비밀번호 받기」: the same sentence, as late, whether or not the id is this person's."""
    login = _looked_for(request)
    try:
        async with pace.even():
            await run_in_threadpool(_issue, request, login)
    except Refusal as refusal:
        return _password_again(request, refusal)
    hours = int(rules.TEMPORARY_LIFE.total_seconds() // 3600)
    answer = guest_page(request, "auth/send_password.html", form=blank(), sent=True, hours=hours)
    forget(answer)
    cookies.clear(answer, Cookie.RECOVERY)
    return answer


def _issue(request: Request, login: str) -> None:
    now = clock.now()
    with database.web() as session:
        person = identity.use(session, token(request), Purpose.PASSWORD, now)
    recovery.issue_temporary(login, verified(person), now, mail_temporary_password)


def verified(person: Identity) -> Verified:
    """What the log-in compares a member with."""
    return Verified(
        name=person.name,
        birth_date=person.birth_date.isoformat(),
        phone=person.phone,
        identity_hash=person.identity_hash,
    )


@router.post(PHONE_PAGE)
def ask_phone(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「휴대폰번호가 변경되었나요?」: only where the password was right."""
    target = rules.local_path(next)
    try:
        writes.read_challenge(cookies.read(request, Cookie.CHALLENGE))
        return start(request, Purpose.PHONE, _onward(PHONE_PAGE, target))
    except rules.LoggedOut:
        return RedirectResponse(login_address(target), SEE_OTHER)


def _onward(page: str, target: str) -> str:
    return page if target == "/" else f"{page}?next={quote(target, safe='/')}"


@router.get(PHONE_PAGE)
def show_phone(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """Back from the carrier's: the number that would be the member's."""
    target = rules.local_path(next)
    try:
        writes.read_challenge(cookies.read(request, Cookie.CHALLENGE))
        with database.web() as session:
            person = checked(request, session, Purpose.PHONE)
    except rules.LoggedOut as refusal:
        return begin_again(request, refusal, target)
    except Refusal:
        return RedirectResponse(code_address(target), SEE_OTHER)
    query = "" if target == "/" else f"?next={quote(target, safe='/')}"
    return guest_page(request, "auth/phone.html", form=blank(), person=person, query=query)


@router.post(f"{PHONE_PAGE}/change")
def change_phone(request: Request, next: str = "/") -> Response:  # noqa: A002 - the address says next
    """「이 번호로 변경」: if the person is the member; the identity check is used up with it."""
    target, now = rules.local_path(next), clock.now()
    check, challenge = token(request), cookies.read(request, Cookie.CHALLENGE)

    def tell(session: Session, change: PhoneChange) -> None:
        identity.use(session, check, Purpose.PHONE, now)
        tell_phone_changed(session, change)

    try:
        with database.web() as session:
            person = identity.checked(session, check, Purpose.PHONE, now)
        recovery.change_phone(challenge, verified(person), now, send_code, tell)
    except OVER as refusal:
        return begin_again(request, refusal, target)
    except Refusal as refusal:
        query = "" if target == "/" else f"?next={quote(target, safe='/')}"
        note: Parsed[Any] = Parsed(notes=(sentence(refusal),))
        return guest_page(
            request, "auth/phone_refused.html", status=refusal.status, form=note, back=f"{CODE_PAGE}{query}"
        )
    answer = RedirectResponse(code_address(target, sent="phone"), SEE_OTHER)
    forget(answer)
    return answer
