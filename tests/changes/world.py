"""A company with its 주담당자 and a 부담당자, an individual, a buyer; acts pressed as the process does."""

import datetime as dt
import itertools
import uuid
from typing import Any, TypeVar

from sqlmodel import Session
from temporalio.exceptions import ApplicationError

from activities import changes, withdrawals
from activities.recording import Recorder
from models import clock, database
from models.auth.tables import LoginSession
from models.catalog import KINDS
from models.files.store import digest, storage
from models.files.tables import StoredFile
from models.kernel.refusals import Refusal, rebuild
from models.kernel.roles import Role
from models.members.rules import CompanyKind
from models.members.tables import BankAccount, Company, Member
from models.processes.kinds import Kind
from models.processes.messages import Actor, Outcome, Step, command_payload
from models.processes.tables import ProcessColumns
from models.processes.writes import Press, insert_command
from tests import factories

AT = factories.NOW + dt.timedelta(hours=1)
BIRTH = "1988-03-01"
ACCOUNT = "123-456-789012"
_serial = itertools.count(1)
Row = TypeVar("Row")


class World:
    """People on both sides; every press takes one minute."""

    def __init__(self) -> None:
        with database.working() as session:
            self.company = factories.company(session, "(주)한빛네트웍스")
            self.company.business_number = "1388189028"
            self.company.representative = "김한빛"
            self.company.zip_code, self.company.address = "13529", "경기도 성남시 분당구 판교역로 152"
            self.company.phone = "031-123-4567"
            self.account = account(session, self.company)
            owner = factories.member(session, "김도윤", Role.PARTNER_OWNER, of=self.company)
            contact = factories.member(session, "박서연", of=self.company)
            other = factories.member(session, "최가온", of=self.company)
            for person in (owner, contact, other):
                person.birth_date = BIRTH
                live_session(session, person)
            self.person_company = factories.company(session, "이하나")
            self.person_company.kind = CompanyKind.INDIVIDUAL.value
            self.person_company.zip_code, self.person_company.address = "06236", "서울특별시 강남구 테헤란로 521"
            account(session, self.person_company)
            single = factories.member(session, "이하나", Role.PARTNER_OWNER, of=self.person_company)
            single.birth_date = BIRTH
            stranger = factories.company(session, "다른회사")
            outsider = factories.member(session, "남의사람", Role.PARTNER_OWNER, of=stranger)
            self.buyer = factories.actor(factories.member(session, "차지애", Role.BUYER))
            self.inspector = factories.actor(factories.member(session, "박검수", Role.INSPECTOR))
            self.certificate = stored(session, self.company, "사업자등록증.pdf")
            self.copy = stored(session, self.company, "통장.png")
        self.owner = acting(owner, self.company)
        self.contact = acting(contact, self.company)
        self.other = acting(other, self.company)
        self.single = acting(single, self.person_company)
        self.outsider = acting(outsider, stranger)
        self.recorder = Recorder({"change": changes.STEPS, "withdrawal": withdrawals.STEPS})
        self.minutes = 0

    def load(self, table: type[Row], row_id: int | None) -> Row:
        with database.working() as session:
            return session.get_one(table, row_id)

    def member(self, actor: Actor) -> Member:
        return self.load(Member, actor.member_id)

    def press(self, actor: Actor, row: ProcessColumns, act: str, **payload: Any) -> Outcome:
        """The act as a command, and its step recorded. Raises the refusal."""
        found = self.load(type(row), row.id)
        kind = next(kind for kind in KINDS.values() if kind.table is type(row))
        move = kind.rules.move(found.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(kind.payload(act).model_validate(payload))
        with clock.set_to(AT), database.writing(actor) as session:
            press = Press(kind.key, act, request_id, kept, move.roles, found.version)
            insert_command(session, actor, found, press)
        return self.record(kind, found, act, request_id)

    def record(self, kind: Kind, found: ProcessColumns, act: str, request_id: uuid.UUID | None = None) -> Outcome:
        """The step itself. Raises the refusal."""
        self.minutes += 1
        step = Step(
            workflow_id=found.workflow_id,
            kind=kind.key,
            document_id=found.id or 0,
            step=found.step + 1,
            act=act,
            status=found.status,
            targets=list(kind.rules.move(found.status, act).to),
            version=found.version,
            at=AT + dt.timedelta(minutes=self.minutes),
            request_id=str(request_id) if request_id else None,
        )
        try:
            return self.recorder.record_step(step)
        except ApplicationError as error:
            raise refusal_of(error) from error

    def live_sessions(self, actor: Actor) -> int:
        from sqlalchemy import func, select
        from sqlmodel import col

        mine = select(func.count()).where(
            col(LoginSession.member_id) == actor.member_id, col(LoginSession.revoked_at).is_(None)
        )
        with database.working() as session:
            return int(session.execute(mine).scalar_one())


def refusal_of(error: ApplicationError) -> Refusal:
    return rebuild(error.type or "", error.details[0] if error.details else {})


def acting(person: Member, of: Company) -> Actor:
    actor = factories.actor(person, of)
    return actor.model_copy(update={"roles": actor.roles | {Role.PARTNER}})


def account(session: Session, of: Company, number: str = ACCOUNT, *, default: bool = True) -> BankAccount:
    made = BankAccount(
        company_id=of.id or 0,
        bank_code="090",
        bank_name="카카오뱅크",
        account_number=number,
        holder=of.name,
        is_default=default,
        created_at=factories.NOW,
    )
    session.add(made)
    session.flush()
    return made


def stored(session: Session, of: Company, name: str) -> int:
    data = f"{name} {next(_serial)}".encode()
    storage().put(data)
    file = StoredFile(
        sha256=digest(data),
        size=len(data),
        media_type="application/pdf" if name.endswith("pdf") else "image/png",
        name=name,
        company_id=of.id,
        created_at=factories.NOW,
    )
    session.add(file)
    session.flush()
    return file.id or 0


def live_session(session: Session, person: Member) -> None:
    session.add(
        LoginSession(
            token_hash=f"token-{next(_serial)}".encode(),
            member_id=person.id or 0,
            csrf_secret="s",
            created_at=AT,
            last_seen_at=AT,
            expires_at=AT + dt.timedelta(hours=12),
        )
    )
