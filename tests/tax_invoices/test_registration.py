"""An invoice its supplier issued elsewhere: the XML is registered once, and nothing else is."""

import dataclasses

import pytest

from models.etax.build import build
from models.etax.document import Line
from models.etax.signature import sign
from models.members.house import HOUSE
from tests.engines import Database
from tests.etax import papers
from tests.tax_invoices.desk import Office, desk, keys, rows
from tests.tax_invoices.paper_hub import signer


@pytest.fixture
def office(database: Database) -> Office:
    return Office()


def test_an_invoice_issued_elsewhere_is_registered_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.complete(business_number=papers.SUPPLIER_NUMBER)
    settlement = office.settlement()
    elsewhere = dataclasses.replace(
        papers.issued(),
        buyer=dataclasses.replace(papers.DRAFT.buyer, registration_number=HOUSE.number),
        lines=(Line(position=1, name="총무서버", amount=26_720, tax=2_670),),
        charge_total=26_720,
        tax_total=2_670,
        grand_total=29_390,
        payments=(),
    )
    xml = sign(build(elsewhere), signer())
    with desk(office, office.partner, monkeypatch) as seat:
        answers = [
            seat.client.post(
                "/tax-invoices/received",
                data=keys(settlement_id=of),
                files={"xml": ("세금계산서.xml", xml, "text/xml")},
                follow_redirects=False,
            )
            for of in (settlement.id, "")
        ]
        assert [answer.status_code for answer in answers] == [303, 422]
        assert f"이 승인번호는 {rows()[0].number}에 이미 쓰였습니다." in answers[1].text
        shown = seat.get(answers[0].headers["location"])
        for words in ("세금계산서를 등록했습니다.", "정발행", "전송성공", settlement.number, "총무서버"):
            assert words in shown, words
        assert len(rows()) == 1


def test_only_xml_of_an_issued_invoice_is_registered(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    settlement = office.settlement()
    with desk(office, office.partner, monkeypatch) as seat:
        page = seat.get("/tax-invoices/received/new", settlement=settlement.id)
        assert settlement.number in page
        for content in (b"", b"<a/>", b"x" * 600_000):
            answer = seat.client.post(
                "/tax-invoices/received",
                data=keys(settlement_id=settlement.id),
                files={"xml": ("a.xml", content, "text/xml")},
                follow_redirects=False,
            )
            assert answer.status_code == 422
            assert 'id="e-xml"' in answer.text
    assert rows() == []
