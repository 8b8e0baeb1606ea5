"""「내 정보」 and 「알림 설정」. Personal data is shown in full and changed only after 추가인증."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import passwords
from models.auth.messages import Visit
from models.auth.rules import CodeExpired, password_problem
from models.auth.wording import PASSWORD, PASSWORD_HINT
from models.files.rules import FileRefusal
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.harmony import queries, stepups, writes
from models.harmony.messages import CodeForm, PhoneForm, Profile
from models.harmony.wording import SWITCH
from models.kernel.refusals import Refusal
from models.members.tables import Member
from models.notifications.rules import SWITCHED, Channel
from models.processes.messages import Actor
from web.auth.audience import CurrentVisit
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.harmony.doors import MediaActor, go
from web.harmony.images import keep_image
from web.harmony.stepup import demand
from web.render import page

router = APIRouter(prefix="/harmony/me", include_in_schema=False)
ME = "/harmony/me"
PURPOSE = "profile"
PHONE = "phone"


class PasswordForm(BaseModel):
    new: SecretStr = Field(title="새 비밀번호", max_length=200)
    again: SecretStr = Field(title="새 비밀번호 확인", max_length=200)


def _own(actor: Actor) -> tuple[Any, str, int | None]:
    with database.reading(actor) as session:
        shown = select(col(Member.name), col(Member.email), col(Member.phone), col(Member.joined_at))
        member = session.execute(shown.where(col(Member.id) == actor.member_id)).one()
        issuer, image = queries.own_account(session, actor)
    return member, issuer, image


@router.get("")
def show_me(request: Request, actor: MediaActor) -> Response:
    """「내 정보」, masked."""
    member, issuer, image = _own(actor)
    return page(request, "harmony/me.html", member=member, issuer=issuer, image=image, actor=actor)


@router.get("/edit")
def show_edit(request: Request, actor: MediaActor, visit: CurrentVisit) -> Response:
    """「수정」, after 추가인증."""
    demand(actor, visit, PURPOSE)
    member, _, _ = _own(actor)
    return _edit_page(request, actor, visit, blank({"name": member.name, "email": member.email}))


def _edit_page(request: Request, actor: Actor, visit: Visit, form: Parsed[Any], *, status: int = 200) -> Response:
    member, issuer, image = _own(actor)
    with database.reading(actor) as session:
        made = queries.step_up(session, actor, visit.session_id, PHONE)
    waiting = made is not None and made.passed_at is None and clock.now() < made.expires_at
    return page(
        request,
        "harmony/me_edit.html",
        status=status,
        form=form,
        member=member,
        issuer=issuer,
        image=image,
        actor=actor,
        new_phone=made.phone if made is not None and waiting else None,
        hint=PASSWORD_HINT,
    )


@router.post("/edit")
async def save(request: Request, actor: MediaActor, visit: CurrentVisit) -> Response:
    """「저장」."""
    await run_in_threadpool(demand, actor, visit, PURPOSE)
    async with request.form() as data:
        return await _take(request, actor, visit, parse(Profile, data))


async def _take(request: Request, actor: Actor, visit: Visit, form: Parsed[Profile]) -> Response:
    if form.value is None:
        return await run_in_threadpool(_edit_page, request, actor, visit, form, status=422)
    try:
        image = await keep_image(actor, form)
    except FileRefusal as refusal:
        wrong = form.with_errors({"image": sentence(refusal, FILE_SENTENCES)})
        return await run_in_threadpool(_edit_page, request, actor, visit, wrong, status=422)
    await run_in_threadpool(_save, actor, form.value, image)
    return go(ME)


def _save(actor: Actor, profile: Profile, image: int | None) -> None:
    with database.writing(actor) as session:
        writes.change_profile(session, actor, profile, image)


@router.post("/phone")
async def send_code(request: Request, actor: MediaActor, visit: CurrentVisit) -> Response:
    """「인증」 of a new number: the code goes there."""
    await run_in_threadpool(demand, actor, visit, PURPOSE)
    form = parse(PhoneForm, await request.form())
    try:
        if form.value is None:
            return await run_in_threadpool(_again, request, actor, visit, dict(form.errors), form, 422)
        phone, now = form.value.phone, clock.now()
        await run_in_threadpool(stepups.send, actor, visit.session_id, PHONE, Channel.KAKAOTALK, now, phone=phone)
    except Refusal as refusal:
        wrong = {"phone": [sentence(refusal)]}
        return await run_in_threadpool(_again, request, actor, visit, wrong, form, refusal.status)
    return go(f"{ME}/edit")


@router.post("/phone/confirmation")
async def confirm_code(request: Request, actor: MediaActor, visit: CurrentVisit) -> Response:
    """「확인」: the new number holds from now on."""
    await run_in_threadpool(demand, actor, visit, PURPOSE)
    form = parse(CodeForm, await request.form())
    try:
        if form.value is None:
            return await run_in_threadpool(_again, request, actor, visit, dict(form.errors), form, 422)
        code = form.value.code.replace(" ", "")
        await run_in_threadpool(_confirm, actor, visit, code)
    except Refusal as refusal:
        wrong = {"code": [sentence(refusal)]}
        return await run_in_threadpool(_again, request, actor, visit, wrong, form, refusal.status)
    return go(ME)


def _confirm(actor: Actor, visit: Visit, code: str) -> None:
    made = stepups.confirm(actor, visit.session_id, PHONE, code, clock.now())
    if not made.phone:
        # Sent to the number there is, by the page of 추가인증: no other one was confirmed by it.
        raise CodeExpired
    with database.writing(actor) as session:
        writes.change_phone(session, actor, made.phone)


@router.post("/password")
async def change_password(request: Request, actor: MediaActor, visit: CurrentVisit) -> Response:
    """「비밀번호 변경」 of an account of the house; 추가인증 stands for the old one."""
    await run_in_threadpool(demand, actor, visit, PURPOSE)
    form = parse(PasswordForm, await request.form())
    if form.value is None:
        return await run_in_threadpool(_again, request, actor, visit, dict(form.errors), form, 422)
    new = form.value.new.get_secret_value()
    problem = password_problem(new) or ("password_unlike" if new != form.value.again.get_secret_value() else None)
    if problem is not None:
        field = "again" if problem == "password_unlike" else "new"
        return await run_in_threadpool(_again, request, actor, visit, {field: [PASSWORD[problem]]}, form, 422)
    await run_in_threadpool(_store, actor, passwords.hashed(new))
    return go(ME)


def _store(actor: Actor, hashed: str) -> None:
    with database.writing(actor) as session:
        writes.change_password(session, actor, hashed)


def _again(
    request: Request, actor: Actor, visit: Visit, errors: dict[str, Any], typed: Parsed[Any], status: int
) -> Response:
    """The same page with what one of its smaller forms said."""
    member, _, _ = _own(actor)
    own = {"name": [member.name], "email": [member.email]}
    form: Parsed[Any] = Parsed(values=own | dict(typed.values), errors=errors, labels=typed.labels)
    return _edit_page(request, actor, visit, form, status=status)


@router.get("/notifications")
def show_switches(request: Request, actor: MediaActor) -> Response:
    """「알림 설정」: the guide's eight, each in the bell and by KakaoTalk."""
    with database.reading(actor) as session:
        chosen = queries.switches(session, actor)
    rows = [(event.value, *SWITCH[event], *chosen[event]) for event in SWITCHED]
    return page(request, "harmony/switches.html", rows=rows)


@router.post("/notifications")
async def save_switches(request: Request, actor: MediaActor) -> RedirectResponse:
    """「저장」."""
    data = await request.form()
    bells, messengers = set(data.getlist("bell")), set(data.getlist("messenger"))
    chosen = {event: (event.value in bells, event.value in messengers) for event in SWITCHED}
    await run_in_threadpool(_switch, actor, chosen)
    return go(f"{ME}/notifications")


def _switch(actor: Actor, chosen: Any) -> None:
    with database.writing(actor) as session:
        writes.set_switches(session, actor, chosen)
