"""시리얼번호: one round's numbers, and 「일괄 시리얼번호 작성」 with a form that is downloaded and uploaded again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.deliveries import queries, writes
from models.deliveries.messages import SerialLists
from models.deliveries.rules import EDITABLE, ROWS_MAX
from models.deliveries.sheets import ROUND, SERIAL, check, read
from models.deliveries.tables import DeliveryRound
from models.files.detect import check as check_file
from models.files.rules import SHEET
from models.kernel.refusals import FieldErrors, NotFound, Refusal
from models.kernel.roles import Role
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.messages import Actor
from web import forms, sheets
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.render import page

router = APIRouter(prefix="/deliveries", tags=["납품"], include_in_schema=False)

Partner = Annotated[Actor, require(Role.PARTNER)]
PATH = "/deliveries/serials"
FORM_TITLE = "시리얼번호 양식"
UNPROCESSABLE = 422


@dataclass(frozen=True)
class Entry:
    """One round on the page; `prefix` names its inputs."""

    found: DeliveryRound
    item: OrderItem
    order: PurchaseOrder
    prefix: str
    count: int


@router.post("/serials/open", dependencies=[require(Role.PARTNER)])
async def open_page(request: Request) -> Response:
    """「일괄 시리얼번호 작성」 of the ticked rounds."""
    data = await request.form(max_fields=5000)
    ids = [str(pick).partition(":")[0] for pick in data.getlist("selected")]
    if not ids:
        raise FieldErrors({"selected": "시리얼번호를 쓸 납품 일정을 먼저 선택해 주세요."})
    return RedirectResponse(f"{PATH}?ids={','.join(i for i in ids if i.isdecimal())}", 303)


@router.get("/serials")
def serials_page(request: Request, actor: Partner, ids: str = "") -> Response:
    """Every chosen round that has serial numbers, each with its lines."""
    return _page(request, actor, _ids(ids))


@router.get("/{round_id:int}/serials")
def round_page(request: Request, actor: Partner, round_id: int) -> Response:
    """One round's serial numbers."""
    return _page(request, actor, [round_id])


@router.get("/serials/form")
def form(actor: Partner, ids: str = "") -> Response:
    """「양식 다운로드」: one row for each piece, with the numbers there are."""
    with database.reading(actor) as session:
        entries = _entries(session, actor, _ids(ids))
        rows = [
            (entry, serial)
            for entry in entries
            for serial in _padded(queries.serials_of(session, entry.found.id or 0), entry.found.quantity)
        ]
    body = sheets.workbook(FORM_TITLE, _COLUMNS, rows)
    return sheets.attachment(body, FORM_TITLE, clock.now())


@router.post("/serials/upload")
async def upload(request: Request, actor: Partner, ids: str = "") -> Response:
    """「업로드」: the numbers of the sheet into the page, with what is wrong at which row; nothing is saved yet."""
    async with request.form(max_fields=5000) as data:
        file = data.get("sheet")
        given = isinstance(file, UploadFile) and bool(file.filename)
        name = str(file.filename) if isinstance(file, UploadFile) else ""
        content = await file.read(SHEET.bytes_max + 1) if isinstance(file, UploadFile) else b""
    if not given:
        return await run_in_threadpool(_page, request, actor, _ids(ids), refused="올릴 파일을 골라 주세요.")
    return await run_in_threadpool(_uploaded, request, actor, _ids(ids), name, content)


@router.post("/serials")
async def save(request: Request, actor: Partner) -> Response:
    """「작성완료」: all rounds of the page, or none."""
    data = await request.form(max_fields=5000)
    return await run_in_threadpool(_saved, request, actor, data)


def _ids(text: str) -> list[int]:
    wanted = [int(part) for part in text.split(",") if part.isdecimal() and len(part) < len("9" * 18)]
    return list(dict.fromkeys(wanted))[:ROWS_MAX]


def _entries(session: Session, actor: Actor, ids: Sequence[int]) -> list[Entry]:
    """The rounds that take serial numbers, in the order of the plan. Raises NotFound when there is none."""
    rows: Any = queries.rounds_with_items(actor).where(
        col(DeliveryRound.id).in_(ids), col(DeliveryRound.needs_serial).is_(True)
    )
    ordered = rows.order_by(
        col(DeliveryRound.order_number), col(DeliveryRound.order_item_id), col(DeliveryRound.round_no)
    )
    found = session.execute(ordered).all()
    if not found:
        raise NotFound
    counts = queries.serial_counts(session, ids)
    return [
        Entry(row, item, order, f"lists-{index}", counts.get(row.id or 0, 0))
        for index, (row, item, order) in enumerate(found)
    ]


def _padded(serials: Sequence[str], quantity: int) -> list[str]:
    return [*serials, *[""] * max(quantity - len(serials), 0)]


def _page(
    request: Request,
    actor: Actor,
    ids: Sequence[int],
    *,
    form: Parsed[Any] | None = None,
    lists: Mapping[int, Sequence[str]] | None = None,
    faults: Sequence[tuple[int, str]] = (),
    refused: str = "",
    status: int = UNPROCESSABLE,
) -> Response:
    with database.reading(actor) as session:
        entries = _entries(session, actor, ids)
        known = lists or {e.found.id or 0: queries.serials_of(session, e.found.id or 0) for e in entries}
    values = [
        {"round_id": entry.found.id, "serials": "\n".join(known.get(entry.found.id or 0, ()))} for entry in entries
    ]
    return page(
        request,
        "deliveries/serials.html",
        status=status if refused or faults else 200,
        entries=entries,
        ids=",".join(str(entry.found.id) for entry in entries),
        form=form or forms.blank({"lists": values}),
        faults=faults,
        refused=refused,
        uploaded=lists is not None,
        editable=EDITABLE,
        nav="/deliveries",
    )


def _uploaded(request: Request, actor: Actor, ids: Sequence[int], name: str, content: bytes) -> Response:
    try:
        check_file(name, content, SHEET)
        with database.reading(actor) as session:
            entries = _entries(session, actor, ids)
        checked = check(read(content), {entry.found.id or 0: entry.found.quantity for entry in entries})
    except NotFound:
        raise
    except Refusal as refusal:
        return _page(request, actor, ids, refused=sentence(refusal))
    faults = [(number, sentence(fault)) for number, fault in checked.faults]
    return _page(request, actor, ids, lists=checked.lists, faults=faults)


def _saved(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(SerialLists, data)
    if parsed.value is None:
        raise FieldErrors({name: errors[0] for name, errors in parsed.errors.items()})
    lists = {found.round_id: found.serials.splitlines() for found in parsed.value.lists}
    try:
        with database.writing(actor) as session:
            writes.write_serials(session, actor, lists)
    except NotFound:
        raise
    except Refusal as refusal:
        words = sentence(refusal)
        form = parsed.refused(refusal, words)
        return _page(request, actor, list(lists), form=form, refused=words, status=refusal.status)
    return RedirectResponse("/deliveries?saved=serials", 303)


_COLUMNS = (
    sheets.SheetColumn(ROUND, lambda r: r[0].found.id, "text", 12),
    sheets.SheetColumn("발주번호", lambda r: r[0].order.number, width=18),
    sheets.SheetColumn("차수", lambda r: f"{r[0].found.round_no}차", width=8),
    sheets.SheetColumn("의뢰품목ID", lambda r: r[0].item.request_item_id),
    sheets.SheetColumn("품목명", lambda r: r[0].item.name, width=30),
    sheets.SheetColumn("세부스펙", lambda r: r[0].item.spec, width=30),
    sheets.SheetColumn("납품예정일", lambda r: r[0].found.planned_on, "date"),
    sheets.SheetColumn("입고위치", lambda r: r[0].found.place),
    sheets.SheetColumn("납품예정량", lambda r: r[0].found.quantity, "number"),
    sheets.SheetColumn(SERIAL, lambda r: r[1], width=30),
)
