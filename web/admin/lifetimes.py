"""정책의 기간: how long codes, unfinished requests, invitations and absences last."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.auth import dormancy
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members.queries import staff_labels
from models.processes import lifetimes
from models.processes.lifetimes import ABSENCE, BOUNDS, HINT, NAME, UNIT, Lifetime, LifetimeForm, words
from models.processes.messages import Actor
from web import forms
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.render import page

POLICIES = "/admin/policies"
PATH = f"{POLICIES}/lifetimes"
router = APIRouter(prefix=PATH, include_in_schema=False)

Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422


def lifetime_lines(session: Session) -> list[dict[str, Any]]:
    """Every lifetime with what is in force and since when (empty: the house's default)."""
    known, since = lifetimes.in_force(session), lifetimes.since(session)
    return [
        {
            "key": lifetime.value,
            "name": NAME[lifetime],
            "hint": HINT[lifetime],
            "words": words(lifetime, known[lifetime]),
            "since": since.get(lifetime),
        }
        for lifetime in Lifetime
    ]


@router.get("")
def edit_page(request: Request, actor: Admin, lifetime: str = "") -> Response:
    """One lifetime: what is in force, and everything before it."""
    asked = _lifetime(lifetime)
    with database.reading(actor) as session:
        typed = forms.blank({"amount": lifetimes.amount(session, asked)})
        return _form_page(request, session, asked, typed)


@router.post("")
async def change(request: Request, actor: Admin) -> Response:
    """「저장」: in force at once; running watches over absences read it anew."""
    return await run_in_threadpool(_changed, request, actor, await request.form())


def _changed(request: Request, actor: Actor, data: FormData) -> Response:
    asked = _lifetime(str(data.get("lifetime", "")))
    parsed = forms.parse(LifetimeForm, FormData([(k, v) for k, v in data.multi_items() if k != "lifetime"]))
    try:
        if parsed.value is not None:
            _put(actor, asked, parsed.value.amount)
            return RedirectResponse(f"{POLICIES}?saved=1", 303)
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        return _form_page(request, session, asked, parsed, status=UNPROCESSABLE)


def _put(actor: Actor, lifetime: Lifetime, amount: int) -> None:
    with database.writing(actor) as session:
        now = clock.now()
        row = lifetimes.change(session, actor, lifetime, amount, now)
        if row is not None and lifetime in ABSENCE:
            dormancy.follow_policy(session, f"lifetime-{row.id}", now)


def _lifetime(key: str) -> Lifetime:
    """Raises NotFound."""
    if key not in set(Lifetime):
        raise NotFound
    return Lifetime(key)


def _form_page(
    request: Request, session: Session, lifetime: Lifetime, form: Parsed[Any], *, status: int = 200
) -> Response:
    rows = lifetimes.history(session, lifetime)
    names = staff_labels(session, [row.changed_by for row in rows])
    bounds = BOUNDS[lifetime]
    return page(
        request,
        "admin/lifetime.html",
        status=status,
        key=lifetime.value,
        name=NAME[lifetime],
        hint=HINT[lifetime],
        unit=UNIT[bounds.unit],
        usual=words(lifetime, bounds.usual),
        form=form,
        history=[
            (row.changed_at, names.get(row.changed_by or 0, "시스템"), words(lifetime, row.amount)) for row in rows
        ],
        nav=POLICIES,
    )
