"""What the steps of a settlement report do: three ways to the money, refusals, failures, who is told."""

import datetime as dt

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities.credits_follow import account_changed
from activities.gateways.tax_hub.interface import Code, HubStatus, Rejected
from models import clock
from models import database as house_database
from models.credits import report_rules as rules
from models.credits.account_tables import CreditAccount
from models.credits.report_tables import CreditReport
from models.credits.rules import IssueMode
from models.credits.tables import CreditCompany
from models.files.rules import FileKind
from models.files.writes import keep
from models.harmony.rules import StepUpNeeded
from models.harmony.tables import CreditGroup
from models.kernel.calendar import at_hour
from models.kernel.refusals import NotFound, NotYourTurn, Refusal
from models.notifications.rules import Event
from models.notifications.tables import Message, Notification
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import CHECK_RECEIVED_JOB, PAPER_JOB
from models.tax_invoices.rules import Status as InvoiceStatus
from models.tax_invoices.tables import TaxInvoiceLine
from tests.credits.report_world import WRITTEN, World, issued
from tests.engines import Database


@pytest.fixture
def world(database: Database) -> World:
    del database
    return World()


def bells(report: CreditReport, event: Event) -> list[tuple[int, str]]:
    with house_database.working() as session:
        rows = select(col(Notification.member_id), col(Notification.body)).where(
            col(Notification.workflow_id) == report.workflow_id, col(Notification.event) == event.value
        )
        return [(row[0], row[1]) for row in session.execute(rows.order_by(col(Notification.id)))]


def test_reverse_from_the_request_to_the_day_of_payment(world: World) -> None:
    report = world.published()

    invoice = world.request(report)

    found = world.read(report)
    assert (found.status, found.written_on, found.tax_invoice_id) == ("invoice_requested", WRITTEN, invoice.id)
    assert invoice.status == InvoiceStatus.REQUESTED
    assert (invoice.supply_amount, invoice.vat_amount, invoice.total_amount) == (9_920_000, 992_000, 10_912_000)
    assert (invoice.written_on, invoice.issue_by) == (WRITTEN, dt.date(2026, 3, 10))
    assert (invoice.contact_email, invoice.officer_name) == ("dm1004@daum.net", "이정산")

    world.sign(invoice)
    assert world.follow() == [rules.INVOICE_SIGNED]

    found = world.read(report)
    assert (found.status, found.turn) == ("paying", "system")
    assert found.pay_on == dt.date(2026, 3, 16)
    assert found.due_at == at_hour(dt.date(2026, 3, 16), 18)
    assert found.approval_number == world.read(invoice).approval_number
    told = bells(report, Event.PROGRESS_CHANGED)
    assert {member for member, _ in told} == {world.person.id, world.fellow.id}
    assert "2026.03.16" in told[-1][1]


def test_the_lines_of_the_invoice_are_the_reports(world: World) -> None:
    invoice = world.request(world.published())
    with house_database.working() as session:
        rows = select(TaxInvoiceLine).where(col(TaxInvoiceLine.tax_invoice_id) == invoice.id)
        lines = list(session.execute(rows.order_by(col(TaxInvoiceLine.position))).scalars())
    assert [(line.name, line.amount, line.tax) for line in lines] == [
        ("26년 01월 상생 정산", 200_000, 20_000),
        ("26년 01월 상생 정산", 4_780_000, 478_000),
        ("26년 01월 상생 정산", 4_940_000, 494_000),
    ]


def test_a_report_of_more_lines_than_the_standard_takes_sums_up_the_rest(world: World) -> None:
    report = world.published(supplies=[1_000] * 120)
    invoice = world.request(report)
    with house_database.working() as session:
        rows = select(TaxInvoiceLine).where(col(TaxInvoiceLine.tax_invoice_id) == invoice.id)
        lines = list(session.execute(rows.order_by(col(TaxInvoiceLine.position))).scalars())
    assert (len(lines), lines[-1].amount, lines[-1].name) == (99, 22_000, "26년 01월 상생 정산 외 21건")
    assert sum(line.amount for line in lines) == 120_000


def test_signed_late_is_paid_the_month_after(world: World) -> None:
    report = world.published()
    invoice = world.request(report)
    world.now = at_hour(dt.date(2026, 3, 12), 9)
    world.sign(invoice)
    world.follow()
    assert world.read(report).pay_on == dt.date(2026, 4, 15)


def test_taken_by_the_tax_service_after_the_payment_day_is_paid_on_the_next(world: World) -> None:
    """Signed in time, but the tax service was slow: nothing is paid on a day that has passed."""
    report = world.published()
    invoice = world.request(report)
    with clock.set_to(world.now):
        world.hub.sign(invoice.hub_key)
    world.ask(invoice)
    world.now = at_hour(dt.date(2026, 3, 18), 9)
    with clock.set_to(world.now):
        world.hub.transmit(invoice.hub_key)
    world.ask(invoice)
    world.follow()
    assert world.read(report).pay_on == dt.date(2026, 4, 15)


@pytest.mark.parametrize("day", [dt.date(2026, 1, 31), dt.date(2026, 2, 21), dt.date(2026, 3, 1)])
def test_the_written_day_lies_in_the_month_after_and_never_ahead(world: World, day: dt.date) -> None:
    report = world.published()
    with pytest.raises(rules.WrittenOnOutside) as refused:
        world.press(world.partner, report, "request_invoice", written_on=day, stepped_up=True)
    assert (refused.value.detail["first"], refused.value.detail["last"]) == ("2026.02.01", "2026.02.20")


def test_no_request_without_the_code(world: World) -> None:
    with pytest.raises(StepUpNeeded):
        world.press(world.partner, world.published(), "request_invoice", written_on=WRITTEN)


def test_missing_facts_are_named(world: World) -> None:
    report = world.published()
    with house_database.working() as session:
        company = session.get_one(CreditCompany, report.credit_company_id)
        company.representative = ""
        session.add(company)
    with pytest.raises(rules.FactsMissing) as refused:
        world.press(world.partner, report, "request_invoice", written_on=WRITTEN, stepped_up=True)
    assert refused.value.detail["fields"] == "대표자명"
    assert world.read(report).status == "published"


def test_refused_by_the_supplier_it_may_be_asked_for_anew(world: World) -> None:
    report = world.published()
    invoice = world.request(report)
    world.hub.move(invoice.hub_key, HubStatus.REFUSED, refused_reason="금액이 다릅니다")
    world.ask(invoice)
    assert world.follow() == [rules.INVOICE_REFUSED]

    found = world.read(report)
    assert (found.status, found.invoice_problem) == ("published", "금액이 다릅니다")
    again = world.signed(report)
    assert (again.status, again.invoice_problem) == ("paying", "")
    assert again.tax_invoice_id != invoice.id


def test_a_request_the_officer_takes_back_returns_the_report(world: World) -> None:
    report = world.published()
    invoice = world.request(report)
    world.press(world.officer, invoice, "cancel_request", reason="금액 재확인")
    world.ask(invoice)
    assert world.follow() == [rules.INVOICE_DROPPED]
    assert (world.read(report).status, world.read(report).invoice_problem) == ("published", "금액 재확인")


def test_a_hub_that_does_not_take_it_leaves_a_draft_to_the_officer(world: World) -> None:
    report = world.published()
    world.hub.no["file"] = Rejected(Code.STATE_FORBIDS, "점검 중입니다.")
    invoice = world.request(report)
    assert (invoice.status, invoice.turn) == ("drafting", "settlement")
    assert world.read(report).status == "invoice_requested"

    world.press(world.officer, invoice, "cancel")
    assert world.follow() == [rules.INVOICE_DROPPED]
    assert world.read(report).status == "published"


def test_forward_by_number_is_confirmed_by_the_officer(world: World) -> None:
    report = world.published(IssueMode.FORWARD)
    assert report.status == "invoice_waiting"
    number = "202602204100007300000077"

    world.press(world.partner, report, "register_invoice", approval_number=number, written_on=WRITTEN)
    found = world.read(report)
    assert (found.status, found.turn, found.approval_number) == ("invoice_checking", "settlement", number)

    world.press(world.officer, report, "return_invoice", reason="공급가액이 다릅니다")
    found = world.read(report)
    assert (found.status, found.approval_number, found.invoice_problem) == (
        "invoice_waiting",
        "",
        "공급가액이 다릅니다",
    )

    world.press(world.partner, report, "register_invoice", approval_number=number, written_on=WRITTEN)
    world.press(world.officer, report, "confirm_invoice")
    found = world.read(report)
    assert (found.status, found.pay_on) == ("paying", dt.date(2026, 3, 16))


def test_one_approval_number_pays_one_report(world: World) -> None:
    number = "202602204100007300000088"
    first, second = world.published(IssueMode.FORWARD), world.published(IssueMode.FORWARD)
    world.press(world.partner, first, "register_invoice", approval_number=number, written_on=WRITTEN)
    with pytest.raises(Refusal) as refused:
        world.press(world.partner, second, "register_invoice", approval_number=number, written_on=WRITTEN)
    assert (refused.value.code, refused.value.detail["number"]) == ("approval_number_taken", first.number)


def brought(world: World, report: CreditReport) -> tuple[int, str]:
    """The signed XML of an invoice its supplier issued elsewhere, as its person uploaded it: file id, 승인번호."""
    number, xml = issued(world, report)
    with house_database.working() as session:
        file = keep(session, FileKind.XML, "세금계산서.xml", xml, None)
        file.created_by = world.person.id
        session.add(file)
        session.flush()
        return file.id or 0, number


def test_forward_as_xml_is_confirmed_by_the_machine(world: World) -> None:
    report = world.published(IssueMode.FORWARD)
    file_id, number = brought(world, report)
    facts = {"approval_number": number, "written_on": WRITTEN, "paper_file_id": file_id}

    world.press(world.partner, report, "register_invoice", **facts)
    invoice = world.invoice_of(report)
    assert (invoice.direction, invoice.status, invoice.approval_number) == ("forward", "nts_accepted", number)
    world.work(TAX_INVOICE, invoice, [CHECK_RECEIVED_JOB, PAPER_JOB])

    assert world.follow() == ["confirm_invoice"]
    found = world.read(report)
    assert (found.status, found.pay_on) == ("paying", dt.date(2026, 3, 16))


def test_an_invoice_that_was_returned_decides_nothing_about_the_one_after(world: World) -> None:
    """Returned, and another issued late and named by its number alone: its own day decides when it is paid."""
    report = world.published(IssueMode.FORWARD)
    file_id, number = brought(world, report)
    first = {"approval_number": number, "written_on": WRITTEN, "paper_file_id": file_id}
    world.press(world.partner, report, "register_invoice", **first)
    returned = world.invoice_of(report)
    world.press(world.officer, report, "return_invoice", reason="품목을 고쳐 주세요")

    world.now = at_hour(dt.date(2026, 3, 12), 9)
    second = {"approval_number": "202602204100007300000099", "written_on": WRITTEN}
    world.press(world.partner, report, "register_invoice", **second)
    assert world.read(report).tax_invoice_id is None
    world.work(TAX_INVOICE, returned, [CHECK_RECEIVED_JOB, PAPER_JOB])
    assert world.follow() == []

    world.press(world.officer, report, "confirm_invoice")
    found = world.read(report)
    assert (found.status, found.pay_on) == ("paying", dt.date(2026, 4, 15))


def test_an_xml_of_another_amount_is_refused(world: World) -> None:
    report = world.published(IssueMode.FORWARD)
    other = world.published(IssueMode.FORWARD, [1_000])
    file_id, number = brought(world, report)
    with house_database.working() as session:
        mine = session.get_one(CreditCompany, other.credit_company_id)
        theirs = session.get_one(CreditCompany, report.credit_company_id)
        mine.business_number, theirs.closed_at = theirs.business_number, world.now
        session.add(theirs)
        session.flush()
        session.add(mine)
    facts = {"approval_number": number, "written_on": WRITTEN, "paper_file_id": file_id}
    with pytest.raises(rules.InvoiceDiffers) as refused:
        world.press(world.partner, other, "register_invoice", **facts)
    assert refused.value.detail == {"field": "paper_upload", "what": "공급가액과 세액"}
    with pytest.raises(NotFound):
        world.press(world.stranger, report, "register_invoice", **facts)


def test_of_an_individual_tax_is_withheld_and_nothing_is_invoiced(world: World) -> None:
    report = world.published(IssueMode.INDIVIDUAL, [1_234_567])
    assert (report.status, report.tax, report.withheld_income, report.withheld_local) == ("paying", 0, 37_030, 3_700)
    assert report.payable == 1_193_837
    world.now = at_hour(dt.date(2026, 3, 16), 14)
    world.press(world.officer, report, "pay", paid_on=dt.date(2026, 3, 16))
    found = world.read(report)
    assert (found.status, found.paid_on, found.turn) == ("paid", dt.date(2026, 3, 16), None)
    assert bells(report, Event.AMOUNT_PAID)[0][1] == "2026.03.16 1,193,837원을 지급했습니다."


def test_a_payment_that_failed_is_tried_again_to_the_corrected_account(world: World) -> None:
    report = world.signed()
    world.now = at_hour(dt.date(2026, 3, 16), 15)
    world.press(world.officer, report, "payment_failed", reason="계좌번호 오류")
    found = world.read(report)
    assert (found.status, found.payment_problem, found.payments) == ("payment_failed", "계좌번호 오류", 1)

    with house_database.working() as session:
        group_accounts = select(CreditAccount).where(col(CreditAccount.group_id) == report.group_id)
        old = session.execute(group_accounts).scalar_one()
        old.status = "replaced"
        session.add(old)
        session.flush()
        group = session.get_one(CreditGroup, report.group_id)
        fresh = world.account(session, group, 2, account_number="110123456789", bank_code="088")
        account_changed(session, report.group_id, fresh.id or 0)
    assert world.follow() == ["retry"]
    found = world.read(report)
    assert (found.status, found.pay_on, found.payment_problem) == ("paying", dt.date(2026, 3, 16), "")


def test_no_retry_while_the_new_account_cools_off_or_without_one(world: World) -> None:
    report = world.signed()
    world.press(world.officer, report, "payment_failed", reason="예금주 불일치")
    with house_database.working() as session:
        group = session.get_one(CreditGroup, report.group_id)
        world.account(session, group, 2, status="cooling", effective_at=at_hour(dt.date(2026, 3, 5), 0))
    with pytest.raises(rules.AccountCooling) as refused:
        world.press(world.partner, report, "retry")
    assert refused.value.detail["until"] == "2026.03.05"

    bare = world.published(IssueMode.INDIVIDUAL, account=False)
    world.press(world.officer, bare, "payment_failed", reason="계좌 없음")
    with pytest.raises(rules.AccountMissing):
        world.press(world.officer, bare, "retry")


def test_held_it_is_paid_by_nobody_and_released_it_goes_on_where_it_was(world: World) -> None:
    report = world.signed()
    world.press(world.officer, report, "hold", reason="분쟁 확인")
    assert (world.read(report).status, world.read(report).held_from) == ("held", "paying")
    with pytest.raises(Refusal):
        world.press(world.officer, report, "pay")
    world.now = at_hour(dt.date(2026, 3, 20), 9)
    world.press(world.officer, report, "release")
    found = world.read(report)
    assert (found.status, found.held_from, found.pay_on) == ("paying", None, dt.date(2026, 4, 15))


def test_nobody_else_presses(world: World) -> None:
    report = world.published()
    with pytest.raises(NotYourTurn):
        rules.RULES.next_status(report.status, "request_invoice", world.officer.roles)
    with pytest.raises(NotYourTurn):
        rules.RULES.next_status("paying", "pay", world.partner.roles)


def test_reminders_say_what_to_do_and_reach_the_messenger(world: World) -> None:
    report = world.published()
    world.step(report, "remind")
    world.now = at_hour(dt.date(2026, 3, 11), 10)
    world.step(report, "escalate")
    told = [body for member, body in bells(report, Event.DEADLINE_NEAR) if member == world.person.id]
    assert told == [
        "2026.03.10까지 세금계산서 역발행 신청과 서명을 마쳐 주세요.",
        "세금계산서 역발행 신청과 서명 기한이 지났습니다. 처리하시면 그다음 달 지급일에 지급합니다.",
    ]
    with house_database.working() as session:
        sent = select(Message).where(col(Message.event) == "deadline_near", col(Message.member_id) == world.person.id)
        assert {row.channel for row in session.execute(sent).scalars()} == {"kakaotalk"}
