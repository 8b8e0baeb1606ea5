"""The log-in: password, one-time code, session. Each public function makes its own short transactions."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import pyotp
from sqlalchemy import Row, func, select, text, update
from sqlmodel import Session, col

from models import database
from models.auth import authenticators, passwords, rules
from models.auth.messages import AsksConsent, Caller, Challenge, Code, OpenedSession, Send, Standing
from models.auth.rules import Method, Step
from models.auth.sessions import AGENT_CHARS_MAX, opened, revoke_others_in
from models.auth.tables import OtpChallenge
from models.auth.tokens import new_token, token_hash
from models.kernel.roles import Role, with_implied
from models.kernel.text import mask_phone
from models.members.rules import CompanyStatus, MemberStatus, may_log_in, normal_login
from models.members.tables import Member
from models.processes.messages import Actor


def begin_login(login: str, password: str, caller: Caller, now: dt.datetime, send: Send) -> Challenge:
    """Check the password and send a code, or wait for the authenticator's.

    Raises BadCredentials for a wrong password, an unknown id and a person who may not log in alike (and after
    the same work), TooManyAttempts while the id or the address must wait. Who is 휴면 is asked about it later.
    """
    known_as = normal_login(login)
    attempt = admit(known_as, caller, now)
    with database.web() as session:
        person = session.execute(text("SELECT * FROM login_lookup(:login)"), {"login": known_as}).one_or_none()
    fits = passwords.matches(person.password_hash if person else None, password)
    if person is None or not fits or not _welcome(person.member_status, person.company_status) or _stale(person, now):
        settle(attempt, person.member_id if person else None, rules.Outcome.FAILED)
        raise rules.BadCredentials
    settle(attempt, person.member_id, rules.Outcome.PASSWORD_OK)
    actor = _actor(person)
    with database.writing(actor) as session:
        if passwords.outdated(person.password_hash):
            store_password(session, actor, password)
        return _challenge(session, actor, attempt, now, send)


def begin_verified(login: str, caller: Caller, now: dt.datetime) -> str:
    """A log-in proved by another house (OpenID Connect): the token of a challenge that was answered already.

    Raises BadCredentials for somebody who may not log in, TooManyAttempts.
    """
    known_as = normal_login(login)
    attempt = admit(known_as, caller, now)
    with database.web() as session:
        person = session.execute(text("SELECT * FROM login_lookup(:login)"), {"login": known_as}).one_or_none()
    if person is None or not _welcome(person.member_status, person.company_status):
        settle(attempt, person.member_id if person else None, rules.Outcome.FAILED)
        raise rules.BadCredentials
    actor = _actor(person)
    with database.writing(actor) as session:
        token, made = _new_challenge(session, actor, attempt, now, Method.OIDC)
        made.used_at = now
        _settle_in(session, attempt, actor.member_id, rules.Outcome.SUCCEEDED)
    return token


def _stale(person: Row[tuple[object, ...]], now: dt.datetime) -> bool:
    changed_at: dt.datetime = person.password_changed_at
    return bool(person.must_change) and rules.temporary_expired(changed_at=changed_at, now=now)


def _actor(person: Row[tuple[object, ...]]) -> Actor:
    """Somebody on the way in, with their own roles: only to say who asks."""
    return Actor(
        member_id=person.member_id,
        name=person.name,
        company_id=person.company_id,
        roles=with_implied(Role(role) for role in person.roles),
    )


def admit(login: str, caller: Caller, now: dt.datetime) -> int:
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
    # 휴면 ends at the log-in, so the person is let in as far as the question.
    status = MemberStatus.ACTIVE if member == MemberStatus.DORMANT.value else MemberStatus(member)
    return may_log_in(status, CompanyStatus(company) if company else None)


def settle(attempt: int, member_id: int | None, outcome: rules.Outcome) -> None:
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
    method = Method.APP if authenticators.is_on(session, actor.member_id) else Method.SMS
    token, made = _new_challenge(session, actor, attempt, now, method)
    if method is Method.APP:
        return _shown(made, token, "")
    return send_anew(session, made, token, send)


def _new_challenge(
    session: Session, actor: Actor, attempt: int, now: dt.datetime, method: Method
) -> tuple[str, OtpChallenge]:
    token = new_token()
    made = OtpChallenge(
        token_hash=token_hash(token),
        member_id=actor.member_id,
        attempt_id=attempt,
        purpose=rules.Purpose.LOGIN.value,
        method=method.value,
        secret=pyotp.random_base32(),
        created_at=now,
        sent_at=now,
        expires_at=now + rules.OTP_LIFE,
    )
    session.add(made)
    session.flush()
    return token, made


def send_anew(session: Session, made: OtpChallenge, token: str, send: Send) -> Challenge:
    """Send the challenge's present code to the member's phone."""
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
        phone=mask_phone(phone) if phone else "",
        method=Method(made.method or Method.SMS),
        expires_at=made.expires_at,
        resends_left=rules.OTP_RESENDS_MAX - made.resends,
        tries_left=rules.OTP_TRIES_MAX - made.tries,
    )


def open_challenge(session: Session, token: str) -> tuple[OtpChallenge, Actor]:
    """The challenge, locked until the transaction ends, and its person; LoggedOut for an unknown token."""
    key = {"token": token_hash(token)}
    who = session.execute(text("SELECT * FROM open_challenge(:token)"), key).one_or_none()
    if who is None:
        raise rules.LoggedOut
    actor = _actor(who)
    database.scope(session, actor, read_only=False)
    found = select(OtpChallenge).where(col(OtpChallenge.token_hash) == key["token"])
    return session.execute(found).scalar_one(), actor


def read_challenge(token: str) -> Challenge:
    """What the code page shows; raises LoggedOut for an unknown or used token."""
    with database.web() as session:
        made, actor = open_challenge(session, token)
        if made.used_at is not None:
            raise rules.LoggedOut
        phone = session.execute(select(col(Member.phone)).where(col(Member.id) == actor.member_id)).scalar_one()
        return _shown(made, token, phone)


def resend_code(token: str, now: dt.datetime, send: Send) -> Challenge:
    """「인증번호 재전송」: another code for another five minutes, the one before is void.

    Tries are not given back. Raises ResendTooSoon, ResendsUsed, CodeUsed, CodeTriesUsed, LoggedOut.
    """
    with database.web() as session:
        made, _ = open_challenge(session, token)
        if made.method == Method.APP:
            raise rules.ResendsUsed
        rules.check_resend(used_at=made.used_at, resends=made.resends, sent_at=made.sent_at, now=now)
        if made.tries >= rules.OTP_TRIES_MAX:
            raise rules.CodeTriesUsed
        made.counter += 1
        made.resends += 1
        made.sent_at = now
        made.expires_at = now + rules.OTP_LIFE
        session.flush()
        return send_anew(session, made, token, send)


def confirm_code(token: str, code: str, now: dt.datetime) -> None:
    """「인증완료」: the code was right, once. What is left before the session says `standing`.

    Raises CodeWrong (tries left), CodeExpired, CodeTriesUsed, CodeUsed, LoggedOut.
    """
    with database.web() as session:
        made, actor = open_challenge(session, token)
        rules.check_code_open(used_at=made.used_at, expires_at=made.expires_at, tries=made.tries, now=now)
        if _fits(session, made, code.strip(), now):
            made.used_at = now
            _settle_in(session, made.attempt_id, actor.member_id, rules.Outcome.SUCCEEDED)
            return
        left = count_wrong(session, made, actor)
    # Raised only after the transaction: the try must stay counted.
    if left == 0:
        raise rules.CodeTriesUsed
    raise rules.CodeWrong(left=left)


def _fits(session: Session, made: OtpChallenge, code: str, now: dt.datetime) -> bool:
    if made.method == Method.APP:
        return authenticators.take(session, made.member_id, code, now)
    return pyotp.HOTP(made.secret).verify(code, made.counter)


def count_wrong(session: Session, made: OtpChallenge, actor: Actor) -> int:
    """One more wrong answer to a challenge; how many are left."""
    made.tries += 1
    left = rules.OTP_TRIES_MAX - made.tries
    if left == 0:
        _settle_in(session, made.attempt_id, actor.member_id, rules.Outcome.CODE_FAILED)
    return left


@contextmanager
def passed(token: str, now: dt.datetime) -> Iterator[tuple[Session, OtpChallenge, Actor]]:
    """A transaction for somebody whose code was right and who has no session yet; raises LoggedOut otherwise."""
    with database.web() as session:
        made, actor = open_challenge(session, token)
        if made.used_at is None or made.opened_at is not None or now >= made.used_at + rules.PASSED_LIFE:
            raise rules.LoggedOut
        yield session, made, actor


_OWN = (
    col(Member.status),
    col(Member.password_changed_at),
    col(Member.password_asked_at),
    col(Member.must_change_password),
    col(Member.last_login_at),
)


def standing_in(session: Session, made: OtpChallenge, actor: Actor, now: dt.datetime, asks: AsksConsent) -> Standing:
    """Who it is and what they must decide next."""
    own = session.execute(select(*_OWN).where(col(Member.id) == actor.member_id)).one()
    due = rules.password_due(changed_at=own.password_changed_at, asked_at=own.password_asked_at, now=now)
    step: Step | None = None
    if own.status == MemberStatus.DORMANT.value:
        step = Step.DORMANT
    elif asks(session, actor, now):
        step = Step.TERMS
    elif due and not own.must_change_password and made.method != Method.OIDC:
        step = Step.PASSWORD
    return Standing(actor=actor, step=step, password_changed_at=own.password_changed_at, seen_at=own.last_login_at)


def wake(token: str, now: dt.datetime) -> None:
    """「휴면해제」 [예]: the account is as it was before. Raises LoggedOut."""
    with passed(token, now) as (session, _, _actor_of):
        session.execute(text("SELECT wake_dormant(:token)"), {"token": token_hash(token)})


def put_off_password(token: str, now: dt.datetime) -> None:
    """「90일 이후 변경」. Raises LoggedOut."""
    with passed(token, now) as (session, _, actor):
        mine = update(Member).where(col(Member.id) == actor.member_id)
        session.execute(mine.values(password_asked_at=now))


def nobody_asks(_session: Session, _actor: Actor, _now: dt.datetime) -> bool:
    """For log-ins without terms."""
    return False


def open_passed(
    token: str,
    caller: Caller,
    now: dt.datetime,
    asks: AsksConsent = nobody_asks,
    *,
    kind: str = "browser",
    life: dt.timedelta = rules.SESSION_LIFE,
    without: Iterable[Step] = (),
) -> OpenedSession:
    """Make the session of a log-in with nothing left to decide, exactly once.

    `without`: steps that are only a suggestion here. Raises StepsLeft (step), LoggedOut.
    """
    with passed(token, now) as (session, made, actor):
        step = standing_in(session, made, actor, now, asks).step
        if step is not None and step not in set(without):
            raise rules.StepsLeft(step=step.value)
        made.opened_at = now
        return opened(session, actor, caller, now, kind, life)


def finish_login(
    token: str,
    code: str,
    caller: Caller,
    now: dt.datetime,
    asks: AsksConsent = nobody_asks,
    *,
    kind: str = "browser",
    life: dt.timedelta = rules.SESSION_LIFE,
) -> OpenedSession:
    """Code and session in one, for callers without pages: the 90-day question is for pages only.

    Raises what `confirm_code` and `open_passed` raise.
    """
    confirm_code(token, code, now)
    return open_passed(token, caller, now, asks, kind=kind, life=life, without=(Step.PASSWORD,))


def store_password(session: Session, actor: Actor, password: str, **more: object) -> None:
    """Hash and keep a password of this person."""
    mine = update(Member).where(col(Member.id) == actor.member_id)
    session.execute(mine.values(password_hash=passwords.hashed(password), **more))


def is_password(login: str, password: str) -> bool:
    """Whether it is the password of that id; the same work for an unknown one."""
    with database.web() as session:
        known = session.execute(text("SELECT * FROM login_lookup(:login)"), {"login": login}).one_or_none()
    return passwords.matches(known.password_hash if known else None, password)


def change_password(actor: Actor, *, login: str, current: str, new: str, keep: int, now: dt.datetime) -> str | None:
    """Change one's own password and end the other sessions; the code of what is wrong, None when done."""
    if not is_password(login, current):
        return "password_current"
    if secrets.compare_digest(current.encode(), new.encode()):
        return "password_same"
    if problem := rules.password_problem(new):
        return problem
    with database.writing(actor) as session:
        store_password(session, actor, new, password_changed_at=now, must_change_password=False)
        revoke_others_in(session, actor, keep, now)
    return None
