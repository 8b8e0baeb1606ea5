"""AES-256-GCM under named keys: the first encrypts, all decrypt, so keys can be changed without a stop."""

from collections.abc import Sequence

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from models.randomness import Pool
from models.settings import Key

NONCE_BYTES = 12
_NONCES = Pool(NONCE_BYTES)


class Keyring:
    """Sealed form: `<id length><id><nonce><ciphertext>`."""

    def __init__(self, keys: Sequence[Key]) -> None:
        if not keys:
            raise ValueError("no encryption key given")
        self._keys = {key.id: AESGCM(key.secret) for key in keys}
        self.current = keys[0].id

    def encrypt(self, plain: bytes, context: bytes = b"") -> bytes:
        """`context` is bound to the value: it opens only under the same one."""
        nonce = _NONCES.draw()
        name = self.current.encode()
        return bytes([len(name)]) + name + nonce + self._keys[self.current].encrypt(nonce, plain, context)

    def decrypt(self, sealed: bytes, context: bytes = b"") -> bytes:
        """Errors: KeyError for an unknown key id, InvalidTag for anything altered."""
        end = 1 + sealed[0]
        nonce = sealed[end : end + NONCE_BYTES]
        key = self._keys[sealed[1:end].decode()]
        return key.decrypt(nonce, sealed[end + NONCE_BYTES :], context)
