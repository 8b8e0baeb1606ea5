"""What the watch over a member's absence does to the database."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col
from temporalio import activity

from models import clock, database
from models.auth.dormancy import WATCHED
from models.auth.messages import Absence, AbsenceStep, DormancyStart
from models.kernel.calendar import local_date
from models.kernel.wording import date
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.writes import notify
from models.processes import lifetimes
from models.processes.lifetimes import Lifetime

WARNED, SLEPT = 1, 2
"""Steps of one absence, as the bell keeps them apart."""


@activity.defn(name="read_absence")
def read_absence(start: DormancyStart) -> Absence:
    """When the member was last here."""
    with database.working() as session:
        return _absence(session, session.get(Member, start.member_id))


@activity.defn(name="warn_of_dormancy")
def warn_of_dormancy(step: AbsenceStep) -> Absence:
    """Tell somebody away for long that they will be 휴면; nobody is told who came meanwhile, nor twice."""
    with database.working() as session:
        member = _away(session, step)
        absence = _absence(session, session.get(Member, step.member_id))
        if member is not None and _now(step) >= absence.warned_at:
            _tell(session, absence, member, "dormancy_warning", WARNED)
        return absence


@activity.defn(name="make_dormant")
def make_dormant(step: AbsenceStep) -> Absence:
    """휴면 after as long as the policy says now; not if the member came meanwhile."""
    with database.working() as session:
        member = _away(session, step)
        absence = _absence(session, session.get(Member, step.member_id))
        if member is not None and _now(step) >= absence.dormant_at:
            # While still active: somebody 휴면 is told nothing.
            _tell(session, absence, member, "dormant", SLEPT)
            asleep = update(Member).where(col(Member.id) == step.member_id)
            session.execute(asleep.values(status=MemberStatus.DORMANT.value))
            member.status = MemberStatus.DORMANT.value
        return _absence(session, session.get(Member, step.member_id))


def _now(step: AbsenceStep) -> dt.datetime:
    return step.at or clock.now()


def _away(session: Session, step: AbsenceStep) -> Member | None:
    """The member, locked, if they are active and were not here since."""
    locked = select(Member).where(col(Member.id) == step.member_id).with_for_update()
    member: Member | None = session.execute(locked).scalar_one_or_none()
    if member is None or member.status != MemberStatus.ACTIVE.value or _seen_at(member) != step.seen_at:
        return None
    return member


def _tell(session: Session, absence: Absence, member: Member, event: str, number: int) -> None:
    # Once for an absence and the day it ends on: with another policy that day is another, and told anew.
    seen, ends = (at.astimezone(dt.UTC) for at in (absence.seen_at, absence.dormant_at))
    notify(
        session,
        event=event,
        members=[member.id or 0],
        link="/account",
        workflow_id=f"dormancy/{member.id}/{seen:%Y%m%d%H%M%S}/{ends:%Y%m%d}",
        step=number,
        params={
            "seen": date(local_date(absence.seen_at)),
            "day": date(local_date(absence.dormant_at)),
            "span": lifetimes.words(Lifetime.DORMANCY, absence.months),
        },
        now=clock.now(),
    )


def _absence(session: Session, member: Member | None) -> Absence:
    if member is None or member.status not in WATCHED:
        return Absence(watched=False, dormant=False, seen_at=member.created_at if member else clock.now())
    lives = lifetimes.in_force(session)
    return Absence(
        watched=True,
        dormant=member.status == MemberStatus.DORMANT.value,
        seen_at=_seen_at(member),
        months=lives[Lifetime.DORMANCY],
        notice=lives[Lifetime.NOTICE],
    )


def _seen_at(member: Member) -> dt.datetime:
    """The last log-in; before the first one, the day the member joined."""
    return member.last_login_at or member.joined_at or member.created_at


ACTIVITIES: Sequence[Callable[..., Any]] = [read_absence, warn_of_dormancy, make_dormant]
