"""The pages of orders: from a contract to the confirmed sheet, lists, and what they refuse."""

import io
import re
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select
from sqlmodel import col

from activities.documents.seals import default_seal
from models import clock, database
from models.orders.tables import PurchaseOrder
from models.processes.tables import Command
from tests.engines import Database
from tests.orders.site import Site
from tests.orders.world import NOW, World


@pytest.fixture
def site(database: Database, monkeypatch: pytest.MonkeyPatch) -> Any:
    with clock.set_to(NOW):
        yield Site(World(), monkeypatch)


def typed(site: Site, quantity: str = "10", **more: str) -> dict[str, str]:
    return {
        "title": "방화벽 1차",
        "contract_id": str(site.world.contract.id),
        "order_date": "2026-02-09",
        "evidence_type": "tax_invoice_auto",
        "items-0-contract_item_id": str(site.world.items[0].id),
        "items-0-quantity": quantity,
        "items-0-requested_place": "GS1",
    } | more


def only_order() -> PurchaseOrder:
    with database.working() as session:
        found: PurchaseOrder = session.execute(select(PurchaseOrder)).scalar_one()
        return found


def test_from_the_contract_to_the_confirmed_sheet(site: Site) -> None:
    assert site.world.contract.number in site.get("buyer", "/orders/new").text
    form = site.get("buyer", f"/orders/new?contract={site.world.contract.id}").text
    assert re.search(r'name="items-0-quantity" value="50"', form)

    made = site.post("buyer", "/orders", typed(site))
    order = only_order()
    page = f"/orders/{order.id}"
    assert (made.status_code, made.headers["location"]) == (303, page)
    assert site.get("partner", page).status_code == 404
    assert site.post("buyer", f"{page}/request-confirmation", {"version": "0"}).status_code == 303
    assert "발주서를 만들고 있습니다" in site.get("partner", page).text
    site.world.job("build_order_sheet", order)

    shown = site.get("partner", page).text
    for words in ("발주확인요청", "발주서확인", "발주확인거절", "PDF 다운로드", "정산정보", "체결근거"):
        assert words in shown
    assert "110,055" in site.get("partner", f"{page}?tab=settlement").text
    sheet = site.get("partner", f"{page}/confirm").text
    for words in ("직인첨부", "내용에 동의합니다", "발주서로 이동", "금액 합계"):
        assert words in sheet
    image = re.search(r'src="(/files/\d+/pages/1\.png)"', sheet)
    assert image is not None
    assert site.get("partner", image[1]).headers["content-type"] == "image/png"

    answer = {"version": "1", "agreed": "1", "seen_pages": "1", "sheet_sha256": only_order().draft_sha256}
    unread = site.post("partner", f"{page}/confirm", answer | {"seen_pages": ""})
    assert unread.status_code == 422
    assert "끝까지 읽은 뒤" in unread.text
    unsealed = site.post("partner", f"{page}/confirm", answer)
    assert "직인이 없습니다" in unsealed.text
    seal = {"seal_upload": ("직인.png", default_seal("한빛"), "image/png")}
    assert site.post("partner", f"{page}/confirm", answer, seal).status_code == 303
    assert only_order().status == "confirmed"
    assert "완료" in site.get("partner", page).text
    site.world.job("build_order_final", order)
    final = only_order()
    pdf = site.get("partner", f"/files/{final.final_file_id}/download")
    assert pdf.content.startswith(b"%PDF-")


def test_what_cannot_be_saved_keeps_what_was_typed(site: Site) -> None:
    over = site.post("buyer", "/orders", typed(site, "51"))
    assert over.status_code == 422
    assert "계약 수량 50 가운데 50까지 발주할 수 있습니다." in over.text
    assert 'value="51"' in over.text
    empty = site.post("buyer", "/orders", typed(site, ""))
    assert "수량을 넣은 품목이 하나는 있어야 합니다." in empty.text


def test_an_order_without_a_contract_is_typed_line_by_line(site: Site) -> None:
    assert "품목 추가" in site.get("buyer", "/orders/new?other=1").text
    data = {
        "title": "기타",
        "order_date": "2026-02-09",
        "company_id": str(site.world.company.id),
        "currency": "KRW",
        "settlement_type": "by_inspection",
        "evidence_type": "receipt",
        "items-0-name": "모니터",
        "items-0-quantity": "2",
        "items-0-unit_price": "500,000",
        "items-0-needs_serial": "1",
    }
    more = site.post("buyer", "/orders", data | {"more": "items"}).text
    assert 'name="items-5-name"' in more
    assert 'value="모니터"' in more
    assert site.post("buyer", "/orders", data).status_code == 303
    assert (only_order().basis, only_order().total) == ("기타발주", 1_100_000)


def test_a_draft_is_edited_and_a_stale_page_says_so(site: Site) -> None:
    site.post("buyer", "/orders", typed(site))
    path = f"/orders/{only_order().id}/edit"
    assert 'name="edit_version" value="1"' in site.get("buyer", path).text
    assert site.post("buyer", path, typed(site, "12", edit_version="1")).status_code == 303
    stale = site.post("buyer", path, typed(site, "13", edit_version="1"))
    assert stale.status_code == 409
    assert "그 사이에 문서가 바뀌었습니다" in stale.text


def test_partners_neither_write_orders_nor_see_drafts(site: Site) -> None:
    assert site.get("partner", "/orders/new").status_code == 403
    assert site.post("partner", "/orders", typed(site)).status_code == 403
    site.post("buyer", "/orders", typed(site))
    assert "방화벽 1차" not in site.get("partner", "/orders").text
    assert "방화벽 1차" in site.get("buyer", "/orders").text


def test_the_lists_have_the_manuals_columns_on_screen_and_in_the_sheet(site: Site) -> None:
    site.world.confirmed(10)
    heads = [
        "발주번호",
        "버전",
        "작성유형",
        "진행상태",
        "발주명",
        "발주일자",
        "구매담당자",
        "통화",
        "발주금액",
        "전달사항",
    ]
    listed = site.get("partner", "/orders").text
    assert all(f">{head}" in listed for head in heads)
    book = load_workbook(io.BytesIO(site.get("partner", "/orders?format=xlsx").content))
    assert set(heads) <= {cell.value for cell in book.worksheets[0][1]}

    items = ["의뢰번호", "발주번호", "발주일자", "구매담당자", "세분류", "품목명", "세부스펙", "수량", "단위", "통화"]
    items += ["단가", "금액", "납품요청일", "납품요청위치"]
    text = site.get("partner", "/orders/items").text
    assert all(f">{head}" in text for head in items)
    sheet = load_workbook(io.BytesIO(site.get("partner", "/orders/items?format=xlsx").content)).worksheets[0]
    assert [cell.value for cell in sheet[1]] == items
    assert sheet[2][7].value == 10
    assert "완료된 발주의 품목이 없습니다." in site.get("partner", "/orders/items?number=PO1999").text


def test_a_confirmed_order_is_changed_in_a_new_version(site: Site) -> None:
    order = site.world.confirmed(10)
    made = site.post("buyer", f"/orders/{order.id}/revisions")
    assert made.status_code == 303
    assert "변경발주 작성" in site.get("buyer", made.headers["location"]).text
    again = site.post("buyer", f"/orders/{order.id}/revisions")
    assert again.status_code == 409
    assert "버전" in site.get("buyer", f"/orders/{order.id}").text


def test_many_at_once_leave_the_same_evidence_as_one(site: Site) -> None:
    order = site.world.order(3)
    form = {"selected": f"{order.id}:0", "ip": "9.9.9.9", "agent": "forged"}

    assert site.post("buyer", "/orders/bulk/request-confirmation", form).status_code == 303

    with database.working() as session:
        kept = session.execute(select(Command).where(col(Command.act) == "request_confirmation")).scalar_one()
    assert (kept.state, kept.payload) == ("done", {"ip": "testclient", "agent": "testclient"})


def test_many_at_once_need_a_reason_where_one_does(site: Site) -> None:
    order = site.world.order(3)

    assert site.post("buyer", "/orders/bulk/cancel", {"selected": f"{order.id}:0"}).status_code == 422
    assert site.world.fresh(order).status == "drafting"
