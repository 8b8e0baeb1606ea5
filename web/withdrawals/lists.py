"""탈퇴요청: the buyer's list of everybody who asked to leave."""

from typing import Annotated

from fastapi import APIRouter
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.withdrawals import queries
from models.withdrawals.rules import Status, Subject
from models.withdrawals.tables import Withdrawal
from models.withdrawals.wording import ORIGIN, SUBJECT, WORDS
from web.auth.audience import require
from web.grid import Choice, Column, DateRange, Grid, Option, Text
from web.render import page
from web.turns import turn_filter

router = APIRouter(prefix="/withdrawals", tags=["탈퇴요청"], include_in_schema=False)

Seer = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER)]


def _link(row: Withdrawal) -> str:
    return f"/withdrawals/{row.id}"


def _subject(row: Withdrawal) -> str:
    return SUBJECT[row.subject]


def _origin(row: Withdrawal) -> str:
    return ORIGIN[row.origin]


def _statuses() -> Choice:
    options = [
        Option(value=status.value, label=WORDS.status[status], where=col(Withdrawal.status) == status.value)
        for status in Status
    ]
    return Choice(key="status", label="요청상태", options=(Option(value="all", label="전체"), *options))


def _subjects() -> Choice:
    options = [
        Option(value=subject.value, label=SUBJECT[subject], where=col(Withdrawal.subject) == subject.value)
        for subject in Subject
    ]
    return Choice(key="subject", label="요청구분", options=(Option(value="all", label="전체"), *options))


GRID = Grid(
    name="withdrawals",
    title="탈퇴요청",
    ident=col(Withdrawal.id),
    default_sort="-number",
    columns=(
        Column(key="number", label="요청번호", sort=col(Withdrawal.number), href=_link, width=18),
        Column(
            key="status", label="요청상태", kind="badge", words=WORDS.status, tones=WORDS.tone,
            sort=col(Withdrawal.status),
        ),
        Column(key="subject", label="요청구분", value=_subject, sort=col(Withdrawal.subject)),
        Column(key="company_name", label="회원", sort=col(Withdrawal.company_name), width=28),
        Column(key="origin", label="요청자", value=_origin, sort=col(Withdrawal.origin)),
        Column(key="reason_words", label="탈퇴 구분", sort=col(Withdrawal.reason_words)),
        Column(key="created_at", label="요청일자", kind="moment", sort=col(Withdrawal.created_at), width=18),
        Column(key="due_at", label="남은 시간", kind="left", sort=col(Withdrawal.due_at)),
        Column(key="decided_at", label="승인일자", kind="moment", sort=col(Withdrawal.decided_at), width=18),
        Column(key="decided_by", label="처리자", sort=col(Withdrawal.decided_by)),
        Column(key="request_reason", label="탈퇴 사유", width=36, wrap=True),
        Column(key="decision_reason", label="처리사유", width=36, wrap=True),
    ),
    filters=(
        DateRange(key="asked", label="요청일자", column=col(Withdrawal.created_at), instant=True, default="1y"),
        _statuses(),
        turn_filter(Withdrawal),
        _subjects(),
        Text(key="company", label="회원", column=col(Withdrawal.company_name), more=True),
        Text(key="number", label="요청번호", column=col(Withdrawal.number), more=True),
    ),
    empty="탈퇴요청이 없습니다.",
    empty_hint="회원이 탈퇴를 요청하면 이 화면에 나타나고 알림을 보내 드립니다.",
)  # fmt: skip


@router.get("")
def withdrawal_list(request: Request, actor: Seer) -> Response:
    """The list; a partner has theirs beside the facts."""
    if actor.side != "buyer":
        return RedirectResponse("/company", 303)
    view = GRID.read(request)
    with database.reading(actor) as session:
        if view.download:
            return GRID.download(session, view, queries.visible(actor), who=actor)
        found = GRID.fetch(session, view, queries.visible(actor), who=actor)
    return page(request, "withdrawals/list.html", grid=GRID.present(view, found))
