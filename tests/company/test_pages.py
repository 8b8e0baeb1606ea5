"""기업정보, 회원정보, 담당자 관리, 변경요청, 탈퇴요청 as their people see and press them."""

import datetime as dt
import io
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.auth.tables import Disclosure
from models.changes import queries
from models.changes.tables import ChangeRequest
from models.members.tables import BankAccount, Company
from models.withdrawals.tables import Withdrawal
from tests import factories
from tests.changes.world import ACCOUNT, BIRTH, World
from tests.company.desk import desk
from tests.engines import Database

MASKED = "1234567*****"
"""As everybody sees the account of the world: twelve digits, five of them hidden."""


@pytest.fixture
def world(database: Database) -> World:
    return World()


def png() -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (40, 40), "white").save(stream, "PNG")
    return stream.getvalue()


def company_form(world: World, **more: Any) -> dict[str, Any]:
    account = str(world.account.id)
    return {
        "name": "(주)한빛네트웍스",
        "representative": "김한빛",
        "country": "KR",
        "currency": "KRW",
        "zip_code": "04524",
        "address": "서울특별시 중구 세종대로 110",
        "address_detail": "3층",
        "accounts-0-id": account,
        "accounts-0-country": "KR",
        "accounts-0-bank_code": "090",
        "accounts-0-holder": "(주)한빛네트웍스",
        "accounts-0-is_default": "1",
        "accounts-1-country": "KR",
        "reason": "본점 이전",
    } | more


CERTIFICATE = {"certificate_upload": ("등록증.png", png(), "image/png")}
COPY = {"accounts-0-copy_upload": ("통장.png", png(), "image/png")}


def test_the_owner_sees_the_company_and_numbers_are_masked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        page = seat.get("/company")
        for words in ("기업정보", "138-81-89028", "김한빛", "카카오뱅크", "변경요청이력", "수정", "탈퇴요청"):
            assert words in page, words
        assert ACCOUNT not in page
        assert ACCOUNT.replace("-", "") not in page
    with desk(world, world.contact, monkeypatch) as seat:
        answer = seat.client.get("/company", follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (303, "/company/me")
        assert "박서연" in seat.get("/company/me")
        for path in ("/company/edit", "/company/change", "/company/withdrawal", "/company/contacts"):
            assert seat.status(path) == 403, path
    with desk(world, world.buyer, monkeypatch) as seat:
        assert seat.status("/company") == 403


def test_own_fields_are_saved_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        wrong = seat.send("/company/edit", phone="12")
        assert wrong.status_code == 422
        saved = seat.send("/company/edit", phone="02-6718-0000")
        assert saved.headers["location"] == "/company?done=edit"
        assert "02-6718-0000" in seat.get("/company?done=edit")
        assert "저장했습니다" in seat.get("/company?done=edit")
        stale = seat.send("/company/edit", phone="02-6718-1111", seen="0" * 16)
        assert stale.status_code == 422
        saved = seat.send("/company/me/edit", extension="2001", position="팀장", department="영업팀")
        assert saved.headers["location"] == "/company/me?done=edit"
        assert "영업팀" in seat.get("/company/me")


def test_a_change_asked_for_and_approved(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        shown = seat.get("/company/change")
        assert ACCOUNT not in shown
        assert "바꿀 때만 입력해 주세요" in shown
        made = seat.send("/company/change", files=CERTIFICATE | COPY, **company_form(world))
        assert made.status_code == 303, made.text
        page = seat.get(made.headers["location"])
        for words in ("경기도 성남시 분당구 판교역로 152", "서울특별시 중구 세종대로 110", "본점 이전", "승인 대기"):
            assert words in page, words
        assert "처리를 기다리는 변경요청" in seat.get("/company")
        again = seat.send("/company/change", files=CERTIFICATE | COPY, **company_form(world, address="다른 주소"))
        assert again.status_code == 422
        assert "처리를 기다리는 변경요청 MC20260209-001" in again.text
    path = made.headers["location"]
    with desk(world, world.buyer, monkeypatch) as seat:
        assert "MC20260209-001" in seat.get("/changes")
        assert "MC20260209-001" in seat.get("/inbox")
        detail = seat.get(path)
        assert "사업자 상태 조회" in detail
        assert "/pages/1.png" in detail
        asked = seat.get(f"{path}/approve")
        assert "처리사유" in asked
        done = seat.send(f"{path}/approve", reason="확인했습니다")
        assert done.status_code == 303, done.text
        assert "변경요청을 승인했습니다" in seat.get(done.headers["location"])
        assert seat.client.get("/changes?format=xlsx").headers["content-type"].endswith("sheet")
    assert world.load(Company, world.company.id).address == "서울특별시 중구 세종대로 110"
    with desk(world, world.owner, monkeypatch) as seat:
        page = seat.get("/company")
        assert "확인했습니다" in page
        assert "등록증.png" in page


def test_a_change_without_its_certificate_or_with_a_wrong_file(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        missing = seat.send("/company/change", files=COPY, **company_form(world))
        assert missing.status_code == 422
        assert "사업자등록증" in missing.text
        fake = {"certificate_upload": ("등록증.pdf", b"<svg><script>1</script></svg>", "application/pdf")}
        refused = seat.send("/company/change", files=fake | COPY, **company_form(world))
        assert refused.status_code == 422
        assert 'href="#f-certificate_upload"' in refused.text
        assert ACCOUNT not in refused.text
    with database.working() as session:
        assert session.execute(select(ChangeRequest)).scalars().all() == []


@pytest.mark.parametrize(
    ("field", "value", "at"),
    [
        ("zip_code", "1", "f-zip_code"),
        ("representative", "", "f-representative"),
        ("corporate_number", "123", "f-corporate_number"),
        ("reason", "", "f-reason"),
        ("accounts-0-is_default", "", "f-accounts"),
        ("accounts-0-account_number", "12", "f-accounts-0-account_number"),
        ("accounts-0-iban", "DE89370400440532013000", "f-accounts-0-iban"),
    ],
)
def test_what_cannot_be_taken_is_said_at_its_field(
    world: World, monkeypatch: pytest.MonkeyPatch, field: str, value: str, at: str
) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        form = company_form(world, **{field: value})
        answer = seat.send("/company/change", files=CERTIFICATE | COPY, **form)
        assert answer.status_code == 422
        assert f'href="#{at}"' in answer.text


def test_what_cannot_change_stays_whatever_the_form_says(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    forged = {"kind": "sole", "business_number": "1208147521", "phone": "02-999-9999", "artist_insurance": "1"}
    with desk(world, world.owner, monkeypatch) as seat:
        seat.send("/company/change", files=CERTIFICATE | COPY, **company_form(world, **forged))
    with database.working() as session:
        request = session.execute(select(ChangeRequest)).scalars().one_or_none()
        fields = {item.field for item in queries.items(session, request.id or 0)} if request else set()
    assert fields.isdisjoint({"kind", "business_number", "phone"})


def test_a_new_account_and_a_removed_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = {
        "accounts-0-removed": "1",
        "accounts-1-bank_code": "004",
        "accounts-1-account_number": "123456-04-654321",
        "accounts-1-holder": "(주)한빛네트웍스",
        "accounts-1-is_default": "1",
    }
    files = CERTIFICATE | {"accounts-1-copy_upload": ("통장.png", png(), "image/png")}
    with desk(world, world.owner, monkeypatch) as seat:
        made = seat.send("/company/change", files=files, **company_form(world, **rows))
        assert made.status_code == 303, made.text
        page = seat.get(made.headers["location"])
        assert "계좌정보 삭제 · 카카오뱅크" in page
        assert "계좌정보 추가 · KB국민은행" in page
        assert "123456-04-654321" not in page
    with desk(world, world.buyer, monkeypatch) as seat:
        seat.send(f"{made.headers['location']}/approve")
        page = seat.get(made.headers["location"])
        item = page.partition("/items/")[2].partition('"')[0]
        ask = f"{made.headers['location']}/items/{item}"
        assert seat.send(ask).status_code == 422
        assert "123456-04-654321" in seat.send(ask, reason="통장 사본과 비교").text or ACCOUNT in (
            seat.send(ask, reason="통장 사본과 비교").text
        )
    with database.working() as session:
        kept = session.execute(select(col(Disclosure.reason)).where(col(Disclosure.actor_id) == world.buyer.member_id))
        assert "통장 사본과 비교" in set(kept.scalars())
        banks = session.execute(
            select(col(BankAccount.bank_name)).where(
                col(BankAccount.company_id) == world.company.id, col(BankAccount.closed_at).is_(None)
            )
        )
        assert list(banks.scalars()) == ["KB국민은행"]


def test_a_number_is_shown_in_full_for_a_reason_that_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/company/accounts/{world.account.id}/number"
    with desk(world, world.owner, monkeypatch) as seat:
        assert ACCOUNT not in seat.get(path)
        assert seat.send(path).status_code == 422
        assert ACCOUNT in seat.send(path, reason="입금 확인").text
    with desk(world, world.contact, monkeypatch) as seat:
        assert seat.status(path) == 403
    with desk(world, world.outsider, monkeypatch) as seat:
        assert seat.status(path) == 404


def test_staff_without_the_work_and_other_companies_see_no_request(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        made = seat.send("/company/change", files=CERTIFICATE | COPY, **company_form(world)).headers["location"]
    for actor in (world.outsider, world.contact, world.inspector):
        with desk(world, actor, monkeypatch) as seat:
            assert seat.status(made) == 404, actor.name


def test_the_contact_asks_to_leave_and_the_owner_decides(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    who = {"name": "박서연", "birth_date": BIRTH, "reason_code": "LEFT", "reason": "도비는 자유예요!"}
    with desk(world, world.contact, monkeypatch) as seat:
        wrong = seat.send("/company/me/withdrawal", **(who | {"birth_date": "1990-01-01"}))
        assert wrong.status_code == 422
        assert 'href="#f-birth_date"' in wrong.text
        made = seat.send("/company/me/withdrawal", **who)
        assert made.status_code == 303, made.text
        assert "도비는 자유예요!" in seat.get(made.headers["location"])
    contact = world.contact.member_id
    with desk(world, world.owner, monkeypatch) as seat:
        listed = seat.get("/company/contacts")
        assert f'href="/company/contacts/{contact}/request"' in listed
        detail = seat.get(f"/company/contacts/{contact}/request")
        for words in ("담당자 요청 상세", "반려사유 목록", "탈퇴 처리", "퇴사", "도비는 자유예요!", "승인처리 상태"):
            assert words in detail, words
        unreasoned = seat.send(f"/company/contacts/{contact}/request", decision="reject", reason="")
        assert unreasoned.status_code == 422
        sent_back = seat.send(f"/company/contacts/{contact}/request", decision="reject", reason="인수인계 먼저")
        assert sent_back.status_code == 303, sent_back.text
        assert seat.status(f"/company/contacts/{contact}/request") == 404
    with desk(world, world.contact, monkeypatch) as seat:
        assert "인수인계 먼저" in seat.get("/company/me")
        seat.send("/company/me/withdrawal", **who)
    with desk(world, world.owner, monkeypatch) as seat:
        assert "인수인계 먼저" in seat.get(f"/company/contacts/{contact}/request")
        done = seat.send(f"/company/contacts/{contact}/request", decision="approve", reason="")
        assert done.status_code == 303, done.text
        assert "탈퇴" in seat.get("/company/contacts")
    assert world.member(world.contact).status == "withdrawn"


def test_an_owner_is_told_what_to_do_instead(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        assert "주 담당자는 직접 탈퇴 요청을 할 수 없습니다." in seat.get("/company/me/withdrawal")


def test_the_owner_ends_a_contact(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    path = f"/company/contacts/{world.contact.member_id}/removal"
    with desk(world, world.owner, monkeypatch) as seat:
        assert seat.send(path, reason_code="", reason="").status_code == 422
        done = seat.send(path, reason_code="LEFT", reason="퇴사했습니다")
        assert (done.status_code, done.headers["location"]) == (303, "/company/contacts?done=removed")
        assert "담당자를 탈퇴 처리했습니다" in seat.get(done.headers["location"])
    assert world.member(world.contact).status == "withdrawn"
    with desk(world, world.owner, monkeypatch) as seat:
        assert seat.status(f"/company/contacts/{world.outsider.member_id}") == 404
        assert seat.status(f"/company/contacts/{world.outsider.member_id}/removal") == 404


def test_the_owner_hands_the_role_on_and_is_logged_out(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        assert seat.send("/company/contacts/delegation", to_member_id="", reason="").status_code == 422
        stranger = seat.send(
            "/company/contacts/delegation", to_member_id=str(world.outsider.member_id), reason="담당 변경"
        )
        assert stranger.status_code == 422
        done = seat.send("/company/contacts/delegation", to_member_id=str(world.contact.member_id), reason="담당 변경")
        assert done.headers["location"] == "/company/contacts/delegated"
        assert "로그아웃" in seat.get("/company/contacts/delegated")
    assert "partner_owner" in world.member(world.contact).roles
    assert world.live_sessions(world.owner) == 0
    owner_now = world.contact.model_copy(update={"roles": world.owner.roles})
    with desk(world, owner_now, monkeypatch) as seat:
        assert "주담당자 변경" in seat.get("/company")
        assert "담당 변경" in seat.get("/company")


def test_a_hand_over_that_fails_leaves_nothing_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    stale = world.other.model_copy(update={"roles": world.owner.roles})
    with desk(world, stale, monkeypatch) as seat:
        refused = seat.send(
            "/company/contacts/delegation", to_member_id=str(world.contact.member_id), reason="담당 변경"
        )
        assert refused.status_code == 422
        assert "이미 다른 담당자에게 위임" in refused.text
    with database.working() as session:
        assert set(session.execute(select(col(ChangeRequest.status))).scalars()) == {"cancelled"}


def test_a_company_that_is_not_finished_is_told_with_what(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with database.working() as session:
        company = session.get_one(Company, world.company.id)
        buyer = session.get_one(type(world.member(world.buyer)), world.buyer.member_id)
        contract = factories.contract(
            session, company, buyer, "review_requested", review_requested_at=factories.NOW, number="CR20260209-801"
        )
    with desk(world, world.owner, monkeypatch) as seat:
        page = seat.get("/company/withdrawal")
        assert f'href="/contracts/{contract.id}"' in page
        refused = seat.send("/company/withdrawal", reason_code="NO_DEAL", reason="거래 종료")
        assert refused.status_code == 422


def test_a_company_leaves_after_the_buyer_agrees(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.owner, monkeypatch) as seat:
        made = seat.send("/company/withdrawal", reason_code="OTHER", reason="거래 종료")
        assert made.status_code == 303, made.text
        assert "처리를 기다리는 탈퇴요청" in seat.get("/company")
        blocked = seat.send("/company/change", files=CERTIFICATE | COPY, **company_form(world))
        assert "탈퇴 요청 WD20260209-001" in blocked.text
    path = made.headers["location"]
    with desk(world, world.buyer, monkeypatch) as seat:
        assert "WD20260209-001" in seat.get("/withdrawals")
        page = seat.get(path)
        for words in ("소속 담당자", "박서연", "거래 종료"):
            assert words in page, words
        done = seat.send(f"{path}/approve")
        assert done.status_code == 303, done.text
        assert "탈퇴 처리했습니다" in seat.get(done.headers["location"])
        assert seat.client.get("/withdrawals?format=xlsx").status_code == 200
        assert seat.client.get(f"/api/v1{path}").json()["status"] == "approved"
    with database.working() as session:
        assert session.execute(select(col(Withdrawal.status))).scalar_one() == "approved"


def test_an_individual_has_one_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.single, monkeypatch) as seat:
        page = seat.get("/company")
        for words in ("개인 회원정보", "이하나", "계좌정보", "담당자", "변경요청이력"):
            assert words in page, words
        assert "사업자등록번호" not in page
        assert seat.status("/company/me") == 303
        for path in ("", "/1", "/delegation", "/1/removal", "/1/request"):
            assert seat.status(f"/company/contacts{path}") == 404
        form = {
            "zip_code": "03045",
            "address": "서울특별시 종로구 사직로 161",
            "reason": "이사",
            "accounts-0-id": account_of(world),
            "accounts-0-country": "KR",
            "accounts-0-bank_code": "090",
            "accounts-0-holder": "이하나",
            "accounts-0-is_default": "1",
        }
        made = seat.send("/company/change", files=COPY, **form)
        assert made.status_code == 303, made.text
        assert "서울특별시 종로구 사직로 161" in seat.get(made.headers["location"])
        cancel = seat.send(f"{made.headers['location']}/cancel")
        assert cancel.status_code == 303, cancel.text
        assert "변경요청을 취소했습니다" in seat.get(cancel.headers["location"])
        leave = {"name": "이하나", "birth_date": BIRTH, "reason_code": "OTHER", "reason": "그만둡니다"}
        assert seat.send("/company/withdrawal", **leave).status_code == 303


def account_of(world: World) -> str:
    with database.working() as session:
        return str(queries.accounts(session, world.person_company.id or 0)[0].id)


def test_the_day_a_person_types_is_a_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    future = (dt.date.fromisoformat(BIRTH) + dt.timedelta(days=40_000)).isoformat()
    with desk(world, world.contact, monkeypatch) as seat:
        for day in ("", "1988-02-30", future):
            answer = seat.send(
                "/company/me/withdrawal", name="박서연", birth_date=day, reason_code="LEFT", reason="퇴사"
            )
            assert answer.status_code == 422, day
