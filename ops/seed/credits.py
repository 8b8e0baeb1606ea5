"""The demo's credits: who is paid for which media, a year of settled months, and the last one ready to be settled.

The last month's pool and files are there and applied; its run waits for the settlement officer (or the Schedule).
"""

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

import models.registry  # noqa: F401 - a row of one domain names tables of others
from models import clock, database
from models.auth.passwords import hashed
from models.credits.account_rules import HOLDER_FOUND, account_workflow_id
from models.credits.account_rules import Status as AccountStatus
from models.credits.account_tables import CreditAccount, CreditContact
from models.credits.kind import CREDIT_ACCOUNT
from models.credits.rules import (
    CompanyKind,
    IssueMode,
    month_after,
    month_of,
)
from models.credits.tables import (
    CreditCompany,
    CreditMedium,
    CreditPerson,
    CreditRate,
)
from models.harmony.rules import Space, SpaceRole
from models.harmony.tables import NOBODYS, CreditGroup, HarmonyAccount, SpaceMembership
from models.kernel.calendar import local_date
from models.kernel.identifiers import brn_with_check
from models.kernel.roles import Role
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.processes.messages import Actor
from models.processes.writes import start_process
from models.terms.queries import current as terms_in_force
from models.terms.writes import consent
from ops.demo_logins import PASSWORD
from ops.seed import credits_past
from ops.seed.chronicle import Chronicle
from ops.seed.credits_past import MONTHS, Settled, businesses
from ops.seed.past import frame
from ops.seed.stage import office

HARIN = "harin.seo"
ACCOUNT_AGE = dt.timedelta(days=420)
LOCKED = "!"
"""Fits no password: Harmony's people have no log-in of the procurement portal."""


@dataclass(frozen=True)
class Payee:
    """A demo payee with its groups: (name, media, account)."""

    name: str
    kind: CompanyKind
    mode: IssueMode
    number: str
    representative: str
    login: str
    person: str
    groups: tuple[tuple[str, tuple[tuple[str, str, str], ...], tuple[str, str]], ...]


PAYEES: tuple[Payee, ...] = (
    Payee(
        "주식회사 하늘미디어", CompanyKind.COMPANY, IssueMode.REVERSE, "214870155", "김하늘",
        "haneul@media.example", "박하늘",
        (
            ("상생 RS > 뉴스 > 하늘스포츠 외",
             (("HN-SPORTS", "하늘스포츠", "뉴스"), ("HN-ENT", "하늘연예", "뉴스"), ("HN-NEWS", "하늘뉴스", "뉴스")),
             ("090", "3333011212345")),
            ("상생 RS > 뉴스 > 하늘자동차", (("HN-CAR", "하늘자동차", "자동차"),), ("004", "92540201234567")),
        ),
    ),
    Payee(
        "바다일보 주식회사", CompanyKind.COMPANY, IssueMode.FORWARD, "113860447", "이바다",
        "bada@media.example", "최바다",
        (("기타지급내역 > 뉴스 > 바다일보", (("BD-NEWS", "바다일보", "뉴스"), ("BD-ECON", "바다경제", "뉴스")),
          ("088", "110345678901")),),
    ),
    Payee(
        "정새봄", CompanyKind.INDIVIDUAL, IssueMode.INDIVIDUAL, "", "", "saebom@media.example", "정새봄",
        (("상생 RS > 1boon > 영화매거진", (("SB-MOVIE", "영화매거진", "1boon"),), ("092", "100012345678")),),
    ),
    Payee(
        "숲속책방", CompanyKind.SOLE, IssueMode.REVERSE, "506120993", "한숲", "forest@media.example", "한숲",
        (("상생 RS > 1boon > 숲속책방", (("FR-BOOK", "숲속책방", "1boon"),), ("011", "3012345678901")),),
    ),
)  # fmt: skip


def load() -> None:
    """Write them once."""
    with database.working() as session:
        if session.execute(select(col(CreditCompany.id)).limit(1)).first() is not None:
            return
        chronicle = Chronicle(session, clock.now(), office(session))
        settled = [one for index, payee in enumerate(PAYEES) for one in payee_of(chronicle, index, payee)]
        last = month_after(month_of(local_date(chronicle.now)), -1)
        for back in range(MONTHS, -1, -1):
            credits_past.month(chronicle, settled, month_after(last, -back), is_over=back > 0)


def payee_of(chronicle: Chronicle, index: int, payee: Payee) -> list[Settled]:
    """A payee with its person, groups, media, rates and accounts."""
    session, now, by = chronicle.session, chronicle.now, chronicle.cast[HARIN]
    person = payee.kind is CompanyKind.INDIVIDUAL
    company = CreditCompany(
        kind=payee.kind.value,
        name=payee.name,
        business_number=None if person else brn_with_check(payee.number),
        person_number="9003011234567" if person else None,
        representative=payee.representative,
        address="" if person else "서울특별시 종로구 세종대로 175, 5층",
        business_type="" if person else "정보통신업",
        business_item="" if person else "온라인 정보제공",
        issue_mode=payee.mode.value,
        reverse_agreed_on=local_date(now) - dt.timedelta(days=400) if payee.mode is IssueMode.REVERSE else None,
        artist=person,
        created_by=by.member_id,
        created_at=now,
        changed_at=now,
    )
    session.add(company)
    session.flush()
    user = _user(session, now, index, payee)
    if person:
        address = "경기도 성남시 분당구 대왕판교로606번길 58"
        session.add(
            CreditPerson(
                credit_company_id=company.id or 0,
                email=payee.login,
                zip_code="13524",
                address=address,
                changed_by=by.member_id,
                changed_at=now,
            )
        )
    return [_group(chronicle, company, user, *facts) for facts in payee.groups]


def _user(session: Session, now: dt.datetime, index: int, payee: Payee) -> Actor:
    """A person of Harmony who logs in with an account of the house."""
    person = Member(
        login=f"harmony:demo{index}",
        name=payee.person,
        email=payee.login,
        phone=f"0100000{90 + index:04d}",
        password_hash=LOCKED,
        roles=[Role.MEDIA.value],
        status=MemberStatus.ACTIVE.value,
        password_changed_at=now,
        created_at=now,
        joined_at=now,
    )
    session.add(person)
    session.flush()
    session.add(
        HarmonyAccount(member_id=person.id or 0, subject=payee.login, password_hash=hashed(PASSWORD), created_at=now)
    )
    agreed = [terms.id for terms in terms_in_force(session, "media", now) if terms.id is not None]
    consent(session, person.id or 0, agreed, now)
    return Actor(member_id=person.id or 0, name=payee.person, roles=frozenset({Role.MEDIA}))


def _group(
    chronicle: Chronicle,
    company: CreditCompany,
    user: Actor,
    name: str,
    media: tuple[tuple[str, str, str], ...],
    account: tuple[str, str],
) -> Settled:
    session, now, by = chronicle.session, chronicle.now, chronicle.cast[HARIN]
    group = CreditGroup(
        name=name,
        company_name=company.name,
        business_number=company.business_number,
        credit_company_id=company.id,
        created_by=by.member_id,
        created_at=now,
    )
    session.add(group)
    session.flush()
    session.add(
        SpaceMembership(
            member_id=user.member_id,
            space=Space.CREDIT.value,
            space_id=group.id or 0,
            role=SpaceRole.USER.value,
            joined_at=now,
        )
    )
    session.add(
        CreditContact(
            group_id=group.id or 0,
            name=user.name,
            phone="01000000090",
            email="settle@media.example",
            changed_by=user.member_id,
            changed_at=now,
        )
    )
    _account(chronicle, group, user, company.name, account)
    made = tuple(_medium(session, now, by, group, *facts) for facts in media)
    return Settled(group, company, made, user)


def _account(chronicle: Chronicle, group: CreditGroup, user: Actor, holder: str, account: tuple[str, str]) -> None:
    """In force since before the first month."""
    at = chronicle.now - ACCOUNT_AGE
    key = account_workflow_id(group.id or 0, 1)
    made = CreditAccount(
        **frame(CREDIT_ACCOUNT, at, user, NOBODYS, workflow_id=key, case_key=key),
        group_id=group.id or 0,
        account_version=1,
        bank_code=account[0],
        account_number=account[1],
        holder=holder,
        holder_found=holder,
        checked_at=at,
        consented_at=at,
        effective_at=at,
        active_since=at,
        author_name=user.name,
    )
    chronicle.add(made, CREDIT_ACCOUNT).act(HOLDER_FOUND, AccountStatus.ACTIVE.value, at, None)
    chronicle.session.flush()
    start_process(chronicle.session, made, CREDIT_ACCOUNT.key)


def _medium(
    session: Session, now: dt.datetime, by: Actor, group: CreditGroup, code: str, name: str, service: str
) -> CreditMedium:
    made = CreditMedium(
        code=code, name=name, service=service, group_id=group.id, created_by=by.member_id, created_at=now
    )
    session.add(made)
    session.flush()
    since = month_after(month_of(local_date(now)), -MONTHS - 2)
    for business, rate in zip(businesses(session), (1_000_000, 700_000), strict=True):
        session.add(
            CreditRate(
                medium_id=made.id or 0,
                business_id=business.id or 0,
                rate_millionths=rate,
                from_month=since,
                contract_name=f"{name} 제휴계약",
                created_by=by.member_id,
                created_at=now,
            )
        )
    return made
