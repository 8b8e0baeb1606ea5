"""An order from a contract to its sealed sheet, on a real database."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.documents.signing import load_identity, verify
from models import database
from models.contracts.refusals import SealMissing, SealNotYours, SignatureMissing
from models.files.tables import StoredFile
from models.files.writes import content
from models.inspections.tables import Inspection
from models.kernel.refusals import FieldErrors, NotYourTurn, StaleDocument
from models.members.tables import Company
from models.notifications.tables import Notification
from models.orders import rules
from models.orders.messages import Draft, DraftItem
from models.orders.tables import PurchaseOrder
from models.orders.writes import change, create, edit
from models.processes.tables import Outbox
from models.settings import settings
from models.signatures.tables import Signature
from tests.engines import Database
from tests.orders.world import NOW, TODAY, World, row, text_of

AT_ONCE = 12


@pytest.fixture
def world(database: Database) -> World:
    return World()


def test_a_draft_takes_number_company_and_case_from_the_contract(world: World) -> None:
    order = world.order(2, 3)

    assert (order.number, order.workflow_id) == ("PO20260209-001", "order/PO20260209-001/1")
    assert (order.company_name, order.case_key) == (world.contract.company_name, world.contract.case_key)
    # 2 x 10,005 and 3 x 7: the tax of 2.1 won is cut on its own line.
    assert (order.amount, order.vat, order.total) == (20_031, 2_003, 22_034)
    assert [item.vat for item in world.order_items(order)] == [2_001, 2]
    with database.working() as session:
        assert session.execute(select(col(Outbox.workflow_id))).scalars().all() == [order.workflow_id]


def test_orders_of_a_contract_never_exceed_it(world: World) -> None:
    world.order(30)

    with pytest.raises(rules.OverContract) as refused:
        world.order(21)

    assert refused.value.detail == {"name": "FG-1100E", "limit": 50, "left": 20, "asked": 21}
    world.order(20)


def test_many_buyers_at_once_never_order_more_than_the_contract(world: World) -> None:
    def one(_: int) -> bool:
        try:
            world.order(8)
        except rules.OverContract:
            return False
        return True

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = list(pool.map(one, range(AT_ONCE)))

    with database.working() as session:
        numbers = session.execute(select(col(PurchaseOrder.number))).scalars().all()
    assert sum(made) == 6
    # A refused order takes no number with it.
    assert sorted(numbers) == [f"PO20260209-{n:03d}" for n in range(1, 7)]


def test_an_order_without_a_contract_names_its_company(world: World) -> None:
    actor = world.actor(world.buyer)
    lines = [DraftItem(name="모니터", quantity=2, unit_price=500)]
    draft = Draft(title="기타", order_date=TODAY, company_id=world.company.id, items=lines)
    with database.writing(actor) as session:
        order = create(session, actor, draft, NOW)
    assert (order.basis, order.case_key, order.total) == ("기타발주", order.number, 1_100)

    with pytest.raises(FieldErrors), database.writing(actor) as session:
        create(session, actor, draft.model_copy(update={"company_id": None}), NOW)
    with pytest.raises(FieldErrors), database.writing(actor) as session:
        create(session, actor, draft.model_copy(update={"items": []}), NOW)


def test_two_edits_of_one_page_do_not_overwrite_each_other(world: World) -> None:
    order = world.order(10)
    actor = world.actor(world.buyer)
    with database.writing(actor) as session:
        edited = edit(session, actor, order.id or 0, world.draft(12, title="새 이름"), 1)
    assert (edited.title, edited.amount, edited.edit_version) == ("새 이름", 120_060, 2)

    with pytest.raises(StaleDocument), database.writing(actor) as session:
        edit(session, actor, order.id or 0, world.draft(13), 1)


def test_the_sheet_comes_before_the_confirmation(world: World) -> None:
    order = world.order(10)
    outcome = world.press(world.buyer, order, "request_confirmation")
    assert outcome.jobs == ["build_order_sheet"]
    with pytest.raises(rules.SheetNotReady):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=9)

    world.job("build_order_sheet", order)
    made = world.fresh(order)
    world.job("build_order_sheet", order)

    assert made.sheet_ready
    assert world.fresh(order).draft_file_id == made.draft_file_id
    with pytest.raises(rules.SheetUnread):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=0)
    with pytest.raises(rules.SheetChanged):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=9, sheet_sha256="0" * 64)
    with pytest.raises(SealMissing):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=made.draft_pages)
    seal = world.seal(world.second)
    with pytest.raises(SealNotYours):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=made.draft_pages, seal_file_id=seal)


def test_a_confirmed_order_is_sealed_attested_and_told(world: World) -> None:
    order = world.confirmed(10)
    world.job("build_order_final", order)
    done = world.fresh(order)
    world.job("build_order_final", order)

    assert (done.status, world.fresh(order).final_file_id) == ("confirmed", done.final_file_id)
    with database.working() as session:
        pdf = content(session.get_one(StoredFile, done.final_file_id))
        signature = session.execute(select(Signature)).scalar_one()
        told = session.execute(select(col(Notification.member_id), col(Notification.event))).all()
    identity = load_identity(settings().data_dir / "keys" / "house.pem")
    assert verify(pdf, [identity.certificate]).valid
    assert signature.consents[0]["sha256"] == done.draft_sha256
    text = text_of(pdf)
    assert "110,055" in text
    assert "내용에 동의합니다" in text
    assert {(world.buyer.id, "decided"), (world.second.id, "your_turn")} <= {tuple(pair) for pair in told}


def test_the_last_seal_is_the_default(world: World) -> None:
    world.confirmed(1)
    again = world.order(1)
    world.press(world.buyer, again, "request_confirmation")
    world.job("build_order_sheet", again)
    pages = world.fresh(again).draft_pages

    world.press(world.second, again, "confirm", agreed=True, seen_pages=pages)

    with database.working() as session:
        seals = session.execute(select(col(Signature.seal_file_id))).scalars().all()
    assert len(set(seals)) == 1


def test_a_refused_order_comes_back_with_a_new_sheet(world: World) -> None:
    order = world.order(10)
    world.press(world.buyer, order, "request_confirmation")
    world.job("build_order_sheet", order)
    world.press(world.partner, order, "refuse", reason="단가가 다릅니다.")
    assert world.fresh(order).turn_member_id == world.buyer.id

    world.press(world.buyer, order, "revise")

    back = world.fresh(order)
    assert (back.status, back.sheet_ready, back.draft_file_id) == ("drafting", False, None)


def test_a_change_order_keeps_what_is_planned(world: World) -> None:
    order = world.confirmed(10)
    world.plan(world.partner, row(world.order_items(order)[0], 6))
    actor = world.actor(world.buyer)
    with database.writing(actor) as session:
        second = change(session, actor, order.id or 0, NOW)
    with pytest.raises(rules.OrderNotChangeable), database.writing(actor) as session:
        change(session, actor, order.id or 0, NOW)
    _reduce(world, second, 5)
    with pytest.raises(rules.BelowDelivered):
        world.press(world.buyer, second, "request_confirmation")
    _reduce(world, second, 8)

    world.press(world.buyer, second, "request_confirmation")
    world.job("build_order_sheet", second)
    pages = world.fresh(second).draft_pages
    world.press(world.partner, second, "confirm", agreed=True, seen_pages=pages)

    item = world.order_items(second)[0]
    moved = world.rounds()[0]
    assert (second.revision, second.form, item.quantity) == (2, "change", 8)
    assert (moved.order_item_id, moved.purchase_order_id) == (item.id, second.id)


def test_a_change_that_does_not_stand_yet_frees_nothing_of_the_contract(world: World) -> None:
    order = world.confirmed(50)
    actor = world.actor(world.buyer)
    with database.writing(actor) as session:
        second = change(session, actor, order.id or 0, NOW)
    _reduce(world, second, 1)

    with pytest.raises(rules.OverContract) as refused:
        world.order(1)

    assert refused.value.detail["left"] == 0


def test_what_an_inspection_gave_back_may_be_changed_away(world: World) -> None:
    order = world.confirmed(10)
    _received_and_given_back(world, order, 10)
    actor = world.actor(world.buyer)
    with database.writing(actor) as session:
        second = change(session, actor, order.id or 0, NOW)
    world.plan(world.partner, row(world.order_items(order)[0], 4))
    _reduce(world, second, 3)
    with pytest.raises(rules.BelowDelivered) as refused:
        world.press(world.buyer, second, "request_confirmation")
    assert refused.value.detail["planned"] == 4
    _reduce(world, second, 4)

    world.press(world.buyer, second, "request_confirmation")

    assert world.fresh(second).status == "confirmation_requested"


def _received_and_given_back(world: World, order: PurchaseOrder, quantity: int) -> None:
    world.plan(world.partner, row(world.order_items(order)[0], quantity))
    (found,) = world.rounds()
    world.serials(world.partner, {found.id or 0: [f"SN{piece}" for piece in range(quantity)]})
    world.press(world.partner, found, "request")
    world.press(world.buyer, found, "confirm")
    world.press(world.receiver, found, "receive", quantity=quantity, received_on=TODAY.isoformat())
    with database.working() as session:
        session.execute(select(Inspection)).scalar_one().status = "cancelled"


@pytest.mark.parametrize("twice", [True, False])
def test_a_change_takes_the_rounds_of_its_own_items_only(world: World, twice: bool) -> None:
    order, foreign = world.confirmed(10), world.confirmed(5)
    actor = world.actor(world.buyer)
    with database.writing(actor) as session:
        second = change(session, actor, order.id or 0, NOW)
    own, other = world.order_items(second)[0], world.order_items(foreign)[0]
    named = [own.previous_item_id, own.previous_item_id] if twice else [other.id]
    lines = [DraftItem(contract_item_id=own.contract_item_id, previous_item_id=item, quantity=2) for item in named]

    with pytest.raises(FieldErrors), database.writing(actor) as session:
        edit(session, actor, second.id or 0, world.draft(items=lines), world.fresh(second).edit_version)


def test_only_the_buyer_writes_orders(world: World) -> None:
    order = world.confirmed(1)
    for person in (world.receiver, world.partner):
        actor = world.actor(person)
        with pytest.raises(NotYourTurn), database.writing(actor) as session:
            create(session, actor, world.draft(1), NOW)
        with pytest.raises(NotYourTurn), database.writing(actor) as session:
            edit(session, actor, order.id or 0, world.draft(1), 1)
        with pytest.raises(NotYourTurn), database.writing(actor) as session:
            change(session, actor, order.id or 0, NOW)


def _reduce(world: World, order: PurchaseOrder, quantity: int) -> None:
    actor = world.actor(world.buyer)
    item = world.order_items(order)[0]
    line = DraftItem(contract_item_id=item.contract_item_id, previous_item_id=item.previous_item_id, quantity=quantity)
    with database.writing(actor) as session:
        edit(session, actor, order.id or 0, world.draft(items=[line]), world.fresh(order).edit_version)


def test_an_individual_signs_by_hand(world: World) -> None:
    with database.working() as session:
        session.get_one(Company, world.company.id).kind = "individual"
    order = world.order(1)
    world.press(world.buyer, order, "request_confirmation")
    world.job("build_order_sheet", order)
    pages = world.fresh(order).draft_pages
    with pytest.raises(SignatureMissing):
        world.press(world.partner, order, "confirm", agreed=True, seen_pages=pages)
    strokes = [[[20 + step * 8, 90 + (step % 5) * 20] for step in range(40)]]

    world.press(world.partner, order, "confirm", agreed=True, seen_pages=pages, drawing=json.dumps(strokes))
    world.job("build_order_final", order)

    assert world.fresh(order).final_pages == 2
