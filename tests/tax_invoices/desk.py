"""Pages of settlements and tax invoices for one person, with what is pressed recorded at once, without a hub."""

import datetime as dt
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from activities import settlements, tax_invoices
from activities.recording import DomainSteps, Recorder
from models import clock, database
from models.members.tables import Company
from models.processes.messages import Actor, Job
from models.processes.tables import ProcessColumns
from models.settlements.tables import Settlement
from models.tax_invoices import rules, writes
from models.tax_invoices.rules import REMIND_JOB
from models.tax_invoices.tables import TaxInvoice
from tests.settlements import desk as settlement_desk
from tests.settlements.desk import Desk
from tests.settlements.world import AT, World
from web import tax_invoices as pages

SUPPLIER = {
    "business_number": "1348672683",
    "representative": "김도윤",
    "address": "경기도 성남시 분당구 판교역로 166",
    "business_type": "제조업",
    "business_item": "통신장비",
}
TODAY = dt.date(2026, 2, 9)
APPROVAL_NUMBER = "2026020941000019{:08x}"


def no_hub(job: Job) -> None:
    """The hub's own mail is the sandbox's."""


class Office(World):
    """A company that can be invoiced; what the hub would answer is written as it would arrive."""

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        steps = {**self.recorder.domains, "tax_invoice": tax_invoices.STEPS, "settlement": settlements.STEPS}
        self.recorder = Recorder(steps)
        self.jobs |= {made.__name__: made for made in tax_invoices.JOBS} | {REMIND_JOB: no_hub}
        self.complete()
        self.accept_all()

    def steps_of(self, row: ProcessColumns) -> DomainSteps:
        return tax_invoices.STEPS if isinstance(row, TaxInvoice) else super().steps_of(row)

    def complete(self, **facts: str) -> None:
        """The supplier's facts as an invoice needs them, or as they are given."""
        with database.working() as session:
            company = session.get_one(Company, self.company.id)
            for name, value in (SUPPLIER | facts).items():
                setattr(company, name, value)
            session.add(company)

    def drafted(self, settlement: Settlement, written_on: dt.date = TODAY) -> TaxInvoice:
        with clock.set_to(AT), database.writing(self.officer) as session:
            return writes.draft_from_settlement(session, self.officer, settlement.id or 0, written_on, AT)

    def requested(self, settlement: Settlement) -> TaxInvoice:
        """발급대기: the hub has taken it."""
        made = self.drafted(settlement)
        self.press(self.officer, made, "request")
        self.machine(made, rules.FILED)
        return self.read(made)

    def accepted(self, row: TaxInvoice) -> TaxInvoice:
        """Signed, verified and taken by the tax service."""
        number = APPROVAL_NUMBER.format(row.id or 0)
        self.set(row, approval_number=number, issued_at=AT, verified_at=AT, signer_name="김도윤(한빛네트웍스)")
        for act in (rules.SUPPLIER_SIGNED, rules.QUEUED, rules.SENDING, rules.ACCEPTED):
            self.machine(row, act)
        return self.read(row)

    def machine(self, row: TaxInvoice, act: str) -> None:
        """A step nobody of this house presses."""
        self.minutes += 1
        with clock.set_to(AT):
            self.record(tax_invoices.STEPS.kind, self.read(row), act)

    def set(self, row: TaxInvoice, **facts: Any) -> None:
        """What asking the hub would have written."""
        with database.working() as session:
            found = session.get_one(TaxInvoice, row.id)
            for name, value in facts.items():
                setattr(found, name, value)
            session.add(found)


@contextmanager
def desk(world: World, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """Pages for `actor`."""
    routers = (*settlement_desk.ROUTERS, pages.router)
    webs = (*settlement_desk.KINDS_SHOWN, pages.WEB)
    with settlement_desk.desk(world, actor, monkeypatch, routers, webs) as seat:
        yield seat


def keys(**fields: Any) -> dict[str, Any]:
    """What every form carries, and what is typed."""
    return {"csrf": "t", "request_id": str(uuid.uuid4())} | fields


def post(seat: Desk, path: str, **fields: Any) -> Any:
    """The answer to a form, not followed."""
    return seat.client.post(path, data=keys(**fields), follow_redirects=False)


def rows() -> list[TaxInvoice]:
    """Every invoice there is, the oldest first."""
    with database.working() as session:
        return list(session.execute(select(TaxInvoice).order_by(col(TaxInvoice.id))).scalars())
