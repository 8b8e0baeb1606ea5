"""Settlement to tax service: the officer here, the supplier at the hub, and every way it can turn out."""

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, Page, expect

from models.kernel.identifiers import brn_with_check
from models.members.house import HOUSE
from ops.seed.people import FIRMS
from tests import engines
from tests.house import House, running
from tests.journeys.conftest import LogIn, shot
from tests.journeys.settled import Wanted, settle
from tests.journeys.test_main_job import check_accessible, path_of

OFFICER, PARTNER = "daeun.jung", "doyun.kim@hanbit.example"
SUPPLIER = next(brn_with_check(firm.number) for firm in FIRMS if any(login == PARTNER for login, *_ in firm.contacts))
HUB_PASSWORD, CERTIFICATE_PASSWORD = "hub-1234!", "cert-1234!"
BADGE = "[data-live=badge]"
SLOW = 40_000
TRIES, PAUSE = 80, 500


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house of its own: invoices move money, and other stories count settlements."""
    with running(tmp_path_factory.mktemp("invoices"), engines.new_namespace("invoices")) as made:
        chaos(made, "", pace="instant")
        yield made


def chaos(house: House, where: str, **fields: str) -> None:
    """A switch on the hub's operator page."""
    data = urlencode(fields).encode()
    with urllib.request.urlopen(f"{house.sandbox}/hub/chaos{where}", data=data, timeout=10) as answer:  # noqa: S310
        assert answer.status == 200


@pytest.fixture(scope="module")
def settlements(house: House) -> list[int]:
    """Nine settlements the partner has acknowledged; each story takes its own."""
    return settle(house, Wanted(PARTNER, OFFICER, "장비", 9))


class Hub:
    """The supplier's browser at the hub."""

    def __init__(self, page: Page, house: House, number: str = "") -> None:
        self.page, self.base, self.number = page, house.sandbox, number or SUPPLIER

    def at(self, path: str) -> Page:
        self.page.goto(f"{self.base}{path}")
        if "/hub/login" in self.page.url:
            self.log_in()
        return self.page

    def log_in(self) -> None:
        self.page.get_by_label("사업자등록번호").fill(self.number)
        self.page.get_by_label("비밀번호").fill(HUB_PASSWORD)
        self.page.get_by_role("button", name="로그인").click()

    def open_waiting(self, number: str) -> None:
        """문서함 > 미처리문서: the document the house calls so, whatever else a story that broke off left there."""
        self.at("/hub/inbox").get_by_role("table").locator(f"a[href^='/hub/documents/{number}-']").first.click()
        expect(self.page).to_have_url(re.compile(f"/hub/documents/{number}-"))

    def sign(self, number: str) -> None:
        """View it, choose the certificate, sign."""
        self.open_waiting(number)
        self.page.get_by_role("link", name="서명", exact=True).click()
        self.page.get_by_label("인증서 비밀번호").fill(CERTIFICATE_PASSWORD)
        self.page.get_by_role("button", name="서명", exact=True).click()
        expect(self.page.get_by_role("status")).to_contain_text("발급되었습니다")

    def refuse(self, number: str, reason: str) -> None:
        self.open_waiting(number)
        self.page.get_by_role("link", name="거부", exact=True).click()
        self.page.get_by_label("거부 사유").fill(reason)
        self.page.get_by_role("button", name="거부", exact=True).click()

    def send(self, when: str) -> None:
        """국세청 전송 설정."""
        self.at("/hub/settings").get_by_label(when).check()
        self.page.get_by_role("button", name="저장").click()


@pytest.fixture
def hub(browser: Browser, house: House) -> Iterator[Hub]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul")
    yield Hub(context.new_page(), house)
    context.close()


def request_invoice(officer: Page, settlement: int) -> str:
    """세금계산서 역발행 신청 of a settlement; the invoice's path once the hub has it."""
    officer.goto(f"/settlements/{settlement}")
    officer.get_by_role("link", name="세금계산서 역발행 신청").click(timeout=SLOW)
    officer.get_by_role("button", name="세금계산서 역발행 신청").click()
    expect(officer).to_have_url(re.compile(r"/tax-invoices/\d+"))
    expect(officer.locator(BADGE)).to_contain_text("발급대기", timeout=SLOW)
    return path_of(officer)


def number_of(page: Page) -> str:
    """What the house calls the invoice whose page is open; the hub's key begins with it."""
    found = re.match(r"TX\d{8}-\d{3,}", page.title())
    assert found, page.title()
    return found[0]


def becomes(page: Page, status: str) -> None:
    """The open page follows by itself."""
    expect(page.locator(BADGE)).to_contain_text(status, timeout=SLOW)


def look(page: Page, folder: Path, name: str) -> None:
    """axe-core finds nothing serious; the page holds together at 1440 and 390 px."""
    page.wait_for_load_state("load")
    shot(page, folder, f"{name}-1440")
    violations = check_accessible(page)
    page.set_viewport_size({"width": 390, "height": 844})
    wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    shot(page, folder, f"{name}-390")
    page.set_viewport_size({"width": 1440, "height": 900})
    assert violations == [], f"{name}: {violations}"
    assert wide <= 0, f"{name} is {wide} px wider than a phone"


@pytest.mark.timeout(300)
def test_from_settlement_to_tax_service(
    house: House, settlements: list[int], log_in: LogIn, hub: Hub, tmp_path: Path
) -> None:
    officer, partner = log_in(OFFICER), log_in(PARTNER)
    where = f"/settlements/{settlements[0]}"
    path = preview_and_request(officer, where, tmp_path)
    number = number_of(officer)
    the_partner_sees_it(partner, house, number, tmp_path)
    sign_from_the_letter(hub, house, number)
    becomes(officer, "전송성공")
    expect(officer.locator("[data-live=verified]")).to_contain_text("확인됨", timeout=SLOW)
    expect(officer.locator(".etax-approval")).to_have_text(re.compile(r"^\d{8}-\d{8}-\w{8}$"))
    look(officer, tmp_path, "accepted")
    for name, begins in (("PDF", b"%PDF-"), ("XML", b"<?xml")):
        with officer.expect_download(timeout=SLOW) as download:
            officer.get_by_role("link", name=name, exact=True).click(timeout=SLOW)
        assert Path(download.value.path()).read_bytes().startswith(begins), name
    officer.goto(where)
    becomes(officer, "지급예정")
    expect(officer.locator("[data-live=invoices]").get_by_role("link")).to_have_attribute("href", path)
    becomes(partner, "전송성공")


def preview_and_request(officer: Page, where: str, folder: Path) -> str:
    """From the settlement over preview and draft to the hub; the invoice's path."""
    officer.goto(where)
    expect(officer.get_by_role("link", name="세금계산서 역발행 신청")).to_be_visible(timeout=SLOW)
    look(officer, folder, "settlement")
    officer.get_by_role("link", name="세금계산서 역발행 신청").click()
    look(officer, folder, "new")
    expect(officer.get_by_label("작성일자")).to_have_attribute("max", re.compile(r"\d{4}-\d\d-\d\d"))
    expect(officer.locator(".etax-approval")).to_have_text("발행되지 않은 세금계산서입니다.")
    officer.get_by_role("button", name="임시저장").click()
    expect(officer).to_have_url(re.compile(r"/tax-invoices/\d+"))
    look(officer, folder, "draft")
    officer.get_by_role("button", name="미리보기 PDF 만들기").click()
    expect(officer.get_by_text("미리보기 PDF를 만들고 있습니다.")).to_be_visible()
    with officer.expect_download(timeout=SLOW) as download:
        officer.get_by_role("link", name="미리보기 PDF", exact=True).click(timeout=SLOW)
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF-")
    officer.get_by_text("영수", exact=True).click()
    officer.get_by_role("button", name="저장하고 미리보기").click()
    expect(officer.locator(".etax-foot")).to_contain_text("(영수)")
    officer.get_by_role("button", name="역발행 요청", exact=True).click()
    becomes(officer, "발급대기")
    look(officer, folder, "waiting")
    return path_of(officer)


def the_partner_sees_it(partner: Page, house: House, number: str, folder: Path) -> None:
    """In its list and on the page, with the way to the hub."""
    partner.goto("/tax-invoices?view=waiting")
    look(partner, folder, "partner-list")
    partner.get_by_role("table").get_by_role("link", name=number, exact=True).click()
    expect(partner.locator("[data-live=next]")).to_contain_text("지금 공급자 서명하실 차례입니다.")
    look(partner, folder, "partner-detail")
    link = partner.get_by_role("link", name="중계사이트에서 서명")
    expect(link).to_have_attribute("href", f"{house.sandbox}/hub")


def sign_from_the_letter(hub: Hub, house: House, number: str) -> None:
    """The mail's link, a wrong password, the right one."""
    hub.page.goto(mail_link(house, PARTNER, number))
    hub.log_in()
    expect(hub.page.get_by_role("main")).to_contain_text("서명을 기다리고 있습니다.")
    hub.page.get_by_role("link", name="서명", exact=True).click()
    hub.page.get_by_label("인증서 비밀번호").fill("틀린 비밀번호")
    hub.page.get_by_role("button", name="서명", exact=True).click()
    expect(hub.page.get_by_role("alert").first).to_be_visible()
    hub.page.get_by_label("인증서 비밀번호").fill(CERTIFICATE_PASSWORD)
    hub.page.get_by_role("button", name="서명", exact=True).click()
    expect(hub.page.get_by_role("status")).to_contain_text("발급되었습니다")


def mail_link(house: House, box: str, number: str) -> str:
    """The hub's newest letter to that address about an invoice."""
    with urllib.request.urlopen(f"{house.sandbox}/mail/{box}/messages", timeout=10) as answer:  # noqa: S310
        letters = [one["text"] for one in json.load(answer)]
    found = [re.search(rf"https?://\S+/hub/documents/{number}-\S+", text) for text in letters]
    return next(match[0] for match in found if match)


@pytest.mark.timeout(300)
def test_refused_made_again_and_withdrawn(settlements: list[int], log_in: LogIn, hub: Hub, tmp_path: Path) -> None:
    officer = log_in(OFFICER)
    refused = request_invoice(officer, settlements[1])
    hub.refuse(number_of(officer), "단가가 다릅니다.")
    becomes(officer, "거부")
    expect(officer.get_by_text("공급자가 거부했습니다. 사유: 단가가 다릅니다.").first).to_be_visible()
    look(officer, tmp_path, "refused")
    officer.get_by_role("button", name="다시 요청").click()
    expect(officer.locator(BADGE)).to_contain_text("작성중")
    assert path_of(officer) != refused
    officer.get_by_role("button", name="역발행 요청", exact=True).click()
    becomes(officer, "발급대기")
    officer.get_by_role("button", name="자동 독촉 끄기").click()
    expect(officer.get_by_text("자동 독촉을 껐습니다.").first).to_be_visible()
    officer.get_by_role("button", name="지금 독촉").click()
    expect(officer.locator("[data-live=reminders] time")).to_have_count(1, timeout=SLOW)
    officer.get_by_role("button", name="요청취소", exact=True).click()
    dialog = officer.get_by_role("dialog", name="요청취소")
    dialog.get_by_role("textbox").fill("작성일자 착오")
    dialog.get_by_role("button", name="요청취소", exact=True).click()
    becomes(officer, "요청취소")
    expect(hub.at("/hub/inbox").locator(f"a[href^='/hub/documents/{number_of(officer)}-']")).to_have_count(0)


@pytest.mark.timeout(300)
def test_issue_is_cancelled_before_it_is_sent(settlements: list[int], log_in: LogIn, hub: Hub) -> None:
    officer = log_in(OFFICER)
    request_invoice(officer, settlements[2])
    hub.send("다음 영업일")
    hub.sign(number_of(officer))
    becomes(officer, "발급완료")
    officer.get_by_role("button", name="발행취소", exact=True).click()
    dialog = officer.get_by_role("dialog", name="발행취소")
    dialog.get_by_role("textbox").fill("금액 착오")
    dialog.get_by_role("button", name="발행취소", exact=True).click()
    expect(officer.locator(BADGE)).to_have_text(re.compile("발행취소$"), timeout=SLOW)
    hub.send("발급 즉시")
    officer.goto(f"/settlements/{settlements[2]}")
    expect(officer.get_by_role("link", name="세금계산서 역발행 신청")).to_be_visible()


@pytest.mark.timeout(300)
def test_a_transmission_that_fails_is_sent_again(
    house: House, settlements: list[int], log_in: LogIn, hub: Hub, tmp_path: Path
) -> None:
    officer = log_in(OFFICER)
    path = request_invoice(officer, settlements[3])
    chaos(house, "", fail_next="1")
    hub.send("다음 영업일")
    hub.sign(number_of(officer))
    becomes(officer, "발급완료")
    look(officer, tmp_path, "issued")
    officer.get_by_role("button", name="국세청 즉시전송", exact=True).click()
    becomes(officer, "전송실패")
    hub.send("발급 즉시")
    expect(officer.get_by_text("국세청이 받지 않았습니다.").first).to_be_visible()
    look(officer, tmp_path, "failed")
    officer.goto("/tax-invoices?view=failed")
    expect(officer.get_by_role("table").locator(f"a[href='{path}']")).to_have_count(1)
    officer.goto(path)
    officer.get_by_role("button", name="재전송", exact=True).click()
    becomes(officer, "전송성공")


@pytest.mark.timeout(300)
def test_the_house_issues_to_a_person(house: House, log_in: LogIn, hub: Hub, tmp_path: Path) -> None:
    officer = log_in(OFFICER)
    officer.goto("/tax-invoices")
    officer.get_by_role("link", name="정발행 작성").click()
    officer.get_by_text("개인", exact=True).click()
    for label, value in (
        ("등록번호", "900101-1234568"),
        ("상호 또는 성명", "홍길동"),
        ("이메일", "gildong@people.example"),
    ):
        officer.get_by_label(label, exact=False).first.fill(value)
    officer.locator("[name='lines-0-name']").fill("중고 노트북")
    officer.locator("[name='lines-0-amount']").fill("300,000")
    look(officer, tmp_path, "sale")
    officer.get_by_role("button", name="미리보기", exact=True).click()
    expect(officer.locator(".etax").first).to_contain_text("900101-1******")
    look(officer, tmp_path, "sale-preview")
    officer.get_by_role("button", name="발급 요청", exact=True).click()
    becomes(officer, "발급대기")
    look(officer, tmp_path, "sale-waiting")
    hub.number = HOUSE.number
    hub.sign(number_of(officer))
    becomes(officer, "전송성공")
    expect(officer.locator("[data-live=verified]")).to_contain_text("확인됨", timeout=SLOW)


NEEDS = {
    "계약의 해제": {},
    "착오에 의한 이중발급 등": {},
    "내국신용장 사후개설": {},
    "기재사항 착오정정": {"lines-0-name": "총무서버 (정정)"},
    "공급가액 변동": {"difference": "-100,000"},
    "환입": {"difference": "50,000"},
}
"""The last two on one and the same original: what is left of it may change again."""


@pytest.mark.timeout(500)
def test_many_are_asked_together_and_each_reason_amends(
    settlements: list[int], log_in: LogIn, hub: Hub, tmp_path: Path
) -> None:
    officer = log_in(OFFICER)
    ticks = [officer.locator(f"input[name=selected][value^='{one}:']") for one in settlements[4:]]
    until(officer, "/settlements", lambda: all(tick.count() for tick in ticks))
    for tick in ticks:
        tick.check()
    officer.get_by_role("button", name="일괄 역발행 요청").click()
    look(officer, tmp_path, "requests")
    officer.get_by_role("button", name="일괄 역발행 요청").click()
    expect(officer.get_by_role("heading", name="일괄 역발행 요청 결과")).to_be_visible(timeout=SLOW)
    look(officer, tmp_path, "results")
    expect(officer.get_by_text("처리", exact=True)).to_have_count(5)
    numbers = officer.get_by_role("table").get_by_role("link", name=re.compile("^TX")).all_inner_texts()
    rows = [officer.get_by_role("row").filter(has=officer.get_by_role("link", name=one, exact=True)) for one in numbers]
    until(officer, "/tax-invoices?view=waiting&size=50", lambda: all(row.count() for row in rows))
    officer.get_by_label("모두 선택").check()
    officer.get_by_role("button", name="서명 독촉").click()
    for row in rows:
        expect(row.get_by_text("처리", exact=True)).to_have_count(1)
    for number in numbers:
        hub.sign(number)
    originals = paths_of_accepted(officer, settlements[4:])
    look(officer, tmp_path, "list")
    for at, (reason, facts) in enumerate(NEEDS.items()):
        amend(officer, hub, originals[min(at, 4)], reason, facts, tmp_path)
    officer.goto(f"{originals[4]}")
    expect(officer.locator("[data-live=related]").get_by_text("전송성공")).to_have_count(2)
    look(officer, tmp_path, "amended")
    officer.goto(f"/settlements/{settlements[8]}")
    expect(officer.locator("[data-live=payable]")).to_contain_text("수정세금계산서 반영")
    look(officer, tmp_path, "settlement-amended")


def paths_of_accepted(officer: Page, settlements: list[int]) -> list[str]:
    """The invoices of these settlements once the tax service has them."""
    links = [officer.locator(f"tr:has(a[href='/settlements/{one}']) a[href^='/tax-invoices/']") for one in settlements]
    until(
        officer,
        "/tax-invoices?status=nts_accepted&size=50",
        lambda: all(link.count() for link in links),
    )
    return [link.get_attribute("href") or "" for link in links]


def amend(officer: Page, hub: Hub, original: str, reason: str, facts: dict[str, str], folder: Path) -> None:
    """The wizard to the end, and the hub after it."""
    officer.goto(original)
    becomes(officer, "전송성공")
    officer.get_by_role("link", name="수정세금계산서 작성").click()
    look(officer, folder, "amendment")
    officer.get_by_role("link", name=reason).click()
    for name, value in facts.items():
        officer.locator(f"[name='{name}']").fill(value)
    officer.get_by_role("button", name="미리보기", exact=True).click()
    forms = officer.locator(".etax")
    expect(forms.first).to_contain_text("수정사유")
    count = forms.count()
    look(officer, folder, f"amendment-{reason}")
    officer.get_by_role("button", name="역발행 요청", exact=True).click()
    expect(officer).to_have_url(re.compile(r"/(tax-invoices/\d+\?|bulk/)"), timeout=SLOW)
    related = officer.locator("[data-live=related] tr")
    asked = related.filter(has_text="발급대기")
    until(officer, original, lambda: asked.count() == count)
    for number in asked.get_by_role("link", name=re.compile("^TX")).all_inner_texts():
        hub.sign(number)
    # The original's page follows its amendments by itself.
    expect(related.locator(".badge:not(.done)")).to_have_count(0, timeout=SLOW)


def until(page: Page, path: str, seen: Callable[[], bool]) -> None:
    """Open a page again and again until it shows something."""
    for _ in range(TRIES):
        page.goto(path)
        if seen():
            return
        page.wait_for_timeout(PAUSE)
    raise AssertionError(f"{path}: not in {TRIES * PAUSE / 1000} seconds")
