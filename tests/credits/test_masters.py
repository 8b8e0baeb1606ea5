"""Masters of credits: companies, groups, media, rates, pools and typed lines, pressed in their pages."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlmodel import col

from models import database
from models.credits.tables import (
    CreditAdjustment,
    CreditBusiness,
    CreditCompany,
    CreditMedium,
    CreditPerson,
    CreditRate,
    RsPool,
)
from models.harmony.tables import CreditGroup
from models.processes.tables import AuditEntry
from tests.admin.office import Seat
from tests.credits import desk, world
from tests.credits.desk import Desk
from tests.engines import Database

FIRM = {
    "kind": "company",
    "issue_mode": "reverse",
    "name": "주식회사 하늘일보",
    "business_number": "120-81-47521",
    "representative": "여민수",
    "address": "서울특별시 종로구 세종대로 1",
    "business_type": "서비스",
    "business_item": "신문 발행",
    "reverse_agreed_on": "2025-01-02",
}
PERSON = {
    "kind": "individual",
    "issue_mode": "individual",
    "name": "홍길동",
    "person_number": "900101-1234567",
    "address": "경기 성남시 분당구 대왕판교로 58",
    "email": "hong@mail.example",
    "artist": "1",
}
LISTS = (
    "/credit-companies",
    "/credit-groups",
    "/credit-media",
    "/credit-rates",
    "/credit-businesses",
    "/credit-pools",
    "/credit-imports",
    "/credit-adjustments",
)


@pytest.fixture
def office(database: Database) -> Desk:
    return desk.opened()


def _one(table: type[Any]) -> Any:
    with database.working() as session:
        return session.execute(select(table).order_by(col(table.id).desc()).limit(1)).scalar_one()


def _rs() -> int:
    with database.working() as session:
        return world.business(session).id or 0


def _etc() -> int:
    with database.working() as session:
        return world.business(session, "ETC").id or 0


def _settled(seat: Seat) -> tuple[int, int, int]:
    """A company with a group and a medium; their ids."""
    seat.done("/credit-companies", **FIRM)
    seat.done("/credit-groups", name="상생 RS > 뉴스 > 하늘일보", credit_company_id=str(_one(CreditCompany).id))
    seat.done("/credit-media", code="sky01", name="하늘일보", service="뉴스", group_id=str(_one(CreditGroup).id))
    return _one(CreditCompany).id, _one(CreditGroup).id, _one(CreditMedium).id


def test_a_company_its_group_and_its_medium_are_made_and_found(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        company, group, medium = _settled(seat)
        page = seat.get(f"/credit-companies/{company}")
        for words in ("주식회사 하늘일보", "상생 RS &gt; 뉴스 &gt; 하늘일보", "역발행", "등록"):
            assert words in page
        assert "하늘일보" in seat.get(f"/credit-groups/{group}")
        assert "SKY01" in seat.get("/credit-media")
        assert "계좌 없음" in seat.get("/credit-groups")
        assert "요율이 없는 매체는 정산되지 않습니다." in seat.get(f"/credit-media/{medium}")
        row = _one(CreditGroup)
        assert (row.company_name, row.business_number) == ("주식회사 하늘일보", "1208147521")


def test_a_group_and_a_medium_are_closed_and_used_again(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        _, group, medium = _settled(seat)
        for path, name in ((f"/credit-media/{medium}", "하늘일보"), (f"/credit-groups/{group}", "상생 RS")):
            listed = path.rpartition("/")[0]
            assert "다시 사용" in seat.done(f"{path}/closing", closed="1")
            assert name not in _rows(seat.get(listed))
            assert "사용 종료" in seat.get(path)
            assert seat.done(f"{path}/closing", closed="1")
            assert "사용 종료" in seat.done(f"{path}/closing", closed="")
            assert name in _rows(seat.get(listed))
    with office.seat(office.admin) as seat:
        assert seat.post(f"/credit-groups/{group}/closing", closed="1").status_code == 403


def _rows(page: str) -> str:
    """What the list's table holds."""
    return page.partition("<tbody")[2].partition("</tbody>")[0]


def test_a_renamed_company_renames_its_groups_and_keeps_what_it_was(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        company, _, _ = _settled(seat)
        page = seat.done(f"/credit-companies/{company}", **{**FIRM, "name": "㈜ 하늘미디어", "edit_version": "1"})
        assert "저장했습니다." in page
        assert _one(CreditGroup).company_name == "㈜ 하늘미디어"
        late = seat.post(f"/credit-companies/{company}", **{**FIRM, "edit_version": "1"})
        assert late.status_code == 422
        # The form still goes by what was read: pressed once more it takes nothing of the other's away.
        assert 'name="edit_version" value="1"' in late.text
        wrong = seat.post(f"/credit-companies/{company}", **{**FIRM, "name": "", "edit_version": "1"})
        assert (wrong.status_code, 'name="edit_version" value="1"' in wrong.text) == (422, True)
        assert 'name="edit_version" value="2"' in seat.get(f"/credit-companies/{company}")
        with database.working() as session:
            kept = session.execute(select(AuditEntry).where(col(AuditEntry.kind) == "credit_company")).scalars().all()
        assert [entry.act for entry in kept] == ["create", "edit"]
        assert kept[1].detail["before"]["name"] == "주식회사 하늘일보"


def test_a_persons_number_and_address_are_sealed_masked_and_kept(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        page = seat.done("/credit-companies", **PERSON)
        assert "900101-1******" in page
        assert "ho****@mail.example" in page
        assert "경기 성남시 ********" in page
        for secret in ("1234567", "9001011", "대왕판교로"):
            assert secret not in page
        company = _one(CreditCompany)
        seat.done(
            f"/credit-companies/{company.id}", **{**PERSON, "person_number": "", "address": "", "edit_version": "1"}
        )
    with database.working() as session:
        assert session.get_one(CreditCompany, company.id).person_number == "9001011234567"
        assert session.get_one(CreditPerson, company.id).address == PERSON["address"]
        stored = session.execute(text("SELECT person_number FROM credit_company")).scalar_one()
        assert b"9001011" not in bytes(stored)
        record = session.execute(text("SELECT string_agg(detail::text, '') FROM audit_entry")).scalar_one()
        assert "1234567" not in record


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"name": ""}, "회사명 또는 성명"),
        ({"business_number": ""}, "사업자등록번호를 입력해 주세요."),
        ({"business_number": "120-81-47522"}, "사업자등록번호 10자리를 확인해 주세요."),
        ({"reverse_agreed_on": ""}, "역발행에 동의한 날을 입력해 주세요."),
        ({"issue_mode": "individual"}, "개인은 원천징수로"),
        ({"artist": "1"}, "예술인 고용보험은 개인과 개인사업자만"),
        ({"kind": "individual", "issue_mode": "individual"}, "주민등록번호를 입력해 주세요."),
        ({"kind": "individual", "issue_mode": "individual", "person_number": "901301-1234567"}, "주민등록번호 13자리"),
    ],
)
def test_what_is_wrong_with_a_company_is_told_at_its_field(office: Desk, facts: dict[str, str], words: str) -> None:
    with office.seat(office.manager) as seat:
        answer = seat.post("/credit-companies", **{**FIRM, **facts})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_one_number_is_one_company_until_it_is_closed(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        company, _, _ = _settled(seat)
        again = seat.post("/credit-companies", **FIRM)
        assert (again.status_code, "이미 등록된 사업자등록번호입니다" in again.text) == (422, True)
        assert 'id="e-business_number"' in again.text
        assert "다시 사용" in seat.done(f"/credit-companies/{company}/closing", closed="1")
        seat.done("/credit-companies", **FIRM)
        back = seat.post(f"/credit-companies/{company}/closing", closed="")
        assert (back.status_code, "이미 등록된 사업자등록번호입니다" in back.text) == (409, True)


def test_pressed_twice_makes_one(office: Desk) -> None:
    press = {**PERSON, "request_id": str(uuid.uuid4())}
    with office.seat(office.manager) as seat:
        first, second = seat.post("/credit-companies", **press), seat.post("/credit-companies", **press)
        assert first.headers["location"] == second.headers["location"]
        other = seat.post("/credit-companies", **{**press, "name": "다른 사람"})
        assert other.status_code == 422
    with database.working() as session:
        assert len(session.execute(select(CreditCompany)).scalars().all()) == 1


def test_a_code_names_one_medium(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        _settled(seat)
        again = seat.post("/credit-media", code="SKY01", name="다른 매체")
        assert (again.status_code, "이미 쓰고 있는 매체코드입니다" in again.text) == (422, True)
        assert 'id="e-code"' in again.text
        wrong = seat.post("/credit-media", code="한글", name="다른 매체")
        assert wrong.status_code == 422


def test_rates_are_dated_and_never_overlap(office: Desk) -> None:
    with office.seat(office.manager) as seat:
        _, _, medium = _settled(seat)
        of = {"medium_id": str(medium), "business_id": str(_etc())}
        page = seat.done("/credit-rates", **of, rate="70.5", from_month="2026-01", until_month="2026-06")
        assert "70.5 %" in page
        assert _one(CreditRate).rate_millionths == 705_000
        assert "1,000% 이하" in seat.post("/credit-rates", **of, rate="1000.0001", from_month="2027-01").text
        for since, until in (("2026-06", ""), ("2025-01", "2026-01"), ("2025-01", ""), ("2026-02", "2026-03")):
            refused = seat.post("/credit-rates", **of, rate="60", from_month=since, until_month=until)
            assert (refused.status_code, "2026-01부터 2026-06까지 이미 있습니다" in refused.text) == (422, True)
            assert 'id="e-from_month"' in refused.text
        seat.done("/credit-rates", **of, rate="60", from_month="2026-07")
        seat.done("/credit-rates", medium_id=str(medium), business_id=str(_rs()), rate="100", from_month="2026-01")
        rate = _one(CreditRate)
        page = seat.done(f"/credit-rates/{rate.id}", medium_id=str(medium), business_id=str(_rs()), rate="90",
                         from_month="2026-02", edit_version="1")  # fmt: skip
        assert "90 %" in page
        assert "삭제했습니다." in seat.done(f"/credit-rates/{rate.id}/deletion")
        assert len(seat.get(f"/credit-media/{medium}").split("/credit-rates/")) >= 3


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rate": "일곱"}, "백분율을 입력해 주세요"),
        ({"rate": "1001"}, "요율"),
        ({"rate": "1.23456"}, "백분율을 입력해 주세요"),
        ({"from_month": "내년"}, "연월을 입력해 주세요"),
        ({"from_month": "2026-05", "until_month": "2026-04"}, "종료월이 시작월보다 빠릅니다"),
    ],
)
def test_what_is_wrong_with_a_rate(office: Desk, facts: dict[str, str], words: str) -> None:
    with office.seat(office.manager) as seat:
        _, _, medium = _settled(seat)
        given = {"medium_id": str(medium), "business_id": str(_etc()), "rate": "70", "from_month": "2026-01", **facts}
        answer = seat.post("/credit-rates", **given)
        assert (answer.status_code, words in answer.text) == (422, True)


def test_a_business_is_renamed(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        page = seat.done(
            f"/credit-businesses/{_etc()}", name="기타지급", item="뉴스 콘텐츠제공", active="1", edit_version="1"
        )
        assert "26년 02월 뉴스 콘텐츠제공" in page
        with database.working() as session:
            assert session.get_one(CreditBusiness, _etc()).name == "기타지급"


def test_a_pool_of_a_month_is_one_and_the_officers(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        page = seat.done("/credit-pools", business_id=str(_rs()), month="2026-01", amount="100,000,000")
        assert "2026-01 재원" in page
        history = page.partition("변경 이력")[2]
        assert ("상생" in history, "2026-01-01" in history) == (True, False)
        again = seat.post("/credit-pools", business_id=str(_rs()), month="2026-01", amount="1")
        assert (again.status_code, "그달 재원이 이미 있습니다" in again.text) == (422, True)
        assert 'id="e-month"' in again.text
        wrong = seat.post("/credit-pools", business_id=str(_etc()), month="2026-02", amount="1")
        assert (wrong.status_code, "재원을 나누는 사업" in wrong.text) == (422, True)
        minus = seat.post("/credit-pools", business_id=str(_rs()), month="2026-02", amount="-1")
        assert minus.status_code == 422
        pool = _one(RsPool)
        seat.done(f"/credit-pools/{pool.id}", business_id=str(_rs()), month="2026-01", amount="99", edit_version="1")
        assert _one(RsPool).amount == 99
    with office.seat(office.manager) as seat:
        assert seat.post("/credit-pools", business_id=str(_rs()), month="2026-02", amount="1").status_code == 422
        assert "저장</button>" not in seat.get(f"/credit-pools/{pool.id}")


def test_a_correction_goes_into_a_later_month_and_can_be_taken_back(office: Desk) -> None:
    with office.seat(office.officer) as seat:
        _, _, medium = _settled(seat)
        given = {"medium_id": str(medium), "business_id": str(_rs()), "month": "2026-01", "supply": "-30,000"}
        page = seat.done("/credit-adjustments", **given, origin_month="2025-12", reason="소비량 정정")
        assert "25년 12월 상생 정산 정정" in page
        assert "-30,000" in page
        row = _one(CreditAdjustment)
        assert (row.kind, row.supply) == ("correction", -30_000)
        seat.done("/credit-adjustments", **{**given, "supply": "5,000원"}, reason="계약금")
        assert (_one(CreditAdjustment).kind, _one(CreditAdjustment).item) == ("manual", "26년 01월 상생 정산")
        assert "취소" in seat.done(f"/credit-adjustments/{row.id}/cancellation")
        assert "25년 12월 상생 정산 정정" not in seat.get("/credit-adjustments")
        for facts in ({"origin_month": "2026-01"}, {"supply": "0"}, {"reason": ""}, {"supply": "많이"}):
            wrong = seat.post("/credit-adjustments", **{**given, "reason": "사유", **facts})
            assert wrong.status_code == 422


def test_who_may_look_and_who_may_write(office: Desk) -> None:
    with office.seat(office.admin) as seat:
        for path in LISTS:
            page = seat.get(path)
            assert "등록</a>" not in page
        assert seat.post("/credit-companies", **FIRM).status_code == 422
        assert seat.post("/credit-adjustments").status_code == 403
        assert seat.post("/credit-imports").status_code == 403
    with office.seat(office.buyer) as seat:
        assert {seat.status(path) for path in LISTS} == {403}
    with office.seat(office.officer) as seat:
        for path in LISTS:
            assert seat.client.get(path, params={"format": "xlsx"}).content[:2] == b"PK"
        for path in LISTS:
            if path != "/credit-businesses":
                seat.get(f"{path}/new")
