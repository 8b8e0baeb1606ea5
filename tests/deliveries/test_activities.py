"""Rounds from plan to receipt, on a real database; what happens when many save at once."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.deliveries import queries, rules
from models.deliveries.messages import PlanRow
from models.deliveries.queries import amounts
from models.deliveries.rules import Progress
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.inspections.tables import Inspection
from models.kernel.calendar import at_hour
from models.kernel.refusals import FieldErrors, NotFound, NotYourTurn, Refusal, StaleDocument
from models.kernel.roles import Role
from models.members.tables import Member
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.deadlines import end_of
from models.processes.messages import Step
from models.processes.tables import Outbox
from tests import factories
from tests.engines import Database
from tests.orders.world import NOW, TODAY, World, row

AT_ONCE = 20


@pytest.fixture
def world(database: Database) -> World:
    return World()


def serials(count: int, start: int = 1) -> list[str]:
    return [f"UTVV{number:03d}" for number in range(start, start + count)]


def planned(world: World, quantity: int = 5, item: int = 0) -> tuple[PurchaseOrder, OrderItem, DeliveryRound]:
    order = world.confirmed(50, 3)
    ordered = world.order_items(order)[item]
    world.plan(world.partner, row(ordered, quantity))
    return order, ordered, world.rounds()[0]


def confirmed(world: World, quantity: int = 5) -> DeliveryRound:
    _, _, found = planned(world, quantity)
    world.serials(world.partner, {found.id or 0: serials(quantity)})
    world.press(world.partner, found, "request")
    world.press(world.buyer, found, "confirm")
    return found


def test_many_lines_are_saved_at_once(world: World) -> None:
    order = world.confirmed(50, 3)
    first, second = world.order_items(order)

    saved = world.plan(world.partner, row(first, 25), row(first, 5), row(second, 3, place="당사지정장소"))

    rounds = world.rounds()
    assert saved == 3
    assert [(r.round_no, r.quantity, r.place) for r in rounds] == [
        (1, 25, "GS1"),
        (2, 5, "GS1"),
        (1, 3, "당사지정장소"),
    ]
    assert [r.workflow_id for r in rounds] == [f"delivery/{r.id}" for r in rounds]
    assert {r.case_key for r in rounds} == {world.contract.case_key}
    assert rounds[0].due_at == dt.datetime(2026, 2, 20, 9, 0, tzinfo=dt.UTC)
    with database.working() as session:
        started = session.execute(select(col(Outbox.payload)).where(col(Outbox.kind) == "delivery")).scalars().all()
    assert [alarm["act"] for alarm in started[0]["alarms"]] == ["remind", "escalate"]


def test_rounds_never_exceed_the_order_and_nothing_is_half_saved(world: World) -> None:
    _, item, found = planned(world, 30)
    edit = PlanRow(
        item_id=item.id or 0,
        round_id=found.id,
        edit_version=1,
        planned_on=found.planned_on,
        place="OFC",
        quantity=30,
    )
    with pytest.raises(rules.RoundsOverOrdered) as refused:
        world.plan(world.partner, edit, row(item, 21))
    assert refused.value.detail == {"item": "FG-1100E", "limit": 50, "planned": 51}
    assert [r.place for r in world.rounds()] == ["GS1"]


def test_two_partners_saving_one_page_do_not_overwrite_each_other(world: World) -> None:
    _, item, found = planned(world)
    facts = {"item_id": item.id or 0, "round_id": found.id, "edit_version": 1, "planned_on": found.planned_on}
    world.plan(world.partner, PlanRow(**facts, place="MD1", quantity=5))

    with pytest.raises(StaleDocument):
        world.plan(world.second, PlanRow(**facts, place="MD2", quantity=5))
    # A line nobody touched on the old page is left alone.
    assert world.plan(world.second, PlanRow(**facts, place="MD1", quantity=5)) == 0


def test_twenty_saves_at_once_never_exceed_the_order(world: World) -> None:
    order = world.confirmed(50)
    item = world.order_items(order)[0]

    def one(number: int) -> bool:
        try:
            world.plan(world.partner if number % 2 else world.second, row(item, 7))
        except rules.RoundsOverOrdered:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        kept = list(pool.map(one, range(AT_ONCE)))

    rounds = world.rounds()
    assert sum(kept) == 7
    assert sum(r.quantity for r in rounds) == 49
    assert sorted(r.round_no for r in rounds) == list(range(1, 8))


def test_only_confirmed_orders_and_known_places_can_be_planned(world: World) -> None:
    order = world.order(5)
    item = world.order_items(order)[0]
    with pytest.raises(rules.ItemNotOpen):
        world.plan(world.partner, row(item, 5))
    world.press(world.buyer, order, "cancel", reason="다시 발주합니다.")
    _, ordered, _ = planned(world)
    with pytest.raises(FieldErrors):
        world.plan(world.partner, row(ordered, 1, place="달"))


def test_another_company_can_neither_plan_nor_see(world: World) -> None:
    _, item, found = planned(world)
    stranger = World()
    with pytest.raises(rules.ItemNotOpen):
        stranger.plan(stranger.partner, row(item, 1))
    with pytest.raises(NotFound):
        stranger.serials(stranger.partner, {found.id or 0: serials(5)})


def test_serials_are_required_exact_and_unique_in_the_house(world: World) -> None:
    _, item, found = planned(world)
    with pytest.raises(rules.SerialsMissing) as missing:
        world.press(world.partner, found, "request")
    assert missing.value.detail["needed"] == 5
    with pytest.raises(rules.SerialCount):
        world.serials(world.partner, {found.id or 0: serials(4)})
    with pytest.raises(rules.SerialTwice):
        world.serials(world.partner, {found.id or 0: [*serials(4), "utvv001"]})
    world.serials(world.partner, {found.id or 0: serials(5)})

    # The same product from another company: its rows are invisible here, its numbers still taken.
    other = World()
    _, _, theirs = planned(other, 5)
    theirs = other.rounds()[-1]
    with pytest.raises(rules.SerialDuplicate) as taken:
        other.serials(other.partner, {theirs.id or 0: serials(5, start=5)})
    assert taken.value.detail == {"serial": "UTVV005"}
    with database.working() as session:
        kept = session.execute(select(col(DeliverySerial.serial))).scalars().all()
    assert sorted(kept) == serials(5)

    world.press(world.partner, found, "request")
    with pytest.raises(rules.RoundNotEditable):
        world.serials(world.partner, {found.id or 0: serials(5)})
    assert world.fresh(found).turn_member_id == world.buyer.id
    assert item.needs_serial


def test_a_number_in_two_rounds_of_one_upload_is_refused(world: World) -> None:
    _, item, first = planned(world, 2)
    world.plan(world.partner, row(item, 2))
    second = world.rounds()[1]
    with pytest.raises(rules.SerialDuplicate):
        world.serials(world.partner, {first.id or 0: ["A1", "A2"], second.id or 0: ["A2", "A3"]})


def test_two_who_enter_the_same_numbers_at_once_get_one_answer_each(world: World) -> None:
    _, item, _ = planned(world, 20)
    world.plan(world.partner, row(item, 20))
    first, second = world.rounds()

    def one(found: DeliveryRound) -> bool:
        numbers = serials(20) if found is first else list(reversed(serials(20)))
        try:
            world.serials(world.partner, {found.id or 0: numbers})
        except rules.SerialDuplicate:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, (first, second))) == [False, True]


def test_a_removed_round_gives_back_its_quantity_and_numbers(world: World) -> None:
    _, item, found = planned(world, 50)
    world.serials(world.partner, {found.id or 0: serials(50)})
    world.press(world.partner, found, "remove")

    world.plan(world.partner, row(item, 50))

    second = world.rounds()[1]
    assert (second.round_no, second.quantity) == (2, 50)
    world.serials(world.partner, {second.id or 0: serials(50)})


def test_a_returned_round_can_be_changed_and_is_due_on_its_day(world: World) -> None:
    _, _, found = planned(world, 3, item=1)
    world.press(world.partner, found, "request")
    outcome = world.press(world.buyer, found, "return", reason="20일은 입고가 어렵습니다.")

    back = world.fresh(found)
    assert (back.status, back.turn_member_id, back.due_at) == ("planned", None, end_of(back.planned_on))
    assert [a.act for a in outcome.alarms if a.at.date() == dt.date(2026, 2, 20)] == ["remind"]


def test_a_confirmed_round_is_reminded_of_on_its_day_and_not_before(world: World) -> None:
    _, _, found = planned(world, 3, item=1)
    world.press(world.partner, found, "request")
    outcome = world.press(world.buyer, found, "confirm")

    assert [(ring.act, ring.at) for ring in outcome.alarms] == [
        ("remind", at_hour(found.planned_on, 10)),
        ("escalate", at_hour(dt.date(2026, 2, 23), 10)),
    ]
    assert world.fresh(found).due_at == end_of(found.planned_on)


def test_a_round_confirmed_after_its_day_goes_by_the_policy(world: World) -> None:
    _, _, found = planned(world, 3, item=1)
    world.press(world.partner, found, "request")
    late = at_hour(dt.date(2026, 2, 23), 9)
    world.press(world.buyer, found, "confirm", at=late)

    assert world.fresh(found).due_at > late


def test_a_moved_day_is_told_to_the_running_process_once(world: World) -> None:
    _, item, found = planned(world, 3, item=1)
    moved = row(item, 3, day=24, round_id=found.id, edit_version=found.edit_version)
    world.plan(world.partner, moved)
    world.plan(world.partner, moved)
    world.plan(world.partner, row(item, 2, day=24, round_id=found.id, edit_version=found.edit_version + 1))

    with database.working() as session:
        rows = session.execute(select(Outbox).where(col(Outbox.kind) == "rearm")).scalars().all()
        assert [(told.workflow_id, told.payload) for told in rows] == [
            (f"{found.workflow_id}/rearm/2", {"workflow_id": found.workflow_id})
        ]
    step = Step(
        workflow_id=found.workflow_id,
        kind="delivery",
        document_id=found.id or 0,
        step=0,
        act="rearm",
        status="planned",
        targets=[],
        version=0,
        at=NOW,
    )
    assert world.recorder.read_alarms(step)[0].at == at_hour(dt.date(2026, 2, 24), 10)


def test_serial_numbers_of_a_cancelled_inspection_may_come_again(world: World) -> None:
    found = confirmed(world, 5)
    world.press(world.receiver, found, "receive", quantity=5, received_on=TODAY.isoformat())
    item = world.order_items(_order(world, found))[0]
    with database.working() as session:
        inspection = session.execute(select(Inspection)).scalar_one()
    world.plan(world.partner, row(item, 5))
    again = world.rounds()[1].id or 0
    with pytest.raises(rules.SerialDuplicate):
        world.serials(world.partner, {again: serials(5)})

    world.press(world.inspector, inspection, "cancel", reason="불량")
    world.serials(world.partner, {again: serials(5)})

    with database.working() as session:
        assert queries.serials_of(session, again) == serials(5)
        assert queries.serials_of(session, found.id or 0) == serials(5)


def test_only_the_partner_plans(world: World) -> None:
    order = world.confirmed(5)
    with pytest.raises(NotYourTurn):
        world.plan(world.buyer, row(world.order_items(order)[0], 1))
    with pytest.raises(NotYourTurn):
        world.serials(world.buyer, {1: []})


def test_a_round_is_received_in_parts(world: World) -> None:
    found = confirmed(world, 5)
    world.press(world.receiver, found, "receive", quantity=2, received_on=TODAY.isoformat(), note="2대 먼저")
    part = world.fresh(found)
    assert (part.status, part.received_quantity, part.turn) == ("confirmed", 2, "receiver")
    with pytest.raises(rules.OverRound) as over:
        world.press(world.receiver, found, "receive", quantity=4, received_on=TODAY.isoformat())
    assert over.value.detail == {"left": 3, "asked": 4, "field": "quantity"}
    with pytest.raises(rules.ReceivedInFuture):
        world.press(world.receiver, found, "receive", quantity=3, received_on="2026-02-10")
    with pytest.raises(rules.ReceivedBeforeOrder):
        world.press(world.receiver, found, "receive", quantity=3, received_on="2026-02-08")

    world.press(world.receiver, found, "receive", quantity=3, received_on=TODAY.isoformat())

    done = world.fresh(found)
    assert (done.status, done.received_quantity, done.turn) == ("received", 5, None)
    with database.working() as session:
        receipts = session.execute(select(Receipt).order_by(col(Receipt.id))).scalars().all()
        made = session.execute(select(Inspection).order_by(col(Inspection.id))).scalars().all()
        starts = (
            session.execute(select(col(Outbox.workflow_id)).where(col(Outbox.kind) == "inspection")).scalars().all()
        )
    assert [r.quantity for r in receipts] == [2, 3]
    assert [(i.quantity, i.amount, i.status, i.turn) for i in made] == [
        (2, 20_010, "waiting", "inspector"),
        (3, 30_015, "waiting", "inspector"),
    ]
    assert list(starts) == [f"inspection/{r.id}" for r in receipts]
    assert made[0].case_key == world.contract.case_key


def test_what_an_inspection_gave_back_can_be_planned_again(world: World) -> None:
    found = confirmed(world, 50)
    world.press(world.receiver, found, "receive", quantity=50, received_on=TODAY.isoformat())
    item = world.order_items(_order(world, found))[0]
    assert _progress(world, item) is Progress.DONE
    with database.working() as session:
        session.execute(select(Inspection)).scalar_one().status = "cancelled"

    assert _progress(world, item) is Progress.NOT_STARTED
    world.plan(world.partner, row(item, 50))
    with pytest.raises(rules.RoundsOverOrdered):
        world.plan(world.partner, row(item, 1))


def _order(world: World, found: DeliveryRound) -> PurchaseOrder:
    with database.working() as session:
        return session.get_one(PurchaseOrder, found.purchase_order_id)


def _progress(world: World, item: OrderItem) -> Progress:
    with database.working() as session:
        return amounts(session, [item])[item.id or 0].progress


def test_a_receipt_recorded_twice_is_one_receipt(world: World) -> None:
    found = confirmed(world, 5)
    world.press(world.receiver, found, "receive", quantity=5, received_on=TODAY.isoformat())
    done = world.fresh(found)
    again = Step(
        workflow_id=done.workflow_id,
        kind="delivery",
        document_id=done.id,
        step=done.step,
        act="receive",
        status="confirmed",
        targets=["received", "confirmed"],
        version=done.version - 1,
        at=NOW,
    )

    world.recorder.record_step(again)

    with database.working() as session:
        assert len(session.execute(select(Receipt)).scalars().all()) == 1


def test_nobody_else_receives(world: World) -> None:
    found = confirmed(world, 5)
    with database.working() as session:
        outsider: Member = factories.member(session, "최정산", Role.SETTLEMENT)
    with pytest.raises(Refusal):
        world.press(outsider, found, "receive", quantity=5, received_on=TODAY.isoformat())
