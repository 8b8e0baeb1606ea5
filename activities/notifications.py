"""Sending: reserve, hand over with the message's own key, confirm. A repeat does only what is left."""

import datetime as dt
import functools
import logging
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.gateways.messages import choice
from activities.gateways.messages.interface import Carrier, Carriers, Outgoing, Receipt, Unavailable, Undeliverable
from models import clock, database
from models.notifications.messages import MessageBatchStart, MessageRound
from models.notifications.rules import Channel, MessageState, fallback, is_impatient
from models.notifications.tables import Message
from models.processes.writes import MESSAGES, wake
from models.settings import settings

log = logging.getLogger(__name__)

# For rows that are locked already; one statement for a handful, not one for each.
_TRIED = text("UPDATE message SET attempts = attempts + 1 WHERE id = ANY(:ids)")
_TAKEN = text("""
UPDATE message m SET state = :sent, provider_id = taken.theirs, sent_at = :now, error = NULL
  FROM unnest(CAST(:ids AS bigint[]), CAST(:theirs AS text[])) AS taken (id, theirs) WHERE m.id = taken.id
""")

OPEN = (MessageState.QUEUED.value, MessageState.SENDING.value)
ERROR_CHARS_MAX = 200
ROUND_SECONDS = 20
"""Then no handful is begun: the last of them ends well within the time the activity has."""
HANDFUL = 25
"""Messages opened, handed over and noted together: as many go out twice where a process dies before it noted the
answers."""


class Messages:
    """The activities of the workflow ``MessageBatch``, with the carriers they use."""

    def __init__(self, carriers: Callable[[], Carriers]) -> None:
        self.carriers = carriers

    @property
    def activities(self) -> Sequence[Callable[..., Any]]:
        return (self.reserve_messages, self.send_messages, self.send_message, self.give_up_message)

    @activity.defn(name="reserve_messages")
    def reserve_messages(self, start: MessageBatchStart) -> list[int]:
        """Ids of the batch's messages that are still to be sent, now marked as being sent."""
        with database.working() as session:
            mine = update(Message).where(
                col(Message.batch_id) == uuid.UUID(start.batch_id), col(Message.state).in_(OPEN)
            )
            taken = session.execute(mine.values(state=MessageState.SENDING.value).returning(col(Message.id)))
            return sorted(message for message in taken.scalars() if message is not None)

    @activity.defn(name="send_messages")
    def send_messages(self, messages: list[int]) -> MessageRound:
        """Hand a whole batch over, each message once; what a carrier that is away did not take is left.

        One activity for all: as many as a carrier takes in ROUND_SECONDS, the others are left as well.
        """
        until = clock.now() + dt.timedelta(seconds=ROUND_SECONDS)
        sent = 0
        for start in range(0, len(messages), HANDFUL):
            handful = messages[start : start + HANDFUL]
            taken, left = self._hand_over(handful) if clock.now() <= until else (0, handful)
            sent += taken
            if left:
                return MessageRound(sent=sent, left=left + messages[start + HANDFUL :])
        return MessageRound(sent=sent, left=[])

    @activity.defn(name="send_message")
    def send_message(self, message_id: int) -> bool:
        """Hand one message over and note the answer; whether it was taken.

        Raises ApplicationError (to be tried again) while the carrier is away.
        """
        taken, left = self._hand_over([message_id])
        if left:
            raise ApplicationError("the carrier is away", type="unavailable", category=ApplicationErrorCategory.BENIGN)
        return bool(taken)

    def _hand_over(self, messages: Sequence[int]) -> tuple[int, list[int]]:
        """How many were taken, and which are left because their carrier is away; the answers are noted together."""
        carriers = self.carriers()
        taken, open_ones = self._open(messages)
        answers: dict[int, Receipt | str] = {}
        left: list[int] = []
        for carrier, mine in _by_carrier(carriers, open_ones).items():
            for message_id, answer in zip(mine, carrier.send_all(list(mine.values())), strict=True):
                if isinstance(answer, Unavailable):
                    left.append(message_id)
                else:
                    answers[message_id] = answer.code if isinstance(answer, Undeliverable) else answer
        if left:
            log.warning("carriers are away: %d messages wait", len(left))
        return taken + self._note(answers), self._still_waiting(left)

    @activity.defn(name="give_up_message")
    def give_up_message(self, message_id: int) -> None:
        """Note that a message could not be sent in the time it had."""
        self._note({message_id: "unavailable"})

    def _open(self, messages: Sequence[int]) -> tuple[int, dict[int, Outgoing]]:
        """How many were sent before, and those to hand over now; what is of no use any more is closed."""
        sent, found = 0, {}
        with database.working() as session:
            for row in _locked(session, messages):
                if row.state not in OPEN:
                    sent += row.state == MessageState.SENT.value
                elif row.expires_at is not None and row.expires_at <= clock.now():
                    row.state = MessageState.FAILED.value
                    row.error = "expired"
                else:
                    found[row.id or 0] = _outgoing(row)
            session.execute(_TRIED, {"ids": list(found)})
        return sent, found

    def _note(self, answers: Mapping[int, Receipt | str]) -> int:
        """Write the carriers' answers down, receipts and codes of refusal; how many were receipts."""
        if not answers:
            return 0
        with database.working() as session:
            open_ones = {row.id or 0: row for row in _locked(session, list(answers)) if row.state in OPEN}
            receipts = {n: answer for n in open_ones if isinstance(answer := answers[n], Receipt)}
            taken = {"ids": list(receipts), "theirs": [receipt.provider_id for receipt in receipts.values()]}
            session.execute(_TAKEN, taken | {"sent": MessageState.SENT.value, "now": clock.now()})
            for n, row in open_ones.items():
                if n not in receipts:
                    _refuse(session, row, str(answers[n]))
        return sum(isinstance(answer, Receipt) for answer in answers.values())

    def _still_waiting(self, messages: list[int]) -> list[int]:
        """Of messages whose carrier is away those that wait on; the others take their second way now."""
        if not messages:
            return []
        with database.working() as session:
            rows = _locked(session, messages)
            hasty = {row.id or 0 for row in rows if is_impatient(Channel(row.channel), clock.now() - row.created_at)}
        self._note(dict.fromkeys(hasty, "unavailable"))
        return [message for message in messages if message not in hasty]


def _by_carrier(carriers: Carriers, messages: Mapping[int, Outgoing]) -> dict[Carrier, dict[int, Outgoing]]:
    found: dict[Carrier, dict[int, Outgoing]] = {}
    for message_id, message in messages.items():
        found.setdefault(carriers[message.channel], {})[message_id] = message
    return found


def _locked(session: Session, messages: Sequence[int]) -> Sequence[Message]:
    rows = select(Message).where(col(Message.id).in_(messages)).order_by(col(Message.id)).with_for_update()
    return session.execute(rows).scalars().all()


def _outgoing(row: Message) -> Outgoing:
    return Outgoing(
        key=row.dedupe_key,
        channel=Channel(row.channel),
        event=row.event,
        recipient=row.recipient,
        subject=row.subject,
        body=row.body,
    )


def _refuse(session: Session, row: Message, code: str) -> None:
    row.state = MessageState.FAILED.value
    row.error = code[:ERROR_CHARS_MAX]
    second = fallback(Channel(row.channel))
    if second is not None and row.fallback_body is not None:
        _send_instead(session, row, second)


def _send_instead(session: Session, failed: Message, channel: Channel) -> None:
    instead = {
        "member_id": failed.member_id,
        "channel": channel.value,
        "event": failed.event,
        "recipient": failed.recipient,
        "subject": failed.subject,
        "body": failed.fallback_body,
        "dedupe_key": f"{failed.dedupe_key}:{channel.value}",
        "state": MessageState.QUEUED.value,
        "attempts": 0,
        "fallback_of": failed.id,
        "created_at": clock.now(),
        "expires_at": failed.expires_at,
    }
    session.execute(insert(Message).values(instead).on_conflict_do_nothing())
    wake(session, MESSAGES)


_carriers = functools.cache(choice.carriers)

ACTIVITIES = Messages(lambda: _carriers(settings())).activities
"""What the worker registers; the carriers are made when the first message goes out."""
