"""Papers and helpers that the document tests share."""

import datetime as dt
import json
import math
import unicodedata
from collections.abc import Sequence
from typing import Any

import pypdfium2

from activities.documents.audit import AuditEvent, AuditRecord, PagesSeen
from activities.documents.contract import ContractItem, ContractPaper
from activities.documents.order import OrderLine, OrderPaper
from activities.documents.papers import Party
from activities.documents.settlement import SettlementLine, SettlementPaper

AT = dt.datetime(2023, 2, 9, 14, 20, 5, tzinfo=dt.UTC)
DAY = dt.date(2023, 2, 9)
BUYER = Party("주식회사 카카오", "120-81-47521", "정신아", "제주특별자치도 제주시 첨단로 242", "차지애")
PARTNER = Party("㈜한빛네트웍스", "134-86-72683", "김도윤", "경기도 성남시 분당구 판교역로 166", "박하늘")
PERSON = Party("박지은", "1990.05.21", "", "서울특별시 마포구 월드컵북로 400", individual=True)
CLAUSES = (
    ("제1조 (목적)", "본 계약은 을이 갑에게 인프라 장비를 공급함에 있어 필요한 사항을 정함을 목적으로 한다."),
    ("제2조 (검수)", "① 갑은 인도받은 날부터 5영업일 안에 검수를 마친다.\n② 하자가 있으면 을은 교체한다."),
    ("제3조 (대금)", "갑은 검수를 마친 달의 다음 달 15일에 대금을 지급한다."),
)


def contract(items: int | Sequence[ContractItem] = 10, **changes: Any) -> ContractPaper:
    """A contract of some lines, or of those given (then with its amount)."""
    lines = _lines(items) if isinstance(items, int) else items
    given: dict[str, Any] = {
        "number": "CR20230208-009",
        "version": 1,
        "title": "물품 공급 계약서",
        "name": "인프라 장비구매요청",
        "buyer": BUYER,
        "partner": PARTNER,
        "clauses": CLAUSES,
        "signed_on": DAY,
        "items": lines,
        "amount": 120_000 * len(lines),
        "period": (DAY, dt.date(2023, 2, 28)),
        "payment_terms": "검수 후 다음 달 15일",
        "settlement": "검수기반",
    }
    return ContractPaper(**(given | changes))


def _lines(count: int) -> list[ContractItem]:
    numbers = range(1, count + 1)
    return [ContractItem("서버", f"인프라 장비 {n}호기", "2U/64C/512GB", "EA", 3, 40_000, 120_000) for n in numbers]


def order(**changes: Any) -> OrderPaper:
    line = OrderLine("노트북 16인치", "M2/32GB/1TB", 5, "EA", 100_000, 500_000, dt.date(2023, 2, 28), "GS1")
    given: dict[str, Any] = {
        "number": "PO20230203-007",
        "version": 2,
        "name": "업무용 노트북 구매",
        "buyer": BUYER,
        "partner": PARTNER,
        "ordered_on": DAY,
        "lines": [line],
        "supply": 500_000,
        "vat": 50_000,
        "settlement": "검수기반",
        "basis": "기타발주",
        "evidence": "세금계산서(자동입력)",
        "message": "납품 전날까지 알려 주세요.",
    }
    return OrderPaper(**(given | changes))


def settlement(**changes: Any) -> SettlementPaper:
    given: dict[str, Any] = {
        "number": "IV20230208-006",
        "name": "인프라 장비 1차 정산",
        "buyer": BUYER,
        "partner": PARTNER,
        "written_on": DAY,
        "lines": [
            SettlementLine("인프라 장비", "2U/64C", "EA", 25, 40_000, 1_000_000, DAY),
            SettlementLine("중도금", "", "", None, None, 16_666),
        ],
        "supply": 1_016_666,
        "vat": 101_666,
        "source": "CR20230208-009",
        "kind": "분할정산(중도금)",
        "evidence": "세금계산서(자동입력)",
        "invoice_number": "202302084100007300000123",
        "invoiced_on": DAY,
        "pay_on": dt.date(2023, 3, 15),
        "pay_to": "카카오뱅크 33330112*****",
        "officer": "정산희",
    }
    return SettlementPaper(**(given | changes))


def audit() -> AuditRecord:
    seen = (PagesSeen("계약서", 2, 2, AT), PagesSeen("지속가능경영가이드", 4, 4, AT))
    events = (
        AuditEvent(AT - dt.timedelta(days=2), "차지애", "초안검토요청", "주식회사 카카오", ip="10.20.30.40"),
        AuditEvent(AT, "차지애", "날인요청", "주식회사 카카오", on_behalf_of="권준", ip="::ffff:10.20.30.41"),
        AuditEvent(
            AT + dt.timedelta(minutes=3),
            "김도윤",
            "계약서 서명",
            "㈜한빛네트웍스",
            ip="2001:db8::17",
            identity="휴대폰 본인인증",
            consent="내용에 동의합니다",
            pages_seen=seen,
            evidence="직인 SHA-256 " + "c3" * 32,
        ),
    )
    return AuditRecord("ab" * 32, events, chain_head="cd" * 32, verify_at="https://pok.example/verify")


def strokes(size: float = 200, count: int = 60) -> str:
    """What the pad sends: one stroke of `count` points, `size` px wide."""
    points = [{"x": size * n / count, "y": 40 + size / 5 * math.sin(n / 4)} for n in range(count)]
    return json.dumps([{"points": points}])


def pages(pdf: bytes) -> list[str]:
    """The text of each page as a reader copies it."""
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        text = page.get_textpage()
        texts.append(str(text.get_text_range()))
        text.close()
        page.close()
    document.close()
    return texts


def squeezed(text: str) -> str:
    """NFC without white space: where lines break is the paper's business."""
    return "".join(unicodedata.normalize("NFC", text).split())


def assert_says(pdf: bytes, *wanted: str) -> None:
    text = squeezed("".join(pages(pdf)))
    missing = [want for want in wanted if squeezed(want) not in text]
    assert not missing, missing


def words_of(parties: Sequence[Party]) -> list[str]:
    return [w for p in parties for w in (p.name, p.registration, p.representative, p.address, p.contact) if w]
