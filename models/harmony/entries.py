"""A browser's way in, before it is anybody: kept under the hash of its cookie, seen by whoever has the cookie.

Each public function is one short transaction; nothing here makes a member, the invitation's step does.
"""

import datetime as dt
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pyotp
from sqlalchemy import text
from sqlmodel import Session

from models import database
from models.auth.rules import CodeExpired, CodeTriesUsed, CodeWrong, ResendsUsed, ResendTooSoon
from models.auth.tokens import new_token, token_hash
from models.harmony import queries, rules
from models.harmony.messages import Profile
from models.harmony.rules import ENTRY_LIFE, OIDC_LIFE, STEP_UP_LIFE
from models.harmony.tables import HarmonyEntry, Invitation
from models.kernel.roles import Role
from models.notifications.writes import send_text
from models.processes.messages import Actor

GUEST = Actor(member_id=0, name="초대받은 분", roles=frozenset({Role.MEDIA}))
"""Nobody yet: sees the row whose key they hold, and what they pressed."""
_KEY = text("SELECT set_config('dongban.key', :key, true)")


@contextmanager
def holding(key: bytes, actor: Actor = GUEST, *, read_only: bool = False) -> Iterator[Session]:
    """A transaction that may see, besides the actor's own, the one row with this hash."""
    with database.web() as session:
        database.scope(session, actor, read_only=read_only)
        session.execute(_KEY, {"key": key.hex()})
        yield session


def invitation(link: str, now: dt.datetime, actor: Actor = GUEST) -> Invitation:
    """The open invitation of a link. Raises InvitationUnknown, InvitationOver."""
    with holding(token_hash(link), actor, read_only=True) as session:
        found = queries.by_link(session, token_hash(link))
    rules.check_open(found.status, found.expires_at, now)
    return found


def begin(now: dt.datetime, target: str, ip: str, found: Invitation | None = None) -> str:
    """A new entry, for a log-in or for an invitation; its cookie's token."""
    token = new_token()
    with holding(token_hash(token)) as session:
        session.add(
            HarmonyEntry(
                token_hash=token_hash(token),
                invitation_id=found.id if found else None,
                invitation_token=found.token_hash if found else None,
                email_invited=found.email if found else None,
                email=found.email if found else None,
                target=target,
                terms=[],
                ip=ip,
                created_at=now,
                expires_at=now + ENTRY_LIFE,
            )
        )
    return token


def read(token: str, now: dt.datetime) -> HarmonyEntry:
    """The entry of this browser. Raises EntryOver."""
    with holding(token_hash(token), read_only=True) as session:
        return queries.entry(session, token_hash(token), now)


@contextmanager
def changing(token: str, now: dt.datetime) -> Iterator[tuple[Session, HarmonyEntry]]:
    """The entry, locked until the transaction ends. Raises EntryOver."""
    with holding(token_hash(token)) as session:
        yield session, queries.entry(session, token_hash(token), now, lock=True)


def agree(token: str, terms: Sequence[int], now: dt.datetime) -> None:
    """Which versions were agreed to; they count when the member is made."""
    with changing(token, now) as (_, row):
        row.terms = list(terms)
        row.consented_at = now


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser takes along to the provider."""

    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)


def ask(token: str, now: dt.datetime) -> Asked:
    """Fresh secrets for one trip to the provider; a trip begun before is void."""
    asked = Asked(new_token(), new_token(), secrets.token_urlsafe(48))
    with changing(token, now) as (_, row):
        row.state_hash = token_hash(asked.state)
        row.nonce, row.verifier = asked.nonce, asked.verifier
        row.asked_at, row.returned_at, row.verified_at, row.code = now, None, None, None
        row.issuer = row.subject = row.account_name = None
    return asked


def come_back(token: str, state: str, code: str, now: dt.datetime) -> int:
    """A browser is back from the provider, once per trip; the entry's id. Raises EntryOver."""
    with changing(token, now) as (_, row):
        known = row.state_hash is not None and secrets.compare_digest(row.state_hash, token_hash(state))
        late = row.asked_at is None or now >= row.asked_at + OIDC_LIFE
        if not known or late or row.returned_at is not None:
            raise rules.EntryOver
        row.returned_at, row.code = now, code
        return row.id or 0


def known(token: str, now: dt.datetime) -> tuple[HarmonyEntry, queries.Known | None]:
    """The entry and, where its account is somebody's already, whose. Raises EntryOver."""
    with holding(token_hash(token), read_only=True) as session:
        row = queries.entry(session, token_hash(token), now)
        return row, queries.lookup(session, *queries.account_of(row))


def set_password(token: str, hashed: str, now: dt.datetime) -> None:
    """「이메일로 가입」: the account is the invited address. Raises EntryOver, AccountTaken."""
    with changing(token, now) as (session, row):
        if row.email_invited is None:
            raise rules.EntryOver
        if queries.lookup(session, "", row.email_invited) is not None:
            raise rules.AccountTaken
        row.password_hash = hashed
        row.verified_at = row.issuer = row.subject = None


def send_phone_code(token: str, phone: str, now: dt.datetime) -> None:
    """「인증」: a code to the number typed. Raises ResendTooSoon, ResendsUsed, EntryOver."""
    with changing(token, now) as (session, row):
        if row.phone_sent_at is not None and now < row.phone_sent_at + rules.CODE_GAP:
            raise ResendTooSoon(seconds=max(1, int((row.phone_sent_at + rules.CODE_GAP - now).total_seconds())))
        if row.phone_sends >= rules.CODE_SENDS_MAX:
            raise ResendsUsed
        row.phone, row.phone_secret = phone, pyotp.random_base32()
        row.phone_sends += 1
        row.phone_tries, row.phone_sent_at, row.phone_confirmed_at = 0, now, None
        send_text(
            session,
            to=phone,
            code=pyotp.HOTP(row.phone_secret).at(0),
            key=f"entry/{row.id}/{row.phone_sends}",
            now=now,
            expires_at=now + STEP_UP_LIFE,
        )


def confirm_phone(token: str, code: str, now: dt.datetime) -> None:
    """Raises CodeWrong (tries left), CodeExpired, CodeTriesUsed, EntryOver."""
    with changing(token, now) as (_, row):
        if row.phone_secret is None or row.phone_sent_at is None or now >= row.phone_sent_at + STEP_UP_LIFE:
            raise CodeExpired
        if row.phone_tries >= rules.CODE_TRIES_MAX:
            raise CodeTriesUsed
        right = pyotp.HOTP(row.phone_secret).verify(code, 0)
        if right:
            row.phone_confirmed_at = now
        else:
            row.phone_tries += 1
        left = rules.CODE_TRIES_MAX - row.phone_tries
    # Raised only after the transaction: the try must stay counted.
    if not right:
        raise CodeWrong(left=left) if left else CodeTriesUsed


def fill(token: str, profile: Profile, image_file_id: int | None, now: dt.datetime) -> None:
    """「정보입력」."""
    with changing(token, now) as (_, row):
        row.name, row.email = profile.name, profile.email
        row.image_file_id = image_file_id or row.image_file_id


def finish(token: str, now: dt.datetime) -> None:
    """A session was made of it: the cookie opens nothing any more."""
    with changing(token, now) as (_, row):
        row.finished_at = now
        row.nonce = row.verifier = row.code = row.phone_secret = None
