"""가입요청: what the buyer decides, and of a company what its 주담당자 decides."""

from functools import cache

from fastapi import APIRouter
from sqlalchemy import ColumnElement
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from models import database
from models.identity.wording import STANDING
from models.kernel.identifiers import format_brn
from models.signups import queries
from models.signups.rules import OPEN, SignupKind, SignupMode, Status
from models.signups.tables import Signup
from models.signups.wording import MODE, SIGNUP_KIND, WORDS
from web.grid import Choice, Column, DateRange, Grid, Option, Segment, Text
from web.render import page
from web.signups.pages import TONE, Decider

router = APIRouter(prefix="/signups", include_in_schema=False)

_STANDING = {state.value: words for state, words in STANDING.items()}
_STANDING_TONE = {state.value: tone for state, tone in TONE.items()}


@router.get("")
def listed(request: Request, actor: Decider) -> Response:
    """The list, what waits first."""
    grid = _grid(actor.company_id is None)
    view = grid.read(request)
    with database.reading(actor) as session:
        scope = queries.decided_by(actor)
        if view.download:
            return grid.download(session, view, scope, who=actor)
        found = grid.fetch(session, view, scope, who=actor)
    return page(request, "layouts/list.html", grid=grid.present(view, found))


@cache
def _grid(office: bool) -> Grid:
    return Grid(
        name="signups" if office else "signups-contacts",
        title="가입요청" if office else "부담당자 가입요청",
        ident=col(Signup.id),
        default_sort="-created_at",
        columns=(
            Column(key="number", label="접수번호", sort=col(Signup.number), href=lambda row: f"/signups/{row.id}"),
            Column(
                key="status",
                label="요청상태",
                kind="badge",
                words=WORDS.status,
                tones=WORDS.tone,
                sort=col(Signup.status),
            ),
            Column(key="due_at", label="남은 시간", kind="left", sort=col(Signup.due_at)),
            Column(
                key="kind",
                label="회원구분",
                value=lambda row: SIGNUP_KIND[row.signup_kind],
                sort=col(Signup.signup_kind),
            ),
            Column(key="mode", label="요청구분", value=lambda row: MODE[row.mode], sort=col(Signup.mode)),
            *(_company_columns() if office else ()),
            Column(key="applicant_name", label="요청자", sort=col(Signup.applicant_name)),
            Column(key="created_at", label="요청일자", kind="date", sort=col(Signup.created_at)),
            Column(key="decided_at", label="처리일자", kind="date", sort=col(Signup.decided_at)),
            Column(key="decided_by", label="처리자", sort=col(Signup.decided_by)),
            Column(key="decision_reason", label="처리사유", sort=col(Signup.decision_reason)),
        ),
        filters=(
            DateRange(key="asked", label="요청일자", column=col(Signup.created_at), instant=True, default="1y"),
            Segment(
                key="state",
                label="요청상태",
                options=(
                    Option(value="open", label="승인 대기", where=col(Signup.status).in_(OPEN)),
                    Option(value="approved", label="승인", where=col(Signup.status) == Status.APPROVED),
                    Option(value="rejected", label="반려", where=col(Signup.status) == Status.REJECTED),
                    Option(value="all", label="전체"),
                ),
            ),
            *(_company_filters() if office else ()),
            Text(key="applicant", label="요청자", column=col(Signup.applicant_name), more=office),
        ),
        empty="가입요청이 없습니다.",
    )


def _company_columns() -> tuple[Column, ...]:
    return (
        Column(key="company_name", label="기업명 · 회원명", sort=col(Signup.company_name)),
        Column(
            key="business_number",
            label="사업자등록번호",
            value=lambda row: format_brn(row.business_number or ""),
            sort=col(Signup.business_number),
        ),
        Column(
            key="registry_state",
            label="사업자 상태",
            kind="badge",
            words=_STANDING,
            tones=_STANDING_TONE,
            sort=col(Signup.registry_state),
        ),
    )


def _company_filters() -> tuple[Text | Choice, ...]:
    return (
        Text(key="company", label="기업명 · 회원명", column=col(Signup.company_name)),
        Text(key="number", label="사업자등록번호", match=_by_number, more=True),
        Choice(
            key="mode",
            label="요청구분",
            more=True,
            options=(
                Option(value="all", label="전체"),
                *(Option(value=mode.value, label=MODE[mode], where=col(Signup.mode) == mode) for mode in SignupMode),
            ),
        ),
        Choice(
            key="kind",
            label="회원구분",
            more=True,
            options=(
                Option(value="all", label="전체"),
                *(
                    Option(value=kind.value, label=SIGNUP_KIND[kind], where=col(Signup.signup_kind) == kind)
                    for kind in (SignupKind.INDIVIDUAL, SignupKind.COMPANY)
                ),
            ),
        ),
    )


def _by_number(typed: str) -> ColumnElement[bool]:
    return col(Signup.business_number).contains(typed.replace("-", ""), autoescape=True)
