"""One contract for address books: the embedded sample and the road address service as it answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from activities.gateways.addresses import choice, juso, sample
from activities.gateways.addresses.interface import AddressBook
from activities.gateways.addresses.juso import JusoAddresses
from activities.gateways.addresses.sample import SampleAddresses
from activities.gateways.asking import Rejected, Unavailable
from models.settings import settings
from tests.gateways.stubs import Answer, Asked, World, serving

HALL = {
    "roadAddr": "서울특별시 중구 세종대로 110 (태평로1가)",
    "roadAddrPart1": "서울특별시 중구 세종대로 110",
    "roadAddrPart2": " (태평로1가)",
    "jibunAddr": "서울특별시 중구 태평로1가 31 서울특별시청",
    "engAddr": "110 Sejong-daero, Jung-gu, Seoul",
    "zipNo": "04524",
    "admCd": "1114010300",
    "rnMgtSn": "111402005001",
    "bdMgtSn": "1114010300100310000000001",
    "detBdNmList": "",
    "bdNm": "서울특별시청",
    "bdKdcd": "0",
    "siNm": "서울특별시",
    "sggNm": "중구",
    "emdNm": "태평로1가",
    "liNm": "",
    "rn": "세종대로",
    "udrtYn": "0",
    "buldMnnm": "110",
    "buldSlno": "0",
    "mtYn": "0",
    "lnbrMnnm": "31",
    "lnbrSlno": "0",
    "emdNo": "03",
}


def results(code: str, rows: list[Any] | None, total: int = 0) -> dict[str, Any]:
    common = {
        "errorMessage": "정상" if code == "0" else "오류",
        "countPerPage": "10",
        "totalCount": str(total),
        "errorCode": code,
        "currentPage": "1",
    }
    return {"results": {"common": common, "juso": rows}}


@dataclass
class JusoWorld(World):
    fixed: Answer | None = None

    def answer(self, asked: Asked) -> Answer:
        if self.fixed is not None:
            return self.fixed
        assert asked.path == "/addrlink/addrLinkApi.do"
        assert asked.query["confmKey"] == ["key="]
        assert asked.query["resultType"] == ["json"]
        if "세종대로" not in asked.query["keyword"][0]:
            return 200, results("0", [])
        first = asked.query["currentPage"] == ["1"]
        return 200, results("0", [HALL] if first else [], 1)


@pytest.fixture(params=["sample", "juso"])
def book(request: pytest.FixtureRequest) -> Iterator[AddressBook]:
    if request.param == "sample":
        yield SampleAddresses()
        return
    with serving(JusoWorld()) as world:
        made = JusoAddresses(juso.account(f"juso+http://key%3D@127.0.0.1:{world.port}"))
        yield made
        made.client.close()


def test_a_road_and_a_number_find_the_building(book: AddressBook) -> None:
    found = book.search("세종대로 110", 1, 10)
    assert found.total >= 1
    hall = next(row for row in found.rows if row.zip_code == "04524")
    assert hall.road.startswith("서울특별시 중구 세종대로 110")
    assert hall.building == "서울특별시청"
    assert "태평로1가 31" in hall.lot


def test_what_is_nowhere_is_not_found(book: AddressBook) -> None:
    found = book.search("가나다라마바사", 1, 10)
    assert (found.total, found.rows) == (0, ())


def test_beyond_the_last_page_is_nothing(book: AddressBook) -> None:
    assert book.search("세종대로 110", 50, 10).rows == ()


@pytest.mark.parametrize("code", ["E0006", "E0010", "E0012", "E0013"])
def test_a_keyword_that_fits_too_much_is_too_broad(code: str) -> None:
    with serving(JusoWorld(fixed=(200, results(code, None)))) as world:
        made = JusoAddresses(juso.account(f"juso+http://k@127.0.0.1:{world.port}"))
        assert made.search("서울", 1, 10).too_broad
        made.client.close()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ((200, results("-999", None)), Unavailable),
        ((200, results("E0001", None)), Rejected),
        ((200, {"other": 1}), Unavailable),
        ((200, b"<html>"), Unavailable),
        ((503, b""), Unavailable),
    ],
)
def test_other_answers_are_sorted_into_no_and_not_now(answer: Answer, error: type[Exception]) -> None:
    with serving(JusoWorld(fixed=answer)) as world:
        made = JusoAddresses(juso.account(f"juso+http://k@127.0.0.1:{world.port}"))
        with pytest.raises(error):
            made.search("세종대로", 1, 10)
        made.client.close()


def test_the_sample_is_real_addresses_of_the_whole_country() -> None:
    rows = [one for _, one in sample.rows()]
    assert len(rows) >= 200
    assert len({one.road for one in rows}) == len(rows)
    for one in rows:
        assert re.fullmatch(r"[0-6][0-9]{4}", one.zip_code), one
        assert re.search(r"(로|길|대로) ?(지하)?[0-9]+(-[0-9]+)?( \(.+\))?$", one.road), one
    provinces = {one.road.split()[0] for one in rows}
    assert len(provinces) == 17


def test_pages_of_the_sample_follow_each_other() -> None:
    book = SampleAddresses()
    first, second = book.search("서울특별시", 1, 10), book.search("서울특별시", 2, 10)
    assert first.total == second.total > 20
    assert len(first.rows) == len(second.rows) == 10
    assert not set(first.rows) & set(second.rows)
    assert book.search("  ", 1, 10).total == 0


def test_settings_choose_the_book(house_settings: pytest.MonkeyPatch) -> None:
    assert isinstance(choice.addresses(settings()), SampleAddresses)
    house_settings.setenv("ADDRESS_URL", "juso://k@business.juso.go.kr")
    settings.cache_clear()
    real = choice.addresses(settings())
    assert isinstance(real, JusoAddresses)
    assert real.account.base_url == "https://business.juso.go.kr"
    real.client.close()
    with pytest.raises(ValueError, match="ADDRESS_URL"):
        juso.account("juso://business.juso.go.kr")
