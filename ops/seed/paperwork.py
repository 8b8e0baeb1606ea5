"""The acts on contracts and orders that demo cases are made of."""

from collections.abc import Callable, Sequence
from typing import Any

from sqlmodel import Session, col

from models import clock
from models.contracts import queries as contract_queries
from models.contracts import writes as contracts
from models.contracts.kind import CONTRACT
from models.contracts.messages import Consent, RequestSeal, Sign
from models.contracts.tables import Contract
from models.orders import queries as order_queries
from models.orders import writes as orders
from models.orders.kind import ORDER
from models.orders.messages import Confirm, Draft, DraftItem, RequestConfirmation
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.messages import Actor, Reason
from ops.seed import goods
from ops.seed.goods import Lot
from ops.seed.stage import EVIDENCE, Stage, partner_of

FIRST_DELIVERY_DAYS = 14


async def contract(stage: Stage, buyer: str, firm: int, title: str, lots: Sequence[Lot], **more: Any) -> Contract:
    """A draft (계약); `more` as `goods.contract_draft`."""
    draft = goods.contract_draft(title, stage.company_id(firm), lots, stage.today, **more)
    like = (col(Contract.title) == title) & (col(Contract.revision) == 1)
    return await stage.made(buyer, Contract, like, lambda session, actor: contracts.create(session, actor, draft))


async def changed_contract(stage: Stage, buyer: str, before: Contract) -> Contract:
    """변경계약: the next version as a draft."""
    like = (col(Contract.number) == before.number) & (col(Contract.revision) == before.revision + 1)
    return await stage.made(
        buyer, Contract, like, lambda session, actor: contracts.start_change(session, actor, before.id or 0)
    )


async def edit_contract(stage: Stage, buyer: str, found: Contract, change: Callable[[Any], None]) -> None:
    """The draft edited once; a draft that was edited before is left alone."""

    def work(session: Session, actor: Actor) -> None:
        row = session.get_one(Contract, found.id)
        if row.edit_version == 1:
            draft = contracts.draft_of(session, row)
            change(draft)
            contracts.edit(session, actor, row.id or 0, draft)

    await stage.write(buyer, work)


async def review(stage: Stage, buyer: str, found: Contract) -> None:
    """초안검토요청, and its papers there to be read."""
    await stage.press(buyer, CONTRACT, found, "request_review")
    await _papers_ready(stage, found)


async def reviewed(stage: Stage, buyer: str, partner: str, found: Contract) -> None:
    await review(stage, buyer, found)
    await stage.press(partner, CONTRACT, found, "complete_review")


async def sealed(stage: Stage, buyer: str, partner: str, found: Contract) -> None:
    """날인요청 under the buyer's seal."""
    await reviewed(stage, buyer, partner, found)
    seal = await stage.seal(buyer)
    await stage.press(buyer, CONTRACT, found, "request_seal", RequestSeal(seal_file_id=seal, **EVIDENCE))


async def completed(stage: Stage, buyer: str, partner: str, found: Contract) -> None:
    """Signed by the partner, and the finished papers there to be downloaded."""
    await sealed(stage, buyer, partner, found)
    seal = await stage.seal(partner)
    papers = await stage.read(lambda session: contract_queries.papers(session, found.id or 0))
    consents = [Consent(paper_id=p.id or 0, agreed=True, seen_pages=p.draft_pages) for p in papers]
    payload = Sign(consents=consents, seal_file_id=seal, **EVIDENCE)
    await stage.press(partner, CONTRACT, found, "sign", payload)


async def say_no(stage: Stage, who: str, found: Contract, act: str, reason: str) -> None:
    """재작성요청, 서명거절, 계약종료, 계약취소: with the words of it."""
    await stage.press(who, CONTRACT, found, act, Reason(reason=reason))


async def _papers_ready(stage: Stage, found: Contract) -> None:
    def ready(session: Session) -> bool:
        row = session.get_one(Contract, found.id)
        # A played-again script comes by here with the contract long past its review.
        return row.papers_ready or row.status != "review_requested"

    await stage.until(f"the papers of {found.number}", ready)


async def order(
    stage: Stage, buyer: str, firm: int, title: str, lots: Sequence[Lot], under: Contract | None = None
) -> PurchaseOrder:
    """A draft (발주), of a completed contract's items or 「기타발주」."""
    wanted_on = stage.day(FIRST_DELIVERY_DAYS)

    def make(session: Session, actor: Actor) -> PurchaseOrder:
        draft = Draft(
            title=title,
            contract_id=under.id if under else None,
            company_id=stage.company_id(firm),
            order_date=stage.today,
            items=_lines(session, lots, under, wanted_on),
        )
        return orders.create(session, actor, draft, clock.now())

    like = (col(PurchaseOrder.title) == title) & (col(PurchaseOrder.revision) == 1)
    return await stage.made(buyer, PurchaseOrder, like, make)


def _lines(session: Session, lots: Sequence[Lot], under: Contract | None, wanted_on: Any) -> list[DraftItem]:
    if under is None:
        numbers = [f"PA{wanted_on:%Y%m%d}-{number:03d}" for number in range(1, len(lots) + 1)]
        return [lot.order_row(wanted_on, request_number=number) for lot, number in zip(lots, numbers, strict=True)]
    known = {item.name: item.id for item in order_queries.contract_items(session, under.id or 0)}
    return [lot.order_row(wanted_on, contract_item_id=known[lot.good.name]) for lot in lots]


async def changed_order(stage: Stage, buyer: str, before: PurchaseOrder, lots: Sequence[Lot]) -> PurchaseOrder:
    """변경발주: the next version, its draft asking for `lots` (same products, same order of lines)."""

    def make(session: Session, actor: Actor) -> PurchaseOrder:
        made = orders.change(session, actor, before.id or 0, clock.now())
        items = order_queries.items(session, made.id or 0)
        rows = [
            lot.order_row(stage.day(FIRST_DELIVERY_DAYS), previous_item_id=item.previous_item_id)
            for lot, item in zip(lots, items, strict=True)
        ]
        draft = Draft(title=made.title, order_date=stage.today, items=rows)
        return orders.edit(session, actor, made.id or 0, draft, made.edit_version)

    like = (col(PurchaseOrder.number) == before.number) & (col(PurchaseOrder.revision) == before.revision + 1)
    return await stage.made(buyer, PurchaseOrder, like, make)


async def sent(stage: Stage, buyer: str, found: PurchaseOrder) -> None:
    """발주확인요청, and its sheet there to be read."""
    await stage.press(buyer, ORDER, found, "request_confirmation", RequestConfirmation(**EVIDENCE))

    def ready(session: Session) -> bool:
        row = session.get_one(PurchaseOrder, found.id)
        return row.sheet_ready or row.status != "confirmation_requested"

    await stage.until(f"the sheet of {found.number}", ready)


async def confirmed(stage: Stage, buyer: str, partner: str, found: PurchaseOrder) -> Sequence[OrderItem]:
    """발주서확인; the items that can be planned from now on."""
    await sent(stage, buyer, found)
    seal = await stage.seal(partner)
    row = await stage.read(lambda session: session.get_one(PurchaseOrder, found.id))
    read = {"seen_pages": row.draft_pages, "sheet_sha256": row.draft_sha256}
    await stage.press(partner, ORDER, found, "confirm", Confirm(agreed=True, seal_file_id=seal, **read, **EVIDENCE))
    return await stage.read(lambda session: order_queries.items(session, found.id or 0))


async def order_no(stage: Stage, who: str, found: PurchaseOrder, act: str, reason: str) -> None:
    """발주확인거절, 발주취소: with the words of it."""
    await stage.press(who, ORDER, found, act, Reason(reason=reason))


async def ready_order(
    stage: Stage, buyer: str, firm: int, title: str, lots: Sequence[Lot], under: Contract | None = None
) -> tuple[PurchaseOrder, Sequence[OrderItem]]:
    """A confirmed order and its items."""
    found = await order(stage, buyer, firm, title, lots, under)
    return found, await confirmed(stage, buyer, partner_of(firm), found)
