"""A settlement the partner acknowledged, its invoice, a hub of paper, and acts pressed as the process does."""

import datetime as dt
import uuid
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from activities import inspections, settlements, tax_invoices
from activities.recording import Recorder
from activities.tax_hub import Hub
from models import clock, database
from models.kernel.roles import Role
from models.members.tables import Company
from models.notifications.tables import Notification
from models.processes.kinds import Kind
from models.processes.messages import Actor, Outcome, ProcessStart, command_payload
from models.processes.tables import Command, Outbox, ProcessColumns
from models.processes.writes import Press, insert_command
from models.settlements.kind import SETTLEMENT
from models.settlements.tables import Settlement
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import HubNews
from models.tax_invoices.tables import TaxInvoice
from models.tax_invoices.writes import draft_from_settlement
from tests import factories
from tests.etax import papers
from tests.settlements import world as settlement_world
from tests.stepping import Stepping
from tests.tax_invoices.paper_hub import PaperHub

AT = settlement_world.AT
TODAY = dt.date(2026, 2, 9)


class World(Stepping, settlement_world.World):
    """As of settlements; the company can be invoiced, and the hub is of paper."""

    def __init__(self, evidence: str = "tax_invoice_auto", prices: tuple[int, ...] = settlement_world.PRICES) -> None:
        super().__init__(evidence, prices)
        with database.working() as session:
            company = session.get_one(Company, self.company.id)
            company.business_number = papers.SUPPLIER_NUMBER
            company.representative, company.address = "김한빛", "서울특별시 강남구 테헤란로 1"
            company.business_type, company.business_item = "도매 및 소매업", "컴퓨터 및 주변장치"
            self.admin = factories.member(session, "강관리", Role.ADMIN)
        self.accept_all()
        self.recorder = Recorder(
            {"inspection": inspections.STEPS, "settlement": settlements.STEPS, "tax_invoice": tax_invoices.STEPS}
        )
        self.known_jobs = (*settlements.JOBS, *tax_invoices.JOBS)
        self.hub = PaperHub()
        self.house = Hub(lambda: self.hub, lambda: [papers.authority().certificate])
        self.now = AT

    def draft_invoice(self, settlement: Settlement | None = None, written_on: dt.date = TODAY) -> TaxInvoice:
        of = settlement or self.settlement()
        with database.writing(self.officer) as session:
            return draft_from_settlement(session, self.officer, of.id or 0, written_on, self.now)

    def do(self, actor: Actor, row: TaxInvoice, act: str, **payload: Any) -> Outcome:
        """The act as a command, its step and its jobs. Raises the refusal."""
        found = self.read(row)
        move = TAX_INVOICE.rules.move(found.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(TAX_INVOICE.payload(act).model_validate(payload))
        with database.writing(actor) as session:
            insert_command(session, actor, found, Press(TAX_INVOICE.key, act, request_id, kept, move.roles, None))
        return self.step(TAX_INVOICE, found, act, request_id)

    def step(self, kind: Kind, found: ProcessColumns, act: str, request_id: uuid.UUID | None = None) -> Outcome:
        """The step itself; without a request id it is the machine's. Raises the refusal."""
        return self.take_step(kind, found, act, request_id)

    def ask(self, row: TaxInvoice) -> HubNews:
        """What the workflow does when it is woken: ask, and record what follows."""
        news = self.question(self.read(row))
        for act in news.acts:
            self.step(TAX_INVOICE, self.read(row), act)
        return news

    def follow(self) -> list[str]:
        """The machine's presses on settlements, as the relay brings them; their acts."""
        with database.working() as session:
            waiting = select(Command).where(
                col(Command.state) == "open", col(Command.kind) == SETTLEMENT.key, col(Command.actor_id) == 0
            )
            rows = list(session.execute(waiting.order_by(col(Command.id))).scalars())
        for row in rows:
            self.step(SETTLEMENT, self.load(Settlement, row.document_id), row.act, row.request_id)
        return [row.act for row in rows]

    def requested(self, settlement: Settlement | None = None) -> TaxInvoice:
        made = self.draft_invoice(settlement)
        self.do(self.officer, made, "request")
        self.ask(made)
        return self.read(made)

    def signed(self, settlement: Settlement | None = None) -> TaxInvoice:
        made = self.requested(settlement)
        with clock.set_to(self.now):
            self.hub.sign(made.hub_key)
        self.ask(made)
        return self.read(made)

    def accepted(self, settlement: Settlement | None = None) -> TaxInvoice:
        made = self.signed(settlement)
        with clock.set_to(self.now):
            self.hub.transmit(made.hub_key)
        self.ask(made)
        return self.read(made)

    def settled(self) -> tuple[Settlement, TaxInvoice]:
        """An accepted invoice and its settlement, the payment on its day."""
        of = self.settlement()
        invoice = self.accepted(of)
        self.follow()
        self.step(SETTLEMENT, self.read(of), "schedule_payment")
        return self.read(of), invoice

    def through(self, row: TaxInvoice) -> TaxInvoice:
        """A draft on its whole way to the tax service."""
        self.do(self.officer, row, "request")
        self.ask(row)
        with clock.set_to(self.now):
            key = self.read(row).hub_key
            self.hub.sign(key)
            self.hub.transmit(key)
        self.ask(row)
        return self.read(row)

    def started(self, row: ProcessColumns) -> ProcessStart:
        """How the relay will start its process."""
        with database.working() as session:
            found = session.execute(select(Outbox).where(col(Outbox.workflow_id) == row.workflow_id)).scalar_one()
        return ProcessStart.model_validate(found.payload)


def told(event: str) -> list[tuple[int, str]]:
    """Whose bell rang, with which words, oldest first."""
    with database.working() as session:
        rows = select(col(Notification.member_id), col(Notification.title)).where(col(Notification.event) == event)
        return [(row[0], row[1]) for row in session.execute(rows.order_by(col(Notification.id)))]
