"""Journeys: real chromium against a real house."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ops.demo_logins import PASSWORD
from ops.seed import people
from tests.house import House

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PHONES = {login: people.phone(index) for index, (login, *_) in enumerate(people.STAFF, start=1)} | {
    login: people.phone(100 * number + index)
    for number, firm in enumerate((*people.FIRMS, people.INDIVIDUAL), start=1)
    for index, (login, *_) in enumerate(firm.contacts)
}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Debian's chromium. Closed with the last journey: while it is open its event loop runs in this thread."""
    if CHROMIUM is None:
        pytest.fail("the journeys need a browser: install the Debian package chromium", pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield launched
        launched.close()


LogIn = Callable[..., Page]


@pytest.fixture
def log_in(browser: Browser, house: House) -> Iterator[LogIn]:
    """`log_in("amela.cha")`: a page of that person, logged in through the log-in form and the code on the phone."""
    contexts = []

    def enter(login: str, width: int = 1440) -> Page:
        context = browser.new_context(
            base_url=house.url, viewport={"width": width, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
        )
        contexts.append(context)
        page = context.new_page()
        page.goto("/login")
        page.get_by_label("아이디", exact=False).first.fill(login)
        page.get_by_label("비밀번호").fill(PASSWORD)
        known = house.newest_code(PHONES[login])
        page.get_by_role("button", name="로그인").click()
        expect(page).to_have_url(re.compile("/login/code"))
        page.get_by_label("인증번호").fill(house.code_for(PHONES[login], after=known))
        page.get_by_role("button", name="인증완료").click()
        expect(page).to_have_url(re.compile(r"/$"))
        return page

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True)
def fresh_logins(house: House) -> None:
    """Other stories' log-ins are not counted against this one."""
    house.forget_logins()


@pytest.fixture(autouse=True)
def house_settings() -> None:
    """The house has its own environment; this process needs none."""


def shot(page: Page, folder: Path, name: str) -> None:
    """A picture of the whole page, for people to look at."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
