"""A month of credit, from the run to the money: reverse, forward and individual; an account changed and corrected."""

import datetime as dt
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from models.credits.rules import month_key, settled_month
from models.kernel.calendar import local_date
from models.kernel.identifiers import brn_with_check
from ops.demo_logins import PASSWORD
from ops.seed.credits import PAYEES, Payee
from tests.house import ROOT, House
from tests.journeys.conftest import LogIn, shot
from tests.journeys.test_main_job import check_accessible
from tests.sandbox.hub import walking

OFFICER = "daeun.jung"
SEED = "from ops.seed import credits; credits.load()"
REVERSE, FORWARD, PERSON, BOOKS = PAYEES
MONTH = settled_month(dt.datetime.now(dt.UTC))
SLOW = 30_000
TERMS_OR_HOME = re.compile("약관 재동의|안녕하세요")
APPROVAL = "{day:%Y%m%d}4100001900000001"


class Partner:
    """Somebody of Harmony with a browser and a telephone."""

    def __init__(self, page: Page, house: House, payee: Payee, pictures: Path) -> None:
        self.page, self.house, self.payee, self.pictures = page, house, payee, pictures
        self.phone = f"0100000{90 + PAYEES.index(payee):04d}"
        page.goto("/harmony/login")
        page.get_by_label("이메일").fill(payee.login)
        page.get_by_label("비밀번호").fill(PASSWORD)
        page.get_by_role("button", name="로그인", exact=True).click()
        expect(page.get_by_role("heading", name=TERMS_OR_HOME)).to_be_visible()
        if page.get_by_role("heading", name="약관 재동의").is_visible():
            page.get_by_label("모두 동의합니다").check()
            page.get_by_role("button", name="동의하고 계속").click()
        expect(page.get_by_role("heading", name="안녕하세요")).to_be_visible()

    def report(self, number: int = 0) -> Page:
        """The newest report of one of the payee's groups."""
        group = self.payee.groups[number][0]
        self.page.goto("/harmony/credits/reports")
        self.page.locator("a.harmony-card", has_text=group).click()
        expect(self.page.get_by_role("heading", name=group, exact=True)).to_be_visible()
        expect(self.page.get_by_text(f"{MONTH:%Y년 %m월}").first).to_be_visible()
        return self.page

    def step_up(self) -> None:
        """추가인증, by the code on the telephone."""
        expect(self.page.get_by_role("heading", name="관리자 추가인증")).to_be_visible()
        known = self.house.newest_code(self.phone)
        self.page.get_by_role("button", name="인증번호 전송").click()
        self.page.locator("[name=code]").fill(self.house.code_for(self.phone, after=known))
        self.page.get_by_role("button", name="확인").click()

    def look(self, name: str) -> None:
        """Pictures at both widths, nothing wider than a phone, nothing inaccessible."""
        self.page.wait_for_load_state("load")
        shot(self.page, self.pictures, f"{name}-1440")
        violations = check_accessible(self.page)
        self.page.set_viewport_size({"width": 390, "height": 844})
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        shot(self.page, self.pictures, f"{name}-390")
        self.page.set_viewport_size({"width": 1440, "height": 900})
        assert violations == [], f"{name}: {violations}"
        assert wide <= 0, f"{name} is {wide} px wider than a phone"

    def at_step(self, words: str) -> None:
        """정산 진행현황 stands at this step, without anybody reloading the page."""
        expect(self.now).to_contain_text(words, timeout=SLOW)

    @property
    def now(self) -> Locator:
        return self.page.locator(".credit-steps [aria-current=step]")


Enter = Callable[[Payee], Partner]


@pytest.fixture(scope="module")
def settled(house: House) -> House:
    """The house with the demo's payees: a year of settled months, the last one ready to be settled."""
    subprocess.run([sys.executable, "-c", SEED], cwd=ROOT, env=house.environment, check=True)
    return house


@pytest.fixture
def enter(browser: Browser, settled: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Enter]:
    contexts = []
    pictures = tmp_path_factory.mktemp("credit")

    def go(payee: Payee) -> Partner:
        context = browser.new_context(
            base_url=settled.url, viewport={"width": 1440, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
        )
        contexts.append(context)
        return Partner(context.new_page(), settled, payee, pictures)

    yield go
    for context in contexts:
        context.close()


def _publish(page: Page) -> None:
    """정산 시작, what it would be, 승인; until every report is with its partner."""
    page.goto("/credit-runs")
    page.get_by_label("정산월").first.fill(month_key(MONTH))
    page.get_by_role("button", name="정산 시작").click()
    expect(page.get_by_text("승인 대기").first).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="승인", exact=True).click()
    expect(page).to_have_url(re.compile("/approve$"))
    page.get_by_role("button", name="승인", exact=True).click()
    expect(page.get_by_text("발행 완료").first).to_be_visible(timeout=SLOW)


def _pay(page: Page, house: House, *payees: Payee) -> None:
    """지급 파일: picked, made, given to the bank, which pays; its results taken in."""
    page.goto("/credit-reports?view=paying&size=100")
    for payee in payees:
        for row in page.locator("tbody tr", has_text=payee.name).all():
            row.get_by_role("checkbox").check()
    page.get_by_role("button", name="고른 정산 지급").click()
    page.get_by_role("button", name="지급 파일 만들기").click()
    expect(page.get_by_role("button", name="은행에 전달")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    content = waiting.value.path().read_bytes()
    page.get_by_role("button", name="은행에 전달").click()
    answer = httpx2.post(f"{house.sandbox}/bank/transfers", files={"file": ("out.csv", content, "text/csv")})
    assert answer.status_code == 200
    page.locator("#f-file").set_input_files({"name": "results.csv", "mimeType": "text/csv", "buffer": answer.content})
    page.get_by_role("button", name="결과 반영").click()


def _open_account(house: House, bank: str, number: str, holder: str) -> None:
    answer = httpx2.post(f"{house.sandbox}/bank", data={"bank": bank, "number": number, "holder": holder})
    assert answer.status_code == 303


def test_a_month_of_credit(settled: House, enter: Enter, log_in: LogIn) -> None:
    """Run, publish; sign, register, withhold; pay, fail, correct."""
    officer = log_in(OFFICER)
    _publish(officer)
    _reverse(settled, enter(REVERSE))
    _forward(officer, enter(FORWARD))
    person = enter(PERSON)
    person.report()
    person.at_step("지급 처리중 (원천징수)")
    person.look("individual")
    # The bank does not know this one any more: its payment fails, the others are paid.
    _open_account(settled, "TOSS", PERSON.groups[0][2][1], "")
    _pay(officer, settled, FORWARD, PERSON)
    expect(person.page.get_by_text("대금을 지급하지 못했습니다.").first).to_be_visible(timeout=SLOW)
    person.look("failed")
    _correct(settled, person)


def _reverse(house: House, partner: Partner) -> None:
    """추가인증, preview, 역발행 신청; the hub's mail, its certificate; 지급 처리중."""
    page = partner.report()
    partner.at_step("세금계산서 역발행요청")
    partner.look("reverse")
    page.get_by_role("link", name="세금계산서 역발행 신청").click()
    partner.step_up()
    expect(page.get_by_text("발행되지 않은 세금계산서입니다.")).to_be_visible()
    partner.look("preview")
    page.get_by_role("button", name="세금계산서 역발행 신청").click()
    partner.at_step("세금계산서 서명요청")
    partner.look("sign")
    with page.context.new_page() as hub:
        hub.set_default_timeout(SLOW)
        walking.open_mail(hub, house.sandbox, REVERSE.login)
        walking.log_in(hub, brn_with_check(REVERSE.number))
        walking.sign(hub)
    partner.at_step("지급 처리중")


def _forward(officer: Page, partner: Partner) -> None:
    """The partner names the invoice it issued, the officer finds it in order."""
    page = partner.report()
    partner.at_step("세금계산서 발행")
    page.get_by_role("link", name="세금계산서 등록").click()
    day = local_date(dt.datetime.now(dt.UTC))
    page.get_by_label("승인번호").fill(APPROVAL.format(day=day))
    partner.look("registration")
    page.get_by_role("button", name="등록", exact=True).click()
    partner.at_step("세금계산서 확인")
    officer.goto("/credit-reports?size=100")
    officer.locator("tbody tr", has_text=FORWARD.name).filter(has_text="세금계산서 확인").get_by_role(
        "link"
    ).first.click()
    officer.get_by_role("button", name="세금계산서 확인").first.click()
    partner.at_step("지급 처리중")


def _correct(house: House, partner: Partner) -> None:
    """Another account: checked with the bank, cooling off; cancelled by the partner itself."""
    _open_account(house, "KAKAO", "3333099999999", PERSON.name)
    page = partner.page
    page.goto("/harmony/credits/accounts")
    partner.look("accounts")
    page.get_by_role("link", name="수정").first.click()
    partner.step_up()
    page.get_by_label("은행").select_option("090")
    page.get_by_label("계좌번호").fill("3333-09-9999999")
    page.get_by_label("예금주").fill(PERSON.name)
    page.get_by_label("동의", exact=False).check()
    partner.look("account")
    page.get_by_role("button", name="확인").last.click()
    expect(page.get_by_text("새 계좌로 지급합니다.").first).to_be_visible(timeout=SLOW)
    partner.look("cooling")
    page.get_by_role("button", name="변경 취소").click()
    expect(page.get_by_role("button", name="변경 취소")).to_have_count(0, timeout=SLOW)


def test_statistics_and_company_facts(enter: Enter) -> None:
    """월별 정산통계 by company and by medium; 크레딧정보 관리."""
    partner = enter(BOOKS)
    page = partner.page
    page.goto("/harmony/credits/statistics")
    expect(page.locator(".chart-bar")).to_have_count(12)
    partner.look("statistics")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="엑셀 내려받기").click()
    assert waiting.value.path().read_bytes()[:2] == b"PK"
    page.locator("tbody a", has_text="숲속책방").first.click()
    expect(page.locator(".chart-bar")).to_have_count(12)
    partner.look("medium")
    page.goto("/harmony/credits/information")
    partner.look("information")
