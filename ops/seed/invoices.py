"""The demo's tax invoices: drafted, asked for at the hub, given up; and settlements whose invoice is taken back."""

import datetime as dt

from sqlmodel import Session, col

from models import clock
from models.processes.messages import Actor, Reason
from models.settlements.kind import SETTLEMENT
from models.settlements.tables import Settlement
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.writes import draft_from_settlement
from ops.seed import goods, paperwork, supply
from ops.seed.goods import Lot
from ops.seed.stage import AMELA, DAEUN, HANBIT, Stage, partner_of

DOYUN = partner_of(HANBIT)
TITLE = "2월 서버 부품"


async def invoices(stage: Stage) -> None:
    """세금계산서: 작성중, 발급대기 (접수중 while no hub answers), 작성취소. 정산: 취소요청, 취소요청확인."""
    order, items = await paperwork.ready_order(
        stage,
        AMELA,
        HANBIT,
        f"{TITLE} 발주",
        [
            Lot(goods.MEMORY, 8, "MD1"),
            Lot(goods.DISK, 12, "MD1"),
            Lot(goods.SPLITTER, 4),
            Lot(goods.MEMORY, 4, "OFC"),
            Lot(goods.DISK, 6, "OFC"),
        ],
    )
    done = [await supply.delivered(stage, DOYUN, AMELA, item, f"TX{stage.today:%m%d}-") for item in items]
    made = [
        await supply.settlement(stage, order, f"{TITLE} 정산 {number}차", [row]) for number, row in enumerate(done, 1)
    ]
    for one in made[:3]:
        await supply.acknowledged(stage, DOYUN, one)
    await invoice(stage, made[0])
    asked = await invoice(stage, made[1])
    await stage.press(DAEUN, TAX_INVOICE, asked, "request")
    given_up = await invoice(stage, made[2])
    await stage.press(DAEUN, TAX_INVOICE, given_up, "cancel")
    for one, reason in ((made[3], "단가를 잘못 적용했습니다."), (made[4], "납품 수량을 다시 확인합니다.")):
        await supply.settled(stage, DOYUN, one, stage.today)
        await stage.press(DAEUN, SETTLEMENT, one, "request_cancel", Reason(reason=reason))
    await stage.press(DOYUN, SETTLEMENT, made[4], "confirm_cancel")


async def invoice(stage: Stage, of: Settlement, written_on: dt.date | None = None) -> TaxInvoice:
    """A draft of the settlement's invoice."""

    def make(session: Session, actor: Actor) -> TaxInvoice:
        return draft_from_settlement(session, actor, of.id or 0, written_on or stage.today, clock.now())

    return await stage.made(DAEUN, TaxInvoice, col(TaxInvoice.settlement_id) == of.id, make)
