"""The tax invoice's pages: lists, preview, drafts, the document, requests and reminders of many."""

import io
import re
import uuid
from typing import Any

import openpyxl
import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.kernel.roles import Role
from models.processes.tables import Outbox
from models.tax_invoices import rules
from models.tax_invoices.rules import Status
from models.tax_invoices.tables import TaxInvoice
from tests import factories
from tests.engines import Database
from tests.settlements.desk import REQUEST
from tests.tax_invoices.desk import Office, desk, keys, post, rows

TODAY = "2026-02-09"


@pytest.fixture
def office(database: Database) -> Office:
    return Office()


def test_from_the_settlement_to_the_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    with desk(office, office.officer, monkeypatch) as seat:
        page = seat.get(f"/settlements/{settlement.id}")
        assert f'href="/tax-invoices/new?settlement={settlement.id}">세금계산서 역발행 신청' in page
        preview = seat.get("/tax-invoices/new", settlement=settlement.id)
        for words in (
            "발행되지 않은 세금계산서입니다.",
            "134-86-72683",
            "120-81-47521",
            "공급받는자 보관용",
            "(청구)",
            "29,390",
            f'value="{TODAY}"',
            f'max="{TODAY}"',
        ):
            assert words in preview, words
        again = post(
            seat, "/tax-invoices", settlement_id=settlement.id, written_on="2026-02-03", purpose="01", then="preview"
        )
        assert (again.status_code, "2026<wbr>.02.03" in again.text, "(영수)" in again.text) == (200, True, True)
        assert rows() == []

        asked = keys(settlement_id=settlement.id, written_on="2026-02-03", purpose="02", then="request")
        answers = [seat.client.post("/tax-invoices", data=asked, follow_redirects=False) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [303, 303]
        shown = seat.get(answers[0].headers["location"])
        for words in ("접수중", "역발행을 요청했습니다", "2026.02.03", "정산번호", settlement.number):
            assert words in shown, words
        assert [row.status for row in rows()] == [Status.FILING]
        page = seat.get(f"/settlements/{settlement.id}")
        assert "세금계산서 역발행 신청" not in page
        assert rows()[0].number in page
        taken = seat.get("/tax-invoices/new", settlement=settlement.id)
        assert f"이 정산은 세금계산서 {rows()[0].number}로 이미 진행하고 있습니다." in taken
        assert 'value="request"' not in taken


def test_a_day_to_come_is_told_at_its_field(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    with desk(office, office.officer, monkeypatch) as seat:
        answer = post(seat, "/tax-invoices", settlement_id=settlement.id, written_on="2026-02-10", then="request")
        assert answer.status_code == 422
        assert "작성일자는 오늘까지만 입력할 수 있습니다." in answer.text
        assert 'aria-invalid="true"' in answer.text
        assert 'value="2026-02-10"' in answer.text
        draft = office.drafted(settlement)
        answer = post(seat, f"/tax-invoices/{draft.id}/edit", written_on="2026-03-01", purpose="02", edit_version="1")
        assert answer.status_code == 422
        assert "작성일자는 오늘까지만 입력할 수 있습니다." in answer.text
        assert 'name="lines-2-name"' in answer.text
    assert rows()[0].written_on.isoformat() == TODAY


def test_missing_facts_lead_to_where_they_are_entered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    office.complete(representative="", address="")
    with desk(office, office.officer, monkeypatch) as seat:
        preview = seat.get("/tax-invoices/new", settlement=settlement.id)
        assert "공급자 정보가 비어 있습니다: 대표자, 사업장 주소." in preview
        assert f'href="/admin/suppliers/{office.company.id}"' in preview
        assert "미리보기 <span" not in preview
        refused = post(seat, "/tax-invoices", settlement_id=settlement.id, written_on=TODAY, then="request")
        assert (refused.status_code, "대표자, 사업장 주소" in refused.text) == (422, True)
        many = seat.get("/tax-invoices/requests/new")
        assert "1건 중 0건 요청할 수 있습니다." in many
        assert "대표자, 사업장 주소" in many
    assert rows() == []


def test_a_draft_is_edited_until_it_is_asked_for(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = office.drafted(office.settlement())
    path = f"/tax-invoices/{draft.id}"
    with desk(office, office.officer, monkeypatch) as seat:
        shown = seat.get(path)
        assert "지금 작성하실 차례입니다." in shown
        assert 'name="written_on"' in shown
        form = seat.get(f"{path}/edit")
        assert 'value="16666"' in form
        saved = post(
            seat, f"{path}/edit", written_on="2026-02-01", purpose="01", edit_version="1", remarks=["하나", "", "셋"]
        )
        assert saved.headers["location"] == f"{path}?done=saved"
        shown = seat.get(f"{path}?done=saved")
        for words in ("저장했습니다.", "2026.02.01", "하나<br>셋", "(영수)", "총무서버 3"):
            assert words in shown, words
        stale = post(seat, f"{path}/edit", written_on="2026-02-02", purpose="01", edit_version="1")
        assert (stale.status_code, "그 사이에 문서가 바뀌었습니다." in stale.text) == (422, True)
        moved = {
            f"lines-0-{name}": value
            for name, value in {"name": "총무서버", "amount": "26,720", "tax": "2,671", "quantity": "3"}.items()
        }
        wrong = post(seat, f"{path}/edit", written_on="2026-02-01", purpose="01", edit_version="2", **moved)
        assert (wrong.status_code, 'value="26720"' in wrong.text or 'value="26,720"' in wrong.text) == (422, True)
        moved["lines-0-tax"] = "2,670"
        right = post(seat, f"{path}/edit", written_on="2026-02-01", purpose="01", edit_version="2", **moved)
        assert right.status_code == 303
        assert "총무서버 3" not in seat.get(path)
        assert seat.act(path, "request").status_code == 303
        assert seat.client.get(f"{path}/edit", follow_redirects=False).headers["location"] == path
        late = post(seat, f"{path}/edit", written_on="2026-02-01", purpose="01", edit_version="3")
        assert (late.status_code, "작성중인 세금계산서만 고칠 수 있습니다." in late.text) == (422, True)


def test_the_supplier_sees_its_red_copy_once_it_is_asked(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    draft = office.drafted(settlement)
    path = f"/tax-invoices/{draft.id}"
    with desk(office, office.partner, monkeypatch) as seat:
        assert seat.status(path) == 404
        assert draft.number not in seat.get("/tax-invoices")
        office.press(office.officer, draft, "request")
        office.machine(draft, rules.FILED)
        shown = seat.get(path)
        for words in (
            "발급대기",
            "지금 공급자 서명하실 차례입니다.",
            "중계사이트에서 서명",
            'value="supplier" checked',
        ):
            assert words in shown, words
        for words in ("지금 독촉", "요청취소</", "역발행 요청</button>"):
            assert words not in shown, words
        listed = seat.get("/tax-invoices", view="waiting")
        assert draft.number in listed
        assert 'name="selected"' not in listed
        for write in ("edit", "again", "reminder", "reminders", "amendment"):
            assert post(seat, f"{path}/{write}").status_code == 403, write
        assert seat.status("/tax-invoices/requests/new") == 403
        assert seat.status(f"/tax-invoices/new?settlement={settlement.id}") == 403
    with database.working() as session:
        other = factories.company(session, "(주)다른회사")
        stranger = factories.actor(factories.member(session, "남모름", of=other), other)
    with desk(office, stranger, monkeypatch) as seat:
        assert seat.status(path) == 404
        assert seat.status(f"/api/v1{path}") == 404
        assert seat.status(f"/api/v1{path}/lines") == 404
        assert draft.number not in seat.get("/tax-invoices")
        assert post(seat, f"{path}/ask").status_code == 404


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"membership_problem": "associate"}, "준회원이라 서명할 수 없습니다."),
        ({"hub_problem": "문서를 찾을 수 없습니다."}, "문서를 찾을 수 없습니다."),
        ({"hub_away_since": factories.NOW}, "중계사이트가 대답하지 않습니다."),
        (
            {"verification_problem": "content", "verification_detail": "공급가액"},
            "요청한 내용과 다르게 발급되었습니다.",
        ),
    ],
)
def test_what_is_wrong_stands_above_the_form(
    office: Office, monkeypatch: pytest.MonkeyPatch, facts: dict[str, Any], words: str
) -> None:
    waiting = office.requested(office.settlement())
    office.set(waiting, **facts)
    with desk(office, office.officer, monkeypatch) as seat:
        shown = seat.get(f"/tax-invoices/{waiting.id}")
        assert words in shown
        needs_look = "hub_away_since" not in facts
        assert (waiting.number in seat.get("/tax-invoices", view="check")) is needs_look


def test_reminders_are_sent_switched_and_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = office.requested(office.settlement())
    path = f"/tax-invoices/{waiting.id}"
    with desk(office, office.officer, monkeypatch) as seat:
        assert "아직 독촉하지 않았습니다." in seat.get(path)
        assert post(seat, f"{path}/reminder").headers["location"] == f"{path}?done=reminded"
        assert "서명을 독촉했습니다." in seat.get(f"{path}?done=reminded")
        assert told("remind_supplier") == 1
        off = post(seat, f"{path}/reminders", on="0")
        shown = seat.get(off.headers["location"])
        assert "자동 독촉을 껐습니다." in shown
        assert "자동 독촉 켜기" in shown
        on = post(seat, f"{path}/reminders", on="1")
        assert "자동 독촉을 켰습니다." in seat.get(on.headers["location"])
        assert post(seat, f"{path}/ask").headers["location"] == f"{path}?done=asked"
        assert told("hub_changed") == 1
        many = post(seat, "/tax-invoices/reminders", selected=[f"{waiting.id}:1"])
        assert (many.status_code, "일괄 서명 독촉 결과" in many.text, "처리했습니다." in many.text) == (200, True, True)
        nothing = post(seat, "/tax-invoices/reminders")
        assert nothing.status_code == 422
        office.accepted(waiting)
        done = post(seat, "/tax-invoices/reminders", selected=[f"{waiting.id}:1"])
        assert "발급대기 중인 세금계산서만 독촉할 수 있습니다." in done.text


def told(signal: str) -> int:
    with database.working() as session:
        sent = session.execute(select(Outbox).where(col(Outbox.kind) == "tell")).scalars()
        return sum(one.payload.get("signal") == signal for one in sent)


def test_the_machines_turn_has_no_persons_name(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    made = office.requested(office.settlement())
    with database.working() as session:
        row = session.get_one(TaxInvoice, made.id)
        row.status, row.turn, row.turn_member_id = Status.ISSUED, Role.SYSTEM, office.officer.member_id
    with desk(office, office.officer, monkeypatch) as seat:
        shown = seat.get(f"/tax-invoices/{made.id}")
        assert "지금은 시스템 차례입니다." in shown
        assert "국세청 즉시전송" in shown
        assert f"시스템 {office.officer.name}" not in shown


def test_the_issued_form_and_its_papers(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    issued = office.accepted(office.requested(settlement))
    with desk(office, office.officer, monkeypatch) as seat:
        shown = seat.get(f"/tax-invoices/{issued.id}")
        for words in (
            "20260209-41000019-",
            "전송성공",
            "전자서명 검증",
            "확인됨",
            f"/files/{issued.pdf_file_id}/download",
            "수정세금계산서 작성",
        ):
            assert words in shown, words
        assert "발행되지 않은" not in shown
        assert issued.number in seat.get(f"/settlements/{settlement.id}")


def test_lists_by_state_and_deadline(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = (office.settlement(one) for one in office.ids)
    waiting, failed, late = office.requested(first), office.requested(second), office.drafted(third)
    for act in (rules.SUPPLIER_SIGNED, rules.QUEUED, rules.SENDING, rules.REJECTED):
        office.machine(failed, act)
    office.set(waiting, issue_by=factories.NOW.date())
    office.set(late, issue_by=factories.NOW.date().replace(day=6))
    with desk(office, office.officer, monkeypatch) as seat:
        every = seat.get("/tax-invoices")
        for words in ("서명 대기 <b>1</b>", "기한 임박 <b>1</b>", "기한 경과 <b>1</b>", "전송실패 <b>1</b>", "총 3건"):
            assert words in every, words
        for view, row in (("waiting", waiting), ("soon", waiting), ("over", late), ("failed", failed)):
            listed = seat.get("/tax-invoices", view=view)
            assert (view, re.findall(r"TX\d{8}-\d{3}", listed)[0]) == (view, row.number)
            assert "총 1건" in listed, view
        assert "총 1건" in seat.get("/tax-invoices", approval="", number=late.number)
        book = openpyxl.load_workbook(io.BytesIO(seat.client.get("/tax-invoices?format=xlsx").content))
        head, *lines = list(book.active.iter_rows(values_only=True))
        facts = dict(zip(head, lines[-1], strict=True))
        assert (facts["세금계산서번호"], facts["진행상태"], facts["합계금액"]) == (waiting.number, "발급대기", 18_332)
        assert facts["정산번호"] == first.number


def test_many_settlements_are_asked_for_together(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ready = [office.settlement(one) for one in office.ids[:2]]
    taken = office.settlement(office.ids[2])
    with desk(office, office.officer, monkeypatch) as seat:
        assert "/tax-invoices/requests/new" in seat.get("/settlements")
        ticked = post(seat, "/tax-invoices/requests/new", selected=[f"{one.id}:4" for one in (*ready, taken)])
        form = seat.get(ticked.headers["location"])
        assert "3건 중 3건 요청할 수 있습니다." in form
        office.drafted(taken)
        assert "3건 중 2건 요청할 수 있습니다." in seat.get(ticked.headers["location"])
        selected = [one.id for one in (*ready, taken)]
        wanted = keys(written_on=TODAY, purpose="02", selected=selected) | {"request_id": REQUEST.findall(form)[0]}
        for _ in range(2):
            answer = seat.client.post("/tax-invoices/requests", data=wanted)
            assert answer.status_code == 200
            assert "3건 중 2건 처리했고 1건은 처리하지 못했습니다." in answer.text
            assert "이미 진행하고 있습니다." in answer.text
        assert sorted(row.status for row in rows()) == [Status.DRAFTING, Status.FILING, Status.FILING]
        late = post(seat, "/tax-invoices/requests", written_on="2026-02-10", purpose="02", selected=[taken.id])
        assert "처리 못함" in late.text
        empty = post(seat, "/tax-invoices/requests", written_on=TODAY, purpose="02")
        assert empty.status_code == 422
        drafts = [row for row in rows() if row.status == Status.DRAFTING]
        bulk = post(seat, "/tax-invoices/bulk/request", selected=[f"{drafts[0].id}:{drafts[0].version}"])
        assert "1건 중 1건 처리했습니다." in seat.get(bulk.headers["location"])


def test_what_ended_without_an_invoice_is_made_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = office.requested(office.settlement())
    path = f"/tax-invoices/{waiting.id}"
    with desk(office, office.officer, monkeypatch) as seat:
        assert post(seat, f"{path}/again").status_code == 409
        office.set(waiting, refused_reason="단가가 다릅니다.")
        office.machine(waiting, rules.SUPPLIER_REFUSED)
        shown = seat.get(path)
        assert "공급자가 거부했습니다. 사유: 단가가 다릅니다." in shown
        assert "다시 요청" in shown
        again = keys()
        made = [seat.client.post(f"{path}/again", data=again, follow_redirects=False) for _ in range(2)]
        assert made[0].headers["location"] == made[1].headers["location"]
        fresh = seat.get(made[0].headers["location"])
        assert "다시 요청하기 전" in fresh
        assert waiting.number in fresh


def test_programs_draft_amend_and_remind(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    base = "/api/v1/tax-invoices"
    with desk(office, office.officer, monkeypatch) as seat:
        made = seat.client.post(base, json={"settlement_id": settlement.id, "written_on": TODAY})
        assert (made.status_code, made.json()["total_amount"]) == (201, 29_390)
        path = f"{base}/{made.json()['id']}"
        edited = seat.client.put(path, json={"written_on": "2026-02-05", "purpose": "01", "edit_version": 1})
        assert edited.json()["written_on"] == "2026-02-05"
        assert [line["amount"] for line in seat.client.get(f"{path}/lines").json()] == [16_666, 9_999, 55]
        asked = seat.client.post(f"{path}/request", json={"request_id": str(uuid.uuid4())})
        assert (asked.status_code, asked.json()["status"]) == (200, Status.FILING)
        row = rows()[0]
        office.machine(row, rules.FILED)
        assert seat.client.put(f"{path}/reminders", json={"on": False}).status_code == 204
        assert seat.client.post(f"{path}/reminders").status_code == 204
        office.accepted(row)
        amendment = {"reason": "04", "happened_on": TODAY}
        preview = seat.client.post(f"{path}/amendments/preview", json=amendment).json()
        assert [one["grand_total"] for one in preview] == [-29_390]
        amended = seat.client.post(f"{path}/amendments", json=amendment)
        assert (amended.status_code, amended.json()[0]["supply_amount"]) == (201, -26_720)
        assert seat.client.get(base, params={"status": "drafting"}).json()[0]["number"] == amended.json()[0]["number"]
        again = seat.client.post(f"{path}/again", json={"written_on": TODAY})
        assert (again.status_code, again.json()["code"]) == (409, "still_alive")
