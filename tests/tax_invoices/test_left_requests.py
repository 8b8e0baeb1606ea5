"""A request the house had given up turns up at the hub after all: withdrawn, never signed besides another."""

import uuid

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.gateways.tax_hub.interface import Code, HubContact, HubStatus, Rejected
from models import clock, database
from models.processes.tables import Outbox
from models.tax_invoices import standard
from models.tax_invoices.events import Heard, Hub, hear
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.queries import lines
from models.tax_invoices.rules import WITHDRAW_LEFT_JOB
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.tax_invoices.world import World, told

CONTACT = HubContact(name="김도윤", email="doyun.kim@hanbit.example")


@pytest.fixture
def world(database: Database) -> World:
    return World()


def given_up(world: World) -> TaxInvoice:
    """A draft again, after the hub said no."""
    made = world.draft_invoice()
    world.do(world.officer, made, "request")
    world.hub.no = {"file": Rejected(Code.INVALID_DOCUMENT, "표준에 맞지 않습니다.")}
    assert world.ask(made).acts == ("filing_failed",)
    world.hub.no = {}
    found = world.read(made)
    assert found.left_keys == [made.hub_key]
    return found


def arrive_late(world: World, row: TaxInvoice) -> str:
    """The filing that was given up reaches the hub after all."""
    with database.working() as session:
        asked = standard.draft(row, lines(session, row.id or 0))
    world.hub.file(row.left_keys[-1], asked, CONTACT)
    return row.left_keys[-1]


def test_before_the_next_request_the_late_one_is_withdrawn(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    world.do(world.officer, row, "request")
    assert world.ask(row).acts == ("filed",)
    states = {key: paper.state.state for key, paper in world.hub.papers.items()}
    assert states == {late: HubStatus.REQUEST_CANCELLED, world.read(row).hub_key: HubStatus.REQUESTED}


def test_its_message_wakes_the_draft_and_it_is_withdrawn(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    with database.web() as session:
        assert hear(session, Hub.SANDBOX, str(uuid.uuid4()), late, "{}", world.now) is Heard.WOKEN
        assert hear(session, Hub.SANDBOX, str(uuid.uuid4()), f"{late[:-1]}_", "{}", world.now) is Heard.UNKNOWN
    with database.working() as session:
        waked = session.execute(select(col(Outbox.payload)).where(col(Outbox.kind) == "tell")).scalars().all()
    assert [one["workflow_id"] for one in waked] == [row.workflow_id]
    world.work(TAX_INVOICE, row, [WITHDRAW_LEFT_JOB])
    assert world.hub.papers[late].state.state is HubStatus.REQUEST_CANCELLED


def test_a_draft_that_is_given_up_takes_it_along(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    world.do(world.officer, row, "cancel")
    assert world.hub.papers[late].state.state is HubStatus.REQUEST_CANCELLED


def test_what_was_signed_meanwhile_is_undone_while_that_can_be(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    with clock.set_to(world.now):
        world.hub.sign(late)
    world.do(world.officer, row, "request")
    assert world.ask(row).acts == ("filed",)
    assert world.hub.papers[late].state.state is HubStatus.ISSUE_CANCELLED


def test_what_the_tax_service_has_is_not_asked_for_again_and_people_are_told(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    with clock.set_to(world.now):
        world.hub.sign(late)
        world.hub.transmit(late)
    world.work(TAX_INVOICE, row, [WITHDRAW_LEFT_JOB])
    wrong = [member for member, _ in told("tax_invoice_wrong")]
    assert sorted(wrong) == sorted([world.officer.member_id, world.admin.id or 0])
    world.do(world.officer, row, "request")
    assert world.ask(row).acts == ("filing_failed",)
    found = world.read(row)
    assert found.status == "drafting"
    assert late in found.hub_problem
    assert set(world.hub.papers) == {late}


def test_a_hub_that_is_away_is_asked_before_the_next_request(world: World) -> None:
    row = given_up(world)
    late = arrive_late(world, row)
    world.hub.away = True
    world.work(TAX_INVOICE, row, [WITHDRAW_LEFT_JOB])
    world.do(world.officer, row, "request")
    assert world.ask(row).away
    world.hub.away = False
    assert world.ask(row).acts == ("filed",)
    assert world.hub.papers[late].state.state is HubStatus.REQUEST_CANCELLED
