"""What travels about messages: ids only, never an address or a text."""

from models.processes.messages import Frozen


class MessageBatchStart(Frozen):
    """Input of the workflow ``messages/<batch id>``."""

    batch_id: str


class MessageRound(Frozen):
    """What became of a batch at its first try: how many were taken, which are still to be sent, one by one."""

    sent: int
    left: list[int]


class MessageBatchResult(Frozen):
    sent: int
    failed: int
