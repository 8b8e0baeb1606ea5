"""Password hashes: argon2id with 19 MiB, two passes, one lane (the smallest setting OWASP lists for it)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

_NOBODY = _HASHER.hash("nobody has this password: it only costs the same time to refuse")


def hashed(password: str) -> str:
    """The encoded hash with its salt and cost, as stored."""
    return _HASHER.hash(password)


def matches(known: str | None, password: str) -> bool:
    """Whether the password fits. An unknown person (None) costs the same time and never fits."""
    try:
        return _HASHER.verify(known or _NOBODY, password) and known is not None
    except (VerifyMismatchError, InvalidHashError):
        return False


def outdated(known: str) -> bool:
    """True when a hash was made with other costs than today's and should be made anew at log-in."""
    return _HASHER.check_needs_rehash(known)
