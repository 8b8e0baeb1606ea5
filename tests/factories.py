"""What tests need in a database: companies, people, documents at any status."""

import datetime as dt
import itertools
from typing import Any

from sqlmodel import Session

from models.contracts.tables import Contract
from models.kernel.roles import Role
from models.members.tables import Company, Member
from models.processes.messages import Actor

NOW = dt.datetime(2026, 2, 9, 1, 0, tzinfo=dt.UTC)
_serial = itertools.count(1)


def company(session: Session, name: str = "(주)한빛네트웍스") -> Company:
    made = Company(name=f"{name}", business_number=f"{next(_serial):010d}", created_at=NOW)
    session.add(made)
    session.flush()
    return made


def member(session: Session, name: str, *roles: Role, of: Company | None = None) -> Member:
    held = {role.value for role in roles} | ({"partner"} if of else set())
    login = f"person{next(_serial)}" + ("@example.com" if of else "")
    made = Member(
        login=login,
        name=name,
        email=f"{login}@example.com" if not of else login,
        phone="01012345678",
        password_hash="-",
        company_id=of.id if of else None,
        roles=sorted(held),
        password_changed_at=NOW,
        created_at=NOW,
    )
    session.add(made)
    session.flush()
    return made


def actor(person: Member, of: Company | None = None) -> Actor:
    assert person.id is not None
    return Actor(
        member_id=person.id,
        name=person.name,
        company_id=person.company_id,
        company_name=of.name if of else "카카오",
        roles=frozenset(Role(role) for role in person.roles),
    )


def contract(session: Session, of: Company, buyer: Member, status: str = "drafting", **more: Any) -> Contract:
    assert of.id is not None
    assert buyer.id is not None
    number = f"CR20260209-{next(_serial):03d}"
    facts: dict[str, Any] = {
        "workflow_id": f"contract/{number}/1",
        "company_id": of.id,
        "case_key": number,
        "status": status,
        "turn": "buyer" if status == "drafting" else "partner",
        "status_since": NOW,
        "created_by": buyer.id,
        "created_at": NOW,
        "number": number,
        "form": "new",
        "contract_type": "general",
        "title": "인프라 장비구매요청",
        "company_name": of.name,
        "contract_date": dt.date(2026, 2, 9),
        "starts_on": dt.date(2026, 2, 9),
        "ends_on": dt.date(2026, 2, 28),
        "amount": 1_200_000,
        "payment_terms": "검수 후 다음 달 15일",
        "settlement_type": "by_inspection",
        "buyer_id": buyer.id,
        "buyer_name": buyer.name,
        "edited_at": NOW,
    }
    made = Contract(**(facts | more))
    session.add(made)
    session.flush()
    return made
