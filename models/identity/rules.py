"""Identity verification (본인인증) and e-mail verification (이메일인증): purposes, ages, refusals. Pure."""

import datetime as dt
import re
from enum import StrEnum

from models.kernel.refusals import Refusal

IDENTITY_LIFE = dt.timedelta(minutes=30)
"""How long a finished check may be used."""
CHECK_LIFE = dt.timedelta(minutes=15)
"""How long a person may take at the carrier."""

EMAIL_CODE_LIFE = dt.timedelta(minutes=10)
EMAIL_LIFE = dt.timedelta(hours=1)
EMAIL_TRIES_MAX = 5
EMAIL_RESENDS_MAX = 3
EMAIL_RESEND_GAP = dt.timedelta(seconds=30)

ANSWER_LIFE = dt.timedelta(hours=1)
"""What an outside world said and nobody came for is forgotten after this."""

CHECK_KEPT = dt.timedelta(days=1)
"""Whom a carrier confirmed, and who owns an address, is not kept beside the members longer than this."""

KEYWORD_CHARS_MIN = 2
KEYWORD_CHARS_MAX = 80
PAGE_SIZE = 10
PAGES_MAX = 50
NUMBERS_MAX = 100
"""Registration numbers in one question; the tax service's own limit."""

_SQL_WORDS = re.compile(
    r"\b(?:select|insert|delete|update|create|drop|exec|union|fetch|declare|truncate|or)\b", re.IGNORECASE
)


class Purpose(StrEnum):
    """What a check is for; one made for another purpose does not count."""

    SIGNUP = "signup"
    CONVERSION = "conversion"
    INVITATION = "invitation"
    PASSWORD = "password"  # noqa: S105 - a purpose
    PHONE = "phone"
    DORMANCY = "dormancy"
    ACCOUNT = "account"


class CheckState(StrEnum):
    OPEN = "open"
    VERIFIED = "verified"
    REFUSED = "refused"


class Carrier(StrEnum):
    """통신사, in the words of the identity providers."""

    SKT = "SKT"
    KT = "KT"
    LGU = "LGU"
    SKT_MVNO = "SKT_MVNO"
    KT_MVNO = "KT_MVNO"
    LGU_MVNO = "LGU_MVNO"


class Method(StrEnum):
    APP = "APP"
    SMS = "SMS"


class Why(StrEnum):
    """Why a carrier did not confirm a person."""

    CANCELLED = "cancelled"
    MISMATCH = "mismatch"
    CODE_WRONG = "code_wrong"
    TRIES_USED = "tries_used"
    EXPIRED = "expired"
    UNKNOWN = "unknown"


class Question(StrEnum):
    """What web may ask the outside worlds."""

    IDENTITY_SEND = "identity_send"
    IDENTITY_CONFIRM = "identity_confirm"
    IDENTITY_READ = "identity_read"
    REGISTRY_STATUS = "registry_status"
    REGISTRY_MATCH = "registry_match"
    ADDRESSES = "addresses"


class World(StrEnum):
    IDENTITY = "identity"
    REGISTRY = "registry"
    ADDRESSES = "addresses"


WORLD_OF: dict[Question, World] = {
    Question.IDENTITY_SEND: World.IDENTITY,
    Question.IDENTITY_CONFIRM: World.IDENTITY,
    Question.IDENTITY_READ: World.IDENTITY,
    Question.REGISTRY_STATUS: World.REGISTRY,
    Question.REGISTRY_MATCH: World.REGISTRY,
    Question.ADDRESSES: World.ADDRESSES,
}


class IdentityMissing(Refusal):
    """No finished check of this purpose is known for this browser."""

    code = "identity_missing"
    status = 422


class IdentityLapsed(Refusal):
    """The check was finished more than thirty minutes ago."""

    code = "identity_lapsed"
    status = 422


class IdentityUsed(Refusal):
    code = "identity_used"


class EmailUnverified(Refusal):
    code = "email_unverified"
    status = 422


class EmailLapsed(Refusal):
    code = "email_lapsed"
    status = 422


class EmailUsed(Refusal):
    code = "email_used"


class EmailCodeWrong(Refusal):
    """`left`: tries that remain."""

    code = "email_code_wrong"
    status = 422


class EmailCodeExpired(Refusal):
    code = "email_code_expired"
    status = 422


class EmailTriesUsed(Refusal):
    code = "email_tries_used"
    status = 422


class EmailResendTooSoon(Refusal):
    """`seconds` until another may be sent."""

    code = "email_resend_too_soon"
    status = 429


class EmailResendsUsed(Refusal):
    code = "email_resends_used"
    status = 429


class WorldAway(Refusal):
    """An outside world, or the way to it, does not answer; nothing was changed. `world` names it."""

    code = "world_away"
    status = 503


class QuestionRefused(Refusal):
    """The outside world would not take the question as it was put; `world` names it."""

    code = "question_refused"
    status = 422


class TooManyRequests(Refusal):
    """`minutes` until it may be tried again."""

    code = "too_many_requests"
    status = 429


def check_verified(
    *, verified_at: dt.datetime | None, used_at: dt.datetime | None, fits: bool, now: dt.datetime
) -> None:
    """A finished check counts for its own purpose (`fits`), once, for thirty minutes.

    Raises IdentityMissing, IdentityUsed, IdentityLapsed.
    """
    if verified_at is None or not fits:
        raise IdentityMissing
    if used_at is not None:
        raise IdentityUsed
    if now >= verified_at + IDENTITY_LIFE:
        raise IdentityLapsed


def check_email_verified(*, verified_at: dt.datetime | None, used_at: dt.datetime | None, now: dt.datetime) -> None:
    """Raises EmailUnverified, EmailUsed, EmailLapsed."""
    if verified_at is None:
        raise EmailUnverified
    if used_at is not None:
        raise EmailUsed
    if now >= verified_at + EMAIL_LIFE:
        raise EmailLapsed


def check_email_code(*, expires_at: dt.datetime, tries: int, now: dt.datetime) -> None:
    """Raises EmailCodeExpired, EmailTriesUsed."""
    if now >= expires_at:
        raise EmailCodeExpired
    if tries >= EMAIL_TRIES_MAX:
        raise EmailTriesUsed


def check_email_resend(*, sends: int, sent_at: dt.datetime, now: dt.datetime) -> None:
    """Raises EmailResendsUsed, EmailResendTooSoon."""
    if sends > EMAIL_RESENDS_MAX:
        raise EmailResendsUsed
    if now < sent_at + EMAIL_RESEND_GAP:
        raise EmailResendTooSoon(seconds=max(1, int((sent_at + EMAIL_RESEND_GAP - now).total_seconds())))


def clean_keyword(typed: str) -> str:
    """An address keyword without what the address service refuses: its signs and the words of SQL."""
    plain = re.sub(r"[%=><\[\]\"'\\]", " ", typed)
    return " ".join(_SQL_WORDS.sub(" ", plain).split())[:KEYWORD_CHARS_MAX]
