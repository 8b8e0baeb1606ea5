"""월 정산: the list of runs, the live board of one, its groups beside the month before, and the Schedule's policy."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.credits import run_inputs, run_queries, run_writes
from models.credits.kind import CREDIT_RUN
from models.credits.messages import PolicyForm, RunOut, StartForm
from models.credits.rules import month_after, month_key, month_of
from models.credits.run_rules import KIND, Status
from models.credits.run_tables import CreditRun
from models.credits.run_wording import NOTE, WORDS
from models.kernel.calendar import local_date
from models.kernel.refusals import FieldErrors, Refusal
from models.kernel.roles import Role
from models.processes.messages import Actor
from web import forms
from web.auth.audience import require
from web.credits import words
from web.credits.office import SEE_OTHER, UNPROCESSABLE, Looker, Officer, settles
from web.credits.run_groups import BASE, counts, groups, may_retry
from web.documents.kinds import WebKind
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, Grid, Option, Text
from web.once import once
from web.render import page

router = APIRouter(prefix=BASE, tags=["월 정산"], include_in_schema=False)

Keeper = Annotated[Actor, require(Role.SETTLEMENT, Role.ADMIN)]
REASON_HINT = "월 정산 기록에 남습니다. 1,000자까지 쓸 수 있습니다."
"""A run has no other side to read it."""


def _link(run: CreditRun) -> str:
    return f"{BASE}/{run.id}"


def _month(run: CreditRun) -> str:
    return month_key(run.month)


def _by(run: CreditRun) -> str:
    return "자동" if run.is_scheduled else "수동"


def _statuses() -> Choice:
    options = [
        Option(value=status.value, label=WORDS.status[status], where=col(CreditRun.status) == status.value)
        for status in Status
    ]
    return Choice(key="status", label="진행상태", options=(Option(value="all", label="전체"), *options))


GRID = Grid(
    name="credit-runs",
    title="월 정산",
    ident=col(CreditRun.id),
    default_sort="-number",
    columns=(
        Column(key="number", label="정산번호", sort=col(CreditRun.number), href=_link, width=18),
        Column(key="month", label="정산월", value=_month, sort=col(CreditRun.month)),
        Column(key="run_no", label="회차", kind="number", sort=col(CreditRun.run_no)),
        Column(
            key="status", label="진행상태", kind="badge", words=WORDS.status, tones=WORDS.tone,
            sort=col(CreditRun.status),
        ),
        Column(key="groups_total", label="정산그룹", kind="number", sort=col(CreditRun.groups_total)),
        Column(key="groups_failed", label="실패", kind="number", sort=col(CreditRun.groups_failed)),
        Column(key="total", label="합계", kind="won", sort=col(CreditRun.total)),
        Column(key="previous_total", label="전월 합계", kind="won", sort=col(CreditRun.previous_total)),
        Column(key="by", label="시작", value=_by, sort=col(CreditRun.is_scheduled)),
        Column(key="created_at", label="시작일시", kind="moment", sort=col(CreditRun.created_at), width=18),
        Column(key="approved_by", label="승인", sort=col(CreditRun.approved_by)),
        Column(key="finished_at", label="완료일시", kind="moment", sort=col(CreditRun.finished_at), width=18),
    ),
    filters=(_statuses(), Text(key="number", label="정산번호", column=col(CreditRun.number))),
    empty="아직 정산한 달이 없습니다.",
    empty_hint="정책에 정한 날에 저절로 시작되고, 직접 시작할 수도 있습니다.",
)  # fmt: skip


@router.get("")
def run_list(request: Request, actor: Looker) -> Response:
    """Every run, the newest first, and when the next one begins by itself."""
    view = GRID.read(request)
    with database.reading(actor) as session:
        if view.download:
            return GRID.download(session, view, run_queries.runs(actor), who=actor)
        return _list_page(request, session, actor, forms.blank({"month": _last_month()}))


def _last_month() -> str:
    return month_key(month_after(month_of(local_date(clock.now())), -1))


def _list_page(
    request: Request, session: Session, actor: Actor, form: Parsed[Any], *, status: int = 200, refused: str = ""
) -> Response:
    view = GRID.read(request)
    found = GRID.fetch(session, view, run_queries.runs(actor), who=actor)
    policy = run_queries.policy(session)
    return page(
        request,
        "credits/runs.html",
        status=status,
        grid=GRID.present(view, found),
        form=form,
        refused=refused,
        may_start=settles(actor),
        policy=policy,
        next_launch=run_writes.next_launch(policy, clock.now()),
        nav=BASE,
    )


@router.post("")
async def start(request: Request, actor: Officer) -> Response:
    """「정산 시작」: computes a preview; nothing is published before it is approved."""
    return await run_in_threadpool(_started, request, actor, await request.form())


def _started(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(StartForm, data)
    try:
        if parsed.value is not None:
            month = parsed.value.month
            with database.writing(actor) as session:
                made = once(
                    session, actor, KIND, parsed, lambda: run_writes.open_run(session, actor, month, clock.now())
                )
            return RedirectResponse(f"{BASE}/{made}", SEE_OTHER)
    except Refusal as refusal:
        parsed = words.refused(parsed, refusal, WORDS.sentences)
    with database.reading(actor) as session:
        return _list_page(request, session, actor, parsed, status=UNPROCESSABLE)


@router.get("/policy")
def policy_page(request: Request, actor: Looker) -> Response:
    """정산 일정: day, hour and limits, and every one there was."""
    with database.reading(actor) as session:
        return _policy_page(request, session, actor, forms.blank(_typed(run_queries.policy(session))))


def _typed(policy: Any) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in PolicyForm.model_fields}


def _policy_page(request: Request, session: Session, actor: Actor, form: Parsed[Any], *, status: int = 200) -> Response:
    policy = run_queries.policy(session)
    return page(
        request,
        "credits/run_policy.html",
        status=status,
        form=form,
        policy=policy,
        history=run_queries.policies(session),
        next_launch=run_writes.next_launch(policy, clock.now()),
        may_save=not actor.every_role.isdisjoint({Role.SETTLEMENT, Role.ADMIN}),
        saved=request.query_params.get("saved") == "1",
        nav=BASE,
    )


@router.post("/policy")
async def save_policy(request: Request, actor: Keeper) -> Response:
    """「저장」: in force at once; the engine's Schedule follows within seconds."""
    return await run_in_threadpool(_saved, request, actor, await request.form())


def _saved(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(PolicyForm, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                run_writes.save_policy(session, actor, parsed.value, clock.now())
            return RedirectResponse(f"{BASE}/policy?saved=1", SEE_OTHER)
    except FieldErrors as refusal:
        parsed = parsed.with_errors(refusal.errors)
    with database.reading(actor) as session:
        return _policy_page(request, session, actor, parsed, status=UNPROCESSABLE)


def context(session: Session, actor: Actor, run: CreditRun) -> dict[str, Any]:
    """The board, what the officer should know, and the groups to look at."""
    counted = counts(session, run.id or 0)
    by = "정책에 정한 날에 자동으로 시작" if run.is_scheduled else "직접 시작"
    return {
        "reason_hints": dict.fromkeys(("cancel", "close"), REASON_HINT),
        "head_note": f"{month_key(run.month)} · {run.run_no}차 · {by}",
        "run": run,
        "board": run_queries.board(session, run.id or 0),
        "notes": [*_changes(session, run), *map(_note, run.notes)],
        "as_published": run_queries.as_published(session, run) if run.status == Status.PREVIEWED else 0,
        "counted": counted,
        "failed": groups(session, actor, run.id or 0, "failed"),
        "outliers": groups(session, actor, run.id or 0, "outliers"),
        "may_retry": may_retry(actor, run),
        "next_month": month_key(month_after(run.month)),
        "nav": BASE,
    }


def _changes(session: Session, run: CreditRun) -> list[str]:
    """What approving would refuse, said before it is tried."""
    changed = run_inputs.changed(session, run) if run.status == Status.PREVIEWED else []
    return [sentence(run_inputs.refusal(changed), WORDS.sentences)] if changed else []


def _note(note: Mapping[str, str]) -> str:
    return NOTE[note["what"]].format(name=note["name"], more=_amount(note["more"]))


def _amount(more: str) -> str:
    return f"{int(more):,}" if more.isdecimal() else more


def act_context(session: Session, actor: Actor, run: CreditRun, act: str) -> dict[str, Any]:
    """「승인하고 발행」: once more what is approved."""
    return context(session, actor, run) if act == "approve" else {}


WEB = WebKind(
    kind=CREDIT_RUN,
    template="credits/run.html",
    api=RunOut,
    list_label="월 정산",
    list_link=BASE,
    context=context,
    act_templates={"approve": "credits/run_approve.html"},
    act_context=act_context,
)
"""The run's own page and acts."""
