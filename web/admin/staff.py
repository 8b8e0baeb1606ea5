"""임직원: making an account for somebody of the house, and who they are."""

import datetime as dt
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth.passwords import hashed
from models.auth.recovery import temporary_password
from models.auth.rules import TEMPORARY_LIFE
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members import directory, writes
from models.members.administration import NewStaffForm, StaffEditForm
from models.notifications.rules import Event
from models.notifications.writes import send_mail
from models.processes.messages import Actor
from web import forms
from web.admin.members import PATH, STAFF_ROLES, UNPROCESSABLE
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.render import page

router = APIRouter(prefix=PATH, include_in_schema=False)

Admin = Annotated[Actor, require(Role.ADMIN)]


@router.get("/new")
def new(request: Request, actor: Admin) -> Response:  # noqa: ARG001 - the audience is the point
    """「임직원 등록」."""
    return _form_page(request, forms.blank({}))


@router.post("")
async def create(request: Request, actor: Admin) -> Response:
    """「등록」: the account under a temporary password, which goes out by mail."""
    return await run_in_threadpool(_created, request, actor, await request.form())


@router.get("/{member_id:int}/edit")
def edit_page(request: Request, actor: Admin, member_id: int) -> Response:
    """「정보 수정」."""
    with database.reading(actor) as session:
        person = directory.member(session, member_id)
    if not directory.is_of_house(person.roles):
        raise NotFound
    shown = {name: getattr(person, name) for name in StaffEditForm.model_fields if name != "phone"}
    return _form_page(request, forms.blank(shown), person)


@router.post("/{member_id:int}/edit")
async def edit(request: Request, actor: Admin, member_id: int) -> Response:
    """「저장」."""
    return await run_in_threadpool(_edited, request, actor, member_id, await request.form())


@router.post("/{member_id:int}/password")
async def give_password(request: Request, actor: Admin, member_id: int) -> Response:
    """「임시 비밀번호 전송」."""
    await request.form()
    return await run_in_threadpool(_password_given, actor, member_id)


def _created(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(NewStaffForm, data)
    try:
        if parsed.value is not None:
            form, now, password = parsed.value, clock.now(), temporary_password()
            secret = hashed(password)
            with database.writing(actor) as session:
                made = writes.add_staff(session, actor, form, secret, now)
                _mail(session, made, form.email, password, now)
            return RedirectResponse(f"{PATH}/{made}?done=created", 303)
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    return _form_page(request, parsed, status=UNPROCESSABLE)


def _password_given(actor: Actor, member_id: int) -> Response:
    now, password = clock.now(), temporary_password()
    secret = hashed(password)
    with database.writing(actor) as session:
        address = writes.give_password(session, actor, member_id, secret, now)
        _mail(session, member_id, address, password, now)
    return RedirectResponse(f"{PATH}/{member_id}?done=password", 303)


def _mail(session: Session, member_id: int, address: str, password: str, now: dt.datetime) -> None:
    person = directory.member(session, member_id)
    send_mail(
        session,
        to=address,
        event=Event.STAFF_WELCOME,
        params={"name": person.name, "login": person.login, "password": password},
        key=f"staff-welcome/{member_id}/{int(now.timestamp())}",
        now=now,
        expires_at=now + TEMPORARY_LIFE,
    )


def _edited(request: Request, actor: Actor, member_id: int, data: FormData) -> Response:
    parsed = forms.parse(StaffEditForm, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                writes.edit_staff(session, actor, member_id, parsed.value, clock.now())
            return RedirectResponse(f"{PATH}/{member_id}?done=saved", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        person = directory.member(session, member_id)
    return _form_page(request, parsed, person, status=UNPROCESSABLE)


def _form_page(request: Request, form: Parsed[Any], person: Any = None, *, status: int = 200) -> Response:
    return page(
        request, "admin/staff.html", status=status, form=form, person=person, role_choices=STAFF_ROLES, nav=PATH
    )
