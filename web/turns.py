"""「차례」: the filter every list of documents has, the same question as 「내 할 일」."""

from models.inbox import waiting
from models.processes.tables import ProcessColumns
from web.grid_filters import Option, Segment


def turn_filter(table: type[ProcessColumns]) -> Segment:
    """Every row, or those that wait on the person who asks."""
    mine = Option(value="mine", label="내 차례", where=lambda actor: waiting(actor, table))
    return Segment(key="turn", label="차례", options=(Option(value="all", label="전체"), mine))
