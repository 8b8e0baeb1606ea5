"""본인인증 and the address search in the browser, while the outside worlds answer and while they do not."""

import re
import urllib.parse
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.house import House
from tests.journeys.joining import Applicant, Person, applicant


@pytest.fixture
def newcomer(browser: Browser, house: House) -> Iterator[Applicant]:
    made = applicant(browser, house, Person("남새벽"))
    yield made
    made.page.context.close()
    weather(house)


def weather(house: House, **fields: str) -> None:
    """The carrier's weather; fair without fields."""
    data = urllib.parse.urlencode(fields).encode()
    with urllib.request.urlopen(f"{house.sandbox}/board/carrier", data, timeout=5) as answer:  # noqa: S310
        assert answer.status == 200


def test_a_carrier_that_fails_on_the_way_back_costs_nothing(newcomer: Applicant, house: House) -> None:
    page = newcomer.page
    page.goto("/signups/individual")
    page.get_by_role("button", name="본인인증").click()
    expect(page).to_have_url(re.compile("/pass/"))
    page.locator("[name=operator][value=KT_MVNO]").check(force=True)
    page.locator("[name=method][value=APP]").check(force=True)
    page.get_by_role("button", name="다음").click()
    expect(page.get_by_text("필수 동의입니다.")).to_have_count(4)
    for box in page.locator("[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="다음").click()
    page.get_by_label("이름").fill(newcomer.person.name)
    page.get_by_label("생년월일").fill("19910302")
    page.locator("[name=sex][value=female]").check(force=True)
    page.get_by_label("휴대폰번호").fill(newcomer.person.phone)
    page.get_by_role("button", name="PASS 앱으로 요청").click()
    page.get_by_role("button", name="승인").click()
    expect(page.get_by_text("본인확인이 완료되었습니다")).to_be_visible()
    weather(house, outage="1")
    expect(page).to_have_url(re.compile("/identity/return"), timeout=30_000)
    expect(page.get_by_text("본인인증 기관에서 답이 오지 않습니다.")).to_be_visible()
    weather(house)
    page.get_by_role("link", name="다시 확인").click()
    expect(page).to_have_url(re.compile("/signups/individual"))
    expect(page.get_by_text("인증완료")).to_be_visible()
    expect(page.get_by_text(newcomer.person.name)).to_be_visible()


def test_who_cancels_at_the_carrier_reads_so_and_may_begin_again(newcomer: Applicant) -> None:
    page = newcomer.page
    page.goto("/signups/individual")
    page.get_by_role("button", name="본인인증").click()
    page.get_by_role("button", name="취소").click()
    expect(page).to_have_url(re.compile("/identity/return"), timeout=15_000)
    expect(page.get_by_text("본인인증을 취소하셨습니다.")).to_be_visible()
    page.get_by_role("button", name="다시 인증하기").click()
    newcomer.verify()
    expect(page.get_by_text("인증완료")).to_be_visible()


def test_a_row_of_the_address_dialog_fills_the_form_and_typing_always_works(newcomer: Applicant) -> None:
    page = newcomer.page
    newcomer.ask_individual()
    newcomer.yes()
    newcomer.agree()
    page.wait_for_load_state("networkidle")
    panel = page.locator("[data-address]").first
    zip_code, road, detail = (
        page.locator(f"#{panel.get_attribute(f'data-{part}')}") for part in ("zip", "road", "detail")
    )
    page.get_by_role("link", name="우편번호 검색").click()
    dialog = page.locator("#address-dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("searchbox").fill("서울특별시")
    dialog.get_by_role("button", name="검색").click()
    dialog.get_by_role("link", name="다음").click()
    expect(dialog.get_by_text(re.compile(r"^2 / "))).to_be_visible()
    dialog.get_by_role("searchbox").fill("첨단로 242")
    dialog.get_by_role("searchbox").press("Enter")
    dialog.get_by_role("button", name=re.compile("첨단로 242")).click()
    expect(dialog).to_be_hidden()
    expect(zip_code).to_have_value("63309")
    expect(road).to_have_value(re.compile("제주특별자치도 제주시 첨단로 242"))
    expect(detail).to_be_focused()
    page.route("**/addresses?**", lambda route: route.abort())
    page.get_by_role("link", name="우편번호 검색").click()
    dialog.get_by_role("searchbox").fill("세종대로")
    dialog.get_by_role("button", name="검색").click()
    expect(dialog.get_by_text("주소를 직접 입력하실 수 있습니다.")).to_be_visible()
    page.keyboard.press("Escape")
    zip_code.fill("04524")
    road.fill("서울특별시 중구 세종대로 110")
    expect(zip_code).to_have_value("04524")


def test_everything_works_without_scripts(browser: Browser, house: House) -> None:
    context = browser.new_context(base_url=house.url, java_script_enabled=False, locale="ko-KR")
    page = context.new_page()
    without = Applicant(page=page, house=house, person=Person("문이슬"))
    page.goto("/signups/individual")
    page.get_by_role("button", name="본인인증").click()
    without.verify()
    expect(page.get_by_text("인증완료")).to_be_visible()
    page.goto("/addresses")
    page.get_by_role("searchbox").fill("판교역로")
    page.get_by_role("button", name="검색").click()
    expect(page.get_by_text("경기도 성남시 분당구 판교역로 166")).to_be_visible()
    context.close()
