"""Telling people: the bell and outgoing messages, in the transaction of what happened."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import BigInteger, Text, any_, bindparam, cast, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import Session, col

from models.auth.messages import Code
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications import wording
from models.notifications.rules import CHANNELS, SILENT, SWITCHED, Channel, Event, MessageState, fallback
from models.notifications.tables import Message, Notification, NotificationSwitch
from models.plain import array
from models.processes.messages import Actor
from models.processes.writes import MESSAGES, wake
from models.settings import settings


@dataclass(frozen=True)
class Addressee:
    """Somebody who is told: an active person and where they are reached."""

    id: int
    name: str
    phone: str = field(repr=False)
    email: str = field(repr=False)


@dataclass(frozen=True)
class Occasion:
    """What people are told of, once each however often it is recorded.

    `link` is a path of the portal; the wording gets `params` and, for each person, `name` and `url`.
    """

    event: str
    link: str
    workflow_id: str
    step: int
    params: Mapping[str, str]
    now: dt.datetime


Row = dict[str, Any]


def compose(session: Session, occasion: Occasion, people: Sequence[Addressee]) -> tuple[list[Row], list[Row]]:
    """The lines of the bell and the messages of an occasion, as rows of their tables, less what people turned off."""
    return composed(occasion, people, switched_off(session, Event(occasion.event), people))


def composed(
    occasion: Occasion, people: Sequence[Addressee], switches: Mapping[int, NotificationSwitch]
) -> tuple[list[Row], list[Row]]:
    """`compose` with the switches of everybody who is told of many occasions at once (`switched_off`)."""
    what = Event(occasion.event)
    facts = {**occasion.params, "url": settings().public_url + occasion.link}
    known = {"workflow_id": occasion.workflow_id, "step": occasion.step, "created_at": occasion.now}
    bell = known | {"event": what.value, "body": occasion.params.get("status", ""), "link": occasion.link}
    rings, channels = what not in SILENT, CHANNELS[what]
    bells, messages = [], []
    for person in people:
        own = switches.get(person.id)
        words = facts | {"name": person.name}
        title = wording.subject(what, words)
        if rings and (own is None or own.bell):
            bells.append(bell | {"member_id": person.id, "title": title})
        key = f"{occasion.workflow_id}:{occasion.step}:{what.value}:{person.id}"
        messages += [
            _message(person, what, channel, words, title)
            | {"created_at": occasion.now, "dedupe_key": f"{key}:{channel.value}"}
            for channel in channels
            if own is None or own.messenger
        ]
    return bells, messages


def notify(
    session: Session,
    *,
    event: str,
    members: Iterable[int],
    link: str,
    workflow_id: str,
    step: int,
    params: Mapping[str, str],
    now: dt.datetime,
) -> int:
    """Tell members of an occasion; how many active people were told."""
    people = _people(session, members)
    bells, messages = compose(session, Occasion(event, link, workflow_id, step, params, now), people)
    if bells:
        session.execute(insert(Notification).on_conflict_do_nothing(), bells)
    # No hurry: the relay gathers what many steps say within a second.
    if messages:
        session.execute(insert(Message).on_conflict_do_nothing(), messages)
    return len(people)


def switched_off(session: Session, event: Event, people: Iterable[Addressee]) -> dict[int, NotificationSwitch]:
    """Member id -> that member's switches for an event of Harmony, where they were ever touched."""
    if event not in SWITCHED:
        return {}
    asked = bindparam("people", array(person.id for person in people), Text)
    chosen = select(NotificationSwitch).where(
        col(NotificationSwitch.event) == event.value,
        col(NotificationSwitch.member_id) == any_(cast(asked, ARRAY(BigInteger))),
    )
    return {one.member_id: one for one in session.execute(chosen).scalars()}


def _people(session: Session, members: Iterable[int]) -> list[Addressee]:
    ids = sorted(set(members))
    if not ids:
        return []
    active = select(col(Member.id), col(Member.name), col(Member.phone), col(Member.email)).where(
        col(Member.id).in_(ids), col(Member.status) == MemberStatus.ACTIVE.value
    )
    return [Addressee(*row) for row in session.execute(active.order_by(col(Member.id)))]


def _message(person: Addressee, event: Event, channel: Channel, own: Mapping[str, str], subject: str) -> Row:
    second = fallback(channel)
    return {
        "member_id": person.id,
        "channel": channel.value,
        "event": event.value,
        "recipient": person.email if channel is Channel.EMAIL else person.phone,
        "subject": subject,
        "body": wording.body(event, channel, own),
        "fallback_body": wording.body(event, second, own) if second else None,
        "state": MessageState.QUEUED.value,
        "attempts": 0,
        "expires_at": None,
    }


def send_code(session: Session, code: Code) -> None:
    """Queue a log-in code as a short message: it goes to the phone itself, never to a messenger on a PC.

    The web role may write it, but never read it back.
    """
    session.execute(
        insert(Message)
        .values(
            member_id=code.member_id,
            channel=Channel.SMS.value,
            event=Event.LOGIN_OTP.value,
            recipient=code.phone,
            subject=wording.subject(Event.LOGIN_OTP, {}),
            body=wording.body(Event.LOGIN_OTP, Channel.SMS, {"code": code.code}),
            dedupe_key=code.key,
            state=MessageState.QUEUED.value,
            attempts=0,
            created_at=code.now,
            expires_at=code.expires_at,
        )
        .on_conflict_do_nothing()
    )
    wake(session, MESSAGES)


def send_mail(
    session: Session,
    *,
    to: str,
    event: Event,
    params: Mapping[str, str],
    key: str,
    now: dt.datetime,
    expires_at: dt.datetime | None = None,
) -> None:
    """Queue a mail to an address that need not be a member's, once per `key`; the wording also gets `url`."""
    facts = {**params, "url": settings().public_url}
    session.execute(
        insert(Message)
        .values(
            member_id=None,
            channel=Channel.EMAIL.value,
            event=event.value,
            recipient=to,
            subject=wording.subject(event, facts),
            body=wording.body(event, Channel.EMAIL, facts),
            dedupe_key=key,
            state=MessageState.QUEUED.value,
            attempts=0,
            created_at=now,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
        # Asks for nothing back: web may not read what is nobody's.
        .inline()
    )
    wake(session, MESSAGES)


def send_text(
    session: Session,
    *,
    to: str,
    code: str,
    key: str,
    now: dt.datetime,
    expires_at: dt.datetime,
    channel: Channel = Channel.KAKAOTALK,
) -> None:
    """Queue a code of Harmony's 추가인증 to a telephone, which need not be a member's: by KakaoTalk or as a short
    message, never to a messenger on a PC.
    """
    words = {"code": code}
    second = fallback(channel)
    session.execute(
        insert(Message)
        .values(
            member_id=None,
            channel=channel.value,
            event=Event.STEP_UP.value,
            recipient=to,
            subject=wording.subject(Event.STEP_UP, words),
            body=wording.body(Event.STEP_UP, channel, words),
            fallback_body=wording.body(Event.STEP_UP, second, words) if second else None,
            dedupe_key=key,
            state=MessageState.QUEUED.value,
            attempts=0,
            created_at=now,
            expires_at=expires_at,
        )
        .on_conflict_do_nothing()
        # Asks for nothing back: web may not read what is nobody's.
        .inline()
    )
    wake(session, MESSAGES)


def mark_read(session: Session, actor: Actor, ids: Iterable[int] | None, now: dt.datetime) -> int:
    """Mark lines of one's own bell as read, all of them when `ids` is None; how many were unread."""
    unread = update(Notification).where(
        col(Notification.member_id) == actor.member_id, col(Notification.read_at).is_(None)
    )
    if ids is not None:
        unread = unread.where(col(Notification.id).in_(list(ids)))
    changed = session.execute(unread.values(read_at=now).returning(col(Notification.id)))
    return len(changed.all())
