"""What the buyer writes without a step: drafts of orders, and the next version of a confirmed one."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlmodel import Session, col

from models.contracts.rules import Type as ContractType
from models.contracts.tables import Contract, ContractItem
from models.kernel.refusals import FieldErrors, StaleDocument
from models.kernel.roles import Role
from models.members.queries import active_companies
from models.orders import queries, rules
from models.orders.kind import ORDER
from models.orders.messages import Draft, DraftItem
from models.orders.rules import EDITABLE, Form, Status
from models.orders.tables import OrderItem, PurchaseOrder
from models.orders.wording import OTHER_BASIS
from models.processes.messages import Actor
from models.processes.queries import locked_document
from models.processes.writes import audit, begin, lock_case, next_number

PREFIX = "PO"


@dataclass(frozen=True)
class _Source:
    """Where a draft's company, currency and settlement come from."""

    company_id: int
    company_name: str
    contract: Contract | None

    @property
    def basis(self) -> str:
        return self.contract.number if self.contract else OTHER_BASIS


def create(session: Session, actor: Actor, draft: Draft, now: dt.datetime) -> PurchaseOrder:
    """A numbered draft with its items, its process started. Raises FieldErrors and the order's refusals."""
    actor.must_hold(Role.BUYER)
    source = _source(session, actor, draft)
    number = next_number(session, PREFIX, now)
    order = PurchaseOrder(
        number=number,
        revision=1,
        form=Form.NEW,
        workflow_id=f"order/{number}/1",
        company_id=source.company_id,
        company_name=source.company_name,
        case_key=source.contract.case_key if source.contract else number,
        contract_id=source.contract.id if source.contract else None,
        contract_number=source.contract.number if source.contract else "",
        basis=source.basis,
        buyer_id=actor.member_id,
        buyer_name=actor.name,
        amount=0,
        vat=0,
        total=0,
        **_frame(actor, now),
        **_written(draft, source),
    )
    _save(session, order, _lines(session, order, draft, source))
    begin(session, ORDER, order)
    audit(session, actor, ORDER.key, order, "create")
    return order


def edit(session: Session, actor: Actor, order_id: int, draft: Draft, edit_version: int) -> PurchaseOrder:
    """Change a draft that nobody changed meanwhile. Raises StaleDocument, OrderNotEditable, FieldErrors."""
    actor.must_hold(Role.BUYER)
    order = locked_document(session, actor, PurchaseOrder, order_id)
    if order.status not in EDITABLE:
        raise rules.OrderNotEditable
    if order.edit_version != edit_version:
        raise StaleDocument(version=order.edit_version)
    kept = draft.model_copy(update={"contract_id": order.contract_id, "company_id": order.company_id})
    source = _source(session, actor, kept)
    for name, value in _written(kept, source).items():
        setattr(order, name, value)
    order.edit_version += 1
    lines = _lines(session, order, kept, source)
    session.execute(delete(OrderItem).where(col(OrderItem.purchase_order_id) == order.id))
    _save(session, order, lines)
    audit(session, actor, ORDER.key, order, "edit", {"edit_version": order.edit_version})
    return order


def change(session: Session, actor: Actor, order_id: int, now: dt.datetime) -> PurchaseOrder:
    """변경발주: the next version of a confirmed order, as a draft. Raises OrderNotChangeable."""
    actor.must_hold(Role.BUYER)
    before = locked_document(session, actor, PurchaseOrder, order_id)
    newest = queries.versions(session, actor, before.number)[-1]
    if before.status != Status.CONFIRMED or _is_open(newest, before):
        raise rules.OrderNotChangeable
    revision = newest.revision + 1
    kept = (
        "number company_id company_name case_key contract_id contract_number basis title currency amount vat"
        " total settlement_type evidence_type taxation note_to_partner"
    )
    order = PurchaseOrder(
        revision=revision,
        form=Form.CHANGE,
        workflow_id=f"order/{before.number}/{revision}",
        order_date=before.order_date,
        buyer_id=actor.member_id,
        buyer_name=actor.name,
        **{name: getattr(before, name) for name in kept.split()},
        **_frame(actor, now),
    )
    session.add(order)
    session.flush()
    for item in queries.items(session, order_id):
        copied = item.model_dump(exclude={"id", "purchase_order_id", "previous_item_id"})
        session.add(OrderItem(**copied, purchase_order_id=order.id or 0, previous_item_id=item.id))
    session.flush()
    begin(session, ORDER, order)
    audit(session, actor, ORDER.key, order, "create", {"from_revision": before.revision})
    return order


def _is_open(newest: PurchaseOrder, before: PurchaseOrder) -> bool:
    return newest.id != before.id and newest.status != Status.CANCELLED


def _frame(actor: Actor, now: dt.datetime) -> dict[str, Any]:
    """The process columns of a fresh draft."""
    return {
        "status": Status.DRAFTING,
        "turn": ORDER.rules.turn(Status.DRAFTING),
        "turn_member_id": actor.member_id,
        "status_since": now,
        "created_by": actor.member_id,
        "created_at": now,
    }


def _source(session: Session, actor: Actor, draft: Draft) -> _Source:
    if draft.contract_id is not None:
        contract = queries.contract_to_order(session, actor, draft.contract_id)
        if contract is None:
            raise rules.ContractNotCompleted
        return _Source(contract.company_id, contract.company_name, contract)
    for company in active_companies(session, actor):
        if company.id is not None and company.id == draft.company_id:
            return _Source(company.id, company.name, None)
    raise FieldErrors({"company_id": "공급사를 골라 주세요."})


def _written(draft: Draft, source: _Source) -> dict[str, Any]:
    """What the draft says of the order itself; amounts follow from the items."""
    return {
        "title": draft.title,
        "order_date": draft.order_date,
        "currency": source.contract.currency if source.contract else draft.currency,
        "settlement_type": source.contract.settlement_type if source.contract else draft.settlement_type,
        "evidence_type": draft.evidence_type,
        "taxation": draft.taxation,
        "note_to_partner": draft.note_to_partner,
    }


def _lines(session: Session, order: PurchaseOrder, draft: Draft, source: _Source) -> list[dict[str, Any]]:
    """The draft's items as columns, not yet priced. Raises FieldErrors, OverContract."""
    wanted = [item for item in draft.items if item.quantity > 0]
    _check_previous(session, order, wanted)
    if source.contract is None:
        _check_typed(draft.items)
        facts = [_typed(item) for item in wanted]
    else:
        facts = _from_contract(session, order, source.contract, wanted)
    if not facts:
        raise FieldErrors({"items-0-quantity": "수량을 넣은 품목이 하나는 있어야 합니다."})
    return [
        fact
        | {
            "position": position,
            "quantity": item.quantity,
            "previous_item_id": item.previous_item_id,
            "requested_on": item.requested_on,
            "requested_place": item.requested_place,
            "product_key": rules.product_key(fact["name"], fact["spec"]),
        }
        for position, (fact, item) in enumerate(zip(facts, wanted, strict=True), start=1)
    ]


def _check_previous(session: Session, order: PurchaseOrder, wanted: Sequence[DraftItem]) -> None:
    """An item follows one of an earlier version of its own order, and alone: the rounds go with it."""
    named = [item.previous_item_id for item in wanted if item.previous_item_id is not None]
    if not named:
        return
    own = (
        select(col(OrderItem.id))
        .join(PurchaseOrder, col(PurchaseOrder.id) == col(OrderItem.purchase_order_id))
        .where(col(PurchaseOrder.number) == order.number, col(PurchaseOrder.revision) < order.revision)
    )
    if len(set(named)) < len(named) or set(named) - set(session.execute(own).scalars()):
        raise FieldErrors({"items-0-quantity": "이전 버전의 품목과 맞지 않습니다. 화면을 새로 고쳐 주세요."})


def _check_typed(items: Sequence[DraftItem]) -> None:
    errors: dict[str, str] = {}
    for index, item in enumerate(items):
        if item.quantity > 0 and not item.name:
            errors[f"items-{index}-name"] = "품목명을 입력해 주세요."
        if item.name and item.quantity < 1:
            errors[f"items-{index}-quantity"] = "수량을 1 이상 입력해 주세요."
    if errors:
        raise FieldErrors(errors)


def _typed(item: DraftItem) -> dict[str, Any]:
    return item.model_dump(include={"category", "name", "spec", "unit", "unit_price", "needs_serial", "request_number"})


def _from_contract(
    session: Session, order: PurchaseOrder, contract: Contract, wanted: Sequence[DraftItem]
) -> list[dict[str, Any]]:
    # Two buyers ordering from one contract at once count each other's pieces.
    lock_case(session, f"contract-quantity/{contract.number}")
    known = {item.id: item for item in queries.contract_items(session, contract.id or 0)}
    ordered = queries.ordered_of_contract(session, contract.number, but=order.number)
    facts = []
    for line in wanted:
        item = known.get(line.contract_item_id)
        if item is None:
            raise FieldErrors({"items-0-quantity": "계약에 없는 품목이 있습니다. 화면을 새로 고쳐 주세요."})
        if contract.contract_type == ContractType.GENERAL:
            key = (item.name, item.spec)
            rules.check_within_contract(item.name, line.quantity, item.quantity, ordered.get(key, 0))
            # The same item twice in one draft counts twice.
            ordered[key] = ordered.get(key, 0) + line.quantity
        facts.append(_contracted(item))
    return facts


def _contracted(item: ContractItem) -> dict[str, Any]:
    kept = {"category", "name", "spec", "unit", "unit_price", "needs_serial", "request_number"}
    return item.model_dump(include=kept | {"request_item_id"}) | {"contract_item_id": item.id}


def _save(session: Session, order: PurchaseOrder, lines: Sequence[dict[str, Any]]) -> None:
    """Order and items with their amounts."""
    priced = rules.priced(((line["quantity"], line["unit_price"]) for line in lines), order.taxation)
    order.amount, order.vat, order.total = priced.sum.supply, priced.sum.tax, priced.sum.total
    session.add(order)
    session.flush()
    for line, taxed in zip(lines, priced.lines, strict=True):
        session.add(
            OrderItem(
                purchase_order_id=order.id or 0,
                company_id=order.company_id,
                amount=taxed.supply,
                vat=taxed.tax,
                **line,
            )
        )
    session.flush()
