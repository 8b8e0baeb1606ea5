"""The hub's interface for programs."""

import asyncio
import dataclasses
import datetime as dt
import functools
from typing import Any

import pytest
from cryptography import x509

from models.etax import certificates, parse, signature
from models.etax.codes import Amendment
from tests.sandbox.hub.playing import API, KEY, SUPPLIER, Playing, invoice
from web.sandbox.hub import authority, companies, core, signing
from web.sandbox.hub.machine import Act, Forbidden


def test_from_request_to_the_tax_service(played: Playing, key: str) -> None:
    answer = played.file(key)
    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "key": key,
        "state": "REQUESTED",
        "state_version": 1,
        "approval_number": None,
        "written_on": "2026-11-20",
        "issued_at": None,
        "refused_reason": None,
        "transmission": {"state": None, "sent_at": None, "result_code": None, "result_text": None},
        "updated_at": "2026-11-20T02:00:00+00:00",
    }
    played.sign(key)
    signed = played.call("GET", f"/documents/{key}/xml")
    assert signed.headers["content-type"] == "application/xml"
    assert signature.verify(signed.content).identity.registration_number == SUPPLIER
    issued = parse.parse(signed.content)
    assert dataclasses.replace(issued, issue_id=None, issued_at=None) == invoice()
    played.tick()
    found = played.call("GET", f"/documents/{key}").json()
    assert found["state"] == "SENDING_COMPLETED"
    assert found["state_version"] == 5
    assert found["approval_number"] == issued.issue_id
    assert len(found["approval_number"]) == 24
    assert found["transmission"]["result_code"] == "SUC001"
    assert dt.datetime.fromisoformat(found["issued_at"]) == played.now


def test_the_same_request_again_is_the_same_document(played: Playing, key: str) -> None:
    assert played.file(key).status_code == 201
    again = played.file(key)
    assert (again.status_code, again.json()["state_version"]) == (200, 1)
    other = played.file(key, invoice(600_000))
    assert (other.status_code, other.json()["code"]) == (409, "key_taken")
    played.refuse(key, "금액 오류")
    late = played.file(key)
    assert (late.status_code, late.json()["state"]) == (200, "REQUEST_REFUSED")
    played.tick()
    assert len(played.client.get("/mail/sign@supplier.example/messages").json()) == 1


def test_the_suppliers_own_program_has_it_signed_and_is_told(played: Playing, key: str) -> None:
    assert played.file(key, direction="forward").status_code == 201
    played.tick()
    (letter,) = played.client.get("/mail/sign@supplier.example/messages").json()
    assert "발급할 세금계산서가 도착했습니다" in letter["text"]
    assert "역발행을 요청" not in letter["text"]
    played.sign(key)
    played.tick()
    assert (played.state(key), len(played.posted)) == ("SENDING_COMPLETED", 5)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"direction": "sideways"}, "direction"),
        ({"xml": None}, "missing"),
        ({"xml": "<TaxInvoice/>"}, "xml_root"),
        ({"xml": '<!DOCTYPE x [<!ENTITY e "e">]><x>&e;</x>'}, "xml_doctype"),
        ({"contact": {"name": "김서명"}}, "email"),
        ({"contact": {"name": "김" * 201, "email": "a@b.example"}}, "text"),
        ({"contact": {"name": "김\x00", "email": "a@b.example"}}, "text"),
        ({"contact": "none"}, "email"),
        ({"memo": "m" * 201}, "text"),
        ({"memo": {"not": "text"}}, "text"),
    ],
)
def test_what_is_no_document_is_refused(played: Playing, key: str, change: dict[str, Any], code: str) -> None:
    answer = played.file(key, **change)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "invalid_document"
    assert code in {one["code"] for one in answer.json()["violations"]}
    assert played.call("GET", f"/documents/{key}").status_code == 404


def test_every_violation_is_told_with_its_path(played: Playing, key: str) -> None:
    wrong = invoice(written_on=dt.date(2026, 11, 21), grand_total=1, purpose=None)
    found = played.file(key, wrong).json()["violations"]
    assert {"future", "grand_total", "purpose_missing"} <= {one["code"] for one in found}
    assert all(one["path"].startswith("/TaxInvoice") and one["sentence"] for one in found)
    issued = invoice(issue_id="202611204100009900000001", issued_at=played.now)
    assert "issued" in {one["code"] for one in played.file(key, issued).json()["violations"]}
    bad_key = played.file("x" * 25)
    assert bad_key.json()["violations"][0]["path"] == "key"


def test_only_members_are_asked(played: Playing, key: str) -> None:
    assert played.call("GET", f"/members/{SUPPLIER}").json() == {
        "membership": "full",
        "certificate_valid_until": None,
    }
    played.weather(newcomers="none")
    assert played.call("GET", f"/members/{SUPPLIER}").json()["membership"] == "none"
    answer = played.file(key)
    assert (answer.status_code, answer.json()["code"]) == (422, "not_member")
    played.weather(newcomers="full")
    assert played.file(key).status_code == 201
    played.weather(newcomers="none")
    assert played.file(f"{key}-2").status_code == 201


@pytest.mark.parametrize("header", [{}, {"authorization": "Bearer wrong"}, {"authorization": f"Basic {KEY}"}])
def test_the_key_is_asked_for(played: Playing, key: str, header: dict[str, str]) -> None:
    played.file(key)
    for method, path in (("GET", f"/documents/{key}"), ("POST", f"/documents/{key}/send"), ("GET", "/members/1")):
        answer = played.client.request(method, f"{API}{path}", headers=header)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized")


def test_without_a_key_of_its_own_nobody_comes_in(played: Playing, key: str) -> None:
    played.hub.told = dataclasses.replace(played.hub.told, key="")
    answer = played.client.get(f"{API}/documents/{key}", headers={"authorization": "Bearer "})
    assert answer.status_code == 401


def test_acts_asked_for_twice_are_done_once(played: Playing, key: str) -> None:
    for name in ("a", "b", "c"):
        played.file(f"{key}{name}")
    for _ in range(2):
        answer = played.call("POST", f"/documents/{key}a/cancel-request", {"reason": "착오"})
        assert (answer.status_code, answer.json()["state"]) == (200, "REQUEST_CANCELLED")
        assert answer.json()["state_version"] == 2
        assert answer.json()["refused_reason"] is None
    played.weather(pace="real", fail_next=1)
    played.sign(f"{key}b")
    played.tick()
    for _ in range(2):
        answer = played.call("POST", f"/documents/{key}b/cancel-issue", {"reason": "착오"})
        assert (answer.json()["state"], answer.json()["state_version"]) == ("ISSUANCE_CANCELLED", 4)
    played.sign(f"{key}c")
    for _ in range(2):
        answer = played.call("POST", f"/documents/{key}c/send")
        assert (answer.json()["state"], answer.json()["state_version"]) == ("WAITING_SENDING", 3)
    played.go_on(played.now + dt.timedelta(hours=2))
    failed = played.call("GET", f"/documents/{key}c").json()
    assert failed["transmission"]["state"] == "SENDING_FAILED"
    assert failed["transmission"]["result_code"].startswith("SBX")
    assert failed["transmission"]["sent_at"] is None
    for _ in range(2):
        answer = played.call("POST", f"/documents/{key}c/resend")
        assert (answer.json()["state"], answer.json()["state_version"]) == ("WAITING_SENDING", 6)
    played.go_on(played.now + dt.timedelta(hours=2))
    assert played.state(f"{key}c") == "SENDING_COMPLETED"


def test_states_forbid_what_comes_too_late_or_too_early(played: Playing, key: str) -> None:
    played.file(key)
    early = ("cancel-issue", "send", "resend")
    late = ("cancel-request", "cancel-issue", "resend", "remind")
    for act in early:
        answer = played.call("POST", f"/documents/{key}/{act}", {"reason": "x"})
        assert (answer.status_code, answer.json()["code"]) == (409, "state_forbids")
        assert answer.json()["state"] == "REQUESTED"
    assert played.call("GET", f"/documents/{key}/xml").status_code == 409
    played.sign(key)
    played.tick()
    for act in late:
        answer = played.call("POST", f"/documents/{key}/{act}", {"reason": "x"})
        assert (answer.status_code, answer.json()["state"]) == (409, "SENDING_COMPLETED"), act
    for act in ("cancel-request", "send", "remind"):
        assert played.call("POST", f"/documents/nobody/{act}", {"reason": "x"}).json()["code"] == "unknown_key"
    for body in (None, {}, {"reason": " "}):
        answer = played.call("POST", f"/documents/{key}/cancel-issue", body)
        assert answer.json()["code"] == "invalid_document"
    assert played.call("GET", "/nothing").status_code == 404


def test_reminders_are_mails(played: Playing, key: str) -> None:
    played.file(key)
    for _ in range(2):
        assert played.call("POST", f"/documents/{key}/remind").status_code == 200
    played.tick()
    mails = played.client.get("/mail/sign@supplier.example/messages").json()
    assert ["다시 알림" in one["subject"] for one in mails] == [True, True, False]


def test_approval_numbers_are_never_given_twice(played: Playing, key: str) -> None:
    keys = [f"{key}-{index}" for index in range(5)]
    for one in keys:
        played.file(one)
        played.sign(one)
        with pytest.raises(Forbidden):
            played.sign(one)
    numbers = [played.call("GET", f"/documents/{one}").json()["approval_number"] for one in keys]
    assert len(set(numbers)) == len(keys)
    assert all(number.startswith(f"20261120{signing.REGISTRAR}") for number in numbers)


def test_lost_answers_and_failures(played: Playing, key: str) -> None:
    played.weather(api_failure_percent=100)
    assert played.file(key).status_code == 503
    played.weather(api_failure_percent=0, lost_percent=100)
    assert played.file(key).status_code == 504
    played.weather(lost_percent=0)
    assert played.file(key).status_code == 200


def test_the_root_is_there_for_who_verifies(played: Playing, key: str) -> None:
    root = x509.load_pem_x509_certificate(played.client.get("/hub/ca.pem").content)
    played.file(key)
    played.sign(key)
    signed = signature.verify(played.call("GET", f"/documents/{key}/xml").content)
    assert certificates.trusted(signed.certificate, [root], played.now)


@pytest.mark.parametrize("act", [Act.CANCEL_REQUEST, Act.REFUSE])
def test_of_two_at_the_same_moment_one_wins(played: Playing, key: str, act: Act) -> None:
    keys = [f"{key}-{index}" for index in range(6)]
    for one in keys:
        played.file(one)

    async def race(one: str) -> list[Any]:
        row = await played.hub.document(one)
        company = await companies.company(played.hub, row["supplier"])
        assert company is not None
        made = (await authority.certificates(played.hub, company))[0]
        tries = [signing.sign(played.hub, company, row, bytes(made["pkcs12"]), made["password"]) for _ in range(2)]
        return await asyncio.gather(
            *tries, played.hub.move(one, act, "somebody", "x", {"reason": "x"}), return_exceptions=True
        )

    for one in keys:
        ends = played.run(functools.partial(race, one))
        assert sum(isinstance(end, Forbidden) for end in ends) == 2
        won = next(end for end in ends if isinstance(end, dict))
        found = played.call("GET", f"/documents/{one}").json()
        assert (found["state"], found["state_version"]) == (won["state"], 2)
        assert (found["approval_number"] is None) == (found["state"] != "ISSUED")


def test_amended_and_exempt_documents_pass_too(played: Playing, key: str) -> None:
    played.file(key)
    played.sign(key)
    number = played.call("GET", f"/documents/{key}").json()["approval_number"]
    line = invoice().lines[0]
    minus = invoice(
        -500_000,
        type_code="0201",
        amendment=Amendment.CANCELLATION,
        original_issue_id=number,
        remarks=("당초 작성일자 2026-11-20",),
    )
    exempt = invoice(type_code="0301", tax_total=0, grand_total=500_000, lines=(dataclasses.replace(line, tax=0),))
    for name, draft in (("m", minus), ("e", exempt)):
        answer = played.file(f"{key}{name}", draft)
        assert answer.status_code == 201, answer.text
        played.sign(f"{key}{name}")
    played.tick()
    assert {played.state(one) for one in (key, f"{key}m", f"{key}e")} == {"SENDING_COMPLETED"}


def test_what_it_is_told_at_the_start() -> None:
    found = core.told({"PUBLIC_URL": "https://pok.example/", "TAX_HUB_KEY": "k", "SANDBOX_URL": "http://sandbox:8000"})
    assert found == core.Told("k", "", "https://pok.example/hooks/tax-hub", "http://sandbox:8000")
    other = {
        "TAX_HUB_WEBHOOK_URL": "http://web:8000/x",
        "SANDBOX_PUBLIC_URL": "https://play.example",
        "PUBLIC_URL": "p",
    }
    assert core.told(other) == core.Told("", "", "http://web:8000/x", "https://play.example")
    assert core.told({}) == core.Told()
    assert "hush" not in repr(core.Told("hush", "hush"))


def test_for_a_trustee_the_trustee_signs(played: Playing, key: str) -> None:
    trustee = dataclasses.replace(invoice().supplier, registration_number="1168200276", name="수탁 주식회사")
    answer = played.file(key, invoice(type_code="0103", broker=trustee))
    assert answer.status_code == 201, answer.text
    played.sign(key)
    signed = played.call("GET", f"/documents/{key}/xml").content
    assert signature.verify(signed).identity.registration_number == "1168200276"


def test_the_supplier_is_told_once_that_there_is_nothing_to_sign_any_more(played: Playing, key: str) -> None:
    for name in ("a", "b"):
        played.file(f"{key}{name}")
    played.weather(pace="real")
    played.sign(f"{key}b")
    for _ in range(2):
        played.call("POST", f"/documents/{key}a/cancel-request", {"reason": "금액을 고칩니다"})
        played.call("POST", f"/documents/{key}b/cancel-issue", {"reason": "계약 해제"})
    played.tick()
    mails = played.client.get("/mail/sign@supplier.example/messages").json()
    subjects = [one["subject"] for one in mails if "취소했습니다" in one["subject"]]
    assert sorted("요청" in one for one in subjects) == [False, True]
    texts = "".join(one["text"] for one in mails)
    assert "사유: 금액을 고칩니다" in texts
    assert "사유: 계약 해제" in texts
