"""A confirmed order with received items, the people who inspect and settle, and acts pressed as the process does."""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any, TypeVar

import holidays
from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities import inspections, settlements
from activities.recording import DomainSteps, Recorder
from models import clock, database
from models.deliveries.tables import DeliveryRound, Receipt
from models.inspections.tables import Inspection
from models.kernel.refusals import Refusal, rebuild
from models.kernel.roles import Role
from models.kernel.vat import taxed_lines, taxed_sum
from models.members.tables import Company, Member
from models.orders.tables import OrderItem, PurchaseOrder
from models.processes.kinds import Kind
from models.processes.messages import Actor, Job, Outcome, Step, command_payload
from models.processes.tables import Holiday, ProcessColumns
from models.processes.writes import Press, insert_command
from models.settlements.messages import Draft
from models.settlements.tables import Settlement
from models.settlements.writes import create
from tests import factories

AT = factories.NOW + dt.timedelta(hours=1)
APPROVAL = "202602101234567890123456"
PRICES = (16_666, 9_999, 55)
"""Of one piece each; VAT is cut per line: 1,666 + 999 + 5."""
_serial = itertools.count(1)
Row = TypeVar("Row", bound=ProcessColumns)


class World:
    """One company and one order of three items, each received in one piece and waiting to be inspected."""

    def __init__(self, evidence: str = "tax_invoice_auto", prices: tuple[int, ...] = PRICES) -> None:
        with database.working() as session:
            self.company = factories.company(session)
            buyer = factories.member(session, "차지애", Role.BUYER)
            inspector = factories.member(session, "박검수", Role.INSPECTOR)
            officer = factories.member(session, "이정산", Role.SETTLEMENT)
            owner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=self.company)
            for day, name in holidays.country_holidays("KR", years=range(2025, 2029)).items():
                session.merge(Holiday(day=day, name=name))
            self.order = order(session, self.company, buyer, evidence, prices)
            self.inspections = [
                inspection(session, self.order, price, number) for number, price in enumerate(prices, start=1)
            ]
        self.inspector = factories.actor(inspector)
        self.officer = factories.actor(officer)
        partner = factories.actor(owner, self.company)
        self.partner = partner.model_copy(update={"roles": partner.roles | {Role.PARTNER}})
        self.recorder = Recorder({"inspection": inspections.STEPS, "settlement": settlements.STEPS})
        self.jobs: dict[str, Callable[[Job], None]] = {made.__name__: made for made in settlements.JOBS}
        self.minutes = 0

    @property
    def ids(self) -> list[int]:
        return [row.id or 0 for row in self.inspections]

    def accept_all(self) -> None:
        for row in self.inspections:
            self.press(self.inspector, row, "accept")

    def new_draft(self, *ids: int, **more: Any) -> Draft:
        facts = {"title": "2월 정산", "inspections": list(ids or self.ids)}
        return Draft.model_validate(facts | more)

    def draft(self, *ids: int, **more: Any) -> Settlement:
        with clock.set_to(AT), database.writing(self.officer) as session:
            return create(session, self.officer, self.order.id or 0, self.new_draft(*ids, **more), AT)

    def settlement(self, *ids: int) -> Settlement:
        """Inspected, drafted, requested, acknowledged."""
        made = self.draft(*ids)
        self.press(self.officer, made, "request_issue")
        self.press(self.partner, made, "acknowledge")
        return made

    def steps_of(self, row: ProcessColumns) -> DomainSteps:
        return inspections.STEPS if isinstance(row, Inspection) else settlements.STEPS

    def read(self, row: Row) -> Row:
        """The row as it is now."""
        return self.load(type(row), row.id)

    def load(self, table: type[Row], row_id: int | None) -> Row:
        with database.working() as session:
            return session.get_one(table, row_id)

    def press(
        self, actor: Actor, row: ProcessColumns, act: str, at: dt.datetime | None = None, **payload: Any
    ) -> Outcome:
        """The act as a command, and its step recorded. Raises the refusal."""
        self.minutes += 1
        kind = self.steps_of(row).kind
        found = self.read(row)
        move = kind.rules.move(found.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(kind.payload(act).model_validate(payload))
        with database.writing(actor) as session:
            press = Press(kind.key, act, request_id, kept, move.roles, found.version)
            insert_command(session, actor, found, press)
        return self.record(kind, found, act, at, request_id)

    def record(
        self,
        kind: Kind,
        found: ProcessColumns,
        act: str,
        at: dt.datetime | None = None,
        request_id: uuid.UUID | None = None,
    ) -> Outcome:
        """The step itself; without a request id it is the machine's. Raises the refusal."""
        step = Step(
            workflow_id=found.workflow_id,
            kind=kind.key,
            document_id=found.id or 0,
            step=found.step + 1,
            act=act,
            status=found.status,
            targets=list(kind.rules.move(found.status, act).to),
            version=found.version,
            at=at or AT + dt.timedelta(minutes=self.minutes),
            request_id=str(request_id) if request_id else None,
        )
        try:
            outcome = self.recorder.record_step(step)
        except ApplicationError as error:
            raise refusal_of(error) from error
        for job in outcome.jobs:
            asked = Job(workflow_id="", kind=kind.key, document_id=found.id or 0, job=job, at=step.at)
            self.jobs[job](asked)
        return outcome

    def schedule(self, row: Settlement, at: dt.datetime | None = None) -> Outcome:
        """The machine's step after 정산완료."""
        return self.record(settlements.STEPS.kind, self.read(row), "schedule_payment", at)


def refusal_of(error: ApplicationError) -> Refusal:
    return rebuild(error.type or "", error.details[0] if error.details else {})


def order(session: Session, of: Company, buyer: Member, evidence: str, prices: tuple[int, ...]) -> PurchaseOrder:
    number = f"PO20260201-{next(_serial):03d}"
    sums = taxed_sum(taxed_lines(prices))
    made = PurchaseOrder(
        workflow_id=f"order/{number}/1",
        company_id=of.id or 0,
        case_key="CR20260120-001",
        status="confirmed",
        turn=None,
        status_since=factories.NOW,
        created_by=buyer.id or 0,
        created_at=factories.NOW,
        number=number,
        form="new",
        title="총무서버 구매",
        company_name=of.name,
        basis="CR20260120-001",
        order_date=dt.date(2026, 2, 1),
        amount=sums.supply,
        vat=sums.tax,
        total=sums.total,
        settlement_type="by_inspection",
        evidence_type=evidence,
        buyer_id=buyer.id or 0,
        buyer_name=buyer.name,
        requested_at=factories.NOW,
        confirmed_at=factories.NOW,
    )
    session.add(made)
    session.flush()
    return made


def inspection(session: Session, of: PurchaseOrder, price: int, number: int) -> Inspection:
    """One piece of an item of its own, received and waiting."""
    place: dict[str, Any] = {"company_id": of.company_id, "order_item_id": 0}
    name = f"총무서버 {number}"
    item = OrderItem(
        purchase_order_id=of.id or 0,
        company_id=of.company_id,
        position=number,
        name=name,
        product_key=name,
        quantity=1,
        unit_price=price,
        amount=price,
        vat=price // 10,
    )
    session.add(item)
    session.flush()
    place["order_item_id"] = item.id or 0
    delivered = DeliveryRound(
        **place,
        **_frame(f"delivery/{item.id}/1", "received", None),
        case_key=of.case_key,
        purchase_order_id=of.id or 0,
        order_number=of.number,
        item_name=name,
        company_name=of.company_name,
        buyer_id=of.buyer_id,
        round_no=1,
        planned_on=dt.date(2026, 2, 6),
        place="GS1",
        quantity=1,
        received_quantity=1,
    )
    session.add(delivered)
    session.flush()
    receipt = Receipt(
        **place,
        delivery_round_id=delivered.id or 0,
        quantity=1,
        received_on=dt.date(2026, 2, 6),
        receiver_id=of.buyer_id,
        receiver_name="최입고",
        created_at=factories.NOW,
    )
    session.add(receipt)
    session.flush()
    made = Inspection(
        **place,
        **_frame(f"inspection/{receipt.id}", "waiting", "inspector"),
        case_key=of.case_key,
        receipt_id=receipt.id or 0,
        delivery_round_id=delivered.id or 0,
        purchase_order_id=of.id or 0,
        order_number=of.number,
        round_no=1,
        company_name=of.company_name,
        item_name=name,
        unit="EA",
        quantity=1,
        unit_price=price,
        amount=price,
        received_on=dt.date(2026, 2, 6),
        place="GS1",
    )
    session.add(made)
    session.flush()
    return made


def _frame(workflow_id: str, status: str, turn: str | None) -> dict[str, Any]:
    return {
        "workflow_id": workflow_id,
        "status": status,
        "turn": turn,
        "status_since": factories.NOW,
        "created_by": 1,
        "created_at": factories.NOW,
    }
