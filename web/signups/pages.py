"""The page of one 가입요청 as whoever decides sees it: the facts, the papers beside them, what should give pause."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth.disclosures import Subject, note
from models.files.pages import page_count
from models.files.rules import MEDIA_TYPES, FileKind
from models.files.store import StorageError, storage
from models.files.tables import DocumentFile, StoredFile
from models.identity.messages import StandingState
from models.identity.wording import STANDING
from models.kernel.identifiers import format_brn, format_crn
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members.forms import JUDGED, CompanyForm, IndividualForm, doubts
from models.members.places import COUNTRIES
from models.members.rules import CompanyKind
from models.members.tables import Company
from models.members.wording import COMPANY_KIND, COMPANY_STATUS, MEMBER_STATUS, SEX
from models.processes.messages import Actor
from models.processes.queries import visible_document
from models.signups import queries
from models.signups.kind import SIGNUP
from models.signups.messages import SignupContent, SignupOut
from models.signups.rules import SignupKind, Status
from models.signups.tables import Signup
from models.signups.wording import MODE, SIGNUP_KIND, WORDS
from models.signups.writes import note_registry
from web import inquiries
from web.auth.answers import SEE_OTHER
from web.auth.audience import require
from web.auth.login import caller_of
from web.documents.kinds import WebKind
from web.documents.view import look, page_context
from web.errors import sentence
from web.render import page

router = APIRouter(prefix="/signups", include_in_schema=False)

Decider = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER_OWNER)]
PAGES_SHOWN_MAX = 20
TONE = {
    StandingState.ACTIVE: "done",
    StandingState.SUSPENDED: "wait",
    StandingState.CLOSED: "stop",
    StandingState.UNKNOWN: "stop",
}


def context(session: Session, actor: Actor, signup: Signup) -> dict[str, Any]:
    """Everything below the head of the page, personal values masked."""
    content = queries.content_of(signup)
    company = _company_form(content)
    state = StandingState(signup.registry_state) if signup.registry_state else None
    return {
        "head_note": f"{SIGNUP_KIND[signup.signup_kind]} · {MODE[signup.mode]}",
        "signup": signup,
        "company": company,
        "registered": session.get(Company, signup.company_id) if company is None else None,
        "accounts": content.accounts,
        "person": content.person,
        "sex_words": SEX[content.person.sex],
        "kind_words": COMPANY_KIND,
        "country_words": COUNTRIES,
        "business_number_words": format_brn(signup.business_number or ""),
        "corporate_number_words": format_crn(getattr(company, "corporate_number", "") or ""),
        "papers": papers(session, signup),
        "standing_words": STANDING[state] if state else "",
        "standing_tone": TONE[state] if state else "",
        "doubts": doubts(company) if company else [],
        "hints": _hints(session, actor, signup, content),
        "earlier": queries.before(session, actor, signup),
        "status_of": WORDS.status,
        "tone_of": WORDS.tone,
        "full": False,
        "contact": signup.signup_kind == SignupKind.CONTACT,
        "office": actor.company_id is None,
        "may_look_up": actor.company_id is None and bool(signup.business_number),
    }


def _company_form(content: SignupContent) -> CompanyForm | IndividualForm | None:
    if content.company is None:
        return None
    individual = content.company.get("kind") == CompanyKind.INDIVIDUAL
    return (IndividualForm if individual else CompanyForm).model_validate(content.company, context=JUDGED)


def papers(session: Session, signup: Signup) -> list[dict[str, Any]]:
    """The attached documents: title, file and how many pages there are to show."""
    rows = (
        select(col(DocumentFile.title), StoredFile)
        .join(StoredFile, col(StoredFile.id) == col(DocumentFile.file_id))
        .where(col(DocumentFile.kind) == SIGNUP.key, col(DocumentFile.document_id) == signup.id)
        .order_by(col(DocumentFile.position), col(DocumentFile.id))
    )
    return [{"title": title, "file": file, "pages": _pages(file)} for title, file in session.execute(rows)]


def _pages(file: StoredFile) -> int:
    if file.media_type != MEDIA_TYPES[FileKind.PDF]:
        return 1
    try:
        return min(page_count(storage().get(file.sha256)), PAGES_SHOWN_MAX)
    except StorageError:
        return 0


def _hints(session: Session, actor: Actor, signup: Signup, content: SignupContent) -> Sequence[dict[str, str]]:
    if actor.company_id is not None or signup.status not in {Status.RECEIVED, Status.REQUESTED}:
        return []
    phone = str((content.company or {}).get("phone", ""))
    companies = queries.company_hints(session, actor, signup, phone)
    people = queries.person_hints(session, actor, signup, content)
    words = {**{k.value: v for k, v in COMPANY_STATUS.items()}, **{k.value: v for k, v in MEMBER_STATUS.items()}}
    return [{"why": hint.why, "name": hint.name, "status": words[hint.status]} for hint in (*companies, *people)]


WEB = WebKind(
    kind=SIGNUP,
    template="signups/detail.html",
    api=SignupOut,
    list_label="가입요청",
    list_link="/signups",
    context=context,
    act_templates={"reject": "signups/reject.html"},
)


@router.post("/{signup_id:int}/disclosure")
async def disclose(request: Request, actor: Decider, signup_id: int) -> Response:
    """「개인정보 열람」: phone, birth date and account numbers in full, this once, for a reason that is kept."""
    data = await request.form()
    return await run_in_threadpool(_disclose, request, actor, signup_id, str(data.get("reason") or ""))


def _disclose(request: Request, actor: Actor, signup_id: int, reason: str) -> Response:
    try:
        with database.writing(actor) as session:
            signup = visible_document(session, actor, Signup, signup_id)
            subject = Subject(SIGNUP.key, signup_id, signup.applicant_name, signup.company_id)
            for field in ("phone", "birth_date", "account_number"):
                note(session, actor, subject, field, reason, caller_of(request).ip)
        full, words, status = True, "", 200
    except NotFound:
        raise
    except Refusal as refusal:
        full, words, status = False, sentence(refusal), refusal.status
    with database.reading(actor) as session:
        about = page_context(look(session, actor, WEB, signup_id)) | {"full": full, "disclosure_refused": words}
        return page(request, WEB.template, status=status, **about)


@router.post("/{signup_id:int}/registry")
async def look_up(
    request: Request, actor: Annotated[Actor, require(Role.BUYER, Role.ADMIN)], signup_id: int
) -> Response:
    """「사업자 상태 조회」: ask the tax service again, now."""
    await request.form()
    signup = await run_in_threadpool(_one, actor, signup_id)
    if signup.business_number:
        try:
            found = await inquiries.registry_status(request, [signup.business_number])
        except Refusal as refusal:
            words = sentence(refusal)
            return await run_in_threadpool(_with_notice, request, actor, signup_id, words, refusal.status)
        await run_in_threadpool(_keep_standing, actor, signup_id, found)
    return RedirectResponse(f"/signups/{signup_id}", SEE_OTHER)


def _one(actor: Actor, signup_id: int) -> Signup:
    with database.reading(actor) as session:
        return visible_document(session, actor, Signup, signup_id)


def _keep_standing(actor: Actor, signup_id: int, found: Sequence[Any]) -> None:
    with database.writing(actor) as session:
        signup = visible_document(session, actor, Signup, signup_id)
        if found:
            note_registry(session, signup, found[0], clock.now())


def _with_notice(request: Request, actor: Actor, signup_id: int, words: str, status: int) -> Response:
    with database.reading(actor) as session:
        about = page_context(look(session, actor, WEB, signup_id)) | {"refused": words}
        return page(request, WEB.template, status=status, **about)
