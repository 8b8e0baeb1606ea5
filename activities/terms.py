"""Telling people of terms that will change, before they do."""

from sqlalchemy import select
from sqlmodel import Session, col
from temporalio import activity

from models import clock, database
from models.kernel.calendar import local_date
from models.kernel.wording import date
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.tables import Notification
from models.notifications.writes import notify
from models.terms import queries
from models.terms.tables import Terms

PAGE = 200
EVENT = "terms_ahead"


@activity.defn(name="announce_terms")
def announce_terms() -> int:
    """Mail everybody concerned about required terms whose time has not come; how many were told now.

    Each person once per version, however often it is tried; a page of people is one transaction.
    """
    told = 0
    with database.working() as session:
        ahead = [terms for terms in queries.ahead(session, clock.now()) if terms.required]
    for terms in ahead:
        while page := _tell_page(terms):
            told += page
            activity.heartbeat(told)
    return told


def _tell_page(terms: Terms) -> int:
    with database.working() as session:
        people = _untold(session, terms)
        if not people:
            return 0
        notify(
            session,
            event=EVENT,
            members=people,
            link=f"/terms/{terms.id}",
            workflow_id=_occasion(terms),
            step=1,
            params={
                "title": terms.title,
                "day": date(local_date(terms.effective_at)),
                "change": terms.change_note or "전문을 확인해 주세요.",
            },
            now=clock.now(),
        )
        return len(people)


def _occasion(terms: Terms) -> str:
    return f"terms/{terms.id}"


def _untold(session: Session, terms: Terms) -> list[int]:
    told = select(col(Notification.id)).where(
        col(Notification.workflow_id) == _occasion(terms), col(Notification.member_id) == col(Member.id)
    )
    waiting = select(col(Member.id)).where(
        col(Member.status) == MemberStatus.ACTIVE.value,
        col(Member.roles).contains([terms.audience]),
        ~told.exists(),
    )
    found = session.execute(waiting.order_by(col(Member.id)).limit(PAGE)).scalars()
    return [member for member in found if member is not None]


ACTIVITIES = [announce_terms]
