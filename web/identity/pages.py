"""The way to the carrier and back, and our own form in front of a provider without pages."""

import datetime as dt
import re
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import AfterValidator, BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth.rules import local_path
from models.identity import wording, writes
from models.identity.messages import CheckAnswer, IdentityRequest
from models.identity.rules import (
    Carrier,
    CheckState,
    IdentityMissing,
    Method,
    Purpose,
    Question,
    QuestionRefused,
    Why,
    WorldAway,
)
from models.identity.tables import IdentityCheck
from models.kernel.identifiers import normalize_phone
from models.kernel.text import digits
from models.members.rules import Sex
from models.members.wording import SEX
from web import inquiries
from web.auth.answers import SEE_OTHER
from web.auth.audience import anyone
from web.auth.login import caller_of
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.identity.checks import CARRIER_PAGE, FORM_PAGE, RETURN_PAGE, provider_page, start, token
from web.identity.frames import guest_page

CODE_PAGE = "/identity/code"
BORN_FIRST = dt.date(1900, 1, 1)

router = APIRouter(include_in_schema=False, dependencies=[anyone("people say who they are before they are known")])


class BeginForm(BaseModel):
    purpose: Purpose
    next: str = Field(default="/", max_length=2000)


def _mobile(typed: str) -> str:
    phone = normalize_phone(typed)
    if phone is None or not re.match(r"01[016789]-", phone):
        raise ValueError("휴대폰번호를 010-1234-5678처럼 입력해 주세요.")
    return digits(phone)


def _agreed(ticked: bool) -> bool:
    if not ticked:
        raise ValueError("본인인증에 필요한 동의입니다. 체크해 주세요.")
    return ticked


Agreement = Annotated[bool, AfterValidator(_agreed)]


class PersonForm(BaseModel):
    """What carriers ask for; the four consents are theirs and needed."""

    carrier: Carrier = Field(title="통신사")
    method: Method = Field(title="인증 방법")
    name: str = Field(title="이름", min_length=2, max_length=50)
    birth_date: dt.date = Field(title="생년월일")
    sex: Sex = Field(title="성별")
    foreign_national: bool = Field(default=False, title="외국인 여부")
    phone: Annotated[str, AfterValidator(_mobile)] = Field(title="휴대폰번호", max_length=20)
    agree_privacy: Agreement = Field(title="개인정보 수집·이용 동의")
    agree_number: Agreement = Field(title="고유식별정보 처리 동의")
    agree_carrier: Agreement = Field(title="통신사 이용약관 동의")
    agree_service: Agreement = Field(title="인증사 이용약관 동의")


class CodeForm(BaseModel):
    code: str = Field(default="", title="인증번호", pattern=r"^[0-9]{0,6}$")


@router.post("/identity")
async def begin(request: Request) -> Response:
    """「본인인증」."""
    form = parse(BeginForm, await request.form())
    if form.value is None:
        raise IdentityMissing
    return await run_in_threadpool(start, request, form.value.purpose, form.value.next)


def _find(request: Request) -> IdentityCheck:
    with database.web() as session:
        found = writes.find_check(session, token(request))
    if found is None:
        raise IdentityMissing
    return found


@router.get(CARRIER_PAGE)
def show_carrier(request: Request) -> Response:
    """The door to the carrier's pages, which opens by itself."""
    check = _find(request)
    carrier, onward = provider_page(check.provider_id), local_path(check.next)
    return guest_page(request, "identity/carrier.html", carrier=carrier, onward=onward)


@router.get(RETURN_PAGE)
async def come_back(request: Request) -> Response:
    """Back from the carrier: who it was is read from the carrier itself, then on to where the person was going."""
    try:
        check = await run_in_threadpool(_find, request)
    except IdentityMissing as refusal:
        return guest_page(request, "identity/lost.html", status=refusal.status, words=sentence(refusal))
    return await _onward(request, check, Question.IDENTITY_READ)


async def _onward(request: Request, check: IdentityCheck, question: Question, code: str = "") -> Response:
    try:
        assert check.id is not None  # noqa: S101 - read from the table
        answer = await inquiries.identity(request, question, check.id, code)
    except (WorldAway, QuestionRefused) as refusal:
        return _standing_page(request, check, sentence(refusal), status=refusal.status)
    if answer.state == CheckState.VERIFIED:
        return RedirectResponse(local_path(check.next), SEE_OTHER)
    if answer.state == CheckState.REFUSED:
        return _standing_page(request, check, _words(answer), status=422, over=True)
    return _standing_page(request, check, "본인인증을 아직 마치지 않았습니다.")


def _words(answer: CheckAnswer) -> str:
    return wording.WHY[Why(answer.why) if answer.why else Why.UNKNOWN]


def _standing_page(
    request: Request, check: IdentityCheck, words: str, *, status: int = 200, over: bool = False
) -> Response:
    """What is known about the check, and every way on: ask again, go on at the carrier, begin anew, go back."""
    return guest_page(
        request,
        "identity/standing.html",
        status=status,
        words=words,
        over=over,
        purpose=check.purpose,
        onward=local_path(check.next),
        carrier=provider_page(check.provider_id),
        return_page=RETURN_PAGE,
    )


@router.get(FORM_PAGE)
def show_form(request: Request) -> Response:
    """Our own form, where the provider has no pages."""
    return _form_page(request, _find(request), blank({"method": Method.APP.value, "foreign_national": ""}))


def _form_page(request: Request, check: IdentityCheck, form: Parsed[Any], *, status: int = 200) -> Response:
    return guest_page(
        request,
        "identity/form.html",
        status=status,
        form=form,
        carriers=list(wording.CARRIER.items()),
        methods=list(wording.METHOD.items()),
        sexes=list(SEX.items()),
        onward=local_path(check.next),
        first=BORN_FIRST.isoformat(),
    )


@router.post(FORM_PAGE)
async def send(request: Request) -> Response:
    """「인증요청」: the carrier sends its code to the phone that was typed."""
    check = await run_in_threadpool(_find, request)
    form = parse(PersonForm, await request.form())
    if form.value is None:
        return _form_page(request, check, form, status=422)
    asked = form.value
    wanted = IdentityRequest(
        **asked.model_dump(include=set(IdentityRequest.model_fields)), ip=caller_of(request).ip or "127.0.0.1"
    )
    await run_in_threadpool(writes.keep_request, token(request), wanted)
    try:
        assert check.id is not None  # noqa: S101 - read from the table
        answer = await inquiries.identity(request, Question.IDENTITY_SEND, check.id)
    except (WorldAway, QuestionRefused) as refusal:
        return _form_page(request, check, form.refused(refusal, sentence(refusal)), status=refusal.status)
    if answer.state != CheckState.OPEN:
        return _standing_page(request, check, _words(answer), status=422, over=True)
    return RedirectResponse(f"{CODE_PAGE}?method={asked.method.value}", SEE_OTHER)


@router.get(CODE_PAGE)
def show_code(request: Request, method: str = "") -> Response:
    """Where the carrier's code is typed, or the app's answer awaited."""
    return _code_page(request, _find(request), blank(), by_app=method == Method.APP)


def _code_page(
    request: Request, check: IdentityCheck, form: Parsed[Any], *, by_app: bool, status: int = 200
) -> Response:
    left = max(0, int((check.expires_at - clock.now()).total_seconds()))
    method = Method.APP if by_app else Method.SMS
    return guest_page(
        request, "identity/code.html", status=status, form=form, by_app=by_app, seconds=left, method=method.value
    )


@router.post(CODE_PAGE)
async def confirm(request: Request, method: str = "") -> Response:
    """「인증완료」."""
    check = await run_in_threadpool(_find, request)
    by_app = method == Method.APP
    form = parse(CodeForm, await request.form())
    if form.value is None or (not by_app and not form.value.code):
        typed = form.with_errors({} if form.errors else {"code": "인증번호를 입력해 주세요."})
        return _code_page(request, check, typed, by_app=by_app, status=422)
    try:
        assert check.id is not None  # noqa: S101 - read from the table
        answer = await inquiries.identity(request, Question.IDENTITY_CONFIRM, check.id, form.value.code)
    except (WorldAway, QuestionRefused) as refusal:
        again: Parsed[Any] = form.refused(refusal, sentence(refusal))
        return _code_page(request, check, again, by_app=by_app, status=refusal.status)
    if answer.state == CheckState.VERIFIED:
        return RedirectResponse(local_path(check.next), SEE_OTHER)
    if answer.state == CheckState.REFUSED:
        return _standing_page(request, check, _words(answer), status=422, over=True)
    return _code_page(request, check, form.with_errors({"code": _words(answer)}), by_app=by_app, status=422)
