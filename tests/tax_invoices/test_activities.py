"""The steps of a tax invoice and what asking the hub leads to, on a real database with a hub of paper."""

import dataclasses
import datetime as dt

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from activities.gateways.tax_hub.interface import Code, HubStatus, Membership, Rejected, Standing, Violation
from models import clock, database
from models.files.tables import DocumentFile, StoredFile
from models.files.writes import content
from models.processes.messages import Job
from models.processes.queries import events
from models.settlements.rules import ByHandReasonRequired, EvidenceNumberTaken
from models.settlements.tables import Settlement
from models.tax_invoices import refusals, writes
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.rules import Status
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.etax import papers
from tests.tax_invoices.paper_hub import signer
from tests.tax_invoices.world import TODAY, World, told


@pytest.fixture
def world(database: Database) -> World:
    return World()


def acts(row: TaxInvoice) -> list[str]:
    with database.working() as session:
        return [event.act for event in events(session, row.workflow_id)]


def test_the_whole_way_from_a_settlement_to_its_payment(world: World) -> None:
    of, invoice = world.settled()
    found = world.read(invoice)
    assert found.status == "nts_accepted"
    assert found.verified_at is not None
    assert (found.verification_problem, found.signer_number) == ("", papers.SUPPLIER_NUMBER)
    assert (found.result_code, found.transmit_by) == ("SUC001", dt.date(2026, 2, 10))
    assert acts(found) == ["request", "filed", "supplier_signed", "queued", "sending", "accepted"]
    assert (of.status, of.evidence_number, of.evidence_issued_on) == ("payment_due", found.approval_number, TODAY)
    assert of.payment_due_on == dt.date(2026, 3, 16)
    with database.working() as session:
        files = session.execute(
            select(col(StoredFile.media_type), col(DocumentFile.title))
            .join(DocumentFile, col(DocumentFile.file_id) == col(StoredFile.id))
            .where(col(DocumentFile.kind) == "tax_invoice")
            .order_by(col(StoredFile.media_type))
        ).all()
        xml = content(session.get_one(StoredFile, found.xml_file_id))
    assert [row[0] for row in files] == ["application/pdf", "application/xml"]
    assert xml == world.hub.papers[found.hub_key].xml
    assert world.hub.papers[found.hub_key].issued == 1


def test_the_partner_is_told_to_sign_and_everybody_of_the_end(world: World) -> None:
    made = world.requested()
    partner = world.partner.member_id
    assert (made.status, made.turn) == ("requested", "partner")
    assert made.due_at is not None
    assert [member for member, title in told("your_turn") if made.number in title] == [partner]
    with clock.set_to(world.now):
        world.hub.sign(made.hub_key)
        world.hub.transmit(made.hub_key)
    world.ask(made)
    assert partner in {member for member, title in told("closed") if made.number in title}
    assert world.officer.member_id in {member for member, title in told("decided") if made.number in title}


def test_a_request_is_checked_by_the_standard_first(world: World) -> None:
    made = world.draft_invoice()
    with database.working() as session:
        session.execute(update(TaxInvoice).where(col(TaxInvoice.id) == made.id).values(supplier_number="1234567890"))
    with pytest.raises(refusals.InvoiceFaulty) as refused:
        world.do(world.officer, made, "request")
    assert "사업자등록번호" in str(refused.value.detail["first"])
    assert world.hub.asked == []


def test_a_settlement_cancelled_meanwhile_is_not_invoiced(world: World) -> None:
    of = world.settlement()
    made = world.draft_invoice(of)
    with database.working() as session:
        session.execute(update(Settlement).where(col(Settlement.id) == of.id).values(status="cancelled"))
    with pytest.raises(refusals.NotForInvoice):
        world.do(world.officer, made, "request")


def test_nothing_is_settled_or_cancelled_beside_an_invoice(world: World) -> None:
    of = world.settlement()
    made = world.requested(of)
    for act, payload in (
        ("settle", {"evidence_number": "2" * 24, "evidence_issued_on": TODAY, "reason": "직접"}),
        ("cancel", {"reason": "다시"}),
    ):
        with pytest.raises(refusals.InvoiceUnderWay) as refused:
            world.press(world.officer, of, act, at=world.now, **payload)
        assert refused.value.detail == {"number": made.number}
    with pytest.raises(ByHandReasonRequired):
        world.press(world.officer, of, "settle", at=world.now, evidence_number="2" * 24, evidence_issued_on=TODAY)


def test_a_number_of_an_invoice_is_no_evidence_of_another_settlement(world: World) -> None:
    invoice = world.accepted(world.settlement(*world.ids[:1]))
    other = world.settlement(*world.ids[1:])
    with pytest.raises(EvidenceNumberTaken):
        world.press(
            world.officer,
            other,
            "settle",
            at=world.now,
            evidence_number=invoice.approval_number,
            evidence_issued_on=TODAY,
            reason="직접",
        )


def test_asking_again_and_again_changes_nothing(world: World) -> None:
    made = world.accepted()
    before = (acts(made), world.read(made).version)
    for _ in range(3):
        assert world.ask(made).acts == ()
    assert (acts(made), world.read(made).version) == before
    assert world.follow() == ["settle_by_invoice"]


def test_a_lost_answer_files_nothing_twice(world: World) -> None:
    made = world.draft_invoice()
    world.do(world.officer, made, "request")
    world.hub.lost = {"file"}
    assert world.ask(made).away
    assert world.read(made).hub_away_since is not None
    world.hub.lost = set()
    assert world.ask(made).acts == ("filed",)
    assert world.hub.count("file") == 1
    found = world.read(made)
    assert (found.status, found.hub_away_since, found.hub_state) == ("requested", None, "requested")


def test_a_hub_that_is_away_is_noted_once(world: World) -> None:
    made = world.draft_invoice()
    world.do(world.officer, made, "request")
    world.hub.away = True
    assert world.ask(made).away
    since = world.read(made).hub_away_since
    world.now += dt.timedelta(hours=1)
    assert world.ask(made).away
    assert world.read(made).hub_away_since == since
    assert world.read(made).status == "filing"


@pytest.mark.parametrize(
    ("no", "said"),
    [
        (Rejected(Code.NOT_MEMBER, "회원이 아닙니다."), "회원이 아닙니다."),
        (
            Rejected(Code.INVALID_DOCUMENT, "표준에 맞지 않습니다.", [Violation("/TaxInvoice", "x", "값이 없습니다.")]),
            "표준에 맞지 않습니다. /TaxInvoice: 값이 없습니다.",
        ),
    ],
)
def test_what_the_hub_does_not_take_is_a_draft_again_under_a_new_key(world: World, no: Rejected, said: str) -> None:
    made = world.draft_invoice()
    world.do(world.officer, made, "request")
    world.hub.no = {"file": no}
    assert world.ask(made).acts == ("filing_failed",)
    found = world.read(made)
    assert (found.status, found.hub_problem, found.requested_at) == ("drafting", said, None)
    assert found.hub_key != made.hub_key
    world.hub.no = {}
    world.do(world.officer, made, "request")
    world.ask(made)
    assert world.read(made).status == "requested"


def test_who_is_no_member_is_not_asked_and_who_cannot_sign_is_pointed_out(world: World) -> None:
    made = world.draft_invoice()
    world.hub.member = Membership(Standing.NONE)
    world.do(world.officer, made, "request")
    assert world.ask(made).acts == ("filing_failed",)
    assert world.read(made).membership_problem == "not_member"
    assert world.hub.count("file") == 0
    world.hub.member = Membership(Standing.ASSOCIATE)
    world.do(world.officer, made, "request")
    world.ask(made)
    found = world.read(made)
    assert (found.status, found.membership_problem) == ("requested", "associate")
    world.hub.member = Membership(Standing.FULL, dt.date(2026, 2, 8))
    world.ask(made)
    assert world.read(made).membership_problem == "certificate"
    world.hub.member = Membership(Standing.FULL, dt.date(2027, 2, 8))
    world.ask(made)
    assert world.read(made).membership_problem == ""


def test_a_refusal_says_why_and_frees_the_settlement(world: World) -> None:
    of = world.settlement()
    made = world.requested(of)
    world.hub.move(made.hub_key, HubStatus.REFUSED, refused_reason="금액이 다릅니다.")
    assert world.ask(made).acts == ("supplier_refused",)
    found = world.read(made)
    assert (found.status, found.refused_reason, found.turn) == ("refused", "금액이 다릅니다.", None)
    with database.writing(world.officer) as session:
        again = writes.make_again(session, world.officer, made.id or 0, TODAY, world.now)
    assert world.through(again).status == "nts_accepted"
    assert world.follow() == ["settle_by_invoice"]


def test_a_request_is_withdrawn(world: World) -> None:
    made = world.requested()
    world.do(world.officer, made, "cancel_request", reason="금액 오류")
    assert world.read(made).status == "cancelling_request"
    assert world.ask(made).acts == ("request_withdrawn",)
    assert world.read(made).status == "request_cancelled"


def test_a_signature_that_came_first_wins_over_a_withdrawal(world: World) -> None:
    made = world.requested()
    with clock.set_to(world.now):
        world.hub.sign(made.hub_key)
    world.do(world.officer, made, "cancel_request", reason="금액 오류")
    assert world.ask(made).acts == ("supplier_signed",)
    assert world.hub.count("cancel_request") == 0
    assert world.read(made).status == "issued"


@pytest.mark.parametrize(("act", "no", "back"), [("cancel_request", "request_stands", "requested"),
                                                 ("cancel_issue", "issue_stands", "issued")])  # fmt: skip
def test_what_the_hub_does_not_undo_stands(world: World, act: str, no: str, back: str) -> None:
    made = world.requested() if act == "cancel_request" else world.signed()
    world.hub.no = {act: Rejected(Code.STATE_FORBIDS, "지금은 할 수 없습니다.")}
    world.do(world.officer, made, act, reason="금액 오류")
    assert world.ask(made).acts == (no,)
    found = world.read(made)
    assert (found.status, found.hub_problem) == (back, "지금은 할 수 없습니다.")


def test_an_issue_is_undone_before_it_is_sent(world: World) -> None:
    of = world.settlement()
    made = world.signed(of)
    world.do(world.officer, made, "cancel_issue", reason="금액 오류")
    assert world.ask(made).acts == ("issue_withdrawn",)
    assert world.read(made).status == "issue_cancelled"
    world.press(world.officer, of, "cancel", at=world.now, reason="다시")
    assert world.read(of).status == "cancelled"


def test_a_failed_transmission_is_the_officers_and_is_sent_again(world: World) -> None:
    made = world.signed()
    with clock.set_to(world.now):
        world.hub.transmit(made.hub_key, well=False)
    assert world.ask(made).acts == ("queued", "sending", "rejected")
    found = world.read(made)
    assert (found.status, found.turn, found.turn_member_id) == ("nts_failed", "settlement", world.officer.member_id)
    assert (found.result_code, found.result_text) == ("ERR301", "국세청 점검")
    world.do(world.officer, made, "resend")
    world.ask(made)
    assert world.hub.count("resend") == 1
    assert world.read(made).status == "nts_waiting"
    world.ask(made)
    assert world.hub.count("resend") == 1
    for state in (HubStatus.NTS_SENDING, HubStatus.NTS_ACCEPTED):
        world.hub.move(made.hub_key, state)
    world.ask(made)
    assert world.read(made).status == "nts_accepted"


def test_a_resend_the_hub_refuses_is_the_officers_again(world: World) -> None:
    made = world.signed()
    with clock.set_to(world.now):
        world.hub.transmit(made.hub_key, well=False)
    world.ask(made)
    world.hub.no = {"resend": Rejected(Code.STATE_FORBIDS, "점검 중입니다.")}
    world.do(world.officer, made, "resend")
    assert world.ask(made).acts == ("sending", "rejected")
    found = world.read(made)
    assert (found.status, found.hub_problem, found.sending_wanted) == ("nts_failed", "점검 중입니다.", False)


def test_an_older_answer_is_not_kept(world: World) -> None:
    made = world.signed()
    paper = world.hub.papers[made.hub_key]
    paper.state = dataclasses.replace(paper.state, state=HubStatus.REQUESTED, version=1)
    assert world.ask(made).acts == ()
    assert (world.read(made).hub_state, world.read(made).hub_problem) == ("issued", "")


def test_a_hub_that_says_what_cannot_be_is_told_of_once(world: World) -> None:
    made = world.signed()
    world.hub.move(made.hub_key, HubStatus.REQUESTED)
    for _ in range(2):
        assert world.ask(made).acts == ()
    assert world.read(made).hub_problem == "중계사이트는 이 문서가 「발급대기」라고 합니다."
    wrong = [member for member, _ in told("tax_invoice_wrong")]
    assert sorted(wrong) == sorted([world.officer.member_id, world.admin.id or 0])
    del world.hub.papers[made.hub_key]
    world.ask(made)
    assert world.read(made).hub_problem == "중계사이트에 이 문서가 없습니다."


def test_reminders_are_counted_and_the_hub_reminds_too(world: World) -> None:
    made = world.requested()
    for times in (1, 2):
        world.step(TAX_INVOICE, world.read(made), "remind")
        found = world.read(made)
        assert (found.reminders, found.reminded_at, found.status) == (times, world.now, "requested")
        assert world.hub.count("remind") == times
    world.hub.no = {"remind": Rejected(Code.STATE_FORBIDS)}
    world.step(TAX_INVOICE, world.read(made), "remind")
    world.hub.away = True
    world.step(TAX_INVOICE, world.read(made), "remind")
    assert world.read(made).reminders == 4


def test_an_escalation_reaches_officer_partner_and_administrators(world: World) -> None:
    made = world.requested()
    world.step(TAX_INVOICE, world.read(made), "escalate")
    members = {member for member, _ in told("escalation")}
    assert members == {world.officer.member_id, world.partner.member_id, world.admin.id}


def test_switched_off_reminders_leave_the_laws_alarms(world: World) -> None:
    made = world.requested(world.settlement(*world.ids[:1]))
    draft = world.draft_invoice(world.settlement(*world.ids[1:]))
    with database.writing(world.officer) as session:
        writes.set_reminders(session, world.officer, made.id or 0, world.now, on=False)
    found = world.read(made)
    with database.working() as session:
        from models.processes import queries as processes

        pace = processes.pace(session, "tax_invoice", "requested")
        rings = TAX_INVOICE.alarms(found, pace, processes.holidays(session), world.now)
    assert {ring.act for ring in rings} == {"escalate"}
    with pytest.raises(refusals.NotReadyToRemind), database.writing(world.officer) as session:
        writes.remind_now(session, world.officer, draft.id or 0, world.now)


def test_jobs_do_nothing_the_second_time(world: World) -> None:
    made = world.accepted()
    before = world.read(made)
    job = Job(workflow_id="", kind="tax_invoice", document_id=made.id or 0, job="", at=world.now)
    from activities.tax_invoice_papers import build_tax_invoice_paper

    build_tax_invoice_paper(job)
    world.house.check_received_tax_invoice(job)
    after = world.read(made)
    assert (after.pdf_file_id, after.xml_file_id) == (before.pdf_file_id, before.xml_file_id)
    assert world.follow() == ["settle_by_invoice"]
    assert signer().identity.registration_number == papers.SUPPLIER_NUMBER
    assert Status(after.status) is Status.NTS_ACCEPTED
