"""What is paid follows what the tax service has: amended invoices make a settlement's payment less, more or none."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import clock, database
from models.notifications.tables import Message
from models.settlements.rules import NothingToPay
from models.settlements.tables import Settlement
from models.tax_invoices import writes
from models.tax_invoices.messages import Amendment
from models.tax_invoices.refusals import InvoiceUnderWay
from models.tax_invoices.rules import Reason
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.tax_invoices.world import TODAY, World

PAY_DAY = dt.datetime(2026, 3, 16, 3, tzinfo=dt.UTC)


@pytest.fixture
def world(database: Database) -> World:
    return World()


def amended(world: World, invoice: TaxInvoice, reason: Reason, difference: int | None = None) -> list[TaxInvoice]:
    happened_on = None if reason in {Reason.CORRECTION, Reason.DUPLICATE} else TODAY
    wanted = Amendment(reason=reason, difference=difference, happened_on=happened_on)
    with database.writing(world.officer) as session:
        return list(writes.amend(session, world.officer, invoice.id or 0, wanted, world.now))


def mailed(words: str) -> list[int | None]:
    """Who got a letter that an invoice needs a look, with these words."""
    with database.working() as session:
        letters = select(Message).where(col(Message.event) == "tax_invoice_wrong", col(Message.channel) == "email")
        found = session.execute(letters.order_by(col(Message.member_id))).scalars().all()
        return [one.member_id for one in found if words in one.body]


def pay(world: World, of: Settlement) -> Settlement:
    world.press(world.officer, of, "pay", at=PAY_DAY, paid_on=PAY_DAY.date(), payment_reference="KB-1")
    return world.read(of)


@pytest.mark.parametrize(
    ("reason", "difference", "supply", "vat"),
    [(Reason.RETURN, 5_500, -5_500, -550), (Reason.PRICE_CHANGE, -55, -55, -5), (Reason.PRICE_CHANGE, 999, 999, 99)],
)
def test_the_net_is_shown_and_paid(world: World, reason: Reason, difference: int, supply: int, vat: int) -> None:
    of, invoice = world.settled()
    (change,) = amended(world, invoice, reason, difference)
    world.through(change)
    assert world.follow() == []
    found = world.read(of)
    assert (found.amended_supply, found.amended_vat) == (supply, vat)
    assert found.payable_amount == of.total_amount + supply + vat
    paid = pay(world, of)
    assert (paid.status, paid.paid_amount) == ("paid", of.total_amount + supply + vat)


def test_two_amendments_add_up(world: World) -> None:
    of, invoice = world.settled()
    for difference in (-100, 300):
        (change,) = amended(world, invoice, Reason.PRICE_CHANGE, difference)
        world.through(change)
    found = world.read(of)
    assert (found.amended_supply, found.amended_vat) == (200, 20)


def test_nothing_is_paid_while_an_amendment_is_under_way(world: World) -> None:
    of, invoice = world.settled()
    (change,) = amended(world, invoice, Reason.PRICE_CHANGE, -100)
    world.do(world.officer, change, "request")
    world.ask(change)
    with pytest.raises(InvoiceUnderWay):
        pay(world, of)
    assert world.read(of).payable_amount == of.total_amount


def test_between_the_two_papers_of_a_correction_nothing_is_paid(world: World) -> None:
    of, invoice = world.settled()
    minus, zero_rated = amended(world, invoice, Reason.LETTER_OF_CREDIT)
    world.through(minus)
    assert world.follow() == []
    assert world.read(of).payable_amount == 0
    with pytest.raises(NothingToPay):
        pay(world, of)
    world.through(zero_rated)
    assert pay(world, of).paid_amount == of.supply_amount


def test_all_of_it_returned_leaves_nothing_to_settle(world: World) -> None:
    of, invoice = world.settled()
    (change,) = amended(world, invoice, Reason.RETURN, of.supply_amount)
    world.through(change)
    assert world.follow() == ["cancel_by_invoice"]
    assert world.read(of).status == "cancelled"


def test_what_is_amended_after_the_payment_shows_what_is_owed(world: World) -> None:
    of, invoice = world.settled()
    assert pay(world, of).paid_amount == of.total_amount
    (change,) = amended(world, invoice, Reason.RETURN, 5_500)
    world.through(change)
    found = world.read(of)
    assert (found.status, found.paid_amount, found.payable_amount) == ("paid", of.total_amount, of.total_amount - 6_050)
    words = f"이미 지급한 정산 {of.number}의 세금계산서가 수정되어 6,050원을 돌려받아야 합니다."
    assert mailed(words) == sorted([world.officer.member_id, world.admin.id or 0])


def test_a_whole_minus_after_the_payment_leaves_it_paid_and_tells_what_is_owed(world: World) -> None:
    of, invoice = world.settled()
    pay(world, of)
    (minus,) = amended(world, invoice, Reason.TERMINATION)
    world.through(minus)
    assert world.follow() == []
    found = world.read(of)
    assert (found.status, found.payable_amount, found.paid_amount) == ("paid", 0, of.total_amount)
    words = f"{of.total_amount:,}원을 돌려받아야 합니다."
    assert mailed(words) == sorted([world.officer.member_id, world.admin.id or 0])


def test_what_was_issued_otherwise_changes_no_payment(world: World) -> None:
    of, invoice = world.settled()
    (change,) = amended(world, invoice, Reason.RETURN, 5_500)
    world.do(world.officer, change, "request")
    world.ask(change)
    with clock.set_to(world.now):
        key = world.read(change).hub_key
        world.hub.sign(key, charge_total=-6_000, grand_total=-6_550)
        world.hub.transmit(key)
    world.ask(change)
    assert world.read(change).verification_problem
    assert world.read(of).payable_amount == of.total_amount
