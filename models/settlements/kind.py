"""The settlement as one kind of document."""

import datetime as dt

from models.processes.kinds import Kind
from models.settlements.messages import PAYLOADS
from models.settlements.rules import RULES, Status
from models.settlements.tables import Settlement
from models.settlements.wording import WORDS


def _number(settlement: Settlement) -> str:
    return settlement.number


def _title(settlement: Settlement) -> str:
    return settlement.title


def _payment_day(settlement: Settlement) -> dt.date | None:
    """A payment waits for its day: nobody is reminded before it."""
    return settlement.payment_due_on


SETTLEMENT = Kind(
    rules=RULES,
    table=Settlement,
    payloads=PAYLOADS,
    words=WORDS,
    plural="settlements",
    number=_number,
    title=_title,
    days={Status.PAYMENT_DUE: _payment_day},
)
