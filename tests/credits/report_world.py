"""Published reports of every kind, a hub of paper, a bank of files, and acts pressed as the process does."""

import dataclasses
import datetime as dt
import itertools
import uuid
from collections.abc import Iterable
from typing import Any, TypeVar

import holidays
from sqlalchemy import select
from sqlmodel import Session, col

from activities import credits_report, tax_invoices
from activities.recording import Recorder
from activities.tax_hub import Hub
from models import clock, database
from models.credits import invoicing
from models.credits.account_tables import CreditAccount, CreditContact
from models.credits.kind import CREDIT_REPORT
from models.credits.report_rules import FIRST, report_number, workflow_id
from models.credits.report_tables import CreditReport, CreditReportLine
from models.credits.rules import IssueMode, Source, item_of, month_after, month_key, pay_on, sign_by
from models.credits.run_tables import CreditRun
from models.credits.tables import CreditCompany
from models.etax.build import build
from models.etax.document import Contact
from models.etax.numbers import approval_number
from models.etax.signature import sign
from models.harmony.tables import CreditGroup
from models.kernel.calendar import at_hour, local_date
from models.kernel.roles import Role
from models.kernel.vat import vat_floor
from models.processes.kinds import Kind
from models.processes.messages import Actor, Outcome, command_payload
from models.processes.queries import holidays as kept_holidays
from models.processes.tables import Command, Holiday, ProcessColumns
from models.processes.writes import Press, insert_command
from models.tax_invoices.kind import TAX_INVOICE
from models.tax_invoices.messages import HubNews
from models.tax_invoices.tables import TaxInvoice
from tests import factories
from tests.credits import world as masters
from tests.etax import papers
from tests.stepping import Stepping
from tests.tax_invoices.paper_hub import REGISTRAR, PaperHub, signer

MONTH = dt.date(2026, 1, 1)
"""The settled month: published on 20 February, to be signed by 10 March, paid on 16 March (the 15th is a Sunday)."""
SUPPLIES = (200_000, 4_780_000, 4_940_000)
"""The guide's example: 9,920,000 + 992,000 = 10,912,000."""
WRITTEN = dt.date(2026, 2, 20)
_serial = itertools.count(1)
Row = TypeVar("Row", bound=ProcessColumns)


class World(Stepping):
    """One officer, one person of Harmony; groups and their reports are made as a test needs them."""

    def __init__(self, month: dt.date = MONTH) -> None:
        self.month = month
        self.now = at_hour(month_after(month).replace(day=20), 10)
        with database.working() as session:
            for day, name in holidays.country_holidays("KR", years=range(2018, 2030)).items():
                session.merge(Holiday(day=day, name=name))
            self.staff = factories.member(session, "이정산", Role.SETTLEMENT)
            self.admin = factories.actor(factories.member(session, "강관리", Role.ADMIN))
            self.person = factories.member(session, "박지은", Role.MEDIA)
            self.fellow = factories.member(session, "최서연", Role.MEDIA)
            self.stranger = factories.actor(factories.member(session, "남의회사", Role.MEDIA))
            session.flush()
            self.run = self._run(session)
        self.officer = factories.actor(self.staff)
        self.partner = factories.actor(self.person)
        self.recorder = Recorder({"credit_report": credits_report.STEPS, "tax_invoice": tax_invoices.STEPS})
        self.known_jobs = tax_invoices.JOBS
        self.hub = PaperHub()
        self.house = Hub(lambda: self.hub, lambda: [papers.authority().certificate])

    def _run(self, session: Session) -> CreditRun:
        key = month_key(self.month)
        run = CreditRun(
            workflow_id=f"run/{key}/1",
            company_id=0,
            case_key=f"RN{key}",
            status="published",
            status_since=self.now,
            created_by=0,
            created_at=self.now,
            number=f"RN{key.replace('-', '')}-1",
            month=self.month,
            run_no=1,
        )
        session.add(run)
        session.flush()
        return run

    def published(
        self, mode: IssueMode = IssueMode.REVERSE, supplies: Iterable[int] = SUPPLIES, *, account: bool = True
    ) -> CreditReport:
        """A report as the run leaves it, of a company of its own."""
        with database.working() as session:
            # The paper hub signs with the certificate of this number; only one company of a world may have it.
            taken = session.execute(
                select(CreditCompany).where(col(CreditCompany.business_number) == papers.SUPPLIER_NUMBER)
            ).scalar_one_or_none()
            more = {} if mode is IssueMode.INDIVIDUAL or taken else {"business_number": papers.SUPPLIER_NUMBER}
            company = masters.company(session, self.staff, mode, **more)
            group = masters.group(session, company, self.staff)
            for one in (self.person, self.fellow):
                masters.user(session, group, one)
            session.add(
                CreditContact(
                    group_id=group.id or 0,
                    name="박지은",
                    phone="01012345678",
                    email="dm1004@daum.net",
                    changed_by=self.person.id or 0,
                    changed_at=self.now,
                )
            )
            if account:
                self.account(session, group)
            return self._report(session, company, group, mode, tuple(supplies))

    def account(self, session: Session, group: CreditGroup, version: int = 1, **more: Any) -> CreditAccount:
        """The account a group is paid to."""
        facts: dict[str, Any] = {
            "workflow_id": f"account/{group.id}/{version}",
            "company_id": 0,
            "case_key": f"account/{group.id}",
            "status": "active",
            "turn": "system",
            "status_since": self.now,
            "created_by": self.person.id or 0,
            "created_at": self.now,
            "group_id": group.id or 0,
            "account_version": version,
            "bank_code": "090",
            "account_number": "3333011212345",
            "holder": "주식회사 매체",
            "consented_at": self.now,
            "author_name": "박지은",
        }
        made = CreditAccount(**(facts | more))
        session.add(made)
        session.flush()
        return made

    def _report(
        self, session: Session, company: CreditCompany, group: CreditGroup, mode: IssueMode, supplies: tuple[int, ...]
    ) -> CreditReport:
        days = kept_holidays(session)
        person = mode is IssueMode.INDIVIDUAL
        taxes = [0 if person else vat_floor(supply) for supply in supplies]
        supply, tax = sum(supplies), sum(taxes)
        income = supply * 3 // 1000 * 10 if person else 0
        local = income // 100 * 10 if person else 0
        key = month_key(self.month)
        number = report_number(key, group.id or 0)
        status = FIRST[mode]
        report = CreditReport(
            workflow_id=workflow_id(key, group.id or 0),
            company_id=0,
            case_key=number,
            status=status,
            turn=CREDIT_REPORT.rules.turn(status),
            status_since=self.now,
            created_by=0,
            created_at=self.now,
            number=number,
            group_id=group.id or 0,
            month=self.month,
            run_id=self.run.id or 0,
            credit_company_id=company.id or 0,
            company_name=company.name,
            group_name=group.name,
            issue_mode=mode.value,
            input_hash="0" * 64,
            line_count=len(supplies),
            supply=supply,
            tax=tax,
            total=supply + tax,
            withheld_income=income,
            withheld_local=local,
            payable=supply + tax - income - local,
            sign_by=sign_by(self.month, days),
            pay_on=pay_on(self.month, days),
            published_at=self.now,
        )
        session.add(report)
        session.flush()
        business = masters.business(session)
        for position, (one, vat) in enumerate(zip(supplies, taxes, strict=True), start=1):
            medium = masters.medium(session, group, self.staff)
            session.add(
                CreditReportLine(
                    report_id=report.id or 0,
                    group_id=group.id or 0,
                    month=self.month,
                    position=position,
                    medium_id=medium.id or 0,
                    medium_name=medium.name,
                    business_id=business.id or 0,
                    business_name=business.name,
                    source=Source.POOL.value,
                    item=item_of(self.month, "상생 정산"),
                    supply=one,
                    tax=vat,
                    total=one + vat,
                )
            )
        session.flush()
        return report

    def read(self, row: Row) -> Row:
        """The row as it is now."""
        with database.working() as session:
            return session.get_one(type(row), row.id)

    def press(self, actor: Actor, row: ProcessColumns, act: str, **payload: Any) -> Outcome:
        """The act as a command, its step and its jobs. Raises the refusal."""
        kind = self.kind_of(row)
        found = self.read(row)
        move = kind.rules.move(found.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(kind.payload(act).model_validate(payload))
        with database.working() as session:
            insert_command(session, actor, found, Press(kind.key, act, request_id, kept, move.roles, None))
        return self.step(found, act, request_id)

    def kind_of(self, row: ProcessColumns) -> Kind:
        return TAX_INVOICE if isinstance(row, TaxInvoice) else CREDIT_REPORT

    def step(self, row: ProcessColumns, act: str, request_id: uuid.UUID | None = None) -> Outcome:
        """The step itself; without a request id it is the machine's. Raises the refusal."""
        return self.take_step(self.kind_of(row), self.read(row), act, request_id)

    def follow(self) -> list[str]:
        """What was pressed on reports and waits for the relay: brought, in the order it was pressed; the acts."""
        with database.working() as session:
            waiting = select(Command).where(col(Command.state) == "open", col(Command.kind) == CREDIT_REPORT.key)
            rows = list(session.execute(waiting.order_by(col(Command.id))).scalars())
            found = {row.document_id: session.get_one(CreditReport, row.document_id) for row in rows}
        for row in rows:
            self.step(found[row.document_id], row.act, row.request_id)
        return [row.act for row in rows]

    def invoice_of(self, report: CreditReport) -> TaxInvoice:
        with database.working() as session:
            return session.get_one(TaxInvoice, self.read(report).tax_invoice_id)

    def request(self, report: CreditReport, written_on: dt.date = WRITTEN) -> TaxInvoice:
        """「세금계산서 역발행 신청」, taken by the hub."""
        self.press(self.partner, report, "request_invoice", written_on=written_on, stepped_up=True)
        invoice = self.invoice_of(report)
        self.ask(invoice)
        return self.read(invoice)

    def ask(self, row: TaxInvoice) -> HubNews:
        """What the invoice's process does when it is woken."""
        news = self.question(self.read(row))
        for act in news.acts:
            self.step(self.read(row), act)
        return news

    def sign(self, invoice: TaxInvoice) -> None:
        """The supplier signs at the hub, and the tax service takes it."""
        with clock.set_to(self.now):
            self.hub.sign(invoice.hub_key)
            self.hub.transmit(invoice.hub_key)
        self.ask(invoice)

    def signed(self, report: CreditReport | None = None) -> CreditReport:
        """A reverse report that is to be paid."""
        of = report or self.published()
        self.sign(self.request(of))
        self.follow()
        return self.read(of)


def issued(world: World, report: CreditReport) -> tuple[str, bytes]:
    """승인번호 and signed XML of an invoice the report's supplier issued elsewhere."""
    with database.working() as session:
        found = invoicing.preview(
            session, report, invoicing.lines_of(session, report.id or 0), WRITTEN, local_date(world.now)
        )
    number = approval_number(WRITTEN, REGISTRAR, 4711)
    buyer = dataclasses.replace(found.buyer, contacts=(Contact(name="이정산", email="tax@kakao.example"),))
    at = world.now.replace(microsecond=0)
    return number, sign(build(dataclasses.replace(found, issue_id=number, issued_at=at, buyer=buyer)), signer())
