"""변경요청: the buyer's list of every request for a change."""

from typing import Annotated

from fastapi import APIRouter
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.changes import queries
from models.changes.rules import Status, Subject
from models.changes.tables import ChangeRequest
from models.changes.wording import SUBJECT, WORDS
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require
from web.grid import Choice, Column, DateRange, Grid, Option, Text
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/changes", tags=["변경요청"], include_in_schema=False)

Seer = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER)]


def _link(row: ChangeRequest) -> str:
    return f"/changes/{row.id}"


def _subject(row: ChangeRequest) -> str:
    return SUBJECT[row.subject]


def _statuses() -> Choice:
    options = [
        Option(value=status.value, label=WORDS.status[status], where=col(ChangeRequest.status) == status.value)
        for status in Status
    ]
    return Choice(key="status", label="요청상태", options=(Option(value="all", label="전체"), *options))


def _subjects() -> Choice:
    options = [
        Option(value=subject.value, label=SUBJECT[subject], where=col(ChangeRequest.subject) == subject.value)
        for subject in Subject
    ]
    return Choice(key="subject", label="요청구분", options=(Option(value="all", label="전체"), *options))


GRID = Grid(
    name="changes",
    title="변경요청",
    ident=col(ChangeRequest.id),
    default_sort="-number",
    columns=(
        Column(key="number", label="요청번호", sort=col(ChangeRequest.number), href=_link, width=18),
        Column(
            key="status", label="요청상태", kind="badge", words=WORDS.status, tones=WORDS.tone,
            sort=col(ChangeRequest.status),
        ),
        Column(key="subject", label="요청구분", value=_subject, sort=col(ChangeRequest.subject)),
        Column(key="company_name", label="회원", sort=col(ChangeRequest.company_name), width=28),
        Column(key="created_at", label="요청일자", kind="moment", sort=col(ChangeRequest.created_at), width=18),
        Column(key="due_at", label="남은 시간", kind="left", sort=col(ChangeRequest.due_at)),
        Column(key="decided_at", label="승인일자", kind="moment", sort=col(ChangeRequest.decided_at), width=18),
        Column(key="decided_by", label="처리자", sort=col(ChangeRequest.decided_by)),
        Column(key="request_reason", label="요청사유", width=36, wrap=True),
        Column(key="decision_reason", label="처리사유", width=36, wrap=True),
    ),
    filters=(
        DateRange(key="asked", label="요청일자", column=col(ChangeRequest.created_at), instant=True, default="1y"),
        _statuses(),
        turn_filter(ChangeRequest),
        _subjects(),
        Text(key="company", label="회원", column=col(ChangeRequest.company_name), more=True),
        Text(key="number", label="요청번호", column=col(ChangeRequest.number), more=True),
    ),
    empty="변경요청이 없습니다.",
    empty_hint="회원이 정보 변경을 요청하면 이 화면에 나타나고 알림을 보내 드립니다.",
)  # fmt: skip


@router.get("")
def change_list(request: Request, actor: Seer) -> Response:
    """The list; a partner has theirs beside the facts."""
    if actor.side != "buyer":
        return RedirectResponse("/company", 303)
    view = GRID.read(request)
    with database.reading(actor) as session:
        if view.download:
            return GRID.download(session, view, queries.visible(actor), who=actor)
        found = GRID.fetch(session, view, queries.visible(actor), who=actor)
    return page(request, "changes/list.html", grid=GRID.present(view, found))
