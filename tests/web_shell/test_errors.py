"""Errors for people and programs, and the headers of every answer."""

import logging
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.web_shell.pages import SHELL, program
from web.headers import CSP


@pytest.fixture
def client() -> Iterator[TestClient]:
    with TestClient(program(SHELL), headers={"Accept": "text/html"}) as made:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/nowhere", 404, "찾으시는 화면이 없습니다"),
        ("GET", "/contracts/abc", 404, "찾으시는 화면이 없습니다"),
        ("DELETE", "/contracts", 405, "이 주소로는 할 수 없는 일입니다"),
        ("POST", "/refused", 409, "이서연이 2월 8일 16:42에 문서를 바꾸었습니다."),
        ("POST", "/fields", 422, "3,000,001원은 계약 잔액 3,000,000원을 넘습니다."),
    ],
)
def test_people_get_a_page_with_a_sentence_and_a_way_on(
    client: TestClient, method: str, path: str, status: int, words: str
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    assert words in answer.text
    assert "<title>" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert 'class="btn primary"' in answer.text


def test_programs_get_problems_of_the_same_refusals(client: TestClient) -> None:
    answer = client.post("/refused", headers={"Accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code == 409
    assert body["code"] == "stale_document"
    assert body["type"] == "/problems/stale_document"
    assert body["instance"] == "/refused"
    assert "이서연" in body["detail"]
    fields = client.post("/fields", headers={"Accept": "application/json"}).json()
    assert fields["errors"] == [{"field": "amount", "messages": ["3,000,001원은 계약 잔액 3,000,000원을 넘습니다."]}]


def test_a_wrong_json_body_is_told_by_field(client: TestClient) -> None:
    body = client.post("/api/names", json={}).json()
    assert body["status"] == 422
    assert body["errors"][0]["field"] == "name"
    assert client.get("/api/nothing").json()["code"] == "not_found"


def test_a_failure_tells_nothing_but_its_number(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "dongban.web"):
        answer = client.get("/broken")
    assert answer.status_code == 500
    assert "swordfish" not in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert answer.headers["content-security-policy"] == CSP
    assert "swordfish" in caplog.text
    assert client.get("/broken", headers={"Accept": "application/json"}).json()["code"] == "internal"


def test_every_answer_carries_the_headers(client: TestClient) -> None:
    for path in ("/contracts", "/nowhere", "/broken", "/static/nothing"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["x-frame-options"] == "DENY"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["content-security-policy"] == CSP
    assert client.get("/contracts").headers["cache-control"] == "no-store"
    assert "strict-transport-security" not in client.get("/contracts").headers


def test_https_is_remembered_by_browsers(house_settings: pytest.MonkeyPatch) -> None:
    from models.settings import settings

    house_settings.setenv("PUBLIC_URL", "https://pok.example")
    settings.cache_clear()
    with TestClient(program()) as client:
        assert client.get("/contracts").headers["strict-transport-security"].startswith("max-age=31536000")


def test_the_policy_allows_nothing_inline() -> None:
    assert "unsafe" not in CSP
    assert "default-src 'none'" in CSP
    assert "frame-ancestors 'none'" in CSP


def test_a_strange_request_id_is_replaced(client: TestClient) -> None:
    assert client.get("/contracts", headers={"X-Request-ID": "abcdef-12345"}).headers["x-request-id"] == "abcdef-12345"
    assert client.get("/contracts", headers={"X-Request-ID": "<script>"}).headers["x-request-id"] != "<script>"


def test_text_is_compressed_and_papers_are_not(client: TestClient) -> None:
    assert client.get("/nowhere").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.get("/paper").headers


def test_the_way_back_is_never_another_site(client: TestClient) -> None:
    ours = client.get("/nowhere", headers={"Referer": "http://testserver/contracts?page=2"})
    assert 'href="/contracts?page=2"' in ours.text
    theirs = client.get("/nowhere", headers={"Referer": "http://evil.example/x"})
    assert "evil.example" not in theirs.text


def test_guests_get_the_plain_frame() -> None:
    with TestClient(program(None), headers={"Accept": "text/html"}) as client:
        text = client.get("/nowhere").text
    assert 'class="plain"' in text
    assert "로그아웃" not in text
