"""What each step of a settlement changes."""

import datetime as dt
from typing import Any

import pytest
from pypdfium2 import PdfDocument
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from activities import settlements
from activities.settlement_papers import build_settlement_statement
from models import database
from models.files.tables import DocumentFile, StoredFile
from models.files.writes import content
from models.kernel.refusals import ActNotPossible, Refusal
from models.notifications.tables import Notification
from models.processes.messages import Job
from models.processes.queries import events
from models.settlements import rules
from models.settlements.tables import Settlement, SettlementItem
from tests.engines import Database
from tests.settlements.world import APPROVAL, AT, World

ISSUED = dt.date(2026, 2, 9)
BY_HAND = "공급사가 다른 곳에서 발행"


@pytest.fixture
def world(database: Database) -> World:
    made = World()
    made.accept_all()
    return made


def settle(world: World, row: Settlement, **more: Any) -> None:
    facts: dict[str, Any] = {"evidence_number": APPROVAL, "evidence_issued_on": ISSUED, "reason": BY_HAND} | more
    world.press(world.officer, row, "settle", **facts)


def to_payment(world: World) -> Settlement:
    made = world.settlement()
    settle(world, made)
    world.schedule(made)
    return made


def test_the_whole_way_to_payment(world: World) -> None:
    made = world.settlement()
    found = world.read(made)
    assert (found.status, found.acknowledged_by) == ("acknowledged", "김도윤")
    assert found.requested_at is not None
    assert found.acknowledged_at is not None

    settle(world, made)
    assert all(world.read(row).settled for row in world.inspections)
    outcome = world.schedule(made)

    found = world.read(made)
    assert (found.status, found.turn) == ("payment_due", "settlement")
    assert (found.evidence_number, found.payment_due_on) == (APPROVAL, dt.date(2026, 3, 16))
    assert found.due_at == dt.datetime(2026, 3, 16, 9, tzinfo=dt.UTC)
    assert [(alarm.act, alarm.at) for alarm in outcome.alarms] == [
        ("remind", dt.datetime(2026, 3, 16, 1, tzinfo=dt.UTC)),
        ("escalate", dt.datetime(2026, 3, 17, 1, tzinfo=dt.UTC)),
    ]
    paid = dt.datetime(2026, 3, 16, 5, tzinfo=dt.UTC)
    world.press(world.officer, made, "pay", at=paid, paid_on="2026-03-16", payment_reference="KB-20260316-1")
    found = world.read(made)
    assert (found.status, found.turn, found.paid_on) == ("paid", None, dt.date(2026, 3, 16))
    with database.working() as session:
        acts = [event.act for event in events(session, found.workflow_id)]
        told = select(col(Notification.event)).where(col(Notification.member_id) == world.partner.member_id)
        assert session.execute(told.order_by(col(Notification.id))).scalars().all()[-1] == "payment_done"
    assert acts == ["request_issue", "acknowledge", "settle", "schedule_payment", "pay"]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"evidence_number": "123"}, rules.EvidenceNumberWrong),
        ({"evidence_number": None}, rules.EvidenceNumberWrong),
        ({"evidence_issued_on": "2026-02-10"}, rules.EvidenceInFuture),
    ],
)
def test_a_wrong_invoice_is_refused(world: World, facts: dict[str, Any], refusal: type[Refusal]) -> None:
    made = world.settlement()
    with pytest.raises(refusal):
        settle(world, made, **facts)
    assert world.read(made).status == "acknowledged"


def test_an_approval_number_names_one_invoice(world: World) -> None:
    first, second = world.settlement(world.ids[0]), world.settlement(world.ids[1])
    settle(world, first)
    with pytest.raises(rules.EvidenceNumberTaken) as refused:
        settle(world, second)
    assert refused.value.detail["number"] == first.number
    settle(world, second, evidence_number=APPROVAL[::-1])


def test_a_number_taken_at_the_same_moment_is_refused_on_the_retry(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = world.settlement(world.ids[0]), world.settlement(world.ids[1])
    settle(world, first)
    # The other step was not committed yet when this one looked.
    monkeypatch.setattr(settlements, "_check_free", lambda *_: None)
    with pytest.raises(IntegrityError):
        settle(world, second)
    monkeypatch.undo()
    assert world.read(second).status == "acknowledged"
    assert not world.read(world.inspections[1]).settled
    with pytest.raises(rules.EvidenceNumberTaken):
        settle(world, second)


def test_a_receipt_needs_no_number(database: Database) -> None:
    world = World(evidence="receipt")
    world.accept_all()
    made = world.settlement()
    settle(world, made, evidence_number="")
    assert world.read(made).evidence_number is None


def test_an_early_payment_says_why(world: World) -> None:
    made = to_payment(world)
    at = dt.datetime(2026, 2, 13, 3, tzinfo=dt.UTC)
    with pytest.raises(rules.EarlyReasonRequired) as refused:
        world.press(world.officer, made, "pay", at=at, paid_on="2026-02-13", payment_reference="KB-1")
    assert refused.value.detail["due"] == "2026.03.16"
    with pytest.raises(rules.PaidInFuture):
        world.press(world.officer, made, "pay", at=at, paid_on="2026-02-14", payment_reference="KB-1")

    why = "설 연휴 전 지급"
    world.press(world.officer, made, "pay", at=at, paid_on="2026-02-13", payment_reference="KB-1", early_reason=why)

    found = world.read(made)
    assert (found.status, found.early_reason) == ("paid", why)
    with database.working() as session:
        assert events(session, found.workflow_id)[-1].reason == why


def test_a_cancelled_settlement_gives_its_items_back(world: World) -> None:
    made = world.settlement()
    world.press(world.officer, made, "cancel", reason="금액 오류")

    with database.working() as session:
        held = select(SettlementItem).where(col(SettlementItem.settlement_id) == made.id)
        assert not any(item.active for item in session.execute(held).scalars())
    again = world.draft()
    assert (again.number, again.total_amount) == ("IV20260209-002", made.total_amount)
    with pytest.raises(ActNotPossible):
        world.press(world.officer, made, "cancel", reason="한 번 더")


def test_a_draft_without_items_is_not_requested(world: World) -> None:
    made = world.draft()
    with database.working() as session:
        for item in session.execute(select(SettlementItem)).scalars():
            session.delete(item)
    with pytest.raises(rules.NothingToSettle):
        world.press(world.officer, made, "request_issue")


def test_the_statement_is_made_once_and_says_the_amounts(world: World) -> None:
    made = world.draft()
    world.press(world.officer, made, "request_issue")
    build_settlement_statement(Job(workflow_id="", kind="settlement", document_id=made.id or 0, job="", at=AT))

    with database.working() as session:
        [place] = session.execute(select(DocumentFile)).scalars()
        assert (place.kind, place.document_id, place.company_id) == ("settlement", made.id, made.company_id)
        file = session.get_one(StoredFile, world.read(made).statement_file_id)
        pdf = PdfDocument(content(file))
    text = "".join(page.get_textpage().get_text_range() for page in pdf)
    assert all(words in text for words in (made.number, "26,720", "2,670", "29,390", "총무서버 1"))
