"""The operator's page."""

import pytest

from tests.sandbox.hub.playing import SUPPLIER, Playing
from web.sandbox.hub import chaos
from web.sandbox.hub.core import Weather


def test_the_page_shows_members_documents_and_messages(played: Playing, key: str) -> None:
    empty = played.client.get("/hub/chaos").text
    assert "아직 문서가 없습니다" in empty
    played.file(key)
    played.answer = lambda _: 500
    played.tick()
    page = played.client.get("/hub/chaos").text
    assert key in page
    assert "124-81-00998" in page
    assert "500" in page


def test_switches_are_set_and_shown(played: Playing) -> None:
    form = {
        "pace": "real",
        "newcomers": "none",
        "seed": "다른 씨앗",
        "failure_percent": "20",
        "fail_next": "3",
        "api_failure_percent": "5",
        "lost_percent": "6",
        "copies": "5",
        "shuffle_seconds": "600",
        "delay_seconds": "86400",
        "drop_percent": "7",
        "forge_percent": "8",
    }
    page = played.client.post("/hub/chaos", data=form)
    assert page.url.path == "/hub/chaos"
    weather = played.run(played.hub.weather)
    assert {name: str(getattr(weather, name)) for name in form} == form
    assert 'value="다른 씨앗"' in page.text


@pytest.mark.parametrize(
    ("form", "same"),
    [
        ({"copies": "0"}, {"copies": 1}),
        ({"copies": "900"}, {"copies": 20}),
        ({"failure_percent": "-1", "pace": "light", "newcomers": "all", "seed": " "}, {}),
        ({"drop_percent": "101"}, {"drop_percent": 100}),
    ],
)
def test_senseless_switches_change_nothing_or_stop_at_their_limit(form: dict[str, str], same: dict[str, int]) -> None:
    assert chaos.changed(Weather(), form) == Weather(**same)  # type: ignore[arg-type]


def test_a_member_is_made_an_associate_one_and_back(played: Playing, key: str) -> None:
    played.file(key)
    for membership in ("associate", "full"):
        played.client.post("/hub/chaos/member", data={"number": SUPPLIER, "membership": membership})
        assert played.call("GET", f"/members/{SUPPLIER}").json()["membership"] == membership
    played.client.post("/hub/chaos/member", data={"number": SUPPLIER, "membership": "king"})
    assert played.call("GET", f"/members/{SUPPLIER}").json()["membership"] == "full"


def test_an_outage_is_shown_and_ended_on_the_page(played: Playing) -> None:
    page = played.client.post("/hub/chaos/outage", data={"seconds": "60"})
    assert page.status_code == 200
    assert "까지 API와 화면이 503" in page.text
    assert "동작 중" in played.client.post("/hub/chaos/outage", data={"seconds": "0"}).text
    assert "동작 중" in played.client.post("/hub/chaos/outage", data={"seconds": "x"}).text
