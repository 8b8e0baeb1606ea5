"""Beginning checks of people and e-mail addresses, and using them up in the transaction that needs them.

A check belongs to the browser that holds its token: `_as_holder` tells row-level security which one is meant.
"""

import datetime as dt
import uuid
from typing import Any

import pyotp
from sqlalchemy import insert, select, text, update
from sqlmodel import Session, col

from models import clock, database
from models.auth.tokens import new_token, token_hash
from models.identity import rules
from models.identity.messages import EmailChallenge, Identity, IdentityRequest, Person
from models.identity.rules import CheckState, Purpose
from models.identity.tables import EmailCheck, IdentityCheck
from models.members.rules import normal_login
from models.notifications.rules import Event
from models.notifications.writes import send_mail

_HOLDER = text("SELECT set_config('dongban.identity', :identity, true), set_config('dongban.email', :email, true)")


def _as_holder(session: Session, *, identity: str = "", email: str = "") -> None:
    """Show this transaction the rows of these tokens. An empty token shows none."""
    session.execute(
        _HOLDER,
        {
            "identity": token_hash(identity).hex() if identity else "",
            "email": token_hash(email).hex() if email else "",
        },
    )


def begin_check(purpose: Purpose, onward: str, now: dt.datetime) -> tuple[str, str]:
    """A new check; (the token for the browser, the provider's id for it). `onward` is a path of this portal."""
    token = new_token()
    provider_id = str(uuid.uuid4())
    with database.web() as session:
        _as_holder(session, identity=token)
        session.execute(
            insert(IdentityCheck).values(
                token_hash=token_hash(token),
                provider_id=provider_id,
                purpose=purpose.value,
                next=onward,
                state=CheckState.OPEN.value,
                why="",
                created_at=now,
                expires_at=now + rules.CHECK_LIFE,
            )
        )
    return token, provider_id


def find_check(session: Session, token: str, *, lock: bool = False) -> IdentityCheck | None:
    """The check of a browser's token."""
    if not token:
        return None
    _as_holder(session, identity=token)
    mine = select(IdentityCheck).where(col(IdentityCheck.token_hash) == token_hash(token))
    found: IdentityCheck | None = session.execute(mine.with_for_update() if lock else mine).scalar_one_or_none()
    return found


def keep_request(token: str, request: IdentityRequest) -> None:
    """Keep what was typed on our own page where the worker finds it. Raises IdentityMissing."""
    with database.web() as session:
        found = find_check(session, token, lock=True)
        if found is None or found.state == CheckState.VERIFIED:
            raise rules.IdentityMissing
        session.execute(
            update(IdentityCheck).where(col(IdentityCheck.id) == found.id).values(request=request.model_dump_json())
        )


def checked(session: Session, token: str, purpose: Purpose | str, now: dt.datetime | None = None) -> Identity:
    """Who the holder of a token is, not used up. Raises IdentityMissing, IdentityUsed, IdentityLapsed."""
    return _identity(find_check(session, token), purpose, now or clock.now())


def use(session: Session, token: str, purpose: Purpose | str, now: dt.datetime | None = None) -> Identity:
    """`checked`, and used up if this transaction commits: the second to use it waits and gets IdentityUsed."""
    at = now or clock.now()
    found = find_check(session, token, lock=True)
    person = _identity(found, purpose, at)
    assert found is not None  # noqa: S101 - `_identity` raised otherwise
    session.execute(update(IdentityCheck).where(col(IdentityCheck.id) == found.id).values(used_at=at))
    return person


def _identity(found: IdentityCheck | None, purpose: Purpose | str, now: dt.datetime) -> Identity:
    if found is None:
        raise rules.IdentityMissing
    fits = found.purpose == Purpose(purpose).value
    rules.check_verified(verified_at=found.verified_at, used_at=found.used_at, fits=fits, now=now)
    assert found.person is not None  # noqa: S101 - the table's constraint
    assert found.identity_hash is not None  # noqa: S101 - the table's constraint
    assert found.verified_at is not None  # noqa: S101 - checked above
    person = Person.model_validate_json(found.person)
    return Identity(**person.model_dump(), identity_hash=bytes(found.identity_hash), verified_at=found.verified_at)


def send_email_code(email: str, now: dt.datetime, *, token: str = "") -> EmailChallenge:
    """Send a code to an address; `token` of an earlier code for the same address sends another one.

    Where the address belongs to a member, the mail says so instead of a code; the page cannot tell the difference.
    Raises EmailResendTooSoon, EmailResendsUsed.
    """
    address = normal_login(email)
    with database.web() as session:
        known = find_email_check(session, token, lock=True)
        if known is not None and known.email == address and known.verified_at is None:
            return _send_again(session, known, token, now)
        token = new_token()
        _as_holder(session, email=token)
        taken = bool(session.execute(text("SELECT email_taken(:wanted)"), {"wanted": address}).scalar_one())
        facts: dict[str, Any] = {
            "token_hash": token_hash(token),
            "email": address,
            "secret": pyotp.random_base32(),
            "taken": taken,
            "counter": 0,
            "sends": 1,
            "tries": 0,
            "created_at": now,
            "sent_at": now,
            "expires_at": now + rules.EMAIL_CODE_LIFE,
        }
        made = session.execute(insert(EmailCheck).values(facts).returning(EmailCheck)).scalar_one()
        return _send_mail(session, made, token, now)


def find_email_check(session: Session, token: str, *, lock: bool = False) -> EmailCheck | None:
    """The e-mail check of a browser's token."""
    if not token:
        return None
    _as_holder(session, email=token)
    mine = select(EmailCheck).where(col(EmailCheck.token_hash) == token_hash(token))
    found: EmailCheck | None = session.execute(mine.with_for_update() if lock else mine).scalar_one_or_none()
    return found


def _send_again(session: Session, made: EmailCheck, token: str, now: dt.datetime) -> EmailChallenge:
    rules.check_email_resend(sends=made.sends, sent_at=made.sent_at, now=now)
    made.counter += 1
    made.sends += 1
    made.tries = 0
    made.sent_at = now
    made.expires_at = now + rules.EMAIL_CODE_LIFE
    session.flush()
    return _send_mail(session, made, token, now)


def _send_mail(session: Session, made: EmailCheck, token: str, now: dt.datetime) -> EmailChallenge:
    send_mail(
        session,
        to=made.email,
        event=Event.EMAIL_TAKEN if made.taken else Event.EMAIL_CODE,
        params={"code": pyotp.HOTP(made.secret).at(made.counter)},
        key=f"email-code/{made.id}/{made.counter}",
        now=now,
        expires_at=made.expires_at,
    )
    return challenge_of(made, token)


def challenge_of(made: EmailCheck, token: str) -> EmailChallenge:
    """What a page shows about a code that is on its way."""
    return EmailChallenge(
        token=token,
        email=made.email,
        expires_at=made.expires_at,
        resends_left=max(0, rules.EMAIL_RESENDS_MAX + 1 - made.sends),
        tries_left=max(0, rules.EMAIL_TRIES_MAX - made.tries),
    )


def confirm_email_code(token: str, code: str, now: dt.datetime) -> str:
    """「인증완료」: the address is the person's; the address. Confirming twice is fine.

    Raises EmailUnverified (unknown token), EmailCodeWrong (tries left), EmailCodeExpired, EmailTriesUsed.
    """
    with database.web() as session:
        made = find_email_check(session, token, lock=True)
        if made is None:
            raise rules.EmailUnverified
        if made.verified_at is not None:
            return made.email
        rules.check_email_code(expires_at=made.expires_at, tries=made.tries, now=now)
        right = pyotp.HOTP(made.secret).verify(code.replace(" ", ""), made.counter)
        if right and not made.taken:
            made.verified_at = now
            return made.email
        made.tries += 1
        left = rules.EMAIL_TRIES_MAX - made.tries
    # Raised only after the transaction: the try must stay counted.
    if left <= 0:
        raise rules.EmailTriesUsed
    raise rules.EmailCodeWrong(left=left)


def verified_email(session: Session, token: str, now: dt.datetime | None = None) -> str:
    """The address the holder of a token has verified. Raises EmailUnverified, EmailUsed, EmailLapsed."""
    return _verified(find_email_check(session, token), now or clock.now()).email


def use_email(session: Session, token: str, now: dt.datetime | None = None) -> str:
    """`verified_email`, used up if this transaction commits."""
    at = now or clock.now()
    found = _verified(find_email_check(session, token, lock=True), at)
    found.used_at = at
    session.flush()
    return found.email


def _verified(found: EmailCheck | None, now: dt.datetime) -> EmailCheck:
    if found is None:
        raise rules.EmailUnverified
    rules.check_email_verified(verified_at=found.verified_at, used_at=found.used_at, now=now)
    return found
