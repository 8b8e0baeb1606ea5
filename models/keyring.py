"""AES-256-GCM under named keys: the first encrypts, all decrypt, so keys can be changed without a stop."""

import os
import secrets
from collections import deque
from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.settings import Key

NONCE_BYTES = 12
NONCES_DRAWN = 256


class Keyring:
    """Sealed form: `<id length><id><nonce><ciphertext>`."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("no encryption key given")
        self._keys = {key.id: AESGCM(key.secret) for key in keys}
        self.current = keys[0].id

    def encrypt(self, plain: bytes, context: bytes = b"") -> bytes:
        """`context` is bound to the value: it opens only under the same one."""
        nonce = _nonce()
        name = self.current.encode()
        return bytes([len(name)]) + name + nonce + self._keys[self.current].encrypt(nonce, plain, context)

    def decrypt(self, sealed: bytes, context: bytes = b"") -> bytes:
        """Errors: KeyError for an unknown key id, InvalidTag for anything altered."""
        end = 1 + sealed[0]
        nonce = sealed[end : end + NONCE_BYTES]
        key = self._keys[sealed[1:end].decode()]
        return key.decrypt(nonce, sealed[end + NONCE_BYTES :], context)


_drawn: deque[bytes] = deque()
os.register_at_fork(after_in_child=_drawn.clear)


def _nonce() -> bytes:
    """Random bytes no other value was sealed with, drawn many at a time.

    Each drawing lets go of the interpreter, and where many threads are at work it is long until they let go of it.
    """
    try:
        return _drawn.popleft()
    except IndexError:
        more = secrets.token_bytes(NONCE_BYTES * NONCES_DRAWN)
        _drawn.extend(more[at : at + NONCE_BYTES] for at in range(NONCE_BYTES, len(more), NONCE_BYTES))
        return more[:NONCE_BYTES]
