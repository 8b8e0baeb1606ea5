"""The supplier's way through the hub's pages in a browser: for this folder and for whole journeys."""

import re

from playwright.sync_api import Page, expect

from web.sandbox.hub import authority, companies


def open_mail(page: Page, sandbox: str, box: str, subject: str = "발급대기") -> None:
    """Find the mail in the sandbox mailbox and follow its link; the log-in page or the document comes."""
    page.goto(f"{sandbox}/mail/{box}")
    mail = page.locator("li", has_text=subject).first
    expect(mail).to_be_visible(timeout=20_000)
    page.goto(str(mail.get_by_role("link").first.get_attribute("href", timeout=5_000)))


def log_in(page: Page, number: str, password: str = companies.DEMO_PASSWORD) -> None:
    """On the hub's log-in page."""
    page.get_by_label("사업자등록번호").fill(number)
    page.get_by_label("비밀번호").fill(password)
    page.get_by_role("button", name="로그인").click()
    expect(page).not_to_have_url(re.compile("/hub/login"))


def sign(page: Page, password: str = authority.DEMO_PASSWORD) -> None:
    """On a document that waits: choose the first certificate that is valid, and sign."""
    page.get_by_role("link", name="서명", exact=True).click()
    page.get_by_label("인증서 비밀번호").fill(password)
    page.get_by_role("button", name="서명").click()


def refuse(page: Page, reason: str) -> None:
    """On a document that waits."""
    page.get_by_role("link", name="거부", exact=True).click()
    page.get_by_label("거부 사유").fill(reason)
    page.get_by_role("button", name="거부").click()
