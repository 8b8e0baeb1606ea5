"""가입여부 확인: of a person by 본인인증, of a company by its number; and what follows from the answer."""

from typing import Any

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models.identity.limits import CHECK_COMPANY
from models.identity.messages import Identity
from models.kernel.refusals import Refusal
from models.kernel.wording import ROLE
from models.members.rules import CompanyKind
from models.signups import queries
from models.signups.messages import Draft, NumberForm
from models.signups.rules import Answer, DraftGone, SignupKind, SignupMode
from models.signups.wording import CONTACT_ADDRESS, told
from web.auth.answers import LOGIN_PAGE, SEE_OTHER
from web.auth.audience import anyone
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.signups import browser
from web.signups.browser import BEGIN_PAGES, OUTCOME_PAGE, PERSON_PAGE, TERMS_PAGE, begin, begun, shown, who

KINDS = [(CompanyKind.SOLE.value, "개인사업자"), (CompanyKind.CORPORATION.value, "법인사업자")]
MODES = {
    Answer.NEW: SignupMode.NEW,
    Answer.REJECTED: SignupMode.AGAIN,
    Answer.PORTAL_UNUSED: SignupMode.CONVERSION,
}

router = APIRouter(prefix="/signups", include_in_schema=False, dependencies=[anyone("people ask before they join")])


@router.get("/individual")
def ask_individual(request: Request) -> Response:
    """개인회원 가입여부 확인: who is it?"""
    return _person_page(request, BEGIN_PAGES["individual"], "개인회원 가입여부 확인")


def _person_page(request: Request, here: str, title: str, *, status: int = 200, words: str = "") -> Response:
    person, _ = who(request)
    return shown(request, "signups/person.html", 1, status=status, person=person, here=here, title=title, refused=words)


@router.post("/individual")
async def check_individual(request: Request) -> Response:
    """「확인」."""
    await request.form()
    return await run_in_threadpool(_check_individual, request)


def _check_individual(request: Request) -> Response:
    person, words = who(request)
    if person is None:
        return _person_page(request, BEGIN_PAGES["individual"], "개인회원 가입여부 확인", status=422, words=words)
    found = queries.person_standing(person, individual=True)
    draft = Draft(
        kind=SignupKind.INDIVIDUAL,
        mode=MODES.get(found.answer, SignupMode.NEW),
        answer=found.answer,
        company_id=found.company_id if found.answer is Answer.PORTAL_UNUSED else None,
        company_kind=CompanyKind.INDIVIDUAL,
        company_name=found.company_name,
        asked_at=found.asked_at,
        waits_for=found.waits_for,
    )
    return begin(draft, OUTCOME_PAGE)


@router.get("/company")
def ask_company(request: Request) -> Response:
    """기업회원 가입여부 확인: which number?"""
    return _number_page(request, blank())


def _number_page(request: Request, form: Parsed[Any], *, status: int = 200) -> Response:
    return shown(request, "signups/number.html", 1, status=status, form=form, kinds=KINDS)


@router.post("/company")
async def check_company(request: Request) -> Response:
    """「확인」: whether a number is a member's is a public fact, told a limited number of times."""
    form = parse(NumberForm, await request.form())
    if form.value is None:
        return _number_page(request, form, status=422)
    try:
        return await run_in_threadpool(_check_company, request, form.value)
    except Refusal as refusal:
        return _number_page(request, form.refused(refusal, sentence(refusal)), status=refusal.status)


def _check_company(request: Request, asked: NumberForm) -> Response:
    browser.admit(request, CHECK_COMPANY, asked.business_number)
    found = queries.company_standing(asked.business_number)
    draft = Draft(
        kind=SignupKind.COMPANY,
        mode=MODES.get(found.answer, SignupMode.NEW),
        answer=found.answer,
        company_id=found.company_id,
        company_kind=asked.kind if found.answer is Answer.NEW else found.company_kind or asked.kind,
        # The name is shown to whoever has a right to it: a contact of the company, or who has its code.
        company_name=found.company_name if found.answer in {Answer.MEMBER, Answer.PORTAL_UNUSED} else "",
        business_number=asked.business_number,
        asked_at=found.asked_at,
        waits_for=found.waits_for,
    )
    return begin(draft, OUTCOME_PAGE)


@router.get("/outcome")
def show_outcome(request: Request) -> Response:
    """What the check found, in the manual's words, and the question that follows from it."""
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    words = told(draft.kind, draft.answer)
    return shown(
        request,
        "signups/outcome.html",
        1,
        draft=draft,
        message=words.message,
        question=words.question,
        login=draft.answer is Answer.MEMBER and not words.question,
        waits_for=ROLE.get(draft.waits_for, ROLE["buyer"]) if draft.answer is Answer.WAITING else "",
        contact=CONTACT_ADDRESS if draft.answer is Answer.BLOCKED else "",
        again=BEGIN_PAGES["individual" if draft.kind is SignupKind.INDIVIDUAL else "company"],
    )


@router.post("/outcome")
async def go_on(request: Request) -> Response:
    """「예」."""
    await request.form()
    return await run_in_threadpool(_go_on, request)


def _go_on(request: Request) -> Response:
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    if not told(draft.kind, draft.answer).question:
        return RedirectResponse(LOGIN_PAGE if draft.answer is Answer.MEMBER else OUTCOME_PAGE, SEE_OTHER)
    onward = TERMS_PAGE
    if draft.kind is SignupKind.COMPANY and draft.answer is Answer.MEMBER:
        draft.kind, draft.mode, onward = SignupKind.CONTACT, SignupMode.NEW, PERSON_PAGE
        browser.keep(request, draft)
    elif draft.kind is SignupKind.COMPANY and draft.answer is Answer.REJECTED:
        onward = PERSON_PAGE
    return RedirectResponse(onward, SEE_OTHER)


@router.get("/person")
def ask_person(request: Request) -> Response:
    """Who asks for the company: its new 부담당자, or whoever was rejected before."""
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    return _person_page(request, PERSON_PAGE, _title(draft))


def _title(draft: Draft) -> str:
    return "부담당자 가입여부 확인" if draft.kind is SignupKind.CONTACT else "재가입 요청자 확인"


@router.post("/person")
async def check_person(request: Request) -> Response:
    """「확인」."""
    await request.form()
    return await run_in_threadpool(_check_person, request)


def _check_person(request: Request) -> Response:
    try:
        draft = begun(request)
    except DraftGone as refusal:
        return browser.gone(request, refusal)
    person, words = who(request)
    if person is None:
        return _person_page(request, PERSON_PAGE, _title(draft), status=422, words=words)
    found = queries.person_standing(person, individual=False)
    if found.answer in {Answer.MEMBER, Answer.WAITING, Answer.BLOCKED}:
        draft.kind, draft.answer = SignupKind.CONTACT, found.answer
        draft.asked_at, draft.waits_for = found.asked_at, found.waits_for
        browser.keep(request, draft)
        return RedirectResponse(OUTCOME_PAGE, SEE_OTHER)
    if draft.kind is SignupKind.COMPANY:
        return RedirectResponse(TERMS_PAGE, SEE_OTHER)
    draft.answer = Answer.REJECTED if _asked_before(person, draft) else Answer.NEW
    draft.mode = MODES[draft.answer]
    browser.keep(request, draft)
    return RedirectResponse(OUTCOME_PAGE, SEE_OTHER)


def _asked_before(person: Identity, draft: Draft) -> bool:
    return queries.earlier(person, draft.kind, draft.company_id) is not None
