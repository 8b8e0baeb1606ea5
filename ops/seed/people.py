"""The demo's companies, people, deputies and policies. All numbers and names are invented."""

import datetime as dt
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select
from sqlmodel import Session, col

import models.registry  # noqa: F401 - rows written here name rows of other domains
from models import clock, database
from models.auth.passwords import hashed
from models.files.rules import FileKind
from models.files.writes import keep
from models.identity.hashing import identity_hash
from models.kernel.identifiers import brn_with_check
from models.kernel.roles import Role
from models.members.house import HOUSE
from models.members.places import BANKS
from models.members.rules import CompanyKind, Sex
from models.members.tables import BankAccount, Company, Delegation, Member
from models.processes.messages import Actor
from models.processes.tables import Policy
from models.terms import standard
from models.terms.queries import current as terms_in_force
from models.terms.writes import consent
from ops.demo_logins import PASSWORD
from web.sandbox.people import ci_of


@dataclass(frozen=True)
class Firm:
    """One demo partner with its contacts: (login, name, owner?)."""

    name: str
    number: str
    representative: str
    address: str
    contacts: tuple[tuple[str, str, bool], ...]
    kind: CompanyKind = CompanyKind.CORPORATION


STAFF: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    ("amela.cha", "차지애", "구매팀", (Role.BUYER,)),
    ("jun.kwon", "권준", "구매팀", (Role.BUYER,)),
    ("young.lee", "이영희", "구매팀", (Role.BUYER,)),
    ("min.yoon", "윤민서", "인프라운영팀", (Role.REQUESTER,)),
    ("suhyun.choi", "최수현", "물류팀", (Role.RECEIVER,)),
    ("jimin.han", "한지민", "품질팀", (Role.INSPECTOR,)),
    ("daeun.jung", "정다은", "재무팀", (Role.SETTLEMENT,)),
    ("minseok.oh", "오민석", "업무지원팀", (Role.ADMIN,)),
    ("harin.seo", "서하린", "제휴팀", (Role.MEDIA_MANAGER,)),
)

FIRMS: tuple[Firm, ...] = (
    Firm(
        "(주)한빛네트웍스",
        "138818902",
        "김한빛",
        "경기도 성남시 분당구 판교역로 152, 8층",
        (("doyun.kim@hanbit.example", "김도윤", True), ("seoyeon.park@hanbit.example", "박서연", False)),
    ),
    Firm(
        "주식회사 대한정보통신시스템엔지니어링종합기술",
        "220816251",
        "남궁대한",
        "서울특별시 강남구 테헤란로 521, 지식산업센터 타워동 1904호",
        (("jaeho.namgung@daehan.example", "남궁재호", True), ("hana.lee@daehan.example", "이하나", False)),
    ),
    Firm(
        "가온소프트 주식회사",
        "124810099",
        "정가온",
        "서울특별시 마포구 월드컵북로 396",
        (("gaon.jung@gaonsoft.example", "정가온", True),),
    ),
    Firm(
        "누리디자인",
        "607110321",
        "조누리",
        "부산광역시 해운대구 센텀중앙로 79",
        (("nuri.cho@nuridesign.example", "조누리", True),),
        CompanyKind.SOLE,
    ),
)

INDIVIDUAL = Firm(
    "윤하늘",
    "",
    "",
    "서울특별시 성동구 왕십리로 125, 302호",
    (("haneul.yoon@studio.example", "윤하늘", True),),
    CompanyKind.INDIVIDUAL,
)
"""An 개인회원; stands apart because the demo's trade is between companies."""

# Due, reminders and escalation in business days (the manual is silent; architecture.md's defaults elsewhere).
POLICIES: tuple[tuple[str, str, int, tuple[int, ...], int], ...] = (
    ("contract", "review_requested", 3, (1, 2), 5),
    ("contract", "seal_requested", 5, (2, 4), 7),
    ("order", "confirmation_requested", 3, (1, 2), 5),
    ("delivery", "requested", 2, (1,), 3),
    ("inspection", "waiting", 3, (2,), 5),
    ("settlement", "issue_requested", 5, (2, 4), 7),
)


def phone(index: int) -> str:
    """Numbers from a block no carrier gives out."""
    return f"0100000{index:04d}"


def load() -> bool:
    """Write the people once; False when they are there already."""
    with database.working() as session:
        known = session.execute(select(col(Member.id)).limit(1)).first()
        if known is not None:
            return False
        now = clock.now()
        secret = hashed(PASSWORD)
        staff = [
            _member(session, now, secret, index, login, name, roles=[role.value for role in roles], department=team)
            for index, (login, name, team, roles) in enumerate(STAFF, start=1)
        ]
        for number, firm in enumerate((*FIRMS, INDIVIDUAL), start=1):
            _firm(session, now, secret, number, firm)
        session.add(
            Delegation(
                from_member_id=staff[1].id or 0,
                to_member_id=staff[0].id or 0,
                role=Role.BUYER.value,
                starts_at=now,
                ends_at=now + dt.timedelta(days=14),
                reason="출장",
                created_at=now,
            )
        )
        standard.put(session, now)
        _consent(session, now)
        session.add_all(
            Policy(
                kind=kind,
                status=status,
                due_days=due,
                remind_days=list(remind),
                escalate_days=escalate,
                changed_at=now,
            )
            for kind, status, due, remind, escalate in POLICIES
        )
    return True


def _consent(session: Session, now: dt.datetime) -> None:
    """The partners' people agreed to the terms when they joined."""
    agreed = [terms.id for terms in terms_in_force(session, "partner", now) if terms.id is not None]
    partners = select(col(Member.id)).where(~col(Member.company_id).is_(None))
    for member in session.execute(partners).scalars():
        consent(session, member or 0, agreed, now)


def birth_date(index: int) -> str:
    """An invented birthday, one of its own for each demo person."""
    firm, place = divmod(index, 100)
    return (dt.date(1970, 1, 1) + dt.timedelta(days=37 * (10 * firm + place))).isoformat()


def sex(index: int) -> Sex:
    """Invented like the birthday; the sandbox carrier knows these people by name, birthday and sex."""
    return Sex.FEMALE if index % 2 else Sex.MALE


def _firm(session: Session, now: dt.datetime, secret: str, number: int, firm: Firm) -> None:
    company = Company(
        name=firm.name,
        kind=firm.kind.value,
        business_number=brn_with_check(firm.number) if firm.number else None,
        representative=firm.representative,
        address=firm.address,
        phone=f"02-0000-{number:04d}",
        created_at=now,
    )
    session.add(company)
    session.flush()
    session.add(_account(session, now, number, company))
    for index, (login, name, owner) in enumerate(firm.contacts):
        roles = [Role.PARTNER.value, Role.PARTNER_OWNER.value] if owner else [Role.PARTNER.value]
        _member(session, now, secret, 100 * number + index, login, name, roles=roles, company_id=company.id)


def _account(session: Session, now: dt.datetime, number: int, company: Company) -> BankAccount:
    account_number = f"3333-{number:02d}-{1000000 + number}"
    copy = keep(session, FileKind.PNG, "통장사본.png", _bankbook(account_number), company.id)
    return BankAccount(
        company_id=company.id or 0,
        bank_code="090",
        bank_name=BANKS["090"],
        account_number=account_number,
        holder=company.name,
        copy_file_id=copy.id,
        is_default=True,
        created_at=now,
    )


def _bankbook(account_number: str) -> bytes:
    """A page with the number on it."""
    page = Image.new("RGB", (600, 380), "white")
    ImageDraw.Draw(page).text((60, 160), account_number, fill="black", font_size=40)
    written = BytesIO()
    page.save(written, "PNG")
    return written.getvalue()


def _member(
    session: Session,
    now: dt.datetime,
    secret: str,
    index: int,
    login: str,
    name: str,
    **more: Any,
) -> Member:
    facts: dict[str, Any] = {
        "login": login,
        "name": name,
        "email": login if "@" in login else f"{login}@dongban.example",
        "phone": phone(index),
        "birth_date": birth_date(index),
        "sex": sex(index).value,
        "identity_hash": identity_hash(ci_of(name, dt.date.fromisoformat(birth_date(index)), sex(index).value)),
        "password_hash": secret,
        "password_changed_at": now,
        "created_at": now,
    }
    member = Member(**(facts | more))
    session.add(member)
    session.flush()
    return member


def actor(session: Session, login: str) -> Actor:
    """The demo person with that log-in, as an actor of their own roles."""
    row = session.execute(select(Member).where(col(Member.login) == login)).scalar_one()
    firm = session.get(Company, row.company_id) if row.company_id else None
    return Actor(
        member_id=row.id or 0,
        name=row.name,
        company_id=row.company_id,
        company_name=firm.name if firm else HOUSE.short_name,
        roles=frozenset(Role(role) for role in row.roles),
    )


if __name__ == "__main__":
    load()
