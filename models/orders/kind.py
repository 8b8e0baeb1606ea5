"""The order as one kind of document."""

from models.kernel.numbers import with_version
from models.orders.messages import PAYLOADS
from models.orders.rules import RULES
from models.orders.tables import PurchaseOrder
from models.orders.wording import WORDS
from models.processes.kinds import Kind


def _number(order: PurchaseOrder) -> str:
    return with_version(order.number, order.revision)


def _title(order: PurchaseOrder) -> str:
    return order.title


ORDER = Kind(
    rules=RULES,
    table=PurchaseOrder,
    payloads=PAYLOADS,
    words=WORDS,
    plural="orders",
    number=_number,
    title=_title,
)
