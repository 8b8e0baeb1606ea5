"""Inspection (검수) of one receipt (manual 8-1; pok.md §8)."""

from enum import StrEnum

from models.kernel.roles import Role
from models.kernel.transitions import Move, ProcessRules

KIND = "inspection"


class Status(StrEnum):
    WAITING = "waiting"  # 검수대기
    ACCEPTED = "accepted"  # 검수완료
    CANCELLED = "cancelled"  # 검수취소


INSPECTOR = frozenset({Role.INSPECTOR})

RULES = ProcessRules(
    kind=KIND,
    initial=Status.WAITING,
    statuses=tuple(Status),
    moves=(
        Move(Status.WAITING, "accept", (Status.ACCEPTED,), INSPECTOR, primary=True),
        Move(Status.WAITING, "cancel", (Status.CANCELLED,), INSPECTOR, reason=True, danger=True),
    ),
    turns={Status.WAITING: Role.INSPECTOR, Status.ACCEPTED: None, Status.CANCELLED: None},
    path=(Status.WAITING, Status.ACCEPTED),
)
