"""Beginning a run, and the policy by which the Schedule begins one: what is no step of a run."""

import datetime as dt
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models.credits import run_inputs, run_queries
from models.credits.kind import CREDIT_RUN
from models.credits.messages import PolicyForm
from models.credits.rules import MonthPublished, month_after, month_key, month_of
from models.credits.run_messages import RUN_KIND_LAUNCH
from models.credits.run_rules import MonthAhead, RunOpen, Status, run_number, workflow_id
from models.credits.run_tables import CreditRun
from models.credits.tables import CreditPolicy
from models.harmony.tables import NOBODYS
from models.kernel.calendar import local_date
from models.kernel.refusals import FieldErrors
from models.kernel.roles import Role
from models.processes.messages import Actor
from models.processes.tables import Outbox
from models.processes.writes import STARTS, audit, audit_of, begin, wake

POLICY_KIND = "credit_policy"
SCHEDULER = Actor(member_id=0, name="", roles=frozenset({Role.SYSTEM}))


def open_run(session: Session, actor: Actor, month: dt.date, now: dt.datetime) -> CreditRun:
    """「정산 시작」: the next run of a month that is over, computed at once, published once it is approved.

    Raises NotYourTurn, RunOpen, MonthAhead, MonthPublished when a later month is published already.
    """
    actor.must_hold(Role.SETTLEMENT)
    run_inputs.lock_month(session, month)
    under_way = run_queries.open_run_of(session, month)
    if under_way is not None:
        raise RunOpen(number=under_way.number)
    if month >= month_of(local_date(now)):
        raise MonthAhead
    later = run_queries.later_published(session, month)
    if later is not None:
        # What was carried over from this month is in it: it is put right by a correction.
        raise MonthPublished(month=month_key(later))
    return _begun(session, actor, month, now, scheduled=False)


def open_scheduled(session: Session, month: dt.date, now: dt.datetime) -> CreditRun | None:
    """The Schedule's run of a month, if the month has none: a repeated or late start begins nothing twice."""
    run_inputs.lock_month(session, month)
    if session.execute(select(col(CreditRun.id)).where(col(CreditRun.month) == month).limit(1)).first() is not None:
        return None
    return _begun(session, SCHEDULER, month, now, scheduled=True)


def _begun(session: Session, actor: Actor, month: dt.date, now: dt.datetime, *, scheduled: bool) -> CreditRun:
    newest = select(func.coalesce(func.max(col(CreditRun.run_no)), 0)).where(col(CreditRun.month) == month)
    run_no = int(session.execute(newest).scalar_one()) + 1
    key = month_key(month)
    policy = run_queries.policy(session)
    run = CreditRun(
        number=run_number(key, run_no),
        workflow_id=workflow_id(key, run_no),
        company_id=NOBODYS,
        case_key=f"RN{key.replace('-', '')}",
        month=month,
        run_no=run_no,
        is_scheduled=scheduled,
        minimum_amount=policy.minimum_amount,
        outlier_percent=policy.outlier_percent,
        notes=[],
        status=Status.DRAFTING,
        turn=CREDIT_RUN.rules.turn(Status.DRAFTING),
        status_since=now,
        created_by=actor.member_id,
        created_at=now,
    )
    begin(session, CREDIT_RUN, run)
    audit(session, actor, CREDIT_RUN.key, run, "create", {"scheduled": scheduled})
    return run


def save_policy(session: Session, actor: Actor, form: PolicyForm, now: dt.datetime) -> CreditPolicy:
    """「저장」: a new row holds, and the engine's Schedule follows it. Raises NotYourTurn, FieldErrors."""
    actor.must_hold(Role.SETTLEMENT, Role.ADMIN)
    if form.timezone not in available_timezones():
        raise FieldErrors({"timezone": "Asia/Seoul처럼 시간대 이름을 입력해 주세요."})
    row = CreditPolicy(**form.model_dump(), changed_by=actor.member_id, changed_name=actor.name, changed_at=now)
    session.add(row)
    session.flush()
    audit_of(session, actor, (POLICY_KIND, row.id or 0, None), "edit", form.model_dump())
    told = insert(Outbox).values(
        workflow_id=f"credit-schedule/{row.id}",
        kind=RUN_KIND_LAUNCH,
        payload={},
        created_at=now,
        next_attempt_at=now,
        attempts=0,
    )
    session.execute(told.on_conflict_do_nothing(index_elements=["workflow_id"]))
    wake(session, STARTS)
    return row


def next_launch(policy: CreditPolicy, now: dt.datetime) -> dt.datetime | None:
    """When the Schedule begins the next run; None while it is off. `now` is not it."""
    if not policy.is_on:
        return None
    zone = ZoneInfo(policy.timezone)
    here = now.astimezone(zone)
    first = here.date().replace(day=1)
    days = (month_after(first, ahead).replace(day=policy.day) for ahead in range(2))
    starts = [dt.datetime.combine(day, dt.time(policy.hour), zone) for day in days]
    return next(start for start in starts if start > now).astimezone(dt.UTC)
