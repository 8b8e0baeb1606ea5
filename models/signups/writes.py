"""「가입요청」: identity, e-mail, company, person, files, consent and request in one transaction, or nothing."""

import datetime as dt
import json
import uuid
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select, text, update
from sqlmodel import Session, col

from models import database
from models.auth import passwords
from models.columns import Encrypted
from models.conversions.codes import code_hash
from models.conversions.kind import CONVERSION
from models.conversions.rules import USE, ConversionCodeExpired
from models.conversions.tables import Conversion
from models.conversions.writes import try_code
from models.identity import writes as identity
from models.identity.messages import Identity, Standing
from models.identity.rules import Purpose
from models.kernel.refusals import Refusal
from models.kernel.roles import Role
from models.kernel.text import digits
from models.members.forms import AccountForm, PersonForm, SinglePersonForm
from models.members.rules import CompanyKind
from models.processes.messages import Actor
from models.processes.tables import Command
from models.processes.writes import COMMANDS, CREATE, Press, audit, begin, insert_command, next_number, wake
from models.signups import drafts, rules
from models.signups.kind import SIGNUP
from models.signups.messages import ApplicantFacts, Draft, Secret, SignupContent
from models.signups.rules import SignupMode, Status
from models.signups.tables import Signup
from models.terms.writes import consent

PREFIX = "MB"
_APPLY = text(
    "SELECT * FROM apply_signup(:what, :firm, :via, :digest, cast(:company_facts AS jsonb), cast(:person AS jsonb),"
    " :sealed_phone, :sealed_birth, :identity, :secret, :instant)"
)
_PHONE, _BIRTH = Encrypted("member.phone"), Encrypted("member.birth_date")
REFUSED: dict[str, type[Refusal]] = {
    found.code: found
    for found in (
        rules.PersonTaken,
        rules.EmailTaken,
        rules.NumberTaken,
        rules.SignupBlocked,
        rules.CompanyUnused,
        rules.CompanyGone,
        ConversionCodeExpired,
    )
}


@dataclass(frozen=True)
class Request:
    """A form that was found sound, and who sends it."""

    draft: Draft
    form: Secret
    token: str = field(repr=False)
    identity_token: str = field(repr=False)
    email_token: str = field(repr=False)
    ip: str = ""


def request(asked: Request, now: dt.datetime) -> Signup:
    """「가입요청」. Sent twice at once it is made once: the second finds identity and e-mail used.

    Raises what identity, e-mail, conversion codes and SignupRefused stand for; nothing is changed then.
    """
    secret = passwords.hashed(asked.form.password.get_secret_value())
    via = _conversion(asked, now)
    with database.web() as session:
        # Whoever pressed twice waits here, and then finds the request made.
        draft = drafts.read(session, asked.token, now, lock=True)
        if draft.done:
            raise rules.DraftGone
        person = identity.use(session, asked.identity_token, Purpose.SIGNUP, now)
        email = identity.use_email(session, asked.email_token, now)
        made = _apply(session, asked, _Applied(person, email, via, secret, now))
        signup = _keep(session, asked, person, email, made, via, now)
        consent(session, made.member_id, draft.terms, now, asked.ip)
        if via is not None:
            _report_use(session, made, via, now)
        # What was typed has gone where it belongs.
        left = Draft(kind=draft.kind, mode=draft.mode, company_name=signup.company_name, done=signup.number)
        drafts.save(session, asked.token, left)
        return signup


@dataclass(frozen=True)
class _Applied:
    person: Identity
    email: str
    via: int | None
    secret: str = field(repr=False)
    now: dt.datetime


def _conversion(asked: Request, now: dt.datetime) -> int | None:
    if asked.draft.mode is not SignupMode.CONVERSION:
        return None
    return try_code(asked.draft.company_id or 0, _code(asked), now)


def _code(asked: Request) -> str:
    return str(getattr(asked.form, "code", ""))


def _apply(session: Session, asked: Request, with_: _Applied) -> Actor:
    """The applying company and member, and from here on the transaction is theirs. Raises SignupRefused."""
    draft, person = asked.draft, with_.person
    dialect = session.get_bind().dialect
    extra: PersonForm | SinglePersonForm = asked.form.person  # type: ignore[attr-defined]
    facts = {
        "what": draft.kind.value,
        "firm": draft.company_id,
        "via": with_.via,
        "digest": code_hash(draft.company_id or 0, _code(asked)) if with_.via else None,
        "company_facts": json.dumps(_company_facts(asked, person)),
        "person": json.dumps(
            {
                "name": person.name,
                "email": with_.email,
                "sex": person.sex.value,
                "foreign_national": person.foreign_national,
                "extension": extra.extension,
                "position": getattr(extra, "position", ""),
                "department": getattr(extra, "department", ""),
            }
        ),
        "sealed_phone": _PHONE.process_bind_param(digits(person.phone), dialect),
        "sealed_birth": _BIRTH.process_bind_param(person.birth_date.isoformat(), dialect),
        "identity": person.identity_hash,
        "secret": with_.secret,
        "instant": with_.now,
    }
    verdict, company_id, member_id = session.execute(_APPLY, facts).one()
    if verdict != "made":
        raise REFUSED[verdict]
    name = _company_name(asked, person)
    applicant = Actor(
        member_id=member_id,
        name=person.name,
        company_id=company_id,
        company_name=name,
        roles=frozenset({Role.PARTNER}),
    )
    database.scope(session, applicant, read_only=False)
    return applicant


def _company_facts(asked: Request, person: Identity) -> dict[str, Any]:
    kind = asked.draft.company_kind or CompanyKind.INDIVIDUAL
    return {
        "name": _company_name(asked, person),
        "kind": kind.value,
        "business_number": asked.draft.business_number or None,
    }


def _company_name(asked: Request, person: Identity) -> str:
    company = getattr(asked.form, "company", None)
    if company is not None:
        return str(company.name)
    return asked.draft.company_name or person.name


def _keep(
    session: Session, asked: Request, person: Identity, email: str, made: Actor, via: int | None, now: dt.datetime
) -> Signup:
    """The request itself, with its files; its process starts once this is committed."""
    draft = asked.draft
    number = next_number(session, PREFIX, now)
    signup = Signup(
        workflow_id=f"signup/{number}",
        company_id=made.company_id or 0,
        case_key=number,
        status=Status.RECEIVED,
        turn=SIGNUP.rules.turn(Status.RECEIVED),
        status_since=now,
        created_by=made.member_id,
        created_at=now,
        number=number,
        signup_kind=draft.kind.value,
        mode=draft.mode.value,
        company_name=made.company_name,
        business_number=draft.business_number or None,
        applicant_name=person.name,
        member_id=made.member_id,
        conversion_id=via,
        content=_content(session, asked, person, email, made, now).model_dump_json(),
    )
    begin(session, SIGNUP, signup)
    audit(session, made, SIGNUP.key, signup, CREATE)
    return signup


def _content(
    session: Session, asked: Request, person: Identity, email: str, made: Actor, now: dt.datetime
) -> SignupContent:
    company = getattr(asked.form, "company", None)
    accounts: list[AccountForm] = getattr(asked.form, "accounts", [])
    extra = asked.form.person  # type: ignore[attr-defined]

    def kept(place: int | None) -> int | None:
        if place is None:
            return None
        return drafts.keep_file(session, asked.draft, place, made.company_id or 0, made.member_id, now)

    facts = None
    if company is not None:
        facts = company.model_dump(mode="json")
        if "certificate_file_id" in facts:
            facts["certificate_file_id"] = kept(facts["certificate_file_id"])
    return SignupContent(
        company=facts,
        accounts=[row.model_copy(update={"copy_file_id": kept(row.copy_file_id)}) for row in accounts],
        person=ApplicantFacts(
            name=person.name,
            birth_date=person.birth_date,
            sex=person.sex,
            foreign_national=person.foreign_national,
            phone=digits(person.phone),
            email=email,
            **extra.model_dump(),
        ),
        terms=asked.draft.terms,
    )


def _report_use(session: Session, applicant: Actor, conversion_id: int, now: dt.datetime) -> None:
    """The conversion's own process learns that its code was used, by a command of the applicant."""
    conversion = session.execute(select(Conversion).where(col(Conversion.id) == conversion_id)).scalar_one()
    roles = CONVERSION.rules.move(conversion.status, USE).roles
    press = Press(CONVERSION.key, USE, uuid.uuid4(), {}, roles, None)
    command = insert_command(session, applicant, conversion, press)
    session.execute(update(Command).where(col(Command.id) == command.id).values(next_attempt_at=now))
    wake(session, COMMANDS)


def note_registry(session: Session, signup: Signup, standing: Standing, now: dt.datetime) -> None:
    """What the tax service says of the company's number now."""
    session.execute(
        update(Signup)
        .where(col(Signup.id) == signup.id)
        .values(
            registry_state=standing.state.value,
            registry_tax_type=standing.tax_type,
            registry_closed_on=standing.closed_on,
            registry_at=now,
        )
    )
