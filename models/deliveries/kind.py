"""The delivery round as one kind of document."""

from models.deliveries.messages import PAYLOADS
from models.deliveries.rules import RULES
from models.deliveries.tables import DeliveryRound
from models.deliveries.wording import WORDS
from models.processes.kinds import Kind


def _number(row: DeliveryRound) -> str:
    return f"{row.order_number} {row.round_no}차"


def _title(row: DeliveryRound) -> str:
    return row.item_name


DELIVERY = Kind(
    rules=RULES,
    table=DeliveryRound,
    payloads=PAYLOADS,
    words=WORDS,
    plural="deliveries",
    number=_number,
    title=_title,
)
