"""The sandbox worlds by their own interface, and the house's gateway against them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from activities.gateways.messages import choice
from activities.gateways.messages.interface import Outgoing, Receipt, Unavailable, Undeliverable
from activities.gateways.messages.sandbox import SandboxCarrier
from activities.gateways.messages.smtp import SmtpCarrier
from activities.gateways.messages.solapi import SolapiCarrier
from models.notifications.rules import Channel
from models.settings import SettingsError, settings
from tests import engines
from web.sandbox.app import create

PHONE = "01087654321"


@pytest.fixture
def world(module_database: engines.Database) -> Iterator[TestClient]:
    with TestClient(create(module_database.sandbox_url), base_url="http://sandbox.example") as client:
        for name in ("phone", "mail"):
            client.post(f"/board/{name}", data={"delay_ms": "0"})
        client.post(f"/phone/{PHONE}/kakaotalk", data={"used": "1"})
        yield client


def outgoing(key: str, channel: Channel = Channel.SMS, text: str = "인증번호 123456") -> Outgoing:
    to = "Amela.Cha@kakao.example" if channel is Channel.EMAIL else "010-8765-4321"
    return Outgoing(key=key, channel=channel, event="login_otp", recipient=to, subject="제목", body=text)


class Carrier(SandboxCarrier):
    """The gateway with the worlds behind it instead of a network."""

    def __init__(self, world: TestClient) -> None:
        super().__init__("http://sandbox.example")
        self.client = world


def arrived(world: TestClient, box: str = f"phone/{PHONE}") -> list[dict[str, str]]:
    found: list[dict[str, str]] = world.get(f"/{box}/messages").json()
    return found


def test_a_message_arrives_newest_first(world: TestClient) -> None:
    carrier = Carrier(world)
    first = carrier.send(outgoing("a1", text="하나"))
    second = carrier.send(outgoing("a2", Channel.KAKAOTALK, "둘"))
    assert first != second
    found = arrived(world)
    assert [m["text"] for m in found[:2]] == ["둘", "하나"]
    assert [m["channel"] for m in found[:2]] == ["kakaotalk", "sms"]
    assert world.get(f"/phone/{PHONE}/messages", params={"after": found[0]["id"]}).json() == []


def test_the_same_key_is_the_same_message(world: TestClient) -> None:
    carrier = Carrier(world)
    before = len(arrived(world))
    assert carrier.send(outgoing("b1")) == carrier.send(outgoing("b1"))
    assert len(arrived(world)) == before + 1
    with pytest.raises(Undeliverable, match="key_reused"):
        carrier.send(outgoing("b1", text="다른 말"))


def test_mail_has_its_own_world(world: TestClient) -> None:
    Carrier(world).send(outgoing("c1", Channel.EMAIL))
    assert arrived(world, "mail/amela.cha@kakao.example")[0]["subject"] == "제목"
    assert world.get("/mail/amela.cha@kakao.example").status_code == 200


def test_a_number_without_kakaotalk_fails_for_good_and_takes_sms(world: TestClient) -> None:
    carrier = Carrier(world)
    world.post(f"/phone/{PHONE}/kakaotalk", data={"used": "0"})
    with pytest.raises(Undeliverable, match="no_kakaotalk"):
        carrier.send(outgoing("d1", Channel.KAKAOTALK))
    assert "카카오톡 미사용" in world.get(f"/phone/{PHONE}").text
    world.post(f"/phone/{PHONE}/kakaotalk", data={"used": "1"})
    # The first answer stands for its key.
    with pytest.raises(Undeliverable, match="no_kakaotalk"):
        carrier.send(outgoing("d1", Channel.KAKAOTALK))
    carrier.send(outgoing("d2", Channel.SMS))


def test_an_outage_and_a_failure_can_be_made(world: TestClient) -> None:
    carrier = Carrier(world)
    before = len(arrived(world))
    for weather in ({"outage": "1"}, {"failure_percent": "100"}):
        world.post("/board/phone", data=weather)
        with pytest.raises(Unavailable):
            carrier.send(outgoing("e1"))
    assert len(arrived(world)) == before
    carrier.send(outgoing("e2", Channel.EMAIL))
    world.post("/board/phone", data={})
    carrier.send(outgoing("e1"))


def test_a_lost_answer_is_repeated_without_a_second_message(world: TestClient) -> None:
    carrier = Carrier(world)
    before = len(arrived(world))
    world.post("/board/phone", data={"lost_percent": "100"})
    with pytest.raises(Unavailable):
        carrier.send(outgoing("f1"))
    world.post("/board/phone", data={})
    carrier.send(outgoing("f1"))
    assert len(arrived(world)) == before + 1


GOOD = {"key": "g", "channel": "sms", "to": "010", "text": "x"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"messages": []},
        {"messages": [GOOD] * 101},
        {"messages": [GOOD | {"to": 7}]},
        {"messages": [GOOD, {"key": "g", "channel": "sms", "to": "010"}]},
        {"messages": [GOOD | {"key": ""}]},
        {"messages": [GOOD | {"key": "g" * 201}]},
        {"messages": [GOOD | {"text": "x" * 2**20}]},
    ],
)
def test_requests_it_cannot_read_are_refused(world: TestClient, body: object) -> None:
    assert world.post("/phone/messages", json=body).status_code == 400


def test_what_is_no_json_is_refused(world: TestClient) -> None:
    assert world.post("/phone/messages", content=b"nonsense").status_code == 400


def test_many_are_taken_at_once_each_with_its_own_answer(world: TestClient) -> None:
    carrier = Carrier(world)
    world.post(f"/phone/{PHONE}/kakaotalk", data={"used": "0"})
    nobody = Outgoing("j4", Channel.SMS, "login_otp", "nobody", "", "x")
    many = [
        outgoing("j1"),
        outgoing("j2", Channel.EMAIL),
        outgoing("j3", Channel.KAKAOTALK),
        nobody,
        outgoing("j5"),
    ]
    first = carrier.send_all(many)
    assert [type(answer) for answer in first] == [Receipt, Receipt, Undeliverable, Undeliverable, Receipt]
    before = len(arrived(world))
    assert carrier.send_all(many)[::4] == first[::4]
    assert len(arrived(world)) == before


def test_pages_show_what_arrived_and_never_run_it(world: TestClient) -> None:
    text = "<script>alert(1)</script> https://portal.example/x javascript:alert(1)"
    Carrier(world).send(outgoing("h1", text=text))
    page = world.get(f"/phone/{PHONE}")
    assert "<script>alert" not in page.text
    assert '<a href="https://portal.example/x">' in page.text
    assert 'href="javascript' not in page.text
    assert "default-src 'self'" in page.headers["content-security-policy"]
    front = world.get("/")
    assert "010-8765-4321" in front.text
    assert world.get("/find", params={"box": "010-8765-4321"}).url.path == f"/phone/{PHONE}"
    assert world.get("/board").status_code == 200
    assert world.get("/livez").status_code == 204


def test_other_sites_change_nothing(world: TestClient) -> None:
    answer = world.post("/board/phone", data={"outage": "1"}, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    Carrier(world).send(outgoing("i1"))


def test_the_worlds_know_nothing_of_the_house() -> None:
    folder = Path(__file__).parents[2] / "web" / "sandbox"
    for file in folder.glob("*.py"):
        assert "models" not in file.read_text(encoding="utf-8"), file


def test_settings_choose_the_carriers(house_settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError):
        choice.carriers(settings())
    house_settings.setenv("SANDBOX_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    found = choice.carriers(settings())
    assert {type(carrier) for carrier in found.values()} == {SandboxCarrier}
    house_settings.setenv("MAIL_URL", "smtp://mail.example?from=pok@portal.example")
    house_settings.setenv("SMS_URL", "solapi://key:secret@api.solapi.example?from=0212345678")
    settings.cache_clear()
    found = choice.carriers(settings())
    assert isinstance(found[Channel.EMAIL], SmtpCarrier)
    assert isinstance(found[Channel.SMS], SolapiCarrier)
    assert found[Channel.SMS] is found[Channel.KAKAOTALK]
