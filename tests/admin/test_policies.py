"""정책: in force at once for what waits already, kept with its history; a running process follows."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import catalog, database
from models.members.tables import Company, Member
from models.processes.deadlines import Pace
from models.processes.tables import Outbox, Policy
from tests import factories
from tests.admin.office import AT, Office, opened
from tests.engines import Database

WISH = {"kind": "contract", "status": "review_requested", "due_days": "1", "remind_days": "1", "escalate_days": "2"}


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _contracts(office: Office, *statuses: str) -> list[str]:
    with database.working() as session:
        firm, buyer = session.get_one(Company, office.company_id), session.get_one(Member, office.buyer.member_id)
        return [
            factories.contract(
                session, firm, buyer, status, turn=None if status == "cancelled" else "partner"
            ).workflow_id
            for status in statuses
        ]


def _rearmed() -> list[str]:
    with database.working() as session:
        rows = select(Outbox).where(col(Outbox.kind) == "rearm").order_by(col(Outbox.id))
        return [row.payload["workflow_id"] for row in session.execute(rows).scalars()]


def test_every_step_that_waits_for_a_person_has_a_line(office: Office) -> None:
    with office.seat(office.admin) as seat:
        page = seat.get("/admin/policies")
    for kind in catalog.KINDS.values():
        for status, turn in kind.rules.turns.items():
            link = f'kind={kind.key}&amp;status={status}"'
            assert (link in page) == (turn not in {None, "system"}), link


def test_a_new_policy_rearms_what_waits_in_its_status_and_nothing_else(office: Office) -> None:
    waiting = _contracts(office, "review_requested", "seal_requested", "review_requested", "cancelled")
    with office.seat(office.admin) as seat:
        seat.get("/admin/policies/edit", kind="contract", status="review_requested")
        page = seat.done("/admin/policies", **WISH)
        assert "진행 중인 문서 2건의" in page
        assert _rearmed() == [waiting[0], waiting[2]]
        seat.done("/admin/policies", **WISH)
        assert len(_rearmed()) == 2, "the same policy again changes nothing"
        seat.done("/admin/policies", **{**WISH, "due_days": "", "remind_days": "", "escalate_days": ""})
        assert len(_rearmed()) == 4
        history = seat.get("/admin/policies/edit", kind="contract", status="review_requested")
        assert "1영업일" in history
        assert "오민석" in history
        assert "총 2건" in history
    with database.working() as session:
        kept = session.execute(select(Policy).order_by(col(Policy.id))).scalars().all()
    assert [(one.due_days, one.remind_days, one.escalate_days, one.changed_by) for one in kept] == [
        (1, [1], 2, office.admin.member_id),
        (None, [], None, office.admin.member_id),
    ]


def test_many_documents_come_due_one_page_after_another(office: Office) -> None:
    from models.processes import paces

    _contracts(office, *["review_requested"] * 5)
    page, paces.PAGE = paces.PAGE, 2
    try:
        with database.writing(office.admin) as session:
            told = paces.change(
                session, office.admin, catalog.KINDS["contract"], "review_requested", Pace(1, (), None), AT
            )
    finally:
        paces.PAGE = page
    with database.working() as session:
        due = session.execute(select(col(Outbox.next_attempt_at)).order_by(col(Outbox.id))).scalars().all()
    assert told == 5
    assert due == sorted(due)
    assert due[-1] - due[0] >= dt.timedelta(seconds=2)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"due_days": "0"}, "1 이상을 입력해 주세요."),
        ({"due_days": "한"}, "숫자로 입력해 주세요."),
        ({"remind_days": "1; 2"}, "숫자와 쉼표로"),
        ({"remind_days": "0"}, "영업일 안에서"),
        ({"remind_days": "1,2,3,4,5,6,7,8,9,10,11"}, "10번까지"),
        ({"remind_days": "2, 5", "escalate_days": "5"}, "마지막 독촉보다 뒤의 날"),
        ({"escalate_days": "251"}, "250 이하로"),
    ],
)
def test_what_is_no_policy_is_told_at_its_field(office: Office, more: dict[str, str], words: str) -> None:
    with office.seat(office.admin) as seat:
        answer = seat.post("/admin/policies", **{**WISH, **more})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_only_the_administrator_sets_policies_and_only_for_steps_that_wait(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        assert seat.status("/admin/policies") == 403
        assert seat.post("/admin/policies", **WISH).status_code == 403
    with office.seat(office.admin) as seat:
        for more in ({"status": "cancelled"}, {"kind": "nothing"}, {"status": ""}):
            assert seat.post("/admin/policies", **{**WISH, **more}).status_code == 404
        assert seat.status("/admin/policies/edit") == 404
