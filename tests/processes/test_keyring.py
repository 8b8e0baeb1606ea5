"""Sealing: no two values share a nonce, not among threads and not with a forked child."""

import os
from concurrent.futures import ThreadPoolExecutor

from models.keyring import NONCE_BYTES, Keyring
from models.randomness import DRAWN
from models.settings import Key

RING = Keyring([Key("k1", bytes(32))])
BEGIN = 1 + len("k1")


def _nonces(count: int) -> list[bytes]:
    return [RING.encrypt(b"")[BEGIN : BEGIN + NONCE_BYTES] for _ in range(count)]


def test_threads_never_share_a_nonce() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = [nonce for nonces in threads.map(_nonces, [3 * DRAWN] * 8) for nonce in nonces]
    assert len(set(drawn)) == len(drawn)


def test_a_forked_child_draws_its_own() -> None:
    RING.encrypt(b"")
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        os.write(outlet, b"".join(_nonces(100)))
        os._exit(0)
    os.waitpid(child, 0)
    childs = os.read(inlet, 100 * NONCE_BYTES)
    assert len(childs) == 100 * NONCE_BYTES
    own = set(_nonces(DRAWN))
    assert not own & {childs[at : at + NONCE_BYTES] for at in range(0, len(childs), NONCE_BYTES)}


def test_what_was_sealed_opens_again() -> None:
    assert RING.decrypt(RING.encrypt("값".encode(), b"where"), b"where") == "값".encode()
