"""정책: how long things last, and for each step by when it is done, reminded of, told upward."""

from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import catalog, clock, database
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.kernel.wording import ROLE
from models.members.queries import staff_labels
from models.processes import paces, queries
from models.processes.deadlines import Pace
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.paces import PaceForm
from web import forms
from web.admin.lifetimes import lifetime_lines
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.render import page

PATH = "/admin/policies"
router = APIRouter(prefix=PATH, include_in_schema=False)

Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422
NEVER = "없음"


@router.get("")
def listed(request: Request, actor: Admin) -> Response:
    """Every step of every process that waits for somebody."""
    with database.reading(actor) as session:
        groups = [(kind, [_line(kind, line) for line in paces.lines(session, kind)]) for kind in catalog.KINDS.values()]
        spans = lifetime_lines(session)
    return page(request, "admin/policies.html", groups=groups, lifetimes=spans, told=_told(request))


@router.get("/edit")
def edit_page(request: Request, actor: Admin, kind: str = "", status: str = "") -> Response:
    """One step: the pace in force, and every one before it."""
    with database.reading(actor) as session:
        of = _kind(kind, status)
        return _form_page(request, session, of, status, forms.blank(_typed(queries.pace(session, of.key, status))))


@router.post("")
async def change(request: Request, actor: Admin) -> Response:
    """「저장」: in force at once, also for what waits already."""
    return await run_in_threadpool(_changed, request, actor, await request.form())


def _changed(request: Request, actor: Actor, data: FormData) -> Response:
    kind = _kind(str(data.get("kind", "")), str(data.get("status", "")))
    status = str(data.get("status", ""))
    parsed = forms.parse(PaceForm, {k: v for k, v in data.multi_items() if k not in {"kind", "status"}})
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                told = paces.change(session, actor, kind, status, parsed.value.pace, clock.now())
            return RedirectResponse(f"{PATH}?told={told}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        return _form_page(request, session, kind, status, parsed, code=UNPROCESSABLE)


def _kind(key: str, status: str) -> Kind:
    """A kind with a status that waits for somebody. Raises NotFound."""
    kind = catalog.KINDS.get(key)
    if kind is None or status not in paces.statuses(kind):
        raise NotFound
    return kind


def _typed(pace: Pace) -> dict[str, Any]:
    return {
        "due_days": pace.due_days,
        "remind_days": ", ".join(str(day) for day in pace.remind_days),
        "escalate_days": pace.escalate_days,
    }


def _line(kind: Kind, line: paces.Line) -> dict[str, Any]:
    turn = kind.rules.turns[line.status]
    return {
        "status": line.status,
        "step": kind.words.step[line.status],
        "words": kind.words.status[line.status],
        "tone": kind.words.tone[line.status],
        "turn": ROLE.get(turn or "", ""),
        "pace": pace_words(line.pace),
        "since": line.since,
        "waiting": line.waiting,
        "own_day": line.status in kind.days,
    }


def pace_words(pace: Pace) -> tuple[str, str, str]:
    """Due, reminders, escalation as people say them: 3영업일, 1 · 2영업일, 5영업일."""
    reminders = " · ".join(str(day) for day in pace.remind_days)
    return (
        f"{pace.due_days}영업일" if pace.due_days is not None else NEVER,
        f"{reminders}영업일" if reminders else NEVER,
        f"{pace.escalate_days}영업일" if pace.escalate_days is not None else NEVER,
    )


def _told(request: Request) -> str:
    told = request.query_params.get("told", "")
    if "saved" in request.query_params:
        return "저장했습니다."
    if not (told.isascii() and told.isdecimal()):
        return ""
    return f"저장했습니다. 진행 중인 문서 {int(told):,}건의 기한과 알림도 새 정책을 따릅니다."


def _form_page(
    request: Request, session: Session, kind: Kind, status: str, form: Parsed[Any], *, code: int = 200
) -> Response:
    history = paces.history(session, kind, status)
    names = staff_labels(session, [who for _, who, _ in history])
    return page(
        request,
        "admin/policy.html",
        status=code,
        kind=kind,
        step=status,
        line=next(_line(kind, line) for line in paces.lines(session, kind) if line.status == status),
        form=form,
        history=[(at, names.get(who or 0, "시스템"), pace_words(pace)) for at, who, pace in history],
        nav=PATH,
    )
