"""A company, its people, a buyer, and drafts; steps pressed and recorded as the process does."""

import datetime as dt
import io
import uuid
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlmodel import col

from activities.contract_papers import ContractPapers
from activities.contracts import STEPS
from activities.recording import Recorder
from models import clock, database
from models.contracts import papers
from models.contracts.messages import Draft
from models.contracts.rules import KIND, RULES
from models.contracts.tables import Contract, ContractPaper
from models.contracts.writes import create
from models.files.rules import SEAL
from models.files.writes import stage
from models.kernel.roles import Role
from models.members.tables import Company
from models.processes.messages import Actor, Job, Outcome, Step, command_payload
from models.processes.writes import Press, insert_command
from tests import factories

AT = factories.NOW + dt.timedelta(hours=1)
SHA256_CHARS = 64


def draft_data(company_id: int | None, **more: Any) -> dict[str, Any]:
    """A sound draft of 3,000,000 won."""
    return {
        "company_id": company_id,
        "title": "인프라 장비구매요청",
        "contract_type": "general",
        "contract_date": "2026-02-09",
        "starts_on": "2026-02-09",
        "ends_on": "2026-02-28",
        "payment_terms": "검수 후 다음 달 15일",
        "settlement_type": "by_inspection",
        "items": [
            {"name": "QFX10002-60C", "category": "CR 장비", "unit": "EA", "quantity": 2, "unit_price": 680_000},
            {"name": "총무서버", "quantity": 1, "unit_price": 1_640_000, "requested_on": "2026-02-20"},
        ],
        "papers": [{"template": t.key, "title": t.title, "text": t.text} for t in papers.standard()],
    } | more


def draft(company_id: int | None, **more: Any) -> Draft:
    return Draft.model_validate(draft_data(company_id, **more))


def seal_png(colour: str = "red") -> bytes:
    image = Image.new("RGB", (200, 200), "white")
    ImageDraw.Draw(image).ellipse((20, 20, 180, 180), outline=colour, width=12)
    out = io.BytesIO()
    image.save(out, format="PNG")
    return out.getvalue()


class World:
    """One company with two contacts, one buyer; contracts are made by pressing their acts."""

    def __init__(self, kind: str = "corporation", name: str = "(주)한빛네트웍스") -> None:
        with database.working() as session:
            self.company = factories.company(session, name)
            self.company.kind = kind
            buyer = factories.member(session, "차지애", Role.BUYER)
            owner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=self.company)
        self.buyer = factories.actor(buyer)
        self.partner = factories.actor(owner, self.company)
        self.partner = self.partner.model_copy(update={"roles": self.partner.roles | {Role.PARTNER}})
        self.recorder = Recorder({KIND: STEPS})
        self.jobs = ContractPapers()
        self.minutes = 0

    def draft(self, **more: Any) -> Contract:
        with clock.set_to(factories.NOW):
            return self.draft_now(**more)

    def draft_now(self, **more: Any) -> Contract:
        with database.writing(self.buyer) as session:
            return create(session, self.buyer, draft(self.company.id, **more))

    def read(self, contract_id: int | None) -> Contract:
        with database.working() as session:
            return session.get_one(Contract, contract_id)

    def papers(self, contract_id: int | None) -> list[ContractPaper]:
        with database.working() as session:
            rows = select(ContractPaper).where(col(ContractPaper.contract_id) == contract_id)
            return list(session.execute(rows.order_by(col(ContractPaper.position))).scalars())

    def press(self, actor: Actor, contract_id: int | None, act: str, **payload: Any) -> Outcome:
        """The act as a command, and its step recorded. Raises ApplicationError with the refusal's code."""
        self.minutes += 1
        contract = self.read(contract_id)
        move = RULES.move(contract.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(STEPS.kind.payload(act).model_validate(payload))
        with database.writing(actor) as session:
            insert_command(session, actor, contract, Press(KIND, act, request_id, kept, move.roles, contract.version))
        assert contract.id is not None
        step = Step(
            workflow_id=contract.workflow_id,
            kind=KIND,
            document_id=contract.id,
            step=contract.step + 1,
            act=act,
            status=contract.status,
            targets=list(RULES.next_status(contract.status, act, actor.every_role)),
            version=contract.version,
            at=AT + dt.timedelta(minutes=self.minutes),
            request_id=str(request_id),
        )
        outcome = self.recorder.record_step(step)
        for job in outcome.jobs:
            self.work(contract.id, job)
        return outcome

    def work(self, contract_id: int, job: str) -> None:
        asked = Job(workflow_id="", kind=KIND, document_id=contract_id, job=job, at=AT)
        getattr(self.jobs, job)(asked)

    def upload(self, actor: Actor, data: bytes | None = None) -> int:
        with database.writing(actor) as session:
            kept = stage(session, actor.member_id, actor.company_id, "직인.png", data or seal_png(), SEAL)
        assert kept.id is not None
        return kept.id

    def consents(self, contract_id: int | None, **more: Any) -> list[dict[str, Any]]:
        return [
            {"paper_id": paper.id, "agreed": True, "seen_pages": paper.draft_pages} | more
            for paper in self.papers(contract_id)
        ]

    def reviewed(self, **more: Any) -> Contract:
        contract = self.draft(**more)
        self.press(self.buyer, contract.id, "request_review")
        self.press(self.partner, contract.id, "complete_review")
        return contract

    def to_sign(self, **more: Any) -> Contract:
        contract = self.reviewed(**more)
        self.press(self.buyer, contract.id, "request_seal", seal_file_id=self.upload(self.buyer))
        return contract

    def other_company(self) -> tuple[Company, Actor]:
        with database.working() as session:
            company = factories.company(session, "(주)다른회사")
            owner = factories.member(session, "박다른", Role.PARTNER_OWNER, of=company)
        actor = factories.actor(owner, company)
        return company, actor.model_copy(update={"roles": actor.roles | {Role.PARTNER}})
