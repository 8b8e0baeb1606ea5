"""Conversion codes: random digits in a mail, a keyed hash in the table."""

import hashlib
import hmac
import secrets

from models.conversions.rules import CODE_DIGITS
from models.kernel.text import digits
from models.settings import SettingsError, settings


def new_code() -> str:
    """Eight digits; ten million guesses for every try that is allowed."""
    return "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))


def code_hash(company_id: int, typed: str) -> bytes:
    """HMAC-SHA-256 of company and code under IDENTITY_KEY: a leaked table does not tell the code.

    Raises SettingsError without a key.
    """
    key = settings().identity_key
    if not key:
        raise SettingsError("IDENTITY_KEY is not set; `make run` sets it, elsewhere the environment must.")
    return hmac.new(key, f"conversion/{company_id}/{digits(typed)}".encode(), hashlib.sha256).digest()
