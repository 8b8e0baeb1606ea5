"""What the hub calls issued is looked at: what is not as it was asked for settles nothing, and people are told."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import func, select
from sqlmodel import col

from activities.gateways.tax_hub.interface import HubStatus
from models import clock, database
from models.etax.certificates import credential
from models.etax.document import Line
from models.notifications.tables import Message
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.verification import differences
from tests.engines import Database
from tests.etax import papers
from tests.tax_invoices.paper_hub import credential_of
from tests.tax_invoices.world import World, told


@pytest.fixture
def world(database: Database) -> World:
    return World()


def _other_lines(row: TaxInvoice, world: World) -> tuple[Line, ...]:
    first, *rest = world.hub.papers[row.hub_key].invoice.lines
    return (dataclasses.replace(first, name="다른 물건"), *rest)


@pytest.mark.parametrize("what", ["signer", "certificate", "content", "approval_number", "malformed", "signature"])
def test_what_was_issued_otherwise_settles_nothing_and_people_are_told(world: World, what: str) -> None:
    of = world.settlement()
    made = world.requested(of)
    hub, key = world.hub, made.hub_key
    with clock.set_to(world.now):
        if what == "signer":
            hub.sign(key, credential_of(papers.BROKER_NUMBER))
        elif what == "certificate":
            hub.sign(key, credential(papers.key(), papers.certificate()))
        elif what == "content":
            hub.sign(key, lines=_other_lines(made, world))
        elif what == "approval_number":
            hub.sign(key, issue_id="202602094100007300009999")
        else:
            hub.sign(key)
            old = b"<x/>" if what == "malformed" else hub.papers[key].xml.replace("한빛".encode(), "두빛".encode())
            hub.papers[key].xml = old
        hub.transmit(key)
    world.ask(made)
    found = world.read(made)
    assert (found.status, found.verification_problem, found.verified_at) == ("nts_accepted", what, None)
    assert world.follow() == []
    assert world.read(of).status == "acknowledged"
    wrong = [member for member, _ in told("tax_invoice_wrong")]
    assert sorted(wrong) == sorted([world.officer.member_id, world.admin.id or 0])
    with database.working() as session:
        sent = session.execute(select(func.count()).where(col(Message.event) == "tax_invoice_wrong")).scalar_one()
    assert sent == 4


def test_an_approval_number_of_another_document_is_not_taken(world: World) -> None:
    first = world.accepted(world.settlement(*world.ids[:1]))
    second = world.requested(world.settlement(*world.ids[1:]))
    assert first.approval_number is not None
    with clock.set_to(world.now):
        world.hub.sign(second.hub_key)
        world.hub.move(second.hub_key, HubStatus.ISSUED, approval_number=first.approval_number)
    world.ask(second)
    found = world.read(second)
    assert (found.status, found.approval_number, found.verification_problem) == ("issued", None, "approval_number")


def test_an_expired_certificate_is_not_believed(world: World) -> None:
    made = world.requested()
    ended = (papers.FROM, dt.datetime(2026, 1, 31, tzinfo=dt.UTC))
    with clock.set_to(world.now):
        world.hub.sign(made.hub_key, credential_of(papers.SUPPLIER_NUMBER, ended))
    world.ask(made)
    assert world.read(made).verification_problem == "certificate"


def test_another_trustee_is_another_document() -> None:
    asked = papers.CONSIGNED
    assert differences(asked, asked) == []
    assert papers.BROKER is not None
    renamed = dataclasses.replace(papers.BROKER, name="다른 수탁사")
    for broker in (renamed, None):
        assert differences(asked, dataclasses.replace(asked, broker=broker)) == ["수탁자"]
    people = dataclasses.replace(papers.BROKER, contacts=())
    assert differences(asked, dataclasses.replace(asked, broker=people)) == []
