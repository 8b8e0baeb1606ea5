"""The statement of a settlement report (정산리포트): what each medium earned in the month, and what is paid of it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from reportlab.lib.units import mm
from reportlab.platypus import Flowable, Spacer

from activities.documents import typesetting as setting
from activities.documents.papers import day_short, must_add_up
from activities.documents.typesetting import Column, Sheet, facts, listing, paragraph

_COLUMNS = (
    Column("No", 10, "R"),
    Column("매체명", 46),
    Column("품목", 54),
    Column("공급가액", 22, "R"),
    Column("세액", 18, "R"),
    Column("합계금액", 22, "R"),
)


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One medium's line; won."""

    medium: str
    item: str
    supply: int
    tax: int


@dataclass(frozen=True, slots=True)
class CreditStatement:
    """All that a statement says; amounts in won. Raises ValueError when the lines do not add up to the sums."""

    number: str
    month: str
    group: str
    company: str
    mode: str
    published_on: dt.date
    sign_by: dt.date
    pay_on: dt.date
    lines: Sequence[StatementLine]
    supply: int
    tax: int
    withheld_income: int = 0
    withheld_local: int = 0

    def __post_init__(self) -> None:
        must_add_up([line.supply for line in self.lines], self.supply, self.number)
        must_add_up([line.tax for line in self.lines], self.tax, self.number)


def credit_statement(paper: CreditStatement) -> bytes:
    """The statement as PDF."""
    with setting.pressing():
        sheet = Sheet(
            title=f"정산리포트 {paper.number}",
            foot=f"{paper.number} · 정산리포트 · {paper.month}",
            day=paper.published_on,
            subject=paper.group,
        )
        return setting.press(sheet, _story(paper))


def _story(paper: CreditStatement) -> list[Flowable]:
    payable = paper.supply + paper.tax - paper.withheld_income - paper.withheld_local
    withheld = paper.withheld_income + paper.withheld_local
    pairs = [
        ("정산그룹", paper.group),
        ("정산번호", paper.number),
        ("정산월", paper.month),
        ("지급처", paper.company),
        ("발행방식", paper.mode),
        ("발행일자", day_short(paper.published_on)),
        ("서명기한", "" if withheld else day_short(paper.sign_by)),
        ("지급예정일", day_short(paper.pay_on)),
    ]
    story: list[Flowable] = [
        setting.Title("정산리포트"),
        facts(pairs, wide=("정산그룹",)),
        Spacer(1, 4 * mm),
        paragraph(f"지급액 {payable:,} 원", setting.HEADING),
        _lines(paper),
    ]
    if withheld:
        words = f"소득세 {paper.withheld_income:,} 원과 지방소득세 {paper.withheld_local:,} 원을 원천징수한 금액입니다."
        story += [Spacer(1, 4 * mm), paragraph(words, setting.NOTE)]
    return story


def _lines(paper: CreditStatement) -> Flowable:
    rows = [
        (str(number), line.medium, line.item, f"{line.supply:,}", f"{line.tax:,}", f"{line.supply + line.tax:,}")
        for number, line in enumerate(paper.lines, start=1)
    ]
    sums = ("합계", "", "", f"{paper.supply:,}", f"{paper.tax:,}", f"{paper.supply + paper.tax:,}")
    return listing(_COLUMNS, rows, [sums])
