"""Joining in the browser: each kind approved, rejected and asked for again; conversion with its code."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.house import House
from tests.journeys.conftest import LogIn, shot
from tests.journeys.joining import CONVERSION_CODE, Applicant, Person, applicant, fresh_number, mail_for

BUYER = "amela.cha"
Arrive = Callable[[Person], Applicant]


@pytest.fixture
def arrive(browser: Browser, house: House) -> Iterator[Arrive]:
    """`arrive(Person("…"))`: that person at a browser nobody is logged in at."""
    made: list[Applicant] = []

    def enter(person: Person) -> Applicant:
        made.append(applicant(browser, house, person))
        return made[-1]

    yield enter
    for one in made:
        one.page.context.close()


def decide(page: Page, number: str, act: str, reason: str = "", *, barred: bool = False) -> None:
    """Open a request from the list and decide on it."""
    page.goto("/signups")
    page.get_by_role("link", name=number).click()
    page.get_by_role("button", name=act, exact=True).first.click()
    if reason:
        page.get_by_label("반려사유").fill(reason)
        if barred:
            page.get_by_label("재가입 불가").check()
        page.get_by_role("button", name=act, exact=True).click()
    expect(page.locator(".badge").filter(has_text=act).first).to_be_visible(timeout=15_000)


def individual_form(who: Applicant, folder: Path) -> None:
    """The whole 개인회원 form, up to the button; one mistake in between, after which everything is still there."""
    who.agree()
    who.fill(company__name=who.person.name, company__phone="02-312-4567")
    who.fill_address()
    who.fill_account(folder)
    who.verify_email()
    who.fill(company__phone="")
    who.fill_password()
    who.page.get_by_role("button", name="가입요청").last.click()
    expect(who.page.locator(".summary")).to_contain_text("전화번호를 입력해 주세요.")
    expect(who.page.get_by_text("현재 파일: 계좌사본.png")).to_be_visible()
    who.fill(company__phone="02-312-4567")
    who.fill_password()


def says(who: Applicant, *words: str) -> None:
    for one in words:
        expect(who.page.locator("main")).to_contain_text(one)


def test_an_individual_joins_is_rejected_and_asks_again(
    arrive: Arrive, log_in: LogIn, tmp_path: Path, house: House
) -> None:
    minji = arrive(Person("한민지"))
    minji.ask_individual()
    says(minji, "회원정보가 존재하지 않습니다.", "신규 회원으로 등록하시겠습니까?")
    minji.yes()
    individual_form(minji, tmp_path)
    number = minji.request()
    assert number in mail_for(house, minji.person.email, "접수되었습니다")
    minji.ask_individual()
    says(minji, "승인을 기다리고 있습니다", "구매담당자의 승인")

    buyer = log_in(BUYER)
    decide(buyer, number, "반려", "계좌사본이 흐려 읽을 수 없습니다.")
    assert "계좌사본이 흐려 읽을 수 없습니다." in mail_for(house, minji.person.email, "반려되었습니다")

    minji.ask_individual()
    says(minji, "가입 요청이 반려된 개인회원입니다.")
    minji.yes()
    minji.agree()
    expect(minji.page.get_by_label("반려사유")).to_contain_text("계좌사본이 흐려 읽을 수 없습니다.")
    expect(minji.page.locator('[name="company-phone"]')).to_have_value("02-312-4567")
    expect(minji.page.locator('[name="accounts-0-account_number"]')).to_have_value("3333-01-1234567")
    expect(minji.page.get_by_text("현재 파일: 계좌사본.png")).to_be_visible()
    minji.verify_email()
    minji.fill_password()
    decide(buyer, minji.request(), "승인")
    mail_for(house, minji.person.email, "가입이 승인되었습니다")
    minji.log_in()
    twice = arrive(minji.person)
    twice.ask_individual()
    says(twice, "이미 등록된 개인회원입니다.")


def company_form(who: Applicant, name: str, folder: Path) -> None:
    """The whole 기업회원 form, up to the button."""
    who.fill(company__name=name, company__representative="오대표", company__phone="02-555-1000")
    who.fill_address()
    who.fill_certificate(folder)
    who.fill_account(folder)
    who.fill_contact()
    who.verify_phone()
    expect(who.page.locator('[name="company-name"]')).to_have_value(name)
    expect(who.page.get_by_text("현재 파일: 사업자등록증.pdf")).to_be_visible()
    who.verify_email()
    who.fill_password()


def reviewed(buyer: Page, request: str) -> None:
    """What the buyer looks at before deciding: the papers, the registry's answer, masked values shown for a reason."""
    buyer.goto("/signups")
    buyer.get_by_role("link", name=request).click()
    expect(buyer.get_by_role("img", name=re.compile("사업자등록증"))).to_be_visible()
    expect(buyer.locator("[data-live=registry]")).to_contain_text("국세청 조회 결과", timeout=20_000)
    expect(buyer.locator("main")).not_to_contain_text("3333-01-1234567")
    buyer.get_by_role("button", name="가린 내용 보기").click()
    expect(buyer.locator("main")).to_contain_text("3333-01-1234567")


def company_joined(owner: Applicant, buyer: Page, number: str, folder: Path) -> None:
    """A company asks, is rejected, asks again with what it typed before, and is approved."""
    owner.ask_company(number)
    says(owner, "신규 기업회원으로 등록하시겠습니까?")
    owner.yes()
    owner.agree()
    company_form(owner, "나래상사 주식회사", folder)
    request = owner.request()
    reviewed(buyer, request)
    shot(buyer, folder, "signup-page")
    decide(buyer, request, "반려", "대표자가 등록증과 다릅니다.")

    owner.ask_company(number)
    says(owner, "가입 요청이 반려된 회원입니다.")
    owner.yes()
    owner.prove()
    owner.agree()
    expect(owner.page.get_by_label("반려사유")).to_contain_text("대표자가 등록증과 다릅니다.")
    expect(owner.page.locator('[name="company-name"]')).to_have_value("나래상사 주식회사")
    owner.fill(company__representative="오나래")
    owner.verify_email()
    owner.fill_password()
    decide(buyer, owner.request(), "승인")
    owner.log_in()


def contact_asks(contact: Applicant, number: str, question: str) -> None:
    """기업회원가입 of somebody whose company is there, up to the form."""
    contact.ask_company(number)
    says(contact, "부담당자로 가입하시겠습니까?")
    contact.yes()
    contact.prove()
    says(contact, question)
    contact.yes()
    contact.agree()
    says(contact, "주담당자에게 본인의 정보가 공개/공유됩니다.")


def test_a_company_joins_is_rejected_and_asks_again_and_a_contact_follows(
    arrive: Arrive, log_in: LogIn, tmp_path: Path
) -> None:
    number, owner, contact = fresh_number(), arrive(Person("오나래")), arrive(Person("오한결"))
    buyer = log_in(BUYER)
    company_joined(owner, buyer, number, tmp_path)

    contact_asks(contact, number, "신규 부담당자로 등록하시겠습니까?")
    contact.fill_contact()
    contact.verify_email()
    contact.fill_password()
    first = contact.request()
    says(contact, "해당기업 주 담당자의")
    buyer.goto("/signups")
    expect(buyer.get_by_role("link", name=first)).to_have_count(0)
    decide(owner.page, first, "반려", "우리 회사 직원이 아닙니다.")

    contact_asks(contact, number, "가입 요청이 반려된 회원입니다.")
    expect(contact.page.get_by_label("반려사유")).to_contain_text("우리 회사 직원이 아닙니다.")
    expect(contact.page.locator('[name="person-department"]')).to_have_value("영업팀")
    contact.verify_email()
    contact.fill_password()
    decide(owner.page, contact.request(), "승인")
    contact.log_in()


def test_who_was_rejected_for_good_is_shown_the_contact_address(arrive: Arrive, log_in: LogIn, tmp_path: Path) -> None:
    number = fresh_number()
    applicant_ = arrive(Person("배가람"))
    applicant_.ask_company(number)
    applicant_.yes()
    applicant_.agree()
    company_form(applicant_, "가람무역", tmp_path)
    decide(log_in(BUYER), applicant_.request(), "반려", "허위 서류입니다.", barred=True)
    applicant_.ask_company(number)
    expect(applicant_.page.locator("main")).to_contain_text("직접 가입해서 이용하실 수 없는 회원입니다.")
    expect(applicant_.page.locator("main")).to_contain_text("pcc@kakaocorp.com")
    expect(applicant_.page.get_by_role("button", name="예")).to_have_count(0)


def test_a_supplier_that_does_not_use_the_portal_is_converted_by_its_code(
    arrive: Arrive, log_in: LogIn, house: House, unused_supplier: tuple[str, str]
) -> None:
    name, number = unused_supplier
    box = "purchasing@unused.example"
    buyer = log_in(BUYER)
    buyer.goto("/conversions/new")
    buyer.get_by_label("협력사").select_option(label=f"{name} ({number[:3]}-{number[3:5]}-{number[5:]})")
    buyer.get_by_label("받는 이메일").fill(box)
    buyer.get_by_role("button", name="인증번호 전송").click()
    expect(buyer.locator(".badge").filter(has_text="인증번호 전송").first).to_be_visible(timeout=15_000)
    first = CONVERSION_CODE.search(mail_for(house, box, "전환가입 인증번호"))
    assert first
    buyer.get_by_role("button", name="인증번호 재전송").first.click()
    expect(buyer.locator("[data-live=facts]")).to_contain_text("2")
    second = first
    while second.group() == first.group():
        found = CONVERSION_CODE.search(mail_for(house, box, "전환가입 인증번호"))
        assert found
        second = found

    supplier = arrive(Person("차도윤"))
    supplier.ask_company(number)
    expect(supplier.page.locator("main")).to_contain_text("포탈 미사용중인 기업회원입니다.")
    supplier.yes()
    supplier.agree()
    supplier.fill_contact()
    supplier.verify_phone()
    supplier.verify_email()
    supplier.fill_password()
    supplier.fill(code="".join(first.groups()))
    supplier.page.get_by_role("button", name="가입요청").last.click()
    expect(supplier.page.locator(".summary")).to_contain_text("인증번호가 맞지 않습니다. 4번 더 입력할 수 있습니다.")
    supplier.fill_password()
    supplier.fill(code="".join(second.groups()))
    request = supplier.request()
    decide(buyer, request, "승인")
    supplier.log_in()
    buyer.goto("/conversions?state=all")
    expect(buyer.get_by_role("row").filter(has_text=name)).to_contain_text("가입요청 완료")


@pytest.fixture
def unused_supplier(house: House) -> tuple[str, str]:
    """A supplier the buyer registered, which does not use the portal: name and number."""
    name, number = f"새벽물산 {fresh_number()[-4:]}", fresh_number()
    with psycopg.connect(house.database.owner_url) as connection:
        connection.execute(
            "INSERT INTO company (name, kind, business_number, representative, representative_foreign, business_type,"
            " business_item, country, currency, artist_insurance, zip_code, address, address_detail, phone, status,"
            " status_reason, created_at) VALUES (%s, 'corporation', %s, '', false, '', '', 'KR', 'KRW', false, '', '',"
            " '', '', 'portal_unused', '', now())",
            (name, number),
        )
    return name, number
