"""The doors for hubs: who may wake an invoice, and that waking is all anybody can do there."""

import base64
import datetime as dt
import hashlib
import hmac
import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock
from models import database as house
from models.kernel.roles import Role
from models.processes.tables import Outbox
from models.settings import settings
from models.tax_invoices import events
from models.tax_invoices.events import HubEvent
from models.tax_invoices.tables import TaxInvoice
from tests import factories
from tests.engines import Database
from web.hooks import BYTES_MAX, WINDOW_SECONDS

NOW = dt.datetime(2026, 11, 22, 3, tzinfo=dt.UTC)
KEY = "TX20261122-001"
OTHER_SECRET = "somebody else's secret, and long"


@pytest.fixture
def door(database: Database) -> Iterator[TestClient]:
    """The web, with one invoice of that key; its clock stands still."""
    import app

    with clock.set_to(NOW):
        invoice_row(KEY)
        yield TestClient(app.create_app(), base_url="http://127.0.0.1:8000")


def invoice_row(key: str) -> None:
    with house.working() as session:
        firm = factories.company(session)
        officer = factories.member(session, "박정산", Role.SETTLEMENT)
        session.add(
            TaxInvoice(
                workflow_id=f"tax_invoice/{key}",
                company_id=firm.id or 0,
                case_key=key,
                status="requested",
                status_since=NOW,
                created_by=officer.id or 0,
                created_at=NOW,
                number=key,
                hub_key=key,
                direction="reverse",
                title="사무용 의자",
                company_name=firm.name,
                officer_id=officer.id or 0,
                officer_name=officer.name,
                type_code="0101",
                written_on=NOW.date(),
                supply_amount=1_000_000,
                vat_amount=100_000,
                total_amount=1_100_000,
                supplier_number=firm.business_number or "",
                supplier_name=firm.name,
                buyer_name="카카오",
                issue_by=NOW.date(),
            )
        )


def message(key: str = KEY, **more: Any) -> dict[str, Any]:
    return {"id": str(uuid.uuid4()), "key": key, "state": "ISSUED", "state_version": 2, "at": NOW.isoformat(), **more}


def signed(body: bytes, at: dt.datetime = NOW, secret: str | None = None) -> dict[str, str]:
    stamp = str(int(at.timestamp()))
    own = settings().tax_hub_secret if secret is None else secret
    found = hmac.new(own.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    said = json.loads(body) if body.startswith(b"{") and body.endswith((b"}", b" ")) else {}
    event = said.get("id") if isinstance(said.get("id"), str) else "00000000-0000"
    return {"hub-event-id": str(event), "hub-timestamp": stamp, "hub-signature": f"v1={found}"}


def pack(said: Any) -> bytes:
    return json.dumps(said).encode()


def kept() -> list[tuple[str, str, str]]:
    with house.working() as session:
        rows = session.execute(select(HubEvent).order_by(col(HubEvent.id))).scalars().all()
        return [(row.hub, row.hub_key, row.outcome) for row in rows]


def told() -> list[dict[str, Any]]:
    with house.working() as session:
        rows = session.execute(select(Outbox).where(col(Outbox.kind) == "tell").order_by(col(Outbox.id)))
        return [row.payload for row in rows.scalars()]


def test_a_signed_message_wakes_its_invoice(door: TestClient) -> None:
    body = pack(message())
    answer = door.post("/hooks/tax-hub", content=body, headers=signed(body))
    assert (answer.status_code, answer.content) == (202, b"")
    assert kept() == [("sandbox", KEY, "woken")]
    assert told() == [{"workflow_id": f"tax_invoice/{KEY}", "signal": "hub_changed"}]
    with house.working() as session:
        row = session.execute(select(HubEvent)).scalar_one()
        assert (row.body, row.received_at) == (body.decode(), NOW)


def test_what_came_before_is_not_done_again(door: TestClient) -> None:
    body = pack(message())
    answers = [door.post("/hooks/tax-hub", content=body, headers=signed(body)).status_code for _ in range(5)]
    assert answers == [202, 200, 200, 200, 200]
    assert len(kept()) == len(told()) == 1


def test_two_messages_wake_twice(door: TestClient) -> None:
    for _ in range(2):
        body = pack(message())
        door.post("/hooks/tax-hub", content=body, headers=signed(body))
    assert len(told()) == 2


def test_a_key_that_is_not_ours_is_taken_and_forgotten(door: TestClient) -> None:
    body = pack(message("TX20261122-999"))
    assert door.post("/hooks/tax-hub", content=body, headers=signed(body)).status_code == 202
    assert kept() == [("sandbox", "TX20261122-999", "unknown")]
    assert told() == []


def test_old_messages_are_forgotten(door: TestClient) -> None:
    body = pack(message())
    door.post("/hooks/tax-hub", content=body, headers=signed(body))
    for after, gone in ((events.EVENT_KEPT, 0), (events.EVENT_KEPT + dt.timedelta(seconds=1), 1)):
        with house.working() as session:
            assert events.forget_page(session, NOW + after) == gone
    assert kept() == []


@pytest.mark.parametrize(
    "change",
    [
        {"hub-signature": None},
        {"hub-timestamp": None},
        {"hub-event-id": None},
        {"hub-signature": ""},
        {"hub-signature": "v1="},
        {"hub-signature": "v1=" + "0" * 64},
        {"hub-timestamp": str(int(NOW.timestamp()) + 1)},
        {"hub-timestamp": "now"},
        {"hub-timestamp": "9" * 400},
        {"hub-event-id": str(uuid.uuid4())},
    ],
)
def test_who_cannot_sign_is_told_nothing(door: TestClient, change: dict[str, str | None]) -> None:
    body = pack(message())
    headers = {name: value for name, value in (signed(body) | change).items() if value is not None}
    answer = door.post("/hooks/tax-hub", content=body, headers=headers)
    assert (answer.status_code, answer.content) == (401, b"")
    assert kept() == []
    assert told() == []


def test_another_secret_another_scheme_and_another_body_are_forged(door: TestClient) -> None:
    body, other = pack(message()), pack(message())
    right = signed(body)
    for content, headers in (
        (body, signed(body, secret=OTHER_SECRET)),
        (body, signed(body, secret="")),
        (body, right | {"hub-signature": right["hub-signature"].replace("v1=", "v0=")}),
        (body, right | {"hub-signature": right["hub-signature"].removeprefix("v1=")}),
        (other, right | {"hub-event-id": json.loads(other)["id"]}),
        (body + b" ", right),
    ):
        assert door.post("/hooks/tax-hub", content=content, headers=headers).status_code == 401
    assert kept() == []


@pytest.mark.parametrize(("seconds", "status"), [(WINDOW_SECONDS, 202), (WINDOW_SECONDS + 1, 401), (86_400, 401)])
@pytest.mark.parametrize("sign", [1, -1])
def test_an_overheard_message_is_soon_worth_nothing(door: TestClient, seconds: int, status: int, sign: int) -> None:
    body = pack(message())
    headers = signed(body, NOW - sign * dt.timedelta(seconds=seconds))
    assert door.post("/hooks/tax-hub", content=body, headers=headers).status_code == status


def test_the_same_message_under_another_name_is_no_other_message(door: TestClient) -> None:
    body = pack(message())
    assert door.post("/hooks/tax-hub", content=body, headers=signed(body)).status_code == 202
    renamed = signed(body) | {"hub-event-id": str(uuid.uuid4())}
    assert door.post("/hooks/tax-hub", content=body, headers=renamed).status_code == 401
    assert len(told()) == 1


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"key": KEY},
        {"id": "x", "key": KEY},
        {"id": 7, "key": KEY},
        message(""),
        message("a" * 25),
        message("../../x"),
        message("a\u0000b"),
        message("가나다"),
        {**message(), "key": [KEY]},
        {**message(), "id": "\ud800" * 8},
    ],
)
def test_a_signed_message_without_sense_is_not_kept(door: TestClient, said: dict[str, Any]) -> None:
    body = pack(said)
    headers = signed(body) | {"hub-event-id": str(said.get("id", "")).encode("ascii", "ignore").decode()}
    assert door.post("/hooks/tax-hub", content=body, headers=headers).status_code in {400, 401}
    assert kept() == []


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b"\xff\xfe{\x00}\x00", b"[" * 60_000, b"null"])
def test_a_body_that_is_no_object_is_not_read_as_one(door: TestClient, body: bytes) -> None:
    assert door.post("/hooks/tax-hub", content=body, headers=signed(body)).status_code in {400, 401}
    assert kept() == []


def test_nobody_fills_the_house_through_the_door(door: TestClient) -> None:
    body = pack(message(padding="x" * BYTES_MAX))
    headers = signed(body)
    assert door.post("/hooks/tax-hub", content=body, headers=headers).status_code == 413
    assert door.post("/hooks/tax-hub", content=iter([body[:40_000], body[40_000:]]), headers=headers).status_code == 413
    assert door.post("/hooks/popbill", content=body).status_code == 413
    assert kept() == []


def test_only_posts_are_taken(door: TestClient) -> None:
    for path in ("/hooks/tax-hub", "/hooks/popbill"):
        assert door.get(path).status_code == 405


def test_without_a_secret_both_doors_are_shut(door: TestClient, house_settings: pytest.MonkeyPatch) -> None:
    house_settings.setenv("TAX_HUB_SECRET", "")
    settings.cache_clear()
    body = pack(message())
    assert door.post("/hooks/tax-hub", content=body, headers=signed(body, secret="")).status_code == 401
    house_settings.setenv("TAX_HUB_URL", "popbill://L:S@popbill.linkhub.co.kr?corp=1208147521")
    settings.cache_clear()
    for headers in ({}, {"x-api-key": ""}, {"authorization": "Basic " + base64.b64encode(b"a:").decode()}):
        assert door.post("/hooks/popbill", content=b"{}", headers=headers).status_code == 401


class TestPopbill:
    @pytest.fixture(autouse=True)
    def chosen(self, door: TestClient, house_settings: pytest.MonkeyPatch) -> None:
        house_settings.setenv("TAX_HUB_URL", "popbill://L:S@popbill.linkhub.co.kr?corp=1208147521")
        settings.cache_clear()

    def headers(self, **more: str) -> dict[str, str]:
        found = {
            "pb-webhook-type": "TAXINVOICE.STATE",
            "pb-webhook-mid": "016120000002-1777d55c2c41492ab06826d",
            "pb-webhook-corpnum": "1208147521",
            "x-api-key": settings().tax_hub_secret,
        }
        return {name: value for name, value in (found | more).items() if value}

    def body(self, key: str | None = KEY) -> bytes:
        said = {
            "corpNum": "1208147521",
            "itemKey": "022112209150000001",
            "ntsConfirmNum": "202611204100007300000007",
            "stateCode": "310",
            "stateDT": "20261122091500",
            "eventType": "Issue",
            "eventDT": "20261122091500",
        }
        return pack(said if key is None else said | {"invoiceeMgtKey": key})

    def test_its_message_wakes_the_invoice_and_gets_its_ok(self, door: TestClient) -> None:
        for _ in range(2):
            answer = door.post("/hooks/popbill", content=self.body(), headers=self.headers())
            assert (answer.status_code, answer.json()) == (200, {"result": "OK"})
        assert kept() == [("popbill", KEY, "woken")]
        assert len(told()) == 1

    def test_basic_authentication_is_as_good(self, door: TestClient) -> None:
        packed = base64.b64encode(f"popbill:{settings().tax_hub_secret}".encode()).decode()
        headers = self.headers(**{"x-api-key": "", "authorization": f"Basic {packed}"})
        assert door.post("/hooks/popbill", content=self.body(), headers=headers).status_code == 200
        assert len(told()) == 1

    @pytest.mark.parametrize(
        "more",
        [
            {"x-api-key": ""},
            {"x-api-key": OTHER_SECRET},
            {"x-api-key": "", "authorization": "Basic %%%"},
            {"x-api-key": "", "authorization": "Basic //8="},
            {"x-api-key": "", "authorization": "Bearer x"},
        ],
    )
    def test_who_has_no_key_is_told_nothing(self, door: TestClient, more: dict[str, str]) -> None:
        answer = door.post("/hooks/popbill", content=self.body(), headers=self.headers(**more))
        assert (answer.status_code, answer.content) == (401, b"")
        assert kept() == []

    def test_other_news_of_it_are_thanked_for(self, door: TestClient) -> None:
        headers = self.headers(**{"pb-webhook-type": "HT.TAXINVOICEXML"})
        assert door.post("/hooks/popbill", content=self.body(), headers=headers).json() == {"result": "OK"}
        assert kept() == []

    def test_a_document_without_our_key_is_nobodys(self, door: TestClient) -> None:
        assert door.post("/hooks/popbill", content=self.body(None), headers=self.headers()).status_code == 200
        assert kept() == [("popbill", "", "unknown")]

    @pytest.mark.parametrize("more", [{"pb-webhook-mid": ""}, {"pb-webhook-mid": "a b c d e f g"}])
    def test_a_message_without_a_name_is_not_kept(self, door: TestClient, more: dict[str, str]) -> None:
        assert door.post("/hooks/popbill", content=self.body(), headers=self.headers(**more)).status_code == 400
        assert kept() == []

    def test_the_other_hubs_door_is_shut(self, door: TestClient) -> None:
        body = pack(message())
        assert door.post("/hooks/tax-hub", content=body, headers=signed(body)).status_code == 401


def test_popbills_door_is_shut_where_it_is_not_the_hub(door: TestClient) -> None:
    headers = {"x-api-key": settings().tax_hub_secret, "pb-webhook-mid": "0161200000", "pb-webhook-type": "X"}
    assert door.post("/hooks/popbill", content=b"{}", headers=headers).status_code == 401
