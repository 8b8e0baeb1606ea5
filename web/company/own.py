"""「수정」: one's own fields, at once; a phone by 본인인증."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.changes import queries, writes
from models.changes.forms import CompanyOwn, PersonOwn, SinglePersonOwn
from models.changes.rules import OtherPerson
from models.changes.wording import WORDS
from models.identity import writes as identity_writes
from models.identity.messages import Identity
from models.identity.rules import Purpose
from models.kernel.refusals import Refusal
from models.processes.messages import Actor
from web import forms
from web import identity as checks
from web.auth.audience import CurrentVisit
from web.company import show
from web.company.access import SEE_OTHER, UNPROCESSABLE, Owner, Partner
from web.errors import sentence
from web.forms import Parsed
from web.render import page

router = APIRouter(prefix="/company", tags=["회원"], include_in_schema=False)


@router.get("/edit")
def edit_company_page(request: Request, actor: Owner) -> Response:
    """The company's own fields."""
    with database.reading(actor) as session:
        company = queries.company_of(session, actor)
        seen = writes.mark(company, writes.OWN_COMPANY)
        form = forms.blank({"phone": company.phone, "seen": seen})
        return _company_page(request, company, form)


def _company_page(request: Request, company: Any, form: Parsed[Any], status: int = 200) -> Response:
    individual = show.is_individual(company)
    return page(
        request, "company/edit.html", status=status, nav="/company", form=form, company=company, individual=individual
    )


@router.post("/edit")
async def edit_company(request: Request, actor: Owner) -> Response:
    """Save them."""
    return await run_in_threadpool(_company_edited, request, actor, await request.form())


def _company_edited(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(CompanyOwn, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                writes.edit_company(session, actor, parsed.value.phone, parsed.value.seen)
            return RedirectResponse("/company?done=edit", SEE_OTHER)
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    with database.reading(actor) as session:
        return _company_page(request, queries.company_of(session, actor), parsed, UNPROCESSABLE)


@router.get("/me/edit")
def edit_me_page(request: Request, actor: Partner) -> Response:
    """One's own fields."""
    with database.reading(actor) as session:
        member = queries.member_of(session, actor, actor.member_id)
        values = {name: getattr(member, name) for name in writes.OWN_MEMBER}
        form = forms.blank(values | {"seen": writes.mark(member, writes.OWN_MEMBER)})
        return _me_page(request, actor, session, form)


def _me_page(request: Request, actor: Actor, session: Any, form: Parsed[Any], status: int = 200) -> Response:
    company = queries.company_of(session, actor)
    member = queries.member_of(session, actor, actor.member_id)
    return page(
        request,
        "company/me_edit.html",
        status=status,
        nav="/company" if show.is_individual(company) else "/company/me",
        form=form,
        member=member,
        person=show.member_words(member),
        individual=show.is_individual(company),
        back="/company" if show.is_individual(company) else "/company/me",
    )


@router.post("/me/edit")
async def edit_me(request: Request, actor: Partner) -> Response:
    """Save them."""
    return await run_in_threadpool(_me_edited, request, actor, await request.form())


def _me_edited(request: Request, actor: Actor, data: FormData) -> Response:
    with database.reading(actor) as session:
        individual = show.is_individual(queries.company_of(session, actor))
    model: type[BaseModel] = SinglePersonOwn if individual else PersonOwn
    parsed: Parsed[Any] = forms.parse(model, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                writes.edit_member(session, actor, parsed.value.model_dump(), parsed.value.seen)
            return RedirectResponse("/company?done=edit" if individual else "/company/me?done=edit", SEE_OTHER)
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal, WORDS.sentences))
    with database.reading(actor) as session:
        return _me_page(request, actor, session, parsed, UNPROCESSABLE)


@router.get("/me/phone")
def phone_page(request: Request, actor: Partner) -> Response:
    """휴대폰번호 변경: 본인인증, then what it found."""
    with database.reading(actor) as session:
        return _phone_page(request, actor, session)


def _phone_page(request: Request, actor: Actor, session: Any, refused: str = "", status: int = 200) -> Response:
    company = queries.company_of(session, actor)
    member = queries.member_of(session, actor, actor.member_id)
    person: Identity | None = None
    try:
        with database.web() as own:
            person = checks.checked(request, own, Purpose.PHONE)
    except Refusal as refusal:
        if checks.token(request) and not refused and refusal.code != "identity_missing":
            refused = sentence(refusal)
    return page(
        request,
        "company/phone.html",
        status=status,
        nav="/company" if show.is_individual(company) else "/company/me",
        member=member,
        person=person,
        refused=refused,
        back="/company" if show.is_individual(company) else "/company/me",
    )


@router.post("/me/phone")
def change_phone(request: Request, actor: Partner, visit: CurrentVisit) -> Response:
    """「변경」: the number of the person who was verified, if it is this member."""
    try:
        with database.writing(actor) as session:
            person = identity_writes.use(session, checks.token(request), Purpose.PHONE)
            check_same(queries.member_of(session, actor, actor.member_id), person)
            writes.change_phone(session, actor, person.phone, visit.session_id, clock.now())
            individual = show.is_individual(queries.company_of(session, actor))
    except Refusal as refusal:
        with database.reading(actor) as session:
            words = sentence(refusal, WORDS.sentences)
            return _phone_page(request, actor, session, words, refusal.status)
    answer = RedirectResponse("/company?done=phone" if individual else "/company/me?done=phone", SEE_OTHER)
    checks.forget(answer)
    return answer


def check_same(member: Any, person: Identity) -> None:
    """The verified person is the member: by the CI, else by name and birth date. Raises OtherPerson."""
    if member.identity_hash is not None:
        same = bytes(member.identity_hash) == person.identity_hash
    else:
        same = member.name == person.name and member.birth_date in {None, person.birth_date.isoformat()}
    if not same:
        raise OtherPerson


def check_renamed(member: Any, person: Identity) -> None:
    """The verified person is the member under another name: by the CI, else by birth date. Raises OtherPerson."""
    if member.identity_hash is not None:
        same = bytes(member.identity_hash) == person.identity_hash
    else:
        same = member.birth_date in {None, person.birth_date.isoformat()}
    if not same:
        raise OtherPerson
