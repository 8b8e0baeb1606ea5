"""The log-in: password, one-time code, session. Each public function makes its own short transactions."""

import datetime as dt
import hashlib
import secrets

import pyotp
from sqlalchemy import func, select, text, update
from sqlmodel import Session, col

from models import database
from models.auth import passwords, rules
from models.auth.messages import Caller, Challenge, Code, OpenedSession, Send
from models.auth.tables import LoginSession, OtpChallenge
from models.auth.tokens import new_token, token_hash
from models.kernel.text import mask_phone
from models.members.rules import CompanyStatus, MemberStatus, may_log_in, normal_login
from models.members.tables import Member
from models.processes.messages import Actor

AGENT_CHARS_MAX = 300


def begin_login(login: str, password: str, caller: Caller, now: dt.datetime, send: Send) -> Challenge:
    """Check the password and send a code.

    Raises BadCredentials for a wrong password, an unknown id and a person who may not log in alike (and after
    the same work), TooManyAttempts while the id or the address must wait.
    """
    known_as = normal_login(login)
    attempt = _admit(known_as, caller, now)
    with database.web() as session:
        person = session.execute(text("SELECT * FROM login_lookup(:login)"), {"login": known_as}).one_or_none()
    fits = passwords.matches(person.password_hash if person else None, password)
    if person is None or not fits or not _welcome(person.member_status, person.company_status):
        _settle(attempt, person.member_id if person else None, rules.Outcome.FAILED)
        raise rules.BadCredentials
    _settle(attempt, person.member_id, rules.Outcome.PASSWORD_OK)
    actor = Actor(member_id=person.member_id, name=person.name, company_id=person.company_id)
    with database.writing(actor) as session:
        if passwords.outdated(person.password_hash):
            _store_password(session, actor, password)
        return _challenge(session, actor, attempt, now, send)


def _admit(login: str, caller: Caller, now: dt.datetime) -> int:
    """Count this try before its password is looked at; raises TooManyAttempts."""
    about = {
        "login": hashlib.sha256(login.encode()).digest(),
        "address": caller.ip,
        "browser": caller.agent[:AGENT_CHARS_MAX],
        "instant": now,
        "since": now - rules.ADDRESS_SPAN,
    }
    with database.web() as session:
        before = session.execute(text("SELECT * FROM attempts_before(:login, :address, :instant, :since)"), about).one()
        rules.check_attempt(before.failures, before.address_failures, now)
        add = text("SELECT add_attempt(:login, :address, :browser, :instant)")
        return int(session.execute(add, about).scalar_one())


def _welcome(member: str, company: str | None) -> bool:
    return may_log_in(MemberStatus(member), CompanyStatus(company) if company else None)


def _settle(attempt: int, member_id: int | None, outcome: rules.Outcome) -> None:
    with database.web() as session:
        _settle_in(session, attempt, member_id, outcome)


def _settle_in(session: Session, attempt: int, member_id: int | None, outcome: rules.Outcome) -> None:
    verdict = {"attempt": attempt, "person": member_id, "verdict": outcome.value}
    session.execute(text("SELECT settle_attempt(:attempt, :person, :verdict)"), verdict)


def _challenge(session: Session, actor: Actor, attempt: int, now: dt.datetime, send: Send) -> Challenge:
    recent = select(func.count()).where(
        col(OtpChallenge.member_id) == actor.member_id,
        col(OtpChallenge.created_at) > now - rules.CHALLENGES_SPAN,
    )
    if session.execute(recent).scalar_one() >= rules.CHALLENGES_MAX:
        raise rules.TooManyAttempts(minutes=int(rules.CHALLENGES_SPAN.total_seconds() // 60))
    token = new_token()
    made = OtpChallenge(
        token_hash=token_hash(token),
        member_id=actor.member_id,
        attempt_id=attempt,
        purpose=rules.Purpose.LOGIN.value,
        secret=pyotp.random_base32(),
        created_at=now,
        sent_at=now,
        expires_at=now + rules.OTP_LIFE,
    )
    session.add(made)
    session.flush()
    return _send(session, made, token, send)


def _send(session: Session, made: OtpChallenge, token: str, send: Send) -> Challenge:
    phone = session.execute(select(col(Member.phone)).where(col(Member.id) == made.member_id)).scalar_one()
    code = Code(
        member_id=made.member_id,
        phone=phone,
        code=pyotp.HOTP(made.secret).at(made.counter),
        key=f"otp/{made.id}/{made.counter}",
        now=made.sent_at,
        expires_at=made.expires_at,
    )
    send(session, code)
    return _shown(made, token, phone)


def _shown(made: OtpChallenge, token: str, phone: str) -> Challenge:
    return Challenge(
        token=token,
        phone=mask_phone(phone),
        expires_at=made.expires_at,
        resends_left=rules.OTP_RESENDS_MAX - made.resends,
        tries_left=rules.OTP_TRIES_MAX - made.tries,
    )


def _open_challenge(session: Session, token: str) -> tuple[OtpChallenge, Actor]:
    """The challenge, locked until the transaction ends, and its person; LoggedOut for an unknown token."""
    key = {"token": token_hash(token)}
    who = session.execute(text("SELECT * FROM open_challenge(:token)"), key).one_or_none()
    if who is None:
        raise rules.LoggedOut
    actor = Actor(member_id=who.member_id, name=who.name, company_id=who.company_id)
    database.scope(session, actor, read_only=False)
    found = select(OtpChallenge).where(col(OtpChallenge.token_hash) == key["token"])
    return session.execute(found).scalar_one(), actor


def read_challenge(token: str) -> Challenge:
    """What the code page shows; raises LoggedOut for an unknown or used token."""
    with database.web() as session:
        made, actor = _open_challenge(session, token)
        if made.used_at is not None:
            raise rules.LoggedOut
        phone = session.execute(select(col(Member.phone)).where(col(Member.id) == actor.member_id)).scalar_one()
        return _shown(made, token, phone)


def resend_code(token: str, now: dt.datetime, send: Send) -> Challenge:
    """「인증번호 재전송」: another code for another five minutes, the one before is void.

    Tries are not given back. Raises ResendTooSoon, ResendsUsed, CodeUsed, CodeTriesUsed, LoggedOut.
    """
    with database.web() as session:
        made, _ = _open_challenge(session, token)
        rules.check_resend(used_at=made.used_at, resends=made.resends, sent_at=made.sent_at, now=now)
        if made.tries >= rules.OTP_TRIES_MAX:
            raise rules.CodeTriesUsed
        made.counter += 1
        made.resends += 1
        made.sent_at = now
        made.expires_at = now + rules.OTP_LIFE
        session.flush()
        return _send(session, made, token, send)


def finish_login(
    token: str,
    code: str,
    caller: Caller,
    now: dt.datetime,
    *,
    kind: str = "browser",
    life: dt.timedelta = rules.SESSION_LIFE,
) -> OpenedSession:
    """「인증완료」: exchange the code for a session, exactly once.

    Raises CodeWrong (tries left), CodeExpired, CodeTriesUsed, CodeUsed, LoggedOut.
    """
    with database.web() as session:
        made, actor = _open_challenge(session, token)
        rules.check_code_open(used_at=made.used_at, expires_at=made.expires_at, tries=made.tries, now=now)
        if pyotp.HOTP(made.secret).verify(code.strip(), made.counter):
            made.used_at = now
            _settle_in(session, made.attempt_id, actor.member_id, rules.Outcome.SUCCEEDED)
            return _open(session, actor, caller, now, kind, life)
        made.tries += 1
        left = rules.OTP_TRIES_MAX - made.tries
        if left == 0:
            _settle_in(session, made.attempt_id, actor.member_id, rules.Outcome.CODE_FAILED)
    # Raised only after the transaction: the try must stay counted.
    if left == 0:
        raise rules.CodeTriesUsed
    raise rules.CodeWrong(left=left)


def _open(
    session: Session, actor: Actor, caller: Caller, now: dt.datetime, kind: str, life: dt.timedelta
) -> OpenedSession:
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
        return _revoke_others_in(session, actor, keep, now)


def _revoke_others_in(session: Session, actor: Actor, keep: int, now: dt.datetime) -> int:
    others = update(LoginSession).where(
        col(LoginSession.member_id) == actor.member_id,
        col(LoginSession.id) != keep,
        col(LoginSession.revoked_at).is_(None),
        col(LoginSession.expires_at) > now,
    )
    ended = session.execute(others.values(revoked_at=now).returning(col(LoginSession.id)))
    return len(ended.all())


def _store_password(session: Session, actor: Actor, password: str, **more: object) -> None:
    mine = update(Member).where(col(Member.id) == actor.member_id)
    session.execute(mine.values(password_hash=passwords.hashed(password), **more))


def change_password(actor: Actor, *, login: str, current: str, new: str, keep: int, now: dt.datetime) -> str | None:
    """Change one's own password and end the other sessions; the code of what is wrong, None when done."""
    with database.web() as session:
        known = session.execute(text("SELECT * FROM login_lookup(:login)"), {"login": login}).one()
    if not passwords.matches(known.password_hash, current):
        return "password_current"
    if secrets.compare_digest(current.encode(), new.encode()):
        return "password_same"
    if problem := rules.password_problem(new):
        return problem
    with database.writing(actor) as session:
        _store_password(session, actor, new, password_changed_at=now, must_change_password=False)
        _revoke_others_in(session, actor, keep, now)
    return None
