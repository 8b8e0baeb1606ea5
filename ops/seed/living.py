"""The demo cases that live: every status of every kind, reached through the real processes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from models.contracts.messages import Draft
from models.deliveries.kind import DELIVERY
from models.deliveries.tables import DeliveryRound
from models.orders.tables import OrderItem, PurchaseOrder
from ops.seed import credits_open, goods, invoices, paperwork, supply
from ops.seed.goods import Lot
from ops.seed.stage import (
    AMELA,
    DAEHAN,
    DEPUTY,
    GAON,
    HANBIT,
    JUN,
    NURI,
    YOUNG,
    Stage,
    partner_of,
    second_of,
)

Case = Callable[[Stage], Awaitable[None]]
AT_ONCE = 8
DOYUN, SEOYEON, JAEHO, HANA, GAON_JUNG = (
    partner_of(HANBIT),
    second_of(HANBIT),
    partner_of(DAEHAN),
    second_of(DAEHAN),
    partner_of(GAON),
)


async def play(stage: Stage) -> None:
    """Every case, a few at once. Raises the first problem."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(case: Case) -> None:
        async with turnstile:
            await case(stage)

    async with asyncio.TaskGroup() as group:
        for case in CASES:
            group.create_task(one(case))


async def drafts_and_reviews(stage: Stage) -> None:
    """작성중; 초안검토요청 by 차지애 herself."""
    await paperwork.contract(stage, AMELA, HANBIT, "방화벽 노후 장비 교체 2단계", [Lot(goods.FIREWALL, 4)])
    asked = await paperwork.contract(
        stage, AMELA, HANBIT, "인프라 장비구매요청", [Lot(goods.ROUTER, 2, "LGX"), Lot(goods.TRANSPORT, 2)]
    )
    await paperwork.review(stage, AMELA, asked)


async def asked_by_deputy(stage: Stage) -> None:
    """초안검토요청 on 권준's contract by 차지애 on his behalf; 초안검토완료 by the second contact."""
    absent = await paperwork.contract(stage, JUN, HANBIT, "서비스망 회선 이중화 장비 구매", [Lot(goods.SPLITTER, 6)])
    await paperwork.review(stage, DEPUTY, absent)
    done = await paperwork.contract(stage, JUN, HANBIT, "백본 스위치 증설", [Lot(goods.ROUTER, 12, "MD1")])
    await paperwork.reviewed(stage, DEPUTY, SEOYEON, done)


async def redraft(stage: Stage) -> None:
    """재작성요청 that waits for the buyer, and one that came back in a second round."""
    first = await paperwork.contract(stage, AMELA, HANBIT, "안산 데이터센터 전송장비 구매", [Lot(goods.TRANSPORT, 8)])
    await paperwork.review(stage, AMELA, first)
    await paperwork.say_no(
        stage,
        DOYUN,
        first,
        "request_redraft",
        "제7조의 지체상금 요율이 견적 협의와 다릅니다. 1,000분의 1로 고쳐 주세요.",
    )
    second = await paperwork.contract(stage, YOUNG, HANBIT, "서버실 부품 구매", [Lot(goods.MEMORY, 46, "OFC")])
    await paperwork.review(stage, YOUNG, second)
    await paperwork.say_no(
        stage, SEOYEON, second, "request_redraft", "수량이 46개가 아니라 64개입니다. 의뢰 내용을 확인해 주세요."
    )

    def corrected(draft: Draft) -> None:
        draft.items[0].quantity = 64
        draft.note_to_partner = "수량을 64개로 고쳤습니다."

    await paperwork.edit_contract(stage, YOUNG, second, corrected)
    await paperwork.review(stage, YOUNG, second)


async def to_be_signed(stage: Stage) -> None:
    """날인요청: the manual's case, which waits for 김도윤's signature."""
    found = await paperwork.contract(
        stage, AMELA, HANBIT, "판교 데이터센터 화재 대비 서버 증축", [Lot(goods.SERVER, 1, "OFC")]
    )
    await paperwork.sealed(stage, AMELA, DOYUN, found)


async def refused_signatures(stage: Stage) -> None:
    """서명거절 before the buyer, and 계약종료 after one."""
    waits = await paperwork.contract(stage, AMELA, HANBIT, "방화벽 유지보수 연장", [Lot(goods.FIREWALL, 1, "MD2")])
    await paperwork.sealed(stage, AMELA, DOYUN, waits)
    await paperwork.say_no(
        stage, DOYUN, waits, "refuse_signature", "제조사 공급 중단으로 같은 단가에 공급할 수 없습니다."
    )
    over = await paperwork.contract(stage, YOUNG, DAEHAN, "총무서버 구매", [Lot(goods.OFFICE_SERVER, 10, "GS1")])
    await paperwork.sealed(stage, YOUNG, JAEHO, over)
    await paperwork.say_no(stage, JAEHO, over, "refuse_signature", "납품 요청일을 맞출 수 없습니다.")
    await paperwork.say_no(stage, YOUNG, over, "end", "다른 공급사와 다시 진행합니다.")


async def cancelled_contract(stage: Stage) -> None:
    """계약취소; and a draft for a sole trader under review."""
    found = await paperwork.contract(stage, JUN, NURI, "창립기념 행사 제작물", [Lot(goods.BANNER, 24)])
    await paperwork.say_no(stage, DEPUTY, found, "cancel", "행사가 내년으로 미뤄졌습니다.")
    asked = await paperwork.contract(stage, YOUNG, NURI, "사내 캠페인 디자인", [Lot(goods.DESIGN, 1)])
    await paperwork.review(stage, YOUNG, asked)


async def by_unit_price(stage: Stage) -> None:
    """단가계약, completed; an order under it that waits, and one that is confirmed."""
    found = await paperwork.contract(
        stage,
        AMELA,
        DAEHAN,
        "단가계약요청_서버, 파츠포함",
        [Lot(goods.RACK_SERVER, 1, "MD1"), Lot(goods.CPU, 1, "MD1"), Lot(goods.BIG_DISK, 1, "MD1")],
        by_unit_price=True,
    )
    await paperwork.completed(stage, AMELA, JAEHO, found)
    waits = await paperwork.order(stage, AMELA, DAEHAN, "단가계약 2차 발주", [Lot(goods.BIG_DISK, 23, "MD2")], found)
    await paperwork.sent(stage, AMELA, waits)
    _, items = await paperwork.ready_order(
        stage, AMELA, DAEHAN, "단가계약 1차 발주", [Lot(goods.RACK_SERVER, 5, "MD2"), Lot(goods.CPU, 28)], found
    )
    await supply.delivered(stage, JAEHO, AMELA, items[0])
    (asked, *_) = await supply.rounds(stage, HANA, items[1], [(5, 28, "MD2")])
    await supply.requested(stage, HANA, asked)


async def in_instalments(stage: Stage) -> None:
    """분할정산, completed; its order waits as a draft."""
    price = goods.APPROVAL.price
    parts = [("선금", price // 10 * 3), ("중도금", price // 10 * 3), ("잔금", price - price // 10 * 6)]
    found = await paperwork.contract(
        stage, YOUNG, GAON, "전자결재 시스템 구축", [Lot(goods.APPROVAL, 1, "당사지정장소")], plan=parts
    )
    await paperwork.completed(stage, YOUNG, GAON_JUNG, found)
    await paperwork.order(stage, YOUNG, GAON, "전자결재 시스템 구축 발주", [Lot(goods.APPROVAL, 1)], found)


async def changed(stage: Stage) -> None:
    """변경계약: the second version of a completed contract under review, and an order in its second version."""
    first = await paperwork.contract(stage, AMELA, HANBIT, "전송장비 연간 구매", [Lot(goods.TRANSPORT, 2)])
    await paperwork.completed(stage, AMELA, DOYUN, first)
    second = await paperwork.changed_contract(stage, AMELA, first)

    def more(draft: Draft) -> None:
        draft.items[0].quantity = 3
        draft.note_to_partner = "증설 물량 1대를 더했습니다."

    await paperwork.edit_contract(stage, AMELA, second, more)
    await paperwork.review(stage, AMELA, second)
    before = await paperwork.order(stage, AMELA, HANBIT, "1/31 구매 요청분", [Lot(goods.DISK, 30, "OFC")])
    await paperwork.confirmed(stage, AMELA, SEOYEON, before)
    after = await paperwork.changed_order(stage, AMELA, before, [Lot(goods.DISK, 40, "OFC")])
    items = await paperwork.confirmed(stage, AMELA, SEOYEON, after)
    await supply.rounds(stage, SEOYEON, items[0], [(3, 25, "OFC"), (10, 15, "OFC")])


async def orders_that_wait(stage: Stage) -> None:
    """발주: 작성중, 발주확인요청, 발주확인거절, 발주취소."""
    await paperwork.order(stage, AMELA, HANBIT, "CR 장비 예비품 발주", [Lot(goods.ROUTER, 1, "LGX")])
    asked = await paperwork.order(stage, AMELA, HANBIT, "1/16 미발주건", [Lot(goods.SPLITTER, 3, "GS1")])
    await paperwork.sent(stage, AMELA, asked)
    deputy = await paperwork.order(stage, JUN, HANBIT, "메모리 긴급 발주", [Lot(goods.MEMORY, 16, "MD1")])
    await paperwork.sent(stage, DEPUTY, deputy)
    refused = await paperwork.order(stage, AMELA, HANBIT, "2월 디스크 추가 발주", [Lot(goods.DISK, 100, "MD1")])
    await paperwork.sent(stage, AMELA, refused)
    await paperwork.order_no(stage, DOYUN, refused, "refuse", "단종 품목입니다. PM893으로 바꾸어 다시 발주해 주세요.")
    gone = await paperwork.order(stage, YOUNG, NURI, "현수막 추가 제작", [Lot(goods.BANNER, 4)])
    await paperwork.sent(stage, YOUNG, gone)
    await paperwork.order_no(stage, YOUNG, gone, "cancel", "기존 현수막을 다시 씁니다.")


async def firewalls(stage: Stage) -> None:
    """The manual's 50 firewalls: 25 and 20 planned without serials, 5 with serials before the buyer."""
    contract = await paperwork.contract(
        stage, AMELA, HANBIT, "방화벽 통합 구매", [Lot(goods.FIREWALL, 60), Lot(goods.SERVER, 12, "OFC")]
    )
    await paperwork.completed(stage, AMELA, DOYUN, contract)
    _, items = await paperwork.ready_order(
        stage, AMELA, HANBIT, "방화벽 FG-1100E 발주", [Lot(goods.FIREWALL, 50), Lot(goods.SERVER, 8, "OFC")], contract
    )
    _, asked, _ = await supply.rounds(stage, DOYUN, items[0], [(6, 25, "GS1"), (6, 5, "GS1"), (13, 20, "GS1")])
    await supply.serials(stage, DOYUN, asked, "UTVV")
    await supply.requested(stage, DOYUN, asked)
    ready, part, gone, written = await supply.rounds(
        stage, DOYUN, items[1], [(1, 2, "OFC"), (0, 4, "OFC"), (9, 1, "MD1"), (12, 1, "MD2")]
    )
    for number, one in enumerate((ready, part, written), start=1):
        await supply.serials(stage, DOYUN, one, f"M220H{number}-")
    await supply.confirmed(stage, DOYUN, AMELA, ready)
    await supply.confirmed(stage, DOYUN, AMELA, part)
    await supply.received(stage, part, 3, "1대는 상자 파손으로 다음 차편에 옵니다.")
    await stage.press(DOYUN, DELIVERY, gone, "remove")


async def inspected(stage: Stage) -> None:
    """검수대기 twice, 검수취소, and 확정 for the receiver."""
    _, items = await paperwork.ready_order(
        stage,
        AMELA,
        HANBIT,
        "서버 부품 정기 발주",
        [Lot(goods.MEMORY, 46, "OFC"), Lot(goods.DISK, 30, "OFC"), Lot(goods.SPLITTER, 3), Lot(goods.ROUTER, 2, "MD1")],
    )
    waiting = await _confirmed_rounds(stage, SEOYEON, items)
    await supply.received(stage, waiting[0], 46)
    await supply.received(stage, waiting[1], 30)
    back = await supply.received(stage, waiting[2], 3)
    await supply.inspection_cancelled(stage, back, "사양 불일치: 이중화 전원이 아닙니다.")


async def _confirmed_rounds(stage: Stage, partner: str, items: Sequence[OrderItem]) -> list[DeliveryRound]:
    confirmed = []
    for item in items:
        (one, *_) = await supply.rounds(stage, partner, item, [(0, item.quantity, item.requested_place)])
        await supply.confirmed(stage, partner, AMELA, one)
        confirmed.append(one)
    return confirmed


async def settlements_of_hanbit(stage: Stage) -> None:
    """정산: 작성중, 발행요청 twice, 확인, 지급예정, and an accepted item nobody settled yet."""
    order, items = await paperwork.ready_order(
        stage,
        AMELA,
        HANBIT,
        "1월 네트워크 부품 발주",
        [
            Lot(goods.SPLITTER, 10),
            Lot(goods.ROUTER, 3, "LGX"),
            Lot(goods.TRANSPORT, 2),
            Lot(goods.MEMORY, 20, "MD1"),
            Lot(goods.DISK, 20, "MD1"),
            Lot(goods.FIREWALL, 2, "MD2"),
        ],
    )
    done = [await supply.delivered(stage, DOYUN, AMELA, item, f"FG{stage.today:%m%d}-") for item in items]
    await supply.settlement(stage, order, "1월 네트워크 부품 정산 5차", [done[4]])
    wished = "이번 달 말일자로 발행해 주세요."
    for number, row in ((1, done[0]), (2, done[1])):
        asked = await supply.settlement(stage, order, f"1월 네트워크 부품 정산 {number}차", [row], wished)
        await supply.issue_requested(stage, asked)
    known = await supply.settlement(stage, order, "1월 네트워크 부품 정산 3차", [done[2]], wished)
    await supply.acknowledged(stage, DOYUN, known)
    due = await supply.settlement(stage, order, "1월 네트워크 부품 정산 4차", [done[3]])
    await supply.settled(stage, DOYUN, due, stage.today)


async def settlements_of_others(stage: Stage) -> None:
    """지급완료 and 정산취소; 발행요청 of another company."""
    order, items = await _licences(stage)
    done = [await supply.delivered(stage, GAON_JUNG, YOUNG, item) for item in items]
    wrong = await supply.settlement(stage, order, "가상화 라이선스 정산 (오류)", [done[0]])
    await supply.issue_requested(stage, wrong)
    await supply.settlement_cancelled(stage, wrong, "정산 품목을 잘못 골랐습니다.")
    paid = await supply.settlement(stage, order, "가상화 라이선스 정산", [done[0]])
    await supply.paid(stage, GAON_JUNG, paid)
    asked = await supply.settlement(stage, order, "유지보수 2월분 정산", [done[1]], "매월 말일자로 발행해 주세요.")
    await supply.issue_requested(stage, asked)


async def _licences(stage: Stage) -> tuple[PurchaseOrder, Sequence[OrderItem]]:
    lots = [Lot(goods.LICENCE, 40, "당사지정장소"), Lot(goods.MAINTENANCE, 1, "당사지정장소")]
    return await paperwork.ready_order(stage, YOUNG, GAON, "가상화 라이선스 갱신 발주", lots)


CASES: tuple[Case, ...] = (
    # The longest first, so that the load does not end with one of them alone.
    settlements_of_hanbit,
    invoices.invoices,
    credits_open.credits_open,
    firewalls,
    inspected,
    changed,
    settlements_of_others,
    by_unit_price,
    in_instalments,
    refused_signatures,
    orders_that_wait,
    redraft,
    asked_by_deputy,
    to_be_signed,
    cancelled_contract,
    drafts_and_reviews,
)
