"""Sending: reserve, hand over with the message's own key, confirm. A repeat does only what is left."""

import datetime as dt
import functools
import uuid
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.gateways.messages import choice
from activities.gateways.messages.interface import Carriers, Outgoing, Receipt, Unavailable, Undeliverable
from models import clock, database
from models.notifications.messages import MessageBatchStart, MessageRound
from models.notifications.rules import Channel, MessageState, fallback, is_impatient
from models.notifications.tables import Message
from models.processes.writes import MESSAGES, wake
from models.settings import settings

OPEN = (MessageState.QUEUED.value, MessageState.SENDING.value)
ERROR_CHARS_MAX = 200
ROUND_SECONDS = 30


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
        left: list[int] = []
        for message in messages:
            if left or clock.now() > until:
                left.append(message)
                continue
            try:
                sent += self.send_message(message)
            except ApplicationError:
                left.append(message)
        return MessageRound(sent=sent, left=left)

    @activity.defn(name="send_message")
    def send_message(self, message_id: int) -> bool:
        """Hand one message over and note the answer; whether it was taken.

        Raises ApplicationError (to be tried again) while the carrier is away.
        """
        message = self._open(message_id)
        if isinstance(message, bool):
            return message
        try:
            receipt = self.carriers()[message.channel].send(message)
        except Undeliverable as answer:
            self._fail(message_id, answer.code)
            return False
        except Unavailable as answer:
            if self._takes_second_way(message_id):
                return False
            raise ApplicationError(
                f"carrier of {message.channel} is away: {answer}",
                type="unavailable",
                category=ApplicationErrorCategory.BENIGN,
            ) from answer
        self._confirm(message_id, receipt)
        return True

    @activity.defn(name="give_up_message")
    def give_up_message(self, message_id: int) -> None:
        """Note that a message could not be sent in the time it had."""
        self._fail(message_id, "unavailable")

    def _open(self, message_id: int) -> Outgoing | bool:
        """The message to send, or what became of it already."""
        with database.working() as session:
            row = _locked(session, message_id)
            if row.state not in OPEN:
                return row.state == MessageState.SENT.value
            if row.expires_at is not None and row.expires_at <= clock.now():
                row.state = MessageState.FAILED.value
                row.error = "expired"
                return False
            row.attempts += 1
            return Outgoing(
                key=row.dedupe_key,
                channel=Channel(row.channel),
                event=row.event,
                recipient=row.recipient,
                subject=row.subject,
                body=row.body,
            )

    def _confirm(self, message_id: int, receipt: Receipt) -> None:
        with database.working() as session:
            row = _locked(session, message_id)
            row.state = MessageState.SENT.value
            row.provider_id = receipt.provider_id
            row.sent_at = clock.now()
            row.error = None

    def _takes_second_way(self, message_id: int) -> bool:
        with database.working() as session:
            row = _locked(session, message_id)
            waits_on = not is_impatient(Channel(row.channel), clock.now() - row.created_at)
        if not waits_on:
            self._fail(message_id, "unavailable")
        return not waits_on

    def _fail(self, message_id: int, code: str) -> None:
        with database.working() as session:
            row = _locked(session, message_id)
            if row.state not in OPEN:
                return
            row.state = MessageState.FAILED.value
            row.error = code[:ERROR_CHARS_MAX]
            second = fallback(Channel(row.channel))
            if second is not None and row.fallback_body is not None:
                _send_instead(session, row, second)


def _locked(session: Session, message_id: int) -> Message:
    row = select(Message).where(col(Message.id) == message_id).with_for_update()
    found: Message = session.execute(row).scalar_one()
    return found


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
