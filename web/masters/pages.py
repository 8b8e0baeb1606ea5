"""기준정보: each list with its rows, one row with its history, switching off instead of deleting."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.masters import queries, writes
from models.masters.messages import ROWS
from models.masters.rules import Master, ReasonKind
from models.masters.sheets import cell, fields
from models.masters.tables import TABLES, MasterColumns
from models.masters.wording import ACT, FIELD, REASON_KIND, TITLE
from models.processes.messages import Actor
from web import forms
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.histories import entries
from web.masters.lists import base, grid, scope
from web.render import page

Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422
TABS = [(master, words, base(master)) for master, words in TITLE.items()]

index = APIRouter(include_in_schema=False)


@index.get("/admin/masters")
def first(actor: Admin) -> Response:  # noqa: ARG001 - who may not see the lists is not sent to them
    """기준정보: the first of the lists."""
    return RedirectResponse(base(Master.CATEGORY), 303)


def master_router(master: Master) -> APIRouter:
    """The pages of one list."""
    router = APIRouter(prefix=base(master), include_in_schema=False)

    @router.get("")
    def listed(request: Request, actor: Admin) -> Response:
        return _listed(request, actor, master)

    @router.get("/new")
    def new(request: Request, actor: Admin) -> Response:
        with database.reading(actor) as session:
            return _form_page(request, session, master, None, forms.blank({"position": 0}))

    @router.post("")
    async def create(request: Request, actor: Admin) -> Response:
        return await run_in_threadpool(_saved, request, actor, master, None, await request.form())

    @router.get("/{row_id:int}")
    def show(request: Request, actor: Admin, row_id: int) -> Response:
        with database.reading(actor) as session:
            row = queries.one(session, master, row_id)
            form = forms.blank(queries.facts(row, queries.references(session)))
            return _form_page(request, session, master, row, form)

    @router.post("/{row_id:int}")
    async def edit(request: Request, actor: Admin, row_id: int) -> Response:
        return await run_in_threadpool(_saved, request, actor, master, row_id, await request.form())

    @router.post("/{row_id:int}/activation")
    async def switch(request: Request, actor: Admin, row_id: int) -> Response:
        data = await request.form()
        return await run_in_threadpool(_switched, request, actor, master, row_id, active=data.get("active") == "1")

    return router


def _listed(request: Request, actor: Actor, master: Master) -> Response:
    declared = grid(master)
    view = declared.read(request)
    with database.reading(actor) as session:
        if view.download:
            return declared.download(session, view, scope(master), who=actor)
        found = declared.fetch(session, view, scope(master), who=actor)
    return page(
        request,
        "masters/list.html",
        grid=declared.present(view, found),
        master=master,
        base=base(master),
        tabs=TABS,
        nav="/admin/masters",
    )


def _saved(request: Request, actor: Actor, master: Master, row_id: int | None, data: FormData) -> Response:
    parsed: Parsed[Any] = forms.parse(ROWS[master], {k: v for k, v in data.multi_items() if k != "edit_version"})
    version = str(data.get("edit_version", ""))
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                row = parsed.value
                known = int(version) if version.isascii() and version.isdecimal() else 0
                made = writes.save(session, actor, master, row, clock.now(), row_id=row_id, edit_version=known)
            return RedirectResponse(f"{base(master)}/{made.id}?saved=1", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        row = queries.one(session, master, row_id) if row_id is not None else None
        # Held to the version that was read: what is typed anew after a refusal puts nothing of somebody else's back.
        return _form_page(request, session, master, row, parsed, status=UNPROCESSABLE, version=version)


def _switched(request: Request, actor: Actor, master: Master, row_id: int, *, active: bool) -> Response:
    try:
        with database.writing(actor) as session:
            writes.set_active(session, actor, master, row_id, clock.now(), active=active)
    except NotFound:
        raise
    except Refusal as refusal:
        with database.reading(actor) as session:
            row = queries.one(session, master, row_id)
            form = forms.blank(queries.facts(row, queries.references(session)))
            told = form.refused(refusal, sentence(refusal))
            return _form_page(request, session, master, row, told, status=refusal.status)
    return RedirectResponse(f"{base(master)}/{row_id}?saved=1", 303)


def _form_page(
    request: Request,
    session: Session,
    master: Master,
    row: MasterColumns | None,
    form: Parsed[Any],
    status: int = 200,
    version: str = "",
) -> Response:
    kind = str(TABLES[master].__tablename__)
    return page(
        request,
        "masters/form.html",
        status=status,
        master=master,
        title=TITLE[master],
        base=base(master),
        fields=[(name, FIELD[name]) for name in fields(master)],
        choices=_choices(session, master, row),
        row=row,
        form=form,
        version=version or (row.edit_version if row else ""),
        history=_history(session, kind, row),
        acts=ACT,
        saved="saved" in request.query_params,
        nav="/admin/masters",
    )


def _choices(session: Session, master: Master, row: MasterColumns | None) -> dict[str, list[tuple[str, str]]]:
    if master is Master.REASON:
        return {"kind": [(kind.value, words) for kind, words in REASON_KIND.items()]}
    if master is not Master.GOODS:
        return {}
    held = queries.facts(row, queries.references(session)) if row else {}
    return {
        "category": _named(queries.active(session, Master.CATEGORY), held.get("category", "")),
        "unit": _named(queries.active(session, Master.UNIT), held.get("unit", "")),
    }


def _named(rows: Sequence[MasterColumns], held: str) -> list[tuple[str, str]]:
    """Choices by code; what the row has stays among them when it was switched off."""
    choices = [(row.code, f"{row.name} ({row.code})" if row.name != row.code else row.name) for row in rows]
    return choices if not held or held in {code for code, _ in choices} else [*choices, (held, f"{held} (사용 중지)")]


def _history(session: Session, kind: str, row: MasterColumns | None) -> list[dict[str, Any]]:
    return entries(session, kind, row.id or 0, ACT, FIELD, _shown) if row else []


def _shown(name: str, value: Any) -> str:
    if name == "kind":
        return REASON_KIND.get(ReasonKind(value), str(value))
    return str(cell(name, value))
