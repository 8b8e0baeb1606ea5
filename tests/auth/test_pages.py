"""The log-in pages, the forms' tokens, and who may open what, as a browser meets them."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from models import database as house
from models.auth.rules import SESSION_IDLE
from models.members.tables import Member
from models.notifications.tables import Notification
from models.settings import settings
from tests.auth.conftest import NOW, PASSWORD, Browser, Clock, People, sent_code
from web.auth.audience import Anyone, Audience, declared

FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_guest_is_led_to_log_in_and_back(browser: Browser, people: People) -> None:
    assert browser.get("/buyers?p=2") == 303
    assert browser.location == "/login?next=/buyers%3Fp%3D2"
    assert browser.get(browser.location) == 200
    assert browser.post("/login", login=people.buyer.login, password=PASSWORD, next="/buyers?p=2") == 303
    assert browser.location == "/login/code?next=/buyers%3Fp%3D2"
    assert browser.get(browser.location) == 200
    assert "010-****-5678" in browser.page
    assert browser.post(browser.location or "/login/code?next=/buyers%3Fp%3D2", code="") == 422
    assert browser.post("/login/code?next=/buyers%3Fp%3D2", code=sent_code(people.buyer)) == 303
    assert browser.location == "/buyers?p=2"
    assert browser.get("/buyers") == 200


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "/\\evil.example"])
def test_log_in_never_leads_elsewhere(browser: Browser, people: People, target: str) -> None:
    browser.get("/login")
    browser.post("/login", login=people.buyer.login, password=PASSWORD, next=target)
    assert browser.location == "/login/code"
    browser.get("/login/code")
    browser.client.post(
        "/login/code",
        params={"next": target},
        data={"csrf": browser.csrf, "code": sent_code(people.buyer)},
    )
    assert browser.client.get("/login", params={"next": target}).headers["location"] == "/"


def test_a_wrong_password_keeps_the_id_and_never_the_password(browser: Browser, people: People) -> None:
    assert browser.type_password(people.buyer, "Wrong123!") == 422
    assert people.buyer.login in browser.page
    assert "Wrong123!" not in browser.page
    assert "아이디 또는 비밀번호가 맞지 않습니다." in browser.page


def test_remembering_keeps_the_id_only_when_asked(browser: Browser, people: People) -> None:
    browser.type_password(people.buyer, remember="1")
    browser.get("/login")
    assert f'value="{people.buyer.login}"' in browser.page
    browser.type_password(people.buyer)
    browser.get("/login")
    assert f'value="{people.buyer.login}"' not in browser.page


def test_the_session_is_never_one_that_was_there_before(browser: Browser, people: People) -> None:
    for name in ("dongban", "dongban-form", "dongban-code"):
        browser.client.cookies.set(name, "planted", domain="portal.example", path="/")
    token = browser.log_in(people.buyer)
    assert token != "planted"
    assert set(browser.client.cookies) == {"dongban"}
    browser.client.cookies.set("dongban", "planted", domain="portal.example", path="/")
    assert browser.get("/") == 303


def test_a_log_in_ends_the_session_it_takes_the_place_of(
    browser: Browser, another: Callable[[], Browser], people: People
) -> None:
    other = another()
    before = other.log_in(people.partner)
    browser.type_password(people.buyer)
    browser.client.cookies.set("dongban", before, domain="portal.example", path="/")
    browser.get("/notifications")
    assert browser.post("/login/code", code=sent_code(people.buyer)) == 303
    assert other.get("/") == 303


def test_the_code_page_says_what_is_wrong_and_counts(browser: Browser, people: People) -> None:
    browser.type_password(people.buyer)
    browser.get("/login/code")
    wrong = "000000" if sent_code(people.buyer) != "000000" else "000001"
    assert browser.post("/login/code", code=wrong) == 422
    assert "4번 더 입력할 수 있습니다." in browser.page
    for _ in range(4):
        browser.post("/login/code", code=wrong)
    assert "처음부터 다시 로그인해 주세요." in browser.page
    assert browser.get("/login/code") == 303


def test_resending_too_soon_is_told_and_later_works(browser: Browser, people: People, time: Clock) -> None:
    browser.type_password(people.buyer)
    browser.get("/login/code")
    assert browser.post("/login/code/resend") == 429
    assert "30초 뒤에 다시 받을 수 있습니다." in browser.page
    time.forward(seconds=30)
    assert browser.post("/login/code/resend") == 303
    assert browser.get(browser.location) == 200
    assert "인증번호를 다시 보냈습니다." in browser.page
    assert browser.post("/login/code", code=sent_code(people.buyer)) == 303


def test_an_expired_code_can_be_sent_again(browser: Browser, people: People, time: Clock) -> None:
    browser.type_password(people.buyer)
    browser.get("/login/code")
    time.forward(minutes=5)
    assert browser.post("/login/code", code=sent_code(people.buyer)) == 422
    assert "유효시간 5분이 지났습니다." in browser.page
    assert browser.post("/login/code/resend") == 303


def test_logging_out_ends_the_session_on_the_server(browser: Browser, people: People) -> None:
    token = browser.log_in(people.buyer)
    browser.get("/notifications")
    assert browser.post("/logout") == 303
    browser.client.cookies.set("dongban", token)
    assert browser.get("/") == 303


def test_an_idle_session_leads_to_log_in(browser: Browser, people: People, time: Clock) -> None:
    browser.log_in(people.buyer)
    time.forward(seconds=SESSION_IDLE.total_seconds() - 1)
    assert browser.get("/") == 200
    time.forward(seconds=SESSION_IDLE.total_seconds())
    browser.get("/notifications")
    assert browser.location == "/login?next=/notifications"


def test_a_form_of_an_ended_session_leads_to_log_in(browser: Browser, people: People, time: Clock) -> None:
    browser.log_in(people.buyer)
    browser.get("/notifications")
    time.forward(hours=1)
    assert browser.post("/acts") == 303
    assert browser.location == "/login"
    assert browser.get("/login") == 200


@pytest.mark.parametrize("csrf", ["", "x", "앗"])
def test_a_form_without_the_sessions_token_is_refused(browser: Browser, people: People, csrf: str) -> None:
    browser.log_in(people.buyer)
    assert browser.post("/acts", csrf=csrf) == 403
    browser.get("/notifications")
    assert browser.post("/acts") == 200


def test_anothers_token_is_no_good(browser: Browser, another: Callable[[], Browser], people: People) -> None:
    other = another()
    other.log_in(people.partner)
    other.get("/notifications")
    browser.log_in(people.buyer)
    assert browser.post("/acts", csrf=other.csrf) == 403


def test_the_log_in_form_needs_its_own_cookies_token(browser: Browser, people: People) -> None:
    browser.get("/login")
    assert browser.post("/login", csrf="x", login=people.buyer.login, password=PASSWORD) == 403
    browser.client.cookies.clear()
    assert browser.post("/login", login=people.buyer.login, password=PASSWORD) == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://evil.example"},
    ],
)
def test_forms_of_other_sites_are_refused_even_with_the_token(
    browser: Browser, people: People, headers: dict[str, str]
) -> None:
    browser.log_in(people.buyer)
    browser.get("/notifications")
    answer = browser.client.post("/acts", data={"csrf": browser.csrf}, headers=headers)
    assert answer.status_code == 403


def test_guests_send_no_files(browser: Browser) -> None:
    browser.get("/login")
    big = {"csrf": browser.csrf, "login": "x" * 70_000, "password": "x"}
    assert browser.client.post("/login", data=big).status_code == 403


def test_a_page_for_other_roles_says_so(browser: Browser, people: People) -> None:
    browser.log_in(people.partner)
    assert browser.get("/buyers") == 403
    assert "권한이 없습니다" in browser.page


def test_a_temporary_password_opens_one_page_only(browser: Browser, people: People) -> None:
    with house.working() as session:
        session.get_one(Member, people.buyer.id).must_change_password = True
    browser.type_password(people.buyer)
    browser.get("/login/code")
    browser.post("/login/code", code=sent_code(people.buyer))
    assert browser.location == "/account/password"
    assert browser.get("/notifications") == 303
    assert browser.location == "/account/password"
    assert browser.get("/account/password") == 200
    new = {"current": PASSWORD, "new": "Dongban2@", "again": "Dongban2@"}
    assert browser.post("/account/password", **(new | {"again": "Dongban3@"})) == 422
    assert browser.post("/account/password", **(new | {"current": "x"})) == 422
    assert browser.post("/account/password", **new) == 303
    assert browser.get("/") == 200


def test_sessions_are_listed_and_revoked(browser: Browser, another: Callable[[], Browser], people: People) -> None:
    other, third = another(), another()
    for one in (other, third, browser):
        one.log_in(people.buyer)
    assert browser.get("/account/sessions") == 200
    assert browser.page.count("/revocation") == 3
    assert "지금 이 기기" in browser.page
    first = browser.page.split("/account/sessions/")[2].split("/")[0]
    assert browser.post(f"/account/sessions/{first}/revocation") == 303
    browser.get("/account/sessions")
    assert browser.post("/account/sessions/others/revocation") == 303
    assert other.get("/") == 303
    assert third.get("/") == 303
    assert browser.get("/account") == 200
    assert "010-****-5678" in browser.page
    assert "01012345678" not in browser.page


def test_anothers_session_is_not_there_to_revoke(
    browser: Browser, another: Callable[[], Browser], people: People
) -> None:
    other = another()
    other.log_in(people.partner)
    browser.log_in(people.buyer)
    browser.get("/account/sessions")
    for number in range(1, 4):
        browser.post(f"/account/sessions/{number + 100}/revocation")
    assert browser.post("/account/sessions/1/revocation") == 404
    assert other.get("/") == 200


def test_using_on_keeps_the_session(browser: Browser, people: People, time: Clock) -> None:
    browser.log_in(people.buyer)
    browser.get("/notifications")
    time.forward(minutes=29)
    answer = browser.client.post("/session/extension", data={"csrf": browser.csrf})
    assert answer.status_code == 204
    time.forward(minutes=29)
    assert browser.get("/") == 200


def test_over_https_cookies_are_bound_to_the_host(
    app: FastAPI, people: People, house_settings: pytest.MonkeyPatch
) -> None:
    house_settings.setenv("PUBLIC_URL", "https://portal.example")
    settings.cache_clear()
    answer = TestClient(app, base_url="https://portal.example").get("/login")
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-dongban-form=")
    assert "Secure" in cookie
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "Domain" not in cookie


def test_every_route_names_its_audience(app: FastAPI) -> None:
    routes = [route for route in declared(app.routes) if not route.path.endswith("openapi.json")]
    assert len(routes) > 20
    assert [route.path for route in routes if len(route.audiences) != 1] == []
    public = {r.path for r in routes if isinstance(r.audiences[0], Anyone)}
    assert public == {
        "/login",
        "/login/code",
        "/login/code/resend",
        "/login/steps",
        "/login/steps/dormant",
        "/login/steps/terms",
        "/login/steps/password",
        "/login/account",
        "/login/password",
        "/login/password/mail",
        "/login/phone",
        "/login/phone/change",
        "/terms/{terms_id}",
        "/api/v1/session",
        "/api/v1/session/otp",
        "/api/v1/session/otp/resend",
    }
    temporary = {r.path for r in routes if isinstance(r.audiences[0], Audience) and r.audiences[0].old_password}
    assert temporary == {"/logout", "/account/password", "/session/extension", "/api/v1/session"}


class Program:
    """A client of the API."""

    def __init__(self, app: FastAPI) -> None:
        self.client = TestClient(app, base_url="http://portal.example")

    def log_in(self, member: Member) -> dict[str, str]:
        begun = self.client.post("/api/v1/session", json={"login": member.login, "password": PASSWORD})
        assert begun.status_code == 200
        answer = {"challenge": begun.json()["challenge"], "code": sent_code(member)}
        opened = self.client.post("/api/v1/session/otp", json=answer)
        assert opened.status_code == 201
        return {"authorization": f"Bearer {opened.json()['token']}"}


def test_a_program_logs_in_with_a_bearer_token(app: FastAPI, people: People) -> None:
    program = Program(app)
    token = program.log_in(people.partner)
    me = program.client.get("/api/v1/session", headers=token).json()
    assert me["company_name"] == "(주)한빛네트웍스"
    assert me["roles"] == ["partner", "partner_owner"]
    # No cookie is in play, so no form token is needed.
    assert program.client.post("/api/v1/acts", headers=token).status_code == 200
    assert program.client.post("/acts", headers=token).status_code == 200
    assert program.client.delete("/api/v1/session", headers=token).status_code == 204
    refused = program.client.get("/api/v1/front", headers=token)
    assert refused.status_code == 401
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.headers["www-authenticate"] == "Bearer"
    assert refused.json()["code"] == "logged_out"


def test_the_api_answers_problems(app: FastAPI, people: People) -> None:
    client = TestClient(app, base_url="http://portal.example")
    wrong = client.post("/api/v1/session", json={"login": people.buyer.login, "password": "x"})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "bad_credentials"
    assert client.get("/api/v1/front").status_code == 401
    assert client.post("/api/v1/acts").status_code == 401


def test_a_cookie_is_no_bearer_and_a_bad_bearer_hides_the_cookie(browser: Browser, people: People) -> None:
    browser.log_in(people.buyer)
    assert browser.client.post("/api/v1/acts").status_code == 403
    browser.get("/notifications")
    with_token = {"x-csrf-token": browser.csrf}
    assert browser.client.post("/api/v1/acts", headers=with_token).status_code == 200
    forged = {"authorization": "Bearer nonsense"}
    assert browser.client.post("/api/v1/acts", headers=forged).status_code == 401
    assert browser.client.get("/", headers=forged | {"accept": "text/html"}).status_code == 303


def test_the_bell_shows_opens_and_is_read(browser: Browser, people: People) -> None:
    with house.working() as session:
        for step, link in enumerate(("/buyers", "//evil.example", "/")):
            session.add(
                Notification(
                    member_id=people.buyer.id or 0,
                    event="your_turn",
                    title=f"CR20260120-00{step}",
                    link=link,
                    step=step,
                    created_at=NOW,
                )
            )
        session.add(
            Notification(member_id=people.partner.id or 0, event="your_turn", title="남의 알림", step=9, created_at=NOW)
        )
    browser.log_in(people.buyer)
    assert browser.get("/notifications") == 200
    assert browser.page.count('class="unread"') == 3
    assert "남의 알림" not in browser.page
    assert browser.post("/notifications/1/reading") == 303
    assert browser.location == "/buyers"
    browser.get("/notifications?unread=1")
    assert browser.page.count('class="unread"') == 2
    assert browser.post("/notifications/2/reading") == 303
    assert browser.location == "/notifications"
    browser.get("/notifications")
    assert browser.post("/notifications/4/reading") == 404
    assert browser.post("/notifications/reading") == 303
    browser.get("/notifications?unread=1")
    assert "읽지 않은 알림이 없습니다." in browser.page
