"""The settlement as one kind of document."""

import datetime as dt

from models.processes.deadlines import ESCALATE, REMIND
from models.processes.kinds import Kind
from models.processes.messages import Alarm
from models.settlements.messages import PAYLOADS
from models.settlements.rules import RULES, Status, payment_alarms
from models.settlements.tables import Settlement
from models.settlements.wording import WORDS


def _number(settlement: Settlement) -> str:
    return settlement.number


def _title(settlement: Settlement) -> str:
    return settlement.title


def _payment_rings(settlement: Settlement, holidays: frozenset[dt.date]) -> list[Alarm]:
    """A payment waits for its day: nobody is reminded before it."""
    if settlement.payment_due_on is None:
        return []
    remind, escalate = payment_alarms(settlement.payment_due_on, settlement.status_since, holidays)
    return [Alarm(at=remind, act=REMIND), Alarm(at=escalate, act=ESCALATE)]


SETTLEMENT = Kind(
    rules=RULES,
    table=Settlement,
    payloads=PAYLOADS,
    words=WORDS,
    plural="settlements",
    number=_number,
    title=_title,
    rings={Status.PAYMENT_DUE: _payment_rings},
)
