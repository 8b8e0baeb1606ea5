"""Masters of credits: one declaration each gives the list, the form, its history and 「사용 종료」."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.credits import queries, writes
from models.credits.tables import CreditBusiness, CreditCompany, CreditMedium
from models.harmony.tables import CreditGroup, Studio
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.processes import writes as spine
from models.processes.messages import Actor
from models.processes.tables import ProcessColumns
from web import forms
from web.credits import words
from web.credits.office import SEE_OTHER, UNPROCESSABLE, Looker, decided, listed
from web.errors import sentence
from web.forms import Parsed
from web.grid import Grid
from web.histories import entries
from web.render import page

TABS = (
    ("companies", "지급처", "/credit-companies"),
    ("groups", "정산그룹", "/credit-groups"),
    ("media", "매체", "/credit-media"),
    ("rates", "요율", "/credit-rates"),
    ("businesses", "사업", "/credit-businesses"),
)
ACTS = {
    "create": "등록",
    "edit": "수정",
    "close": "사용 종료",
    "reopen": "다시 사용",
    "delete": "삭제",
    "cancel": "취소",
    "checked": "검증",
    "applied": "반영",
    "discarded": "취소",
}

Save = Callable[[Session, Actor, Any, Any, int | None], Any]
Facts = Callable[[Session, Any], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Master:
    """One kind of master data: `save` writes a form, `facts` fills it, `choices` are what its selects offer."""

    key: str
    title: str
    base: str
    table: type[Any]
    model: type[BaseModel]
    grid: Grid
    scope: Callable[[], Any]
    save: Save
    facts: Facts
    choices: Facts
    labels: Mapping[str, str]
    shown: Callable[[str, Any], str] = lambda _, value: str(value)
    name: Callable[[Any], str] = lambda row: str(row.name)
    roles: tuple[Role, ...] = writes.MANAGERS
    tabs: Sequence[tuple[str, str, str]] = TABS
    closable: bool = False
    deletable: Callable[[Session, Actor, int], None] | None = None
    makes: bool = True
    note: str = ""
    start: Mapping[str, Any] = field(default_factory=dict)
    """What a new form begins with."""

    @property
    def nav(self) -> str:
        """The entry of the menu it stands under."""
        return self.tabs[0][2] if self.tabs else self.base

    def may_write(self, actor: Actor) -> bool:
        return not actor.every_role.isdisjoint(self.roles)


def master_router(master: Master) -> APIRouter:
    """The pages of one kind."""
    router = APIRouter(prefix=master.base, include_in_schema=False)

    @router.get("")
    def rows(request: Request, actor: Looker) -> Response:
        return _listed(request, actor, master)

    @router.get("/{row_id:int}")
    def show(request: Request, actor: Looker, row_id: int) -> Response:
        with database.reading(actor) as session:
            row = queries.one(session, master.table, row_id)
            return _form_page(request, session, actor, master, row, _as_kept(session, master, row))

    @router.post("/{row_id:int}")
    async def edit(request: Request, actor: Looker, row_id: int) -> Response:
        return await run_in_threadpool(_saved, request, actor, master, row_id, await request.form())

    if master.makes:
        _add_making(router, master)
    if master.closable:
        _add_closing(router, master)
    if master.deletable is not None:
        _add_deleting(router, master)
    return router


def _add_making(router: APIRouter, master: Master) -> None:
    @router.get("/new")
    def new(request: Request, actor: Looker) -> Response:
        asked = {key: value for key, value in request.query_params.items() if key in master.model.model_fields}
        with database.reading(actor) as session:
            return _form_page(request, session, actor, master, None, forms.blank({**master.start, **asked}))

    @router.post("")
    async def create(request: Request, actor: Looker) -> Response:
        return await run_in_threadpool(_saved, request, actor, master, None, await request.form())


def _add_closing(router: APIRouter, master: Master) -> None:
    @router.post("/{row_id:int}/closing")
    async def close(request: Request, actor: Looker, row_id: int) -> Response:
        data = await request.form()
        return await run_in_threadpool(_closed, request, actor, master, row_id, closed=data.get("closed") == "1")


def _add_deleting(router: APIRouter, master: Master) -> None:
    @router.post("/{row_id:int}/deletion")
    async def delete(request: Request, actor: Looker, row_id: int) -> Response:  # noqa: ARG001 - one shape for every route
        return await run_in_threadpool(_deleted, actor, master, row_id)


def _listed(request: Request, actor: Actor, master: Master) -> Response:
    return listed(
        request,
        actor,
        master.grid,
        master.scope(),
        "credits/list.html",
        master=master,
        may_write=master.may_write(actor),
        done=request.query_params.get("done", ""),
        nav=master.nav,
    )


def _saved(request: Request, actor: Actor, master: Master, row_id: int | None, data: FormData) -> Response:
    parsed: Parsed[Any] = forms.parse(master.model, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                made = _saved_row(session, actor, master, parsed, row_id)
            return RedirectResponse(f"{master.base}/{made}?saved=1", SEE_OTHER)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = words.refused(parsed, refusal)
    with database.reading(actor) as session:
        row = queries.one(session, master.table, row_id) if row_id is not None else None
        return _form_page(request, session, actor, master, row, parsed, status=UNPROCESSABLE)


def _saved_row(session: Session, actor: Actor, master: Master, form: Parsed[Any], row_id: int | None) -> int:
    """The id of what was saved; 「등록」 pressed twice makes one row."""
    if row_id is not None:
        return int(master.save(session, actor, form.value, clock.now(), row_id).id or 0)
    return make_once(
        session, actor, master.key, form, lambda: master.save(session, actor, form.value, clock.now(), None)
    )


def make_once(session: Session, actor: Actor, key: str, form: Parsed[Any], make: Callable[[], Any]) -> int:
    """The id of what this form made, now or at its first press; of things that have no process."""
    saving = _saving(key, form)
    before = spine.saved_before(session, actor, saving) if saving else None
    if before is not None:
        return before
    made, now = int(make().id or 0), clock.now()
    if saving is not None:
        # Remembered as a document that has no process.
        stands: dict[str, Any] = {"status": "", "status_since": now, "created_by": actor.member_id, "created_at": now}
        kept = ProcessColumns(id=made, workflow_id="", company_id=0, case_key="", **stands)
        spine.keep_saving(session, actor, saving, kept)
    return made


def _saving(key: str, form: Parsed[Any]) -> spine.Saving | None:
    try:
        request_id = uuid.UUID(form.request_id)
    except ValueError:
        return None
    content = form.value.model_dump(mode="json") if form.value else {}
    return spine.Saving(f"credit_{key}", request_id, content)


def _closed(request: Request, actor: Actor, master: Master, row_id: int, *, closed: bool) -> Response:
    def refused(refusal: Refusal) -> Response:
        with database.reading(actor) as session:
            row = queries.one(session, master.table, row_id)
            told = _as_kept(session, master, row).refused(refusal, sentence(refusal))
            return _form_page(request, session, actor, master, row, told, status=refusal.status)

    def close(session: Session) -> None:
        writes.set_closed(session, actor, master.table, row_id, clock.now(), closed=closed)

    return decided(actor, close, refused, f"{master.base}/{row_id}?saved=1")


def _deleted(actor: Actor, master: Master, row_id: int) -> Response:
    assert master.deletable is not None  # noqa: S101 - the route is only there then
    with database.writing(actor) as session:
        master.deletable(session, actor, row_id)
    return RedirectResponse(f"{master.base}?done=deleted", SEE_OTHER)


def _as_kept(session: Session, master: Master, row: Any) -> Parsed[Any]:
    """The row's form. Its version is the one that was read: what is typed anew after a refusal is still held to it."""
    return forms.blank({**master.facts(session, row), "edit_version": row.edit_version})


NAMED: Mapping[str, type[Any]] = {
    "business_id": CreditBusiness,
    "credit_company_id": CreditCompany,
    "group_id": CreditGroup,
    "medium_id": CreditMedium,
    "studio_id": Studio,
}
MONTHS = frozenset({"month", "from_month", "until_month"})


def _told(session: Session, master: Master) -> Callable[[str, Any], str]:
    """How a record's values read: what names another row by that row's name, months as months."""

    def told(name: str, value: Any) -> str:
        found = session.get(NAMED[name], value) if name in NAMED and isinstance(value, int) else None
        if found is not None:
            return str(found.name)
        return str(value)[:7] if name in MONTHS else master.shown(name, value)

    return told


def _form_page(
    request: Request,
    session: Session,
    actor: Actor,
    master: Master,
    row: Any,
    form: Parsed[Any],
    status: int = 200,
) -> Response:
    kind = str(master.table.__tablename__)
    return page(
        request,
        f"credits/{master.key}.html",
        status=status,
        master=master,
        row=row,
        form=form,
        name=master.name(row) if row else "",
        may_write=master.may_write(actor),
        history=entries(session, kind, row.id, ACTS, master.labels, _told(session, master)) if row else [],
        saved="saved" in request.query_params,
        nav=master.nav,
        **master.choices(session, row),
    )
