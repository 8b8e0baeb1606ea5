"""회원: everybody who may log in, what they may do, and what was done to their account."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import func, select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import rules as auth_rules
from models.auth.disclosures import Subject, note
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import MEDIA_SIDE, STAFF_SIDE, Role
from models.kernel.text import mask_email, mask_phone
from models.kernel.wording import ROLE, stamp
from models.members import directory, writes
from models.members.administration import Because
from models.members.administration_wording import ACT, FIELD, OUTCOME
from models.members.rules import MemberStatus
from models.members.tables import Company, Member
from models.members.wording import COMPANY_KIND, COMPANY_STATUS, MEMBER_STATUS
from models.notifications.rules import Event
from models.notifications.writes import send_mail
from models.processes.messages import Actor
from web import forms
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.histories import entries
from web.render import page

router = APIRouter(prefix="/admin/members", include_in_schema=False)

Admin = Annotated[Actor, require(Role.ADMIN)]
PATH = "/admin/members"
UNPROCESSABLE = 422
TONE = {
    MemberStatus.APPLYING: "wait",
    MemberStatus.ACTIVE: "done",
    MemberStatus.DORMANT: "mute",
    MemberStatus.REJECTED: "stop",
    MemberStatus.WITHDRAWN: "mute",
    MemberStatus.BLOCKED: "stop",
}
HOUSE, PARTNER, MEDIA = "임직원", "협력사", "하모니"
STAFF_ROLES = [(role.value, ROLE[role]) for role in Role if role in STAFF_SIDE]
DONE = {
    "roles": "역할을 바꾸었습니다.",
    "saved": "저장했습니다.",
    "suspended": "이용을 중지하고 모든 로그인을 종료했습니다.",
    "resumed": "이용을 재개했습니다.",
    "ended": "모든 로그인을 종료했습니다.",
    "unlocked": "로그인 잠금을 해제했습니다.",
    "authenticator": "인증 앱을 해제하고 모든 로그인을 종료했습니다. 다음 로그인부터 인증번호를 문자로 보냅니다.",
    "password": "임시 비밀번호를 이메일로 보내고 모든 로그인을 종료했습니다.",
    "created": "임직원을 등록하고 임시 비밀번호를 이메일로 보냈습니다.",
}


@router.get("")
def listed(request: Request, actor: Admin) -> Response:
    """The list of everybody."""
    grid = _grid()
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, directory.members(), who=actor)
        found = grid.fetch(session, view, directory.members(), who=actor)
    return page(request, "admin/members.html", grid=grid.present(view, found))


@router.get("/{member_id:int}")
def show(request: Request, actor: Admin, member_id: int) -> Response:
    """One person."""
    with database.reading(actor) as session:
        return member_page(request, session, member_id)


@router.post("/{member_id:int}/roles")
async def roles(request: Request, actor: Admin, member_id: int) -> Response:
    """「역할 저장」."""
    return await run_in_threadpool(_roles, request, actor, member_id, await request.form())


@router.post("/{member_id:int}/suspension")
async def suspend(request: Request, actor: Admin, member_id: int) -> Response:
    """「이용 중지」."""
    return await run_in_threadpool(_because, request, actor, member_id, await request.form(), act="suspended")


@router.post("/{member_id:int}/resumption")
async def resume(request: Request, actor: Admin, member_id: int) -> Response:
    """「이용 재개」."""
    return await run_in_threadpool(_because, request, actor, member_id, await request.form(), act="resumed")


@router.post("/{member_id:int}/sessions/end")
async def end_sessions(request: Request, actor: Admin, member_id: int) -> Response:
    """「모든 로그인 종료」."""
    await request.form()
    return await run_in_threadpool(_done, actor, member_id, "ended")


@router.post("/{member_id:int}/unlocking")
async def unlock(request: Request, actor: Admin, member_id: int) -> Response:
    """「잠금 해제」."""
    await request.form()
    return await run_in_threadpool(_done, actor, member_id, "unlocked")


@router.post("/{member_id:int}/disclosure")
async def disclose(request: Request, actor: Admin, member_id: int) -> Response:
    """「개인정보 열람」: phone and birth date in full, this once, for a reason that is kept."""
    return await run_in_threadpool(_disclosed, request, actor, member_id, await request.form())


@router.post("/{member_id:int}/authenticator")
async def reset_authenticator(request: Request, actor: Admin, member_id: int) -> Response:
    """「인증 앱 해제」: the person lost the app and the recovery codes."""
    data = await request.form()
    return await run_in_threadpool(_because, request, actor, member_id, data, act="authenticator")


def _disclosed(request: Request, actor: Actor, member_id: int, data: FormData) -> Response:
    parsed = forms.parse(Because, data)
    if parsed.value is None:
        with database.reading(actor) as session:
            return member_page(request, session, member_id, parsed, status=UNPROCESSABLE)
    ip = request.client.host if request.client else ""
    with database.writing(actor) as session:
        person = directory.member(session, member_id)
        subject = Subject("member", member_id, person.name, person.company_id)
        for field in ("phone", "birth_date"):
            note(session, actor, subject, field, parsed.value.reason, ip)
        shown = session.execute(
            select(col(Member.phone), col(Member.birth_date)).where(col(Member.id) == member_id)
        ).one()
        return member_page(request, session, member_id, disclosed={"phone": shown[0], "birth_date": shown[1]})


def _done(actor: Actor, member_id: int, act: str) -> Response:
    with database.writing(actor) as session:
        write = writes.end_sessions if act == "ended" else writes.unlock
        write(session, actor, member_id, clock.now())
    return RedirectResponse(f"{PATH}/{member_id}?done={act}", 303)


def _roles(request: Request, actor: Actor, member_id: int, data: FormData) -> Response:
    wanted = [Role(value) for value in data.getlist("roles") if value in {role.value for role in Role}]
    try:
        with database.writing(actor) as session:
            writes.give_roles(session, actor, member_id, wanted, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, actor, member_id, refusal, {"roles": [role.value for role in wanted]})
    return RedirectResponse(f"{PATH}/{member_id}?done=roles", 303)


def _because(request: Request, actor: Actor, member_id: int, data: FormData, *, act: str) -> Response:
    parsed = forms.parse(Because, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                _BECAUSE[act](session, actor, member_id, parsed.value.reason, clock.now())
                if act == "authenticator":
                    _tell_reset(session, member_id)
            return RedirectResponse(f"{PATH}/{member_id}?done={act}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        return _refused(request, actor, member_id, refusal)
    with database.reading(actor) as session:
        return member_page(request, session, member_id, parsed, status=UNPROCESSABLE)


_BECAUSE = {
    "suspended": writes.suspend,
    "resumed": writes.resume,
    "authenticator": writes.reset_authenticator,
}


def _tell_reset(session: Session, member_id: int) -> None:
    person, now = directory.member(session, member_id), clock.now()
    send_mail(
        session,
        to=person.email,
        event=Event.AUTHENTICATOR_CHANGED,
        params={"name": person.name, "change": "관리자가 해제", "at": stamp(now)},
        key=f"authenticator-reset/{member_id}/{int(now.timestamp())}",
        now=now,
    )


def _refused(
    request: Request, actor: Actor, member_id: int, refusal: Refusal, typed: dict[str, Any] | None = None
) -> Response:
    with database.reading(actor) as session:
        person = directory.member(session, member_id)
        form = forms.blank(typed or {"roles": list(person.roles)}).refused(refusal, sentence(refusal))
        return member_page(request, session, member_id, form, status=refusal.status)


def member_page(
    request: Request,
    session: Session,
    member_id: int,
    form: Parsed[Any] | None = None,
    *,
    status: int = 200,
    disclosed: Mapping[str, str | None] | None = None,
) -> Response:
    """The page of one person: facts, roles, sessions, log-ins tried, history."""
    now = clock.now()
    person = directory.member(session, member_id)
    attempts = directory.attempts(session, member_id, now)
    of_house = directory.is_of_house(person.roles)
    return page(
        request,
        "admin/member.html",
        status=status,
        person=person,
        of_house=of_house,
        side=side_words(person),
        form=form or forms.blank({"roles": list(person.roles)}),
        role_choices=STAFF_ROLES,
        role_words=_role_words(person),
        status_words=MEMBER_STATUS[MemberStatus(person.status)],
        tone=TONE[MemberStatus(person.status)],
        sessions=directory.live_sessions(session, member_id, now),
        attempts=[(attempt, OUTCOME.get(attempt.outcome, attempt.outcome)) for attempt in attempts],
        authenticator_since=directory.authenticator_since(session, member_id, now),
        locked_until=_locked_until(attempts, now),
        history=history_of(session, "member", member_id),
        done=DONE.get(request.query_params.get("done", ""), ""),
        disclosed=disclosed,
        nav=PATH,
    )


def _locked_until(attempts: list[Any], now: Any) -> Any:
    """When the next try is allowed, as the log-in counts it; None when it is allowed now."""
    failures = []
    for attempt in attempts:
        if attempt.outcome == "succeeded":
            break
        if attempt.outcome in {"pending", "failed", "code_failed"} and (now - attempt.at).days < 1:
            failures.append(attempt.at)
    until = auth_rules.locked_until(list(reversed(failures)))
    return until if until is not None and until > now else None


def history_of(session: Session, kind: str, thing_id: int) -> list[dict[str, Any]]:
    """The changes of a person or company as the page tells them."""
    return entries(session, kind, thing_id, ACT, FIELD, _shown)


def _shown(name: str, value: Any) -> str:
    if name == "roles":
        return ", ".join(ROLE.get(role, role) for role in value)
    if name == "role":
        return ROLE.get(value, str(value))
    if name == "status":
        return _STATUS.get(str(value), str(value))
    if name == "kind":
        return COMPANY_KIND.get(value, str(value))
    return mask_email(value) if name == "email" and isinstance(value, str) else str(value)


_STATUS: dict[str, str] = {status.value: words for status, words in (*COMPANY_STATUS.items(), *MEMBER_STATUS.items())}


def side_words(person: Any) -> str:
    """임직원, 협력사 or 하모니."""
    if person.company_id is not None:
        return PARTNER
    return MEDIA if not MEDIA_SIDE.isdisjoint({Role(role) for role in person.roles}) else HOUSE


def _role_words(person: Any) -> str:
    held = {Role(role) for role in person.roles}
    if Role.PARTNER_OWNER in held:
        return ROLE[Role.PARTNER_OWNER]
    return "부담당자" if Role.PARTNER in held else ", ".join(ROLE[role] for role in Role if role in held)


@cache
def _grid() -> Grid:
    company, roles = col(Member.company_id), STAFF_SIDE
    media = directory.contained_by(MEDIA_SIDE)
    return Grid(
        name="admin-members",
        title="회원",
        ident=col(Member.id),
        default_sort="name",
        columns=(
            Column(key="side", label="구분", value=side_words, width=10),
            Column(key="name", label="이름", sort=col(Member.name), href=lambda r: f"{PATH}/{r.id}"),
            Column(key="login", label="아이디", sort=col(Member.login), width=28),
            Column(
                key="status",
                label="상태",
                kind="badge",
                words={status.value: words for status, words in MEMBER_STATUS.items()},
                tones={status.value: tone for status, tone in TONE.items()},
                sort=col(Member.status),
                width=10,
            ),
            Column(key="roles", label="역할", value=_role_words, width=24, wrap=True),
            Column(key="company_name", label="협력사", sort=col(Company.name), width=28),
            Column(key="department", label="부서명", sort=col(Member.department)),
            Column(key="phone", label="휴대폰번호", value=lambda r: mask_phone(r.phone)),
            Column(key="joined_at", label="가입승인일", kind="date", sort=col(Member.joined_at)),
            Column(key="last_login_at", label="최근 로그인", kind="moment", sort=col(Member.last_login_at), width=18),
            Column(key="created_at", label="등록일시", kind="moment", sort=col(Member.created_at), shown=False),
        ),
        filters=(
            Segment(
                key="side",
                label="구분",
                options=(
                    Option(value="all", label="전체"),
                    Option(value="office", label=HOUSE, where=company.is_(None) & directory.contained_by(roles)),
                    Option(value="partner", label=PARTNER, where=company.is_not(None)),
                    Option(value="media", label=MEDIA, where=company.is_(None) & media),
                ),
            ),
            Choice(
                key="status",
                label="상태",
                options=(
                    Option(value="all", label="전체"),
                    *(
                        Option(value=status.value, label=words, where=col(Member.status) == status.value)
                        for status, words in MEMBER_STATUS.items()
                    ),
                ),
            ),
            Text(key="name", label="이름", column=col(Member.name)),
            Text(key="login", label="아이디", column=col(Member.login)),
            Text(key="company", label="협력사", column=col(Company.name), more=True),
            Choice(
                key="role",
                label="역할",
                more=True,
                options=(
                    Option(value="all", label="전체"),
                    *(
                        Option(value=value, label=words, where=func.array_position(Member.roles, value).is_not(None))
                        for value, words in STAFF_ROLES
                    ),
                ),
            ),
            DateRange(key="joined", label="가입승인일", column=col(Member.joined_at), instant=True, more=True),
        ),
        empty="조건에 맞는 회원이 없습니다.",
        empty_hint="검색 조건을 바꿔 보세요.",
    )
