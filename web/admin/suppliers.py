"""협력사: the companies the house deals with, those without the portal registered here, 인증번호 and 가입불가."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Annotated, Any

from fastapi import APIRouter
from sqlmodel import Session, col
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import clock, database
from models.catalog import KINDS
from models.conversions import writes as conversions
from models.conversions.queries import latest_of, open_of
from models.conversions.wording import WORDS as CONVERSION_WORDS
from models.kernel.identifiers import format_brn
from models.kernel.refusals import NotFound, Refusal
from models.kernel.roles import Role
from models.members import directory, writes
from models.members.administration import Because, CodeForm, SupplierForm
from models.members.queries import companies_visible_to
from models.members.rules import CompanyKind, CompanyStatus, MemberStatus
from models.members.tables import Company, Member
from models.members.wording import COMPANY_KIND, COMPANY_STATUS, MEMBER_STATUS
from models.processes.lifetimes import Lifetime, amount, words
from models.processes.messages import Actor
from models.processes.tables import ProcessEvent
from models.record import visible_events
from web import forms
from web.admin.members import TONE as MEMBER_TONE
from web.admin.members import history_of
from web.auth.audience import require
from web.errors import sentence
from web.forms import Parsed
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.render import page

PATH = "/admin/suppliers"
router = APIRouter(prefix=PATH, include_in_schema=False)

Keeper = Annotated[Actor, require(Role.ADMIN, Role.BUYER)]
Admin = Annotated[Actor, require(Role.ADMIN)]
UNPROCESSABLE = 422
EVENTS_MAX = 50
MEMBERSHIP = ("signup", "conversion", "change", "withdrawal")
"""Kinds of documents a company is the subject of."""
TONE = {
    CompanyStatus.APPLYING: "wait",
    CompanyStatus.ACTIVE: "done",
    CompanyStatus.REJECTED: "stop",
    CompanyStatus.PORTAL_UNUSED: "go",
    CompanyStatus.WITHDRAWN: "mute",
    CompanyStatus.BLOCKED: "stop",
}
TYPES = [(kind.value, words) for kind, words in COMPANY_KIND.items()]
DONE = {
    "created": "포탈미사용 협력사로 등록했습니다. 「인증번호 전송」으로 포털 가입을 안내할 수 있습니다.",
    "saved": "저장했습니다.",
    "sent": "인증번호를 이메일로 보냈습니다. 유효기간은 메일에 적혀 있습니다.",
    "blocked": "가입불가로 지정했습니다.",
    "unblocked": "가입불가를 해제했습니다.",
}


@router.get("")
def listed(request: Request, actor: Keeper) -> Response:
    """The list of companies and individuals."""
    grid, scope = _grid(), companies_visible_to(actor)
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, "admin/suppliers.html", grid=grid.present(view, found))


@router.get("/new")
def new(request: Request, actor: Keeper) -> Response:  # noqa: ARG001 - the audience is the point
    """「포탈미사용 협력사 등록」."""
    return _form_page(request, forms.blank({"kind": CompanyKind.CORPORATION.value}))


@router.post("")
async def create(request: Request, actor: Keeper) -> Response:
    """「등록」."""
    return await run_in_threadpool(_saved, request, actor, None, await request.form())


@router.get("/{company_id:int}")
def show(request: Request, actor: Keeper, company_id: int) -> Response:
    """One company: facts, people, 인증번호, history."""
    with database.reading(actor) as session:
        return _company_page(request, session, actor, company_id)


@router.get("/{company_id:int}/edit")
def edit_page(request: Request, actor: Keeper, company_id: int) -> Response:
    """A supplier without the portal; the others change their facts themselves."""
    with database.reading(actor) as session:
        company = _company(session, actor, company_id)
    if company.status != CompanyStatus.PORTAL_UNUSED:
        return RedirectResponse(f"{PATH}/{company_id}", 303)
    shown = {name: getattr(company, name) for name in SupplierForm.model_fields}
    return _form_page(request, forms.blank(shown), company)


@router.post("/{company_id:int}/edit")
async def edit(request: Request, actor: Keeper, company_id: int) -> Response:
    """「저장」."""
    return await run_in_threadpool(_saved, request, actor, company_id, await request.form())


@router.post("/{company_id:int}/code")
async def send_code(request: Request, actor: Keeper, company_id: int) -> Response:
    """「인증번호 전송」."""
    return await run_in_threadpool(_sent, request, actor, company_id, await request.form())


@router.post("/{company_id:int}/block")
async def block(request: Request, actor: Admin, company_id: int) -> Response:
    """「가입불가 지정」."""
    return await run_in_threadpool(_blocked, request, actor, company_id, await request.form(), done="blocked")


@router.post("/{company_id:int}/unblock")
async def unblock(request: Request, actor: Admin, company_id: int) -> Response:
    """「가입불가 해제」."""
    return await run_in_threadpool(_blocked, request, actor, company_id, await request.form(), done="unblocked")


def _saved(request: Request, actor: Actor, company_id: int | None, data: FormData) -> Response:
    parsed = forms.parse(SupplierForm, data)
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                if company_id is None:
                    made = writes.register_supplier(session, actor, parsed.value, clock.now())
                else:
                    made = writes.edit_supplier(session, actor, company_id, parsed.value)
            return RedirectResponse(f"{PATH}/{made.id}?done={'saved' if company_id else 'created'}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed = parsed.refused(refusal, sentence(refusal))
    with database.reading(actor) as session:
        company = _company(session, actor, company_id) if company_id is not None else None
    return _form_page(request, parsed, company, status=UNPROCESSABLE)


def _sent(request: Request, actor: Actor, company_id: int, data: FormData) -> Response:
    parsed = forms.parse(CodeForm, data)

    def write(session: Session) -> None:
        made = conversions.send(session, actor, company_id, parsed.value.email if parsed.value else "", clock.now())
        writes.note_code(session, actor, company_id, made.number)

    return _written(request, actor, company_id, parsed, write, "sent")


def _blocked(request: Request, actor: Actor, company_id: int, data: FormData, *, done: str) -> Response:
    parsed = forms.parse(Because, data)

    def write(session: Session) -> None:
        reason = parsed.value.reason if parsed.value else ""
        if done == "blocked":
            writes.block(session, actor, company_id, reason, clock.now())
        else:
            writes.unblock(session, actor, company_id, reason)

    return _written(request, actor, company_id, parsed, write, done)


def _written(
    request: Request,
    actor: Actor,
    company_id: int,
    parsed: Parsed[Any],
    write: Callable[[Session], None],
    done: str,
) -> Response:
    """One write from the company's page; what was typed is shown there again when it cannot be taken."""
    status = UNPROCESSABLE
    try:
        if parsed.value is not None:
            with database.writing(actor) as session:
                write(session)
            return RedirectResponse(f"{PATH}/{company_id}?done={done}", 303)
    except NotFound:
        raise
    except Refusal as refusal:
        parsed, status = parsed.refused(refusal, sentence(refusal, CONVERSION_WORDS.sentences)), refusal.status
    with database.reading(actor) as session:
        return _company_page(request, session, actor, company_id, parsed, status=status)


def _company(session: Session, actor: Actor, company_id: int) -> Company:
    found: Company | None = session.execute(
        companies_visible_to(actor).where(col(Company.id) == company_id)
    ).scalar_one_or_none()
    if found is None:
        raise NotFound
    return found


def _company_page(
    request: Request,
    session: Session,
    actor: Actor,
    company_id: int,
    form: Parsed[Any] | None = None,
    *,
    status: int = 200,
) -> Response:
    company = _company(session, actor, company_id)
    people = session.execute(
        directory.members().where(col(Member.company_id) == company_id).order_by(col(Member.id)).limit(100)
    ).all()
    return page(
        request,
        "admin/supplier.html",
        status=status,
        company=company,
        number=format_brn(company.business_number) if company.business_number else "",
        kind_words=COMPANY_KIND[CompanyKind(company.kind)],
        status_words=COMPANY_STATUS[CompanyStatus(company.status)],
        tone=TONE[CompanyStatus(company.status)],
        people=[
            (row, MEMBER_STATUS[MemberStatus(row.status)], MEMBER_TONE[MemberStatus(row.status)]) for row in people
        ],
        conversion=latest_of(session, company_id),
        code_open=open_of(session, actor, company_id),
        conversion_words=CONVERSION_WORDS,
        code_life=words(Lifetime.CODE, amount(session, Lifetime.CODE)),
        form=form or forms.blank({}),
        is_admin=Role.ADMIN in actor.every_role,
        blockable=company.status in writes.BLOCKABLE,
        events=_events(session, actor, company_id),
        kinds=KINDS,
        history=history_of(session, "company", company_id),
        done=DONE.get(request.query_params.get("done", ""), ""),
        nav=PATH,
    )


def _events(session: Session, actor: Actor, company_id: int) -> Sequence[ProcessEvent]:
    """What this company asked for and what became of it, newest first."""
    rows = visible_events(actor).where(
        col(ProcessEvent.company_id) == company_id, col(ProcessEvent.kind).in_(MEMBERSHIP)
    )
    return session.execute(rows.order_by(col(ProcessEvent.id).desc()).limit(EVENTS_MAX)).scalars().all()


def _form_page(request: Request, form: Parsed[Any], company: Company | None = None, *, status: int = 200) -> Response:
    return page(request, "admin/supplier_form.html", status=status, form=form, company=company, kinds=TYPES, nav=PATH)


@cache
def _grid() -> Grid:
    return Grid(
        name="suppliers",
        title="협력사",
        ident=col(Company.id),
        default_sort="name",
        columns=(
            Column(key="name", label="기업명", sort=col(Company.name), href=lambda r: f"{PATH}/{r.id}", width=32),
            Column(
                key="status",
                label="상태",
                kind="badge",
                words={status.value: words for status, words in COMPANY_STATUS.items()},
                tones={status.value: tone for status, tone in TONE.items()},
                sort=col(Company.status),
                width=12,
            ),
            Column(
                key="kind",
                label="회원구분",
                sort=col(Company.kind),
                value=lambda r: COMPANY_KIND[CompanyKind(r.kind)],
                width=12,
            ),
            Column(
                key="business_number",
                label="사업자등록번호",
                sort=col(Company.business_number),
                value=lambda r: format_brn(r.business_number) if r.business_number else None,
            ),
            Column(key="representative", label="대표자", sort=col(Company.representative)),
            Column(key="phone", label="전화번호", shown=False),
            Column(key="address", label="주소", width=36, wrap=True, shown=False),
            Column(key="created_at", label="등록일시", kind="moment", sort=col(Company.created_at), width=18),
            Column(key="joined_at", label="가입승인일", kind="date", sort=col(Company.joined_at)),
            Column(key="status_reason", label="사유", width=30, wrap=True),
        ),
        filters=(
            Segment(
                key="status",
                label="상태",
                options=(
                    Option(value="all", label="전체"),
                    *(
                        Option(value=status.value, label=words, where=col(Company.status) == status.value)
                        for status, words in COMPANY_STATUS.items()
                    ),
                ),
            ),
            Text(key="name", label="기업명", column=col(Company.name)),
            Text(key="number", label="사업자등록번호", column=col(Company.business_number), placeholder="숫자만"),
            Choice(
                key="kind",
                label="회원구분",
                more=True,
                options=(
                    Option(value="all", label="전체"),
                    *(Option(value=value, label=words, where=col(Company.kind) == value) for value, words in TYPES),
                ),
            ),
            Text(key="representative", label="대표자", column=col(Company.representative), more=True),
            DateRange(key="joined", label="가입승인일", column=col(Company.joined_at), instant=True, more=True),
        ),
        empty="조건에 맞는 협력사가 없습니다.",
        empty_hint="포탈을 쓰지 않는 협력사는 「등록」할 수 있습니다.",
    )
