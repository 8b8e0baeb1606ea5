"""The demo data on a real house: interrupted once, loaded to the end, then looked at from all sides."""

import asyncio
import contextlib
import datetime as dt
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select, text
from sqlmodel import Session, col
from temporalio.client import WorkflowExecutionStatus

from models import database
from models.contracts.kind import CONTRACT
from models.contracts.rules import Type
from models.contracts.tables import Contract, ContractInstalment, ContractItem, ContractPaper
from models.credits.account_rules import Status as AccountStatus
from models.credits.kind import CREDIT_ACCOUNT, CREDIT_CHANGE, CREDIT_REPORT, CREDIT_RUN
from models.credits.run_rules import Status as RunStatus
from models.deliveries.kind import DELIVERY
from models.deliveries.queries import amounts
from models.deliveries.tables import DeliveryRound, DeliverySerial, Receipt
from models.identity.hashing import identity_hash
from models.inspections.kind import INSPECTION
from models.inspections.tables import Inspection
from models.kernel.numbers import parse_number
from models.kernel.transitions import ProcessRules
from models.kernel.vat import vat_floor
from models.members.tables import BankAccount, Company, Member
from models.orders.kind import ORDER
from models.orders.queries import in_force
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes import chain
from models.processes.kinds import Kind
from models.processes.messages import Outcome
from models.processes.tables import Command, NumberCounter, ProcessColumns, ProcessEvent
from models.settings import settings
from models.settlements.kind import SETTLEMENT
from models.settlements.rules import Status as SettlementStatus
from models.settlements.tables import Settlement, SettlementItem
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.tables import TaxInvoice
from ops.demo_logins import LOGINS, OFFICE_LOGINS
from ops.seed import people
from tests import engines
from tests.house import ROOT, House, running
from web.sandbox.people import ci_of
from workflows.runtime.client import connect

pytestmark = pytest.mark.timeout(400)
"""The first test waits for the whole load, beside whatever else the machine does."""

KINDS: tuple[Kind, ...] = (CONTRACT, ORDER, DELIVERY, INSPECTION, SETTLEMENT)
CREDITS: tuple[tuple[Kind, set[str]], ...] = (
    (CREDIT_REPORT, set()),
    (CREDIT_RUN, {RunStatus.DRAFTING, RunStatus.APPROVED, RunStatus.PUBLISHING}),
    (CREDIT_ACCOUNT, {AccountStatus.CHECKING}),
    (CREDIT_CHANGE, set()),
)
"""The kinds of credits, and the statuses in which none rests because it is the machine's turn."""
INTERRUPTED_AT = 40
"""Acts after which the first load is killed."""
LOAD_SECONDS = 150
LOAD = (sys.executable, "-m", "ops.bootstrap", "demo")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house whose demo data was loaded in two goes, the first one killed in the middle."""
    with running(tmp_path_factory.mktemp("seeded"), engines.new_namespace("seed")) as house:
        first = subprocess.Popen(LOAD, cwd=ROOT, env=house.environment)
        _wait_for_acts(house, first)
        first.kill()
        first.wait(10)
        subprocess.run(LOAD, cwd=ROOT, env=house.environment, check=True, timeout=LOAD_SECONDS)
        yield house


def _wait_for_acts(house: House, load: "subprocess.Popen[bytes]") -> None:
    limit = time.monotonic() + LOAD_SECONDS
    with psycopg.connect(house.database.admin_url, autocommit=True) as connection:
        while time.monotonic() < limit:
            assert load.poll() is None, "the load ended before it could be interrupted"
            row = connection.execute("SELECT count(*) FROM command").fetchone()
            if row and row[0] >= INTERRUPTED_AT:
                return
            time.sleep(0.05)  # noqa: TID251 - another program's work
    raise AssertionError("the load did not come far enough")


@pytest.fixture
def session(loaded: House, house_settings: pytest.MonkeyPatch) -> Iterator[Session]:
    """A transaction on the loaded house; settings are the house's."""
    for name, value in loaded.environment.items():
        house_settings.setenv(name, value)
    settings.cache_clear()
    with contextlib.ExitStack() as stack:
        stack.callback(database.dispose)
        yield stack.enter_context(database.working())


def rows(session: Session, table: type[Any]) -> Sequence[Any]:
    return session.execute(select(table).order_by(table.id)).scalars().all()


def test_every_status_of_every_kind_is_there(session: Session) -> None:
    for kind in KINDS:
        table: Any = kind.table
        seen = Counter(session.execute(select(table.status)).scalars())
        missing = set(kind.rules.statuses) - set(seen)
        # Settled is the machine's turn: no document rests there, every paid one has been there.
        assert missing == ({SettlementStatus.SETTLED} if kind is SETTLEMENT else set()), kind.key
        assert _has_open_ones(kind.rules, seen)
    passed = select(col(ProcessEvent.id)).where(col(ProcessEvent.status_to) == SettlementStatus.SETTLED)
    assert session.execute(passed.limit(1)).first()


def test_every_status_of_credits_is_there(session: Session) -> None:
    for kind, passing in CREDITS:
        table: Any = kind.table
        seen = set(session.execute(select(table.status)).scalars())
        assert seen >= set(kind.rules.statuses) - passing, kind.key


def _has_open_ones(rules: ProcessRules, seen: Counter[str]) -> bool:
    waits = [s for s in rules.statuses if not rules.is_closed(s) and s != SettlementStatus.SETTLED]
    return all(seen[status] for status in waits)


def test_the_breadth_the_manual_shows(session: Session) -> None:
    assert session.execute(select(Contract).where(col(Contract.contract_type) == Type.UNIT_PRICE)).first()
    assert session.execute(select(ContractInstalment)).first()
    assert session.execute(select(Contract).where(col(Contract.revision) > 1)).first()
    assert session.execute(select(Contract).where(col(Contract.review_round) > 1)).first()
    assert session.execute(select(PurchaseOrder).where(col(PurchaseOrder.revision) > 1)).first()
    part = (col(DeliveryRound.received_quantity) > 0) & (
        col(DeliveryRound.received_quantity) < col(DeliveryRound.quantity)
    )
    assert session.execute(select(DeliveryRound).where(part)).first()
    written = set(session.execute(select(col(DeliverySerial.delivery_round_id))).scalars())
    open_rounds = select(DeliveryRound).where(col(DeliveryRound.turn).is_not(None), col(DeliveryRound.needs_serial))
    waiting = session.execute(open_rounds).scalars().all()
    assert {row.id in written for row in waiting} == {True, False}
    assert session.execute(select(ProcessEvent).where(col(ProcessEvent.on_behalf_of_name) == "권준")).first()
    rung = Counter(session.execute(select(col(ProcessEvent.act))).scalars())
    assert rung["remind"] >= 2
    assert rung["escalate"] >= 1


def test_invoices_are_drafted_asked_for_and_given_up_and_settlements_taken_back(session: Session) -> None:
    of_settlements = [row for row in rows(session, TaxInvoice) if row.settlement_id is not None]
    found = Counter(row.status for row in of_settlements)
    assert found["drafting"] == found["cancelled"] == 1
    # Whether the hub has answered already is its affair.
    assert found["filing"] + found["requested"] == 1
    assert all(row.total_amount > 0 for row in of_settlements)
    asked = [row for row in rows(session, Settlement) if row.cancel_requested_at is not None]
    assert sorted(row.status for row in asked) == ["cancel_confirmed", "cancel_requested"]


def test_every_demo_login_has_something_to_do(session: Session) -> None:
    for login in LOGINS:
        member = session.execute(select(Member).where(col(Member.login) == login.login)).scalar_one()
        waiting = [
            found
            for kind in KINDS
            for found in rows(session, kind.table)
            if found.turn in member.roles and member.company_id in {None, found.company_id}
        ]
        assert len(waiting) >= 3, login.person


async def test_every_open_document_lives_in_its_workflow(session: Session) -> None:
    config = settings()
    client = await connect(config.temporal_address, config.temporal_namespace, config.payload_keys)

    async def check(found: ProcessColumns) -> None:
        handle = client.get_workflow_handle(found.workflow_id)
        described = await handle.describe()
        assert described.status == WorkflowExecutionStatus.RUNNING, found.workflow_id
        state = await handle.query("state", result_type=Outcome)
        assert (state.status, state.version, state.step) == (found.status, found.version, found.step)
        assert not state.jobs

    await _settle(session)
    found = [row for kind in KINDS for row in rows(session, kind.table) if row.turn is not None]
    assert len(found) > 30
    await asyncio.gather(*(check(row) for row in found))


async def _settle(session: Session) -> None:
    """Until the last papers are made: a job runs on for a moment after its act was answered."""
    unmade = text(
        "SELECT (SELECT count(*) FROM contract WHERE status = 'review_requested' AND NOT papers_ready)"
        " + (SELECT count(*) FROM purchase_order WHERE status = 'confirmation_requested' AND NOT sheet_ready)"
        " + (SELECT count(*) FROM settlement WHERE status IN ('issue_requested', 'acknowledged', 'payment_due')"
        "    AND statement_file_id IS NULL)"
    )
    for _ in range(300):
        if session.execute(unmade).scalar_one() == 0:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("papers are missing")


def test_contracts_and_orders_add_up(session: Session) -> None:
    lines: Counter[int] = Counter()
    for item in rows(session, ContractItem):
        lines[item.contract_id] += item.amount
    for found in rows(session, Contract):
        assert found.amount is None or found.amount == lines[found.id], found.number
    plan: Counter[int] = Counter()
    for part in rows(session, ContractInstalment):
        plan[part.contract_id] += part.amount
    assert all(session.get_one(Contract, contract_id).amount == total for contract_id, total in plan.items())
    supply: Counter[int] = Counter()
    tax: Counter[int] = Counter()
    for item in rows(session, OrderItem):
        assert item.vat == vat_floor(item.amount)
        supply[item.purchase_order_id] += item.amount
        tax[item.purchase_order_id] += item.vat
    for order in rows(session, PurchaseOrder):
        assert (order.amount, order.vat, order.total) == (
            supply[order.id],
            tax[order.id],
            supply[order.id] + tax[order.id],
        )


def test_deliveries_and_settlements_add_up(session: Session) -> None:
    items = session.execute(
        select(OrderItem)
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(OrderItem.purchase_order_id))
        .where(in_force())
    )
    for item, found in amounts(session, items.scalars().all()).items():
        assert found.planned <= found.ordered + found.given_back, item
        assert found.received - found.given_back <= found.ordered, item
    received: Counter[int] = Counter()
    for receipt in rows(session, Receipt):
        received[receipt.delivery_round_id] += receipt.quantity
    assert all(found.received_quantity == received[found.id] for found in rows(session, DeliveryRound))
    held: Counter[int] = Counter()
    supply: Counter[int] = Counter()
    for line in rows(session, SettlementItem):
        held[line.inspection_id] += line.active
        supply[line.settlement_id] += line.amount
    assert max(held.values()) == 1
    for found in rows(session, Settlement):
        assert found.supply_amount == supply[found.id]
        assert found.total_amount == found.supply_amount + found.vat_amount
    settled = {row.id for row in rows(session, Inspection) if row.settled}
    assert settled <= {inspection for inspection, count in held.items() if count}


def test_every_chain_holds_and_ends_where_its_document_is(session: Session) -> None:
    events: dict[str, list[ProcessEvent]] = {}
    for event in session.execute(select(ProcessEvent).order_by(col(ProcessEvent.workflow_id), col(ProcessEvent.step))):
        events.setdefault(event[0].workflow_id, []).append(event[0])
    for kind in (*KINDS, TAX_INVOICE, *(kind for kind, _ in CREDITS)):
        for found in rows(session, kind.table):
            chained = events.pop(found.workflow_id, [])
            assert chain.broken_link(chained) is None, found.workflow_id
            assert [event.step for event in chained] == list(range(1, found.step + 1)), found.workflow_id
            _follows_the_rules(kind.rules, chained, found)
    assert not events


def _follows_the_rules(rules: ProcessRules, chained: Sequence[ProcessEvent], found: ProcessColumns) -> None:
    entered = found.status if found.status in rules.entries else rules.initial
    status = chained[0].status_from if chained else entered
    assert status in {rules.initial, *rules.entries}
    previous = found.created_at
    for event in chained:
        assert event.status_from == status
        assert event.at >= previous
        if event.act not in {"remind", "escalate"}:
            assert event.status_to in rules.move(status, event.act).to
        status, previous = event.status_to, event.at
    assert status == found.status
    turn = rules.turn(status)
    assert found.turn == (turn.value if turn else None)


def test_numbers_go_on_after_the_last_one_of_their_day(session: Session) -> None:
    last = {(row.prefix, row.day): row.last for row in session.execute(select(NumberCounter)).scalars()}
    given: dict[tuple[str, Any], set[int]] = {}
    for table in (Contract, PurchaseOrder, Settlement):
        for number in session.execute(select(col(table.number))).scalars():
            parsed = parse_number(number)
            assert parsed is not None
            given.setdefault((parsed.kind, parsed.day), set()).add(parsed.serial)
    for key, serials in given.items():
        assert serials == set(range(1, last[key] + 1)), key


def test_an_interrupted_load_repeats_nothing(session: Session) -> None:
    undone = select(func.count()).select_from(Command).where(col(Command.state) != "done")
    assert session.execute(undone).scalar_one() == 0
    for table, versions in ((Contract, Contract.revision), (PurchaseOrder, PurchaseOrder.revision)):
        fresh = select(col(table.title), col(versions), func.count()).where(col(table.turn).is_not(None))
        twice = fresh.group_by(col(table.title), col(versions)).having(func.count() > 1)
        assert session.execute(twice).all() == []


def test_finished_papers_are_whole_or_absent(session: Session) -> None:
    finals = [paper for paper in rows(session, ContractPaper) if paper.final_file_id]
    assert 4 <= len(finals) <= 10
    assert all(paper.final_pages and paper.final_sha256 for paper in finals)


def test_a_second_run_changes_nothing(loaded: House, session: Session) -> None:
    before = _everything(session)
    subprocess.run(LOAD, cwd=ROOT, env=loaded.environment, check=True, timeout=LOAD_SECONDS)
    assert _everything(session) == before


def _everything(session: Session) -> dict[str, Any]:
    tables = ("contract", "purchase_order", "delivery_round", "inspection", "settlement", "member", "command", "outbox")
    return {
        table: session.execute(text(f"SELECT count(*), max(id) FROM {table} WHERE {_own(table)}")).one()  # noqa: S608
        for table in tables
    }


def _own(table: str) -> str:
    # Message batches are the house's own rhythm, not the load's.
    return "kind <> 'messages'" if table == "outbox" else "true"


def test_the_sandbox_carrier_knows_the_demo_people(session: Session) -> None:
    found = session.execute(select(Member).where(col(Member.login) == people.INDIVIDUAL.contacts[0][0])).scalar_one()
    born = dt.date.fromisoformat(found.birth_date or "")
    assert found.identity_hash == identity_hash(ci_of(found.name, born, found.sex or ""))
    # Harmony's people come by their own account, not by 본인인증.
    everybody = [one for one in session.execute(select(Member)).scalars() if "media" not in one.roles]
    assert len({member.identity_hash for member in everybody} - {None}) == len(everybody)


def test_every_partner_of_the_demo_has_an_account_to_be_paid_to(session: Session) -> None:
    names = [firm.name for firm in (*people.FIRMS, people.INDIVIDUAL)]
    named = select(col(Company.id)).where(col(Company.name).in_(names))
    paid = session.execute(select(col(BankAccount.company_id)).where(col(BankAccount.is_default))).scalars().all()
    assert sorted(paid) == sorted(session.execute(named).scalars())


def test_the_people_are_the_printed_ones() -> None:
    logins = {login for login, *_ in people.STAFF} | {c[0] for firm in people.FIRMS for c in firm.contacts}
    assert {login.login for login in (*LOGINS, *OFFICE_LOGINS)} <= logins
