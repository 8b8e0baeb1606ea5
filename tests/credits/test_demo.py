"""The demo's credits on several days: sums that hold, chains that hold, the last month ready to be settled."""

import datetime as dt

import pytest
from sqlalchemy import func, select, text, update
from sqlmodel import col

from models import clock, database
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import month_after
from models.credits.run_tables import CreditRun
from models.credits.tables import CreditImport, RsPool
from models.members.tables import Member
from models.processes import chain
from models.processes.tables import Outbox, ProcessEvent
from ops.seed import credits as credit_seed
from ops.seed import people, stage
from ops.seed.credits_past import MONTHS
from tests.engines import Database

NOON = dt.time(3, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("day", [dt.date(2026, 11, 22), dt.date(2027, 1, 3), dt.date(2028, 2, 29)])
def test_the_demos_credits_are_whole_on_any_day(database: Database, day: dt.date) -> None:
    with clock.set_to(dt.datetime.combine(day, NOON)):
        people.load()
        _leave(stage.partner_of(0))
        credit_seed.load()
        credit_seed.load()
    last = month_after(day.replace(day=1), -1)
    with _working() as session:
        assert session.execute(select(func.max(col(CreditRun.month)))).scalar_one() == month_after(last, -1)
        assert session.execute(select(func.max(col(CreditImport.month)))).scalar_one() == last
        assert session.execute(select(func.count()).select_from(RsPool)).scalar_one() == MONTHS + 1
        reports = session.execute(select(CreditReport)).scalars().all()
        assert {report.status for report in reports} <= {"paid", "paying"}
        assert sum(report.status == "paying" for report in reports) in {0, 5}
        _compare(session, reports)
        started = session.execute(select(func.count()).where(col(Outbox.kind) == "credit_report")).scalar_one()
        assert started == sum(report.status == "paying" for report in reports)


_working = database.working


def _leave(login: str) -> None:
    """A partner of the procurement half has left: no payee is any of its business."""
    with _working() as session:
        session.execute(update(Member).where(col(Member.login) == login).values(login="somebody.gone"))


def _compare(session: object, reports: object) -> None:
    from sqlmodel import Session

    assert isinstance(session, Session)
    lines = text(
        "SELECT r.id FROM credit_report r JOIN credit_report_line l ON l.report_id = r.id GROUP BY r.id"
        " HAVING sum(l.supply) <> r.supply OR sum(l.tax) <> r.tax OR sum(l.total) <> r.total"
    )
    assert session.execute(lines).all() == []
    pools = text(
        "SELECT p.month FROM rs_pool p JOIN credit_report_line l ON l.month = p.month AND l.source = 'pool'"
        " GROUP BY p.id HAVING sum(l.supply) <> p.amount"
    )
    assert session.execute(pools).all() == []
    assert session.execute(select(func.count()).select_from(CreditReportLine)).scalar_one() > MONTHS * 5
    heads: dict[str, str] = {}
    for event in session.execute(select(ProcessEvent).order_by(col(ProcessEvent.id))).scalars():
        assert event.prev_hash == heads.get(event.workflow_id, chain.GENESIS)
        assert event.hash == chain.digest(event)
        heads[event.workflow_id] = event.hash
