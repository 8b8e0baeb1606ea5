"""지급 파일: what is due, the file for the bank, its results row by row."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.credits import payout_sheets, payouts
from models.credits.payout_rules import PAYOUTS_MAX, Fault, ResultsFaulty, ResultsUnreadable
from models.credits.report_tables import PayoutFile
from models.credits.report_wording import WORDS
from models.credits.rules import PayoutState
from models.credits.wording import ISSUE_MODE, PAYOUT, PAYOUT_TONE
from models.kernel.calendar import local_date
from models.kernel.refusals import NotFound, Refusal
from models.members.places import BANKS
from models.processes.messages import Actor
from web import forms, sheets
from web.credits import office
from web.credits import words as credit_words
from web.credits.office import SEE_OTHER, UNPROCESSABLE, Looker, Officer, settles
from web.errors import sentence
from web.forms import Parsed
from web.grid import Column, DateRange, Grid, Option, Segment, Text
from web.render import page

BASE = "/credit-payouts"
router = APIRouter(prefix=BASE, tags=["지급"], include_in_schema=False)

FAULTS_SHOWN = 200
ROWS_SHOWN = 1000
CSV_TYPE = "text/csv; charset=utf-8"
DONE = {
    "made": "지급 파일을 만들었습니다. 내려받아 은행에 올린 뒤 은행에 전달을 눌러 주세요.",
    "sent": "은행에 전달한 것으로 표시했습니다. 이체 결과를 받으면 올려 주세요.",
    "discarded": "지급 파일을 취소했습니다. 안에 있던 정산은 다른 파일에 넣을 수 있습니다.",
    "results": "이체 결과를 반영했습니다. 정산리포트와 제휴사 알림이 곧 바뀝니다.",
}


class NewFile(BaseModel):
    """The day it is for, and where reports were ticked, which."""

    pay_on: dt.date = Field(title="지급일")
    selected: list[int] = Field(default_factory=list, max_length=PAYOUTS_MAX)


def _link(row: PayoutFile) -> str:
    return f"{BASE}/{row.id}"


def state_of(row: PayoutFile) -> tuple[str, str]:
    """(words, tone) of a file."""
    if row.sent_at is None:
        return ("작성", "wait") if row.closed_at is None else ("취소", "mute")
    if row.closed_at is not None:
        return "완료", "done"
    return ("일부 결과", "go") if row.results_at else ("결과 대기", "go")


def _state(row: PayoutFile) -> str:
    return state_of(row)[0]


_SENT, _CLOSED = col(PayoutFile.sent_at), col(PayoutFile.closed_at)
GRID = Grid(
    name="credit-payouts",
    title="지급 파일",
    ident=col(PayoutFile.id),
    default_sort="-number",
    columns=(
        Column(key="number", label="지급파일번호", sort=col(PayoutFile.number), href=_link, width=18),
        Column(key="state", label="상태", value=_state),
        Column(key="pay_on", label="지급일", kind="date", sort=col(PayoutFile.pay_on)),
        Column(key="count", label="건수", kind="number", sort=col(PayoutFile.count)),
        Column(key="total", label="금액", kind="won", sort=col(PayoutFile.total)),
        Column(key="created_name", label="작성자", sort=col(PayoutFile.created_name)),
        Column(key="created_at", label="작성일시", kind="moment", sort=col(PayoutFile.created_at), width=18),
        Column(key="sent_at", label="은행 전달", kind="moment", sort=_SENT, width=18),
        Column(key="results_at", label="결과 반영", kind="moment", sort=col(PayoutFile.results_at), width=18),
    ),
    filters=(
        Segment(
            key="state",
            label="상태",
            options=(
                Option(value="all", label="전체"),
                Option(value="draft", label="작성", where=_SENT.is_(None) & _CLOSED.is_(None)),
                Option(value="sent", label="결과 대기", where=_SENT.is_not(None) & _CLOSED.is_(None)),
                Option(value="done", label="완료", where=_SENT.is_not(None) & _CLOSED.is_not(None)),
            ),
        ),
        DateRange(key="pay_on", label="지급일", column=col(PayoutFile.pay_on)),
        Text(key="number", label="지급파일번호", column=col(PayoutFile.number)),
    ),
    empty="지급 파일이 없습니다.",
    empty_hint="지급일이 된 정산을 모아 지급 파일을 만들어 보세요.",
)


@router.get("")
def file_list(request: Request, actor: Looker) -> Response:
    """Every payout file, the newest first."""
    return office.listed(request, actor, GRID, payouts.files, "credits/payouts.html", officer=settles(actor), nav=BASE)


@router.get("/new")
def new_page(
    request: Request,
    actor: Officer,
    pay_on: str | None = None,
    selected: Annotated[list[int] | None, Query(max_length=PAYOUTS_MAX)] = None,
) -> Response:
    """What a file of a day would hold, and what is missing for it."""
    # By the names of the form's fields: 「이 날로 다시 보기」 sends them, and what was ticked stays ticked.
    day = local_date(clock.now()).isoformat() if pay_on is None else pay_on
    shown = forms.blank({"pay_on": day, "selected": selected or []})
    with database.reading(actor) as session:
        return _new_page(session, request, actor, shown)


@router.post("/new")
async def chosen(request: Request, actor: Officer) -> Response:  # noqa: ARG001 - whom the route is for
    """From 정산리포트: the ticked reports, to look at before their file is made."""
    form = await request.form(max_fields=PAYOUTS_MAX + 10)
    ids = [pick for pick in map(str, form.getlist("selected")) if pick.isascii() and pick.isdecimal()]
    return RedirectResponse(f"{BASE}/new?" + "&".join(f"selected={one}" for one in ids), SEE_OTHER)


def _new_page(session: Session, request: Request, actor: Actor, shown: Parsed[Any], *, status: int = 200) -> Response:
    picked = [int(one) for one in shown.values.get("selected", ()) if str(one).isdecimal()]
    day = shown.day("pay_on")
    due = payouts.due(session, actor, dt.date.fromisoformat(day), picked or None) if day else []
    ready = [one for one in due if one.account is not None]
    return page(
        request,
        "credits/payout_new.html",
        status=status,
        form=shown,
        picked=picked,
        rows=due[:ROWS_SHOWN],
        more=max(0, len(due) - ROWS_SHOWN),
        ready=len(ready),
        total=sum(one.report.payable for one in ready),
        without=len(due) - len(ready),
        modes=ISSUE_MODE,
        banks=BANKS,
        nav=BASE,
    )


@router.post("")
async def make(request: Request, actor: Officer) -> Response:
    """「지급 파일 만들기」."""
    return await run_in_threadpool(_made, request, actor, await request.form(max_fields=PAYOUTS_MAX + 10))


def _made(request: Request, actor: Actor, data: FormData) -> Response:
    parsed = forms.parse(NewFile, data)
    try:
        if parsed.value is not None:
            wanted = parsed.value
            with database.writing(actor) as session:
                made = payouts.make(session, actor, wanted.pay_on, clock.now(), wanted.selected or None)
                return RedirectResponse(f"{BASE}/{made.id}?done=made", SEE_OTHER)
    except Refusal as refusal:
        parsed = credit_words.refused(parsed, refusal, WORDS.sentences)
    with database.reading(actor) as session:
        return _new_page(session, request, actor, parsed, status=UNPROCESSABLE)


@router.get("/{file_id:int}")
def file_page(request: Request, actor: Looker, file_id: int) -> Response:
    """The file, its payments, and where it stands."""
    return _file_page(request, actor, file_id)


def _file_page(
    request: Request,
    actor: Actor,
    file_id: int,
    *,
    refused: str = "",
    file_fault: str = "",
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    with database.reading(actor) as session:
        of = payouts.file(session, actor, file_id)
        rows = payouts.payments(session, file_id)
        words, tone = state_of(of)
        officer = settles(actor)
        takes_results = officer and of.sent_at is not None and of.closed_at is None
        return page(
            request,
            "credits/payout.html",
            status=status,
            file=of,
            base=_link(of),
            state_words=words,
            tone=tone,
            rows=rows[:ROWS_SHOWN],
            more=max(0, len(rows) - ROWS_SHOWN),
            sums=_sums(rows),
            changed=payouts.changed_accounts(session, file_id) if of.sent_at is None else [],
            words=PAYOUT,
            tones=PAYOUT_TONE,
            banks=BANKS,
            officer=officer,
            # Beside the input, where there is one.
            refused=refused or ("" if takes_results else file_fault),
            takes_results=takes_results,
            file_fault=file_fault,
            faults=faults[:FAULTS_SHOWN],
            fault_count=len(faults),
            done=DONE.get(request.query_params.get("done", ""), ""),
            nav=BASE,
        )


def _sums(rows: Sequence[tuple[Any, Any]]) -> list[tuple[str, str, int, int]]:
    """(words, tone, count, won) of each state there is."""
    found: dict[str, list[int]] = {}
    for payout, _ in rows:
        found.setdefault(payout.state, []).append(payout.amount)
    return [
        (PAYOUT[state], PAYOUT_TONE[state], len(found[state]), sum(found[state]))
        for state in PayoutState
        if state in found
    ]


@router.post("/{file_id:int}/file")
async def download(request: Request, actor: Officer, file_id: int) -> Response:
    """The 대량이체 file, account numbers in full: asked for by a form, because who took it is kept."""
    form = await request.form()
    return await run_in_threadpool(_downloaded, request, actor, file_id, str(form.get("format", "xlsx")))


def _downloaded(request: Request, actor: Actor, file_id: int, wanted: str) -> Response:
    ip = request.client.host if request.client else ""
    try:
        with database.writing(actor) as session:
            of = payouts.file(session, actor, file_id)
            rows = payouts.opened(session, actor, file_id, ip)
            name = f"대량이체_{of.number}"
            if wanted == "csv":
                headers = {
                    "Content-Disposition": f'attachment; filename="{of.number}.csv"',
                    "Cache-Control": "no-store",
                }
                return Response(payout_sheets.as_csv(rows), media_type=CSV_TYPE, headers=headers)
            columns = [
                sheets.SheetColumn(label, value, "won" if label == "금액" else "text", 18)
                for label, value in payout_sheets.COLUMNS
            ]
            return sheets.attachment(sheets.workbook("대량이체", columns, rows), name, clock.now())
    except NotFound:
        raise
    except Refusal as refusal:
        return _file_page(request, actor, file_id, refused=_words(refusal), status=refusal.status)


@router.post("/{file_id:int}/sending")
async def send(request: Request, actor: Officer, file_id: int) -> Response:
    """「은행에 전달」."""
    await request.form()
    return await run_in_threadpool(_decided, request, actor, file_id, payouts.send, "sent")


@router.post("/{file_id:int}/discarding")
async def discard(request: Request, actor: Officer, file_id: int) -> Response:
    """「파일 취소」."""
    await request.form()
    return await run_in_threadpool(_decided, request, actor, file_id, payouts.discard, "discarded")


def _decided(request: Request, actor: Actor, file_id: int, decide: Any, done: str) -> Response:
    def refused(refusal: Refusal) -> Response:
        return _file_page(request, actor, file_id, refused=_words(refusal), status=refusal.status)

    return office.decided(
        actor, lambda session: decide(session, actor, file_id, clock.now()), refused, f"{BASE}/{file_id}?done={done}"
    )


@router.post("/{file_id:int}/results")
async def results(request: Request, actor: Officer, file_id: int) -> Response:
    """「이체 결과 올리기」: all of it or nothing, every wrong row named."""
    data = await request.form()
    upload = data.get("file")
    name = str(upload.filename) if isinstance(upload, UploadFile) else ""
    body = await upload.read(payout_sheets.BYTES_MAX + 1) if isinstance(upload, UploadFile) else b""
    await data.close()
    return await run_in_threadpool(_answered, request, actor, file_id, name, body)


def _answered(request: Request, actor: Actor, file_id: int, name: str, body: bytes) -> Response:
    if not body:
        return _file_page(request, actor, file_id, file_fault="올릴 파일을 골라 주세요.", status=UNPROCESSABLE)
    try:
        found = payout_sheets.read_results(body, name)
        with database.writing(actor) as session:
            payouts.take_results(session, actor, file_id, found, clock.now())
    except NotFound:
        raise
    except ResultsUnreadable as wrong:
        return _file_page(request, actor, file_id, file_fault=_words(wrong), status=UNPROCESSABLE)
    except ResultsFaulty as wrong:
        return _file_page(request, actor, file_id, refused=_words(wrong), faults=wrong.faults, status=UNPROCESSABLE)
    except Refusal as refusal:
        return _file_page(request, actor, file_id, refused=_words(refusal), status=refusal.status)
    return RedirectResponse(f"{BASE}/{file_id}?done=results", SEE_OTHER)


def _words(refusal: Refusal) -> str:
    return sentence(refusal, WORDS.sentences)
