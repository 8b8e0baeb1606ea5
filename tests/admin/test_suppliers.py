"""협력사: registering those without the portal, their 인증번호, and who may not come in."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from models import database
from models.conversions.tables import Conversion
from models.members.queries import actor_of
from models.members.tables import Company
from tests.admin.office import AT, Office, opened
from tests.engines import Database

FACTS = {"kind": "corporation", "name": "새길물류 주식회사", "business_number": "120-81-47521", "phone": "0212345678"}


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _company(name: str) -> Company:
    with database.working() as session:
        found: Company = session.execute(select(Company).where(col(Company.name) == name)).scalar_one()
        return found


def test_a_buyer_registers_a_supplier_without_the_portal(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        seat.get("/admin/suppliers/new")
        page = seat.done("/admin/suppliers", **FACTS)
        assert "포탈미사용 협력사로 등록했습니다." in page
        assert "120-81-47521" in page
        twice = seat.post("/admin/suppliers", **FACTS)
        assert (twice.status_code, "이미 등록된 사업자등록번호입니다." in twice.text) == (422, True)
        listed = seat.get("/admin/suppliers", status="portal_unused")
        assert "새길물류" in listed
        assert "한빛네트웍스" not in listed
        assert seat.client.get("/admin/suppliers?format=xlsx").content.startswith(b"PK")
    made = _company("새길물류 주식회사")
    assert (made.status, made.business_number) == ("portal_unused", "1208147521")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"business_number": "1208147522"}, "없는 사업자등록번호입니다."),
        ({"business_number": "12081"}, "숫자 10자리입니다."),
        ({"business_number": ""}, "사업자등록번호를 입력해 주세요."),
        ({"name": ""}, "기업명을 입력해 주세요."),
        ({"phone": "123"}, "전화번호를 02-123-4567처럼"),
        ({"kind": "emperor"}, "목록에서 골라 주세요."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(office: Office, facts: dict[str, str], words: str) -> None:
    with office.seat(office.buyer) as seat:
        answer = seat.post("/admin/suppliers", **{**FACTS, **facts})
        assert (answer.status_code, words in answer.text) == (422, True)


def test_an_individual_has_no_business_number(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        seat.done("/admin/suppliers", kind="individual", name="홍길동", business_number="1208147521")
    assert _company("홍길동").business_number is None


def test_facts_are_edited_with_before_and_after_until_the_supplier_joins(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        seat.done("/admin/suppliers", **FACTS)
        base = f"/admin/suppliers/{_company('새길물류 주식회사').id}"
        assert "새길물류" in seat.get(f"{base}/edit")
        page = seat.done(f"{base}/edit", **{**FACTS, "representative": "한새길"})
        assert "대표자" in page
        assert "한새길" in page
        assert seat.client.get(f"/admin/suppliers/{office.company_id}/edit", follow_redirects=False).status_code == 303
        joined = seat.post(f"/admin/suppliers/{office.company_id}/edit", **{**FACTS, "business_number": "2208162517"})
        assert joined.status_code == 422


def test_the_code_is_sent_once_and_its_conversion_is_shown(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        seat.done("/admin/suppliers", **FACTS)
        base = f"/admin/suppliers/{_company('새길물류 주식회사').id}"
        wrong = seat.post(f"{base}/code", email="nobody")
        assert (wrong.status_code, "이메일 주소를 확인해 주세요." in wrong.text) == (422, True)
        page = seat.done(f"{base}/code", email="hangil@saegil.example")
        assert "인증번호를 이메일로 보냈습니다." in page
        assert "보낸 인증번호 보기" in page
        assert "hangil@saegil.example" not in page
        assert seat.post(f"{base}/code", email="hangil@saegil.example").status_code == 409
        assert seat.post(f"/admin/suppliers/{office.company_id}/code", email="a@b.example").status_code == 409
    with database.working() as session:
        assert len(session.execute(select(Conversion)).scalars().all()) == 1


def test_a_blocked_company_is_out_and_comes_back_as_it_was(office: Office) -> None:
    base = f"/admin/suppliers/{office.company_id}"
    with office.seat(office.buyer) as seat:
        assert "가입불가 지정" not in seat.get(base)
        assert seat.post(f"{base}/block", reason="x").status_code == 403
    with office.seat(office.admin) as seat:
        assert seat.post(f"{base}/block", reason="").status_code == 422
        page = seat.done(f"{base}/block", reason="허위 서류 제출")
        assert "가입불가: 허위 서류 제출" in page
        assert seat.post(f"{base}/block", reason="또").status_code == 409
        with database.working() as session:
            assert actor_of(session, office.partner.member_id, AT) is None
        assert "가입불가를 해제했습니다." in seat.done(f"{base}/unblock", reason="소명 확인")
        assert seat.post(f"{base}/unblock", reason="또").status_code == 409
    with database.working() as session:
        assert actor_of(session, office.partner.member_id, AT) is not None
        assert session.get_one(Company, office.company_id).status == "active"


def test_suppliers_are_the_buyers_and_the_administrators(office: Office) -> None:
    for actor in (office.receiver, office.partner):
        with office.seat(actor) as seat:
            assert seat.status("/admin/suppliers") == 403
            assert seat.status(f"/admin/suppliers/{office.company_id}") == 403
            assert seat.post("/admin/suppliers", **FACTS).status_code == 403
            assert seat.post(f"/admin/suppliers/{office.company_id}/code", email="a@b.example").status_code == 403
    with office.seat(office.admin) as seat:
        assert "김도윤" in seat.get(f"/admin/suppliers/{office.company_id}")
        assert seat.status("/admin/suppliers/999999") == 404
