"""Puts one partner with one person into a running house: `python -m tests.journeys.newcomer '{"login": …}'`.

A member of its own for a journey that changes passwords, phones or states, so that no other journey meets it.
"""

import datetime as dt
import json
import subprocess
import sys
from dataclasses import asdict, dataclass

from models import clock, database
from models.auth.passwords import hashed
from models.kernel.identifiers import brn_with_check
from models.members.tables import Company, Member
from models.terms.queries import current
from models.terms.writes import consent
from tests.house import ROOT, House

PASSWORD = "Newcomer2026!"


@dataclass
class Newcomer:
    """Days are counted back from now."""

    login: str
    name: str
    phone: str
    birth_date: str = "1990-01-01"
    number: str = "101810001"
    status: str = "active"
    seen_days_ago: int = 1
    password_days_old: int = 1


def settle(house: House, who: Newcomer) -> Newcomer:
    """Make the person in the house's own process environment, where its keys are."""
    command = [sys.executable, "-m", "tests.journeys.newcomer", json.dumps(asdict(who))]
    subprocess.run(command, cwd=ROOT, env=house.environment, check=True)
    return who


def put(who: Newcomer) -> None:
    """Write company and member, who agreed to the terms in force."""
    now = clock.now()
    with database.working() as session:
        company = Company(
            name=f"{who.name}상사", business_number=brn_with_check(who.number), representative=who.name, created_at=now
        )
        session.add(company)
        session.flush()
        member = Member(
            login=who.login,
            name=who.name,
            email=who.login,
            phone=who.phone,
            birth_date=who.birth_date,
            password_hash=hashed(PASSWORD),
            company_id=company.id,
            roles=["partner", "partner_owner"],
            status=who.status,
            password_changed_at=now - dt.timedelta(days=who.password_days_old),
            last_login_at=now - dt.timedelta(days=who.seen_days_ago),
            created_at=now - dt.timedelta(days=800),
        )
        session.add(member)
        session.flush()
        agreed = [terms.id for terms in current(session, "partner", now) if terms.id is not None]
        consent(session, member.id or 0, agreed, now)


if __name__ == "__main__":
    put(Newcomer(**json.loads(sys.argv[1])))
