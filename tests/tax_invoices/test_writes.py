"""Drafts, edits, amendments, and invoices issued elsewhere."""

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from models import clock, database
from models.etax.build import build
from models.etax.certificates import credential
from models.etax.document import Invoice, Line
from models.etax.signature import sign
from models.etax.validate import violations
from models.etax.violations import Stage
from models.kernel.refusals import NotFound, NotYourTurn, Refusal, StaleDocument
from models.members.house import HOUSE
from models.members.tables import Company, Member
from models.processes.queries import visible_document
from models.settlements.tables import Settlement
from models.tax_invoices import queries, refusals, rules, standard, writes
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import Amendment, Draft, DraftLine
from models.tax_invoices.receiving import receive_forward
from models.tax_invoices.rules import Reason
from models.tax_invoices.tables import TaxInvoice
from tests import factories
from tests.engines import Database
from tests.etax import papers
from tests.tax_invoices.paper_hub import signer
from tests.tax_invoices.world import AT, TODAY, World


@pytest.fixture
def world(database: Database) -> World:
    return World()


def lines(row: TaxInvoice) -> list[Any]:
    with database.working() as session:
        return list(queries.lines(session, row.id or 0))


def amend(world: World, row: TaxInvoice, reason: Reason, **more: Any) -> tuple[TaxInvoice, ...]:
    wanted = Amendment.model_validate({"reason": reason, **more})
    with database.writing(world.officer) as session:
        return writes.amend(session, world.officer, row.id or 0, wanted, world.now)


def test_a_draft_says_what_was_settled(world: World) -> None:
    of = world.settlement()
    made = world.read(world.draft_invoice(of))
    assert (made.status, made.turn, made.direction, made.type_code) == ("drafting", "settlement", "reverse", "0101")
    assert (made.supply_amount, made.vat_amount, made.total_amount) == (26_720, 2_670, 29_390)
    assert (made.supplier_number, made.supplier_representative) == (papers.SUPPLIER_NUMBER, "김한빛")
    assert (made.buyer_number, made.buyer_name, made.contact_name) == (HOUSE.number, HOUSE.name, "김도윤")
    assert (made.contact_phone, made.settlement_number, made.case_key) == ("01012345678", of.number, of.case_key)
    assert (made.issue_by, made.requested_at) == (dt.date(2026, 3, 10), None)
    assert [(line.amount, line.tax) for line in lines(made)] == [(16_666, 1_666), (9_999, 999), (55, 5)]
    assert made.hub_key.startswith(made.number)
    assert violations(standard.draft(made, lines(made)), Stage.DRAFT) == []
    assert world.started(made).kind == "tax_invoice"


def test_a_draft_is_the_offices_until_it_is_sent(world: World) -> None:
    made = world.draft_invoice()
    with database.reading(world.partner) as session, pytest.raises(NotFound):
        visible_document(session, world.partner, TaxInvoice, made.id or 0)
    with database.reading(world.partner) as session:
        assert list(queries.lines(session, made.id or 0)) == []


@pytest.mark.parametrize(
    ("change", "missing"),
    [({"representative": ""}, "대표자"), ({"address": "", "representative": " "}, "대표자, 사업장 주소")],
)
def test_what_a_party_lacks_is_named(world: World, change: dict[str, str], missing: str) -> None:
    with database.working() as session:
        session.execute(update(Company).where(col(Company.id) == world.company.id).values(**change))
    with pytest.raises(refusals.PartyIncomplete) as refused:
        world.draft_invoice()
    assert refused.value.detail == {"party": "공급자", "missing": missing}


def test_somebody_must_be_asked_for_the_signature(world: World) -> None:
    of = world.settlement()
    with database.working() as session:
        session.execute(update(Member).where(col(Member.company_id) == world.company.id).values(status="withdrawn"))
    with pytest.raises(refusals.ContactMissing):
        world.draft_invoice(of)


def test_a_settlement_is_invoiced_once_and_not_ahead_of_time(world: World) -> None:
    of = world.settlement(*world.ids[:1])
    with pytest.raises(refusals.FutureWrittenOn):
        world.draft_invoice(of, TODAY + dt.timedelta(days=1))
    made = world.draft_invoice(of, dt.date(2026, 1, 31))
    assert made.issue_by == dt.date(2026, 2, 10)
    with pytest.raises(refusals.AlreadyInvoiced) as refused:
        world.draft_invoice(of)
    assert refused.value.detail == {"number": made.number}
    early = world.draft(*world.ids[1:])
    with pytest.raises(refusals.NotForInvoice):
        world.draft_invoice(early)
    with pytest.raises(NotYourTurn), database.writing(world.partner) as session:
        writes.draft_from_settlement(session, world.partner, of.id or 0, TODAY, AT)


def test_other_evidence_takes_no_invoice_of_the_hub(database: Database) -> None:
    with pytest.raises(refusals.NotForInvoice, match="세금계산서"):
        World("tax_invoice_manual").draft_invoice()


def test_an_edit_is_seen_and_a_stale_one_is_not_taken(world: World) -> None:
    made = world.draft_invoice()
    asked = Draft(written_on=dt.date(2026, 1, 30), remarks=["1월분", " "], edit_version=1)
    with database.working() as session:
        session.execute(update(Company).where(col(Company.id) == world.company.id).values(representative="새대표"))
    with database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, asked, AT)
    found = world.read(made)
    assert (found.written_on, found.remarks, found.issue_by) == (dt.date(2026, 1, 30), ["1월분"], dt.date(2026, 2, 10))
    assert (found.supplier_representative, found.edit_version) == ("새대표", 2)
    assert len(lines(found)) == 3
    for wrong, refusal in (
        (asked, StaleDocument),
        (Draft(written_on=TODAY + dt.timedelta(days=1), edit_version=2), refusals.FutureWrittenOn),
        (
            Draft(written_on=TODAY, lines=[DraftLine(name="전부", amount=30_000, tax=3_000)], edit_version=2),
            refusals.TotalsDiffer,
        ),
    ):
        with pytest.raises(refusal), database.writing(world.officer) as session:
            writes.edit(session, world.officer, made.id or 0, wrong, AT)
    one = Draft(written_on=TODAY, lines=[DraftLine(name="2월분 일괄", amount=26_720, tax=2_670)], edit_version=2)
    with database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, one, AT)
    assert [line.name for line in lines(made)] == ["2월분 일괄"]
    world.do(world.officer, made, "request")
    with pytest.raises(refusals.InvoiceNotEditable), database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, one, AT)


def test_more_items_than_a_form_has_lines_are_summed_up_in_the_last(database: Database) -> None:
    world = World(prices=tuple(range(1_000, 1_120)))
    made = world.draft_invoice()
    found = lines(made)
    assert len(found) == 99
    assert found[-1].name == "총무서버 99 외 21건"
    assert sum(line.amount for line in found) == made.supply_amount
    assert sum(line.tax for line in found) == made.vat_amount
    assert violations(standard.draft(made, found), Stage.DRAFT) == []


def test_what_was_refused_is_asked_for_again_under_another_key(world: World) -> None:
    of = world.settlement()
    old = world.draft_invoice(of)
    with pytest.raises(refusals.StillAlive), database.writing(world.officer) as session:
        writes.make_again(session, world.officer, old.id or 0, TODAY, AT)
    world.do(world.officer, old, "cancel")
    with database.writing(world.officer) as session:
        made = writes.make_again(session, world.officer, old.id or 0, TODAY, AT)
    assert (made.remade_from_id, made.settlement_id, made.total_amount) == (old.id, of.id, old.total_amount)
    assert made.hub_key != old.hub_key
    assert [line.name for line in lines(made)] == [line.name for line in lines(old)]
    with pytest.raises(refusals.AlreadyInvoiced), database.writing(world.officer) as session:
        writes.make_again(session, world.officer, old.id or 0, TODAY, AT)


@pytest.mark.parametrize(
    ("reason", "more", "sums", "written_on"),
    [
        (Reason.CORRECTION, {"remarks": ["발주번호를 고침"]}, [-29_390, 29_390], TODAY),
        (Reason.PRICE_CHANGE, {"difference": 10_001, "happened_on": TODAY}, [11_001], TODAY),
        (Reason.PRICE_CHANGE, {"difference": -10_001, "happened_on": TODAY}, [-11_001], TODAY),
        (Reason.RETURN, {"difference": 9_999, "happened_on": TODAY}, [-10_998], TODAY),
        (Reason.TERMINATION, {"happened_on": TODAY}, [-29_390], TODAY),
        (Reason.LETTER_OF_CREDIT, {"happened_on": TODAY}, [-29_390, 26_720], TODAY),
        (Reason.DUPLICATE, {}, [-29_390], TODAY),
    ],
)
def test_each_reason_makes_its_documents(
    world: World, reason: Reason, more: dict[str, Any], sums: list[int], written_on: dt.date
) -> None:
    original = world.accepted()
    made = amend(world, original, reason, **more)
    assert [one.total_amount for one in made] == sums
    for one in made:
        assert one.original_id == original.id
        assert one.original_approval_number == original.approval_number
        assert (one.amendment_reason, one.written_on, one.status) == (reason, written_on, "drafting")
        assert one.type_code[:2] == "02"
        assert violations(standard.draft(one, lines(one)), Stage.DRAFT) == []
    with pytest.raises(refusals.AmendmentUnderWay):
        amend(world, original, reason, **more)


def test_the_second_paper_of_a_correction_names_the_company_as_it_is_now(world: World) -> None:
    original = world.accepted()
    with database.working() as session:
        session.execute(update(Company).where(col(Company.id) == world.company.id).values(representative="새대표"))
    minus, right = amend(world, original, Reason.CORRECTION)
    assert (minus.supplier_representative, right.supplier_representative) == ("김한빛", "새대표")
    assert minus.total_amount + right.total_amount == 0


@pytest.mark.parametrize(
    ("reason", "more", "refusal"),
    [
        (Reason.CORRECTION, {}, refusals.AmendmentRefused),
        (Reason.PRICE_CHANGE, {"happened_on": TODAY}, refusals.AmendmentEmpty),
        (Reason.PRICE_CHANGE, {"difference": -26_721, "happened_on": TODAY}, refusals.AmendmentTooLarge),
        (Reason.PRICE_CHANGE, {"difference": 5}, refusals.AmendmentRefused),
        (Reason.RETURN, {"difference": 26_721, "happened_on": TODAY}, refusals.AmendmentTooLarge),
        (Reason.TERMINATION, {}, refusals.AmendmentRefused),
        (Reason.TERMINATION, {"happened_on": dt.date(2026, 1, 1)}, refusals.HappenedOnWrong),
        (Reason.TERMINATION, {"happened_on": dt.date(2026, 2, 10)}, refusals.HappenedOnWrong),
    ],
)
def test_an_amendment_that_cannot_be_says_why(
    world: World, reason: Reason, more: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        amend(world, world.accepted(), reason, **more)


def test_only_what_the_tax_service_has_is_amended_and_only_what_is_left(world: World) -> None:
    unsent = world.signed(world.settlement(*world.ids[:1]))
    with pytest.raises(refusals.NotAmendable):
        amend(world, unsent, Reason.DUPLICATE)
    original = world.accepted(world.settlement(*world.ids[1:]))
    (less,) = amend(world, original, Reason.RETURN, difference=55, happened_on=TODAY)
    world.through(less)
    with pytest.raises(refusals.AmendmentTooLarge):
        amend(world, original, Reason.TERMINATION, happened_on=TODAY)
    with pytest.raises(refusals.AmendmentTooLarge) as refused:
        amend(world, original, Reason.RETURN, difference=10_000, happened_on=TODAY)
    assert refused.value.detail["left"] == 9_999


def test_a_preview_makes_nothing(world: World) -> None:
    original = world.accepted()
    wanted = Amendment(reason=Reason.DUPLICATE)
    with database.writing(world.officer) as session:
        (shown,) = writes.previewed(session, world.officer, original.id or 0, wanted, world.now)
        assert shown.grand_total == -29_390
        assert queries.open_amendment(session, original.id or 0) is None


def forward(world: World, **otherwise: Any) -> Invoice:
    """What the supplier issued elsewhere for the settlement."""
    with database.working() as session:
        company = session.get_one(Company, world.company.id)
    party = dataclasses.replace(papers.SUPPLIER, name=company.name, registration_number=papers.SUPPLIER_NUMBER)
    facts: dict[str, Any] = {
        "written_on": TODAY,
        "issue_id": "202602094100007300000009",
        "issued_at": AT,
        "supplier": party,
        "buyer": dataclasses.replace(papers.BUYER, registration_number=HOUSE.number),
        "lines": (Line(1, 26_720, 2_670, "2월분", supplied_on=TODAY),),
        "charge_total": 26_720,
        "tax_total": 2_670,
        "grand_total": 29_390,
        "payments": (),
        "remarks": (),
    }
    return dataclasses.replace(papers.DRAFT, **(facts | otherwise))


def receive(world: World, xml: bytes, of: Settlement | None, actor: Any = None) -> TaxInvoice:
    who = actor or world.partner
    with clock.set_to(world.now), database.writing(who) as session:
        return receive_forward(session, who, xml, world.now, of.id if of else None)


def test_the_partner_brings_an_invoice_issued_elsewhere(world: World) -> None:
    of = world.settlement()
    made = receive(world, sign(build(forward(world)), signer()), of)
    assert (made.status, made.direction, made.verified_at) == ("nts_accepted", "forward", None)
    start = world.started(made)
    assert start.jobs == [rules.CHECK_RECEIVED_JOB, rules.PAPER_JOB]
    world.work(TAX_INVOICE, made, start.jobs)
    found = world.read(made)
    assert found.verified_at is not None
    assert (found.signer_number, found.verification_problem) == (papers.SUPPLIER_NUMBER, "")
    assert found.pdf_file_id is not None
    assert world.follow() == ["settle_by_invoice"]
    settled = world.read(of)
    assert (settled.status, settled.evidence_number) == ("settled", found.approval_number)
    with pytest.raises(refusals.ApprovalNumberTaken):
        receive(world, sign(build(forward(world)), signer()), None)


def test_a_stranger_to_the_authorities_settles_nothing(world: World) -> None:
    of = world.settlement()
    own = credential(papers.key(), papers.certificate())
    made = receive(world, sign(build(forward(world)), own), of)
    world.work(TAX_INVOICE, made, world.started(made).jobs[:1])
    assert world.read(made).verification_problem == "certificate"
    assert world.follow() == []


@pytest.mark.parametrize(
    "otherwise",
    [
        {"issue_id": None, "issued_at": None},
        {"charge_total": 26_721, "grand_total": 29_391},
        {"buyer": dataclasses.replace(papers.BUYER, registration_number=papers.BROKER_NUMBER)},
        {"supplier": dataclasses.replace(papers.SUPPLIER, registration_number=papers.BROKER_NUMBER)},
    ],
)
def test_an_invoice_that_is_not_the_settlements_is_not_taken(world: World, otherwise: dict[str, Any]) -> None:
    of = world.settlement()
    with pytest.raises(refusals.ReceivedFaulty):
        receive(world, sign(build(forward(world, **otherwise)), signer()), of)


def test_a_changed_or_unsigned_file_is_not_taken(world: World) -> None:
    xml = sign(build(forward(world)), signer())
    for wrong in (build(forward(world)), xml.replace("2월분".encode(), "3월분".encode()), b"<x/>", b""):
        with pytest.raises(refusals.ReceivedFaulty):
            receive(world, wrong, None)
    with database.working() as session:
        other = factories.company(session, "(주)다른회사")
        stranger = factories.actor(factories.member(session, "남모름", of=other), other)
        stranger = stranger.model_copy(update={"roles": world.partner.roles})
    with pytest.raises(refusals.ReceivedFaulty):
        receive(world, xml, None, stranger)


def test_quantities_keep_two_decimals(world: World) -> None:
    line = DraftLine(name="전선", quantity=Decimal("2.50"), unit_price=Decimal(10688), amount=26_720, tax=2_670)
    made = world.draft_invoice()
    with database.writing(world.officer) as session:
        writes.edit(session, world.officer, made.id or 0, Draft(written_on=TODAY, lines=[line], edit_version=1), AT)
    (kept,) = lines(made)
    assert (kept.quantity, kept.unit_price) == (Decimal("2.5"), Decimal(10_688))
