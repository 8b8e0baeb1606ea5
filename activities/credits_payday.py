"""The settlement officers' morning: in one message what is to be paid, what failed and what is late."""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col
from temporalio import activity

from models import clock, database
from models.credits.report_rules import Status
from models.credits.report_tables import CreditReport, Payout
from models.credits.rules import PayoutState
from models.kernel.calendar import is_business_day, local_date
from models.kernel.roles import Role
from models.members.queries import members_in_turn
from models.notifications.rules import Event
from models.notifications.writes import notify
from models.processes.queries import holidays

UNSIGNED = (Status.PUBLISHED, Status.INVOICE_REQUESTED, Status.INVOICE_WAITING)
DUE_REPORTS = "/credit-reports?view=todo"


@dataclass(frozen=True, slots=True)
class Day:
    """Reports and won of one morning."""

    due: int
    amount: int
    failed: int
    checking: int
    late: int

    @property
    def words(self) -> list[str]:
        """What there is to do, a line each; empty when there is nothing."""
        lines = [
            (self.due, f"지급일이 된 정산 {self.due:,}건, {self.amount:,}원을 지급해 주세요."),
            (self.failed, f"지급하지 못한 정산 {self.failed:,}건이 있습니다."),
            (self.checking, f"확인할 세금계산서 {self.checking:,}건이 있습니다."),
            (self.late, f"서명 기한이 지난 정산 {self.late:,}건이 있습니다."),
        ]
        return [words for count, words in lines if count]


def day_of(session: Session, today: dt.date) -> Day:
    """What the morning of a day finds."""
    status = col(CreditReport.status)
    under_way = select(col(Payout.id)).where(
        col(Payout.report_id) == col(CreditReport.id),
        col(Payout.state).in_([PayoutState.WAITING.value, PayoutState.SENT.value]),
    )
    due = (status == Status.PAYING.value) & (col(CreditReport.pay_on) <= today) & ~under_way.exists()
    late = status.in_([one.value for one in UNSIGNED]) & (col(CreditReport.sign_by) < today)
    found = session.execute(
        select(
            func.count().filter(due),
            func.coalesce(func.sum(col(CreditReport.payable)).filter(due), 0),
            func.count().filter(status == Status.PAYMENT_FAILED.value),
            func.count().filter(status == Status.INVOICE_CHECKING.value),
            func.count().filter(late),
        ).where(col(CreditReport.turn).is_not(None))
    ).one()
    return Day(*(int(number) for number in found))


@activity.defn(name="tell_of_credit_day")
def tell_of_credit_day() -> int:
    """Tell every settlement officer, once a business day; how many were told."""
    now = clock.now()
    today = local_date(now)
    with database.working() as session:
        if not is_business_day(today, holidays(session)):
            return 0
        words = day_of(session, today).words
        if not words:
            return 0
        return notify(
            session,
            event=Event.CREDIT_DAY.value,
            members=members_in_turn(session, Role.SETTLEMENT, None, None),
            link=DUE_REPORTS,
            workflow_id=f"credit-day/{today}",
            step=1,
            params={"title": f"{today:%Y.%m.%d} 크레딧 정산 할 일", "status": "\n".join(words), "act": ""},
            now=now,
        )


ACTIVITIES = [tell_of_credit_day]
