"""Payout accounts (지급계좌) and what companies ask to have changed (회사정보 변경). Pure.

A changed account is checked with the bank (예금주 조회), waits through a cooling-off in which anybody of the credit may
cancel it, and is paid to from then on. The account before stays in use until then.
"""

from enum import StrEnum

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "credit_account"
CHANGE_KIND = "credit_change"


class Status(StrEnum):
    CHECKING = "checking"  # 예금주 확인중
    COOLING = "cooling"  # 변경 대기
    ACTIVE = "active"  # 사용중
    REPLACED = "replaced"  # 이전 계좌
    REJECTED = "rejected"  # 예금주 불일치
    CANCELLED = "cancelled"  # 변경 취소


class ChangeStatus(StrEnum):
    REQUESTED = "requested"  # 승인 대기
    APPROVED = "approved"  # 승인
    REJECTED = "rejected"  # 반려
    CANCELLED = "cancelled"  # 요청취소


# Machine acts.
HOLDER_FOUND = "holder_found"
HOLDER_DIFFERS = "holder_differs"
TAKES_EFFECT = "takes_effect"
SUPERSEDED = "superseded"

CHECK_JOB = "check_credit_account"

PARTNER = frozenset({Role.MEDIA})
OFFICER = frozenset({Role.SETTLEMENT})
MANAGER = frozenset({Role.MEDIA_MANAGER, Role.SETTLEMENT})
MACHINE = frozenset({Role.SYSTEM})
OPEN = (Status.CHECKING, Status.COOLING)

RULES = ProcessRules(
    kind=KIND,
    initial=Status.CHECKING,
    statuses=tuple(Status),
    moves=(
        Move(Status.CHECKING, HOLDER_FOUND, (Status.COOLING, Status.ACTIVE), MACHINE),
        Move(Status.CHECKING, HOLDER_DIFFERS, (Status.REJECTED,), MACHINE),
        Move(Status.CHECKING, "cancel", (Status.CANCELLED,), PARTNER | OFFICER, danger=True),
        Move(Status.COOLING, TAKES_EFFECT, (Status.ACTIVE,), MACHINE),
        Move(Status.COOLING, "cancel", (Status.CANCELLED,), PARTNER | OFFICER, danger=True),
        Move(Status.ACTIVE, SUPERSEDED, (Status.REPLACED,), MACHINE),
    ),
    turns={
        Status.CHECKING: Role.SYSTEM,
        Status.COOLING: Role.SYSTEM,
        Status.ACTIVE: Role.SYSTEM,
        Status.REPLACED: None,
        Status.REJECTED: None,
        Status.CANCELLED: None,
    },
    path=(Status.CHECKING, Status.COOLING, Status.ACTIVE),
)

CHANGE_RULES = ProcessRules(
    kind=CHANGE_KIND,
    initial=ChangeStatus.REQUESTED,
    statuses=tuple(ChangeStatus),
    moves=(
        Move(ChangeStatus.REQUESTED, "approve", (ChangeStatus.APPROVED,), MANAGER, primary=True),
        Move(ChangeStatus.REQUESTED, "reject", (ChangeStatus.REJECTED,), MANAGER, reason=True, danger=True),
        Move(ChangeStatus.REQUESTED, "cancel", (ChangeStatus.CANCELLED,), PARTNER, danger=True),
    ),
    turns={
        ChangeStatus.REQUESTED: Role.MEDIA_MANAGER,
        ChangeStatus.APPROVED: None,
        ChangeStatus.REJECTED: None,
        ChangeStatus.CANCELLED: None,
    },
    path=(ChangeStatus.REQUESTED, ChangeStatus.APPROVED),
)


class AccountChangeOpen(Refusal):
    """Another change of the group's account has not taken effect yet: cancel it first."""

    code = "account_change_open"


class ChangeOpen(Refusal):
    """The company's change request has not been decided yet."""

    code = "credit_change_open"


def account_workflow_id(group_id: int, version: int) -> str:
    return f"account/{group_id}/{version}"


def change_workflow_id(company_id: int, version: int) -> str:
    return f"credit-change/{company_id}/{version}"
