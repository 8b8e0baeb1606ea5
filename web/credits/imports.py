"""매출 · 소비 자료: upload, every wrong row named, the difference to the file that counts, 「반영」."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.credits import import_writes, imports, queries, run_inputs, run_queries
from models.credits.messages import ImportForm
from models.credits.rules import ImportState, Method, SameFile, item_of, month_after, month_of
from models.credits.tables import CreditBusiness, CreditImport
from models.credits.wording import IMPORT, IMPORT_TONE
from models.files.detect import check
from models.files.rules import TABLE, FileRefusal
from models.files.tables import StoredFile
from models.files.writes import content, stage_once
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.processes.messages import Actor
from web import forms, sheets
from web.credits import office, words
from web.credits.office import SEE_OTHER, UNPROCESSABLE, Looker, Officer, settles
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, Grid, Option, Text
from web.render import page

BASE = "/credit-imports"
router = APIRouter(prefix=BASE, include_in_schema=False)
NO_FILE = {"file": "올릴 파일을 골라 주세요."}
SHOWN_LINES = 200
UNITS = {Method.POOL.value: "", Method.REVENUE.value: "원"}

GRID = Grid(
    name="credit-imports",
    title="매출 · 소비 자료",
    ident=col(CreditImport.id),
    default_sort="-created_at",
    columns=(
        Column(
            key="file",
            label="파일",
            sort=col(CreditImport.file_name),
            value=lambda r: r[0].file_name,
            href=lambda r: f"{BASE}/{r[0].id}",
            width=30,
        ),
        Column(key="month", label="정산월", sort=col(CreditImport.month), value=lambda r: words.month(r[0].month)),
        Column(key="business", label="사업", sort=col(CreditBusiness.name), value=lambda r: r[1].name),
        Column(
            key="state",
            label="상태",
            kind="badge",
            words=IMPORT,
            tones=IMPORT_TONE,
            sort=col(CreditImport.state),
            value=lambda r: r[0].state,
        ),
        Column(key="lines", label="줄", kind="number", value=lambda r: r[0].line_count, width=10),
        Column(key="errors", label="오류", kind="number", value=lambda r: r[0].error_count, width=10),
        Column(key="amount", label="매출액", kind="won", value=lambda r: r[0].amount or None),
        Column(key="consumption", label="소비량", kind="number", value=lambda r: r[0].consumption or None),
        Column(key="author", label="올린 사람", value=lambda r: r[0].created_name),
        Column(
            key="created_at",
            label="올린 일시",
            kind="moment",
            sort=col(CreditImport.created_at),
            value=lambda r: r[0].created_at,
        ),
    ),
    filters=(
        Choice(
            key="state",
            label="상태",
            options=(
                Option(value="all", label="전체"),
                *(
                    Option(value=state.value, label=IMPORT[state], where=col(CreditImport.state) == state.value)
                    for state in ImportState
                ),
            ),
        ),
        Text(key="file", label="파일", column=col(CreditImport.file_name)),
        Text(key="business", label="사업", column=col(CreditBusiness.name), more=True),
    ),
    empty="올린 자료가 없습니다.",
    empty_hint="사업과 정산월을 골라 매출이나 소비 자료를 올려 주세요.",
)


@router.get("")
def listed(request: Request, actor: Looker) -> Response:
    """매출 · 소비 자료."""
    return office.listed(request, actor, GRID, queries.imports(), "credits/imports.html", may_write=settles(actor))


@router.get("/new")
def new(request: Request, actor: Officer) -> Response:
    """「자료 올리기」."""
    month = month_after(month_of(local_date(clock.now())), -1)
    asked = {key: request.query_params[key] for key in ("business_id", "month") if key in request.query_params}
    with database.reading(actor) as session:
        return _ask(request, session, forms.blank({"month": words.typed_month(month), **asked}))


@router.get("/form")
def form(request: Request, actor: Officer) -> Response:
    """「양식 다운로드」: the media that are settled by a business, with an empty column to fill in."""
    typed = forms.parse(ImportForm, dict(request.query_params))
    asked = typed.value
    with database.reading(actor) as session:
        if asked is None:
            return _ask(request, session, typed, status=UNPROCESSABLE)
        business = queries.one(session, CreditBusiness, asked.business_id)
        known = queries.known_media(session, business.id or 0, asked.month)
    rows = sorted((m.name, code) for code, m in known.items() if m.is_open and m.is_rated)
    item = item_of(asked.month, business.item)
    columns = (
        sheets.SheetColumn(imports.LABEL[imports.MONTH], lambda _: words.typed_month(asked.month), width=10),
        sheets.SheetColumn(imports.LABEL[imports.CODE], lambda row: row[1]),
        sheets.SheetColumn(imports.LABEL[imports.NAME], lambda row: row[0], width=24),
        sheets.SheetColumn(imports.LABEL[imports.ITEM], lambda _: item, width=28),
        sheets.SheetColumn(imports.VALUE_LABEL[Method(business.method)], lambda _: None, kind="number"),
    )
    title = f"{business.name}_{words.typed_month(asked.month)}_양식"
    return sheets.attachment(sheets.workbook(title, columns, rows), title, clock.now())


@router.post("")
async def upload(request: Request, actor: Officer) -> Response:
    """「올리고 검증」."""
    data = await request.form()
    file = data.get("file")
    name = str(file.filename or "") if isinstance(file, UploadFile) else ""
    body = await file.read(TABLE.bytes_max + 1) if isinstance(file, UploadFile) else b""
    asked = forms.parse(ImportForm, {key: str(value) for key, value in data.items() if key != "file"})
    await data.close()
    return await run_in_threadpool(_uploaded, request, actor, asked, name, body)


def _uploaded(request: Request, actor: Actor, asked: Parsed[ImportForm], name: str, body: bytes) -> Response:
    if not name or not body:
        asked = asked.with_errors(NO_FILE)
    try:
        if asked.ok and asked.value is not None:
            check(name, body, TABLE)
            with database.reading(actor) as session:
                business = queries.one(session, CreditBusiness, asked.value.business_id)
                known = queries.known_media(session, business.id or 0, asked.value.month)
            # Reading a long sheet takes seconds: no transaction is held meanwhile.
            judged = _judged(asked.value, business, known, name, body)
            with database.writing(actor) as session:
                file = stage_once(session, actor.member_id, None, name, body, TABLE)
                made = import_writes.add_import(session, actor, asked.value, file, judged, clock.now()).id
            return RedirectResponse(f"{BASE}/{made}", SEE_OTHER)
    except NotFound:
        raise
    except (FileRefusal, SameFile, imports.ImportUnreadable) as refusal:
        asked = asked.with_errors({"file": sentence(refusal)})
    except Refusal as refusal:
        asked = words.refused(asked, refusal)
    with database.reading(actor) as session:
        return _ask(request, session, asked, status=UNPROCESSABLE)


def _judged(
    asked: ImportForm, business: CreditBusiness, known: dict[str, imports.Known], name: str, body: bytes
) -> imports.Judged:
    method = Method(business.method)
    rows = imports.read(name, body, method)
    return imports.judge(rows, known, asked.month, method, item_of(asked.month, business.item))


def _ask(request: Request, session: Session, form: Parsed[Any], status: int = 200) -> Response:
    businesses = queries.businesses(session)
    return page(
        request,
        "credits/import_new.html",
        status=status,
        form=form,
        businesses=[(one.id, one.name) for one in businesses],
        columns=[(one.name, imports.VALUE_LABEL[Method(one.method)]) for one in businesses],
        accept=TABLE.accept,
        limits=TABLE.words,
        limit_mb=TABLE.bytes_max // (1024 * 1024),
        rows_max=imports.ROWS_MAX,
        nav=BASE,
    )


@router.get("/{import_id:int}")
def show(request: Request, actor: Looker, import_id: int) -> Response:
    """One file: what is wrong with it, or what it would change."""
    return _page(request, actor, import_id)


def _page(request: Request, actor: Actor, import_id: int, refused: str = "", status: int = 200) -> Response:
    with database.reading(actor) as session:
        row = queries.one(session, CreditImport, import_id)
        business = queries.one(session, CreditBusiness, row.business_id)
        counts = queries.applied_import(session, row.business_id, row.month)
        is_new = row.state == ImportState.CHECKED.value
        pool = queries.is_pool(business)
        context: dict[str, Any] = {
            "row": row,
            "business": business,
            "in_force": counts,
            "differences": queries.differences(session, import_id, counts.id if counts else None) if is_new else [],
            "lines": queries.lines_of(session, import_id, SHOWN_LINES),
            "closed": run_inputs.why_closed(session, row.month) if is_new else None,
            "run": run_queries.open_run_of(session, row.month),
            "settled": run_queries.settled_run_of(session, row.month),
            "replaced_by": session.get(CreditImport, row.replaced_by_id) if row.replaced_by_id else None,
            "value": row.consumption if pool else row.amount,
            "in_force_value": (counts.consumption if pool else counts.amount) if counts else 0,
        }
    closed: Refusal | None = context.pop("closed")
    return page(
        request,
        "credits/import.html",
        status=status,
        **context,
        closed=sentence(closed) if closed else "",
        differences_max=queries.DIFFERENCES_MAX,
        errors_kept=import_writes.ERRORS_KEPT,
        month=words.month(row.month),
        month_typed=words.typed_month(row.month),
        label=imports.VALUE_LABEL[Method(business.method)],
        unit=UNITS[business.method],
        state_words=IMPORT,
        state_tones=IMPORT_TONE,
        may_write=settles(actor),
        refused=refused,
        nav=BASE,
    )


@router.post("/{import_id:int}/application")
async def apply(request: Request, actor: Officer, import_id: int) -> Response:
    """「반영」."""
    return await run_in_threadpool(_decided, request, actor, import_id, import_writes.apply_import)


@router.post("/{import_id:int}/discarding")
async def discard(request: Request, actor: Officer, import_id: int) -> Response:
    """「취소」."""
    return await run_in_threadpool(_decided, request, actor, import_id, import_writes.discard_import)


def _decided(request: Request, actor: Actor, import_id: int, decide: Any) -> Response:
    def refused(refusal: Refusal) -> Response:
        return _page(request, actor, import_id, refused=sentence(refusal), status=refusal.status)

    return office.decided(
        actor, lambda session: decide(session, actor, import_id, clock.now()), refused, f"{BASE}/{import_id}"
    )


@router.get("/{import_id:int}/file")
def original(actor: Looker, import_id: int) -> Response:
    """The file as it was uploaded."""
    with database.reading(actor) as session:
        row = queries.one(session, CreditImport, import_id)
        file = queries.one(session, StoredFile, row.file_id)
        body = content(file)
    ending = "csv" if row.file_name.lower().endswith(".csv") else "xlsx"
    named = f"attachment; filename=\"file.{ending}\"; filename*=UTF-8''{quote(row.file_name)}"
    headers = {"Content-Disposition": named, "X-Content-Type-Options": "nosniff"}
    return Response(body, media_type=file.media_type, headers=headers)


@router.get("/{import_id:int}/errors.xlsx")
def errors(actor: Looker, import_id: int) -> Response:
    """「오류 내려받기」: every wrong row in a workbook."""
    with database.reading(actor) as session:
        row = queries.one(session, CreditImport, import_id)
    columns = (
        sheets.SheetColumn("줄", lambda one: one["row"], kind="number", width=8),
        sheets.SheetColumn("구분", lambda one: "확인" if one["warning"] else "오류", width=8),
        sheets.SheetColumn("열", lambda one: one["column"]),
        sheets.SheetColumn("값", lambda one: one["value"], width=24),
        sheets.SheetColumn("내용", lambda one: one["sentence"], width=50),
    )
    return sheets.attachment(sheets.workbook("오류", columns, row.errors), f"{row.file_name}_오류", clock.now())
