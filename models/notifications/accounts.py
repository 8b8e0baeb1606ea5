"""What people are told about their own account: at once, and wherever they can be reached."""

import datetime as dt
from collections.abc import Mapping

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session

from models.auth.messages import PhoneChange, TemporaryPassword
from models.kernel.text import mask_phone
from models.kernel.wording import stamp
from models.notifications import wording
from models.notifications.rules import Channel, Event, MessageState
from models.notifications.tables import Message
from models.processes.writes import MESSAGES, wake
from models.settings import settings


def send(
    session: Session,
    member_id: int,
    event: Event,
    to: Mapping[Channel, str],
    facts: Mapping[str, str],
    *,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> None:
    """Queue one message per channel to these addresses of a member, each once for this instant."""
    whole = {**facts, "url": settings().public_url}
    rows = [
        {
            "member_id": member_id,
            "channel": channel.value,
            "event": event.value,
            "recipient": address,
            "subject": wording.subject(event, whole),
            "body": wording.body(event, channel, whole),
            "dedupe_key": f"account/{event.value}/{member_id}/{now.isoformat()}/{channel.value}",
            "state": MessageState.QUEUED.value,
            "attempts": 0,
            "created_at": now,
            "expires_at": expires_at,
        }
        for channel, address in to.items()
    ]
    session.execute(insert(Message).on_conflict_do_nothing(), rows)
    wake(session, MESSAGES)


def tell_phone_changed(session: Session, change: PhoneChange) -> None:
    """The old phone and the mail learn of it: who took the account over would not."""
    facts = {"name": change.name, "phone": mask_phone(change.new_phone), "at": stamp(change.at)}
    to = {Channel.SMS: change.old_phone, Channel.EMAIL: change.email}
    send(session, change.member_id, Event.PHONE_CHANGED, to, facts, now=change.at)


def mail_temporary_password(session: Session, made: TemporaryPassword) -> None:
    facts = {"name": made.name, "password": made.password, "until": stamp(made.expires_at)}
    to = {Channel.EMAIL: made.email}
    send(session, made.member_id, Event.TEMPORARY_PASSWORD, to, facts, now=made.at, expires_at=made.expires_at)


def tell_authenticator(session: Session, member_id: int, name: str, email: str, change: str, now: dt.datetime) -> None:
    """The second factor was switched on or off."""
    facts = {"name": name, "change": change, "at": stamp(now)}
    send(session, member_id, Event.AUTHENTICATOR_CHANGED, {Channel.EMAIL: email}, facts, now=now)
