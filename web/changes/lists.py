"""변경요청: the buyer's list of every request for a change."""

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from models.changes import queries
from models.changes.kind import CHANGE
from models.changes.rules import Status
from models.changes.wording import SUBJECT
from models.kernel.roles import Role
from models.processes.messages import Actor
from web.auth.audience import require
from web.request_lists import request_grid, request_list

router = APIRouter(prefix="/changes", tags=["변경요청"], include_in_schema=False)

Seer = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER)]

GRID = request_grid(
    CHANGE,
    Status,
    SUBJECT,
    reason="요청사유",
    empty_hint="회원이 정보 변경을 요청하면 이 화면에 나타나고 알림을 보내 드립니다.",
)


@router.get("")
def change_list(request: Request, actor: Seer) -> Response:
    """The list."""
    return request_list(request, actor, GRID, queries.visible(actor))
