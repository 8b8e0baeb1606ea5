"""정발행 of the house: to a company, a person, a foreigner; their numbers kept encrypted and shown masked."""

import datetime as dt
from typing import Any

import psycopg
import pypdfium2
import pytest
from sqlalchemy import select
from sqlalchemy import text as sql
from sqlmodel import col

from activities.documents.tax_invoice import paper
from models import clock, database
from models.etax.codes import FOREIGNER_NUMBER
from models.etax.parse import parse
from models.etax.validate import violations
from models.etax.violations import Stage
from models.files.tables import DocumentFile, StoredFile
from models.files.writes import content
from models.kernel.refusals import NotFound, NotYourTurn, Refusal
from models.members.house import HOUSE
from models.processes.messages import Job
from models.processes.queries import visible_document
from models.tax_invoices import form, standard, writes
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import Amendment, Draft, DraftLine, Sale
from models.tax_invoices.queries import lines, preview_file
from models.tax_invoices.refusals import BuyerNumberWrong, FutureWrittenOn, InvoiceNotEditable
from models.tax_invoices.rules import PREVIEW_JOB, Reason
from models.tax_invoices.selling import draft_sale
from models.tax_invoices.tables import TaxInvoice
from tests.engines import Database
from tests.tax_invoices.desk import Office, desk, keys, post, rows
from tests.tax_invoices.paper_hub import credential_of
from tests.tax_invoices.world import AT, TODAY, World

PERSON, PASSPORT, COMPANY = "900101-1234568", "M1234 5678", "220-81-62517"
KEPT = {"02": "9001011234568", "03": "M12345678"}
MASKED = {"02": "900101-1******", "03": "M1*******"}


@pytest.fixture
def world(database: Database) -> World:
    return World()


def sale(kind: str = "02", number: str = PERSON, **more: Any) -> Sale:
    given = {
        "buyer_kind": kind,
        "buyer_number": number,
        "buyer_name": "홍길동",
        "buyer_email": "gildong@people.example",
        "written_on": TODAY,
        "lines": [{"name": "중고 노트북", "amount": 333_339}, {"name": "가방", "amount": 15}],
    }
    return Sale.model_validate(given | more)


def drafted(world: World, of: Sale | None = None) -> TaxInvoice:
    with clock.set_to(world.now), database.writing(world.officer) as session:
        return draft_sale(session, world.officer, of or sale(), world.now)


def document(row: TaxInvoice) -> Any:
    with database.working() as session:
        return standard.draft(session.get_one(TaxInvoice, row.id), lines(session, row.id or 0))


@pytest.mark.parametrize(
    ("kind", "number", "at_standard"),
    [("01", COMPANY, "2208162517"), ("02", PERSON, "9001011234568"), ("03", PASSPORT, FOREIGNER_NUMBER)],
)
def test_each_kind_of_buyer_is_drafted_signed_and_sent(world: World, kind: str, number: str, at_standard: str) -> None:
    row = drafted(world, sale(kind, number, buyer_representative="김대표" if kind == "01" else ""))
    assert (row.direction, row.company_id, row.settlement_id, row.buyer_kind) == ("forward", 0, None, kind)
    # 10 % of each line, cut: 33,333 and 1.
    assert (row.supply_amount, row.vat_amount, row.total_amount) == (333_354, 33_334, 366_688)
    world.do(world.officer, row, "request")
    world.ask(row)
    with clock.set_to(world.now):
        world.hub.sign(row.hub_key, by=credential_of(HOUSE.number))
        world.hub.transmit(row.hub_key)
    world.ask(row)
    found = world.read(row)
    assert (found.status, found.verification_problem, found.verified_at is None) == ("nts_accepted", "", False)
    assert world.hub.own[row.hub_key] is True
    issued = parse(world.hub.papers[row.hub_key].xml)
    assert (issued.supplier.registration_number, issued.buyer.registration_number) == (HOUSE.number, at_standard)
    assert violations(world.hub.papers[row.hub_key].xml, Stage.SIGNED) == []
    if kind == "03":
        assert issued.remarks[0].endswith(" M12345678")
    assert world.follow() == []


@pytest.mark.parametrize(("kind", "number"), [("02", PERSON), ("03", PASSPORT)])
def test_who_a_person_is_stands_encrypted_and_is_shown_masked(
    world: World, database: Database, kind: str, number: str
) -> None:
    row = drafted(world, sale(kind, number, remarks=["택배 발송"]))
    with psycopg.connect(database.owner_url) as connection:
        found = connection.execute("SELECT to_jsonb(t)::text FROM tax_invoice t WHERE id = %s", (row.id,)).fetchone()
    assert found is not None
    assert KEPT[kind] not in found[0]
    boxes = form.boxes(document(row))
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(paper(document(row))))
    for shown in (f"{boxes}", text):
        assert KEPT[kind] not in shown
    assert MASKED[kind] in f"{boxes.buyer.registration} {boxes.remarks}"
    assert "택배 발송" in boxes.remarks
    assert KEPT[kind] not in repr(sale(kind, number))


def test_a_draft_keeps_the_number_whatever_is_edited(world: World) -> None:
    row = drafted(world, sale("03", PASSPORT))
    change = Draft(written_on=TODAY, remarks=["새 비고"], lines=[DraftLine(name="책", amount=10_000, tax=1_000)])
    with clock.set_to(world.now), database.writing(world.officer) as session:
        writes.edit(session, world.officer, row.id or 0, change, world.now)
    found = world.read(row)
    assert (found.buyer_person_number, found.remarks, found.total_amount) == ("M12345678", ["새 비고"], 11_000)
    world.do(world.officer, row, "cancel")
    with clock.set_to(world.now), database.writing(world.officer) as session:
        again = writes.make_again(session, world.officer, row.id or 0, TODAY, world.now)
    assert (again.buyer_person_number, again.direction, again.remade_from_id) == ("M12345678", "forward", row.id)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("01", "120-81-47522"),
        ("01", PERSON),
        ("02", COMPANY),
        ("02", "901301-1234567"),
        ("02", "900101-123456"),
        ("03", "M12"),
        ("03", "여권번호 12345"),
    ],
)
def test_a_number_of_another_kind_is_told_at_its_field(world: World, kind: str, number: str) -> None:
    with pytest.raises(BuyerNumberWrong) as refused:
        drafted(world, sale(kind, number))
    assert refused.value.detail["field"] == "buyer_number"


@pytest.mark.parametrize(
    ("actor", "day", "refusal"),
    [("partner", TODAY, NotYourTurn), ("officer", TODAY + dt.timedelta(1), FutureWrittenOn)],
)
def test_only_the_officer_and_never_ahead(world: World, actor: str, day: dt.date, refusal: type[Refusal]) -> None:
    who = getattr(world, actor)
    with clock.set_to(world.now), pytest.raises(refusal), database.writing(who) as session:
        draft_sale(session, who, sale(written_on=day), world.now)


def test_no_partner_sees_it(world: World) -> None:
    row = drafted(world)
    world.do(world.officer, row, "request")
    with pytest.raises(NotFound), database.reading(world.partner) as session:
        visible_document(session, world.partner, TaxInvoice, row.id or 0)


def row_version(row: TaxInvoice) -> str:
    """What an open page goes by."""
    with database.working() as session:
        mark = sql("SELECT xmin::text FROM tax_invoice WHERE id = :id")
        return str(session.execute(mark, {"id": row.id}).scalar_one())


def test_an_originals_page_follows_its_amendments(world: World) -> None:
    _, original = world.settled()
    wanted = Amendment(reason=Reason.RETURN, difference=1_000, happened_on=TODAY)
    marks = [row_version(original)]
    with clock.set_to(world.now), database.writing(world.officer) as session:
        (change,) = writes.amend(session, world.officer, original.id or 0, wanted, world.now)
    marks.append(row_version(original))
    world.do(world.officer, change, "request")
    marks.append(row_version(original))
    world.ask(change)
    marks.append(row_version(original))
    assert len(set(marks)) == 4


def drawn(row: TaxInvoice) -> int | None:
    with database.working() as session:
        return preview_file(session, session.get_one(TaxInvoice, row.id))


def test_a_draft_is_drawn_once_a_version_for_the_house_alone(world: World) -> None:
    row = world.draft_invoice()
    before = row_version(row)
    for _ in range(2):
        world.work(TAX_INVOICE, row, [PREVIEW_JOB])
    # A page that opened meanwhile sees that it is out of date.
    assert row_version(row) != before
    with database.working() as session:
        files = session.execute(select(DocumentFile).where(col(DocumentFile.kind) == TAX_INVOICE.key)).scalars().all()
        assert [(one.role, one.company_id, one.position) for one in files] == [("draft", None, 1)]
        pdf = content(session.get_one(StoredFile, files[0].file_id))
    text = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    assert "발행되지 않은 세금계산서입니다." in text
    change = Draft(written_on=TODAY, remarks=["바뀐 비고"])
    with clock.set_to(world.now), database.writing(world.officer) as session:
        writes.edit(session, world.officer, row.id or 0, change, world.now)
    assert drawn(row) is None
    world.do(world.officer, row, "request")
    world.work(TAX_INVOICE, row, [PREVIEW_JOB])
    assert drawn(row) is None
    with pytest.raises(InvoiceNotEditable), database.writing(world.officer) as session:
        writes.draw(session, world.officer, row.id or 0)
    with database.reading(world.partner) as session:
        assert session.get(StoredFile, files[0].file_id) is None


@pytest.fixture
def office(database: Database) -> Office:
    return Office()


FIELDS = {
    "buyer_kind": "02",
    "buyer_number": PERSON,
    "buyer_name": "홍길동",
    "buyer_email": "gildong@people.example",
    "taxation": "taxed",
    "written_on": f"{TODAY}",
    "purpose": "01",
    "lines-0-name": "중고 노트북",
    "lines-0-amount": "100,000",
}


def test_from_the_list_over_the_preview_to_the_request(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with desk(office, office.officer, monkeypatch) as seat:
        assert 'href="/tax-invoices/sales/new">정발행 작성' in seat.get("/tax-invoices")
        assert "공급받는자 구분" in seat.get("/tax-invoices/sales/new")
        wrong = post(seat, "/tax-invoices/sales", **FIELDS | {"buyer_number": "900101"}, then="keep")
        assert (wrong.status_code, "주민등록번호 13자리를 확인해 주세요." in wrong.text) == (422, True)
        preview = post(seat, "/tax-invoices/sales", **FIELDS, then="preview")
        assert preview.status_code == 200
        for words in ("900101-1******", "발행되지 않은 세금계산서입니다.", "110,000", "발급 요청"):
            assert words in preview.text, words
        assert rows() == []
        asked = keys(**FIELDS, then="keep")
        answers = [seat.client.post("/tax-invoices/sales", data=asked, follow_redirects=False) for _ in range(2)]
        where = answers[0].headers["location"]
        assert [answer.headers["location"] for answer in answers] == [where, where]
        page = seat.get(where)
        for words in ("발급 요청", "정발행", "900101-1******", "미리보기 PDF 만들기"):
            assert words in page, words
        assert "9001011234568" not in page
        assert "역발행 요청" not in page
        assert post(seat, f"{where}/draw").headers["location"] == f"{where}?done=drawn"
        assert "미리보기 PDF를 만들고 있습니다." in seat.get(f"{where}?done=drawn")
        (row,) = rows()
        office.jobs[PREVIEW_JOB](
            Job(workflow_id="", kind=TAX_INVOICE.key, document_id=row.id or 0, job=PREVIEW_JOB, at=AT)
        )
        assert f'/files/{drawn(row)}/download" download data-plain>미리보기 PDF' in seat.get(where)
        assert seat.client.post(f"/api/v1{where}/draw").status_code == 204
        sent = post(
            seat, "/tax-invoices/sales", **FIELDS | {"buyer_kind": "03", "buyer_number": PASSPORT}, then="request"
        )
        assert "?receipt=" in sent.headers["location"]
    assert [row.status for row in rows()] == ["drafting", "filing"]
    with desk(office, office.partner, monkeypatch) as seat:
        assert seat.client.get("/tax-invoices/sales/new").status_code == 403
        assert seat.client.get(where).status_code == 404
        assert post(seat, "/tax-invoices/sales", **FIELDS, then="keep").status_code == 403
