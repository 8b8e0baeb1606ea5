"""Session and challenge tokens: 256 random bits for the browser, their SHA-256 for the database."""

import hashlib
import secrets

TOKEN_BYTES = 32


def new_token() -> str:
    return secrets.token_urlsafe(TOKEN_BYTES)


def token_hash(token: str) -> bytes:
    """What is stored and looked up; a leaked table opens no session."""
    return hashlib.sha256(token.encode()).digest()
