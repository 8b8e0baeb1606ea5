"""「위임」: one's own role for a period, by the administrator anybody's; called back at any time."""

import datetime as dt
from typing import Any

import pytest

from models import database
from models.kernel.roles import Role
from models.members.queries import actor_of
from tests.admin.office import AT, Office, opened
from tests.engines import Database

DAY = dt.timedelta(days=1)


@pytest.fixture
def office(database: Database) -> Office:
    return opened()


def _wish(office: Office, **more: Any) -> dict[str, Any]:
    plain = {
        "to_member_id": office.other.member_id,
        "role": "buyer",
        "starts_on": "2026-02-10",
        "ends_on": "2026-02-12",
        "reason": "출장",
    }
    return {**plain, **more}


def _lent(office: Office, at: dt.datetime, to: int) -> dict[Role, str]:
    with database.working() as session:
        deputy = actor_of(session, to, at)
    assert deputy is not None
    return {role: person.name for role, person in deputy.delegated.items()}


def test_a_buyer_lends_their_role_for_days_of_seoul(office: Office) -> None:
    to = office.other.member_id
    with office.seat(office.buyer) as seat:
        assert 'name="from_member_id"' not in seat.get("/delegations/new")
        page = seat.done("/delegations", **_wish(office))
        assert "위임했습니다." in page
        assert "출장" in page
    assert _lent(office, AT, to) == {}
    start = dt.datetime(2026, 2, 9, 15, 0, tzinfo=dt.UTC)
    second = dt.timedelta(seconds=1)
    assert _lent(office, start, to) == {Role.BUYER: "차지애"}
    assert _lent(office, start - second, to) == {}
    assert _lent(office, start + 3 * DAY - second, to) == {Role.BUYER: "차지애"}
    assert _lent(office, start + 3 * DAY, to) == {}


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"role": "admin"}, "차지애 님에게 없는 역할입니다."),
        ({"ends_on": "2026-02-09"}, "종료일은 시작일과 오늘보다"),
        ({"ends_on": "2027-03-01"}, "위임은 1년까지"),
        ({"to_member_id": 999999}, "임직원 목록에서 골라 주세요."),
        ({"to_member_id": ""}, "위임받는 사람을 입력해 주세요."),
        ({"role": "emperor"}, "목록에서 골라 주세요."),
    ],
)
def test_what_cannot_be_lent_is_told_at_its_field(office: Office, more: dict[str, Any], words: str) -> None:
    with office.seat(office.buyer) as seat:
        answer = seat.post("/delegations", **_wish(office, **more))
        assert (answer.status_code, words in answer.text) == (422, True)


def test_nobody_lends_to_themselves_or_to_a_partner_or_twice(office: Office) -> None:
    with office.seat(office.buyer) as seat:
        own = seat.post("/delegations", **_wish(office, to_member_id=office.buyer.member_id))
        assert "본인에게는 위임할 수 없습니다." in own.text
        assert seat.post("/delegations", **_wish(office, to_member_id=office.partner.member_id)).status_code == 422
        seat.done("/delegations", **_wish(office))
        twice = seat.post("/delegations", **_wish(office, starts_on="2026-02-12", ends_on="2026-02-20"))
        assert "이 기간에 이미 위임했습니다." in twice.text


def test_only_the_administrator_lends_what_is_somebody_elses(office: Office) -> None:
    wish = _wish(office, from_member_id=office.buyer.member_id, starts_on="2026-02-09")
    with office.seat(office.receiver) as seat:
        assert seat.post("/delegations", **wish).status_code == 422
    with office.seat(office.admin) as seat:
        assert 'name="from_member_id"' in seat.get("/delegations/new")
        seat.done("/delegations", **wish)
    assert _lent(office, AT + DAY, office.other.member_id) == {Role.BUYER: "차지애"}
    with office.seat(office.receiver) as seat:
        assert "차지애" not in seat.get("/delegations")
    with office.seat(office.partner) as seat:
        assert seat.status("/delegations") == 403


def test_a_delegation_is_called_back_by_who_gave_it_or_by_the_administrator(office: Office) -> None:
    to = office.other.member_id
    with office.seat(office.buyer) as seat:
        seat.done("/delegations", **_wish(office, starts_on="2026-02-09"))
    assert _lent(office, AT + DAY, to)
    with office.seat(office.other) as seat:
        assert "위임 취소" not in seat.get("/delegations")
        assert seat.post("/delegations/1/revocation").status_code == 404
    with office.seat(office.admin) as seat:
        assert "위임을 취소했습니다." in seat.done("/delegations/1/revocation")
        assert seat.post("/delegations/1/revocation").status_code == 409
        assert seat.post("/delegations/99/revocation").status_code == 404
        assert "취소" in seat.get("/delegations", open="all")
        assert seat.client.get("/delegations?open=all&format=xlsx").content.startswith(b"PK")
    assert _lent(office, AT + DAY, to) == {}
