"""The finished documents alone, as they are written on several days: no engine is needed for them."""

import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlmodel import Session, col

from models import clock, database
from models.processes.tables import ProcessEvent
from ops.seed import history, people
from tests import engines
from tests.seed import test_load

NOON = dt.time(3, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize("day", [dt.date(2026, 11, 15), dt.date(2027, 3, 1), dt.date(2028, 2, 29)])
def test_the_past_is_whole_on_any_day(database: engines.Database, day: dt.date) -> None:
    now = dt.datetime.combine(day, NOON)
    remembered: list[Session] = []
    with clock.set_to(now):
        people.load()
        history.load(remembered.append)
    assert len(remembered) == 1
    with _working() as session:
        test_load.test_every_chain_holds_and_ends_where_its_document_is(session)
        test_load.test_contracts_and_orders_add_up(session)
        test_load.test_deliveries_and_settlements_add_up(session)
        test_load.test_numbers_go_on_after_the_last_one_of_their_day(session)
        last = session.execute(select(func.max(col(ProcessEvent.at)))).scalar_one()
        assert now - dt.timedelta(days=14) < last <= now


_working = database.working
