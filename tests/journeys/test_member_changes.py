"""What a member changes later: facts with the buyer's approval, the 주담당자, a 담당자 who goes, the company itself."""

import datetime as dt
import re
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from ops.seed import people
from tests.journeys.conftest import LogIn
from tests.journeys.looking import look
from tests.journeys.test_main_job import DONE, give_reason, path_of

BUYER = "amela.cha"
OWNER, CONTACT = "jaeho.namgung@daehan.example", "hana.lee@daehan.example"
LEAVER = "nuri.cho@nuridesign.example"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    file = tmp_path / "사업자등록증.png"
    Image.new("RGB", (600, 800), "white").save(file)
    return file


def ask_change(page: Page, certificate: Path, address: str, *, account: bool = False) -> str:
    """「변경요청」 of the company's address; the path of the request."""
    page.goto("/company")
    page.get_by_role("link", name="변경요청", exact=True).click()
    page.get_by_label("우편번호").fill("04524")
    page.get_by_label(re.compile("^주소")).fill(address)
    page.locator('[name="certificate_upload"]').set_input_files(certificate)
    if account:
        if not page.get_by_role("group", name="새 계좌").is_visible():
            page.get_by_text("+ 계좌 추가").click()
        for box in page.locator('.account-row [name$="-is_default"]:checked').all():
            box.uncheck()
        new = page.get_by_role("group", name="새 계좌")
        new.get_by_label(re.compile("^은행명")).first.select_option(label="카카오뱅크")
        new.get_by_label(re.compile("^계좌번호")).fill("3333-01-7654321")
        new.get_by_label(re.compile("^예금주")).fill("대한정보통신")
        new.get_by_label("기본계좌").check()
        new.locator('input[type="file"]').set_input_files(certificate)
    page.get_by_label(re.compile("^요청사유")).fill("본점을 옮겼습니다")
    page.get_by_role("button", name="변경요청", exact=True).click()
    expect(page).to_have_url(re.compile(r"/changes/\d+"))
    return path_of(page)


def test_a_change_is_sent_back_and_then_approved(log_in: LogIn, tmp_path: Path, certificate: Path) -> None:
    owner, buyer = log_in(OWNER), log_in(BUYER)
    owner.goto("/company")
    look(owner, tmp_path, "company")
    owner.goto("/company/change")
    look(owner, tmp_path, "change")
    path = ask_change(owner, certificate, "서울특별시 중구 세종대로 110", account=True)
    look(owner, tmp_path, "change-asked")

    buyer.goto("/changes")
    look(buyer, tmp_path, "changes")
    buyer.goto(path)
    look(buyer, tmp_path, "change-office")
    buyer.get_by_role("link", name="사업자 상태 조회").click()
    expect(buyer.get_by_role("heading", name="사업자 상태")).to_be_visible()
    buyer.goto(path)
    give_reason(buyer, "반려", "등록증이 흐립니다", "변경요청을 반려했습니다")
    # Open since before: it follows by itself.
    expect(owner.get_by_text("등록증이 흐립니다").first).to_be_visible()

    path = ask_change(owner, certificate, "서울특별시 중구 세종대로 110")
    buyer.goto(path)
    buyer.get_by_role("button", name="승인", exact=True).click()
    look(buyer, tmp_path, "change-approve")
    buyer.get_by_label("처리사유").fill("확인했습니다")
    buyer.get_by_role("button", name="승인", exact=True).click()
    expect(buyer.locator(DONE)).to_contain_text("변경요청을 승인했습니다")

    owner.goto("/company")
    expect(owner.get_by_text("서울특별시 중구 세종대로 110")).to_be_visible()
    history = owner.get_by_role("table", name="변경요청이력")
    expect(history).to_contain_text("등록증이 흐립니다")
    expect(history).to_contain_text("확인했습니다")
    history.get_by_role("link", name="상세조회").first.click()
    expect(owner.get_by_role("table", name="변경사항")).to_contain_text("서울특별시 중구 세종대로 110")


def hand_over(page: Page, folder: Path, to: str) -> None:
    """「주담당자 권한 위임」; the old 주담당자 is logged out."""
    page.goto("/company/contacts")
    look(page, folder, "contacts")
    page.get_by_role("link", name="주담당자 권한 위임").click()
    look(page, folder, "delegation")
    page.get_by_label(re.compile("^변경할 주 담당자")).select_option(label=to)
    page.get_by_label(re.compile("^변경사유")).fill("담당이 바뀌었습니다")
    page.get_by_role("button", name="위임", exact=True).click()
    expect(page.get_by_role("heading", name="주담당자 권한을 위임했습니다")).to_be_visible()
    page.goto("/company")
    expect(page).to_have_url(re.compile("/login"))


def test_the_owner_hands_on_gets_back_and_lets_a_contact_go(log_in: LogIn, tmp_path: Path) -> None:
    owner, contact = log_in(OWNER), log_in(CONTACT)
    contact.goto("/company/contacts")
    expect(contact.get_by_role("heading", name="볼 수 있는 권한이 없습니다")).to_be_visible()
    hand_over(owner, tmp_path, f"이하나 ({CONTACT})")
    contact.goto("/company/contacts")
    expect(contact.get_by_role("table", name="담당자")).to_contain_text("남궁재호")
    contact.goto("/company/me/withdrawal")
    expect(contact.get_by_text("주 담당자는 직접 탈퇴 요청을 할 수 없습니다.")).to_be_visible()
    look(contact, tmp_path, "owner-advice")
    hand_over(contact, tmp_path, f"남궁재호 ({OWNER})")

    owner, contact = log_in(OWNER), log_in(CONTACT)
    # The contact asks to leave; the owner sends it back, and then lets them go.
    contact.goto("/company/me")
    look(contact, tmp_path, "me")
    contact.get_by_role("link", name="탈퇴요청").click()
    contact.get_by_label(re.compile("^성명")).fill("이하나")
    contact.get_by_label(re.compile("^생년월일")).fill(birth_date_of(CONTACT))
    contact.get_by_label(re.compile("^탈퇴 요청 구분")).select_option(label="퇴사")
    contact.get_by_label(re.compile("^탈퇴 사유")).fill("도비는 자유예요!")
    look(contact, tmp_path, "withdrawal")
    contact.get_by_role("button", name="탈퇴", exact=True).click()
    expect(contact).to_have_url(re.compile(r"/withdrawals/\d+"))

    owner.goto("/company/contacts")
    owner.get_by_role("link", name="요청처리").click()
    look(owner, tmp_path, "request")
    owner.get_by_text("반려", exact=True).click()
    owner.get_by_label(re.compile("^변경처리사유")).fill("인수인계를 먼저 해 주세요")
    owner.get_by_role("button", name="저장").click()
    expect(owner.locator(DONE)).to_contain_text("탈퇴요청을 반려했습니다")

    owner.goto("/company/contacts")
    owner.get_by_role("link", name="담당자 탈퇴").click()
    look(owner, tmp_path, "removal")
    owner.get_by_label(re.compile("^탈퇴처리 구분")).select_option(label="퇴사")
    owner.get_by_label(re.compile("^탈퇴처리 사유")).fill("퇴사했습니다")
    owner.get_by_role("button", name="탈퇴", exact=True).click()
    expect(owner.locator(DONE)).to_contain_text("담당자를 탈퇴 처리했습니다")
    contact.goto("/company/me")
    expect(contact).to_have_url(re.compile("/login"))


def birth_date_of(login: str) -> str:
    """The demo person's birthday, as the seed invents it."""
    for number, firm in enumerate(people.FIRMS, start=1):
        for index, (known, *_) in enumerate(firm.contacts):
            if known == login:
                return people.birth_date(100 * number + index)
    return dt.date(1970, 1, 1).isoformat()


def test_a_company_leaves(log_in: LogIn, tmp_path: Path) -> None:
    owner, buyer = log_in(LEAVER), log_in(BUYER)
    owner.goto("/company")
    owner.get_by_role("link", name="탈퇴요청").click()
    owner.get_by_label(re.compile("^탈퇴 요청 구분")).select_option(index=1)
    owner.get_by_label(re.compile("^탈퇴 사유")).fill("사업을 정리합니다")
    look(owner, tmp_path, "company-withdrawal")
    owner.get_by_role("button", name="탈퇴 요청", exact=True).click()
    expect(owner).to_have_url(re.compile(r"/withdrawals/\d+"))
    path = path_of(owner)

    buyer.goto("/withdrawals")
    look(buyer, tmp_path, "withdrawals")
    buyer.goto(path)
    expect(buyer.get_by_role("table", name="소속 담당자")).to_contain_text("조누리")
    look(buyer, tmp_path, "withdrawal-office")
    buyer.get_by_role("button", name="승인", exact=True).click()
    buyer.get_by_role("button", name="승인", exact=True).click()
    expect(buyer.locator(DONE)).to_contain_text("탈퇴 처리했습니다")

    owner.goto("/company")
    expect(owner).to_have_url(re.compile("/login"))
    owner.get_by_label("아이디", exact=False).first.fill(LEAVER)
    owner.get_by_label("비밀번호").fill("Dongban2026!")
    owner.get_by_role("button", name="로그인", exact=True).click()
    expect(owner.get_by_role("alert").first).to_be_visible()
    expect(owner).not_to_have_url(re.compile("/login/code"))
