"""The 제휴담당자's pages: studios, credits, 「초대하기」 and 초대이력."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from models import clock, database
from models.harmony import queries, rules, writes
from models.harmony.messages import Invite, NewCredit, NewStudio
from models.harmony.rules import ROLES_OF, Service, Space, SpaceRole, Status
from models.harmony.tables import CreditGroup, Invitation, Studio
from models.harmony.wording import ROLE, SERVICE, SPACE, WORDS
from models.kernel.identifiers import format_brn
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed, blank, parse
from web.grid import Choice, Column, DateRange, Grid, Option, Text
from web.harmony.doors import go
from web.once import once
from web.render import page

router = APIRouter(include_in_schema=False)
Manager = Annotated[Actor, require(Role.MEDIA_MANAGER)]
Looker = Annotated[Actor, require(Role.MEDIA_MANAGER, Role.ADMIN)]
ROLES = {role.value: words for role, words in ROLE.items()}
SERVICES = {service.value: words for service, words in SERVICE.items()}


@router.get("/studios")
def list_studios(request: Request, actor: Looker) -> Response:
    """Every studio."""
    return _list(request, actor, Space.STUDIO)


@router.get("/credits")
def list_credits(request: Request, actor: Looker) -> Response:
    """Every credit."""
    return _list(request, actor, Space.CREDIT)


def _list(request: Request, actor: Actor, space: Space) -> Response:
    with database.reading(actor) as session:
        places = queries.places(session, actor, space)
    return page(
        request,
        "harmony/spaces.html",
        places=places,
        label=SPACE[space],
        base=f"/{queries.PATHS[space]}",
        space=space,
        services=SERVICES,
        number=format_brn,
        may_make=Role.MEDIA_MANAGER in actor.every_role,
    )


@router.get("/studios/new")
def new_studio(request: Request, actor: Manager) -> Response:  # noqa: ARG001 - for managers only
    """「스튜디오 만들기」."""
    return _new_page(request, Space.STUDIO, blank())


@router.get("/credits/new")
def new_credit(request: Request, actor: Manager) -> Response:  # noqa: ARG001 - for managers only
    """「크레딧 만들기」."""
    return _new_page(request, Space.CREDIT, blank())


def _new_page(request: Request, space: Space, form: Parsed[Any], status: int = 200) -> Response:
    return page(
        request,
        "harmony/space_new.html",
        status=status,
        form=form,
        label=SPACE[space],
        base=f"/{queries.PATHS[space]}",
        space=space,
        services=[(service.value, words) for service, words in SERVICE.items()],
    )


@router.post("/studios/new")
async def make_studio(request: Request, actor: Manager) -> Response:
    """「만들기」."""
    return await _make(request, actor, Space.STUDIO, NewStudio)


@router.post("/credits/new")
async def make_credit(request: Request, actor: Manager) -> Response:
    """「만들기」."""
    return await _make(request, actor, Space.CREDIT, NewCredit)


async def _make(request: Request, actor: Actor, space: Space, model: type[NewStudio] | type[NewCredit]) -> Response:
    form: Parsed[Any] = parse(model, await request.form())
    if form.value is None:
        return _new_page(request, space, form, 422)
    made = await run_in_threadpool(_made, actor, form.value)
    return go(f"/{queries.PATHS[space]}/{made}")


def _made(actor: Actor, new: NewStudio | NewCredit) -> int:
    with database.writing(actor) as session:
        now = clock.now()
        make: Studio | CreditGroup
        if isinstance(new, NewStudio):
            make = writes.make_studio(session, actor, new, now)
        else:
            make = writes.make_credit(session, actor, new, now)
        return make.id or 0


@router.get("/studios/{space_id:int}")
def show_studio(request: Request, actor: Looker, space_id: int) -> Response:
    """A studio, its people and invitations."""
    return _page(request, actor, Space.STUDIO, space_id, _asked(request))


@router.get("/credits/{space_id:int}")
def show_credit(request: Request, actor: Looker, space_id: int) -> Response:
    """A credit, its people and invitations."""
    return _page(request, actor, Space.CREDIT, space_id, _asked(request))


def _asked(request: Request) -> Parsed[Any]:
    """「다시 초대하기」 brings the address and the role along."""
    known = request.query_params
    return blank({"emails": known.get("email", ""), "role": known.get("role", "")})


def _page(
    request: Request, actor: Actor, space: Space, space_id: int, form: Parsed[Any], *, status: int = 200
) -> Response:
    with database.reading(actor) as session:
        place = queries.place(session, actor, space, space_id)
        people = queries.people_of(session, space, space_id)
        rows = queries.invitations(actor, space, space_id).order_by(col(Invitation.id).desc()).limit(100)
        invitations = session.execute(rows).scalars().all()
    return page(
        request,
        "harmony/space.html",
        status=status,
        place=place,
        space=space,
        label=SPACE[space],
        base=f"/{queries.PATHS[space]}",
        service=SERVICE[Service(place.service)] if isinstance(place, Studio) else "",
        number=format_brn(place.business_number or "") if isinstance(place, CreditGroup) else "",
        people=people,
        invitations=invitations,
        words=WORDS,
        form=form,
        roles=[(role.value, ROLE[role]) for role in reversed(ROLES_OF[space])],
        role_words=ROLES,
        may_invite=Role.MEDIA_MANAGER in actor.every_role,
    )


@router.post("/studios/{space_id:int}/invitations")
async def invite_to_studio(request: Request, actor: Manager, space_id: int) -> Response:
    """「초대하기」."""
    return await _invite(request, actor, Space.STUDIO, space_id)


@router.post("/credits/{space_id:int}/invitations")
async def invite_to_credit(request: Request, actor: Manager, space_id: int) -> Response:
    """「초대하기」."""
    return await _invite(request, actor, Space.CREDIT, space_id)


async def _invite(request: Request, actor: Actor, space: Space, space_id: int) -> Response:
    form = parse(Invite, await request.form())
    if form.value is None:
        return await run_in_threadpool(_page, request, actor, space, space_id, form, status=422)
    try:
        await run_in_threadpool(_invited, actor, space, space_id, form)
    except Refusal as refusal:
        again = form.refused(refusal, sentence(refusal))
        return await run_in_threadpool(_page, request, actor, space, space_id, again, status=refusal.status)
    return go(f"/{queries.PATHS[space]}/{space_id}#invitations")


def _invited(actor: Actor, space: Space, space_id: int, form: Parsed[Invite]) -> None:
    assert form.value is not None  # noqa: S101 - asked for by the caller
    asked = form.value
    emails = rules.addresses(asked.emails)
    with database.writing(actor) as session:
        place = queries.place(session, actor, space, space_id)
        role = SpaceRole(asked.role)
        once(
            session, actor, rules.KIND, form, lambda: writes.invite(session, actor, place, role, emails, clock.now())[0]
        )


def _link(row: Invitation) -> str:
    return f"/invitations/{row.id}"


def _choice(key: str, label: str, column: Any, words: Mapping[str, str]) -> Choice:
    options = tuple(Option(value=value, label=shown, where=column == value) for value, shown in words.items())
    return Choice(key=key, label=label, options=(Option(value="all", label="전체"), *options))


GRID = Grid(
    name="invitations",
    title="초대이력",
    ident=col(Invitation.id),
    default_sort="-number",
    columns=(
        Column(key="number", label="초대번호", sort=col(Invitation.number), href=_link, width=18),
        Column(key="status", label="상태", kind="badge", words=WORDS.status, tones=WORDS.tone,
               sort=col(Invitation.status)),
        Column(key="email", label="초대받은 이메일", sort=col(Invitation.email), width=30),
        Column(key="space_name", label="스튜디오 · 크레딧", sort=col(Invitation.space_name), width=24),
        Column(key="company_name", label="회사", sort=col(Invitation.company_name), width=24),
        Column(key="role", label="역할", value=lambda row: ROLES[row.role], sort=col(Invitation.role)),
        Column(key="inviter_name", label="초대한 사람", sort=col(Invitation.inviter_name)),
        Column(key="sent_at", label="보낸 일시", kind="moment", sort=col(Invitation.sent_at)),
        Column(key="sendings", label="보낸 횟수", kind="number", sort=col(Invitation.sendings)),
        Column(key="expires_at", label="유효기간", kind="moment", sort=col(Invitation.expires_at)),
    ),
    filters=(
        DateRange(key="created", label="초대일", column=col(Invitation.created_at)),
        _choice("status", "상태", col(Invitation.status), {s.value: WORDS.status[s] for s in Status}),
        Text(key="email", label="이메일", column=col(Invitation.email)),
        Text(key="space", label="스튜디오 · 크레딧", column=col(Invitation.space_name), more=True),
    ),
)  # fmt: skip


@router.get("/invitations")
def list_invitations(request: Request, actor: Looker) -> Response:
    """초대이력."""
    view = GRID.read(request)
    scope = queries.invitations(actor)
    with database.reading(actor) as session:
        if view.download:
            return GRID.download(session, view, scope, who=actor)
        found = GRID.fetch(session, view, scope, who=actor)
    return page(request, "harmony/invitations.html", grid=GRID.present(view, found))
