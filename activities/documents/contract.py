"""The contract (계약서), and papers of clauses only such as 지속가능경영가이드: the draft and the signed
final.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from reportlab.lib.units import mm
from reportlab.platypus import CondPageBreak, Flowable, KeepTogether, Spacer

from activities.documents import typesetting as setting
from activities.documents.audit import AuditRecord, audit_pages
from activities.documents.papers import (
    Party,
    Seals,
    amount_words,
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
    Column("세분류", 22),
    Column("품목명", 38),
    Column("스펙", 32),
    Column("단위", 11, "C"),
    Column("수량", 14, "R"),
    Column("단가", 20, "R"),
    Column("금액", 24, "R"),
)


@dataclass(frozen=True, slots=True)
class ContractItem:
    """One line. `quantity` in units, prices in minor units of the contract's currency, VAT excluded; both
    `quantity` and `amount` are None in a contract for unit prices (단가계약)."""

    category: str
    name: str
    spec: str
    unit: str
    quantity: Decimal | int | None
    unit_price: int
    amount: int | None


@dataclass(frozen=True, slots=True)
class ContractPaper:
    """All that a contract's pages say. `amount` in minor units, VAT excluded; None is a contract for unit
    prices.

    `version` is the N of 「N차」. `clauses` are (heading, text); a line of the text is a paragraph.
    `signed_on` is the contract's date. A paper of clauses only has no items, and `overview` False drops the
    table of terms. Raises ValueError when the items do not add up to the amount.
    """

    number: str
    version: int
    title: str
    name: str
    buyer: Party
    partner: Party
    clauses: Sequence[tuple[str, str]]
    signed_on: dt.date
    items: Sequence[ContractItem] = ()
    amount: int | None = None
    currency: str = "KRW"
    period: tuple[dt.date, dt.date] | None = None
    payment_terms: str = ""
    settlement: str = ""
    overview: bool = True

    def __post_init__(self) -> None:
        if self.items and self.amount is not None:
            must_add_up([item.amount or 0 for item in self.items], self.amount, self.number)


def draft(paper: ContractPaper) -> bytes:
    """The PDF to review, with 「초안」 across every page."""
    with setting.pressing():
        return setting.press(_sheet(paper, "초안"), _story(paper, None))


def final(paper: ContractPaper, seals: Seals, audit: AuditRecord) -> bytes:
    """The same pages with both parties' marks, and the audit pages; `signing.sign` attests it afterwards."""
    with setting.pressing():
        story = _story(paper, seals)
        return setting.press(
            _sheet(paper, ""), story + audit_pages(_reference(paper), f"{paper.title} · {paper.name}", audit)
        )


def _reference(paper: ContractPaper) -> str:
    return f"{paper.number} ({paper.version}차)"


def _sheet(paper: ContractPaper, watermark: str) -> Sheet:
    return Sheet(
        title=f"{paper.title} {_reference(paper)}",
        foot=f"{_reference(paper)} · {paper.title} · {paper.name}",
        day=paper.signed_on,
        watermark=watermark,
        subject=paper.name,
    )


def _story(paper: ContractPaper, seals: Seals | None) -> list[Flowable]:
    story: list[Flowable] = [setting.Title(paper.title)]
    if paper.overview:
        story += [_terms(paper), Spacer(1, 5 * mm)]
    story.append(
        paragraph(
            f"{paper.buyer.name}(이하 “갑”이라 한다)와 {paper.partner.name}(이하 “을”이라 한다)는 "
            "서로 믿고 성실하게 지킬 것을 약속하며 다음과 같이 정한다."
        )
    )
    for heading, text in paper.clauses:
        story.append(paragraph(heading, setting.HEADING))
        story += setting.paragraphs(text)
    if paper.items:
        story += _items(paper)
    return [*story, *_closing(paper, seals)]


def _terms(paper: ContractPaper) -> Flowable:
    amount = "단가계약 (금액은 발주에 따름)" if paper.amount is None else amount_words(paper.amount, paper.currency)
    period = " ~ ".join(day_short(day) for day in paper.period) if paper.period else ""
    settled = [("정산유형", paper.settlement)] if paper.settlement else []
    rows = [
        ("계약명", paper.name),
        ("계약번호", _reference(paper)),
        ("계약금액", amount),
        ("계약기간", period),
    ]
    return facts([*rows, ("지불방법", paper.payment_terms), *settled], across=1)


def _items(paper: ContractPaper) -> list[Flowable]:
    rows = [
        (
            str(number),
            item.category,
            item.name,
            item.spec,
            item.unit,
            "–" if item.quantity is None else quantity_text(item.quantity),
            format_minor(item.unit_price, paper.currency),
            "–" if item.amount is None else format_minor(item.amount, paper.currency),
        )
        for number, item in enumerate(paper.items, start=1)
    ]
    totals = []
    if paper.amount is not None:
        label = f"합계 (VAT 별도, {paper.currency})"
        totals.append((label, "", "", "", "", "", "", format_minor(paper.amount, paper.currency)))
    # The heading never stands alone at the foot of a page: head, two rows.
    return [
        CondPageBreak(30 * mm),
        paragraph("계약 품목", setting.HEADING_OF_TABLE),
        listing(_COLUMNS, rows, totals),
    ]


def _closing(paper: ContractPaper, seals: Seals | None) -> list[Flowable]:
    sentence = "이 내용을 증명하기 위하여 “갑”과 “을”은 전자적인 방법으로 서명하고 각자 한 부씩 보관한다."
    return [
        KeepTogether(
            [
                Spacer(1, 6 * mm),
                paragraph(sentence),
                Spacer(1, 3 * mm),
                paragraph(day_text(paper.signed_on), setting.LEAD),
                Spacer(1, 5 * mm),
                signature_block(("갑 (발주처)", "을 (공급사)"), (paper.buyer, paper.partner), seals),
            ]
        )
    ]
