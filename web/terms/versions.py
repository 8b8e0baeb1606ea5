"""「약관 관리」: every version of every text, and writing the next."""

import datetime as dt
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlmodel import col
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.calendar import KST
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.terms import queries, wording, writes
from models.terms.rules import BODY_CHARS_MAX, TITLE_CHARS_MAX, TermsAudience, TermsKey
from models.terms.tables import Terms
from web.auth.audience import require
from web.forms import Parsed, blank, parse
from web.grid import Choice, Column, Grid, Option
from web.render import page

router = APIRouter(prefix="/terms", include_in_schema=False)
Admin = Annotated[Actor, require(Role.ADMIN)]
SEE_OTHER = 303

STATE = {"ahead": "시행 예정", "now": "시행 중", "past": "지난 버전", "withdrawn": "거둠"}
TONE = {"ahead": "wait", "now": "done", "past": "mute", "withdrawn": "stop"}


class VersionForm(BaseModel):
    audience: TermsAudience = Field(title="대상")
    key: TermsKey = Field(title="구분")
    title: str = Field(title="제목", min_length=1, max_length=TITLE_CHARS_MAX)
    body: str = Field(title="전문", min_length=1, max_length=BODY_CHARS_MAX)
    change_note: str = Field(default="", title="바뀐 내용", max_length=500)
    required: bool = Field(default=False, title="필수 동의")
    effective_on: dt.date | None = Field(default=None, title="시행일")


def state_of(terms: Terms, now: dt.datetime, in_force: frozenset[int]) -> str:
    """Where a version stands at an instant."""
    if terms.withdrawn_at is not None:
        return "withdrawn"
    if terms.effective_at > now:
        return "ahead"
    return "now" if terms.id in in_force else "past"


def _choice(key: str, label: str, column: Any, words: Mapping[Any, str]) -> Choice:
    options = (Option(value=one.value, label=words[one], where=column == one.value) for one in words)
    return Choice(key=key, label=label, options=(Option(value="all", label="전체"), *options))


def _grid(in_force: frozenset[int], now: dt.datetime) -> Grid:
    return Grid(
        name="terms",
        title="약관 관리",
        ident=col(Terms.id),
        default_sort="-effective_at",
        columns=(
            Column(key="audience", label="대상", value=lambda row: wording.AUDIENCE[TermsAudience(row.audience)],
                   sort=col(Terms.audience)),
            Column(key="key", label="구분", value=lambda row: wording.KEY[TermsKey(row.key)], sort=col(Terms.key)),
            Column(key="title", label="제목", sort=col(Terms.title), href=lambda row: f"/terms/{row.id}", width=30),
            Column(key="version", label="버전", value=lambda row: f"{row.version}차", sort=col(Terms.version)),
            Column(key="required", label="동의", value=lambda row: "필수" if row.required else "선택"),
            Column(key="state", label="상태", kind="badge", words=STATE, tones=TONE,
                   value=lambda row: state_of(row, now, in_force)),
            Column(key="effective_at", label="시행일시", kind="moment", sort=col(Terms.effective_at)),
            Column(key="created_at", label="작성일시", kind="moment", sort=col(Terms.created_at)),
            Column(key="change_note", label="바뀐 내용", sort=None, wrap=True, width=40, shown=False),
        ),
        filters=(
            _choice("audience", "대상", col(Terms.audience), wording.AUDIENCE),
            _choice("key", "구분", col(Terms.key), wording.KEY),
        ),
    )  # fmt: skip


@router.get("")
def list_versions(request: Request, actor: Admin) -> Response:
    """Every version, newest first."""
    now = clock.now()
    with database.reading(actor) as session:
        current = [terms for audience in TermsAudience for terms in queries.current(session, audience, now)]
        grid = _grid(frozenset(terms.id for terms in current if terms.id), now)
        view = grid.read(request)
        if view.download:
            return grid.download(session, view, queries.versions())
        found = grid.fetch(session, view, queries.versions())
        ahead = queries.ahead(session, now)
    return page(request, "terms/list.html", grid=grid.present(view, found), ahead=ahead, words=wording)


@router.get("/new")
def new_version(request: Request, actor: Admin, audience: str = "partner", key: str = "service") -> Response:
    """The form, filled with the version in force: most changes are small."""
    with database.reading(actor) as session:
        chosen = audience if audience in set(TermsAudience) else TermsAudience.PARTNER.value
        found = [terms for terms in queries.current(session, chosen) if terms.key == key]
    typed: dict[str, Any] = {"audience": chosen, "key": key if key in set(TermsKey) else "service", "required": "1"}
    if found:
        typed |= {"title": found[0].title, "body": found[0].body, "required": "1" if found[0].required else ""}
    return _form_page(request, blank(typed))


def _form_page(request: Request, form: Parsed[Any], status: int = 200) -> Response:
    return page(
        request,
        "terms/form.html",
        status=status,
        form=form,
        audiences=[(one.value, wording.AUDIENCE[one]) for one in TermsAudience],
        keys_of=[(one.value, wording.KEY[one]) for one in TermsKey],
    )


@router.post("")
async def add_version(request: Request, actor: Admin) -> Response:
    """「저장」: a new version; people are asked again at their first log-in after it took effect."""
    form = parse(VersionForm, await request.form())
    if form.value is None:
        return _form_page(request, form, status=422)
    asked, now = form.value, clock.now()
    effective = _start_of(asked.effective_on) if asked.effective_on else now
    if asked.effective_on and effective < _start_of(now.astimezone(KST).date()):
        wrong = form.with_errors({"effective_on": "시행일은 오늘이나 그 뒤여야 합니다."})
        return _form_page(request, wrong, status=422)
    new = writes.NewVersion(
        audience=asked.audience,
        key=asked.key,
        title=asked.title,
        body=asked.body,
        required=asked.required,
        change_note=asked.change_note,
        effective_at=effective,
    )
    await run_in_threadpool(_add, actor, new, now)
    return RedirectResponse("/terms", SEE_OTHER)


def _start_of(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), KST)


def _add(actor: Actor, new: writes.NewVersion, now: dt.datetime) -> None:
    with database.writing(actor) as session:
        writes.add_version(session, actor, new, now)


@router.post("/{terms_id}/withdrawal")
def withdraw(actor: Admin, terms_id: int) -> Response:
    """「시행 취소」 of a version that is not in force yet."""
    with database.writing(actor) as session:
        writes.withdraw(session, actor, terms_id, clock.now())
    return RedirectResponse("/terms", SEE_OTHER)
