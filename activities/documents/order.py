"""The order sheet (발주서): what is ordered, for when and to where; sealed like a contract."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, KeepTogether, Spacer

from activities.documents import typesetting as setting
from activities.documents.audit import AuditRecord, audit_pages
from activities.documents.papers import (
    Party,
    Seals,
    day_short,
    day_text,
    must_add_up,
    quantity_text,
    signature_block,
)
from activities.documents.typesetting import Column, Sheet, facts, listing, paragraph
from models.kernel.money import format_minor

_COLUMNS = (
    Column("No", 9, "R"),
    Column("카카오 품명 / 모델명", 46),
    Column("수량", 14, "R"),
    Column("단위", 12, "C"),
    Column("단가", 21, "R"),
    Column("금액", 24, "R"),
    Column("납품 요청일", 20, "C"),
    Column("납품 장소", 24),
)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One ordered item. `quantity` in units; prices in minor units of the order's currency, VAT excluded."""

    name: str
    model: str
    quantity: Decimal | int
    unit: str
    unit_price: int
    amount: int
    due_on: dt.date | None
    place: str


@dataclass(frozen=True, slots=True)
class OrderPaper:
    """All that an order sheet says. `supply` and `vat` in minor units, their sum is what is paid; `basis`
    is the 체결근거 (a contract's number, 「기타발주」), `evidence` the 증빙유형. Raises ValueError when the
    lines do not add up to `supply`.
    """

    number: str
    version: int
    name: str
    buyer: Party
    partner: Party
    ordered_on: dt.date
    lines: Sequence[OrderLine]
    supply: int
    vat: int
    currency: str = "KRW"
    settlement: str = ""
    basis: str = ""
    evidence: str = ""
    message: str = ""

    def __post_init__(self) -> None:
        must_add_up([line.amount for line in self.lines], self.supply, self.number)


def draft(paper: OrderPaper) -> bytes:
    """The order sheet to confirm, with 「초안」 across every page."""
    with setting.pressing():
        return setting.press(_sheet(paper, "초안"), _story(paper, None))


def final(paper: OrderPaper, seals: Seals, audit: AuditRecord) -> bytes:
    """The confirmed order sheet with the marks and the audit pages; `signing.sign` attests it afterwards."""
    with setting.pressing():
        story = _story(paper, seals) + audit_pages(_reference(paper), f"발주서 · {paper.name}", audit)
        return setting.press(_sheet(paper, ""), story)


def _reference(paper: OrderPaper) -> str:
    return f"{paper.number} ({paper.version}차)"


def _sheet(paper: OrderPaper, watermark: str) -> Sheet:
    return Sheet(
        title=f"발주서 {_reference(paper)}",
        foot=f"{_reference(paper)} · 발주서 · {paper.name}",
        day=paper.ordered_on,
        watermark=watermark,
        subject=paper.name,
    )


def _story(paper: OrderPaper, seals: Seals | None) -> list[Flowable]:
    pairs = [
        ("발주명", paper.name),
        ("발주번호", _reference(paper)),
        ("발주일자", day_short(paper.ordered_on)),
    ]
    pairs += [("정산유형", paper.settlement), ("증빙유형", paper.evidence)]
    pairs += [("체결근거", paper.basis), ("통화", paper.currency)]
    total = format_minor(paper.supply + paper.vat, paper.currency)
    closing: list[Flowable] = [
        Spacer(1, 6 * mm),
        paragraph("위와 같이 발주하니 납품 요청일까지 납품 장소로 납품하여 주시기 바랍니다."),
        Spacer(1, 3 * mm),
        paragraph(day_text(paper.ordered_on), setting.LEAD),
        Spacer(1, 5 * mm),
        signature_block(("발주처", "공급사"), (paper.buyer, paper.partner), seals),
    ]
    if paper.message:
        pairs.append(("전달사항", paper.message))
    return [
        setting.Title("발주서"),
        facts(pairs, wide=("발주명", "전달사항")),
        Spacer(1, 4 * mm),
        paragraph(f"금액 합계 {total} {_unit(paper.currency)} (VAT 포함)", setting.HEADING),
        _lines(paper),
        KeepTogether(closing),
    ]


def _unit(currency: str) -> str:
    return "원" if currency == "KRW" else currency


def _lines(paper: OrderPaper) -> Flowable:
    def money(amount: int) -> str:
        return format_minor(amount, paper.currency)

    rows = [
        (
            str(number),
            f"{line.name}\n{line.model}" if line.model else line.name,
            quantity_text(line.quantity),
            line.unit,
            money(line.unit_price),
            money(line.amount),
            day_short(line.due_on),
            line.place,
        )
        for number, line in enumerate(paper.lines, start=1)
    ]
    sums = (("공급가액", paper.supply), ("VAT", paper.vat), ("합계 (VAT 포함)", paper.supply + paper.vat))
    return listing(_COLUMNS, rows, [(name, "", "", "", "", money(sum_), "", "") for name, sum_ in sums])
