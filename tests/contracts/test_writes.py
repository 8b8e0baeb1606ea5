"""Drafts in a real database, as the web's login writes them."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import clock, database
from models.contracts import queries
from models.contracts.refusals import ChangeInProgress, ContractNotEditable
from models.contracts.tables import Contract, ContractItem
from models.contracts.writes import create, draft_of, edit, start_change
from models.kernel.calendar import business_deadline
from models.kernel.refusals import ActNotPossible, FieldErrors, NotFound, NotYourTurn, StaleDocument
from models.processes.queries import holidays
from models.processes.tables import Outbox
from tests import factories
from tests.contracts.world import World, draft
from tests.engines import Database


@pytest.fixture
def world(module_database: Database) -> World:
    return World()


def test_a_draft_gets_its_number_its_sum_and_its_process(world: World) -> None:
    contract = world.draft()
    assert contract.number.startswith("CR20260209-")
    assert (contract.amount, contract.status, contract.turn) == (3_000_000, "drafting", "buyer")
    assert contract.buyer_name.endswith("(차지애)")
    assert contract.partner_contact == "김도윤"
    with database.working() as session:
        row = session.execute(select(Outbox).where(col(Outbox.workflow_id) == contract.workflow_id)).scalar_one()
        assert (row.kind, row.payload["status"]) == ("contract", "drafting")
        assert [alarm["act"] for alarm in row.payload["alarms"]] == ["remind", "remind", "escalate"]
        assert world.read(contract.id).due_at == business_deadline(factories.NOW, 5, holidays(session))


def test_numbers_have_no_gap_and_no_double_when_many_draft_at_once(world: World) -> None:
    with clock.set_to(factories.NOW), ThreadPoolExecutor(6) as pool:
        made = list(pool.map(lambda _: world.draft_now(), range(12)))
    numbers = sorted(int(contract.number.split("-")[1]) for contract in made)
    assert numbers == list(range(numbers[0], numbers[0] + 12))


def test_a_refused_draft_takes_no_number(world: World) -> None:
    before = world.draft().number
    with pytest.raises(FieldErrors) as refused:
        world.draft(items=[])
    assert "items" in refused.value.errors
    assert int(world.draft().number.split("-")[1]) == int(before.split("-")[1]) + 1


def test_a_company_must_be_chosen_and_active(world: World) -> None:
    with pytest.raises(FieldErrors) as refused, database.writing(world.buyer) as session:
        create(session, world.buyer, draft(None))
    assert set(refused.value.errors) == {"company_id"}


def test_only_the_buyer_drafts(world: World) -> None:
    with pytest.raises(NotYourTurn), database.writing(world.partner) as session:
        create(session, world.partner, draft(world.company.id))


def test_an_edit_replaces_the_lines_and_counts_up(world: World) -> None:
    contract = world.draft()
    changed = draft(None, items=[{"name": "서버", "quantity": 3, "unit_price": 7}], edit_version=1)
    with database.writing(world.buyer) as session:
        edited = edit(session, world.buyer, contract.id or 0, changed)
    assert (edited.amount, edited.edit_version, edited.company_id) == (21, 2, world.company.id)
    with database.reading(world.buyer) as session:
        assert [item.name for item in queries.contract_items(session, contract.id or 0)] == ["서버"]
        assert draft_of(session, edited).items[0].quantity == 3


def test_an_edit_of_an_older_state_is_refused(world: World) -> None:
    contract = world.draft()
    with database.writing(world.buyer) as session:
        edit(session, world.buyer, contract.id or 0, draft(None, edit_version=1))
    with pytest.raises(StaleDocument), database.writing(world.buyer) as session:
        edit(session, world.buyer, contract.id or 0, draft(None, edit_version=1))


def test_a_contract_under_review_is_not_edited(world: World) -> None:
    contract = world.draft()
    world.press(world.buyer, contract.id, "request_review")
    with pytest.raises(ContractNotEditable), database.writing(world.buyer) as session:
        edit(session, world.buyer, contract.id or 0, draft(None, edit_version=1))


def test_a_partner_sees_its_own_only_and_nothing_before_it_was_asked(world: World) -> None:
    contract = world.draft()
    _, stranger = world.other_company()
    with database.reading(world.partner) as session:
        assert contract.id not in {row.id for row in session.execute(queries.drafts(world.partner)).scalars()}
    world.press(world.buyer, contract.id, "request_review")
    with database.reading(world.partner) as session:
        assert contract.id in {row.id for row in session.execute(queries.drafts(world.partner)).scalars()}
        assert contract.id not in {row.id for row in session.execute(queries.listed(world.partner)).scalars()}
    with database.reading(stranger) as session:
        assert session.execute(queries.drafts(stranger)).scalars().all() == []
        # Row-level security says the same without the condition.
        assert session.execute(select(Contract)).scalars().all() == []
        assert session.execute(select(ContractItem)).scalars().all() == []
    with pytest.raises(NotFound), database.writing(stranger) as session:
        edit(session, stranger.model_copy(update={"roles": world.buyer.roles}), contract.id or 0, draft(None))


def test_a_change_is_the_next_version_of_a_completed_contract(world: World) -> None:
    contract = world.to_sign()
    with pytest.raises(ActNotPossible), database.writing(world.buyer) as session:
        start_change(session, world.buyer, contract.id or 0)
    world.press(
        world.partner,
        contract.id,
        "sign",
        seal_file_id=world.upload(world.partner),
        consents=world.consents(contract.id),
    )
    with database.writing(world.buyer) as session:
        changed = start_change(session, world.buyer, contract.id or 0)
    assert (changed.number, changed.revision, changed.form) == (contract.number, 2, "change")
    assert (changed.amount, changed.status) == (3_000_000, "drafting")
    with pytest.raises(ChangeInProgress), database.writing(world.buyer) as session:
        start_change(session, world.buyer, contract.id or 0)
    with database.reading(world.buyer) as session:
        assert [row.revision for row in queries.versions(session, world.buyer, contract.number)] == [2, 1]
