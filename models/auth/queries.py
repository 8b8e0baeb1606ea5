"""Who a token belongs to, and a person's own sessions."""

import datetime as dt
from typing import Any

from sqlalchemy import select, text
from sqlmodel import Session, col

from models import database
from models.auth import rules
from models.auth.messages import Visit
from models.auth.tables import LoginSession
from models.auth.tokens import token_hash
from models.kernel.roles import Role, with_implied
from models.members.house import HOUSE
from models.members.rules import CompanyKind
from models.plain import Plain, one_or_none
from models.processes.messages import Actor, Person

_OPEN: Plain[Any] = Plain(text("SELECT * FROM open_session(:token, :instant, :idle, :by_person)"))
# The function has run to its end before what is selected is worked out.
_OPEN_TO_READ: Plain[Any] = Plain(
    text(
        "SELECT *, set_config('transaction_read_only', 'on', true)"
        " FROM open_session(:token, :instant, :idle, :by_person)"
    )
)


def visit(
    token: str, now: dt.datetime, idle: dt.timedelta = rules.SESSION_IDLE, *, by_person: bool = True
) -> Visit | None:
    """`visit_in` in a transaction of its own."""
    with database.web() as session:
        return visit_in(session, token, now, idle, by_person=by_person)


def visit_in(
    session: Session,
    token: str,
    now: dt.datetime,
    idle: dt.timedelta,
    *,
    by_person: bool,
    read_only: bool = False,
) -> Visit | None:
    """The live session of a token in one round trip; None when unknown, ended, idle or nobody active's.

    `by_person`: somebody did something; what a page asks for by itself does not keep a session alive. What follows
    in the transaction is done for the person found, and with `read_only` changes nothing.
    """
    about = {"token": token_hash(token), "instant": now, "idle": idle, "by_person": by_person}
    found = one_or_none(session, _OPEN_TO_READ if read_only else _OPEN, about)
    return None if found is None else _visit(found, idle)


def _visit(found: Any, idle: dt.timedelta) -> Visit:
    own = with_implied(Role(role) for role in found.roles)
    lent = {Role(d["role"]): Person(member_id=d["member_id"], name=d["name"]) for d in found.delegations}
    return Visit(
        session_id=found.session_id,
        actor=Actor(
            member_id=found.member_id,
            name=found.name,
            company_id=found.company_id,
            company_name=found.company_name or ("" if Role.MEDIA in own else HOUSE.short_name),
            roles=own,
            delegated=lent,
        ),
        login=found.login,
        csrf=found.csrf_secret,
        unread=found.unread,
        must_change_password=found.must_change,
        created_at=found.created_at,
        last_seen_at=found.last_seen_at,
        individual=found.company_kind == CompanyKind.INDIVIDUAL,
        ends_at=rules.session_ends_at(last_seen_at=found.last_seen_at, expires_at=found.expires_at, idle=idle),
    )


def live_sessions(session: Session, actor: Actor, now: dt.datetime, idle: dt.timedelta) -> list[LoginSession]:
    """This person's own live sessions, last used first."""
    mine = (
        select(LoginSession)
        .where(
            col(LoginSession.member_id) == actor.member_id,
            col(LoginSession.revoked_at).is_(None),
            col(LoginSession.expires_at) > now,
            col(LoginSession.last_seen_at) > now - idle,
        )
        .order_by(col(LoginSession.last_seen_at).desc(), col(LoginSession.id).desc())
        .limit(100)
    )
    return list(session.execute(mine).scalars())


def is_live(session: Session, actor: Actor, session_id: int, now: dt.datetime) -> bool:
    """Whether one of this person's sessions still stands (not revoked, not past its end)."""
    row = select(col(LoginSession.id)).where(
        col(LoginSession.id) == session_id,
        col(LoginSession.member_id) == actor.member_id,
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > now,
    )
    return session.execute(row).first() is not None
