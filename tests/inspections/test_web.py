"""The inspection's lists and page."""

import re

import pytest

from tests.engines import Database
from tests.settlements.desk import desk
from tests.settlements.world import World

BOXES = re.compile(r'name="selected" value="(\d+:\d+)"')


@pytest.fixture
def world(database: Database) -> World:
    return World()


def test_an_inspector_accepts_many_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.inspector, monkeypatch) as seat:
        waiting = seat.get("/inspections/waiting")
        picks = BOXES.findall(waiting)
        assert len(picks) == 3
        form = {"csrf": "t", "request_id": "7f5dd6c2-8f0b-4f7e-9d0a-4f2f0c5a6b10", "selected": picks[:2]}
        result = seat.client.post("/inspections/bulk/accept", data=form)
        assert "3건" not in result.text
        assert result.text.count("검수완료") >= 2
        assert len(BOXES.findall(seat.get("/inspections/waiting"))) == 1
        done = seat.get("/inspections")
        for words in ("검수완료일", "박검수", world.order.number, "총무서버 1", "16,666", "미정산", "GS1"):
            assert words in done, words
        assert seat.get("/inspections", settled="yes").count("총무서버") == 0


def test_a_cancelled_inspection_tells_its_reason(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    page = f"/inspections/{world.ids[0]}"
    with desk(world, world.inspector, monkeypatch) as seat:
        assert "재검 필요" in seat.get(f"{page}/cancel")
        assert seat.act(page, "cancel", reason="").status_code == 422
        assert seat.act(page, "cancel", reason="재검 필요").status_code == 303
        assert "총무서버 1" in seat.get("/inspections/cancelled")
    with desk(world, world.partner, monkeypatch) as seat:
        shown = seat.get(page)
        assert "재검 필요" in shown
        assert "검수취소" in shown
        assert BOXES.findall(seat.get("/inspections/waiting")) == []


def test_the_officer_goes_on_to_settle(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.accept_all()
    made = world.draft(world.ids[0])
    with desk(world, world.officer, monkeypatch) as seat:
        assert "/settlements/new" in seat.get("/inspections")
        assert made.number in seat.get(f"/inspections/{world.ids[0]}")
        assert f"inspection={world.ids[1]}" in seat.get(f"/inspections/{world.ids[1]}")
