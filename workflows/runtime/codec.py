"""Payload encryption with key ids from day one (temporal.md §2.8)."""

from collections.abc import Sequence

from temporalio.api.common.v1 import Payload
from temporalio.converter import PayloadCodec

from models.keyring import Keyring
from models.settings import Key

ENCODING = b"binary/encrypted"


class EncryptingCodec(PayloadCodec):
    """Seals whole payloads, metadata included. An unknown key id raises KeyError."""

    def __init__(self, keys: Sequence[Key]) -> None:
        self._keyring = Keyring(keys)

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        metadata = {"encoding": ENCODING, "key": self._keyring.current.encode()}
        return Payload(metadata=metadata, data=self._keyring.encrypt(payload.SerializeToString()))

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != ENCODING:
            return payload
        return Payload.FromString(self._keyring.decrypt(payload.data))
