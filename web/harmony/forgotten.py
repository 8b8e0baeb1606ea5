"""「비밀번호 찾기」 of an account of the house: a link by mail, a new password, every log-in ended."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, field_validator
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock
from models.auth.rules import password_problem
from models.auth.wording import PASSWORD, PASSWORD_HINT
from models.harmony import forgotten
from models.harmony.forgotten import PATH
from models.harmony.messages import NewPassword
from models.harmony.rules import EMAIL, EMAIL_CHARS_MAX, LINK_LIFE, LinkOver
from models.kernel.refusals import Refusal
from models.kernel.text import clean_email
from web.auth import cookies, pace
from web.auth.answers import HARMONY_LOGIN
from web.auth.audience import anyone
from web.auth.cookies import Cookie
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.harmony.doors import go, guest_page

NEW = f"{PATH}/new"
MINUTES = int(LINK_LIFE.total_seconds() // 60)
router = APIRouter(include_in_schema=False, dependencies=[anyone("who forgot the password cannot log in")])


class AskForm(BaseModel):
    email: str = Field(title="이메일", max_length=EMAIL_CHARS_MAX)

    @field_validator("email")
    @classmethod
    def _address(cls, value: str) -> str:
        if not EMAIL.fullmatch(clean_email(value)):
            raise ValueError("이메일 주소를 확인해 주세요.")
        return clean_email(value)


@router.get(PATH)
def show_ask(request: Request) -> Response:
    """Whose password."""
    return _ask_page(request, blank())


@router.post(PATH)
async def ask(request: Request) -> Response:
    """「링크 받기」: the same sentence, as late, whether or not there is such an account."""
    form = parse(AskForm, await request.form())
    if form.value is None:
        return _ask_page(request, form, status=422)
    try:
        async with pace.even():
            await run_in_threadpool(forgotten.ask, form.value.email, caller_of(request), clock.now())
    except Refusal as refusal:
        return _ask_page(request, form.refused(refusal, sentence(refusal)), status=refusal.status)
    return _ask_page(request, form, sent=True)


def _ask_page(request: Request, form: Parsed[Any], *, status: int = 200, sent: bool = False) -> Response:
    return guest_page(request, "harmony/password_ask.html", status=status, form=form, sent=sent, minutes=MINUTES)


@router.get(NEW)
def show_new(request: Request) -> Response:
    """「새 비밀번호」, in the browser that opened the link."""
    try:
        forgotten.check(cookies.read(request, Cookie.LINK), clock.now())
    except LinkOver as refusal:
        return _over(request, refusal)
    return _new_page(request, blank())


@router.post(NEW)
async def renew(request: Request) -> Response:
    """「비밀번호 변경」."""
    form = parse(NewPassword, await request.form())
    if form.value is None:
        return _new_page(request, form, status=422)
    new = form.value.password.get_secret_value()
    if new != form.value.again.get_secret_value():
        return _new_page(request, form.with_errors({"again": PASSWORD["password_unlike"]}), status=422)
    if (problem := password_problem(new)) is not None:
        return _new_page(request, form.with_errors({"password": PASSWORD[problem]}), status=422)
    try:
        await run_in_threadpool(forgotten.renew, cookies.read(request, Cookie.LINK), new, clock.now())
    except LinkOver as refusal:
        return _over(request, refusal)
    done = go(f"{HARMONY_LOGIN}?renewed=1")
    cookies.clear(done, Cookie.LINK)
    return done


def _new_page(request: Request, form: Parsed[Any], *, status: int = 200) -> Response:
    return guest_page(request, "harmony/password_new.html", status=status, form=form, hint=PASSWORD_HINT)


@router.get(f"{PATH}/{{link}}")
def follow(request: Request, link: str) -> Response:
    """The link of the mail: opening it uses nothing up, for mail programs look at links, too."""
    try:
        forgotten.check(link, clock.now())
    except LinkOver as refusal:
        return _over(request, refusal)
    onward = go(NEW)
    cookies.write(onward, Cookie.LINK, link, LINK_LIFE)
    return onward


def _over(request: Request, refusal: LinkOver) -> Response:
    form: Parsed[Any] = Parsed(notes=(sentence(refusal),))
    return _ask_page(request, form, status=refusal.status)
