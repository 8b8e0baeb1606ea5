"""Puts settlements that wait for their invoice into a running house: `python -m tests.journeys.settled '{"count": 3}'`.

Orders and what was inspected of them are written as they would stand; drafting, asking and confirming are the
house's own doing, by the commands its people would have sent.
"""

import datetime as dt
import json
import subprocess
import sys
import time
import uuid
from dataclasses import asdict, dataclass

from sqlalchemy import func, select, update
from sqlmodel import Session, col

from models import clock, database
from models.kernel.roles import Role
from models.members.tables import Company, Member
from models.processes.messages import Actor, command_payload
from models.processes.tables import Command
from models.processes.writes import COMMANDS, Press, insert_command, wake
from models.settlements.kind import SETTLEMENT
from models.settlements.messages import Draft
from models.settlements.tables import Settlement
from models.settlements.writes import create
from tests import factories
from tests.house import ROOT, House
from tests.settlements import world

ACTED_SECONDS = 120.0


@dataclass
class Wanted:
    """So many settlements of two lines each, of one supplier, named 「<title> 1」 and on."""

    partner: str
    officer: str
    title: str
    count: int = 1
    price: int = 1_200_000


def settle(house: House, wanted: Wanted) -> list[int]:
    """Make them in the house's own process environment, where its keys are; their ids. Raises RuntimeError."""
    command = [sys.executable, "-m", "tests.journeys.settled", json.dumps(asdict(wanted))]
    done = subprocess.run(command, cwd=ROOT, env=house.environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    ids: list[int] = json.loads(done.stdout.splitlines()[-1])
    return ids


def put(wanted: Wanted) -> list[int]:
    """Orders, inspections, settlements, and the two acts that bring each to 확인, the second when the first is done."""
    now = clock.now()
    with database.working() as session:
        partner, officer = _person(session, wanted.partner), _person(session, wanted.officer)
        company = session.get_one(Company, partner.company_id)
        asked = factories.actor(officer)
        asks = factories.actor(partner, company)
        asks = asks.model_copy(update={"roles": asks.roles | {Role.PARTNER}})
        made = [_settlement(session, asked, company, wanted, number, now) for number in range(1, wanted.count + 1)]
        ids = [one.id or 0 for one in made]
    for actor, act, status in ((asked, "request_issue", "issue_requested"), (asks, "acknowledge", "acknowledged")):
        with database.working() as session:
            for one in ids:
                _press(session, actor, session.get_one(Settlement, one), act)
            wake(session, COMMANDS)
        _wait(ids, status)
    return ids


def _wait(ids: list[int], status: str) -> None:
    """Until all are there. Raises RuntimeError."""
    there = select(func.count()).where(col(Settlement.id).in_(ids), col(Settlement.status) == status)
    limit = time.monotonic() + ACTED_SECONDS
    while time.monotonic() < limit:
        with database.working() as session:
            if session.execute(there).scalar_one() == len(ids):
                return
        time.sleep(0.1)  # noqa: TID251 - other processes act
    raise RuntimeError(f"the settlements did not become {status}")


def _person(session: Session, login: str) -> Member:
    found: Member = session.execute(select(Member).where(col(Member.login) == login)).scalar_one()
    return found


def _settlement(
    session: Session, actor: Actor, company: Company, wanted: Wanted, number: int, now: dt.datetime
) -> Settlement:
    buyer = _person(session, "amela.cha")
    prices = (wanted.price * number, 99_999)
    of = world.order(session, company, buyer, "tax_invoice_auto", prices)
    items = [world.inspection(session, of, price, place) for place, price in enumerate(prices, start=1)]
    for item in items:
        item.status, item.turn, item.inspected_at = "accepted", None, now
        session.add(item)
    session.flush()
    draft = Draft(title=f"{wanted.title} {number}", inspections=[item.id or 0 for item in items])
    return create(session, actor, of.id or 0, draft, now)


def _press(session: Session, actor: Actor, settlement: Settlement, act: str) -> None:
    request_id = uuid.uuid4()
    payload = command_payload(SETTLEMENT.payload(act)())
    press = Press(SETTLEMENT.key, act, request_id, payload, actor.roles, None)
    insert_command(session, actor, settlement, press)
    due = update(Command).where(col(Command.request_id) == request_id).values(next_attempt_at=clock.now())
    session.execute(due.execution_options(synchronize_session=False))


if __name__ == "__main__":
    sys.stdout.write(json.dumps(put(Wanted(**json.loads(sys.argv[1])))))
