"""One's own account in chromium: lost id and password, a changed phone, absence, new terms, the authenticator app."""

import re
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pyotp
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House
from tests.journeys.conftest import LogIn, shot
from tests.journeys.joining import Applicant, Person, mail_for
from tests.journeys.looking import look
from tests.journeys.newcomer import PASSWORD, Newcomer, settle

NEW_PASSWORD = "Another2026@"
ADMIN = "minseok.oh"
_serial = count(1)
Open = Callable[[], Page]


@pytest.fixture
def open_page(browser: Browser, house: House) -> Iterator[Open]:
    """A page of somebody nobody knows yet."""
    contexts = []

    def make() -> Page:
        context = browser.new_context(
            base_url=house.url, viewport={"width": 1440, "height": 900}, locale="ko-KR", timezone_id="Asia/Seoul"
        )
        contexts.append(context)
        return context.new_page()

    yield make
    for context in contexts:
        context.close()


def newcomer(house: House, name: str, **more: object) -> Newcomer:
    number = next(_serial)
    about: dict[str, object] = {
        "login": f"account{number}@newcomer.example",
        "name": name,
        "phone": f"0106000{number:04d}",
        "number": f"10181{number:04d}",
    }
    return settle(house, Newcomer(**(about | more)))  # type: ignore[arg-type]


def type_password(page: Page, who: Newcomer, password: str = PASSWORD) -> None:
    page.goto("/login")
    page.get_by_label("아이디", exact=False).first.fill(who.login)
    page.get_by_label("비밀번호").fill(password)
    page.get_by_role("button", name="로그인", exact=True).click()
    expect(page).to_have_url(re.compile("/login/code"))


def type_code(page: Page, house: House, phone: str, after: str) -> None:
    page.get_by_label("인증번호").fill(house.code_for(phone, after=after))
    page.get_by_role("button", name="인증완료").click()


def enter(page: Page, house: House, who: Newcomer, password: str = PASSWORD) -> None:
    """Password and code."""
    known = house.newest_code(who.phone)
    type_password(page, who, password)
    type_code(page, house, who.phone, known)


def as_person(page: Page, house: House, who: Newcomer, phone: str = "") -> Applicant:
    person = Person(who.name, birth=who.birth_date.replace("-", ""), phone=phone or who.phone, email=who.login)
    return Applicant(page, house, person)


def test_a_forgotten_id_and_password(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page = newcomer(house, "권나래"), open_page()
    page.goto("/login")
    look(page, tmp_path, "login")
    page.get_by_role("link", name="계정 찾기").click()
    look(page, tmp_path, "find-account")
    page.get_by_label("이름").fill(who.name)
    page.get_by_label("생년월일").fill(who.birth_date)
    page.get_by_label("휴대폰번호").fill(who.phone)
    page.get_by_role("button", name="계정 찾기").click()
    expect(page.get_by_text("ac****@newcomer.example")).to_be_visible()
    look(page, tmp_path, "found-account")
    page.get_by_role("link", name="비밀번호 찾기").click()
    look(page, tmp_path, "find-password")
    page.get_by_label("아이디").fill(who.login)
    page.get_by_role("button", name="본인인증").click()
    as_person(page, house, who).verify()
    expect(page.get_by_role("button", name="임시 비밀번호 받기")).to_be_visible()
    look(page, tmp_path, "send-password")
    page.get_by_role("button", name="임시 비밀번호 받기").click()
    expect(page.get_by_text("임시 비밀번호를 보냈습니다")).to_be_visible()
    look(page, tmp_path, "sent-password")
    found = re.search(r"임시 비밀번호: (\S+)", mail_for(house, who.login, "임시 비밀번호"))
    assert found
    enter(page, house, who, found[1])
    expect(page).to_have_url(re.compile("/account/password"))
    look(page, tmp_path, "temporary-password")
    page.goto("/contracts")
    expect(page).to_have_url(re.compile("/account/password"))
    page.get_by_label("임시 비밀번호").fill(found[1])
    page.get_by_label("새 비밀번호", exact=False).first.fill(NEW_PASSWORD)
    page.get_by_label("새 비밀번호 확인").fill(NEW_PASSWORD)
    page.get_by_role("button", name="변경").click()
    expect(page).to_have_url(f"{house.url}/")
    again = open_page()
    enter(again, house, who, NEW_PASSWORD)
    expect(again).to_have_url(f"{house.url}/")


def test_a_changed_phone(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page, elsewhere = newcomer(house, "민다솜"), open_page(), open_page()
    enter(elsewhere, house, who)
    expect(elsewhere).to_have_url(f"{house.url}/")
    type_password(page, who)
    look(page, tmp_path, "code")
    page.get_by_role("button", name="휴대폰번호가 변경되었나요?").click()
    new_phone = f"0106111{next(_serial):04d}"
    as_person(page, house, who, phone=new_phone).verify()
    expect(page.get_by_role("button", name="이 번호로 변경")).to_be_visible()
    look(page, tmp_path, "phone")
    page.get_by_role("button", name="이 번호로 변경").click()
    expect(page.get_by_text("새 번호로 인증번호를 보냈습니다")).to_be_visible()
    look(page, tmp_path, "code-new-phone")
    type_code(page, house, new_phone, "")
    expect(page).to_have_url(f"{house.url}/")
    mail_for(house, who.login, "휴대폰번호가 바뀌었습니다")
    elsewhere.goto("/account")
    expect(elsewhere).to_have_url(re.compile("/login"))


def test_somebody_elses_phone_is_refused(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page = newcomer(house, "서이랑"), open_page()
    type_password(page, who)
    page.get_by_role("button", name="휴대폰번호가 변경되었나요?").click()
    stranger = Applicant(page, house, Person("하도적", birth="19850505"))
    stranger.verify()
    page.get_by_role("button", name="이 번호로 변경").click()
    expect(page.get_by_text("회원과 다릅니다")).to_be_visible()
    look(page, tmp_path, "phone-refused")
    page.get_by_role("link", name="인증번호 화면으로").click()
    type_code(page, house, who.phone, "")
    expect(page).to_have_url(f"{house.url}/")


def test_a_dormant_account_wakes(open_page: Open, house: House, tmp_path: Path) -> None:
    who = newcomer(house, "노을", status="dormant", seen_days_ago=400)
    page = open_page()
    enter(page, house, who)
    expect(page.get_by_role("heading", name="휴면 계정입니다")).to_be_visible()
    look(page, tmp_path, "dormant")
    page.get_by_role("link", name="아니오").click()
    expect(page).to_have_url(re.compile("/login$"))
    page.goto("/account")
    expect(page).to_have_url(re.compile("/login"))
    enter(page, house, who)
    page.get_by_role("button", name="예", exact=True).click()
    expect(page).to_have_url(f"{house.url}/")
    again = open_page()
    enter(again, house, who)
    expect(again).to_have_url(f"{house.url}/")


def test_an_old_password_is_asked_about(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page = newcomer(house, "가온결", password_days_old=95), open_page()
    enter(page, house, who)
    expect(page.get_by_role("heading", name="비밀번호를 바꿔 주세요")).to_be_visible()
    look(page, tmp_path, "password-due")
    page.get_by_role("button", name="90일 이후 변경").click()
    expect(page).to_have_url(f"{house.url}/")
    again = open_page()
    enter(again, house, who)
    expect(again).to_have_url(f"{house.url}/")


def test_new_terms_are_agreed_to_before_anything_else(
    open_page: Open, log_in: LogIn, house: House, tmp_path: Path
) -> None:
    who, page, admin = newcomer(house, "유아라"), open_page(), log_in(ADMIN)
    try:
        admin.goto("/terms")
        look(admin, tmp_path, "terms-list")
        admin.get_by_role("link", name="새 버전 작성").click()
        look(admin, tmp_path, "terms-form")
        admin.get_by_label("바뀐 내용").fill("제6조의 휴면 전환 안내를 고쳤습니다.")
        admin.get_by_role("button", name="저장").click()
        expect(admin.get_by_role("cell", name="2차").first).to_be_visible()
        enter(page, house, who)
        expect(page.get_by_role("heading", name="약관 재동의")).to_be_visible()
        look(page, tmp_path, "terms-again")
        page.goto("/contracts")
        expect(page).to_have_url(re.compile("/login"))
        page.goto("/login/steps")
        page.get_by_role("button", name="동의하고 계속").click()
        expect(page.get_by_text("필수 항목에 모두 동의해 주세요.").first).to_be_visible()
        look(page, tmp_path, "terms-missing")
        page.get_by_role("link", name="이용약관 전문").click()
        dialog = page.get_by_role("dialog", name="이용약관")
        expect(dialog.get_by_text("제1조 (목적)")).to_be_visible()
        shot(page, tmp_path, "terms-dialog")
        dialog.get_by_role("button", name="닫기").click()
        page.get_by_role("checkbox", name="이용약관").check()
        page.get_by_role("button", name="동의하고 계속").click()
        expect(page).to_have_url(f"{house.url}/")
        page.goto("/account")
        expect(page.get_by_text("이용약관 2차")).to_be_visible()
    finally:
        # The other journeys' people agreed to the first version only.
        with psycopg.connect(house.database.admin_url, autocommit=True) as connection:
            connection.execute("UPDATE terms SET withdrawn_at = now() WHERE version > 1")


def test_the_authenticator_app(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page = newcomer(house, "진달래"), open_page()
    enter(page, house, who)
    expect(page).to_have_url(f"{house.url}/")
    page.goto("/account")
    look(page, tmp_path, "account")
    page.get_by_role("link", name="인증 앱", exact=True).click()
    look(page, tmp_path, "app-off")
    page.get_by_label("현재 비밀번호").fill(PASSWORD)
    page.get_by_role("button", name="인증 앱 등록").click()
    expect(page.locator("svg.qr")).to_be_visible()
    look(page, tmp_path, "app-new")
    app = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("인증 앱 번호").fill(app.now())
    page.get_by_role("button", name="등록", exact=True).click()
    codes = page.locator(".recovery code").all_inner_texts()
    assert len(codes) == 10
    look(page, tmp_path, "app-codes")
    page.get_by_role("link", name="보관했습니다").click()
    expect(page.get_by_text("사용 중")).to_be_visible()
    look(page, tmp_path, "app-on")
    known = house.newest_code(who.phone)
    again = open_page()
    type_password(again, who)
    expect(again.get_by_role("heading", name="인증 앱 번호 입력")).to_be_visible()
    look(again, tmp_path, "code-app")
    again.get_by_label("인증 앱 번호 또는 복구 코드").fill(codes[0])
    again.get_by_role("button", name="인증완료").click()
    expect(again).to_have_url(f"{house.url}/")
    assert house.newest_code(who.phone) == known
    again.goto("/account/authenticator")
    again.get_by_label("인증 앱 번호 또는 복구 코드").fill(codes[1])
    again.get_by_role("button", name="인증 앱 해제").click()
    expect(again.get_by_text("사용 안 함")).to_be_visible()


def test_a_lost_authenticator_is_taken_off_by_the_administrator(
    open_page: Open, log_in: LogIn, house: House, tmp_path: Path
) -> None:
    who, page = newcomer(house, "문소리"), open_page()
    enter(page, house, who)
    expect(page).to_have_url(f"{house.url}/")
    page.goto("/account/authenticator")
    page.get_by_label("현재 비밀번호").fill(PASSWORD)
    page.get_by_role("button", name="인증 앱 등록").click()
    app = pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))
    page.get_by_label("인증 앱 번호").fill(app.now())
    page.get_by_role("button", name="등록", exact=True).click()
    expect(page.locator(".recovery code")).to_have_count(10)

    admin = log_in(ADMIN)
    admin.goto(f"/admin/members?login={who.login}")
    admin.get_by_role("link", name=who.name).click()
    expect(admin.get_by_role("main")).to_contain_text("인증 앱 사용 중")
    admin.get_by_role("button", name="인증 앱 해제").click()
    dialog = admin.get_by_role("dialog", name="인증 앱 해제")
    look(admin, tmp_path, "app-reset")
    dialog.get_by_label("사유").fill("전화로 본인을 확인함. 휴대폰 교체로 앱과 복구 코드를 모두 잃음")
    dialog.get_by_role("button", name="인증 앱 해제").click()
    expect(admin.get_by_role("main")).to_contain_text("인증 앱을 해제하고 모든 로그인을 종료했습니다.")
    expect(admin.get_by_role("main")).not_to_contain_text("인증 앱 사용 중")
    mail_for(house, who.login, "관리자가 해제")

    # Whoever was in is out; the next log-in asks for a code by short message again.
    page.goto("/account")
    expect(page).to_have_url(re.compile("/login"))
    enter(page, house, who)
    expect(page).to_have_url(f"{house.url}/")


def test_sessions_are_seen_and_ended(open_page: Open, house: House, tmp_path: Path) -> None:
    who, page, elsewhere = newcomer(house, "오른별"), open_page(), open_page()
    enter(elsewhere, house, who)
    expect(elsewhere).to_have_url(f"{house.url}/")
    enter(page, house, who)
    expect(page).to_have_url(f"{house.url}/")
    page.goto("/account/sessions")
    expect(page.get_by_role("row")).to_have_count(3)
    look(page, tmp_path, "sessions")
    page.get_by_role("button", name="다른 곳에서 모두 로그아웃").click()
    expect(page.get_by_role("row")).to_have_count(2)
    elsewhere.goto("/account")
    expect(elsewhere).to_have_url(re.compile("/login"))


def test_personal_data_is_shown_for_a_reason_and_the_administrator_reads_who_looked(
    log_in: LogIn, house: House, tmp_path: Path
) -> None:
    who, admin = newcomer(house, "채은빛"), log_in(ADMIN)
    with psycopg.connect(house.database.admin_url) as connection:
        row = connection.execute("SELECT id FROM member WHERE login = %s", (who.login,)).fetchone()
    assert row
    admin.goto("/account")
    token = admin.locator("input[name=csrf]").first.get_attribute("value") or ""
    asked: dict[str, str | float | bool] = {"csrf": token, "kind": "member", "id": str(row[0]), "field": "phone"}
    assert admin.request.post("/disclosures", form=asked).status == 422
    shown = admin.request.post("/disclosures", form=asked | {"reason": "계약 담당자에게 전화"})
    assert shown.status == 200
    assert who.phone in shown.text()
    admin.goto("/disclosures")
    expect(admin.get_by_role("cell", name="채은빛")).to_be_visible()
    expect(admin.get_by_role("cell", name="계약 담당자에게 전화")).to_be_visible()
    look(admin, tmp_path, "disclosures")
