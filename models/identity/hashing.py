"""The keyed hash of a CI: finds the same person again without anybody being able to read, or guess, the CI."""

import hashlib
import hmac

from models.settings import SettingsError, settings


def identity_hash(ci: str) -> bytes:
    """HMAC-SHA-256 of the CI under IDENTITY_KEY, 32 bytes. SettingsError without a key, ValueError without a CI."""
    key = settings().identity_key
    if not key:
        raise SettingsError("IDENTITY_KEY is not set; `make run` sets it, elsewhere the environment must.")
    if not ci.strip():
        raise ValueError("a person without a CI cannot be told from another")
    return hmac.new(key, ci.strip().encode(), hashlib.sha256).digest()
