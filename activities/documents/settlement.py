"""The settlement statement (정산서): what was inspected or planned, what is invoiced for it, and when it is
paid.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from activities.documents import typesetting as setting
from activities.documents.papers import Party, day_short, must_add_up, quantity_text
from activities.documents.typesetting import Column, Sheet, facts, listing, paragraph
from models.kernel.money import format_minor

_COLUMNS = (
    Column("No", 9, "R"),
    Column("품목명", 44),
    Column("스펙", 31),
    Column("검수일자", 20, "C"),
    Column("단위", 11, "C"),
    Column("검수량", 14, "R"),
    Column("정산단가", 19, "R"),
    Column("정산금액", 22, "R"),
)


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One settled line. `quantity` in units; price and amount in minor units, VAT excluded; a planned part
    (선금, 중도금, 잔금) has its name as `name` and no quantity or unit price.
    """

    name: str
    spec: str
    unit: str
    quantity: Decimal | int | None
    unit_price: int | None
    amount: int
    inspected_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class SettlementPaper:
    """All that a statement says. `supply` and `vat` in minor units (negative in a cancellation). `pay_on`
    is the 지급예정일, `invoice_number` the 증빙번호. Raises ValueError when the lines do not add up to
    `supply`.
    """

    number: str
    name: str
    buyer: Party
    partner: Party
    written_on: dt.date
    lines: Sequence[SettlementLine]
    supply: int
    vat: int
    currency: str = "KRW"
    source: str = ""
    kind: str = ""
    evidence: str = ""
    invoice_number: str = ""
    invoiced_on: dt.date | None = None
    pay_on: dt.date | None = None
    pay_to: str = ""
    officer: str = ""
    note: str = ""

    def __post_init__(self) -> None:
        must_add_up([line.amount for line in self.lines], self.supply, self.number)


def statement(paper: SettlementPaper) -> bytes:
    """The statement as PDF. It is information, nobody seals it."""
    with setting.pressing():
        sheet = Sheet(
            title=f"정산서 {paper.number}",
            foot=f"{paper.number} · 정산서 · {paper.name}",
            day=paper.written_on,
            subject=paper.name,
        )
        return setting.press(sheet, _story(paper))


def _story(paper: SettlementPaper) -> list[Flowable]:
    pairs = [
        ("정산명", paper.name),
        ("정산번호", paper.number),
        ("작성일자", day_short(paper.written_on)),
        ("정산유형", paper.kind),
        ("계약·발주번호", paper.source),
        ("증빙유형", paper.evidence),
        ("증빙번호", paper.invoice_number),
        ("증빙발행일", day_short(paper.invoiced_on)),
        ("정산담당자", paper.officer),
        ("지급예정일", day_short(paper.pay_on)),
        ("지급계좌", paper.pay_to),
    ]
    parties = [
        ("구매사", paper.buyer.name),
        ("공급사", paper.partner.name),
        ("사업자번호", paper.buyer.registration),
        ("생년월일" if paper.partner.individual else "사업자번호", paper.partner.registration),
    ]
    total = format_minor(paper.supply + paper.vat, paper.currency)
    unit = "원" if paper.currency == "KRW" else paper.currency
    story: list[Flowable] = [
        setting.Title("정산서"),
        facts(pairs, wide=("정산명",)),
        Spacer(1, 4 * mm),
        facts(parties),
        Spacer(1, 4 * mm),
        paragraph(f"정산 합계 {total} {unit} (VAT 포함)", setting.HEADING),
        _lines(paper),
    ]
    if paper.note:
        story += [Spacer(1, 4 * mm), paragraph(paper.note, setting.NOTE)]
    return story


def _lines(paper: SettlementPaper) -> Flowable:
    def money(amount: int | None) -> str:
        return "–" if amount is None else format_minor(amount, paper.currency)

    rows = [
        (
            str(number),
            line.name,
            line.spec,
            day_short(line.inspected_on) or "–",
            line.unit,
            "–" if line.quantity is None else quantity_text(line.quantity),
            money(line.unit_price),
            money(line.amount),
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    sums = (("공급가액", paper.supply), ("VAT", paper.vat), ("합계 (VAT 포함)", paper.supply + paper.vat))
    return listing(_COLUMNS, rows, [(name, "", "", "", "", "", "", money(amount)) for name, amount in sums])
