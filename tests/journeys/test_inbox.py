"""「내 할 일」: many waiting steps pressed at once, each with its own result."""

import re

from playwright.sync_api import expect

from tests.house import House
from tests.journeys.conftest import LogIn


def test_two_drafts_are_reviewed_at_once_from_the_inbox(log_in: LogIn, house: House) -> None:
    assert house.url
    buyer, partner = log_in("jun.kwon"), log_in("gaon.jung@gaonsoft.example")
    for title in ("백업 소프트웨어", "전자결재 시스템 구축"):
        buyer.goto("/contracts/new")
        buyer.get_by_label("공급사").first.select_option(label="가온소프트 주식회사")
        buyer.get_by_label("계약명").fill(title)
        buyer.locator("[name=ends_on]").fill("2030-12-31")
        for name, value in (("name", title), ("quantity", "1"), ("unit_price", "8800000")):
            buyer.locator(f'[name="items-0-{name}"]').fill(value)
        buyer.locator("button.primary", has_text="저장").click()
        buyer.get_by_role("button", name="초안검토요청", exact=True).click()
        expect(buyer.locator(".reader img").first).to_be_visible(timeout=15_000)
    partner.goto("/inbox?kind=contract")
    partner.get_by_label("모두 선택").check()
    partner.get_by_role("button", name="검토완료", exact=True).click()
    expect(partner).to_have_url(re.compile("/bulk/"))
    expect(partner.get_by_role("table")).to_contain_text("초안검토완료")
    expect(partner.locator("[data-live=results]").get_by_text("처리", exact=True)).to_have_count(2)
