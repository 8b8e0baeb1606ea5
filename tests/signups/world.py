"""People who join and people who decide, in a database: requests made by the transaction web uses, steps recorded."""

import datetime as dt
import uuid
from itertools import count
from typing import Any, TypeVar

from temporalio.exceptions import ApplicationError

from activities import conversions, signups, withdrawals
from activities.recording import Recorder
from models import clock, database
from models.catalog import KINDS
from models.conversions.kind import CONVERSION
from models.conversions.tables import Conversion
from models.conversions.writes import send
from models.files.rules import FileKind
from models.files.store import storage
from models.kernel.identifiers import brn_with_check
from models.kernel.refusals import rebuild
from models.kernel.roles import Role
from models.members.rules import CompanyKind, CompanyStatus
from models.members.tables import Company, Member
from models.processes.kinds import Kind
from models.processes.messages import Actor, Outcome, Step, command_payload
from models.processes.tables import ProcessColumns
from models.processes.writes import Press, insert_command
from models.signups import drafts, writes
from models.signups.kind import SIGNUP
from models.signups.messages import FORMS, Draft, DraftFile, Secret
from models.signups.rules import SignupKind, SignupMode
from models.signups.tables import Signup
from models.terms import standard
from models.withdrawals.messages import Why
from models.withdrawals.tables import Withdrawal
from models.withdrawals.writes import ask_company
from tests import factories
from tests.identity.world import Somebody, verified, verified_email
from tests.signups.cases import form
from web.forms import parse

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
_serial = count(1)
Row = TypeVar("Row", Signup, Conversion, Withdrawal, Company, Member)


def somebody(name: str = "한가람") -> Somebody:
    """A person nobody has met."""
    number = next(_serial)
    return Somebody(name=name, birth_date=dt.date(1970, 1, 1) + dt.timedelta(days=number), phone=f"0106{number:07d}")


def fresh_number() -> str:
    return brn_with_check(f"{200 + next(_serial)}81{next(_serial):04d}")


class World:
    """A buyer, and everybody's way in."""

    def __init__(self) -> None:
        with database.working() as session:
            standard.put(session, NOW - dt.timedelta(days=1))
            buyer = factories.member(session, "차지애", Role.BUYER)
            self.buyer = factories.actor(buyer)
        self.recorder = Recorder(
            {"signup": signups.STEPS, "conversion": conversions.STEPS, "withdrawal": withdrawals.STEPS}
        )
        self.minutes = 0

    def draft(self, kind: SignupKind, mode: SignupMode = SignupMode.NEW, **more: Any) -> Draft:
        facts: dict[str, Any] = {"kind": kind, "mode": mode, "terms": []}
        if kind is SignupKind.COMPANY:
            facts |= {"company_kind": CompanyKind.CORPORATION, "business_number": fresh_number()}
        files = [self.file("등록증.pdf"), self.file("계좌사본.pdf")]
        return Draft.model_validate(facts | {"files": files} | more)

    def file(self, name: str) -> DraftFile:
        data = f"{name} {next(_serial)}".encode()
        return DraftFile(sha256=storage().put(data), size=len(data), kind=FileKind.PDF.value, name=name)

    def form(self, draft: Draft, **more: Any) -> Secret:
        """The form of this draft, sound."""
        of = FORMS[draft.kind, draft.mode is SignupMode.CONVERSION]
        fields = form(of, **({"company__business_number": draft.business_number} if draft.business_number else {}))
        parsed = parse(of, fields | {name.replace("__", "-"): value for name, value in more.items()})
        assert parsed.value is not None, parsed.errors
        return parsed.value

    def asked(self, draft: Draft, who: Somebody, email: str = "", **more: Any) -> writes.Request:
        """Everything a browser has when 「가입요청」 is pressed."""
        with clock.set_to(NOW):
            return writes.Request(
                draft=draft,
                form=self.form(draft, **more),
                token=drafts.begin(draft, NOW),
                identity_token=verified("signup", who),
                email_token=verified_email(email or f"{who.phone}@joining.example"),
                ip="203.0.113.7",
            )

    def request(self, draft: Draft, who: Somebody, email: str = "", **more: Any) -> Signup:
        """A 가입요청, received."""
        with clock.set_to(NOW):
            made = writes.request(self.asked(draft, who, email, **more), NOW)
        self.record(SIGNUP, made, "receive")
        return self.read(made)

    def company(self, who: Somebody | None = None, **more: Any) -> Signup:
        """A company's request; pass `draft` facts by name."""
        return self.request(self.draft(SignupKind.COMPANY, **more), who or somebody())

    def owner_of(self, signup: Signup) -> Actor:
        """The person of an approved request, as who they are now."""
        member = self.load(Member, signup.member_id)
        return Actor(
            member_id=signup.member_id,
            name=member.name,
            company_id=signup.company_id,
            company_name=signup.company_name,
            roles=frozenset(Role(role) for role in member.roles),
        )

    def unused(self, name: str = "새벽물산", kind: CompanyKind = CompanyKind.CORPORATION, phone: str = "") -> Company:
        """A supplier the buyer registered that does not use the portal."""
        with database.working() as session:
            made = Company(
                name=name,
                kind=kind.value,
                business_number=None if kind is CompanyKind.INDIVIDUAL else fresh_number(),
                phone=phone,
                status=CompanyStatus.PORTAL_UNUSED.value,
                created_at=NOW,
            )
            session.add(made)
            session.flush()
        return made

    def conversion(self, company: Company, at: dt.datetime = NOW) -> Conversion:
        """「인증번호 전송」, with its first step."""
        with clock.set_to(at), database.writing(self.buyer) as session:
            made = send(session, self.buyer, company.id or 0, "supplier@unused.example", at)
        self.record(CONVERSION, made, "send", at)
        return self.read(made)

    def read(self, row: Row) -> Row:
        return self.load(type(row), row.id)

    def load(self, table: type[Row], row_id: int | None) -> Row:
        with database.working() as session:
            return session.get_one(table, row_id)

    def leave(self, signup: Signup, at: dt.datetime = NOW, why: Why | None = None) -> Withdrawal:
        """탈퇴 of the company of an approved request, asked for by its owner and approved."""
        owner = self.owner_of(signup)
        typed = why or Why(reason_code="OTHER", reason="거래를 마칩니다")
        with clock.set_to(at), database.writing(owner) as session:
            made = ask_company(session, owner, typed, at)
        self.press(self.buyer, made, "approve", at)
        return self.read(made)

    def press(
        self,
        actor: Actor,
        row: Signup | Conversion | Withdrawal,
        act: str,
        at: dt.datetime = NOW,
        **payload: Any,
    ) -> Outcome:
        """The act as a command, and its step recorded. Raises the refusal."""
        kind = next(kind for kind in KINDS.values() if kind.table is type(row))
        found = self.load(kind.table, row.id)  # type: ignore[type-var]
        move = kind.rules.move(found.status, act)
        request_id = uuid.uuid4()
        kept = command_payload(kind.payload(act).model_validate(payload))
        with database.writing(actor) as session:
            insert_command(session, actor, found, Press(kind.key, act, request_id, kept, move.roles, found.version))
        return self.record(kind, found, act, at, request_id)

    def record(
        self,
        kind: Kind,
        row: ProcessColumns,
        act: str,
        at: dt.datetime = NOW,
        request_id: uuid.UUID | None = None,
    ) -> Outcome:
        """The step itself; without a request id it is the machine's. Raises the refusal."""
        found = self.load(kind.table, row.id)  # type: ignore[type-var]
        machine = act in {"remind", "escalate"}
        step = Step(
            workflow_id=found.workflow_id,
            kind=kind.key,
            document_id=found.id or 0,
            step=found.step + 1,
            act=act,
            status=found.status,
            targets=[found.status] if machine else list(kind.rules.move(found.status, act).to),
            version=found.version,
            at=at,
            request_id=str(request_id) if request_id else None,
        )
        try:
            return self.recorder.record_step(step)
        except ApplicationError as error:
            raise rebuild(error.type or "", error.details[0] if error.details else {}) from error
