"""A supplier with a browser, and the hub as it runs by itself."""

import datetime as dt
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx2
import pytest
import uvicorn
from playwright.sync_api import Page, expect, sync_playwright

from models.etax import build
from ops.ports import LOOPBACK, choose
from tests import engines
from tests.journeys.conftest import ARGUMENTS, CHROMIUM
from tests.sandbox.hub import walking
from tests.sandbox.hub.playing import API, KEY, SECRET, SUPPLIER, invoice
from web.sandbox.app import create
from web.sandbox.hub.machine import SEOUL

WIDTHS = (1440, 390)


@contextmanager
def listening(taken: list[bytes]) -> Iterator[str]:
    """A door like the house's, that takes every message."""

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            taken.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(202)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Door) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://{LOOPBACK}:{server.server_port}/hooks/tax-hub"
        server.shutdown()
        thread.join()


@contextmanager
def serving(url: str, port: int) -> Iterator[None]:
    """The sandbox worlds on a port of this machine, ticking by themselves."""
    server = uvicorn.Server(uvicorn.Config(create(url), host=LOOPBACK, port=port, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    pause = threading.Event()
    while not server.started:
        pause.wait(0.02)
    yield
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def taken() -> list[bytes]:
    return []


@pytest.fixture
def worlds(
    database: engines.Database, house_settings: pytest.MonkeyPatch, taken: list[bytes], tmp_path: Path
) -> Iterator[str]:
    port = choose(("sandbox",), tmp_path / "ports.json")["sandbox"]
    address = f"http://{LOOPBACK}:{port}"
    house_settings.setenv("SANDBOX_URL", address)
    with listening(taken) as door:
        for name, value in (("KEY", KEY), ("SECRET", SECRET), ("WEBHOOK_URL", door)):
            house_settings.setenv(f"TAX_HUB_{name}", value)
        with serving(database.sandbox_url, port):
            yield address


@pytest.fixture
def page() -> Iterator[Page]:
    if CHROMIUM is None:
        pytest.fail("the walk needs a browser: install the Debian package chromium", pytrace=False)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        context = browser.new_context(locale="ko-KR", timezone_id="Asia/Seoul")
        yield context.new_page()
        browser.close()


def file(worlds: str, key: str) -> None:
    contact = {"name": "김서명", "email": "sign@supplier.example", "phone": "02-123-4567"}
    today = invoice(written_on=dt.datetime.now(SEOUL).date())
    body = {"direction": "reverse", "xml": build.build(today).decode(), "contact": contact}
    headers = {"authorization": f"Bearer {KEY}"}
    answer = httpx2.put(f"{worlds}{API}/documents/{key}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text


def look(page: Page, folder: Path, name: str) -> None:
    """A picture at both widths; nothing sticks out of the page."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_supplier_signs_one_and_refuses_another(worlds: str, page: Page, tmp_path: Path, taken: list[bytes]) -> None:
    file(worlds, "TX20261120-001")
    file(worlds, "TX20261120-002")
    walking.open_mail(page, worlds, "sign@supplier.example")
    look(page, tmp_path, "login")
    walking.log_in(page, SUPPLIER)
    page.get_by_role("link", name=re.compile("미처리문서")).click()
    expect(page.get_by_role("row")).to_have_count(3)
    look(page, tmp_path, "inbox")
    page.goto(f"{worlds}/hub/documents/TX20261120-001")
    look(page, tmp_path, "document")

    page.get_by_role("link", name="서명", exact=True).click()
    page.get_by_label("인증서 비밀번호").fill("wrong")
    page.get_by_role("button", name="서명").click()
    expect(page.get_by_role("alert")).to_have_text("인증서 비밀번호가 맞지 않습니다.")
    look(page, tmp_path, "sign")
    page.goto(f"{worlds}/hub/documents/TX20261120-001")
    walking.sign(page)
    expect(page.get_by_role("status")).to_contain_text("서명했습니다")
    # The page follows the transmission by itself.
    expect(page.locator(".bar .state")).to_have_text("전송성공", timeout=30_000)
    look(page, tmp_path, "issued")

    page.goto(f"{worlds}/hub/documents/TX20261120-002/refuse")
    look(page, tmp_path, "refuse")
    page.goto(f"{worlds}/hub/documents/TX20261120-002")
    walking.refuse(page, "공급가액이 다릅니다")
    expect(page.get_by_text("거부 사유: 공급가액이 다릅니다")).to_be_visible()
    for name in ("done", "write", "member", "certificates", "settings", "chaos"):
        page.goto(f"{worlds}/hub/{name}")
        look(page, tmp_path, name)
    assert sum(b"SENDING_COMPLETED" in body for body in taken) == 1


def test_an_associate_member_becomes_a_full_one(worlds: str, page: Page, tmp_path: Path) -> None:
    page.goto(f"{worlds}/hub/chaos")
    page.get_by_label("처음 보는 공급자").select_option("associate")
    page.get_by_role("button", name="적용").click()
    file(worlds, "TX20261120-003")
    page.goto(f"{worlds}/hub/documents/TX20261120-003")
    walking.log_in(page, SUPPLIER)
    page.get_by_role("link", name="정회원 전환").click()
    look(page, tmp_path, "upgrade")
    page.get_by_label("이용약관에 동의합니다").check()
    page.get_by_role("button", name="정회원으로 전환").click()
    expect(page.get_by_role("status")).to_contain_text("정회원으로 전환했습니다")
    page.goto(f"{worlds}/hub/documents/TX20261120-003")
    walking.sign(page)
    expect(page.get_by_role("status")).to_contain_text("서명했습니다")
