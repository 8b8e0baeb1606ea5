"""A person's sessions: opened when nothing is left to decide at the log-in, ended one by one or all at once."""

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import database
from models.auth.messages import Caller, OpenedSession
from models.auth.tables import LoginSession
from models.auth.tokens import new_token, token_hash
from models.members.tables import Member
from models.processes.messages import Actor

AGENT_CHARS_MAX = 300


def opened(
    session: Session, actor: Actor, caller: Caller, now: dt.datetime, kind: str, life: dt.timedelta
) -> OpenedSession:
    """A new session in a transaction that does more."""
    token = new_token()
    ends = now + life
    made = LoginSession(
        token_hash=token_hash(token),
        member_id=actor.member_id,
        csrf_secret=new_token(),
        created_at=now,
        last_seen_at=now,
        expires_at=ends,
        ip=caller.ip,
        agent=caller.agent[:AGENT_CHARS_MAX],
        kind=kind,
    )
    session.add(made)
    mine = col(Member.id) == actor.member_id
    session.execute(update(Member).where(mine).values(last_login_at=now))
    must_change = session.execute(select(col(Member.must_change_password)).where(mine)).scalar_one()
    return OpenedSession(token=token, member_id=actor.member_id, must_change_password=must_change, expires_at=ends)


def revoke_session(actor: Actor, session_id: int, now: dt.datetime) -> bool:
    """End one session of this person; False when there is no such live one (others' look the same)."""
    with database.writing(actor) as session:
        mine = update(LoginSession).where(
            col(LoginSession.id) == session_id,
            col(LoginSession.member_id) == actor.member_id,
            col(LoginSession.revoked_at).is_(None),
        )
        ended = session.execute(mine.values(revoked_at=now).returning(col(LoginSession.id)))
        return ended.one_or_none() is not None


def revoke_others(actor: Actor, keep: int, now: dt.datetime) -> int:
    """End every session of this person but one; how many were ended."""
    with database.writing(actor) as session:
        return revoke_others_in(session, actor, keep, now)


def revoke_others_in(session: Session, actor: Actor, keep: int, now: dt.datetime) -> int:
    """`revoke_others` in a transaction that does more; keep 0 ends them all."""
    others = update(LoginSession).where(
        col(LoginSession.member_id) == actor.member_id,
        col(LoginSession.id) != keep,
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > now,
    )
    ended = session.execute(others.values(revoked_at=now).returning(col(LoginSession.id)))
    return len(ended.all())
