"""과세, 영세율, 면세: from the order to the paper the tax service takes; every sort of document kept and read back."""

from dataclasses import replace

import pypdfium2
import pytest
from sqlalchemy import update
from sqlmodel import col

from activities.documents.tax_invoice import paper
from models import database
from models.etax.document import Contact, Invoice, Party
from models.etax.parse import parse
from models.orders.tables import PurchaseOrder
from models.settlements.tables import Settlement
from models.tax_invoices import form, standard, writes
from models.tax_invoices.messages import Amendment
from models.tax_invoices.refusals import AmendmentRefused
from models.tax_invoices.rules import Reason
from models.tax_invoices.tables import TaxInvoice, TaxInvoiceLine
from models.tax_invoices.wording import FORM
from tests.engines import Database
from tests.etax import papers
from tests.tax_invoices.world import TODAY, World


@pytest.fixture
def world(database: Database) -> World:
    return World()


def settlement_of(world: World, taxation: str) -> Settlement:
    with database.working() as session:
        session.execute(update(PurchaseOrder).where(col(PurchaseOrder.id) == world.order.id).values(taxation=taxation))
    return world.settlement()


def printed(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    return "".join(page.get_textpage().get_text_range() for page in document).replace(" ", "")


@pytest.mark.parametrize(
    ("taxation", "code", "title", "trade"),
    [
        ("taxed", "0101", "세금계산서", ""),
        ("zero_rated", "0102", "세금계산서", "영세율"),
        ("exempt", "0301", "계산서", ""),
    ],
)
def test_an_orders_taxation_makes_its_invoice(world: World, taxation: str, code: str, title: str, trade: str) -> None:
    of = settlement_of(world, taxation)
    assert (of.taxation, of.vat_amount == 0) == (taxation, taxation != "taxed")
    made = world.accepted(of)
    found = world.read(made)
    assert (found.type_code, found.vat_amount, found.total_amount) == (code, of.vat_amount, of.total_amount)
    assert (found.status, found.verification_problem) == ("nts_accepted", "")
    issued = parse(world.hub.papers[found.hub_key].xml)
    assert (issued.type_code, issued.tax_total) == (code, of.vat_amount)
    boxes = form.boxes(issued)
    assert (boxes.title, boxes.trade) == (title, trade)
    words = printed(paper(issued))
    assert title in words
    assert trade in words
    assert ("세금계산서" in words) is (title == "세금계산서")
    assert world.follow() == ["settle_by_invoice"]


def test_an_exempt_paper_is_amended_as_exempt(world: World) -> None:
    invoice = world.accepted(settlement_of(world, "exempt"))
    wanted = Amendment(reason=Reason.RETURN, difference=5_500, happened_on=TODAY)
    with database.writing(world.officer) as session:
        (change,) = writes.amend(session, world.officer, invoice.id or 0, wanted, world.now)
    assert (change.type_code, change.supply_amount, change.vat_amount) == ("0401", -5_500, 0)
    assert FORM[change.type_code[:2]] == "수정계산서"
    assert world.through(change).status == "nts_accepted"


def test_an_exempt_paper_takes_no_letter_of_credit(world: World) -> None:
    invoice = world.accepted(settlement_of(world, "exempt"))
    wanted = Amendment(reason=Reason.LETTER_OF_CREDIT, happened_on=TODAY)
    with pytest.raises(AmendmentRefused), database.writing(world.officer) as session:
        writes.amend(session, world.officer, invoice.id or 0, wanted, world.now)


def kept(asked: Invoice) -> Invoice:
    """Through the columns of a row and back."""
    row = TaxInvoice(**standard.content_columns(asked), **standard.party_columns(asked))
    lines = [TaxInvoiceLine(**standard.line_columns(line)) for line in asked.lines]
    return standard.draft(row, lines)


def _told(party: Party, *, supplier: bool = False) -> Party:
    """A party with the one contact a row keeps, and of it what it keeps."""
    first = next(iter(party.contacts), Contact())
    phone = first.phone if supplier else ""
    contact = Contact(name=first.name, phone=phone, email=first.email)
    return replace(party, contacts=(contact,) if contact != Contact() else ())


@pytest.mark.parametrize("sort", sorted(set(papers.ALL) - {"imported"}))
def test_every_sort_is_kept_and_read_back(sort: str) -> None:
    """Imports are the customs office's to issue: none is drafted here."""
    asked = papers.ALL[sort]
    back = kept(asked)
    assert back.supplier == _told(asked.supplier, supplier=True)
    assert back.buyer == _told(asked.buyer)
    assert (back.broker is None) is (asked.broker is None)
    assert back == replace(asked, supplier=back.supplier, buyer=back.buyer, broker=back.broker)
    assert standard.faults(back) == []
    assert form.boxes(back).title in {"세금계산서", "수정세금계산서", "계산서"}
