"""One contract for whoever confirms people: the sandbox carrier and PortOne as it answers."""

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient

from activities.gateways.asking import Rejected, Unavailable
from activities.gateways.identity import choice, portone
from activities.gateways.identity.interface import Declined, Identities
from activities.gateways.identity.portone import PortOneIdentities, identity_number
from models.identity.messages import IdentityRequest
from models.identity.rules import Carrier, Method, Why
from models.members.rules import Sex
from models.settings import SettingsError, settings
from tests.gateways.stubs import Answer, Asked, World, serving

PHONE = "01055501234"
REQUEST = IdentityRequest(
    name="김도윤",
    birth_date=dt.date(1990, 1, 1),
    sex=Sex.MALE,
    foreign_national=False,
    phone=PHONE,
    carrier=Carrier.SKT,
    method=Method.SMS,
    ip="192.0.2.7",
)


class Provider(Protocol):
    """A provider under test and what its surroundings can be made to do."""

    identities: Identities

    def code(self, check: str) -> str: ...
    def refuse(self) -> None: ...
    def go_away(self) -> None: ...


@dataclass
class SandboxProvider:
    world: TestClient

    def __post_init__(self) -> None:
        made = PortOneIdentities(choice.sandbox("http://sandbox.example"))
        made.client.close()
        made.client = self.world
        self.identities: Identities = made
        self.world.post("/carrier", data={"phone": PHONE, "verdict": "fine"})

    def code(self, check: str) -> str:
        del check
        newest = self.world.get(f"/phone/{PHONE}/messages").json()[0]["text"]
        return str(re.findall(r"\[(\d{6})\]", newest)[0])

    def refuse(self) -> None:
        self.world.post("/carrier", data={"phone": PHONE, "verdict": "mismatch"})

    def go_away(self) -> None:
        self.world.post("/board/carrier", data={"outage": "1"})


@dataclass
class PortOneWorld(World):
    """Answers in the provider's own shapes."""

    states: dict[str, str] = field(default_factory=dict)
    refusing: bool = False
    away: bool = False

    def answer(self, asked: Asked) -> Answer:
        if self.away:
            return 500, b"<html>Internal Server Error</html>"
        if asked.headers.get("authorization") != "PortOne se/cret":
            return 401, {"type": "UNAUTHORIZED", "message": "인증 정보가 올바르지 않습니다."}
        parts = asked.path.strip("/").split("/")
        assert parts[0] == "identity-verifications"
        act = {"send": self._send, "confirm": self._confirm}.get(parts[2], self._read) if len(parts) > 2 else self._read
        return act(parts[1], asked)

    def _send(self, check: str, asked: Asked) -> Answer:
        if not asked.body.get("channelKey"):
            return 400, {"type": "INVALID_REQUEST", "message": "channelKey"}
        if self.states.get(check) == "VERIFIED":
            return 409, {"type": "IDENTITY_VERIFICATION_ALREADY_VERIFIED", "message": "이미 인증 완료된 상태"}
        if self.refusing:
            self.states[check] = "FAILED"
            return 502, {"type": "PG_PROVIDER", "message": "", "pgCode": "MISMATCH", "pgMessage": "정보 불일치"}
        self.states[check] = "READY"
        return 200, {}

    def _confirm(self, check: str, asked: Asked) -> Answer:
        if check not in self.states:
            return 404, {"type": "IDENTITY_VERIFICATION_NOT_FOUND", "message": "없음"}
        if self.states[check] == "VERIFIED":
            return 409, {"type": "IDENTITY_VERIFICATION_ALREADY_VERIFIED", "message": "이미 인증 완료된 상태"}
        if asked.body.get("otp") != "123456":
            return 502, {"type": "PG_PROVIDER", "message": "", "pgCode": "WRONG_OTP", "pgMessage": "불일치"}
        self.states[check] = "VERIFIED"
        return 200, {"identityVerification": {"status": "VERIFIED", "id": check}}

    def _read(self, check: str, asked: Asked) -> Answer:
        del asked
        state = self.states.get(check)
        if state is None:
            return 404, {"type": "IDENTITY_VERIFICATION_NOT_FOUND", "message": "없음"}
        about: dict[str, Any] = {
            "status": state,
            "id": check,
            "requestedAt": "2026-02-09T01:00:00Z",
            "updatedAt": "2026-02-09T01:00:30Z",
            "statusChangedAt": "2026-02-09T01:00:30Z",
            "version": "V2",
        }
        if state == "FAILED":
            return 200, about | {"failure": {"reason": "정보 불일치", "pgCode": "MISMATCH", "pgMessage": "불일치"}}
        if state == "VERIFIED":
            customer = {
                "id": "",
                "name": "김도윤",
                "operator": "SKT",
                "phoneNumber": PHONE,
                "birthDate": "1990-01-01",
                "gender": "MALE",
                "isForeigner": False,
                "ci": "C" * 88,
                "di": "D" * 64,
            }
            return 200, about | {
                "verifiedCustomer": customer,
                "verifiedAt": "2026-02-09T01:00:30Z",
                "pgTxId": "T1",
                "pgRawResponse": "{}",
            }
        return 200, about | {"requestedCustomer": {"name": "김도윤"}}


@dataclass
class PortOneProvider:
    world: PortOneWorld

    def __post_init__(self) -> None:
        url = f"portone+http://se%2Fcret@127.0.0.1:{self.world.port}?channel=channel-key-1&store=store-1"
        self.identities: Identities = PortOneIdentities(portone.account(url))

    def code(self, check: str) -> str:
        del check
        return "123456"

    def refuse(self) -> None:
        self.world.refusing = True

    def go_away(self) -> None:
        self.world.away = True


@pytest.fixture(params=["sandbox", "portone"])
def provider(request: pytest.FixtureRequest) -> Iterator[Provider]:
    if request.param == "sandbox":
        yield SandboxProvider(request.getfixturevalue("sandbox"))
        return
    with serving(PortOneWorld()) as world:
        assert isinstance(world, PortOneWorld)
        made = PortOneProvider(world)
        yield made
        made.identities.client.close()  # type: ignore[attr-defined]


def check() -> str:
    return str(uuid.uuid4())


def test_a_check_that_was_not_begun_is_not_finished(provider: Provider) -> None:
    assert provider.identities.read(check()) is None


def test_who_types_the_code_is_confirmed_once_and_the_same_ever_after(provider: Provider) -> None:
    mine = check()
    provider.identities.send(mine, REQUEST)
    assert provider.identities.read(mine) is None
    provider.identities.confirm(mine, provider.code(mine))
    person = provider.identities.read(mine)
    assert person is not None
    assert (person.name, person.birth_date, person.sex) == ("김도윤", dt.date(1990, 1, 1), Sex.MALE)
    assert (person.phone, person.foreign_national) == (PHONE, False)
    assert len(person.ci) == 88
    provider.identities.confirm(mine, "000000")
    provider.identities.send(mine, REQUEST)
    assert provider.identities.read(mine) == person


def test_a_wrong_code_may_be_corrected(provider: Provider) -> None:
    mine = check()
    provider.identities.send(mine, REQUEST)
    wrong = "000000" if provider.code(mine) != "000000" else "111111"
    with pytest.raises(Declined) as no:
        provider.identities.confirm(mine, wrong)
    assert (no.value.why, no.value.final) == (Why.CODE_WRONG, False)
    provider.identities.confirm(mine, provider.code(mine))
    assert provider.identities.read(mine) is not None


def test_a_person_the_carrier_does_not_know_is_declined_for_good(provider: Provider) -> None:
    provider.refuse()
    mine = check()
    with pytest.raises(Declined) as no:
        provider.identities.send(mine, REQUEST)
    assert (no.value.why, no.value.final) == (Why.MISMATCH, True)
    with pytest.raises(Declined) as no:
        provider.identities.read(mine)
    assert no.value.why is Why.MISMATCH


def test_a_provider_that_is_away_says_nothing_about_the_person(provider: Provider) -> None:
    provider.go_away()
    with pytest.raises(Unavailable):
        provider.identities.send(check(), REQUEST)
    with pytest.raises(Unavailable):
        provider.identities.confirm(check(), "123456")
    with pytest.raises(Unavailable):
        provider.identities.read(check())


def test_nothing_personal_is_in_what_logs_print(provider: Provider) -> None:
    mine = check()
    provider.identities.send(mine, REQUEST)
    provider.identities.confirm(mine, provider.code(mine))
    shown = f"{provider.identities.read(mine)!r} {REQUEST!r}"
    assert not [secret for secret in ("김도윤", PHONE, "1990") if secret in shown]


def test_portone_is_asked_as_its_interface_says() -> None:
    with serving(PortOneWorld()) as world:
        assert isinstance(world, PortOneWorld)
        made = PortOneProvider(world)
        mine = check()
        made.identities.send(mine, REQUEST)
        made.identities.confirm(mine, "123456")
        made.identities.read(mine)
        sent, confirmed, read = world.asked
        made.identities.client.close()  # type: ignore[attr-defined]
    assert sent.path == f"/identity-verifications/{mine}/send"
    assert sent.body == {
        "channelKey": "channel-key-1",
        "storeId": "store-1",
        "customer": {
            "name": "김도윤",
            "phoneNumber": PHONE,
            "ipAddress": "192.0.2.7",
            "identityNumber": "9001011",
        },
        "operator": "SKT",
        "method": "SMS",
    }
    assert confirmed.body == {"otp": "123456", "storeId": "store-1"}
    assert read.query == {"storeId": ["store-1"]}


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"type": "UNAUTHORIZED"}), Rejected),
        ((403, {"type": "FORBIDDEN"}), Rejected),
        ((400, {"type": "INVALID_REQUEST"}), Rejected),
        ((429, {}), Unavailable),
        ((502, {"type": "BAD_GATEWAY"}), Unavailable),
        ((502, b"<html>"), Unavailable),
        ((200, b"<html>"), Unavailable),
        ((200, []), Unavailable),
        ((200, {"status": "VERIFIED", "verifiedCustomer": {"name": "김도윤"}}), Unavailable),
    ],
)
def test_other_answers_are_sorted_into_no_and_not_now(answer: Answer, error: type[Exception]) -> None:
    @dataclass
    class Fixed(World):
        def answer(self, asked: Asked) -> Answer:
            del asked
            return answer

    with serving(Fixed()) as world:
        made = PortOneIdentities(portone.account(f"portone+http://s@127.0.0.1:{world.port}?channel=c"))
        with pytest.raises(error):
            made.read(check())
        made.client.close()


@pytest.mark.parametrize(
    ("born", "sex", "foreign", "digit"),
    [
        (dt.date(1990, 1, 1), Sex.MALE, False, "9001011"),
        (dt.date(1990, 1, 1), Sex.FEMALE, False, "9001012"),
        (dt.date(2001, 12, 31), Sex.MALE, False, "0112313"),
        (dt.date(2001, 12, 31), Sex.FEMALE, False, "0112314"),
        (dt.date(1990, 1, 1), Sex.MALE, True, "9001015"),
        (dt.date(1990, 1, 1), Sex.FEMALE, True, "9001016"),
        (dt.date(2001, 12, 31), Sex.MALE, True, "0112317"),
        (dt.date(2001, 12, 31), Sex.FEMALE, True, "0112318"),
    ],
)
def test_the_seven_digits_name_century_sex_and_nationality(born: dt.date, sex: Sex, foreign: bool, digit: str) -> None:
    person = REQUEST.model_copy(update={"birth_date": born, "sex": sex, "foreign_national": foreign})
    assert identity_number(person) == digit


@pytest.mark.parametrize("url", ["portone://api.portone.io?channel=c", "portone://s@api.portone.io", "portone://"])
def test_an_incomplete_account_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="IDENTITY_URL"):
        portone.account(url)


def test_settings_choose_the_provider(house_settings: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError):
        choice.identities(settings())
    house_settings.setenv("SANDBOX_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    made = choice.identities(settings())
    assert isinstance(made, PortOneIdentities)
    assert made.account.base_url == "http://127.0.0.1:9"
    with pytest.raises(Unavailable, match="ConnectError"):
        made.read(check())
    made.client.close()
    house_settings.setenv("IDENTITY_URL", "portone://s@api.portone.io?channel=c")
    settings.cache_clear()
    real = choice.identities(settings())
    assert isinstance(real, PortOneIdentities)
    assert real.account.base_url == "https://api.portone.io"
    real.client.close()
