"""Passwords, one-time codes, lock-out and session ages. Pure: the instant comes in."""

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

from models.kernel.calendar import KST
from models.kernel.refusals import Refusal

PASSWORD_CHARS_MIN = 8
PASSWORD_CHARS_MAX = 24
PASSWORD_MARKS = "!@#$%^&*"  # noqa: S105 - the marks the manual allows, not a password

OTP_LIFE = dt.timedelta(minutes=5)
OTP_TRIES_MAX = 5
OTP_RESENDS_MAX = 3
OTP_RESEND_GAP = dt.timedelta(seconds=30)
CHALLENGES_MAX = 5
CHALLENGES_SPAN = dt.timedelta(minutes=10)

PASSED_LIFE = dt.timedelta(minutes=30)
"""From the right code to the session: time to read new terms."""
PHONE_CHANGE_LIFE = dt.timedelta(minutes=30)
"""From the right password to the changed phone: a person is away at the carrier meanwhile."""

PASSWORD_AGE = dt.timedelta(days=90)
"""After this the person is asked to change it, and again as long after 「90일 이후 변경」."""
TEMPORARY_LIFE = dt.timedelta(hours=24)
"""How long a temporary password opens the door."""

DORMANCY_MONTHS = 12
"""Of absence until 휴면, where the policy says nothing else."""
NOTICE_DAYS = 30
"""How long before 휴면 a person is told, where the policy says nothing else."""

TOTP_SECONDS = 30
TOTP_SLACK = 1
"""Steps a phone's clock may be off, either way."""
RECOVERY_CODES = 10

SESSION_IDLE = dt.timedelta(minutes=30)
SESSION_LIFE = dt.timedelta(hours=12)

FAILURES_FREE = 5
FAILURES_READ = 20
LOCK_FIRST = dt.timedelta(minutes=1)
LOCK_LONGEST = dt.timedelta(hours=1)
ADDRESS_FAILURES_MAX = 100
ADDRESS_SPAN = dt.timedelta(minutes=10)


class Purpose(StrEnum):
    LOGIN = "login"


class Method(StrEnum):
    """What proves a person beside the password: a code sent to the phone, the authenticator app, another house."""

    SMS = "sms"
    APP = "app"
    OIDC = "oidc"


class Step(StrEnum):
    """What stands between the right code and the session, in this order."""

    DORMANT = "dormant"
    TERMS = "terms"
    PASSWORD = "password"  # noqa: S105 - a step's name


class Outcome(StrEnum):
    """PENDING counts as a failure until it is settled, so guesses sent side by side are all counted."""

    PENDING = "pending"
    FAILED = "failed"
    CODE_FAILED = "code_failed"
    PASSWORD_OK = "password_ok"  # noqa: S105 - an outcome's name
    SUCCEEDED = "succeeded"


class BadCredentials(Refusal):
    code = "bad_credentials"
    status = 422


class LoggedOut(Refusal):
    code = "logged_out"
    status = 401


class TooManyAttempts(Refusal):
    code = "too_many_attempts"
    status = 429


class CodeWrong(Refusal):
    code = "code_wrong"
    status = 422


class CodeExpired(Refusal):
    code = "code_expired"
    status = 422


class CodeTriesUsed(Refusal):
    code = "code_tries_used"
    status = 422


class CodeUsed(Refusal):
    code = "code_used"
    status = 409


class ResendTooSoon(Refusal):
    code = "resend_too_soon"
    status = 429


class ResendsUsed(Refusal):
    code = "resends_used"
    status = 429


class StepsLeft(Refusal):
    """The code was right, but something must be decided first, on the pages of the log-in."""

    code = "login_steps_left"
    status = 403


class IdentityDiffers(Refusal):
    """The verified person is not the member."""

    code = "identity_differs"
    status = 422


class PhoneNotAsked(Refusal):
    """With an authenticator app no code goes to the phone, so it is not changed at the log-in either."""

    code = "phone_not_asked"
    status = 409


class AppCodeWrong(Refusal):
    code = "app_code_wrong"
    status = 422


class DisclosureReasonMissing(Refusal):
    """Somebody else's data is shown in full only for a reason."""

    code = "disclosure_reason_missing"
    status = 422


class FormForged(Refusal):
    """The CSRF token is missing or belongs to another session."""

    code = "form_forged"
    status = 403


class AudienceRefused(Refusal):
    """The person is logged in, but the page is made for another role."""

    code = "audience_refused"
    status = 403


def password_problem(password: str) -> str | None:
    """The code of the first rule a new password breaks (manual 2-1: 8-24, a letter, a digit, a mark)."""
    if not PASSWORD_CHARS_MIN <= len(password) <= PASSWORD_CHARS_MAX:
        return "password_length"
    if any(not ("!" <= char <= "~") for char in password):
        return "password_chars"
    if not any(char.isalpha() for char in password):
        return "password_letter"
    if not any(char.isdigit() for char in password):
        return "password_digit"
    if not any(char in PASSWORD_MARKS for char in password):
        return "password_mark"
    return None


def locked_until(failures: Sequence[dt.datetime]) -> dt.datetime | None:
    """When the next try is allowed, given the failures since the last success, oldest first.

    Five are free; then each further failure doubles the wait: 1, 2, 4 … minutes, an hour at the most.
    """
    over = len(failures) - FAILURES_FREE
    if over < 0:
        return None
    wait: dt.timedelta = LOCK_FIRST * 2 ** min(over, FAILURES_READ)
    return failures[-1] + min(wait, LOCK_LONGEST)


def check_attempt(failures: Sequence[dt.datetime], address_failures: int, now: dt.datetime) -> None:
    """Raise TooManyAttempts (minutes, rounded up) while the id or the address must wait."""
    until = locked_until(failures)
    if until is not None and now < until:
        raise TooManyAttempts(minutes=-(-int((until - now).total_seconds()) // 60) or 1)
    if address_failures >= ADDRESS_FAILURES_MAX:
        raise TooManyAttempts(minutes=int(ADDRESS_SPAN.total_seconds() // 60))


def password_due(*, changed_at: dt.datetime, asked_at: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether to ask for a new password: 90 days after the last change or the last 「90일 이후 변경」."""
    return now >= max(changed_at, asked_at or changed_at) + PASSWORD_AGE


def temporary_expired(*, changed_at: dt.datetime, now: dt.datetime) -> bool:
    """Whether a temporary password is too old to be used."""
    return now >= changed_at + TEMPORARY_LIFE


def months_after(instant: dt.datetime, months: int) -> dt.datetime:
    """The same time of day in Seoul some months later; for a day that month has not, the first of the next."""
    there = instant.astimezone(KST)
    years, month = divmod(there.month - 1 + months, 12)
    try:
        later = there.replace(year=there.year + years, month=month + 1)
    except ValueError:
        # Only a month that is followed by another of the same year is too short.
        later = there.replace(year=there.year + years, month=month + 2, day=1)
    return later.astimezone(dt.UTC)


def dormant_at(seen_at: dt.datetime, months: int = DORMANCY_MONTHS) -> dt.datetime:
    """When somebody who was last here at `seen_at` becomes 휴면."""
    return months_after(seen_at, months)


def dormancy_warning_at(seen_at: dt.datetime, months: int = DORMANCY_MONTHS, notice: int = NOTICE_DAYS) -> dt.datetime:
    """When they are told that they will, `notice` days before."""
    return dormant_at(seen_at, months) - dt.timedelta(days=notice)


def check_code_open(*, used_at: dt.datetime | None, expires_at: dt.datetime, tries: int, now: dt.datetime) -> None:
    """A code may be tried once successfully, for five minutes, five times."""
    if used_at is not None:
        raise CodeUsed
    if now >= expires_at:
        raise CodeExpired
    if tries >= OTP_TRIES_MAX:
        raise CodeTriesUsed


def check_resend(*, used_at: dt.datetime | None, resends: int, sent_at: dt.datetime, now: dt.datetime) -> None:
    """At most three more codes, half a minute apart."""
    if used_at is not None:
        raise CodeUsed
    if resends >= OTP_RESENDS_MAX:
        raise ResendsUsed
    if now < sent_at + OTP_RESEND_GAP:
        raise ResendTooSoon(seconds=max(1, int((sent_at + OTP_RESEND_GAP - now).total_seconds())))


def session_ends_at(
    *, last_seen_at: dt.datetime, expires_at: dt.datetime, idle: dt.timedelta = SESSION_IDLE
) -> dt.datetime:
    """When a session ends if nothing more is done: idle too long, or at its absolute end."""
    return min(last_seen_at + idle, expires_at)


def local_path(target: str, fallback: str = "/") -> str:
    """A place inside this portal to go on to after log-in; anything else becomes the fallback.

    Browsers read a backslash as a slash and drop control characters, so ``/\\evil`` and ``/\\t/evil`` are
    as foreign as ``//evil``.
    """
    plain = target.isprintable() and "\\" not in target
    if plain and target.startswith("/") and not target.startswith("//"):
        return target
    return fallback


class PasswordChangeNeeded(Refusal):
    """A temporary password was used: nothing else is possible before it is changed."""

    code = "password_change_needed"
    status = 403
