"""The inspection as one kind of document."""

from models.inspections.messages import PAYLOADS
from models.inspections.rules import RULES
from models.inspections.tables import Inspection
from models.inspections.wording import WORDS
from models.processes.kinds import Kind


def _number(row: Inspection) -> str:
    return f"{row.order_number} {row.round_no}차"


def _title(row: Inspection) -> str:
    return row.item_name


INSPECTION = Kind(
    rules=RULES,
    table=Inspection,
    payloads=PAYLOADS,
    words=WORDS,
    plural="inspections",
    number=_number,
    title=_title,
)
