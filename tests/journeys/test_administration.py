"""The administrator's day in chromium: a supplier and its code, a policy, a delegation, a notice, a sheet."""

import io
import re
from pathlib import Path

import openpyxl
import psycopg
import pytest
from playwright.sync_api import FilePayload, Page, expect

from tests.house import House
from tests.journeys.conftest import LogIn, shot
from tests.journeys.test_main_job import check_accessible

ADMIN, BUYER, DEPUTY, PARTNER = "minseok.oh", "amela.cha", "young.lee", "doyun.kim@hanbit.example"


class Desk:
    """The administrator's browser, and pictures of what it showed."""

    def __init__(self, page: Page, folder: Path) -> None:
        self.page = page
        self.folder = folder

    def look(self, name: str) -> None:
        """axe-core finds nothing serious; the page holds together at 1440 and 390 px."""
        page = self.page
        page.wait_for_load_state("load")
        shot(page, self.folder, f"{name}-1440")
        violations = check_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot(page, self.folder, f"{name}-390")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert violations == [], f"{name}: {violations}"
        assert wide <= 0, f"{name} is {wide} px wider than a phone"

    def menu(self, label: str) -> None:
        self.page.get_by_role("navigation", name="메뉴", exact=True).get_by_role("link", name=label, exact=True).click()


@pytest.fixture
def desk(log_in: LogIn, tmp_path: Path) -> Desk:
    return Desk(log_in(ADMIN), tmp_path)


def test_a_supplier_without_the_portal_is_registered_and_gets_its_code(desk: Desk, house: House) -> None:
    page = desk.page
    desk.menu("협력사")
    desk.look("suppliers")
    page.get_by_role("link", name="포탈미사용 협력사 등록").click()
    page.get_by_text("법인사업자", exact=True).click()
    page.get_by_label("기업명").fill("새길물류 주식회사")
    page.get_by_label("사업자등록번호").fill("116-82-00277")
    page.get_by_role("button", name="등록", exact=True).click()
    expect(page.get_by_text("없는 사업자등록번호입니다.").first).to_be_visible()
    desk.look("supplier-wrong")
    page.get_by_label("사업자등록번호").fill("116-82-00276")
    page.get_by_role("button", name="등록", exact=True).click()
    expect(page.get_by_text("포탈미사용 협력사로 등록했습니다.")).to_be_visible()
    page.get_by_role("button", name="인증번호 전송", exact=True).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("이메일").fill("hangil@saegil.example")
    dialog.get_by_role("button", name="인증번호 전송").click()
    expect(page.get_by_text("인증번호를 이메일로 보냈습니다.")).to_be_visible()
    desk.look("supplier")
    page.get_by_role("link", name="보낸 인증번호 보기").click()
    expect(page.get_by_role("main")).to_contain_text("새길물류 주식회사")


def test_a_new_policy_moves_the_deadline_of_a_running_document(desk: Desk, log_in: LogIn) -> None:
    buyer, page = log_in(BUYER), desk.page
    buyer.goto("/contracts/new")
    buyer.get_by_label("공급사").first.select_option(label="(주)한빛네트웍스")
    buyer.get_by_label("계약명").fill("정책이 바뀌는 계약")
    buyer.locator("[name=ends_on]").fill("2030-12-31")
    for name, value in (("name", "서버"), ("quantity", "1"), ("unit_price", "8800000")):
        buyer.locator(f'[name="items-0-{name}"]').fill(value)
    buyer.locator("button.primary", has_text="저장").click()
    buyer.get_by_role("button", name="초안검토요청", exact=True).click()
    bar = buyer.locator("[data-live=next]")
    expect(bar).to_contain_text("한빛네트웍스")
    before = bar.inner_text()

    desk.menu("정책")
    desk.look("policies")
    page.get_by_role("link", name="계약 초안검토요청 바꾸기").click()
    page.get_by_label("처리 기한").fill("20")
    page.get_by_label("독촉").fill("5, 3")
    page.get_by_label("지연 알림").fill("4")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_text("마지막 독촉보다 뒤의 날로").first).to_be_visible()
    page.get_by_label("지연 알림").fill("22")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_role("note")).to_contain_text(re.compile(r"진행 중인 문서 [\d,]+건의 기한과 알림도"))
    page.get_by_role("link", name="계약 초안검토요청 바꾸기").click()
    expect(page.get_by_role("table", name="변경 이력")).to_contain_text("20영업일")
    desk.look("policy")
    # The open page of the document hears of it by itself.
    expect(bar).not_to_have_text(before, timeout=15_000)


def test_how_long_things_last_is_set_with_its_history(desk: Desk) -> None:
    page = desk.page
    desk.menu("정책")
    expect(page.get_by_role("region", name="유효기간과 휴면 정책 표")).to_contain_text("휴면 전환까지의 기간")
    page.get_by_role("link", name="하모니 초대 유효기간 바꾸기").click()
    page.get_by_label("기간").fill("90")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_text("1~60일 안에서 정해 주세요.").first).to_be_visible()
    desk.look("lifetime-wrong")
    page.get_by_label("기간").fill("8")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_role("note")).to_contain_text("저장했습니다.")
    page.get_by_role("link", name="하모니 초대 유효기간 바꾸기").click()
    expect(page.get_by_role("table", name="변경 이력")).to_contain_text("8일")
    desk.look("lifetime")
    page.get_by_label("기간").fill("7")
    page.get_by_role("button", name="저장").click()


LISTS = {
    "회원": "/admin/members",
    "협력사": "/admin/suppliers",
    "위임": "/delegations?open=all",
    "공지사항": "/admin/announcements",
    "세분류": "/admin/masters/categories?active=all",
    "품목": "/admin/masters/goods?active=all",
    "단위": "/admin/masters/units?active=all",
    "납품위치": "/admin/masters/places?active=all",
    "사유 코드": "/admin/masters/reasons?active=all",
    "초대이력": "/invitations",
}


def test_every_list_of_the_administrator_is_downloaded_as_a_sheet(desk: Desk) -> None:
    for title, address in LISTS.items():
        _download(desk.page, title, address)


def _download(page: Page, title: str, address: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_contain_text(title)
    heads = page.locator("thead th:not(.no)").all_inner_texts()
    total = re.search(r"총 ([\d,]+)건", page.get_by_role("main").inner_text())
    assert total is not None
    with page.expect_download() as download:
        page.get_by_role("link", name="다운로드").click()
    assert download.value.suggested_filename.endswith(".xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes())).active
    assert sheet.max_row == 1 + int(total[1].replace(",", ""))
    names = [cell.value for cell in sheet[1]]
    assert [head.strip(" ↑↓\n") for head in heads if head.strip(" ↑↓\n") not in names] == []


LONG = "대한민국정보통신시스템엔지니어링종합기술연구원아시아태평양지역본부글로벌파트너십사업단"


def test_a_thousand_rows_and_long_names_keep_the_pages_together(desk: Desk, house: House) -> None:
    page = desk.page
    with psycopg.connect(house.database.owner_url) as connection:
        # Those that left: nobody else's choices grow longer.
        connection.execute(
            "INSERT INTO company (name, kind, status, business_number, representative, representative_foreign,"
            " business_type, business_item, country, currency, artist_insurance, zip_code, address, address_detail,"
            " phone, status_reason, created_at)"
            " SELECT '주식회사 ' || %(long)s || n, 'corporation', 'withdrawn', (4000000000 + n)::text, %(long)s, false,"
            " '', '', 'KR', 'KRW', false, '', %(long)s, '', '', %(long)s, now() FROM generate_series(1, 1000) n",
            {"long": LONG},
        )
        connection.execute(
            "INSERT INTO goods (code, name, spec, position, active, needs_serial, edit_version, created_at, changed_at)"
            " SELECT 'LONG-' || n, %(long)s || n, repeat(%(long)s, 8), 9000, false, false, 0, now(), now()"
            " FROM generate_series(1, 1000) n",
            {"long": LONG},
        )
    for name, address in (("suppliers", LEFT), ("goods", GOODS)):
        page.goto(f"{address}&size=100")
        expect(page.get_by_role("main")).to_contain_text("총 1,000건")
        tallest = page.locator("tbody tr").evaluate_all("rows => Math.max(...rows.map(row => row.offsetHeight))")
        assert tallest < ROW_PX_MAX, f"{name}: a row of {tallest} px"
        page.get_by_role("navigation", name="쪽").get_by_role("link", name="10", exact=False).last.click()
        expect(page.locator("tbody tr")).to_have_count(100)
        desk.look(f"thousand-{name}")
    page.locator("tbody .ref").first.click()
    desk.look("long-goods")
    page.goto(LEFT)
    page.locator("tbody .ref").first.click()
    desk.look("long-supplier")


LEFT = f"/admin/suppliers?status=withdrawn&name={LONG}"
"""Only these: companies leave in other journeys too."""
GOODS = "/admin/masters/goods?active=off"
ROW_PX_MAX = 120


def test_picking_goods_fills_what_the_house_knows_of_them(desk: Desk, log_in: LogIn) -> None:
    page = desk.page
    for kind, facts in (
        ("categories", {"code": "PICK-C", "name": "저장장치"}),
        ("units", {"code": "PICK-U", "name": "BOX"}),
        ("goods", {"code": "PICK-1", "name": "고른 디스크", "spec": "16TB", "category": "PICK-C", "unit": "PICK-U"}),
        ("goods", {"code": "PICK-2", "name": "고른 케이블"}),
    ):
        page.goto(f"/admin/masters/{kind}/new")
        for name, value in facts.items():
            field = page.locator(f"[name={name}]")
            if name in {"category", "unit"}:
                field.select_option(value)
            else:
                field.fill(value)
        if facts["code"] == "PICK-1":
            page.get_by_label("S/N 필요").check()
        page.get_by_role("button", name="저장").click()
        expect(page.get_by_text("저장했습니다.")).to_be_visible()
    buyer = log_in(BUYER)
    for form in ("/contracts/new", "/orders/new?other=1"):
        buyer.goto(form)
        row = [buyer.locator(f'[name="items-0-{name}"]') for name in ("category", "name", "spec", "unit")]
        row[1].fill("고른 디스크")
        row[1].press("Tab")
        for field, value in zip(row, ("저장장치", "고른 디스크", "16TB", "BOX"), strict=True):
            expect(field).to_have_value(value)
        expect(buyer.locator('[type=checkbox][name="items-0-needs_serial"]')).to_be_checked()
        expect(buyer.locator("[data-goods-filled]")).to_contain_text("고른 디스크")
        # What somebody typed stays; what the pick before had put there goes.
        row[2].fill("직접 적은 스펙")
        row[1].fill("고른 케이블")
        row[1].press("Tab")
        for field, value in zip(row, ("", "고른 케이블", "직접 적은 스펙", ""), strict=True):
            expect(field).to_have_value(value)
        expect(buyer.locator('[type=checkbox][name="items-0-needs_serial"]')).not_to_be_checked()
        # A name of one's own is taken as it is.
        row[1].fill("목록에 없는 것")
        row[1].press("Tab")
        expect(row[2]).to_have_value("직접 적은 스펙")


def test_a_role_is_delegated_and_the_deputy_acts_on_behalf(desk: Desk, log_in: LogIn) -> None:
    page = desk.page
    desk.menu("위임")
    desk.look("delegations")
    page.get_by_role("link", name="위임하기").click()
    page.get_by_label("위임하는 사람").select_option(label="minseok.oh(오민석)")
    page.get_by_label("위임받는 사람").select_option(label="young.lee(이영희)")
    page.get_by_label("역할").select_option(label="관리자")
    page.get_by_label("사유").fill("휴가")
    desk.look("delegation")
    page.get_by_role("button", name="위임", exact=True).click()
    expect(page.get_by_text("위임했습니다.")).to_be_visible()
    expect(page.get_by_role("table").first).to_contain_text("이영희")

    deputy = log_in(DEPUTY)
    deputy.goto("/admin/members?login=jun.kwon")
    deputy.get_by_role("link", name="권준").click()
    deputy.get_by_label("입고담당자").check()
    deputy.get_by_role("button", name="역할 저장").click()
    expect(deputy.get_by_text("역할을 바꾸었습니다.")).to_be_visible()
    expect(deputy.get_by_role("table", name="처리 이력")).to_contain_text("오민석 대신")
    deputy.get_by_label("입고담당자").uncheck()
    deputy.get_by_role("button", name="역할 저장").click()

    page.get_by_role("button", name=re.compile("이영희 · 관리자 위임 취소")).click()
    expect(page.get_by_text("위임을 취소했습니다.")).to_be_visible()
    answer = deputy.goto("/admin/members")
    assert answer is not None
    assert answer.status == 403


def test_a_pinned_notice_is_written_looked_at_and_read_by_everybody(desk: Desk, log_in: LogIn) -> None:
    page, title = desk.page, "설 연휴 납품 안내"
    desk.menu("공지사항 관리")
    page.get_by_role("link", name="공지 작성").click()
    page.get_by_label("제목").fill(title)
    page.get_by_label("상단 고정").check()
    page.get_by_label("내용").fill("2월 14일부터 18일까지 입고하지 않습니다.\n급한 납품은 입고담당자와 상의해 주세요.")
    desk.look("notice-form")
    page.get_by_role("button", name="저장").click()
    expect(page.get_by_text("아직 게시하지 않았습니다.")).to_be_visible()
    desk.look("notice-preview")
    partner = log_in(PARTNER)
    expect(partner.get_by_role("main")).not_to_contain_text(title)
    page.get_by_role("button", name="게시", exact=True).click()
    expect(page.get_by_text("게시했습니다.")).to_be_visible()
    partner.goto("/")
    partner.get_by_role("link", name=title).click()
    expect(partner.get_by_role("heading", level=1)).to_have_text(title)
    Desk(partner, desk.folder).look("notice")

    page.get_by_role("group").locator("summary", has_text="오민석").click()
    page.get_by_role("button", name="로그아웃").click()
    page.goto("/login")
    expect(page.get_by_role("region", name="공지사항")).to_contain_text(title)
    desk.look("login-notices")
    page.get_by_role("link", name=title).click()
    expect(page.get_by_role("main")).to_contain_text("급한 납품은")
    desk.look("notice-public")


def test_goods_are_taken_from_a_sheet_once_its_wrong_line_is_corrected(desk: Desk) -> None:
    page = desk.page
    desk.menu("기준정보")
    for tab, code, name in (("세분류", "SRV", "서버"), ("단위", "EA", "EA")):
        page.get_by_role("navigation", name="기준정보").get_by_role("link", name=tab, exact=True).click()
        page.get_by_role("link", name="등록", exact=True).click()
        page.get_by_label("코드").fill(code)
        page.get_by_label("이름").fill(name)
        page.get_by_role("button", name="저장").click()
        expect(page.get_by_text("저장했습니다.")).to_be_visible()
        page.get_by_role("link", name="목록", exact=True).click()
    page.get_by_role("navigation", name="기준정보").get_by_role("link", name="품목", exact=True).click()
    page.get_by_role("link", name="엑셀 올리기").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="양식 다운로드").click()
    form = Path(download.value.path()).read_bytes()
    page.get_by_label("엑셀 파일").set_input_files(_filled(form, category="NET"))
    page.get_by_role("button", name="올리기", exact=True).click()
    expect(page.get_by_role("region", name="미리보기 표")).to_contain_text("세분류 코드 NET")
    expect(page.get_by_role("button", name="반영")).to_have_count(0)
    desk.look("import-wrong")
    page.get_by_label("엑셀 파일").set_input_files(_filled(form, category="SRV"))
    page.get_by_role("button", name="올리기", exact=True).click()
    desk.look("import-preview")
    page.get_by_role("button", name="반영").click()
    expect(page.get_by_text("엑셀에서 2건을 등록하고 0건을 수정했습니다.")).to_be_visible()
    desk.look("goods")
    page.get_by_role("link", name="G-100").click()
    expect(page.get_by_label("S/N 필요")).to_be_checked()
    desk.look("goods-row")


def _filled(form: bytes, *, category: str) -> FilePayload:
    """The form as somebody filled it in."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = book.active
    names = [cell.value for cell in sheet[1]]
    rows = (
        {"코드": "G-100", "이름": "랙 서버", "세분류": "SRV", "단위": "EA", "S/N 필요": "Y"},
        {"코드": "G-200", "이름": "스위치", "세분류": category, "단위": "EA", "S/N 필요": "N"},
    )
    for number, row in enumerate(rows, start=2):
        for name, value in row.items():
            sheet.cell(number, names.index(name) + 1, value)
    target = io.BytesIO()
    book.save(target)
    media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return {"name": "품목.xlsx", "mimeType": media, "buffer": target.getvalue()}
