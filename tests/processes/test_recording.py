"""Step recording against a real database: one transaction, once, chained, told."""

import datetime as dt
import uuid
from contextlib import suppress

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col
from temporalio.exceptions import ApplicationError

from activities.recording import DomainSteps, Recorder, StepContext
from models import database, record
from models.contracts.kind import CONTRACT
from models.contracts.tables import Contract
from models.kernel.refusals import RequestReused, StaleDocument
from models.kernel.roles import Role
from models.notifications.tables import Message, Notification
from models.processes import chain, queries, writes
from models.processes.messages import Actor, Step
from models.processes.tables import Command, ProcessEvent
from tests import factories
from tests.engines import Database

AT = factories.NOW + dt.timedelta(hours=2)
BUYER = frozenset({Role.BUYER})


class World:
    """One contract in drafting, its buyer, its partner."""

    def __init__(self) -> None:
        with database.working() as session:
            self.company = factories.company(session)
            self.buyer = factories.member(session, "차지애", Role.BUYER)
            self.partner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=self.company)
            self.contract = factories.contract(session, self.company, self.buyer)
        self.effects: dict[str, object] = {}
        self.recorder = Recorder({"contract": DomainSteps(kind=CONTRACT, effects=self.effects)})  # type: ignore[arg-type]

    def press(self, act: str = "request_review", **payload: object) -> uuid.UUID:
        request_id = uuid.uuid4()
        actor = factories.actor(self.buyer)
        with database.writing(actor) as session:
            press = writes.Press("contract", act, request_id, dict(payload), BUYER, None)
            writes.insert_command(session, actor, self.contract, press)
        return request_id

    def step(self, number: int, act: str, status: str, to: str, request: uuid.UUID | None, version: int = 0) -> Step:
        assert self.contract.id is not None
        return Step(
            workflow_id=self.contract.workflow_id,
            kind="contract",
            document_id=self.contract.id,
            step=number,
            act=act,
            status=status,
            targets=[to],
            version=version,
            at=AT + dt.timedelta(minutes=number),
            request_id=str(request) if request else None,
        )

    def first(self) -> Step:
        return self.step(1, "request_review", "drafting", "review_requested", self.press())


@pytest.fixture
def world(database: Database) -> World:
    return World()


def test_a_step_changes_everything_at_once(world: World) -> None:
    step = world.first()

    outcome = world.recorder.record_step(step)

    assert (outcome.status, outcome.version, outcome.step) == ("review_requested", 1, 1)
    assert [alarm.act for alarm in outcome.alarms] == ["remind", "remind", "escalate"]
    with database.working() as session:
        row = session.get_one(Contract, world.contract.id)
        assert (row.status, row.turn, row.version) == ("review_requested", "partner", 1)
        # 2026-02-09 is a Monday; five business days on is the 19th, past the lunar new year (16th to 18th).
        assert row.due_at is not None
        event = session.execute(select(ProcessEvent)).scalar_one()
        assert (event.actor_name, event.status_from, event.prev_hash) == ("차지애", "drafting", chain.GENESIS)
        command = session.execute(select(Command)).scalar_one()
        assert (command.state, command.decided_at) == ("done", step.at)
        told = session.execute(select(Notification)).scalars().all()
        assert [(bell.member_id, bell.event) for bell in told] == [(world.partner.id, "your_turn")]
        assert session.execute(select(func.count()).select_from(Message)).scalar_one() >= 1


def test_a_step_recorded_twice_is_recorded_once_and_answers_the_same(world: World) -> None:
    def ask_for_papers(context: StepContext) -> None:
        context.jobs.append("build_contract_papers")

    world.effects["request_review"] = ask_for_papers
    step = world.first()

    first = world.recorder.record_step(step)
    again = world.recorder.record_step(step)

    assert first == again
    assert again.jobs == ["build_contract_papers"]
    with database.working() as session:
        assert session.execute(select(func.count()).select_from(ProcessEvent)).scalar_one() == 1
        assert session.execute(select(func.count()).select_from(Notification)).scalar_one() == 1


def test_a_refused_effect_leaves_nothing(world: World) -> None:
    def refuse(context: StepContext) -> None:
        context.document.title = "바뀐 이름"
        raise StaleDocument

    world.effects["request_review"] = refuse

    with pytest.raises(ApplicationError) as refused:
        world.recorder.record_step(world.first())

    assert (refused.value.type, refused.value.non_retryable) == ("stale_document", True)
    with database.working() as session:
        row = session.get_one(Contract, world.contract.id)
        assert (row.status, row.title) == ("drafting", "인프라 장비구매요청")
        assert session.execute(select(func.count()).select_from(ProcessEvent)).scalar_one() == 0
        assert session.execute(select(col(Command.state))).scalar_one() == "open"


def test_a_workflow_that_differs_from_its_document_is_refused(world: World) -> None:
    step = world.first().model_copy(update={"status": "reviewed"})

    with pytest.raises(ApplicationError) as refused:
        world.recorder.record_step(step)

    assert refused.value.type == "state_diverged"


def test_a_reminder_is_recorded_but_moves_nothing(world: World) -> None:
    world.recorder.record_step(world.first())

    outcome = world.recorder.record_step(
        world.step(2, "remind", "review_requested", "review_requested", None, version=1)
    )

    assert (outcome.status, outcome.version, outcome.step) == ("review_requested", 1, 2)
    with database.working() as session:
        row = session.get_one(Contract, world.contract.id)
        assert (row.version, row.step) == (1, 2)
        bells = session.execute(select(col(Notification.event)).order_by(col(Notification.id))).scalars().all()
        assert bells == ["your_turn", "reminder"]


def test_the_chain_shows_a_changed_row(world: World) -> None:
    world.recorder.record_step(world.first())
    world.recorder.record_step(world.step(2, "remind", "review_requested", "review_requested", None, version=1))

    with database.working() as session:
        events = list(queries.events(session, world.contract.workflow_id))
        session.expunge_all()
    assert chain.broken_link(events) is None
    events[0].reason = "없던 말"
    assert chain.broken_link(events) == 1


def test_the_record_cannot_be_rewritten_by_worker_or_web(world: World) -> None:
    world.recorder.record_step(world.first())
    for act in ("UPDATE process_event SET reason = 'x'", "DELETE FROM process_event"):
        with pytest.raises(ProgrammingError, match="permission denied"), database.working() as session:
            session.execute(text(act))
        with pytest.raises(ProgrammingError, match="permission denied"), database.web() as session:
            session.execute(text(act))


def test_a_request_id_is_one_act(world: World) -> None:
    request_id = world.press()
    actor = factories.actor(world.buyer)
    with database.writing(actor) as session:
        same = writes.Press("contract", "request_review", request_id, {}, BUYER, None)
        assert writes.insert_command(session, actor, world.contract, same).request_id == request_id
    other = writes.Press("contract", "cancel", request_id, {"reason": "x"}, BUYER, None)
    with pytest.raises(RequestReused), database.writing(actor) as session:
        writes.insert_command(session, actor, world.contract, other)


def test_another_company_sees_no_row_of_the_spine_even_without_the_application(world: World) -> None:
    world.recorder.record_step(world.first())
    with database.working() as session:
        rival = factories.company(session, "다른회사")
        spy = factories.member(session, "박스파이", Role.PARTNER, of=rival)
    stranger = Actor(member_id=spy.id or 0, name=spy.name, company_id=rival.id, roles=frozenset({Role.PARTNER}))
    with database.reading(stranger) as session:
        for table in ("contract", "command", "process_event", "notification", "contract_item"):
            assert session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one() == 0, table  # noqa: S608


def test_the_end_of_a_draft_nobody_sent_is_not_told_to_the_partner(world: World) -> None:
    request = world.press("cancel", reason="다른 방법으로 삽니다.")
    world.recorder.record_step(world.step(1, "cancel", "drafting", "cancelled", request))

    with database.working() as session:
        assert session.execute(select(Notification)).first() is None
        assert session.execute(select(Message)).first() is None
    partner = factories.actor(world.partner, world.company)
    with database.reading(partner) as session:
        assert session.execute(text("SELECT count(*) FROM process_event")).scalar_one() == 0
        assert record.case_events(session, partner, world.contract.case_key) == []
    with database.working() as session:
        # The same without row-level security.
        assert record.latest_events(session, partner, 5) == []
        assert len(record.latest_events(session, factories.actor(world.buyer), 5)) == 1


def test_what_was_sent_is_the_partners_to_read_from_its_beginning(world: World) -> None:
    def send(context: StepContext) -> None:
        context.document.review_requested_at = context.now

    world.effects["request_review"] = send
    world.recorder.record_step(world.step(1, "remind", "drafting", "drafting", None))
    world.recorder.record_step(world.step(2, "request_review", "drafting", "review_requested", world.press()))

    partner = factories.actor(world.partner, world.company)
    with database.reading(partner) as session:
        events = record.case_events(session, partner, world.contract.case_key)
    assert [event.act for event in events] == ["remind", "request_review"]


def test_the_author_learns_how_it_ended(world: World) -> None:
    with database.working() as session:
        session.get_one(Contract, world.contract.id).review_requested_at = factories.NOW
        session.get_one(Contract, world.contract.id).status = "seal_requested"
    world.recorder.record_step(world.step(1, "sign", "seal_requested", "completed", None))

    with database.working() as session:
        told = session.execute(select(Notification).order_by(col(Notification.id))).scalars().all()
    assert [(bell.member_id, bell.event) for bell in told] == [
        (world.partner.id, "closed"),
        (world.buyer.id, "decided"),
    ]


@pytest.mark.parametrize(
    "write",
    [
        "UPDATE contract SET title = 'x'",
        "DELETE FROM contract_item",
        "INSERT INTO audit_anchor (day, documents, last_event_id, hash, taken_at) VALUES (now(), 1, 1, '', now())",
        "UPDATE contract SET status = 'completed'",
    ],
)
def test_a_partner_writes_no_contract_even_without_the_application(world: World, write: str) -> None:
    with database.working() as session:
        session.get_one(Contract, world.contract.id).review_requested_at = factories.NOW
        session.execute(
            text(
                "INSERT INTO contract_item (contract_id, company_id, position, category, name, spec, unit, quantity,"
                " unit_price, amount, needs_serial, requested_place, request_number)"
                " VALUES (:of, :company, 0, '', '서버', '', 'EA', 1, 1, 1, false, '', '')"
            ),
            {"of": world.contract.id, "company": world.company.id},
        )
    partner = factories.actor(world.partner, world.company)

    with suppress(ProgrammingError), database.writing(partner) as session:
        session.execute(text(write))

    with database.working() as session:
        kept = session.get_one(Contract, world.contract.id)
        assert (kept.title, kept.status) == (world.contract.title, "drafting")
        assert session.execute(text("SELECT count(*) FROM contract_item")).scalar_one() == 1
        assert session.execute(text("SELECT count(*) FROM audit_anchor")).scalar_one() == 0


@pytest.mark.parametrize("table", ["contract", "purchase_order", "delivery_round", "settlement", "inspection"])
def test_not_even_the_staff_moves_a_status_through_the_web_role(world: World, table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        database.writing(factories.actor(world.buyer)) as session,
    ):
        session.execute(text(f"UPDATE {table} SET status = 'completed', version = version + 1"))  # noqa: S608


def test_numbers_have_no_gap_and_no_double_under_concurrency(database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    from models import database as house

    def take(index: int) -> str:
        with house.working() as session:
            number = writes.next_number(session, "CR", factories.NOW)
            if index % 5 == 4:
                session.rollback()
                return ""
            return number

    with ThreadPoolExecutor(8) as pool:
        taken = sorted(number for number in pool.map(take, range(40)) if number)
    assert taken == [f"CR20260209-{serial:03d}" for serial in range(1, 33)]
