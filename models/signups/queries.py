"""Reads of joining: standings for guests, a request's content and the hints of whoever decides on it."""

import datetime as dt
import re
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Select, func, select, text
from sqlmodel import Session, col

from models import database
from models.columns import Encrypted
from models.files.rules import MEDIA_TYPES
from models.identity.messages import Identity
from models.kernel.text import digits
from models.members.queries import companies_visible_to
from models.members.rules import CompanyKind
from models.members.tables import Company, Member
from models.processes.messages import Actor
from models.processes.queries import visible_to
from models.signups.messages import DraftFile, SignupContent
from models.signups.rules import Answer, SignupKind, answer_of_company, answer_of_person
from models.signups.tables import Signup

HINTS_MAX = 5
CORE_CHARS_MIN = 2
NAMESAKES_MAX = 50
_LEGAL_FORMS = re.compile(
    r"\(주\)|㈜|주식회사|유한회사|\(유\)|\(재\)|\(사\)|재단법인|사단법인|co\.?,?\s*ltd\.?|inc\.?", re.IGNORECASE
)
_CONTENT = Encrypted("signup.content")
_KINDS = {media_type: kind.value for kind, media_type in MEDIA_TYPES.items()}


class Standing(NamedTuple):
    """What a check of 가입여부 found. `asked_at`: 요청일 of a request that waits, `waits_for` whose turn it is."""

    answer: Answer
    company_id: int | None = None
    company_name: str = ""
    company_kind: CompanyKind | None = None
    asked_at: dt.datetime | None = None
    waits_for: str = ""


class Earlier(NamedTuple):
    """A rejected request of the same person."""

    signup_id: int
    company_id: int
    content: SignupContent
    reason: str
    files: dict[int, DraftFile]
    """By the id the content names them with."""


def company_standing(business_number: str) -> Standing:
    """A public fact: whether a 사업자등록번호 is of a member. The caller limits how often it is asked."""
    with database.web() as session:
        found = session.execute(
            text("SELECT * FROM company_standing(:wanted)"), {"wanted": business_number}
        ).one_or_none()
    if found is None:
        return Standing(Answer.NEW)
    kind = CompanyKind(found.kind)
    return Standing(answer_of_company(found.status), found.company_id, found.name, kind, found.asked_at, "buyer")


def person_standing(person: Identity, *, individual: bool) -> Standing:
    """Whether a verified person may join. Of an 개인회원 also what the buyer registered earlier.

    A request that was rejected counts where it was one of the same sort; elsewhere the person is new.
    """
    asked = {"identity": person.identity_hash}
    with database.web() as session:
        rows = session.execute(text("SELECT * FROM person_standing(:identity)"), asked).all()
        unused = None
        if individual:
            by = {"wanted": person.name, "number": digits(person.phone)}
            unused = session.execute(text("SELECT * FROM unused_individual(:wanted, :number)"), by).one_or_none()
    counted = {
        row.status
        for row in rows
        if row.status != "rejected" or (row.company_kind == CompanyKind.INDIVIDUAL) is individual
    }
    answer = answer_of_person(counted)
    if answer is Answer.WAITING:
        waiting = next(row for row in rows if row.status == "applying")
        return Standing(answer, waiting.company_id, asked_at=waiting.asked_at, waits_for=waiting.waits_for or "")
    if unused is not None and answer in {Answer.NEW, Answer.REJECTED}:
        return Standing(Answer.PORTAL_UNUSED, unused.company_id, unused.name, CompanyKind.INDIVIDUAL)
    return Standing(answer)


def earlier(person: Identity, kind: SignupKind, company_id: int | None) -> Earlier | None:
    """The rejected request of this very person, to begin from."""
    asked = {"identity": person.identity_hash, "what": kind.value, "firm": company_id}
    with database.web() as session:
        found = session.execute(text("SELECT * FROM earlier_signup(:identity, :what, :firm)"), asked).one_or_none()
        if found is None:
            return None
        plain = _CONTENT.process_result_value(found.content, session.get_bind().dialect) or "{}"
    files = {
        row["id"]: DraftFile(sha256=row["sha256"], size=row["size"], kind=_KINDS[row["media_type"]], name=row["name"])
        for row in found.files
    }
    content = SignupContent.model_validate_json(plain)
    return Earlier(found.signup_id, found.company_id, content, found.reason, files)


def content_of(signup: Signup) -> SignupContent:
    """What was asked for."""
    return SignupContent.model_validate_json(signup.content)


def before(session: Session, actor: Actor, signup: Signup) -> Sequence[Signup]:
    """Earlier requests of the same company or, of a 부담당자, the same person; newest first."""
    same = col(Signup.member_id) == signup.member_id
    if signup.signup_kind != SignupKind.CONTACT:
        of_company = (col(Signup.company_id) == signup.company_id) & (col(Signup.signup_kind) != SignupKind.CONTACT)
        same = same | of_company
    rows = visible_to(actor, Signup).where(col(Signup.id) != signup.id, same)
    return session.execute(rows.order_by(col(Signup.id).desc()).limit(20)).scalars().all()


def decided_by(actor: Actor) -> Select[Signup]:
    """Start of the list: the buyer's own requests, of a company those of its 부담당자."""
    rows = visible_to(actor, Signup)
    if actor.company_id is None:
        return rows.where(col(Signup.signup_kind) != SignupKind.CONTACT)
    return rows.where(col(Signup.signup_kind) == SignupKind.CONTACT)


class Hint(NamedTuple):
    """Somebody who is there already and looks like the applicant."""

    why: str
    company_id: int
    name: str
    status: str


def core_name(name: str) -> str:
    """A company's name without its legal form and spaces: what people recognise it by."""
    return "".join(_LEGAL_FORMS.sub("", name).split())


def company_hints(session: Session, actor: Actor, signup: Signup, phone: str) -> list[Hint]:
    """Other companies with the same number, the same phone or a similar name. `phone` as typed."""
    number, core = digits(phone), core_name(signup.company_name)
    others = companies_visible_to(actor).where(col(Company.id) != signup.company_id)
    found: list[Hint] = []
    if signup.business_number:
        found += _hints(session, "같은 사업자등록번호", others, col(Company.business_number) == signup.business_number)
    if number:
        same = func.regexp_replace(col(Company.phone), "[^0-9]", "", "g") == number
        found += _hints(session, "같은 전화번호", others, same)
    if len(core) >= CORE_CHARS_MIN:
        spoken = func.replace(col(Company.name), " ", "")
        found += _hints(session, "비슷한 이름", others, spoken.icontains(core, autoescape=True))
    return found


def _hints(session: Session, why: str, others: Select[Company], same: object) -> list[Hint]:
    rows = session.execute(others.where(same).order_by(col(Company.id)).limit(HINTS_MAX)).scalars()  # type: ignore[arg-type]
    return [Hint(why, company.id or 0, company.name, company.status) for company in rows]


def person_hints(session: Session, actor: Actor, signup: Signup, content: SignupContent) -> list[Hint]:
    """Members of the same name with the same phone or birth date: those were verified by other means.

    Both are encrypted, so namesakes are opened and compared here.
    """
    if actor.company_id is not None:
        return []
    shown = (Member.id, Member.name, Member.phone, Member.birth_date, Member.company_id, Member.status, Company.name)
    namesakes = (
        select(*(col(one) for one in shown))
        .join(Company, col(Company.id) == col(Member.company_id))
        .where(col(Member.name) == content.person.name, col(Member.id) != signup.member_id)
        .limit(NAMESAKES_MAX)
    )
    found = []
    for _, name, phone, birth_date, company_id, status, company_name in session.execute(namesakes):
        same_phone = digits(phone) == content.person.phone
        if same_phone or birth_date == content.person.birth_date.isoformat():
            why = "같은 휴대폰번호의 담당자" if same_phone else "같은 생년월일의 담당자"
            found.append(Hint(why, company_id or 0, f"{company_name} {name}", status))
    return found[:HINTS_MAX]
