"""정산 진행현황 where not all goes by plan: late, held, failed, signed and not yet transmitted."""

import datetime as dt
import re

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.gateways.tax_hub.interface import Code, Rejected
from models import clock, database
from models.credits import invoicing
from models.credits.report_rules import Status
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode
from models.credits.tables import CreditCompany
from models.harmony.tables import CreditGroup
from models.kernel.calendar import at_hour
from models.notifications.tables import Message, Notification
from models.processes.deadlines import REMIND
from models.tax_invoices import form
from tests.credits import world as masters
from tests.credits.partner_desk import HOLDER, Desk, PartnerWorld, desk
from tests.credits.report_world import WRITTEN, issued
from tests.engines import Database
from web.harmony.credits import accounts

STEP = re.compile(r'<li( aria-current="step")?(?: class="(\w+)")?><span>([^<]+)(?:<span[^>]*>[^<]*</span>)?</span><b')
LATE = at_hour(dt.date(2026, 3, 20), 10)
"""After the last day to sign, 10 March, and after the payment day, 16 March."""


@pytest.fixture
def world(database: Database) -> PartnerWorld:
    return PartnerWorld()


def _page(report: CreditReport, more: str = "") -> str:
    return f"/harmony/credits/{report.group_id}/reports/{report.id}{more}"


def _steps(shown: str) -> list[tuple[str, str]]:
    return [(words, "now" if current else state) for current, state, words in STEP.findall(shown)]


@pytest.mark.parametrize(
    ("mode", "steps"),
    [
        (IssueMode.REVERSE, ["세금계산서 역발행요청", "세금계산서 서명요청", "지급 처리중", "지급 완료"]),
        (IssueMode.FORWARD, ["세금계산서 발행", "세금계산서 확인", "지급 처리중", "지급 완료"]),
        (IssueMode.INDIVIDUAL, ["–", "–", "지급 처리중 (원천징수)", "지급 완료"]),
    ],
)
def test_every_kind_has_its_four_steps(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch, mode: IssueMode, steps: list[str]
) -> None:
    report = world.published(mode)
    with desk(world, world.partner, monkeypatch) as browser:
        shown = _steps(browser.get(_page(report)))
    assert [words for words, _ in shown] == steps
    states = [state for _, state in shown]
    assert states == (["none", "none", "now", ""] if mode is IssueMode.INDIVIDUAL else ["now", "", "", ""])


@pytest.mark.parametrize(
    ("mode", "turn", "late"),
    [
        (IssueMode.REVERSE, "지금 세금계산서 역발행을 신청하실 차례입니다.", "이번 달 안에 전자서명을 마치시면"),
        (IssueMode.FORWARD, "지금 세금계산서를 발행하실 차례입니다.", "이번 달 안에 발행하시면"),
    ],
)
def test_after_its_day_a_report_says_when_it_is_paid_now(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch, mode: IssueMode, turn: str, late: str
) -> None:
    report = world.published(mode)
    with desk(world, world.partner, monkeypatch) as browser:
        early = browser.get(_page(report))
        assert turn in early
        assert "2026.03.16에 지급합니다." in early
        world.now = LATE
        shown = browser.get(_page(report))
        listed = browser.get("/harmony/credits/reports")
        assert "2026.04.15" in listed
        assert "2026.03.16" not in listed
    assert "기한(2026.03.10)이 지났습니다." in shown
    assert f"{late} 2026.04.15에 지급합니다." in shown
    assert "2026.03.16" not in shown


def test_signed_on_the_day_before_and_asked_for_after_the_payment_day(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    invoice = world.request(report)
    with desk(world, world.partner, monkeypatch) as browser:
        assert "지금 세금계산서에 전자서명하실 차례입니다." in browser.get(_page(report))
        with clock.set_to(world.now):
            world.hub.sign(invoice.hub_key)
        world.ask(invoice)
        assert world.read(report).status == Status.INVOICE_REQUESTED
        shown = browser.get(_page(report))
        assert "전자서명하신 세금계산서를 확인하고 있습니다." in shown
        assert "차례입니다." not in shown
        world.now = LATE
        world.step(world.read(report), "remind")
        assert "지났습니다" not in browser.get(_page(report))
    assert world.bells("deadline_near") == []
    with clock.set_to(world.now):
        world.hub.transmit(invoice.hub_key)
    world.ask(invoice)
    world.follow()
    assert world.read(report).status == Status.PAYING
    assert world.read(report).pay_on == dt.date(2026, 4, 15)


def test_a_request_that_was_taken_back_after_the_signature_is_asked_for_anew(world: PartnerWorld) -> None:
    report = world.published()
    invoice = world.request(report)
    with clock.set_to(world.now):
        world.hub.sign(invoice.hub_key)
    world.ask(invoice)
    assert world.read(report).invoiced_at is not None
    world.press(world.officer, world.invoice_of(report), "cancel_issue", reason="금액이 다릅니다.")
    world.ask(world.invoice_of(report))
    world.follow()
    found = world.read(report)
    assert (found.status, found.invoiced_at) == (Status.PUBLISHED, None)


def test_while_it_is_held_nothing_is_asked_for(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    world.press(world.officer, report, "hold", reason="계약을 확인합니다.")
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
    assert "계약을 확인합니다." in shown
    assert "보류가 풀리면 이어서 진행하고" in shown
    assert "신청해 주세요" not in shown
    assert "지급예정일" not in shown


def test_a_failed_payment_says_what_happens_next(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.INDIVIDUAL, (1_000_000,))
    world.now = LATE
    with desk(world, world.partner, monkeypatch) as browser:
        assert "지급예정일이 지났습니다. 지급이 끝나는 대로 알려드립니다." in browser.get(_page(report))
        world.press(world.officer, report, "payment_failed", reason="예금주 불일치")
        shown = browser.get(_page(report))
    assert "지금 지급계좌를 확인하실 차례입니다." in shown
    assert "대금을 지급하지 못했습니다. 예금주 불일치" in shown
    assert "2026.04.15에 다시 지급합니다." in shown
    assert "지급 처리중입니다" not in shown


def test_a_failed_payment_waits_for_the_account_that_was_put_right(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody is asked again for what is done, nor offered a payment that would be refused."""
    report = world.signed()
    world.press(world.officer, report, "payment_failed", reason="계좌번호 오류")
    with database.working() as session:
        group = session.get_one(CreditGroup, report.group_id)
        world.account(session, group, 2, status="cooling", effective_at=world.now + dt.timedelta(days=7))
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
    assert "바꾸신 지급계좌가 적용되기를 기다리고 있습니다." in shown
    assert "지금 하실 일은 없습니다" in shown
    assert "부터 바꾼 계좌로 지급합니다." in shown
    for words in ("지금 지급계좌를 확인하실 차례입니다.", "「다시 지급」을 눌러", f'{_page(report, "/retry")}"'):
        assert words not in shown
    world.step(report, REMIND)
    assert world.bells("deadline_near") == []


def test_an_artist_reads_that_the_insurance_is_not_in_it(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    words = "예술인 고용보험료는 이 지급액에 반영되어 있지 않습니다."
    report = world.published(IssueMode.INDIVIDUAL)
    with desk(world, world.partner, monkeypatch) as browser:
        assert words not in browser.get(_page(report))
        with database.working() as session:
            session.get_one(CreditCompany, report.credit_company_id).artist = True
        assert words in browser.get(_page(report))


def test_who_issues_itself_reads_whom_to_invoice(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.FORWARD)
    with desk(world, world.partner, monkeypatch) as browser:
        for address in (_page(report), _page(report, "/registration")):
            shown = browser.get(address)
            for words in ("120-81-47521", "주식회사 카카오", "settlement@dongban.example"):
                assert words in shown, address


def test_the_preview_is_the_invoice(world: PartnerWorld) -> None:
    """In no box of the form does the invoice the hub gets differ from what its partner saw before."""
    report = world.published()
    with database.reading(world.partner) as session:
        lines = invoicing.lines_of(session, report.id or 0)
        seen = form.boxes(invoicing.preview(session, report, lines, WRITTEN, WRITTEN))
    assert seen.buyer.emails
    assert form.boxes(world.hub.papers[world.request(report).hub_key].invoice) == seen


def test_the_list_tells_each_groups_newest(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        cards = browser.get("/harmony/credits/reports").partition("filters")[0]
    for words in ("2026년 01월", "10,912,000원", "정산리포트 발행", _page(report)):
        assert words in cards


def _changed(world: PartnerWorld, browser: Desk, report: CreditReport) -> str:
    browser.step_up("account")
    address = f"/harmony/credits/{report.group_id}/account"
    typed = {
        "name": "박지은",
        "phone": "01012345678",
        "email": "dm1004@daum.net",
        "bank_code": "088",
        "account_number": "110345678901",
        "holder": HOLDER,
        "agreed": "on",
        "edit_version": "1",
    }
    answer = browser.post(address, browser.get(address), **typed)
    assert answer.status_code == 303, answer.text[:2000]
    return str(answer.headers["location"])


def test_a_change_says_what_was_done_and_the_page_follows_the_bank(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        assert "data-live-url" not in browser.get("/harmony/credits/accounts")
        shown = browser.get(_changed(world, browser, report).partition("#")[0])
        assert "지급계좌 변경을 신청했습니다." in shown
        assert f"/live/credit_account/{world.newest_account().id}?seen=" in shown
        cancelled = browser.post(f"/harmony/credits/{report.group_id}/account/cancellation", shown)
        assert "지급계좌 변경을 취소했습니다." in browser.get(cancelled.headers["location"].partition("#")[0])


def test_of_an_account_that_is_not_theirs_everybody_is_told_once(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        _changed(world, browser, report)
    assert world.checked(world.newest_account()).status == "rejected"
    account = world.newest_account()
    with database.working() as session:
        bells = select(Notification).where(col(Notification.workflow_id) == account.workflow_id)
        told = [(row.member_id, row.event) for row in session.execute(bells).scalars()]
        letters = select(Message).where(col(Message.channel) == "email")
        assert session.execute(letters).scalars().all() == []
    assert sorted(told) == sorted((one.id, "payout_changed") for one in (world.person, world.fellow))


def test_written_on_is_said_at_its_field(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("reverse_request")
        shown = browser.get(_page(report, "/invoice"), written_on="2026-03-01")
    assert 'aria-invalid="true"' in shown
    assert f"작성일자는 2026.02.01부터 {WRITTEN:%Y.%m.%d}까지 고를 수 있습니다." in shown


def test_a_number_of_another_day_is_said_at_its_field(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.FORWARD)
    address = _page(report, "/registration")
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(address)
        for number, words in (
            ("202602194100001900000001", "앞 8자리가 20260220인지 확인해 주세요."),
            ("20260220ABCD001900000001", "승인번호 24자리를 입력해 주세요."),
        ):
            wrong = browser.post(address, shown, approval_number=number, written_on=WRITTEN)
            assert wrong.status_code == 422
            assert words in wrong.text
            assert wrong.text.count('aria-invalid="true"') == 1
            assert number in wrong.text
    assert world.read(report).status == Status.INVOICE_WAITING


def test_an_xml_of_another_amount_is_said_at_the_file(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.FORWARD)
    number, xml = issued(world, report)
    with database.working() as session:
        other = session.get_one(CreditReport, report.id)
        other.supply, other.total, other.payable = other.supply + 1, other.total + 1, other.payable + 1
    address = _page(report, "/registration")
    paper = ("세금계산서.xml", xml, "application/xml")
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(address)
        wrong = browser.post(address, shown, approval_number=number, written_on=WRITTEN, paper_upload=paper)
    assert wrong.status_code == 422
    assert "올리신 세금계산서가 등록하려는 정산과 다릅니다: 공급가액과 세액" in wrong.text
    assert number in wrong.text
    assert world.read(report).status == Status.INVOICE_WAITING


def test_registered_late_it_says_the_day_it_is_paid_on(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.FORWARD)
    world.now = LATE
    number = "202602204100001900000001"
    world.press(world.partner, report, "register_invoice", approval_number=number, written_on=WRITTEN)
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
    assert "2026.04.15" in shown
    assert "2026.03.16" not in shown
    world.press(world.officer, report, "confirm_invoice")
    assert world.read(report).pay_on == dt.date(2026, 4, 15)


def test_many_groups_come_in_pages_and_one_finds_its_own(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    first = world.published()
    with database.working() as session:
        of = session.get_one(CreditCompany, first.credit_company_id)
        groups = [masters.group(session, of, world.staff) for _ in range(4)]
        for group in groups:
            masters.user(session, group, world.person)
        ids = sorted([first.group_id, *(group.id or 0 for group in groups)])
    monkeypatch.setattr(accounts, "GROUPS_SHOWN", 2)
    with desk(world, world.partner, monkeypatch) as browser:
        seen: list[str] = []
        page = browser.get("/harmony/credits/accounts")
        assert 'rel="prev"' not in page
        while True:
            found = re.findall(r'id="group-(\d+)"', page)
            assert len(found) <= 2
            seen += found
            further = re.search(r'rel="next" href="([^"]+)"', page)
            if further is None:
                break
            page = browser.get("/harmony/credits/accounts" + further[1].replace("&amp;", "&"))
        assert sorted(map(int, seen)) == ids
        for one in seen:
            assert f'id="group-{one}"' in browser.get("/harmony/credits/accounts", company=of.id, group=one)


def test_what_is_not_there_leads_back_into_harmony(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(world, world.partner, monkeypatch) as browser:
        for path in ("/harmony/credits/nothing", "/harmony/credits/999999/account"):
            missing = browser.ask(path)
            assert missing.status_code == 404
            assert 'href="/harmony">처음으로' in missing.text


def test_when_the_mail_is_out_everybody_is_told(world: PartnerWorld) -> None:
    world.request(world.published())
    told = [words for member, words in world.bells("progress_changed") if member == world.person.id]
    assert told == [
        "세금계산서 역발행을 신청했습니다. 담당자 이메일로 보내드리면 다시 알려드립니다.",
        "역발행 세금계산서를 담당자 이메일로 보내드렸습니다. 이메일 링크로 이동하여 전자서명해 주세요.",
    ]


def test_what_the_hub_did_not_take_is_not_the_partners_to_sign(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    world.hub.no["file"] = Rejected(Code.NOT_MEMBER, "회원이 아닙니다.")
    invoice = world.request(report)
    assert invoice.status == "drafting"
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
        assert "세금계산서를 다시 보내는 중입니다." in shown
        assert "전달하지 못해 정산담당자가 확인하고 있습니다." in shown
        assert "차례입니다." not in shown
        world.now = LATE
        world.step(world.read(report), "remind")
        assert world.bells("deadline_near") == []
        del world.hub.no["file"]
        world.press(world.officer, invoice, "request")
        world.ask(world.invoice_of(report))
        again = browser.get(_page(report))
    assert "지금 세금계산서에 전자서명하실 차례입니다." in again
    assert "전달하지 못해" not in again
