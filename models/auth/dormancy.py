"""Starting the watch over one member's absence (휴면)."""

import datetime as dt

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col

from models import clock
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.processes.paces import rearm
from models.processes.tables import Outbox
from models.processes.writes import STARTS, wake

KIND = "dormancy"
PAGE = 1000
WATCHED = (MemberStatus.ACTIVE.value, MemberStatus.DORMANT.value)


def workflow_id(member_id: int) -> str:
    return f"dormancy/{member_id}"


def watch(session: Session, member_id: int) -> None:
    """Have `dormancy/{member}` started once this transaction commits; call it where a member becomes active.

    Asked twice it is started once; it lives until the member withdraws, so a log-in or 「휴면해제」 needs no call.
    """
    now = clock.now()
    row = insert(Outbox).values(_start(member_id, now)).on_conflict_do_nothing(index_elements=["workflow_id"])
    session.execute(row)
    wake(session, STARTS)


def _start(member_id: int, now: dt.datetime) -> dict[str, object]:
    return {
        "workflow_id": workflow_id(member_id),
        "kind": KIND,
        "payload": {"member_id": member_id},
        "created_at": now,
        "next_attempt_at": now,
        "attempts": 0,
    }


def watch_everybody(session: Session) -> int:
    """Active people of every side nobody watches yet, whichever way they came in; how many there were."""
    started = select(col(Outbox.id)).where(col(Outbox.workflow_id) == func.concat("dormancy/", col(Member.id)))
    anybody = func.cardinality(col(Member.roles)) > 0
    unwatched = select(col(Member.id)).where(
        col(Member.status) == MemberStatus.ACTIVE.value, anybody, ~started.exists()
    )
    found = [
        member
        for member in session.execute(unwatched.order_by(col(Member.id)).limit(PAGE)).scalars()
        if member is not None
    ]
    for member in found:
        watch(session, member)
    return len(found)


def follow_policy(session: Session, occasion: str, now: dt.datetime) -> int:
    """Have every watch read the policy again, in this transaction; how many there are."""
    watched = select(col(Outbox.workflow_id), func.row_number().over(order_by=col(Member.id))).join(
        Member, col(Outbox.workflow_id) == func.concat("dormancy/", col(Member.id))
    )
    return rearm(session, watched.where(col(Member.status).in_(WATCHED)), occasion, now)
