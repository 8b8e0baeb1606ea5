"""What a sent message said is forgotten after a time; that it was sent is not."""

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col

from models.notifications.rules import Event, MessageState
from models.notifications.tables import Message

SECRETS = (
    Event.LOGIN_OTP,
    Event.STEP_UP,
    Event.EMAIL_CODE,
    Event.TEMPORARY_PASSWORD,
    Event.INVITATION,
    Event.HARMONY_PASSWORD,
)
"""Messages that open something: their words are of no use to anybody but a thief."""
SECRETS_KEPT = dt.timedelta(days=30)
BODIES_KEPT = dt.timedelta(days=365)
PAGE = 1000
DONE = (MessageState.SENT.value, MessageState.FAILED.value)
FORGOTTEN = "-"


def forget_page(session: Session, now: dt.datetime) -> int:
    """Empty up to PAGE old bodies; how many. Ask again until there are none."""
    secret = col(Message.event).in_([event.value for event in SECRETS])
    old = (secret & (col(Message.created_at) < now - SECRETS_KEPT)) | (col(Message.created_at) < now - BODIES_KEPT)
    rows = (
        select(col(Message.id))
        .where(old, col(Message.state).in_(DONE), col(Message.forgotten_at).is_(None))
        .order_by(col(Message.id))
        .limit(PAGE)
    )
    emptied = update(Message).where(col(Message.id).in_(rows))
    values = {"body": FORGOTTEN, "fallback_body": None, "recipient": FORGOTTEN, "forgotten_at": now}
    return len(session.execute(emptied.values(values).returning(col(Message.id))).all())
