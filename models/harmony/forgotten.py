"""「비밀번호 찾기」 of an account of the house: a link to the address that was invited, good once, half an hour."""

import datetime as dt

from sqlalchemy import select, update
from sqlmodel import Session, col

from models import database
from models.auth.messages import Caller
from models.auth.passwords import hashed
from models.auth.sessions import revoke_others_in
from models.auth.tokens import new_token, token_hash
from models.harmony import queries, writes
from models.harmony.entries import holding
from models.harmony.rules import LINK_LIFE, LINKS_MAX, LinkOver
from models.harmony.tables import PasswordLink
from models.identity import limits
from models.kernel.roles import Role
from models.kernel.wording import stamp
from models.members.rules import MemberStatus
from models.members.tables import Member
from models.notifications.rules import Event
from models.notifications.writes import send_mail
from models.processes.messages import Actor
from models.settings import settings

PATH = "/harmony/password"
ASKED = limits.Limit("harmony_password", LINKS_MAX, 20, LINK_LIFE)
EVERY_SESSION = 0
LIVING = frozenset({MemberStatus.ACTIVE.value, MemberStatus.DORMANT.value})


def ask(email: str, caller: Caller, now: dt.datetime) -> None:
    """A link to the account's address, if there is such an account; the caller says the same either way.

    Raises TooManyRequests.
    """
    limits.admit(ASKED, email, caller, now)
    with database.web() as session:
        known = queries.lookup(session, "", email)
    member_id = known.member_id if known is not None and known.status in LIVING else None
    token = new_token()
    until = now + LINK_LIFE
    with holding(token_hash(token)) as session:
        session.add(PasswordLink(token_hash=token_hash(token), member_id=member_id, created_at=now, expires_at=until))
        session.flush()
        if member_id is not None:
            facts = {"link": f"{settings().public_url}{PATH}/{token}", "until": stamp(until)}
            key = f"harmony-password/{token_hash(token).hex()}"
            send_mail(session, to=email, event=Event.HARMONY_PASSWORD, params=facts, key=key, now=now, expires_at=until)


def check(token: str, now: dt.datetime) -> None:
    """Whether the link is still good. Raises LinkOver."""
    with holding(token_hash(token), read_only=True) as session:
        _open(session, token, now)


def renew(token: str, password: str, now: dt.datetime) -> None:
    """The new password of the link's account; every log-in ends, the link is used up. Raises LinkOver."""
    secret = hashed(password)
    with holding(token_hash(token), read_only=True) as session:
        member_id = _open(session, token, now).member_id or 0
    actor = Actor(member_id=member_id, name="", roles=frozenset({Role.MEDIA}))
    with holding(token_hash(token), actor) as session:
        used = update(PasswordLink).where(
            col(PasswordLink.token_hash) == token_hash(token), col(PasswordLink.used_at).is_(None)
        )
        # Decided by the database: of two who open the link at once, one is too late.
        if session.execute(used.values(used_at=now).returning(col(PasswordLink.id))).first() is None:
            raise LinkOver
        mine = select(col(Member.name)).where(col(Member.id) == member_id)
        named = actor.model_copy(update={"name": session.execute(mine).scalar_one()})
        writes.change_password(session, named, secret)
        revoke_others_in(session, actor, EVERY_SESSION, now)


def _open(session: Session, token: str, now: dt.datetime) -> PasswordLink:
    row = select(PasswordLink).where(
        col(PasswordLink.token_hash) == token_hash(token),
        col(PasswordLink.used_at).is_(None),
        col(PasswordLink.member_id).is_not(None),
        col(PasswordLink.expires_at) > now,
    )
    found: PasswordLink | None = session.execute(row).scalar_one_or_none()
    if found is None:
        raise LinkOver
    return found
