"""Drafts of settlements: their sums, what they may hold, and two officers at once."""

import threading

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from models import clock, database
from models.inspections.tables import Inspection
from models.kernel.refusals import NotFound, NotYourTurn, StaleDocument
from models.processes.queries import visible_document
from models.processes.tables import Outbox
from models.settlements import queries, rules, writes
from models.settlements.messages import Draft
from models.settlements.tables import Settlement, SettlementItem
from tests.engines import Database
from tests.settlements.world import AT, World


@pytest.fixture
def world(database: Database) -> World:
    made = World()
    made.accept_all()
    return made


def test_a_draft_takes_its_facts_from_the_order_and_cuts_vat_per_line(world: World) -> None:
    made = world.draft()

    assert made.number == "IV20260209-001"
    assert (made.company_id, made.case_key) == (world.order.company_id, world.order.case_key)
    assert (made.evidence_type, made.settlement_type) == ("tax_invoice_auto", "by_inspection")
    assert (made.supply_amount, made.vat_amount, made.total_amount) == (26_720, 2_670, 29_390)
    assert (made.turn, made.turn_member_id) == ("settlement", world.officer.member_id)
    with database.working() as session:
        items = queries.items(session, made.id or 0)
        assert [item.vat for item, _ in items] == [1_666, 999, 5]
        started = session.execute(select(Outbox).where(col(Outbox.workflow_id) == made.workflow_id)).scalar_one()
    assert started.kind == "settlement"
    assert [alarm["act"] for alarm in started.payload["alarms"]] == ["remind", "remind", "escalate"]


def test_what_is_drafted_cannot_be_drafted_again(world: World) -> None:
    first = world.draft(world.ids[0])

    with pytest.raises(rules.AlreadySettled) as refused:
        world.draft(world.ids[0], world.ids[1])

    assert refused.value.detail == {"item": "총무서버 1", "number": first.number}
    with database.reading(world.officer) as session:
        free = queries.unsettled_of_order(session, world.officer, world.order.number)
        assert [row.id for row in free] == world.ids[1:]
        [left] = queries.unsettled_orders(session, world.officer)
    assert (left.order_number, left.items, left.amount) == (world.order.number, 2, 10_054)


def test_only_accepted_items_of_the_order_can_be_settled(database: Database) -> None:
    world = World()
    with pytest.raises(rules.NothingToSettle):
        world.draft()
    world.press(world.inspector, world.inspections[0], "accept")
    with pytest.raises(rules.NothingToSettle):
        world.draft()
    assert world.draft(world.ids[0]).supply_amount == 16_666


def test_two_officers_at_once_settle_an_item_once(world: World) -> None:
    barrier = threading.Barrier(4)
    results: list[str] = []

    def draft() -> None:
        barrier.wait()
        try:
            with database.writing(world.officer) as session:
                made = writes.create(session, world.officer, world.order.id or 0, world.new_draft(), AT)
            results.append(made.number)
        except rules.AlreadySettled:
            results.append("refused")

    threads = [threading.Thread(target=draft) for _ in range(4)]
    with clock.set_to(AT):
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert sorted(results) == ["IV20260209-001", "refused", "refused", "refused"]
    with database.working() as session:
        assert session.execute(select(func.count()).select_from(SettlementItem)).scalar_one() == 3


def test_the_database_is_the_last_line(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.draft(world.ids[2])
    monkeypatch.setattr(queries, "unsettled_of_order", lambda *_: world.inspections[2:])

    with pytest.raises(rules.AlreadySettled):
        world.draft(world.ids[2])


def test_settlements_never_exceed_the_order(world: World) -> None:
    with database.working() as session:
        kept = session.get_one(type(world.order), world.order.id)
        kept.vat, kept.total = 2_669, 29_389
    with pytest.raises(rules.OverOrder) as refused:
        world.draft()
    assert refused.value.detail == {"left": 29_389, "asked": 29_390}


def test_an_edit_frees_what_it_leaves_out(world: World) -> None:
    made = world.draft()

    with database.writing(world.officer) as session:
        kept = Draft(title="고친 정산", inspections=world.ids[:1], edit_version=1)
        edited = writes.edit(session, world.officer, made.id or 0, kept)

    assert (edited.title, edited.supply_amount, edited.edit_version) == ("고친 정산", 16_666, 2)
    assert world.draft(*world.ids[1:]).supply_amount == 10_054
    with pytest.raises(StaleDocument), database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, kept)


def test_a_requested_settlement_is_not_edited(world: World) -> None:
    made = world.draft()
    world.press(world.officer, made, "request_issue")
    draft = Draft(title="늦은 수정", inspections=world.ids, edit_version=1)
    with pytest.raises(rules.SettlementNotEditable), database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, draft)


def test_a_partner_sees_a_settlement_once_it_was_sent(world: World) -> None:
    made = world.draft()
    with database.reading(world.partner) as session, pytest.raises(NotFound):
        visible_document(session, world.partner, Settlement, made.id or 0)
    world.press(world.officer, made, "request_issue")
    with database.reading(world.partner) as session:
        assert visible_document(session, world.partner, Settlement, made.id or 0).number == made.number


def test_only_the_officer_writes_settlements(world: World) -> None:
    made = world.draft()
    draft = Draft(title="정산", inspections=world.ids, edit_version=1)
    for actor in (world.partner, world.inspector):
        with pytest.raises(NotYourTurn), database.writing(actor) as session:
            writes.create(session, actor, world.order.id or 0, draft, AT)
        with pytest.raises(NotYourTurn), database.writing(actor) as session:
            writes.edit(session, actor, made.id or 0, draft)


def test_row_security_hides_it_from_another_company(world: World) -> None:
    world.draft()
    stranger = world.partner.model_copy(update={"company_id": world.order.company_id + 1})
    with database.reading(stranger) as session:
        for table in (Settlement, SettlementItem, Inspection):
            assert session.execute(select(table)).first() is None
