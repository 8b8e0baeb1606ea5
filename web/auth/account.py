"""One's own account: who one is here, where one is logged in, the password."""

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, SecretStr
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import authenticators, queries, rules, sessions, wording, writes
from models.kernel.refusals import NotFound
from models.kernel.wording import ROLE
from models.members.tables import Member
from models.processes.messages import Actor
from models.terms import queries as terms
from web.auth.answers import PASSWORD_PAGE, SEE_OTHER
from web.auth.audience import CurrentActor, CurrentVisit, require
from web.auth.devices import device
from web.auth.visitor import idle_limit, visit_of
from web.forms import Parsed, blank, parse
from web.render import page

SESSIONS_PAGE = "/account/sessions"

router = APIRouter(include_in_schema=False)

SHOWN = (
    col(Member.login),
    col(Member.name),
    col(Member.email),
    col(Member.phone),
    col(Member.position),
    col(Member.department),
    col(Member.password_changed_at),
    col(Member.last_login_at),
)
"""Not the password's hash: the web role may not read it."""

AnyPassword = Annotated[Actor, require(old_password=True)]
Anybody = Annotated[Actor, require(old_password=True, media=True)]


class PasswordForm(BaseModel):
    current: SecretStr = Field(title="현재 비밀번호", max_length=200)
    new: SecretStr = Field(title="새 비밀번호", max_length=200)
    again: SecretStr = Field(title="새 비밀번호 확인", max_length=200)


@router.get("/account")
def show_account(request: Request, actor: CurrentActor) -> Response:
    """「내 정보」."""
    with database.reading(actor) as session:
        member = session.execute(select(*SHOWN).where(col(Member.id) == actor.member_id)).one()
        app = authenticators.is_on(session, actor.member_id)
        consents = terms.given(session, actor.member_id)
    return page(
        request,
        "auth/account.html",
        member=member,
        app=app,
        consents=consents,
        actor=actor,
        roles=[ROLE[role] for role in sorted(actor.roles)],
        delegated=[(ROLE[role], giver.name) for role, giver in sorted(actor.delegated.items())],
    )


@router.get(SESSIONS_PAGE)
def show_sessions(request: Request, actor: CurrentActor, visit: CurrentVisit) -> Response:
    """Where one is logged in."""
    with database.reading(actor) as session:
        found = queries.live_sessions(session, actor, clock.now(), idle_limit())
    rows = [(row, device(row.agent, row.kind), row.id == visit.session_id) for row in found]
    return page(request, "auth/sessions.html", rows=rows)


@router.post(f"{SESSIONS_PAGE}/others/revocation")
def revoke_others(actor: CurrentActor, visit: CurrentVisit) -> Response:
    """Log out everywhere but here."""
    sessions.revoke_others(actor, visit.session_id, clock.now())
    return RedirectResponse(SESSIONS_PAGE, SEE_OTHER)


@router.post(f"{SESSIONS_PAGE}/{{session_id}}/revocation")
def revoke(actor: CurrentActor, session_id: int) -> Response:
    """Log out of one session; somebody else's is not there."""
    if not sessions.revoke_session(actor, session_id, clock.now()):
        raise NotFound
    return RedirectResponse(SESSIONS_PAGE, SEE_OTHER)


@router.post("/session/extension")
def extend(request: Request, actor: Anybody) -> Response:  # noqa: ARG001 - asking is what keeps the session
    """「계속 사용」: being asked is enough, the session was just seen."""
    if "text/html" not in request.headers.get("accept", ""):
        return Response(status_code=204)
    return RedirectResponse(rules.local_path(_path_of(request.headers.get("referer", ""))), SEE_OTHER)


def _path_of(address: str) -> str:
    return "/" + address.split("/", 3)[3] if address.count("/") > 2 else "/"  # noqa: PLR2004 - scheme://host/path


@router.get(PASSWORD_PAGE)
def show_password(request: Request, actor: AnyPassword, visit: CurrentVisit) -> Response:  # noqa: ARG001
    """「비밀번호 변경」; the only page open to a temporary password."""
    return _password_page(request, blank(), must=visit.must_change_password)


def _password_page(request: Request, form: Parsed[Any], *, must: bool, status: int = 200) -> Response:
    return page(
        request,
        "auth/password.html",
        status=status,
        form=form,
        must=must,
        hint=wording.PASSWORD_HINT,
        login=visit.login if (visit := visit_of(request)) else "",
    )


@router.post(PASSWORD_PAGE)
async def change_password(request: Request, actor: AnyPassword, visit: CurrentVisit) -> Response:
    """The new password holds at once; every other session ends."""
    form = parse(PasswordForm, await request.form())
    must = visit.must_change_password
    if form.value is None:
        return _password_page(request, form, must=must, status=422)
    asked = form.value
    if asked.new.get_secret_value() != asked.again.get_secret_value():
        wrong = form.with_errors({"again": wording.PASSWORD["password_unlike"]})
        return _password_page(request, wrong, must=must, status=422)
    problem = await run_in_threadpool(
        writes.change_password,
        actor,
        login=visit.login,
        current=asked.current.get_secret_value(),
        new=asked.new.get_secret_value(),
        keep=visit.session_id,
        now=clock.now(),
    )
    if problem is not None:
        field = "current" if problem == "password_current" else "new"
        wrong = form.with_errors({field: wording.PASSWORD[problem]})
        return _password_page(request, wrong, must=must, status=422)
    return RedirectResponse("/" if must else "/account", SEE_OTHER)
