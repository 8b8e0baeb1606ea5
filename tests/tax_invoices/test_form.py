"""The boxes of the form, and the form on paper."""

import datetime as dt
import io
from dataclasses import replace
from decimal import Decimal

import pypdfium2
import pytest

from activities.documents.tax_invoice import ROWS_OF_SHEET, paper
from models.etax.codes import Amendment, BusinessType, PaymentMeans, Purpose
from models.etax.document import Contact, Invoice, Line, Party, Payment
from models.tax_invoices.form import boxes, digit_boxes, sums

ISSUE_ID = "202611204100001900049c0a"
SUPPLIER = Party(
    registration_number="1348672683",
    name="(주)한빛네트웍스",
    representative="김도윤",
    address="경기도 성남시 분당구 판교역로 166",
    business_type="제조업",
    business_class="통신장비",
    contacts=(Contact(name="박하늘", email="haneul.park@hanbit.example"),),
)
BUYER = Party(
    registration_number="1208147521",
    name="주식회사 카카오",
    representative="정다온",
    kind=BusinessType.BUSINESS,
    address="제주특별자치도 제주시 첨단로 242",
    contacts=(Contact(email="a@house.example"), Contact(email="b@house.example")),
)


def line(position: int = 1, amount: int = 1_200_000, tax: int = 120_000) -> Line:
    return Line(
        position=position,
        name=f"방화벽 {position}호기",
        spec="10GHz",
        quantity=Decimal("50.00"),
        unit_price=Decimal("24000.50"),
        amount=amount,
        tax=tax,
        supplied_on=dt.date(2026, 11, 2),
    )


def invoice(**changes: object) -> Invoice:
    made = Invoice(
        written_on=dt.date(2026, 11, 20),
        type_code="0101",
        supplier=SUPPLIER,
        buyer=BUYER,
        charge_total=1_200_000,
        tax_total=120_000,
        grand_total=1_320_000,
        lines=(line(),),
        purpose=Purpose.CLAIM,
        remarks=("정산 IV20261120-001",),
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(io.BytesIO(pdf))
    try:
        return [page.get_textpage().get_text_range() for page in document]
    finally:
        document.close()


def shown(amount: int, least: int = 11) -> str:
    return "".join(box.digit or "_" for box in digit_boxes(amount, least))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0, "__________0"),
        (1_200_000, "____1200000"),
        (-1_200_000, "___-1200000"),
        (99_999_999_999, "99999999999"),
        (-99_999_999_999, "-99999999999"),
        (123_456_789_012_345, "123456789012345"),
    ],
)
def test_digits_stand_right_and_boxes_grow_with_the_amount(amount: int, text: str) -> None:
    assert shown(amount) == text


def test_places_are_named_from_the_right() -> None:
    assert "".join(box.place for box in digit_boxes(0, 11)) == "백십억천백십만천백십일"
    assert digit_boxes(0, 13)[0].place == "조"


def test_an_unissued_invoice_says_so_where_its_number_would_stand() -> None:
    form = boxes(invoice())
    assert (form.issued, form.approval) == (False, "발행되지 않은 세금계산서입니다.")
    assert boxes(invoice(type_code="0301")).approval == "발행되지 않은 계산서입니다."
    issued = boxes(invoice(issue_id=ISSUE_ID))
    assert (issued.issued, issued.approval) == (True, "20261120-41000019-00049c0a")


def test_every_box_of_an_ordinary_invoice() -> None:
    form = boxes(invoice())
    assert (form.title, form.trade, form.purpose, form.blanks, form.total) == ("세금계산서", "", "청구", 4, "1,320,000")
    assert (form.supplier.registration, form.buyer.registration) == ("134-86-72683", "120-81-47521")
    assert form.buyer.emails == ("a@house.example", "b@house.example")
    first = form.lines[0]
    assert (first.month, first.day, first.quantity, first.unit_price) == ("11", "02", "50", "24,000.5")
    assert (first.amount, first.tax) == ("1,200,000", "120,000")
    assert (len(form.lines), form.written_lines, form.lines[3].name) == (4, 1, "")
    assert boxes(invoice(purpose=None)).purpose == "영수 · 청구"


def test_a_person_is_never_shown_in_full() -> None:
    person = replace(BUYER, registration_number="9001011234567", kind=BusinessType.INDIVIDUAL)
    form = boxes(invoice(buyer=person, issue_id=ISSUE_ID))
    assert form.buyer.registration == "900101-1******"
    foreigner = replace(BUYER, registration_number="9999999999999", kind=BusinessType.FOREIGNER)
    assert boxes(invoice(buyer=foreigner)).buyer.registration == "외국인"
    printed = "".join(words(paper(invoice(buyer=person, issue_id=ISSUE_ID))))
    assert "900101-1******" in printed
    assert "234567" not in printed


def test_an_amendment_names_its_reason_and_the_first_number() -> None:
    form = boxes(
        invoice(
            type_code="0201",
            amendment=Amendment.CANCELLATION,
            original_issue_id=ISSUE_ID,
            charge_total=-1_200_000,
            tax_total=-120_000,
            grand_total=-1_320_000,
            payments=(Payment(PaymentMeans.CREDIT, -1_320_000),),
        )
    )
    assert (form.title, form.amendment, form.original) == (
        "수정세금계산서",
        "계약의 해제",
        "20261120-41000019-00049c0a",
    )
    assert (form.total, form.credit, form.cash, form.blanks) == ("-1,320,000", "-1,320,000", "", 3)


def test_exempt_invoices_have_no_tax_anywhere() -> None:
    form = boxes(invoice(type_code="0301", tax_total=0, grand_total=1_200_000, lines=(line(tax=0),)))
    assert (form.title, form.exempt, form.tax, form.lines[0].tax) == ("계산서", True, (), "")
    assert "세액" not in "".join(words(paper(invoice(type_code="0301", tax_total=0, grand_total=1_200_000))))


def test_what_several_documents_come_to() -> None:
    minus = invoice(charge_total=-1_200_000, tax_total=-120_000, grand_total=-1_320_000)
    assert sums([minus, invoice(charge_total=1_000_000, tax_total=100_000, grand_total=1_100_000)]) == (
        -200_000,
        -20_000,
        -220_000,
    )


def test_both_halves_stand_on_one_sheet() -> None:
    pages = words(paper(invoice(issue_id=ISSUE_ID)))
    assert len(pages) == 1
    for text in ("공급자 보관용", "공급받는자 보관용", "20261120-41000019-00049c0a", "134-86-72683", "(청구)"):
        assert text in pages[0], text
    assert pages[0].count("1,320,000") == 2
    assert "미발행" not in pages[0]


def test_an_unissued_paper_is_marked_across_the_page() -> None:
    page = words(paper(invoice()))[0]
    assert "미발행" in page
    assert page.count("발행되지 않은 세금계산서입니다.") == 2


@pytest.mark.parametrize(("lines", "sheets"), [(4, 1), (5, 2), (ROWS_OF_SHEET, 2), (ROWS_OF_SHEET + 1, 4), (99, 10)])
def test_more_items_take_more_sheets_and_none_is_lost(lines: int, sheets: int) -> None:
    many = tuple(line(number, 1000, 100) for number in range(1, lines + 1))
    pages = words(
        paper(invoice(lines=many, charge_total=1000 * lines, tax_total=100 * lines, grand_total=1100 * lines))
    )
    assert len(pages) == sheets
    whole = "".join(pages)
    for number in range(1, lines + 1):
        assert whole.count(f"방화벽 {number}호기") == 2


def test_long_and_strange_texts_keep_to_their_boxes() -> None:
    wordy = replace(SUPPLIER, name="가" * 70, address="나 " * 75, business_class="다" * 40, business_type="w" * 40)
    strange = replace(line(), name="라" * 100, spec="<b>&" * 15, note="\u202e비고\U0001f600" * 20)
    pages = words(paper(invoice(supplier=wordy, broker=wordy, lines=(strange,), remarks=("마" * 150,) * 3)))
    assert len(pages) == 2
    assert "\u202e" not in "".join(pages)


def test_the_same_invoice_makes_the_same_file() -> None:
    assert paper(invoice()) == paper(invoice())
