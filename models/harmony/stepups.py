"""추가인증: a code by KakaoTalk or as a short message, five minutes, for one purpose of one session."""

import datetime as dt

import pyotp
from sqlalchemy import func, select
from sqlmodel import Session, col

from models import database
from models.auth.rules import CodeExpired, CodeTriesUsed, CodeWrong, ResendsUsed, ResendTooSoon
from models.harmony import queries, rules
from models.harmony.tables import StepUp
from models.members.tables import Member
from models.notifications.rules import Channel
from models.notifications.writes import send_text
from models.processes.messages import Actor

CHANNELS = (Channel.KAKAOTALK, Channel.SMS)


def demand(session: Session, actor: Actor, session_id: int, purpose: str, now: dt.datetime) -> None:
    """The guard before what only the person may see or do. Raises StepUpNeeded."""
    if not queries.is_stepped_up(session, actor, session_id, purpose, now):
        raise rules.StepUpNeeded(purpose=purpose)


def own_phone(session: Session, actor: Actor) -> str:
    return str(session.execute(select(col(Member.phone)).where(col(Member.id) == actor.member_id)).scalar_one())


def send(
    actor: Actor, session_id: int, purpose: str, channel: Channel, now: dt.datetime, *, phone: str | None = None
) -> None:
    """A fresh code; the one before is void. `phone`: a new number to confirm. Raises ResendTooSoon, ResendsUsed."""
    with database.writing(actor) as session:
        before = queries.step_up(session, actor, session_id, purpose)
        if before is not None and now < before.sent_at + rules.CODE_GAP:
            raise ResendTooSoon(seconds=max(1, int((before.sent_at + rules.CODE_GAP - now).total_seconds())))
        if _lately(session, actor, now) >= rules.CODE_SENDS_MAX:
            raise ResendsUsed
        made = StepUp(
            member_id=actor.member_id,
            session_id=session_id,
            purpose=purpose,
            channel=channel.value,
            secret=pyotp.random_base32(),
            phone=phone,
            sent_at=now,
            expires_at=now + rules.STEP_UP_LIFE,
        )
        session.add(made)
        session.flush()
        send_text(
            session,
            to=phone or own_phone(session, actor),
            code=pyotp.HOTP(made.secret).at(0),
            key=f"step-up/{made.id}",
            now=now,
            expires_at=made.expires_at,
            channel=channel,
        )


def _lately(session: Session, actor: Actor, now: dt.datetime) -> int:
    sent = select(func.count()).where(
        col(StepUp.member_id) == actor.member_id, col(StepUp.sent_at) > now - rules.STEP_UP_HOLDS
    )
    return int(session.execute(sent).scalar_one())


def confirm(actor: Actor, session_id: int, purpose: str, code: str, now: dt.datetime) -> StepUp:
    """「확인」. Raises CodeWrong (tries left), CodeExpired, CodeTriesUsed."""
    with database.writing(actor) as session:
        made = queries.step_up(session, actor, session_id, purpose)
        if made is None or now >= made.expires_at or made.passed_at is not None:
            raise CodeExpired
        session.refresh(made, with_for_update=True)
        if made.tries >= rules.CODE_TRIES_MAX:
            raise CodeTriesUsed
        right = pyotp.HOTP(made.secret).verify(code, 0)
        if right:
            made.passed_at = now
        else:
            made.tries += 1
        left = rules.CODE_TRIES_MAX - made.tries
    # Raised only after the transaction: the try must stay counted.
    if not right:
        raise CodeWrong(left=left) if left else CodeTriesUsed
    return made
