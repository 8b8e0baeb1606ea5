"""The pages of joining over HTTP: what survives a mistake, what is refused, what is told to whom and how often."""

import datetime as dt
import re
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import func, select
from sqlmodel import col
from starlette.testclient import TestClient

from models import clock, database
from models.files.store import DiskStorage
from models.files.tables import StoredFile
from models.files.wording import SENTENCES as FILE_SENTENCES
from models.identity.wording import SENTENCES as IDENTITY_SENTENCES
from models.settings import settings
from models.signups import drafts
from models.signups.tables import Signup
from models.signups.wording import WORDS
from models.terms.wording import SENTENCES as TERMS_SENTENCES
from tests.engines import Database
from tests.files.samples import archive_of, pdf, png, sheet
from tests.identity.world import Somebody, browse_as, verified, verified_email
from tests.signups.browsing import Browser
from tests.signups.cases import GOOD_PASSWORD, form
from tests.signups.world import NOW, World, fresh_number, somebody
from web import auth, errors, identity, signups
from web.sandbox.people import ci_of

PORTAL = "http://portal.example"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


_hours = count(1)


class Clock:
    """Every test has hours of its own: what is limited per ten minutes is limited for it alone."""

    def __init__(self) -> None:
        self.now = NOW + dt.timedelta(hours=2 * next(_hours))

    def forward(self, **span: float) -> None:
        self.now += dt.timedelta(**span)


@pytest.fixture
def time() -> Iterator[Clock]:
    here = Clock()
    with clock.set_to(lambda: here.now):
        yield here


@pytest.fixture
def world(module_database: Database, monkeypatch: pytest.MonkeyPatch) -> World:
    assert module_database
    monkeypatch.setenv("PUBLIC_URL", PORTAL)
    settings.cache_clear()
    return World()


@pytest.fixture
def app() -> FastAPI:
    made = FastAPI(docs_url=None, redoc_url=None)
    errors.install(made)
    auth.install(made)
    errors.add_sentences(FILE_SENTENCES, IDENTITY_SENTENCES, TERMS_SENTENCES, WORDS.sentences)
    made.include_router(identity.router)
    made.include_router(signups.router)
    return made


@pytest.fixture
def browser(app: FastAPI, world: World, time: Clock) -> Iterator[Browser]:
    assert world.buyer
    assert time.now
    with TestClient(app, base_url=PORTAL) as client:
        yield Browser(client)


def at_company_form(browser: Browser, number: str = "") -> str:
    """Up to the 기업회원 form; the number."""
    number = number or fresh_number()
    browser.get("/signups/company")
    assert browser.post("/signups/company", kind="corporation", business_number=number) == 200
    assert browser.address == "/signups/outcome"
    browser.post("/signups/outcome")
    agree(browser)
    return number


def agree(browser: Browser) -> None:
    assert browser.address == "/signups/terms", browser.page
    ids = re.findall(r'name="terms" value="(\d+)"', browser.page)
    browser._took(browser.client.post("/signups/terms", data={"csrf": browser.csrf, "terms": ids}))
    assert browser.address == "/signups/form", browser.page


def company_fields(**more: str) -> dict[str, str]:
    from models.signups.messages import CompanySignup

    left = {"company-kind", "company-business_number", "company-certificate_file_id", "accounts-0-copy_file_id"}
    fields = {name: value for name, value in form(CompanySignup).items() if name not in left}
    return fields | {name.replace("__", "-"): value for name, value in more.items()}


PAPERS = {
    "company-certificate_upload": ("사업자등록증.pdf", pdf(), "application/pdf"),
    "accounts-0-copy_upload": ("계좌사본.png", png(), "image/png"),
}


def is_somebody(browser: Browser, who: Somebody, email: str) -> None:
    browse_as(browser.client, identity=verified("signup", who), email=verified_email(email))


def requests() -> int:
    with database.working() as session:
        return int(session.execute(select(func.count()).select_from(Signup)).scalar_one())


def stored() -> tuple[int, int]:
    """Rows of files, and contents in the storage."""
    with database.working() as session:
        rows = int(session.execute(select(func.count()).select_from(StoredFile)).scalar_one())
    root = Path(settings().storage_url.removeprefix("file:"))
    assert DiskStorage(root)
    return rows, sum(1 for path in root.rglob("*") if path.is_file())


def test_everything_typed_and_uploaded_survives_a_mistake(browser: Browser) -> None:
    number, before = at_company_form(browser), stored()[0]
    is_somebody(browser, somebody("오나래"), "narae@joining.example")
    assert browser.send(company_fields(company__phone=""), PAPERS) == 422
    assert "전화번호를 입력해 주세요." in browser.page
    assert "현재 파일: 사업자등록증.pdf" in browser.page
    assert "현재 파일: 계좌사본.png" in browser.page
    assert browser.value("company-name") == "나래상사 주식회사"
    assert browser.value("accounts-0-account_number") == "3333-01-1234567"
    assert GOOD_PASSWORD not in browser.page
    again = company_fields() | {
        "company-certificate_file_id": browser.value("company-certificate_file_id"),
        "accounts-0-copy_file_id": browser.value("accounts-0-copy_file_id"),
    }
    assert browser.send(again) == 200
    assert browser.address == "/signups/done"
    assert "회원가입 요청이 완료되었습니다." in browser.page
    with database.working() as session:
        made = session.execute(select(Signup).where(col(Signup.business_number) == number)).scalar_one()
    assert made.number in browser.page
    assert stored()[0] == before + 2
    browser.get("/signups/form")
    assert browser.address == "/signups/done"


def test_a_lapsed_identity_is_asked_for_again_and_nothing_is_lost(browser: Browser, time: Clock) -> None:
    at_company_form(browser)
    who = somebody("오나래")
    is_somebody(browser, who, "late@joining.example")
    before = requests()
    time.forward(minutes=30)
    assert browser.send(company_fields(), PAPERS) == 422
    assert "본인인증을 한 지 30분이 지났습니다. 본인인증을 다시 해 주세요." in browser.page
    assert requests() == before
    browse_as(browser.client, identity=verified("signup", who))
    browser.get("/signups/form")
    assert "인증완료" in browser.page
    assert browser.value("company-name") == "나래상사 주식회사"
    kept = company_fields() | {
        "company-certificate_file_id": browser.value("company-certificate_file_id"),
        "accounts-0-copy_file_id": browser.value("accounts-0-copy_file_id"),
    }
    assert browser.send(kept) == 200
    assert requests() == before + 1


def test_without_identity_and_email_the_request_names_both(browser: Browser) -> None:
    at_company_form(browser)
    assert browser.send(company_fields(), PAPERS) == 422
    assert "본인인증을 먼저 해 주세요." in browser.page
    assert "이메일인증을 먼저 해 주세요." in browser.page


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("등록증.pdf", SVG),
        ("등록증.svg", SVG),
        ("등록증.pdf", png()),
        ("등록증.png", pdf()),
        ("등록증.pdf", pdf() + archive_of({"a.txt": b"PK"})),
        ("등록증.pdf", b"%PDF-" + b"\0" * (30 * 1024 * 1024)),
        ("../../등록증.pdf", pdf()),
        ("등록증.xlsx", sheet()),
        ("폭탄.zip", archive_of({"a": b"\0" * 4_000_000})),
        ("등록증.pdf", b"MZ\x90\0"),
    ],
)
def test_a_wrong_upload_is_refused_with_a_sentence_and_nothing_is_stored(
    browser: Browser, name: str, content: bytes
) -> None:
    at_company_form(browser)
    before = stored()
    files = {"company-certificate_upload": (name, content, "application/pdf")}
    assert browser.send(company_fields(), files) == 422
    assert re.search(r'id="e-company-certificate_upload"><li>[^<]*[가-힣]', browser.page)
    assert "현재 파일" not in browser.page
    assert browser.value("company-name") == "나래상사 주식회사"
    assert stored() == before


def test_accounts_are_added_and_removed_without_scripts(browser: Browser) -> None:
    at_company_form(browser)
    browser.send(company_fields(), PAPERS, do="add-account")
    assert "총 2건" in browser.page
    second = {"accounts-1-country": "KR", "accounts-1-bank_code": "004", "accounts-1-holder": "둘째"}
    kept = company_fields() | {"accounts-0-copy_file_id": browser.value("accounts-0-copy_file_id")}
    browser.send(kept | second, do="add-account")
    assert "총 3건" in browser.page
    browser.send(kept | second | {"accounts-2-country": "KR", "accounts-2-holder": "셋째"}, do="remove-account:1")
    assert "총 2건" in browser.page
    assert browser.value("accounts-1-holder") == "셋째"
    assert "현재 파일: 계좌사본.png" in browser.page


def test_a_number_of_somebody_elses_file_is_no_file(browser: Browser) -> None:
    at_company_form(browser)
    is_somebody(browser, somebody(), "files@joining.example")
    foreign = {"company-certificate_file_id": "7", "accounts-0-copy_file_id": "1"}
    assert browser.send(company_fields() | foreign) == 422
    assert "사업자등록증을 첨부해 주세요." in browser.page
    assert "계좌사본을 첨부해 주세요." in browser.page


def test_what_was_checked_cannot_be_typed_over(browser: Browser) -> None:
    number = at_company_form(browser)
    is_somebody(browser, somebody(), "fixed@joining.example")
    typed = {"company-business_number": "1208147521", "company-kind": "sole"}
    assert browser.send(company_fields() | typed, PAPERS) == 200
    with database.working() as session:
        newest = select(col(Signup.business_number)).order_by(col(Signup.id).desc()).limit(1)
        assert session.execute(newest).scalar_one() == number


def test_terms_come_before_the_form(browser: Browser) -> None:
    browser.get("/signups/company")
    browser.post("/signups/company", kind="corporation", business_number=fresh_number())
    browser.get("/signups/form")
    assert browser.address == "/signups/terms"
    assert browser.post("/signups/terms") == 422
    assert browser.address == "/signups/terms"


def test_the_six_answers_about_a_company(browser: Browser, world: World) -> None:
    def answer(number: str) -> str:
        browser.get("/signups/company")
        assert browser.post("/signups/company", kind="corporation", business_number=number) == 200
        return re.sub(r"<[^>]+>", " ", browser.page)

    assert "신규 기업회원으로 등록하시겠습니까?" in answer(fresh_number())
    signup = world.company()
    number = signup.business_number or ""
    waiting = answer(number)
    assert "승인을 기다리고 있습니다" in waiting
    assert "구매담당자의 승인" in waiting
    assert "2026" in waiting
    world.press(world.buyer, signup, "reject", reason="미비")
    rejected = answer(number)
    assert "정보수정 후 재가입요청 하시겠습니까?" in rejected
    assert "미비" not in rejected
    assert "나래상사" not in rejected
    again = world.company(business_number=number)
    world.press(world.buyer, again, "approve")
    assert "부담당자로 가입하시겠습니까?" in answer(number)
    assert "포탈 사용이 가능한 회원으로 등록하시겠습니까?" in answer(world.unused().business_number or "")
    barred = world.company()
    world.press(world.buyer, barred, "reject", reason="허위", barred=True)
    blocked = answer(barred.business_number or "")
    assert "직접 가입해서 이용하실 수 없는 회원입니다." in blocked
    assert "pcc@kakaocorp.com" in blocked
    assert 'action="/signups/outcome"' not in browser.page


def test_the_check_of_companies_is_limited(browser: Browser) -> None:
    browser.get("/signups/company")
    statuses = []
    for _ in range(35):
        browser.get("/signups/company")
        statuses.append(browser.post("/signups/company", kind="corporation", business_number=fresh_number()))
    assert statuses[:20] == [200] * 20
    assert statuses[-1] == 429
    assert "잠시 막았습니다" in browser.page or "뒤에 다시" in browser.page


def test_the_rejected_form_is_shown_to_the_very_person_only(browser: Browser, world: World) -> None:
    who = somebody("오나래")
    signup = world.company(who)
    world.press(world.buyer, signup, "reject", reason="등록증이 흐립니다.")
    for person, known in ((somebody("남남"), False), (who, True)):
        browse_as(browser.client, identity=verified("signup", person))
        browser.get("/signups/company")
        browser.post("/signups/company", kind="corporation", business_number=signup.business_number or "")
        browser.post("/signups/outcome")
        assert browser.address == "/signups/person"
        browser.post("/signups/person")
        agree(browser)
        assert ("등록증이 흐립니다." in browser.page) is known
        assert ("3333-01-1234567" in browser.page) is known


def test_a_browser_without_a_form_is_told_so(browser: Browser) -> None:
    for path in ("outcome", "person", "terms", "form", "done"):
        assert browser.get(f"/signups/{path}") == 409
        assert "가입여부 확인부터 다시 진행해 주세요." in browser.page


def test_an_error_page_tells_nothing_of_the_applicant(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    at_company_form(browser)
    who = somebody("오비밀")
    is_somebody(browser, who, "secret@joining.example")

    def fall(*_: Any) -> None:
        raise RuntimeError("the storage is on fire")

    monkeypatch.setattr("models.signups.writes.request", fall)
    with TestClient(browser.client.app, base_url=PORTAL, raise_server_exceptions=False) as calm:
        calm.cookies = browser.client.cookies
        answer = calm.post(
            "/signups/form", data={"csrf": browser.csrf, **company_fields(), "do": "request"}, files=PAPERS
        )
    assert answer.status_code == 500
    for secret in (who.name, who.phone, "3333-01-1234567", GOOD_PASSWORD, "나래상사", "fire"):
        assert secret not in answer.text


def test_guests_send_files_only_where_they_join(browser: Browser) -> None:
    browser.get("/signups/company")
    big = {"x_upload": ("a.png", b"\0" * 200_000, "image/png")}
    assert browser.client.post("/signups/form", data={"csrf": browser.csrf}, files=big).status_code == 403
    assert browser.client.post("/signups/company", data={"csrf": browser.csrf}, files=big).status_code == 403


def test_a_person_is_the_same_whatever_their_phone() -> None:
    who = somebody()
    assert ci_of(who.name, who.birth_date, who.sex.value) == who.ci


def test_what_was_typed_is_given_up_by_cancel(browser: Browser) -> None:
    number = at_company_form(browser)
    paper = {"company-certificate_upload": ("등록증.pdf", pdf())}
    assert browser.send({"company-name": "나래상사"}, files=paper) == 422
    left = browser.client.post(
        "/signups/form", data={"csrf": browser.csrf, "do": "leave", "company-name": "다른 이름"}, follow_redirects=False
    )
    assert (left.status_code, left.headers["location"]) == (303, "/login")
    assert browser.get("/signups/form") == 409
    assert "입력하던 가입정보가 남아 있지 않습니다" in browser.page
    with database.working() as session:
        assert drafts.clear_page(session, clock.now()) >= 1
    at_company_form(browser, number)
    assert browser.value("company-name") == ""


def test_an_individual_is_called_as_the_carrier_says_until_another_name_is_typed(browser: Browser) -> None:
    is_somebody(browser, somebody("한가람"), "garam@joining.example")
    browser.get("/signups/individual")
    browser.post("/signups/individual")
    browser.post("/signups/outcome")
    agree(browser)
    assert browser.value("company-name") == "한가람"
    assert browser.send({"company-name": "가람공방"}) == 422
    browser.get("/signups/form")
    assert browser.value("company-name") == "가람공방"
