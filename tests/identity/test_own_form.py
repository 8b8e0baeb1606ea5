"""Our own form, where the provider has no pages: PortOne stands behind it as its sandbox twin."""

from collections.abc import Iterator

import psycopg
import pytest
from starlette.testclient import TestClient

from models.settings import settings
from tests import engines
from tests.identity.conftest import Browser, Clock
from tests.identity.world import SOMEBODY, InlineEngine, pass_code

PERSON = {
    "carrier": "LGU_MVNO",
    "method": "SMS",
    "name": SOMEBODY.name,
    "birth_date": SOMEBODY.birth_date.isoformat(),
    "sex": SOMEBODY.sex.value,
    "foreign_national": "",
    "phone": "010-7770-1234",
    "agree_privacy": "1",
    "agree_number": "1",
    "agree_carrier": "1",
    "agree_service": "1",
}


@pytest.fixture(autouse=True)
def provider(sandbox: TestClient, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("IDENTITY_URL", "portone://s@api.portone.io?channel=c")
    settings.cache_clear()
    yield
    settings.cache_clear()


def begin(browser: Browser) -> None:
    browser.get("/identity/email")
    assert browser.post("/identity", purpose="signup", next="/who") == 303
    assert browser.location == "/identity/form"
    assert browser.get("/identity/form") == 200


def test_a_person_fills_the_form_and_types_the_code(browser: Browser, sandbox: TestClient) -> None:
    begin(browser)
    assert browser.post("/identity/form", **PERSON) == 303
    assert browser.location == "/identity/code?method=SMS"
    assert browser.get(browser.location) == 200
    assert browser.post("/identity/code?method=SMS") == 422
    right = pass_code(sandbox, SOMEBODY.phone)
    assert browser.post("/identity/code?method=SMS", code="000000" if right != "000000" else "1") == 422
    assert "인증번호가 맞지 않습니다." in browser.page
    assert browser.post("/identity/code?method=SMS", code=right) == 303
    assert browser.location == "/who"
    assert browser.get("/who") == 200
    assert SOMEBODY.name in browser.page


def test_the_app_needs_no_code(browser: Browser) -> None:
    begin(browser)
    assert browser.post("/identity/form", **PERSON | {"method": "APP"}) == 303
    assert browser.get(browser.location) == 200
    assert "PASS 앱에서 확인해 주세요" in browser.page
    assert browser.post("/identity/code?method=APP") == 303
    assert browser.get("/who") == 200


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"carrier": ""}, "통신사를 선택해 주세요."),
        ({"carrier": "XX"}, "목록에서 골라 주세요."),
        ({"method": ""}, "인증 방법을 선택해 주세요."),
        ({"name": ""}, "이름을 입력해 주세요."),
        ({"name": "김"}, "2자 이상 입력해 주세요."),
        ({"name": "가" * 51}, "50자까지 쓸 수 있습니다."),
        ({"birth_date": ""}, "생년월일을"),
        ({"birth_date": "19901301"}, "날짜를 2023.02.09처럼 입력해 주세요."),
        ({"sex": ""}, "성별을 선택해 주세요."),
        ({"phone": ""}, "휴대폰번호를 입력해 주세요."),
        ({"phone": "02-123-4567"}, "휴대폰번호를 010-1234-5678처럼 입력해 주세요."),
        ({"phone": "0101234"}, "휴대폰번호를 010-1234-5678처럼 입력해 주세요."),
        ({"agree_privacy": ""}, "체크해 주세요."),
        ({"agree_number": ""}, "체크해 주세요."),
        ({"agree_carrier": ""}, "체크해 주세요."),
        ({"agree_service": ""}, "체크해 주세요."),
    ],
)
def test_what_is_wrong_is_told_at_its_field(browser: Browser, wrong: dict[str, str], sentence: str) -> None:
    begin(browser)
    assert browser.post("/identity/form", **PERSON | wrong) == 422
    name = next(iter(wrong))
    assert f'id="e-{name}"' in browser.page
    at_field = browser.page.split(f'id="e-{name}"')[1].split("</ul>")[0]
    assert sentence in at_field
    if name != "name":
        assert f'value="{SOMEBODY.name}"' in browser.page


def test_a_carrier_that_refuses_ends_the_check(browser: Browser, sandbox: TestClient) -> None:
    sandbox.post("/carrier", data={"phone": SOMEBODY.phone, "verdict": "mismatch"})
    begin(browser)
    assert browser.post("/identity/form", **PERSON) == 422
    assert "통신사에 등록된 정보와 다릅니다." in browser.page


def test_while_the_provider_is_away_what_was_typed_stays(
    browser: Browser, sandbox: TestClient, engine: InlineEngine
) -> None:
    begin(browser)
    sandbox.post("/board/carrier", data={"outage": "1"})
    assert browser.post("/identity/form", **PERSON) == 503
    assert "본인인증 기관에서 답이 오지 않습니다." in browser.page
    assert f'value="{SOMEBODY.name}"' in browser.page
    sandbox.post("/board/carrier", data={})
    assert browser.post("/identity/form", **PERSON) == 303
    engine.down = True
    browser.get("/identity/code?method=SMS")
    assert browser.post("/identity/code?method=SMS", code="123456") == 503
    engine.down = False
    assert browser.post("/identity/code?method=SMS", code=pass_code(sandbox, SOMEBODY.phone)) == 303


def test_what_was_typed_is_sealed_and_emptied_at_the_end(
    browser: Browser, sandbox: TestClient, database: engines.Database
) -> None:
    begin(browser)
    browser.post("/identity/form", **PERSON)

    def kept() -> tuple[object, str]:
        with psycopg.connect(database.owner_url) as raw:
            row = raw.execute("SELECT request, t::text FROM identity_check t").fetchone()
        assert row is not None
        return row[0], row[1]

    sealed, shown = kept()
    assert sealed is not None
    assert SOMEBODY.phone.encode().hex() not in shown
    assert SOMEBODY.name.encode().hex() not in shown
    browser.post("/identity/code?method=SMS", code=pass_code(sandbox, SOMEBODY.phone))
    assert kept()[0] is None


def test_without_a_check_there_is_no_form(browser: Browser, time: Clock) -> None:
    for page in ("/identity/form", "/identity/code", "/identity/carrier"):
        assert browser.get(page) == 422
        assert "본인인증을 먼저 해 주세요." in browser.page
