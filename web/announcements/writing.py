"""공지사항 as the administrator writes it: draft, preview, publish, take down."""

from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from sqlalchemy import and_, select
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.announcements import queries, writes
from models.announcements.messages import Draft
from models.announcements.rules import FILES_MAX, Reader, State, state_of
from models.announcements.tables import Announcement
from models.announcements.wording import ACT, FIELD, READER, STATE, TONE
from models.files.rules import ANY
from models.files.tables import StoredFile
from models.files.writes import stage_once
from models.kernel.calendar import KST, local_date
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.processes.messages import Actor
from web import forms
from web.announcements.reading import attachment
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.histories import entries
from web.once import once
from web.render import page

PATH = "/admin/announcements"
router = APIRouter(prefix=PATH, include_in_schema=False)

Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422
READERS = [(reader.value, words) for reader, words in READER.items()]
DONE = {"saved": "저장했습니다.", "published": "게시했습니다.", "withdrawn": "내렸습니다. 작성 중으로 돌아갔습니다."}
Upload = tuple[str, bytes]


@router.get("")
def listed(request: Request, actor: Admin) -> Response:
    """Every notice, drafts too."""
    grid, scope = _grid(), select(Announcement)
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, "announcements/admin_list.html", grid=grid.present(view, found))


@router.get("/new")
def new(request: Request, actor: Admin) -> Response:  # noqa: ARG001 - the audience is the point
    """「공지 작성」."""
    return _form_page(request, forms.blank({"reader": Reader.PUBLIC.value, "starts_on": local_date(clock.now())}))


@router.post("")
async def create(request: Request, actor: Admin) -> Response:
    """「저장」: a draft."""
    return await _save(request, actor, None)


@router.get("/{announcement_id:int}")
def preview(request: Request, actor: Admin, announcement_id: int) -> Response:
    """「미리보기」: the notice as its readers will see it, with its history."""
    with database.reading(actor) as session:
        row = queries.one(session, announcement_id)
        return page(
            request,
            "announcements/detail.html",
            announcement=row,
            files=queries.files(session, announcement_id),
            preview=True,
            base=f"{PATH}/{announcement_id}",
            state=state_of(row.starts_at, row.ends_at, clock.now(), published=row.published_at is not None),
            states=STATE,
            tones=TONE,
            reader_words=READER[Reader(row.reader)],
            last_day=_last_day(row),
            history=_history(session, announcement_id),
            done=DONE.get(request.query_params.get("done", ""), ""),
            nav=PATH,
        )


@router.get("/{announcement_id:int}/edit")
def edit_page(request: Request, actor: Admin, announcement_id: int) -> Response:
    """The notice to change."""
    with database.reading(actor) as session:
        row = queries.one(session, announcement_id)
        shown = {**writes.facts(session, row), "edit_version": row.edit_version}
        return _form_page(request, forms.blank(shown), row, queries.files(session, announcement_id))


@router.post("/{announcement_id:int}/edit")
async def edit(request: Request, actor: Admin, announcement_id: int) -> Response:
    """「저장」."""
    return await _save(request, actor, announcement_id)


@router.post("/{announcement_id:int}/publication")
async def publish(request: Request, actor: Admin, announcement_id: int) -> Response:
    """「게시」 and 「내리기」."""
    shown = (await request.form()).get("shown") == "1"
    await run_in_threadpool(_published, actor, announcement_id, shown=shown)
    return RedirectResponse(f"{PATH}/{announcement_id}?done={'published' if shown else 'withdrawn'}", 303)


@router.get("/{announcement_id:int}/files/{file_id:int}")
def download(actor: Admin, announcement_id: int, file_id: int) -> Response:
    """An attachment of any notice."""
    with database.reading(actor) as session:
        file = queries.file(session, announcement_id, file_id)
    return attachment(file)


def _published(actor: Actor, announcement_id: int, *, shown: bool) -> None:
    with database.writing(actor) as session:
        writes.publish(session, actor, announcement_id, clock.now(), shown=shown)


async def _save(request: Request, actor: Actor, announcement_id: int | None) -> Response:
    data = await request.form()
    given = [one for one in data.getlist("files") if isinstance(one, UploadFile) and one.filename]
    uploads = [(str(one.filename), await one.read(ANY.bytes_max + 1)) for one in given[: FILES_MAX + 1]]
    await data.close()
    return await run_in_threadpool(_saved, request, actor, announcement_id, data, uploads)


def _saved(
    request: Request, actor: Actor, announcement_id: int | None, data: FormData, uploads: list[Upload]
) -> Response:
    parsed = forms.parse(Draft, FormData([(key, value) for key, value in data.multi_items() if key != "files"]))
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                made = _kept(session, actor, announcement_id, parsed, uploads)
            return RedirectResponse(f"{PATH}/{made}?done=saved", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        told = sentence(refusal)
        at_files = "name" in refusal.detail or refusal.code.startswith(("file", "announcement_files", "image", "pdf"))
        parsed = parsed.with_errors({"files": told}) if at_files else parsed.refused(refusal, told)
    if announcement_id is None:
        return _form_page(request, parsed, status=UNPROCESSABLE)
    with database.reading(actor) as session:
        row = queries.one(session, announcement_id)
        return _form_page(request, parsed, row, queries.files(session, announcement_id), status=UNPROCESSABLE)


def _kept(
    session: Session, actor: Actor, announcement_id: int | None, parsed: Parsed[Draft], uploads: list[Upload]
) -> int:
    """A new notice is made once however often 「저장」 is pressed; the id. Raises what `writes.save` raises."""
    draft = parsed.value
    assert draft is not None  # noqa: S101 - the caller looked

    def save() -> Announcement:
        files = [_staged(session, actor, name, body) for name, body in uploads]
        return writes.save(session, actor, draft, files, clock.now(), announcement_id)

    if announcement_id is not None:
        return save().id or 0
    return once(session, actor, "announcement", parsed, save)


def _staged(session: Session, actor: Actor, name: str, body: bytes) -> StoredFile:
    return stage_once(session, actor.member_id, None, name, body, ANY)


def _form_page(
    request: Request, form: Parsed[Any], row: Announcement | None = None, files: Any = (), *, status: int = 200
) -> Response:
    return page(
        request,
        "announcements/form.html",
        status=status,
        form=form,
        announcement=row,
        files=files,
        readers=READERS,
        accept=ANY.accept,
        limits=f"{ANY.words} · 한 파일 30 MB, {FILES_MAX}개까지",
        base=PATH,
        nav=PATH,
    )


def _last_day(row: Announcement) -> Any:
    return (row.ends_at - writes.ONE_DAY).astimezone(KST).date() if row.ends_at else None


def _history(session: Session, announcement_id: int) -> list[dict[str, Any]]:
    return entries(session, "announcement", announcement_id, ACT, FIELD, _shown)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return "예" if value else "아니요"
    if isinstance(value, list):
        return ", ".join(value)
    return READER[Reader(value)] if name == "reader" else str(value)


def _state(row: Announcement) -> State:
    return state_of(row.starts_at, row.ends_at, clock.now(), published=row.published_at is not None)


@cache
def _grid() -> Grid:
    table = Announcement
    published = col(table.published_at).is_not(None)
    open_ended = col(table.ends_at).is_(None)
    return Grid(
        name="announcements",
        title="공지사항",
        ident=col(table.id),
        default_sort="-starts_at",
        columns=(
            Column(
                key="title", label="제목", sort=col(table.title), href=lambda r: f"{PATH}/{r.id}", width=44, wrap=True
            ),
            Column(
                key="state",
                label="상태",
                kind="badge",
                words={state.value: words for state, words in STATE.items()},
                tones={state.value: tone for state, tone in TONE.items()},
                value=lambda r: _state(r).value,
                width=10,
            ),
            Column(
                key="reader", label="대상", sort=col(table.reader), value=lambda r: READER[Reader(r.reader)], width=22
            ),
            Column(
                key="pinned", label="고정", sort=col(table.pinned), value=lambda r: "고정" if r.pinned else "", width=8
            ),
            Column(key="starts_at", label="게시 시작일", kind="date", sort=col(table.starts_at)),
            Column(key="ends_at", label="게시 종료일", kind="date", sort=col(table.ends_at), value=_last_day),
            Column(key="created_name", label="작성자", sort=col(table.created_name)),
            Column(key="changed_at", label="변경일시", kind="moment", sort=col(table.changed_at), width=18),
        ),
        filters=(
            Segment(
                key="state",
                label="상태",
                options=(
                    Option(value="all", label="전체"),
                    Option(value="draft", label=STATE[State.DRAFT], where=~published),
                    Option(
                        value="shown",
                        label=STATE[State.SHOWN],
                        where=lambda _: and_(
                            published,
                            col(table.starts_at) <= clock.now(),
                            open_ended | (col(table.ends_at) > clock.now()),
                        ),
                    ),
                ),
            ),
            Choice(
                key="reader",
                label="대상",
                options=(
                    Option(value="all", label="전체"),
                    *(Option(value=value, label=words, where=col(table.reader) == value) for value, words in READERS),
                ),
            ),
            Text(key="title", label="제목", column=col(table.title)),
            DateRange(key="starts", label="게시 시작일", column=col(table.starts_at), instant=True, more=True),
        ),
        empty="공지사항이 없습니다.",
        empty_hint="「공지 작성」으로 첫 공지를 남겨 보세요.",
    )
