"""The main job, contract to payment, by five people in chromium, by the manual's button labels."""

import re
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from activities.documents.seals import default_seal
from tests.journeys.conftest import LogIn, shot

AXE = Path(__file__).resolve().parents[1] / "vendor" / "axe.min.js"
DONE = "[data-toast]"
PARTNER, BUYER, RECEIVER = "doyun.kim@hanbit.example", "amela.cha", "suhyun.choi"
INSPECTOR, OFFICER = "jimin.han", "daeun.jung"


class Story:
    """Five people, one case; every page seen on the way is checked and pictured."""

    def __init__(self, log_in: LogIn, folder: Path) -> None:
        self.folder = folder
        self.partner = log_in(PARTNER)
        self.buyer = log_in(BUYER)
        self.receiver = log_in(RECEIVER)
        self.inspector = log_in(INSPECTOR)
        self.officer = log_in(OFFICER)
        self.people = (self.partner, self.buyer, self.receiver, self.inspector, self.officer)
        self.seen: set[str] = set()

    def look(self, page: Page, name: str) -> None:
        """axe-core finds nothing serious; the page holds together at 1440 and 390 px."""
        if name in self.seen:
            return
        self.seen.add(name)
        page.wait_for_load_state("load")
        shot(page, self.folder, f"{name}-1440")
        violations = check_accessible(page)
        page.set_viewport_size({"width": 390, "height": 844})
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot(page, self.folder, f"{name}-390")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert violations == [], f"{name}: {violations}"
        assert wide <= 0, f"{name} is {wide} px wider than a phone"

    def picture_everybody(self) -> None:
        """Where each of the five stands when something went wrong."""
        for login, page in zip((PARTNER, BUYER, RECEIVER, INSPECTOR, OFFICER), self.people, strict=True):
            shot(page, self.folder, f"failed-{login.partition('@')[0]}")

    def nobody_else_may(self, act: str, label: str, doer: Page, path: str) -> None:
        """Only one of the five sees the button, and a request of the others' own making is refused."""
        for person in self.people:
            if person is doer:
                continue
            person.goto(path)
            for role in ("button", "link"):
                expect(person.get_by_role("main").get_by_role(role, name=label, exact=True)).to_have_count(0)
            forged: dict[str, str | float | bool] = {
                "csrf": person.locator("input[name=csrf]").first.get_attribute("value") or "",
                "request_id": uuid.uuid4().hex,
                "reason": "남의 차례",
            }
            answer = person.request.post(f"{path}/{act}", form=forged)
            assert answer.status in {403, 404, 422}, (act, answer.status)


def check_accessible(page: Page) -> list[str]:
    """Serious and critical violations of the page as it is; what is still arriving on it has arrived at once."""
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['nodes'][0]['target']}"
        for one in found["violations"]
        if one["impact"] in {"serious", "critical"}
    ]


def path_of(page: Page) -> str:
    return re.sub(r"^https?://[^/]+", "", page.url).partition("?")[0]


def press(page: Page, label: str, said: str) -> None:
    """Press the button of that label and read the toast."""
    page.get_by_role("button", name=label, exact=True).first.click()
    expect(page.locator(DONE)).to_contain_text(said)


def give_reason(page: Page, label: str, reason: str, said: str) -> None:
    """A button that asks why."""
    page.get_by_role("button", name=label, exact=True).first.click()
    dialog = page.get_by_role("dialog", name=label)
    dialog.get_by_role("textbox").fill(reason)
    dialog.get_by_role("button", name=label, exact=True).click()
    expect(page.locator(DONE)).to_contain_text(said)


@pytest.fixture
def seal(tmp_path: Path) -> Path:
    file = tmp_path / "직인.png"
    file.write_bytes(default_seal("한빛네트웍스"))
    return file


@pytest.mark.timeout(400)
def test_contract_to_payment(log_in: LogIn, tmp_path: Path, seal: Path) -> None:
    story = Story(log_in, tmp_path)
    try:
        contract = draft_contract(story)
        review(story, contract)
        sign(story, contract, seal)
        order = issue_order(story)
        plan_deliveries(story)
        receive_and_inspect(story)
        settlement = settle(story)
        the_case_is_complete(story, contract, order, settlement)
    except BaseException:
        story.picture_everybody()
        raise


def draft_contract(story: Story) -> str:
    buyer = story.buyer
    buyer.goto("/contracts/drafts")
    story.look(buyer, "contract-drafts-empty")
    buyer.get_by_role("link", name="계약 작성").first.click()
    story.look(buyer, "contract-new")
    buyer.get_by_label("공급사").first.select_option(label="(주)한빛네트웍스")
    buyer.get_by_label("계약명").fill("인프라 장비구매요청")
    buyer.locator("[name=ends_on]").fill("2030-12-31")
    for name, value in (
        ("category", "네트워크"),
        ("name", "방화벽 FG-1100E"),
        ("spec", "10GHz, 25대 납품"),
        ("quantity", "50"),
        ("unit_price", "24000"),
    ):
        buyer.locator(f'[name="items-0-{name}"]').fill(value)
    buyer.locator('[name="items-0-needs_serial"]').check()
    buyer.locator("button.primary", has_text="저장").click()
    expect(buyer).to_have_url(re.compile(r"/contracts/\d+"))
    path = path_of(buyer)
    story.look(buyer, "contract-drafting")
    story.nobody_else_may("request-review", "초안검토요청", buyer, path)
    press(buyer, "초안검토요청", "초안")
    return path


def review(story: Story, path: str) -> None:
    buyer, partner = story.buyer, story.partner
    partner.goto("/inbox")
    story.look(partner, "inbox")
    # Other stories of this house may have left the partner a draft as well.
    partner.get_by_role("table").locator(f"a[href^='{path}']").first.click()
    expect(partner).to_have_url(re.compile(rf"{path}(\D|$)"))
    expect(partner.locator(".reader img").first).to_be_visible(timeout=15_000)
    story.look(partner, "contract-review")
    story.nobody_else_may("complete-review", "검토완료", partner, path)
    partner.goto(path)
    give_reason(partner, "재작성요청", "제2조 납기를 2월 28일로 바꿔 주세요.", "재작성")

    # The buyer's page is open all the while and follows by itself.
    buyer.goto(path)
    expect(buyer.get_by_text("제2조 납기를 2월 28일로 바꿔 주세요.")).to_be_visible()
    buyer.get_by_role("link", name="초안 수정").click()
    buyer.get_by_label("전달사항").fill("납기를 2월 28일로 고쳤습니다.")
    buyer.locator("button.primary", has_text="저장").click()
    expect(buyer).to_have_url(re.compile(path + r"(\?.*)?$"))
    press(buyer, "초안검토요청", "초안")
    expect(partner.locator("[data-live=next]")).to_contain_text("지금 초안 검토", timeout=15_000)
    expect(partner.locator(".reader img").first).to_be_visible(timeout=15_000)
    partner.goto(path)
    press(partner, "검토완료", "검토완료")
    expect(buyer.locator("[data-live=timeline]")).to_contain_text("김도윤", timeout=15_000)


def sign(story: Story, path: str, seal: Path) -> None:
    buyer, partner = story.buyer, story.partner
    story.nobody_else_may("request-seal", "날인요청", buyer, path)
    buyer.goto(path)
    buyer.get_by_role("button", name="날인요청", exact=True).click()
    story.look(buyer, "contract-request-seal")
    buyer.get_by_label("직인첨부").set_input_files(seal)
    press(buyer, "날인요청", "날인")
    story.nobody_else_may("sign", "계약서 서명", partner, path)
    partner.goto(path)
    partner.get_by_role("button", name="계약서 서명", exact=True).click()
    story.look(partner, "contract-sign")
    read_to_the_end(partner)
    partner.get_by_label("직인첨부").set_input_files(seal)
    press(partner, "서명", "서명")
    expect(partner.get_by_role("link", name="계약서 다운로드")).to_be_visible(timeout=30_000)
    story.look(partner, "contract-completed")
    with partner.expect_download() as download:
        partner.get_by_role("link", name="계약서 다운로드").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")


def read_to_the_end(page: Page) -> None:
    """Every paper: scroll to its end, agree, 「다음」."""
    papers = page.locator("[data-paper]")
    for index in range(papers.count() - 1):
        paper = papers.nth(index)
        expect(paper).to_be_visible()
        agree = paper.get_by_label("내용에 동의합니다")
        for end in paper.locator("[data-page-end]").all():
            end.scroll_into_view_if_needed()
            expect(end).to_have_attribute("data-read", "1")
        agree.check()
        paper.get_by_role("button", name="다음").click()


def issue_order(story: Story) -> str:
    buyer, partner = story.buyer, story.partner
    buyer.goto("/orders/new")
    story.look(buyer, "order-new")
    buyer.get_by_role("main").get_by_role("link", name=re.compile("CR")).first.click()
    story.look(buyer, "order-form")
    buyer.locator("button.primary", has_text="저장").click()
    expect(buyer).to_have_url(re.compile(r"/orders/\d+"))
    path = path_of(buyer)
    story.look(buyer, "order-drafting")
    story.nobody_else_may("request-confirmation", "발주확인요청", buyer, path)
    buyer.goto(path)
    press(buyer, "발주확인요청", "발주")
    expect(buyer.locator(".reader img").first).to_be_visible(timeout=15_000)
    story.nobody_else_may("confirm", "발주서 확인", partner, path)
    partner.goto(path)
    partner.get_by_role("button", name=re.compile("^발주서 ?확인$")).first.click()
    story.look(partner, "order-confirm")
    read_to_the_end(partner)
    press(partner, "발주서확인", "발주")
    story.look(partner, "order-confirmed")
    return path


def plan_deliveries(story: Story) -> None:
    partner, buyer = story.partner, story.buyer
    partner.goto("/deliveries")
    story.look(partner, "delivery-plan-empty")
    for index, quantity in enumerate(("30", "20")):
        partner.get_by_role("button", name=re.compile("일정 추가")).first.click()
        partner.locator("[name$=-planned_on]").nth(index).fill("2030-02-28")
        partner.locator("[name$=-place]").nth(index).select_option(label="GS1")
        partner.locator("[name$=-quantity]").nth(index).fill(quantity)
    partner.get_by_role("button", name="저장", exact=True).last.click()
    expect(partner.get_by_text("납품 일정을 저장했습니다.")).to_be_visible()
    story.look(partner, "delivery-plan")
    for number, count in ((0, 30), (1, 20)):
        partner.goto("/deliveries")
        partner.get_by_role("link", name="미작성").first.click()
        story.look(partner, "delivery-serials")
        partner.get_by_label("시리얼번호", exact=False).last.fill(
            "\n".join(f"FG{number}{serial:04d}" for serial in range(count))
        )
        partner.get_by_role("button", name="작성완료").click()
        expect(partner.get_by_text("시리얼번호를 저장했습니다.")).to_be_visible()
    for box in partner.get_by_role("checkbox", name=re.compile("차 선택$")).all():
        box.check()
    partner.get_by_role("button", name="확정요청", exact=True).first.click()
    expect(partner.get_by_text("확정요청").first).to_be_visible()
    buyer.goto("/deliveries")
    story.look(buyer, "delivery-rounds")
    for person in (story.receiver, story.inspector, story.officer):
        person.goto("/deliveries")
        expect(person.get_by_role("button", name="확정", exact=True)).to_have_count(0)
    for box in buyer.get_by_role("checkbox", name=re.compile("선택$")).all()[1:]:
        box.check()
    buyer.get_by_role("button", name="확정", exact=True).first.click()
    expect(buyer.locator("main")).to_contain_text("2건")


def first_task(page: Page, step: str, plural: str) -> str:
    """Open the first waiting step of that name from 「내 할 일」."""
    page.goto("/inbox")
    page.get_by_role("table").get_by_role("link", name=step).first.click()
    expect(page).to_have_url(re.compile(rf"/{plural}/\d+"))
    return path_of(page)


def receive_and_inspect(story: Story) -> None:
    receiver, inspector = story.receiver, story.inspector
    for part in ("10", None, None):
        path = first_task(receiver, "입고", "deliveries")
        story.nobody_else_may("receive", "입고", receiver, path)
        receiver.goto(path)
        receiver.get_by_role("button", name="입고", exact=True).click()
        story.look(receiver, "delivery-receive")
        if part:
            receiver.get_by_label("입고 수량").fill(part)
        press(receiver, "입고", "입고")
        story.look(receiver, "delivery-round")
    for _ in range(3):
        path = first_task(inspector, "검수", "inspections")
        story.nobody_else_may("accept", "검수완료", inspector, path)
        inspector.goto(path)
        story.look(inspector, "inspection")
        press(inspector, "검수완료", "검수완료")


def settle(story: Story) -> str:
    officer, partner = story.officer, story.partner
    officer.goto("/settlements/new")
    story.look(officer, "settlement-choose")
    officer.get_by_role("main").get_by_role("link", name=re.compile("PO")).first.click()
    story.look(officer, "settlement-form")
    officer.locator("main button.primary").last.click()
    expect(officer).to_have_url(re.compile(r"/settlements/\d+"))
    path = path_of(officer)
    story.nobody_else_may("request-issue", "발행요청", officer, path)
    officer.goto(path)
    press(officer, "발행요청", "발행")
    partner.goto("/settlements/requests")
    story.look(partner, "settlement-requests")
    story.nobody_else_may("acknowledge", "확인", partner, path)
    partner.goto(path)
    story.look(partner, "settlement")
    press(partner, "확인", "확인")
    story.nobody_else_may("settle", "정산완료", officer, path)
    officer.goto(path)
    officer.get_by_role("button", name="정산완료", exact=True).click()
    story.look(officer, "settlement-settle")
    officer.get_by_label("증빙번호").fill("20301130-41000073-00000001")
    today = officer.locator("[name=evidence_issued_on]").get_attribute("max")
    assert today is not None
    officer.get_by_label("증빙발행일").fill(today)
    officer.get_by_label("직접 입력하는 사유").fill("공급사가 다른 중계사이트에서 발행")
    press(officer, "정산완료", "정산완료")
    expect(officer.locator("[data-live=timeline]")).to_contain_text("지급", timeout=15_000)
    expect(officer.get_by_role("button", name="지급완료", exact=True)).to_be_visible(timeout=15_000)
    story.nobody_else_may("pay", "지급완료", officer, path)
    officer.goto(path)
    officer.get_by_role("button", name="지급완료", exact=True).click()
    story.look(officer, "settlement-pay")
    officer.get_by_label("지급일", exact=False).first.fill(today)
    officer.get_by_label("지급 참조번호").fill("이체 2030-0001")
    officer.get_by_label("조기지급 사유").fill("협력사 요청")
    press(officer, "지급완료", "지급")
    story.look(officer, "settlement-paid")
    return path


def the_case_is_complete(story: Story, contract: str, order: str, settlement: str) -> None:
    """The whole course, on one page, each step with its person."""
    partner = story.partner
    partner.goto(contract)
    partner.get_by_role("link", name="전체 흐름 보기").click()
    story.look(partner, "case")
    line = partner.locator("[data-live=timeline]")
    for who in ("차지애", "김도윤", "최수현", "한지민", "정다은"):
        expect(line).to_contain_text(who)
    documents = partner.locator("[data-live=case-documents]")
    for path in (contract, order, settlement):
        expect(documents.locator(f"a[href='{path}']")).to_have_count(1)
    expect(documents).to_contain_text("지급완료")
    for name in ("/", "/contracts", "/contracts/items", "/orders", "/orders/items", "/inspections", "/settlements"):
        partner.goto(name)
        story.look(partner, "list" + name.replace("/", "-"))
    for name in ("/notifications", "/account", "/account/sessions", "/search?q=방화벽", "/verify"):
        partner.goto(name)
        story.look(partner, "page" + re.sub(r"\W", "-", name))
