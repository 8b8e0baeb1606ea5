"""What the demo's documents are about: the manual's own items and invented ones of the same trades."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.contracts import papers
from models.contracts.messages import Draft, InstalmentRow, ItemRow, PaperRow
from models.contracts.rules import SettlementType, Type
from models.orders.messages import DraftItem
from models.orders.rules import product_key


@dataclass(frozen=True)
class Good:
    """One product; `price` in whole won, VAT excluded."""

    category: str
    name: str
    spec: str
    unit: str
    price: int
    needs_serial: bool = False

    @property
    def product(self) -> str:
        """What its serial numbers are unique within."""
        return product_key(self.name, self.spec)


FIREWALL = Good("방화벽", "FG-1100E", "10GHz", "EA", 18_500_000, needs_serial=True)
SERVER = Good(
    "서버",
    "M220H",
    "Silver 4210(10Core,2.2GHz) x 1 / RDIMM 16GB x 2 / S4510 240GB x 2",
    "개",
    2_744_000,
    needs_serial=True,
)
STORAGE_SERVER = Good(
    "서버",
    "M520",
    "Silver 4210(10Core,2.2GHz) x 2 / RDIMM 16GB x 2 / S4510 240GB x 2 , PM883 240GB x 2 , NL SAS 16TB x 36",
    "개",
    14_980_000,
    needs_serial=True,
)
RACK_SERVER = Good("서버", "SP7-2104P(SFF)", "Silver 4210(10Core,2.2GHz) x 2 / RDIMM 32GB x 8", "개", 2_376_000)
ROUTER = Good("CR 장비", "QFX10002-60C", "100GbE 60포트", "EA", 680_000)
TRANSPORT = Good("전송장비", "7801FR+781PS", "랙 마운트", "EA", 2_000_000)
SPLITTER = Good("전송장비", "CX1200FB-C2A2+", "이중화 전원", "EA", 370_000)
OFFICE_SERVER = Good("총무서버", "총무서버", "1U / 16Core", "EA", 2_000_000)
MEMORY = Good("MEMORY(RDIMM)", "RDIMM 32GB", "DDR4 3200MHz ECC", "개", 148_300)
DISK = Good("DISK(SSD)", "PM883 240GB", "2.5인치 SATA", "개", 61_500)
BIG_DISK = Good("DISK(NL SAS)", "NL SAS 12TB", "3.5인치 7,200rpm", "개", 412_700)
CPU = Good("CPU", "Silver 4210(10Core,2.2GHz)", "FC-LGA3647", "개", 583_000)
APPROVAL = Good("소프트웨어 개발", "전자결재 시스템 구축", "결재선·대결·감사 기록", "식", 53_232_000)
LICENCE = Good("소프트웨어", "가상화 관리 라이선스", "16코어 1년", "EA", 1_187_450)
MAINTENANCE = Good("용역", "네트워크 장비 유지보수", "24x7 현장 4시간", "월", 6_870_000)
DESIGN = Good("디자인", "사내 캠페인 포스터 디자인", "A1 시안 3종", "식", 3_300_000)
BANNER = Good("디자인", "행사 현수막", "5m x 0.9m 실사 출력", "장", 87_600)
LONG = Good(
    "시설공사",
    "판교 데이터센터 3층 서버실 항온항습기 교체 및 이중마루 하부 케이블 트레이 재배치 공사",
    "항온항습기 60kW x 4, 케이블 트레이 320m, 야간 무중단 작업 및 준공도서 포함",
    "식",
    187_654_321,
)

OF_FIRM: tuple[tuple[Good, ...], ...] = (
    (FIREWALL, SERVER, ROUTER, TRANSPORT, SPLITTER, MEMORY, DISK),
    (STORAGE_SERVER, RACK_SERVER, BIG_DISK, CPU, LONG, MAINTENANCE, OFFICE_SERVER),
    (APPROVAL, LICENCE, MAINTENANCE),
    (DESIGN, BANNER),
)
"""What each firm of the demo, in the order of `people.FIRMS`, sells."""

TITLES: tuple[tuple[str, ...], ...] = (
    (
        "인프라 장비구매요청",
        "판교 데이터센터 화재 대비 서버 증축",
        "백본 스위치 증설",
        "방화벽 노후 장비 교체",
        "안산 데이터센터 전송장비 구매",
        "서비스망 회선 이중화 장비 구매",
    ),
    (
        "단가계약요청_서버, 파츠포함",
        "스토리지 서버 증설",
        "총무서버 구매",
        "2026년 상반기 전사 데이터센터 서버·스토리지·부품 통합 구매 및 현장 설치, 폐장비 회수 지원 요청",
        "분석 클러스터 노드 추가 구매",
    ),
    ("전자결재 시스템 구축", "가상화 라이선스 갱신", "사내 시스템 유지보수"),
    ("사내 캠페인 디자인", "창립기념 행사 제작물", "오피스 안내 사인물 제작"),
)

PLACES = ("GS1", "OFC", "MD1", "MD2", "LGX", "당사지정장소")


@dataclass(frozen=True)
class Lot:
    """So many of one product, wanted on a day at a place."""

    good: Good
    quantity: int
    place: str = "GS1"

    def contract_row(self, wanted_on: dt.date, *, by_unit_price: bool = False) -> ItemRow:
        good = self.good
        return ItemRow(
            category=good.category,
            name=good.name,
            spec=good.spec,
            unit=good.unit,
            quantity=None if by_unit_price else self.quantity,
            unit_price=good.price,
            needs_serial=good.needs_serial,
            requested_on=wanted_on,
            requested_place=self.place,
        )

    def order_row(self, wanted_on: dt.date, **more: Any) -> DraftItem:
        good = self.good
        facts: dict[str, Any] = {
            "category": good.category,
            "name": good.name,
            "spec": good.spec,
            "unit": good.unit,
            "quantity": self.quantity,
            "unit_price": good.price,
            "needs_serial": good.needs_serial,
            "requested_on": wanted_on,
            "requested_place": self.place,
        }
        return DraftItem(**(facts | more))


def contract_draft(
    title: str,
    company_id: int,
    lots: Sequence[Lot],
    today: dt.date,
    *,
    by_unit_price: bool = False,
    plan: Sequence[tuple[str, int]] = (),
) -> Draft:
    """A sound draft from the standard papers; `plan` is (구분, won) of a 분할정산."""
    later = today + dt.timedelta(days=21)
    return Draft(
        company_id=company_id,
        title=title,
        contract_type=Type.UNIT_PRICE if by_unit_price else Type.GENERAL,
        contract_date=today,
        starts_on=today,
        ends_on=today + dt.timedelta(days=364 if by_unit_price else 90),
        settlement_type=SettlementType.INSTALMENTS if plan else SettlementType.BY_INSPECTION,
        items=[lot.contract_row(later, by_unit_price=by_unit_price) for lot in lots],
        instalments=[
            InstalmentRow(label=label, amount=amount, expected_on=today + dt.timedelta(days=30 * number))
            for number, (label, amount) in enumerate(plan, start=1)
        ],
        papers=[PaperRow(template=paper.key, title=paper.title, text=paper.text) for paper in papers.standard()],
    )
