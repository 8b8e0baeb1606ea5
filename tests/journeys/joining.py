"""People who join: what they press and type, at the carrier, in their mail and on our pages."""

import json
import re
import time
import urllib.request
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from models.kernel.identifiers import brn_with_check
from tests.files.samples import pdf, png
from tests.house import House

PASSWORD = "Joining2026!"
CODE = re.compile(r"(?<!\d)\d{6}(?!\d)")
CONVERSION_CODE = re.compile(r"(?<!\d)(\d{4}) (\d{4})(?!\d)")
FORM = re.compile(r"^[^?]*/signups/form")
WAIT_SECONDS = 30.0
_serial = count(1)


def mails(house: House, email: str) -> list[dict[str, str]]:
    """What arrived for an address, newest first."""
    with urllib.request.urlopen(f"{house.sandbox}/mail/{email}/messages", timeout=5) as answer:  # noqa: S310
        found: list[dict[str, str]] = json.load(answer)
    return found


def mail_for(house: House, email: str, words: str, *, after: int = 0) -> str:
    """Wait for a mail whose subject or text has these words; both together. `after`: how many were there before."""
    limit = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < limit:
        found = mails(house, email)
        for one in found[: max(0, len(found) - after)]:
            whole = f"{one['subject']}\n{one['text']}"
            if words in whole:
                return whole
        time.sleep(0.1)  # noqa: TID251 - a mail on its way through other processes
    raise AssertionError(f"no mail with {words!r} at {email}: {[one['subject'] for one in mails(house, email)]}")


@dataclass
class Person:
    """Somebody with a phone and a mailbox who is not known yet."""

    name: str
    birth: str = "19900101"
    phone: str = field(default_factory=lambda: f"0107{next(_serial):07d}")
    email: str = field(default_factory=lambda: f"join{next(_serial)}@joining.example")


@dataclass
class Applicant:
    """A person at a browser of their own."""

    page: Page
    house: House
    person: Person

    def ask_individual(self) -> None:
        """개인회원가입 from the log-in page, up to the answer of the check."""
        self.page.goto("/login")
        self.page.get_by_role("link", name="개인회원가입").click()
        expect(self.page).to_have_url(re.compile("/signups/individual"))
        if self.page.get_by_role("button", name="본인인증").count():
            self.page.get_by_role("button", name="본인인증").click()
            self.verify()
        expect(self.page.get_by_text("인증완료")).to_be_visible()
        self.page.get_by_role("button", name="확인", exact=True).click()
        expect(self.page).to_have_url(re.compile("/signups/outcome"))

    def ask_company(self, number: str, kind: str = "법인사업자") -> None:
        """기업회원가입 from the log-in page, up to the answer of the check."""
        self.page.goto("/login")
        self.page.get_by_role("link", name="기업회원가입").click()
        self.page.get_by_text(kind, exact=True).click()
        self.page.get_by_label("사업자등록번호").fill(number)
        self.page.get_by_role("button", name="확인", exact=True).click()
        expect(self.page).to_have_url(re.compile("/signups/outcome"))

    def verify(self) -> None:
        """At the carrier: PASS, approved by the app."""
        self.answer("승인")
        self.page.get_by_role("link", name="돌아가기").click()

    def answer(self, button: str) -> None:
        """At the carrier, up to what the app is told."""
        page = self.page
        expect(page).to_have_url(re.compile("/pass/"))
        page.locator("[name=operator]").first.check(force=True)
        page.locator("[name=method][value=APP]").check(force=True)
        for box in page.locator("[type=checkbox]").all():
            box.check(force=True)
        page.get_by_role("button", name="다음").click()
        page.get_by_label("이름").fill(self.person.name)
        page.get_by_label("생년월일").fill(self.person.birth)
        page.locator("[name=sex][value=female]").check(force=True)
        page.get_by_label("휴대폰번호").fill(self.person.phone)
        page.get_by_role("button", name="PASS 앱으로 요청").click()
        page.get_by_role("button", name=button).click()

    def prove(self) -> None:
        """At the page of whoever asks for a company."""
        expect(self.page).to_have_url(re.compile("/signups/person"))
        if self.page.get_by_role("button", name="본인인증").count():
            self.page.get_by_role("button", name="본인인증").click()
            self.verify()
        self.page.get_by_role("button", name="확인", exact=True).click()

    def yes(self) -> None:
        self.page.get_by_role("button", name="예", exact=True).click()

    def agree(self) -> None:
        """약관동의."""
        expect(self.page).to_have_url(re.compile("/signups/terms"))
        for box in self.page.locator("[name=terms]").all():
            box.check()
        self.page.get_by_role("button", name="다음").click()
        expect(self.page).to_have_url(FORM)

    def verify_phone(self) -> None:
        """「휴대폰 인증」 inside the form; what was typed stays."""
        self.page.get_by_role("button", name="휴대폰 인증").click()
        self.verify()
        expect(self.page).to_have_url(FORM)

    def verify_email(self) -> None:
        """「이메일인증」 with the code from the mail."""
        page, before = self.page, len(mails(self.house, self.person.email))
        page.get_by_label("이메일", exact=False).first.fill(self.person.email)
        page.get_by_role("button", name="이메일인증").click()
        expect(page).to_have_url(re.compile("/identity/email/code"))
        found = CODE.search(mail_for(self.house, self.person.email, "인증번호는", after=before))
        assert found
        page.get_by_label("인증번호").fill(found.group())
        page.get_by_role("button", name="인증완료").click()
        expect(page).to_have_url(FORM)

    def fill(self, **values: str) -> None:
        """Inputs by name, with __ for a hyphen."""
        for name, value in values.items():
            self.page.locator(f'[name="{name.replace("__", "-")}"]').fill(value)

    def fill_account(self, folder: Path) -> None:
        self.page.locator('[name="accounts-0-bank_code"]').select_option("090")
        self.fill(accounts__0__account_number="3333-01-1234567", accounts__0__holder=self.person.name)
        copy = folder / "계좌사본.png"
        copy.write_bytes(png())
        self.page.locator('[name="accounts-0-copy_upload"]').set_input_files(copy)

    def fill_certificate(self, folder: Path) -> None:
        paper = folder / "사업자등록증.pdf"
        paper.write_bytes(pdf())
        self.page.locator('[name="company-certificate_upload"]').set_input_files(paper)

    def fill_address(self) -> None:
        self.fill(company__zip_code="63309", company__address="제주특별자치도 제주시 첨단로 242")

    def fill_contact(self) -> None:
        self.fill(person__extension="02-555-1234", person__position="팀장", person__department="영업팀")

    def fill_password(self) -> None:
        self.fill(password=PASSWORD, password_again=PASSWORD)

    def request(self) -> str:
        """「가입요청」; the number of the request."""
        self.page.get_by_role("button", name="가입요청").last.click()
        expect(self.page.get_by_role("heading", name="회원가입 요청이 완료되었습니다.")).to_be_visible()
        found = re.search(r"MB\d{8}-\d{3,}", self.page.locator("main").inner_text())
        assert found
        return found.group()

    def log_in(self) -> None:
        """With the e-mail and password chosen while joining."""
        page = self.page
        page.goto("/login")
        page.get_by_label("아이디", exact=False).first.fill(self.person.email)
        page.get_by_label("비밀번호").fill(PASSWORD)
        known = self.house.newest_code(self.person.phone)
        page.get_by_role("button", name="로그인").click()
        expect(page).to_have_url(re.compile("/login/code"))
        page.get_by_label("인증번호").fill(self.house.code_for(self.person.phone, after=known))
        page.get_by_role("button", name="인증완료").click()
        expect(page).to_have_url(re.compile(r"/$"))


def applicant(browser: Browser, house: House, person: Person, width: int = 1440) -> Applicant:
    """A browser of one's own; close it with `applicant.page.context.close()`."""
    context = browser.new_context(
        base_url=house.url, viewport={"width": width, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
    )
    return Applicant(context.new_page(), house, person)


def fresh_number(kind: str = "81") -> str:
    """A 사업자등록번호 nobody has, with a right check digit."""
    return brn_with_check(f"{300 + next(_serial)}{kind}{next(_serial):04d}")
