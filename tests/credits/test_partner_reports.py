"""정산리포트 on the partner's side: what is shown, who sees it, and every button of it."""

import datetime as dt

import pytest

from models import database
from models.credits.report_rules import Status
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode
from tests.credits.partner_desk import PartnerWorld, desk
from tests.credits.report_world import WRITTEN, issued
from tests.engines import Database


@pytest.fixture
def world(database: Database) -> PartnerWorld:
    return PartnerWorld()


def _page(report: CreditReport, more: str = "") -> str:
    return f"/harmony/credits/{report.group_id}/reports/{report.id}{more}"


def test_a_report_shows_the_guides_sums_and_the_first_step(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
        for words in ("9,920,000", "992,000", "10,912,000", "지급그룹 합계", "26년 01월 상생 정산", "2026년 01월"):
            assert words in shown
        for words in ("세금계산서 역발행요청", "세금계산서 서명요청", "지급 처리중", "지급 완료"):
            assert words in shown
        assert "이번 달 정산 금액을 확인하고" in shown
        assert "2026.03.10" in shown
        assert "2026.03.16" in shown
        assert "33330112*****" in shown
        assert "3333011212345" not in shown
        listed = browser.get("/harmony/credits/reports")
        assert report.group_name.replace(">", "&gt;") in listed
        assert browser.ask(f"/harmony/credits/{report.group_id}/reports").headers["location"] == _page(report)


def test_strangers_find_nothing(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    other = world.published(IssueMode.FORWARD)
    with desk(world, world.stranger, monkeypatch) as browser:
        for path in (
            _page(report),
            _page(report, "/statement"),
            _page(report, "/registration"),
            f"/harmony/credits/{report.group_id}/reports",
        ):
            assert browser.ask(path).status_code == 404, path
        browser.step_up("reverse_request")
        assert browser.ask(_page(report, "/invoice")).status_code == 404
        assert browser.post(_page(report, "/invoice"), written_on=WRITTEN).status_code == 404
        assert browser.post(_page(report, "/retry")).status_code == 404
        assert "참여한 크레딧이 없습니다." in browser.get("/harmony/credits/reports")
    with desk(world, world.partner, monkeypatch) as browser:
        assert browser.ask(f"/harmony/credits/{other.group_id}/reports/{report.id}").status_code == 404


def test_the_reverse_request_is_behind_a_code_and_shows_the_invoice_first(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    address = _page(report, "/invoice")
    with desk(world, world.partner, monkeypatch) as browser:
        away = browser.ask(address).headers["location"]
        assert away.startswith("/harmony/verification?purpose=reverse_request&next=")
        assert browser.post(address, written_on=WRITTEN).headers["location"].startswith("/harmony/verification")
        assert world.read(report).status == Status.PUBLISHED
        browser.step_up("reverse_request")
        shown = browser.get(address)
        assert "발행되지 않은 세금계산서입니다." in shown
        assert "9,920,000" in shown
        moved = browser.get(address, written_on="2026-02-10")
        assert 'datetime="2026-02-10"' in moved
        answer = browser.post(address, moved, written_on="2026-02-10")
        assert answer.headers["location"].startswith(_page(report, "?receipt="))
        after = browser.get(answer.headers["location"])
        assert "서명 기한: 2026.03.10" in after
        assert "dm****@daum.net" in after
    kept = world.read(report)
    assert (kept.status, kept.written_on) == (Status.INVOICE_REQUESTED, dt.date(2026, 2, 10))


@pytest.mark.parametrize("day", ["2026-02-21", "2026-01-31", "2026-03-01", ""])
def test_the_invoice_is_never_of_the_future_nor_of_another_month(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch, day: str
) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("reverse_request")
        answer = browser.post(_page(report, "/invoice"), browser.get(_page(report, "/invoice")), written_on=day)
        assert answer.status_code == 422
        assert 'name="written_on"' in answer.text
        assert 'aria-invalid="true"' in answer.text
    assert world.read(report).status == Status.PUBLISHED


def test_no_form_can_say_that_a_code_was_right(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The generic door of acts takes the same payload; what the code opens is not the form's to say."""
    from models.credits.messages import RequestInvoice
    from models.credits.report_rules import RULES
    from web.documents.routes import completed

    said = RequestInvoice(written_on=WRITTEN, stepped_up=True)
    assert completed(None, RULES, "request_invoice", said).stepped_up is False  # type: ignore[arg-type]


def test_missing_facts_are_named_and_lead_to_where_they_are_typed(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published()
    with database.working() as session:
        from models.credits.account_tables import CreditContact

        session.delete(session.get_one(CreditContact, report.group_id))
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("reverse_request")
        shown = browser.get(_page(report, "/invoice"))
        assert "담당자, 담당자 이메일" in shown
        assert f"/harmony/credits/{report.group_id}/account" in shown
        assert "발행되지 않은 세금계산서입니다." not in shown
        assert browser.post(_page(report, "/invoice"), shown, written_on=WRITTEN).status_code == 422


def test_a_company_that_issues_itself_registers_its_invoice(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published(IssueMode.FORWARD)
    address = _page(report, "/registration")
    with desk(world, world.partner, monkeypatch) as browser:
        assert "세금계산서 등록" in browser.get(_page(report))
        shown = browser.get(address)
        wrong = browser.post(address, shown, approval_number="1", written_on=WRITTEN)
        assert wrong.status_code == 422
        broken = browser.post(
            address,
            shown,
            approval_number="2" * 24,
            written_on=WRITTEN,
            paper_upload=("a.pdf", b"no", "application/pdf"),
        )
        assert broken.status_code == 422
        number = "202602204100001900000001"
        pressed = browser.post(address, shown, approval_number=number, written_on=WRITTEN)
        assert pressed.status_code == 303, pressed.text[:3000]
        assert number in browser.get(_page(report))
        assert browser.ask(address).headers["location"] == _page(report)
    assert world.read(report).status == Status.INVOICE_CHECKING


def test_the_invoice_is_brought_as_xml(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published(IssueMode.FORWARD)
    number, xml = issued(world, report)
    address = _page(report, "/registration")
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(address)
        assert "XML" in shown
        typed = f"{number[:8]}-{number[8:16]}-{number[16:]}"
        paper = ("세금계산서.xml", xml, "application/xml")
        pressed = browser.post(address, shown, approval_number=typed, written_on=WRITTEN, paper_upload=paper)
        assert pressed.status_code == 303, pressed.text[:3000]
    assert world.invoice_of(world.read(report)).approval_number == number


def test_an_individual_has_no_invoice_steps_and_sees_what_is_withheld(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.published(IssueMode.INDIVIDUAL, (1_234_567,))
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
        assert "지급 처리중 (원천징수)" in shown
        assert "37,030" in shown
        assert "3,700" in shown
        assert "1,193,837" in shown
        assert "세금계산서 역발행요청" not in shown
        assert browser.ask(_page(report, "/registration")).headers["location"] == _page(report)


def test_a_failed_payment_leads_to_the_account_and_is_tried_again(
    world: PartnerWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = world.signed()
    world.press(world.officer, report, "payment_failed", reason="계좌번호 오류")
    with desk(world, world.partner, monkeypatch) as browser:
        shown = browser.get(_page(report))
        assert "계좌번호 오류" in shown
        assert f"/harmony/credits/{report.group_id}/account" in shown
        assert browser.post(_page(report, "/retry"), shown).status_code == 303
    assert world.read(report).status == Status.PAYING


def test_a_stale_page_is_told_so(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    report = world.published()
    with desk(world, world.partner, monkeypatch) as browser:
        browser.step_up("reverse_request")
        shown = browser.get(_page(report, "/invoice"))
        world.press(world.officer, report, "hold", reason="금액 확인")
        answer = browser.post(_page(report, "/invoice"), shown, written_on=WRITTEN)
        assert answer.status_code == 409
        assert "정산이 보류되었습니다. 금액 확인" in answer.text


def test_months_and_groups_lead_to_each_other(world: PartnerWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = world.published(), world.published(IssueMode.FORWARD)
    with desk(world, world.partner, monkeypatch) as browser:
        listed = browser.get("/harmony/credits/reports")
        assert _page(first) in listed
        assert _page(second) in listed
        only = browser.get("/harmony/credits/reports", group=str(first.group_id))
        assert only.count(f'href="{_page(second)}"') < listed.count(f'href="{_page(second)}"')
        sheet = browser.ask("/harmony/credits/reports", format="xlsx")
        assert sheet.content[:2] == b"PK"
