"""The front door, every page looked at and every button that leads out of it pressed."""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import Browser, Page, expect

from ops.seed import people
from tests.house import House
from tests.journeys.conftest import LogIn
from tests.journeys.joining import Applicant, Person, applicant, fresh_number
from tests.journeys.looking import look
from tests.journeys.test_main_job import DONE, path_of

BUYER = "amela.cha"
INDIVIDUAL = people.INDIVIDUAL.contacts[0][0]
Arrive = Callable[[str], Applicant]


@pytest.fixture
def arrive(browser: Browser, house: House) -> Iterator[Arrive]:
    made: list[Applicant] = []

    def enter(name: str) -> Applicant:
        made.append(applicant(browser, house, Person(name)))
        return made[-1]

    yield enter
    for one in made:
        one.page.context.close()


def at_login(page: Page) -> None:
    expect(page).to_have_url(re.compile(r"/login$"))


def test_every_page_of_joining_as_an_individual(arrive: Arrive, tmp_path: Path) -> None:
    who = arrive("송이든")
    page = who.page
    page.goto("/login")
    look(page, tmp_path, "login")
    page.get_by_role("link", name="개인회원가입").click()
    look(page, tmp_path, "individual")
    page.get_by_role("link", name="닫기").click()
    at_login(page)
    who.ask_individual()
    look(page, tmp_path, "outcome")
    page.get_by_role("link", name="아니오").click()
    at_login(page)
    page.goto("/signups/individual")
    look(page, tmp_path, "individual-verified")
    page.get_by_role("button", name="확인", exact=True).click()
    who.yes()
    look(page, tmp_path, "terms")
    page.get_by_role("button", name="다음").click()
    expect(page.get_by_text("필수 항목에 모두 동의해 주세요.").first).to_be_visible()
    look(page, tmp_path, "terms-missing")
    page.get_by_role("link", name="이용약관 전문").click()
    expect(page.get_by_role("dialog", name="이용약관")).to_contain_text("제1조 (목적)")
    page.get_by_role("button", name="닫기").click()
    who.agree()
    look(page, tmp_path, "form")
    page.get_by_role("button", name="가입요청").last.click()
    look(page, tmp_path, "form-errors")
    who.fill(company__name="송이든")
    page.get_by_role("button", name="취소").click()
    at_login(page)
    page.goto("/signups/form")
    expect(page.get_by_text("입력하던 가입정보가 남아 있지 않습니다.")).to_be_visible()
    look(page, tmp_path, "gone")


def test_every_page_of_joining_as_a_company(arrive: Arrive, tmp_path: Path) -> None:
    who = arrive("송가온")
    page = who.page
    page.goto("/signups/company")
    look(page, tmp_path, "company")
    page.get_by_text("법인사업자", exact=True).click()
    page.get_by_label("사업자등록번호").fill("120-81-47522")
    page.get_by_role("button", name="확인", exact=True).click()
    expect(page.locator(".summary")).to_contain_text("사업자등록번호")
    look(page, tmp_path, "company-wrong")
    who.ask_company(fresh_number())
    look(page, tmp_path, "company-outcome")
    who.yes()
    who.agree()
    page.get_by_role("button", name="계좌 추가").click()
    expect(page.get_by_role("group", name="계좌 2")).to_be_visible()
    look(page, tmp_path, "company-form")
    page.get_by_role("button", name="계좌 2 삭제").click()
    expect(page.get_by_role("group", name="계좌 2")).to_have_count(0)
    page.get_by_role("button", name="가입요청").last.click()
    look(page, tmp_path, "company-form-errors")
    page.get_by_label("이메일", exact=False).first.fill(who.person.email)
    page.get_by_role("button", name="이메일인증").click()
    expect(page).to_have_url(re.compile("/identity/email/code"))
    look(page, tmp_path, "email-code")
    page.get_by_role("link", name="다른 이메일로").click()
    look(page, tmp_path, "email")


def test_the_app_that_says_no(arrive: Arrive, tmp_path: Path) -> None:
    """PASS 「거절」: nobody is verified, and one may begin again."""
    who = arrive("송다온")
    page = who.page
    page.goto("/signups/individual")
    page.get_by_role("button", name="본인인증").click()
    who.answer("거절")
    expect(page).to_have_url(re.compile("/identity/return"), timeout=15_000)
    expect(page.get_by_text("본인인증을 취소하셨습니다.")).to_be_visible()
    look(page, tmp_path, "declined")
    page.goto("/signups/individual")
    expect(page.get_by_text("인증완료")).to_have_count(0)
    page.get_by_role("button", name="본인인증").click()
    who.verify()
    expect(page.get_by_text("인증완료")).to_be_visible()


def rows_of(page: Page) -> list[list[str]]:
    """「다운로드」 of the list on screen: its cells."""
    with page.expect_download() as kept:
        page.get_by_role("link", name="다운로드").click()
    book = load_workbook(BytesIO(kept.value.path().read_bytes()), read_only=True)
    return [[str(cell or "") for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]


@pytest.mark.parametrize(
    ("path", "column"),
    [("/signups", "접수번호"), ("/conversions", "협력사"), ("/changes", "요청번호"), ("/withdrawals", "탈퇴 구분")],
)
def test_the_lists_of_requests_are_downloaded(log_in: LogIn, tmp_path: Path, path: str, column: str) -> None:
    buyer = log_in(BUYER)
    buyer.goto(path)
    look(buyer, tmp_path, path.strip("/"))
    cells = [cell for row in rows_of(buyer) for cell in row]
    assert column in cells, cells[:40]


def ask_to_leave(page: Page, birth: str) -> str:
    """「탈퇴요청」 of the individual; the path of the request."""
    page.goto("/company")
    page.get_by_role("link", name="탈퇴요청").click()
    page.get_by_label(re.compile("^성명")).fill("윤하늘")
    page.get_by_label(re.compile("^생년월일")).fill(birth)
    page.get_by_label(re.compile("^탈퇴 요청 구분")).select_option(index=1)
    page.get_by_label(re.compile("^탈퇴 사유")).fill("쉬어 갑니다")
    page.get_by_role("button", name=re.compile("^탈퇴")).last.click()
    expect(page).to_have_url(re.compile(r"/withdrawals/\d+"))
    return path_of(page)


def test_an_individual_takes_a_withdrawal_back_and_another_is_sent_back(log_in: LogIn, tmp_path: Path) -> None:
    birth = people.birth_date(100 * (len(people.FIRMS) + 1))
    haneul, buyer = log_in(INDIVIDUAL), log_in(BUYER)
    own = haneul.get_by_role("navigation").first
    expect(own.get_by_role("link", name="회원정보")).to_be_visible()
    expect(own.get_by_role("link", name="기업정보")).to_have_count(0)
    expect(own.get_by_role("link", name="담당자관리")).to_have_count(0)
    haneul.goto("/company")
    look(haneul, tmp_path, "individual-own")
    haneul.get_by_role("link", name="탈퇴요청").click()
    haneul.get_by_role("link", name="취소", exact=True).click()
    expect(haneul).to_have_url(re.compile(r"/company$"))

    ask_to_leave(haneul, birth)
    haneul.get_by_role("button", name="요청취소", exact=True).first.click()
    dialog = haneul.get_by_role("dialog")
    if dialog.count():
        dialog.get_by_role("button", name="요청취소", exact=True).click()
    expect(haneul.locator(DONE)).to_contain_text("탈퇴요청을 취소했습니다")
    look(haneul, tmp_path, "withdrawal-cancelled")

    path = ask_to_leave(haneul, birth)
    buyer.goto(path)
    buyer.get_by_role("button", name="반려", exact=True).first.click()
    dialog = buyer.get_by_role("dialog", name="반려")
    dialog.get_by_role("textbox").fill("정산이 남았습니다")
    dialog.get_by_role("button", name="반려", exact=True).click()
    expect(buyer.locator(DONE)).to_contain_text("탈퇴요청을 반려했습니다")
    # Open since before: it follows by itself.
    expect(haneul.get_by_text("정산이 남았습니다").first).to_be_visible()
    haneul.goto("/company")
    expect(haneul.get_by_role("table", name="변경요청이력")).to_contain_text("정산이 남았습니다")
