"""What travels about messages: ids only, never an address or a text."""

from models.processes.messages import Frozen


class MessageBatchStart(Frozen):
    """Input of the workflow ``messages/<batch id>``."""

    batch_id: str


class MessageBatchResult(Frozen):
    sent: int
    failed: int
