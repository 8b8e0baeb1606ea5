"""The supplier's pages, by a client without a browser."""

import dataclasses
import datetime as dt
import re
from typing import Any

import pytest
from starlette.testclient import TestClient

from models.etax import certificates, parse, signature
from models.etax.codes import BusinessType, Purpose
from models.etax.document import Invoice
from tests.sandbox.hub.playing import SUPPLIER, Playing, invoice
from web.sandbox.hub import authority, companies, signing


def log_in(played: Playing, number: str = "124-81-00998", back: str = "") -> Any:
    form = {"number": number, "password": companies.DEMO_PASSWORD, "next": back}
    return played.client.post("/hub/login", data=form)


def at(played: Playing, path: str) -> str:
    answer = played.client.get(path)
    assert answer.status_code == 200, answer.text
    return str(answer.text)


def test_from_the_mail_to_the_signature(played: Playing, key: str) -> None:
    played.file(key, memo="11월분입니다")
    played.tick()
    mails = played.client.get("/mail/sign@supplier.example/messages").json()
    assert "발급대기" in mails[0]["subject"]
    link = re.search(r"http://sandbox\.example(/hub/\S+)", mails[0]["text"])
    assert link is not None
    asked = played.client.get(link[1])
    assert asked.url.path == "/hub/login"
    assert companies.DEMO_PASSWORD in asked.text
    back = re.search(r'name="next" value="([^"]+)"', asked.text)
    assert back is not None
    page = log_in(played, back=back[1])
    assert page.url.path == f"/hub/documents/{key}"
    assert "발행되지 않은 세금계산서입니다." in page.text
    assert "11월분입니다" in page.text
    assert key in at(played, "/hub/inbox")

    chooser = at(played, f"/hub/documents/{key}/sign")
    chosen = re.search(r'name="certificate" value="(\d+)" checked', chooser)
    assert chosen is not None
    form = {"certificate": chosen[1], "password": authority.DEMO_PASSWORD}
    signed = played.client.post(f"/hub/documents/{key}/sign", data=form)
    assert "서명했습니다" in signed.text
    played.tick()
    found = played.call("GET", f"/documents/{key}").json()
    assert found["state"] == "SENDING_COMPLETED"
    page_after = at(played, f"/hub/documents/{key}")
    number = found["approval_number"]
    assert f"{number[:8]}-{number[8:16]}-{number[16:]}" in page_after
    assert "전송성공" in at(played, "/hub/done")
    assert key not in at(played, "/hub/inbox")
    sent = played.client.get(f"/hub/documents/{key}/xml")
    assert number in sent.headers["content-disposition"]
    assert sent.content == played.call("GET", f"/documents/{key}/xml").content


def test_refusing_needs_a_reason_and_tells_it(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    address = f"/hub/documents/{key}/refuse"
    assert "거부하면" in at(played, address)
    empty = played.client.post(address, data={"reason": "  "})
    assert empty.status_code == 422
    assert "사유를 200자까지" in empty.text
    refused = played.client.post(address, data={"reason": "금액이 다릅니다"})
    assert "금액이 다릅니다" in refused.text
    found = played.call("GET", f"/documents/{key}").json()
    assert (found["state"], found["refused_reason"]) == ("REQUEST_REFUSED", "금액이 다릅니다")
    for path in (address, f"/hub/documents/{key}/sign"):
        gone = played.client.get(path)
        assert gone.status_code == 409
        assert "거부" in gone.text


def test_cancelled_meanwhile(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    chooser = at(played, f"/hub/documents/{key}/sign")
    chosen = re.search(r'name="certificate" value="(\d+)" checked', chooser)
    assert chosen is not None
    played.call("POST", f"/documents/{key}/cancel-request", {"reason": "작성일자 착오"})
    form = {"certificate": chosen[1], "password": authority.DEMO_PASSWORD}
    late = played.client.post(f"/hub/documents/{key}/sign", data=form)
    assert late.status_code == 409
    assert "요청취소" in late.text
    assert played.state(key) == "REQUEST_CANCELLED"
    assert "작성일자 착오" in at(played, f"/hub/documents/{key}")


def _try(played: Playing, key: str, form: dict[str, str], file: bytes | None = None) -> Any:
    files = {"file": ("mine.p12", file)} if file is not None else {}
    return played.client.post(f"/hub/documents/{key}/sign", data=form, files=files)


def _made(played: Playing, number: str, life: str = "year") -> dict[str, Any]:
    async def make() -> dict[str, Any]:
        company = {"registration_number": number, "name": "회사"}
        return await authority.issue(played.hub, company, life)

    row: dict[str, Any] = played.run(make)
    return row


def test_what_is_wrong_with_certificate_or_password_is_said_at_its_field(played: Playing, key: str) -> None:
    other = invoice().buyer.registration_number
    played.file(f"{key}-o", turned())
    played.file(key)
    log_in(played)
    at(played, f"/hub/documents/{key}/sign")
    mine, old, foreign = _made(played, SUPPLIER), _made(played, SUPPLIER, "expired"), _made(played, other)
    good = authority.DEMO_PASSWORD
    for form, file, field, words in (
        ({"certificate": str(mine["id"]), "password": ""}, None, "password", "비밀번호를 입력"),
        ({"certificate": str(mine["id"]), "password": "wrong"}, None, "password", "비밀번호가 맞지 않습니다"),
        ({"certificate": str(old["id"]), "password": good}, None, "certificate", "유효기간이 지난"),
        ({"certificate": str(foreign["id"]), "password": good}, None, "certificate", "인증서를 골라"),
        (
            {"certificate": "file", "password": good},
            bytes(foreign["pkcs12"]),
            "certificate",
            "공급자의 인증서가 아닙니다",
        ),
        ({"certificate": "file", "password": good}, None, "certificate", "인증서를 골라"),
        ({"certificate": "file", "password": good}, b"nonsense", "password", "맞지 않습니다"),
        ({"password": good}, None, "certificate", "인증서를 골라"),
    ):
        answer = _try(played, key, form, file)
        assert answer.status_code == 422, (form, answer.text)
        said = re.search(rf'id="{field}-problem" role="alert">([^<]+)<', answer.text)
        assert said is not None, (form, field)
        assert words in said[1]
    assert played.state(key) == "REQUESTED"
    signed = _try(played, key, {"certificate": "file", "password": good}, bytes(mine["pkcs12"]))
    assert signed.url.path == f"/hub/documents/{key}"
    played.tick()
    assert played.state(key) == "SENDING_COMPLETED"


def turned() -> Invoice:
    """An invoice the other way round: Kakao is asked."""
    one = invoice()
    return dataclasses.replace(
        one,
        supplier=dataclasses.replace(one.buyer, kind=None),
        buyer=dataclasses.replace(one.supplier, kind=BusinessType.BUSINESS),
    )


def test_an_associate_member_cannot_sign_until_it_is_a_full_one(played: Playing, key: str) -> None:
    played.weather(newcomers="associate")
    played.file(key)
    assert played.call("GET", f"/members/{SUPPLIER}").json()["membership"] == "associate"
    log_in(played)
    assert "준회원은 서명할 수 없습니다" in at(played, f"/hub/documents/{key}")
    mine = _made(played, SUPPLIER)
    form = {"certificate": str(mine["id"]), "password": authority.DEMO_PASSWORD}
    assert _try(played, key, form).status_code == 422
    assert "정회원 전환" in at(played, "/hub/member")
    assert "동의합니다" in at(played, "/hub/member/upgrade")
    unconfirmed = played.client.post("/hub/member/upgrade", data={})
    assert "이용약관에 동의해 주세요" in unconfirmed.text
    assert "이제 서명할 수 있습니다" in played.client.post("/hub/member/upgrade", data={"agree": "1"}).text
    assert "이미 정회원" in at(played, "/hub/member/upgrade")
    assert played.call("GET", f"/members/{SUPPLIER}").json() == {
        "membership": "full",
        "certificate_valid_until": (played.now + dt.timedelta(days=365)).date().isoformat(),
    }
    assert _try(played, key, form).status_code == 200


def test_next_day_sending_can_be_hurried_or_cancelled(played: Playing, key: str) -> None:
    keys = [f"{key}-{index}" for index in range(3)]
    played.file(keys[0])
    log_in(played)
    assert "발급 즉시 국세청 전송" in at(played, "/hub/settings")
    assert "저장했습니다" in played.client.post("/hub/settings", data={"send_mode": "next_day"}).text
    assert played.client.post("/hub/settings", data={"send_mode": "never"}).status_code == 422
    for one in keys[1:]:
        played.file(one)
    for one in keys:
        played.sign(one)
    played.tick(3600)
    assert [played.state(one) for one in keys] == ["ISSUED"] * 3
    # Friday; the next working day is Monday.
    assert "2026.11.23 (월) 15:00:00에 국세청으로 전송" in at(played, f"/hub/documents/{keys[0]}")
    assert "국세청 전송을 시작" in played.client.post(f"/hub/documents/{keys[0]}/send").text
    address = f"/hub/documents/{keys[1]}/cancel-issue"
    assert "전송되기 전에만" in at(played, address)
    assert "발행을 취소했습니다" in played.client.post(address, data={"reason": "착오"}).text
    played.tick()
    assert [played.state(one) for one in keys] == ["SENDING_COMPLETED", "ISSUANCE_CANCELLED", "ISSUED"]
    played.go_on(dt.datetime(2026, 11, 23, 6, 1, tzinfo=dt.UTC))
    assert played.state(keys[2]) == "SENDING_COMPLETED"


def test_a_failed_sending_is_sent_again_from_the_page(played: Playing, key: str) -> None:
    played.weather(fail_next=1)
    played.file(key)
    played.sign(key)
    played.tick()
    log_in(played)
    page = at(played, f"/hub/documents/{key}")
    assert "전송실패" in page
    assert "SBX1" in page
    assert played.client.get("/hub/done", params={"state": "SENDING_FAILED"}).text.count(key) == 1
    assert key not in played.client.get("/hub/done", params={"state": "SENDING_COMPLETED"}).text
    assert "다시 전송합니다" in played.client.post(f"/hub/documents/{key}/resend").text
    played.tick()
    assert played.state(key) == "SENDING_COMPLETED"
    assert played.client.post(f"/hub/documents/{key}/resend").status_code == 409


def test_certificates_are_made_and_downloaded(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    assert "전자세금용" in at(played, "/hub/certificates")
    made = played.client.post("/hub/certificates", data={"life": "year", "password": "another-1"})
    assert "새 인증서를 발급했습니다" in made.text
    assert "another-1" in made.text
    newest = re.search(r"/hub/certificates/(\d+)\.p12", made.text)
    assert newest is not None
    file = played.client.get(newest[0])
    opened = certificates.open_pkcs12(file.content, "another-1")
    assert opened.identity.registration_number == SUPPLIER
    assert played.client.post("/hub/certificates", data={"life": "x", "password": "abcd"}).status_code == 422
    assert played.client.post("/hub/certificates", data={"life": "year", "password": "a"}).status_code == 422
    assert "만료" in played.client.post("/hub/certificates", data={"life": "expired", "password": "abcd"}).text
    assert played.client.get("/hub/certificates/999999.p12").status_code == 404


def test_who_may_come_in(played: Playing, key: str) -> None:
    played.file(key)
    unknown = log_in(played, "999-99-99999")
    assert unknown.status_code == 422
    assert "가입되지 않은" in unknown.text
    for _ in range(companies.TRIES_MAX):
        wrong = played.client.post("/hub/login", data={"number": SUPPLIER, "password": "guess"})
        assert "비밀번호가 맞지 않습니다" in wrong.text
    assert "10분 뒤에" in log_in(played).text
    played.tick(601)
    assert log_in(played, back="https://elsewhere.example/hub/").url.path == "/hub/inbox"
    assert played.client.post("/hub/logout").url.path == "/hub/login"
    assert played.client.get("/hub/inbox").url.path == "/hub/login"
    log_in(played)
    played.tick(companies.SESSION_LIFE.total_seconds() + 1)
    assert played.client.get("/hub/member").url.path == "/hub/login"


def test_another_company_sees_nothing_of_it(played: Playing, key: str) -> None:
    played.file(key)
    played.file(f"{key}-o", turned())
    log_in(played, "120-81-47521")
    for path in ("", "/sign", "/refuse", "/xml", "/cancel-issue"):
        answer = played.client.get(f"/hub/documents/{key}{path}")
        assert answer.status_code == 404, path
    for path in ("/sign", "/refuse", "/send", "/resend", "/cancel-issue"):
        answer = played.client.post(f"/hub/documents/{key}{path}", data={"reason": "x", "password": "x"})
        assert answer.status_code == 404, path
    assert played.state(key) == "REQUESTED"


def test_other_sites_press_nothing(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    headers = {"sec-fetch-site": "cross-site"}
    answer = played.client.post(f"/hub/documents/{key}/refuse", data={"reason": "x"}, headers=headers)
    assert answer.status_code == 403
    assert played.state(key) == "REQUESTED"


def test_what_people_wrote_is_shown_not_run(played: Playing, key: str) -> None:
    played.file(key, invoice(remarks=("<script>alert(1)</script>",)), memo="<b>굵게</b>")
    log_in(played)
    page = at(played, f"/hub/documents/{key}")
    assert "<script>alert" not in page
    assert "<b>굵게" not in page


def test_nonsense_is_answered_not_stumbled_over(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    for path in ("/hub/documents/%00", "/hub/certificates/99999999999999999999.p12", "/hub/documents/x/sign"):
        assert played.client.get(path).status_code == 404, path
    address = f"/hub/documents/{key}/sign"
    for chosen in ("9" * 30, "\x00", "-1", "٣"):
        answer = played.client.post(address, data={"certificate": chosen, "password": "x"})
        assert answer.status_code == 422, chosen
    too_much = {"file": ("big.p12", b"x" * 200_000)}
    assert played.client.post(address, data={"password": "x"}, files=too_much).status_code == 413
    assert played.client.post("/hub/login", data={"number": "\x00", "password": "\x00"}).status_code == 422
    assert played.call("GET", "/documents/%00").status_code == 404
    assert played.call("POST", "/documents/%00/cancel-request", {"reason": "x"}).status_code == 404
    assert played.call("GET", "/members/%00").json()["membership"] == "none"
    played.client.post("/hub/chaos/forge", data={"key": "\x00", "state": "ISSUED"})
    played.client.post("/hub/chaos/member", data={"number": "\x00", "membership": "full"})
    played.client.post(f"/hub/documents/{key}/refuse", data={"reason": "금액\x00이\n다릅니다"})
    assert played.call("GET", f"/documents/{key}").json()["refused_reason"] == "금액 이 다릅니다"


@pytest.mark.parametrize("path", ["/hub/inbox", "/hub/login"])
def test_pages_say_that_the_hub_is_down(played: Playing, path: str) -> None:
    played.weather(down_until=played.now + dt.timedelta(minutes=1))
    answer = played.client.get(path)
    assert answer.status_code == 503
    assert "점검 중" in answer.text
    assert log_in(played).status_code == 503
    played.now += dt.timedelta(minutes=2)
    assert played.client.get(path).status_code == 200


def test_the_pages_are_linked_from_the_worlds(played: Playing) -> None:
    assert 'href="/hub"' in at(played, "/")
    client: TestClient = played.client
    assert client.get("/hub/static/hub.css").status_code == 200
    assert signing.REGISTRAR.isdecimal()


FORWARD = {
    "buyer_number": "120-81-47521",
    "buyer_name": "주식회사 카카오",
    "buyer_person": "정신아",
    "buyer_email": "settle@kakao.example",
    "kind": "0101",
    "purpose": "01",
    "written_on": "2026-11-20",
    "item": "유지보수",
    "supply": "1,234,567",
    "remark": "",
}


def test_a_supplier_writes_and_issues_by_itself(played: Playing, key: str) -> None:
    played.file(key)
    played.tick()
    log_in(played)
    assert 'value="1208147521"' in at(played, "/hub/write")
    written = played.client.post("/hub/write", data=FORWARD)
    assert "작성중" in written.text
    own = written.url.path.rpartition("/")[2]
    told, mails = len(played.posted), len(played.client.get("/mail/sign@supplier.example/messages").json())
    played.sign(own)
    played.tick()
    sent = played.client.get(f"/hub/documents/{own}/xml")
    issued = parse.parse(sent.content)
    assert signature.verify(sent.content).identity.registration_number == SUPPLIER
    assert (issued.charge_total, issued.tax_total, issued.purpose) == (1_234_567, 123_456, Purpose.RECEIPT)
    assert issued.buyer == invoice().buyer
    assert issued.supplier == invoice().supplier
    assert "전달해 주세요" in at(played, f"/hub/documents/{own}")
    # It is nobody's request: the house hears nothing of it and cannot touch it.
    assert len(played.posted) == told
    assert len(played.client.get("/mail/sign@supplier.example/messages").json()) == mails
    for method, path in (("GET", ""), ("GET", "/xml"), ("POST", "/send"), ("POST", "/remind")):
        assert played.call(method, f"/documents/{own}{path}").status_code == 404


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"buyer_number": "12"}, "10자리를"),
        ({"buyer_number": "111-11-11111"}, "사업자등록번호"),
        ({"buyer_name": " "}, "상호를"),
        ({"buyer_email": "kakao"}, "이메일을"),
        ({"supply": "백만"}, "원 단위"),
        ({"written_on": "내일"}, "작성일자를"),
        ({"written_on": "2026-11-21"}, "오늘 이후"),
        ({"kind": "0999"}, "골라 주세요"),
        ({"item": "x" * 101}, "100자"),
    ],
)
def test_what_is_wrong_with_what_it_wrote(played: Playing, key: str, change: dict[str, str], words: str) -> None:
    played.file(key)
    log_in(played)
    answer = played.client.post("/hub/write", data=FORWARD | change)
    assert answer.status_code == 422
    assert words in answer.text
    assert 'value="유지보수"' in answer.text or "item" in change


def test_what_it_wrote_can_be_dropped_and_is_not_refused(played: Playing, key: str) -> None:
    played.file(key)
    log_in(played)
    other = {"buyer_number": "116-82-00276", "buyer_name": "다른 회사", "kind": "0301"}
    own = played.client.post("/hub/write", data=FORWARD | other).url.path
    assert "작성을 취소했습니다" in played.client.post(f"{own}/drop").text
    assert played.client.post(f"{own}/drop").status_code == 200
    assert played.client.get(f"{own}/sign").status_code == 409
    assert played.client.post(f"/hub/documents/{key}/drop").status_code == 404
    assert played.state(key) == "REQUESTED"
