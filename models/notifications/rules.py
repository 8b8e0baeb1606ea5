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
    OWNER_CHANGED = "owner_changed"
    WITHDRAWN = "withdrawn"
    SIGNUP_RECEIVED = "signup_received"
    SIGNUP_APPROVED = "signup_approved"
    SIGNUP_REJECTED = "signup_rejected"
    SIGNUP_BARRED = "signup_barred"
    CONVERSION_CODE = "conversion_code"
    CONVERSION_REMINDER = "conversion_reminder"
    EMAIL_CODE = "email_code"
    EMAIL_TAKEN = "email_taken"
    INVITATION = "invitation"
    INVITATION_REMINDER = "invitation_reminder"
    STEP_UP = "step_up"
    HARMONY_PASSWORD = "harmony_password"  # noqa: S105 - what happened
    CONTENT_CHANGED = "content_changed"
    CONTENT_PUBLISHED = "content_published"
    USER_JOINED = "user_joined"
    REPORT_PUBLISHED = "report_published"
    PAYOUT_CHANGED = "payout_changed"
    PROGRESS_CHANGED = "progress_changed"
    DEADLINE_NEAR = "deadline_near"
    AMOUNT_PAID = "amount_paid"
    STAFF_WELCOME = "staff_welcome"
    TEMPORARY_PASSWORD = "temporary_password"  # noqa: S105 - what happened
    PHONE_CHANGED = "phone_changed"
    DORMANCY_WARNING = "dormancy_warning"
    DORMANT = "dormant"
    AUTHENTICATOR_CHANGED = "authenticator_changed"
    TERMS_AHEAD = "terms_ahead"
    TAX_INVOICE_WRONG = "tax_invoice_wrong"
    CREDIT_DAY = "credit_day"


CHANNELS: dict[Event, tuple[Channel, ...]] = {
    Event.LOGIN_OTP: (Channel.SMS,),
    Event.YOUR_TURN: (Channel.KAKAOTALK,),
    Event.REMINDER: (Channel.KAKAOTALK,),
    Event.ESCALATION: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.DECIDED: (Channel.EMAIL,),
    Event.CLOSED: (Channel.EMAIL,),
    Event.PAYMENT_DONE: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.OWNER_CHANGED: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.WITHDRAWN: (Channel.EMAIL,),
    Event.SIGNUP_RECEIVED: (Channel.EMAIL,),
    Event.SIGNUP_APPROVED: (Channel.EMAIL,),
    Event.SIGNUP_REJECTED: (Channel.EMAIL,),
    Event.SIGNUP_BARRED: (Channel.EMAIL,),
    Event.CONVERSION_CODE: (Channel.EMAIL,),
    Event.CONVERSION_REMINDER: (Channel.EMAIL,),
    Event.EMAIL_CODE: (Channel.EMAIL,),
    Event.EMAIL_TAKEN: (Channel.EMAIL,),
    Event.INVITATION: (Channel.EMAIL,),
    Event.INVITATION_REMINDER: (Channel.EMAIL,),
    Event.STEP_UP: (Channel.KAKAOTALK,),
    Event.HARMONY_PASSWORD: (Channel.EMAIL,),
    Event.CONTENT_CHANGED: (Channel.KAKAOTALK,),
    Event.CONTENT_PUBLISHED: (Channel.KAKAOTALK,),
    Event.USER_JOINED: (Channel.KAKAOTALK,),
    Event.REPORT_PUBLISHED: (Channel.KAKAOTALK,),
    Event.PAYOUT_CHANGED: (Channel.KAKAOTALK,),
    Event.PROGRESS_CHANGED: (Channel.KAKAOTALK,),
    Event.DEADLINE_NEAR: (Channel.KAKAOTALK,),
    Event.AMOUNT_PAID: (Channel.KAKAOTALK,),
    Event.STAFF_WELCOME: (Channel.EMAIL,),
    Event.TEMPORARY_PASSWORD: (Channel.EMAIL,),
    Event.PHONE_CHANGED: (Channel.SMS, Channel.EMAIL),
    Event.DORMANCY_WARNING: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.DORMANT: (Channel.EMAIL,),
    Event.AUTHENTICATOR_CHANGED: (Channel.EMAIL,),
    Event.TERMS_AHEAD: (Channel.EMAIL,),
    Event.TAX_INVOICE_WRONG: (Channel.KAKAOTALK, Channel.EMAIL),
    Event.CREDIT_DAY: (Channel.KAKAOTALK,),
}

SWITCHED = (
    Event.CONTENT_CHANGED,
    Event.CONTENT_PUBLISHED,
    Event.USER_JOINED,
    Event.REPORT_PUBLISHED,
    Event.PAYOUT_CHANGED,
    Event.PROGRESS_CHANGED,
    Event.DEADLINE_NEAR,
    Event.AMOUNT_PAID,
)
"""Harmony's eight, which each member may turn off, in the guide's order; the others cannot be turned off."""

SILENT = frozenset(
    {
        Event.LOGIN_OTP,
        Event.STAFF_WELCOME,
        Event.SIGNUP_RECEIVED,
        Event.SIGNUP_REJECTED,
        Event.SIGNUP_BARRED,
        Event.CONVERSION_CODE,
        Event.CONVERSION_REMINDER,
        Event.INVITATION,
        Event.INVITATION_REMINDER,
        Event.STEP_UP,
        Event.HARMONY_PASSWORD,
        Event.EMAIL_CODE,
        Event.EMAIL_TAKEN,
        Event.TEMPORARY_PASSWORD,
    }
)
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
