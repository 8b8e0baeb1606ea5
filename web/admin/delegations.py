"""「위임」: one's own roles lent for a period; the administrator sees and makes everybody's."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.calendar import KST, local_date
from models.kernel.refusals import Refusal
from models.kernel.roles import STAFF_SIDE, Role
from models.kernel.wording import ROLE
from models.members import delegations, directory
from models.members.administration import DelegationForm, DelegationOver
from models.members.administration_wording import DELEGATION_STATE, DELEGATION_TONE
from models.members.delegations import ONE_DAY, Deputy, Giver, lend, revoke, state_of
from models.members.tables import Delegation
from models.members.wording import staff_label
from models.processes.messages import Actor
from web import forms
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.grid import Column, Grid, Option, Segment, Text
from web.render import page

PATH = "/delegations"
router = APIRouter(prefix=PATH, include_in_schema=False)

Staff = Annotated[Actor, require(*STAFF_SIDE)]
UNPROCESSABLE = 422


@router.get("")
def listed(request: Request, actor: Staff) -> Response:
    """Delegations given and held; the administrator sees all."""
    return _list_page(request, actor)


@router.get("/new")
def new(request: Request, actor: Staff) -> Response:
    """「위임하기」."""
    today = local_date(clock.now())
    fresh = {"from_member_id": actor.member_id, "starts_on": today, "ends_on": today}
    with database.reading(actor) as session:
        return _form_page(request, session, actor, forms.blank(fresh))


@router.post("")
async def create(request: Request, actor: Staff) -> Response:
    """「위임」."""
    return await run_in_threadpool(_created, request, actor, await request.form())


@router.post("/{delegation_id:int}/revocation")
async def call_back(request: Request, actor: Staff, delegation_id: int) -> Response:
    """「위임 취소」."""
    await request.form()
    return await run_in_threadpool(_revoked, request, actor, delegation_id)


def _created(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(DelegationForm, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                lend(session, actor, parsed.value, clock.now())
            return RedirectResponse(f"{PATH}?done=created", 303)
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        return _form_page(request, session, actor, parsed, status=UNPROCESSABLE)


def _revoked(request: Request, actor: Actor, delegation_id: int) -> Response:
    try:
        with database.writing(actor) as session:
            revoke(session, actor, delegation_id, clock.now())
    except DelegationOver as refusal:
        return _list_page(request, actor, refused=sentence(refusal), status=refusal.status)
    return RedirectResponse(f"{PATH}?done=revoked", 303)


def _form_page(request: Request, session: Session, actor: Actor, form: Parsed[Any], *, status: int = 200) -> Response:
    is_admin = Role.ADMIN in actor.every_role
    people = [(person.id, staff_label(person.login, person.name)) for person in directory.staff(session)]
    roles = [role for role in Role if role in STAFF_SIDE and (is_admin or role in actor.roles)]
    return page(
        request,
        "admin/delegation.html",
        status=status,
        form=form,
        people=people,
        others=[choice for choice in people if choice[0] != actor.member_id or is_admin],
        roles=[(role.value, ROLE[role]) for role in roles],
        is_admin=is_admin,
        nav=PATH,
    )


def _list_page(request: Request, actor: Actor, *, refused: str = "", status: int = 200) -> Response:
    grid = _grid()
    view = grid.read(request)
    scope = delegations.visible_to(actor)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    is_admin = Role.ADMIN in actor.every_role
    open_rows = [
        row[0].id
        for row in found.rows
        if state_of(row[0], view.now) in {"ahead", "now"} and (is_admin or row[0].from_member_id == actor.member_id)
    ]
    return page(
        request,
        "admin/delegations.html",
        status=status,
        grid=grid.present(view, found),
        revocable=[(row, _words(row)) for row in found.rows if row[0].id in open_rows],
        is_admin=is_admin,
        refused=refused,
        done=request.query_params.get("done", ""),
    )


def _words(row: Any) -> str:
    return f"{row.giver_name} → {row.deputy_name} · {ROLE[row[0].role]}"


@cache
def _grid() -> Grid:
    now = clock.now  # asked when the page is: the state of a row is its own
    starts, ends, revoked = col(Delegation.starts_at), col(Delegation.ends_at), col(Delegation.revoked_at)
    return Grid(
        name="delegations",
        title="위임",
        ident=col(Delegation.id),
        default_sort="-starts_at",
        columns=(
            Column(
                key="giver",
                label="위임하는 사람",
                sort=col(Giver.name),
                value=lambda r: staff_label(r.giver_login, r.giver_name),
                width=22,
            ),
            Column(
                key="deputy",
                label="위임받는 사람",
                sort=col(Deputy.name),
                value=lambda r: staff_label(r.deputy_login, r.deputy_name),
                width=22,
            ),
            Column(key="role", label="역할", sort=col(Delegation.role), value=lambda r: ROLE[r[0].role]),
            Column(
                key="state",
                label="상태",
                kind="badge",
                words=DELEGATION_STATE,
                tones=DELEGATION_TONE,
                value=lambda r: state_of(r[0], now()),
                width=10,
            ),
            Column(key="starts_at", label="시작일", kind="date", sort=starts, value=lambda r: r[0].starts_at),
            Column(
                key="ends_at",
                label="종료일",
                kind="date",
                sort=ends,
                value=lambda r: (r[0].ends_at.astimezone(KST) - ONE_DAY).date(),
            ),
            Column(key="reason", label="사유", value=lambda r: r[0].reason, width=30, wrap=True),
            Column(
                key="revoked_at",
                label="취소일시",
                kind="moment",
                sort=revoked,
                value=lambda r: r[0].revoked_at,
                width=18,
            ),
        ),
        filters=(
            Segment(
                key="open",
                label="상태",
                default="open",
                options=(
                    Option(value="open", label="예정·위임 중", where=lambda _: revoked.is_(None) & (ends > now())),
                    Option(value="all", label="전체"),
                ),
            ),
            Text(key="giver", label="위임하는 사람", column=col(Giver.name)),
            Text(key="deputy", label="위임받는 사람", column=col(Deputy.name)),
        ),
        empty="위임이 없습니다.",
        empty_hint="자리를 비울 때 「위임하기」로 다른 사람에게 역할을 맡길 수 있습니다.",
    )
