"""The settlement's pages: lists, drafting, the document, its acts."""

import io
import uuid

import openpyxl
import pytest

from models import database
from models.inspections.tables import Inspection
from models.settlements.tables import Settlement
from tests import factories
from tests.engines import Database
from tests.settlements.desk import desk
from tests.settlements.world import APPROVAL, World

MINUS = "202602094100007300000002"
BY_HAND = "공급사가 다른 곳에서 발행"
ASKED = "2026.02.10 로 발행요청드림."


@pytest.fixture
def world(database: Database) -> World:
    made = World()
    made.accept_all()
    return made


def test_the_officer_drafts_from_what_was_inspected(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.officer, monkeypatch) as seat:
        assert world.order.number in seat.get("/settlements/new")
        form = seat.get("/settlements/new", order=world.order.id)
        assert form.count('name="inspections"') == 3
        assert form.count(" checked") == 3

        named = {"csrf": "t", "selected": [f"{world.ids[0]}:1", f"{world.ids[2]}:1"]}
        ticked = seat.client.post("/settlements/new", data=named, follow_redirects=False)
        form = seat.get(ticked.headers["location"])
        assert form.count(" checked") == 2

        facts = {
            "csrf": "t",
            "order_id": world.order.id,
            "title": "2월 정산",
            "issue_request": ASKED,
        }
        empty = seat.client.post("/settlements", data=facts, follow_redirects=False)
        assert (empty.status_code, "정산할 품목을 하나 이상 골라 주세요." in empty.text) == (422, True)
        saved = seat.client.post("/settlements", data=facts | {"inspections": world.ids[:2]}, follow_redirects=False)
        assert saved.status_code == 303
        shown = seat.get(saved.headers["location"])
        for words in (
            "IV20260209-001 1",
            "금 26,665 원",
            "금 2,665 원",
            "금 이만구천삼백삼십 원",
            "지급 전",
            "발행요청",
        ):
            assert words in shown, words

        again = seat.client.post("/settlements", data=facts | {"inspections": world.ids[:1]}, follow_redirects=False)
        assert (again.status_code, "다른 정산에 이미 들어 있습니다. IV20260209-001" in again.text) == (422, True)

        edit = seat.get(f"{saved.headers['location']}/edit")
        assert (edit.count('name="inspections"'), edit.count(" checked")) == (3, 2)
        kept = facts | {"inspections": world.ids[:1], "edit_version": "1"}
        changed = seat.client.post(f"{saved.headers['location']}/edit", data=kept, follow_redirects=False)
        assert changed.status_code == 303
        stale = seat.client.post(f"{saved.headers['location']}/edit", data=kept, follow_redirects=False)
        assert stale.status_code == 422
        assert "금 16,666 원" in seat.get("/settlements/1")


def test_items_of_two_orders_are_not_one_settlement(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    other = World()
    other.accept_all()
    named = {"csrf": "t", "selected": [f"{world.ids[0]}:1", f"{other.ids[0]}:1"]}
    with desk(world, world.officer, monkeypatch) as seat:
        answer = seat.client.post("/settlements/new", data=named, follow_redirects=False)
    assert answer.status_code == 422
    assert "한 발주의 품목만" in answer.text


def test_the_partner_confirms_what_it_was_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.draft(issue_request=ASKED)
    page = f"/settlements/{made.id}"
    with desk(world, world.partner, monkeypatch) as seat:
        assert seat.status(page) == 404
        assert made.number not in seat.get("/settlements/requests")
        world.press(world.officer, made, "request_issue")

        listed = seat.get("/settlements/requests")
        for words in (
            made.number,
            ASKED,
            "26,720",
            "차지애",
            "미확인",
            "/settlements/bulk/acknowledge",
        ):
            assert words in listed, words
        shown = seat.get(page)
        assert "지금 발행요청 확인하실 차례입니다." in shown
        assert "/files/" in shown
        answer = seat.act(page, "acknowledge")
        assert answer.status_code == 303
        shown = seat.get(answer.headers["location"])
        assert "발행요청을 확인했습니다" in shown
        assert made.number not in seat.get("/settlements/requests")
        assert "김도윤" in seat.get("/settlements/requests", confirmed="yes")
        assert seat.act(page, "settle").status_code == 403


def test_a_wrong_number_is_told_at_its_field_and_what_was_typed_stays(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.settlement()
    page = f"/settlements/{made.id}"
    with desk(world, world.officer, monkeypatch) as seat:
        assert "증빙번호" in seat.get(f"{page}/settle")
        answer = seat.act(page, "settle", evidence_number="1234", evidence_issued_on="2026-02-09", reason=BY_HAND)
        assert answer.status_code == 422
        assert "세금계산서 승인번호는 24자리입니다. 4자리를 입력하셨습니다." in answer.text
        assert 'value="1234"' in answer.text
        assert 'aria-invalid="true"' in answer.text
        future = seat.act(page, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-10", reason=BY_HAND)
        assert "증빙발행일은 오늘까지만 입력할 수 있습니다." in future.text
        assert seat.act(page, "settle", evidence_number="", evidence_issued_on="").status_code == 422
        unsaid = seat.act(page, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09")
        assert unsaid.status_code == 422
        assert "자동으로 들어오는 세금계산서입니다. 직접 입력하는 사유를 적어 주세요." in unsaid.text

        assert (
            seat.act(
                page, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09", reason=BY_HAND
            ).status_code
            == 303
        )
        world.schedule(made)
        shown = seat.get(page)
        for words in (APPROVAL, "지급예정일", "2026.03.16", "지급 예정"):
            assert words in shown, words
        assert "2026.03.16" in seat.get(f"{page}/pay")
        early = seat.act(page, "pay", paid_on="2026-02-09", payment_reference="KB-1")
        assert "지급예정일 2026.03.16보다 먼저 지급한 사유를 입력해 주세요." in early.text
        paid = seat.act(page, "pay", paid_on="2026-02-09", payment_reference="KB-1", early_reason="연휴 전")
        assert paid.status_code == 303
        shown = seat.get(page)
        assert "연휴 전" in shown
        assert "지급 완료" in shown


def test_completed_settlements_and_their_workbook(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.settlement()
    with desk(world, world.partner, monkeypatch) as seat:
        assert made.number not in seat.get("/settlements")
        world.press(
            world.officer, made, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09", reason=BY_HAND
        )
        listed = seat.get("/settlements")
        for words in (made.number, APPROVAL, "세금계산서(자동입력)", "2026.02.09", "26,720", "이정산"):
            assert words in listed, words
        book = openpyxl.load_workbook(io.BytesIO(seat.client.get("/settlements?format=xlsx").content))
    head, row = list(book.active.iter_rows(values_only=True))[:2]
    facts = dict(zip(head, row, strict=True))
    assert (facts["정산번호"], facts["금액"], facts["합계 (VAT 포함)"]) == (made.number, 26_720, 29_390)
    assert facts["증빙번호"] == APPROVAL


def test_the_office_lists_every_settlement_and_partners_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = world.settlement()
    with desk(world, world.officer, monkeypatch) as seat:
        assert made.number in seat.get("/settlements")
        assert made.number in seat.get("/settlements", turn="mine")
        assert made.number in seat.get("/settlements", status="acknowledged")
        assert made.number not in seat.get("/settlements", status="paid")
        assert seat.client.get(f"/api/v1/settlements/{made.id}").json()["total_amount"] == 29_390
    with database.working() as session:
        other = factories.company(session, "(주)다른회사")
        stranger = factories.actor(factories.member(session, "남모름", of=other), other)
    with desk(world, stranger, monkeypatch) as seat:
        assert made.number not in seat.get("/settlements/requests", confirmed="all")
        assert made.number not in seat.get("/settlements")
        for path in (
            f"/settlements/{made.id}",
            f"/settlements/{made.id}/acknowledge",
            f"/api/v1/settlements/{made.id}",
        ):
            assert seat.status(path) == 404
        assert seat.status("/settlements/new") == 403
        assert seat.status(f"/settlements/{made.id}/edit") == 403
        with database.working() as session:
            row = session.get_one(Inspection, world.ids[0])
        assert seat.status(f"/inspections/{row.id}") == 404


def test_an_invoice_is_taken_back_in_three_steps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.settlement()
    page = f"/settlements/{made.id}"
    world.press(
        world.officer, made, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09", reason=BY_HAND
    )
    world.schedule(made)
    with desk(world, world.officer, monkeypatch) as seat:
        assert seat.act(page, "request_cancel", reason=" ").status_code == 422
        assert seat.act(page, "request_cancel", reason="금액 오류").status_code == 303
        assert seat.act(page, "pay", paid_on="2026-02-09", payment_reference="KB-1").status_code == 409
    with desk(world, world.partner, monkeypatch) as seat:
        listed = seat.get("/settlements/cancellations")
        for words in (made.number, "금액 오류", APPROVAL, "미확인", "/settlements/bulk/confirm_cancel"):
            assert words in listed, words
        assert "마이너스 세금계산서" in seat.get(page)
        assert seat.act(page, "confirm_cancel").status_code == 303
        assert made.number not in seat.get("/settlements/cancellations")
        assert "김도윤" in seat.get("/settlements/cancellations", confirmed="yes")
        assert seat.act(page, "finish_cancel").status_code == 403
    with desk(world, world.officer, monkeypatch) as seat:
        facts = {"evidence_issued_on": "2026-02-09", "reason": BY_HAND}
        same = seat.act(page, "finish_cancel", evidence_number=APPROVAL, **facts)
        assert same.status_code == 422
        before = seat.act(page, "finish_cancel", evidence_number=MINUS, evidence_issued_on="2026-02-08", reason=BY_HAND)
        assert "원래 증빙발행일 2026.02.09부터" in before.text
        assert seat.act(page, "finish_cancel", evidence_number=MINUS, **facts).status_code == 303
        shown = seat.get(page)
        for words in ("정산취소", MINUS, "금액 오류"):
            assert words in shown, words
        assert world.order.number in seat.get("/settlements/new")


def test_many_cancel_requests_are_confirmed_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [world.settlement(number) for number in world.ids]
    for number, made in enumerate(rows):
        approval = f"{APPROVAL[:-1]}{number}"
        world.press(
            world.officer, made, "settle", evidence_number=approval, evidence_issued_on="2026-02-09", reason=BY_HAND
        )
        world.schedule(made)
        world.press(world.officer, made, "request_cancel", reason="금액 오류")
    picked = [f"{row.id}:{row.version}" for row in (world.read(made) for made in rows)]
    bulk = "/settlements/bulk/confirm_cancel"
    with desk(world, world.partner, monkeypatch) as seat:
        assert bulk in seat.get("/settlements/cancellations")
        form = {"csrf": "t", "request_id": str(uuid.uuid4()), "selected": picked}
        answer = seat.client.post(bulk, data=form, follow_redirects=False)
        assert answer.status_code == 303, answer.text[:500]
        assert f"{len(rows)}건 중 {len(rows)}건 처리했습니다." in seat.get(answer.headers["location"])
        assert {world.read(made).status for made in rows} == {"cancel_confirmed"}
        # Pressed again, nothing is confirmed a second time.
        again = seat.client.post(bulk, data=form, follow_redirects=False)
        assert again.headers["location"] == answer.headers["location"]
    with desk(world, world.officer, monkeypatch) as seat:
        form["request_id"] = str(uuid.uuid4())
        seat.client.post(bulk, data=form, follow_redirects=False)
        assert {world.read(made).version for made in rows} == {int(one.partition(":")[2]) + 1 for one in picked}


def test_a_cancel_request_may_be_withdrawn(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.settlement()
    page = f"/settlements/{made.id}"
    world.press(
        world.officer, made, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09", reason=BY_HAND
    )
    world.schedule(made)
    world.press(world.officer, made, "request_cancel", reason="금액 오류")
    with desk(world, world.officer, monkeypatch) as seat:
        assert seat.act(page, "withdraw_cancel").status_code == 303
        shown = seat.get(page)
        assert "지급예정" in shown
        assert "금액 오류" in shown  # in the record
        assert made.number not in seat.get("/settlements/cancellations", confirmed="all")


def test_the_page_shows_what_amended_invoices_leave_to_pay(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = world.settlement()
    page = f"/settlements/{made.id}"
    world.press(
        world.officer, made, "settle", evidence_number=APPROVAL, evidence_issued_on="2026-02-09", reason=BY_HAND
    )
    world.schedule(made)
    with database.working() as session:
        row = session.get_one(Settlement, made.id)
        row.amended_supply, row.amended_vat = -5_500, -550
    left = f"금 {made.total_amount - 6_050:,} 원"
    with desk(world, world.officer, monkeypatch) as seat:
        for shown in (seat.get(page), seat.get(f"{page}/pay")):
            for words in ("지급할 금액", left, "수정세금계산서 반영", "금 -6,050 원"):
                assert words in shown, words
        listed = seat.get("/settlements")
        assert "지급금액" in listed
        assert f"{made.total_amount - 6_050:,}" in listed
        told = seat.client.get(f"/api/v1{page}").json()
        assert (told["amended_supply"], told["payable_amount"]) == (-5_500, made.total_amount - 6_050)
        with database.working() as session:
            row = session.get_one(Settlement, made.id)
            row.paid_amount = made.total_amount
        shown = seat.get(page)
        assert "지급한 금액" in shown
        assert "돌려받아야 합니다." in shown
