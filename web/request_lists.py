"""변경요청 and 탈퇴요청: the buyer's lists of what members ask for are alike in all but a few columns."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from sqlalchemy import Select
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from models import database
from models.processes.kinds import Kind
from models.processes.messages import Actor
from web.grid import Choice, Column, DateRange, Grid, Option, Text
from web.render import page
from web.turns import turn_filter


def request_grid(
    kind: Kind,
    statuses: Iterable[StrEnum],
    subjects: Mapping[str, str],
    *,
    reason: str,
    more: tuple[Column, ...] = (),
    empty_hint: str,
) -> Grid:
    """The list of a kind of request. `reason`: how its 요청사유 is called; `more`: columns of its own."""
    table: Any = kind.table
    words = kind.words
    return Grid(
        name=kind.plural,
        title=words.name,
        ident=col(table.id),
        default_sort="-number",
        columns=(
            Column(key="number", label="요청번호", sort=col(table.number), href=kind.link, width=18),
            Column(
                key="status",
                label="요청상태",
                kind="badge",
                words=words.status,
                tones=words.tone,
                sort=col(table.status),
            ),
            Column(key="subject", label="요청구분", value=lambda row: subjects[row.subject], sort=col(table.subject)),
            Column(key="company_name", label="회원", sort=col(table.company_name), width=28),
            *more,
            Column(key="created_at", label="요청일자", kind="moment", sort=col(table.created_at), width=18),
            Column(key="due_at", label="남은 시간", kind="left", sort=col(table.due_at)),
            Column(key="decided_at", label="승인일자", kind="moment", sort=col(table.decided_at), width=18),
            Column(key="decided_by", label="처리자", sort=col(table.decided_by)),
            Column(key="request_reason", label=reason, width=36, wrap=True),
            Column(key="decision_reason", label="처리사유", width=36, wrap=True),
        ),
        filters=(
            DateRange(key="asked", label="요청일자", column=col(table.created_at), instant=True, default="1y"),
            _choice("status", "요청상태", table.status, {one.value: words.status[one] for one in statuses}),
            turn_filter(table),
            _choice("subject", "요청구분", table.subject, subjects),
            Text(key="company", label="회원", column=col(table.company_name), more=True),
            Text(key="number", label="요청번호", column=col(table.number), more=True),
        ),
        empty=f"{words.name}이 없습니다.",
        empty_hint=empty_hint,
    )


def _choice(key: str, label: str, column: Any, words: Mapping[str, str]) -> Choice:
    options = [Option(value=str(value), label=said, where=col(column) == str(value)) for value, said in words.items()]
    return Choice(key=key, label=label, options=(Option(value="all", label="전체"), *options))


def request_list(request: Request, actor: Actor, grid: Grid, rows: Select[Any]) -> Response:
    """The page or the .xlsx; a partner has theirs beside the facts."""
    if actor.side != "buyer":
        return RedirectResponse("/company", 303)
    view = grid.read(request)
    with database.reading(actor) as session:
        if view.download:
            return grid.download(session, view, rows, who=actor)
        found = grid.fetch(session, view, rows, who=actor)
    return page(request, "layouts/list.html", grid=grid.present(view, found))
