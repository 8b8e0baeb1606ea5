"""One contract for the bank: the sandbox's and PortOne as it answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient

from activities.gateways.asking import Rejected, Unavailable
from activities.gateways.bank import choice, portone
from activities.gateways.bank.interface import Account, Bank
from activities.gateways.bank.portone import PortOneBank
from models.settings import SettingsError, settings
from tests.gateways.stubs import Answer, Asked, World, serving

OPEN = Account("090", "3333011212345")
NONE = Account("090", "3333011200000")
HOLDER = "주식회사 다음스포츠"


class Counter(Protocol):
    bank: Bank

    def go_away(self) -> None: ...


@dataclass
class SandboxCounter:
    world: TestClient

    def __post_init__(self) -> None:
        made = PortOneBank(choice.sandbox("http://sandbox.example"))
        headers = dict(made.client.headers)
        made.client.close()
        self.world.headers["authorization"] = headers["authorization"]
        made.client = self.world
        self.bank: Bank = made
        self.world.post("/bank", data={"bank": "KAKAO", "number": "3333-01-1212345", "holder": f" {HOLDER} "})

    def go_away(self) -> None:
        self.world.post("/board/bank", data={"outage": "1"})


@dataclass
class Provider(World):
    away: bool = False
    fixed: Answer | None = None

    def answer(self, asked: Asked) -> Answer:
        if self.fixed is not None:
            return self.fixed
        if self.away:
            return 503, {"type": "PLATFORM_EXTERNAL_API_TEMPORARILY_FAILED", "message": "은행 점검 시간입니다."}
        if asked.headers.get("authorization") != "PortOne hush":
            return 401, {"type": "UNAUTHORIZED"}
        if asked.path == f"/platform/bank-accounts/KAKAO/{OPEN.number}/holder":
            return 200, {"holderName": HOLDER, "accountVerificationId": "av-1"}
        return 502, {"type": "PLATFORM_EXTERNAL_API_FAILED", "message": "계좌번호 오류"}


@dataclass
class RealCounter:
    world: Provider

    def __post_init__(self) -> None:
        self.bank: Bank = PortOneBank(portone.account(f"portone+http://hush@127.0.0.1:{self.world.port}"))

    def go_away(self) -> None:
        self.world.away = True


@pytest.fixture(params=["sandbox", "portone"])
def counter(request: pytest.FixtureRequest) -> Iterator[Counter]:
    if request.param == "sandbox":
        yield SandboxCounter(request.getfixturevalue("sandbox"))
        return
    with serving(Provider()) as world:
        assert isinstance(world, Provider)
        made = RealCounter(world)
        yield made
        made.bank.client.close()  # type: ignore[attr-defined]


def test_the_bank_says_whose_an_account_is(counter: Counter) -> None:
    assert counter.bank.holder(OPEN) == HOLDER


def test_an_account_that_is_not_there_has_no_holder(counter: Counter) -> None:
    assert counter.bank.holder(NONE) is None


def test_a_bank_nobody_reaches_is_refused_for_good(counter: Counter) -> None:
    with pytest.raises(Rejected, match="bank_not_supported"):
        counter.bank.holder(Account("999", OPEN.number))


def test_a_bank_that_is_away_is_not_an_account_that_is_unknown(counter: Counter) -> None:
    counter.go_away()
    with pytest.raises(Unavailable):
        counter.bank.holder(OPEN)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((401, {"type": "UNAUTHORIZED"}), Rejected),
        ((403, {"type": "PLATFORM_NOT_ENABLED"}), Rejected),
        ((400, {"type": "PLATFORM_NOT_SUPPORTED_BANK"}), Rejected),
        ((200, {"accountVerificationId": "av"}), Unavailable),
        ((200, {"holderName": "  "}), Unavailable),
        ((200, b"<html>"), Unavailable),
        ((429, {}), Unavailable),
        ((502, {"type": "BAD_GATEWAY"}), Unavailable),
        ((500, {}), Unavailable),
    ],
)
def test_other_answers_are_sorted_into_no_and_not_now(answer: Answer, error: type[Exception]) -> None:
    with serving(Provider(fixed=answer)) as world:
        made = PortOneBank(portone.account(f"portone+http://k@127.0.0.1:{world.port}"))
        with pytest.raises(error):
            made.holder(OPEN)
        made.client.close()


@pytest.mark.parametrize(
    ("more", "asked"),
    [
        ({"birth": "900101"}, {"birthdate": ["900101"]}),
        ({"business": "1208147521"}, {"businessRegistrationNumber": ["1208147521"]}),
        ({"birth": "900101", "business": "1208147521"}, {"birthdate": ["900101"]}),
    ],
)
def test_the_holder_is_named_by_birth_or_by_business(more: dict[str, str], asked: dict[str, Any]) -> None:
    with serving(Provider(fixed=(200, {"holderName": "x"}))) as world:
        made = PortOneBank(portone.account(f"portone+http://k@127.0.0.1:{world.port}?test=1"))
        made.holder(Account("090", "1234567", **more))
        made.client.close()
    assert world.asked[0].query == {**asked, "test": ["true"]}


def test_the_sandbox_refuses_what_the_provider_refuses(sandbox: TestClient) -> None:
    path = "/platform/bank-accounts/KAKAO/3333011212345/holder"
    assert sandbox.get(path).status_code == 401
    key = {"authorization": "PortOne k"}
    assert sandbox.get("/platform/bank-accounts/NOBODY/3333011212345/holder", headers=key).status_code == 400
    assert sandbox.get("/platform/bank-accounts/KAKAO/12/holder", headers=key).status_code == 400


def test_a_transfer_file_comes_back_with_what_became_of_each_line(sandbox: TestClient) -> None:
    for number, holder in (("1111111", ""), ("2222222", "다른 사람"), ("3333333", "(주)하나")):
        sandbox.post("/bank", data={"bank": "KAKAO", "number": number, "holder": holder})
    lines = ["은행코드,계좌번호,금액,예금주,적요"]
    accounts = (("090", "1111111"), ("090", "2222222"), ("090", "3333333"), ("090", "4444444"), ("999", "5555555"))
    lines += [f"{bank},{number},1000,(주)하나,적요" for bank, number in accounts]
    sent = {"file": ("out.csv", "\ufeff" + "\r\n".join(lines), "text/csv")}
    answer = sandbox.post("/bank/transfers", files=sent)
    told = [line.split(",")[-3:-1] for line in answer.content.decode("utf-8-sig").splitlines()[1:]]
    assert told == [
        ["실패", "해당 계좌가 없습니다"],
        ["실패", "예금주 불일치"],
        ["성공", ""],
        ["성공", ""],
        ["실패", "계좌번호 오류"],
    ]
    assert "3333333" in sandbox.get("/bank").text


def test_the_key_never_shows(house_settings: pytest.MonkeyPatch) -> None:
    assert "hush" not in repr(portone.account("portone://hush@api.portone.io"))
    with pytest.raises(ValueError, match="BANK_URL"):
        portone.account("portone://api.portone.io")
    with pytest.raises(SettingsError):
        choice.bank(settings())
    house_settings.setenv("BANK_URL", "portone://k@api.portone.io")
    settings.cache_clear()
    real = choice.bank(settings())
    assert isinstance(real, PortOneBank)
    assert real.shop.base_url == "https://api.portone.io"
    real.client.close()
