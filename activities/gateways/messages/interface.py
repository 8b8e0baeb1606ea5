"""What the house asks of anybody who carries its messages."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.notifications.rules import Channel


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message. The same `key` is the same message, however often it is handed over."""

    key: str
    channel: Channel
    event: str
    recipient: str = field(repr=False)
    subject: str = field(repr=False)
    body: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    """The carrier took the message; `provider_id` is its name for it."""

    provider_id: str


class Undeliverable(Exception):  # noqa: N818 - an answer of the carrier
    """This message will never arrive this way; `code` says why in the carrier's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Unavailable(Exception):  # noqa: N818 - an answer of the carrier
    """The carrier did not answer, or asked to come back: the same message may be tried again."""


Answer = Receipt | Undeliverable | Unavailable


class Carrier(ABC):
    """A way out of the house: one network, one account."""

    @abstractmethod
    def send_all(self, messages: Sequence[Outgoing]) -> list[Answer]:
        """Hand messages over together, as cheaply as the carrier can; what became of each, in their order."""

    def send(self, message: Outgoing) -> Receipt:
        """Hand one over. Raises Undeliverable (for good) or Unavailable (try again)."""
        (answer,) = self.send_all([message])
        if isinstance(answer, Receipt):
            return answer
        raise answer


Carriers = Mapping[Channel, Carrier]
