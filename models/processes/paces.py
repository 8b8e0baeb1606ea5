"""정책: deadline, reminders and escalation of a status; a new row moves the documents that wait in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, Field, ValidationInfo, field_validator
from sqlalchemy import Interval, Select, cast, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models.kernel.refusals import NotFound
from models.kernel.roles import Role
from models.processes import queries
from models.processes.deadlines import DEFAULT_PACE, Pace
from models.processes.kinds import Kind
from models.processes.messages import Actor
from models.processes.tables import Outbox, Policy
from models.processes.writes import REARM, STARTS, lock_case, wake

DAYS_MAX = 250
REMINDERS_MAX = 10
HISTORY_MAX = 100
PAGE = 200
PAGE_SECONDS = 1


class PaceForm(BaseModel):
    """Business days from entering a status; empty: never. `remind_days` as typed: 2, 5."""

    due_days: int | None = Field(default=None, ge=1, le=DAYS_MAX, title="처리 기한")
    remind_days: str = Field(default="", max_length=60, title="독촉")
    escalate_days: int | None = Field(default=None, ge=1, le=DAYS_MAX, title="지연 알림", validate_default=True)

    @field_validator("remind_days")
    @classmethod
    def _reminders(cls, text: str) -> str:
        return ", ".join(str(day) for day in _days(text))

    @field_validator("escalate_days")
    @classmethod
    def _last(cls, days: int | None, info: ValidationInfo) -> int | None:
        reminders = _days(info.data.get("remind_days", ""))
        if days is not None and reminders and days <= max(reminders):
            raise ValueError("지연 알림은 마지막 독촉보다 뒤의 날로 입력해 주세요.")
        return days

    @property
    def pace(self) -> Pace:
        return Pace(self.due_days, tuple(_days(self.remind_days)), self.escalate_days)


def _days(text: str) -> list[int]:
    """「2, 5」 in order. Raises ValueError with its sentence."""
    parts = [part.strip() for part in text.replace("·", ",").split(",") if part.strip()]
    if any(not (part.isascii() and part.isdecimal()) for part in parts):
        raise ValueError("독촉할 날을 2, 5처럼 숫자와 쉼표로 입력해 주세요.")
    days = sorted({int(part[:6]) for part in parts})
    if len(days) > REMINDERS_MAX or any(not 1 <= day <= DAYS_MAX for day in days):
        raise ValueError(f"독촉은 1~{DAYS_MAX} 영업일 안에서 {REMINDERS_MAX}번까지 할 수 있습니다.")
    return days


def statuses(kind: Kind) -> list[str]:
    """Those that wait for a person: a policy is about nothing else."""
    turns = kind.rules.turns
    return [status for status in kind.rules.statuses if turns[status] not in {None, Role.SYSTEM}]


@dataclass(frozen=True)
class Line:
    """One status of a kind with the pace in force; `since` is empty while it is the house's default."""

    status: str
    pace: Pace
    since: dt.datetime | None
    waiting: int
    """Documents in it now."""


def lines(session: Session, kind: Kind) -> list[Line]:
    """Every status of a kind that waits for somebody."""
    newest = select(func.max(col(Policy.id))).where(col(Policy.kind) == kind.key).group_by(col(Policy.status))
    rows = session.execute(select(Policy).where(col(Policy.id).in_(newest))).scalars()
    known: Mapping[str, Policy] = {row.status: row for row in rows}
    counted = select(col(kind.table.status), func.count()).where(col(kind.table.turn).is_not(None))
    waiting = {status: number for status, number in session.execute(counted.group_by(col(kind.table.status)))}  # noqa: C416 - rows are not pairs to mypy
    return [Line(status, *_in_force(known.get(status)), waiting=waiting.get(status, 0)) for status in statuses(kind)]


def _in_force(row: Policy | None) -> tuple[Pace, dt.datetime | None]:
    return (DEFAULT_PACE, None) if row is None else (_pace(row), row.changed_at)


def _pace(row: Policy) -> Pace:
    return Pace(row.due_days, tuple(row.remind_days), row.escalate_days)


def history(session: Session, kind: Kind, status: str) -> list[tuple[dt.datetime, int | None, Pace]]:
    """Every pace a status ever had, newest first: when, by which member, what."""
    rows: Sequence[Policy] = (
        session.execute(
            select(Policy)
            .where(col(Policy.kind) == kind.key, col(Policy.status) == status)
            .order_by(col(Policy.id).desc())
            .limit(HISTORY_MAX)
        )
        .scalars()
        .all()
    )
    return [(row.changed_at, row.changed_by, _pace(row)) for row in rows]


def change(session: Session, actor: Actor, kind: Kind, status: str, pace: Pace, now: dt.datetime) -> int:
    """Put a pace in force; how many running documents will follow it. The same as before changes nothing.

    Raises NotYourTurn, NotFound for a status that waits for nobody.
    """
    actor.must_hold(Role.ADMIN)
    if status not in statuses(kind):
        raise NotFound
    lock_case(session, f"policy/{kind.key}/{status}")
    if queries.pace(session, kind.key, status) == pace:
        return 0
    row = Policy(
        kind=kind.key,
        status=status,
        due_days=pace.due_days,
        remind_days=list(pace.remind_days),
        escalate_days=pace.escalate_days,
        changed_by=actor.member_id,
        changed_at=now,
    )
    session.add(row)
    session.flush()
    return _rearm_all(session, kind, status, f"policy-{row.id}", now)


def _rearm_all(session: Session, kind: Kind, status: str, occasion: str, now: dt.datetime) -> int:
    """`writes.rearm` of every document that waits in a status, in this transaction."""
    table = kind.table
    waiting = select(col(table.workflow_id), func.row_number().over(order_by=col(table.id)))
    of_status = waiting.where(col(table.status) == status, col(table.turn).is_not(None))
    return rearm(session, of_status, occasion, now)


def rearm(session: Session, workflows: Select[Any], occasion: str, now: dt.datetime) -> int:
    """`writes.rearm` of many running processes, selected as (workflow id, place in the row); how many there are.

    They come due a page a second, so that what people start meanwhile does not queue behind them.
    """
    found = workflows.subquery()
    workflow, place = found.c
    asked = select(
        workflow + literal(f"/{REARM}/{occasion}"),
        literal(REARM),
        func.jsonb_build_object("workflow_id", workflow),
        literal(now),
        literal(now) + ((place - 1) / PAGE) * cast(literal(dt.timedelta(seconds=PAGE_SECONDS)), Interval),
        literal(0),
    )
    names = ["workflow_id", "kind", "payload", "created_at", "next_attempt_at", "attempts"]
    kept = insert(Outbox).from_select(names, asked).on_conflict_do_nothing(index_elements=["workflow_id"])
    told = len(session.execute(kept.returning(col(Outbox.id))).all())
    if told:
        wake(session, STARTS)
    return told
