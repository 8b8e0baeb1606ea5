"""엑셀 올리기: an empty form to fill in, a preview with every wrong line named, then all of it or nothing."""

from collections.abc import Sequence
from operator import itemgetter
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.files.rules import SHEET, FileRefusal
from models.files.tables import StoredFile
from models.files.writes import content, stage_once
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.masters import writes
from models.masters.messages import ROWS, Row
from models.masters.rules import Master
from models.masters.sheets import Line, cell, fields, read
from models.masters.wording import FIELD, TITLE
from models.masters.writes import Planned
from models.processes.messages import Actor
from web import forms, sheets
from web.auth.audience import require
from web.errors import sentence
from web.masters.lists import base
from web.render import page

Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422
SHOWN_MAX = 500
NO_FILE = "올릴 파일을 골라 주세요."
WIDE = {"name": 30, "spec": 30, "address": 40}


def import_router(master: Master) -> APIRouter:
    """「엑셀 올리기」 of one list."""
    router = APIRouter(prefix=base(master), include_in_schema=False)

    @router.get("/import")
    def ask(request: Request, actor: Admin) -> Response:  # noqa: ARG001 - the audience is the point
        return _page(request, master, 200)

    @router.get("/import/form")
    def form(actor: Admin) -> Response:  # noqa: ARG001 - the audience is the point
        return sheets.attachment(
            sheets.workbook(TITLE[master], _columns(master), []), f"{TITLE[master]}_양식", clock.now()
        )

    @router.post("/import")
    async def preview(request: Request, actor: Admin) -> Response:
        data = await request.form()
        file = data.get("file")
        name = str(file.filename) if isinstance(file, UploadFile) else ""
        body = await file.read(SHEET.bytes_max + 1) if isinstance(file, UploadFile) else b""
        await data.close()
        return await run_in_threadpool(_previewed, request, actor, master, name, body)

    @router.post("/import/application")
    async def apply(request: Request, actor: Admin) -> Response:
        return await run_in_threadpool(_applied, request, actor, master, await request.form())

    return router


def _columns(master: Master) -> Sequence[sheets.SheetColumn]:
    return [sheets.SheetColumn(FIELD[name], itemgetter(name), width=WIDE.get(name, 14)) for name in fields(master)]


def _previewed(request: Request, actor: Actor, master: Master, name: str, body: bytes) -> Response:
    if not name or not body:
        return _page(request, master, UNPROCESSABLE, refused=NO_FILE)
    try:
        lines = _read(master, body, name, actor)
    except Refusal as refusal:
        return _page(request, master, UNPROCESSABLE, refused=sentence(refusal))
    with database.writing(actor) as session:
        file = stage_once(session, actor.member_id, None, name, body, SHEET)
        planned = _planned(session, master, lines)
    wrong = any(line.change == "wrong" for line in planned)
    seen = "" if wrong else writes.fingerprint(planned)
    return _page(request, master, UNPROCESSABLE if wrong else 200, planned=planned, file=file, seen=seen)


def _read(master: Master, body: bytes, name: str, actor: Actor) -> list[Line]:
    """The lines of an upload, once its content is known to be a sheet. Raises FileRefusal and what `read` raises."""
    from models.files.detect import check

    actor.must_hold(Role.ADMIN)
    check(name, body, SHEET)
    return read(master, body)


def _planned(session: Session, master: Master, lines: Sequence[Line]) -> list[Planned]:
    """Every line in the order of the sheet: what it would do, or what is wrong with it."""
    sound: list[tuple[int, Row]] = []
    wrong: dict[int, Planned] = {}
    for line in lines:
        parsed = forms.parse(ROWS[master], line.typed)
        if parsed.value is not None:
            sound.append((line.number, parsed.value))
        else:
            errors = {field: found[0] for field, found in parsed.errors.items()}
            wrong[line.number] = Planned(line.number, None, "wrong", {}, line.typed, errors)
    planned = {line.number: line for line in writes.plan(session, master, sound)} | wrong
    return [planned[number] for number in sorted(planned)]


def _applied(request: Request, actor: Actor, master: Master, data: FormData) -> Response:
    try:
        with database.writing(actor) as session:
            file = _own_upload(session, actor, str(data.get("file_id", "")))
            lines = read(master, content(file))
            rows = [(line.number, forms.parse(ROWS[master], line.typed).value) for line in lines]
            whole = [(number, row) for number, row in rows if row is not None]
            seen = str(data.get("seen", "")) if len(whole) == len(rows) else ""
            made, changed = writes.import_rows(session, actor, master, whole, seen, clock.now())
    except FileRefusal as refusal:
        return _page(request, master, UNPROCESSABLE, refused=sentence(refusal))
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, master, refusal.status, refused=sentence(refusal))
    return RedirectResponse(f"{base(master)}?made={made}&changed={changed}", 303)


def _own_upload(session: Session, actor: Actor, file_id: str) -> StoredFile:
    """What this person uploaded for the preview. Raises NotFound for anything else."""
    if not (file_id.isascii() and file_id.isdecimal()):
        raise NotFound
    row = select(StoredFile).where(col(StoredFile.id) == int(file_id), col(StoredFile.created_by) == actor.member_id)
    found: StoredFile | None = session.execute(row).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _page(
    request: Request,
    master: Master,
    status: int,
    *,
    planned: Sequence[Planned] = (),
    file: StoredFile | None = None,
    seen: str = "",
    refused: str = "",
) -> Response:
    totals = {change: sum(line.change == change for line in planned) for change in ("create", "edit", "same", "wrong")}
    # Wrong lines come first: they are what one has to do something about.
    shown = sorted(planned, key=lambda line: line.change != "wrong")[:SHOWN_MAX]
    return page(
        request,
        "masters/import.html",
        status=status,
        master=master,
        title=TITLE[master],
        base=base(master),
        columns=[(name, FIELD[name]) for name in fields(master)],
        lines=[_line(line) for line in shown],
        more=len(planned) - len(shown),
        totals=totals,
        file=file,
        seen=seen,
        refused=refused,
        limits=SHEET.words,
        nav="/admin/masters",
    )


def _line(line: Planned) -> dict[str, Any]:
    return {
        "number": line.number,
        "change": line.change,
        "cells": {name: _shown(name, value) for name, value in line.after.items()},
        "before": {name: _shown(name, value) for name, value in line.before.items() if line.after.get(name) != value},
        "errors": dict(line.errors),
    }


def _shown(name: str, value: Any) -> str:
    if name == "needs_serial" and isinstance(value, str):
        return "Y" if value else "N"
    return "–" if value in {None, ""} else str(cell(name, value))
