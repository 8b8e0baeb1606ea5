"""The monthly run (월 정산): computed for a preview, approved by the officer, published group by group. Pure."""

from enum import StrEnum

from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "credit_run"


class Status(StrEnum):
    DRAFTING = "drafting"  # 계산중
    PREVIEWED = "previewed"  # 승인 대기
    APPROVED = "approved"  # 승인
    PUBLISHING = "publishing"  # 발행중
    PAUSED = "paused"  # 일시정지
    INCOMPLETE = "incomplete"  # 일부 실패
    PUBLISHED = "published"  # 발행 완료
    STOPPED = "stopped"  # 중단


# Machine acts.
COMPUTED = "computed"
COMPUTING_FAILED = "computing_failed"
PUBLISH = "publish"
FINISHED = "finished"

OFFICER = frozenset({Role.SETTLEMENT})
MACHINE = frozenset({Role.SYSTEM})
OPEN = (Status.DRAFTING, Status.PREVIEWED, Status.APPROVED, Status.PUBLISHING, Status.PAUSED, Status.INCOMPLETE)
"""One run of a month at a time is in one of these."""

RULES = ProcessRules(
    kind=KIND,
    initial=Status.DRAFTING,
    statuses=tuple(Status),
    moves=(
        Move(Status.DRAFTING, COMPUTED, (Status.PREVIEWED,), MACHINE),
        Move(Status.DRAFTING, COMPUTING_FAILED, (Status.STOPPED,), MACHINE),
        Move(Status.DRAFTING, "cancel", (Status.STOPPED,), OFFICER, reason=True, danger=True),
        Move(Status.PREVIEWED, "approve", (Status.APPROVED,), OFFICER, primary=True),
        Move(Status.PREVIEWED, "rerun", (Status.DRAFTING,), OFFICER),
        Move(Status.PREVIEWED, "cancel", (Status.STOPPED,), OFFICER, reason=True, danger=True),
        Move(Status.APPROVED, PUBLISH, (Status.PUBLISHING,), MACHINE),
        Move(Status.PUBLISHING, "pause", (Status.PAUSED,), OFFICER, danger=True),
        Move(Status.PUBLISHING, "retry_group", (Status.PUBLISHING,), OFFICER),
        Move(Status.PUBLISHING, FINISHED, (Status.PUBLISHED, Status.INCOMPLETE), MACHINE),
        Move(Status.PAUSED, "resume", (Status.PUBLISHING,), OFFICER, primary=True),
        Move(Status.PAUSED, "cancel", (Status.STOPPED,), OFFICER, reason=True, danger=True),
        Move(Status.INCOMPLETE, "retry_group", (Status.PUBLISHING,), OFFICER, primary=True),
        Move(Status.INCOMPLETE, "close", (Status.PUBLISHED,), OFFICER, reason=True, danger=True),
    ),
    turns={
        Status.DRAFTING: Role.SYSTEM,
        Status.PREVIEWED: Role.SETTLEMENT,
        Status.APPROVED: Role.SYSTEM,
        Status.PUBLISHING: Role.SYSTEM,
        Status.PAUSED: Role.SETTLEMENT,
        Status.INCOMPLETE: Role.SETTLEMENT,
        Status.PUBLISHED: None,
        Status.STOPPED: None,
    },
    path=(Status.DRAFTING, Status.PREVIEWED, Status.APPROVED, Status.PUBLISHING, Status.PUBLISHED),
)


class RunOpen(Refusal):
    """A run of the month is under way; fact: `number`."""

    code = "run_open"


class MonthAhead(Refusal):
    """The month is not over: its revenue is not known yet."""

    code = "month_ahead"
    status = 422


class MonthApproved(Refusal):
    """The month's run is approved and not published to the end: its amounts stand; fact: `number`."""

    code = "month_approved"


class RunPublishing(Refusal):
    """A run publishes what was computed for this payee as it is; fact: `number`."""

    code = "run_publishing"


class InputsChanged(Refusal):
    """What the preview was computed from has changed since: it must be computed and looked at again; fact: `what`."""

    code = "inputs_changed"


class PoolUnshared(Refusal):
    """A pool has nobody to be shared by: no consumption of its business in the month; fact: `business`."""

    code = "pool_unshared"


def run_number(month_key: str, run_no: int) -> str:
    """2026-10 정산 2차 is called RN202610-2."""
    return f"RN{month_key.replace('-', '')}-{run_no}"


def workflow_id(month_key: str, run_no: int) -> str:
    return f"run/{month_key}/{run_no}"
