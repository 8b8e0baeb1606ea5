"""Credits at browsers: the officer's run and payments, a partner with its telephone, the bank of the sandbox."""

import datetime as dt
import re
import subprocess
import sys
from pathlib import Path

import httpx2
from playwright.sync_api import Locator, Page, expect

from models.credits.rules import month_key, settled_month
from ops.demo_logins import PASSWORD
from ops.seed.credits import PAYEES, Payee
from tests.house import ROOT, House
from tests.journeys.looking import look

SEED = "from ops.seed import credits; credits.load()"
MONTH = settled_month(dt.datetime.now(dt.UTC))
MONTH_KEY = month_key(MONTH)
SLOW = 30_000
TERMS_OR_HOME = re.compile("약관 재동의|안녕하세요")
BADGE = "[data-live=badge]"


def seed(house: House) -> None:
    """The demo's payees: a year of settled months, the last one ready to be settled. The hub works at once."""
    answer = httpx2.post(f"{house.sandbox}/hub/chaos", data={"pace": "instant"}, follow_redirects=True)
    assert answer.status_code == 200
    subprocess.run([sys.executable, "-c", SEED], cwd=ROOT, env=house.environment, check=True)


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
        expect(self.page.get_by_role("heading", name=re.compile(" > "), level=1)).to_be_visible()
        expect(self.page.get_by_text(f"{MONTH:%Y년 %m월}").first).to_be_visible()
        return self.page

    def step_up(self, *, picture: str = "") -> None:
        """추가인증, by the code on the telephone."""
        expect(self.page.get_by_role("heading", name="관리자 추가인증")).to_be_visible()
        known = self.house.newest_code(self.phone)
        self.page.get_by_role("button", name="인증번호 전송").click()
        if picture:
            self.look(picture)
        self.page.locator("[name=code]").fill(self.house.code_for(self.phone, after=known))
        self.page.get_by_role("button", name="확인").click()

    def look(self, name: str) -> None:
        look(self.page, self.pictures, f"partner-{name}")

    def at_step(self, words: str) -> None:
        """정산 진행현황 stands at this step, without anybody reloading the page."""
        expect(self.now).to_contain_text(words, timeout=SLOW)

    def is_paid(self) -> None:
        """Every step is done, 지급 완료 too; the page follows by itself."""
        expect(self.page.locator(".credit-steps li.done").last).to_contain_text("지급 완료", timeout=SLOW)

    @property
    def now(self) -> Locator:
        return self.page.locator(".credit-steps [aria-current=step]")

    def change_account(self, bank: str, number: str, *, picture: str = "") -> None:
        """「수정」 of the account, behind 추가인증 the first time; the holder stays the payee."""
        self.page.goto("/harmony/credits/accounts")
        self.page.get_by_role("link", name=re.compile("^수정")).first.click()
        if self.page.get_by_role("heading", name="관리자 추가인증").is_visible():
            self.step_up(picture=f"{picture}-code" if picture else "")
        self.page.get_by_label("은행", exact=False).first.select_option(bank)
        self.page.get_by_label("계좌번호").fill(number)
        self.page.get_by_label("예금주").fill(self.payee.name)
        self.page.get_by_label("동의", exact=False).check()
        if picture:
            self.look(picture)
        self.page.get_by_role("button", name="확인").last.click()


def becomes(page: Page, status: str) -> None:
    """The open page follows by itself."""
    expect(page.locator(BADGE)).to_contain_text(status, timeout=SLOW)


def begin(page: Page) -> None:
    """「정산 시작」 of the last month; until its preview is there."""
    page.goto("/credit-runs")
    page.get_by_label("정산월").first.fill(MONTH_KEY)
    page.get_by_role("button", name="정산 시작").click()
    becomes(page, "승인 대기")


def approve(page: Page) -> None:
    """「승인하고 발행」, once more what is approved, and again."""
    page.get_by_role("button", name="승인하고 발행").click()
    expect(page).to_have_url(re.compile("/approve$"))
    page.get_by_role("button", name="승인하고 발행").click()


def pay(page: Page, house: House, *payees: Payee) -> str:
    """지급 파일: picked, made, given to the bank, which pays; its results taken in. The file's address."""
    page.goto("/credit-reports?status=paying&size=100")
    payable = page.locator("tbody tr").filter(has=page.get_by_role("checkbox"))
    for payee in payees:
        rows = payable.filter(has_text=payee.name)
        expect(rows.first).to_be_visible()
        for row in rows.all():
            row.get_by_role("checkbox").check()
    page.get_by_role("button", name="고른 정산 지급").click()
    page.get_by_role("button", name="지급 파일 만들기").click()
    expect(page.get_by_role("button", name="은행에 전달")).to_be_visible()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").click()
    content = waiting.value.path().read_bytes()
    page.get_by_role("button", name="은행에 전달").click()
    page.get_by_role("dialog").get_by_role("button", name="은행에 전달").click()
    answer = httpx2.post(f"{house.sandbox}/bank/transfers", files={"file": ("out.csv", content, "text/csv")})
    assert answer.status_code == 200
    page.locator("#f-file").set_input_files({"name": "results.csv", "mimeType": "text/csv", "buffer": answer.content})
    page.get_by_role("button", name="결과 반영").click()
    expect(page.get_by_text("결과를 반영했습니다").first).to_be_visible()
    return page.url


def open_account(house: House, bank: str, number: str, holder: str) -> None:
    """At the bank; an empty holder closes it."""
    answer = httpx2.post(f"{house.sandbox}/bank", data={"bank": bank, "number": number, "holder": holder})
    assert answer.status_code == 303
