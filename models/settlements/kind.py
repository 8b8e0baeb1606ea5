"""The settlement as one kind of document."""

import datetime as dt

from models.processes.kinds import Kind
from models.settlements.messages import PAYLOADS
from models.settlements.rules import RULES, Status, payment_due
from models.settlements.tables import Settlement
from models.settlements.wording import WORDS


def _number(settlement: Settlement) -> str:
    return settlement.number


def _title(settlement: Settlement) -> str:
    return settlement.title


def _payment_day(settlement: Settlement) -> dt.date | None:
    """A payment waits for its day: nobody is reminded before it."""
    return settlement.payment_due_on


def payment_expected(settlement: Settlement, today: dt.date, holidays: frozenset[dt.date]) -> dt.date:
    """When the money comes: 지급예정일, or by the payment rule if the invoice comes when it is asked for."""
    if settlement.payment_due_on is not None:
        return settlement.payment_due_on
    return payment_due(settlement.evidence_issued_on or settlement.issue_on or today, holidays)


SETTLEMENT = Kind(
    rules=RULES,
    table=Settlement,
    payloads=PAYLOADS,
    words=WORDS,
    plural="settlements",
    number=_number,
    title=_title,
    days={Status.PAYMENT_DUE: _payment_day},
    foreseen={Status.PAYMENT_DUE: payment_expected},
)
