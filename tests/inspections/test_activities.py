"""What 검수완료 and 검수취소 change."""

import pytest
from pydantic import ValidationError

from models import database
from models.deliveries.queries import amounts
from models.inspections import queries
from models.inspections.rules import Status
from models.kernel.refusals import ActNotPossible
from models.orders.tables import OrderItem
from models.processes.queries import events
from tests.engines import Database
from tests.settlements.world import World


@pytest.fixture
def world(database: Database) -> World:
    return World()


def test_accepting_says_who_and_when(world: World) -> None:
    row = world.inspections[0]
    outcome = world.press(world.inspector, row, "accept")

    found = world.read(row)
    assert (outcome.status, found.turn, found.inspector_name) == ("accepted", None, "박검수")
    assert found.inspected_at == found.status_since
    assert not found.settled
    with pytest.raises(ActNotPossible):
        world.press(world.inspector, row, "cancel", reason="늦은 취소")


def test_cancelling_gives_the_pieces_back(world: World) -> None:
    row = world.inspections[0]
    with database.working() as session:
        item = session.get_one(OrderItem, row.order_item_id)
        assert amounts(session, [item])[item.id or 0].to_plan == 0

    world.press(world.inspector, row, "cancel", reason="재검 필요")

    found = world.read(row)
    assert (found.status, found.inspector_name, found.inspected_at) == ("cancelled", "박검수", None)
    with database.working() as session:
        assert amounts(session, [item])[item.id or 0].to_plan == 1
        assert events(session, row.workflow_id)[-1].reason == "재검 필요"


def test_cancelling_needs_a_reason(world: World) -> None:
    with pytest.raises(ValidationError):
        world.press(world.inspector, world.inspections[0], "cancel", reason="  ")


def test_a_partner_sees_its_own_only(world: World) -> None:
    stranger = world.partner.model_copy(update={"company_id": world.order.company_id + 1})
    with database.reading(world.partner) as session:
        assert queries.waiting_count(session, world.partner, 10) == 3
        assert queries.waiting_count(session, world.partner, 2) == 2
        assert session.execute(queries.in_status(stranger, Status.WAITING)).first() is None
