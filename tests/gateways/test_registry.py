"""One contract for the business registry: the sandbox's and the tax service's as it answers."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient

from activities.gateways.asking import Rejected, Unavailable
from activities.gateways.registry import choice, odcloud
from activities.gateways.registry.interface import Business, Registry
from activities.gateways.registry.odcloud import OdcloudRegistry
from models.identity.messages import StandingState
from models.settings import SettingsError, settings
from tests.gateways.stubs import Answer, Asked, World, serving

RUNNING, PAUSED, CLOSED, NOBODY, WRONG = "1208147521", "2208162517", "1248100998", "1168200276", "1348672683"


class Office(Protocol):
    registry: Registry

    def go_away(self) -> None: ...


@dataclass
class SandboxOffice:
    world: TestClient

    def __post_init__(self) -> None:
        made = OdcloudRegistry(choice.sandbox("http://sandbox.example"))
        made.client.close()
        made.client = self.world
        self.registry: Registry = made
        for number, state in ((PAUSED, "suspended"), (CLOSED, "closed"), (NOBODY, "none"), (WRONG, "mismatch")):
            self.world.post("/registry", data={"number": number, "state": state, "ended_on": "2024-01-31"})

    def go_away(self) -> None:
        self.world.post("/board/registry", data={"outage": "1"})


def _row(number: str, words: str, code: str, ended: str = "") -> dict[str, str]:
    return {
        "b_no": number,
        "b_stt": words,
        "b_stt_cd": code,
        "tax_type": "부가가치세 일반과세자" if code else "국세청에 등록되지 않은 사업자등록번호입니다.",
        "tax_type_cd": "01" if code else "",
        "end_dt": ended,
        "utcc_yn": "N" if code else "",
        "tax_type_change_dt": "",
        "invoice_apply_dt": "",
        "rbf_tax_type": "해당없음" if code else "",
        "rbf_tax_type_cd": "99" if code else "",
    }


ROWS = {
    RUNNING: _row(RUNNING, "계속사업자", "01"),
    PAUSED: _row(PAUSED, "휴업자", "02"),
    CLOSED: _row(CLOSED, "폐업자", "03", "20240131"),
    NOBODY: _row(NOBODY, "", ""),
    WRONG: _row(WRONG, "계속사업자", "01"),
}


@dataclass
class TaxService(World):
    away: bool = False
    fixed: Answer | None = None
    seen: list[str] = field(default_factory=list)

    def answer(self, asked: Asked) -> Answer:
        if self.fixed is not None:
            return self.fixed
        if self.away:
            return 500, {"code": -5, "msg": "INTERNAL_ERROR"}
        if asked.query.get("serviceKey") != ["ke/y+=="]:
            return 401, {"code": -4, "msg": "등록되지 않은 인증키 입니다."}
        if asked.path.endswith("/status"):
            rows: list[Any] = [ROWS[number] for number in asked.body["b_no"]]
            matched = sum(1 for row in rows if row["b_stt_cd"])
            return 200, {"request_cnt": len(rows), "match_cnt": matched, "status_code": "OK", "data": rows}
        rows = [self._match(one) for one in asked.body["businesses"]]
        return 200, {"request_cnt": len(rows), "valid_cnt": len(rows), "status_code": "OK", "data": rows}

    @staticmethod
    def _match(one: dict[str, str]) -> dict[str, Any]:
        if one["b_no"] == RUNNING and one["start_dt"] == "19950216":
            return {"b_no": RUNNING, "valid": "01", "request_param": one, "status": ROWS[RUNNING]}
        return {"b_no": one["b_no"], "valid": "02", "valid_msg": "확인할 수 없습니다.", "request_param": one}


@dataclass
class RealOffice:
    world: TaxService

    def __post_init__(self) -> None:
        url = f"odcloud+http://ke%2Fy%2B%3D%3D@127.0.0.1:{self.world.port}"
        self.registry: Registry = OdcloudRegistry(odcloud.account(url))

    def go_away(self) -> None:
        self.world.away = True


@pytest.fixture(params=["sandbox", "odcloud"])
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    if request.param == "sandbox":
        yield SandboxOffice(request.getfixturevalue("sandbox"))
        return
    with serving(TaxService()) as world:
        assert isinstance(world, TaxService)
        made = RealOffice(world)
        yield made
        made.registry.client.close()  # type: ignore[attr-defined]


def test_numbers_stand_as_the_tax_service_says_in_the_order_asked(office: Office) -> None:
    found = office.registry.status([CLOSED, RUNNING, NOBODY, PAUSED])
    assert [one.number for one in found] == [CLOSED, RUNNING, NOBODY, PAUSED]
    assert [one.state for one in found] == [
        StandingState.CLOSED,
        StandingState.ACTIVE,
        StandingState.UNKNOWN,
        StandingState.SUSPENDED,
    ]
    assert found[0].closed_on == dt.date(2024, 1, 31)
    assert found[1].tax_type == "부가가치세 일반과세자"
    assert found[2].tax_type == ""


def test_a_business_is_who_it_says_or_not(office: Office) -> None:
    asked = [
        Business(number=RUNNING, opened_on=dt.date(1995, 2, 16), representative="정다온"),
        Business(number=WRONG, opened_on=dt.date(1995, 2, 16), representative="정다온"),
    ]
    assert [(one.number, one.matches) for one in office.registry.match(asked)] == [(RUNNING, True), (WRONG, False)]


def test_an_office_that_is_away_is_not_a_company_that_is_unknown(office: Office) -> None:
    office.go_away()
    with pytest.raises(Unavailable):
        office.registry.status([RUNNING])
    with pytest.raises(Unavailable):
        office.registry.match([Business(number=RUNNING, opened_on=dt.date(1995, 2, 16), representative="x")])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"code": -4, "msg": "등록되지 않은 인증키 입니다."}), Rejected),
        ((400, {"status_code": "BAD_JSON_REQUEST"}), Rejected),
        ((413, {"status_code": "TOO_LARGE_REQUEST"}), Rejected),
        ((200, {"status_code": "REQUEST_DATA_MALFORMED"}), Rejected),
        ((200, {"status_code": "OK"}), Unavailable),
        ((200, {"status_code": "OK", "data": ["x"]}), Unavailable),
        ((429, {}), Unavailable),
        ((500, {"status_code": "INTERNAL_ERROR"}), Unavailable),
        ((200, b"<html>"), Unavailable),
    ],
)
def test_other_answers_are_sorted_into_no_and_not_now(answer: Answer, error: type[Exception]) -> None:
    with serving(TaxService(fixed=answer)) as world:
        made = OdcloudRegistry(odcloud.account(f"odcloud+http://k@127.0.0.1:{world.port}"))
        with pytest.raises(error):
            made.status([RUNNING])
        made.client.close()


def test_a_number_left_out_of_the_answer_is_unknown() -> None:
    with serving(TaxService(fixed=(200, {"status_code": "OK", "data": []}))) as world:
        made = OdcloudRegistry(odcloud.account(f"odcloud+http://k@127.0.0.1:{world.port}"))
        assert made.status([RUNNING])[0].state is StandingState.UNKNOWN
        made.client.close()


def test_the_sandbox_refuses_what_the_tax_service_refuses(sandbox: TestClient) -> None:
    path = "/api/nts-businessman/v1/status"
    assert sandbox.post(path, json={"b_no": [RUNNING]}).status_code == 401
    keyed = f"{path}?serviceKey=k"
    assert sandbox.post(keyed, content=b"x").status_code == 400
    assert sandbox.post(keyed, json={"b_no": [RUNNING] * 101}).status_code == 413
    validate = "/api/nts-businessman/v1/validate"
    assert sandbox.post(validate, json={"businesses": []}).status_code == 401
    assert sandbox.post(f"{validate}?serviceKey=k", json={"businesses": [{}]}).status_code == 400
    sandbox.post("/registry", data={"number": "2618107927", "state": "failing"})
    assert sandbox.post(keyed, json={"b_no": ["2618107927"]}).status_code == 500
    assert "261-81-07927" in sandbox.get("/registry").text


def test_the_key_never_shows(house_settings: pytest.MonkeyPatch) -> None:
    account = odcloud.account("odcloud://hush@api.odcloud.kr")
    assert "hush" not in repr(account)
    made = OdcloudRegistry(odcloud.account("odcloud+http://hush@127.0.0.1:9"))
    with pytest.raises(Unavailable) as silence:
        made.status([RUNNING])
    assert "hush" not in str(silence.value)
    assert silence.value.__cause__ is None
    made.client.close()
    with pytest.raises(ValueError, match="REGISTRY_URL"):
        odcloud.account("odcloud://api.odcloud.kr")
    with pytest.raises(SettingsError):
        choice.registry(settings())
    house_settings.setenv("REGISTRY_URL", "odcloud://k@api.odcloud.kr")
    settings.cache_clear()
    real = choice.registry(settings())
    assert isinstance(real, OdcloudRegistry)
    assert real.account.base_url == "https://api.odcloud.kr"
    real.client.close()
