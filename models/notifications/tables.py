"""The bell (notification) and what leaves the house (message), both written in the step's own transaction."""

import datetime as dt
import uuid

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from models.columns import big_id, big_int, encrypted, instant, text
from models.notifications.rules import Channel, MessageState


def _values(words: type[Channel] | type[MessageState]) -> str:
    return ", ".join(f"'{word.value}'" for word in words)


class Notification(SQLModel, table=True):
    """One line of one person's bell."""

    __tablename__ = "notification"
    __table_args__ = (
        UniqueConstraint("workflow_id", "step", "event", "member_id", name="notification_once"),
        Index("notification_member", "member_id", "id"),
        Index("notification_unread", "member_id", postgresql_where=sql("read_at IS NULL")),
    )

    id: int | None = big_id()
    member_id: int = big_int(foreign_key="member.id")
    event: str = text()
    title: str = text()
    body: str = text(default="")
    link: str = text(default="")
    """A path of this portal."""
    workflow_id: str | None = text(default=None)
    step: int | None = Field(default=None)
    created_at: dt.datetime = instant()
    read_at: dt.datetime | None = instant(default=None)


class Message(SQLModel, table=True):
    """One message to one address on one channel; the provider gets `dedupe_key` as its key too."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint(f"channel in ({_values(Channel)})", name="message_channel"),
        CheckConstraint(f"state in ({_values(MessageState)})", name="message_state"),
        Index("message_unbatched", "id", postgresql_where=sql("state = 'queued' AND batch_id IS NULL")),
        Index("message_batch", "batch_id", postgresql_where=sql("batch_id IS NOT NULL")),
        Index("message_member", "member_id", "id"),
    )

    id: int | None = big_id()
    member_id: int | None = big_int(default=None, foreign_key="member.id")
    channel: str = text()
    event: str = text()
    """The template: the folder name under models/notifications/templates."""
    recipient: str = encrypted("message.recipient")
    """Telephone number in digits, or an e-mail address."""
    subject: str = text(default="")
    body: str = encrypted("message.body")
    fallback_body: str | None = encrypted("message.fallback_body", default=None)
    """What goes out as a short message when 알림톡 cannot be delivered."""
    dedupe_key: str = text(unique=True)
    state: str = text(default=MessageState.QUEUED.value)
    batch_id: uuid.UUID | None = Field(default=None)
    """Set by the relay when it starts the workflow ``messages/<batch id>``."""
    attempts: int = 0
    provider_id: str | None = text(default=None)
    error: str | None = text(default=None)
    fallback_of: int | None = big_int(default=None, foreign_key="message.id")
    created_at: dt.datetime = instant()
    expires_at: dt.datetime | None = instant(default=None)
    """After this there is no use in sending it (one-time codes)."""
    sent_at: dt.datetime | None = instant(default=None)
    forgotten_at: dt.datetime | None = instant(default=None)
    """When its words and address were emptied, their time being over."""


class NotificationSwitch(SQLModel, table=True):
    """「알림 설정」: what a member of Harmony does not want of one event; without a row both ways are on."""

    __tablename__ = "notification_switch"

    member_id: int = big_int(primary_key=True, foreign_key="member.id")
    event: str = text(primary_key=True)
    bell: bool = True
    messenger: bool = True
