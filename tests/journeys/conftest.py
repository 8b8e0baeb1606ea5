"""Journeys: real chromium against a real house, one browser and one house per test process."""

import asyncio
import re
import shutil
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from google.protobuf.duration_pb2 import Duration
from playwright.sync_api import Browser, Page, expect, sync_playwright
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client

from ops.demo_logins import PASSWORD
from ops.seed import people
from tests import engines
from tests.house import House, running

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
    for number, firm in enumerate(people.FIRMS, start=1)
    for index, (login, *_) in enumerate(firm.contacts)
}


async def _namespace(address: str, name: str) -> None:
    client = await Client.connect(address)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(
            namespace=name, workflow_execution_retention_period=Duration(seconds=int(timedelta(days=1).total_seconds()))
        )
    )


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A running house with the demo people and no documents."""
    namespace = f"house-{uuid.uuid4().hex[:12]}"
    address = engines.temporal_address()
    with ThreadPoolExecutor(1) as pool:  # The browser's loop may run in this thread already.
        pool.submit(lambda: asyncio.run(_namespace(address, namespace))).result()
    with running(tmp_path_factory.mktemp("house"), namespace) as made:
        yield made


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's chromium."""
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
def house_settings() -> None:
    """The house has its own environment; this process needs none."""


def shot(page: Page, folder: Path, name: str) -> None:
    """A picture of the whole page, for people to look at."""
    page.screenshot(path=folder / f"{name}.png", full_page=True)
