"""A completed contract with its people, and acts pressed on the chain that follows from it."""

import datetime as dt
import uuid
from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pypdfium2
from temporalio.exceptions import ApplicationError

from activities import deliveries, inspections, orders
from activities.documents.seals import default_seal
from activities.recording import DomainSteps, Recorder
from models import clock, database
from models.contracts.tables import Contract, ContractItem
from models.deliveries.messages import Plan, PlanRow
from models.deliveries.tables import DeliveryRound
from models.deliveries.writes import save, write_serials
from models.files.rules import SEAL
from models.files.writes import stage
from models.kernel.refusals import Refusal, StaleDocument, rebuild
from models.kernel.roles import Role
from models.members.tables import Company, Member
from models.orders.messages import Draft, DraftItem
from models.orders.tables import OrderItem, PurchaseOrder
from models.orders.writes import create
from models.processes import writes
from models.processes.kinds import Kind
from models.processes.messages import Actor, Job, Outcome, Step
from models.processes.queries import visible_document
from tests import factories
from web.acts import Wish

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
TODAY = dt.date(2026, 2, 9)
DOMAINS: Mapping[str, DomainSteps] = {
    domain.kind.key: domain for domain in (orders.STEPS, deliveries.STEPS, inspections.STEPS)
}


class World:
    """One buyer, one receiver, one company with two contacts, one completed contract of two items."""

    def __init__(self) -> None:
        with database.working() as session:
            self.company: Company = factories.company(session)
            self.buyer: Member = factories.member(session, "차지애", Role.BUYER)
            self.receiver: Member = factories.member(session, "이입고", Role.RECEIVER)
            self.inspector: Member = factories.member(session, "박검수", Role.INSPECTOR)
            self.partner: Member = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=self.company)
            self.second: Member = factories.member(session, "한유진", of=self.company)
            self.contract: Contract = factories.contract(session, self.company, self.buyer, "completed", turn=None)
            self.items = [
                self._item(session, 1, "FG-1100E", 50, 10_005, needs_serial=True),
                self._item(session, 2, "설치", 3, 7, needs_serial=False),
            ]
        self.recorder = Recorder(DOMAINS)
        self.ids = 0

    def _item(self, session: Any, position: int, name: str, quantity: int, price: int, **more: Any) -> ContractItem:
        item = ContractItem(
            contract_id=self.contract.id or 0,
            company_id=self.company.id or 0,
            position=position,
            category="방화벽",
            name=name,
            spec="10GHz",
            quantity=quantity,
            unit_price=price,
            amount=quantity * price,
            request_number="PX20260105-002",
            request_item_id=100_888,
            **more,
        )
        session.add(item)
        session.flush()
        return item

    def actor(self, person: Member) -> Actor:
        return factories.actor(person, self.company if person.company_id else None)

    def draft(self, *quantities: int, **more: Any) -> Draft:
        rows = [
            DraftItem(contract_item_id=item.id, quantity=quantity, requested_place="GS1")
            for item, quantity in zip(self.items, quantities, strict=False)
        ]
        facts: dict[str, Any] = {"title": "방화벽 1차", "order_date": TODAY, "contract_id": self.contract.id}
        return Draft(**(facts | {"items": rows} | more))

    def order(self, *quantities: int) -> PurchaseOrder:
        """A draft from the contract."""
        actor = self.actor(self.buyer)
        with clock.set_to(NOW), database.writing(actor) as session:
            return create(session, actor, self.draft(*quantities), NOW)

    def confirmed(self, *quantities: int) -> PurchaseOrder:
        """An order whose items are open for delivery planning."""
        order = self.order(*quantities)
        self.press(self.buyer, order, "request_confirmation")
        self.job("build_order_sheet", order)
        fresh = self.fresh(order)
        self.press(self.partner, order, "confirm", agreed=True, seen_pages=fresh.draft_pages, seal_file_id=self.seal())
        done: PurchaseOrder = self.fresh(order)
        return done

    def seal(self, person: Member | None = None) -> int:
        """An upload that can be a seal."""
        actor = self.actor(person or self.partner)
        with database.writing(actor) as session:
            image = default_seal("한빛네트웍스")
            file = stage(session, actor.member_id, actor.company_id, "seal.png", image, SEAL)
            return file.id or 0

    def press(self, person: Member, document: Any, act: str, at: dt.datetime = NOW, **payload: Any) -> Outcome:
        """One act as the workflow would record it. Raises the refusal."""
        kind = kind_of(document)
        wish = Wish(
            rules=kind.rules,
            table=kind.table,
            document_id=document.id,
            act=act,
            payload=kind.payload(act).model_validate(payload),
            request_id=uuid.uuid4(),
            expected_version=None,
        )
        return self.wished(self.actor(person), wish, at)

    def wished(self, actor: Actor, wish: Wish, at: dt.datetime = NOW) -> Outcome:
        """What web's submit does, without the engine: keep the command, record the step, note a refusal."""
        with database.writing(actor) as session:
            found = visible_document(session, actor, wish.table, wish.document_id)
            command = writes.insert_command(session, actor, found, press_of(wish, found))
            request_id = command.request_id
        try:
            return self._record(actor, found, wish, request_id, at)
        except Refusal as refusal:
            with database.writing(actor) as session:
                writes.settle_command(session, request_id, refusal, at)
            raise

    def _record(self, actor: Actor, found: Any, wish: Wish, request_id: uuid.UUID, at: dt.datetime) -> Outcome:
        if wish.expected_version is not None and wish.expected_version != found.version:
            raise StaleDocument(version=found.version)
        step = Step(
            workflow_id=found.workflow_id,
            kind=wish.rules.kind,
            document_id=found.id,
            step=found.step + 1,
            act=wish.act,
            status=found.status,
            targets=list(wish.rules.next_status(found.status, wish.act, actor.every_role)),
            version=found.version,
            at=at,
            request_id=str(request_id),
        )
        try:
            return self.recorder.record_step(step)
        except ApplicationError as error:
            raise refusal_of(error) from error

    def next_id(self) -> int:
        """A number no other form of this test has."""
        self.ids += 1
        return self.ids

    def job(self, name: str, order: PurchaseOrder) -> None:
        jobs = {made.__name__: made for made in orders.JOBS}
        jobs[name](Job(workflow_id=order.workflow_id, kind="order", document_id=order.id or 0, job=name, at=NOW))

    def fresh(self, document: Any) -> Any:
        with database.working() as session:
            return session.get_one(type(document), document.id)

    def order_items(self, order: PurchaseOrder) -> list[OrderItem]:
        from models.orders.queries import items

        with database.working() as session:
            return list(items(session, order.id or 0))

    def plan(self, person: Member, *rows: PlanRow) -> int:
        """「저장」."""
        actor = self.actor(person)
        with clock.set_to(NOW), database.writing(actor) as session:
            return save(session, actor, Plan(rows=list(rows)), NOW)

    def rounds(self) -> list[DeliveryRound]:
        from sqlalchemy import select
        from sqlmodel import col

        with database.working() as session:
            return list(session.execute(select(DeliveryRound).order_by(col(DeliveryRound.id))).scalars())

    def serials(self, person: Member, lists: Mapping[int, list[str]]) -> None:
        actor = self.actor(person)
        with database.writing(actor) as session:
            write_serials(session, actor, lists)


def row(item: OrderItem, quantity: int, day: int = 20, **more: Any) -> PlanRow:
    """A new round on a day of February 2026."""
    facts: dict[str, Any] = {"planned_on": dt.date(2026, 2, day), "place": "GS1", "quantity": quantity}
    return PlanRow(item_id=item.id or 0, **(facts | more))


def press_of(wish: Wish, found: Any) -> writes.Press:
    roles = frozenset(move.roles for move in wish.rules.moves if (move.status, move.act) == (found.status, wish.act))
    permitted = next(iter(roles), frozenset())
    body = wish.payload.model_dump(mode="json") if wish.payload else {}
    return writes.Press(
        wish.rules.kind, wish.act, wish.request_id, body, permitted, wish.expected_version, wish.batch_id
    )


def kind_of(document: Any) -> Kind:
    return next(domain.kind for domain in DOMAINS.values() if isinstance(document, domain.kind.table))


def refusal_of(error: ApplicationError) -> Refusal:
    detail = error.details[0] if error.details else {}
    return rebuild(error.type or "refused", detail)


def text_of(pdf: bytes) -> str:
    """The words of a PDF, page after page."""
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)
