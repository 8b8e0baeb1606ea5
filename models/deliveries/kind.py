"""The delivery round as one kind of document."""

import datetime as dt

from models.deliveries.messages import PAYLOADS
from models.deliveries.rules import RULES, Status
from models.deliveries.tables import DeliveryRound
from models.deliveries.wording import WORDS
from models.processes.deadlines import end_of
from models.processes.kinds import Kind


def _number(row: DeliveryRound) -> str:
    return f"{row.order_number} {row.round_no}차"


def _title(row: DeliveryRound) -> str:
    return row.item_name


def _planned_day(row: DeliveryRound) -> dt.date:
    return row.planned_on


def _day_to_come(row: DeliveryRound) -> dt.date | None:
    """A confirmed round comes in on its day; one whose day is over already, as soon as the policy says."""
    return row.planned_on if end_of(row.planned_on) > row.status_since else None


def _arrival(row: DeliveryRound, today: dt.date, holidays: frozenset[dt.date]) -> dt.date:  # noqa: ARG001 - as agreed
    return row.planned_on


DELIVERY = Kind(
    rules=RULES,
    table=DeliveryRound,
    payloads=PAYLOADS,
    words=WORDS,
    plural="deliveries",
    number=_number,
    title=_title,
    days={Status.PLANNED: _planned_day, Status.CONFIRMED: _day_to_come},
    foreseen={Status.CONFIRMED: _arrival},
)
