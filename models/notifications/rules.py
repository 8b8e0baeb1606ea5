"""Which channels an event takes, and what becomes of a message that could not be sent. Pure."""

import datetime as dt
from enum import StrEnum

SMS_BYTES_MAX = 90  # EUC-KR bytes of a short message; above it is sent as LMS
LMS_BYTES_MAX = 2000
ALIMTALK_PATIENCE = dt.timedelta(minutes=15)


class Channel(StrEnum):
    KAKAOTALK = "kakaotalk"
    SMS = "sms"
    EMAIL = "email"


class MessageState(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


class Event(StrEnum):
    """What happened; each has a folder of wordings."""

    LOGIN_OTP = "login_otp"
    YOUR_TURN = "your_turn"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    DECIDED = "decided"
    CLOSED = "closed"
    PAYMENT_DONE = "payment_done"


CHANNELS: dict[Event, tuple[Channel, ...]] = {
    Event.LOGIN_OTP: (Channel.SMS,),
    Event.YOUR_TURN: (Channel.KAKAOTALK,),
    Event.REMINDER: (Channel.KAKAOTALK,),
    Event.ESCALATION: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.DECIDED: (Channel.EMAIL,),
    Event.CLOSED: (Channel.EMAIL,),
    Event.PAYMENT_DONE: (Channel.KAKAOTALK, Channel.EMAIL),
}

SILENT = frozenset({Event.LOGIN_OTP})
"""Events without a line in the bell."""


def sms_bytes(text: str) -> int:
    """Length as a Korean carrier counts it: Hangul two bytes, ASCII one."""
    return sum(1 if char.isascii() else 2 for char in text)


def is_long(text: str) -> bool:
    """True when the carrier takes it as LMS."""
    return sms_bytes(text) > SMS_BYTES_MAX


def fallback(channel: Channel) -> Channel | None:
    """알림톡 that cannot be delivered goes out as a short message; nothing else has a second way."""
    return Channel.SMS if channel is Channel.KAKAOTALK else None


def is_impatient(channel: Channel, waited: dt.timedelta) -> bool:
    """Whether a message whose carrier is away should take its second way now rather than wait on."""
    return fallback(channel) is not None and waited >= ALIMTALK_PATIENCE
