"""탈퇴요청: the buyer's list of everybody who asked to leave."""

from typing import Annotated

from fastapi import APIRouter
from sqlmodel import col
from starlette.requests import Request
from starlette.responses import Response

from models.kernel.roles import Role
from models.processes.messages import Actor
from models.withdrawals import queries
from models.withdrawals.kind import WITHDRAWAL
from models.withdrawals.rules import Status
from models.withdrawals.tables import Withdrawal
from models.withdrawals.wording import ORIGIN, SUBJECT
from web.auth.audience import require
from web.grid import Column
from web.request_lists import request_grid, request_list

router = APIRouter(prefix="/withdrawals", tags=["탈퇴요청"], include_in_schema=False)

Seer = Annotated[Actor, require(Role.BUYER, Role.ADMIN, Role.PARTNER)]

GRID = request_grid(
    WITHDRAWAL,
    Status,
    SUBJECT,
    reason="탈퇴 사유",
    more=(
        Column(key="origin", label="요청자", value=lambda row: ORIGIN[row.origin], sort=col(Withdrawal.origin)),
        Column(key="reason_words", label="탈퇴 구분", sort=col(Withdrawal.reason_words)),
    ),
    empty_hint="회원이 탈퇴를 요청하면 이 화면에 나타나고 알림을 보내 드립니다.",
)


@router.get("")
def withdrawal_list(request: Request, actor: Seer) -> Response:
    """The list."""
    return request_list(request, actor, GRID, queries.visible(actor))
