"""Contracts and orders of the past as rows, from draft to their end."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from models.contracts import papers
from models.contracts.kind import CONTRACT
from models.contracts.rules import Form, SettlementType, Type
from models.contracts.rules import Status as ContractStatus
from models.contracts.tables import Contract, ContractItem, ContractPaper
from models.kernel.calendar import local_date
from models.members.wording import staff_label
from models.orders.kind import ORDER
from models.orders.rules import EvidenceType, priced
from models.orders.rules import Form as OrderForm
from models.orders.rules import Status as OrderStatus
from models.orders.tables import OrderItem, PurchaseOrder
from models.orders.wording import OTHER_BASIS
from models.processes.kinds import Kind
from models.processes.messages import Actor
from ops.seed import people
from ops.seed.chronicle import Chronicle, Pen
from ops.seed.goods import Lot
from ops.seed.stage import partner_of

REDRAFTED = 0.2
"""Share of the drafts that are sent back once."""
CANCELLED = 0.6
"""Share of the given-up contracts that were cancelled before a signature was asked for."""
PAYMENT_TERMS = "검수 완료 후 다음 달 15일 (휴일이면 다음 영업일)"


@dataclass(frozen=True)
class Deal:
    """Who deals with whom about what: a firm by its place, its contact and the buyer by log-in."""

    firm: int
    buyer: str
    contact: str
    title: str
    lots: tuple[Lot, ...]


def frame(kind: Kind, at: dt.datetime, by: Actor, company_id: int, **place: str) -> dict[str, Any]:
    """The process columns of a document that begins; `place`: workflow_id, case_key."""
    turn = kind.rules.turn(kind.rules.initial)
    return {
        "company_id": company_id,
        "status": str(kind.rules.initial),
        "turn": turn.value if turn else None,
        "status_since": at,
        "created_at": at,
        "created_by": by.member_id,
        **place,
    }


def company_of(chronicle: Chronicle, firm: int) -> int:
    """Id of a firm."""
    return chronicle.cast[partner_of(firm)].company_id or 0


def contract(chronicle: Chronicle, deal: Deal, at: dt.datetime) -> tuple[Contract, Pen]:
    """A draft (계약) with its items and papers."""
    buyer = chronicle.cast[deal.buyer]
    number = chronicle.number("CR", at)
    company_id = company_of(chronicle, deal.firm)
    signed_on = local_date(at)
    made = Contract(
        **frame(CONTRACT, at, buyer, company_id, workflow_id=f"contract/{number}/1", case_key=number),
        number=number,
        form=Form.NEW.value,
        contract_type=Type.GENERAL.value,
        title=deal.title,
        company_name=people.FIRMS[deal.firm].name,
        contract_date=signed_on,
        starts_on=signed_on,
        ends_on=signed_on + dt.timedelta(days=90),
        amount=sum(lot.quantity * lot.good.price for lot in deal.lots),
        payment_terms=PAYMENT_TERMS,
        settlement_type=SettlementType.BY_INSPECTION.value,
        buyer_id=buyer.member_id,
        buyer_name=staff_label(deal.buyer, buyer.name),
        partner_contact=chronicle.cast[deal.contact].name,
        turn_member_id=buyer.member_id,
        edited_at=at,
    )
    pen = chronicle.add(made, CONTRACT)
    _contract_rows(chronicle, made, deal)
    return made, pen


def _contract_rows(chronicle: Chronicle, made: Contract, deal: Deal) -> None:
    place: dict[str, Any] = {"contract_id": made.id, "company_id": made.company_id}
    for position, lot in enumerate(deal.lots):
        facts = lot.contract_row(made.contract_date + dt.timedelta(days=21)).model_dump()
        facts["amount"] = lot.quantity * lot.good.price
        chronicle.session.add(ContractItem(**place, position=position, **facts))
    for position, paper in enumerate(papers.standard()):
        clauses = papers.clauses_of(paper.text)
        chronicle.session.add(
            ContractPaper(**place, position=position, template=paper.key, title=paper.title, clauses=clauses)
        )


def reviewing(made: Contract, pen: Pen, at: dt.datetime, by: Actor) -> None:
    """초안검토요청."""
    made.review_round += 1
    made.review_requested_at = at
    pen.act("request_review", ContractStatus.REVIEW_REQUESTED, at, by, detail={"round": made.review_round})


def signed(chronicle: Chronicle, made: Contract, pen: Pen, deal: Deal) -> dt.datetime:
    """From draft to 완료; when it was signed."""
    buyer, partner = chronicle.cast[deal.buyer], chronicle.cast[deal.contact]
    at = chronicle.later(made.created_at, 0.2, 6)
    reviewing(made, pen, at, buyer)
    at = chronicle.later(at, 0.5, 9)
    if chronicle.random.random() < REDRAFTED:
        pen.act("request_redraft", ContractStatus.REDRAFT_REQUESTED, at, partner, reason="납품 장소를 확인해 주세요.")
        at = chronicle.later(at, 1, 20)
        reviewing(made, pen, at, buyer)
        at = chronicle.later(at, 0.3, 5)
    made.reviewed_at = at
    pen.act("complete_review", ContractStatus.REVIEWED, at, partner)
    at = made.seal_requested_at = chronicle.later(at, 0.3, 8)
    pen.act("request_seal", ContractStatus.SEAL_REQUESTED, at, buyer)
    at = made.completed_at = chronicle.later(at, 0.5, 30)
    pen.act("sign", ContractStatus.COMPLETED, at, partner)
    return at


def given_up(chronicle: Chronicle, made: Contract, pen: Pen, deal: Deal, reason: str) -> None:
    """계약취소 while it was reviewed, or 계약종료 after a refused signature."""
    buyer, partner = chronicle.cast[deal.buyer], chronicle.cast[deal.contact]
    at = chronicle.later(made.created_at, 0.2, 6)
    reviewing(made, pen, at, buyer)
    at = chronicle.later(at, 0.5, 9)
    if chronicle.random.random() < CANCELLED:
        pen.act("cancel", ContractStatus.CANCELLED, at, buyer, reason=reason)
        return
    made.reviewed_at = at
    pen.act("complete_review", ContractStatus.REVIEWED, at, partner)
    at = made.seal_requested_at = chronicle.later(at, 0.3, 8)
    pen.act("request_seal", ContractStatus.SEAL_REQUESTED, at, buyer)
    at = chronicle.later(at, 0.5, 30)
    pen.act("refuse_signature", ContractStatus.SIGN_REFUSED, at, partner, reason="단가를 맞출 수 없습니다.")
    at = chronicle.later(at, 0.5, 20)
    pen.act("end", ContractStatus.ENDED, at, buyer, reason="다른 공급사와 다시 진행합니다.")


def order(chronicle: Chronicle, deal: Deal, at: dt.datetime, under: Contract | None) -> tuple[PurchaseOrder, Pen]:
    """A draft (발주) with its items."""
    buyer = chronicle.cast[deal.buyer]
    number = chronicle.number("PO", at)
    case = under.case_key if under else number
    amounts = priced((lot.quantity, lot.good.price) for lot in deal.lots)
    made = PurchaseOrder(
        **frame(ORDER, at, buyer, company_of(chronicle, deal.firm), workflow_id=f"order/{number}/1", case_key=case),
        number=number,
        form=OrderForm.NEW.value,
        title=deal.title,
        company_name=people.FIRMS[deal.firm].name,
        contract_id=under.id if under else None,
        contract_number=under.number if under else "",
        basis=under.number if under else OTHER_BASIS,
        order_date=local_date(at),
        amount=amounts.sum.supply,
        vat=amounts.sum.tax,
        total=amounts.sum.total,
        settlement_type=SettlementType.BY_INSPECTION.value,
        evidence_type=EvidenceType.TAX_INVOICE_AUTO.value,
        buyer_id=buyer.member_id,
        buyer_name=buyer.name,
        turn_member_id=buyer.member_id,
    )
    return made, chronicle.add(made, ORDER)


def order_items(
    chronicle: Chronicle, made: PurchaseOrder, deal: Deal, contracted: Sequence[ContractItem]
) -> list[OrderItem]:
    """The lines of an order; of a contract's items where it has one."""
    known = {item.name: item.id for item in contracted}
    rows = []
    amounts = priced((lot.quantity, lot.good.price) for lot in deal.lots)
    wanted_on = made.order_date + dt.timedelta(days=14)
    for position, (lot, taxed) in enumerate(zip(deal.lots, amounts.lines, strict=True), start=1):
        facts = lot.order_row(
            wanted_on,
            contract_item_id=known.get(lot.good.name),
            request_number=f"PA{made.order_date:%Y%m%d}-{position:03d}",
        ).model_dump()
        rows.append(
            OrderItem(
                purchase_order_id=made.id or 0,
                company_id=made.company_id,
                position=position,
                product_key=lot.good.product,
                amount=taxed.supply,
                vat=taxed.tax,
                **facts,
            )
        )
    chronicle.session.add_all(rows)
    chronicle.session.flush()
    return rows


def asked(chronicle: Chronicle, made: PurchaseOrder, pen: Pen, deal: Deal) -> dt.datetime:
    """발주확인요청; when."""
    at = made.requested_at = chronicle.later(made.created_at, 0.1, 3)
    made.turn_member_id = None
    pen.act("request_confirmation", OrderStatus.CONFIRMATION_REQUESTED, at, chronicle.cast[deal.buyer])
    return at


def agreed(chronicle: Chronicle, made: PurchaseOrder, pen: Pen, deal: Deal) -> dt.datetime:
    """From draft to 완료; when it was confirmed."""
    at = made.confirmed_at = chronicle.later(asked(chronicle, made, pen, deal), 0.3, 9)
    pen.act("confirm", OrderStatus.CONFIRMED, at, chronicle.cast[deal.contact])
    return at
