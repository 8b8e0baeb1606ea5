"""The delivery plan over HTTP: what a partner, the buyer and the receiver do with it."""

import io
import re
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select
from sqlmodel import col

from models import clock, database
from models.deliveries.tables import DeliverySerial
from models.processes.tables import Command
from tests.engines import Database
from tests.orders.site import Site, plan_fields
from tests.orders.world import NOW, World, row

PLAN = "/deliveries"


@pytest.fixture
def site(database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    with clock.set_to(NOW):
        yield Site(World(), monkeypatch)


def planned(site: Site, *quantities: int) -> list[int]:
    """Rounds of the item with serial numbers, and of the one without (last)."""
    order = site.world.confirmed(50, 3)
    first, second = site.world.order_items(order)
    rows = [row(first, quantity) for quantity in quantities[:-1]]
    site.world.plan(site.world.partner, *rows, row(second, quantities[-1]))
    return [found.id or 0 for found in site.world.rounds()]


def states(site: Site) -> list[str]:
    return [found.status for found in site.world.rounds()]


def xlsx(rows: list[list[Any]]) -> bytes:
    book = Workbook()
    for values in rows:
        book.active.append(values)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_line_is_added_filled_and_saved(site: Site) -> None:
    order = site.world.confirmed(50)
    item = site.world.order_items(order)[0]
    empty = site.get("partner", PLAN).text
    for words in (
        "납품미진행",
        "납품요청위치",
        "발주량",
        "의뢰품목ID",
        "100888",
        "일정 추가",
        "일괄 시리얼번호 작성",
        "저장",
    ):
        assert words in empty

    added = site.post("partner", "/deliveries/plan", {"add": str(item.id)})
    fields = plan_fields(added.text)
    assert fields["rows-0-quantity"] == "50"
    second = site.post("partner", "/deliveries/plan", fields | {"rows-0-quantity": "30", "add": str(item.id)})
    fields = plan_fields(second.text)
    assert (fields["rows-0-quantity"], fields["rows-1-item_id"]) == ("30", str(item.id))

    saved = site.post("partner", "/deliveries/plan", fields | {"rows-1-quantity": "20", "rows-1-place": "MD2"})

    assert saved.status_code == 303
    assert [(r.quantity, r.place) for r in site.world.rounds()] == [(30, "GS1"), (20, "MD2")]
    shown = site.get("partner", PLAN).text
    assert "미작성" in shown
    assert "예정" in shown


def test_what_exceeds_the_order_is_told_and_kept_on_the_page(site: Site) -> None:
    planned(site, 25, 5, 3)
    fields = plan_fields(site.get("partner", PLAN).text)
    too_many = site.post("partner", "/deliveries/plan", fields | {"rows-1-quantity": "26"})
    assert too_many.status_code == 409
    assert "발주량 50까지 계획할 수 있는데 모두 51입니다." in too_many.text
    assert 'value="26"' in too_many.text
    nowhere = site.post("partner", "/deliveries/plan", fields | {"rows-1-place": "달", "rows-1-planned_on": ""})
    assert nowhere.status_code == 422
    assert [r.quantity for r in site.world.rounds()] == [25, 5, 3]


def test_a_colleagues_save_is_not_overwritten_unseen(site: Site) -> None:
    planned(site, 25, 3)
    fields = plan_fields(site.get("partner", PLAN).text)
    assert site.post("second", "/deliveries/plan", fields | {"rows-0-place": "OFC"}).status_code == 303

    stale = site.post("partner", "/deliveries/plan", fields | {"rows-0-place": "LGX"})

    assert stale.status_code == 409
    assert site.world.rounds()[0].place == "OFC"
    # Having read that, pressing again means it.
    again = site.post("partner", "/deliveries/plan", plan_fields(stale.text))
    assert again.status_code == 303
    assert site.world.rounds()[0].place == "LGX"


def test_ticked_rows_are_requested_at_once_with_a_result_each(site: Site) -> None:
    first, plain = planned(site, 25, 3)
    page = site.get("partner", PLAN).text
    sent = site.post(
        "partner",
        "/deliveries/plan/request",
        plan_fields(page) | {"selected": [f"{first}:0", f"{plain}:0"], "rows-1-quantity": "2"},
    )

    assert sent.status_code == 303
    assert states(site) == ["planned", "requested"]
    # What stood on the page was saved before it was sent.
    assert site.world.rounds()[1].quantity == 2
    answer = site.get("partner", sent.headers["location"]).text
    assert "확정요청 1건을 처리했습니다" in answer
    assert "시리얼번호가 25개 필요한데 0개 있습니다." in answer
    with database.working() as session:
        batches = (
            session.execute(select(col(Command.batch_id)).where(col(Command.batch_id).is_not(None))).scalars().all()
        )
    assert (len(batches), len(set(batches))) == (2, 1)

    taken_back = site.post("partner", "/deliveries/plan/withdraw", {"only": f"{plain}:1"})
    assert taken_back.status_code == 303
    assert states(site) == ["planned", "planned"]
    site.post("partner", "/deliveries/plan/remove", {"only": f"{plain}:2"})
    assert states(site) == ["planned", "removed"]


def test_serial_numbers_of_one_round(site: Site) -> None:
    found, _ = planned(site, 2, 3)
    path = f"/deliveries/{found}/serials"
    form = site.get("partner", path).text
    for words in ("시리얼번호 작성", "납품예정량", "2EA", "작성완료"):
        assert words in form
    wrong = site.post("partner", "/deliveries/serials", {"lists-0-round_id": str(found), "lists-0-serials": "A1"})
    assert wrong.status_code == 422
    assert "수량과 같은 2개여야 합니다. 1개를 입력하셨습니다." in wrong.text
    assert ">\nA1</textarea>" in wrong.text
    done = site.post(
        "partner", "/deliveries/serials", {"lists-0-round_id": str(found), "lists-0-serials": "A1\r\na2\r\n"}
    )
    assert done.status_code == 303
    assert "작성완료" in site.get("partner", PLAN).text
    assert "A2" in site.get("partner", f"/deliveries/{found}").text
    assert site.get("buyer", path).status_code == 403


def test_serial_numbers_by_sheet(site: Site) -> None:
    first, second, _ = planned(site, 2, 1, 3)
    opened = site.post("partner", "/deliveries/serials/open", {"selected": [f"{first}:0", f"{second}:0"]})
    page = site.get("partner", opened.headers["location"]).text
    assert "일괄시리얼번호등록" in page
    form = load_workbook(io.BytesIO(site.get("partner", f"/deliveries/serials/form?ids={first},{second}").content))
    rows = [[cell.value for cell in line] for line in form.worksheets[0]]
    assert (len(rows), rows[0][0], rows[0][-1]) == (4, "일정번호", "시리얼번호")

    def send(numbers: list[Any]) -> str:
        filled = [rows[0], *[[*line[:-1], number] for line, number in zip(rows[1:], numbers, strict=True)]]
        sheet = {"sheet": ("양식.xlsx", xlsx(filled), "application/octet-stream")}
        answer = site.post("partner", f"/deliveries/serials/upload?ids={first},{second}", {}, sheet)
        return str(answer.text)

    twice = send(["S1", "s1", 77])
    assert "3행: 시리얼번호 S1이 두 번 있습니다." in twice
    good = send(["S1", "S2", 77])
    assert "아래에 옮겼습니다" in good
    assert ">\nS1\nS2</textarea>" in good
    fields = {
        "lists-0-round_id": str(first),
        "lists-0-serials": "S1\nS2",
        "lists-1-round_id": str(second),
        "lists-1-serials": "77",
    }
    assert site.post("partner", "/deliveries/serials", fields).status_code == 303
    with database.working() as session:
        assert sorted(session.execute(select(col(DeliverySerial.serial))).scalars()) == ["77", "S1", "S2"]
    clash = site.post("partner", "/deliveries/serials", fields | {"lists-1-serials": "S1"})
    assert clash.status_code == 409
    assert "시리얼번호 S1은 이 제품의 다른 납품에 이미 쓰였습니다." in clash.text


def test_a_sheet_that_is_none_is_refused(site: Site) -> None:
    first, _ = planned(site, 2, 3)
    for name, content in (("a.xlsx", b"not a sheet"), ("b.xlsx", xlsx([["아무", "것"]]))):
        sheet = {"sheet": (name, content, "application/octet-stream")}
        answer = site.post("partner", f"/deliveries/serials/upload?ids={first}", {}, sheet)
        assert answer.status_code == 422
    unknown = xlsx([["일정번호", "시리얼번호"], [999, "X1"], [first, "X2"], [first, "X3"]])
    answer = site.post("partner", f"/deliveries/serials/upload?ids={first}", {}, {"sheet": ("c.xlsx", unknown, "")})
    assert "2행: 일정번호 「999」은 선택하신 납품 일정이 아닙니다." in answer.text


def test_the_buyer_confirms_many_and_returns_with_a_reason(site: Site) -> None:
    _, plain = planned(site, 25, 3)
    site.world.press(site.world.partner, site.world.rounds()[1], "request")
    listed = site.get("buyer", PLAN).text
    assert f'value="{plain}:1"' in listed
    asked = site.post("buyer", "/deliveries/returning", {"selected": [f"{plain}:1"]}).text
    assert "반려 사유" in asked
    without = site.post("buyer", "/deliveries/plan/return", {"selected": [f"{plain}:1"]})
    assert without.status_code == 422
    back = site.post("buyer", "/deliveries/plan/return", {"selected": [f"{plain}:1"], "reason": "날짜가 휴일입니다."})
    assert back.status_code == 303
    assert states(site)[1] == "planned"
    site.world.press(site.world.partner, site.world.rounds()[1], "request")

    done = site.post("buyer", "/deliveries/plan/confirm", {"selected": [f"{plain}:3"]})

    assert states(site)[1] == "confirmed"
    assert "확정 1건을 처리했습니다" in site.get("buyer", done.headers["location"]).text
    assert "날짜가 휴일입니다." in site.get("partner", f"/deliveries/{plain}").text


def test_the_receiver_takes_in_what_came(site: Site) -> None:
    _, plain = planned(site, 25, 3)
    found = site.world.rounds()[1]
    site.world.press(site.world.partner, found, "request")
    site.world.press(site.world.buyer, found, "confirm")
    assert f"/deliveries/{plain}" in site.get("receiver", PLAN).text
    form = site.get("receiver", f"/deliveries/{plain}/receive").text
    assert re.search(r'name="quantity" value="3"', form)
    assert 'name="received_on" value="2026-02-09"' in form

    path = f"/deliveries/{plain}/receive"
    late = site.post("receiver", path, {"version": "2", "quantity": "1", "received_on": "2026-02-10"})
    assert late.status_code == 422
    assert "오늘까지만" in late.text
    part = {"version": "2", "quantity": "1", "received_on": "2026-02-09"}
    assert site.post("receiver", path, part).status_code == 303
    assert states(site)[1] == "confirmed"
    rest = {"version": "3", "quantity": "2", "received_on": "2026-02-09", "note": "2대"}
    assert site.post("receiver", path, rest).status_code == 303
    assert states(site)[1] == "received"
    shown = site.get("partner", f"/deliveries/{plain}").text
    assert "입고완료" in shown
    assert "2대" in shown
    everything = site.get("partner", f"{PLAN}?progress=done").text
    assert "납품완료" in everything


def test_the_plan_as_a_sheet_has_every_round(site: Site) -> None:
    planned(site, 25, 5, 3)
    sheet = load_workbook(io.BytesIO(site.get("partner", f"{PLAN}?format=xlsx").content)).worksheets[0]
    rows = [[cell.value for cell in line] for line in sheet]
    for head in ("의뢰품목ID", "납품진행상태", "차수", "S/N", "납품 예정량", "계획진행상태"):
        assert head in rows[0]
    assert len(rows) == 4
    staff = site.get("buyer", f"{PLAN}?status=all&format=xlsx").content
    assert len(list(load_workbook(io.BytesIO(staff)).worksheets[0])) == 4
