"""What the watch over a member's absence does to the database."""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col
from temporalio import activity

from models import clock, database
from models.auth import rules
from models.auth.messages import Absence, AbsenceStep, DormancyStart
from models.kernel.calendar import local_date
from models.kernel.wording import date
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.writes import notify

WATCHED = {MemberStatus.ACTIVE.value, MemberStatus.DORMANT.value}
WARNED, SLEPT = 1, 2
"""Steps of one absence, as the bell keeps them apart."""


@activity.defn(name="read_absence")
def read_absence(start: DormancyStart) -> Absence:
    """When the member was last here."""
    with database.working() as session:
        return _absence(session.get(Member, start.member_id))


@activity.defn(name="warn_of_dormancy")
def warn_of_dormancy(step: AbsenceStep) -> Absence:
    """Tell somebody away for eleven months; nobody is told who came meanwhile, nor twice."""
    with database.working() as session:
        member = _away(session, step)
        if member is not None:
            _tell(session, member, step, "dormancy_warning", WARNED)
        return _absence(session.get(Member, step.member_id))


@activity.defn(name="make_dormant")
def make_dormant(step: AbsenceStep) -> Absence:
    """휴면 after a year; not if the member came meanwhile."""
    with database.working() as session:
        member = _away(session, step)
        if member is not None:
            # While still active: somebody 휴면 is told nothing.
            _tell(session, member, step, "dormant", SLEPT)
            asleep = update(Member).where(col(Member.id) == step.member_id)
            session.execute(asleep.values(status=MemberStatus.DORMANT.value))
            member.status = MemberStatus.DORMANT.value
        return _absence(session.get(Member, step.member_id))


def _away(session: Session, step: AbsenceStep) -> Member | None:
    """The member, locked, if they are active and were not here since."""
    locked = select(Member).where(col(Member.id) == step.member_id).with_for_update()
    member: Member | None = session.execute(locked).scalar_one_or_none()
    if member is None or member.status != MemberStatus.ACTIVE.value or _seen_at(member) != step.seen_at:
        return None
    return member


def _tell(session: Session, member: Member, step: AbsenceStep, event: str, number: int) -> None:
    absence = f"dormancy/{member.id}/{step.seen_at.astimezone(dt.UTC):%Y%m%d%H%M%S}"
    notify(
        session,
        event=event,
        members=[member.id or 0],
        link="/account",
        workflow_id=absence,
        step=number,
        params={
            "seen": date(local_date(step.seen_at)),
            "day": date(local_date(rules.dormant_at(step.seen_at))),
        },
        now=clock.now(),
    )


def _absence(member: Member | None) -> Absence:
    if member is None or member.status not in WATCHED:
        return Absence(watched=False, dormant=False, seen_at=member.created_at if member else clock.now())
    dormant = member.status == MemberStatus.DORMANT.value
    return Absence(watched=True, dormant=dormant, seen_at=_seen_at(member))


def _seen_at(member: Member) -> dt.datetime:
    """The last log-in; before the first one, the day the member joined."""
    return member.last_login_at or member.joined_at or member.created_at


ACTIVITIES: Sequence[Callable[..., Any]] = [read_absence, warn_of_dormancy, make_dormant]
